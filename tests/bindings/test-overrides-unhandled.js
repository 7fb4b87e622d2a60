// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Rule E13: a failure that nobody waits for is printed, once, with its traceback.

import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';

import {assert, assertEqual, child, rejects, run, settle, test, until} from './tap.js';

const {StreamState} = PullToPush;
const decoder = new TextDecoder();
const messages = [];
let nSteps = 0;

GLib.log_set_writer_func((level, fields) => {
    const {LEVEL_CRITICAL, LEVEL_WARNING} = GLib.LogLevelFlags;
    if (level & (LEVEL_CRITICAL | LEVEL_WARNING))
        messages.push(decoder.decode(fields['MESSAGE']));
    return GLib.LogWriterOutput.HANDLED;
});

function* failsAsPlanned() {
    yield 'first';
    throw new RangeError('as planned');
}

function failing() {
    return PullToPush.stream(failsAsPlanned(), () => {});
}

// Calls a function in the turn in which the stream ends, and is not seen by the overrides.
function atEnd(stream, func) {
    GObject.Object.prototype.connect.call(stream, 'notify::state', () => {
        if (ended(stream))
            Promise.resolve().then(func);
    });
}

const ended = stream => stream.state >= StreamState.FINISHED;

// Returns what is printed: until that many messages are there, and some turns more.
async function printed(start, nExpected, handle = () => {}) {
    messages.length = 0;
    const stream = start();
    handle(stream);
    await until(() => ended(stream) && messages.length >= nExpected);
    for (let turn = 0; turn < 5; turn++) {
        // eslint-disable-next-line no-await-in-loop
        await settle();
    }
    return messages.splice(0);
}

for (const [name, where, start, ...words] of [
    ['generator', 'stream', failing, 'RangeError: as planned', 'failsAsPlanned@'],
    ['function', 'stream', () => PullToPush.stream(['a'], () => {
        throw new RangeError('as planned');
    }), 'as planned'],
    ['async-function', 'stream', () => PullToPush.stream(['a'], async () => {
        await settle();
        throw new RangeError('as planned');
    }), 'as planned'],
    ['cooperator', 'stream', () => PullToPush.stream(failsAsPlanned(), () => {},
        {cooperator: PullToPush.Cooperator.ref_default()}), 'as planned'],
    ['output-stream', 'stream', () => PullToPush.stream(['a'],
        Gio.File.new_for_path('/dev/full').append_to(Gio.FileCreateFlags.NONE, null)), '0 bytes'],
    ['cooperate', 'a task', () => PullToPush.cooperate(failsAsPlanned()), 'as planned'],
    ['step-function', 'a task', () => PullToPush.Cooperator.ref_default().cooperate(() => {
        throw new RangeError('as planned');
    }), 'as planned'],
    ['closed-generator', 'the end of a generator', () => PullToPush.cooperate((function* () {
        try {
            for (;;) {
                nSteps++;
                yield;
            }
        } finally {
            // eslint-disable-next-line no-unsafe-finally
            throw new RangeError('as planned');
        }
    })()), 'as planned'],
]) {
    test(`/gjs/overrides/rules/E13/${name}`, async () => {
        const said = await printed(start, 1, stream => {
            if (name === 'closed-generator')
                until(() => nSteps > 0).then(() => stream.stop());
        });
        assertEqual(said.length, 1, said.join('\n'));
        for (const word of [`Unhandled error in`, where, ...words])
            assert(said[0].includes(word), `no "${word}" in: ${said[0]}`);
    });
}

test('/gjs/overrides/rules/E13/any-value', async () => {
    const proxy = new Proxy({}, {
        get() {
            throw new Error('a trap');
        },
        getPrototypeOf() {
            throw new Error('a trap');
        },
    });
    for (const value of [undefined, null, 0, '', 'text', Symbol('text'), proxy, Object.create(null)]) {
        // eslint-disable-next-line no-await-in-loop
        const said = await printed(() => PullToPush.stream(['a'], () => {
            throw value;
        }), 1);
        assertEqual(said.length, 1, said.join('\n'));
    }
});

const CANCELLED = new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED, 'by somebody');

for (const [name, handle, start = failing] of [
    ['wait', stream => void stream.wait().catch(() => {})],
    ['wait-async', stream => stream.wait_async(null, () => {})],
    ['wait-of-a-task', task => void task.wait().catch(() => {}), () => PullToPush.cooperate(failsAsPlanned())],
    ['connected-to-failed', stream => stream.connect('failed', () => {})],
    ['connected-to-state', stream => stream.connect('notify::state', () => {})],
    ['connected-after', stream => stream.connect_after('notify::error', () => {})],
    ['late-wait', stream => atEnd(stream, () => stream.wait().catch(() => {}))],
    ['read-exception', stream => atEnd(stream, () => stream.exception)],
    ['read-error', stream => atEnd(stream, () => stream.error)],
    ['get-error', stream => atEnd(stream, () => stream.get_error())],
    ['stopped', stream => stream.stop_streaming()],
    ['stopped-task', task => task.stop(), () => PullToPush.cooperate(failsAsPlanned())],
    ['cancelled', () => {}, () => {
        const cancellable = new Gio.Cancellable();
        cancellable.cancel();
        return PullToPush.stream(failsAsPlanned(), () => {}, cancellable);
    }],
    ['cancelled-inside', () => {}, () => PullToPush.stream(['a'], () => {
        throw CANCELLED;
    })],
    ['finished', () => {}, () => PullToPush.stream(['a'], () => {})],
    ['chunks', () => {}, () => {
        const chunks = PullToPush.chunks(failsAsPlanned());
        chunks.next().then(() => chunks.next()).catch(() => {});
        return chunks.stream;
    }],
]) {
    test(`/gjs/overrides/rules/E13/silent/${name}`, async () => {
        assertEqual(await printed(start, 0, handle), []);
    });
}

// The signal of the end alone says nothing of a failure.
test('/gjs/overrides/rules/E13/connected-to-finished', async () => {
    assertEqual((await printed(failing, 1, stream => stream.connect('finished', () => {}))).length, 1);
});

// A promise that nobody looks at is told by GJS, once, when the program ends.
test('/gjs/overrides/rules/E13/ignored-promise', async () => {
    const {status, stderr} = await child(`
        import PullToPush from 'gi://PullToPush?version=1';
        const stream = PullToPush.stream((function* () {
            throw new RangeError('as planned');
        })(), () => {});
        stream.wait();
        await new Promise(resolve => stream.connect('notify::holders', resolve));
    `);
    assertEqual(status, 0);
    assertEqual(stderr.split('Unhandled').length - 1, 1, stderr);
    assert(stderr.includes('Unhandled promise rejection'), stderr);
});

test('/gjs/overrides/rules/E13/still-there-for-who-comes-late', async () => {
    const stream = failing();
    await until(() => ended(stream));
    await settle();
    await settle();
    const error = await rejects(stream.wait());
    assert(error instanceof RangeError && stream.exception === error);
});

run();
