// SPDX-License-Identifier: LGPL-2.1-or-later
import Gio from 'gi://Gio';
import PullToPush from 'gi://PullToPush?version=1';

function* numbers() {
    for (let number = 0; number < 1000000; number++)
        yield `${number}\n`;
}

const address = ARGV[0];
const connection = new Gio.SocketClient().connect_to_host(address, 9000, null);
await PullToPush.stream(numbers(), connection.get_output_stream()).wait();
