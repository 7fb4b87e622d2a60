# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The gates behind ./run can fail: each is given something that it must not let through."""

import json
import os
import plistlib
import subprocess
import sys
from pathlib import Path

import pytest
import scan_build

HERE = Path(__file__).resolve().parent


def run(*command, **options):
    words = [str(word) for word in command]
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


# Coverage


BRANCHY = """
#include <stdlib.h>
#define g_return_if_fail(x) if (!(x)) abort ()
static int all (int n)
{
  g_return_if_fail (n > 0);
  return n;
}
static int some (int n)
{
  int sum = 0;
  LINES
  return sum;
}
int main (int argc, char *argv[])
{
  return some (argc) + all (1) > 100;
}
"""


def cover(tmp_path, lines):
    """Compiles, runs and measures a program with such lines."""
    (tmp_path / "a.c").write_text(BRANCHY.replace("  LINES\n", lines))
    done = run("gcc", "--coverage", "-O0", "a.c", "-o", "a", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert run(tmp_path / "a", cwd=tmp_path).returncode == 0
    return run("gcovr", "--config", HERE / "gcovr.cfg", "--root", ".", ".", cwd=tmp_path)


def test_coverage_of_everything_passes(tmp_path):
    """Also with a precondition that is never broken."""
    done = cover(tmp_path, "  sum += 1;\n")
    assert done.returncode == 0, done.stderr


def test_lines_that_never_run_fail(tmp_path):
    done = cover(tmp_path, "  if (n > 1)\n    {\n      sum++;\n      sum++;\n    }\n")
    assert done.returncode != 0
    assert "line coverage" in done.stderr


def test_branches_that_are_never_taken_fail(tmp_path):
    done = cover(tmp_path, "  sum += n > 1 ? 1 : 0;\n  sum += n > 1 || n > 2;\n")
    assert done.returncode != 0
    assert "branch coverage" in done.stderr
    assert "line coverage" not in done.stderr


# The analyzer's reports


def write_report(folder, file, checker="core.NullDereference", text="It is null"):
    folder.mkdir(exist_ok=True)
    found = {"check_name": checker, "description": text, "location": {"file": 0, "line": 7}}
    content = {"files": [str(file)], "diagnostics": [found]}
    (folder / "report-1.plist").write_bytes(plistlib.dumps(content))


def judge(tmp_path, suppressions):
    listed = tmp_path / "list.supp"
    listed.write_text(suppressions)
    return run(sys.executable, HERE / "scan_build.py", "--suppressions", listed, tmp_path / "reports")


def test_a_report_is_a_failure(tmp_path):
    write_report(tmp_path / "reports", tmp_path / "a.c")
    done = judge(tmp_path, "")
    assert done.returncode == 1
    assert "a.c:7: It is null [core.NullDereference]" in done.stdout


@pytest.mark.parametrize(
    "line,fits",
    [
        (r"core.NullDereference a\.c$ It is null", True),
        (r"core.DivideZero a\.c$ It is null", False),
        (r"core.NullDereference b\.c$ It is null", False),
        (r"core.NullDereference a\.c$ It is", False),
    ],
)
def test_an_entry_suppresses_what_it_names_and_no_more(tmp_path, line, fits):
    write_report(tmp_path / "reports", tmp_path / "a.c")
    assert judge(tmp_path, f"# why\n{line}\n").returncode == (0 if fits else 1)


def test_an_entry_without_use_is_a_failure(tmp_path):
    (tmp_path / "reports").mkdir()
    empty = {"files": [], "diagnostics": []}
    (tmp_path / "reports" / "report-1.plist").write_bytes(plistlib.dumps(empty))
    assert judge(tmp_path, "").returncode == 0
    done = judge(tmp_path, "core.NullDereference a It is null\n")
    assert done.returncode == 1
    assert "nothing is suppressed by" in done.stdout


def test_nothing_analysed_is_a_failure(tmp_path):
    (tmp_path / "reports").mkdir()
    assert judge(tmp_path, "").returncode == 1


@pytest.mark.parametrize("file", ["cppcheck.supp", "scan-build.supp"])
def test_every_suppression_has_a_reason(file):
    lines = (HERE / file).read_text(encoding="utf-8").splitlines()
    assert scan_build.read_entries(HERE / "scan-build.supp") != []
    for before, line in zip([""] + lines, lines):
        if line and not line.startswith("#"):
            assert before.startswith("#"), f"{line} has no reason above it"


# The planted faults


@pytest.mark.parametrize("checker", ["valgrind", "sanitize"])
def test_planted_faults_are_found(checker):
    done = run(HERE / "planted.sh", checker)
    assert done.returncode == 0, done.stderr


def test_a_checker_that_sees_nothing_is_found_out(tmp_path):
    blind = tmp_path / "valgrind"
    blind.write_text("#!/bin/sh\nexit 0\n")
    blind.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = run(HERE / "planted.sh", "valgrind", env={**os.environ, "PATH": path})
    assert done.returncode == 1
    assert "does not find the fault" in done.stderr


def test_a_suite_that_is_not_there_is_found_out(tmp_path):
    (tmp_path / "meson-info").mkdir()
    tests = [{"name": "a", "suite": ["pulltopush:unit"]}]
    (tmp_path / "meson-info" / "intro-tests.json").write_text(json.dumps(tests))
    assert run(sys.executable, HERE / "suites.py", tmp_path, "unit").returncode == 0
    assert run(sys.executable, HERE / "suites.py", tmp_path, "units").returncode == 1
