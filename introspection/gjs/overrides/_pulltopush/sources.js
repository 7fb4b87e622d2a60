// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later
/* exported Steps, define */

// What can be streamed from JavaScript: any iterable of chunks, and what is nearly one.

const {Gio, GLib, GObject} = imports.gi;
const {isThenable, nameOf} = imports.overrides._pulltopush.errors;
const {spend} = imports.overrides._pulltopush.garbage;

const encoder = new TextEncoder();

function isChunk(thing) {
    return thing instanceof Uint8Array || thing instanceof GLib.Bytes || typeof thing === 'string';
}

// Not by get_size() and get_data(): GJS 1.74 leaks the GLib.Bytes whose methods are called.
function toArray(chunk) {
    if (chunk instanceof Uint8Array)
        return chunk;
    if (typeof chunk === 'string')
        return encoder.encode(chunk);
    if (chunk instanceof GLib.Bytes)
        return chunk.toArray();
    throw new TypeError(`A chunk is a Uint8Array, a GLib.Bytes or a string, not ${nameOf(chunk)}`);
}

// Asks an iterator or a generator for one item at a time, and answers what it waits for.
var Steps = class {
    constructor(iterator) {
        this._iterator = iterator;
        this._answer = null;
        this._closed = false;
        this._waiting = false;
    }

    // The next {done, value}; null if there is none before wake() is called.
    next(wake) {
        if (this._waiting)
            return null;
        const result = this._take();
        if (result.done || !isThenable(result.value))
            return result;
        this._waitFor(result.value, wake);
        return null;
    }

    _take() {
        const answer = this._answer;
        this._answer = null;

        if (answer === null)
            return this._iterator.next();
        if (!('error' in answer))
            return this._iterator.next(answer.value);
        if (typeof this._iterator.throw === 'function')
            return this._iterator.throw(answer.error);
        throw answer.error;
    }

    _waitFor(promise, wake) {
        const settle = answer => {
            if (this._closed)
                return;
            this._answer = answer;
            this._waiting = false;
            wake();
        };

        this._waiting = true;
        promise.then(value => settle({value}), error => settle({error}));
    }

    // Once: what the generator has in its finally clauses runs.
    close() {
        if (this._closed)
            return;
        this._closed = true;
        this._iterator.return?.();
    }
};

// An asynchronous iterable as a generator that yields what it waits for.
function* awaited(iterable) {
    const iterator = iterable[Symbol.asyncIterator]();
    let ended = false;
    try {
        for (;;) {
            const {done, value} = yield iterator.next();
            if (done) {
                ended = true;
                return;
            }
            yield value;
        }
    } finally {
        if (!ended)
            iterator.return?.()?.catch(logError);
    }
}

function stepsOf(iterable) {
    if (isChunk(iterable))
        throw new TypeError(`A ${nameOf(iterable)} is no iterable of chunks: put it in an array`);
    if (typeof iterable?.[Symbol.asyncIterator] === 'function')
        return new Steps(awaited(iterable));
    if (typeof iterable?.[Symbol.iterator] === 'function')
        return new Steps(iterable[Symbol.iterator]());

    const advice = typeof iterable === 'function' ? '; call the generator function' : '';
    throw new TypeError(`What is of type ${nameOf(iterable)} cannot be streamed: it is no iterable of chunks${advice}`);
}

function define(PullToPush, Record) {
    const {MORE, FINISHED, PENDING} = PullToPush.StepResult;

    // A pull producer that produces what an iterable has, one item a step.
    const IterableProducer = GObject.registerClass({
        GTypeName: 'PtpGjsIterableProducer',
        Implements: [PullToPush.PullProducer],
    }, class IterableProducer extends GObject.Object {
        _init(iterable) {
            super._init();
            this._steps = stepsOf(iterable);
            this.record = new Record(PullToPush);
            // After undefined nothing comes before somebody said ready, also if the stream asks
            // once more.
            this._heldBack = false;
            this._saidReady = false;
            this.connect('ready', () => (this._saidReady = true));
            this._wake = () => this.emit_ready();
        }

        vfunc_produce(consumer) {
            if (this._heldBack && !this._saidReady)
                return PENDING;
            this._heldBack = this._saidReady = false;
            try {
                return this._produce(consumer);
            } catch (error) {
                this._close();
                throw this.record.note(error, 'The source');
            }
        }

        _produce(consumer) {
            const result = this._steps.next(this._wake);
            if (result === null)
                return PENDING;
            if (result.done)
                return FINISHED;
            if (result.value === undefined || result.value === null) {
                this._heldBack = true;
                return PENDING;
            }

            const data = toArray(result.value);
            // GJS makes a GLib.Bytes of it by itself, in half of the time that its constructor takes.
            if (data.length > 0)
                consumer.write(data);
            spend(data.length);
            return MORE;
        }

        vfunc_cancel() {
            this._close();
        }

        // Nobody is there to be told of what goes wrong in a finally clause.
        _close() {
            try {
                this._steps.close();
            } catch (error) {
                logError(error, 'Closing a generator');
            }
        }
    });

    function toProducer(source) {
        if (source instanceof GObject.Object) {
            if (source.constructor.$gtype && GObject.type_is_a(source.constructor.$gtype, PullToPush.PullProducer.$gtype))
                return source;
            if (source instanceof Gio.InputStream)
                return PullToPush.InputStreamProducer.new(source);
        }
        if (isChunk(source))
            return PullToPush.BytesProducer.new(new GLib.Bytes(toArray(source)));
        return new IterableProducer(source);
    }

    return {IterableProducer, toProducer};
}
