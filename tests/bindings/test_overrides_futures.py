# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Futures: their callbacks, exceptions that nobody retrieves, and loops that are not GLib's."""

import asyncio
import gc
import sys

import pytest
from doubles import Collector, run_until, settle
from gi.repository import Gio, GLib, PullToPush


def listen(monkeypatch):
    """The exceptions that are reported from here on; pytest listens itself until the test begins."""
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda report: seen.append(report.exc_value))
    return seen


def test_a_callback_that_raises_keeps_no_other_from_being_called(monkeypatch):
    reported = listen(monkeypatch)
    called = []
    future = PullToPush.Future()
    error = ValueError("the first callback")

    def fail(_):
        raise error

    async def wait():
        called.append(await future)

    future.add_done_callback(fail)
    task = PullToPush.spawn(wait())
    future.add_done_callback(lambda _: called.append("last"))
    future.set_result("result")
    assert called == ["result", "last"]
    assert task.done()
    assert reported == [error]


def test_a_callback_that_comes_late_may_raise_as_well(monkeypatch):
    reported = listen(monkeypatch)
    future = PullToPush.Future()
    future.set_result(None)
    future.add_done_callback(lambda _: 1 / 0)
    assert [type(error) for error in reported] == [ZeroDivisionError]


def test_a_callback_that_exits_does_so_after_the_others():
    called = []
    future = PullToPush.Future()
    future.add_done_callback(lambda _: sys.exit(3))
    future.add_done_callback(lambda _: called.append("last"))
    with pytest.raises(SystemExit):
        future.set_result(None)
    assert called == ["last"]


def test_a_report_without_a_hook_is_a_traceback(monkeypatch, capsys):
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    future = PullToPush.Future()
    future.set_exception(ValueError("text \udc80"))
    del future
    said = capsys.readouterr().err
    assert said.startswith("Exception ignored in a Future: the exception was never retrieved:\n")
    assert "ValueError: text" in said


def test_a_hook_that_raises_is_of_no_consequence(monkeypatch):
    monkeypatch.setattr(sys, "unraisablehook", lambda _: 1 / 0)
    future = PullToPush.Future()
    future.add_done_callback(lambda _: 1 / 0)
    future.set_result(None)


def test_rules_E13_an_exception_that_nobody_retrieves_is_reported(monkeypatch):
    reported = listen(monkeypatch)
    error = ValueError("nobody asks")
    future = PullToPush.Future()
    # A callback that does not look at the exception does not retrieve it.
    future.add_done_callback(lambda _: None)
    future.set_exception(error)
    assert reported == []
    del future
    gc.collect()
    assert reported == [error]


@pytest.mark.parametrize(
    "error",
    [
        asyncio.CancelledError(),
        PullToPush.StoppedError("stopped", "ptp-error-quark", int(PullToPush.Error.STOPPED)),
        GLib.Error.new_literal(Gio.io_error_quark(), "cancelled", Gio.IOErrorEnum.CANCELLED),
    ],
)
def test_rules_E13_what_was_asked_for_does_not_count(monkeypatch, error):
    reported = listen(monkeypatch)
    future = PullToPush.Future()
    future.set_exception(error)
    del future
    gc.collect()
    assert reported == []


@pytest.mark.parametrize("retrieve", [lambda f: f.exception(), lambda f: pytest.raises(ValueError, f.result)])
def test_rules_E13_a_retrieved_exception_is_not_reported(monkeypatch, retrieve):
    reported = listen(monkeypatch)
    future = PullToPush.Future()
    future.set_exception(ValueError("asked for"))
    retrieve(future)
    del future
    gc.collect()
    assert reported == []


def test_rules_E13_what_a_cancelled_task_raises_is_reported(monkeypatch):
    reported = listen(monkeypatch)
    async def clumsy():
        try:
            await PullToPush.Future()
        finally:
            raise KeyError("while it cleans up")

    PullToPush.spawn(clumsy()).cancel()
    gc.collect()
    assert [type(error) for error in reported] == [KeyError]


def test_rules_E13_an_awaited_failure_is_not_reported(monkeypatch):
    reported = listen(monkeypatch)
    def broken():
        yield b"a"
        raise ValueError("awaited")

    async def main():
        with pytest.raises(ValueError):
            await PullToPush.stream(broken(), Collector()).wait()
        with pytest.raises(ValueError):
            async for _ in PullToPush.chunks(broken()):
                pass

    PullToPush.run(main())
    settle()
    gc.collect()
    assert reported == []


def test_rules_E13_leaving_a_loop_over_chunks_is_not_reported(monkeypatch):
    reported = listen(monkeypatch)
    closed = []

    def endless():
        try:
            while True:
                yield b"more"
        finally:
            closed.append(True)

    async def main():
        async for _ in PullToPush.chunks(endless()):
            break

    PullToPush.run(main())
    run_until(lambda: closed)
    settle()
    gc.collect()
    assert reported == []


WAITS = {
    "a future": PullToPush.Future,
    "a stream": lambda: PullToPush.stream([b"a"], Collector()).wait(),
    "a task": lambda: PullToPush.cooperate(iter([1])).wait(),
    "chunks": lambda: PullToPush.chunks([b"a"]).__anext__(),
}


@pytest.mark.parametrize("name", WAITS)
def test_a_loop_that_is_not_glibs_is_refused(name):
    async def main():
        await asyncio.wait_for(WAITS[name](), 2)

    with pytest.raises(RuntimeError, match="GLib"):
        asyncio.run(main())
    settle()


def test_what_is_done_needs_no_loop():
    async def main():
        future = PullToPush.Future()
        future.set_result("there")
        return await future

    assert asyncio.run(main()) == "there"


def test_run_inside_a_loop_that_is_not_glibs_is_refused():
    async def inner():
        return 1

    async def main():
        PullToPush.run(inner())

    with pytest.raises(RuntimeError, match="GLib"):
        asyncio.run(main())
