// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later
/* exported Record, RECORD, guardClasses, guardReasons, guardStep, isThenable, nameOf, reportUnhandled, share, thrownBy */

// How an exception gets through C: as a GError that names it, and back as itself.
//
// C copies an error, and the copy is a new object without a stack. So the thrown value is kept in a
// record, which the stream shares with its two ends, and is found again by the text of the error.
// A thrown value can be anything: a proxy whose traps throw, undefined, a text with a NUL.

const {GLib, GObject} = imports.gi;

// On a stream, a task, or an end of a stream: its record.
var RECORD = Symbol('record');
// On the prototype of a class whose virtual functions are guarded.
const GUARDED = Symbol('guarded');

// The virtual functions that can fail, and the methods that call them. The others have no way to tell
// C of an exception.
const FALLIBLE = {
    PullProducer: ['produce'],
    Consumer: ['register_push_producer', 'write', 'finish', 'abort'],
};

// Those that have nothing to say if all is well.
const MAY_RETURN_NOTHING = ['finish', 'abort'];

// The methods that take an error, which may be any value that was thrown.
const TAKES_REASON = {
    PullProducer: ['cancel', 'emit_broken'],
    PushProducer: ['stop_producing'],
    Consumer: ['abort', 'emit_settle_failed'],
};

// How many exceptions a record keeps; the last one ends the stream.
const MANY = 16;

function isThenable(thing) {
    return typeof thing?.then === 'function';
}

function nameOf(thing) {
    if (thing === null || thing === undefined)
        return String(thing);
    const name = typeof thing === 'object' ? thing.constructor?.name : null;
    return name ? name : typeof thing;
}

// A proxy may throw when it is asked for its prototype.
function isA(thing, type) {
    try {
        return thing instanceof type;
    } catch {
        return false;
    }
}

function same(error, other) {
    return error.domain === other.domain && error.code === other.code && error.message === other.message;
}

function describe(exception) {
    try {
        return String(exception);
    } catch {
        return 'a value that has no text';
    }
}

// Prints an error that nobody else gets to see, whatever was thrown; logError() takes objects only.
function reportUnhandled(where, error) {
    const text = `Unhandled error in ${where}`;
    if (isA(error, Error) || isA(error, GLib.Error))
        logError(error, text);
    else
        logError(new Error(describe(error)), text);
}

// The values that were thrown while one stream ran, with the errors that C was told.
var Record = class {
    constructor(PullToPush) {
        this._errors = PullToPush.Error;
        this._thrown = [];
        this.value = true;
    }

    // Returns the error that tells C of an exception, after it was written down. Rule E2: it names
    // where the exception came from.
    note(exception, where) {
        const known = this._thrown.find(([thrown]) => Object.is(thrown, exception));
        if (known !== undefined)
            return known[1];
        const isError = isA(exception, GLib.Error);
        const error = isError
            ? exception
            : new GLib.Error(this._errors, this._errors.FAILED, `${where} threw ${describe(exception)}`);
        // An error that came from C may be the copy of one that is known.
        const index = this._thrown.findIndex(([, other]) => same(error, other));
        if (index < 0)
            this._thrown.push([exception, error]);
        else if (!isError)
            this._thrown[index] = [exception, error];
        // A program may catch what its consumer throws, again and again.
        if (this._thrown.length > MANY)
            this._thrown.shift();
        return error;
    }

    // The value that was thrown, if it is known.
    find(error) {
        if (!isA(error, GLib.Error))
            return error;
        const found = this._thrown.find(([, known]) => same(error, known));
        return found === undefined ? error : found[0];
    }
};

// Both ends write down what they catch in the record of their stream.
function share(record, ...ends) {
    for (const end of ends) {
        if (end?.[GUARDED] || end?.[RECORD] instanceof Record)
            end[RECORD] = record;
    }
}

// The exception behind an error of C, if the record of this end of a stream has it.
function thrownBy(end, error) {
    return end?.[RECORD] instanceof Record ? end[RECORD].find(error) : error;
}

// A step function of a cooperative task that may throw any value.
function guardStep(record, where, func) {
    return () => {
        try {
            return func();
        } catch (error) {
            throw record.note(error, where);
        }
    };
}

function noteBy(PullToPush, end, error, where) {
    end[RECORD] ??= new Record(PullToPush);
    return end[RECORD].note(error, where);
}

function guardMethod(PullToPush, name, func) {
    const nothing = MAY_RETURN_NOTHING.includes(name) ? PullToPush.EndResult.DONE : undefined;
    return function (...args) {
        try {
            const result = func.apply(this, args);
            return result === undefined ? nothing : result;
        } catch (error) {
            throw noteBy(PullToPush, this, error, `${this.constructor.$gtype.name}.${name}()`);
        }
    };
}

// GJS takes the virtual functions from the prototype when it registers the class. The guards are there
// for that moment only, so that super.vfunc_produce() throws to JavaScript what it always threw.
function registerGuarded(PullToPush, klass, names, register) {
    const {prototype} = klass;
    const originals = [];

    for (const name of names) {
        const descriptor = Object.getOwnPropertyDescriptor(prototype, `vfunc_${name}`);
        if (typeof descriptor?.value !== 'function' || !descriptor.configurable)
            continue;
        const value = guardMethod(PullToPush, name, descriptor.value);
        originals.push([`vfunc_${name}`, descriptor]);
        Object.defineProperty(prototype, `vfunc_${name}`, {...descriptor, value});
    }
    try {
        return register();
    } finally {
        for (const [name, descriptor] of originals)
            Object.defineProperty(prototype, name, descriptor);
        prototype[GUARDED] = true;
    }
}

// GJS copies the methods of an interface to the classes in JavaScript that implement it, which are
// those that may throw any value.
function guardCalls(iface, names) {
    for (const name of names) {
        const method = iface[name];
        if (method === undefined)
            continue;
        iface[name] = function (...args) {
            try {
                return method.apply(this, args);
            } catch (error) {
                throw thrownBy(this, error);
            }
        };
    }
}

function guardReasons(PullToPush, prototype, names) {
    for (const name of names) {
        const method = prototype[name];
        prototype[name] = function (...reasons) {
            const errors = reasons.map(reason => noteBy(PullToPush, this, reason, `The caller of ${name}()`));
            return method.apply(this, errors);
        };
    }
}

// Classes that implement an interface of ours may throw any value. GObject.registerClass() has no hook
// for an interface, so this wraps the one for classes, as the overrides of Gtk do for widgets.
function guardClasses(PullToPush) {
    const {_classInit} = GObject.Object;

    for (const [name, names] of Object.entries(FALLIBLE))
        guardCalls(PullToPush[name].prototype, names);
    for (const [name, names] of Object.entries(TAKES_REASON))
        guardReasons(PullToPush, PullToPush[name].prototype, names);
    GObject.Object._classInit = function (klass) {
        const register = () => _classInit.call(this, klass);
        const implemented = Object.hasOwn(klass, GObject.interfaces) ? klass[GObject.interfaces] : [];
        const names = Object.keys(FALLIBLE)
            .filter(name => implemented.includes(PullToPush[name]))
            .flatMap(name => FALLIBLE[name]);

        return names.length === 0 ? register() : registerGuarded(PullToPush, klass, names, register);
    };
}
