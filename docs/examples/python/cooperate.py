#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts primes while a timer ticks in the same loop, as a window's animation would."""

import sys
import time

import gi

gi.require_version("PullToPush", "1")
from gi.repository import GLib, PullToPush  # noqa: E402

USAGE = "Usage: cooperate.py LIMIT"


def is_prime(number):
    return number > 1 and all(number % d for d in range(2, int(number**0.5) + 1))


def count_primes(limit):
    """At each yield the loop may do something else; how often it does is the cooperator's matter."""
    count = 0
    for number in range(limit):
        count += is_prime(number)
        yield
    return count


class Ticks:
    def __init__(self):
        self.count = 0
        self.longest_gap = 0.0
        self.last = time.monotonic()

    def tick(self):
        now = time.monotonic()
        self.count += 1
        self.longest_gap = max(self.longest_gap, now - self.last)
        self.last = now
        return GLib.SOURCE_CONTINUE


async def cooperate(limit):
    ticks = Ticks()
    GLib.timeout_add(10, ticks.tick)
    count = await PullToPush.cooperate(count_primes(limit)).wait()
    print(f"{count} primes below {limit}")
    print(f"{ticks.count} ticks meanwhile, longest gap {ticks.longest_gap * 1000:.1f} ms")


def main(arguments):
    if len(arguments) != 1 or not arguments[0].isdecimal():
        print(USAGE, file=sys.stderr)
        return 2
    PullToPush.run(cooperate(int(arguments[0])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
