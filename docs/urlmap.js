// SPDX-FileCopyrightText: 2026 The pulltopush authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Where gi-docgen finds what belongs to others.
// eslint-disable-next-line no-unused-vars
const baseURLs = [
    ['GLib', 'https://docs.gtk.org/glib/'],
    ['GObject', 'https://docs.gtk.org/gobject/'],
    ['Gio', 'https://docs.gtk.org/gio/'],
    ['PullToPush', '../pulltopush-1/'],
];
