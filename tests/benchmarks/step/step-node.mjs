// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What one step costs in Node: through pipe(), and through pipeTo() of the web's streams.

import {Readable, Writable} from 'node:stream';
import {ReadableStream, WritableStream} from 'node:stream/web';
import {argv, exit, hrtime, version} from 'node:process';

const CHUNK_SIZE = 64;
const chunk = Buffer.alloc(CHUNK_SIZE);

// Times the steps between the last one of the warm-up and the last one of all.
class Clock {
    constructor(steps) {
        this.steps = steps;
        this.warmUp = Math.max(Math.floor(steps / 5), 1);
        this.left = this.warmUp;
        this.start = 0n;
        this.nanoseconds = 0;
    }

    // When left is zero: whether it was the last step.
    passed() {
        const now = hrtime.bigint();
        if (this.start === 0n) {
            this.left = this.steps;
            this.start = now;
            return false;
        }
        this.nanoseconds = Number(now - this.start) / this.steps;
        return true;
    }
}

// The clock is read where the chunk arrives, since either kind reads ahead.
function measurePipe(clock) {
    let bytes = 0;
    let ended = false;
    const readable = new Readable({
        read() {
            this.push(ended ? null : chunk);
        },
    });
    const writable = new Writable({
        write(data, _encoding, callback) {
            if (!ended) {
                bytes += data.length;
                ended = --clock.left === 0 && clock.passed();
            }
            callback();
        },
    });

    return new Promise((resolve, reject) => {
        writable.on('finish', () => resolve(bytes));
        writable.on('error', reject);
        readable.pipe(writable);
    });
}

async function measurePipeTo(clock) {
    let bytes = 0;
    let ended = false;
    const readable = new ReadableStream({
        pull(controller) {
            if (ended)
                controller.close();
            else
                controller.enqueue(chunk);
        },
    });
    const writable = new WritableStream({
        write(data) {
            if (!ended) {
                bytes += data.length;
                ended = --clock.left === 0 && clock.passed();
            }
        },
    });

    await readable.pipeTo(writable);
    return bytes;
}

async function measure(name, measurement, steps) {
    const clock = new Clock(steps);
    const bytes = await measurement(clock);
    const wanted = (clock.warmUp + clock.steps) * CHUNK_SIZE;
    if (bytes !== wanted) {
        console.error(`${name}: ${bytes} bytes arrived, of ${wanted}`);
        exit(1);
    }
    return clock.nanoseconds;
}

const at = argv.indexOf('--steps');
const steps = at < 0 ? 2000000 : Number(argv[at + 1]);
// A promise a step is so much dearer that a tenth is as good a measurement.
const fewerSteps = Math.max(Math.floor(steps / 10), 1);
console.log(JSON.stringify({
    versions: {Node: version.slice(1)},
    'node-pipe': await measure('node-pipe', measurePipe, steps),
    'node-pipe-to': await measure('node-pipe-to', measurePipeTo, fewerSteps),
}));
