# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs in JavaScript, the short one that README shows, and what the page for it says."""

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


def test_fifteen_lines_are_what_the_readme_shows(root, command):
    text = command("fifteen")[2].read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 15
    assert f"```js\n{text}```" in (root / "README.md").read_text(encoding="utf-8")


EXPECTED = """\
chunk 0
chunk 1
chunk 2
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
3 2 1 done
"""


def test_the_page_says_what_happens(root, tmp_path):
    """Everything on the page runs as it stands there, from top to bottom."""
    page = (root / "docs" / "start-javascript.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```js\n(.*?)^```", page, re.M | re.S)
    script = tmp_path / "page.js"
    script.write_text("\n".join(blocks), encoding="utf-8")
    assert len(blocks) == 9
    assert run(["gjs", "-m", script]) == (0, EXPECTED, "")
