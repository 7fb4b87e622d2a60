# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rule E14: an exception arrives as itself, whatever its class and its text."""

import asyncio

import pytest
from doubles import Collector, settle
from gi.repository import Gio, GLib, GObject, PullToPush


class TextFails(Exception):
    def __str__(self):
        raise ValueError("it has no text")

    __repr__ = __str__


class TextExits(Exception):
    def __str__(self):
        raise SystemExit(3)


class TextIsNone(Exception):
    def __str__(self):
        return None


class Falsy(Exception):
    def __bool__(self):
        return False

    def __len__(self):
        return 0


class BoolFails(Exception):
    def __bool__(self):
        raise ValueError("neither true nor false")


class EqualsAll(Exception):
    def __eq__(self, _):
        return True

    def __hash__(self):
        return 1


class EqualsNothing(Exception):
    def __eq__(self, _):
        raise ValueError("it cannot be compared")

    __hash__ = None


class BareError(GLib.Error):
    """Has none of the attributes that PyGObject looks for."""

    def __init__(self):  # pylint: disable=super-init-not-called
        pass


EXCEPTIONS = {
    "a NUL": lambda: ValueError("a\0b"),
    "a lone surrogate": lambda: ValueError("a\udc80b"),
    "a name beyond ASCII": lambda: type("Na\u00efve", (Exception,), {})("text"),
    "a long text": lambda: ValueError("x" * 1_000_000),
    "no text": ValueError,
    "a text that fails": TextFails,
    "a text that exits": TextExits,
    "a text that is none": TextIsNone,
    "KeyboardInterrupt": KeyboardInterrupt,
    "SystemExit": lambda: SystemExit(3),
    "GeneratorExit": GeneratorExit,
    "CancelledError": asyncio.CancelledError,
    "BaseException": lambda: BaseException("the base"),
    "a falsy one": Falsy,
    "a bool that fails": BoolFails,
    "equal to all": EqualsAll,
    "equal to nothing": EqualsNothing,
    "a group": lambda: ExceptionGroup("several", [ValueError("a"), KeyError("b\0c")]),
    "a group with exits": lambda: BaseExceptionGroup("several", [KeyboardInterrupt(), ValueError("\udc80")]),
    "GLib.Error": GLib.Error,
    "GLib.Error with a NUL": lambda: GLib.Error("a\0b", "g-io-error-quark", int(Gio.IOErrorEnum.FAILED)),
    "GLib.Error with a surrogate": lambda: GLib.Error("a\udc80", "g-io-error-quark", int(Gio.IOErrorEnum.FAILED)),
    "GLib.Error with no text": lambda: GLib.Error(None, "g-io-error-quark", 0),
    "GLib.Error with a code that is none": lambda: GLib.Error("text", "g-io-error-quark", "one"),
    "GLib.Error without attributes": BareError,
}


class Producer(GObject.Object, PullToPush.PullProducer):
    def __init__(self, exception):
        super().__init__()
        self.exception = exception

    def do_produce(self, consumer):
        raise self.exception

    def do_cancel(self):
        pass


def generator(exception):
    yield b"a"
    raise exception


async def asynchronous(exception):
    yield b"a"
    raise exception


async def fails(exception):
    raise exception


def awaiting(exception):
    yield fails(exception)


def raiser(exception):
    def fail(*_):
        raise exception

    return fail


def step(exception):
    return PullToPush.Cooperator.ref_default().cooperate(raiser(exception))


PATHS = {
    "a generator": lambda e: PullToPush.stream(generator(e), Collector()),
    "an asynchronous generator": lambda e: PullToPush.stream(asynchronous(e), Collector()),
    "what a generator awaits": lambda e: PullToPush.stream(awaiting(e), Collector()),
    "a function": lambda e: PullToPush.stream([b"a"], raiser(e)),
    "a producer": lambda e: PullToPush.stream(Producer(e), Collector()),
    "a consumer": lambda e: PullToPush.stream([b"a"], Collector(on_write=raiser(e))),
    "in C's way": lambda e: PullToPush.PullToPush.stream(Producer(e), Collector()),
    "a generator in slices": lambda e: PullToPush.cooperate(generator(e)),
    "a step function": step,
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", EXCEPTIONS)
def test_rules_E14_it_arrives_as_itself(path, name):
    exception = EXCEPTIONS[name]()
    stream = PATHS[path](exception)
    ended = []
    stream.wait().add_done_callback(lambda future: ended.append(future.exception()))
    while not ended:
        GLib.MainContext.default().iteration(True)
    settle()
    assert ended[0] is exception
    assert stream.exception is exception
    assert stream.get_state() == PullToPush.StreamState.FAILED


@pytest.mark.parametrize("name", ["a NUL", "a text that fails", "SystemExit", "a bool that fails"])
def test_rules_E14_run_raises_it(name):
    exception = EXCEPTIONS[name]()
    with pytest.raises(type(exception)) as caught:
        PullToPush.run(PullToPush.stream(generator(exception), Collector()).wait())
    assert caught.value is exception


def test_rules_E14_c_reads_all_of_the_text():
    stream = PullToPush.stream(generator(ValueError("a\0b\udc80c")), Collector())
    with pytest.raises(ValueError):
        PullToPush.run(stream.wait())
    assert stream.get_error().message.endswith(r"raised ValueError: a\x00b\udc80c")


def test_rules_E14_one_that_replaces_another_of_the_same_text():
    """The error of C is the same, and what was raised last is what arrives."""

    class Replacing(Producer, PullToPush.PullProducer):
        def do_produce(self, consumer):
            try:
                raise self.exception
            except ValueError:
                raise ValueError("the same text") from None

    first = ValueError("the same text")
    with pytest.raises(ValueError) as caught:
        PullToPush.run(PullToPush.stream(Replacing(first), Collector()).wait())
    assert caught.value is not first


def test_a_step_function_gets_what_it_was_given():
    seen = []

    def work(*arguments):
        seen.append(arguments)
        return PullToPush.StepResult.FINISHED

    task = PullToPush.Cooperator.ref_default().cooperate(work, "a", "b")
    assert PullToPush.run(task.wait()) is True
    assert seen == [("a", "b")]


def test_a_stop_iteration_is_not_taken_for_the_end():
    class Once:
        def __iter__(self):
            return self

        def __next__(self):
            failed = PullToPush.Future()
            failed.set_exception(StopIteration())
            return failed

    for stream in (PullToPush.stream(Once(), Collector()), PullToPush.cooperate(Once())):
        with pytest.raises(RuntimeError, match="StopIteration"):
            PullToPush.run(stream.wait())
