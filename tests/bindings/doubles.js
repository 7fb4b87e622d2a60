// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The three interfaces, written in JavaScript.

import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';

export const {MORE, FINISHED, PENDING} = PullToPush.StepResult;
const {DONE} = PullToPush.EndResult;

// Nobody needs more.
export const STOPPED = new GLib.Error(PullToPush.Error, PullToPush.Error.STOPPED, 'enough');

Gio._promisify(PullToPush.PullToPush.prototype, 'wait_async', 'wait_finish');
Gio._promisify(PullToPush.CooperativeTask.prototype, 'wait_async', 'wait_finish');

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function bytes(text) {
    return new GLib.Bytes(encoder.encode(text));
}

// Produces what it was given, one item a step: text, PENDING, or a function to be called.
export const ListProducer = GObject.registerClass({
    GTypeName: 'JsListProducer',
    Implements: [PullToPush.PullProducer],
}, class ListProducer extends GObject.Object {
    constructor(...items) {
        super();
        this.items = items;
        this.nSteps = 0;
        this.reasons = [];
    }

    get nCancelled() {
        return this.reasons.length;
    }

    vfunc_produce(consumer) {
        this.nSteps++;
        if (this.items.length === 0)
            return FINISHED;

        const item = this.items.shift();
        if (item === PENDING)
            return PENDING;
        if (typeof item === 'function')
            return item(consumer);

        consumer.write(bytes(item));
        return MORE;
    }

    vfunc_cancel(reason) {
        this.reasons.push(reason);
    }
});

// Keeps what it is given, and how that ended; onWrite is called with itself after each chunk.
export const Collector = GObject.registerClass({
    GTypeName: 'JsCollector',
    Implements: [PullToPush.Consumer],
}, class Collector extends GObject.Object {
    constructor(onWrite = () => {}) {
        super();
        this.onWrite = onWrite;
        this.producer = null;
        this.chunks = [];
        this.ends = [];
        this.reasons = [];
        this.nUnregistered = 0;
    }

    get text() {
        return this.chunks.join('');
    }

    vfunc_register_push_producer(producer) {
        this.producer = producer;
        return true;
    }

    vfunc_unregister_producer(producer) {
        this.nUnregistered++;
        if (this.producer === producer)
            this.producer = null;
    }

    vfunc_write(chunk) {
        this.chunks.push(decoder.decode(chunk.toArray()));
        this.onWrite(this);
        return true;
    }

    vfunc_finish() {
        this.ends.push('finish');
        return DONE;
    }

    vfunc_abort(reason) {
        this.ends.push('abort');
        this.reasons.push(reason);
        return DONE;
    }
});

// A push producer that writes down what it is told.
export const Pusher = GObject.registerClass({
    GTypeName: 'JsPusher',
    Implements: [PullToPush.PushProducer],
}, class Pusher extends GObject.Object {
    constructor() {
        super();
        this.calls = [];
    }

    vfunc_pause_producing() {
        this.calls.push('pause');
    }

    vfunc_resume_producing() {
        this.calls.push('resume');
    }

    vfunc_stop_producing(reason) {
        this.calls.push('stop');
        this.reason = reason;
    }

    vfunc_registered(consumer) {
        this.calls.push('registered');
        this.consumer = consumer;
    }

    vfunc_unregistered() {
        this.calls.push('unregistered');
    }
});

export function stream(producer, consumer) {
    return PullToPush.PullToPush.stream(producer, consumer);
}
