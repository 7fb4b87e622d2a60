#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Counts primes while a timer ticks in the same loop, as a window's animation would.

import GLib from 'gi://GLib';
import PullToPush from 'gi://PullToPush?version=1';
import System from 'system';

function isPrime(number) {
    for (let divisor = 2; divisor * divisor <= number; divisor++) {
        if (number % divisor === 0)
            return false;
    }
    return number > 1;
}

// At each yield the loop may do something else; how often it does is the cooperator's matter.
function* countPrimes(limit) {
    let count = 0;
    for (let number = 0; number < limit; number++) {
        if (isPrime(number))
            count++;
        yield;
    }
    return count;
}

async function cooperate(limit) {
    let ticks = 0, longest = 0, last = GLib.get_monotonic_time();
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, 10, () => {
        const now = GLib.get_monotonic_time();
        ticks++;
        longest = Math.max(longest, now - last);
        last = now;
        return GLib.SOURCE_CONTINUE;
    });

    const count = await PullToPush.cooperate(countPrimes(limit)).wait();
    print(`${count} primes below ${limit}`);
    print(`${ticks} ticks meanwhile, longest gap ${(longest / 1000).toFixed(1)} ms`);
}

async function main(args) {
    if (args.length !== 1 || !/^\d+$/.test(args[0])) {
        printerr('Usage: cooperate.js LIMIT');
        return 2;
    }
    await cooperate(Number(args[0]));
    return 0;
}

System.exit(await main(ARGV));
