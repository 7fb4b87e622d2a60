#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What one write and drain costs in Python's asyncio, over a transport that counts."""

import asyncio

import peer


class Transport(asyncio.Transport):
    """Takes all at once, so that nobody is ever paused."""

    def __init__(self):
        super().__init__()
        self.bytes = 0

    def write(self, data):
        self.bytes += len(data)

    def is_closing(self):
        return False


async def stream(transport, clock):
    loop = asyncio.get_running_loop()
    protocol = asyncio.StreamReaderProtocol(asyncio.StreamReader(loop=loop), loop=loop)
    writer = asyncio.StreamWriter(transport, protocol, None, loop)
    while True:
        writer.write(peer.CHUNK)
        await writer.drain()
        clock.left -= 1
        if clock.left == 0 and clock.passed():
            break


def measure(clock):
    transport = Transport()
    asyncio.run(stream(transport, clock))
    return transport.bytes


if __name__ == "__main__":
    peer.main(__doc__, 500000, {"asyncio": measure})
