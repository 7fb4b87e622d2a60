// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The kinds of files that a stream can be told to write.

import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';

import {assertEqual} from './tap.js';

export const OLD = 'the good old contents';

// Each makes what is there before, below the folder, under the name 'target'.
export const targets = {
    'existing': folder => write(folder, 'target'),
    'new': () => {},
    'symbolic-link': folder => {
        write(folder, 'behind');
        folder.get_child('target').make_symbolic_link('behind', null);
    },
    'hard-link': folder => {
        write(folder, 'other');
        link(folder.get_child('other').get_path(), folder.get_child('target').get_path());
    },
};

function write(folder, name) {
    GLib.file_set_contents(folder.get_child(name).get_path(), OLD);
}

// GIO has no call for it.
function link(from, to) {
    const [, , , status] = GLib.spawn_sync(null, ['ln', from, to], null, GLib.SpawnFlags.SEARCH_PATH, null);
    GLib.spawn_check_wait_status(status);
}

function read(file) {
    return new TextDecoder().decode(file.load_contents(null)[1]);
}

export class Target {
    constructor(kind) {
        this.kind = kind;
        this._folder = Gio.File.new_for_path(GLib.dir_make_tmp('pulltopush-XXXXXX'));
        targets[kind](this._folder);
        this._before = this._list();
    }

    get file() {
        return this._folder.get_child('target');
    }

    replace() {
        return this.file.replace(null, false, Gio.FileCreateFlags.NONE, null);
    }

    _list() {
        const children = this._folder.enumerate_children('standard::name,standard::is-symlink',
            Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS, null);
        const names = [];
        for (let info = children.next_file(null); info !== null; info = children.next_file(null))
            names.push(`${info.get_name()}${info.get_is_symlink() ? ' is a link' : ''}`);
        children.close(null);
        return names.sort();
    }

    _contents() {
        return this._list().map(name => read(this._folder.get_child(name.split(' ')[0])));
    }

    // Nothing is different, and nothing else is there.
    assertOld() {
        assertEqual(this._list(), this._before, this.kind);
        assertEqual(this._contents(), this._before.map(() => OLD), this.kind);
    }

    isOld() {
        return this._list().join() === this._before.join();
    }

    // The other name of a file keeps what it had.
    assertNew(contents) {
        assertEqual(this._list(), this.kind === 'new' ? ['target'] : this._before, this.kind);
        assertEqual(read(this.file) === contents, true, this.kind);
        if (this.kind === 'hard-link')
            assertEqual(read(this._folder.get_child('other')), OLD, this.kind);
    }

    remove() {
        for (const name of this._list())
            this._folder.get_child(name.split(' ')[0]).delete(null);
        this._folder.delete(null);
    }
}
