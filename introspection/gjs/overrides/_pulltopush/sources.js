// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later
/* exported Steps, connectionOf, define */

// What can be streamed from JavaScript: any iterable of chunks, and what is nearly one.

const {Gio, GLib, GObject} = imports.gi;
const {RECORD, isThenable, nameOf, reportUnhandled} = imports.overrides._pulltopush.errors;
const {spend} = imports.overrides._pulltopush.garbage;

// On an I/O stream that has a connection.
const CONNECTED = Symbol('connected');

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
        this._early = null;
        this._closed = false;
        this._waiting = false;
    }

    // The next {done, value}; null if there is none before wake() is called.
    next(wake, fail = null) {
        if (this._waiting)
            return null;
        const take = this._early ?? (() => this._take());
        this._early = null;
        const result = take();
        if (result.done || !isThenable(result.value))
            return result;
        this._waitFor(result.value, wake, fail);
        return null;
    }

    // The generator learns at once that its promise failed, and may catch that. What it yields or throws
    // then stays here until the next step.
    _failEarly(fail) {
        try {
            const result = this._take();
            this._early = () => result;
        } catch (error) {
            this._early = () => {
                throw error;
            };
            fail(error);
        }
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

    _waitFor(promise, wake, fail) {
        const settle = answer => {
            if (this._closed)
                return;
            this._answer = answer;
            this._waiting = false;
            if ('error' in answer && fail !== null)
                this._failEarly(fail);
            wake();
        };

        this._waiting = true;
        Promise.resolve(promise).then(value => settle({value}), error => settle({error}));
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
            Promise.resolve(iterator.return?.()).catch(error => reportUnhandled('the end of a source', error));
    }
}

// Both directions of an I/O stream belong to one object, which closes it. To find that again it would
// have to be kept, and a loop of references through C is never collected.
function connectionOf(PullToPush, ioStream) {
    if (ioStream[CONNECTED]) {
        throw new TypeError(`This ${nameOf(ioStream)} is streamed already: ` +
            'make a PullToPush.Connection, and give that for both directions');
    }
    ioStream[CONNECTED] = true;
    return PullToPush.Connection.new(ioStream);
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
    const {emit_ready: emitReady} = PullToPush.PullProducer.prototype;

    // A pull producer that produces what an iterable has, one item a step.
    const IterableProducer = GObject.registerClass({
        GTypeName: 'PtpGjsIterableProducer',
        Implements: [PullToPush.PullProducer],
    }, class IterableProducer extends GObject.Object {
        _init(iterable) {
            super._init();
            this._steps = stepsOf(iterable);
            this[RECORD] = new Record(PullToPush);
            // A stream asks once more after its first PENDING, which is not for the generator unless
            // ready came in between. A handler of ready would be called on any thread; GJS refuses that.
            this._hasPended = false;
            this._asksAgain = false;
            this._saidReady = false;
            this._wake = () => this.emit_ready();
            // Rule E12: a stream that is paused does not ask.
            this._fail = error => {
                this._close();
                this.emit_broken(this[RECORD].note(error, 'The source'));
            };
        }

        emit_ready() {
            this._saidReady = true;
            emitReady.call(this);
        }

        emit(signal, ...args) {
            if (signal === 'ready')
                this._saidReady = true;
            return super.emit(signal, ...args);
        }

        vfunc_produce(consumer) {
            const again = this._asksAgain;
            this._asksAgain = false;
            if (again && !this._saidReady)
                return PENDING;
            this._saidReady = false;
            try {
                return this._produce(consumer);
            } catch (error) {
                this._close();
                throw this[RECORD].note(error, 'The source');
            }
        }

        _produce(consumer) {
            const result = this._steps.next(this._wake, this._fail);
            if (result === null)
                return this._pend();
            if (result.done)
                return FINISHED;
            if (result.value === undefined || result.value === null)
                return this._pend();

            const data = toArray(result.value);
            // GJS makes a GLib.Bytes of it by itself, in half of the time that its constructor takes.
            if (data.length > 0)
                consumer.write(data);
            spend(data.length);
            return MORE;
        }

        _pend() {
            this._asksAgain = !this._hasPended;
            this._hasPended = true;
            return PENDING;
        }

        vfunc_cancel() {
            this._close();
        }

        // Nobody is there to be told of what goes wrong in a finally clause.
        _close() {
            try {
                this._steps.close();
            } catch (error) {
                reportUnhandled('the end of a source', error);
            }
        }
    });

    function toProducer(source) {
        if (source instanceof GObject.Object) {
            if (source.constructor.$gtype && GObject.type_is_a(source.constructor.$gtype, PullToPush.PullProducer.$gtype))
                return source;
            if (source instanceof Gio.InputStream)
                return PullToPush.InputStreamProducer.new(source);
            if (source instanceof Gio.File)
                return PullToPush.InputStreamProducer.new(source.read(null));
            if (source instanceof Gio.IOStream)
                return connectionOf(PullToPush, source);
        }
        if (isChunk(source))
            return PullToPush.BytesProducer.new(new GLib.Bytes(toArray(source)));
        return new IterableProducer(source);
    }

    return {IterableProducer, toProducer};
}
