// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Streams between objects written in JavaScript.

import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';

import {Collector, FINISHED, ListProducer, PENDING, Pusher, STOPPED, bytes, stream} from './doubles.js';
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
    assertEqual([consumer.ends, adapter.exhausted], [['finish'], true]);
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
    for (const name of ['finished', 'stopped', 'failed'])
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

for (const [name, stop] of Object.entries({
    'stop-producing': producer => producer.stop_producing(STOPPED),
    'stop-streaming': producer => producer.stop_streaming(),
})) {
    test(`/gjs/stream/${name}`, async () => {
        const producer = new ListProducer(...Array(1000).fill('x'));
        const consumer = new Collector(self => stop(self.producer));
        const adapter = stream(producer, consumer);
        const error = await rejects(adapter.wait_async(null));

        assertError(error, PullToPush.Error, PullToPush.Error.STOPPED);
        assertEqual([producer.nSteps, producer.nCancelled], [1, 1]);
        assertError(producer.reasons[0], PullToPush.Error, PullToPush.Error.STOPPED);
        assertEqual(adapter.state, StreamState.STOPPED);
        assertEqual([consumer.ends, adapter.exhausted], [['abort'], false]);
    });
}

test('/gjs/stream/rules/E11/reason-of-the-consumer', async () => {
    const producer = new ListProducer(...Array(1000).fill('x'));
    const full = new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE, 'full');
    const consumer = new Collector(self => self.producer.stop_producing(full));
    const error = await rejects(stream(producer, consumer).wait_async(null));

    for (const reason of [error, ...producer.reasons, ...consumer.reasons])
        assertError(reason, Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE, 'full');
    assertEqual([producer.nSteps, producer.nCancelled, consumer.ends], [1, 1, ['abort']]);
});

test('/gjs/stream/rules/E12/broken', async () => {
    const producer = new ListProducer(PENDING, PENDING);
    const consumer = new Collector();
    const adapter = stream(producer, consumer);
    await until(() => adapter.state === StreamState.WAITING);
    adapter.hold('user');
    producer.emit_broken(new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.CONNECTION_CLOSED, 'gone'));
    const error = await rejects(adapter.wait_async(null));
    assertError(error, Gio.IOErrorEnum, Gio.IOErrorEnum.CONNECTION_CLOSED, 'gone');
    assertEqual([producer.nCancelled, consumer.ends], [0, ['abort']]);
});

// The data is whole, or undone, when the consumer says so.
const Slow = GObject.registerClass({
    GTypeName: 'JsSlow',
    Implements: [PullToPush.Consumer],
}, class Slow extends Collector {
    vfunc_finish() {
        super.vfunc_finish();
        return PullToPush.EndResult.PENDING;
    }

    vfunc_abort(reason) {
        super.vfunc_abort(reason);
        return PullToPush.EndResult.PENDING;
    }
});

test('/gjs/stream/rules/L19/finish-takes-a-while', async () => {
    const consumer = new Slow();
    const adapter = stream(new ListProducer('a'), consumer);
    await until(() => consumer.ends.length > 0);
    await settle();
    assertEqual([adapter.state, adapter.holders, consumer.nUnregistered], [StreamState.ENDING, [], 0]);
    consumer.emit_settled(PullToPush.Settlement.FINISHED);
    assertEqual(await adapter.wait_async(null), true);
    assertEqual([consumer.ends, consumer.nUnregistered], [['finish'], 1]);
});

test('/gjs/stream/rules/L17/finish-fails', async () => {
    const consumer = new Slow();
    const adapter = stream(new ListProducer('a'), consumer);
    await until(() => consumer.ends.length > 0);
    consumer.emit_settle_failed(new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE, 'full'));
    assertError(await rejects(adapter.wait_async(null)), Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE, 'full');
    assertEqual([adapter.exhausted, consumer.ends], [true, ['finish']]);
});

test('/gjs/stream/rules/L17/stopped-while-it-finishes', async () => {
    for (const [said, state] of [['ABORTED', 'STOPPED'], ['FINISHED', 'FINISHED']]) {
        const consumer = new Slow();
        const adapter = stream(new ListProducer('a'), consumer);
        // eslint-disable-next-line no-await-in-loop
        await until(() => consumer.ends.length > 0);
        adapter.stop_streaming();
        // eslint-disable-next-line no-await-in-loop
        await until(() => consumer.ends.length > 1);
        consumer.emit_settled(PullToPush.Settlement[said]);
        // eslint-disable-next-line no-await-in-loop
        await adapter.wait_async(null).catch(() => {});
        assertEqual([adapter.state, consumer.ends], [StreamState[state], ['finish', 'abort']]);
    }
});

test('/gjs/stream/rules/R10/settled-inside-finish', async () => {
    const Hasty = GObject.registerClass({
        GTypeName: 'JsHasty',
        Implements: [PullToPush.Consumer],
    }, class Hasty extends Slow {
        vfunc_finish() {
            this.emit_settled(PullToPush.Settlement.FINISHED);
            return super.vfunc_finish();
        }
    });
    assertEqual(await stream(new ListProducer('a'), new Hasty()).wait_async(null), true);
});

test('/gjs/stream/by-hand', async () => {
    const consumer = new Slow();
    consumer.write(bytes('a'));
    assertEqual(consumer.finish(), PullToPush.EndResult.PENDING);
    assertError(throws(() => consumer.write(bytes('b'))), PullToPush.Error, PullToPush.Error.CLOSED);
    consumer.emit_settled(PullToPush.Settlement.FINISHED);
    const settlement = await new Promise(resolve => consumer.wait_settled_async(null, (_, result) => {
        resolve(consumer.wait_settled_finish(result));
    }));
    assertEqual([settlement, consumer.text], [PullToPush.Settlement.FINISHED, 'a']);
});

test('/gjs/stream/rules/L18/unregister', async () => {
    const producer = new ListProducer(...Array(1000).fill('x'));
    const consumer = new Collector(self => self.unregister_producer(self.producer));
    const adapter = stream(producer, consumer);
    assertEqual(await adapter.wait_async(null), true);
    assertEqual([producer.nSteps, consumer.nUnregistered], [1, 1]);
    assertEqual([producer.nCancelled, consumer.ends, adapter.exhausted], [1, [], false]);
    assertError(producer.reasons[0], PullToPush.Error, PullToPush.Error.STOPPED);
});

test('/gjs/stream/flags', async () => {
    const {KEEP_SOURCE, KEEP_SINK} = PullToPush.PullToPushFlags;
    const producer = new ListProducer(PENDING, PENDING, 'a');
    const consumer = new Collector();
    const first = new PullToPush.PullToPush({producer, consumer, flags: KEEP_SOURCE | KEEP_SINK});
    consumer.register_push_producer(first);
    first.start_streaming();
    await until(() => first.state === StreamState.WAITING);
    first.stop_streaming();
    assertError(await rejects(first.wait_async(null)), PullToPush.Error, PullToPush.Error.STOPPED);
    assertEqual([producer.nCancelled, consumer.ends, consumer.nUnregistered], [0, [], 1]);
    assertEqual(await stream(producer, consumer).wait_async(null), true);
    assertEqual([consumer.text, consumer.ends], ['a', ['finish']]);
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
    for (const reason of [...producer.reasons, ...consumer.reasons])
        assertError(reason, Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
    assertEqual([producer.nCancelled, consumer.ends], [1, ['abort']]);
});

test('/gjs/stream/second-producer', async () => {
    const consumer = new Collector();
    const first = stream(new ListProducer(PENDING, PENDING), consumer);
    const error = throws(() => stream(new ListProducer('late'), consumer));
    assertError(error, PullToPush.Error, PullToPush.Error.ALREADY_REGISTERED);
    first.stop_streaming();
    assertError(await rejects(first.wait_async(null)), PullToPush.Error, PullToPush.Error.STOPPED);
});

test('/gjs/stream/push-producer', () => {
    const pusher = new Pusher();
    const consumer = new Collector();
    assertEqual(consumer.register_push_producer(pusher), true);
    consumer.producer.pause_producing();
    consumer.producer.resume_producing();
    consumer.unregister_producer(new Pusher());
    assertEqual(consumer.nUnregistered, 0);
    consumer.unregister_producer(pusher);
    consumer.unregister_producer(pusher);
    pusher.stop_producing(STOPPED);
    assertEqual(pusher.calls, ['registered', 'pause', 'resume', 'unregistered', 'stop']);
    assert(pusher.consumer === consumer);
    assertError(pusher.reason, PullToPush.Error, PullToPush.Error.STOPPED, 'enough');
});

const Modest = GObject.registerClass({
    GTypeName: 'JsModest',
    Implements: [PullToPush.Consumer],
}, class Modest extends Collector {
    vfunc_get_desired_size() {
        return 7;
    }
});

// A producer that makes many chunks in a step stops when nobody wants more.
test('/gjs/stream/rules/B2/desired-size', async () => {
    const sizes = [];
    const step = consumer => {
        sizes.push(consumer.get_desired_size());
        consumer.producer.pause_producing();
        sizes.push(consumer.get_desired_size());
        consumer.producer.resume_producing();
        return FINISHED;
    };
    await stream(new ListProducer(step), new Modest()).wait_async(null);
    assertEqual(sizes, [7, 0]);
});

test('/gjs/stream/a-hundred-streams', async () => {
    const consumers = Array.from({length: 100}, () => new Collector());
    const adapters = consumers.map(consumer => stream(new ListProducer('a', 'b'), consumer));
    await Promise.all(adapters.map(adapter => adapter.wait_async(null)));
    assert(consumers.every(consumer => consumer.text === 'ab'));
});

run();
