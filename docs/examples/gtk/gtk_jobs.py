# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The two copies: StreamCopy is how to copy in a window, IdleCopy is what it replaces."""

import time

import gi

gi.require_version("PullToPush", "1")
from gi.repository import Gio, GLib, GObject, PullToPush  # noqa: E402

MEBIBYTE = 1 << 20
SLOW = 10 * MEBIBYTE
MOST_AT_ONCE = 64 * 1024
LIMIT = 5 * MEBIBYTE
# How far the rate limit lets a copy get ahead.
BURST = LIMIT // 20


class SlowStream(Gio.FilterOutputStream):
    """A target that takes 10 MiB in a second, as a memory stick or a busy network does.

    Like there, write() sleeps until the device has taken the data: that blocks who calls it.
    """

    __gtype_name__ = "PtpDemoSlowStream"

    def do_write_fn(self, data, _, cancellable):
        written = self.get_base_stream().write(data[:MOST_AT_ONCE], cancellable)
        time.sleep(written / SLOW)
        return written


class Job(GObject.Object):
    """A copy that the window can start and show, however the work is done.

    "changed" says that its state or its holders are others; how many bytes there are, one asks.
    """

    changed = GObject.Signal("changed")

    def __init__(self):
        super().__init__()
        self.state = "idle"
        self.error = None
        self.bytes = self.total = 0
        self.began = self.ended = 0.0
        self.slow = False
        self.target = self.part = None

    @property
    def running(self):
        return self.state == "copying"

    @property
    def seconds(self):
        """Since it began, until it ended."""
        return (time.monotonic() if self.running else self.ended) - self.began

    @property
    def holders(self):
        """Nobody can hold a copy that cannot be paused: then it is None."""
        return None

    def start(self, source, target, slow):
        if self.running:
            return
        self.error = None
        self.bytes = self.total = 0
        self.slow = slow
        self.target = target
        # Half a copy neither replaces a whole file nor stays under its name.
        self.part = Gio.File.new_for_uri(target.get_uri() + ".part")
        self.began = time.monotonic()
        self.state = "copying"
        self.copy(source, self.part)
        self.emit("changed")

    def slowed_down(self, output):
        """What to write to: as fast as it is, or as slow as was asked for."""
        return SlowStream(base_stream=output) if self.slow else output

    def end(self, error=None):
        """Called when the file below is closed. A new name in the same folder takes no time."""
        error = self.rename() if error is None else error
        if error is not None:
            self.remove()
        self.ended = time.monotonic()
        self.error = error
        if error is None:
            self.state = "done"
        elif error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED):
            self.state = "cancelled"
        else:
            self.state = "failed"
        self.emit("changed")


    def rename(self):
        """Returns why it could not be done."""
        try:
            self.part.move(self.target, Gio.FileCopyFlags.OVERWRITE, None, None, None)
        except GLib.Error as error:
            return error
        return None

    def remove(self):
        try:
            self.part.delete(None)
        except GLib.Error:
            # It has not come that far.
            pass


class StreamCopy(Job):
    """Nothing here waits: files are opened asynchronously, the stream runs in slices between the
    frames, and what the target cannot take yet is not read."""

    def __init__(self):
        super().__init__()
        self.stream = None
        self.cancellable = None
        self.paused = self.limited = False
        self.counted_from, self.counted_bytes = 0.0, 0
        self.limit_timer = 0

    @property
    def holders(self):
        return self.stream.dup_holders() if self.stream else []

    def copy(self, source, target):
        self.stream = None
        self.paused = False
        self.cancellable = Gio.Cancellable()
        PullToPush.spawn(self.run(source, target))

    async def run(self, source, target):
        try:
            await self.open_and_copy(source, target)
        except GLib.Error as error:
            self.release_limit()
            self.end(error)
        else:
            self.release_limit()
            self.end()

    async def open_and_copy(self, source, target):
        source_stream = await self.opened(source.read_async, source.read_finish)
        output = await self.opened(
            lambda *rest: target.replace_async(None, False, Gio.FileCreateFlags.NONE, *rest),
            target.replace_finish,
        )
        producer = PullToPush.InputStreamProducer.new(source_stream)
        consumer = PullToPush.OutputStreamConsumer.new(self.slowed_down(output))
        consumer.connect("notify::bytes-written", lambda *args: self.count(producer, args[0]))
        self.count_from_now()
        self.stream = PullToPush.stream(producer, consumer, cancellable=self.cancellable)
        if self.paused:
            self.stream.hold("user")
        # The file below is closed by then.
        await self.stream.wait()
        self.count(producer, consumer)

    def opened(self, start, finish):
        """Awaits an asynchronous function of GIO."""
        future = PullToPush.Future()

        def answer(_, result):
            try:
                future.set_result(finish(result))
            except GLib.Error as error:
                future.set_exception(error)

        start(GLib.PRIORITY_DEFAULT, self.cancellable, answer)
        return future

    def cancel(self):
        if self.running:
            self.cancellable.cancel()

    def set_paused(self, paused):
        self.paused = paused
        if not self.stream:
            return
        if paused:
            self.stream.hold("user")
        else:
            self.stream.release("user")
        self.count_from_now()
        self.emit("changed")

    # A hold has a name and a holder. The rate limit is held by a timer, beside the user's and the
    # consumer's: the stream goes on when all of them have released it.

    def set_limited(self, limited):
        self.limited = limited
        self.count_from_now()
        if not limited:
            self.release_limit()

    def count_from_now(self):
        self.counted_from, self.counted_bytes = time.monotonic(), self.bytes

    def count(self, producer, consumer):
        self.bytes = consumer.get_bytes_written()
        self.total = max(producer.get_total_size(), 0)
        allowed = (time.monotonic() - self.counted_from) * LIMIT
        ahead = self.bytes - self.counted_bytes - allowed
        if not self.limited or self.limit_timer or ahead < BURST or self.stream is None:
            return
        self.limit_timer = GLib.timeout_add(int(ahead * 1000 / LIMIT), self.limit_is_over)
        self.stream.hold("rate limit")
        self.emit("changed")

    def limit_is_over(self):
        self.count_from_now()
        self.release_limit()
        return GLib.SOURCE_REMOVE

    def release_limit(self):
        if self.limit_timer:
            GLib.source_remove(self.limit_timer)
            self.limit_timer = 0
            self.stream.release("rate limit")
            self.emit("changed")


class IdleCopy(Job):
    """An idle source that reads 1 MiB and writes 1 MiB when the main loop has nothing better to do.

    It is short, and fine as long as read and write are quick. On a slow target each turn lasts as
    long as the write sleeps, and the window sleeps with it.
    """

    def __init__(self):
        super().__init__()
        self.input = self.output = None
        self.idle = 0

    def copy(self, source, target):
        try:
            self.input = source.read(None)
            info = self.input.query_info(Gio.FILE_ATTRIBUTE_STANDARD_SIZE, None)
            output = target.replace(None, False, Gio.FileCreateFlags.NONE, None)
        except GLib.Error as error:
            self.finish(error)
            return
        self.total = info.get_size()
        self.output = self.slowed_down(output)
        self.idle = GLib.idle_add(self.step)

    def step(self):
        try:
            data = self.input.read_bytes(MEBIBYTE, None).get_data()
            if data:
                _, written = self.output.write_all(data, None)
                self.bytes += written
                return GLib.SOURCE_CONTINUE
        except GLib.Error as error:
            self.finish(error)
        else:
            self.finish()
        return GLib.SOURCE_REMOVE

    def cancel(self):
        if self.running:
            GLib.source_remove(self.idle)
            message = "The copy was cancelled"
            self.finish(
                GLib.Error.new_literal(Gio.io_error_quark(), message, Gio.IOErrorEnum.CANCELLED)
            )

    def finish(self, error=None):
        try:
            if self.output:
                self.output.close(None)
        except GLib.Error as closing:
            error = error or closing
        self.input = self.output = None
        self.end(error)
