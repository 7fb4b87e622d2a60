# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The real program, and what the world does to it, at random moments.

A moment is a number of bytes that have passed, never a time. All of them follow from one seed, which
a failed test prints; PTP_FAULT_SEED=NUMBER runs them again, or others.
"""

import fcntl
import os
import random
import select
import signal
import socket
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

import pytest
from conftest import SAFETY, make_data, start  # pylint: disable=unused-import

SEED = int(os.environ.get("PTP_FAULT_SEED", "20260704"), 0)
DATA = make_data(4 << 20, SEED)
OLD = b"what was there before"
PIPE_SIZE = 64 << 10
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]

# Reads or writes as many bytes as it is told, says so, and stays until it is killed.
READER = """
import os, socket, sys
kind, place, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
if kind == "pipe":
    fd = int(place)
else:
    listener = socket.socket(fileno=int(place))
    listener.setblocking(True)
    fd = listener.accept()[0].detach()
while count > 0:
    count -= len(os.read(fd, min(count, 1 << 16)))
os.write(1, b"!")
os.read(0, 1)
"""
WRITER = """
import os, socket, sys
kind, place, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
if kind == "pipe":
    fd = int(place)
else:
    listener = socket.socket(fileno=int(place))
    listener.setblocking(True)
    fd = listener.accept()[0].detach()
with open(sys.argv[4], "rb") as file:
    data = file.read(count)
while data:
    data = data[os.write(fd, data):]
os.write(1, b"!")
os.read(0, 1)
"""


def rounds(count):
    return pytest.mark.parametrize("round_", range(count))


@pytest.fixture
def rng(request):
    print(f"PTP_FAULT_SEED={SEED}")
    return random.Random(f"{SEED}/{request.node.name}")


@pytest.fixture
def folder(tmp_path):
    """A folder of its own, so that whatever is left in it was left by the program."""
    path = tmp_path / "folder"
    path.mkdir()
    return path


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source"
    path.write_bytes(DATA)
    return path


@pytest.fixture
def peer():
    """Starts a process that is killed before the test is over, and is never a zombie after it."""
    processes = []

    def start_peer(script, *args, fd):
        process = subprocess.Popen(
            [sys.executable, "-c", script, *map(str, args)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[fd],
        )
        processes.append(process)
        return process

    yield start_peer
    for process in processes:
        kill_peer(process)


def kill_peer(process):
    process.kill()
    process.wait(SAFETY)
    process.stdin.close()
    process.stdout.close()


def wait_for_peer(process):
    """Until it has done what it was told."""
    assert select.select([process.stdout], [], [], SAFETY)[0], "the peer hung"
    assert os.read(process.stdout.fileno(), 1) == b"!"


def read_some(fd, count):
    """Exactly as many bytes, or fewer at the end."""
    data = bytearray()
    while len(data) < count:
        assert select.select([fd], [], [], SAFETY)[0], "no byte came"
        part = os.read(fd, min(count - len(data), 1 << 16))
        if not part:
            break
        data += part
    return bytes(data)


def read_rest(fd):
    try:
        return read_some(fd, 1 << 30)
    except ConnectionResetError:
        return b""


def write_until_read(fd, data):
    """Writes it, and waits until the program has begun to read."""
    os.set_blocking(fd, False)
    view = memoryview(data)
    while view:
        assert select.select([], [fd], [], SAFETY)[1], "nobody reads"
        view = view[os.write(fd, view) :]
    while bytes_in(fd) >= min(len(data), PIPE_SIZE):
        os.sched_yield()


def bytes_in(fd):
    pending = bytearray(4)
    fcntl.ioctl(fd, termios.FIONREAD, pending)
    return int.from_bytes(pending, sys.byteorder)


def counted(number):
    return f"{number} byte{'' if number == 1 else 's'}"


def check_counts(result, most):
    """What is said in words is what is said in numbers, and possible."""
    read, written = result.stats["bytes-read"], result.stats["bytes-written"]
    assert 0 <= written <= read <= most
    if result.status != 0 and (read > 0 or result.stats["state"] == "interrupted"):
        assert f"{counted(read)} read, {counted(written)} written" in result.message
    return written


def check_interrupted(result, number, most):
    assert result.status == 128 + number, result.err
    assert f"interrupted by {signal.Signals(number).name}: " in result.message
    assert result.stats["state"] == "interrupted"
    return check_counts(result, most)


def check_failed(result, side, name, most):
    assert result.status == {"source": 3, "destination": 4}[side], result.err
    assert result.message.startswith(f"pulltopush: {side} '{name}': "), result.message
    assert result.stats["side"] == side and result.stats["state"] == "failed"
    # Neither empty nor only the place: why.
    why = result.message.split("': ", 1)[1]
    assert why.split(" (")[0].strip()
    return check_counts(result, most)


def check_kept(folder, partial, written, message):
    """The file is as it was, and nothing is beside it but what was asked for."""
    assert (folder / "target").read_bytes() == OLD
    expected = ["target", "target.part"] if partial else ["target"]
    assert sorted(os.listdir(folder)) == expected
    if partial:
        assert (folder / "target.part").read_bytes() == DATA[:written]
        assert f"kept as '{folder / 'target.part'}'" in message


def listen(kind, tmp_path):
    """Returns a listener and what the program calls it."""
    if kind == "unix":
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(tmp_path / "socket"))
        url = f"unix:{tmp_path / 'socket'}"
    else:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        url = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    listener.listen(1)
    listener.settimeout(SAFETY)
    return listener, url


# Signals


@rounds(16)
def test_rules_B5_signal_while_a_file_is_written(start, rng, folder, round_):
    (folder / "target").write_bytes(OLD)
    count = rng.randrange(1, len(DATA))
    partial = rng.random() < 0.5
    number = SIGNALS[round_ % len(SIGNALS)]
    options = ["--stats"] + (["--partial"] if partial else [])
    run = start(*options, "-", folder / "target", stdin=subprocess.PIPE)
    write_until_read(run.process.stdin.fileno(), DATA[:count])
    result = run.interrupt(number)
    written = check_interrupted(result, number, count)
    check_kept(folder, partial, written, result.message)


@rounds(9)
def test_rules_B5_signal_while_a_pipe_is_written(start, rng, source, round_):
    read_end, write_end = os.pipe()
    number = SIGNALS[round_ % len(SIGNALS)]
    with os.fdopen(read_end, "rb", buffering=0):
        run = start("--stats", source, stdout=write_end)
        os.close(write_end)
        count = rng.randrange(1, len(DATA) - 2 * PIPE_SIZE)
        data = read_some(read_end, count)
        result = run.interrupt(number)
        data += read_rest(read_end)
    # All that counts as written was in the pipe.
    assert check_interrupted(result, number, len(DATA)) == len(data)
    assert data == DATA[: len(data)]


@rounds(8)
def test_rules_B5_signal_while_a_socket_is_written(start, rng, source, tmp_path, round_):
    kind = ["unix", "tcp"][round_ % 2]
    number = rng.choice(SIGNALS)
    listener, url = listen(kind, tmp_path)
    with listener:
        run = start("--stats", source, url)
        connection, _ = listener.accept()
        with connection:
            data = read_some(connection.fileno(), rng.randrange(1, len(DATA) // 2))
            run.kill(number)
            data += read_rest(connection.fileno())
        result = run.finish()
    if result.status == 0:
        assert data == DATA
        return
    written = check_interrupted(result, number, len(DATA))
    assert len(data) <= written
    assert data == DATA[: len(data)]


@rounds(6)
def test_rules_B5_two_signals(start, rng, folder, round_):
    (folder / "target").write_bytes(OLD)
    run = start("--partial", "-", folder / "target", stdin=subprocess.PIPE)
    write_until_read(run.process.stdin.fileno(), DATA[: rng.randrange(1, len(DATA))])
    first, second = rng.choice(SIGNALS), rng.choice(SIGNALS)
    run.kill(first)
    run.kill(second)
    run.process.wait(SAFETY)
    result = run.finish()
    assert result.status in (128 + first, 128 + second), result.err
    assert (folder / "target").read_bytes() == OLD
    assert set(os.listdir(folder)) <= {"target", "target.part"}


@rounds(8)
def test_rules_B5_killed_without_a_chance(start, rng, folder, round_):
    """Nothing can be tidied up; but what has the final name is what it was."""
    (folder / "target").write_bytes(OLD)
    count = rng.randrange(1, len(DATA))
    run = start("-", folder / "target", stdin=subprocess.PIPE)
    write_until_read(run.process.stdin.fileno(), DATA[:count])
    result = run.interrupt(signal.SIGKILL)
    assert (result.status, result.err) == (-signal.SIGKILL, b"")
    assert (folder / "target").read_bytes() == OLD
    left = sorted(name for name in os.listdir(folder) if name != "target")
    assert len(left) == 1 and left[0].startswith(".target.") and left[0].endswith(".part")
    data = (folder / left[0]).read_bytes()
    assert len(data) <= count and data == DATA[: len(data)]


# Peers that are killed


@rounds(9)
def test_rules_E9_reader_is_killed(start, rng, peer, source, tmp_path, round_):
    kind = ["pipe", "unix", "tcp"][round_ % 3]
    count = rng.randrange(0, len(DATA) // 4)
    if kind == "pipe":
        fd, write_end = os.pipe()
        reader = peer(READER, kind, fd, count, fd=fd)
        os.close(fd)
        run, name = start("--stats", "/dev/zero", stdout=write_end), "-"
        os.close(write_end)
    else:
        listener, name = listen(kind, tmp_path)
        with listener:
            reader = peer(READER, kind, listener.fileno(), count, fd=listener.fileno())
        run = start("--stats", "/dev/zero", name)
    wait_for_peer(reader)
    kill_peer(reader)
    result = run.finish()
    assert check_failed(result, "destination", name, sys.maxsize) >= count


@rounds(9)
def test_rules_E9_writer_is_killed(start, rng, peer, source, folder, tmp_path, round_):
    """To the program it is an end, or an error; it never is half of something."""
    kind = ["pipe", "unix", "tcp"][round_ % 3]
    (folder / "target").write_bytes(OLD)
    count = rng.randrange(0, len(DATA))
    target = folder / "target"
    if kind == "pipe":
        read_end, fd = os.pipe()
        writer = peer(WRITER, kind, fd, count, source, fd=fd)
        os.close(fd)
        run, name = start("--stats", "-", target, stdin=read_end), "-"
        os.close(read_end)
    else:
        listener, name = listen(kind, tmp_path)
        with listener:
            writer = peer(WRITER, kind, listener.fileno(), count, source, fd=listener.fileno())
        run = start("--stats", name, target)
    wait_for_peer(writer)
    kill_peer(writer)
    result = run.finish()
    if result.status == 0:
        assert check_counts(result, count) == count
        assert os.listdir(folder) == ["target"]
        assert target.read_bytes() == DATA[:count]
    else:
        written = check_failed(result, "source", name, count)
        check_kept(folder, False, written, result.message)


# Disks


@pytest.fixture
def disk(folder):
    """A file system of 3 MiB."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@rounds(10)
def test_rules_E9_full_disk(start, rng, disk, source, tmp_path, round_):
    (tmp_path / "filler").write_bytes(bytes(rng.randrange(0, 2 << 20)))
    (disk / "target").write_bytes(OLD)
    (disk / "filler").write_bytes((tmp_path / "filler").read_bytes())
    partial = rng.random() < 0.5
    options = ["--stats"] + (["--partial"] if partial else [])
    if round_ % 2 == 0:
        result = start(*options, source, disk / "target").finish()
    else:
        run = start(*options, "-", disk / "target", stdin=subprocess.PIPE)
        result = run.finish(DATA)
    written = check_failed(result, "destination", disk / "target", len(DATA))
    assert "No space left on device" in result.message
    assert written > 0
    (disk / "filler").unlink()
    check_kept(disk, partial, written, result.message)


@rounds(4)
def test_rules_E9_full_device(start, rng, source, round_):
    count = rng.randrange(1, len(DATA))
    source.write_bytes(DATA[:count])
    result = start("--stats", source, "/dev/full").finish()
    assert check_failed(result, "destination", "/dev/full", count) == 0
    assert "No space left on device" in result.message


@rounds(3)
def test_rules_E1_read_only_disk(start, rng, folder, source, round_):
    (folder / "target").write_bytes(OLD)
    target = folder / rng.choice(["target", "new"])
    if subprocess.run(["mount", "--bind", folder, folder], check=False).returncode != 0:
        pytest.skip("a folder cannot be mounted on itself here")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", folder, folder], check=True)
        result = start("--stats", source, target).finish()
    finally:
        subprocess.run(["umount", folder], check=True)
    assert check_failed(result, "destination", target, len(DATA)) == 0
    assert "read-only" in result.message or "may not be written" in result.message
    check_kept(folder, False, 0, result.message)


@pytest.fixture
def open_folder():
    """One that another user can see, other than pytest's own."""
    with tempfile.TemporaryDirectory(prefix="pulltopush-test-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path
        path.chmod(0o755)


@rounds(3)
def test_rules_E1_forbidden_folder(start, rng, open_folder, source, round_):
    """The superuser may write anywhere, so that it has to be somebody else."""
    source.write_bytes(DATA[: rng.randrange(1, len(DATA))])
    others = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    open_folder.chmod(0o755 if others else 0o555)
    with open(source, "rb") as file:
        result = start("--stats", "-", open_folder / "target", stdin=file, **others).finish()
    assert check_failed(result, "destination", open_folder / "target", len(DATA)) == 0
    assert "permission denied" in result.message
    assert os.listdir(open_folder) == []


@rounds(4)
def test_rules_E9_folder_vanishes(start, rng, folder, round_):
    """The temporary file goes, and its folder with it, while it is written."""
    run = start("--stats", "-", folder / "target", stdin=subprocess.PIPE)
    count = rng.randrange(1, len(DATA))
    write_until_read(run.process.stdin.fileno(), DATA[:count])
    for name in os.listdir(folder):
        (folder / name).unlink()
    folder.rmdir()
    result = run.finish(b"")
    assert check_failed(result, "destination", folder / "target", count) == count
    assert "cannot rename the complete file into place" in result.message
    assert not folder.exists()


# Standard output


@rounds(3)
def test_rules_E1_closed_output(start, rng, source, round_):
    count = rng.randrange(1, len(DATA))
    source.write_bytes(DATA[:count])
    result = start("--stats", source, stdout=None, preexec_fn=lambda: os.close(1)).finish()
    assert check_failed(result, "destination", "-", count) == 0
    assert "closed" in result.message


@rounds(8)
def test_rules_B6_reader_leaves(start, rng, source, round_):
    """Also one that reads no more while the source gives nothing."""
    read_end, write_end = os.pipe()
    idle = round_ % 2 == 1
    run = start(
        "--stats",
        "-" if idle else source,
        stdout=write_end,
        stdin=subprocess.PIPE if idle else subprocess.DEVNULL,
    )
    os.close(write_end)
    count = rng.randrange(1, PIPE_SIZE if idle else len(DATA) - 2 * PIPE_SIZE)
    if idle:
        write_until_read(run.process.stdin.fileno(), DATA[:count])
    data = read_some(read_end, count)
    os.close(read_end)
    run.process.wait(SAFETY)
    result = run.finish()
    written = check_failed(result, "destination", "-", len(DATA))
    assert written == count if idle else written >= count
    assert data == DATA[:count]


# Sources that change


@rounds(6)
def test_rules_E9_source_is_truncated(start, rng, source, round_):
    """What was read before is passed on, in order; what has gone is not made up."""
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb", buffering=0):
        run = start("--stats", "--high=64K", source, stdout=write_end)
        os.close(write_end)
        data = read_some(read_end, rng.randrange(1, len(DATA) // 2))
        size = rng.randrange(0, len(DATA))
        os.truncate(source, size)
        data += read_rest(read_end)
    result = run.finish()
    assert result.status == 0, result.err
    assert check_counts(result, len(DATA)) == len(data)
    assert data == DATA[: len(data)]
    assert len(data) >= size


@rounds(4)
def test_rules_E9_source_vanishes(start, rng, source, round_):
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb", buffering=0):
        run = start("--stats", source, stdout=write_end)
        os.close(write_end)
        data = read_some(read_end, rng.randrange(1, len(DATA)))
        source.unlink()
        data += read_rest(read_end)
    result = run.finish()
    assert result.status == 0, result.err
    assert data == DATA
