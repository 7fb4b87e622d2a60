# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The typing stubs say what is there, and what they say helps those who check their types."""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import stubs
from gi.repository import PullToPush

ROOT = Path(__file__).resolve().parents[2]
TYPING = ROOT / "introspection" / "python" / "typing"
GIRS = Path(os.environ["GI_TYPELIB_PATH"].split(":")[0])
NAMESPACES = ["PullToPush", "PullToPushTesting"]


def text_of(name):
    return (TYPING / "gi" / "repository" / f"{name}.pyi").read_text(encoding="utf-8")


def compare(name, text):
    live = (PullToPush, importlib.import_module("gi.overrides.PullToPush")) if name == "PullToPush" else ()
    return stubs.Comparison(text, stubs.load(GIRS / f"{name}-1.gir"), *live).compare()


@pytest.mark.parametrize("name", NAMESPACES)
def test_the_stub_says_what_is_there(name):
    assert compare(name, text_of(name)) == []


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("def get_closed(self) -> bool: ...", "", "OutputStreamConsumer: get_closed is missing"),
        ("def abort(self, reason: BaseException |", "def abandon(self, reason: BaseException |", "abandon is not there in truth"),
        ("KEEP_SINK = 2", "KEEP_SINK = 4", "PullToPushFlags: the values are"),
        ("PENDING = 3", "PENDING = 4", "StepResult: the values are"),
        ("class ClosedError(StreamError): ...", "", "the module: ClosedError is missing"),
        ("SLICE_DEFAULT: int", "SLICE: int", "the module: SLICE_DEFAULT is missing"),
        ("low: int, high: int", "high: int, low: int", "set_marks: the parameters are"),
        ("def new(cls, context: GLib.MainContext | None", "def new(cls, context: GLib.MainContext", "may be None"),
        ("def get_consumer(self) -> Consumer | None", "def get_consumer(self) -> Consumer", "whether it returns None"),
        ("        n_steps: int\n", "", "PullToPush.Props: n_steps is missing"),
        ('Literal["failed"]', 'Literal["broken"]', "CooperativeTask.connect: failed is missing"),
        ("def do_cancel(self", "def do_close(self", "PullProducer: do_cancel is missing"),
        ("def wait(self, cancellable:", "def wait(self, timeout:", "wait: the parameters are"),
        ("def spawn(awaitable:", "def spawn(coroutine:", "spawn: the parameters are"),
        ("def set_result(self, result:", "def set_result(self, value:", "Future.set_result: the parameters are"),
        ("high_mark: int = ...,", "", "OutputStreamConsumer.__init__: high_mark is missing"),
        ("file: Gio.File | None = ...,", "", "FileConsumer.__init__: file is missing"),
        ("    @property\n    def exception", "    def exception", "exception: is a property"),
    ],
)
def test_a_planted_fault_is_found(before, after, complaint):
    text = text_of("PullToPush")
    assert before in text
    complaints = compare("PullToPush", text.replace(before, after, 1))
    assert [said for said in complaints if complaint in said] != [], complaints


def mypy(*arguments, folder):
    """Returns what it says of which lines: {(line, code)}, and all of it."""
    done = subprocess.run(
        ["mypy", "--check-untyped-defs", "--no-incremental", "--cache-dir", folder / "cache", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(TYPING), "PYTHONPATH": ""},
    )
    found = re.findall(r"^[^:]+:(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.MULTILINE)
    return {(int(line), code) for line, code in found}, done.stdout + done.stderr


def test_the_stubs_are_strict(tmp_path):
    said = mypy("--strict", *sorted(TYPING.rglob("*.pyi")), folder=tmp_path)
    assert said[0] == set(), said[1]
    assert "no issues found" in said[1], said[1]


def test_the_examples_have_right_types(tmp_path):
    programs = sorted((ROOT / "docs" / "examples" / "python").glob("*.py"))
    assert len(programs) > 4
    said = mypy(*programs, folder=tmp_path)
    assert "no issues found" in said[1], said[1]


def test_the_page_has_right_types(tmp_path):
    text = (ROOT / "docs" / "start-python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) > 5
    # Each block defines main() anew.
    page = tmp_path / "page.py"
    page.write_text("\n".join(blocks), encoding="utf-8")
    said = mypy("--allow-redefinition", "--disable-error-code=no-redef", "--disable-error-code=var-annotated", page, folder=tmp_path)
    assert "no issues found" in said[1], said[1]


def test_what_is_right_passes_and_what_is_wrong_is_found(tmp_path):
    """The lines with a comment "# wrong: CODE" are those that must be complained of."""
    file = Path(__file__).with_name("typed.py")
    lines = file.read_text(encoding="utf-8").splitlines()
    wrong = {
        (number, code)
        for number, line in enumerate(lines, 1)
        for code in re.findall(r"# wrong: ([\w-]+)$", line)
    }
    assert len(wrong) > 15
    said = mypy("--strict", file, folder=tmp_path)
    assert said[0] == wrong, said[1]


@pytest.mark.skipif(sys.version_info < (3, 9), reason="the stubs are written for Python 3.9")
def test_annotations_can_be_evaluated():
    assert PullToPush.Future[int] is PullToPush.Future
    assert PullToPush.CooperativeTask[int] is PullToPush.CooperativeTask
