#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Streams a file into a slow reader, and tells what happened. Called by ./run demo."""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import termios
from pathlib import Path

WANTED_SECONDS = 12
MIN_RATE = 64 * 1024
MAX_RATE = 128 * 1024 * 1024
READER = Path(__file__).resolve().parent / "slow_reader.py"


def size_text(n_bytes):
    for unit in ("bytes", "KiB", "MiB"):
        if n_bytes < 1024:
            break
        n_bytes /= 1024
    else:
        unit = "GiB"
    return f"{n_bytes:.0f} {unit}" if unit == "bytes" else f"{n_bytes:.1f} {unit}"


def say(name="", text=""):
    print(f"  {name:<11}{text}".rstrip(), flush=True)


def checksum(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def start_reader(rate):
    """Gives back the reader and its port; the port is printed when it can be connected to."""
    command = [sys.executable, str(READER), "--rate", str(rate)]
    # In a session of its own, so that Ctrl-C is for this program alone; it ends the reader, too.
    reader = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    line = reader.stdout.readline()
    if not line:
        sys.exit("demo: the reader did not start")
    return reader, json.loads(line)["port"]


class Relay:
    """Passes on what the program shows, and keeps its one line of JSON back."""

    def __init__(self, output):
        self.output = output
        self.line = b""
        self.stats = None

    def feed(self, data):
        for piece in data.splitlines(keepends=True):
            self.line += piece
            is_json = self.line.startswith(b"{")
            if not is_json:
                self.output.write(piece)
            elif self.line.endswith(b"\n"):
                self.stats = json.loads(self.line)
            if piece.endswith(b"\n") or (piece.endswith(b"\r") and not is_json):
                self.line = b""
        self.output.flush()


def open_channel():
    """Where the program writes its progress: a terminal if we have one, so that it sees one."""
    if not sys.stdout.isatty():
        return os.pipe()
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, termios.tcgetwinsize(sys.stdout.fileno()))
    return ours, theirs


def run_program(command):
    ours, theirs = open_channel()
    relay = Relay(sys.stdout.buffer)
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=theirs) as program:
        os.close(theirs)
        try:
            while data := os.read(ours, 65536):
                relay.feed(data)
        except OSError:
            pass  # So does a terminal say that its other end is closed.
    os.close(ours)
    return program.returncode, relay.stats


def tell_pauses(stats):
    pauses = stats["pauses"]
    if not pauses:
        return "never: the reader was fast enough"
    by = ", ".join(f"{count} times by the {name}" for name, count in sorted(pauses.items()))
    return f"{by}, for {stats['paused-seconds']:.1f} of {stats['seconds']:.1f} seconds"


def tell(stats, expected, received):
    """Says what happened, and whether all of it arrived."""
    print()
    rate = size_text(stats["rate"])
    say("streamed", f"{size_text(stats['bytes-written'])} in {stats['seconds']:.1f} s, {rate}/s")
    say("paused", tell_pauses(stats))
    say("queue", f"{size_text(stats['peak-queued'])} at most; the high mark is {size_text(stats['high'])}")
    say("", "(the chunk that reaches the mark is still taken)")
    say("SHA-256", "of what was sent and of what was received:")
    say("sent", expected)
    say("received", received["sha256"])
    print()
    if expected != received["sha256"]:
        print("The two differ: this is a bug.")
        return 1
    print(f"Equal: all {received['bytes']} bytes arrived, at the pace of the reader.")
    return 0


def tell_half(reader):
    """What the reader knows of a stream whose source failed."""
    received = json.loads(reader.communicate(timeout=60)[0])
    if received.get("reset"):
        print(
            f"demo: the reader knows that its {received['bytes']} bytes are not all: "
            "the connection was reset",
            file=sys.stderr,
        )


def demonstrate(program, path):
    size = os.path.getsize(path)
    rate = min(max(size / WANTED_SECONDS, MIN_RATE), MAX_RATE)
    expected = checksum(path)
    reader, port = start_reader(rate)
    try:
        destination = f"tcp://127.0.0.1:{port}"
        say("source", f"{path}, {size_text(size)}")
        say("reader", f"{destination}, takes {size_text(rate)} a second and no more")
        print(f"\n$ pulltopush --progress --stats {path} {destination}", flush=True)
        status, stats = run_program([program, "--progress", "--stats", path, destination])
        if status != 0 or stats is None:
            print(f"demo: pulltopush failed with exit status {status}", file=sys.stderr)
            # Otherwise nobody may have called it.
            if stats is not None and stats.get("side") == "source":
                tell_half(reader)
            return 1
        received = json.loads(reader.communicate(timeout=60)[0])
        return tell(stats, expected, received)
    finally:
        reader.kill()
        reader.wait()


def main():
    parser = argparse.ArgumentParser(description="Stream a file into a slow reader.")
    parser.add_argument("--program", required=True)
    parser.add_argument("file")
    options = parser.parse_args()
    try:
        return demonstrate(options.program, options.file)
    except KeyboardInterrupt:
        print("\ndemo: interrupted", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"demo: {options.file}: {error.strerror}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
