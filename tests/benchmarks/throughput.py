#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How fast the program copies a large file, against cat(1).

The two run in turn, so that both meet the same machine; what counts is the median of the
ratios of each pair. The file is in the page cache, as is what it is compared with.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

MIB = 1 << 20


def make_input(path, size):
    """A file of real bytes: this Python's own library, over and over."""
    seed = bytearray()
    for folder, _, names in os.walk(os.path.dirname(os.__file__)):
        for name in sorted(names):
            if len(seed) >= 16 * MIB:
                break
            try:
                with open(os.path.join(folder, name), "rb") as source:
                    seed += source.read()
            except OSError:
                continue
    with open(path, "wb") as target:
        left = size
        while left > 0:
            left -= target.write(seed[: min(left, len(seed))])


def run(command, stdout=subprocess.DEVNULL):
    """Seconds of wall time, seconds of processor time and peak memory in MiB.

    time(1) starts it, since a child of this process would be charged with this one's memory.
    """
    with tempfile.NamedTemporaryFile("r", suffix=".time") as report:
        timed = ["/usr/bin/time", "--output", report.name, "--format", "%e %U %S %M", *command]
        start = time.monotonic()
        status = subprocess.call(timed, stdin=subprocess.DEVNULL, stdout=stdout)
        seconds = time.monotonic() - start
        if status != 0:
            sys.exit(f"{command[0]} ended with status {status}")
        _, user, system, peak = report.read().split()
    return seconds, float(user) + float(system), int(peak) / 1024


def run_cat(source, target):
    with open(target, "wb") as stdout:
        return run(["/bin/cat", source], stdout)


def run_program(program, source, target):
    return run([program, "--quiet", "--no-progress", source, target])


def compare(program, source, size, target, rounds):
    pairs = []
    for turn in range(rounds + 1):
        pair = run_program(program, source, target), run_cat(source, target)
        if turn > 0:  # the first warms up
            pairs.append(pair)
        if os.path.isfile(target):
            os.unlink(target)
    ours = [pair[0] for pair in pairs]
    cats = [pair[1] for pair in pairs]
    median = statistics.median
    return {
        "destination": target,
        "ours_mib_s": size / MIB / median(row[0] for row in ours),
        "cat_mib_s": size / MIB / median(row[0] for row in cats),
        "speed_ratio": median(cat[0] / our[0] for our, cat in pairs),
        "speed_ratio_min": min(cat[0] / our[0] for our, cat in pairs),
        "speed_ratio_max": max(cat[0] / our[0] for our, cat in pairs),
        "ours_cpu_s": median(row[1] for row in ours),
        "cat_cpu_s": median(row[1] for row in cats),
        "ours_peak_mib": max(row[2] for row in ours),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--size", type=int, default=1024, help="MiB")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()

    size = options.size * MIB
    results = []
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        source = os.path.join(memory, "source")
        make_input(source, size)
        for target in "/dev/null", os.path.join(memory, "target"):
            results.append(compare(options.program, source, size, target, options.rounds))
    with tempfile.TemporaryDirectory(dir="/var/tmp") as disk:
        source = os.path.join(disk, "source")
        make_input(source, size)
        with open(source, "rb") as cached:
            while cached.read(MIB):
                pass
        with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
            for target in "/dev/null", os.path.join(memory, "target"):
                row = compare(options.program, source, size, target, options.rounds)
                results.append(row | {"destination": f"{target} (from disk cache)"})

    print(f"{options.size} MiB, medians of {options.rounds} pairs")
    print(f"{'destination':<44}{'ours MiB/s':>11}{'cat MiB/s':>11}{'ratio':>7}{'min':>6}{'max':>6}"
          f"{'cpu s':>7}{'cat':>6}{'peak MiB':>9}")
    for row in results:
        print(f"{row['destination']:<44}{row['ours_mib_s']:>11.0f}{row['cat_mib_s']:>11.0f}"
              f"{row['speed_ratio']:>7.2f}{row['speed_ratio_min']:>6.2f}"
              f"{row['speed_ratio_max']:>6.2f}{row['ours_cpu_s']:>7.2f}"
              f"{row['cat_cpu_s']:>6.2f}{row['ours_peak_mib']:>9.1f}")
    print(json.dumps({"benchmark": "throughput", "size_mib": options.size, "results": results}))


if __name__ == "__main__":
    main()
