# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How a copy ends: what is whole is in its place, and what is not does not look whole."""

import fcntl
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading

import pytest
from conftest import SAFETY, leftovers, make_data

# More than a pipe and a short queue hold, and not so much more that the kernel would not take it.
DATA = make_data(150000, 13)
OLD = b"what was there before"
PIPE_SIZE = 64 << 10
# Not in every Python: what was sent and the peer's kernel has not taken.
SIOCOUTQ = getattr(termios, "TIOCOUTQ", 0x5411)


def set_reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def wait_until_taken(connection):
    """Until the kernel of the peer has all of it."""
    while int.from_bytes(fcntl.ioctl(connection, SIOCOUTQ, bytes(4)), sys.byteorder) > 0:
        os.sched_yield()


@pytest.fixture
def breaking(tcp):
    """A source that gives the data, and breaks when it is told to."""
    given, told = threading.Event(), threading.Event()

    def serve(connection):
        connection.sendall(DATA)
        wait_until_taken(connection)
        given.set()
        assert told.wait(SAFETY)
        set_reset(connection)

    server = tcp(serve)
    server.given, server.told = given, told
    return server


def break_source(server, run):
    """When the program has read all that it can, and rests."""
    assert server.given.wait(SAFETY)
    run.wait_for_poll()
    server.told.set()
    server.join()


def check_source_failed(result, server):
    assert result.status == 3, result.err
    assert f"source '{server.url}'" in result.message
    assert result.stats["side"] == "source" and result.stats["state"] == "failed"


def receive_until_reset(connection):
    """Returns what came, and whether it ended with a reset."""
    parts = []
    try:
        while part := connection.recv(1 << 16):
            parts.append(part)
    except ConnectionResetError:
        return b"".join(parts), True
    return b"".join(parts), False


# A source that breaks


@pytest.mark.parametrize("paused", [False, True])
def test_rules_B5_broken_source_to_a_pipe(start, breaking, paused):
    """What came is written, also if the reader is slow; and E12: also while the source is paused."""
    read_end, write_end = os.pipe()
    marks = ["--high=64K", "--low=32K"] if paused else []
    run = start("--stats", *marks, breaking.url, stdout=write_end)
    os.close(write_end)
    break_source(breaking, run)
    with os.fdopen(read_end, "rb") as file:
        data = file.read()
    result = run.finish()
    check_source_failed(result, breaking)
    assert len(data) == result.stats["bytes-written"] == result.stats["bytes-read"]
    assert len(data) > PIPE_SIZE
    assert data == DATA[: len(data)]


def test_rules_B8_broken_source_to_tcp(start, tcp, breaking):
    reader = tcp(receive_until_reset)
    run = start("--stats", breaking.url, reader.url)
    break_source(breaking, run)
    result = run.finish()
    check_source_failed(result, breaking)
    data, was_reset = reader.join()
    assert was_reset
    assert data == DATA[: len(data)]


def test_rules_B8_whole_source_to_tcp(start, tcp, tmp_path):
    (tmp_path / "source").write_bytes(DATA)
    reader = tcp(receive_until_reset)
    assert start(tmp_path / "source", reader.url).finish().status == 0
    assert reader.join() == (DATA, False)


@pytest.mark.parametrize("kind", ["file", "new", "symlink", "hardlink"])
@pytest.mark.parametrize("how", ["breaks", "interrupted"])
def test_rules_E10_half_a_copy_to_a_file(start, breaking, tmp_path, kind, how):
    folder = tmp_path / "folder"
    folder.mkdir()
    target = folder / "target"
    if kind != "new":
        (folder / "old").write_bytes(OLD)
    if kind == "file":
        target.write_bytes(OLD)
    elif kind == "symlink":
        target.symlink_to("old")
    elif kind == "hardlink":
        os.link(folder / "old", target)
    before = sorted(os.listdir(folder))

    run = start("--stats", breaking.url, target)
    if how == "breaks":
        break_source(breaking, run)
        check_source_failed(run.finish(), breaking)
    else:
        assert breaking.given.wait(SAFETY)
        run.wait_for_poll()
        assert run.interrupt().status == 130
        breaking.told.set()

    assert sorted(os.listdir(folder)) == before
    for name in before:
        assert (folder / name).read_bytes() == OLD
    assert target.is_symlink() == (kind == "symlink")
    assert kind != "hardlink" or target.samefile(folder / "old")


# A signal at the end


@pytest.mark.parametrize("seed", range(30))
def test_rules_E10_interrupted_at_the_end(start, tmp_path, seed):
    """While it flushes, closes and renames: it is the one or the other, and it says which."""
    rng = random.Random(seed)
    target = tmp_path / "target"
    target.write_bytes(OLD)
    run = start("--stats", "-", target, stdin=subprocess.PIPE)
    run.process.stdin.write(DATA)
    run.process.stdin.flush()
    while not leftovers(tmp_path):
        os.sched_yield()
    run.process.stdin.close()
    run.process.stdin = None
    for _ in range(rng.randrange(300)):
        if not leftovers(tmp_path):
            break
    run.kill(rng.choice([signal.SIGINT, signal.SIGTERM]))
    result = run.finish()
    if result.status == 0:
        assert target.read_bytes() == DATA
        assert result.stats["state"] == "finished"
    elif result.status < 0:
        # Killed when all was done, and nobody listened any more.
        assert target.read_bytes() == DATA
    else:
        assert result.status in (130, 143), result.err
        assert target.read_bytes() == OLD, result.err
    assert leftovers(tmp_path) == []


def test_rules_B8_interrupted_to_tcp(start, tcp):
    reader = tcp(receive_until_reset)
    run = start("-", reader.url, stdin=subprocess.PIPE)
    run.process.stdin.write(DATA)
    run.process.stdin.flush()
    run.wait_for_poll()
    assert run.interrupt().status == 130
    data, was_reset = reader.join()
    assert was_reset
    assert data == DATA[: len(data)]


# Descriptors


def open_files(run):
    folder = f"/proc/{run.pid}/fd"
    names = []
    for fd in os.listdir(folder):
        try:
            names.append(os.readlink(f"{folder}/{fd}"))
        except FileNotFoundError:
            pass
    return names


def test_rules_L7_source_is_closed_before_the_sink_is_done(start, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(DATA)
    read_end, write_end = os.pipe()
    run = start("--stats", source, stdout=write_end)
    os.close(write_end)
    # The pipe is full, and the rest is queued: nothing but the end of the source is left to do.
    while str(source) in open_files(run) or len(open_files(run)) == 0:
        os.sched_yield()
    assert run.process.poll() is None
    with os.fdopen(read_end, "rb") as file:
        assert file.read() == DATA
    assert run.finish().status == 0
