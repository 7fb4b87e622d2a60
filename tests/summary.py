#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts single test cases over all suites of a build directory.

Meson counts programs; this counts what is in them: the lines of a TAP program, the cases of a
pytest run (which writes NAME.junit.xml for the meson test NAME), and one case for any other
program. Whatever meson calls bad counts as failed, also when no single case admits it: a crash,
a time out, a TAP plan that was not met, a program that ran no case at all.

Prints what failed and, as its last line, "N passed, N failed".
"""

import argparse
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

GOOD_RESULTS = {"OK", "SKIP", "EXPECTEDFAIL"}
SHOWN_CHARACTERS = 20000


class Program:
    """One meson test: what it is, how it went, and the cases in it."""

    def __init__(self, name, suites):
        self.name = name
        self.suites = suites
        self.cases = []  # (name, "passed" | "failed" | "skipped", text)
        self.output = ""
        self.explained = False  # whether the failed cases say themselves what went wrong

    def add(self, name, outcome, text=""):
        self.cases.append((name, outcome, text))

    def count(self, outcome):
        return sum(1 for case in self.cases if case[1] == outcome)


def outcome_of(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def text_of(case):
    parts = [element.text or element.get("message", "") for element in case]
    return "\n".join(part for part in parts if part)


def add_cases(program, cases):
    for case in cases:
        program.add(case.get("name", "?"), outcome_of(case), text_of(case))


def read_json_lines(path):
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def plain_name(name):
    """Some versions of meson put the project and the suites before the name: "p:unit / name"."""
    return name.rsplit(" / ", 1)[-1]


def log_file(build, setup, suffix):
    """Meson keeps the log of a test setup beside the usual one."""
    name = f"testlog-{setup}" if setup else "testlog"
    return build / "meson-logs" / f"{name}{suffix}"


def read_runs(build, setup):
    runs = read_json_lines(log_file(build, setup, ".json"))
    return {plain_name(run["name"]): run for run in runs}


def parse_report(path):
    """Tests print what they like, and meson writes it as it is, also what XML does not allow."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return ElementTree.fromstring(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "?", text))


def read_tap_suites(build, setup):
    """The cases of each TAP program, as meson has parsed them."""
    path = log_file(build, setup, ".junit.xml")
    if not path.exists():
        return {}
    try:
        suites = parse_report(path).findall("testsuite")
    except ElementTree.ParseError as error:
        # Every program then lacks the cases it planned, and counts as failed.
        print(f"{path} cannot be read: {error}")
        return {}
    return {
        plain_name(suite.get("name", "").partition(".")[2]): suite.findall("testcase")
        for suite in suites
    }


def find_pytest_report(build, name, run):
    """The report of this very run: one from an earlier run proves nothing."""
    for path in build.rglob(f"{name}.junit.xml"):
        if path.stat().st_mtime >= run.get("starttime", 0) - 1:
            return path
    return None


def add_pytest_cases(program, path):
    try:
        add_cases(program, parse_report(path).iter("testcase"))
    except ElementTree.ParseError as error:
        program.add(str(path), "failed", f"the report cannot be read: {error}")


def read_plan(run):
    """How many cases a TAP program promised; with 1..0 it says that it skips itself."""
    plans = re.findall(r"^1\.\.(\d+)\b", run.get("stdout") or "", re.MULTILINE)
    return int(plans[0]) if plans else None


def check_plan(program, plan):
    """Meson itself forgives a program that printed its plan and nothing else."""
    if plan == 0 and not program.cases:
        program.add(program.name, "skipped")
    elif plan is None or len(program.cases) < plan:
        program.add(program.name, "failed", f"{len(program.cases)} cases of {plan} planned ones")


def fill(program, test, run, tap_suites, build):
    result = run["result"]
    good = result in GOOD_RESULTS
    is_tap = test.get("protocol") == "tap"
    report = None if is_tap else find_pytest_report(build, program.name, run)

    if is_tap:
        add_cases(program, tap_suites.get(program.name, []))
    elif report is not None:
        add_pytest_cases(program, report)
        program.explained = program.count("failed") > 0
    elif good:
        program.add(program.name, "skipped" if result == "SKIP" else "passed")

    if not good and program.count("failed") == 0:
        code = run.get("returncode")
        program.add(program.name, "failed", f"meson says {result}, exit status {code}")
    elif is_tap and good:
        check_plan(program, read_plan(run))
    elif not program.cases:
        program.add(program.name, "failed", "it ran no case")


def collect(build, setup, tests):
    runs = read_runs(build, setup)
    tap_suites = read_tap_suites(build, setup)
    programs = []
    for test in tests:
        program = Program(test["name"], [s.rpartition(":")[2] for s in test.get("suite", [])])
        run = runs.get(program.name)
        if run is None:
            program.add(program.name, "failed", "it did not run")
        else:
            fill(program, test, run, tap_suites, build)
            program.output = (run.get("stdout") or "") + (run.get("stderr") or "")
        programs.append(program)
    return programs


def idle_suites(programs):
    """The suites in which nothing passed and nothing failed."""
    ran = Counter()
    for program in programs:
        for suite in program.suites:
            ran[suite] += program.count("passed") + program.count("failed")
    return sorted(suite for suite, n in ran.items() if n == 0)


def show_failures(programs):
    for program in programs:
        failed = [case for case in program.cases if case[1] == "failed"]
        if not failed:
            continue
        print(f"--- {program.name}: {len(failed)} failed ---")
        for name, _, text in failed:
            print(f"FAILED {name}" + (f"\n{text}" if text else ""))
        if program.output and not program.explained:
            print(f"--- what {program.name} printed ---")
            print(program.output[-SHOWN_CHARACTERS:].rstrip())


def show_suites(programs):
    suites = sorted({suite for program in programs for suite in program.suites})
    for suite in suites:
        members = [program for program in programs if suite in program.suites]
        n_cases = sum(len(program.cases) for program in members)
        print(f"{suite}: {n_cases} cases in {len(members)} programs")


def closing_line(programs):
    total = Counter(case[1] for program in programs for case in program.cases)
    line = f"{total['passed']} passed, {total['failed']} failed"
    return line + (f", {total['skipped']} skipped" if total["skipped"] else ""), total


def main():
    parser = argparse.ArgumentParser(description="Count the test cases of a build directory.")
    parser.add_argument("build", type=Path)
    parser.add_argument("--only-run", action="store_true", help="leave out tests that did not run")
    parser.add_argument("--setup", default="", help="count what ran with this test setup")
    options = parser.parse_args()

    introspected = options.build / "meson-info" / "intro-tests.json"
    tests = json.loads(introspected.read_text(encoding="utf-8"))
    if options.only_run:
        runs = read_runs(options.build, options.setup)
        tests = [test for test in tests if test["name"] in runs]

    programs = collect(options.build, options.setup, tests)
    idle = idle_suites(programs)
    show_failures(programs)
    show_suites(programs)
    for suite in idle:
        print(f"The suite {suite} ran no case.")
    line, total = closing_line(programs)
    print(line)
    return 1 if total["failed"] or total["passed"] == 0 or idle else 0


if __name__ == "__main__":
    sys.exit(main())
