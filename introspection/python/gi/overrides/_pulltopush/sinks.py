# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where a stream can end in Python: a function, an object, or a loop that takes one chunk at a time."""

import asyncio
import collections
import errno
import functools
import io
import operator
import weakref

from gi.repository import Gio, GObject, PullToPush

from .errors import RAISED, STOPPED, cancelled_error
from .future import Future, closing_reason, is_awaitable, spawn
from .sources import to_connection

EndResult = PullToPush.EndResult
Settlement = PullToPush.Settlement


def innermost(function):
    """What is below partial objects and wrappers."""
    while True:
        if isinstance(function, functools.partial):
            function = function.func
        elif "__wrapped__" in getattr(function, "__dict__", ()):
            function = function.__wrapped__
        else:
            return function


def name_of(function):
    """Names a function in an error, and the file whose method it is."""
    function = innermost(function)
    owner = getattr(function, "__self__", None)
    if isinstance(owner, io.IOBase):
        file = getattr(owner, "name", None)
        of_what = f" of {file!r}" if isinstance(file, (str, bytes, int)) else ""
        return f"{type(owner).__name__}.{function.__name__}(){of_what}"
    name = getattr(function, "__qualname__", None)
    return f"{name}()" if isinstance(name, str) else f"An object of type {type(function).__name__}"


def is_raw_write(function):
    """Whether None, as an answer, says that nothing was taken."""
    function = innermost(function)
    is_raw = isinstance(getattr(function, "__self__", None), io.RawIOBase)
    return is_raw and getattr(function, "__name__", None) == "write"


def advice_for(thing):
    if isinstance(thing, io.TextIOBase):
        return "; give a Gio.File, or open the file in binary mode and give its write()"
    if isinstance(thing, io.RawIOBase):
        return "; give a Gio.File, or open the file with a buffer and give its write()"
    if isinstance(thing, io.BufferedIOBase):
        return "; give a Gio.File, or its write()"
    if hasattr(thing, "write"):
        return "; give a function that takes all of a chunk, or an object that has finish() or abort() as well"
    return ""


class CallableConsumer(GObject.Object, PullToPush.Consumer):
    """A consumer that calls a function with each chunk, as bytes, and others at the end.

    Where a function returns an awaitable, everybody waits until that is done.
    """

    # PyGObject registers no type of a module of overrides.
    __module__ = PullToPush.__name__
    __gtype_name__ = "PtpPythonCallableConsumer"

    def __init__(self, function, finish=None, abort=None):
        super().__init__()
        if not callable(function):
            what = type(function).__name__
            raise TypeError(
                f"A {what} cannot take chunks: it is not a consumer, a file, an output stream or a function"
                f"{advice_for(function)}"
            )
        self._function = function
        self._finish = finish
        self._abort = abort
        self._is_raw_write = is_raw_write(function)
        # What takes a chunk or ends, what was written meanwhile, and what comes after all that.
        self._task = None
        self._rest = collections.deque()
        self._then = None
        self._failure = None
        self.producer = None

    def do_register_push_producer(self, producer):
        self.producer = producer
        self._then = self._failure = None
        if self._task is not None:
            producer.pause_producing()
        return True

    def do_unregister_producer(self, _):
        self.producer = None

    def do_write(self, chunk):
        if self._task is None and self._failure is None:
            answer = self._function(chunk.get_data())
            # Nearly every function answers this.
            if answer is not None or self._is_raw_write:
                self._look_at(answer, chunk.get_size())
        elif self._failure is not None:
            raise self._failure
        else:
            # A step may write several chunks.
            self._rest.append(chunk.get_data())
        return True

    def _look_at(self, answer, size):
        if answer is None or isinstance(answer, int) or not is_awaitable(answer):
            self._check(answer, size)
            return
        task = spawn(answer)
        if task.done():
            self._check(task.result(), size)
            return
        self._task = task
        if self.producer is not None:
            self.producer.pause_producing()
        task.add_done_callback(lambda task: self._taken(task, size))

    def _check(self, answer, size):
        """A function that says how much it took is to take all of it."""
        if answer is None:
            if self._is_raw_write and size > 0:
                says = f"{name_of(self._function)} would block and took none of {size} bytes"
                raise BlockingIOError(errno.EAGAIN, says, 0)
        elif not isinstance(answer, bool) and hasattr(answer, "__index__"):
            taken = operator.index(answer)
            if 0 <= taken < size:
                raise OSError(
                    f"{name_of(self._function)} took only {taken} of {size} bytes: give a function that takes all "
                    "of a chunk, such as write() of a buffered file"
                )

    def _taken(self, task, size):
        self._task = None
        try:
            self._check(task.result(), size)
            while self._rest and self._task is None:
                data = self._rest.popleft()
                self._look_at(self._function(data), len(data))
        except BaseException as exception:  # pylint: disable=broad-except
            self._fail(exception)
        if self._task is not None:
            return
        if self._then is not None:
            self._go_on()
        elif self._failure is None and self.producer is not None:
            self.producer.resume_producing()

    def _fail(self, exception):
        """The producer is told why; the stream aborts. What finishes undoes that by itself."""
        self._rest.clear()
        if self._aborting and isinstance(exception, asyncio.CancelledError):
            return
        self._failure = exception
        if self._then is not None:
            self._then = self._abort, None, (exception,)
        elif self.producer is not None:
            self.producer.stop_producing(exception)

    # The end: a function, what that comes to (None if it failed before), and its arguments.

    @property
    def _aborting(self):
        return self._then is not None and self._then[1] != Settlement.FINISHED

    def do_finish(self):
        if self._failure is not None:
            raise self._failure
        self._then = self._finish, Settlement.FINISHED, ()
        return EndResult.DONE if self._begin_end() else EndResult.PENDING

    def do_abort(self, reason):
        self._rest.clear()
        self._then = self._abort, Settlement.ABORTED, (getattr(reason, RAISED, reason),)
        if self._task is not None:
            # Nobody needs any more what is under way.
            self._task.cancel()
            return EndResult.PENDING
        return EndResult.DONE if self._begin_end() else EndResult.PENDING

    def _begin_end(self):
        """Returns whether that is all."""
        if self._task is not None:
            return False
        function, settlement, arguments = self._then
        self._then = None
        answer = function(*arguments) if function is not None else None
        if answer is None or not is_awaitable(answer):
            return True
        task = spawn(answer)
        if task.done():
            task.result()
            return True
        self._task = task
        task.add_done_callback(lambda task: self._ended(task, settlement))
        return False

    def _go_on(self):
        settlement = self._then[1]
        try:
            if self._begin_end():
                self._settle(settlement)
        except BaseException as exception:  # pylint: disable=broad-except
            self._settle(settlement, exception)

    def _ended(self, task, settlement):
        self._task = None
        if task.exception() is not None and self._then is not None:
            # It was cancelled, to be aborted.
            self._go_on()
        else:
            # What was done before that is done.
            self._then = None
            self._settle(settlement, task.exception())

    def _settle(self, settlement, exception=None):
        # The first one counts.
        exception = exception if self._failure is None else self._failure
        if exception is None:
            self.emit_settled(settlement)
        else:
            self.emit_settle_failed(exception)


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

    def do_unregister_producer(self, _):
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
            try:
                await self._consumer.changed
            except BaseException as exception:
                await self._leave(exception)
                raise
        return self._consumer.chunks.pop(0)

    def _stop(self, reason=None):
        # Whoever stops it knows how it ends.
        self._ended.add_done_callback(lambda ended: ended.exception())
        self._stream.stop_producing(closing_reason() if reason is None else reason)
        self._consumer.chunks.clear()

    async def _leave(self, exception):
        """Whoever is cancelled in the loop does not come back: the source is closed first."""
        if self._ended.done():
            return
        if not isinstance(exception, asyncio.CancelledError):
            self._stop()
            return
        self._stop(cancelled_error() if closing_reason() is None else None)
        try:
            await self._ended
        except Exception:  # pylint: disable=broad-except
            # What is told is the cancellation.
            pass

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
    if isinstance(sink, PullToPush.Consumer):
        return sink
    if isinstance(sink, Gio.OutputStream):
        return PullToPush.OutputStreamConsumer.new(sink)
    if isinstance(sink, Gio.File):
        return PullToPush.FileConsumer.new(sink)
    if isinstance(sink, Gio.IOStream):
        return to_connection(sink)
    finish, abort = (getattr(sink, name, None) for name in ("finish", "abort"))
    if not callable(sink) and callable(getattr(sink, "write", None)) and (callable(finish) or callable(abort)):
        return CallableConsumer(sink.write, finish, abort)
    return CallableConsumer(sink)
