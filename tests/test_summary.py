# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/summary.py, against what meson really writes."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent

HEAD = "project('sample')\nsh = find_program('sh')\n"
TAP = "test('{0}', sh, args: ['-c', '{1}'], protocol: 'tap', suite: '{2}', timeout: {3})\n"
PLAIN = "test('{0}', sh, args: ['-c', '{1}'], suite: '{2}')\n"

GOOD = TAP.format("good", 'echo 1..2; echo "ok 1 /a"; echo "ok 2 /b"', "unit", 60)


def report(n_good, n_bad):
    """A shell command that writes what pytest writes."""
    cases = "<testcase/>" * n_good + "<testcase><failure/></testcase>" * n_bad
    return f'echo "<testsuites><testsuite>{cases}</testsuite></testsuites>"'


def count(tmp_path, *tests, arguments=()):
    source = tmp_path / "source"
    build = tmp_path / "build"
    source.mkdir()
    (source / "meson.build").write_text(HEAD + "".join(tests))
    for command in (["setup", build, source], ["test", "-C", build]):
        subprocess.run(["meson", *map(str, command)], capture_output=True, check=False)
    return summarise(build, *arguments)


def summarise(build, *arguments):
    command = [sys.executable, HERE / "summary.py", build, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.stderr == ""
    return run.returncode, run.stdout.splitlines()


def test_counts_single_cases(tmp_path):
    status, lines = count(tmp_path, GOOD, PLAIN.format("plain", "exit 0", "unit"))
    assert (status, lines[-1]) == (0, "3 passed, 0 failed")


def test_counts_what_ran_with_a_setup(tmp_path):
    bad = TAP.format("bad", 'test -z "$HARD" && echo 1..1 && echo "ok 1 /a"', "unit", 60)
    setup = "add_test_setup('hard', env: {'HARD': '1'})\n"
    status, lines = count(tmp_path, setup, bad)
    assert (status, lines[-1]) == (0, "1 passed, 0 failed")
    build = tmp_path / "build"
    status, lines = summarise(build, "--setup", "hard")
    assert (status, lines[-1]) == (1, "0 passed, 1 failed")
    command = ["meson", "test", "-C", str(build), "--setup", "hard"]
    subprocess.run(command, capture_output=True, check=False)
    status, lines = summarise(build, "--setup", "hard", "--only-run")
    assert (status, lines[-1]) == (1, "0 passed, 1 failed")
    status, lines = summarise(build)
    assert (status, lines[-1]) == (0, "1 passed, 0 failed")


def test_bears_any_output(tmp_path):
    # Bytes that neither XML nor UTF-8 know: 01 08 1b ff.
    script = 'echo 1..1; echo "ok 1 /a"; echo AQgb/wo= | base64 -d'
    status, lines = count(tmp_path, GOOD, TAP.format("odd", script, "unit", 60))
    assert (status, lines[-1]) == (0, "3 passed, 0 failed")


def test_a_broken_log_is_a_failure(tmp_path):
    count(tmp_path, GOOD)
    build = tmp_path / "build"
    (build / "meson-logs" / "testlog.junit.xml").write_text("<testsuites>")
    status, lines = summarise(build)
    assert (status, lines[-1]) == (1, "0 passed, 1 failed")


def test_tells_of_skipped_cases(tmp_path):
    some = TAP.format("some", 'echo 1..2; echo "ok 1 /a"; echo "ok 2 /b # SKIP why"', "unit", 60)
    whole = TAP.format("whole", 'echo "1..0 # SKIP why"', "unit", 60)
    status, lines = count(tmp_path, some, whole)
    assert (status, lines[-1]) == (0, "1 passed, 0 failed, 2 skipped")


@pytest.mark.parametrize(
    "script,line",
    [
        ('echo 1..2; echo "ok 1 /a"; echo "not ok 2 /b"', "3 passed, 1 failed"),
        ('echo 1..3; echo "ok 1 /a"', "3 passed, 1 failed"),
        ('echo 1..2; echo "ok 1 /a # SKIP why"', "2 passed, 1 failed, 1 skipped"),
        ("echo 1..2", "2 passed, 1 failed"),
        ("true", "2 passed, 1 failed"),
        ('echo 1..1; echo "ok 1 /a"; kill -SEGV $$', "3 passed, 1 failed"),
        ('echo 1..1; echo "ok 1 /a"; exit 3', "3 passed, 1 failed"),
        ('echo "Bail out! Broken"; exit 1', "2 passed, 1 failed"),
    ],
    ids=["case", "plan", "plan-skip", "plan-only", "nothing", "crash", "status", "bail-out"],
)
def test_counts_what_is_bad(tmp_path, script, line):
    status, lines = count(tmp_path, GOOD, TAP.format("bad", script, "unit", 60))
    assert status == 1
    assert lines[-1] == line
    assert any(text.startswith("FAILED") for text in lines)


def test_counts_a_time_out(tmp_path):
    status, lines = count(
        tmp_path, GOOD, TAP.format("slow", 'echo 1..1; echo "ok 1 /a"; sleep 60', "unit", 1)
    )
    assert (status, lines[-1]) == (1, "3 passed, 1 failed")


def test_shows_the_output_of_what_failed(tmp_path):
    _, lines = count(tmp_path, PLAIN.format("loud", "echo a telling word; exit 1", "unit"))
    assert "a telling word" in lines


def test_a_suite_without_a_case_is_a_failure(tmp_path):
    idle = TAP.format("idle", 'echo "1..0 # SKIP why"', "lonely", 60)
    status, lines = count(tmp_path, GOOD, idle)
    assert (status, lines[-1]) == (1, "2 passed, 0 failed, 1 skipped")
    assert "The suite lonely ran no case." in lines


def test_reads_the_report_of_pytest(tmp_path):
    script = report(3, 0) + " > py.junit.xml"
    status, lines = count(tmp_path, PLAIN.format("py", script, "unit"))
    assert (status, lines[-1]) == (0, "3 passed, 0 failed")


def test_counts_the_failures_of_pytest_once(tmp_path):
    script = report(3, 2) + " > py.junit.xml; exit 1"
    status, lines = count(tmp_path, PLAIN.format("py", script, "unit"))
    assert (status, lines[-1]) == (1, "3 passed, 2 failed")


@pytest.mark.parametrize(
    "tail,line",
    [
        ("kill -SEGV $$", "3 passed, 1 failed"),
        ("echo broken > py.junit.xml", "0 passed, 1 failed"),
        ("rm py.junit.xml; kill -SEGV $$", "0 passed, 1 failed"),
    ],
    ids=["crash", "unreadable", "no-report"],
)
def test_does_not_believe_a_broken_report(tmp_path, tail, line):
    script = report(3, 0) + " > py.junit.xml; " + tail
    status, lines = count(tmp_path, PLAIN.format("py", script, "unit"))
    assert (status, lines[-1]) == (1, line)


def test_a_report_without_a_case_is_a_failure(tmp_path):
    script = report(0, 0) + " > py.junit.xml"
    status, lines = count(tmp_path, PLAIN.format("py", script, "unit"))
    assert (status, lines[-1]) == (1, "0 passed, 1 failed")


def test_a_program_that_did_not_run_is_a_failure(tmp_path):
    count(tmp_path, GOOD, PLAIN.format("plain", "exit 0", "unit"))
    build = tmp_path / "build"
    log = build / "meson-logs" / "testlog.json"
    log.write_text("".join(line for line in log.open() if "plain" not in line))
    status, lines = summarise(build)
    assert (status, lines[-1]) == (1, "2 passed, 1 failed")
    status, lines = summarise(build, "--only-run")
    assert (status, lines[-1]) == (0, "2 passed, 0 failed")


def test_nothing_at_all_is_a_failure(tmp_path):
    status, lines = count(tmp_path)
    assert (status, lines[-1]) == (1, "0 passed, 0 failed")
