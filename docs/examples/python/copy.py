#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Copies a file, and shows how far it is. The line "p" pauses and goes on, "q" cancels.

A target that was there stays as it was until the copy is whole; a new one is there only then.
"""

import os
import sys

import gi

gi.require_version("PullToPush", "1")
from gi.repository import Gio, GLib, PullToPush  # noqa: E402

USAGE = "Usage: copy.py SOURCE TARGET"


class Copy:
    def __init__(self, source, target):
        self.producer = PullToPush.InputStreamProducer.new(source.read(None))
        self.consumer = PullToPush.FileConsumer.new(target)
        self.cancellable = Gio.Cancellable()
        self.hold = None

    def show(self, *_):
        done = self.consumer.get_bytes_written()
        total = self.producer.get_total_size()
        percent = f" {100 * done // total} %" if total > 0 else ""
        holders = [name for name in self.stream.dup_holders() if name != "consumer"]
        paused = f" paused by {', '.join(holders)}" if holders else ""
        sys.stderr.write(f"\r\x1b[K{done} bytes{percent}{paused}")
        sys.stderr.flush()
        return GLib.SOURCE_CONTINUE

    def toggle(self):
        if self.hold is None:
            self.hold = self.stream.hold("user")
        else:
            self.hold.release()
            self.hold = None
        self.show()

    def obey(self, descriptor, condition):
        said = os.read(descriptor, 256)
        for key in said.split():
            if key == b"p":
                self.toggle()
            elif key == b"q":
                self.cancellable.cancel()
        return GLib.SOURCE_CONTINUE if said else GLib.SOURCE_REMOVE

    async def run(self):
        self.stream = PullToPush.stream(self.producer, self.consumer, cancellable=self.cancellable)
        GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, 0, GLib.IOCondition.IN, self.obey)
        GLib.timeout_add(100, self.show)
        await self.stream.wait()
        self.show()
        sys.stderr.write("\n")
        return self.consumer.get_bytes_written()


def main(arguments):
    if len(arguments) != 2:
        print(USAGE, file=sys.stderr)
        return 2
    source, target = (Gio.File.new_for_commandline_arg(name) for name in arguments)
    try:
        print(f"{PullToPush.run(Copy(source, target).run())} bytes")
    except GLib.Error as error:
        print(f"\ncopy: {error.message}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
