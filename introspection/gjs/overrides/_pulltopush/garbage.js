// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later
/* exported spend */

// GJS 1.74 refuses every call from C while garbage is swept, also between two slices of an
// incremental collection, in which everything else goes on: an idle callback is dropped, a virtual
// function answers zero, a promise is never kept. The engine begins such a collection by itself when
// some 27 MiB were allocated since the last. So whoever makes garbage for each chunk collects it, all
// at once, before that: with a small heap in 3 to 5 ms, for 8 % more time in all.

const System = imports.system;

const BUDGET = 16 * 1024 * 1024;
// What one step allocates, by experience, beside the chunk: wrappers, closures, promises.
const STEP = 4 * 1024;

let left = BUDGET;

// Called once a step from JavaScript, with the bytes that were allocated for a chunk.
function spend(nBytes) {
    left -= STEP + nBytes;
    if (left > 0)
        return;
    left = BUDGET;
    System.gc();
}
