# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each check complains about a planted fault, and only about that."""

import checks
import pytest

MESON = """
project('x', 'c',
  version: '1.2.3',
  meson_version: '>= 1.0.0')
wanted_flags = [
  '-Wall',
  '-Wlogical-op',
  # why
  '-Wno-unused',
]
missing_flags = {
  'clang': ['-Wlogical-op'],
}
"""


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "name,line,is_good",
    [
        ("coop/a.c", '#include "../contract/b.h"', True),
        ("coop/a.c", "#include <pulltopush/contract/b.h>", True),
        ("coop/a.c", "#include <gio/gio.h>", True),
        ("cli/a.c", "#include <pulltopush/pulltopush.h>", True),
        ("contract/a.c", '#include "../coop/b.h"', False),
        ("contract/a.c", '#  include "../coop/b.h"', False),
        ("coop/a.h", "#include <pulltopush/adapter/b.h>", False),
        ("adapter/a.c", '#include "../gio/b.h"', False),
        ("gio/a.c", '#include "../cli/b.h"', False),
        ("gio/a.c", "#include <pulltopush/pulltopush.h>", False),
        ("testing/a.c", "#include <pulltopush/pulltopush.h>", True),
        ("testing/a.c", "#include <pulltopush/testing/b.h>", True),
        ("testing/a.c", '#include "b-private.h"', True),
        ("testing/a.c", "#include <pulltopush/contract/b.h>", False),
        ("testing/a.c", '#include "../adapter/b-private.h"', False),
        ("adapter/a.c", '#include "../testing/b.h"', False),
        ("gio/a.c", "#include <pulltopush/testing/b.h>", False),
        ("cli/a.c", "#include <pulltopush/testing/b.h>", False),
    ],
)
def test_arrows(tmp_path, name, line, is_good):
    write(tmp_path, name, line + "\n")
    assert len(checks.check_arrows(tmp_path)) == (0 if is_good else 1)


def test_folders(tmp_path):
    write(tmp_path, "contract/a.c", "")
    write(tmp_path, "testing/a.c", "")
    write(tmp_path, "pulltopush.h", "")
    assert checks.check_folders(tmp_path) == []
    write(tmp_path, "gst/a.c", "")
    assert checks.check_folders(tmp_path) == ["gst: no arrow says what it may know"]


CONTRACT = {
    "contract/a.h": "struct _PtpConsumerInterface\n{\n  GTypeInterface g_iface;\n"
    "  gboolean (*write) (PtpConsumer *self);\n};\n",
    "contract/b.h": "struct _PtpPullProducerInterface\n{\n  void (*cancel) (PtpPullProducer *self,\n"
    "                  const GError *reason);\n};\n",
    "contract/a.c": '  signals[SETTLED]\n    = g_signal_new_class_handler ("settled", PTP_TYPE_CONSUMER);\n',
    "contract/b.c": '  signals[READY] = g_signal_new ("ready", PTP_TYPE_PULL_PRODUCER);\n',
}


def write_contract(root, name=None, old="", new=""):
    """With one fault, or none."""
    for file, text in CONTRACT.items():
        write(root, file, text.replace(old, new) if file == name else text)


@pytest.mark.parametrize(
    "name, old, new, complaint",
    [
        (None, "", "", None),
        ("contract/a.h", "*write", "*cancel", "cancel is a virtual function of Consumer and a virtual function of PullProducer"),
        ("contract/a.h", "*write", "*stopped", "stopped is an end of a stream and a virtual function of Consumer"),
        ("contract/a.h", "*write", "*ready", "ready is a virtual function of Consumer and a signal"),
        ("contract/b.c", "ready", "settled", "settled is a signal and a signal"),
        ("contract/b.c", "ready", "failed", "failed is an end of a stream and a signal"),
    ],
)
def test_contract_names(tmp_path, name, old, new, complaint):
    write_contract(tmp_path, name, old, new)
    assert checks.check_contract_names(tmp_path) == ([complaint] if complaint else [])


@pytest.mark.parametrize(
    "code, complaint",
    [
        ('g_signal_connect (cancellable, "cancelled", G_CALLBACK (a_cb), self);', None),
        ('g_signal_connect_object (a, "notify::ready", G_CALLBACK (a_cb), self, 0);', None),
        ("g_signal_connect_closure_by_id (a, ready_id, 0, closure, FALSE);", None),
        ('id = g_signal_lookup ("ready", PTP_TYPE_PULL_PRODUCER);', None),
        ('id = g_signal_lookup ("ready", G_OBJECT_TYPE (a));', "g_signal_lookup by name, ready"),
        ('g_signal_connect (a, "ready", G_CALLBACK (a_cb), self);', "g_signal_connect by name, ready"),
        ('g_signal_connect_data (G_OBJECT (a),\n    "settled", G_CALLBACK (a_cb), self, NULL, 0);',
         "g_signal_connect_data by name, settled"),
        ("g_signal_connect (a, name, G_CALLBACK (a_cb), self);", "g_signal_connect by name, what is not a literal"),
        ('g_signal_emit_by_name (a, "ready");', "g_signal_emit_by_name by name, ready"),
    ],
)  # fmt: skip
def test_signals_by_id(tmp_path, code, complaint):
    write_contract(tmp_path)
    write(tmp_path, "gio/c.c", f"  {code}\n")
    assert checks.check_signals_by_id(tmp_path) == ([f"gio/c.c: {complaint}"] if complaint else [])


def test_words(tmp_path):
    good = write(tmp_path, "good.c", '/* no goto */ const char *a = "goto";\nint gotos;\n')
    bad = write(tmp_path, "bad.c", "void\nf (void)\n{\n  goto out;\nout:\n}\n")
    later = write(tmp_path, "later.py", "# TO" + "DO: the rest\n")
    assert checks.check_words(tmp_path, [good]) == []
    assert checks.check_words(tmp_path, [bad]) == ["bad.c: goto"]
    assert checks.check_words(tmp_path, [later]) == ["later.py: TO" + "DO"]


@pytest.mark.parametrize(
    "name,head,tail", [("a.c", "static int\nlong_one (void)\n{\n", "}\n"), ("a.py", "def long_one():\n", "")]
)
def test_function_length(tmp_path, name, head, tail):
    n_fixed = head.count("\n") - (2 if name == "a.c" else 0) + tail.count("\n")
    body = "  a = 1;\n" * (checks.MAX_FUNCTION_LINES - n_fixed)
    comment = "  /* why\n   */\n\n" if name == "a.c" else "    # why\n\n"
    path = write(tmp_path, name, head + comment + body + tail)
    assert checks.check_lengths(tmp_path, [path]) == []
    path = write(tmp_path, name, head + body + "  a = 1\n" + tail)
    assert "long_one" in checks.check_lengths(tmp_path, [path])[0]


def test_license(tmp_path):
    bare = write(tmp_path, "bare.c", "int a;\n")
    assert checks.check_licenses(tmp_path, [bare]) != []


def test_flags():
    def command(flags):
        return [{"file": "a.c", "command": f"cc {flags} -c a.c"}]

    assert checks.check_flags(MESON, "gcc", command("-Wall -Wlogical-op -Wno-unused")) == []
    assert checks.check_flags(MESON, "clang", command("-Wall -Wno-unused")) == []
    complaints = checks.check_flags(MESON, "gcc", command("-Wall -Wno-unused"))
    assert complaints == ["a.c: compiled without -Wlogical-op"]


def test_flag_reasons():
    good = "  # why\n  '-Wno-a',\n  '-Wno-b',\n"
    assert checks.check_flag_reasons(good) == []
    assert checks.check_flag_reasons("  '-Wall',\n  '-Wno-a',\n") == ["'-Wno-a' has no reason"]


def test_exports():
    header = (
        "PTP_AVAILABLE_IN_1_0\nG_DECLARE_FINAL_TYPE (PtpA, ptp_a, PTP, A, GObject)\n"
        "PTP_AVAILABLE_IN_1_0\nconst char *ptp_a_get_name (PtpA *self);\n"
        "PTP_AVAILABLE_IN_1_0\ngboolean\nptp_a_is_long (PtpA *self,\n  int n);\n"
    )
    declared = checks.declared_functions([header])
    assert declared == {"ptp_a_get_type", "ptp_a_get_name", "ptp_a_is_long"}
    assert checks.check_exports(declared, declared) == []
    assert checks.check_exports(declared, declared - {"ptp_a_is_long"}) != []
    assert checks.check_exports(declared, declared | {"ptp_secret"}) != []
    assert checks.check_exports(declared, declared | {"helper"}) == ["helper is no name of ours"]


def test_versions():
    assert checks.project_version(MESON) == "1.2.3"
    assert checks.check_news("1.2.3 (unreleased)\n", "1.2.3") == []
    assert checks.check_news("1.2.2\n", "1.2.3") != []
    good = "pulltopush 1.2.3 needs GLib 2.74 and Meson 1.0.0"
    assert checks.check_stated_versions(good, "1.2.3", "2.74", "1.0.0") == []
    for version, glib, meson in (("1.2.4", "2.74", "1.0.0"), ("1.2.3", "2.76", "1.0.0")):
        assert len(checks.check_stated_versions(good, version, glib, meson)) == 1
    assert len(checks.check_stated_versions("nothing", "1.2.3", "2.74", "1.0.0")) == 3


def test_rules():
    rules = "**L1.** One.\n\n**S2.** Two.\n"
    good = ['g_test_add_func ("/rules/L1/twice", a);', "def test_rules_S2_share():"]
    other = ["test ('/stage/S2/share', f)"]
    assert checks.check_rules_tested(rules, good) == []
    assert checks.check_rules_tested(rules, good[:1]) == ["rule S2 has no test"]
    assert checks.check_rules_tested(rules, ["/* rules L1 and S2 */"]) != []
    assert checks.check_rules_tested(rules, good[:1] + other) == []
    assert checks.check_rules_known(rules, good) == []
    assert checks.check_rules_known(rules, ['"/rules/L12/x"']) != []


def test_rules_name_tests():
    rules = "**L1.** One.\n\n> Tests: `/rules/L1/a`\n\n**S2.** Two.\n\n> Tests: `/rules/{}/a`\n"
    assert checks.check_rules_name_a_test(rules.format("S2")) == []
    complaints = checks.check_rules_name_a_test(rules.format("S3"))
    assert complaints == ["rule S2 names no test of its own"]


def test_references():
    text = "Proved by `/rules/L1/twice`."
    assert checks.check_references(text, ['add ("/rules/L1/twice", a)']) == []
    assert checks.check_references(text, ["test('/rules/L1/twice', () => {});"]) == []
    assert checks.check_references(text, ['add ("/rules/L1/twice/by-hand", a)']) == []
    assert checks.check_references(text, ['add ("/rules/L1/thrice", a)']) != []
    assert checks.check_references(text, ['add ("/rules/L1/twice-over", a)']) != []


def test_links(tmp_path):
    write(tmp_path, "there.md", "")
    good = write(tmp_path, "good.md", "[a](there.md#x) [a](there.html) [b](https://example.org/)\n")
    bad = write(tmp_path, "bad.md", "[a](gone.md)\n")
    assert checks.check_links(good) == []
    assert checks.check_links(bad) == ["bad.md: no file gone.md"]
