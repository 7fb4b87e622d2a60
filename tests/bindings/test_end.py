# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How a stream ends, with producers and consumers written in Python."""

import threading

import pytest
from doubles import (
    OVERRIDES,
    PENDING,
    Collector,
    EndResult,
    ListProducer,
    Pusher,
    Settlement,
    error,
    run_until,
    settle,
    stopped,
    wait,
    wait_settled,
)
from gi.repository import Gio, GLib, GObject, PullToPush

State = PullToPush.StreamState
Error = PullToPush.Error
Flags = PullToPush.PullToPushFlags


def stream(producer, consumer, flags=Flags.NONE):
    adapter = PullToPush.PullToPush(producer=producer, consumer=consumer, flags=flags)
    consumer.register_push_producer(adapter)
    adapter.start_streaming()
    return adapter


def start_waiting(adapter):
    """Gives back a list that gets the answer when it is there."""
    answers = []

    def take(source, result):
        try:
            answers.append(source.wait_finish(result))
        except GLib.Error as failure:
            answers.append(failure)

    adapter.wait_async(None, take)
    return answers


def ending(*items):
    """A stream whose consumer was told to finish, and takes its time."""
    consumer = Collector(ends=EndResult.PENDING)
    adapter = stream(ListProducer(*items), consumer)
    run_until(lambda: adapter.get_state() == State.ENDING and consumer.calls)
    return consumer, adapter


def test_rules_L19_everybody_is_told_when_the_sink_has_settled():
    consumer, adapter = ending(b"a")
    ends = []
    for name in ("finished", "stopped", "failed"):
        adapter.connect(name, lambda *_, name=name: ends.append(name))
    answers = start_waiting(adapter)
    settle()
    assert (consumer.calls, answers, ends, adapter.get_exhausted()) == (["finish"], [], [], True)
    assert adapter.dup_holders() == []
    consumer.emit_settled(Settlement.FINISHED)
    run_until(lambda: ends)
    settle()
    assert (answers, ends, adapter.get_state()) == ([True], ["finished"], State.FINISHED)
    assert consumer.calls == ["finish", "unregister"]


def test_rules_L19_a_settlement_may_come_from_another_thread():
    consumer, adapter = ending(b"a")
    thread = threading.Thread(target=consumer.emit_settled, args=[Settlement.FINISHED])
    thread.start()
    assert wait(adapter) is True
    thread.join()


class Prompt(Collector, PullToPush.Consumer):
    """Settles from inside, and says afterwards that it takes a while."""

    def do_finish(self):
        self.emit_settled(Settlement.FINISHED)
        return EndResult.PENDING

    def do_abort(self, reason):
        self.emit_settled(Settlement.ABORTED)
        self.emit_settled(Settlement.FINISHED)
        return EndResult.PENDING


def test_rules_R10_a_settlement_from_inside_is_not_lost():
    assert wait(stream(ListProducer(b"a"), Prompt())) is True
    adapter = stream(ListProducer(PENDING, PENDING), Prompt())
    adapter.stop_streaming()
    with pytest.raises(GLib.Error) as caught:
        wait(adapter)
    assert caught.value.matches(Error.quark(), Error.STOPPED)


def test_rules_R10_a_settlement_that_nobody_waits_for_is_ignored():
    consumer = Collector()
    consumer.emit_settled(Settlement.FINISHED)
    consumer.emit_settle_failed(error())
    assert wait(stream(ListProducer(b"a"), consumer)) is True
    consumer.emit_settle_failed(error())


def test_rules_E10_a_finish_that_fails_later_fails_the_stream():
    consumer, adapter = ending(b"a")
    consumer.emit_settle_failed(error("the disk is full"))
    with pytest.raises(GLib.Error, match="the disk is full"):
        wait(adapter)
    assert (adapter.get_state(), adapter.get_exhausted()) == (State.FAILED, True)
    assert consumer.calls == ["finish", "unregister"]


class Failing(Collector, PullToPush.Consumer):
    def do_finish(self):
        super().do_finish()
        raise error("the disk is full")


def test_rules_E10_a_finish_that_fails_at_once_fails_the_stream():
    consumer = Failing()
    adapter = stream(ListProducer(b"a"), consumer)
    with pytest.raises(GLib.Error, match="the disk is full"):
        wait(adapter)
    assert consumer.calls == ["finish", "unregister"]


def cancel(adapter):
    cancellable = Gio.Cancellable()
    adapter.set_cancellable(cancellable)
    cancellable.cancel()


CUTS = {
    "stop": (lambda adapter: adapter.stop_streaming(), State.STOPPED),
    "stop producing": (lambda adapter: adapter.stop_producing(stopped()), State.STOPPED),
    "a reason": (lambda adapter: adapter.stop_producing(error()), State.FAILED),
    "cancel": (cancel, State.FAILED),
}


@pytest.mark.parametrize("name", CUTS)
@pytest.mark.parametrize("settlement", [Settlement.FINISHED, Settlement.ABORTED])
def test_rules_L17_what_the_consumer_says_is_the_end(name, settlement):
    cut, state = CUTS[name]
    consumer, adapter = ending(b"a")
    cut(adapter)
    run_until(lambda: "abort" in consumer.calls)
    cut(adapter)
    settle()
    assert (consumer.calls, adapter.get_state()) == (["finish", "abort"], State.ENDING)
    consumer.emit_settled(settlement)
    if settlement == Settlement.FINISHED:
        assert wait(adapter) is True
    else:
        with pytest.raises(GLib.Error):
            wait(adapter)
        assert adapter.get_state() == state
    assert consumer.calls == ["finish", "abort", "unregister"]


class Plain(GObject.Object, PullToPush.Consumer):
    """Knows nothing of an end."""

    def do_register_push_producer(self, producer):
        return True

    def do_unregister_producer(self, producer):
        pass

    def do_write(self, chunk):
        return True


def test_rules_L17_neither_finish_nor_abort_has_to_be_there():
    assert wait(stream(ListProducer(b"a"), Plain())) is True
    adapter = stream(ListProducer(PENDING, PENDING), Plain())
    adapter.stop_streaming()
    with pytest.raises(GLib.Error):
        wait(adapter)
    assert adapter.get_state() == State.STOPPED
    assert Plain().get_desired_size() > 1 << 30


@pytest.mark.parametrize("ends", [None, 0, False, "done", 42])
def test_rules_E2_other_answers_of_finish(ends):
    """The overrides take None for DONE."""
    adapter = stream(ListProducer(b"a"), Collector(ends=ends))
    if OVERRIDES and ends is None:
        assert wait(adapter) is True
        return
    with pytest.raises(GLib.Error, match=r"Collector.*finish\(\)") as caught:
        wait(adapter)
    assert caught.value.matches(Error.quark(), Error.FAILED)


@pytest.mark.parametrize("ends", [None, 0])
def test_rules_E4_other_answers_of_abort_hide_nothing(ends):
    consumer = Collector(ends=ends)
    adapter = stream(ListProducer(PENDING, PENDING), consumer)
    adapter.stop_producing(error("the first error"))
    with pytest.raises(GLib.Error, match="the first error"):
        wait(adapter)
    assert consumer.calls == ["abort", "unregister"]


def test_rules_E11_the_reason_reaches_both_ends():
    producer, consumer = ListProducer(PENDING, PENDING), Collector()
    adapter = stream(producer, consumer)
    consumer.producer.stop_producing(error("the disk is full"))
    with pytest.raises(GLib.Error, match="the disk is full"):
        wait(adapter)
    for reason in (*producer.reasons, *consumer.reasons):
        assert reason.matches(Gio.io_error_quark(), Gio.IOErrorEnum.FAILED)
        assert reason.message == "the disk is full"
    assert (producer.n_cancelled, consumer.calls) == (1, ["abort", "unregister"])


def test_rules_L7_a_stop_has_a_reason_too():
    producer, consumer = ListProducer(PENDING, PENDING), Collector()
    adapter = stream(producer, consumer)
    adapter.stop_streaming()
    with pytest.raises(GLib.Error):
        wait(adapter)
    for reason in (*producer.reasons, *consumer.reasons):
        assert reason.matches(Error.quark(), Error.STOPPED)
    assert (producer.n_cancelled, consumer.calls) == (1, ["abort", "unregister"])


def test_rules_L17_stop_streaming_after_the_consumer_let_go():
    producer, consumer = ListProducer(PENDING, PENDING), Collector()
    adapter = stream(producer, consumer)
    consumer.unregister_producer(adapter)
    adapter.stop_streaming()
    assert wait(adapter) is True
    assert (producer.n_cancelled, consumer.calls) == (1, ["unregister"])


def test_rules_L7_keep_source_leaves_it_to_somebody_else():
    producer = ListProducer(PENDING, PENDING, b"a")
    for end in (lambda adapter: adapter.stop_streaming(), lambda adapter: consumer.unregister_producer(adapter)):
        consumer = Collector()
        adapter = stream(producer, consumer, Flags.KEEP_SOURCE)
        end(adapter)
        try:
            wait(adapter)
        except GLib.Error as failure:
            assert failure.matches(Error.quark(), Error.STOPPED)
    assert producer.n_cancelled == 0
    adapter = stream(producer, consumer)
    run_until(lambda: producer.items == [b"a"] and adapter.get_state() == State.WAITING)
    producer.emit_ready()
    assert wait(adapter) is True
    assert consumer.chunks == [b"a"]


def test_rules_L17_keep_sink_leaves_it_to_somebody_else():
    consumer = Collector()
    assert wait(stream(ListProducer(b"a"), consumer, Flags.KEEP_SINK)) is True
    adapter = stream(ListProducer(PENDING, PENDING), consumer, Flags.KEEP_SINK)
    adapter.stop_streaming()
    with pytest.raises(GLib.Error):
        wait(adapter)
    assert adapter.get_flags() == Flags.KEEP_SINK == adapter.props.flags
    assert consumer.calls == ["unregister", "unregister"]
    assert wait(stream(ListProducer(b"b"), consumer)) is True
    assert consumer.calls == ["unregister", "unregister", "finish", "unregister"]
    assert consumer.chunks == [b"a", b"b"]


def test_rules_L16_a_consumer_that_has_settled_takes_a_new_producer():
    consumer = Collector()
    for chunk in (b"a", b"b"):
        assert wait(stream(ListProducer(chunk), consumer)) is True
    assert consumer.chunks == [b"a", b"b"]


def test_rules_L10_a_consumer_that_ends_takes_no_new_producer():
    consumer, adapter = ending(b"a")
    newcomer = ListProducer(b"b")
    with pytest.raises(GLib.Error) as caught:
        PullToPush.PullToPush.stream(newcomer, consumer)
    assert caught.value.matches(Error.quark(), Error.ALREADY_REGISTERED)
    consumer.emit_settled(Settlement.FINISHED)
    assert wait(adapter) is True
    assert (newcomer.n_steps, newcomer.n_cancelled) == (0, 0)


def by_hand():
    consumer, pusher = Collector(ends=EndResult.PENDING), Pusher()
    consumer.register_push_producer(pusher)
    consumer.write(GLib.Bytes.new(b"a"))
    return consumer, pusher


def is_closed(call, *arguments):
    with pytest.raises(GLib.Error) as caught:
        call(*arguments)
    return caught.value.matches(Error.quark(), Error.CLOSED)


def test_rules_L17_the_end_by_hand():
    consumer, pusher = by_hand()
    assert consumer.finish() == EndResult.PENDING
    assert is_closed(consumer.finish)
    assert is_closed(consumer.write, GLib.Bytes.new(b"late"))
    assert consumer.abort(error()) == EndResult.PENDING
    assert is_closed(consumer.abort, error())
    consumer.emit_settled(Settlement.ABORTED)
    assert wait_settled(consumer) == Settlement.ABORTED
    assert is_closed(consumer.abort, error())
    consumer.unregister_producer(pusher)
    assert consumer.calls == ["finish", "abort", "unregister"]
    assert consumer.chunks == [b"a"]


def test_rules_L22_a_finish_after_a_failed_write_is_an_abort():
    consumer, _ = by_hand()
    consumer.ends = EndResult.DONE
    consumer.on_write = lambda _: fail()
    with pytest.raises(GLib.Error, match="cannot take it"):
        consumer.write(GLib.Bytes.new(b"b"))
    with pytest.raises(GLib.Error, match="cannot take it"):
        consumer.finish()
    assert consumer.calls == ["abort"]
    with pytest.raises(GLib.Error, match="cannot take it"):
        wait_settled(consumer)


def fail():
    raise error("cannot take it")


def test_a_wait_for_the_settlement_can_be_cancelled():
    consumer, _ = by_hand()
    consumer.finish()
    cancellable, answers = Gio.Cancellable(), []
    consumer.wait_settled_async(cancellable, lambda _, result: answers.append(result))
    cancellable.cancel()
    run_until(lambda: answers)
    with pytest.raises(GLib.Error) as caught:
        consumer.wait_settled_finish(answers[0])
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
    consumer.emit_settled(Settlement.FINISHED)
    assert wait_settled(consumer) == Settlement.FINISHED


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("held", [False, True])
def test_rules_E12_a_source_that_breaks_ends_its_stream_at_once(held, elsewhere):
    producer, consumer = ListProducer(PENDING, PENDING), Collector()
    adapter = stream(producer, consumer)
    run_until(lambda: adapter.get_state() == State.WAITING)
    if held:
        adapter.hold("user")
        settle()
    thread = threading.Thread(target=producer.emit_broken, args=[error("gone")])
    if elsewhere:
        thread.start()
    else:
        thread.run()
    with pytest.raises(GLib.Error, match="gone"):
        wait(adapter)
    if elsewhere:
        thread.join()
    # It has said its end by itself.
    assert (producer.n_cancelled, consumer.calls) == (0, ["abort", "unregister"])
    assert consumer.reasons[0].message == "gone"


@pytest.mark.skipif(OVERRIDES, reason="the overrides have set a function of their own")
def test_rules_E13_a_failure_that_nobody_waits_for_is_reported():
    reported = []
    PullToPush.set_unheard_func(lambda ended, failure: reported.append((ended, failure.message)))
    adapter = PullToPush.PullToPush.stream(ListProducer(lambda _: fail()), Collector())
    run_until(lambda: reported)
    assert reported == [(adapter, "cannot take it")]
    heard = PullToPush.PullToPush.stream(ListProducer(lambda _: fail()), Collector())
    with pytest.raises(GLib.Error):
        wait(heard)
    cancelled = PullToPush.PullToPush.stream(ListProducer(PENDING, PENDING), Collector())
    cancel(cancelled)
    settle()
    assert len(reported) == 1
    PullToPush.set_unheard_func(None)
