// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Everything that can go wrong in JavaScript arrives as one error, and nothing hangs.

import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';

import {Collector, FINISHED, ListProducer, STOPPED, bytes, stream} from './doubles.js';
import {assert, assertEqual, assertError, rejects, run, settle, test, throws} from './tap.js';

const {Error: PtpError, StreamState} = PullToPush;

function throwOwn() {
    throw new Gio.IOErrorEnum({code: Gio.IOErrorEnum.NO_SPACE, message: 'the disk is tired'});
}

function throwForeign() {
    throw new TypeError('nothing C has ever heard of');
}

// Streams, and gives back the error that the stream must end with.
async function fails(producer, consumer) {
    const ends = [];
    const adapter = stream(producer, consumer);
    for (const name of ['finished', 'stopped', 'failed'])
        adapter.connect(name, () => ends.push(name));
    const error = await rejects(adapter.wait_async(null));
    await settle();
    assertEqual(ends, ['failed']);
    assertEqual(adapter.state, StreamState.FAILED);
    // With the overrides, the exception is the one that was thrown, and C knows where that was.
    assert(adapter.error.message.endsWith(error.message), adapter.error.message);
    return error;
}

test('/gjs/errors/own-error-in-produce', async () => {
    const producer = new ListProducer('a', throwOwn);
    const consumer = new Collector();
    const error = await fails(producer, consumer);

    assertError(error, Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE, 'the disk is tired');
    assertEqual(consumer.text, 'a');
    assertEqual(consumer.ends, ['abort']);
    assertEqual(consumer.reasons.map(({message}) => message), ['the disk is tired']);
    assertEqual([consumer.nUnregistered, producer.nCancelled], [1, 0]);
});

test('/gjs/errors/foreign-exception-in-produce', async () => {
    const error = await fails(new ListProducer(throwForeign), new Collector());
    assert(error instanceof TypeError, `${error}`);
    assertEqual(error.message, 'nothing C has ever heard of');
});

// What is no step result GJS itself refuses, in words that say what was expected.
for (const [name, [answer, ...words]] of Object.entries({
    'forgotten-return': [undefined, 'enum', 'undefined'],
    'null': [null, 'enum', 'null'],
    'true': [true, 'enum', 'boolean'],
    'text': ['more', 'enum', 'string'],
    'object': [{}, 'enum', 'Object'],
    'number': [42, '42', 'StepResult'],
    'negative': [-1, '-1', 'StepResult'],
})) {
    test(`/gjs/errors/produce-answers/${name}`, async () => {
        const error = await fails(new ListProducer(() => answer), new Collector());
        for (const word of words)
            assert(error.message.includes(word), error.message);
    });
}

for (const [name, answer] of Object.entries({'failed': PullToPush.StepResult.FAILED, 'no-number': NaN})) {
    test(`/gjs/errors/produce-answers/${name}`, async () => {
        const error = await fails(new ListProducer(() => answer), new Collector());
        assertError(error, PtpError, PtpError.FAILED, 'JsListProducer', 'produce()');
    });
}

const Mute = GObject.registerClass({
    GTypeName: 'JsMute',
    Implements: [PullToPush.PullProducer],
}, class Mute extends GObject.Object {});

test('/gjs/errors/missing-produce', () => {
    for (const call of [
        () => stream(new Mute(), new Collector()),
        () => new Mute().produce(new Collector()),
    ]) {
        const error = throws(call);
        assertError(error, PtpError, PtpError.NOT_IMPLEMENTED, 'JsMute', 'produce()');
    }
});

const Wall = GObject.registerClass({
    GTypeName: 'JsWall',
    Implements: [PullToPush.Consumer],
}, class Wall extends GObject.Object {});

test('/gjs/errors/missing-methods-of-a-consumer', () => {
    const producer = new ListProducer('a');
    assertError(throws(() => stream(producer, new Wall())),
        PtpError, PtpError.NOT_IMPLEMENTED, 'JsWall');
    assertError(throws(() => new Wall().write(bytes('a'))),
        PtpError, PtpError.NOT_IMPLEMENTED, 'JsWall', 'write()');
    assertEqual(producer.nSteps, 0);
});

const Deaf = GObject.registerClass({
    GTypeName: 'JsDeaf',
    Implements: [PullToPush.PushProducer],
}, class Deaf extends GObject.Object {});

test('/gjs/errors/missing-methods-of-a-push-producer', () => {
    const error = throws(() => new Collector().register_push_producer(new Deaf()));
    assertError(error, PtpError, PtpError.NOT_IMPLEMENTED, 'JsDeaf', 'pause_producing()');
    const deaf = new Deaf();
    deaf.pause_producing();
    deaf.resume_producing();
    deaf.stop_producing(STOPPED);
});

test('/gjs/errors/own-error-in-write', async () => {
    const producer = new ListProducer('a', 'b');
    const error = await fails(producer, new Collector(throwOwn));
    assertError(error, Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE, 'the disk is tired');
    assertEqual(producer.nSteps, 1);
});

test('/gjs/errors/foreign-exception-in-write', async () => {
    const error = await fails(new ListProducer('a'), new Collector(throwForeign));
    assert(error.message.includes('nothing C has ever heard of'), error.message);
});

const Forgetful = GObject.registerClass({
    GTypeName: 'JsForgetful',
    Implements: [PullToPush.Consumer],
}, class Forgetful extends Collector {
    vfunc_write() {
    }
});

test('/gjs/errors/forgotten-return-in-write', async () => {
    const error = await fails(new ListProducer('a'), new Forgetful());
    assertError(error, PtpError, PtpError.FAILED, 'JsForgetful', 'write()');
});

test('/gjs/errors/rules/L22/swallowed-error-of-write', async () => {
    const swallow = consumer => {
        throws(() => consumer.write(bytes('a')));
        return FINISHED;
    };
    const error = await fails(new ListProducer(swallow), new Collector(throwOwn));
    assertError(error, Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE, 'the disk is tired');
});

const Stubborn = GObject.registerClass({
    GTypeName: 'JsStubborn',
    Implements: [PullToPush.Consumer],
}, class Stubborn extends Collector {
    constructor(answer) {
        super();
        this.answer = answer;
    }

    vfunc_finish() {
        return this.answer();
    }
});

for (const [name, [answer, ...words]] of Object.entries({
    'own-error': [throwOwn, 'the disk is tired'],
    'foreign-exception': [throwForeign, 'ever heard of'],
    'failed': [() => PullToPush.EndResult.FAILED, 'JsStubborn', 'finish()'],
    'number': [() => 42, '42', 'EndResult'],
})) {
    test(`/gjs/errors/finish-answers/${name}`, async () => {
        const error = await fails(new ListProducer('a'), new Stubborn(answer));
        for (const word of words)
            assert(error.message.includes(word), error.message);
    });
}

const Refusing = GObject.registerClass({
    GTypeName: 'JsRefusing',
    Implements: [PullToPush.Consumer],
}, class Refusing extends Collector {
    constructor(answer) {
        super();
        this.answer = answer;
    }

    vfunc_register_push_producer() {
        return this.answer();
    }
});

test('/gjs/errors/rules/L11/closed-consumer', async () => {
    const producer = new ListProducer('a');
    const closed = () => {
        throw new GLib.Error(PtpError, PtpError.CLOSED, 'nothing more, thank you');
    };
    const error = throws(() => stream(producer, new Refusing(closed)));
    assertError(error, PtpError, PtpError.CLOSED, 'thank you');
    await settle();
    assertEqual([producer.nSteps, producer.nCancelled], [0, 1]);
    assertError(producer.reasons[0], PtpError, PtpError.CLOSED, 'thank you');
});

for (const [name, answer] of Object.entries({nothing: undefined, 'false': false})) {
    test(`/gjs/errors/registration-answers/${name}`, () => {
        const error = throws(() => stream(new ListProducer('a'), new Refusing(() => answer)));
        assertError(error, PtpError, PtpError.FAILED, 'JsRefusing', 'register_push_producer()');
    });
}

run();
