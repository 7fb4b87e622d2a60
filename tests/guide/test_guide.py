# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every program on the pages of the guide runs as it stands there, and says what it says here."""

import hashlib
import re
import socket
import subprocess

import guide
import pytest

DOCS = guide.ROOT / "docs"

# Those that have tests of their own, or show parts of programs that have.
ELSEWHERE = {
    "conformance.md",  # tests/conformance
    "gtk-demo.md",  # tests/examples
    "how-a-stream-ends.md",  # tests/examples
    "start-javascript.md",  # tests/examples
    "start-python.md",  # tests/bindings
}

OUTPUTS = {
    ("start-c.md", "c"): """\
12 bytes
3893 bytes
The stream was cancelled
0 bytes
The marks of an output stream consumer are out of order: low 65536, high 16384, limit 262144; \
low must be below high, and high at most the limit
paused by user, battery
4999950000
""",
    ("start-vala.md", "vala"): """\
12 bytes
paused by user
3 2 1 done
aborted: The stream was cancelled
cancelled
4999950000
""",
    ("scheduling.md", "c"): "priority 300\n",
    ("scheduling.md", "python"): "b'chunk'\npriority 300\n",
    ("scheduling.md", "js"): "priority 300\n",
    ("threading.md", "c"): "paused by main thread\n1048576 bytes\n",
    ("threading.md", "python"): "paused by main thread\ndone\n",
    ("errors.md", "c"): "the disk is full\nfailed: The stream to read from is closed\n",
    ("errors.md", "python"): "the source heard of it: True\nno space\nb'data'\nfailed: there is no more\n",
    ("errors.md", "js"): "no space\nfailed: there is no more\n",
    ("coming-from-splice-and-idle.md", "c"): """\
spliced 12 bytes
streamed 12 bytes
idle: 4999950000
in slices: 4999950000
""",
}

# The files that they leave.
COUNTDOWN = "".join(f"{number}\n" for number in range(1000, 0, -1)).encode()
FILES = {
    ("start-c.md", "c"): {"countdown": COUNTDOWN},
    ("start-vala.md", "vala"): {"twelve": b"twelve bytes"},
}

# The same, with an argument.
LISTING = ("writing-a-producer.md", ("c", "python", "js"))
DIGEST = ("writing-a-consumer.md", ("c", "python", "js"))

# Two servers, and what remains of one.
TWISTED = "coming-from-twisted.md"


def text(page):
    return (DOCS / page).read_text(encoding="utf-8")


def command(page, language, folder, which=slice(None)):
    return guide.make(guide.blocks(text(page), language)[which], language, folder)


@pytest.mark.parametrize("page, language", OUTPUTS)
def test_the_page_says_what_happens(page, language, tmp_path):
    words = command(page, language, tmp_path)
    folder = tmp_path / "run"
    folder.mkdir()
    assert guide.run(*words, cwd=folder) == (0, OUTPUTS[page, language], "")
    left = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert left == FILES.get((page, language), {})


@pytest.mark.parametrize("language", LISTING[1])
def test_a_producer_lists_a_folder(language, tmp_path):
    """More files than come at a time."""
    folder = tmp_path / "folder"
    folder.mkdir()
    names = sorted(f"file {number:03}" for number in range(250))
    for name in names:
        (folder / name).touch()
    status, output, errors = guide.run(*command(LISTING[0], language, tmp_path), folder)
    assert (status, sorted(output.splitlines()), errors) == (0, names, "")


@pytest.mark.parametrize("language", DIGEST[1])
def test_a_consumer_hashes_a_file(language, tmp_path):
    data = bytes(range(256)) * 20000
    (tmp_path / "data").write_bytes(data)
    status, output, errors = guide.run(*command(DIGEST[0], language, tmp_path), tmp_path / "data")
    assert (status, output.splitlines()[0], errors) == (0, hashlib.sha256(data).hexdigest(), "")


@pytest.mark.parametrize("language", DIGEST[1])
def test_no_digest_is_told_of_data_that_are_not_whole(language, tmp_path):
    """A file that can be opened, and not read."""
    words = command(DIGEST[0], language, tmp_path)
    status, output, errors = guide.run(*words, "/proc/self/mem")
    assert (status != 0, output, errors != "") == (True, "", True)


@pytest.mark.parametrize("number", [0, 1])
def test_both_servers_say_the_same(number, tmp_path):
    words = command(TWISTED, "python", tmp_path, slice(number, number + 1))
    with subprocess.Popen(words, stdout=subprocess.PIPE) as server:
        try:
            port = int(server.stdout.readline())
            with socket.create_connection(("127.0.0.1", port), timeout=guide.PATIENCE) as client:
                with client.makefile("rb") as lines:
                    assert lines.read() == b"".join(b"%d\n" % n for n in range(1000, 0, -1))
            assert server.wait(timeout=guide.PATIENCE) == 0
        finally:
            server.kill()


def test_a_generator_does(tmp_path):
    code = guide.blocks(text(TWISTED), "python")
    assert len(code) == 3
    imports = code[1].partition("\n\n\n")[0]
    assert guide.run(*guide.make([imports, code[2]], "python", tmp_path)) == (0, "b'3\\n'\nb'2\\n'\nb'1\\n'\n", "")


SUITE = """
#include <pulltopush/testing/pulltopush-testing.h>

static GObject *
make (PtpConsumer *unused, gpointer folder)
{{
  {make}
}}

int
main (int argc, char *argv[])
{{
  g_autoptr (PtpTestingSuite) suite
    = ptp_testing_suite_new (PTP_TESTING_KIND_{kind}, "page", make, argv[1], NULL);

  return ptp_testing_suite_run_tap (suite) == 0 ? 0 : 1;
}}
"""

OBJECTS = {
    "start-c.md": ("PULL_PRODUCER", "return g_object_new (DEMO_TYPE_COUNTDOWN, NULL);"),
    "writing-a-consumer.md": ("CONSUMER", "return g_object_new (DEMO_TYPE_DIGEST, NULL);"),
    "writing-a-producer.md": (
        "PULL_PRODUCER",
        "g_autoptr (GFile) file = g_file_new_for_path (folder);\n\n"
        "  return G_OBJECT (demo_listing_new (file, NULL));",
    ),
}


@pytest.mark.parametrize("page", OBJECTS)
def test_what_the_pages_advise_keeps_the_rules(page, tmp_path):
    """As the conformance kit sees it."""
    kind, make = OBJECTS[page]
    code = [block.replace("\nmain (", "\nits_own_main (") for block in guide.blocks(text(page), "c")]
    suite = SUITE.format(kind=kind, make=make)
    words = guide.make([*code, suite], "c", tmp_path, "pulltopush-testing-1")
    status, output, errors = guide.run(*words, tmp_path)
    assert (status, errors) == (0, ""), output
    assert len(re.findall(r"^ok (?!.*# SKIP)", output, re.MULTILINE)) > 10, output


def test_no_program_is_left_out():
    run_here = {*OUTPUTS, *((page, language) for page, languages in (LISTING, DIGEST) for language in languages)}
    run_here.add((TWISTED, "python"))
    shown = set()
    for page in DOCS.glob("*.md"):
        if page.name not in ELSEWHERE:
            shown |= {
                (page.name, language)
                for language in guide.LANGUAGES
                if guide.blocks(page.read_text(encoding="utf-8"), language)
            }
    assert shown == run_here


def test_a_broken_program_is_noticed(tmp_path):
    with pytest.raises(AssertionError, match="no_such_function"):
        guide.make(["int main (void) { return no_such_function (); }"], "c", tmp_path)
    assert guide.run(*guide.make(["print(no_such_name)"], "python", tmp_path))[0] == 1
