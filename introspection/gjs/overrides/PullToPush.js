// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later
/* exported _init */

// What makes PullToPush at home in JavaScript. GJS loads it with imports.gi.PullToPush and with
// gi://PullToPush.

const {Gio} = imports.gi;
const {
    Record, RECORD, guardClasses, guardReasons, guardStep, nameOf, reportUnhandled, share, thrownBy,
} = imports.overrides._pulltopush.errors;
const {spend} = imports.overrides._pulltopush.garbage;
const {overrideHolds} = imports.overrides._pulltopush.holds;
const Sinks = imports.overrides._pulltopush.sinks;
const Sources = imports.overrides._pulltopush.sources;

// What a stream allocates beside its steps, in bytes, by experience.
const STREAM = 8 * 1024;

function wait(ended, cancellable) {
    const record = ended[RECORD];

    return new Promise((resolve, reject) => {
        ended._original_wait_async(cancellable, (_, result) => {
            try {
                ended.wait_finish(result);
                resolve(record === undefined ? true : record.value);
            } catch (error) {
                reject(error);
            }
        });
    });
}

// What streams and tasks have in common.
function overrideEnding(prototype) {
    const {wait_finish: waitFinish} = prototype;

    // The promises of GJS write into what was thrown, which may be undefined. Scripts that promisify
    // once more keep what is here.
    Gio._promisify(prototype, 'wait_async', 'wait_finish');
    prototype.wait_async = function (cancellable = null, callback = null) {
        if (callback === null)
            return wait(this, cancellable).then(() => true);
        return this._original_wait_async(cancellable, callback);
    };
    prototype.wait_finish = function (result) {
        try {
            return waitFinish.call(this, result);
        } catch (error) {
            throw thrownBy(this, error);
        }
    };
    prototype.wait = function (cancellable = null) {
        return wait(this, cancellable);
    };
    Object.defineProperty(prototype, 'exception', {
        configurable: true,
        get() {
            return thrownBy(this, this.get_error());
        },
    });
}

// A consumer in JavaScript may refuse its registration with any exception. Then both ends still belong
// to the streams that they had.
function register(producer, consumer, call) {
    const before = [producer, consumer].map(end => [end, end?.[RECORD]]);
    try {
        return call();
    } catch (error) {
        const thrown = thrownBy(consumer, error);
        for (const [end, record] of before) {
            if (record !== undefined)
                end[RECORD] = record;
        }
        throw thrown;
    }
}

function overrideStream(PullToPush) {
    const Stream = PullToPush.PullToPush;
    const {prototype} = Stream;
    const {_init} = prototype;

    overrideEnding(prototype);
    overrideHolds(prototype);
    guardReasons(PullToPush, prototype, ['stop_producing']);
    for (const name of ['new', 'stream']) {
        const make = Stream[name];
        Stream[name] = function (producer, consumer) {
            const record = new Record(PullToPush);
            const stream = register(producer, consumer, () => {
                share(record, producer, consumer);
                return make.call(Stream, producer, consumer);
            });
            stream[RECORD] = record;
            return stream;
        };
    }
    prototype._init = function (properties = {}) {
        _init.call(this, properties);
        this[RECORD] = new Record(PullToPush);
        share(this[RECORD], properties.producer, properties.consumer);
    };
}

// An object that a program wrote as {…}, also in another realm.
function isPlain(thing) {
    const prototype = Object.getPrototypeOf(thing);
    return prototype === null || Object.getPrototypeOf(prototype) === null;
}

// Returns the options, which may be a cancellable alone where there is an option for one. Nothing has
// begun yet: an unknown option, or one of another type, would be found too late.
function checkOptions(who, options, types) {
    const takes = `{${Object.keys(types).join(', ')}}`;
    const possible = 'cancellable' in types ? `a Gio.Cancellable or ${takes}` : takes;

    if (options === null || options === undefined)
        return {};
    if ('cancellable' in types && options instanceof Gio.Cancellable)
        return {cancellable: options};
    if (typeof options !== 'object' || !isPlain(options))
        throw new TypeError(`${who}() takes ${possible} as its last argument, not a value of type ${nameOf(options)}`);
    for (const [name, value] of Object.entries(options)) {
        const type = types[name];
        if (type === undefined)
            throw new TypeError(`${who}() has no option ${name}: it takes ${possible}`);
        if (value !== null && value !== undefined && !(value instanceof type))
            throw new TypeError(`${who}(): ${name} is to be a ${type.name.replace('_', '.')}, not of type ${nameOf(value)}`);
    }
    return options;
}

function startOn(PullToPush, cooperator, producer, consumer) {
    return register(producer, consumer, () => {
        const stream = new PullToPush.PullToPush({producer, consumer, cooperator});
        consumer.register_push_producer(stream);
        stream.start_streaming();
        return stream;
    });
}

// Starts a task whose step may throw any value.
function overrideCooperate(PullToPush) {
    const {prototype} = PullToPush.Cooperator;
    const {cooperate} = prototype;
    const start = (cooperator, step, where) => {
        const record = new Record(PullToPush);
        const task = cooperate.call(cooperator, guardStep(record, where, step));
        task[RECORD] = record;
        return task;
    };

    prototype.cooperate = function (step) {
        if (typeof step !== 'function')
            throw new TypeError(`cooperate() needs a step function, not what is of type ${nameOf(step)}`);
        return start(this, step, 'The step function');
    };
    return start;
}

function defineCooperate(PullToPush) {
    const start = overrideCooperate(PullToPush);
    const {MORE, FINISHED, PENDING} = PullToPush.StepResult;

    // Runs a generator in slices of the main loop; see docs/start-javascript.md.
    return function (generator, options = null) {
        const {cooperator = null} = checkOptions('cooperate', options, {cooperator: PullToPush.Cooperator});
        if (typeof generator?.next !== 'function') {
            const advice = typeof generator === 'function' ? ': call the generator function' : '';
            throw new TypeError(`cooperate() needs a generator, not what is of type ${nameOf(generator)}${advice}`);
        }
        const steps = new Sources.Steps(generator);
        let task = null;

        const step = () => {
            spend(0);
            const result = steps.next(() => task.ready());
            if (result === null)
                return PENDING;
            if (!result.done)
                return result.value === PENDING ? PENDING : MORE;
            task[RECORD].value = result.value;
            return FINISHED;
        };

        task = start(cooperator ?? PullToPush.Cooperator.ref_default(), step, 'The generator');
        task.connect('stopped', () => {
            try {
                steps.close();
            } catch (error) {
                reportUnhandled('the end of a generator', error);
            }
        });
        return task;
    };
}

function _init() {
    const PullToPush = this;
    const {IterableProducer, toProducer} = Sources.define(PullToPush, Record);
    const {FunctionConsumer, Chunks, toConsumer} = Sinks.define(PullToPush, Record);

    overrideStream(PullToPush);
    overrideEnding(PullToPush.CooperativeTask.prototype);

    // Rule E13.
    PullToPush.set_unheard_func((ended, error) => {
        const where = ended instanceof PullToPush.CooperativeTask ? 'a task' : 'a stream';
        reportUnhandled(where, thrownBy(ended, error));
    });

    // Makes a pull producer of an iterable of chunks.
    PullToPush.fromIterable = iterable => new IterableProducer(iterable);

    // Makes a consumer of a function that takes chunks.
    PullToPush.fromFunction = func => new FunctionConsumer(func);

    // Streams from a source into a sink, and returns the running PullToPush.PullToPush.
    PullToPush.stream = function (source, sink, options = null) {
        const types = {cooperator: PullToPush.Cooperator, cancellable: Gio.Cancellable};
        const {cooperator = null, cancellable = null} = checkOptions('stream', options, types);
        spend(STREAM);
        const producer = toProducer(source);
        const consumer = toConsumer(sink);
        const stream = cooperator === null
            ? PullToPush.PullToPush.stream(producer, consumer)
            : startOn(PullToPush, cooperator, producer, consumer);

        if (cancellable !== null)
            stream.set_cancellable(cancellable);
        return stream;
    };

    // Iterates over a source: for await (const chunk of PullToPush.chunks(source)).
    PullToPush.chunks = (source, options = null) =>
        new Chunks(consumer => PullToPush.stream(source, consumer, options));

    PullToPush.cooperate = defineCooperate(PullToPush);

    // Last, since the classes of the overrides look after themselves.
    guardClasses(PullToPush);
}
