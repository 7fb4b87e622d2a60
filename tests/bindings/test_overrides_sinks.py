# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Functions that take chunks: those that wait, and what they return."""

import asyncio
import functools
import io
import os
import threading

import pytest
from doubles import Collector, ListProducer, run_until, settle
from gi.repository import Gio, GLib, PullToPush

State = PullToPush.StreamState


class Slow:
    """Takes one chunk at a time, and says when."""

    def __init__(self):
        self.log = []
        self.waiting = []

    async def write(self, chunk):
        self.log.append(("begins", chunk))
        future = PullToPush.Future()
        self.waiting.append(future)
        await future
        self.log.append(("ends", chunk))

    def go_on(self):
        run_until(lambda: self.waiting)
        self.waiting.pop().set_result(None)


async def slowly(seen, chunk):
    future = PullToPush.Future()
    GLib.idle_add(lambda: future.set_result(None))
    await future
    seen.append(chunk)


def test_the_next_chunk_comes_when_the_last_one_is_done():
    slow = Slow()
    stream = PullToPush.stream([b"a", b"b"], slow.write)
    settle()
    assert slow.log == [("begins", b"a")]
    assert (stream.get_state(), stream.dup_holders()) == (State.PAUSED, ["consumer"])
    slow.go_on()
    settle()
    assert slow.log == [("begins", b"a"), ("ends", b"a"), ("begins", b"b")]
    slow.go_on()
    assert PullToPush.run(stream.wait()) is True
    assert slow.log[-1] == ("ends", b"b")


@pytest.mark.parametrize("cancellable", [False, True])
def test_the_stream_ends_when_the_last_chunk_is_done(cancellable):
    slow = Slow()
    stream = PullToPush.stream([b"a"], slow.write)
    waiting = stream.wait(Gio.Cancellable() if cancellable else None)
    settle()
    assert not waiting.done()
    slow.go_on()
    assert PullToPush.run(waiting) is True
    assert slow.log == [("begins", b"a"), ("ends", b"a")]


@pytest.mark.parametrize(
    "make",
    [
        lambda seen: functools.partial(slowly, seen),
        lambda seen: lambda chunk: slowly(seen, chunk),
        lambda seen: PullToPush.from_callable(functools.partial(slowly, seen)),
    ],
)
def test_anything_that_returns_an_awaitable_will_do(make):
    seen = []
    assert PullToPush.run(PullToPush.stream([b"a", b"b", b"c"], make(seen)).wait()) is True
    assert seen == [b"a", b"b", b"c"]


def test_a_function_that_waits_for_nothing_does_not_pause():
    seen = []

    async def take(chunk):
        seen.append(chunk)

    stream = PullToPush.stream([b"a", b"b"], take)
    assert PullToPush.run(stream.wait()) is True
    assert seen == [b"a", b"b"]


def test_several_chunks_of_one_step_come_one_after_the_other():
    slow = Slow()

    def three(consumer):
        for chunk in (b"a", b"b", b"c"):
            consumer.write(GLib.Bytes.new(chunk))
        return PullToPush.StepResult.FINISHED

    stream = PullToPush.stream(ListProducer(three), slow.write)
    for _ in range(3):
        slow.go_on()
    assert PullToPush.run(stream.wait()) is True
    assert [word for word, _ in slow.log] == ["begins", "ends"] * 3


def failing(after):
    async def fail(chunk):
        if after:
            await slowly([], chunk)
        raise ValueError("cannot take it")

    return fail


def endless(closed):
    try:
        while True:
            yield b"more"
    finally:
        closed.append(True)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("source", [lambda closed: endless(closed), lambda closed: [b"the only one"]])
def test_an_exception_in_it_is_the_error_of_the_stream(after, source):
    closed = []
    stream = PullToPush.stream(source(closed), failing(after))
    with pytest.raises(ValueError, match="cannot take it") as caught:
        PullToPush.run(stream.wait())
    settle()
    assert caught.traceback[-1].name == "fail"
    if not isinstance(source([]), list):
        assert stream.exception is caught.value
        assert closed == [True]


def test_an_exception_ends_a_stream_whose_source_waits():
    def source():
        yield b"a"
        yield None

    stream = PullToPush.stream(source(), failing(True))
    with pytest.raises(ValueError, match="cannot take it"):
        PullToPush.run(stream.wait())


def test_the_same_under_asyncio():
    from test_overrides_await import GLibLoop

    seen = []

    async def take(chunk):
        await asyncio.sleep(0.001)
        seen.append(chunk)

    async def main():
        await PullToPush.stream([b"a", b"b"], take).wait()

    loop = GLibLoop()
    try:
        loop.run_until_complete(main())
    finally:
        loop.close()
    assert seen == [b"a", b"b"]


def take_half(chunk):
    return len(chunk) // 2


async def take_half_later(chunk):
    return len(chunk) // 2


@pytest.mark.parametrize("take", [take_half, take_half_later, lambda chunk: 0, lambda chunk: Index(2)])
def test_a_short_write_is_an_error(take):
    with pytest.raises(OSError, match=r"took only \d of 4 bytes") as caught:
        PullToPush.run(PullToPush.stream([b"four"], take).wait())
    assert not isinstance(caught.value, GLib.Error)


class Index:
    def __init__(self, number):
        self.number = number

    def __index__(self):
        return self.number


@pytest.mark.parametrize("answer", [None, True, False, 4, 5, 1000, -1, "text", 0.5, [], object()])
def test_what_is_no_short_write_is_none(answer):
    assert PullToPush.run(PullToPush.stream([b"four"], lambda _: answer).wait()) is True


def full_pipe():
    read, write = os.pipe()
    os.set_blocking(write, False)
    return read, write


def write_to_pipe(make):
    """What arrived, and what was said."""
    read, write = full_pipe()
    with io.FileIO(write, "wb") as file:
        try:
            PullToPush.run(PullToPush.stream([b"x" * 50000] * 3, make(file)).wait())
        except OSError as error:
            return error
        finally:
            os.close(read)
    return None


WRITES = {
    "a raw file": lambda file: file.write,
    "a partial": lambda file: functools.partial(file.write),
    "a wrapper": lambda file: functools.wraps(file.write)(lambda chunk: file.write(chunk)),
    "os.write": lambda file: lambda chunk: os.write(file.fileno(), chunk),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_raw_file_that_takes_less_is_an_error(name):
    assert write_to_pipe(WRITES[name]) is not None


def test_a_raw_file_that_would_block_is_an_error():
    read, write = full_pipe()
    with io.FileIO(write, "wb") as file:
        while file.write(b"x" * 65536) is not None:
            pass
        with pytest.raises(BlockingIOError, match=r"FileIO.* took none of 4 bytes"):
            PullToPush.run(PullToPush.stream([b"four"], file.write).wait())
    os.close(read)


def test_a_buffered_file_takes_all_of_it():
    read, write = os.pipe()
    got = []

    def drain():
        while data := os.read(read, 65536):
            got.append(len(data))

    thread = threading.Thread(target=drain)
    thread.start()
    with open(write, "wb") as file:
        PullToPush.run(PullToPush.stream([b"x" * 50000] * 20, file.write).wait())
    thread.join()
    os.close(read)
    assert sum(got) == 1_000_000


def test_files_get_advice(tmp_path):
    for options, words in (
        ({"mode": "wb"}, "its write"),
        ({"mode": "wb", "buffering": 0}, "buffer"),
        ({"mode": "w", "encoding": "utf-8"}, "binary"),
    ):
        with open(tmp_path / "file", **options) as file:
            with pytest.raises(TypeError, match="Gio.File") as caught:
                PullToPush.stream([b"a"], file)
            assert words in str(caught.value)
