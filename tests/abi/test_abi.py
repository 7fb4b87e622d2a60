# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The gates of abi.py, against a tiny library that is changed on purpose."""

import json
import subprocess

import abi
import pytest
import signatures

HEADER = """
typedef struct { int a; long b; } PtpPair;
typedef enum { PTP_KIND_ONE, PTP_KIND_TWO } PtpKind;
int ptp_pair_sum (const PtpPair *pair, PtpKind kind);
int ptp_pair_first (const PtpPair *pair);
"""
SOURCE = """
#include "pair.h"
struct hidden { int a; };
int ptp_pair_sum (const PtpPair *pair, PtpKind kind) { return pair->a + (int) kind; }
int ptp_pair_first (const PtpPair *pair) { return pair->a; }
"""
MESON = """
project('pair', 'c', default_options: ['buildtype=debugoptimized'])
shared_library('pair-1', 'pair.c', install: true)
install_headers('pair.h')
"""
GIR = """<?xml version="1.0"?>
<repository xmlns="http://www.gtk.org/introspection/core/1.0"
            xmlns:c="http://www.gtk.org/introspection/c/1.0"
            xmlns:glib="http://www.gtk.org/introspection/glib/1.0" version="1.2">
  <namespace name="Pair" version="1">
    <class name="Pair" parent="GObject.Object" glib:get-type="ptp_pair_get_type">
      <method name="sum" c:identifier="ptp_pair_sum" throws="1">
        <return-value transfer-ownership="full"><type name="utf8"/></return-value>
        <parameters>
          <instance-parameter name="self"><type name="Pair"/></instance-parameter>
          <parameter name="names" nullable="1"><array><type name="utf8"/></array></parameter>
        </parameters>
      </method>
      <property name="size" writable="1" construct-only="1"><type name="gint"/></property>
      <glib:signal name="changed">
        <return-value><type name="none"/></return-value>
      </glib:signal>
    </class>
    <enumeration name="Kind"><member name="two" value="1"/></enumeration>
    <constant name="MAJOR_VERSION" value="1"><type name="gint"/></constant>
    <constant name="LIMIT" value="7"><type name="gint"/></constant>
  </namespace>
</repository>
"""
LINES = [
    "class Pair: GObject.Object = ptp_pair_get_type",
    "constant LIMIT: gint 7",
    "constant MAJOR_VERSION: gint",
    "enumeration Kind",
    "method Pair.sum (names: utf8[] (nullable)) -> utf8 (owned) throws = ptp_pair_sum",
    "property Pair.size: gint rw construct-only",
    "signal Pair.changed () -> none",
    "value Kind.two 1",
]


class Project:
    """Sources of the library, and a build directory as Meson leaves it."""

    def __init__(self, folder):
        self.source = folder / "source"
        self.path = folder / "build"
        self.references = self.source / "tests" / "abi"
        self.references.mkdir(parents=True)
        (self.path / "meson-info").mkdir(parents=True)
        self.write(HEADER, SOURCE, GIR)

    def write(self, header, source, gir=GIR):
        files = {"pair.h": header, "pair.c": source, "meson.build": MESON, "meson_options.txt": ""}
        for name, text in files.items():
            (self.source / name).write_text(text)
        library = self.path / "libpair-1.so.0"
        flags = ["-g", "-shared", "-fPIC", "-Wl,-soname,libpair-1.so"]
        compiler = ["gcc", *flags, "-o", library, self.source / "pair.c"]
        subprocess.run(list(map(str, compiler)), check=True)
        installed = [library, self.source / "pair.h", self.path / "Pair-1.gir"]
        installed[2].write_text(gir)
        plan = self.path / "meson-info" / "intro-installed.json"
        plan.write_text(json.dumps({str(path): "" for path in installed}))

    def git(self, *words):
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        command = ["git", "-C", str(self.source), *identity, *words]
        subprocess.run(command, check=True, capture_output=True)

    def update(self):
        abi.update(self.references, abi.Build(self.path))

    def check(self):
        return abi.check(self.source, self.references, abi.Build(self.path))


@pytest.fixture(params=["dump", "tag"])
def project(request, tmp_path):
    """Its ABI is kept: as a dump, or as that of a tag."""
    made = Project(tmp_path)
    made.update()
    made.git("init", "--quiet")
    made.git("add", ".")
    made.git("commit", "--quiet", "--message", "first")
    if request.param == "tag":
        made.git("tag", "v1.0.0")
        # What is in the tag counts, not what lies around.
        (made.references / "libpair-1.abi").unlink()
    made.reference = "v1.0.0" if request.param == "tag" else "the dumps, since there is no tag yet"
    return made


def test_nothing_changed(project):
    assert project.check() == ([], [], project.reference)


def test_an_addition_is_noted_and_has_to_be_listed(project):
    more = "\nint ptp_pair_third (void);\n"
    project.write(HEADER + more, SOURCE + "int ptp_pair_third (void) { return 3; }\n")
    complaints, notes, _ = project.check()
    assert complaints == ["libpair-1: not listed: ptp_pair_third"]
    assert "1 Added function" in notes[0]
    project.update()
    complaints, _, _ = project.check()
    assert complaints == []


CHANGES = {
    "a function is gone": lambda text: "\n".join(
        line for line in text.splitlines() if "ptp_pair_first" not in line
    ),
    "a field is of another type": lambda text: text.replace("long b", "char b"),
    "a field is between": lambda text: text.replace("int a; long", "int a; int c; long"),
    "a value is another": lambda text: text.replace("KIND_ONE,", "KIND_ONE = 5,"),
    "a parameter is more": lambda text: text.replace("PtpKind kind)", "PtpKind kind, int n)"),
    "a result is another": lambda text: text.replace("int ptp_pair_first", "long ptp_pair_first"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_breaks_a_program_is_a_failure(project, change):
    before = project.references / "libpair-1.abi"
    kept = before.read_text() if before.exists() else None
    project.write(CHANGES[change](HEADER), CHANGES[change](SOURCE))
    project.update()
    if kept is not None:
        before.write_text(kept)
    else:
        before.unlink()
    complaints, _, _ = project.check()
    assert complaints != []
    assert "libpair-1: the ABI is another one" in complaints[0]


def test_what_is_private_may_change(project):
    project.write(HEADER, SOURCE.replace("struct hidden { int a; }", "struct hidden { long b; }"))
    assert project.check()[:2] == ([], [])


def test_a_name_that_is_gone_since_a_tag_is_missed_whatever_the_lists_say(project):
    project.write(HEADER, SOURCE, GIR.replace('name="changed"', 'name="altered"'))
    complaints, _, _ = project.check()
    assert "Pair-1: gone: signal Pair.changed () -> none" in complaints
    (project.references / "Pair-1.names").write_text("".join(
        line.replace("changed", "altered") + "\n" for line in LINES
    ))
    complaints, _, reference = project.check()
    since = [f"Pair-1: gone since {reference}: signal Pair.changed () -> none"]
    assert complaints == (since if reference == "v1.0.0" else [])


def test_a_list_without_a_library(project):
    (project.references / "libgone-1.names").write_text("ptp_gone\n")
    complaints, _, _ = project.check()
    assert complaints == ["libgone-1: it is listed, and the build has none"]


def test_names_are_compared():
    assert abi.compare_names("x", ["a", "b"], ["a", "b"]) == []
    assert abi.compare_names("x", ["a", "b"], ["a"]) == ["x: gone: b"]
    assert abi.compare_names("x", ["a"], ["a", "b"]) == ["x: not listed: b"]


@pytest.mark.parametrize(
    "line,is_good",
    [
        ("ptp_pair_sum", True),
        ("ptp_testing_run", True),
        ("_ptp_pair_sum", False),
        ("ptp_pair_private", False),
        ("ptp_pair_private_sum", False),
        ("ptp_runnable_stop", False),
        ("ptp_guard_missing", False),
        ("ptp_cli_copy_run", False),
        ("pair_sum", False),
        ("method A.b () -> none = ptp_a_b", True),
        ("method A.b () -> none = ptp_guard_b", False),
        ("signal A.b () -> none", True),
    ],
)
def test_forbidden_names(line, is_good):
    assert (abi.check_forbidden("x", [line]) == []) == is_good


def test_signatures(tmp_path):
    gir = tmp_path / "Pair-1.gir"
    gir.write_text(GIR)
    assert signatures.read(gir) == LINES


@pytest.mark.parametrize(
    "before,after",
    [
        ('transfer-ownership="full"', 'transfer-ownership="none"'),
        ('nullable="1"', ""),
        ('throws="1"', ""),
        ('<array><type name="utf8"/></array>', '<type name="utf8"/>'),
        ('construct-only="1"', ""),
        ('value="7"', 'value="8"'),
        ('value="1"/>', 'value="2"/>'),
        ('parent="GObject.Object"', 'parent="Gio.InputStream"'),
    ],
)
def test_each_change_of_a_signature_shows(tmp_path, before, after):
    assert before in GIR
    gir = tmp_path / "Pair-1.gir"
    gir.write_text(GIR.replace(before, after))
    assert signatures.read(gir) != LINES
