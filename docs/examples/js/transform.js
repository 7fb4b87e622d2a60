#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Packs a file in memory, one chunk at a time; with --check, unpacks it again and compares.

import Gio from 'gi://Gio';
import PullToPush from 'gi://PullToPush?version=1';
import System from 'system';

const {GZIP} = Gio.ZlibCompressorFormat;

// Streams through a converter into memory.
async function convert(source, converter) {
    const memory = Gio.MemoryOutputStream.new_resizable();
    await PullToPush.stream(source, Gio.ConverterOutputStream.new(memory, converter)).wait();
    return memory.steal_as_bytes();
}

function same(one, other) {
    return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

async function transform(file, check) {
    const source = PullToPush.InputStreamProducer.new(file.read(null));
    const packed = await convert(source, Gio.ZlibCompressor.new(GZIP, -1));
    print(`${source.bytesRead} bytes -> ${packed.toArray().length} bytes`);
    if (!check)
        return;

    const unpacked = await convert(packed, Gio.ZlibDecompressor.new(GZIP));
    const [, original] = file.load_contents(null);
    if (!same(unpacked.toArray(), original))
        throw new Error('what was unpacked differs from the file');
    print('same');
}

async function main(args) {
    const [name, ...options] = args;
    if (name === undefined || options.length > 1 || (options.length === 1 && options[0] !== '--check')) {
        printerr('Usage: transform.js FILE [--check]');
        return 2;
    }
    try {
        await transform(Gio.File.new_for_commandline_arg(name), options.length === 1);
    } catch (error) {
        printerr(`transform: ${error.message}`);
        return 1;
    }
    return 0;
}

System.exit(await main(ARGV));
