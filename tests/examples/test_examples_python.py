# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs in Python, and the short one that README shows."""

import socket
import sys

import pytest
from cases import PATIENCE, Cooperate, Copy, Running, Serve, Transform


@pytest.fixture(scope="session")
def command(root):
    return lambda name: [sys.executable, root / "docs" / "examples" / "python" / f"{name}.py"]


class TestCopy(Copy):
    pass


class TestServe(Serve):
    pass


class TestTransform(Transform):
    pass


class TestCooperate(Cooperate):
    pass


def test_twelve_lines_stream_to_a_slow_client(command):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        with Running(command("twelve"), f"127.0.0.1:{server.getsockname()[1]}") as running:
            client, _ = server.accept()
            with client, client.makefile("rb") as lines:
                for number in range(1_000_000):
                    assert lines.readline() == b"%d\n" % number
                assert lines.read() == b""
            assert running.end() == (0, "", "")


def test_twelve_lines_are_what_the_readme_shows(root, command):
    text = command("twelve")[1].read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 12
    assert f"```python\n{text}```" in (root / "README.md").read_text(encoding="utf-8")
