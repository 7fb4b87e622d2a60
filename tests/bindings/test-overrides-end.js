// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// How a stream ends that a program begins with stream(): what the file has, who hears why, and what the
// promise waits for.

import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';

import {Collector, ListProducer, PENDING, bytes} from './doubles.js';
import {assert, assertEqual, assertError, rejects, run, settle, test, throws, until} from './tap.js';
import {Target, targets} from './targets.js';

const {StreamState} = PullToPush;
const planned = new RangeError('as planned');
const CHUNK = 'new '.repeat(4096);

// Half of it, and then what makes it end.
const sources = {
    'generator': function* (act) {
        yield CHUNK;
        act();
        for (;;)
            yield CHUNK;
    },
    'async-generator': async function* (act) {
        yield CHUNK;
        await settle();
        act();
        for (;;) {
            await settle();
            yield CHUNK;
        }
    },
    'generator-that-waits': function* (act) {
        yield CHUNK;
        yield settle().then(act);
        for (;;)
            yield CHUNK;
    },
    'producer': act => new ListProducer(CHUNK, () => {
        act();
        return PENDING;
    }),
    'chunks': act => PullToPush.chunks(sources['generator'](act)),
};

const sinks = {
    'file': target => target.file,
    'output-stream': target => target.replace(),
};

const ends = {
    async failure(source, sink) {
        const stream = PullToPush.stream(source(() => {
            throw planned;
        }), sink);
        assert(await rejects(stream.wait()) === planned);
    },
    async stop(source, sink) {
        let stream = null;
        stream = PullToPush.stream(source(() => stream.stop_streaming()), sink);
        assertError(await rejects(stream.wait()), PullToPush.Error, PullToPush.Error.STOPPED);
    },
    async cancellation(source, sink) {
        const cancellable = new Gio.Cancellable();
        const stream = PullToPush.stream(source(() => cancellable.cancel()), sink, cancellable);
        assertError(await rejects(stream.wait()), Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
    },
};

for (const [how, end] of Object.entries(ends)) {
    for (const [name, source] of Object.entries(sources)) {
        for (const [sink, make] of Object.entries(sinks)) {
            test(`/gjs/overrides/rules/E10/${how}/${name}/${sink}`, async () => {
                const kinds = sink === 'file' ? Object.keys(targets) : ['existing'];
                for (const kind of kinds) {
                    const target = new Target(kind);
                    // eslint-disable-next-line no-await-in-loop
                    await end(source, make(target));
                    target.assertOld();
                    target.remove();
                }
            });
        }
    }
}

test('/gjs/overrides/rules/L18/file-to-file', async () => {
    for (const kind of Object.keys(targets)) {
        const from = new Target('existing');
        GLib.file_set_contents(from.file.get_path(), 'the new contents');
        const to = new Target(kind);
        // eslint-disable-next-line no-await-in-loop
        await PullToPush.stream(from.file, to.file).wait();
        to.assertNew('the new contents');
        to.remove();
        from.remove();
    }
});

test('/gjs/overrides/file-that-is-not-there', () => {
    const nowhere = Gio.File.new_for_path('/nowhere/at/all');
    const error = throws(() => PullToPush.stream(nowhere, () => {}));
    assertError(error, Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND);
});

test('/gjs/overrides/file-that-cannot-be-made', async () => {
    const nowhere = Gio.File.new_for_path('/nowhere/at/all');
    const error = await rejects(PullToPush.stream(['a'], nowhere).wait());
    assertError(error, Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND);
});

// Sinks that are functions

for (const [name, sink] of Object.entries({
    'function': () => {
        throw planned;
    },
    'async-function': async () => {
        await settle();
        throw planned;
    },
})) {
    test(`/gjs/overrides/rules/E11/${name}`, async () => {
        const source = new ListProducer('a', 'b');
        const stream = PullToPush.stream(source, sink);
        assert(await rejects(stream.wait()) === planned);
        assertEqual([source.nSteps, stream.state], [1, StreamState.FAILED]);
        // One whose write failed has said so itself.
        assertEqual(source.nCancelled, name === 'function' ? 0 : 1);
        for (const reason of source.reasons)
            assertError(reason, PullToPush.Error, PullToPush.Error.FAILED, 'as planned');
    });

    test(`/gjs/overrides/rules/L7/generator-is-closed/${name}`, async () => {
        const log = [];
        await rejects(PullToPush.stream((function* () {
            try {
                for (;;)
                    yield 'x';
            } finally {
                log.push('closed');
            }
        })(), sink).wait());
        assertEqual(log, ['closed']);
    });
}

// Makes a sink that keeps what it was given until somebody says that it is done.
function slowSink() {
    const waiting = [];
    const sink = () => new Promise((resolve, reject) => waiting.push({resolve, reject}));
    return [sink, waiting];
}

// One that writes its chunks in one step, and ends in it.
const twoAtOnce = () => new ListProducer(consumer => {
    consumer.write(bytes('a'));
    consumer.write(bytes('b'));
    return PullToPush.StepResult.FINISHED;
});

test('/gjs/overrides/rules/L19/finishing', async () => {
    const [sink, waiting] = slowSink();
    const stream = PullToPush.stream(twoAtOnce(), sink);
    await until(() => stream.state === StreamState.ENDING && stream.exhausted);
    waiting[0].resolve();
    await settle();
    assertEqual(stream.state, StreamState.ENDING);
    waiting[1].resolve();
    assertEqual(await stream.wait(), true);
});

test('/gjs/overrides/rules/L19/finishing-fails', async () => {
    const [sink, waiting] = slowSink();
    const stream = PullToPush.stream(twoAtOnce(), sink);
    await until(() => stream.state === StreamState.ENDING);
    waiting[0].reject(planned);
    await settle();
    assertEqual(stream.state, StreamState.ENDING, 'somebody still writes');
    waiting[1].resolve();
    assert(await rejects(stream.wait()) === planned);
    assertEqual([stream.state, stream.exhausted], [StreamState.FAILED, true]);
});

// Between the end of the source and the word of it.
test('/gjs/overrides/rules/L18/last-chunk-fails-at-once', async () => {
    for (const sink of [() => Promise.reject(planned), async () => {
        await null;
        throw planned;
    }]) {
        const stream = PullToPush.stream(twoAtOnce(), sink);
        // eslint-disable-next-line no-await-in-loop
        assert(await rejects(stream.wait()) === planned);
    }
});

test('/gjs/overrides/rules/L18/function-by-hand', async () => {
    const consumer = PullToPush.fromFunction(() => Promise.reject(planned));
    consumer.write(bytes('a'));
    await settle();
    assertError(throws(() => consumer.finish()), PullToPush.Error, PullToPush.Error.FAILED, 'as planned');
});

// Somebody who is refused takes nothing from the stream that runs.
test('/gjs/overrides/rules/L10/refused', async () => {
    const sink = new Collector(() => {
        throw planned;
    });
    const stream = PullToPush.stream(['a'], sink);
    for (const options of [null, {cooperator: PullToPush.Cooperator.ref_default()}]) {
        const error = throws(() => PullToPush.stream(['b'], sink, options));
        assertError(error, PullToPush.Error, PullToPush.Error.ALREADY_REGISTERED);
    }
    assert(await rejects(stream.wait()) === planned);
});

for (const [name, stop, state] of [
    ['stopped', stream => stream.stop_streaming(), StreamState.STOPPED],
    ['failed', stream => stream.stop_producing(planned), StreamState.FAILED],
]) {
    test(`/gjs/overrides/rules/L19/${name}`, async () => {
        for (const end of ['resolve', 'reject']) {
            const [sink, waiting] = slowSink();
            const stream = PullToPush.stream(['a', 'b'], sink);
            // eslint-disable-next-line no-await-in-loop
            await until(() => stream.state === StreamState.PAUSED);
            stop(stream);
            // eslint-disable-next-line no-await-in-loop
            await settle();
            assertEqual(stream.state, StreamState.ENDING, 'somebody still writes');
            waiting[0][end](new Error('too late'));
            // eslint-disable-next-line no-await-in-loop
            const error = await rejects(stream.wait());
            assertEqual([stream.state, waiting.length], [state, 1]);
            assert(state === StreamState.STOPPED || error === planned, `${error}`);
        }
    });
}

test('/gjs/overrides/rules/L16/function-once-more', async () => {
    let fails = true;
    const consumer = PullToPush.fromFunction(async () => {
        await settle();
        if (fails)
            throw planned;
    });
    assert(await rejects(PullToPush.stream(['a', 'b'], consumer).wait()) === planned);
    fails = false;
    await PullToPush.stream(['a', 'b'], consumer).wait();
    await PullToPush.stream(['a', 'b'], consumer).wait();
});

// Classes of a program

const Careless = GObject.registerClass({
    GTypeName: 'JsCareless',
    Implements: [PullToPush.Consumer],
}, class Careless extends Collector {
    vfunc_finish() {
        this.ends.push('finish');
    }

    vfunc_abort(reason) {
        this.ends.push('abort');
        this.reasons.push(reason);
    }
});

test('/gjs/overrides/nothing-means-done', async () => {
    const consumer = new Careless();
    await PullToPush.stream(['a'], consumer).wait();
    const stream = PullToPush.stream(['a'], consumer);
    stream.stop_streaming();
    assertError(await rejects(stream.wait()), PullToPush.Error, PullToPush.Error.STOPPED);
    assertEqual(consumer.ends, ['finish', 'abort']);
});

const Committing = GObject.registerClass({
    GTypeName: 'JsCommitting',
    Implements: [PullToPush.Consumer],
}, class Committing extends Collector {
    constructor(finish) {
        super();
        this.finish_ = finish;
    }

    vfunc_finish() {
        super.vfunc_finish();
        return this.finish_();
    }
});

const values = {'error': planned, 'nothing': undefined, 'text': 'text', 'zero': 0};

for (const [name, value] of Object.entries(values)) {
    test(`/gjs/overrides/rules/E14/finish/${name}`, async () => {
        const consumer = new Committing(() => {
            throw value;
        });
        const stream = PullToPush.stream(['a'], consumer);
        assertEqual([await stream.wait().catch(error => [error])], [[value]]);
        assert(Object.is(stream.exception, value));
    });

    test(`/gjs/overrides/rules/E14/settle-failed/${name}`, async () => {
        const consumer = new Committing(() => {
            settle().then(() => consumer.emit_settle_failed(value));
            return PullToPush.EndResult.PENDING;
        });
        const stream = PullToPush.stream(['a'], consumer);
        assertEqual([await stream.wait().catch(error => [error])], [[value]]);
        assert(Object.is(stream.exception, value));
    });

    test(`/gjs/overrides/rules/E14/stop-producing/${name}`, async () => {
        for (const stop of [
            (stream, consumer) => stream.stop_producing(value),
            (stream, consumer) => consumer.producer.stop_producing(value),
        ]) {
            const consumer = new Collector();
            const stream = PullToPush.stream(new ListProducer(PENDING, PENDING), consumer);
            stop(stream, consumer);
            // eslint-disable-next-line no-await-in-loop
            assertEqual([await stream.wait().catch(error => [error])], [[value]]);
            assert(Object.is(stream.exception, value));
            assertEqual(consumer.ends, ['abort']);
        }
    });

    test(`/gjs/overrides/rules/E14/broken/${name}`, async () => {
        const producer = new ListProducer(PENDING, PENDING);
        const stream = PullToPush.stream(producer, () => {});
        await until(() => stream.state === StreamState.WAITING);
        producer.emit_broken(value);
        assertEqual([await stream.wait().catch(error => [error])], [[value]]);
        assertEqual(producer.nCancelled, 0);
    });

    test(`/gjs/overrides/rules/E14/by-hand/${name}`, () => {
        const producer = new ListProducer();
        producer.cancel(value);
        const consumer = new Collector();
        consumer.abort(value);
        for (const [reason] of [producer.reasons, consumer.reasons])
            assert(reason instanceof GLib.Error && reason.message.includes(String(value)), reason.message);
    });
}

// Streams that begin in either way end alike.
for (const [name, begin] of Object.entries({
    'stream': (source, sink) => PullToPush.stream(source, sink),
    'stream-of-the-class': (source, sink) => PullToPush.PullToPush.stream(source, sink),
    'cooperator': (source, sink) =>
        PullToPush.stream(source, sink, {cooperator: PullToPush.Cooperator.ref_default()}),
})) {
    test(`/gjs/overrides/ends-alike/${name}`, async () => {
        const output = Gio.MemoryOutputStream.new_resizable();
        const input = Gio.MemoryInputStream.new_from_bytes(bytes('all'));
        await begin(PullToPush.InputStreamProducer.new(input), PullToPush.OutputStreamConsumer.new(output)).wait();
        assert(output.is_closed() && input.is_closed());

        const full = Gio.File.new_for_path('/dev/full').append_to(Gio.FileCreateFlags.NONE, null);
        const source = new ListProducer(...Array(1000).fill('x'.repeat(65536)));
        const stream = begin(source, PullToPush.OutputStreamConsumer.new(full));
        assertError(await rejects(stream.wait()), Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE);
        assertError(source.reasons[0], Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE);
    });
}

// Connections

Gio._promisify(Gio.SocketListener.prototype, 'accept_async', 'accept_finish');
Gio._promisify(Gio.SocketClient.prototype, 'connect_to_host_async', 'connect_to_host_finish');

async function connect() {
    const listener = new Gio.SocketListener();
    const port = listener.add_any_inet_port(null);
    const [near, [far]] = await Promise.all([
        new Gio.SocketClient().connect_to_host_async(`127.0.0.1:${port}`, port, null),
        listener.accept_async(null),
    ]);
    listener.close();
    return [near, far];
}

// A peer that answers when it has been told that there is no more.
test('/gjs/overrides/rules/B8/both-directions', async () => {
    const [near, far] = await connect();
    const received = [];
    const peer = PullToPush.Connection.new(far);
    const echo = PullToPush.stream(peer, chunk => void received.push(...chunk)).wait()
        .then(() => PullToPush.stream([new Uint8Array(received)], peer).wait());
    const own = PullToPush.Connection.new(near);
    await PullToPush.stream(['question'], own).wait();
    let answer = '';
    await PullToPush.stream(own, chunk => {
        answer += new TextDecoder().decode(chunk);
    }).wait();
    await echo;
    assertEqual(answer, 'question');
    await until(() => near.is_closed() && far.is_closed());
});

test('/gjs/overrides/io-stream', async () => {
    const [near, far] = await connect();
    const output = Gio.MemoryOutputStream.new_resizable();
    const receiving = PullToPush.stream(far, output).wait();
    await PullToPush.stream(['through ', 'a socket'], near).wait();
    await receiving;
    assertEqual(new TextDecoder().decode(output.steal_as_bytes().toArray()), 'through a socket');
    for (const again of [() => PullToPush.stream(near, () => {}), () => PullToPush.stream([], near)]) {
        const error = throws(again);
        assert(error instanceof TypeError && error.message.includes('make a PullToPush.Connection'), `${error}`);
    }
});

run();
