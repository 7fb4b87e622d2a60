#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Passes connections on to HOST:PORT, both ways; the end of each direction is passed on, too."""

import sys

import gi

gi.require_version("PullToPush", "1")
from gi.repository import Gio, GLib, PullToPush  # noqa: E402


def pass_on(service, client, _, target):
    def connected(connector, result):
        try:
            near, far = map(PullToPush.Connection.new, (client, connector.connect_to_host_finish(result)))
            for source, sink in ((near, far), (far, near)):
                PullToPush.stream(source, sink).connect("failed", lambda _, error: print(error.message, file=sys.stderr))
        except GLib.Error as error:
            print(error.message, file=sys.stderr)

    Gio.SocketClient().connect_to_host_async(target, 0, None, connected)


service, here = Gio.SocketService(), Gio.InetSocketAddress.new_from_string("127.0.0.1", 0)
address = service.add_address(here, Gio.SocketType.STREAM, Gio.SocketProtocol.TCP, None)[1]
service.connect("incoming", pass_on, sys.argv[1])
print("listening on", address.get_port(), flush=True)
GLib.MainLoop().run()
