// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A small Test Anything Protocol: test() takes what is to be run, run() runs it.

import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import System from 'system';

// Only a safety net: every test waits for an event.
const PATIENCE_SECONDS = 240;

const tests = [];

class AssertionError extends Error {
}

function show(value) {
    if (value instanceof Uint8Array)
        return `bytes ${new TextDecoder().decode(value)}`;
    return JSON.stringify(value) ?? String(value);
}

export function assert(condition, message = 'is not so') {
    if (!condition)
        throw new AssertionError(message);
}

export function assertEqual(actual, expected, message = '') {
    if (show(actual) !== show(expected))
        throw new AssertionError(`${show(actual)} is not ${show(expected)} ${message}`);
}

// The error must be of this domain and code; its message must have these words in it.
export function assertError(error, domain, code, ...words) {
    if (!(error instanceof GLib.Error) || !error.matches(domain, code))
        throw new AssertionError(`another error than expected: ${error}`);
    for (const word of words)
        assert(error.message.includes(word), `no "${word}" in: ${error.message}`);
}

export function throws(func) {
    try {
        func();
    } catch (error) {
        return error;
    }
    throw new AssertionError('nothing was thrown');
}

export async function rejects(promise) {
    try {
        await promise;
    } catch (error) {
        return error;
    }
    throw new AssertionError('the promise was kept');
}

// Resolves in a turn of the main loop in which the condition holds.
export function until(condition) {
    return new Promise(resolve => {
        GLib.idle_add(GLib.PRIORITY_LOW, () => {
            if (!condition())
                return GLib.SOURCE_CONTINUE;
            resolve();
            return GLib.SOURCE_REMOVE;
        });
    });
}

// Resolves once nothing of a higher priority is left to do.
export function settle() {
    return until(() => true);
}

// Runs a program in the same environment, to its end. What is critical there is for the caller to judge.
export async function spawn(...argv) {
    const {STDOUT_PIPE, STDERR_PIPE} = Gio.SubprocessFlags;
    const launcher = new Gio.SubprocessLauncher({flags: STDOUT_PIPE | STDERR_PIPE});
    launcher.unsetenv('G_DEBUG');
    const process = launcher.spawnv(argv);
    const [stdout, stderr] = await new Promise((resolve, reject) => {
        process.communicate_utf8_async(null, null, (_, result) => {
            try {
                resolve(process.communicate_utf8_finish(result).slice(1));
            } catch (error) {
                reject(error);
            }
        });
    });
    const signal = process.get_if_signaled() ? process.get_term_sig() : 0;
    return {status: signal === 0 ? process.get_exit_status() : null, signal, stdout, stderr};
}

// Runs a module in a process of its own.
export async function child(code) {
    const [file] = Gio.File.new_tmp('pulltopush-XXXXXX.js');
    GLib.file_set_contents(file.get_path(), code);
    try {
        return await spawn('gjs', '-m', file.get_path());
    } finally {
        file.delete(null);
    }
}

export function test(name, func) {
    tests.push([name, func]);
}

function explain(error) {
    const text = `${error}\n${error.stack ?? ''}`;
    for (const line of text.split('\n').filter(part => part !== ''))
        print(`# ${line}`);
}

async function runOne([name, func], number) {
    const timeout = GLib.timeout_add_seconds(GLib.PRIORITY_DEFAULT, PATIENCE_SECONDS, () => {
        print(`Bail out! ${name} waits in vain`);
        System.exit(1);
    });

    try {
        await func();
        print(`ok ${number} ${name}`);
        return true;
    } catch (error) {
        print(`not ok ${number} ${name}`);
        explain(error);
        return false;
    } finally {
        GLib.source_remove(timeout);
    }
}

async function runAll() {
    let good = tests.length > 0;

    for (const [index, entry] of tests.entries()) {
        // One after the other: they share the main loop.
        // eslint-disable-next-line no-await-in-loop
        good = await runOne(entry, index + 1) && good;
    }
    return good;
}

export function run() {
    const loop = new GLib.MainLoop(null, false);
    let status = 1;

    print(`1..${tests.length}`);
    runAll().then(good => {
        status = good ? 0 : 1;
    }).catch(explain).finally(() => loop.quit());
    loop.run();
    System.exit(status);
}
