# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the programs copy, serve, transform and cooperate do, in whatever language.

A test file of a language says how its programs are started, with a fixture `command` that makes a
command line of a program's name, and takes over the cases: from cases import *
"""

import hashlib
import os
import re
import socket
import subprocess

import pytest

__all__ = ["Cooperate", "Copy", "Serve", "Transform"]

PATIENCE = 120
MEBIBYTE = 1 << 20
CHUNK = 64 * 1024
# The consumer's high mark in serve, and one chunk, and what else is reasonable.
MOST_QUEUED = MEBIBYTE


class Running:
    """A program and its pipes. Whatever happens, it is gone at the end."""

    def __init__(self, command, *arguments):
        pipes = {name: subprocess.PIPE for name in ("stdin", "stdout", "stderr")}
        words = [str(word) for word in (*command, *arguments)]
        self.process = subprocess.Popen(words, bufsize=0, **pipes)
        self.errors = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def say(self, line):
        self.process.stdin.write(line.encode() + b"\n")

    def read_until_error_says(self, pattern):
        """Reads standard error until it has the pattern, after what was found before."""
        while not re.search(pattern, self.errors):
            got = os.read(self.process.stderr.fileno(), 4096)
            assert got, f"ended without {pattern!r}: {self.errors.decode()}"
            self.errors += got
        self.errors = re.split(pattern, self.errors, maxsplit=1)[1]

    def end(self):
        """Returns exit status, standard output and the rest of standard error."""
        output, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, output.decode(), (self.errors + errors).decode()


def run(command, *arguments):
    with Running(command, *arguments) as program:
        return program.end()


def check_usage(command, *arguments):
    status, output, errors = run(command, *arguments)
    assert (status, output) == (2, "")
    assert "usage" in errors.lower()


def check_failure(result, *words):
    """A message for people: no traceback, and what it is about."""
    status, output, errors = result
    assert (status, output) == (1, "")
    assert "Traceback" not in errors
    for word in words:
        assert word in errors


class Copy:
    """copy SOURCE TARGET"""

    @pytest.fixture
    def program(self, command):
        return command("copy")

    @pytest.mark.parametrize("size", [0, 1, 3 * MEBIBYTE + 5])
    def test_copies(self, program, tmp_path, size):
        data = os.urandom(size)
        source, target = tmp_path / "source", tmp_path / "target"
        source.write_bytes(data)
        status, output, errors = run(program, source, target)
        assert (status, output) == (0, f"{size} bytes\n"), errors
        assert target.read_bytes() == data
        assert f"{size} bytes" in errors
        if size > 0:
            assert re.search(r"100 ?%", errors)

    def test_p_pauses_and_goes_on(self, program, tmp_path):
        source, target = tmp_path / "source", tmp_path / "target"
        os.mkfifo(source)
        with Running(program, source, target) as running:
            # Its other end is opened here, so that the copy cannot end before its time.
            with open(source, "wb", buffering=0) as writer:
                writer.write(b"first")
                running.say("p")
                running.read_until_error_says(rb"paused by [^\r\n]*user")
                writer.write(b" second")
                running.say("p")
            status, output, errors = running.end()
        assert (status, output) == (0, "12 bytes\n"), errors
        assert target.read_bytes() == b"first second"

    def test_a_paused_copy_does_not_end(self, program, tmp_path):
        source, target = tmp_path / "source", tmp_path / "target"
        os.mkfifo(source)
        with Running(program, source, target) as running:
            with open(source, "wb", buffering=0) as writer:
                running.say("p")
                running.read_until_error_says(rb"paused by [^\r\n]*user")
                writer.write(b"all")
            assert running.process.poll() is None
            running.say("p")
            status, output, errors = running.end()
        assert (status, output) == (0, "3 bytes\n"), errors
        assert target.read_bytes() == b"all"

    def test_q_cancels(self, program, tmp_path):
        source, target = tmp_path / "source", tmp_path / "target"
        os.mkfifo(source)
        target.write_bytes(b"as before")
        with Running(program, source, target) as running:
            with open(source, "wb", buffering=0) as writer:
                writer.write(b"new")
                running.say("q")
                check_failure(running.end(), "ancel")
        assert target.read_bytes() == b"as before"

    def test_q_leaves_no_half_of_a_new_file(self, program, tmp_path):
        source, target = tmp_path / "source", tmp_path / "target"
        os.mkfifo(source)
        with Running(program, source, target) as running:
            with open(source, "wb", buffering=0) as writer:
                writer.write(b"new")
                running.read_until_error_says(rb"3 bytes")
                running.say("q")
                check_failure(running.end(), "ancel")
        assert not target.exists()

    def test_no_source(self, program, tmp_path):
        source, target = tmp_path / "no-such-file", tmp_path / "target"
        check_failure(run(program, source, target), "no-such-file")
        assert not target.exists()

    def test_no_target(self, program, tmp_path):
        (tmp_path / "source").write_bytes(b"something")
        check_failure(run(program, tmp_path / "source", tmp_path / "none" / "target"))

    @pytest.mark.parametrize("arguments", [[], ["one"], ["one", "two", "three"]])
    def test_usage(self, program, arguments):
        check_usage(program, *arguments)


def expected_digest(size):
    """Chunk number N, of 64 KiB each, is full of the byte N."""
    digest = hashlib.sha256()
    for number in range(size // CHUNK):
        digest.update(bytes([number % 256]) * CHUNK)
    return digest.hexdigest()


def connect(running):
    line = running.process.stdout.readline().decode()
    found = re.fullmatch(r"listening on (\d+)\n", line)
    assert found, line
    client = socket.socket()
    # A small buffer, so that a client that does not read is noticed.
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
    client.settimeout(PATIENCE)
    client.connect(("127.0.0.1", int(found.group(1))))
    return client


def read_all(client, piece):
    digest, size = hashlib.sha256(), 0
    while got := client.recv(piece):
        digest.update(got)
        size += len(got)
    return size, digest.hexdigest()


class Serve:
    """serve MEBIBYTES"""

    @pytest.fixture
    def program(self, command):
        return command("serve")

    @pytest.mark.parametrize(("mebibytes", "piece"), [(1, 4096), (16, 4096), (64, MEBIBYTE)])
    def test_serves_one_client(self, program, mebibytes, piece):
        size = mebibytes * MEBIBYTE
        with Running(program, mebibytes) as running:
            with connect(running) as client:
                assert read_all(client, piece) == (size, expected_digest(size))
            status, output, errors = running.end()
        assert status == 0, errors
        found = re.fullmatch(r"(\d+) bytes, at most (\d+) bytes queued\n", output)
        assert found, output
        assert int(found.group(1)) == size
        assert 0 < int(found.group(2)) <= MOST_QUEUED

    def test_a_client_that_hangs_up(self, program):
        with Running(program, 64) as running:
            with connect(running) as client:
                assert client.recv(1) == b"\0"
                # With a reset, whatever is on the way.
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            check_failure(running.end(), "serve")

    @pytest.mark.parametrize("arguments", [[], ["much"], ["0"], ["-1"], ["1", "2"]])
    def test_usage(self, program, arguments):
        check_usage(program, *arguments)


class Transform:
    """transform FILE [--check]"""

    @pytest.fixture
    def program(self, command):
        return command("transform")

    @pytest.mark.parametrize("options", [[], ["--check"]])
    @pytest.mark.parametrize("times", [0, 1, 100000])
    def test_packs(self, program, tmp_path, times, options):
        data = b"over and over " * times
        file = tmp_path / "file"
        file.write_bytes(data)
        status, output, errors = run(program, file, *options)
        assert status == 0, errors
        found = re.fullmatch(r"(\d+) bytes -> (\d+) bytes\n(same\n)?", output)
        assert found, output
        assert int(found.group(1)) == len(data)
        assert (found.group(3) is not None) == (options != [])
        assert len(data) < 100 or 0 < int(found.group(2)) < len(data) // 10

    def test_what_cannot_be_packed_comes_back(self, program, tmp_path):
        file = tmp_path / "file"
        file.write_bytes(os.urandom(MEBIBYTE + 1))
        status, output, errors = run(program, file, "--check")
        assert status == 0, errors
        assert output.endswith("\nsame\n")

    def test_no_file(self, program, tmp_path):
        check_failure(run(program, tmp_path / "no-such-file"), "no-such-file")

    @pytest.mark.parametrize("arguments", [[], ["file", "--what"], ["file", "--check", "more"]])
    def test_usage(self, program, arguments):
        check_usage(program, *arguments)


class Cooperate:
    """cooperate LIMIT"""

    @pytest.fixture
    def program(self, command):
        return command("cooperate")

    @pytest.mark.parametrize(("limit", "count"), [(1, 0), (2, 0), (3, 1), (100, 25), (20000, 2262)])
    def test_counts(self, program, limit, count):
        status, output, errors = run(program, limit)
        assert status == 0, errors
        first, second = output.splitlines()
        assert first == f"{count} primes below {limit}"
        assert re.fullmatch(r"\d+ ticks meanwhile, longest gap \d+(\.\d+)? ms", second)

    @pytest.mark.parametrize("arguments", [[], ["many"], ["-5"], ["1", "2"]])
    def test_usage(self, program, arguments):
        check_usage(program, *arguments)
