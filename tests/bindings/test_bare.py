# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An object that was made by nothing but its constructor crashes in none of its methods."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

GIRS = os.environ["GI_TYPELIB_PATH"].split(":")[0]


@pytest.mark.parametrize("namespace", ["PullToPush", "PullToPushTesting"])
def test_rules_E3_no_bare_object_crashes(namespace):
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("walk.py"), namespace, GIRS],
        capture_output=True,
        text=True,
        check=False,
        # What is called with a wrong argument says so with a critical message.
        env={name: value for name, value in os.environ.items() if name != "G_DEBUG"},
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and lines[-1:] == ["done"], lines[-3:] + done.stderr.splitlines()[-20:]
    assert sum(line.startswith("type ") for line in lines) > 4
    assert sum(line.startswith("called ") for line in lines) > 100
