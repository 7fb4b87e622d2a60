#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Makes up that many MiB and serves them to one client, however slowly that reads.

import Gio from 'gi://Gio';
import PullToPush from 'gi://PullToPush?version=1';
import System from 'system';

Gio._promisify(Gio.SocketListener.prototype, 'accept_async', 'accept_finish');

const CHUNK_SIZE = 64 * 1024;

// Runs only as far as the client reads: what is not wanted yet is not made.
function* generate(mebibytes) {
    for (let number = 0; number < mebibytes * 1024 * 1024 / CHUNK_SIZE; number++)
        yield new Uint8Array(CHUNK_SIZE).fill(number % 256);
}

async function serve(mebibytes) {
    const listener = new Gio.SocketListener();
    const loopback = Gio.InetAddress.new_loopback(Gio.SocketFamily.IPV4);
    const [, address] = listener.add_address(Gio.InetSocketAddress.new(loopback, 0),
        Gio.SocketType.STREAM, Gio.SocketProtocol.TCP, null);
    print(`listening on ${address.port}`);
    const [connection] = await listener.accept_async(null);
    listener.close();

    const consumer = PullToPush.OutputStreamConsumer.new(connection.get_output_stream());
    consumer.set_marks(64 * 1024, 256 * 1024, 1024 * 1024);
    await PullToPush.stream(generate(mebibytes), consumer).wait();
    print(`${consumer.bytesWritten} bytes, at most ${consumer.peakQueued} bytes queued`);
}

async function main(args) {
    const mebibytes = /^[1-9]\d*$/.test(args[0] ?? '') ? Number(args[0]) : 0;
    if (args.length !== 1 || mebibytes === 0) {
        printerr('Usage: serve.js MEBIBYTES');
        return 2;
    }
    try {
        await serve(mebibytes);
    } catch (error) {
        printerr(`serve: ${error.message}`);
        return 1;
    }
    return 0;
}

System.exit(await main(ARGV));
