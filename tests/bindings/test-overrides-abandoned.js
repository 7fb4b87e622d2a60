// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Loops that are left, sources that break while nobody asks, and objects that are collected in the
// middle. A call during garbage collection or from another thread is critical for GJS, and fatal here.

import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';
import System from 'system';

import {bytes, Collector, ListProducer} from './doubles.js';
import {assert, assertEqual, rejects, run, settle, test, until} from './tap.js';

const {StreamState} = PullToPush;
const decoder = new TextDecoder();
const planned = new RangeError('as planned');

async function turns(count) {
    for (let turn = 0; turn < count; turn++) {
        // eslint-disable-next-line no-await-in-loop
        await settle();
    }
}

const sources = {
    'generator': log => (function* () {
        try {
            for (;;)
                yield 'x';
        } finally {
            log.push('closed');
        }
    })(),
    'async-generator': log => (async function* () {
        try {
            for (;;) {
                await settle();
                yield 'x';
            }
        } finally {
            log.push('closed');
        }
    })(),
    'generator-that-waits': log => (function* () {
        try {
            for (;;) {
                yield settle();
                yield 'x';
            }
        } finally {
            log.push('closed');
        }
    })(),
    'chunks-of-chunks': log => PullToPush.chunks(sources['generator'](log)),
    'input-stream': log => {
        const input = Gio.File.new_for_path('/dev/zero').read(null);
        until(() => input.is_closed()).then(() => log.push('closed'));
        return input;
    },
};

const leave = {
    async break(chunks) {
        for await (const chunk of chunks) {
            assert(chunk.length > 0);
            break;
        }
    },
    async throw(chunks) {
        const error = await rejects((async () => {
            for await (const chunk of chunks) {
                assert(chunk.length > 0);
                throw planned;
            }
        })());
        assert(error === planned);
    },
    async return(chunks) {
        await (async () => {
            for await (const chunk of chunks)
                return chunk;
            return null;
        })();
    },
    async 'return-by-hand'(chunks) {
        await chunks.next();
        await chunks.return();
    },
    // As Array.fromAsync() or a helper of the program does it.
    async delegation(chunks) {
        async function* delegates() {
            yield* chunks;
        }
        for await (const chunk of delegates()) {
            assert(chunk.length > 0);
            break;
        }
    },
};

for (const [how, leaveLoop] of Object.entries(leave)) {
    for (const [name, make] of Object.entries(sources)) {
        test(`/gjs/overrides/loop-left/${how}/${name}`, async () => {
            const log = [];
            const chunks = PullToPush.chunks(make(log));
            await leaveLoop(chunks);
            assertEqual(chunks.stream.state, StreamState.STOPPED);
            await until(() => log.length > 0);
            await settle();
            assertEqual(log, ['closed']);
            assertEqual((await chunks.next()).done, true);
        });
    }
}

test('/gjs/overrides/loop-left/before-it-began', async () => {
    const log = [];
    const chunks = PullToPush.chunks(sources['generator'](log));
    assertEqual(await chunks.return('left'), {done: true, value: 'left'});
    assertEqual(chunks.stream.state, StreamState.STOPPED);
});

test('/gjs/overrides/loop-left/while-somebody-asks', async () => {
    const chunks = PullToPush.chunks((function* () {
        yield;
    })());
    const asked = [chunks.next(), chunks.next()];
    await settle();
    await chunks.return();
    for (const {done} of await Promise.all(asked))
        assert(done);
});

function held(source, options) {
    const chunks = [];
    const stream = PullToPush.stream(source, chunk => void chunks.push(decoder.decode(chunk)), options);
    return [stream, chunks];
}

// What a source awaits is kept waiting until the test opens it.
let open = null;

function whenOpened() {
    return new Promise(resolve => {
        open = resolve;
    });
}

const failsSoon = async () => {
    await whenOpened();
    throw planned;
};

for (const [name, make] of Object.entries({
    'promise-of-generator': log => (function* () {
        try {
            yield 'first';
            yield failsSoon();
        } finally {
            log.push('closed');
        }
    })(),
    'async-generator': log => (async function* () {
        try {
            yield 'first';
            await failsSoon();
        } finally {
            log.push('closed');
        }
    })(),
    'promise-of-iterator': () => ['first', failsSoon()],
})) {
    test(`/gjs/overrides/rules/E12/${name}`, async () => {
        const log = [];
        const [stream, chunks] = held(make(log));
        await until(() => stream.state === StreamState.WAITING);
        stream.hold('user');
        open();
        const error = await rejects(stream.wait());
        assert(error === planned, `${error}`);
        assert(stream.exception === planned);
        assertEqual(chunks, ['first']);
        await settle();
        assertEqual(log, name === 'promise-of-iterator' ? [] : ['closed']);
    });
}

test('/gjs/overrides/rules/E12/with-a-cooperator', async () => {
    const cooperator = PullToPush.Cooperator.ref_default();
    const [stream] = held([failsSoon()], {cooperator});
    await until(() => stream.state === StreamState.WAITING);
    stream.hold('user');
    open();
    assert(await rejects(stream.wait()) === planned);
});

test('/gjs/overrides/rules/E12/is-caught', async () => {
    const [stream, chunks] = held((function* () {
        try {
            yield failsSoon();
        } catch (error) {
            yield error.message;
        }
        yield 'last';
    })());
    await until(() => stream.state === StreamState.WAITING);
    const hold = stream.hold('user');
    open();
    await turns(8);
    assertEqual(stream.state, StreamState.PAUSED);
    assertEqual(chunks, []);
    hold.release();
    await stream.wait();
    assertEqual(chunks, ['as planned', 'last']);
});

test('/gjs/overrides/rules/E12/is-the-end', async () => {
    const [stream, chunks] = held((function* () {
        try {
            yield failsSoon();
        } catch {
        }
    })());
    await until(() => stream.state === StreamState.WAITING);
    const hold = stream.hold('user');
    open();
    await turns(8);
    assertEqual(stream.state, StreamState.PAUSED);
    hold.release();
    await stream.wait();
    assertEqual(chunks, []);
});

test('/gjs/overrides/rules/E12/good-news-waits', async () => {
    const [stream, chunks] = held((function* () {
        yield yield whenOpened().then(() => 'news');
    })());
    await until(() => stream.state === StreamState.WAITING);
    const hold = stream.hold('user');
    open();
    await turns(4);
    assertEqual(chunks, []);
    hold.release();
    await stream.wait();
    assertEqual(chunks, ['news']);
});

// A handler of ready in JavaScript would be called on the thread that emits it.
test('/gjs/overrides/rules/T2/no-handler-on-a-producer', async () => {
    const producer = PullToPush.fromIterable((function* () {
        yield;
        yield 'x';
    })());
    const ready = GObject.signal_lookup('ready', PullToPush.PullProducer.$gtype);
    assert(!GObject.signal_has_handler_pending(producer, ready, 0, true));
    const [stream, chunks] = held(producer);
    await until(() => stream.state === StreamState.WAITING);
    // A hold in between asks nothing.
    stream.hold('user').release();
    await turns(2);
    assertEqual([stream.nSteps, chunks.length], [2, 0]);
    producer.emit_ready();
    await stream.wait();
    assertEqual(chunks, ['x']);
});

test('/gjs/overrides/ready-before-it-is-asked-again', async () => {
    let producer = null;
    producer = PullToPush.fromIterable((function* () {
        producer.emit_ready();
        yield;
        producer.emit_ready();
        yield;
        yield 'x';
    })());
    const [stream, chunks] = held(producer);
    await until(() => stream.state === StreamState.WAITING || stream.state === StreamState.FINISHED);
    if (stream.state === StreamState.WAITING)
        producer.emit_ready();
    await stream.wait();
    assertEqual(chunks, ['x']);
});

// What is collected in the middle: nobody but C refers to any of it.
const abandoned = {
    'running': () => void PullToPush.stream(sources['generator']([]), () => {}),
    'waiting': () => void PullToPush.stream((function* () {
        yield;
    })(), () => {}),
    'awaiting': () => void PullToPush.stream((function* () {
        yield new Promise(() => {});
    })(), async () => {
        await new Promise(() => {});
    }),
    'sink-that-awaits': () => void PullToPush.stream(['a', 'b'], () => new Promise(() => {})),
    'held': () => void PullToPush.stream(['a', 'b'], () => {}).hold('user'),
    'never-started': () => void PullToPush.PullToPush.new(new ListProducer('a'), new Collector()),
    'never-started-with-options': () => void new PullToPush.PullToPush({
        producer: PullToPush.fromIterable(['a']),
        consumer: PullToPush.fromFunction(() => {}),
    }),
    'producer-alone': () => void PullToPush.fromIterable(sources['generator']([])),
    'loop': () => void PullToPush.chunks(sources['generator']([])).next(),
    'output-stream': () => void PullToPush.stream(['a', 'b'], Gio.MemoryOutputStream.new_resizable()),
    'input-stream': () => void PullToPush.stream(Gio.MemoryInputStream.new_from_bytes(bytes('a')), () => {}),
    'cancellable': () => {
        const cancellable = new Gio.Cancellable();
        PullToPush.stream(sources['async-generator']([]), () => {}, cancellable);
        GLib.timeout_add(GLib.PRIORITY_DEFAULT, 1, () => {
            cancellable.cancel();
            return GLib.SOURCE_REMOVE;
        });
    },
    'failing': () => void PullToPush.stream(['a'], () => {
        throw planned;
    }).wait().catch(() => {}),
    'task': () => void PullToPush.cooperate(sources['generator']([])),
    'waiting-task': () => void PullToPush.cooperate((function* () {
        yield new Promise(() => {});
    })()),
};

for (const [name, make] of Object.entries(abandoned)) {
    test(`/gjs/overrides/collected-in-the-middle/${name}`, async () => {
        for (let round = 0; round < 20; round++) {
            make();
            if (round % 4 === 0)
                System.gc();
            if (round % 3 === 0) {
                // eslint-disable-next-line no-await-in-loop
                await settle();
            }
        }
        for (let round = 0; round < 5; round++) {
            System.gc();
            // eslint-disable-next-line no-await-in-loop
            await settle();
        }
    });
}

run();
