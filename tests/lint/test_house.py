# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rules of the house, applied to the house."""

import json
import re

import checks


def test_arrows_point_one_way(root):
    assert checks.check_arrows(root / "pulltopush") == []


def test_lengths(root):
    assert checks.check_lengths(root, checks.sources_of(root)) == []


def test_licenses(root):
    assert checks.check_licenses(root, checks.sources_of(root)) == []


def test_every_wanted_flag_is_in_use(build, meson_build, run_command):
    commands = json.loads((build / "compile_commands.json").read_text())
    ours = [c for c in commands if c["file"].endswith(".c") and "introspection" not in c["file"]]
    assert len(ours) >= 15
    version = run_command(ours[0]["command"].split()[0], "--version").lower()
    compiler = "clang" if "clang" in version else "gcc"
    assert checks.check_flags(meson_build, compiler, ours) == []


def test_exports_are_what_the_headers_declare(library, public_headers, run_command):
    symbols = run_command("nm", "-D", "--defined-only", library)
    exported = {line.split()[-1].partition("@")[0] for line in symbols.splitlines()}
    declared = checks.declared_functions([h.read_text(encoding="utf-8") for h in public_headers])
    assert len(declared) >= 60
    assert checks.check_exports(declared, exported) == []


def test_private_headers_are_not_installed(public_headers):
    assert len(public_headers) >= 14
    assert [h.name for h in public_headers if "private" in h.name] == []


def test_every_public_header_is_in_the_umbrella(root, public_headers):
    umbrella = (root / "pulltopush" / "pulltopush.h").read_text(encoding="utf-8")
    named = {target.rsplit("/", 1)[-1] for _, target in checks.INCLUDE.findall(umbrella)}
    assert named == {header.name for header in public_headers} - {"pulltopush.h"}


def test_hardening(library, run_command):
    dynamic = run_command("readelf", "--dynamic", "--program-headers", "--wide", library)
    assert re.search(r"FLAGS_1.*NOW.*NODELETE|FLAGS_1.*NODELETE.*NOW", dynamic)
    assert "GNU_RELRO" in dynamic
    assert re.search(r"soname: \[libpulltopush-1\.so\.0\]", dynamic)
