#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How fast does the program copy a large file, and what does that cost?

The program against what else copies files: to nothing, to a file in memory and to a TCP reader.
Everybody is a process of its own, from its start to its end, and for TCP until the reader has
seen the last byte. The source is in the page cache, so that no disk is measured.
"""

import contextlib
import functools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import bench

MIB = 1 << 20
GIB = 1 << 30
NOTHING = "/dev/null"
BIG_CHUNK = MIB
SMALL_CHUNK = 64 * 1024

PLACES = {
    "nothing": "to nothing",
    "tmpfs": "to tmpfs",
    "tcp": "to TCP",
    "tmpfs-nothing": "tmpfs to nothing",
    "tmpfs-tmpfs": "tmpfs to tmpfs",
}
# Who is also measured with a source in tmpfs.
FEW = ("ours", "loop-1m", "cat", "splice")
# Copies to memory, of which the fastest counts.
TRIES = 3
# GIO's splice takes long enough over TCP with an eighth of the file.
SPLICE_PART = 8
# How many times faster than GIO's splice it must be.
SPLICE_BARS = {"nothing": 2.5, "tmpfs": 2, "tcp": 10}


def make_input(path, size):
    """A file of real bytes: this Python's own library, over and over."""
    seed = bytearray()
    for folder, _, names in os.walk(os.path.dirname(os.__file__)):
        for name in sorted(names):
            if len(seed) >= 16 * MIB:
                break
            try:
                with open(os.path.join(folder, name), "rb") as source:
                    seed += source.read()
            except OSError:
                continue
    with open(path, "wb") as target:
        left = size
        while left > 0:
            left -= target.write(seed[: min(left, len(seed))])
        # Nothing is written back while others are measured.
        target.flush()
        os.fsync(target.fileno())


class Reader:
    """The process that reads away what one connection brings, and says how much that was."""

    def __init__(self, program):
        self.process = subprocess.Popen(
            [program], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        self.port = int(self.process.stdout.readline())

    def get_end(self):
        """How many bytes came, and when their end was seen, in ns."""
        count, end = (self.process.stdout.readline() or "0 0").split()
        return int(count), int(end)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Place:
    """Where a copy comes from and where it goes: to a file, or to a reader."""

    def __init__(self, name, source, size, target=None, reader_program=None):
        self.name = name
        self.size = size
        self.source = source
        self.target = target
        self.reader_program = reader_program
        self.reader = None

    def with_source(self, source, size):
        return Place(self.name, source, size, self.target, self.reader_program)

    @property
    def is_file(self):
        return self.target not in (None, NOTHING)

    @contextlib.contextmanager
    def ready(self):
        """For one copy: the reader is there, the file is not."""
        if self.reader_program is None:
            with contextlib.closing(self):
                self.close()
                yield
        else:
            with Reader(self.reader_program) as self.reader:
                yield

    def close(self):
        if self.is_file:
            Path(self.target).unlink(missing_ok=True)

    def open(self):
        """The destination for who writes to standard output."""
        return self.reader.connect() if self.reader_program else open(self.target, "wb")


class Peer:
    """A program that copies; its command gets a Place, and says whether it writes to stdout."""

    def __init__(self, name, label, command):
        self.name = name
        self.label = label
        self.command = command


def get_program_command(program, place):
    target = f"tcp://127.0.0.1:{place.reader.port}" if place.reader_program else place.target
    return [program, "--quiet", "--no-progress", place.source, target], False


def get_socat_command(place):
    target = f"CREATE:{place.target}" if place.is_file else f"OPEN:{place.target},wronly"
    if place.reader_program:
        target = f"TCP4:127.0.0.1:{place.reader.port}"
    return ["socat", "-u", "-b", str(BIG_CHUNK), f"OPEN:{place.source},rdonly", target], False


def get_gio_command(place):
    """It copies from file to file only, and has a cat(1) of its own for the rest."""
    if place.is_file:
        return ["gio", "copy", place.source, place.target], False
    return ["gio", "cat", place.source], True


def get_splice_command(program, place):
    target = f"127.0.0.1:{place.reader.port}" if place.reader_program else place.target
    return [program, place.source, target], False


def make_peers(options):
    ours = functools.partial(get_program_command, options.program)
    loop = options.peers / "copy-loop"
    sendfile = options.peers / "copy-sendfile"
    splice = functools.partial(get_splice_command, options.peers / "copy-splice")
    return [
        Peer("ours", "pulltopush", ours),
        Peer("loop-1m", "read+write in C, 1 MiB",
             lambda p: ([loop, p.source, BIG_CHUNK], True)),
        Peer("loop-64k", "read+write in C, 64 KiB",
             lambda p: ([loop, p.source, SMALL_CHUNK], True)),
        Peer("sendfile", "sendfile in C", lambda p: ([sendfile, p.source], True)),
        Peer("cat", "cat", lambda p: (["cat", p.source], True)),
        Peer("pv", "pv -q", lambda p: (["pv", "-q", p.source], True)),
        Peer("socat", "socat -u -b 1 MiB", get_socat_command),
        Peer("gio", "gio cat, gio copy", get_gio_command),
        Peer("splice", "GIO splice in C", splice),
    ]


def find_program(name):
    found = shutil.which(name)
    if found is None:
        raise bench.Missing(f"{name} is not installed")
    return found


def run_timed(timer, command, stdout):
    """When a command began and ended, in ns; its processor time in s; its peak memory in MiB.

    A child of this process would be charged with this one's memory, so another one starts it. The
    library is found without LD_LIBRARY_PATH, which would have everybody look for theirs there.
    """
    environment = {key: value for key, value in os.environ.items() if key != "LD_LIBRARY_PATH"}
    with tempfile.NamedTemporaryFile("r") as report, tempfile.TemporaryFile("w+") as told:
        timed = [timer, report.name, *command]
        # It is only the last one who closes a connection that ends it.
        with stdout:
            process = subprocess.Popen(
                timed, stdin=subprocess.DEVNULL, stdout=stdout, stderr=told, env=environment
            )
        status = process.wait()
        if status != 0:
            told.seek(0)
            reason = (told.read().strip().splitlines() or ["it does not say why"])[-1]
            name = os.path.basename(command[0])
            raise bench.Unmeasured(f"{name} ended with status {status}: {reason}")
        start, end, cpu, peak = map(int, report.read().split())
        return start, end, cpu / 1e6, peak / 1024


def run_peer(timer, peer, place):
    """Seconds of wall time, seconds of processor time and peak memory in MiB of one copy."""
    with place.ready():
        command, writes_stdout = peer.command(place)
        command = [find_program(command[0]), *map(str, command[1:])]
        stdout = place.open() if writes_stdout else open(NOTHING, "wb")
        start, end, cpu, peak = run_timed(timer, command, stdout)
        if place.reader_program:
            copied, end = place.reader.get_end()
        else:
            copied = os.stat(place.target).st_size if place.is_file else place.size
    if copied != place.size:
        told = PLACES[place.name]
        raise bench.Unmeasured(f"{peer.label} copied {copied} of {place.size} bytes {told}")
    return (end - start) / 1e9, cpu, peak


def check_room(folder, wanted):
    room = shutil.disk_usage(folder).free
    if room < wanted:
        raise bench.Unmeasured(
            f"{folder} has room for {room // MIB} MiB, {wanted // MIB} are needed; "
            "--tmpfs names another folder in memory, --size a smaller size"
        )


class Throughput:
    def __init__(self, board, options, empty):
        self.board = board
        self.peers = make_peers(options)
        self.timer = options.peers / "run-timed"
        self.empty = empty
        self.tries = 1 if options.quick else TRIES

    def get_label(self, name):
        return next(peer.label for peer in self.peers if peer.name == name)

    def add_row(self, place, peer, told=""):
        """Gives back what measures it."""
        name = f"{place.name}/{peer.name}"
        label = f"{PLACES[place.name]}: {peer.label}{told}"
        self.board.add_row(name, label, f"{place.name}/loop-1m")
        return lambda: {name: self.measure(place, peer)}

    def measure(self, place, peer):
        """A copy to memory is made some times, and the fastest counts: memory that was free for a
        while may have gone back to the host of a virtual machine, and whoever comes next pays for
        fetching it, which takes longer than the copy.
        """
        idle = place.with_source(self.empty, 0)
        start, _, _ = min(run_peer(self.timer, peer, idle) for _ in range(2))
        tries = self.tries if place.is_file else 1
        seconds, cpu, peak = min(run_peer(self.timer, peer, place) for _ in range(tries))
        copying = seconds - start
        return {
            "value": place.size / 1e6 / seconds,
            "start": start * 1000,
            # Nobody copies in less than no time, but what is short is not known well.
            "copying": place.size / 1e6 / max(copying, seconds / 10),
            "cpu": cpu * GIB / place.size,
            "peak": peak,
        }

    def add_bars(self):
        for place, splice in SPLICE_BARS.items():
            for other, bar in ("loop-1m", 0.9), ("cat", 1.0), ("splice", splice):
                told = f"speed {PLACES[place]}, against {self.get_label(other)}"
                self.board.add_ratio_bar(told, f"{place}/ours", f"{place}/{other}", ">=", bar)
        for place in SPLICE_BARS:
            told = f"the copying alone {PLACES[place]}, against {self.get_label('loop-1m')}"
            self.board.add_ratio_bar(
                told, f"{place}/ours", f"{place}/loop-1m", ">=", 0.9, key="copying"
            )


def make_inputs(options, disk, memory):
    """The places to copy from and to, the part for who is slow, and an empty file."""
    size = options.size * MIB
    target = os.path.join(memory, "target")
    on_disk, in_memory = os.path.join(disk, "source"), os.path.join(memory, "source")
    part, empty = os.path.join(disk, "part"), os.path.join(disk, "empty")
    check_room(memory, 2 * size)
    check_room(disk, 2 * size)
    for path, length in (on_disk, size), (in_memory, size), (part, size // SPLICE_PART), (empty, 0):
        make_input(path, length)

    places = [
        Place("nothing", on_disk, size, NOTHING),
        Place("tmpfs", on_disk, size, target),
        Place("tcp", on_disk, size, reader_program=options.peers / "read-away"),
        Place("tmpfs-nothing", in_memory, size, NOTHING),
        Place("tmpfs-tmpfs", in_memory, size, target),
    ]
    return places, part, empty


def measure(options, board, disk, memory):
    places, part, empty = make_inputs(options, disk, memory)
    work = Throughput(board, options, empty)
    measurements = []
    for place in places:
        for peer in work.peers:
            if place.name == "tcp" and peer.name == "splice":
                told = f" ({options.size // SPLICE_PART} MiB)"
                shorter = place.with_source(part, place.size // SPLICE_PART)
                measurements.append(work.add_row(shorter, peer, told))
            elif not place.name.startswith("tmpfs-") or peer.name in FEW:
                measurements.append(work.add_row(place, peer))
    board.measure(measurements)
    work.add_bars()


def main():
    parser = bench.argument_parser(__doc__)
    parser.add_argument("--program", required=True, help="the program pulltopush")
    parser.add_argument("--peers", type=Path, required=True, help="folder of the peers in C")
    parser.add_argument("--size", type=int, help="MiB to copy; default: 1024, quick: 8")
    parser.add_argument("--disk", default="/var/tmp", help="a folder on a disk")
    parser.add_argument("--tmpfs", default="/dev/shm", help="a folder in memory")
    options = bench.parse(parser)
    if options.size is None:
        options.size = 8 if options.quick else 1024

    board = bench.Benchmark(
        "throughput",
        "How fast does the program copy a large file, and what does that cost?",
        "MB/s",
        options,
        better="more",
    )
    board.add_column("median", "MB/s")
    board.add_column("ratio", "x 1 MiB")
    board.add_column("start", "start ms")
    board.add_column("copying", "copy MB/s")
    board.add_column("cpu", "CPU s/GiB")
    board.add_column("peak", "peak MiB")
    board.add_note(
        f"{options.size} MiB from a file in the page cache, on disk unless it says tmpfs. The TCP "
        "reader throws away in the kernel what comes. cat uses copy_file_range(2) where it can."
    )
    board.add_note(
        "MB/s are those of whole processes, from their start to their end. The start is what the "
        "same takes with an empty file; without it, the copying remains. x is against read+write."
    )
    with tempfile.TemporaryDirectory(dir=options.disk) as disk, \
            tempfile.TemporaryDirectory(dir=options.tmpfs) as memory:
        try:
            measure(options, board, disk, memory)
        except bench.Unmeasured as error:
            sys.exit(f"throughput: {error}")
    sys.exit(board.finish())


if __name__ == "__main__":
    main()
