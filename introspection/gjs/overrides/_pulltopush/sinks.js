// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later
/* exported define */

// Where a stream can end in JavaScript: a function, or a loop that takes one chunk at a time.

const {Gio, GObject} = imports.gi;
// What toArray() calls, without the two looks at a prototype that cost as much again.
const {fromGBytes} = imports.byteArray;
const {isThenable, nameOf} = imports.overrides._pulltopush.errors;
const {spend} = imports.overrides._pulltopush.garbage;

// Something that will happen, and who waits for it.
class Event {
    constructor() {
        this.promise = new Promise(resolve => (this.happen = resolve));
    }
}

function define(PullToPush, Record) {
    // Calls a function with each chunk. A promise that it gives back pauses the stream until that is
    // kept.
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
            this._rest = null;
            this.record = new Record(PullToPush);
        }

        vfunc_register_push_producer(producer) {
            this._producer = producer;
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
            } catch (error) {
                throw this.record.note(error, 'The function that takes chunks');
            }
            if (isThenable(answer))
                this._waitFor(answer);
            spend(data.length);
            return true;
        }

        _waitFor(promise) {
            this._nAwaited++;
            this._producer?.pause_producing();
            promise.then(() => this._goOn(), error => this._fail(error));
        }

        _goOn() {
            this._nAwaited--;
            if (this._nAwaited > 0)
                return;
            this._producer?.resume_producing();
            this._rest?.happen();
        }

        // C knows of no error: to it, this consumer died.
        _fail(error) {
            this.record.failure ??= {error};
            const producer = this._producer;
            this._producer = null;
            producer?.stop_producing();
            this._goOn();
        }

        // Resolves when no promise is left, which may be after the end of the stream.
        async settle() {
            if (this._nAwaited > 0) {
                this._rest ??= new Event();
                await this._rest.promise;
            }
            if (this.record.failure !== null)
                throw this.record.failure.error;
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
            this._consumer.chunks = [];
            if (!this._ended) {
                this.stream.stop_producing();
                await this._end.catch(() => {});
            }
            this._end = Promise.resolve();
            return {done: true, value};
        }
    }

    // A consumer, and what remains to be done after the end of its stream.
    function toConsumer(sink) {
        if (sink instanceof GObject.Object) {
            if (GObject.type_is_a(sink.constructor.$gtype, PullToPush.Consumer.$gtype))
                return [sink, null];
            if (sink instanceof Gio.OutputStream) {
                const consumer = PullToPush.OutputStreamConsumer.new(sink);
                return [consumer, () => consumer.close()];
            }
        }
        const consumer = new FunctionConsumer(sink);
        return [consumer, () => consumer.settle()];
    }

    return {FunctionConsumer, Chunks, toConsumer};
}
