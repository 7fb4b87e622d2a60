# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def root():
    """The source tree."""
    return Path(os.environ["PTP_SOURCE_ROOT"])


@pytest.fixture(scope="session")
def build():
    """The build tree."""
    return Path(os.environ["PTP_BUILD_ROOT"])


@pytest.fixture(scope="session")
def library(build):
    return build / "pulltopush" / "libpulltopush-1.so"


@pytest.fixture(scope="session")
def testing_library(build):
    return build / "pulltopush" / "testing" / "libpulltopush-testing-1.so"


def installed_headers(build):
    plan = json.loads((build / "meson-info" / "intro-installed.json").read_text())
    return sorted(Path(path) for path in plan if path.endswith(".h"))


@pytest.fixture(scope="session")
def public_headers(build):
    """Where the headers of the library are installed from: source and build tree."""
    return [path for path in installed_headers(build) if path.parent.name != "testing"]


@pytest.fixture(scope="session")
def testing_headers(build):
    """The same of the library for tests."""
    return [path for path in installed_headers(build) if path.parent.name == "testing"]


@pytest.fixture(scope="session")
def meson_build(root):
    return (root / "meson.build").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def test_texts(root, build, run_command):
    """The tests: what the C programs say they have, and the others as they are written."""
    tests = json.loads((build / "meson-info" / "intro-tests.json").read_text())
    folders = tuple(f"{build / 'tests' / name}/test-" for name in ("unit", "faults"))
    programs = [test["cmd"][0] for test in tests if test["cmd"][0].startswith(folders)]
    assert len(programs) >= 10
    names = [name for program in programs for name in run_command(program, "-l").split()]
    # Not those in lint/, which only speak of tests.
    files = [p for p in (root / "tests").rglob("*") if p.suffix in (".py", ".js")]
    kept = [path for path in files if path.parent.name != "lint"]
    texts = [path.read_text(encoding="utf-8") for path in sorted(kept)]
    return [*(f'"{name}"' for name in names), *texts]


@pytest.fixture(scope="session")
def run_command():
    """Runs a command and returns what it printed; a failure shows all of it."""

    def run(*command, **options):
        words = [str(word) for word in command]
        options.setdefault("timeout", 300)
        done = subprocess.run(words, capture_output=True, text=True, check=False, **options)
        assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}{done.stderr}"
        return done.stdout

    return run


@pytest.fixture(scope="session")
def compile_flags(root, build, run_command):
    """What a program needs to be compiled against the build tree."""
    packages = run_command("pkg-config", "--cflags", "gio-2.0", "gio-unix-2.0").split()
    return ["-I", root, "-I", build, *packages]
