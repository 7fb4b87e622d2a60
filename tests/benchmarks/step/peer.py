# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the peers in Python have in common: the chunk, the clock and the one line of output."""

import argparse
import json
import platform
import sys
import time

# Made before; of the same size in every peer.
CHUNK = bytes(64)
MISSING_STATUS = 77


def missing(what):
    """The peer is not installed: says so, and ends."""
    print(f"{what} is not installed", file=sys.stderr)
    sys.exit(MISSING_STATUS)


class Clock:
    """Times the steps between the last one of the warm-up and the last one of all.

    A step counts `left` down, and asks passed() when that is zero whether it was the last.
    """

    def __init__(self, steps):
        self.steps = steps
        self.left = max(steps // 10, 1)
        self.start = None
        self.nanoseconds = None  # per step

    def passed(self):
        if self.start is None:
            self.left = self.steps
            self.start = time.perf_counter_ns()
            return False
        self.nanoseconds = (time.perf_counter_ns() - self.start) / self.steps
        return True

    def get_bytes(self):
        """What the consumer must have counted in the end."""
        return (max(self.steps // 10, 1) + self.steps) * len(CHUNK)


def main(doc, default_steps, measurements, **versions):
    """Runs the measurements, {name: function of a clock that gives back the bytes counted}."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--steps", type=int, default=default_steps)
    options = parser.parse_args()

    figures = {"versions": versions | {"Python": platform.python_version()}}
    for name, measure in measurements.items():
        clock = Clock(options.steps)
        counted = measure(clock)
        if clock.nanoseconds is None or counted != clock.get_bytes():
            sys.exit(f"{name}: {counted} bytes arrived, of {clock.get_bytes()}")
        figures[name] = clock.nanoseconds
    print(json.dumps(figures))
