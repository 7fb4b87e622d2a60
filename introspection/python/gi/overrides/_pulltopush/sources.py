# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What can be streamed from Python: any iterable of chunks, and what is nearly one."""

import weakref

from gi.repository import Gio, GLib, GObject, PullToPush

from .errors import report_unhandled
from .future import closing_for, is_awaitable, spawn

StepResult = PullToPush.StepResult

# Looked up once: each look at a module of introspection runs Python code.
Bytes = GLib.Bytes
new_bytes = GLib.Bytes.new

BYTES_LIKE = (bytes, bytearray, memoryview)


def to_bytes(chunk):
    if isinstance(chunk, BYTES_LIKE):
        return new_bytes(bytes(chunk))
    if isinstance(chunk, Bytes):
        return chunk
    what = type(chunk).__name__
    advice = "; encode() it first" if isinstance(chunk, str) else ""
    raise TypeError(f"A chunk is bytes, not {what}{advice}")


def close_iterator(iterator):
    if hasattr(iterator, "close"):
        iterator.close()


def finish(value):
    raise StopIteration(value)


class Generated:
    """Asks an iterator or a generator for one item at a time, and answers what it waits for."""

    def __init__(self, iterable):
        self.iterator = iter(iterable)
        self.answer = None
        self.closed = False
        # What it came to when its answer failed and nobody had asked for an item.
        self.ahead = None

    @property
    def waiting(self):
        """Whoever asks too early, as a stream may that just began to listen, is to wait on."""
        return self.answer is not None and not self.answer.done()

    def next(self):
        """The next item; raises StopIteration after the last, which may have a value."""
        ahead, self.ahead = self.ahead, None
        if ahead is not None:
            return ahead()
        answer, self.answer = self.answer, None
        if answer is None:
            return next(self.iterator)
        exception = answer.exception()
        if exception is not None:
            if hasattr(self.iterator, "throw"):
                return self.iterator.throw(exception)
            if isinstance(exception, StopIteration):
                # As a generator does: that is not how this iterator ends.
                raise RuntimeError("What was awaited raised StopIteration") from exception
            raise exception
        if hasattr(self.iterator, "send"):
            return self.iterator.send(answer.result())
        return next(self.iterator)

    def take_failure(self):
        """Raises in the generator what the awaited raised, if it did; returns what comes out of it.

        A generator that catches it is one item ahead.
        """
        if self.answer is None or self.answer.exception() is None:
            return None
        try:
            item = self.next()
        except StopIteration as stop:
            value = stop.value
            self.ahead = lambda: finish(value)
        except BaseException as exception:  # pylint: disable=broad-except
            return exception
        else:
            self.ahead = lambda: item
        return None

    def wait_for(self, awaitable, wake):
        """Returns whether that is there already; calls wake later if it is not."""
        task = spawn(awaitable)
        self.answer = task
        if task.done():
            return True
        task.add_done_callback(lambda _: wake())
        return False

    def close(self, reason=None):
        """Closes the generator, and stops with this reason what that waits for."""
        if self.closed:
            return
        self.closed = True
        with closing_for(reason):
            self._close()

    def _close(self):
        answer, self.answer = self.answer, None
        if answer is not None and not answer.done():
            answer.cancel()
            if not answer.done():
                # Its own clean-up waits, and an asynchronous generator that still runs cannot be closed.
                answer.add_done_callback(lambda _, iterator=self.iterator: close_iterator(iterator))
                return
        close_iterator(self.iterator)

    def __del__(self):
        # Of a task that was stopped, nothing else is left.
        if hasattr(self, "iterator"):
            self.close()


async def one_after_another(generator):
    """Of an asynchronous generator: whether there was a next item, and that."""
    try:
        return True, await generator.__anext__()
    except StopAsyncIteration:
        return False, None


def awaited(iterable):
    """An asynchronous generator as one that yields what it waits for."""
    generator = iterable.__aiter__()
    try:
        while True:
            there, item = yield one_after_another(generator)
            if not there:
                return
            yield item
    finally:
        if hasattr(generator, "aclose"):
            spawn(generator.aclose())


def steps_of(iterable):
    if isinstance(iterable, (str, *BYTES_LIKE)):
        what = type(iterable).__name__
        raise TypeError(f"A {what} is no iterable of chunks: put it in a list, as in [b'data']")
    if isinstance(iterable, type):
        raise TypeError(f"The class {iterable.__name__} cannot be streamed: make an object of it")
    if hasattr(iterable, "__aiter__"):
        return Generated(awaited(iterable))
    if is_awaitable(iterable) or not hasattr(iterable, "__iter__"):
        what = type(iterable).__name__
        advice = "; call the generator function" if callable(iterable) else ""
        raise TypeError(f"What is of type {what} cannot be streamed: it is no iterable of bytes{advice}")
    return Generated(iterable)


class IterableProducer(GObject.Object, PullToPush.PullProducer):
    """A pull producer that produces what an iterable has, one item a step."""

    # PyGObject registers no type of a module of overrides.
    __module__ = PullToPush.__name__
    __gtype_name__ = "PtpPythonIterableProducer"

    def __init__(self, iterable):
        super().__init__()
        self._steps = steps_of(iterable)
        # After None nothing comes before somebody said ready, also if the stream asks once more.
        self._held_back = False
        self._said_ready = False
        self.connect("ready", IterableProducer._note_ready)

    def _note_ready(self):
        self._said_ready = True

    def do_produce(self, consumer):
        if self._steps.waiting or (self._held_back and not self._said_ready):
            return StepResult.PENDING
        self._held_back = self._said_ready = False
        try:
            return self._produce(consumer)
        except StopIteration:
            return StepResult.FINISHED
        except BaseException:
            self._close()
            raise

    def _produce(self, consumer):
        item = self._steps.next()
        # Nearly all are, and what is none takes longer to find out.
        while type(item) is not bytes and is_awaitable(item):
            if not self._steps.wait_for(item, self._awaited):
                return StepResult.PENDING
            item = self._steps.next()
        if item is None:
            self._held_back = True
            return StepResult.PENDING
        chunk = to_bytes(item)
        # An empty chunk is one that a generator left out.
        if type(item) is bytes and item or chunk.get_size() > 0:
            consumer.write(chunk)
        return StepResult.MORE

    def _awaited(self):
        # Rule E12: a stream that is held asks for nothing before it is released, which may be never.
        exception = self._steps.take_failure()
        if exception is None:
            self.emit_ready()
        else:
            self._close()
            self.emit_broken(exception)

    def do_cancel(self, reason):
        self._close(reason)

    def _close(self, reason=None):
        try:
            self._steps.close(reason)
        except BaseException as exception:  # pylint: disable=broad-except
            report_unhandled("a source that was closed", exception)


# What is made of a Gio.IOStream is one object for both directions. It lives as long as Python has the stream.
connections = weakref.WeakKeyDictionary()


def to_connection(stream):
    connection = connections.get(stream)
    if connection is None:
        connections[stream] = connection = PullToPush.Connection.new(stream)
    return connection


def to_producer(source):
    if isinstance(source, PullToPush.PullProducer):
        return source
    if isinstance(source, Gio.InputStream):
        return PullToPush.InputStreamProducer.new(source)
    if isinstance(source, Gio.File):
        return PullToPush.InputStreamProducer.new(source.read(None))
    if isinstance(source, Gio.IOStream):
        return to_connection(source)
    if isinstance(source, (GLib.Bytes, *BYTES_LIKE)):
        return PullToPush.BytesProducer.new(to_bytes(source))
    return IterableProducer(source)
