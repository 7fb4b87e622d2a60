// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Exceptions where C has no way to hear of them. GJS logs each as critical, so that here, and only
// here, these must not be fatal.

import Gio from 'gi://Gio?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';

import {Collector, ListProducer, STOPPED, stream} from './doubles.js';
import {assertEqual, assertError, rejects, run, test} from './tap.js';

function throwOwn() {
    throw new Gio.IOErrorEnum({code: Gio.IOErrorEnum.NO_SPACE, message: 'the disk is tired'});
}

function throwForeign() {
    throw new TypeError('nothing C has ever heard of');
}

const Clumsy = GObject.registerClass({
    GTypeName: 'JsClumsy',
    Implements: [PullToPush.Consumer],
}, class Clumsy extends Collector {
    vfunc_unregister_producer() {
        this.nUnregistered++;
        throwForeign();
    }

    vfunc_abort(reason) {
        super.vfunc_abort(reason);
        throwForeign();
    }
});

test('/gjs/clumsy/rules/E4/teardown', async () => {
    const consumer = new Clumsy();
    const adapter = stream(new ListProducer(throwOwn), consumer);
    const error = await rejects(adapter.wait_async(null));
    assertError(error, Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE, 'the disk is tired');
    assertEqual([consumer.ends, consumer.nUnregistered], [['abort'], 1]);
});

const BadLoser = GObject.registerClass({
    GTypeName: 'JsBadLoser',
    Implements: [PullToPush.PullProducer],
}, class BadLoser extends ListProducer {
    vfunc_cancel(reason) {
        super.vfunc_cancel(reason);
        throwForeign();
    }
});

test('/gjs/clumsy/cancel', async () => {
    const producer = new BadLoser('a', 'b');
    const adapter = stream(producer, new Collector(self => self.producer.stop_producing(STOPPED)));
    const error = await rejects(adapter.wait_async(null));
    assertError(error, PullToPush.Error, PullToPush.Error.STOPPED);
    assertEqual(producer.nCancelled, 1);
});

test('/gjs/clumsy/handler-of-the-end', async () => {
    const adapter = stream(new ListProducer('a'), new Collector());
    adapter.connect('finished', throwForeign);
    assertEqual(await adapter.wait_async(null), true);
});

run();
