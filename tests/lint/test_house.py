# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rules of the house, applied to the house."""

import json
import re

import checks
import pytest


def test_arrows_point_one_way(root):
    assert checks.check_arrows(root / "pulltopush") == []


def test_no_folder_is_forgotten(root):
    assert checks.check_folders(root / "pulltopush") == []


def test_names_of_the_contract_are_disjoint(root):
    library = root / "pulltopush"
    assert sorted(checks.contract_signals(library)) == ["broken", "ready", "settle-failed", "settled"]
    assert checks.check_contract_names(library) == []


def test_signals_of_the_contract_are_connected_by_id(root):
    assert checks.check_signals_by_id(root / "pulltopush") == []


def test_words(root):
    assert checks.check_words(root, checks.sources_of(root)) == []


def test_warnings_are_turned_off_with_a_reason(meson_build):
    assert checks.check_flag_reasons(meson_build) == []


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


def exports_of(library, run_command):
    symbols = run_command("nm", "-D", "--defined-only", library)
    return {line.split()[-1].partition("@")[0] for line in symbols.splitlines()}


def declared_in(headers):
    return checks.declared_functions([h.read_text(encoding="utf-8") for h in headers])


def test_exports_are_what_the_headers_declare(library, public_headers, run_command):
    declared = declared_in(public_headers)
    assert len(declared) >= 60
    assert checks.check_exports(declared, exports_of(library, run_command)) == []


def test_exports_of_the_library_for_tests(testing_library, testing_headers, run_command):
    declared = declared_in(testing_headers)
    assert len(declared) >= 20
    exported = exports_of(testing_library, run_command)
    assert checks.check_exports(declared, exported, "ptp_testing_") == []


def test_private_headers_are_not_installed(public_headers, testing_headers):
    assert len(public_headers) >= 14
    headers = [*public_headers, *testing_headers]
    assert [h.name for h in headers if "private" in h.name] == []


def included_by(umbrella):
    text = umbrella.read_text(encoding="utf-8")
    return {target.rsplit("/", 1)[-1] for _, target in checks.INCLUDE.findall(text)}


def test_every_public_header_is_in_the_umbrella(root, public_headers):
    named = included_by(root / "pulltopush" / "pulltopush.h")
    assert named == {header.name for header in public_headers} - {"pulltopush.h"}


def test_every_header_for_tests_is_in_its_umbrella(root, testing_headers):
    umbrella = root / "pulltopush" / "testing" / "pulltopush-testing.h"
    named = included_by(umbrella) - {"pulltopush.h"}
    assert named == {header.name for header in testing_headers} - {umbrella.name}


@pytest.mark.parametrize("which", ["library", "testing_library"])
def test_hardening(which, request, run_command):
    library = request.getfixturevalue(which)
    dynamic = run_command("readelf", "--dynamic", "--program-headers", "--wide", library)
    assert re.search(r"FLAGS_1.*NOW.*NODELETE|FLAGS_1.*NODELETE.*NOW", dynamic)
    assert "GNU_RELRO" in dynamic
    assert f"soname: [{library.name}.0]" in dynamic
