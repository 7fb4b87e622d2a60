// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later
/* exported Record, isThenable, nameOf */

// How an exception gets through C: as a GError that names it, and back as itself.
//
// C copies an error, and what comes out is a new object without a stack. So what was thrown is kept
// in a record, which the stream shares with its two ends, and found again by what the error says.

const {GLib} = imports.gi;

function isThenable(thing) {
    return typeof thing?.then === 'function';
}

function nameOf(thing) {
    if (thing === null || thing === undefined)
        return String(thing);
    const name = typeof thing === 'object' ? thing.constructor?.name : null;
    return name ? name : typeof thing;
}

function same(error, other) {
    return error.domain === other.domain && error.code === other.code && error.message === other.message;
}

function describe(exception) {
    try {
        return `${exception}`;
    } catch {
        return 'something that has no text';
    }
}

// What was thrown while one stream ran, with the errors that C was told.
var Record = class {
    constructor(PullToPush) {
        this._errors = PullToPush.Error;
        this._thrown = [];
        // What ended it from here, where C knows of no error.
        this.failure = null;
        this.value = true;
    }

    // Returns the error that tells C of an exception, after it was written down. Rule E2: it names
    // where that came from.
    note(exception, where) {
        const error = exception instanceof GLib.Error
            ? exception
            : new GLib.Error(this._errors, this._errors.FAILED, `${where} threw ${describe(exception)}`);
        if (!this._thrown.some(([, known]) => same(error, known)))
            this._thrown.push([exception, error]);
        return error;
    }

    // What was thrown, if it is known.
    find(error) {
        const found = this._thrown.find(([, known]) => same(error, known));
        return found === undefined ? error : found[0];
    }
};
