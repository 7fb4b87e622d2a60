#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the random programs of a build side by side for a number of minutes.

Each of them plays sequences that follow from a seed, and says at its end how many and what it found.
One that ends too early, whatever the reason, is a finding: its log is kept, and it goes on with
another seed for the rest of the time. The last line is the sum of all.
"""

import argparse
import json
import math
import random
import re
import subprocess
import sys
import time
from pathlib import Path

PROGRAMS = ["model-run", "crowd-run", "threads-run"]
# So long after its time a program that has not ended never will.
GRACE_SECONDS = 240
# A program that ends so long before its time did not do what it was told.
EARLY_SECONDS = 30
LAST_LINE = re.compile(r"^(\d+) sequences, seed (\d+), (\d+) findings$", re.MULTILINE)
SO_FAR = re.compile(r"^(\d+) sequences so far, (\d+) findings$", re.MULTILINE)


def resident_kib(pid):
    """What a process and its children have in memory; 0 if it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    except OSError:
        return 0
    own = re.search(r"^VmRSS:\s*(\d+)", status, re.MULTILINE)
    return (int(own.group(1)) if own else 0) + sum(resident_kib(child) for child in children)


class Run:
    """One process of a program."""

    def __init__(self, command, seed, seconds, log):
        self.seed = seed
        self.log = log
        self.ended = None
        self.until = time.monotonic() + seconds
        self.command = command
        with open(log, "wb") as file:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT
            )

    def text(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def tail(self):
        """The end of the log, where the last of the lines about the progress is."""
        with open(self.log, "rb") as file:
            file.seek(0, 2)
            file.seek(max(file.tell() - 4096, 0))
            return file.read().decode("utf-8", errors="replace")

    def n_so_far(self):
        found = LAST_LINE.findall(self.tail()) or SO_FAR.findall(self.tail())
        return int(found[-1][0]) if found else 0

    def note_end(self):
        self.ended = time.monotonic()

    def fault(self):
        """Why what it has done is a finding; None if it is none. It has ended."""
        last = LAST_LINE.findall(self.text())
        if not last:
            return f"ended with status {self.process.returncode} and no last line"
        n_findings = int(last[-1][2])
        if n_findings or self.process.returncode != 0:
            return f"{n_findings} findings, status {self.process.returncode}"
        if last[-1][0] == "0":
            return "played nothing at all"
        if self.ended < self.until - EARLY_SECONDS:
            return f"ended {self.until - self.ended:.0f} seconds before its time"
        return None


class Program:
    """One of the programs, in as many processes, one after the other, as it takes."""

    def __init__(self, name, path, options, seeds):
        self.name = name
        self.path = path
        self.options = options
        self.seeds = seeds
        self.runs = []
        self.n_sequences = 0
        self.findings = []
        self.early_kib = 0
        self.late_kib = 0

    def start(self, seconds):
        seed = self.seeds.randrange(1, 2**31)
        minutes = seconds / 60
        if self.name == "model-run":
            minutes = math.ceil(minutes)
        command = [str(self.path), "--seed", str(seed), "--minutes", str(minutes)]
        if self.name == "model-run":
            command += ["--jobs", str(self.options.jobs)]
        log = self.options.logs / f"{self.name}-{seed}.log"
        self.runs.append(Run(command, seed, minutes * 60, log))

    @property
    def run(self):
        return self.runs[-1]

    def is_running(self):
        return self.run.process.poll() is None

    def total(self):
        return self.n_sequences + (self.run.n_so_far() if self.is_running() else 0)

    def finish(self):
        """Books the process that has ended."""
        run = self.run
        run.note_end()
        self.n_sequences += run.n_so_far()
        fault = run.fault()
        if fault is None:
            run.log.unlink()
            return
        self.findings.append({"seed": run.seed, "what": fault, "log": str(run.log)})
        print(f"FINDING: {self.name} --seed {run.seed}: {fault}; see {run.log}", flush=True)

    def sample(self, early):
        kib = resident_kib(self.run.process.pid)
        if early:
            self.early_kib = max(self.early_kib, kib)
        elif kib:
            self.late_kib = kib

    def kill_if_late(self):
        if time.monotonic() > self.run.until + GRACE_SECONDS:
            self.run.process.kill()
            self.run.process.wait()

    def line(self):
        seeds = " ".join(str(run.seed) for run in self.runs)
        return (
            f"{self.name}: {self.n_sequences} sequences, seeds {seeds}, {len(self.findings)} findings, "
            f"{self.early_kib} KiB early, {self.late_kib} KiB late"
        )

    def figures(self):
        return {
            "sequences": self.n_sequences,
            "seeds": [run.seed for run in self.runs],
            "findings": self.findings,
            "rss_kib_at_a_tenth": self.early_kib,
            "rss_kib_at_the_end": self.late_kib,
        }


def bar(share, width=30):
    done = int(width * min(share, 1))
    return "[" + "#" * done + "." * (width - done) + "]"


def show_progress(programs, share, minutes):
    parts = ", ".join(f"{program.name} {program.total()}" for program in programs)
    findings = sum(len(program.findings) for program in programs)
    text = f"{share * minutes:.1f} of {minutes:g} minutes: {parts}; {findings} findings"
    if sys.stdout.isatty():
        print(f"\r{bar(share)} {text}\033[K", end="", flush=True)
    else:
        print(text, flush=True)


def watch(programs, minutes):
    start = time.monotonic()
    end = start + minutes * 60
    for program in programs:
        program.start(minutes * 60)

    next_line = start + 60
    while programs:
        now = time.monotonic()
        for program in programs:
            program.sample(early=now < start + minutes * 6)
            program.kill_if_late()
        for program in [program for program in programs if not program.is_running()]:
            program.finish()
            # What ended before its time goes on; at the end there is nothing worth beginning.
            if end - now > 5:
                program.start(end - now)
            else:
                programs = [other for other in programs if other is not program]
        if now >= next_line or (sys.stdout.isatty() and programs):
            show_progress(programs, (now - start) / (end - start), minutes)
            next_line = max(next_line, now - 59) + 60
        time.sleep(0.2 if end - now < 10 else 1)
    return time.monotonic() - start


def stop(programs):
    for program in programs:
        if program.runs and program.is_running():
            program.run.process.terminate()


def version_of(build):
    info = json.loads((build / "meson-info" / "intro-projectinfo.json").read_text(encoding="utf-8"))
    return info["version"]


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("minutes", type=float)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 2**31))
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--jobs", type=int, default=2, help="processes of model-run (2)")
    parser.add_argument("--logs", type=Path, help="where to keep the logs of findings")
    parser.add_argument("--only", action="append", choices=PROGRAMS, help="not all of them")
    options = parser.parse_args()
    options.logs = options.logs or options.build / "soak-logs"
    return options


def main():
    options = parse()
    options.logs.mkdir(parents=True, exist_ok=True)
    seeds = random.Random(options.seed)
    names = [name for name in PROGRAMS if not options.only or name in options.only]
    programs = [
        Program(name, options.build.resolve() / "tests" / "model" / name, options, seeds)
        for name in names
    ]
    print(f"soak: seed {options.seed}, {options.minutes:g} minutes", flush=True)
    try:
        seconds = watch(list(programs), options.minutes)
    except KeyboardInterrupt:
        stop(programs)
        return 130

    if sys.stdout.isatty():
        print()
    for program in programs:
        print(program.line())
    n_sequences = sum(program.n_sequences for program in programs)
    n_findings = sum(len(program.findings) for program in programs)
    all_seeds = ", ".join(str(run.seed) for program in programs for run in program.runs)
    if options.json:
        figures = {
            "version": version_of(options.build),
            "minutes": round(seconds / 60, 2),
            "seed": options.seed,
            "sequences": n_sequences,
            "findings": n_findings,
            "programs": {program.name: program.figures() for program in programs},
        }
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(
        f"soak: {n_sequences} sequences in {seconds / 60:.1f} minutes, seeds {all_seeds}, "
        f"{n_findings} findings"
    )
    return 1 if n_findings or n_sequences == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
