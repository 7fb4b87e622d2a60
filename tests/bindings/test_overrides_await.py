# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Awaiting streams and tasks, reading chunks in a loop, holding, cooperating."""

import asyncio
import sys
import threading

import pytest
from doubles import Collector, ListProducer, run_until, settle
from gi.repository import Gio, GLib, PullToPush

State = PullToPush.StreamState


def endless(closed):
    try:
        while True:
            yield b"more"
    finally:
        closed.append(True)


def test_chunks_come_one_at_a_time():
    produced = []

    def source():
        for number in range(5):
            produced.append(number)
            yield b"%d" % number

    async def read():
        seen = []
        async for chunk in PullToPush.chunks(source()):
            # Rule R1 and more: the next is not made before this one was taken.
            seen.append((chunk, len(produced)))
        return seen

    assert PullToPush.run(read()) == [(b"%d" % n, n + 1) for n in range(5)]


def test_nothing_is_produced_before_the_loop():
    producer = ListProducer(b"a")
    chunks = PullToPush.chunks(producer)
    settle()
    assert producer.n_steps == 0
    assert chunks.stream.dup_holders() == ["consumer"]


def test_several_chunks_of_one_step_all_come():
    def two(consumer):
        consumer.write(GLib.Bytes.new(b"a"))
        consumer.write(GLib.Bytes.new(b"b"))
        return PullToPush.StepResult.MORE

    async def read():
        return [chunk async for chunk in PullToPush.chunks(ListProducer(two, b"c"))]

    assert PullToPush.run(read()) == [b"a", b"b", b"c"]


def test_rules_L6_leaving_the_loop_cancels_the_source():
    closed = []

    async def read():
        async for _ in PullToPush.chunks(endless(closed)):
            break

    PullToPush.run(read())
    run_until(lambda: closed)


def test_rules_L6_aclose_waits_for_the_end():
    closed = []

    async def read():
        chunks = PullToPush.chunks(endless(closed))
        assert await chunks.__anext__() == b"more"
        await chunks.aclose()
        assert closed == [True]
        assert [chunk async for chunk in chunks] == []

    with pytest.raises(PullToPush.StoppedError):
        PullToPush.run(read())


def test_chunks_raise_what_the_source_raised_after_what_came():
    def source():
        yield b"a"
        raise KeyError("gone")

    async def read():
        async for chunk in PullToPush.chunks(source()):
            seen.append(chunk)

    seen = []
    with pytest.raises(KeyError):
        PullToPush.run(read())
    assert seen == [b"a"]


def test_rules_L5_a_hold_lasts_as_long_as_its_block():
    stream = PullToPush.stream([b"a"], Collector())
    with stream.hold("user") as hold:
        settle()
        assert (stream.dup_holders(), hold.name) == (["user"], "user")
        assert stream.get_n_steps() == 0
    assert PullToPush.run(stream.wait()) is True
    hold.release()


def test_rules_L5_a_hold_may_be_released_by_hand():
    stream = PullToPush.stream([b"a"], Collector())
    hold = stream.hold("user")
    hold.release()
    stream.hold("user")
    hold.release()
    assert stream.dup_holders() == ["user"]
    stream.release("user")
    assert PullToPush.run(stream.wait()) is True


def test_rules_L5_each_hold_is_one_of_its_own():
    stream = PullToPush.stream([b"a"], Collector())
    with stream.hold("user") as outer:
        with stream.hold("user") as inner:
            assert stream.dup_holders() == ["user"] == stream.props.holders
            stream.release("user")
        inner.release()
        settle()
        assert stream.dup_holders() == ["user"]
        assert stream.get_n_steps() == 0
        assert (repr(outer), repr(inner)) == ("<Hold 'user'>", "<Hold 'user' (released)>")
    assert stream.dup_holders() == []
    assert PullToPush.run(stream.wait()) is True


def test_rules_L5_blocks_may_end_in_any_order():
    stream = PullToPush.stream([b"a"], Collector())
    first, second = stream.hold("user"), stream.hold("user")
    first.release()
    first.release()
    assert stream.dup_holders() == ["user"]
    second.release()
    assert stream.dup_holders() == []


def test_rules_L5_release_by_name_releases_what_has_no_block():
    stream = PullToPush.stream([b"a"], Collector())
    holds = [stream.hold("user"), stream.hold("user")]
    stream.release("user")
    assert stream.dup_holders() == []
    stream.hold("user")
    for hold in holds:
        hold.release()
    assert stream.dup_holders() == ["user"]
    stream.release("user")
    stream.release("user")
    assert PullToPush.run(stream.wait()) is True


def test_rules_L5_holds_in_many_threads():
    stream = PullToPush.stream([b"a"], Collector())

    def hold():
        for _ in range(300):
            with stream.hold("user"):
                assert stream.dup_holders() == ["user"]

    threads = [threading.Thread(target=hold) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stream.dup_holders() == []
    assert PullToPush.run(stream.wait()) is True


def test_a_sink_that_is_an_output_stream_is_closed():
    output = Gio.MemoryOutputStream.new_resizable()
    PullToPush.run(PullToPush.stream([b"a", b"b"], output).wait())
    assert output.is_closed()
    assert output.steal_as_bytes().get_data() == b"ab"


def test_a_consumer_of_ones_own_is_closed_as_well():
    output = Gio.MemoryOutputStream.new_resizable()
    consumer = PullToPush.OutputStreamConsumer.new(output)
    assert PullToPush.run(PullToPush.stream([b"a"], consumer).wait()) is True
    assert (consumer.get_closed(), output.is_closed()) == (True, True)


def test_rules_L17_a_kept_sink_is_ended_by_hand():
    output = Gio.MemoryOutputStream.new_resizable()
    consumer = PullToPush.OutputStreamConsumer.new(output)

    async def main():
        for chunk in (b"a", b"b"):
            stream = PullToPush.stream([chunk], consumer, flags=PullToPush.PullToPushFlags.KEEP_SINK)
            assert await stream.wait() is True
        assert not output.is_closed()
        assert consumer.finish() == PullToPush.EndResult.PENDING
        return await consumer.wait_settled()

    assert PullToPush.run(main()) == PullToPush.Settlement.FINISHED
    assert output.is_closed()
    assert output.steal_as_bytes().get_data() == b"ab"


def test_a_refused_stream_says_so():
    consumer = PullToPush.OutputStreamConsumer.new(Gio.MemoryOutputStream.new_resizable())
    consumer.finish()
    PullToPush.run(consumer.wait_settled())
    closed = []
    source = endless(closed)
    next(source)
    with pytest.raises(GLib.Error) as caught:
        PullToPush.stream(source, consumer)
    assert caught.value.matches(PullToPush.Error.quark(), PullToPush.Error.CLOSED)
    assert closed == [True]


def test_a_stream_can_be_cancelled():
    cancellable = Gio.Cancellable()
    stream = PullToPush.stream(endless([]), Collector(), cancellable=cancellable)
    cancellable.cancel()
    with pytest.raises(GLib.Error) as caught:
        PullToPush.run(stream.wait())
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
    assert stream.get_state() == State.FAILED


def test_a_wait_can_be_cancelled_and_the_stream_goes_on():
    stream = PullToPush.stream([b"a"], Collector())
    hold = stream.hold("test")
    cancellable = Gio.Cancellable()
    waiting = stream.wait(cancellable)
    cancellable.cancel()
    with pytest.raises(GLib.Error) as caught:
        PullToPush.run(waiting)
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
    hold.release()
    assert PullToPush.run(stream.wait()) is True


def test_a_cooperator_can_be_chosen():
    context = GLib.MainContext.ref_thread_default()
    cooperator = PullToPush.Cooperator.new(context, GLib.PRIORITY_LOW)
    stream = PullToPush.stream([b"a"], Collector(), cooperator=cooperator)
    assert stream.get_cooperator() == cooperator
    assert PullToPush.run(stream.wait()) is True


def test_cooperate_returns_what_the_generator_returns():
    def work():
        total = 0
        for number in range(1000):
            total += number
            yield
        return total

    assert PullToPush.run(PullToPush.cooperate(work()).wait()) == 499500


def test_cooperate_waits_for_what_is_yielded():
    later = PullToPush.Future()

    def work():
        return (yield later)

    task = PullToPush.cooperate(work())
    run_until(lambda: task.get_state() == State.WAITING)
    task.ready()
    settle()
    assert task.get_state() == State.WAITING
    later.set_result("late")
    assert PullToPush.run(task.wait()) == "late"


def test_cooperate_raises_what_the_generator_raises():
    def work():
        yield
        raise KeyError("gone")

    task = PullToPush.cooperate(work())
    with pytest.raises(KeyError) as caught:
        PullToPush.run(task.wait())
    assert caught.traceback[-1].name == "work"
    assert task.exception is caught.value


def test_cooperate_closes_a_generator_that_is_stopped():
    closed = []
    task = PullToPush.cooperate(endless(closed))
    settle_once = GLib.MainContext.default().iteration
    settle_once(False)
    task.stop()
    with pytest.raises(PullToPush.StoppedError):
        PullToPush.run(task.wait())
    run_until(lambda: closed)


def test_cooperate_wants_a_generator():
    with pytest.raises(TypeError, match="call the generator function"):
        PullToPush.cooperate(endless)


def test_run_returns_raises_and_needs_something_to_await():
    async def value():
        return 42

    async def fail():
        raise KeyError("gone")

    assert PullToPush.run(value()) == 42
    with pytest.raises(KeyError):
        PullToPush.run(fail())
    with pytest.raises(TypeError, match="needs a coroutine"):
        PullToPush.run(42)


def test_a_future_says_at_once_what_is_of_no_use_to_it():
    with pytest.raises(TypeError, match="needs an exception, not str"):
        PullToPush.Future().set_exception("text")
    with pytest.raises(TypeError, match="needs a function, not int"):
        PullToPush.Future().add_done_callback(5)


def test_run_says_what_it_cannot_await():
    class Foreign:
        def __await__(self):
            yield "of another loop"

    async def main():
        await Foreign()

    with pytest.raises(TypeError, match="asyncio"):
        PullToPush.run(main())


def test_a_bare_yield_lets_others_run():
    class Once:
        def __await__(self):
            yield

    async def main():
        await Once()
        return "after"

    assert PullToPush.run(main()) == "after"


def test_spawn_runs_beside_and_can_be_cancelled():
    closed = []

    async def forever():
        try:
            await PullToPush.Future()
        finally:
            closed.append(True)

    task = PullToPush.spawn(forever())
    settle()
    task.cancel()
    assert closed == [True]
    with pytest.raises(asyncio.CancelledError):
        task.result()


def test_what_nobody_awaits_does_not_fail_in_silence(monkeypatch):
    shown = []
    monkeypatch.setattr(sys, "unraisablehook", lambda report: shown.append(report.exc_type))

    async def fail():
        raise KeyError("gone")

    PullToPush.spawn(fail())
    assert shown == [KeyError]


class GLibLoop(asyncio.SelectorEventLoop):
    """The least of an asyncio loop that gives GLib its turns."""

    def _run_once(self):
        GLib.MainContext.default().iteration(False)
        self.call_soon(lambda: None)
        super()._run_once()


def test_the_same_under_asyncio():
    async def source():
        for number in range(3):
            await asyncio.sleep(0)
            yield b"%d" % number

    async def main():
        seen = [chunk async for chunk in PullToPush.chunks(source())]
        task = asyncio.create_task(PullToPush.stream([b"a"], seen.append).wait_in_task())
        await task
        return seen

    async def wait_in_task(self):
        return await self.wait()

    PullToPush.PullToPush.wait_in_task = wait_in_task
    loop = GLibLoop()
    try:
        assert loop.run_until_complete(main()) == [b"0", b"1", b"2", b"a"]
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
        del PullToPush.PullToPush.wait_in_task


def test_both_ways_to_wait_say_the_same():
    """A stream that runs is waited for by its signals, one that is cancelled meanwhile is not."""

    async def say(cancellable):
        stream = PullToPush.stream(endless([]), lambda _: None)
        waiting = stream.wait(cancellable)
        stream.stop_producing()
        with pytest.raises(PullToPush.StoppedError) as caught:
            await waiting
        return caught.value.message

    assert PullToPush.run(say(None)) == PullToPush.run(say(Gio.Cancellable()))
