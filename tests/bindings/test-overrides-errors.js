// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What is thrown in JavaScript arrives where the stream is awaited, as it was thrown.

import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';

import {Collector} from './doubles.js';
import {assert, assertEqual, assertError, rejects, run, settle, test, throws} from './tap.js';

const thrown = new RangeError('as planned');

function* failing() {
    yield 'first';
    throw thrown;
}

function fails() {
    throw thrown;
}

async function failsLater() {
    await settle();
    throw thrown;
}

for (const [name, start] of [
    ['generator', () => PullToPush.stream(failing(), () => {})],
    ['function', () => PullToPush.stream(['a', 'b'], fails)],
    ['promise-of-generator', () => PullToPush.stream((function* () {
        yield failsLater();
    })(), () => {})],
    ['promise-of-function', () => PullToPush.stream(['a', 'b'], failsLater)],
    ['async-generator', () => PullToPush.stream((async function* () {
        yield 'first';
        await failsLater();
    })(), () => {})],
    ['cooperate', () => PullToPush.cooperate(failing())],
    ['both-ends-of-an-adapter', () => PullToPush.PullToPush.stream(
        PullToPush.fromIterable(['a']), PullToPush.fromFunction(fails))],
    ['cooperator', () => PullToPush.stream(failing(), () => {},
        {cooperator: PullToPush.Cooperator.ref_default()})],
]) {
    test(`/gjs/overrides/thrown/${name}`, async () => {
        const stream = start();
        const error = await rejects(stream.wait());
        assert(error === thrown, `another error: ${error}`);
        assert(stream.exception === thrown);
    });
}

test('/gjs/overrides/thrown/handler-and-consumer', async () => {
    const consumer = new Collector();
    const stream = PullToPush.stream(failing(), consumer);
    let seen = null;
    stream.connect('failed', (self, error) => (seen = [self.exception, error]));
    await rejects(stream.wait());
    await settle();
    assert(seen[0] === thrown);
    assertError(seen[1], PullToPush.Error, PullToPush.Error.FAILED, 'RangeError', 'as planned');
    assertEqual(consumer.text, 'first');
    assertEqual(consumer.ends, ['abort']);
    assertError(consumer.reasons[0], PullToPush.Error, PullToPush.Error.FAILED, 'as planned');
});

test('/gjs/overrides/thrown/gerror-stays', async () => {
    const stream = PullToPush.stream(['a'], () => {
        throw new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE, 'no room');
    });
    assertError(await rejects(stream.wait()), Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE, 'no room');
});

test('/gjs/overrides/thrown/what-has-no-text', async () => {
    const odd = {
        toString() {
            throw new Error('no text');
        },
    };
    const error = await rejects(PullToPush.stream(['a'], () => {
        throw odd;
    }).wait());
    assert(error === odd);
});

test('/gjs/overrides/thrown/bad-chunk', async () => {
    for (const chunk of [3, {}, [1], true]) {
        let closed = false;
        const stream = PullToPush.stream((function* () {
            try {
                yield chunk;
            } finally {
                closed = true;
            }
        })(), () => {});
        // eslint-disable-next-line no-await-in-loop
        const error = await rejects(stream.wait());
        assert(error instanceof TypeError && error.message.includes('A chunk is'), `${error}`);
        assert(closed);
    }
});

test('/gjs/overrides/thrown/chunks', async () => {
    const seen = [];
    const error = await rejects((async () => {
        for await (const chunk of PullToPush.chunks(failing()))
            seen.push(chunk.length);
    })());
    assert(error === thrown);
    assertEqual(seen, [5]);
});

test('/gjs/overrides/thrown/wait-is-cancelled', async () => {
    const cancellable = new Gio.Cancellable();
    const stream = PullToPush.stream((function* () {
        yield;
    })(), () => {});
    const waiting = stream.wait(cancellable);
    cancellable.cancel();
    assertError(await rejects(waiting), Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
    assert(stream.exception === null);
    stream.stop_streaming();
    assertError(await rejects(stream.wait()), PullToPush.Error, PullToPush.Error.STOPPED);
});

test('/gjs/overrides/options/refused-before-anything-begins', async () => {
    const seen = [];
    const take = chunk => {
        seen.push(chunk);
    };
    for (const [options, words] of [
        [{cancelable: null}, 'no option cancelable: it takes a Gio.Cancellable or {cooperator, cancellable}'],
        [{cancellable: 3}, 'cancellable is to be a Gio.Cancellable, not of type number'],
        [{cooperator: {}}, 'cooperator is to be a PullToPush.Cooperator, not of type Object'],
    ]) {
        const error = throws(() => PullToPush.stream(['a'], take, options));
        assert(error instanceof TypeError && error.message.includes(words), `${error}`);
        assert(throws(() => PullToPush.chunks(['a'], options)) instanceof TypeError);
    }
    const foreign = [new Gio.SimpleAction({name: 'x'}), PullToPush.Cooperator.ref_default(), 3, 'text',
        true, [], new Map(), () => {}, new Date(), new class Options {}()];
    for (const options of foreign) {
        const error = throws(() => PullToPush.stream(['a'], take, options));
        assert(error instanceof TypeError, `${error}`);
        assert(error.message.includes('a Gio.Cancellable or {cooperator, cancellable}'), error.message);
        assert(throws(() => PullToPush.chunks(['a'], options)) instanceof TypeError);
        const other = throws(() => PullToPush.cooperate(failing(), options));
        assert(other instanceof TypeError && other.message.includes('takes {cooperator}'), `${other}`);
    }
    assert(throws(() => PullToPush.cooperate(failing(), new Gio.Cancellable())) instanceof TypeError);
    assert(throws(() => PullToPush.cooperate(failing(), {cooperator: 3})) instanceof TypeError);
    assert(throws(() => PullToPush.cooperate(failing(), {cancellable: null})) instanceof TypeError);
    await settle();
    assertEqual(seen, []);
    await PullToPush.stream(['a'], take, {cancellable: null, cooperator: undefined}).wait();
    assertEqual(seen.length, 1);
});

run();
