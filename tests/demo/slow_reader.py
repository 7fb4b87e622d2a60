#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A peer that reads slower than anybody sends.

Serves one connection on a free port of the loopback, reads at a steady rate, and prints two lines
of JSON: {"port": …} as soon as it can be connected to, and {"bytes": …, "sha256": …} at the end.
"""

import argparse
import hashlib
import json
import socket
import time

CHUNK = 64 * 1024
# The kernel would otherwise hold megabytes for us, and nobody would notice that we are slow.
RECEIVE_BUFFER = 128 * 1024
PATIENCE_SECONDS = 60


class Pace:
    """Lets so many bytes pass in a second, evenly."""

    def __init__(self, rate, clock=time.monotonic, sleep=time.sleep):
        self.rate = rate
        self.clock = clock
        self.sleep = sleep
        self.start = None
        self.n_bytes = 0

    def spend(self, n_bytes):
        if self.start is None:
            self.start = self.clock()
        self.n_bytes += n_bytes
        early = self.start + self.n_bytes / self.rate - self.clock()
        if early > 0:
            self.sleep(early)


def read_all(connection, pace):
    digest = hashlib.sha256()
    n_bytes = 0
    report = {}
    try:
        while chunk := connection.recv(CHUNK):
            digest.update(chunk)
            n_bytes += len(chunk)
            pace.spend(len(chunk))
    except ConnectionResetError:
        report["reset"] = True
    return {"bytes": n_bytes, "sha256": digest.hexdigest(), **report}


def main():
    parser = argparse.ArgumentParser(description="Read one connection slowly.")
    parser.add_argument("--rate", type=float, required=True, help="bytes a second")
    options = parser.parse_args()

    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        listener.settimeout(PATIENCE_SECONDS)
        print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
        connection, _ = listener.accept()

    with connection:
        print(json.dumps(read_all(connection, Pace(options.rate))), flush=True)


if __name__ == "__main__":
    main()
