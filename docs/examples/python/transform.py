#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Packs a file in memory, one chunk at a time; with --check, unpacks it again and compares."""

import sys
import zlib

import gi

gi.require_version("PullToPush", "1")
from gi.repository import Gio, GLib, PullToPush  # noqa: E402

USAGE = "Usage: transform.py FILE [--check]"
GZIP = zlib.MAX_WBITS | 16


async def pack(source):
    """A stage between two streams: it asks for a chunk only when somebody asks it for one."""
    packer = zlib.compressobj(wbits=GZIP)
    async for chunk in PullToPush.chunks(source):
        yield packer.compress(chunk)
    yield packer.flush()


async def unpack(source):
    unpacker = zlib.decompressobj(wbits=GZIP)
    async for chunk in PullToPush.chunks(source):
        yield unpacker.decompress(chunk)
    yield unpacker.flush()


async def collect(source):
    memory = Gio.MemoryOutputStream.new_resizable()
    await PullToPush.stream(source, memory).wait()
    return memory.steal_as_bytes()


async def transform(file, check):
    source = PullToPush.InputStreamProducer.new(file.read(None))
    packed = await collect(pack(source))
    print(f"{source.get_bytes_read()} bytes -> {packed.get_size()} bytes")
    if check:
        unpacked = await collect(unpack(packed))
        if unpacked.get_data() != file.load_bytes(None)[0].get_data():
            raise ValueError("what was unpacked differs from the file")
        print("same")


def main(arguments):
    if not arguments or arguments[1:] not in ([], ["--check"]):
        print(USAGE, file=sys.stderr)
        return 2
    file = Gio.File.new_for_commandline_arg(arguments[0])
    try:
        PullToPush.run(transform(file, check=len(arguments) == 2))
    except (GLib.Error, ValueError) as error:
        print(f"transform: {getattr(error, 'message', error)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
