# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The library as others use it: installed, and as a subproject."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import checks
import pytest

SAMPLE = Path(__file__).resolve().parent / "sample.c"

SUBPROJECT_USER = """
project('user', 'c', meson_version: '>= 1.0.0')
dep = dependency('pulltopush-1', fallback: 'pulltopush')
executable('sample', 'sample.c', dependencies: dep)
"""


@pytest.fixture(scope="module")
def installed(build, tmp_path_factory, run_command):
    """The build, installed below a directory of its own."""
    target = tmp_path_factory.mktemp("installed")
    run_command("meson", "install", "-C", build, "--no-rebuild", "--destdir", target)
    assert (target / "usr").is_dir(), "the build is configured with an unusual prefix"
    return target


def find_one(root, name):
    found = list(root.rglob(name))
    assert len(found) == 1, f"{name}: {found}"
    return found[0]


def pkg_config(installed, run_command, *arguments):
    """Asks the installed file, moved to where it was installed to."""
    original = find_one(installed / "usr", "pulltopush-1.pc").read_text()
    moved = installed / "pulltopush-1.pc"
    moved.write_text(original.replace("prefix=/usr", f"prefix={installed}/usr", 1))
    environment = {**os.environ, "PKG_CONFIG_PATH": str(installed)}
    return run_command("pkg-config", *arguments, "pulltopush-1", env=environment).split()


def test_installed_library_runs_a_program(installed, tmp_path, run_command, meson_build):
    flags = pkg_config(installed, run_command, "--cflags", "--libs")
    program = tmp_path / "sample"
    run_command("gcc", "-Wall", "-Wextra", "-Werror", SAMPLE, "-o", program, *flags)
    folder = find_one(installed, "libpulltopush-1.so").parent
    output = run_command(program, env={**os.environ, "LD_LIBRARY_PATH": str(folder)})
    assert output == f"{checks.project_version(meson_build)} it works\n"


def test_installed_library_copies_a_file(root, installed, tmp_path, run_command):
    flags = pkg_config(installed, run_command, "--cflags", "--libs", "gio-unix-2.0")
    example = root / "docs" / "examples" / "c" / "copy.c"
    warnings = ["-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror"]
    run_command("gcc", *warnings, example, "-o", tmp_path / "copy", *flags)
    folder = find_one(installed, "libpulltopush-1.so").parent
    environment = {**os.environ, "LD_LIBRARY_PATH": str(folder)}
    output = run_command(tmp_path / "copy", example, tmp_path / "target", env=environment)
    assert output == f"{example.stat().st_size} bytes\n"
    assert (tmp_path / "target").read_bytes() == example.read_bytes()


def test_installed_version_is_the_project_version(installed, run_command, meson_build):
    version = checks.project_version(meson_build)
    assert pkg_config(installed, run_command, "--modversion") == [version]


def test_installed_headers_are_in_a_directory_of_the_api(installed):
    umbrella = find_one(installed, "pulltopush.h")
    assert umbrella.parts[-3:] == ("pulltopush-1", "pulltopush", "pulltopush.h")
    assert list(installed.rglob("*-private.h")) == []
    assert list(installed.rglob("*internal*")) == []


def test_installed_introspection_is_where_pkg_config_says(installed, run_command):
    for name, variable in (("PullToPush-1.gir", "girdir"), ("PullToPush-1.typelib", "typelibdir")):
        path = find_one(installed, name)
        stated = pkg_config(installed, run_command, f"--variable={variable}")
        assert Path(stated[0]).resolve() == path.parent.resolve()


def test_subproject(root, tmp_path, run_command, meson_build):
    (tmp_path / "meson.build").write_text(SUBPROJECT_USER)
    shutil.copy(SAMPLE, tmp_path)
    subprojects = tmp_path / "subprojects"
    subprojects.mkdir()
    skip = shutil.ignore_patterns("build*", ".git", "tests")
    shutil.copytree(root, subprojects / "pulltopush", ignore=skip)
    options = ["introspection=disabled", "cli=disabled", "docs=disabled", "tests=false"]
    build = tmp_path / "build"
    setup = ["meson", "setup", build, tmp_path, "--wrap-mode=forcefallback"]
    run_command(*setup, *[f"-Dpulltopush:{option}" for option in options])
    run_command("ninja", "-C", build, "-j2", "sample")
    output = run_command(build / "sample")
    assert output == f"{checks.project_version(meson_build)} it works\n"


def test_installed_overrides_are_where_python_looks(installed, run_command):
    """For the usual prefixes, of which the build has one."""
    ask = "import json, sys; print(json.dumps(sys.path))"
    looks = json.loads(run_command("/usr/bin/python3", "-I", "-c", ask))
    overrides = find_one(installed / "usr", "PullToPush.py").parent
    assert f"/{overrides.parents[1].relative_to(installed)}" in looks
    assert (overrides / "_pulltopush" / "errors.py").is_file()


def test_installed_stubs_are_enough_for_mypy(root, installed, tmp_path):
    typing = find_one(installed, "typing")
    program = root / "docs" / "examples" / "python" / "twelve.py"
    done = subprocess.run(
        ["mypy", "--strict", "--cache-dir", tmp_path, program],
        env={**os.environ, "MYPYPATH": str(typing)},
        capture_output=True,
        text=True,
        check=False,
    )
    # It has no annotations, and nothing else is wrong with it.
    wrong = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert all("[no-untyped-def]" in line or "[no-untyped-call]" in line for line in wrong), done.stdout
