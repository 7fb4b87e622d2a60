#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How many instructions each thing costs: what tests/instructions guards, as a table.

They are counted under valgrind, which is slow and exact: every round tells the same, and no other
program can disturb it.
"""

import sys
from pathlib import Path

import bench

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "instructions"))

import callgrind  # noqa: E402
import guard  # noqa: E402

QUICK_SCENARIOS = ("bare", "step")
REAL_CLOCK = "step-real-clock"


def get_wanted(scenarios, options):
    return [
        (name, count, what)
        for name, count, what in scenarios.list()
        if not options.quick or name in QUICK_SCENARIOS
    ]


def count_all(scenarios, wanted, quick):
    costs, errors = guard.count_all(scenarios, wanted)
    if errors:
        raise bench.Unmeasured("; ".join(errors.values()))
    if not quick:
        step = next(count for name, count, _ in wanted if name == "step")
        costs[REAL_CLOCK] = scenarios.count("step", step, "--real-clock")
    return {name: cost.total for name, cost in costs.items()}


def make_board(options, wanted):
    board = bench.Benchmark(
        "instructions", "How many instructions does each thing cost?", "instructions", options
    )
    board.add_column("median", "instructions")
    board.add_column("ratio", "x bare")
    for name, _, what in wanted:
        board.add_row(name, what, base="bare")
    if not options.quick:
        board.add_row(REAL_CLOCK, "a step of one stream, with the real clock", base="bare")
        board.add_note(
            "The scenarios have a clock of their own, which moves on with each look at it, so "
            "that the counts do not depend on the machine. With the real one steps look dear under "
            "valgrind, which is slow, so that there are more looks than there are in life."
        )
    board.add_note(
        "Counted from the outside: the producer, the consumer and the main loop are in it. What is "
        "in GLib depends on its version."
    )
    return board


def add_bars(board):
    for name, bar in guard.BARS.items():
        board.add_bar(f"instructions of one {name}", board.get_median(name), "<=", bar)


def main():
    parser = bench.argument_parser(__doc__)
    guard.add_program_arguments(parser)
    options = bench.parse(parser)
    scenarios = guard.get_scenarios(options)

    try:
        obstacles = guard.find_obstacles(options)
        if obstacles:
            print(f"Nothing can be counted: {'; '.join(obstacles)}", file=sys.stderr)
            return guard.SKIPPED if options.quick else 1
        wanted = get_wanted(scenarios, options)
    except callgrind.CountingError as error:
        print(error, file=sys.stderr)
        return 1

    board = make_board(options, wanted)

    def measure():
        try:
            return count_all(scenarios, wanted, options.quick)
        except callgrind.CountingError as error:
            raise bench.Unmeasured(str(error)) from error

    board.measure([measure])
    add_bars(board)
    return board.finish()


if __name__ == "__main__":
    sys.exit(main())
