# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts the instructions of one operation, in all and by function.

A scenario is run twice, doing its operation N and 2 N times; the difference, divided by N, is what
one operation costs. All that happens once drops out: the dynamic linker, the types, the first
turns. What a count could depend on beside the code is pinned, so that it is the same every time.
"""

import re
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

TIMEOUT_SECONDS = 120

# The C library picks its functions by what the processor can do. So that the counts do not depend
# on that, it may not use what only some processors have.
PLAIN_PROCESSOR = "glibc.cpu.hwcaps=-AVX2,-AVX_Fast_Unaligned_Load,-SSSE3,-SSE4_1,-SSE4_2"
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C",
    "LD_BIND_NOW": "1",
    "GLIBC_TUNABLES": PLAIN_PROCESSOR,
    "G_SLICE": "always-malloc",
    "GIO_USE_VFS": "local",
    "GIO_MODULE_DIR": "/nonexistent",
}

# Of what has no symbol, such as the static functions of a library without debugging symbols, only
# the address is known, which says nothing.
UNNAMED = "(no name)"
UNKNOWN_OBJECT = "???"


class CountingError(Exception):
    """Something could not be counted; the text says what, and why."""


class Cost:
    """Instructions: all, and by function, which is "OBJECT:NAME"."""

    def __init__(self, total=0.0, functions=None):
        self.total = total
        self.functions = Counter(functions or {})


def plain_object(path):
    """libglib-2.0.so.0.7400.6 is libglib-2.0.so, whatever its version."""
    return re.sub(r"(\.so)(\.\d+)+$", r"\1", path.rsplit("/", 1)[-1])


def plain_function(name):
    """Without what compiler, linker and callgrind append to parts, copies, versions, recursion."""
    name = re.sub(r"('\d+|@.*|\.(part|constprop|isra|cold|lto_priv)(\.\d+)?)+$", "", name)
    return UNNAMED if re.fullmatch(r"0x[0-9a-f]+", name) else name


def parse(text):
    """Reads a profile that was written without compression: what each function costs itself."""
    cost = Cost()
    function = None
    obj = UNKNOWN_OBJECT
    skip = False
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if line[:1].isdigit():
            # What follows "calls=" is the cost of the callee.
            if not skip:
                cost.functions[function] += int(line.split()[1])
            skip = False
        elif equals and key == "ob":
            obj = plain_object(value)
        elif equals and key == "fn":
            function = f"{obj}:{plain_function(value)}"
        elif equals and key == "calls":
            skip = True
        elif line.startswith("summary:"):
            cost.total = int(line.split()[1])
    if cost.total == 0 or sum(cost.functions.values()) != cost.total:
        raise CountingError(
            f"the functions cost {sum(cost.functions.values())} instructions together, "
            f"the program {cost.total}: the profile was not understood"
        )
    return cost


def difference(once, twice, count):
    functions = Counter(twice.functions)
    functions.subtract(once.functions)
    return Cost(
        (twice.total - once.total) / count,
        {name: cost / count for name, cost in functions.items() if cost != 0},
    )


def run(command, what):
    try:
        done = subprocess.run(
            [str(word) for word in command], env=ENVIRONMENT, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CountingError(f"{what} could not be run: {error}") from error
    if done.returncode != 0:
        raise CountingError(
            f"{what} ended with status {done.returncode}:\n{done.stdout}{done.stderr}".rstrip()
        )
    return done.stdout


class Scenarios:
    """The program that has them, and valgrind to run it under."""

    def __init__(self, program, valgrind="valgrind"):
        self.program = program
        self.valgrind = valgrind

    def list(self):
        """Yields name, count and meaning of each."""
        for line in run([self.program, "--list"], self.program).splitlines():
            name, count, what = line.split("\t")
            yield name, int(count), what

    def get_about(self):
        """What the counts depend on beside our own code."""
        lines = run([self.program, "--about"], self.program).splitlines()
        return dict(line.split("\t") for line in lines)

    def profile(self, name, count, *options):
        with tempfile.TemporaryDirectory() as folder:
            profile = Path(folder) / "profile"
            command = [
                self.valgrind, "--tool=callgrind", f"--callgrind-out-file={profile}",
                "--toggle-collect=main",  # neither the dynamic linker nor other threads
                "--compress-strings=no", "--compress-pos=no", "--dump-line=no",
                self.program, name, "--count", count, *options,
            ]
            what = f"scenario {name} under {self.valgrind}"
            run(command, what)
            try:
                return parse(profile.read_text(encoding="utf-8", errors="replace"))
            except (OSError, ValueError, IndexError) as error:
                raise CountingError(f"the profile of {what} could not be read: {error}") from error

    def count(self, name, count, *options):
        """What one operation of a scenario costs."""
        once = self.profile(name, count, *options)
        return difference(once, self.profile(name, 2 * count, *options), count)
