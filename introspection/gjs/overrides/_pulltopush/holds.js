// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later
/* exported overrideHolds */

// In C a hold is a name, and holding twice under one name is holding once. Here each hold is an object:
// two parts of a program may use the same name and do not release each other's hold. So C gets a name
// with a number in front, which stays unique where C cuts the name at a NUL.

const {nameOf} = imports.overrides._pulltopush.errors;

// On a stream: its holds, by number.
const HOLDS = Symbol('holds');

let lastNumber = 0;

// One hold of a stream, until it is released.
class Hold {
    constructor(stream, name, releaseName) {
        this.name = name;
        this._number = ++lastNumber;
        this._stream = stream;
        this._releaseName = releaseName;
    }

    get _nameInC() {
        return `#${this._number} ${this.name}`;
    }

    release() {
        const stream = this._stream;
        if (stream === null)
            return;
        this._stream = null;
        stream[HOLDS].delete(this._number);
        this._releaseName.call(stream, this._nameInC);
    }
}

function findHold(stream, nameInC) {
    const number = /^#(\d+) /.exec(nameInC);
    return number === null ? undefined : stream[HOLDS]?.get(Number(number[1]));
}

function overrideHolds(prototype) {
    const {hold, release, dup_holders: dupHolders} = prototype;

    prototype.hold = function (name) {
        if (typeof name !== 'string')
            throw new TypeError(`hold() needs a name, not a value of type ${nameOf(name)}`);
        const taken = new Hold(this, name, release);
        this[HOLDS] ??= new Map();
        this[HOLDS].set(taken._number, taken);
        hold.call(this, taken._nameInC);
        return taken;
    };

    // For a hold whose object nobody kept: the last one of that name, or one that C has.
    prototype.release = function (name) {
        const holds = [...this[HOLDS]?.values() ?? []].filter(taken => taken.name === name);
        if (holds.length > 0)
            holds.at(-1).release();
        else
            release.call(this, name);
    };

    prototype.dup_holders = function () {
        return dupHolders.call(this).map(nameInC => findHold(this, nameInC)?.name ?? nameInC);
    };
    Object.defineProperty(prototype, 'holders', {
        configurable: true,
        get() {
            return this.dup_holders();
        },
    });
}
