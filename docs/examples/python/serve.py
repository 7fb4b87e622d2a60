#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes up that many MiB and serves them to one client, however slowly that reads."""

import sys

import gi

gi.require_version("PullToPush", "1")
from gi.repository import Gio, GLib, PullToPush  # noqa: E402

USAGE = "Usage: serve.py MEBIBYTES"
CHUNK_SIZE = 64 * 1024


def generate(mebibytes):
    """Runs only as far as the client reads: what is not wanted yet is not made."""
    for number in range(mebibytes * 1024 * 1024 // CHUNK_SIZE):
        yield bytes([number % 256]) * CHUNK_SIZE


def accept(listener):
    client: PullToPush.Future[Gio.SocketConnection] = PullToPush.Future()

    def accepted(_, result):
        try:
            client.set_result(listener.accept_finish(result)[0])
        except GLib.Error as error:
            client.set_exception(error)

    listener.accept_async(None, accepted)
    return client


async def serve(mebibytes):
    listener = Gio.SocketListener()
    loopback = Gio.InetAddress.new_loopback(Gio.SocketFamily.IPV4)
    _, address = listener.add_address(
        Gio.InetSocketAddress.new(loopback, 0), Gio.SocketType.STREAM, Gio.SocketProtocol.TCP, None
    )
    print(f"listening on {address.get_port()}", flush=True)
    connection = await accept(listener)
    listener.close()

    consumer = PullToPush.OutputStreamConsumer.new(connection.get_output_stream())
    consumer.set_marks(64 * 1024, 256 * 1024, 1024 * 1024)
    await PullToPush.stream(generate(mebibytes), consumer).wait()
    written, queued = consumer.get_bytes_written(), consumer.get_peak_queued()
    print(f"{written} bytes, at most {queued} bytes queued")


def main(arguments):
    if len(arguments) != 1 or not arguments[0].isdecimal() or int(arguments[0]) == 0:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        PullToPush.run(serve(int(arguments[0])))
    except GLib.Error as error:
        print(f"serve: {error.message}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
