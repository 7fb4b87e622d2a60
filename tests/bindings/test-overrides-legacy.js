// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The imports of before ES modules: gjs test-overrides-legacy.js

imports.gi.versions.PullToPush = '1';
const {GLib, PullToPush} = imports.gi;
const System = imports.system;

const loop = new GLib.MainLoop(null, false);
const chunks = [];
let good = false;

PullToPush.stream(['one', 'two'], chunk => void chunks.push(chunk.length)).wait().then(() => {
    good = chunks.join() === '3,3' && typeof PullToPush.chunks === 'function';
}).catch(logError).finally(() => loop.quit());

print('1..1');
loop.run();
print(`${good ? 'ok' : 'not ok'} 1 /gjs/overrides/legacy`);
System.exit(good ? 0 : 1);
