# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A coroutine that is cancelled stops what it waits for."""

import asyncio
import os
import signal
import sys

import pytest
from doubles import Collector, run_until, settle
from gi.repository import Gio, GLib, PullToPush

State = PullToPush.StreamState


def later(value):
    future = PullToPush.Future()
    GLib.timeout_add(1, lambda: future.set_result(value))
    return future


def is_cancelled(error):
    return isinstance(error, GLib.Error) and error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)


def source(log):
    try:
        while True:
            yield later(None)
            log.append("step")
            yield b"x"
    finally:
        log.append("closed")


async def copy(log):
    await PullToPush.stream(source(log), lambda _: None).wait()


async def copy_to_output(log):
    await PullToPush.stream(source(log), Gio.MemoryOutputStream.new_resizable()).wait()


async def copy_cancellably(log):
    await PullToPush.stream(source(log), lambda _: None).wait(Gio.Cancellable())


async def chunks(log):
    async for _ in PullToPush.chunks(source(log)):
        pass


async def cooperate(log):
    await PullToPush.cooperate(source(log)).wait()


async def other_task(log):
    await PullToPush.spawn(copy(log))


async def asynchronous_source(log):
    async def through():
        async for chunk in PullToPush.chunks(source(log)):
            yield chunk

    await PullToPush.stream(through(), lambda _: None).wait()


WAITS = [copy, copy_to_output, copy_cancellably, chunks, cooperate, other_task, asynchronous_source]


@pytest.mark.parametrize("wait", WAITS)
def test_what_a_cancelled_coroutine_awaits_is_stopped(wait, monkeypatch):
    reported = []
    monkeypatch.setattr(sys, "unraisablehook", lambda report: reported.append(report.exc_value))
    log = []
    task = PullToPush.spawn(wait(log))
    run_until(lambda: len(log) > 2)
    task.cancel()
    run_until(task.done)
    with pytest.raises(asyncio.CancelledError):
        task.result()
    run_until(lambda: log[-1] == "closed")
    settle()
    assert log.count("closed") == 1
    assert log[-1] == "closed"
    del task
    assert reported == []


@pytest.mark.parametrize("wait", [copy, chunks, cooperate])
def test_the_cancellation_arrives_when_all_has_ended(wait):
    log, seen = [], []

    async def main():
        try:
            await wait(log)
        except asyncio.CancelledError:
            seen.append(log[-1])
            raise

    task = PullToPush.spawn(main())
    run_until(lambda: len(log) > 2)
    task.cancel()
    run_until(task.done)
    if wait is not cooperate:
        assert seen == ["closed"]


def test_a_second_cancellation_does_not_wait_for_the_end():
    task = PullToPush.spawn(copy([]))
    settle()
    task.cancel()
    assert not task.done()
    task.cancel()
    assert task.done()
    settle()


def test_a_coroutine_that_is_closed_stops_what_it_awaits():
    stream = PullToPush.stream(source([]), Collector())
    waiting = stream.wait().__await__()
    next(waiting)
    waiting.close()
    settle()
    assert stream.get_state() == State.FAILED
    assert is_cancelled(stream.exception)


def test_others_that_wait_hear_that_it_was_cancelled():
    stream = PullToPush.stream(source([]), Collector())

    async def wait():
        await stream.wait()

    first, second = PullToPush.spawn(wait()), PullToPush.spawn(wait())
    settle()
    first.cancel()
    run_until(lambda: first.done() and second.done())
    assert is_cancelled(second.exception())
    with pytest.raises(asyncio.CancelledError):
        first.result()


def test_an_interrupt_stops_what_is_awaited():
    log = []

    async def main():
        GLib.timeout_add(20, lambda: os.kill(os.getpid(), signal.SIGINT))
        await copy(log)

    with pytest.raises(KeyboardInterrupt):
        PullToPush.run(main())
    assert log[-1] == "closed"


class GLibLoop(asyncio.SelectorEventLoop):
    """The least of an asyncio loop that gives GLib its turns."""

    def _run_once(self):
        GLib.MainContext.default().iteration(False)
        self.call_soon(lambda: None)
        super()._run_once()


@pytest.mark.parametrize("wait", WAITS)
def test_a_timeout_of_asyncio_stops_what_is_awaited(wait):
    log = []

    async def main():
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(wait(log), 0.02)

    loop = GLibLoop()
    try:
        loop.run_until_complete(main())
        run_until(lambda: log[-1] == "closed")
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
    assert log.count("closed") == 1
