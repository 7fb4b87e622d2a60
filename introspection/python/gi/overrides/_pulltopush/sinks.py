# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where a stream can end in Python: a function, or a loop that takes one chunk at a time."""

import weakref

from gi.repository import Gio, GObject, PullToPush

from .errors import ERROR_CLASSES
from .future import Future, is_awaitable

STOPPED = ERROR_CLASSES[int(PullToPush.Error.STOPPED)]


class CallableConsumer(GObject.Object, PullToPush.Consumer):
    """A consumer that calls a function with each chunk, as bytes."""

    # PyGObject registers no type of a module of overrides.
    __module__ = PullToPush.__name__
    __gtype_name__ = "PtpPythonCallableConsumer"

    def __init__(self, function):
        super().__init__()
        if not callable(function):
            what = type(function).__name__
            advice = "; take its write() method" if hasattr(function, "write") else ""
            raise TypeError(
                f"What is of type {what} cannot take chunks: it is no consumer, stream or function{advice}"
            )
        self._function = function
        self.producer = None

    def do_register_push_producer(self, producer):
        self.producer = producer
        return True

    def do_unregister_producer(self):
        self.producer = None

    def do_write(self, chunk):
        answer = self._function(chunk.get_data())
        if answer is not None and is_awaitable(answer):
            if hasattr(answer, "close"):
                answer.close()
            raise TypeError(
                "The function that takes chunks is asynchronous, and nobody waits for it; "
                "use: async for chunk in PullToPush.chunks(source)"
            )
        return True


class ChunkConsumer(GObject.Object, PullToPush.Consumer):
    """Holds what one step wrote, and its producer until that is taken."""

    # PyGObject registers no type of a module of overrides.
    __module__ = PullToPush.__name__
    __gtype_name__ = "PtpPythonChunkConsumer"

    def __init__(self):
        super().__init__()
        self.chunks = []
        self.producer = None
        self.changed = Future()

    def tell(self):
        changed, self.changed = self.changed, Future()
        changed.set_result(None)

    def resume(self):
        if self.producer is not None:
            self.producer.resume_producing()

    def do_register_push_producer(self, producer):
        self.producer = producer
        # Nothing is produced before somebody asks.
        producer.pause_producing()
        return True

    def do_unregister_producer(self):
        self.producer = None

    def do_write(self, chunk):
        self.chunks.append(chunk.get_data())
        if self.producer is not None:
            self.producer.pause_producing()
        self.tell()
        return True


class Chunks:
    """The chunks of a stream, one at a time: the source waits while nobody asks for one.

    Whoever leaves the loop before the end drops this, and with it the stream: its source is
    cancelled. Where something else still refers to it, aclose() does the same.
    """

    def __init__(self, start):
        self._consumer = ChunkConsumer()
        self._stream = start(self._consumer)
        self._ended = self._stream.wait()
        consumer = weakref.ref(self._consumer)
        self._ended.add_done_callback(lambda _: consumer() and consumer().tell())

    @property
    def stream(self):
        """The stream behind it, for its holds and counts."""
        return self._stream

    def __aiter__(self):
        return self

    async def __anext__(self):
        while not self._consumer.chunks:
            if self._ended.done():
                self._ended.result()
                raise StopAsyncIteration
            self._consumer.resume()
            await self._consumer.changed
        return self._consumer.chunks.pop(0)

    def _stop(self):
        self._stream.stop_producing()
        self._consumer.chunks.clear()

    async def aclose(self):
        """Stops the stream, and waits until it has ended."""
        if not self._ended.done():
            self._stop()
            try:
                await self._ended
            except STOPPED:
                pass

    def __del__(self):
        if hasattr(self, "_ended") and not self._ended.done():
            self._stop()


def to_consumer(sink):
    """Returns a consumer, and whether it was made here, so that nobody else closes it."""
    if isinstance(sink, PullToPush.Consumer):
        return sink, False
    if isinstance(sink, Gio.OutputStream):
        return PullToPush.OutputStreamConsumer.new(sink), True
    return CallableConsumer(sink), False
