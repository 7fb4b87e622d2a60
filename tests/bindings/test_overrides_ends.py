# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How streams end with the overrides: what can be a sink, and how exceptions travel."""

import asyncio
import gc
import socket
import struct
import sys
import threading

import pytest
from doubles import Collector, EndResult, ListProducer, PENDING, Settlement, run_until, settle
from gi.repository import Gio, GLib, GObject, PullToPush

State = PullToPush.StreamState

OLD = b"the good old contents"


def listen(monkeypatch):
    """What is reported from here on; pytest listens itself until the test begins."""
    reported = []
    monkeypatch.setattr(sys, "unraisablehook", lambda report: reported.append(report.exc_value))
    return reported


def later(value=None):
    future = PullToPush.Future()
    GLib.idle_add(lambda: future.set_result(value))
    return future


class Sink:
    """An object that is no consumer, and writes down what it is told."""

    def __init__(self, slow=()):
        self.log = []
        self.slow = slow

    def note(self, *what):
        async def take_time():
            try:
                await later()
            except asyncio.CancelledError:
                self.log.append("cancelled")
                raise
            self.log.append(what)

        if what[0] in self.slow:
            return take_time()
        self.log.append(what)
        return None

    def write(self, chunk):
        return self.note("write", chunk)

    def finish(self):
        return self.note("finish")

    def abort(self, reason):
        return self.note("abort", reason)


SPEEDS = [(), ("write",), ("finish",), ("abort",), ("write", "finish", "abort")]


@pytest.mark.parametrize("slow", SPEEDS)
def test_an_object_is_told_the_end(slow):
    sink = Sink(slow)
    assert PullToPush.run(PullToPush.stream([b"a", b"b"], sink).wait()) is True
    assert sink.log == [("write", b"a"), ("write", b"b"), ("finish",)]


@pytest.mark.parametrize("slow", SPEEDS)
def test_an_object_is_told_why_it_is_not_whole(slow):
    failure = ValueError("gone")

    def source():
        yield b"a"
        raise failure

    sink = Sink(slow)
    with pytest.raises(ValueError):
        PullToPush.run(PullToPush.stream(source(), sink).wait())
    assert sink.log[-1] == ("abort", failure)
    assert sink.log[-1][1] is failure


class OnlyFinish:
    def __init__(self):
        self.log = []

    def write(self, chunk):
        self.log.append(chunk)

    def finish(self):
        self.log.append("finish")


class OnlyAbort(OnlyFinish):
    finish = None

    def abort(self, reason):
        self.log.append(reason)


def test_an_object_needs_one_of_the_two():
    for sink, expected in ((OnlyFinish(), [b"a", "finish"]), (OnlyAbort(), [b"a"])):
        assert PullToPush.run(PullToPush.stream([b"a"], sink).wait()) is True
        assert sink.log == expected
    failure = KeyError("gone")
    for sink, expected in ((OnlyFinish(), []), (OnlyAbort(), [failure])):
        stream = PullToPush.stream(ListProducer(PENDING, PENDING), sink)
        stream.stop_producing(failure)
        with pytest.raises(KeyError):
            PullToPush.run(stream.wait())
        assert sink.log == expected


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("name", ["write", "finish"])
def test_rules_E14_what_an_object_raises_arrives_as_itself(name, slow):
    failure = KeyError("a\0b")

    class Raising(Sink):
        pass

    def fail(self, *_):
        raise failure

    async def fail_later(self, *_):
        await later()
        raise failure

    setattr(Raising, name, fail_later if slow else fail)
    sink = Raising()
    stream = PullToPush.stream([b"a"], sink)
    with pytest.raises(KeyError) as caught:
        PullToPush.run(stream.wait())
    assert caught.value is failure is stream.exception
    # A finish that fails has undone by itself what abort would undo.
    assert sink.log == ([("abort", failure)] if name == "write" else [("write", b"a")])


@pytest.mark.parametrize("slow", [False, True])
def test_rules_E4_what_abort_raises_hides_nothing(slow):
    class Raising(Sink):
        def abort(self, reason):
            async def fail():
                await later()
                raise ValueError("in abort")

            if slow:
                return fail()
            raise ValueError("in abort")

    stream = PullToPush.stream(ListProducer(PENDING, PENDING), Raising())
    stream.stop_producing(KeyError("first"))
    with pytest.raises(KeyError):
        PullToPush.run(stream.wait())


class Endless(Sink):
    """Does not come to an end with what it is told first under one name."""

    def __init__(self, name):
        super().__init__()
        self.name = name
        self.began = False

    def note(self, *what):
        if what[0] != self.name:
            return super().note(*what)
        self.began = True
        return self.wait()

    async def wait(self):
        try:
            await PullToPush.Future()
        except asyncio.CancelledError:
            # What it does about that takes its time as well.
            await later()
            self.log.append("cancelled")
            raise


def test_rules_L19_a_stream_does_not_end_before_its_function():
    """What is under way is cancelled, and nothing is written afterwards."""
    sink = Endless("write")
    stream = PullToPush.stream([b"a", b"b"], sink)
    run_until(lambda: stream.get_state() == State.PAUSED)
    stream.stop_streaming()
    with pytest.raises(PullToPush.StoppedError):
        PullToPush.run(stream.wait())
    assert sink.log[0] == "cancelled"
    assert isinstance(sink.log[1][1], PullToPush.StoppedError)
    settle()
    assert len(sink.log) == 2


def test_rules_L19_a_finish_that_takes_its_time_is_cancelled():
    sink = Endless("finish")
    stream = PullToPush.stream([b"a"], sink)
    run_until(lambda: sink.began)
    stream.stop_producing(ValueError("too late"))
    with pytest.raises(ValueError):
        PullToPush.run(stream.wait())
    assert [what if isinstance(what, str) else what[0] for what in sink.log] == ["write", "cancelled", "abort"]


def test_rules_L17_a_finish_past_its_point_of_no_return():
    class Stubborn(Sink):
        began = False

        async def finish(self):
            self.began = True
            try:
                await PullToPush.Future()
            except asyncio.CancelledError:
                self.log.append("done all the same")

    sink = Stubborn()
    stream = PullToPush.stream([b"a"], sink)
    run_until(lambda: sink.began)
    stream.stop_streaming()
    assert PullToPush.run(stream.wait()) is True
    assert sink.log == [("write", b"a"), "done all the same"]


def test_rules_L17_the_last_chunk_fails_while_the_sink_finishes():
    failure = ValueError("the last one")

    class Raising(Sink):
        async def write(self, chunk):
            await later()
            raise failure

    def only_one(consumer):
        consumer.write(GLib.Bytes.new(b"a"))
        return PullToPush.StepResult.FINISHED

    sink = Raising(["abort"])
    stream = PullToPush.stream(ListProducer(only_one), sink)
    with pytest.raises(ValueError):
        PullToPush.run(stream.wait())
    assert stream.exception is failure
    assert sink.log == [("abort", failure)]


# Files and connections


@pytest.fixture(name="file")
def file_fixture(tmp_path):
    path = tmp_path / "target"
    path.write_bytes(OLD)
    return Gio.File.new_for_path(str(path))


def contents(file):
    return file.load_contents(None)[1]


def test_a_file_is_a_source_and_a_sink(file, tmp_path):
    target = Gio.File.new_for_path(str(tmp_path / "copy"))
    assert PullToPush.run(PullToPush.stream(file, target).wait()) is True
    assert contents(target) == OLD

    async def read():
        return b"".join([chunk async for chunk in PullToPush.chunks(target)])

    assert PullToPush.run(read()) == OLD


def test_a_file_that_is_not_there_is_told_at_once(tmp_path):
    missing = Gio.File.new_for_path(str(tmp_path / "missing"))
    with pytest.raises(GLib.Error) as caught:
        PullToPush.stream(missing, lambda _: None)
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND)


def broken():
    yield b"half of it"
    raise ConnectionResetError("the server is gone")


async def fails(sink):
    await PullToPush.stream(broken(), sink).wait()


async def is_cancelled(sink):
    cancellable = Gio.Cancellable()

    def source():
        yield b"half of it"
        cancellable.cancel()
        while True:
            yield b"more"

    await PullToPush.stream(source(), sink, cancellable=cancellable).wait()


async def is_stopped(sink):
    def source():
        yield b"half of it"
        stream.stop_producing()
        yield b"more"

    stream = PullToPush.stream(source(), sink)
    await stream.wait()


async def loses_its_task(sink):
    def source():
        yield b"half of it"
        yield PullToPush.Future()

    async def copy():
        await PullToPush.stream(source(), sink).wait()

    task = PullToPush.spawn(copy())
    await later()
    task.cancel()
    await task


async def in_the_way_of_c(sink):
    consumer = PullToPush.OutputStreamConsumer.new(sink) if isinstance(sink, Gio.OutputStream) else None
    await PullToPush.PullToPush.stream(
        PullToPush.from_iterable(broken()), consumer or PullToPush.FileConsumer.new(sink)
    ).wait()


SINKS = {
    "a file": lambda file: file,
    "a replacing stream": lambda file: file.replace(None, False, Gio.FileCreateFlags.NONE, None),
}


@pytest.mark.parametrize("sink", SINKS)
@pytest.mark.parametrize("end", [fails, is_cancelled, is_stopped, loses_its_task, in_the_way_of_c])
def test_rules_E10_the_good_old_file_stays(file, sink, end):
    with pytest.raises((GLib.Error, ConnectionResetError, asyncio.CancelledError)):
        PullToPush.run(end(SINKS[sink](file)))
    assert contents(file) == OLD


def test_rules_E10_a_file_is_not_overwritten_by_what_ended_before(file):
    """What a program writes after the await is what is there."""

    async def main():
        with pytest.raises(ConnectionResetError):
            await fails(file)
        file.replace_contents(b"mine", None, False, Gio.FileCreateFlags.NONE, None)

    PullToPush.run(main())
    settle()
    assert contents(file) == b"mine"


class Peer(threading.Thread):
    """Reads to the end of the data, and answers then."""

    def __init__(self, family=socket.AF_INET, path=None):
        super().__init__(daemon=True)
        self.listener = socket.create_server(path or ("127.0.0.1", 0), family=family)
        self.got = b""
        self.start()

    def run(self):
        connection, _ = self.listener.accept()
        with connection, self.listener:
            while data := connection.recv(65536):
                self.got += data
            connection.sendall(b"answer")


def connect(peer):
    name = peer.listener.getsockname()
    if isinstance(name, str):
        address = Gio.UnixSocketAddress.new(name)
    else:
        address = Gio.InetSocketAddress.new_from_string(*name)
    return Gio.SocketClient().connect(address, None)


WAYS = {
    "the connection": lambda connection: (connection, connection),
    "its streams": lambda connection: (connection.get_output_stream(), connection.get_input_stream()),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_UNIX])
def test_rules_B8_a_request_ends_and_its_answer_comes(family, way, tmp_path):
    peer = Peer(family, str(tmp_path / "socket") if family == socket.AF_UNIX else None)

    async def main():
        connection = connect(peer)
        sink, source = WAYS[way](connection)
        await PullToPush.stream([b"request " * 1000], sink).wait()
        return b"".join([chunk async for chunk in PullToPush.chunks(source)])

    assert PullToPush.run(main()) == b"answer"
    peer.join()
    assert peer.got == b"request " * 1000


def test_rules_B9_a_connection_goes_with_its_stream():
    peer = Peer()
    connection = connect(peer)
    PullToPush.run(PullToPush.stream([b"all"], connection).wait())
    gone = []
    connection.weak_ref(lambda: gone.append(True))
    del connection
    gc.collect()
    run_until(lambda: gone)
    # What was sent has arrived: the connection was not reset for having been dropped.
    peer.join()
    assert peer.got == b"all"


# Reasons travel upstream.


def test_rules_E11_a_reason_passes_through_stages():
    """The disk is full at the end, and the first of three sources hears that."""
    heard = []

    class Source(ListProducer, PullToPush.PullProducer):
        def do_cancel(self, reason):
            heard.append(reason)

    async def through(source):
        async for chunk in PullToPush.chunks(source):
            yield chunk

    full = Gio.File.new_for_path("/dev/full").append_to(Gio.FileCreateFlags.NONE, None)
    source = Source(*[b"x" * 65536] * 1000)
    stream = PullToPush.stream(through(through(source)), full)
    with pytest.raises(GLib.Error) as caught:
        PullToPush.run(stream.wait())
    run_until(lambda: heard)
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NO_SPACE)
    assert [reason.message for reason in heard] == [caught.value.message]


def test_rules_E11_an_exception_is_the_cause_of_the_reason():
    failure = ValueError("cannot take it")
    producer = ListProducer(b"a", *[PENDING] * 2)

    async def take(_):
        await later()
        raise failure

    with pytest.raises(ValueError):
        PullToPush.run(PullToPush.stream(producer, take).wait())
    [reason] = producer.reasons
    assert isinstance(reason, PullToPush.FailedError)
    assert reason.__cause__ is failure


def test_rules_E11_a_reason_that_is_passed_on_is_what_was_raised():
    """A producer around another stream, written in the way of C."""
    failure = ValueError("cannot take it")
    inner_stream = PullToPush.stream(ListProducer(PENDING, PENDING), Collector())

    class Around(ListProducer, PullToPush.PullProducer):
        def do_cancel(self, reason):
            inner_stream.stop_producing(reason)

    outer = PullToPush.stream(Around(PENDING, PENDING), Collector())
    outer.stop_producing(failure)
    for stream in (outer, inner_stream):
        with pytest.raises(ValueError) as caught:
            PullToPush.run(stream.wait())
        assert caught.value is failure


class Ended:
    """A generator of either kind, and how it ended."""

    def __init__(self):
        self.log = []

    def plain(self):
        try:
            while True:
                yield b"x"
        finally:
            self.log.append("closed")

    async def asynchronous(self):
        try:
            while True:
                await later()
                yield b"x"
        finally:
            self.log.append("closed")


class Enough(Collector, PullToPush.Consumer):
    def do_write(self, chunk):
        self.chunks.append(chunk)
        if len(self.chunks) == 2:
            self.unregister_producer(self.producer)
        return True


class Breaking(Collector, PullToPush.Consumer):
    def do_write(self, chunk):
        self.chunks.append(chunk)
        if len(self.chunks) == 2:
            self.producer.stop_producing(ValueError("broken"))
        return True


@pytest.mark.parametrize("consumer", [Enough, Breaking])
@pytest.mark.parametrize("kind", ["plain", "asynchronous"])
def test_rules_L7_a_generator_is_closed_whoever_ends_the_stream(kind, consumer):
    ended = Ended()
    stream = PullToPush.stream(getattr(ended, kind)(), consumer())
    try:
        assert PullToPush.run(stream.wait()) is True
    except ValueError:
        assert consumer is Breaking
    run_until(lambda: ended.log)
    settle()
    assert ended.log == ["closed"]


def test_rules_L7_a_generator_is_kept_for_somebody_else():
    ended = Ended()
    producer = PullToPush.from_iterable(ended.plain())
    for _ in range(2):
        consumer = Enough()
        stream = PullToPush.stream(producer, consumer, flags=PullToPush.PullToPushFlags.KEEP_SOURCE)
        assert PullToPush.run(stream.wait()) is True
        assert len(consumer.chunks) == 2
    assert ended.log == []


# Those that implement the contract


class Late(GObject.Object, PullToPush.Consumer):
    """Says later how it went, with an exception of Python."""

    def __init__(self, failure):
        super().__init__()
        self.failure = failure

    def do_register_push_producer(self, producer):
        return True

    def do_unregister_producer(self, producer):
        pass

    def do_write(self, chunk):
        return True

    def do_finish(self):
        GLib.idle_add(lambda: self.emit_settle_failed(self.failure))
        return EndResult.PENDING


def test_rules_E14_a_settlement_may_fail_with_any_exception():
    failure = KeyError("a\0b")
    stream = PullToPush.stream([b"a"], Late(failure))
    with pytest.raises(KeyError) as caught:
        PullToPush.run(stream.wait())
    assert caught.value is failure is stream.exception


def test_rules_E12_a_producer_may_break_with_any_exception():
    failure = KeyError("a\0b")
    producer = ListProducer(PENDING, PENDING)
    stream = PullToPush.stream(producer, Collector())
    stream.hold("user")
    settle()
    producer.emit_broken(failure)
    with pytest.raises(KeyError) as caught:
        PullToPush.run(stream.wait())
    assert caught.value is failure
    assert producer.n_cancelled == 0


def test_a_reason_is_an_exception():
    stream = PullToPush.stream(ListProducer(PENDING, PENDING), Collector())
    for call in (stream.stop_producing, ListProducer().cancel, Collector().abort, Collector().emit_settle_failed):
        with pytest.raises(TypeError, match="exception or None, not str"):
            call("because")
    stream.stop_producing()
    with pytest.raises(PullToPush.StoppedError):
        PullToPush.run(stream.wait())


def test_rules_L19_a_wait_for_the_settlement():
    consumer = Late(ValueError("no"))
    assert consumer.finish() == EndResult.PENDING
    with pytest.raises(PullToPush.FailedError, match="ValueError: no"):
        PullToPush.run(consumer.wait_settled())
    collector = Collector()
    assert collector.finish() == EndResult.DONE
    assert PullToPush.run(collector.wait_settled()) == Settlement.FINISHED
    with pytest.raises(TypeError, match="Gio.Cancellable or None"):
        collector.wait_settled(3)


# Rule E12 once more, with what GIO reads from.


def tcp_pair():
    listener = socket.create_server(("127.0.0.1", 0))
    ours = socket.create_connection(listener.getsockname())
    theirs, _ = listener.accept()
    listener.close()
    return Gio.Socket.new_from_fd(ours.detach()).connection_factory_create_connection(), theirs


@pytest.mark.parametrize("make", [lambda connection: connection, lambda connection: connection.get_input_stream()])
def test_rules_E12_a_reset_is_told_while_the_stream_is_held(make):
    connection, theirs = tcp_pair()
    stream = PullToPush.stream(make(connection), lambda _: None)
    run_until(lambda: stream.get_state() == State.WAITING)
    stream.hold("user")
    settle()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    theirs.close()
    with pytest.raises(GLib.Error) as caught:
        PullToPush.run(stream.wait())
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CONNECTION_CLOSED)


def test_rules_E12_a_hang_up_waits_for_the_reads():
    connection, theirs = tcp_pair()
    seen = []
    stream = PullToPush.stream(connection.get_input_stream(), seen.append)
    hold = stream.hold("user")
    theirs.sendall(b"last words")
    theirs.close()
    settle()
    assert stream.get_state() == State.PAUSED
    hold.release()
    assert PullToPush.run(stream.wait()) is True
    assert b"".join(seen) == b"last words"


# Rule E13


def endless():
    while True:
        yield b"x"


FAILURES = {
    "a stream": lambda failure: PullToPush.stream(raising(failure), Collector()),
    "a task": lambda failure: PullToPush.cooperate(raising(failure)),
    "in C's way": lambda failure: PullToPush.PullToPush.stream(
        PullToPush.from_iterable(raising(failure)), Collector()
    ),
    "a file": lambda failure: PullToPush.stream(raising(failure), Gio.MemoryOutputStream.new_resizable()),
    "a coroutine": lambda failure: PullToPush.spawn(waits_for(failure)),
}


def raising(failure):
    yield b"a"
    raise failure


async def waits_for(failure):
    await PullToPush.stream(raising(failure), Collector()).wait()


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("name", FAILURES)
def test_rules_E13_a_failure_that_nobody_waits_for_is_shown(monkeypatch, name, kept):
    reported = listen(monkeypatch)
    failure = ValueError("nobody asks")
    stream = FAILURES[name](failure)
    if not kept or name == "a coroutine":
        stream = None
    run_until(lambda: gc.collect() and reported or reported)
    settle()
    assert reported == [failure]
    assert reported[0].__traceback__ is not None
    del stream


HEARD = {
    "waits": lambda stream: stream.wait().add_done_callback(lambda future: future.exception()),
    "waits as C does": lambda stream: stream.wait_async(None, lambda *_: None),
    "listens": lambda stream: stream.connect("failed", lambda *_: None),
    "watches the state": lambda stream: stream.connect("notify::state", lambda *_: None),
    "watches the error": lambda stream: stream.connect("notify::error", lambda *_: None),
}


@pytest.mark.parametrize("name", HEARD)
def test_rules_E13_a_failure_that_somebody_hears_of_is_not_shown(monkeypatch, name):
    reported = listen(monkeypatch)
    stream = PullToPush.stream(raising(ValueError("heard")), Collector())
    HEARD[name](stream)
    run_until(lambda: stream.get_state() == State.FAILED)
    settle()
    gc.collect()
    assert reported == []


@pytest.mark.parametrize(
    "end",
    [
        lambda stream, _: stream.stop_producing(),
        lambda stream, _: stream.stop_streaming(),
        lambda _, cancellable: cancellable.cancel(),
        lambda stream, _: stream.stop_producing(
            GLib.Error.new_literal(Gio.io_error_quark(), "cancelled", Gio.IOErrorEnum.CANCELLED)
        ),
    ],
)
def test_rules_E13_what_was_asked_for_is_not_shown(monkeypatch, end):
    reported = listen(monkeypatch)
    cancellable = Gio.Cancellable()
    stream = PullToPush.stream(endless(), Collector(), cancellable=cancellable)
    end(stream, cancellable)
    states = []
    run_until(lambda: states.append(stream.get_state()) or states[-1] >= State.FINISHED)
    del stream
    settle()
    gc.collect()
    assert reported == []


def test_rules_E13_what_the_source_calls_cancelled_is_shown(monkeypatch):
    """Nobody has asked for that."""
    reported = listen(monkeypatch)
    failure = GLib.Error.new_literal(Gio.io_error_quark(), "by the server", Gio.IOErrorEnum.CANCELLED)
    PullToPush.stream(raising(failure), Collector())
    run_until(lambda: reported)
    assert reported == [failure]


# What the flags and options are


def test_flags_and_the_rest_are_properties():
    flags = PullToPush.PullToPushFlags.KEEP_SOURCE | PullToPush.PullToPushFlags.KEEP_SINK
    cancellable = Gio.Cancellable()
    stream = PullToPush.stream([b"a"], Collector(), flags=flags, cancellable=cancellable)
    assert (stream.get_flags(), stream.props.cancellable) == (flags, cancellable)
    assert stream.props.exhausted is False
    assert PullToPush.run(stream.wait()) is True
    assert stream.props.exhausted is True
    stream = PullToPush.chunks([b"a"], flags=flags).stream
    assert stream.get_flags() == flags


@pytest.mark.parametrize("mebibytes", [1, 17, 100])
def test_rules_B1_a_generator_may_yield_a_whole_file(mebibytes):
    output = Gio.File.new_for_path("/dev/null").append_to(Gio.FileCreateFlags.NONE, None)
    assert PullToPush.run(PullToPush.stream([bytes(mebibytes << 20)], output).wait()) is True
