// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Streams between JavaScript and what GIO can open, and work in small pieces.

import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import PullToPush from 'gi://PullToPush?version=1';
import System from 'system';

import {Collector, FINISHED, ListProducer, MORE, PENDING, stream} from './doubles.js';
import {assert, assertEqual, assertError, child, rejects, run, settle, test, throws, until} from './tap.js';

const {Error: PtpError, StreamState} = PullToPush;

Gio._promisify(Gio.SocketListener.prototype, 'accept_async', 'accept_finish');
Gio._promisify(Gio.SocketClient.prototype, 'connect_to_host_async', 'connect_to_host_finish');

function checksum(file) {
    const [, contents] = file.load_contents(null);
    return GLib.compute_checksum_for_data(GLib.ChecksumType.SHA256, contents);
}

function newFile() {
    const [file, stream_] = Gio.File.new_tmp('pulltopush-XXXXXX');
    return [file, stream_.get_output_stream()];
}

const realFile = Gio.File.new_for_path('/usr/bin/gjs-console');

test('/gjs/gio/file-to-file', async () => {
    const [target, output] = newFile();
    const producer = PullToPush.InputStreamProducer.new(realFile.read(null));
    const consumer = PullToPush.OutputStreamConsumer.new(output);

    await stream(producer, consumer).wait_async(null);
    assertEqual(checksum(target), checksum(realFile));
    assertEqual(Number(consumer.bytesWritten), Number(producer.bytesRead));
    target.delete(null);
});

test('/gjs/gio/javascript-to-file', async () => {
    const [target, output] = newFile();
    const consumer = PullToPush.OutputStreamConsumer.new(output);
    const texts = Array.from({length: 1000}, (_, index) => `line ${index}\n`);

    await stream(new ListProducer(...texts), consumer).wait_async(null);
    assertEqual(new TextDecoder().decode(target.load_contents(null)[1]), texts.join(''));
    target.delete(null);
});

test('/gjs/gio/bytes-to-javascript', async () => {
    const consumer = new Collector();
    const producer = PullToPush.BytesProducer.new(new TextEncoder().encode('abcdef'));
    producer.chunkSize = 4;
    await stream(producer, consumer).wait_async(null);
    assertEqual(consumer.chunks, ['abcd', 'ef']);
});

async function connect() {
    const listener = new Gio.SocketListener();
    const port = listener.add_any_inet_port(null);
    const client = new Gio.SocketClient();
    const [near, [far]] = await Promise.all([
        client.connect_to_host_async('127.0.0.1', port, null),
        listener.accept_async(null),
    ]);
    listener.close();
    return [near, far];
}

test('/gjs/gio/socket-pauses-the-producer', async () => {
    const [near, far] = await connect();
    const text = 'x'.repeat(65536);
    const sender = PullToPush.OutputStreamConsumer.new(near.get_output_stream());
    sender.set_marks(128 * 1024, 256 * 1024, 1024 * 1024);
    const sending = stream(new ListProducer(...Array(256).fill(text)), sender);
    await until(() => sending.state === StreamState.PAUSED);
    assertEqual(sending.holders, ['consumer']);

    const [target, output] = newFile();
    const receiver = PullToPush.OutputStreamConsumer.new(output);
    const receiving = stream(PullToPush.InputStreamProducer.new(far.get_input_stream()), receiver);
    await sending.wait_async(null);
    near.close(null);
    await receiving.wait_async(null);

    assertEqual(Number(receiver.bytesWritten), 256 * text.length);
    assert(Number(sender.peakQueued) <= 256 * 1024 + text.length);
    target.delete(null);
});

test('/gjs/gio/full-device', async () => {
    const output = Gio.File.new_for_path('/dev/full').append_to(Gio.FileCreateFlags.NONE, null);
    const consumer = PullToPush.OutputStreamConsumer.new(output);
    const failures = [];
    consumer.connect('failed', (_, error) => failures.push(error));
    await rejects(stream(new ListProducer(...Array(1000).fill('x'.repeat(65536))), consumer)
        .wait_async(null));
    await until(() => failures.length > 0);
    assertError(failures[0], Gio.IOErrorEnum, Gio.IOErrorEnum.NO_SPACE);
});

test('/gjs/gio/marks', () => {
    const consumer = PullToPush.OutputStreamConsumer.new(Gio.MemoryOutputStream.new_resizable());
    assertError(throws(() => consumer.set_marks(10, 5, 20)), PtpError, PtpError.INVALID);
});

// A source that the consumer has had enough of is closed.
test('/gjs/gio/rules/L7/unregister-closes-the-source', async () => {
    const input = Gio.File.new_for_path('/dev/zero').read(null);
    const consumer = new Collector(self => self.unregister_producer(self.producer));
    const adapter = stream(PullToPush.InputStreamProducer.new(input), consumer);
    assertEqual(await adapter.wait_async(null), true);
    assertEqual([adapter.exhausted, consumer.ends], [false, []]);
    await until(() => input.is_closed());
});

for (const [name, end] of Object.entries({
    'stopped': adapter => adapter.stop_streaming(),
    'exhausted': () => {},
})) {
    test(`/gjs/gio/rules/L7/source-is-closed/${name}`, async () => {
        const input = realFile.read(null);
        const adapter = stream(PullToPush.InputStreamProducer.new(input), new Collector());
        end(adapter);
        await adapter.wait_async(null).catch(() => {});
        await until(() => input.is_closed());
    });
}

// The program lives, and hears of it.
test('/gjs/gio/rules/B10/child-that-stops-reading', async () => {
    const {status, signal, stdout, stderr} = await child(`
        import Gio from 'gi://Gio?version=2.0';
        import PullToPush from 'gi://PullToPush?version=1';
import System from 'system';

        const {STDIN_PIPE, STDOUT_SILENCE} = Gio.SubprocessFlags;
        const reader = Gio.Subprocess.new(['head', '-c', '1'], STDIN_PIPE | STDOUT_SILENCE);
        const zeros = PullToPush.InputStreamProducer.new(Gio.File.new_for_path('/dev/zero').read(null));
        const pipe = PullToPush.OutputStreamConsumer.new(reader.get_stdin_pipe());
        const stream = PullToPush.PullToPush.stream(zeros, pipe);
        const error = await new Promise(resolve => stream.connect('failed', (_, reason) => resolve(reason)));
        print(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.BROKEN_PIPE));
    `);
    assertEqual([status, signal, stdout], [0, 0, 'true\n'], stderr);
});

// What is finished reaches the peer, though nobody has looked at the other direction.
test('/gjs/gio/rules/B8/connection-that-is-dropped-when-it-has-finished', async () => {
    const [near, far] = await connect();
    const text = 'x'.repeat(65536);
    // A function of its own, so that nothing stays in the caller's variables.
    const send = () => stream(new ListProducer(...Array(16).fill(text)), PullToPush.Connection.new(near));
    const receiver = new Collector();
    const sending = send().wait_async(null);
    let nBytes = 0;
    // The kernel holds some of it when the connection goes.
    await sending;
    for (let round = 0; round < 5; round++) {
        System.gc();
        // eslint-disable-next-line no-await-in-loop
        await settle();
    }
    await stream(PullToPush.InputStreamProducer.new(far.get_input_stream()), receiver).wait_async(null);
    for (const chunk of receiver.chunks)
        nBytes += chunk.length;
    assertEqual(nBytes, 16 * text.length);
});

function cooperate(func) {
    return PullToPush.Cooperator.ref_default().cooperate(func);
}

test('/gjs/cooperate/finished', async () => {
    let count = 0;
    const task = cooperate(() => ++count < 10 ? MORE : FINISHED);
    assertEqual(await task.wait_async(null), true);
    assertEqual(count, 10);
});

test('/gjs/cooperate/pending-and-ready', async () => {
    const answers = [PENDING, FINISHED];
    const task = cooperate(() => answers.shift());
    await until(() => task.state === StreamState.WAITING);
    task.ready();
    assertEqual(await task.wait_async(null), true);
});

test('/gjs/cooperate/pause-resume-stop', async () => {
    let count = 0;
    const task = cooperate(() => {
        count++;
        return MORE;
    });
    await until(() => count > 0);
    task.pause();
    await settle();
    const before = count;
    await settle();
    assertEqual(count, before);
    task.resume();
    await until(() => count > before);
    task.stop();
    assertError(await rejects(task.wait_async(null)), PtpError, PtpError.STOPPED);
});

for (const [name, [func, ...words]] of Object.entries({
    'exception': [() => {
        throw new TypeError('nothing C has ever heard of');
    }, 'ever heard of'],
    'nothing': [() => undefined, 'enum', 'undefined'],
    'number': [() => 42, '42', 'StepResult'],
    'text': [() => 'more', 'enum', 'string'],
    'failed': [() => PullToPush.StepResult.FAILED, 'Task', 'step_func()'],
})) {
    test(`/gjs/cooperate/fails/${name}`, async () => {
        const task = cooperate(func);
        const error = await rejects(task.wait_async(null));
        assertEqual(task.state, StreamState.FAILED);
        for (const word of words)
            assert(error.message.includes(word), error.message);
    });
}

run();
