// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What one step costs with both ends in JavaScript, under GJS, as classes or as a generator and a
// function, and what idle callbacks cost that do the same by hand.

import GLib from 'gi://GLib?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';
import System from 'system';

const {MORE, FINISHED} = PullToPush.StepResult;
const CHUNK_SIZE = 64;
const chunk = new GLib.Bytes(new Uint8Array(CHUNK_SIZE));

// Times the steps between the last one of the warm-up and the last one of all.
class Clock {
    constructor(steps) {
        this.steps = steps;
        this.warmUp = Math.max(Math.floor(steps / 10), 1);
        this.left = this.warmUp;
        this.start = 0;
        this.nanoseconds = 0;
    }

    // When left is zero: whether it was the last step.
    passed() {
        const now = GLib.get_monotonic_time();
        if (this.start === 0) {
            this.left = this.steps;
            this.start = now;
            return false;
        }
        this.nanoseconds = (now - this.start) * 1000 / this.steps;
        return true;
    }
}

const Producer = GObject.registerClass({
    GTypeName: 'StepProducer',
    Implements: [PullToPush.PullProducer],
}, class Producer extends GObject.Object {
    vfunc_produce(consumer) {
        const clock = this.clock;
        consumer.write(chunk);
        return --clock.left === 0 && clock.passed() ? FINISHED : MORE;
    }
});

const Consumer = GObject.registerClass({
    GTypeName: 'StepConsumer',
    Implements: [PullToPush.Consumer],
}, class Consumer extends GObject.Object {
    vfunc_register_push_producer(_producer) {
        return true;
    }

    vfunc_unregister_producer(_producer) {}

    vfunc_write(data) {
        this.bytes += data.get_size();
        return true;
    }
});

function measureOurs(clock) {
    const loop = new GLib.MainLoop(null, false);
    const producer = new Producer();
    const consumer = new Consumer();
    producer.clock = clock;
    consumer.bytes = 0;

    const stream = PullToPush.PullToPush.stream(producer, consumer);
    stream.connect('finished', () => loop.quit());
    stream.connect('failed', () => loop.quit());
    loop.run();
    return consumer.bytes;
}

// The consumer of somebody who writes it by hand: nothing but JavaScript.
class Counter {
    constructor() {
        this.bytes = 0;
    }

    write(data) {
        this.bytes += data.get_size();
        return true;
    }
}

function measureIdle(clock) {
    const loop = new GLib.MainLoop(null, false);
    const counter = new Counter();

    GLib.idle_add(GLib.PRIORITY_DEFAULT_IDLE, () => {
        counter.write(chunk);
        if (--clock.left !== 0 || !clock.passed())
            return GLib.SOURCE_CONTINUE;
        loop.quit();
        return GLib.SOURCE_REMOVE;
    });
    loop.run();
    return counter.bytes;
}

const array = new Uint8Array(CHUNK_SIZE);

function* generate(clock) {
    do
        yield array;
    while (--clock.left !== 0 || !clock.passed());
}

function measureGenerator(clock) {
    const loop = new GLib.MainLoop(null, false);
    let bytes = 0;
    PullToPush.stream(generate(clock), data => {
        bytes += data.length;
    }).wait().finally(() => loop.quit());
    loop.run();
    return bytes;
}

function measureGeneratorIdle(clock) {
    const loop = new GLib.MainLoop(null, false);
    const chunks = generate(clock);
    let bytes = 0;

    GLib.idle_add(GLib.PRIORITY_DEFAULT_IDLE, () => {
        const {value, done} = chunks.next();
        if (!done) {
            bytes += value.length;
            return GLib.SOURCE_CONTINUE;
        }
        loop.quit();
        return GLib.SOURCE_REMOVE;
    });
    loop.run();
    return bytes;
}

// As in 17402 for 1.74.2.
function versionOf(number) {
    return [Math.floor(number / 10000), Math.floor(number / 100) % 100, number % 100].join('.');
}

function main(args) {
    const at = args.indexOf('--steps');
    const steps = at < 0 ? 50000 : Number(args[at + 1]);
    const figures = {versions: {GJS: versionOf(System.version)}};

    const measurements = {
        'gjs': measureOurs,
        'gjs-idle': measureIdle,
        'gjs-generator': measureGenerator,
        'gjs-generator-idle': measureGeneratorIdle,
    };

    for (const [name, measure] of Object.entries(measurements)) {
        const clock = new Clock(steps);
        const bytes = measure(clock);
        const wanted = (clock.warmUp + clock.steps) * CHUNK_SIZE;
        if (bytes !== wanted) {
            printerr(`${name}: ${bytes} bytes arrived, of ${wanted}`);
            return 1;
        }
        figures[name] = clock.nanoseconds;
    }
    print(JSON.stringify(figures));
    return 0;
}

System.exit(main(System.programArgs));
