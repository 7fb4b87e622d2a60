#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Puts deliberate bugs into a copy of the library, one at a time, and sees which test notices.

Each must be noticed by the test that is named for it, which must pass without it. With --all,
every unit test is run against every bug. The last line is "N passed, N failed".
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mutants import MUTANTS, Mutant

SOURCE = Path(__file__).resolve().parents[2]
# Nothing but the library and the tests in C.
OPTIONS = ["-Dintrospection=disabled", "-Dcli=disabled", "-Ddocs=disabled", "-Dtests=true"]
# A bug may make a test hang; what takes this long hangs, on any machine.
PATIENCE = 120


def copy_tree(to: Path) -> None:
    """What git knows or would add: no build directory."""
    command = ["git", "-C", SOURCE, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (SOURCE / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(SOURCE / name, to / name)


def apply(mutant: Mutant, tree: Path) -> None:
    path = tree / mutant.file
    text = path.read_text()
    if text.count(mutant.old) != 1:
        raise ValueError(
            f"{mutant.name}: the code it changes is {text.count(mutant.old)} times in {mutant.file}, "
            "not once; adapt tests/mutation/mutants.py to the code of today"
        )
    path.write_text(text.replace(mutant.old, mutant.new))


def revert(mutant: Mutant, tree: Path) -> None:
    shutil.copy(SOURCE / mutant.file, tree / mutant.file)


class Copy:
    """A copy of the tree, and its build."""

    def __init__(self, directory: Path) -> None:
        self.tree = directory / "tree"
        self.build = directory / "build"

    def prepare(self) -> None:
        copy_tree(self.tree)
        self._quietly("meson", "setup", *OPTIONS, self.build, self.tree)
        self.compile()

    def compile(self) -> None:
        self._quietly("ninja", "-C", self.build)

    def run(self, test: str, case: str | None = None) -> tuple[str, list[str]]:
        """How a test program ended, and the cases that were not ok."""
        program = self.build / "tests" / "unit" / f"test-{test}"
        command = [program, "--tap", "-k"] + (["-p", case] if case else [])
        environment = {
            **os.environ,
            "G_TEST_SRCDIR": str(self.tree / "tests" / "unit"),
            "G_TEST_BUILDDIR": str(program.parent),
            "G_DEBUG": "gc-friendly",
            "MALLOC_PERTURB_": "173",
        }
        try:
            done = subprocess.run(
                command, capture_output=True, timeout=PATIENCE, env=environment, cwd=program.parent,
                stdin=subprocess.DEVNULL, check=False,
            )
        except subprocess.TimeoutExpired:
            return "hung", []
        lines = done.stdout.decode(errors="replace").splitlines()
        failed = [line.split(" ", 3)[3] for line in lines if line.startswith("not ok")]
        if not any(line.startswith(("ok ", "not ok ")) for line in lines) and done.returncode == 0:
            return "empty", []
        if done.returncode < 0:
            return f"died of signal {-done.returncode}", failed
        return ("passed" if done.returncode == 0 else "failed"), failed

    @staticmethod
    def _quietly(*command: object) -> None:
        done = subprocess.run([str(word) for word in command], capture_output=True, check=False)
        if done.returncode != 0:
            sys.stderr.buffer.write(done.stdout + done.stderr)
            raise RuntimeError(f"{command[0]} failed")


def unit_tests(copy: Copy) -> list[str]:
    programs = (copy.build / "tests" / "unit").glob("test-*")
    return sorted(path.name.removeprefix("test-") for path in programs if path.is_file())


def name_all(copy: Copy) -> None:
    for test in unit_tests(copy):
        verdict, cases = copy.run(test)
        if verdict != "passed":
            print(f"          {test}: {verdict} {' '.join(cases)}".rstrip())


def check(copy: Copy, mutant: Mutant, every_test: bool) -> bool:
    before, _ = copy.run(mutant.test, mutant.case)
    apply(mutant, copy.tree)
    try:
        copy.compile()
        after, cases = copy.run(mutant.test, mutant.case)
        caught = before == "passed" and after not in ("passed", "empty")
        verdict = "caught" if caught else "MISSED"
        print(f"{verdict}  {mutant.name}: {mutant.what}")
        print(f"          by {mutant.test} {mutant.case}: {after}", *cases[:2], flush=True)
        if before != "passed":
            print(f"          without it that test {before}, so that it says nothing")
        if every_test:
            name_all(copy)
    finally:
        revert(mutant, copy.tree)
    return caught


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="which bugs; all unless given")
    parser.add_argument("--all", action="store_true", help="run every unit test against each")
    parser.add_argument("--list", action="store_true", help="list the bugs, and do nothing")
    arguments = parser.parse_args()

    unknown = set(arguments.names) - {mutant.name for mutant in MUTANTS}
    if unknown:
        parser.error(f"no such bug: {', '.join(sorted(unknown))}; --list shows them")
    chosen = [mutant for mutant in MUTANTS if not arguments.names or mutant.name in arguments.names]
    if arguments.list:
        for mutant in chosen:
            print(f"{mutant.name:24} {mutant.what}")
        return 0

    with tempfile.TemporaryDirectory(prefix="pulltopush-mutation-") as directory:
        copy = Copy(Path(directory))
        copy.prepare()
        failed = 0
        for mutant in chosen:
            failed += not check(copy, mutant, arguments.all)
            copy.compile()
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
