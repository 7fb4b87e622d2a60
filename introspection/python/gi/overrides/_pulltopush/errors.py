# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How an exception gets through C: as a GError that names it, and back as itself.

C copies an error, and what comes out is a new GLib.Error without a traceback. So what was raised is
kept in a record, which the stream shares with its two ends, and found again by what the error says.
"""

import enum
import functools
import weakref

from gi.module import get_introspection_module
from gi.repository import GLib

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


def raising_typed(function):
    """A function of C whose errors arrive with their types."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except GLib.Error as error:
            raise typed(error) from None

    return call


# In the instance's dictionary of a stream, a task, a producer or a consumer.
RECORD = "_ptp_record"


def same(error, other):
    return (error.domain, error.code, error.message) == (other.domain, other.code, other.message)


class Record:
    """What was raised while one stream ran, with the errors that C was told."""

    def __init__(self):
        self.raised = []
        self.value = True

    def add(self, exception, error):
        # An exception of write comes through produce once more, as the error that C made of it.
        if not any(same(error, known) for _, known in self.raised):
            self.raised.append((exception, error))

    def find(self, error):
        return next((exception for exception, known in self.raised if same(error, known)), None)


def record_of(thing):
    found = getattr(thing, RECORD, None)
    return found() if isinstance(found, weakref.ref) else found


def new_record(*ends):
    """Returns the record of a stream between these, which only the stream is to keep.

    A traceback refers to what it went through; if that kept the record, it would keep itself.
    """
    record = Record()
    for end in ends:
        setattr(end, RECORD, weakref.ref(record))
    return record


def to_error(exception, where):
    """Rule E2: a failure of any kind names the type and the virtual function."""
    if isinstance(exception, GLib.Error):
        return exception
    says = f"{where} raised {type(exception).__name__}"
    message = f"{says}: {exception}" if str(exception) else says
    error = typed(GLib.Error.new_literal(DOMAIN, message, PullToPush.Error.FAILED))
    return error


def note(record, exception, where):
    """Returns the error that tells C of an exception, after it was written down."""
    error = to_error(exception, where)
    if record is not None:
        record.add(exception, error)
    return error


def guarded(function, name):
    """A virtual function that may raise what it likes."""

    @functools.wraps(function)
    def call(self, *args):
        try:
            return function(self, *args)
        except Exception as exception:  # pylint: disable=broad-except
            raise note(record_of(self), exception, f"{type(self).__name__}.{name}()") from None

    return call


def guard_class(cls, *names):
    for name in names:
        function = cls.__dict__.get(f"do_{name}")
        if callable(function):
            setattr(cls, f"do_{name}", guarded(function, name))


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
