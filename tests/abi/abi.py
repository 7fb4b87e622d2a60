#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What programs built against an earlier version can still rely on.

Two gates for each installed library, and for its introspection data:

- The ABI is compared with that of the last tag v*, which is built for it, or, as long as there is
  none, with the dump NAME.abi beside this file. What is new is noted; what was removed or changed
  is a failure.
- The exported names, and in introspection data their whole signatures, are those of the lists
  NAME.names beside this file, so that nothing is exported by accident. Some may never be. With a
  tag, no name of its lists may be gone, whatever the lists of today say.

With --update, the dumps and lists become those of the build.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import signatures

HERE = Path(__file__).resolve().parent

DUMP = "abidw --exported-interfaces-only --drop-private-types --type-id-style hash".split()
# What says more about the machine than about the library.
DUMP += "--no-corpus-path --no-comp-dir-path --no-show-locs --no-architecture --no-elf-needed".split()

# Internal, wherever they may come from.
FORBIDDEN = re.compile(r"^_|_private|^ptp_(runnable|guard|cli)_")
OURS = re.compile(r"^ptp_")


def run(*command, accepted=(0,)):
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode not in accepted:
        sys.exit(f"abi: {' '.join(words)} failed:\n{done.stdout}{done.stderr}")
    return done


class Build:
    """The libraries of a build directory, and what is installed with them."""

    def __init__(self, path):
        plan = json.loads((path / "meson-info" / "intro-installed.json").read_text(encoding="utf-8"))
        self.headers = [Path(file) for file in plan if file.endswith(".h")]
        files = [Path(file) for file in plan if ".so" in file]
        # The links to a library are installed, too.
        self.libraries = {file.name.partition(".so")[0]: file for file in files if file.is_absolute()}
        self.girs = {Path(file).stem: Path(file) for file in plan if file.endswith(".gir")}

    def dump(self, name, target):
        """The ABI as far as public headers speak of it."""
        with tempfile.TemporaryDirectory() as folder:
            for header in self.headers:
                shutil.copy(header, folder)
            run(*DUMP, "--headers-dir", folder, "--out-file", target, self.libraries[name])

    def names(self):
        """What is exported: the symbols of each library, the signatures of each namespace."""
        lists = {}
        for name, library in self.libraries.items():
            symbols = run("nm", "-D", "--defined-only", "--format=posix", library).stdout
            lists[name] = sorted({line.split()[0] for line in symbols.splitlines()})
        for name, gir in self.girs.items():
            lists[name] = signatures.read(gir)
        return lists


# The gates: each returns complaints and notes.


def compare_dumps(name, before, after):
    """abidiff's bits: 1 and 2 are errors of its own, 4 is any change, 8 one that surely breaks."""
    strict = run("abidiff", "--no-added-syms", before, after, accepted=(0, 4, 8, 12))
    if strict.returncode:
        return [f"{name}: the ABI is another one\n{strict.stdout.strip()}"], []
    whole = run("abidiff", before, after, accepted=(0, 4))
    return [], [f"{name}: the ABI has grown\n{whole.stdout.strip()}"] if whole.returncode else []


def compare_names(name, listed, exported):
    complaints = [f"{name}: gone: {line}" for line in sorted(set(listed) - set(exported))]
    complaints += [f"{name}: not listed: {line}" for line in sorted(set(exported) - set(listed))]
    return complaints


def check_forbidden(name, exported):
    complaints = []
    for line in exported:
        words = signatures.identifiers(line)
        bad = [word for word in words if FORBIDDEN.search(word) or not OURS.search(word)]
        complaints += [f"{name}: {word} must not be exported" for word in bad]
    return complaints


def read_list(path):
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line]


# The version before


def last_tag(source):
    found = run("git", "-C", source, "describe", "--tags", "--match", "v*", "--abbrev=0", accepted=(0, 128))
    return found.stdout.strip()


def build_tag(source, tag, folder):
    """The sources of a tag, and its libraries without anything else."""
    archive = folder / "source.tar"
    tree = folder / "source"
    tree.mkdir()
    run("git", "-C", source, "archive", "--output", archive, tag)
    run("tar", "--extract", "--file", archive, "--directory", tree)
    declared = (tree / "meson_options.txt").read_text(encoding="utf-8")
    wanted = {"introspection": "disabled", "cli": "disabled", "docs": "disabled", "tests": "false"}
    options = [f"-D{key}={value}" for key, value in wanted.items() if f"'{key}'" in declared]
    run("meson", "setup", folder / "build", tree, *options)
    run("ninja", "-C", folder / "build")
    return tree, Build(folder / "build")


def check_against_tag(source, tag, build, names, folder):
    tree, before = build_tag(source, tag, folder)
    complaints, notes = [], []
    for name in before.libraries:
        if name not in build.libraries:
            complaints.append(f"{name}: the library is gone since {tag}")
            continue
        old, new = folder / f"{name}.old.abi", folder / f"{name}.new.abi"
        before.dump(name, old)
        build.dump(name, new)
        found = compare_dumps(name, old, new)
        complaints += found[0]
        notes += found[1]
    for path in sorted((tree / "tests" / "abi").glob("*.names")):
        gone = set(read_list(path)) - set(names.get(path.stem, []))
        complaints += [f"{path.stem}: gone since {tag}: {line}" for line in sorted(gone)]
    return complaints, notes


def check_against_dumps(references, build, folder):
    complaints, notes = [], []
    for name in build.libraries:
        reference, now = references / f"{name}.abi", folder / f"{name}.abi"
        if not reference.exists():
            complaints.append(f"{name}: there is no dump of it to compare with")
            continue
        build.dump(name, now)
        found = compare_dumps(name, reference, now)
        complaints += found[0]
        notes += found[1]
    return complaints, notes


def check(source, references, build):
    names = build.names()
    complaints = []
    for name, exported in names.items():
        path = references / f"{name}.names"
        complaints += compare_names(name, read_list(path) if path.exists() else [], exported)
        complaints += check_forbidden(name, exported)
    for path in sorted(references.glob("*.names")):
        if path.stem not in names:
            complaints.append(f"{path.stem}: it is listed, and the build has none")

    tag = last_tag(source)
    with tempfile.TemporaryDirectory() as folder:
        if tag:
            found = check_against_tag(source, tag, build, names, Path(folder))
        else:
            found = check_against_dumps(references, build, Path(folder))
    return complaints + found[0], found[1], tag or "the dumps, since there is no tag yet"


def update(references, build):
    for name in build.libraries:
        build.dump(name, references / f"{name}.abi")
    for name, exported in build.names().items():
        text = "".join(f"{line}\n" for line in exported)
        (references / f"{name}.names").write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description="Compare ABI and API with what they were.")
    parser.add_argument("--update", action="store_true", help="keep what is exported today")
    parser.add_argument("--source", type=Path, default=HERE.parents[1])
    parser.add_argument("--references", type=Path, default=HERE, help="where dumps and lists are")
    parser.add_argument("build", type=Path)
    options = parser.parse_args()
    build = Build(options.build)
    if not build.libraries or not build.girs:
        sys.exit(f"abi: {options.build} has no library, or no introspection data, to compare")
    if options.update:
        update(options.references, build)
        print("The dumps and lists in tests/abi are those of this build: look at the difference.")
        return 0

    complaints, notes, reference = check(options.source, options.references, build)
    for text in notes + complaints:
        print(text)
    libraries = f"{len(build.libraries)} libraries and {len(build.girs)} namespaces"
    if complaints:
        print(f"abi: {len(complaints)} complaints about {libraries}, compared with {reference}.")
        print("If that is wanted: ./run abi --update, and commit what it changed.")
        return 1
    print(f"abi: {libraries} are compatible with {reference}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
