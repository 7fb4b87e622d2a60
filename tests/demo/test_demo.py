# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the demonstration is made of, and the demonstration itself on a small file."""

import hashlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import demo
import pytest
import slow_reader

HERE = Path(__file__).resolve().parent


class FakeTime:
    def __init__(self):
        self.now = 100.0
        self.slept = 0.0

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.slept += seconds
        self.now += seconds


def test_pace_is_the_rate():
    time = FakeTime()
    pace = slow_reader.Pace(1000, time.clock, time.sleep)
    for _ in range(50):
        pace.spend(100)
    assert time.slept == pytest.approx(5)


def test_pace_does_not_wait_when_late():
    time = FakeTime()
    pace = slow_reader.Pace(1000, time.clock, time.sleep)
    pace.spend(100)
    time.now += 60
    slept = time.slept
    pace.spend(100)
    assert time.slept == slept


def test_reader_says_what_it_got():
    command = [sys.executable, HERE / "slow_reader.py", "--rate", "1e9"]
    data = os.urandom(500000)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        port = json.loads(reader.stdout.readline())["port"]
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(data)
        report = json.loads(reader.stdout.readline())
    assert report == {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_relay_keeps_the_json_back(newline):
    text = b'10 %\r20 %\r\n{"bytes-written": 7}' + newline + b"bye\n"
    for cut in range(len(text)):
        output = io.BytesIO()
        relay = demo.Relay(output)
        relay.feed(text[:cut])
        relay.feed(text[cut:])
        assert output.getvalue() == b"10 %\r20 %\r\nbye\n"
        assert relay.stats == {"bytes-written": 7}


@pytest.mark.parametrize(
    "size,text",
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (5 << 20, "5.0 MiB"), (3 << 30, "3.0 GiB")],
)
def test_size_text(size, text):
    assert demo.size_text(size) == text


STATS = {
    "pauses": {"consumer": 3},
    "paused-seconds": 1.0,
    "seconds": 2.0,
    "rate": 1.0,
    "bytes-written": 2,
    "peak-queued": 2,
    "high": 4,
}


def test_a_difference_is_a_failure(capsys):
    assert demo.tell(STATS, "abc", {"sha256": "abc", "bytes": 2}) == 0
    assert demo.tell(STATS, "abc", {"sha256": "abd", "bytes": 2}) == 1
    assert "differ" in capsys.readouterr().out


def run_demo(program, path):
    command = [sys.executable, HERE / "demo.py", "--program", program, path]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_demo(tmp_path):
    path = tmp_path / "in"
    path.write_bytes(os.urandom(100000))
    done = run_demo(os.environ["PTP_PROGRAM"], path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(hashlib.sha256(path.read_bytes()).hexdigest()) == 2
    assert "Equal: all 100000 bytes" in done.stdout
    assert "{" not in done.stdout


def test_interrupted_demo(tmp_path):
    """Ctrl-C goes to all in the terminal's group; nobody is left, and nobody shows his insides."""
    path = tmp_path / "in"
    path.write_bytes(os.urandom(8 << 20))
    command = [sys.executable, HERE / "demo.py", "--program", os.environ["PTP_PROGRAM"], path]
    running = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Whoever runs the tests in the background has it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while " left" not in running.stdout.readline():
        assert running.poll() is None
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=120)
    assert running.returncode == 130, out + err
    assert "Traceback" not in out + err
    assert "interrupted" in err


def test_demo_with_a_program_that_fails(tmp_path):
    path = tmp_path / "in"
    path.write_bytes(b"x")
    done = run_demo("false", path)
    assert done.returncode == 1
    assert "failed with exit status 1" in done.stderr


def test_demo_with_a_source_that_breaks(tmp_path):
    """The reader hears it: over TCP half of the data does not look whole."""
    path = tmp_path / "in"
    path.write_bytes(b"x" * 100000)
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\nexec '{os.environ['PTP_PROGRAM']}' --stats /proc/self/mem \"$4\"\n")
    program.chmod(0o755)
    done = run_demo(program, path)
    assert done.returncode == 1
    assert "source '/proc/self/mem': " in done.stdout + done.stderr
    assert "failed with exit status 3" in done.stderr
    assert "bytes are not all: the connection was reset" in done.stderr
    assert "Traceback" not in done.stderr


def test_demo_with_a_file_that_cannot_be_read():
    done = run_demo(os.environ["PTP_PROGRAM"], "/proc/self/mem")
    assert done.returncode == 1
    assert "demo: /proc/self/mem: Input/output error" in done.stderr
    assert "Traceback" not in done.stderr
