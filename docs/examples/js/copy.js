#!/usr/bin/env -S gjs -m
// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Copies a file, and shows how far it is. The line "p" pauses and goes on, "q" cancels. A target
// that was there stays as it was until the copy is whole; a new one is not there before.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import PullToPush from 'gi://PullToPush?version=1';
import System from 'system';

Gio._promisify(Gio.DataInputStream.prototype, 'read_line_async', 'read_line_finish_utf8');

const terminal = Gio.UnixOutputStream.new(2, false);

class Copy {
    constructor(source, target) {
        this.producer = PullToPush.InputStreamProducer.new(source.read(null));
        this.consumer = PullToPush.FileConsumer.new(target);
        this.cancellable = new Gio.Cancellable();
        this.hold = null;
    }

    show() {
        const {bytesWritten} = this.consumer;
        const total = this.producer.totalSize;
        const percent = total > 0 ? ` ${Math.floor(100 * bytesWritten / total)} %` : '';
        const holders = this.stream.dup_holders().filter(name => name !== 'consumer');
        const paused = holders.length > 0 ? ` paused by ${holders.join(', ')}` : '';
        terminal.write_all(`\r\x1b[K${bytesWritten} bytes${percent}${paused}`, null);
    }

    toggle() {
        if (this.hold === null) {
            this.hold = this.stream.hold('user');
        } else {
            this.hold.release();
            this.hold = null;
        }
        this.show();
    }

    async obey() {
        const commands = Gio.DataInputStream.new(Gio.UnixInputStream.new(0, false));
        for (;;) {
            // eslint-disable-next-line no-await-in-loop
            const [line] = await commands.read_line_async(GLib.PRIORITY_DEFAULT, null);
            if (line === null)
                return;
            if (line === 'p')
                this.toggle();
            else if (line === 'q')
                this.cancellable.cancel();
        }
    }

    async run() {
        const {producer, consumer, cancellable} = this;
        this.stream = PullToPush.stream(producer, consumer, {cancellable});
        this.obey().catch(() => {});
        const timer = GLib.timeout_add(GLib.PRIORITY_DEFAULT, 100, () => {
            this.show();
            return GLib.SOURCE_CONTINUE;
        });
        try {
            await this.stream.wait();
        } finally {
            GLib.source_remove(timer);
        }
        this.show();
        printerr('');
        return consumer.bytesWritten;
    }
}

async function main(args) {
    if (args.length !== 2) {
        printerr('Usage: copy.js SOURCE TARGET');
        return 2;
    }
    try {
        const [source, target] = args.map(name => Gio.File.new_for_commandline_arg(name));
        print(`${await new Copy(source, target).run()} bytes`);
    } catch (error) {
        printerr(`\ncopy: ${error.message}`);
        return 1;
    }
    return 0;
}

System.exit(await main(ARGV));
