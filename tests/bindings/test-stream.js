// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Streams between objects written in JavaScript.

import Gio from 'gi://Gio?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';

import {Collector, FINISHED, ListProducer, MORE, PENDING, Pusher, bytes, stream} from './doubles.js';
import {assert, assertEqual, assertError, rejects, run, settle, test, throws, until} from './tap.js';

const {StreamState} = PullToPush;

test('/gjs/stream/data-arrives-in-order', async () => {
    const producer = new ListProducer('one ', 'two ', 'three');
    const consumer = new Collector();
    const adapter = stream(producer, consumer);

    assertEqual(await adapter.wait_async(null), true);
    assertEqual(consumer.chunks, ['one ', 'two ', 'three']);
    assertEqual(adapter.state, StreamState.FINISHED);
    assertEqual([producer.nSteps, Number(adapter.nSteps)], [4, 4]);
    assertEqual([consumer.nUnregistered, producer.nCancelled], [1, 0]);
});

test('/gjs/stream/rules/L12/empty-source', async () => {
    const consumer = new Collector();
    assertEqual(await stream(new ListProducer(), consumer).wait_async(null), true);
    assertEqual(consumer.chunks, []);
});

test('/gjs/stream/rules/L13/last-chunk-and-end', async () => {
    const consumer = new Collector();
    const last = target => {
        target.write(bytes('last'));
        return FINISHED;
    };
    await stream(new ListProducer('first ', last), consumer).wait_async(null);
    assertEqual(consumer.text, 'first last');
});

test('/gjs/stream/register-pull-producer', async () => {
    const consumer = new Collector();
    assertEqual(consumer.register_pull_producer(new ListProducer('a', 'b')), true);
    await until(() => consumer.nUnregistered === 1);
    assertEqual(consumer.text, 'ab');
});

test('/gjs/stream/one-signal', async () => {
    const ends = [];
    const adapter = stream(new ListProducer('a'), new Collector());
    for (const name of ['finished', 'stopped', 'error'])
        adapter.connect(name, () => ends.push(name));
    await adapter.wait_async(null);
    await settle();
    assertEqual(ends, ['finished']);
});

test('/gjs/stream/pause-and-resume', async () => {
    const consumer = new Collector(self => self.producer.pause_producing());
    const adapter = stream(new ListProducer('a', 'b'), consumer);

    for (const expected of ['a', 'ab']) {
        // eslint-disable-next-line no-await-in-loop
        await until(() => adapter.state === StreamState.PAUSED && consumer.text === expected);
        // eslint-disable-next-line no-await-in-loop
        await settle();
        assertEqual(consumer.text, expected);
        assertEqual(adapter.dup_holders(), ['consumer']);
        adapter.resume_producing();
    }
    assertEqual(await adapter.wait_async(null), true);
});

test('/gjs/stream/holds', async () => {
    const adapter = PullToPush.PullToPush.new(new ListProducer('a'), new Collector());
    adapter.hold('user');
    adapter.hold('battery');
    adapter.start_streaming();
    await settle();
    assertEqual(adapter.state, StreamState.PAUSED);
    adapter.release('battery');
    assertEqual(adapter.holders, ['user']);
    adapter.release('user');
    assertEqual(await adapter.wait_async(null), true);
});

test('/gjs/stream/pending-and-ready', async () => {
    const producer = new ListProducer('a', PENDING, PENDING, 'b');
    const consumer = new Collector();
    const adapter = stream(producer, consumer);

    await until(() => adapter.state === StreamState.WAITING);
    assertEqual(consumer.text, 'a');
    producer.emit_ready();
    assertEqual(await adapter.wait_async(null), true);
    assertEqual(consumer.text, 'ab');
});

test('/gjs/stream/stop', async () => {
    const producer = new ListProducer(...Array(1000).fill('x'));
    const adapter = stream(producer, new Collector(self => self.producer.stop_producing()));
    const error = await rejects(adapter.wait_async(null));

    assertError(error, PullToPush.Error, PullToPush.Error.STOPPED);
    assertEqual([producer.nSteps, producer.nCancelled], [1, 1]);
    assertEqual(adapter.state, StreamState.STOPPED);
});

test('/gjs/stream/unregister', async () => {
    const producer = new ListProducer(...Array(1000).fill('x'));
    const consumer = new Collector(self => self.unregister_producer());
    assertEqual(await stream(producer, consumer).wait_async(null), true);
    assertEqual([producer.nSteps, consumer.nUnregistered], [1, 1]);
});

test('/gjs/stream/cancellable', async () => {
    const cancellable = new Gio.Cancellable();
    const producer = new ListProducer(PENDING, PENDING);
    const consumer = new Collector();
    const adapter = new PullToPush.PullToPush({producer, consumer, cancellable});

    consumer.register_push_producer(adapter);
    adapter.start_streaming();
    await until(() => adapter.state === StreamState.WAITING);
    cancellable.cancel();
    const error = await rejects(adapter.wait_async(null));
    assertError(error, Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
    assertEqual([producer.nCancelled, consumer.failures.length], [1, 1]);
});

test('/gjs/stream/second-producer', async () => {
    const consumer = new Collector();
    const first = stream(new ListProducer(PENDING, PENDING), consumer);
    const error = throws(() => stream(new ListProducer('late'), consumer));
    assertError(error, PullToPush.Error, PullToPush.Error.ALREADY_REGISTERED);
    first.stop_streaming();
    assertEqual(await first.wait_async(null), true);
});

test('/gjs/stream/push-producer', () => {
    const pusher = new Pusher();
    const consumer = new Collector();
    assertEqual(consumer.register_push_producer(pusher), true);
    consumer.producer.pause_producing();
    consumer.producer.resume_producing();
    consumer.unregister_producer();
    consumer.unregister_producer();
    pusher.stop_producing();
    assertEqual(pusher.calls, ['pause', 'resume', 'unregistered', 'stop']);
});

const PullingCollector = GObject.registerClass({
    GTypeName: 'JsPullingCollector',
    Implements: [PullToPush.Consumer],
}, class PullingCollector extends Collector {
    vfunc_register_pull_producer(producer) {
        while (producer.produce(this) === MORE) ;
        return true;
    }
});

test('/gjs/stream/pulls-by-itself', () => {
    const consumer = new PullingCollector();
    assert(consumer.register_pull_producer(new ListProducer('a', 'b')));
    assertEqual(consumer.text, 'ab');
});

test('/gjs/stream/a-hundred-streams', async () => {
    const consumers = Array.from({length: 100}, () => new Collector());
    const adapters = consumers.map(consumer => stream(new ListProducer('a', 'b'), consumer));
    await Promise.all(adapters.map(adapter => adapter.wait_async(null)));
    assert(consumers.every(consumer => consumer.text === 'ab'));
});

run();
