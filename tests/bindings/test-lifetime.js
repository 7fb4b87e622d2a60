// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Objects die when nobody needs them, and not before.

import Gio from 'gi://Gio?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';
import System from 'system';

import {Collector, ListProducer, PENDING, Pusher, stream} from './doubles.js';
import {assertEqual, rejects, run, settle, test, until} from './tap.js';

const {StreamState} = PullToPush;

// Something to bind to, since a binding knows when its source is gone.
const Watcher = GObject.registerClass({
    GTypeName: 'JsWatcher',
    Properties: {
        'tag': GObject.ParamSpec.int('tag', '', '', GObject.ParamFlags.READWRITE, 0, 10, 0),
        'state': GObject.ParamSpec.enum('state', '', '', GObject.ParamFlags.READWRITE,
            StreamState.$gtype, StreamState.IDLE),
    },
}, class Watcher extends GObject.Object {});

function tagged(name, parent, iface) {
    return GObject.registerClass({
        GTypeName: `JsTagged${name}`,
        Implements: [iface],
        Properties: {
            'tag': GObject.ParamSpec.int('tag', '', '', GObject.ParamFlags.READWRITE, 0, 10, 0),
        },
    }, class extends parent {});
}

const TaggedProducer = tagged('Producer', ListProducer, PullToPush.PullProducer);
const TaggedCollector = tagged('Collector', Collector, PullToPush.Consumer);
const TaggedPusher = tagged('Pusher', Pusher, PullToPush.PushProducer);

const watcher = new Watcher();

function watch(object, property = 'tag') {
    return object.bind_property(property, watcher, property, GObject.BindingFlags.DEFAULT);
}

// Gives back the names of what is still there after collecting. It takes more than one round, for
// GJS lets go of an object in a later turn of the main loop.
async function alive(bindings) {
    let names = [];
    for (let round = 0; round < 10; round++) {
        System.gc();
        // eslint-disable-next-line no-await-in-loop
        await settle();
        names = Object.keys(bindings).filter(name => bindings[name].dup_source() !== null);
        if (names.length === 0)
            break;
    }
    return names.sort();
}

// A function of its own, so that nothing of it stays in the caller's variables.
async function watchStream(items, handle) {
    const producer = new TaggedProducer(...items);
    const consumer = new TaggedCollector();
    const adapter = stream(producer, consumer);
    const bindings = {
        producer: watch(producer),
        consumer: watch(consumer),
        adapter: watch(adapter, 'state'),
    };
    await handle(adapter, producer, consumer);
    return bindings;
}

function fail() {
    throw new Gio.IOErrorEnum({code: Gio.IOErrorEnum.FAILED, message: 'no'});
}

test('/gjs/lifetime/after-the-end', async () => {
    const bindings = await watchStream(['a', 'b'], adapter => adapter.wait_async(null));
    assertEqual(await alive(bindings), []);
});

test('/gjs/lifetime/after-a-failure', async () => {
    const bindings = await watchStream(['a', fail], adapter => rejects(adapter.wait_async(null)));
    assertEqual(await alive(bindings), []);
});

test('/gjs/lifetime/after-a-stop', async () => {
    const bindings = await watchStream([PENDING, PENDING], async adapter => {
        await until(() => adapter.state === StreamState.WAITING);
        adapter.stop_streaming();
        await rejects(adapter.wait_async(null));
    });
    assertEqual(await alive(bindings), []);
});

test('/gjs/lifetime/unregistered', async () => {
    const consumer = new Collector();
    const bindings = (() => {
        const pusher = new TaggedPusher();
        consumer.register_push_producer(pusher);
        pusher.consumer = null;
        return {pusher: watch(pusher)};
    })();
    assertEqual(await alive(bindings), ['pusher']);
    consumer.unregister_producer(consumer.producer);
    assertEqual(await alive(bindings), []);
});

test('/gjs/lifetime/running-stream-keeps-itself', async () => {
    const producer = new ListProducer(PENDING, PENDING, 'late');
    const consumer = new Collector();
    let ended = false;
    stream(producer, consumer).connect('finished', () => {
        ended = true;
    });
    await until(() => producer.nSteps === 2);
    System.gc();
    producer.emit_ready();
    await until(() => ended);
    assertEqual(consumer.text, 'late');
});

run();
