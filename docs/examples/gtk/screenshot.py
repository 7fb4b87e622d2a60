#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Takes the picture of the window that is in the documentation, on a display that nobody sees:

screenshot.py build/docs/examples/gtk/gtk-copy docs/images/gtk-demo.png
"""

import sys
import tempfile
from pathlib import Path

from remote import Display, Window

MEBIBYTE = 1 << 20


def wait_for_bytes(window, job, size):
    while window.do("report")[job]["bytes"] < size:
        pass


def take_picture(program, picture):
    """One copy is paused by the user, beside one that takes the window with it."""
    picture = Path(picture)
    picture.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "big.iso"
        with open(source, "wb") as file:
            file.truncate(96 * MEBIBYTE)
        with Display() as display, Window(display, [program], source) as window:
            window.do("slow")
            window.do("copy")
            wait_for_bytes(window, "stream", 54 * MEBIBYTE)
            window.do("pause")
            window.do("plain-copy")
            wait_for_bytes(window, "plain", 33 * MEBIBYTE)
            window.take_picture(picture)
            window.close()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Usage: screenshot.py PROGRAM PICTURE")
    take_picture(*sys.argv[1:])
