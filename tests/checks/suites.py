#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether a build directory has a suite of tests: Meson runs nothing for a misspelt one."""

import json
import sys
from pathlib import Path

build, wanted = sys.argv[1:]
tests = json.loads((Path(build) / "meson-info" / "intro-tests.json").read_text(encoding="utf-8"))
known = {suite.rpartition(":")[2] for test in tests for suite in test["suite"]}
if wanted not in known:
    sys.exit(f"{wanted} is none of {', '.join(sorted(known))}")
