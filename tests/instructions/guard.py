#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sees that nothing costs more instructions than it did: more than 5 % is a failure.

What was counted last is in baseline.json. Where that says nothing, such as with another compiler
or with sanitizers, it says so and skips itself, with exit status 77.
"""

import argparse
import json
import os
import platform
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import baseline
import callgrind

HERE = Path(__file__).resolve().parent
SKIPPED = 77

# What one operation may cost at most, whatever it cost before.
BARS = {"step": 110}

# How ./run test builds; counts of another build are not comparable.
BUILD_OPTIONS = {
    "buildtype": "debugoptimized",
    "b_coverage": False,
    "b_lto": False,
    "b_ndebug": "false",
    "b_sanitize": "none",
    "c_args": [],
}


def add_program_arguments(parser):
    parser.add_argument("build", type=Path, help="the build directory")
    parser.add_argument("--program", type=Path, help="default: tests/instructions/scenarios in it")
    parser.add_argument("--valgrind", default="valgrind", help="the program to count with")


def get_scenarios(options):
    program = options.program or options.build / "tests" / "instructions" / "scenarios"
    return callgrind.Scenarios(program, options.valgrind)


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_program_arguments(parser)
    parser.add_argument("--baseline", type=Path, default=HERE / "baseline.json")
    parser.add_argument("--update", action="store_true", help="write what it costs now as baseline")
    parser.add_argument("--tap", action="store_true", help="print TAP, each scenario a case")
    options = parser.parse_args(arguments)
    if options.update and options.tap:
        parser.error("--update is for people, --tap for meson")
    return options


# Whether it can be counted, and says anything


def read_build_options(build):
    path = build / "meson-info" / "intro-buildoptions.json"
    try:
        return {option["name"]: option["value"] for option in json.loads(path.read_text())}
    except (OSError, ValueError) as error:
        raise callgrind.CountingError(
            f"{build} is no build directory of meson's: {error}"
        ) from error


def find_obstacles(options):
    """Why nothing that can be compared with anything can be counted here."""
    obstacles = []
    if shutil.which(options.valgrind) is None:
        obstacles.append(f"{options.valgrind} is not installed")
    found = read_build_options(options.build)
    for name, wanted in BUILD_OPTIONS.items():
        if found.get(name, wanted) != wanted:
            obstacles.append(f"{name} of the build is {found[name]!r}, not {wanted!r}")
    return obstacles


def get_dependencies(scenarios):
    return {"architecture": platform.machine(), **scenarios.get_about()}


def count_all(scenarios, wanted):
    """Counts what is wanted, two at a time. Returns the costs and, for others, what went wrong."""
    costs = {}
    errors = {}
    with ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        running = {name: pool.submit(scenarios.count, name, count) for name, count, _ in wanted}
        for name, future in running.items():
            try:
                costs[name] = future.result()
            except callgrind.CountingError as error:
                errors[name] = str(error)
    return costs, errors


# What is told


class Tap:
    """For meson: each scenario a case."""

    def __init__(self):
        self.n_cases = 0

    def skip(self, reasons):
        print(f"1..0 # SKIP {'; '.join(reasons)}")
        return 0

    def tell(self, name, good, lines, figures=""):
        self.n_cases += 1
        print(f"{'ok' if good else 'not ok'} {self.n_cases} /instructions/{name}")
        for line in lines:
            print(f"# {line}")

    def finish(self):
        print(f"1..{self.n_cases}")


class Table:
    """For people."""

    def __init__(self):
        self.lines = []

    def skip(self, reasons):
        print("Skipped, since the counts could not be compared:")
        for reason in reasons:
            print(f"  {reason}")
        return SKIPPED

    def tell(self, name, good, lines, figures=""):
        print(f"{name:<20} {figures}{'' if good else '  FAILED'}".rstrip())
        if lines:
            self.lines += ["", *lines]

    def finish(self):
        for line in self.lines:
            print(line)


def show_figures(change):
    before, now = (f"{c.total:10.1f}" if c else f"{'-':>10}" for c in (change.before, change.now))
    # Adding zero turns -0.0 into 0.0.
    growth = "" if change.growth is None else f"  {round(change.growth, 3) + 0:+7.1%}"
    return f"{before} -> {now}{growth}"


def tell_changes(teller, changes, errors):
    good = True
    for change in changes:
        name = change.name
        if name in errors:
            teller.tell(name, False, [f"{name} could not be counted:", *errors[name].splitlines()])
        else:
            teller.tell(name, change.good, change.explain(), show_figures(change))
        good = good and change.good
    return good


def tell_bars(teller, costs):
    good = True
    for name, bar in BARS.items():
        cost = costs.get(name)
        holds = cost is not None and cost.total <= bar
        told = f"{cost.total:.1f} instructions" if cost else "not counted"
        why = [] if holds else [f"{name}: {told}, and the bar is {bar}, whatever it was before."]
        teller.tell(f"bar-{name}", holds, why, f"{told}, at most {bar}")
        good = good and holds
    return good


def check(options, scenarios, teller):
    obstacles = find_obstacles(options)
    if obstacles:
        return teller.skip(obstacles)
    known = baseline.Baseline.load(options.baseline)
    differences = known.get_differences(get_dependencies(scenarios))
    if differences:
        return teller.skip(differences)

    costs, errors = count_all(scenarios, scenarios.list())
    changes = baseline.compare(known, costs)
    changes += [baseline.Change(name, None, None) for name in errors if name not in known.costs]
    good = tell_changes(teller, changes, errors)
    good = tell_bars(teller, costs) and good
    teller.finish()
    return 0 if good else 1


def update(options, scenarios):
    obstacles = find_obstacles(options)
    if obstacles:
        raise callgrind.CountingError("; ".join(obstacles))
    costs, errors = count_all(scenarios, scenarios.list())
    if errors:
        raise callgrind.CountingError("\n".join(f"{n}: {text}" for n, text in errors.items()))

    try:
        known = baseline.Baseline.load(options.baseline)
    except baseline.BaselineError:
        known = baseline.Baseline({}, {})
    for change in baseline.compare(known, costs):
        print(f"{change.name:<20} {show_figures(change)}")
    baseline.Baseline(get_dependencies(scenarios), costs).save(options.baseline)
    print(f"Written to {options.baseline}")
    return 0


def main(arguments=None):
    options = parse_arguments(arguments)
    scenarios = get_scenarios(options)
    try:
        if options.update:
            return update(options, scenarios)
        return check(options, scenarios, Tap() if options.tap else Table())
    except (callgrind.CountingError, baseline.BaselineError) as error:
        text = str(error)
        print("Bail out! " + text.replace("\n", "\n# ") if options.tap else text)
        return 1


if __name__ == "__main__":
    sys.exit(main())
