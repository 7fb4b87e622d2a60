// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The conformance kit, as JavaScript sees it: objects written in JavaScript, and our own.

import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';
import Testing from 'gi://PullToPushTesting?version=1';
import System from 'system';

import {FINISHED, ListProducer, MORE, PENDING, bytes} from './doubles.js';
import {assert, assertEqual, run, test, until} from './tap.js';

const {Hook, Kind, Status, Suite} = Testing;
const CONTENT = 'one two three four ';

// One word a step, and once a wait for a source of the main loop.
const WordProducer = GObject.registerClass({
    GTypeName: 'JsWordProducer',
    Implements: [PullToPush.PullProducer],
}, class WordProducer extends GObject.Object {
    constructor() {
        super();
        this.words = ['one ', 'two ', null, 'three ', 'four '];
        this.source = 0;
    }

    vfunc_produce(consumer) {
        if (this.words.length === 0)
            return FINISHED;
        if (this.words[0] === null) {
            this.source ||= GLib.idle_add(GLib.PRIORITY_DEFAULT_IDLE, () => {
                this.source = 0;
                this.words.shift();
                this.emit_ready();
                return GLib.SOURCE_REMOVE;
            });
            return PENDING;
        }
        consumer.write(bytes(this.words[0]));
        this.words.shift();
        return MORE;
    }

    vfunc_cancel() {
        if (this.source)
            GLib.source_remove(this.source);
        this.source = 0;
    }
});

// One word each turn of the main loop, until it is paused.
const WordPusher = GObject.registerClass({
    GTypeName: 'JsWordPusher',
    Implements: [PullToPush.PushProducer],
}, class WordPusher extends GObject.Object {
    constructor(consumer) {
        super();
        this.consumer = consumer;
        this.words = ['one ', 'two ', 'three ', 'four '];
        this.paused = false;
        this.started = false;
        this.told = false;
        this.source = 0;
    }

    start() {
        this.started = true;
        this.goOn();
    }

    goOn() {
        if (this.consumer && this.started && !this.told && !this.paused) {
            this.source ||= GLib.idle_add(GLib.PRIORITY_DEFAULT_IDLE, () => {
                this.source = 0;
                this.turn();
                return GLib.SOURCE_REMOVE;
            });
        }
    }

    turn() {
        if (!this.consumer || this.told || this.paused)
            return;
        if (this.words.length === 0) {
            this.end(null);
            return;
        }
        try {
            this.consumer.write(bytes(this.words.shift()));
        } catch (error) {
            this.end(error);
        }
        this.goOn();
    }

    // Tells the consumer its end, waits until it has settled, and leaves it.
    end(error) {
        const waiting = this.told;
        this.told = true;
        this.dropSource();
        let pending = false;
        try {
            const result = error ? this.consumer?.abort(error) : this.consumer?.finish();
            pending = result === PullToPush.EndResult.PENDING;
        } catch {
            // It has settled all the same.
        }
        if (!pending)
            this.leave();
        else if (!waiting)
            this.consumer.wait_settled_async(null, () => this.leave());
    }

    leave() {
        this.consumer?.unregister_producer(this);
    }

    dropSource() {
        if (this.source)
            GLib.source_remove(this.source);
        this.source = 0;
    }

    vfunc_pause_producing() {
        this.paused = true;
    }

    vfunc_resume_producing() {
        this.paused = false;
        this.goOn();
    }

    vfunc_stop_producing(reason) {
        this.end(reason);
    }

    vfunc_unregistered() {
        this.consumer = null;
        this.dropSource();
    }
});

// Keeps what it is given; pauses its producer each time, for one turn of the main loop.
const ListConsumer = GObject.registerClass({
    GTypeName: 'JsListConsumer',
    Implements: [PullToPush.Consumer],
}, class ListConsumer extends GObject.Object {
    constructor() {
        super();
        this.producer = null;
        this.chunks = [];
        this.full = false;
        this.closed = false;
        this.failed = false;
    }

    checkOpen() {
        if (this.closed)
            throw new PullToPush.Error({code: PullToPush.Error.CLOSED, message: 'closed'});
    }

    vfunc_register_push_producer(producer) {
        this.checkOpen();
        this.producer = producer;
        if (this.full)
            producer.pause_producing();
        return true;
    }

    vfunc_unregister_producer() {
        this.producer = null;
    }

    vfunc_write(chunk) {
        this.checkOpen();
        this.chunks.push(chunk.toArray());
        this.full = true;
        this.producer?.pause_producing();
        GLib.idle_add(GLib.PRIORITY_DEFAULT_IDLE, () => {
            this.full = false;
            this.producer?.resume_producing();
            return GLib.SOURCE_REMOVE;
        });
        return true;
    }

    vfunc_finish() {
        if (this.failed)
            throw full();
        return PullToPush.EndResult.DONE;
    }

    read() {
        const all = new Uint8Array(this.chunks.reduce((sum, chunk) => sum + chunk.length, 0));
        let offset = 0;
        for (const chunk of this.chunks) {
            all.set(chunk, offset);
            offset += chunk.length;
        }
        return new GLib.Bytes(all);
    }

    close() {
        this.closed = true;
    }

    fail() {
        this.closed = this.failed = true;
        this.producer?.stop_producing(full());
    }
});

function full() {
    return new Gio.IOErrorEnum({code: Gio.IOErrorEnum.NO_SPACE, message: 'full'});
}

function closeAndWait(consumer) {
    let settled = false;
    consumer.abort(full());
    consumer.wait_settled_async(null, () => (settled = true));
    while (!settled)
        GLib.MainContext.default().iteration(true);
}

function newSuite(kind, name, factory) {
    const suite = Suite.new(kind, name, factory);
    suite.set_hook(Hook.COLLECT, () => System.gc());
    suite.linger = 0;
    return suite;
}

function failures(suite) {
    return suite.run().filter(result => result.status === Status.FAILED)
        .map(result => result.to_string());
}

function skipped(suite) {
    return suite.run().filter(result => result.status === Status.SKIPPED)
        .map(result => result.name);
}

test('/gjs/conformance/pull-producer', () => {
    const suite = newSuite(Kind.PULL_PRODUCER, 'words', () => new WordProducer());
    suite.expected = bytes(CONTENT);
    assertEqual(failures(suite), []);
    assertEqual(skipped(suite), [
        'L12/empty', 'L7/closes', 'T4/dropped-elsewhere',
        'E12/breaks', 'E1/fails', 'S1/short-steps',
    ]);
});

test('/gjs/conformance/push-producer', () => {
    const suite = newSuite(Kind.PUSH_PRODUCER, 'pusher', consumer => new WordPusher(consumer));
    suite.expected = bytes(CONTENT);
    suite.set_hook(Hook.START, pusher => pusher.start());
    suite.set_hook(Hook.FAIL, pusher => pusher.end(
        new Gio.IOErrorEnum({code: Gio.IOErrorEnum.TIMED_OUT, message: 'no'})));
    assertEqual(failures(suite), []);
    assertEqual(skipped(suite), []);
});

test('/gjs/conformance/consumer', () => {
    const suite = newSuite(Kind.CONSUMER, 'list', () => new ListConsumer());
    suite.set_reader(consumer => consumer.read());
    suite.set_hook(Hook.CLOSE, consumer => consumer.close());
    suite.set_hook(Hook.FAIL, consumer => consumer.fail());
    assertEqual(failures(suite), []);
    assertEqual(skipped(suite), [
        'L20/enough', 'E10/undoes', 'B2/limit', 'T4/dropped-elsewhere', 'S1/short-writes',
    ]);
});

for (const [name, [check, func]] of Object.entries({
    'nothing': ['L13/everything-arrives', () => undefined],
    'failed': ['E2/result-and-error', () => PullToPush.StepResult.FAILED],
    'endless': ['L13/everything-arrives', () => MORE],
    'never-ready': ['R7/pending-then-ready', () => PENDING],
})) {
    const Sinner = GObject.registerClass({
        GTypeName: `JsSinner${name.replace('-', '')}`,
        Implements: [PullToPush.PullProducer],
    }, class extends GObject.Object {
        vfunc_produce() {
            return func();
        }
    });

    test(`/gjs/conformance/broken/${name}`, () => {
        const suite = newSuite(Kind.PULL_PRODUCER, 'sinner', () => new Sinner());
        suite.patience = 100;
        suite.maxSteps = 100;
        const result = suite.run_check(check);
        assertEqual(result.status, Status.FAILED, result.to_string());
        assertEqual(result.rule, check.split('/')[0]);
        assert(result.seen.length > 0 && result.advice.length > 0);
    });
}

test('/gjs/conformance/own/bytes-producer', () => {
    const suite = newSuite(Kind.PULL_PRODUCER, 'bytes', () => {
        const producer = PullToPush.BytesProducer.new(bytes(CONTENT));
        producer.chunkSize = 5;
        return producer;
    });
    suite.expected = bytes(CONTENT);
    assertEqual(failures(suite), []);
});

test('/gjs/conformance/own/input-stream-producer', () => {
    const file = Gio.File.new_for_path('/usr/bin/gjs-console');
    const suite = newSuite(Kind.PULL_PRODUCER, 'file',
        () => PullToPush.InputStreamProducer.new(file.read(null)));
    suite.expected = new GLib.Bytes(file.load_contents(null)[1]);
    assertEqual(failures(suite), []);
});

test('/gjs/conformance/own/output-stream-consumer', () => {
    const suite = newSuite(Kind.CONSUMER, 'memory',
        () => PullToPush.OutputStreamConsumer.new(Gio.MemoryOutputStream.new_resizable()));
    suite.set_hook(Hook.CLOSE, closeAndWait);
    suite.set_hook(Hook.FAIL, consumer => consumer.stream.close(null));
    assertEqual(failures(suite), []);
});

test('/gjs/conformance/own/adapter', () => {
    const suite = newSuite(Kind.PUSH_PRODUCER, 'adapter',
        consumer => PullToPush.PullToPush.new(new WordProducer(), consumer));
    suite.set_hook(Hook.START, adapter => adapter.start_streaming());
    suite.expected = bytes(CONTENT);
    assertEqual(failures(suite), []);
});

test('/gjs/conformance/list-producer', () => {
    const suite = newSuite(Kind.PULL_PRODUCER, 'list', () => new ListProducer('a', 'b'));
    assertEqual(failures(suite), []);
});

test('/gjs/conformance/doubles', async () => {
    const producer = Testing.Producer.new();
    producer.add_text('one ');
    producer.add_pending_then_ready();
    producer.add(bytes('two'), FINISHED);
    const consumer = Testing.Consumer.new();
    consumer.pauseAfter = 1;
    const stream = PullToPush.PullToPush.stream(producer, consumer);
    await until(() => consumer.get_paused());
    consumer.resume();
    await stream.wait_async(null);
    assertEqual(stream.state, PullToPush.StreamState.FINISHED);
    assertEqual(new TextDecoder().decode(consumer.dup_bytes().toArray()), 'one two');
    assertEqual(consumer.dup_events().at(-1), 'unregister');
    assertEqual([consumer.dup_violations(), producer.dup_violations()], [[], []]);
});

test('/gjs/conformance/clock', async () => {
    const clock = Testing.Clock.new();
    const cooperator = PullToPush.Cooperator.new(null, GLib.PRIORITY_DEFAULT_IDLE);
    clock.attach(cooperator);
    const steps = [];
    const task = cooperator.cooperate(() => {
        steps.push(Number(clock.now));
        clock.advance(1000);
        return steps.length === 3 ? FINISHED : MORE;
    });
    await task.wait_async(null);
    assertEqual(task.state, PullToPush.StreamState.FINISHED);
    assertEqual(steps, [0, 1000, 2000]);
});

run();
