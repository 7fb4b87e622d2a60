// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later
/* exported define */

// Where a stream can end in JavaScript: a function, or a loop that takes one chunk at a time.

const {Gio, GLib, GObject} = imports.gi;
// What toArray() calls, without the two looks at a prototype that cost as much again.
const {fromGBytes} = imports.byteArray;
const {RECORD, isThenable, nameOf} = imports.overrides._pulltopush.errors;
const {spend} = imports.overrides._pulltopush.garbage;
const {connectionOf} = imports.overrides._pulltopush.sources;

// Something that will happen, and who waits for it.
class Event {
    constructor() {
        this.promise = new Promise(resolve => (this.happen = resolve));
    }
}

// A function that writes somewhere may return how many bytes it wrote.
function isShort(answer, length) {
    return typeof answer === 'number' && answer < length;
}

function define(PullToPush, Record) {
    const {DONE, PENDING} = PullToPush.EndResult;
    const {FINISHED, ABORTED} = PullToPush.Settlement;

    // Calls a function with each chunk. A promise that it gives back pauses the stream until that is
    // kept. However the stream ends, it does so when no promise is left.
    const FunctionConsumer = GObject.registerClass({
        GTypeName: 'PtpGjsFunctionConsumer',
        Implements: [PullToPush.Consumer],
    }, class FunctionConsumer extends GObject.Object {
        _init(func) {
            super._init();
            if (typeof func !== 'function')
                throw new TypeError(`What is of type ${nameOf(func)} cannot take chunks: it is no consumer, stream or function`);
            this._func = func;
            this._producer = null;
            this._nAwaited = 0;
            this._failure = null;
            this._settlement = null;
            this[RECORD] = new Record(PullToPush);
        }

        vfunc_register_push_producer(producer) {
            this._producer = producer;
            this._failure = this._settlement = null;
            return true;
        }

        vfunc_unregister_producer() {
            this._producer = null;
        }

        vfunc_write(chunk) {
            const data = fromGBytes(chunk);
            let answer;
            try {
                answer = this._func(data);
                if (isThenable(answer))
                    this._waitFor(answer, data.length);
                else if (isShort(answer, data.length))
                    throw this._shortWrite(answer, data.length);
            } catch (error) {
                throw this[RECORD].note(error, 'The function that takes chunks');
            }
            spend(data.length);
            return true;
        }

        _waitFor(promise, length) {
            this._nAwaited++;
            this._producer?.pause_producing();
            Promise.resolve(promise).then(answer => {
                if (isShort(answer, length))
                    this._fail(this._shortWrite(answer, length));
                else
                    this._goOn();
            }, error => this._fail(error));
        }

        _shortWrite(answer, length) {
            const {Error: errors} = PullToPush;
            return new GLib.Error(errors, errors.FAILED,
                `The function that takes chunks returned ${answer}, so it took ${Math.max(answer, 0)} of ${length} bytes; ` +
                'a function must take all of them, and return nothing if its result is not the number of bytes');
        }

        _goOn() {
            this._nAwaited--;
            if (this._nAwaited > 0)
                return;
            if (this._settlement === null)
                this._producer?.resume_producing();
            else if (this._settlement === FINISHED && this._failure !== null)
                this.emit_settle_failed(this._failure);
            else
                this.emit_settled(this._settlement);
        }

        _fail(error) {
            this._failure ??= this[RECORD].note(error, 'The function that takes chunks');
            if (this._settlement === null)
                this._producer?.stop_producing(this._failure);
            this._goOn();
        }

        vfunc_finish() {
            this._settlement = FINISHED;
            if (this._nAwaited > 0)
                return PENDING;
            if (this._failure !== null)
                throw this._failure;
            return DONE;
        }

        vfunc_abort() {
            this._settlement = ABORTED;
            return this._nAwaited > 0 ? PENDING : DONE;
        }
    });

    // Holds what one step wrote, and its producer until that is taken.
    const ChunkConsumer = GObject.registerClass({
        GTypeName: 'PtpGjsChunkConsumer',
        Implements: [PullToPush.Consumer],
    }, class ChunkConsumer extends GObject.Object {
        _init() {
            super._init();
            this.chunks = [];
            this._producer = null;
            this._changed = new Event();
        }

        get changed() {
            return this._changed.promise;
        }

        tell() {
            const changed = this._changed;
            this._changed = new Event();
            changed.happen();
        }

        resume() {
            this._producer?.resume_producing();
        }

        vfunc_register_push_producer(producer) {
            this._producer = producer;
            // Nothing is produced before somebody asks.
            producer.pause_producing();
            return true;
        }

        vfunc_unregister_producer() {
            this._producer = null;
        }

        vfunc_write(chunk) {
            const data = fromGBytes(chunk);
            this.chunks.push(data);
            this._producer?.pause_producing();
            this.tell();
            spend(data.length);
            return true;
        }
    });

    // The chunks of a stream, one at a time: the source waits while nobody asks for one. A loop that
    // is left calls return(), which cancels the source.
    class Chunks {
        constructor(start) {
            this._consumer = new ChunkConsumer();
            this._ended = false;
            this.stream = start(this._consumer);
            const end = () => {
                this._ended = true;
                this._consumer.tell();
            };
            this._end = this.stream.wait();
            this._end.then(end, end);
            this._last = Promise.resolve();
        }

        [Symbol.asyncIterator]() {
            return this;
        }

        // One after the other, whoever asks.
        next() {
            const result = this._last.then(() => this._next());
            this._last = result.catch(() => {});
            return result;
        }

        async _next() {
            const consumer = this._consumer;
            while (consumer.chunks.length === 0) {
                if (this._ended) {
                    await this._end;
                    return {done: true, value: undefined};
                }
                const {changed} = consumer;
                consumer.resume();
                // eslint-disable-next-line no-await-in-loop
                await changed;
            }
            return {done: false, value: consumer.chunks.shift()};
        }

        async return(value) {
            const end = this._end;
            // For a call of next() that still waits: the loop was left, and nothing went wrong.
            this._end = Promise.resolve();
            this._consumer.chunks = [];
            if (!this._ended) {
                this.stream.stop_streaming();
                await end.catch(() => {});
            }
            return {done: true, value};
        }
    }

    function toConsumer(sink) {
        if (sink instanceof GObject.Object) {
            if (GObject.type_is_a(sink.constructor.$gtype, PullToPush.Consumer.$gtype))
                return sink;
            if (sink instanceof Gio.OutputStream)
                return PullToPush.OutputStreamConsumer.new(sink);
            if (sink instanceof Gio.File)
                return PullToPush.FileConsumer.new(sink);
            if (sink instanceof Gio.IOStream)
                return connectionOf(PullToPush, sink);
        }
        return new FunctionConsumer(sink);
    }

    return {FunctionConsumer, Chunks, toConsumer};
}
