# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the real program and gives it real files, pipes, sockets and terminals."""

import contextlib
import hashlib
import json
import os
import random
import select
import signal
import socket
import subprocess
import threading

import pytest

# How long anything may take before it counts as hung; nothing waits for this when all is well.
SAFETY = 60

PROGRAM = os.environ.get("PTP_PROGRAM", "pulltopush")

# Whoever runs the tests may ignore signals, as nohup(1) does, and the program would do so too.
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def make_data(size, seed=1):
    return random.Random(seed).randbytes(size)


class Result:
    def __init__(self, status, out, err):
        self.status = status
        self.out = out
        self.err = err

    @property
    def lines(self):
        return self.err.decode().splitlines()

    @property
    def stats(self):
        return json.loads(self.lines[-1])

    @property
    def message(self):
        """The one line that says what went wrong."""
        lines = [line for line in self.lines if line.startswith("pulltopush: ")]
        assert len(lines) == 1, self.err
        return lines[0]


class Run:
    """One run of the program, which ends with the test at the latest."""

    def __init__(self, args, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        self.process = subprocess.Popen([PROGRAM, *map(str, args)], **options)
        self.pid = self.process.pid

    def finish(self, data=None):
        try:
            out, err = self.process.communicate(data, timeout=SAFETY)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            raise AssertionError(f"the program hung: {err!r}") from None
        # It stops all threads to look at them, and now and then meets one that is just going.
        if b"LeakSanitizer has encountered a fatal error" in (err or b""):
            pytest.skip("the leak checker itself crashed, which says nothing about the program")
        # A sanitizer's finding is what is wrong, whatever else the test looks at.
        assert b"Sanitizer" not in (err or b""), err.decode(errors="replace")
        return Result(self.process.returncode, out or b"", err or b"")

    def kill(self, number=signal.SIGINT):
        self.process.send_signal(number)

    def interrupt(self, number=signal.SIGINT):
        """Kills, and waits for the end, while standard input stays open."""
        self.kill(number)
        self.process.wait(SAFETY)
        return self.finish()

    def read_line(self):
        """The next line of standard error, without reading past it."""
        line = bytearray()
        while not line.endswith(b"\n"):
            assert select.select([self.process.stderr], [], [], SAFETY)[0], "no line came"
            byte = os.read(self.process.stderr.fileno(), 1)
            assert byte, f"standard error ended after {bytes(line)!r}"
            line += byte
        return line.decode().rstrip("\n")

    def cpu_ticks(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def wait_for_poll(self):
        """Until the main thread waits for an event, with nothing else to do."""
        path = f"/proc/{self.pid}/wchan"
        stat = f"/proc/{self.pid}/stat"
        for _ in range(1000000):
            with open(stat, encoding="ascii", errors="replace") as file:
                state = file.read().rpartition(")")[2].split()[0]
            with open(path, encoding="ascii") as file:
                channel = file.read()
            if state == "S" and ("poll" in channel or channel in ("", "0")):
                return
            os.sched_yield()
        raise AssertionError("the program never came to rest")


@pytest.fixture
def start():
    runs = []

    def start_one(*args, **options):
        run = Run(args, **options)
        runs.append(run)
        return run

    yield start_one
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
        for pipe in (run.process.stdin, run.process.stdout, run.process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        run.process.wait()


@pytest.fixture
def run(start):
    def run_one(*args, data=None, **options):
        if data is not None:
            options["stdin"] = subprocess.PIPE
        return start(*args, **options).finish(data)

    return run_one


class Server:
    """Listens, and does one thing with the first who connects, in a thread of its own."""

    def __init__(self, listener, serve):
        self.listener = listener
        self.result = None
        self.failure = None
        self._serve = serve
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            connection, _ = self.listener.accept()
            with connection:
                connection.settimeout(SAFETY)
                self.result = self._serve(connection)
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure

    def join(self):
        self._thread.join(SAFETY)
        assert not self._thread.is_alive(), "the server hung"
        if self.failure is not None:
            raise self.failure
        return self.result


def receive_all(connection):
    parts = []
    while part := connection.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


def listen_tcp(buffer_size=None):
    listener = socket.socket()
    if buffer_size is not None:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_size)
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    listener.settimeout(SAFETY)
    return listener


@pytest.fixture
def tcp():
    with contextlib.ExitStack() as stack:

        def serve(function, buffer_size=None):
            listener = stack.enter_context(listen_tcp(buffer_size))
            server = Server(listener, function)
            server.url = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
            return server

        yield serve


@pytest.fixture
def big(tmp_path):
    """A file of 16 MiB that no compression and no repetition makes easy."""
    path = tmp_path / "big"
    path.write_bytes(make_data(16 << 20))
    return path


def leftovers(folder):
    return sorted(name for name in os.listdir(folder) if "part" in name)
