// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Rule E10: half is never whole. However a stream into a file ends, the file is what the stream says.

import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';
import System from 'system';

import {ListProducer, MORE, bytes, stream} from './doubles.js';
import {assert, assertEqual, assertError, rejects, run, settle, test, until} from './tap.js';
import {OLD, Target, targets} from './targets.js';

const {StreamState} = PullToPush;
const planned = new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.CONNECTION_CLOSED, 'as planned');
const N_CHUNKS = 20;
const CHUNK = 'new '.repeat(4096);
const NEW = CHUNK.repeat(N_CHUNKS);
const N_MOMENTS = Number(GLib.getenv('PTP_MANY_MOMENTS') ?? 200);

// An endless source that does something in its fourth step.
const Endless = GObject.registerClass({
    GTypeName: 'JsEndless',
    Implements: [PullToPush.PullProducer],
}, class Endless extends GObject.Object {
    constructor(act) {
        super();
        this.act = act;
        this.nSteps = 0;
    }

    vfunc_produce(consumer) {
        if (++this.nSteps === 4)
            this.act();
        consumer.write(bytes(CHUNK));
        return MORE;
    }

    vfunc_cancel() {
    }
});

const sinks = {
    'file': target => PullToPush.FileConsumer.new(target.file),
    'stream-of-file': target => PullToPush.OutputStreamConsumer.new(target.replace()),
};

// What GIO can take back: that which it replaces by renaming.
function canUndo(sink, kind) {
    return sink === 'file' || kind === 'existing';
}

const ends = {
    'failure': async makeSink => {
        const fail = () => {
            throw planned;
        };
        const adapter = stream(new ListProducer(CHUNK, CHUNK, fail), makeSink());
        assertError(await rejects(adapter.wait_async(null)), Gio.IOErrorEnum, Gio.IOErrorEnum.CONNECTION_CLOSED);
    },
    'failure-later': async makeSink => {
        let nSteps = 0;
        const consumer = makeSink();
        const write = sink => {
            sink.write(bytes(CHUNK));
            // Until some of it was written below.
            if (++nSteps > 3 && consumer.bytesWritten > 0)
                throw planned;
            return MORE;
        };
        const adapter = stream(new ListProducer(...Array(1e5).fill(write)), consumer);
        assertError(await rejects(adapter.wait_async(null)), Gio.IOErrorEnum, Gio.IOErrorEnum.CONNECTION_CLOSED);
    },
    'stop': async makeSink => {
        let adapter = null;
        adapter = stream(new Endless(() => adapter.stop_streaming()), makeSink());
        assertError(await rejects(adapter.wait_async(null)), PullToPush.Error, PullToPush.Error.STOPPED);
    },
    'reason': async makeSink => {
        let adapter = null;
        adapter = stream(new Endless(() => adapter.stop_producing(planned)), makeSink());
        assertError(await rejects(adapter.wait_async(null)), Gio.IOErrorEnum, Gio.IOErrorEnum.CONNECTION_CLOSED);
    },
    'cancellation': async makeSink => {
        const cancellable = new Gio.Cancellable();
        const adapter = stream(new Endless(() => cancellable.cancel()), makeSink());
        adapter.set_cancellable(cancellable);
        assertError(await rejects(adapter.wait_async(null)), Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
    },
};

for (const [sink, make] of Object.entries(sinks)) {
    for (const kind of Object.keys(targets).filter(name => canUndo(sink, name))) {
        for (const [how, end] of Object.entries(ends)) {
            test(`/gjs/end/rules/E10/${how}/${sink}/${kind}`, async () => {
                const target = new Target(kind);
                await end(() => make(target));
                target.assertOld();
                target.remove();
            });
        }

        test(`/gjs/end/rules/L18/finished/${sink}/${kind}`, async () => {
            const target = new Target(kind);
            const adapter = stream(new ListProducer(...Array(N_CHUNKS).fill(CHUNK)), make(target));
            assertEqual(await adapter.wait_async(null), true);
            target.assertNew(NEW);
            target.remove();
        });

        test(`/gjs/end/rules/E10/dropped/${sink}/${kind}`, async () => {
            const target = new Target(kind);
            // A function of its own, so that nothing stays in the caller's variables.
            (() => {
                make(target).write(bytes(CHUNK));
                make(target);
                PullToPush.PullToPush.new(new ListProducer(CHUNK), make(target));
            })();
            await settle();
            for (let round = 0; round < 10 || !target.isOld(); round++) {
                System.gc();
                // eslint-disable-next-line no-await-in-loop
                await settle();
            }
            target.assertOld();
            target.remove();
        });
    }
}

// Beside the streams: what is always ready keeps all below it from running.
const {priority} = PullToPush.Cooperator.ref_default();

// A turn of the main loop at a time, also while the file is flushed and closed in a thread.
function afterTurns(count, func) {
    GLib.idle_add(priority, () => {
        if (count-- > 0)
            return GLib.SOURCE_CONTINUE;
        func();
        return GLib.SOURCE_REMOVE;
    });
}

// The same sequence in each run.
function* randomNumbers(seed) {
    for (;;) {
        seed = (seed * 1103515245 + 12345) % 2147483648;
        yield seed / 2147483648;
    }
}

async function measureTurns(makeSink) {
    let nTurns = 0, over = false;
    GLib.idle_add(priority, () => {
        nTurns++;
        return over ? GLib.SOURCE_REMOVE : GLib.SOURCE_CONTINUE;
    });
    await stream(new ListProducer(...Array(N_CHUNKS).fill(CHUNK)), makeSink()).wait_async(null);
    over = true;
    return nTurns;
}

for (const [sink, make] of Object.entries(sinks)) {
    test(`/gjs/end/rules/E10/cancelled-at-any-moment/${sink}`, async () => {
        const kinds = Object.keys(targets).filter(name => canUndo(sink, name));
        const counts = {};
        const first = new Target('existing');
        const nTurns = await measureTurns(() => make(first));
        first.remove();

        const random = randomNumbers(42);
        for (let moment = 0; moment < N_MOMENTS; moment++) {
            // Before the engine does it bit by bit, and refuses all calls between two bits.
            if (moment % 10 === 0)
                System.gc();
            const target = new Target(kinds[moment % kinds.length]);
            const cancellable = new Gio.Cancellable();
            const adapter = stream(new ListProducer(...Array(N_CHUNKS).fill(CHUNK)), make(target));
            adapter.set_cancellable(cancellable);
            const cancel = moment % 2 === 0 ? () => cancellable.cancel() : () => adapter.stop_streaming();
            // Most of the turns are those of the close, which takes as long as the disk does: moments of
            // every order of magnitude.
            afterTurns(Math.floor(nTurns ** (1.1 * random.next().value)), cancel);
            // eslint-disable-next-line no-await-in-loop
            const finished = await adapter.wait_async(null).catch(() => false);
            if (finished)
                target.assertNew(NEW);
            else
                target.assertOld();
            assertEqual(finished, adapter.state === StreamState.FINISHED);
            counts[adapter.state] = (counts[adapter.state] ?? 0) + 1;
            target.remove();
        }
        print(`# ${nTurns} turns; ${JSON.stringify(counts)}`);
        assert(counts[StreamState.FAILED] > 0 && counts[StreamState.STOPPED] > 0);
    });
}

// The trailer says that it is whole.
test('/gjs/end/rules/E10/no-trailer', async () => {
    for (const [how, end] of Object.entries(ends)) {
        const memory = Gio.MemoryOutputStream.new_resizable();
        const converter = Gio.ZlibCompressor.new(Gio.ZlibCompressorFormat.GZIP, -1);
        // eslint-disable-next-line no-await-in-loop
        await end(() => PullToPush.OutputStreamConsumer.new(Gio.ConverterOutputStream.new(memory, converter)));
        // eslint-disable-next-line no-await-in-loop
        await until(() => memory.is_closed());
        const packed = memory.steal_as_bytes().toArray();
        const input = Gio.ConverterInputStream.new(
            Gio.MemoryInputStream.new_from_bytes(packed),
            Gio.ZlibDecompressor.new(Gio.ZlibCompressorFormat.GZIP));
        let whole = packed.length > 0;
        try {
            while (input.read_bytes(65536, null).toArray().length > 0) ;
        } catch {
            whole = false;
        }
        assert(!whole, `${how}: ${packed.length} bytes that can be unpacked`);
    }
});

test('/gjs/end/old-and-new-differ', () => assert(!NEW.startsWith(OLD)));

run();
