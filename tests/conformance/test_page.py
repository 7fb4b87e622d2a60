# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/conformance.md: its samples run, against the installed library too, and its tables are true."""

import os
import re
import subprocess
from pathlib import Path

import pytest

BUILD = Path(os.environ["PTP_BUILD_ROOT"])
PAGE = Path(os.environ["PTP_SOURCE_ROOT"]) / "docs" / "conformance.md"


def run(*command, **options):
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        **options,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def sample(language, number=0):
    blocks = re.findall(
        rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(blocks) > number
    return blocks[number]


def find_one(root, name):
    found = list(root.rglob(name))
    assert len(found) == 1, f"{name}: {found}"
    return found[0]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The build, installed below a directory of its own."""
    target = tmp_path_factory.mktemp("installed")
    run("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", target)
    return target


@pytest.fixture(scope="module")
def pkg_config_path(installed, tmp_path_factory):
    """What pkg-config is told, moved to where it was installed to."""
    path = tmp_path_factory.mktemp("pkgconfig")
    for name in ("pulltopush-1.pc", "pulltopush-testing-1.pc"):
        original = find_one(installed / "usr", name).read_text()
        (path / name).write_text(original.replace("prefix=/usr", f"prefix={installed}/usr", 1))
    return path


@pytest.fixture(scope="module")
def environment(installed):
    """What a program needs to find the installed libraries."""
    typelibs = list(installed.rglob("PullToPushTesting-1.typelib"))
    return {
        **os.environ,
        "LD_LIBRARY_PATH": str(find_one(installed, "libpulltopush-testing-1.so").parent),
        "GI_TYPELIB_PATH": str(typelibs[0].parent) if typelibs else "",
        "LC_ALL": "C.UTF-8",
    }


def needs_introspection():
    return pytest.mark.skipif(
        not (BUILD / "introspection" / "PullToPushTesting-1.typelib").exists(),
        reason="built without introspection",
    )


def check_tap(output):
    lines = output.splitlines()
    plan = next(int(line[3:]) for line in lines if line.startswith("1.."))
    assert lines[0] == "TAP version 13"
    assert plan >= 20
    assert len([line for line in lines if line.startswith("ok ")]) == plan
    assert not [line for line in lines if line.startswith("not ok ")]


def test_c_sample_runs_installed(installed, pkg_config_path, environment, tmp_path):
    packages = {**os.environ, "PKG_CONFIG_PATH": str(pkg_config_path)}
    flags = run("pkg-config", "--cflags", "--libs", "pulltopush-testing-1", env=packages).split()
    (tmp_path / "sample.c").write_text(sample("c"))
    warnings = ["-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror"]
    program = tmp_path / "sample"
    run("gcc", *warnings, tmp_path / "sample.c", "-o", program, *flags)
    output = run(program, env=environment)
    check_tap(output)
    assert "ok 1 - E3/implemented implements what it must" in output


def test_c_sample_fails_when_the_object_does(pkg_config_path, environment, tmp_path):
    packages = {**os.environ, "PKG_CONFIG_PATH": str(pkg_config_path)}
    flags = run("pkg-config", "--cflags", "--libs", "pulltopush-testing-1", env=packages).split()
    text = sample("c").replace('g_bytes_new_static ("hello", 5)', 'g_bytes_new ("help!", 5)', 1)
    (tmp_path / "sample.c").write_text(text)
    run("gcc", tmp_path / "sample.c", "-o", tmp_path / "sample", *flags)
    done = subprocess.run(
        [tmp_path / "sample"], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 1
    failed = [line for line in done.stdout.splitlines() if line.startswith("not ok ")]
    assert [line.split()[4] for line in failed] == ["L13/everything-arrives"]
    assert '  seen: "all in all byte 3 was 0x70, where 0x6c was expected"' in done.stdout
    assert re.search(r'^  rule: "L13"$', done.stdout, re.MULTILINE)


@needs_introspection()
def test_python_sample_runs_installed(environment, tmp_path):
    (tmp_path / "sample.py").write_text(sample("python"))
    run("/usr/bin/python3", tmp_path / "sample.py", env=environment)


@needs_introspection()
def test_sample_of_the_doubles_runs_installed(environment, tmp_path):
    versions = 'import gi\ngi.require_version("PullToPushTesting", "1")\n'
    (tmp_path / "doubles.py").write_text(versions + sample("python", 1))
    run("/usr/bin/python3", tmp_path / "doubles.py", env=environment)


@needs_introspection()
def test_javascript_sample_runs_installed(environment, tmp_path):
    (tmp_path / "sample.js").write_text(sample("js"))
    check_tap(run("gjs", "-m", tmp_path / "sample.js", env=environment))


def test_nothing_private_is_installed(installed):
    headers = list((installed / "usr").rglob("testing/*.h"))
    assert len(headers) == 8
    assert not [header for header in headers if "private" in header.name]


LISTING = """
import gi
gi.require_version("PullToPushTesting", "1")
from gi.repository import PullToPushTesting as Testing
for kind in (Testing.Kind.PULL_PRODUCER, Testing.Kind.PUSH_PRODUCER, Testing.Kind.CONSUMER):
    print(*Testing.Suite.list_checks(kind))
"""


@needs_introspection()
def test_tables_are_the_checks(environment):
    listed = run("/usr/bin/python3", "-c", LISTING, env=environment).splitlines()
    page = PAGE.read_text(encoding="utf-8").partition("## What is checked")[2]
    tables = page.split("| check |")[1:]
    shown = [" ".join(re.findall(r"^\| ([A-Z]\d+/[\w-]+) \|", t, re.MULTILINE)) for t in tables]
    assert shown == listed


def test_rules_of_the_tables_are_rules():
    rules = (PAGE.parent / "rules.md").read_text(encoding="utf-8")
    known = set(re.findall(r"^\*\*([LRESTB]\d+)\.\*\*", rules, re.MULTILINE))
    used = set(re.findall(r"^\| ([A-Z]\d+)/", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert len(used) >= 25
    assert used <= known
