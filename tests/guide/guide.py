# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs that the pages of the documentation show: taken out, built as a reader would, and run."""

import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ["PTP_BUILD_ROOT"])
PATIENCE = 120

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page, language):
    """The code on a page, of one language, from top to bottom."""
    return [code for name, code in BLOCK.findall(page) if name == language]


def run(*command, **more):
    """Returns exit status, standard output and standard error."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False, **more)
    return done.returncode, done.stdout, done.stderr


def build(*command, **more):
    status, output, errors = run(*command, **more)
    assert (status, output, errors) == (0, "", ""), errors


def pkg_config(*packages):
    text = subprocess.run(
        ["pkg-config", "--cflags", "--libs", *packages], capture_output=True, text=True, check=True
    ).stdout
    return text.split()


def build_c(source, *libraries):
    """With more warnings than most have, and as errors."""
    program = source.with_suffix("")
    warnings = ["-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-missing-field-initializers", "-Werror"]
    folders = [BUILD / "pulltopush", BUILD / "pulltopush" / "testing"]
    ours = [f"-I{ROOT}", f"-I{BUILD}", *(f"-L{folder}" for folder in folders), "-lpulltopush-1"]
    ours += [f"-l{library}" for library in libraries]
    build("gcc", "-std=gnu11", "-g", *warnings, source, "-o", program, *ours, *pkg_config("gio-2.0", "gio-unix-2.0"))
    return [program]


def build_vala(source):
    program = source.with_suffix("")
    # As they are installed, beside each other.
    for file in ("introspection/vapi/pulltopush-1.vapi", "meson-private/pulltopush-1.deps"):
        shutil.copy(BUILD / file, source.parent)
    ours = ["--vapidir", source.parent, "--pkg", "pulltopush-1"]
    flags = [f"-I{ROOT}", f"-I{BUILD}", f"-L{BUILD / 'pulltopush'}", "-lpulltopush-1", "-w"]
    environment = {**os.environ, "PKG_CONFIG_PATH": str(BUILD / "meson-uninstalled")}
    build(
        "valac", "--quiet", "--fatal-warnings", *ours, *(f"--Xcc={flag}" for flag in flags),
        "-o", program, source, cwd=source.parent, env=environment,
    )  # fmt: skip
    return [program]


# How a program becomes a command, by the name of the language on the page.
LANGUAGES = {
    "c": ("c", build_c),
    "vala": ("vala", build_vala),
    "python": ("py", lambda source: ["/usr/bin/python3", source]),
    "js": ("js", lambda source: ["gjs", "-m", source]),
}


def make(code, language, folder, *libraries):
    """Returns the command that runs that code."""
    suffix, ready = LANGUAGES[language]
    source = folder / f"page.{suffix}"
    source.write_text("\n".join(code), encoding="utf-8")
    return ready(source, *libraries)
