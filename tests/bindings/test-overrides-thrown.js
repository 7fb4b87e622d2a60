// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Rule E14: a thrown value arrives as itself, whatever it is and wherever it was thrown.

import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';

import {Collector, FINISHED, ListProducer, MORE, Pusher, stream} from './doubles.js';
import {assert, assertEqual, assertError, rejects, run, settle, test, throws, until} from './tap.js';

class OwnError extends Error {
}

const refuse = () => {
    throw new Error('a trap');
};

// In an array: a promise would ask the proxy below whether it is a promise.
function caught(promise) {
    return promise.then(() => ['nothing was thrown'], error => [error]);
}

const values = {
    'error': new RangeError('as planned'),
    'subclass': new OwnError('of a class of its own'),
    'nul': new Error('before\0after'),
    'lone-surrogate': new Error('half \ud800 of it'),
    'gerror': new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE, 'no room'),
    'gerror-with-nul': new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.FAILED, 'no\0room'),
    'string': 'text',
    'string-with-nul': 'before\0after',
    'string-with-lone-surrogate': '\udc00',
    'number': 3,
    'bigint': 5n,
    'symbol': Symbol('as planned'),
    'nan': NaN,
    'undefined': undefined,
    'null': null,
    'zero': 0,
    'false': false,
    'empty-string': '',
    'without-text': {toString: refuse},
    'without-prototype': Object.create(null),
    'proxy': new Proxy({}, {get: refuse, has: refuse, getPrototypeOf: refuse}),
};

const Broken = GObject.registerClass({
    GTypeName: 'JsBroken',
    Implements: [PullToPush.PullProducer],
}, class Broken extends GObject.Object {
    constructor(value) {
        super();
        this.value = value;
    }

    vfunc_produce() {
        throw this.value;
    }

    vfunc_cancel() {
    }
});

// The class above throws; this one only passes on what super throws.
const BrokenAgain = GObject.registerClass({
    GTypeName: 'JsBrokenAgain',
    Implements: [PullToPush.PullProducer],
}, class BrokenAgain extends Broken {
    vfunc_produce(consumer) {
        try {
            return super.vfunc_produce(consumer);
        } catch (error) {
            this.caught = error;
            throw error;
        }
    }
});

const Refusing = GObject.registerClass({
    GTypeName: 'JsRefusingWithValue',
    Implements: [PullToPush.Consumer],
}, class Refusing extends Collector {
    constructor(fail) {
        super();
        this.fail = fail;
    }

    vfunc_register_push_producer() {
        return this.fail();
    }
});

const paths = {
    'generator': value => PullToPush.stream((function* () {
        yield 'first';
        throw value;
    })(), () => {}),
    'async-generator': value => PullToPush.stream((async function* () {
        yield 'first';
        await settle();
        throw value;
    })(), () => {}),
    'promise-of-generator': value => PullToPush.stream((function* () {
        yield Promise.reject(value);
    })(), () => {}),
    'function': value => PullToPush.stream(['a', 'b'], () => {
        throw value;
    }),
    'async-function': value => PullToPush.stream(['a', 'b'], async () => {
        await settle();
        throw value;
    }),
    'thenable-of-function': value => PullToPush.stream(['a', 'b'], () => ({
        then() {
            throw value;
        },
    })),
    'cooperate': value => PullToPush.cooperate((function* () {
        yield;
        throw value;
    })()),
    'promise-of-cooperate': value => PullToPush.cooperate((function* () {
        yield Promise.reject(value);
    })()),
    'step-function': value => PullToPush.Cooperator.ref_default().cooperate(() => {
        throw value;
    }),
    'produce': value => PullToPush.stream(new Broken(value), () => {}),
    'produce-of-subclass': value => PullToPush.stream(new BrokenAgain(value), () => {}),
    'write': value => PullToPush.stream(['a'], new Collector(() => {
        throw value;
    })),
    'produce-and-write': value => stream(new ListProducer('a'), new Collector(() => {
        throw value;
    })),
    'constructor': value => {
        const consumer = new Collector();
        const adapter = new PullToPush.PullToPush({producer: new Broken(value), consumer});
        consumer.register_push_producer(adapter);
        adapter.start_streaming();
        return adapter;
    },
    'new': value => {
        const consumer = new Collector();
        const adapter = PullToPush.PullToPush.new(new Broken(value), consumer);
        consumer.register_push_producer(adapter);
        adapter.start_streaming();
        return adapter;
    },
    'cooperator': value => PullToPush.stream(new Broken(value), () => {},
        {cooperator: PullToPush.Cooperator.ref_default()}),
};

for (const [path, start] of Object.entries(paths)) {
    test(`/gjs/overrides/rules/E14/${path}`, async () => {
        for (const [name, value] of Object.entries(values)) {
            const stream = start(value);
            // eslint-disable-next-line no-await-in-loop
            assert(Object.is((await caught(stream.wait()))[0], value), name);
            assert(Object.is(stream.exception, value), `${name} as exception`);
            // eslint-disable-next-line no-await-in-loop
            assert(Object.is((await caught(stream.wait_async(null)))[0], value), `${name} from wait_async()`);
        }
    });
}

test('/gjs/overrides/rules/E14/chunks', async () => {
    for (const [name, value] of Object.entries(values)) {
        const chunks = PullToPush.chunks((function* () {
            yield 'first';
            throw value;
        })());
        // eslint-disable-next-line no-await-in-loop
        await chunks.next();
        // eslint-disable-next-line no-await-in-loop
        assert(Object.is((await caught(chunks.next()))[0], value), name);
    }
});

test('/gjs/overrides/rules/E14/finish-in-the-style-of-gio', async () => {
    const value = values['subclass'];
    const adapter = PullToPush.stream(new Broken(value), () => {});
    const error = await new Promise(resolve => adapter.wait_async(null, (_, result) => {
        resolve(throws(() => adapter.wait_finish(result)));
    }));
    assert(error === value, `${error}`);
});

test('/gjs/overrides/rules/E14/super-throws-what-it-throws', async () => {
    const producer = new BrokenAgain(values['subclass']);
    await rejects(PullToPush.stream(producer, () => {}).wait());
    assert(producer.caught === values['subclass'], `${producer.caught}`);
});

// A class that JavaScript calls through C throws to its caller what it threw.
for (const [name, call] of Object.entries({
    write: fail => new Collector(fail).write(new Uint8Array(1)),
    produce: fail => new ListProducer(fail).produce(new Collector()),
    register: fail => new Refusing(fail).register_push_producer(new Pusher()),
    'register-in-stream': fail => PullToPush.stream(['a'], new Refusing(fail)),
    'register-with-cooperator': fail => PullToPush.stream(['a'], new Refusing(fail),
        {cooperator: PullToPush.Cooperator.ref_default()}),
})) {
    test(`/gjs/overrides/rules/E14/called-by-hand/${name}`, async () => {
        for (const value of Object.values(values)) {
            // eslint-disable-next-line no-await-in-loop
            const [error] = await caught(new Promise(() => call(() => {
                throw value;
            })));
            assert(Object.is(error, value));
        }
    });
}

const Stage = GObject.registerClass({
    GTypeName: 'JsStage',
    Implements: [PullToPush.PullProducer],
}, class Stage extends GObject.Object {
    constructor(inner) {
        super();
        this.inner = inner;
    }

    vfunc_produce(consumer) {
        return this.inner.produce(consumer);
    }

    vfunc_cancel(...reasons) {
        this.inner.cancel(...reasons);
    }
});

test('/gjs/overrides/rules/E14/through-stages', async () => {
    const value = values['subclass'];
    const fail = () => {
        throw value;
    };
    for (const adapter of [
        PullToPush.stream(new Stage(new Stage(new ListProducer(fail))), () => {}),
        PullToPush.stream(new Stage(new ListProducer('a')), new Collector(fail)),
    ]) {
        // eslint-disable-next-line no-await-in-loop
        assert(await rejects(adapter.wait()) === value);
        assert(adapter.get_error().message.includes('of a class of its own'));
    }
});

test('/gjs/overrides/rules/E5/the-error-of-write', async () => {
    const adapter = PullToPush.stream(new ListProducer('a'), new Collector(() => {
        throw values['subclass'];
    }));
    await rejects(adapter.wait());
    assertError(adapter.get_error(), PullToPush.Error, PullToPush.Error.FAILED, 'JsCollector.write()');
});

// C, and whoever reads the error there, sees the class and the function.
test('/gjs/overrides/rules/E2/virtual-function', async () => {
    const adapter = stream(new Broken(values['subclass']), new Collector());
    await rejects(adapter.wait());
    assertError(adapter.get_error(), PullToPush.Error, PullToPush.Error.FAILED,
        'JsBroken.produce()', 'of a class of its own');
});

// The later of two errors with the same text is the one that ended the stream.
test('/gjs/overrides/rules/E14/same-text-twice', async () => {
    const errors = [];
    const fail = () => {
        errors.push(new Error('once more'));
        throw errors.at(-1);
    };
    const swallow = consumer => {
        throws(() => consumer.write(new Uint8Array(1)));
        return MORE;
    };
    const adapter = stream(new ListProducer(swallow, fail, () => FINISHED), new Collector(fail));
    const error = await rejects(adapter.wait());
    assert(error === errors.at(-1));
    assert(errors.length >= 1);
});

test('/gjs/overrides/rules/E14/closing', async () => {
    // Nobody can be told of it, and it does not hide the end.
    for (const value of [undefined, 'text', values['proxy']]) {
        let closed = false;
        const source = {
            [Symbol.asyncIterator]() {
                return this;
            },
            next: () => Promise.resolve({done: false, value: 'x'}),
            return() {
                closed = true;
                throw value;
            },
        };
        const adapter = PullToPush.stream(source, () => {});
        // eslint-disable-next-line no-await-in-loop
        await until(() => adapter.nSteps > 0);
        adapter.stop_streaming();
        // eslint-disable-next-line no-await-in-loop
        const error = await rejects(adapter.wait());
        assertError(error, PullToPush.Error, PullToPush.Error.STOPPED);
        assertEqual(closed, true);
    }
});

run();
