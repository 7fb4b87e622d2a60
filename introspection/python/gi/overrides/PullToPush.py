# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What makes PullToPush at home in Python. PyGObject loads it with gi.repository.PullToPush."""

from gi.module import get_introspection_module
from gi.overrides import override
from gi.repository import Gio, GLib

from ._pulltopush.errors import ERROR_CLASSES, RECORD, Record, StreamError
from ._pulltopush.errors import exception_of, forget_exception, guard_class, new_record, note, raising_typed
from ._pulltopush.errors import record_of, same, typed
from ._pulltopush.future import Future, run, spawn

PullToPush = get_introspection_module("PullToPush")

__all__ = ["Future", "StreamError", "run", "spawn"]

# AlreadyRegisteredError, ClosedError and the like: a class for each code of the error domain.
for error_class in ERROR_CLASSES.values():
    globals()[error_class.__name__] = error_class
    __all__.append(error_class.__name__)


def overriding(cls):
    __all__.append(cls.__name__)
    return override(cls)


# Whoever implements one of them may raise any exception.


class PullProducer(PullToPush.PullProducer):
    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        guard_class(cls, "produce")

    produce = raising_typed(PullToPush.PullProducer.produce)


PullProducer = overriding(PullProducer)


class Consumer(PullToPush.Consumer):
    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        guard_class(cls, "write", "register_push_producer", "register_pull_producer")

    write = raising_typed(PullToPush.Consumer.write)
    register_push_producer = raising_typed(PullToPush.Consumer.register_push_producer)
    register_pull_producer = raising_typed(PullToPush.Consumer.register_pull_producer)


Consumer = overriding(Consumer)

# pylint: disable=wrong-import-position
# They are made of the two above.
from ._pulltopush.sinks import CallableConsumer, Chunks, to_consumer  # noqa: E402
from ._pulltopush.sources import Generated, IterableProducer, to_producer  # noqa: E402
from ._pulltopush.sources import is_awaitable  # noqa: E402

# pylint: enable=wrong-import-position


def stopped_error():
    """What the library says to those who wait for what is stopped."""
    text = "The stream was stopped before it was finished"
    return typed(GLib.Error.new_literal(PullToPush.Error.quark(), text, PullToPush.Error.STOPPED))


class Ending:
    """How a stream or a task ends, as Python says it."""

    @property
    def exception(self):
        """What made it fail, as it was raised; None as long as it did not fail."""
        return exception_of(self)

    def wait_finish(self, result):
        """As in C; what was raised in Python is the cause of the error."""
        try:
            return super().wait_finish(result)
        except GLib.Error as error:
            # A traceback refers to the callers, one of which has the result, which has this: nobody
            # could ever find that ring. So it is given away.
            raise typed(error) from forget_exception(self)

    def wait(self, cancellable=None):
        """Awaits the end; raises what made it fail, or StoppedError."""
        future = Future()
        if cancellable is None and self._will_tell_here():
            self._take_signal(future)
        else:
            self._take_wait(future, cancellable)
        return future

    def _will_tell_here(self):
        """Whether its signal comes for certain, and in this thread."""
        state = self.get_state()
        running = PullToPush.StreamState.IDLE < state < PullToPush.StreamState.FINISHED
        cooperator = self.get_cooperator() if running else None
        return cooperator is not None and cooperator.get_context() == GLib.MainContext.ref_thread_default()

    def _take_signal(self, future):
        """PyGObject 3.42 never frees the callback of an asynchronous call: 112 bytes for each wait."""
        handlers = []

        def end(*_):
            # The handlers keep the future, and what failed refers to the stream.
            while handlers:
                self.disconnect(handlers.pop())
            self._tell(future)

        for name in ("finished", "stopped", "error"):
            handlers.append(self.connect(name, end))

    def _tell(self, future):
        if self.get_state() == PullToPush.StreamState.FINISHED:
            self._succeed(future, True)
        elif self.get_state() == PullToPush.StreamState.STOPPED:
            future.set_exception(stopped_error())
        else:
            future.set_exception(self.exception)

    def _succeed(self, future, value):
        record = record_of(self)
        future.set_result(value if record is None else record.value)

    def _take_wait(self, future, cancellable):
        def answer(_, result):
            try:
                value = super(Ending, self).wait_finish(result)
            except GLib.Error as error:
                # The wait itself may have been cancelled.
                its_own = self.get_error() is not None and same(error, self.get_error())
                exception = self.exception if its_own else typed(error)
            else:
                exception = None
            # What is raised from here on refers to this call: see wait_finish().
            del result
            if exception is None:
                self._succeed(future, value)
            else:
                future.set_exception(exception)

        self.wait_async(cancellable, answer)


# A consumer that failed has stopped its stream, and closing it says why.
StoppedError = ERROR_CLASSES[int(PullToPush.Error.STOPPED)]


async def one_then_other(ended, closing):
    try:
        result = await ended
    except StoppedError:
        await closing
        raise
    await closing
    return result


async def close_at_end(ended, consumer):
    """What was taken is delivered, also if there is no more to come."""
    try:
        await ended
    except StoppedError:
        await consumer.close()
    except Exception:  # pylint: disable=broad-except
        # Told to whoever waits for the stream, and the first error is the one that matters.
        try:
            await consumer.close()
        except GLib.Error:
            pass
    else:
        await consumer.close()


# In the instance's dictionary of a stream whose consumer was made for it.
CLOSING = "_ptp_closing"
# In that of a task.
COOPERATOR = "_ptp_cooperator"


class Hold:
    """One hold of a stream, which ends with the block that it opens, or by hand."""

    def __init__(self, stream, name):
        self._stream = stream
        self.name = name

    def release(self):
        """Releases it, once."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.release(self.name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.release()


start_stream = raising_typed(PullToPush.PullToPush.stream)


def check_ends(producer, consumer):
    """What is no object of C would end in a complaint that nobody understands."""
    for thing, interface, role in ((producer, PullProducer, "producer"), (consumer, Consumer, "consumer")):
        if not isinstance(thing, interface):
            raise TypeError(
                f"The {role} is to be a PullToPush.{interface.__name__}, not {type(thing).__name__}; "
                "PullToPush.stream() takes iterables, functions and streams as well"
            )


class PullToPush_(Ending, PullToPush.PullToPush):  # pylint: disable=invalid-name
    def __init__(self, producer, consumer, **properties):
        check_ends(producer, consumer)
        super().__init__(producer=producer, consumer=consumer, **properties)
        setattr(self, RECORD, new_record(producer, consumer))

    @classmethod
    def new(cls, producer, consumer):
        return cls(producer, consumer)

    @staticmethod
    def stream(producer, consumer):
        check_ends(producer, consumer)
        record = new_record(producer, consumer)
        stream = start_stream(producer, consumer)
        setattr(stream, RECORD, record)
        return stream

    def hold(self, name):
        """Takes the hold at once; in a ``with`` statement, until the end of the block."""
        super().hold(name)
        return Hold(self, name)

    def wait(self, cancellable=None):
        """Awaits the end; raises what made it fail, or StoppedError.

        Where stream() was given a Gio.OutputStream, that is then closed, too.
        """
        ended = super().wait(cancellable)
        closing = getattr(self, CLOSING, None)
        return ended if closing is None else spawn(one_then_other(ended, closing))


PullToPush_.__name__ = "PullToPush"
PullToPush_ = override(PullToPush_)


class CooperativeTask(Ending, PullToPush.CooperativeTask):
    def __class_getitem__(cls, _):
        """For annotations, such as CooperativeTask[int]."""
        return cls

    def get_cooperator(self):
        """What runs it, or None if it was not made here."""
        return getattr(self, COOPERATOR, None)


CooperativeTask = overriding(CooperativeTask)


class OutputStreamConsumer(PullToPush.OutputStreamConsumer):
    set_marks = raising_typed(PullToPush.OutputStreamConsumer.set_marks)

    def close(self, io_priority=GLib.PRIORITY_DEFAULT, cancellable=None):
        """Awaits that all is written and the stream below closed, unless it is kept open."""
        future = Future()

        def answer(_, result):
            try:
                future.set_result(self.close_finish(result))
            except GLib.Error as error:
                future.set_exception(typed(error))

        self.close_async(io_priority, cancellable, answer)
        return future


OutputStreamConsumer = overriding(OutputStreamConsumer)


def check_options(cooperator, cancellable=None):
    """Before anything has begun: afterwards, nobody would have the stream."""
    for name, value, cls in (
        ("cooperator", cooperator, PullToPush.Cooperator),
        ("cancellable", cancellable, Gio.Cancellable),
    ):
        if value is not None and not isinstance(value, cls):
            raise TypeError(f"The {name} is to be a {cls.__name__}, not {type(value).__name__}")


def from_iterable(iterable):
    """Makes a pull producer of any iterable of bytes; generators may also wait.

    An item is a chunk; an awaitable, whose result is sent back into the generator when it is there;
    or None, which waits until somebody calls emit_ready() on the producer. Asynchronous generators
    simply await. When the stream ends early, the generator is closed: its finally clauses run.
    """
    return IterableProducer(iterable)


def from_callable(function):
    """Makes a consumer that calls a function with each chunk; if that raises, the stream fails."""
    return CallableConsumer(function)


def stream(source, sink, *, cooperator=None, cancellable=None):
    """Streams from a source into a sink, and returns the running PullToPush.PullToPush.

    The source is a PullProducer, a Gio.InputStream, bytes, or any iterable of bytes. The sink is a
    Consumer, a function, or a Gio.OutputStream, which is then closed when all is written. Keyword
    arguments are the properties of the stream.
    """
    check_options(cooperator, cancellable)
    producer = to_producer(source)
    consumer, made_here = to_consumer(sink)
    if cooperator is None:
        started = PullToPush_.stream(producer, consumer)
    else:
        started = PullToPush_(producer, consumer, cooperator=cooperator)
        consumer.register_push_producer(started)
        started.start_streaming()
    if cancellable is not None:
        started.set_cancellable(cancellable)
    if made_here:
        setattr(started, CLOSING, spawn(close_at_end(started.wait(), consumer)))
    return started


def chunks(source, **properties):
    """Iterates over a source: ``async for chunk in PullToPush.chunks(source)``.

    The source is asked for a chunk only when the loop wants one, and cancelled when the loop is left.
    """
    return Chunks(lambda consumer: stream(source, consumer, **properties))


def cooperate(generator, *, cooperator=None):
    """Runs a generator in slices of the main loop, and returns its PullToPush.CooperativeTask.

    Each ``yield`` may be where a slice ends. Yielding an awaitable waits for it, and gives back its
    result; what the generator returns is the result of the task's wait().
    """
    if not hasattr(generator, "__iter__"):
        advice = ": call the generator function" if callable(generator) else f", not {type(generator).__name__}"
        raise TypeError(f"cooperate() needs a generator{advice}")
    check_options(cooperator)
    steps, record, task = Generated(generator), Record(), []
    record.value = None

    def step(*_):
        if steps.waiting:
            return PullToPush.StepResult.PENDING
        try:
            item = steps.next()
            while is_awaitable(item):
                if not steps.wait_for(item, lambda: task[0].ready()):
                    return PullToPush.StepResult.PENDING
                item = steps.next()
        except StopIteration as stop:
            record.value = stop.value
            return PullToPush.StepResult.FINISHED
        except Exception as exception:  # pylint: disable=broad-except
            raise note(record, exception, "The generator") from None
        pending = item is PullToPush.StepResult.PENDING
        return PullToPush.StepResult.PENDING if pending else PullToPush.StepResult.MORE

    chosen = PullToPush.Cooperator.ref_default() if cooperator is None else cooperator
    task.append(chosen.cooperate(step))
    setattr(task[0], RECORD, record)
    setattr(task[0], COOPERATOR, chosen)
    return task[0]


__all__ += ["from_iterable", "from_callable", "stream", "chunks", "cooperate"]
