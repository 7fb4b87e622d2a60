# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Everything on the page for Python runs as it stands there, from top to bottom."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "start-python.md"

EXPECTED = """\
b'chunk 0\\n'
b'chunk 1\\n'
b'chunk 2\\n'
the server is gone
b'the good old contents'
0e4b0aa1
no digest: the server is gone
24 bytes
b'chunk 0\\n'
b'CHUNK 0\\n'
b'CHUNK 1\\n'
b'CHUNK 2\\n'
b'news'
b'CHUNK 0\\n'
b'CHUNK 1\\n'
b'CHUNK 2\\n'
paused by ['user']
b'chunk 0\\n'
b'chunk 1\\n'
b'chunk 2\\n'
The stream was cancelled
b'first'
failed: there is no second
4999950000
b'3 '
b'2 '
b'1 '
that was all
cancelled: ValueError: I need no more
that was not all
I need no more
"""


def test_the_page_says_what_happens(capsys):
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    names = {"__name__": "page"}
    for block in blocks:
        exec(compile(block, PAGE, "exec"), names)  # pylint: disable=exec-used
    assert len(blocks) == 12
    assert capsys.readouterr().out == EXPECTED
