# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What makes PullToPush at home in Python. PyGObject loads it with gi.repository.PullToPush."""

import functools

from gi.module import get_introspection_module
from gi.overrides import override
from gi.repository import Gio, GLib

from ._pulltopush.errors import ERROR_CLASSES, RECORD, SINK, SOURCE, Record, StreamError
from ._pulltopush.errors import exception_of, forget_exception, guard_class, guarded_step, keep_record
from ._pulltopush.errors import raising_typed, record_of, report_unheard, same, stopped_error, to_reason, typed
from ._pulltopush.future import EndFuture, Future, run, spawn
from ._pulltopush.holds import Holding

PullToPush = get_introspection_module("PullToPush")

__all__ = ["Future", "StreamError", "run", "spawn"]

# AlreadyRegisteredError, ClosedError and the like: a class for each code of the error domain.
for error_class in ERROR_CLASSES.values():
    globals()[error_class.__name__] = error_class
    __all__.append(error_class.__name__)


def overriding(cls):
    __all__.append(cls.__name__)
    return override(cls)


# Whoever implements one of them may raise any exception, and whoever calls may give any as a reason.


class PullProducer(PullToPush.PullProducer):
    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        guard_class(cls, SOURCE, raising=["produce"], reasoned=["cancel"])

    produce = raising_typed(PullToPush.PullProducer.produce)

    def cancel(self, reason=None):
        """Nobody will ask again; the reason is any exception, or StoppedError if there is none."""
        super().cancel(to_reason(self, SOURCE, reason))

    def emit_broken(self, error):
        """Says with any exception that it broke while nobody asked."""
        super().emit_broken(to_reason(self, SOURCE, error))


PullProducer = overriding(PullProducer)


class PushProducer(PullToPush.PushProducer):
    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        guard_class(cls, RECORD, reasoned=["stop_producing"])

    def stop_producing(self, reason=None):
        """Stops it; the reason is any exception, or StoppedError if there is none."""
        super().stop_producing(to_reason(self, RECORD, reason))


PushProducer = overriding(PushProducer)


class Consumer(PullToPush.Consumer):
    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        ends = ["finish", "abort"]
        guard_class(cls, SINK, raising=["write", "register_push_producer", *ends], ending=ends, reasoned=["abort"])

    write = raising_typed(PullToPush.Consumer.write)
    register_push_producer = raising_typed(PullToPush.Consumer.register_push_producer)
    register_pull_producer = raising_typed(PullToPush.Consumer.register_pull_producer)
    finish = raising_typed(PullToPush.Consumer.finish)

    def abort(self, reason=None):
        """Undoes what can be undone; the reason is any exception, or StoppedError if there is none."""
        try:
            return super().abort(to_reason(self, SINK, reason))
        except GLib.Error as error:
            raise typed(error) from None

    def wait_settled(self, cancellable=None):
        """Awaits that what finish or abort began is over, and what it came to."""
        check_options(cancellable=cancellable)
        future = Future()

        def answer(_, result):
            try:
                future.set_result(self.wait_settled_finish(result))
            except GLib.Error as error:
                future.set_exception(typed(error))

        self.wait_settled_async(cancellable, answer)
        return future

    def emit_settle_failed(self, error):
        """Says with any exception that what was pending failed."""
        super().emit_settle_failed(to_reason(self, SINK, error))


Consumer = overriding(Consumer)

# pylint: disable=wrong-import-position
# They are made of the three above.
from ._pulltopush.sinks import CallableConsumer, Chunks, to_consumer  # noqa: E402
from ._pulltopush.sources import Generated, IterableProducer, to_producer  # noqa: E402
from ._pulltopush.sources import is_awaitable  # noqa: E402

# pylint: enable=wrong-import-position


def check_options(cooperator=None, cancellable=None):
    """Before anything has begun: afterwards, nobody would have the stream."""
    for name, value, cls, advice in (
        ("cooperator", cooperator, PullToPush.Cooperator, "PullToPush.Cooperator"),
        ("cancellable", cancellable, Gio.Cancellable, "Gio.Cancellable"),
    ):
        if value is not None and not isinstance(value, cls):
            what = f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__
            raise TypeError(f"The {name} is a {advice} or None, not {what}")


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
        """Awaits the end; raises what made it fail, or StoppedError.

        A coroutine that is cancelled while it awaits this cancels what it waits for.
        """
        check_options(cancellable=cancellable)
        future = EndFuture(self._stop)
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

        for name in ("finished", "stopped", "failed"):
            handlers.append(self.connect(name, end))

    def _tell(self, future):
        if self.get_state() == PullToPush.StreamState.FINISHED:
            future.set_result(self._get_value())
        elif self.get_state() == PullToPush.StreamState.STOPPED:
            future.set_exception(stopped_error())
        else:
            future.set_exception(self.exception)

    def _get_value(self):
        record = record_of(self)
        return True if record is None else record.value

    def _take_wait(self, future, cancellable):
        def answer(_, result):
            try:
                super(Ending, self).wait_finish(result)
            except GLib.Error as error:
                # The wait itself may have been cancelled.
                its_own = self.get_error() is not None and same(error, self.get_error())
                exception = self.exception if its_own else typed(error)
            else:
                exception = None
            # What is raised from here on refers to this call: see wait_finish().
            del result
            if exception is None:
                future.set_result(self._get_value())
            else:
                future.set_exception(exception)

        self.wait_async(cancellable, answer)


# In the instance's dictionary of a task.
COOPERATOR = "_ptp_cooperator"


start_stream = raising_typed(PullToPush.PullToPush.stream)


def check_ends(producer, consumer):
    """What is no object of C would end in a complaint that nobody understands."""
    for thing, interface, role in ((producer, PullProducer, "producer"), (consumer, Consumer, "consumer")):
        if not isinstance(thing, interface):
            raise TypeError(
                f"The {role} is to be a PullToPush.{interface.__name__}, not {type(thing).__name__}; "
                "PullToPush.stream() takes iterables, functions and streams as well"
            )


class PullToPush_(Ending, Holding, PullToPush.PullToPush):  # pylint: disable=invalid-name
    def __init__(self, producer, consumer, **properties):
        check_ends(producer, consumer)
        check_options(properties.get("cooperator"), properties.get("cancellable"))
        super().__init__(producer=producer, consumer=consumer, **properties)
        keep_record(self, producer, consumer)

    @classmethod
    def new(cls, producer, consumer):
        return cls(producer, consumer)

    @staticmethod
    def stream(producer, consumer):
        check_ends(producer, consumer)
        stream = start_stream(producer, consumer)
        keep_record(stream, producer, consumer)
        return stream

    def _stop(self, reason):
        self.stop_producing(reason)


PullToPush_.__name__ = "PullToPush"
PullToPush_ = override(PullToPush_)


class CooperativeTask(Ending, PullToPush.CooperativeTask):
    def __class_getitem__(cls, _):
        """For annotations, such as CooperativeTask[int]."""
        return cls

    def _stop(self, _):
        self.stop()

    def get_cooperator(self):
        """What runs it, or None if it was not made here."""
        return getattr(self, COOPERATOR, None)


CooperativeTask = overriding(CooperativeTask)


class Cooperator(PullToPush.Cooperator):
    @functools.wraps(PullToPush.Cooperator.cooperate)
    def cooperate(self, step_func, *user_data):
        if not callable(step_func):
            raise TypeError(f"cooperate() needs a function, not {type(step_func).__name__}")
        record = Record()
        task = super().cooperate(guarded_step(step_func, record), *user_data)
        setattr(task, RECORD, record)
        setattr(task, COOPERATOR, self)
        return task


Cooperator = overriding(Cooperator)


class OutputStreamConsumer(PullToPush.OutputStreamConsumer):
    set_marks = raising_typed(PullToPush.OutputStreamConsumer.set_marks)


OutputStreamConsumer = overriding(OutputStreamConsumer)


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


def stream(source, sink, *, cooperator=None, cancellable=None, flags=PullToPush.PullToPushFlags.NONE):
    """Streams from a source into a sink, and returns the running PullToPush.PullToPush.

    The source is a PullProducer, a Gio.InputStream, a Gio.File, a Gio.IOStream, bytes, or any iterable
    of bytes. The sink is a Consumer, a Gio.OutputStream, a Gio.File, which is replaced when all of it
    is there and not before, a Gio.IOStream, a function, or an object with write(), finish() and
    abort(). Keyword arguments are the properties of the stream.
    """
    check_options(cooperator, cancellable)
    consumer = to_consumer(sink)
    producer = to_producer(source)
    options = {} if cooperator is None else {"cooperator": cooperator}
    if options or flags != PullToPush.PullToPushFlags.NONE:
        started = PullToPush_(producer, consumer, flags=flags, **options)
        consumer.register_push_producer(started)
        started.start_streaming()
    else:
        started = PullToPush_.stream(producer, consumer)
    if cancellable is not None:
        started.set_cancellable(cancellable)
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
    steps, task = Generated(generator), []

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
            record_of(task[0]).value = stop.value
            return PullToPush.StepResult.FINISHED
        pending = item is PullToPush.StepResult.PENDING
        return PullToPush.StepResult.PENDING if pending else PullToPush.StepResult.MORE

    chosen = PullToPush.Cooperator.ref_default() if cooperator is None else cooperator
    task.append(chosen.cooperate(step))
    return task[0]


# Rule E13.
PullToPush.set_unheard_func(report_unheard)

__all__ += ["from_iterable", "from_callable", "stream", "chunks", "cooperate"]
