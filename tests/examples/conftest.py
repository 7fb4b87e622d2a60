# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs of docs/examples: the cases in cases.py run with those of every language."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

# The checks of cases.py are shown as well as those in a test.
pytest.register_assert_rewrite("cases")


@pytest.fixture(scope="session")
def root():
    """The source tree."""
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def build():
    """The build tree."""
    return Path(os.environ["PTP_BUILD_ROOT"])
