# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the overrides take for a source: iterables, generators, and those that wait."""

import gc
import threading
import weakref

import pytest
from doubles import Collector, ListProducer, run_until, settle
from gi.repository import Gio, GLib, PullToPush

State = PullToPush.StreamState


def collect(source):
    """Streams a source to its end, and returns the chunks."""
    chunks = []
    PullToPush.run(PullToPush.stream(source, chunks.append).wait())
    return chunks


@pytest.mark.parametrize(
    "source",
    [
        [b"a", b"b"],
        (b"a", b"b"),
        iter([b"a", b"b"]),
        (chunk for chunk in (b"a", b"b")),
        [bytearray(b"a"), memoryview(b"b")],
        [GLib.Bytes.new(b"a"), b"", b"b"],
        {b"a": 1, b"b": 2},
    ],
)
def test_any_iterable_of_bytes(source):
    assert collect(source) == [b"a", b"b"]


@pytest.mark.parametrize("source", [b"abc", bytearray(b"abc"), GLib.Bytes.new(b"abc")])
def test_bytes_are_a_source(source):
    assert b"".join(collect(source)) == b"abc"


def test_rules_L12_an_empty_iterable_finishes():
    assert collect([]) == []


def test_an_input_stream_is_a_source():
    stream = Gio.MemoryInputStream.new_from_bytes(GLib.Bytes.new(b"abc"))
    assert b"".join(collect(stream)) == b"abc"


def test_a_pull_producer_is_a_source():
    assert collect(ListProducer(b"a", b"b")) == [b"a", b"b"]
    assert collect(PullToPush.from_iterable([b"c"])) == [b"c"]


def test_a_file_is_read_and_closed(tmp_path):
    path = tmp_path / "lines"
    path.write_bytes(b"one\ntwo\n")
    file = path.open("rb")
    consumer = Collector()
    stream = PullToPush.stream(file, consumer)
    assert PullToPush.run(stream.wait()) is True
    assert consumer.chunks == [b"one\n", b"two\n"]
    file = path.open("rb")
    stream = PullToPush.stream(file, consumer)
    stream.stop_producing()
    with pytest.raises(PullToPush.StoppedError):
        PullToPush.run(stream.wait())
    assert file.closed


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (42, "int cannot be streamed"),
        (None, "NoneType cannot be streamed"),
        ("text", "str is no iterable of chunks"),
        (lambda: None, "function cannot be streamed"),
        (list, "class list cannot be streamed: make an object"),
        (ListProducer, "class ListProducer cannot be streamed: make an object"),
    ],
)
def test_bad_sources_are_refused_at_once(source, words):
    with pytest.raises(TypeError, match=words):
        PullToPush.stream(source, Collector())


def test_from_iterable_wants_chunks_not_one():
    with pytest.raises(TypeError, match="put it in a list"):
        PullToPush.from_iterable(b"abc")


@pytest.mark.parametrize(
    ("chunk", "words"), [("text", "not str; encode"), (7, "not int"), ([], "not list")]
)
def test_bad_chunks_fail_the_stream_and_close_the_generator(chunk, words):
    closed = []

    def source():
        try:
            yield b"good"
            yield chunk
            yield b"never"
        finally:
            closed.append(True)

    consumer = Collector()
    with pytest.raises(TypeError, match=words):
        PullToPush.run(PullToPush.stream(source(), consumer).wait())
    assert (consumer.chunks, closed) == ([b"good"], [True])


def test_rules_R7_none_waits_for_ready():
    asked = []

    def source():
        asked.append("first")
        yield None
        asked.append("second")
        yield b"there"

    consumer = Collector()
    producer = PullToPush.from_iterable(source())
    stream = PullToPush.stream(producer, consumer)
    run_until(lambda: stream.get_state() == State.WAITING)
    settle()
    assert asked == ["first"]
    thread = threading.Thread(target=producer.emit_ready)
    thread.start()
    assert PullToPush.run(stream.wait()) is True
    thread.join()
    assert (asked, consumer.chunks) == (["first", "second"], [b"there"])


def test_rules_R7_ready_before_none_is_not_lost():
    producers = []

    def source():
        producers[0].emit_ready()
        yield None
        yield b"there"

    producers.append(PullToPush.from_iterable(source()))
    assert collect(producers[0]) == [b"there"]


def test_a_generator_gets_what_it_awaits():
    later = PullToPush.Future()

    def source():
        got = yield later
        yield got

    chunks = []
    stream = PullToPush.stream(source(), chunks.append)
    run_until(lambda: stream.get_state() == State.WAITING)
    later.set_result(b"late")
    PullToPush.run(stream.wait())
    assert chunks == [b"late"]


def test_a_generator_may_catch_what_it_awaits():
    def source():
        failed = PullToPush.Future()
        failed.set_exception(KeyError("gone"))
        try:
            yield failed
        except KeyError as error:
            yield error.args[0].encode()

    assert collect(source()) == [b"gone"]


def test_what_is_awaited_and_not_caught_fails_the_stream():
    class Once:
        """An iterator that is no generator has no place to raise it."""

        def __iter__(self):
            return self

        def __next__(self):
            failed = PullToPush.Future()
            failed.set_exception(KeyError("gone"))
            return failed

    with pytest.raises(KeyError):
        collect(Once())


def hold_while_it_waits(source):
    """A stream that is held while its source waits for a future, which then fails."""
    chunks, later = [], PullToPush.Future()
    stream = PullToPush.stream(source(later), chunks.append)
    run_until(lambda: stream.get_state() == State.WAITING)
    hold = stream.hold("user")
    settle()
    later.set_exception(ConnectionResetError("gone"))
    return stream, hold, chunks


def plain(later):
    yield b"a"
    yield later


async def asynchronous(later):
    yield b"a"
    await later


@pytest.mark.parametrize("source", [plain, asynchronous])
def test_rules_E12_what_it_awaits_fails_while_the_stream_is_held(source):
    stream, hold, chunks = hold_while_it_waits(source)
    with pytest.raises(ConnectionResetError) as caught:
        PullToPush.run(stream.wait())
    assert stream.exception is caught.value
    assert (stream.get_state(), chunks) == (State.FAILED, [b"a"])
    hold.release()


def test_rules_E12_what_it_catches_does_not_end_a_held_stream():
    def source(later):
        try:
            yield later
        except ConnectionResetError:
            yield b"caught"
        yield b"more"

    stream, hold, chunks = hold_while_it_waits(source)
    settle()
    assert chunks == []
    hold.release()
    assert PullToPush.run(stream.wait()) is True
    assert chunks == [b"caught", b"more"]


def test_rules_E12_it_may_end_well_while_the_stream_is_held():
    def source(later):
        try:
            yield later
        except ConnectionResetError:
            return

    stream, hold, chunks = hold_while_it_waits(source)
    settle()
    hold.release()
    assert PullToPush.run(stream.wait()) is True
    assert chunks == []


def test_an_asynchronous_generator():
    async def source():
        for number in range(3):
            inner = []
            await PullToPush.stream([b"%d" % number], inner.append).wait()
            yield inner[0]

    assert collect(source()) == [b"0", b"1", b"2"]


def test_rules_L6_a_generator_is_closed_when_the_stream_stops():
    closed = []

    def source():
        try:
            while True:
                yield b"more"
        finally:
            closed.append(True)

    consumer = Collector(on_write=lambda self: self.producer.stop_producing())
    with pytest.raises(PullToPush.StoppedError):
        PullToPush.run(PullToPush.stream(source(), consumer).wait())
    assert (len(consumer.chunks), closed) == (1, [True])


def test_rules_L6_what_it_waits_for_is_cancelled_too():
    closed = []

    async def forever():
        try:
            await PullToPush.Future()
        finally:
            closed.append("awaited")

    async def source():
        try:
            await forever()
            yield b"never"
        finally:
            closed.append("generator")

    stream = PullToPush.stream(source(), Collector())
    run_until(lambda: stream.get_state() == State.WAITING)
    stream.stop_producing()
    with pytest.raises(PullToPush.StoppedError):
        PullToPush.run(stream.wait())
    assert closed == ["awaited", "generator"]


def test_all_of_it_dies_with_the_stream():
    producer = PullToPush.from_iterable(b"%d" % number for number in range(3))
    consumer = PullToPush.from_callable(lambda chunk: None)
    stream = PullToPush.stream(producer, consumer)
    alive = [weakref.ref(thing) for thing in (producer, consumer, stream)]
    PullToPush.run(stream.wait())
    del producer, consumer, stream
    settle()
    gc.collect()
    assert [reference() for reference in alive] == [None, None, None]
