# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The progress line, on terminals of several widths and on pipes."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading

import pytest
from conftest import make_data


class Terminal:
    """What the program shows on a terminal of @columns."""

    def __init__(self, columns):
        self.ours, self.theirs = pty.openpty()
        self.set_columns(columns)
        self.data = b""
        self.grew = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def set_columns(self, columns):
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def _read(self):
        while True:
            try:
                data = os.read(self.ours, 4096)
            except OSError:
                break
            if not data:
                break
            with self.grew:
                self.data += data
                self.grew.notify_all()

    def wait_for(self, pattern):
        with self.grew:
            assert self.grew.wait_for(lambda: re.search(pattern, self.data), 60), self.data

    def close_theirs(self):
        os.close(self.theirs)
        self._thread.join()
        os.close(self.ours)

    @property
    def drawn(self):
        """Every line that was ever drawn."""
        text = self.data.decode().replace("\x1b[K", "")
        return [line for line in re.split(r"[\r\n]+", text) if line]


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_terminal(start, tmp_path, columns):
    terminal = Terminal(columns)
    source, target = tmp_path / "source", tmp_path / "fifo"
    source.write_bytes(make_data(1 << 20))
    os.mkfifo(target)
    run = start(source, target, stderr=terminal.theirs)
    with open(target, "rb") as reader:
        # The pipe is full, and the program has shown that before anybody reads.
        terminal.wait_for(rb"%")
        if columns >= 80:
            terminal.wait_for(rb"left")
        reader.read()
    assert run.finish().status == 0
    terminal.close_theirs()

    assert b"\x1b[K" in terminal.data
    assert all(len(line) < columns for line in terminal.drawn), terminal.drawn
    # One line, which ends once.
    assert terminal.data.count(b"\n") == 1
    assert terminal.data.endswith(b"\n")
    assert "100%" in terminal.drawn[-1]
    if columns >= 80:
        assert re.search(r"100% \[=+\] +1\.0 MiB +[\d.]+ .?i?B/s +in 0:\d\d$", terminal.drawn[-1])


def test_paused_by(start, tmp_path):
    terminal = Terminal(120)
    read_end, write_end = os.pipe()
    run = start("--progress", "/dev/zero", stdout=write_end, stderr=terminal.theirs)
    os.close(write_end)
    terminal.wait_for(rb"paused by consumer")
    assert run.interrupt().status == 130
    os.close(read_end)
    terminal.close_theirs()
    # The line gives way to the message.
    assert re.search(rb"\r\x1b\[Kpulltopush: interrupted by SIGINT[^\r\n]*\r\n$", terminal.data)


def test_width_changes(start, tmp_path):
    terminal = Terminal(80)
    run = start("--progress", "-", tmp_path / "x", stdin=subprocess.PIPE, stderr=terminal.theirs)
    run.process.stdin.write(b"x" * 1000)
    run.process.stdin.flush()
    terminal.wait_for(rb"1000 B .*so far")
    terminal.set_columns(15)
    seen = len(terminal.data)
    run.process.stdin.write(b"x" * 1000)
    run.process.stdin.flush()
    terminal.wait_for(rb"2\.0 KiB")
    assert run.finish(b"").status == 0
    terminal.close_theirs()
    for line in terminal.data[seen:].decode().replace("\x1b[K", "").split("\r"):
        if "2.0 KiB" in line:
            assert len(line.strip("\n")) < 15


def test_not_on_a_dumb_terminal(start, big):
    terminal = Terminal(80)
    run = start(big, "/dev/null", stderr=terminal.theirs, env={**os.environ, "TERM": "dumb"})
    assert run.finish().status == 0
    terminal.close_theirs()
    assert terminal.data == b""


def test_no_progress(start, big):
    terminal = Terminal(80)
    assert start("--no-progress", big, "/dev/null", stderr=terminal.theirs).finish().status == 0
    terminal.close_theirs()
    assert terminal.data == b""


def test_quiet(start, big):
    terminal = Terminal(80)
    assert start("--quiet", big, "/dev/null", stderr=terminal.theirs).finish().status == 0
    terminal.close_theirs()
    assert terminal.data == b""


def test_piped(start, tmp_path):
    """Plain lines, with no escape codes, and a last one."""
    run = start("--progress", "-", tmp_path / "x", stdin=subprocess.PIPE)
    run.process.stdin.write(b"x" * 1000)
    run.process.stdin.flush()
    assert re.fullmatch(r"1000 B  \S+ .?i?B/s  0:\d\d so far", run.read_line())
    result = run.finish(b"x" * 24)
    assert result.status == 0, result.err
    assert b"\x1b" not in result.err and b"\r" not in result.err
    assert re.search(r"^1\.0 KiB .*in 0:\d\d$", result.lines[-1])


def test_off_on_a_pipe(run, big):
    assert run(big, "/dev/null").err == b""


def test_stuck_terminal_does_not_hold_the_data(start, big):
    """Standard error that nobody reads is full at some time; the data goes on."""
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    try:
        while True:
            os.write(write_end, b"x" * 4096)
    except BlockingIOError:
        pass
    os.set_blocking(write_end, True)
    run = start("--progress", big, "/dev/null", stderr=write_end)
    assert run.finish().status == 0
    os.close(write_end)
    os.close(read_end)
