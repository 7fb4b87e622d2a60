# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs in Vala."""

import os
from pathlib import Path

import pytest
from cases import Cooperate, Copy, Serve, Transform


@pytest.fixture(scope="session")
def command():
    folder = Path(os.environ["PTP_EXAMPLES"])
    return lambda name: [folder / f"example-vala-{name}"]


class TestCopy(Copy):
    pass


class TestServe(Serve):
    pass


class TestTransform(Transform):
    pass


class TestCooperate(Cooperate):
    pass
