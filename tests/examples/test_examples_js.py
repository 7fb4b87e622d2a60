# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs in JavaScript, the shortest, and what the page for it says."""

import re
import socket

import pytest
from cases import PATIENCE, Cooperate, Copy, Running, Serve, Transform, run


@pytest.fixture(scope="session")
def command(root):
    return lambda name: ["gjs", "-m", root / "docs" / "examples" / "js" / f"{name}.js"]


class TestCopy(Copy):
    pass


class TestServe(Serve):
    pass


class TestTransform(Transform):
    pass


class TestCooperate(Cooperate):
    pass


def test_fifteen_lines_stream_to_a_slow_client(command):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        with Running(command("fifteen"), f"127.0.0.1:{server.getsockname()[1]}") as running:
            client, _ = server.accept()
            with client, client.makefile("rb") as lines:
                for number in range(1_000_000):
                    assert lines.readline() == b"%d\n" % number
                assert lines.read() == b""
            assert running.end() == (0, "", "")


def test_fifteen_lines_are_fifteen(command):
    assert len(command("fifteen")[2].read_text(encoding="utf-8").splitlines()) <= 15


EXPECTED = """\
chunk 0
chunk 1
chunk 2
21 bytes
The stream was stopped before it was finished
21 bytes, as before
24 bytes
chunk 0
news
CHUNK 0
CHUNK 1
CHUNK 2
paused by user
chunk 0
chunk 1
chunk 2
The stream was cancelled
failed: there is no second
4999950000
8a71cca004b64cfeaf7c5fe5c461f4604b08c0ac04f56dbe46f7ae549fd2006a
no checksum: The source threw RangeError: there is no second
"""


def test_the_page_says_what_happens(root, tmp_path):
    """Everything on the page runs as it stands there, from top to bottom."""
    page = (root / "docs" / "start-javascript.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```js\n(.*?)^```", page, re.M | re.S)
    script = tmp_path / "page.js"
    script.write_text("\n".join(blocks), encoding="utf-8")
    assert len(blocks) == 11
    assert run(["gjs", "-m", script], tmp_path) == (0, EXPECTED, "")
