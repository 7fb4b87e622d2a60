# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The public headers, as a program that includes them sees them."""

import subprocess

import pytest

PEDANTIC = ["-Wall", "-Wextra", "-Wpedantic", "-Wno-unused-parameter", "-Werror", "-fsyntax-only"]
# GLib's own headers are not pedantic.
LANGUAGES = {
    "c99": ["gcc", "-x", "c", "-std=c99"],
    "c17": ["gcc", "-x", "c", "-std=gnu17"],
    "c++11": ["g++", "-x", "c++", "-std=c++11"],
    "c++20": ["g++", "-x", "c++", "-std=gnu++20"],
}
UMBRELLA = "#include <pulltopush/pulltopush.h>\n"


def compile_text(language, flags, text):
    system = [flag.replace("-I/usr", "-isystem/usr") for flag in map(str, flags)]
    command = [*LANGUAGES[language], *PEDANTIC, *system, "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_umbrella_compiles_alone(language, compile_flags):
    use = "int main (void) { return PTP_CHECK_VERSION (1, 0, 0) && ptp_error_quark () ? 0 : 1; }\n"
    done = compile_text(language, compile_flags, UMBRELLA + use)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("language", ["c99", "c++11"])
def test_umbrella_may_come_twice(language, compile_flags):
    done = compile_text(language, compile_flags, UMBRELLA + UMBRELLA)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("language", ["c99", "c++11"])
def test_each_header_compiles_alone(language, compile_flags, public_headers):
    for header in public_headers:
        text = f'#define PTP_COMPILATION\n#include "{header}"\n'
        done = compile_text(language, compile_flags, text)
        assert (done.returncode, done.stderr) == (0, ""), header


def test_only_the_umbrella_can_be_included(compile_flags, public_headers):
    for header in public_headers:
        if header.name == "pulltopush.h":
            continue
        done = compile_text("c99", compile_flags, f'#include "{header}"\n')
        assert done.returncode != 0, header
        assert "Only <pulltopush/pulltopush.h> can be included directly" in done.stderr


def test_umbrella_leaves_no_door_open(compile_flags):
    text = UMBRELLA + "#ifdef PTP_INSIDE\n#error open\n#endif\n"
    assert compile_text("c99", compile_flags, text).returncode == 0


def test_a_fault_in_a_header_is_seen(compile_flags):
    done = compile_text("c99", compile_flags, UMBRELLA + "int f ();\nint g (void) { return h (); }\n")
    assert done.returncode != 0
