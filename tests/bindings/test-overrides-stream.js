// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Sources and sinks that are JavaScript's own.

import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';

import {bytes, Collector, ListProducer} from './doubles.js';
import {assert, assertEqual, assertError, rejects, run, settle, test, throws, until} from './tap.js';

const decoder = new TextDecoder();

function* numbers(count) {
    for (let i = 0; i < count; i++)
        yield `${i} `;
}

// Streams into an array of strings.
function collect(source, options) {
    const chunks = [];
    const stream = PullToPush.stream(source, chunk => void chunks.push(decoder.decode(chunk)), options);
    return [stream, chunks];
}

async function check(source, expected) {
    const [stream, chunks] = collect(source);
    assertEqual(await stream.wait(), true);
    assertEqual(chunks, expected);
}

test('/gjs/overrides/generator', () => check(numbers(3), ['0 ', '1 ', '2 ']));
test('/gjs/overrides/array', () => check([bytes('one'), 'zwei', new Uint8Array([51])], ['one', 'zwei', '3']));
test('/gjs/overrides/empty-chunks', () => check(['', 'a', new Uint8Array(0)], ['a']));
test('/gjs/overrides/nothing', () => check([], []));
test('/gjs/overrides/string', () => check('tä', ['tä']));
test('/gjs/overrides/array-of-bytes', () => check(new Uint8Array([65, 66]), ['AB']));
test('/gjs/overrides/bytes', () => check(bytes('whole'), ['whole']));
test('/gjs/overrides/producer', () => check(new ListProducer('a', 'b'), ['a', 'b']));
test('/gjs/overrides/input-stream',
    () => check(Gio.MemoryInputStream.new_from_bytes(bytes('read')), ['read']));

test('/gjs/overrides/async-generator', async () => {
    async function* later() {
        for (const chunk of numbers(2)) {
            await settle();
            yield chunk;
        }
    }
    await check(later(), ['0 ', '1 ']);
});

test('/gjs/overrides/generator-that-waits', async () => {
    function* waits() {
        const answer = yield settle().then(() => 'awaited');
        yield answer;
        try {
            yield Promise.reject(new RangeError('caught'));
        } catch (error) {
            yield error.message;
        }
    }
    await check(waits(), ['awaited', 'caught']);
});

test('/gjs/overrides/ready', async () => {
    const arrived = [];
    function* listen() {
        while (arrived.length === 0)
            yield;
        yield arrived.pop();
    }
    const producer = PullToPush.fromIterable(listen());
    const [stream, chunks] = collect(producer);
    await until(() => stream.state === PullToPush.StreamState.WAITING);
    const asked = stream.nSteps;
    await settle();
    assertEqual(stream.nSteps, asked, 'nobody polls');
    arrived.push('news');
    producer.emit_ready();
    await stream.wait();
    assertEqual(chunks, ['news']);
});

test('/gjs/overrides/function-that-waits', async () => {
    const events = [];
    const stream = PullToPush.stream(numbers(2), async chunk => {
        const text = decoder.decode(chunk);
        events.push(`begin ${text}`);
        assertEqual(stream.dup_holders(), []);
        await settle();
        assertEqual(stream.dup_holders(), ['consumer']);
        events.push(`end ${text}`);
    });
    await stream.wait();
    assertEqual(events, ['begin 0 ', 'end 0 ', 'begin 1 ', 'end 1 ']);
});

// A producer may finish in the step that writes its last chunk.
test('/gjs/overrides/wait-for-the-last-promise', async () => {
    let kept = false;
    await PullToPush.stream(PullToPush.BytesProducer.new(bytes('all')), async () => {
        await settle();
        await settle();
        kept = true;
    }).wait();
    assert(kept);
});

test('/gjs/overrides/output-stream-is-closed', async () => {
    const output = Gio.MemoryOutputStream.new_resizable();
    await PullToPush.stream(numbers(3), output).wait();
    assert(output.is_closed());
    assertEqual(decoder.decode(output.steal_as_bytes().toArray()), '0 1 2 ');
});

test('/gjs/overrides/output-stream-that-is-closed-before', async () => {
    const output = Gio.MemoryOutputStream.new_resizable();
    output.close(null);
    const error = await rejects(PullToPush.stream(numbers(3), output).wait());
    assert(error instanceof GLib.Error, `${error}`);
});

test('/gjs/overrides/output-stream-that-fails', async () => {
    const full = Gio.File.new_for_path('/dev/full').append_to(Gio.FileCreateFlags.NONE, null);
    const error = await rejects(PullToPush.stream(numbers(3), full).wait());
    assertError(error, Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE, '0 bytes');
});

test('/gjs/overrides/output-stream-that-fails-meanwhile', async () => {
    const full = Gio.File.new_for_path('/dev/full').append_to(Gio.FileCreateFlags.NONE, null);
    const error = await rejects(PullToPush.stream(numbers(1e9), full).wait());
    assertError(error, Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE, '0 bytes');
});

test('/gjs/overrides/output-stream-that-is-stopped', async () => {
    const output = Gio.MemoryOutputStream.new_resizable();
    const stream = PullToPush.stream(numbers(3), output);
    stream.stop_streaming();
    assertError(await rejects(stream.wait()), PullToPush.Error, PullToPush.Error.STOPPED);
    assert(output.is_closed());
});

test('/gjs/overrides/consumer', async () => {
    const consumer = new Collector();
    await PullToPush.stream(numbers(2), consumer).wait();
    assertEqual(consumer.text, '0 1 ');
});

test('/gjs/overrides/cooperator-and-cancellable', async () => {
    const cooperator = PullToPush.Cooperator.new(null, GLib.PRIORITY_LOW);
    const cancellable = new Gio.Cancellable();
    const [stream, chunks] = collect(numbers(3), {cooperator, cancellable});
    assert(stream.cooperator === cooperator);
    cancellable.cancel();
    assertError(await rejects(stream.wait()), Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
    assertEqual(chunks, []);
});

test('/gjs/overrides/cancellable-as-argument', async () => {
    const cancellable = new Gio.Cancellable();
    const [stream, chunks] = collect(numbers(3), cancellable);
    const loop = PullToPush.chunks(numbers(3), cancellable);
    cancellable.cancel();
    assertError(await rejects(stream.wait()), Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
    assertError(await rejects(loop.next()), Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
    assertEqual(chunks, []);
});

test('/gjs/overrides/options-may-be-missing', async () => {
    for (const options of [undefined, null, {}, Object.create(null)]) {
        const [stream, chunks] = collect(numbers(1), options);
        // eslint-disable-next-line no-await-in-loop
        await stream.wait();
        assertEqual(chunks, ['0 ']);
    }
    await PullToPush.cooperate(numbers(1), null).wait();
});

test('/gjs/overrides/hold', async () => {
    const [stream, chunks] = collect(numbers(1));
    const hold = stream.hold('user');
    assertEqual(stream.dup_holders(), ['user']);
    await settle();
    assertEqual(chunks, []);
    hold.release();
    hold.release();
    stream.hold('battery');
    stream.release('battery');
    await stream.wait();
    assertEqual(chunks, ['0 ']);
});

test('/gjs/overrides/rules/L5/holds-of-one-name', async () => {
    const [stream, chunks] = collect(numbers(1));
    const first = stream.hold('user');
    const second = stream.hold('user');
    assertEqual([first.name, second.name], ['user', 'user']);
    assertEqual(stream.dup_holders(), ['user', 'user']);
    assertEqual(stream.holders, ['user', 'user']);
    first.release();
    first.release();
    assertEqual(stream.dup_holders(), ['user']);
    await settle();
    assertEqual(chunks, []);
    second.release();
    await stream.wait();
    assertEqual(chunks, ['0 ']);
    assertEqual(stream.dup_holders(), []);
});

test('/gjs/overrides/rules/L5/release-by-name', async () => {
    const [stream, chunks] = collect(numbers(1));
    const names = ['a\0b', 'a\0c', '\ud800', '', '#1 x', 'consumer'];
    for (const name of names)
        stream.hold(name);
    stream.hold('twice');
    const kept = stream.hold('twice');
    assertEqual(stream.dup_holders().sort(), [...names, 'twice', 'twice'].sort());
    stream.release('nobody');
    for (const name of names)
        stream.release(name);
    assertEqual(stream.dup_holders(), ['twice', 'twice']);
    // The last one of that name; its object has nothing left to release.
    stream.release('twice');
    kept.release();
    assertEqual(stream.dup_holders(), ['twice']);
    await settle();
    assertEqual(chunks, []);
    stream.release('twice');
    await stream.wait();
    assertEqual(chunks, ['0 ']);
});

test('/gjs/overrides/rules/L6/hold-after-the-end', async () => {
    const [stream] = collect(numbers(1));
    const before = stream.hold('user');
    before.release();
    await stream.wait();
    stream.hold('late').release();
    before.release();
    stream.release('late');
    assertEqual(stream.dup_holders(), []);
});

test('/gjs/overrides/hold-needs-a-name', async () => {
    const [stream] = collect(numbers(1));
    for (const name of [undefined, null, 3, {}])
        assert(throws(() => stream.hold(name)) instanceof TypeError);
    assertEqual(stream.dup_holders(), []);
    await stream.wait();
});

for (const [name, sink] of Object.entries({
    'function': () => 3,
    'async-function': async () => {
        await settle();
        return 3;
    },
    'nothing-taken': () => 0,
    'negative': () => -1,
})) {
    test(`/gjs/overrides/short-write/${name}`, async () => {
        let asked = 0;
        const stream = PullToPush.stream(['five!', 'five!'], chunk => {
            asked++;
            return sink(chunk);
        });
        const error = await rejects(stream.wait());
        assertError(error, PullToPush.Error, PullToPush.Error.FAILED, ' of 5 bytes');
        assert(error.message.includes(name.endsWith('function') ? '3 of' : '0 of'), error.message);
        assertEqual(asked, 1);
    });
}

test('/gjs/overrides/short-write/other-results', async () => {
    for (const result of [5, 6, NaN, Infinity, '3', true, false, null, {}, []]) {
        // eslint-disable-next-line no-await-in-loop
        await PullToPush.stream(['five!'], () => result).wait();
        // eslint-disable-next-line no-await-in-loop
        await PullToPush.stream(['five!'], async () => result).wait();
    }
});

// The last one may take its time after the end of the source.
test('/gjs/overrides/short-write/last-chunk', async () => {
    const stream = PullToPush.stream(PullToPush.BytesProducer.new(bytes('five!')), async () => {
        await settle();
        await settle();
        return 4;
    });
    assertError(await rejects(stream.wait()), PullToPush.Error, PullToPush.Error.FAILED, '4 of 5 bytes');
});

test('/gjs/overrides/chunks', async () => {
    const seen = [];
    for await (const chunk of PullToPush.chunks(numbers(3)))
        seen.push(decoder.decode(chunk));
    assertEqual(seen, ['0 ', '1 ', '2 ']);
});

test('/gjs/overrides/chunks-have-backpressure', async () => {
    let made = 0;
    function* counted() {
        for (;;) {
            made++;
            yield 'x';
        }
    }
    const chunks = PullToPush.chunks(counted());
    await settle();
    assertEqual(made, 0);
    await chunks.next();
    await settle();
    assertEqual(made, 1);
    await Promise.all([chunks.next(), chunks.next()]);
    assertEqual(made, 3);
    assertEqual((await chunks.return('left')).value, 'left');
    assertEqual((await chunks.next()).done, true);
});

test('/gjs/overrides/chunks-left', async () => {
    let closed = false;
    function* source() {
        try {
            yield* numbers(3);
        } finally {
            closed = true;
        }
    }
    const chunks = PullToPush.chunks(source());
    for await (const chunk of chunks) {
        assertEqual(decoder.decode(chunk), '0 ');
        break;
    }
    assert(closed, 'the source was not closed');
    assertEqual(chunks.stream.state, PullToPush.StreamState.STOPPED);
});

test('/gjs/overrides/cooperate', async () => {
    function* add() {
        let total = 0;
        for (let i = 0; i < 1000; i++) {
            total += i;
            yield;
        }
        return total + (yield Promise.resolve(1));
    }
    assertEqual(await PullToPush.cooperate(add()).wait(), 499501);
});

test('/gjs/overrides/cooperate-stopped', async () => {
    let closed = false;
    function* endless() {
        try {
            for (;;)
                yield;
        } finally {
            closed = true;
        }
    }
    const task = PullToPush.cooperate(endless());
    await settle();
    task.stop();
    assertError(await rejects(task.wait()), PullToPush.Error, PullToPush.Error.STOPPED);
    await settle();
    assert(closed, 'the generator was not closed');
});

test('/gjs/overrides/output-stream-that-is-kept-open', async () => {
    const output = Gio.MemoryOutputStream.new_resizable();
    const consumer = new PullToPush.OutputStreamConsumer({stream: output, keepOpen: true});
    await PullToPush.stream(numbers(2), consumer).wait();
    assert(!output.is_closed());
    assertEqual(Number(consumer.bytesWritten), 4);
});

test('/gjs/overrides/wait-in-both-styles', async () => {
    const [stream] = collect(numbers(1));
    const answers = [await stream.wait_async(null)];
    await new Promise(resolve => stream.wait_async(null, (_, result) => {
        answers.push(stream.wait_finish(result));
        resolve();
    }));
    assertEqual(answers, [true, true]);
});

for (const [name, what, func] of [
    ['number', 'number', () => PullToPush.stream(3, () => {})],
    ['null', 'null', () => PullToPush.stream(null, () => {})],
    ['undefined', 'undefined', () => PullToPush.stream()],
    ['generator-function', 'call the generator function', () => PullToPush.stream(numbers, () => {})],
    ['sink', 'number', () => PullToPush.stream([], 3)],
    ['no-sink', 'undefined', () => PullToPush.stream([])],
    ['cooperate', 'call the generator function', () => PullToPush.cooperate(numbers)],
    ['iterable-of-characters', 'put it in an array', () => PullToPush.fromIterable('text')],
    ['function', 'no consumer', () => PullToPush.fromFunction({})],
]) {
    test(`/gjs/overrides/refused/${name}`, () => {
        const error = throws(func);
        assert(error instanceof TypeError, `${error}`);
        assert(error.message.includes(what), error.message);
    });
}

run();
