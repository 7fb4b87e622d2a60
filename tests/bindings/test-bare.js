// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// An object that was made by its bare constructor lacks what it needs. It says so, and nothing crashes.

import GLib from 'gi://GLib?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';

import {Collector, ListProducer, STOPPED, bytes, stream} from './doubles.js';
import {assert, assertEqual, assertError, rejects, run, settle, spawn, test, throws} from './tap.js';

const {Error: PtpError, StreamState} = PullToPush;
const script = GLib.filename_from_uri(import.meta.url)[0].replace('test-bare.js', 'bare.js');

for (const namespace of ['PullToPush', 'PullToPushTesting']) {
    test(`/gjs/bare/every-class-of-${namespace}`, async () => {
        const {status, signal, stdout, stderr} = await spawn('gjs', '-m', script, namespace);
        const last = stdout.trimEnd().split('\n').at(-1);
        assertEqual([signal, status, last], [0, 0, 'done'], stderr);
    });
}

test('/gjs/bare/task', async () => {
    const task = new PullToPush.CooperativeTask();
    task.stop();
    task.pause();
    task.resume();
    task.ready();
    await settle();
    assertEqual(task.state, StreamState.FAILED);
    assertError(await rejects(task.wait_async(null)), PtpError, PtpError.INVALID, 'cooperate');
});

test('/gjs/bare/stream', async () => {
    const adapter = new PullToPush.PullToPush();
    adapter.start_streaming();
    adapter.stop_streaming();
    adapter.stop_producing(STOPPED);
    assertError(await rejects(adapter.wait_async(null)), PtpError, PtpError.INVALID, 'without a producer');
    assertEqual(adapter.state, StreamState.FAILED);
});

for (const name of ['InputStreamProducer', 'Connection']) {
    test(`/gjs/bare/source/${name}`, async () => {
        const consumer = new Collector();
        const adapter = stream(new PullToPush[name](), consumer);
        assert(await rejects(adapter.wait_async(null)) instanceof GLib.Error);
        assertEqual([adapter.state, consumer.ends], [StreamState.FAILED, ['abort']]);
    });
}

// There is nothing to it that could be missing.
test('/gjs/bare/source/BytesProducer', async () => {
    const consumer = new Collector();
    assertEqual(await stream(new PullToPush.BytesProducer(), consumer).wait_async(null), true);
    assertEqual([consumer.chunks, consumer.ends], [[], ['finish']]);
});

for (const name of ['OutputStreamConsumer', 'FileConsumer', 'Connection']) {
    test(`/gjs/bare/sink/${name}`, async () => {
        assertError(throws(() => new PullToPush[name]().write(bytes('a'))), PtpError, PtpError.INVALID, `Ptp${name}`);
        const producer = new ListProducer('a');
        let error = null;
        try {
            error = await rejects(stream(producer, new PullToPush[name]()).wait_async(null));
        } catch (refused) {
            error = refused;
        }
        assert(error.message.includes(`Ptp${name}`), error.message);
    });
}

run();
