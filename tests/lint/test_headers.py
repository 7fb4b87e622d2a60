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


class Library:
    """The umbrella of a library, a use of it, and the macros that guard what is below."""

    def __init__(self, umbrella, use, macros):
        self.umbrella = umbrella
        self.include = f"#include <{umbrella}>\n"
        self.use = f"int main (void) {{ return {use} ? 0 : 1; }}\n"
        self.compilation, self.inside = macros


LIBRARIES = {
    "pulltopush": Library(
        "pulltopush/pulltopush.h",
        "PTP_CHECK_VERSION (1, 0, 0) && ptp_error_quark ()",
        ("PTP_COMPILATION", "PTP_INSIDE"),
    ),
    "testing": Library(
        "pulltopush/testing/pulltopush-testing.h",
        "ptp_testing_suite_get_type ()",
        ("PTP_TESTING_COMPILATION", "PTP_TESTING_INSIDE"),
    ),
}


@pytest.fixture(params=LIBRARIES)
def library_api(request):
    return LIBRARIES[request.param]


@pytest.fixture
def headers(library_api, public_headers, testing_headers):
    """Those of the one library, which must have some."""
    found = testing_headers if "testing" in library_api.umbrella else public_headers
    assert len(found) >= 2
    return found


def compile_text(language, flags, text):
    system = [flag.replace("-I/usr", "-isystem/usr") for flag in map(str, flags)]
    command = [*LANGUAGES[language], *PEDANTIC, *system, "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_umbrella_compiles_alone(language, library_api, compile_flags):
    done = compile_text(language, compile_flags, library_api.include + library_api.use)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("language", ["c99", "c++11"])
def test_umbrella_may_come_twice(language, library_api, compile_flags):
    done = compile_text(language, compile_flags, library_api.include * 2)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("language", ["c99", "c++11"])
def test_each_header_compiles_alone(language, library_api, headers, compile_flags):
    for header in headers:
        text = f'#define {library_api.compilation}\n#include "{header}"\n'
        done = compile_text(language, compile_flags, text)
        assert (done.returncode, done.stderr) == (0, ""), header


def test_only_the_umbrella_can_be_included(library_api, headers, compile_flags):
    for header in headers:
        if library_api.umbrella.endswith(f"/{header.name}"):
            continue
        done = compile_text("c99", compile_flags, f'#include "{header}"\n')
        assert done.returncode != 0, header
        wanted = f"Only <{library_api.umbrella}> can be included directly"
        assert wanted in done.stderr


def test_umbrella_leaves_no_door_open(library_api, compile_flags):
    text = f"{library_api.include}#ifdef {library_api.inside}\n#error open\n#endif\n"
    assert compile_text("c99", compile_flags, text).returncode == 0


@pytest.mark.parametrize("language", ["c99", "c++11"])
def test_a_header_that_does_not_stand_alone_is_seen(language, tmp_path, compile_flags):
    header = tmp_path / "lame.h"
    header.write_text("#pragma once\nGObject *ptp_lame_new (void);\n")
    done = compile_text(language, compile_flags, f'#include "{header}"\n')
    assert done.returncode != 0
    header.write_text("#pragma once\n#include <glib-object.h>\nGObject *ptp_lame_new (void);\n")
    done = compile_text(language, compile_flags, f'#include "{header}"\n')
    assert (done.returncode, done.stderr) == (0, "")


def test_a_header_that_is_no_c_plus_plus_is_seen(tmp_path, compile_flags):
    header = tmp_path / "lame.h"
    header.write_text("#pragma once\nstatic inline int ptp_lame (int new) { return new; }\n")
    assert compile_text("c99", compile_flags, f'#include "{header}"\n').returncode == 0
    assert compile_text("c++11", compile_flags, f'#include "{header}"\n').returncode != 0


def test_a_fault_in_a_header_is_seen(library_api, compile_flags):
    text = library_api.include + "int f ();\nint g (void) { return h (); }\n"
    assert compile_text("c99", compile_flags, text).returncode != 0
