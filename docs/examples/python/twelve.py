# SPDX-License-Identifier: LGPL-2.1-or-later
import sys
import gi
gi.require_version("PullToPush", "1")
from gi.repository import Gio, PullToPush

def numbers():
    for number in range(1_000_000):
        yield b"%d\n" % number

socket = Gio.SocketClient().connect_to_host(sys.argv[1], 9000)
PullToPush.run(PullToPush.stream(numbers(), socket.get_output_stream()).wait())
