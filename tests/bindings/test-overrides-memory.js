// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A hundred thousand streams come and go, and memory stays what it was.

import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';
import System from 'system';

import {assert, rejects, run, settle, test} from './tap.js';

const N_STREAMS = Number(GLib.getenv('PTP_MANY_STREAMS') ?? 100000);
// What heap and allocator may keep; a leak of 100 bytes each is more.
const MARGIN_KIB = 6 * 1024;

function* source(count) {
    for (let i = 0; i < count; i++)
        yield 'chunk';
}

function* failing() {
    yield 'chunk';
    throw new RangeError('as planned');
}

function fails() {
    throw new RangeError('as planned');
}

const kinds = [
    () => PullToPush.stream(source(2), () => {}).wait(),
    () => rejects(PullToPush.stream(failing(), () => {}).wait()),
    () => rejects(PullToPush.stream(source(2), fails).wait()),
    () => rejects(PullToPush.stream(source(2), async () => fails()).wait()),
    () => {
        const stream = PullToPush.stream(source(2), () => {});
        stream.stop_streaming();
        return rejects(stream.wait());
    },
    () => {
        const cancellable = new Gio.Cancellable();
        const stream = PullToPush.stream(source(2), () => {}, {cancellable});
        cancellable.cancel();
        return rejects(stream.wait());
    },
    async () => {
        for await (const chunk of PullToPush.chunks(source(3))) {
            assert(chunk.length === 5);
            break;
        }
    },
    () => {
        PullToPush.PullToPush.new(
            PullToPush.fromIterable(source(2)), PullToPush.fromFunction(() => {}));
    },
    () => PullToPush.cooperate(source(2)).wait(),
];

async function live(count) {
    for (let i = 0; i < count; i++) {
        // eslint-disable-next-line no-await-in-loop
        await kinds[i % kinds.length]();
    }
}

// In more than one round, for GJS lets go of an object in a later turn of the main loop.
async function residentKib() {
    for (let round = 0; round < 10; round++) {
        System.gc();
        // eslint-disable-next-line no-await-in-loop
        await settle();
    }
    const [, contents] = GLib.file_get_contents('/proc/self/statm');
    return Number(new TextDecoder().decode(contents).split(' ')[1]) * 4;
}

test('/gjs/overrides/memory-stays-flat', async () => {
    // The heap has grown to what it needs by then.
    await live(N_STREAMS / 4);
    const early = await residentKib();
    await live(N_STREAMS - N_STREAMS / 4);
    const late = await residentKib();
    print(`# ${early} KiB after a quarter, ${late} KiB at the end`);
    assert(late < early + MARGIN_KIB, `${early} KiB became ${late} KiB`);
});

run();
