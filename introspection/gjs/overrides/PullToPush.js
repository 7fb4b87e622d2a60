// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later
/* exported _init */

// What makes PullToPush at home in JavaScript. GJS loads it with imports.gi.PullToPush and with
// gi://PullToPush.

const {Gio, GLib} = imports.gi;
const {Record, nameOf} = imports.overrides._pulltopush.errors;
const {spend} = imports.overrides._pulltopush.garbage;
const Sinks = imports.overrides._pulltopush.sinks;
const Sources = imports.overrides._pulltopush.sources;

// What a stream allocates beside its steps, in bytes, by experience.
const STREAM = 8 * 1024;

// On a stream or a task: what was thrown there, and what remains to be done at its end.
const RECORD = Symbol('record');
const REST = Symbol('rest');

// One hold of a stream, until it is released.
class Hold {
    constructor(stream, name) {
        this._stream = stream;
        this.name = name;
    }

    release() {
        const stream = this._stream;
        this._stream = null;
        stream?.release(this.name);
    }
}

// What made it fail, as it was thrown; null if it did not fail.
function exceptionOf(ended) {
    const record = ended[RECORD];
    const error = ended.get_error();

    if (error === null)
        return record?.failure?.error ?? null;
    return record === undefined ? error : record.find(error);
}

function wait(ended, cancellable) {
    const record = ended[RECORD];

    return new Promise((resolve, reject) => {
        ended.wait_async(cancellable, (_, result) => {
            try {
                ended.wait_finish(result);
                resolve(record === undefined ? true : record.value);
            } catch (error) {
                reject(record === undefined ? error : record.failure?.error ?? record.find(error));
            }
        });
    });
}

// What streams and tasks have in common.
function overrideEnding(prototype) {
    Gio._promisify(prototype, 'wait_async', 'wait_finish');
    Object.defineProperty(prototype, 'exception', {
        configurable: true,
        get() {
            return exceptionOf(this);
        },
    });
    prototype.wait = function (cancellable = null) {
        return this[REST] === undefined ? wait(this, cancellable) : waitForAll(this, cancellable);
    };
}

// A consumer that failed has stopped its stream, and closing it says why.
function saysLittle(error) {
    const {Error: code} = imports.gi.PullToPush;
    return error instanceof GLib.Error && error.matches(code, code.STOPPED);
}

async function waitForAll(stream, cancellable) {
    let value;
    try {
        value = await wait(stream, cancellable);
    } catch (error) {
        if (saysLittle(error))
            await stream[REST];
        throw error;
    }
    await stream[REST];
    return value;
}

// What was taken is delivered, also if there is no more to come. The first error that says something
// is the one that matters.
async function finish(stream, finishRest) {
    let first = null;
    try {
        await wait(stream, null);
    } catch (error) {
        first = error;
    }
    try {
        await finishRest();
    } catch (error) {
        if (first === null || saysLittle(first))
            throw error;
    }
}

// Both ends write down what they catch in the record of their stream.
function share(record, ...ends) {
    for (const end of ends) {
        if (end.record instanceof Record)
            end.record = record;
    }
}

function overrideStream(PullToPush) {
    const Stream = PullToPush.PullToPush;
    const {prototype} = Stream;
    const {stream} = Stream;
    const {hold} = prototype;

    overrideEnding(prototype);
    Stream.stream = function (producer, consumer) {
        const record = new Record(PullToPush);
        share(record, producer, consumer);
        const started = stream.call(Stream, producer, consumer);
        started[RECORD] = record;
        return started;
    };
    prototype.hold = function (name) {
        hold.call(this, name);
        return new Hold(this, name);
    };
}

// Before anything has begun: an option that is not known, or not of its type, would come too late.
function checkOptions(who, options, types) {
    for (const [name, value] of Object.entries(options)) {
        const type = types[name];
        if (type === undefined)
            throw new TypeError(`${who}() has no option ${name}; it has ${Object.keys(types).join(' and ')}`);
        if (value !== null && value !== undefined && !(value instanceof type))
            throw new TypeError(`${who}(): ${name} is to be a ${type.name.replace('_', '.')}, not of type ${nameOf(value)}`);
    }
}

function startOn(PullToPush, cooperator, producer, consumer) {
    const record = new Record(PullToPush);
    const stream = new PullToPush.PullToPush({producer, consumer, cooperator});

    share(record, producer, consumer);
    stream[RECORD] = record;
    consumer.register_push_producer(stream);
    stream.start_streaming();
    return stream;
}

function defineCooperate(PullToPush) {
    const {MORE, FINISHED, PENDING} = PullToPush.StepResult;

    // Runs a generator in slices of the main loop; see docs/start-javascript.md.
    return function (generator, options = {}) {
        checkOptions('cooperate', options, {cooperator: PullToPush.Cooperator});
        if (typeof generator?.next !== 'function') {
            const advice = typeof generator === 'function' ? ': call the generator function' : '';
            throw new TypeError(`cooperate() needs a generator, not what is of type ${nameOf(generator)}${advice}`);
        }
        const steps = new Sources.Steps(generator);
        const record = new Record(PullToPush);
        let task = null;

        const step = () => {
            spend(0);
            try {
                const result = steps.next(() => task.ready());
                if (result === null)
                    return PENDING;
                if (!result.done)
                    return result.value === PENDING ? PENDING : MORE;
                record.value = result.value;
                return FINISHED;
            } catch (error) {
                throw record.note(error, 'The generator');
            }
        };

        task = (options.cooperator ?? PullToPush.Cooperator.ref_default()).cooperate(step);
        task[RECORD] = record;
        task.connect('stopped', () => steps.close());
        return task;
    };
}

function overrideClose(PullToPush) {
    const {prototype} = PullToPush.OutputStreamConsumer;

    Gio._promisify(prototype, 'close_async', 'close_finish');
    // Resolves when all is written and the stream below closed, unless it is kept open.
    prototype.close = function (ioPriority = GLib.PRIORITY_DEFAULT, cancellable = null) {
        return this.close_async(ioPriority, cancellable);
    };
}

function _init() {
    const PullToPush = this;
    const {IterableProducer, toProducer} = Sources.define(PullToPush, Record);
    const {FunctionConsumer, Chunks, toConsumer} = Sinks.define(PullToPush, Record);

    overrideStream(PullToPush);
    overrideEnding(PullToPush.CooperativeTask.prototype);
    overrideClose(PullToPush);

    // Makes a pull producer of an iterable of chunks.
    PullToPush.fromIterable = iterable => new IterableProducer(iterable);

    // Makes a consumer of a function that takes chunks.
    PullToPush.fromFunction = func => new FunctionConsumer(func);

    // Streams from a source into a sink, and returns the running PullToPush.PullToPush.
    PullToPush.stream = function (source, sink, options = {}) {
        checkOptions('stream', options, {cooperator: PullToPush.Cooperator, cancellable: Gio.Cancellable});
        const cooperator = options.cooperator ?? null;
        const cancellable = options.cancellable ?? null;
        spend(STREAM);
        const producer = toProducer(source);
        const [consumer, finishRest] = toConsumer(sink);
        const stream = cooperator === null
            ? PullToPush.PullToPush.stream(producer, consumer)
            : startOn(PullToPush, cooperator, producer, consumer);

        if (cancellable !== null)
            stream.set_cancellable(cancellable);
        if (finishRest !== null)
            stream[REST] = finish(stream, finishRest);
        return stream;
    };

    // Iterates over a source: for await (const chunk of PullToPush.chunks(source)).
    PullToPush.chunks = (source, options = {}) =>
        new Chunks(consumer => PullToPush.stream(source, consumer, options));

    PullToPush.cooperate = defineCooperate(PullToPush);
}
