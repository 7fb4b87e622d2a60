# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Standard input and output: pipes, sockets, redirected files, closed ones."""

import fcntl
import os
import signal
import socket
import subprocess
import termios

from conftest import SAFETY, Server, make_data, receive_all, sha256


def test_pipe_to_pipe(run):
    data = make_data(16 << 20)
    result = run("-", "-", data=data)
    assert (result.status, result.err) == (0, b"")
    assert sha256(result.out) == sha256(data)


def test_destination_defaults_to_output(run, big):
    result = run(big)
    assert result.status == 0, result.err
    assert sha256(result.out) == sha256(big.read_bytes())


def test_redirected(start, big, tmp_path):
    with open(big, "rb") as source, open(tmp_path / "target", "wb") as target:
        source.seek(100)
        result = start("--stats", "-", stdin=source, stdout=target).finish()
    assert result.status == 0, result.err
    assert (tmp_path / "target").read_bytes() == big.read_bytes()[100:]


def test_appends(start, big, tmp_path):
    target = tmp_path / "target"
    target.write_bytes(b"before")
    with open(target, "ab") as file:
        assert start(big, stdout=file).finish().status == 0
    assert target.read_bytes() == b"before" + big.read_bytes()


def test_output_is_left_as_it_was(start):
    """Others share the pipe; it must not be in non-blocking mode for them afterwards."""
    read_end, write_end = os.pipe()
    assert start("-", stdin=subprocess.PIPE, stdout=write_end).finish(b"x").status == 0
    assert fcntl.fcntl(write_end, fcntl.F_GETFL) & os.O_NONBLOCK == 0
    os.close(write_end)
    os.close(read_end)


def test_socket_as_output(start, big):
    ours, theirs = socket.socketpair()
    ours.settimeout(SAFETY)
    with ours, theirs:
        run = start(big, stdout=theirs)
        blocking = theirs.dup()
        theirs.close()
        parts = []
        while sum(map(len, parts)) < 16 << 20:
            parts.append(ours.recv(1 << 16))
        assert run.finish().status == 0
        assert fcntl.fcntl(blocking.fileno(), fcntl.F_GETFL) & os.O_NONBLOCK == 0
        blocking.close()
    assert sha256(b"".join(parts)) == sha256(big.read_bytes())


def test_closed_output(start, big):
    run = start(big, stdout=None, preexec_fn=lambda: os.close(1))
    result = run.finish()
    assert result.status == 4, result.err
    assert "destination '-'" in result.message and "closed" in result.message


def test_closed_input(start):
    result = start("-", stdin=None, preexec_fn=lambda: os.close(0)).finish()
    assert result.status == 3, result.err
    assert "source '-'" in result.message and "closed" in result.message


def bytes_in(pipe):
    pending = bytearray(4)
    fcntl.ioctl(pipe, termios.FIONREAD, pending)
    return int.from_bytes(pending, "little")


def test_reader_leaves(start):
    """What is reported as written is what was in the pipe."""
    read_end, write_end = os.pipe()
    run = start("--stats", "/dev/zero", stdout=write_end)
    os.close(write_end)
    # Whole pages, so that the pipe can be filled up again.
    taken = len(os.read(read_end, 8192))
    left = fcntl.fcntl(read_end, fcntl.F_GETPIPE_SZ)
    while bytes_in(read_end) < left:
        os.sched_yield()
    run.wait_for_poll()
    os.close(read_end)
    result = run.finish()
    assert result.status == 4, result.err
    assert "destination '-'" in result.message
    assert result.stats["bytes-written"] == taken + left
    assert f"{taken + left} bytes written" in result.message


def test_reader_that_left_before(start, big):
    read_end, write_end = os.pipe()
    os.close(read_end)
    result = start("--stats", big, stdout=write_end).finish()
    os.close(write_end)
    assert result.status == 4, result.err
    assert result.stats["bytes-written"] == 0


def test_idle_pipe_uses_no_processor(start):
    run = start("-", stdin=subprocess.PIPE)
    for i in range(20):
        byte = bytes([i])
        run.process.stdin.write(byte)
        run.process.stdin.flush()
        assert run.process.stdout.read(1) == byte
        run.wait_for_poll()
    before = run.cpu_ticks()
    switches = context_switches(run.pid)
    # Nothing happens in the program while another one counts for a good while.
    subprocess.run(["/usr/bin/python3", "-c", "sum(range(10**7))"], check=True)
    assert run.cpu_ticks() - before <= 1
    assert context_switches(run.pid) == switches
    assert run.interrupt().status == 130


def context_switches(pid):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        return [line for line in file if line.startswith("voluntary")]


def test_paused_stream_uses_no_processor(start):
    read_end, write_end = os.pipe()
    run = start("/dev/zero", stdout=write_end)
    os.close(write_end)
    os.read(read_end, 1)
    run.wait_for_poll()
    while True:
        before = context_switches(run.pid)
        subprocess.run(["/usr/bin/python3", "-c", "sum(range(10**6))"], check=True)
        if context_switches(run.pid) == before:
            break
    ticks = run.cpu_ticks()
    subprocess.run(["/usr/bin/python3", "-c", "sum(range(10**7))"], check=True)
    assert run.cpu_ticks() - ticks <= 1
    assert context_switches(run.pid) == before
    assert run.interrupt().status == 130
    os.close(read_end)


def test_interrupt_with_output_stuck(start):
    read_end, write_end = os.pipe()
    run = start("--stats", "/dev/zero", stdout=write_end)
    os.close(write_end)
    run.wait_for_poll()
    result = run.interrupt(signal.SIGTERM)
    assert result.status == 143, result.err
    with open(read_end, "rb") as file:
        assert len(file.read()) == result.stats["bytes-written"]


def test_input_that_never_ends_is_passed_on(start):
    """Every byte comes through before the next is written."""
    run = start("-", stdin=subprocess.PIPE)
    for text in (b"one\n", b"two\n", b"three\n"):
        run.process.stdin.write(text)
        run.process.stdin.flush()
        assert run.process.stdout.readline() == text
    assert run.finish(b"").status == 0


def test_unix_socket(run, big, tmp_path):
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(1)
        listener.settimeout(SAFETY)
        server = Server(listener, receive_all)
        assert run(big, f"unix:{path}").status == 0
        assert sha256(server.join()) == sha256(big.read_bytes())

        server = Server(listener, lambda connection: connection.sendall(big.read_bytes()))
        result = run(f"unix:{path}")
        assert result.status == 0
        assert sha256(result.out) == sha256(big.read_bytes())


def test_socket_as_path(run, tmp_path):
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        result = run("/dev/null", path)
        assert result.status == 4
        assert "unix:" in result.message
        # Nobody listens.
        result = run("/dev/null", f"unix:{path}")
        assert result.status == 4
        assert "refused" in result.message
