# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How an exception gets through C: as a GError that names it, and back as itself.

C copies an error, and what comes out is a new GLib.Error without a traceback. So what was raised is
kept in a record, which the stream shares with its two ends, and found again by what the error says.
"""

import asyncio
import enum
import functools
import sys
import traceback
import types
import weakref

from gi.module import get_introspection_module
from gi.repository import Gio, GLib

PullToPush = get_introspection_module("PullToPush")
DOMAIN = PullToPush.Error.quark()


class StreamError(GLib.Error):
    """An error of the library itself, as an exception of a type of its own for each code."""


def _class_of(code):
    name = "".join(word.capitalize() for word in code.value_nick.split("-")) + "Error"
    return type(name, (StreamError,), {"__module__": "gi.repository.PullToPush"})


# From PyGObject 3.52 on, it is an enumeration of Python's.
_is_enum = isinstance(PullToPush.Error, enum.EnumMeta)
_members = PullToPush.Error if _is_enum else PullToPush.Error.__enum_values__.values()
_codes = {int(code): code for code in _members}
ERROR_CLASSES = {number: _class_of(code) for number, code in _codes.items()}


def typed(error):
    """The same, with the type that says what it is; errors of others stay as they are."""
    if not isinstance(error, StreamError) and error.domain == GLib.quark_to_string(DOMAIN):
        cls = ERROR_CLASSES.get(error.code, StreamError)
        return cls(error.message, error.domain, error.code)
    return error


STOPPED = ERROR_CLASSES[int(PullToPush.Error.STOPPED)]


def was_asked_for(exception):
    """Rule E13: whether it only says that somebody stopped or cancelled something."""
    if isinstance(exception, GLib.Error) and survives(exception):
        return isinstance(exception, STOPPED) or exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
    return isinstance(exception, asyncio.CancelledError)


def report_unhandled(where, exception):
    """Rule E13: shows an exception that there is nobody to raise to, through sys.unraisablehook."""
    says = f"Exception ignored in {where}"
    hook = sys.unraisablehook
    try:
        if hook is not None and hook is not sys.__unraisablehook__:
            report = types.SimpleNamespace(
                exc_type=type(exception),
                exc_value=exception,
                exc_traceback=exception.__traceback__,
                err_msg=says,
                object=None,
            )
            hook(report)
        elif sys.stderr is not None:
            # Python's own hook takes only what the interpreter makes.
            text = "".join(traceback.format_exception(type(exception), exception, exception.__traceback__))
            print(f"{says}:\n{clean(text)}", end="", file=sys.stderr, flush=True)
    except Exception:  # pylint: disable=broad-except
        # A hook that fails is no reason for more to fail.
        pass


def raising_typed(function):
    """A function of C whose errors arrive with their types."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except GLib.Error as error:
            raise typed(error) from None

    return call


# In the instance's dictionary: of a stream or a task, of a producer and of a consumer.
RECORD = "_ptp_record"
SOURCE = "_ptp_source_record"
SINK = "_ptp_sink_record"
# In that of an error which C made of an exception.
RAISED = "_ptp_raised"


def same(error, other):
    return (error.domain, error.code, error.message) == (other.domain, other.code, other.message)


class Record:
    """What was raised while one stream ran, with the errors that C was told."""

    def __init__(self):
        self.raised = []
        # What the generator of a task has returned.
        self.value = True

    def add(self, exception, error):
        known = next((index for index, (_, other) in enumerate(self.raised) if same(error, other)), None)
        if known is None:
            self.raised.append((exception, error))
        elif not isinstance(exception, GLib.Error):
            # An exception of write comes through produce once more, as the GLib.Error that C made of it. Any
            # other exception with the same text was raised anew.
            self.raised[known] = exception, error

    def find(self, error):
        return next((exception for exception, known in self.raised if same(error, known)), None)


def record_of(thing, role=RECORD):
    found = getattr(thing, role, None)
    return found() if isinstance(found, weakref.ref) else found


def keep_record(stream, producer, consumer):
    """Gives a stream a record, which only the stream keeps, and which its two ends find.

    A traceback refers to what it went through; if that kept the record, it would keep itself.
    """
    record = Record()
    setattr(stream, RECORD, record)
    setattr(producer, SOURCE, weakref.ref(record))
    setattr(consumer, SINK, weakref.ref(record))


def clean(text):
    """The text as C can keep it: valid UTF-8 without a NUL, which would end it."""
    return text.encode("utf-8", "backslashreplace").replace(b"\0", rb"\x00").decode("utf-8")


def text_of(exception):
    """The text of an exception, also of one that cannot tell it."""
    try:
        return clean(str(exception))
    except BaseException:  # pylint: disable=broad-except
        return "(its text could not be read)"


def survives(error):
    """Whether PyGObject can make a GError of it that has the same message."""
    message, domain, code = (getattr(error, name, None) for name in ("message", "domain", "code"))
    if not (isinstance(message, str) and isinstance(domain, str) and isinstance(code, int)):
        return False
    return clean(message) == message and clean(domain) == domain and -(2**31) <= code < 2**31


def to_error(exception, where=None):
    """Rules E2 and E14: the error names the type and the text, and where it was raised if that is known."""
    if isinstance(exception, GLib.Error) and survives(exception):
        return exception
    text, name = text_of(exception), clean(type(exception).__name__)
    says = name if where is None else f"{where} raised {name}"
    message = f"{says}: {text}" if text else says
    return typed(GLib.Error.new_literal(DOMAIN, message, PullToPush.Error.FAILED))


def note(record, exception, where=None):
    """Returns the error that tells C of an exception, after it was written down."""
    error = to_error(exception, where)
    if record is not None:
        # A reason that is passed on is still what was raised at first.
        record.add(getattr(exception, RAISED, exception), error)
    return error


def to_reason(thing, role, reason):
    """The error that tells C why something is to end, made of any exception."""
    if reason is None:
        return stopped_error()
    if not isinstance(reason, BaseException):
        raise TypeError(f"A reason is an exception or None, not {type(reason).__name__}")
    return note(record_of(thing, role), reason)


def from_c(record, error):
    """An error that C tells to Python, with its type; what was raised at first is its cause."""
    if not isinstance(error, GLib.Error):
        # Called from Python, as by a subclass.
        return error
    error = typed(error)
    raised = record.find(error) if record is not None else None
    if raised is not None and raised is not error:
        error.__cause__ = raised
        setattr(error, RAISED, raised)
    return error


def stopped_error():
    """What the library says to those who wait for what is stopped."""
    text = "The stream was stopped before it was finished"
    return typed(GLib.Error.new_literal(DOMAIN, text, PullToPush.Error.STOPPED))


def cancelled_error():
    text = "What waited for the stream was cancelled"
    return GLib.Error.new_literal(Gio.io_error_quark(), text, Gio.IOErrorEnum.CANCELLED)


# A subclass says these; see guard_class().


def guarded(function, name, role):
    """A virtual function that may raise anything."""

    @functools.wraps(function)
    def call(self, *args):
        try:
            return function(self, *args)
        except BaseException as exception:  # pylint: disable=broad-except
            error = note(record_of(self, role), exception, f"{type(self).__name__}.{name}()")
            if error is exception:
                # As it is, with its cause.
                raise
            raise error from None

    return call


def given_reason(function, role):
    """A virtual function whose last argument is the reason of an end."""

    @functools.wraps(function)
    def call(self, *args):
        return function(self, *args[:-1], from_c(record_of(self, role), args[-1]))

    return call


def done_unless(function):
    """A virtual function that ends a consumer: None says that it is done."""

    @functools.wraps(function)
    def call(self, *args):
        result = function(self, *args)
        return PullToPush.EndResult.DONE if result is None else result

    return call


def guard_class(cls, role, raising=(), ending=(), reasoned=()):
    """Makes the virtual functions that a class defines say to C what they say in Python."""
    for name in {*raising, *ending, *reasoned}:
        function = cls.__dict__.get(f"do_{name}")
        if not callable(function):
            continue
        if name in reasoned:
            function = given_reason(function, role)
        if name in ending:
            function = done_unless(function)
        if name in raising:
            function = guarded(function, name, role)
        setattr(cls, f"do_{name}", function)


def guarded_step(function, record):
    """The function of a cooperative task, which may raise anything."""

    def call(*args):
        try:
            return function(*args)
        except BaseException as exception:  # pylint: disable=broad-except
            error = note(record, exception, "The function of the task")
            if error is exception:
                raise
            raise error from None

    return call


def exception_of(ended):
    """What made a stream or a task fail, as it was raised; None if it did not fail."""
    error = ended.get_error()
    record = record_of(ended)
    if error is None:
        return None
    raised = record.find(error) if record is not None else None
    return typed(error) if raised is None else raised


def forget_exception(ended):
    """Returns what was raised, if that was an exception of Python, and keeps it no more."""
    record = record_of(ended)
    if record is None or ended.get_error() is None:
        return None
    raised = record.find(ended.get_error())
    record.raised.clear()
    return raised


def report_unheard(ended, _, *__):
    """Rule E13: a stream or a task has failed, and nobody waits for it or listens."""
    exception = exception_of(ended)
    # Somebody has cancelled what the source waited for.
    if exception is not None and not isinstance(exception, asyncio.CancelledError):
        report_unhandled(f"a {type(ended).__name__} that nobody waits for", exception)
