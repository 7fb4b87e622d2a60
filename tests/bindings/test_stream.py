# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Streams between objects written in Python."""

import threading

import pytest
from doubles import FINISHED, MORE, PENDING, Collector, ListProducer, Pusher, run_until, settle, stopped, wait
from gi.repository import Gio, GLib, GObject, PullToPush

State = PullToPush.StreamState


def stream(producer, consumer):
    return PullToPush.PullToPush.stream(producer, consumer)


def test_data_arrives_in_order():
    producer, consumer = ListProducer(b"one", b"two", b"three"), Collector()
    adapter = stream(producer, consumer)
    assert wait(adapter) is True
    assert consumer.chunks == [b"one", b"two", b"three"]
    assert adapter.get_state() == State.FINISHED
    assert (producer.n_steps, adapter.get_n_steps()) == (4, 4)
    assert (consumer.calls, producer.n_cancelled) == (["finish", "unregister"], 0)
    assert adapter.get_exhausted()


def test_rules_L12_empty_source_finishes():
    consumer = Collector()
    assert wait(stream(ListProducer(), consumer)) is True
    assert consumer.chunks == []


def test_rules_L13_last_chunk_and_end_in_one_step():
    def last(consumer):
        consumer.write(GLib.Bytes.new(b"last"))
        return FINISHED

    consumer = Collector()
    wait(stream(ListProducer(b"first", last), consumer))
    assert consumer.chunks == [b"first", b"last"]


def test_registering_a_pull_producer_streams_it():
    consumer = Collector()
    assert consumer.register_pull_producer(ListProducer(b"a", b"b")) is True
    run_until(lambda: consumer.n_unregistered)
    assert consumer.chunks == [b"a", b"b"]


def test_wrapping_by_hand():
    producer, consumer = ListProducer(b"a"), Collector()
    adapter = PullToPush.PullToPush.new(producer, consumer)
    assert adapter.get_state() == State.IDLE
    consumer.register_push_producer(adapter)
    adapter.start_streaming()
    assert wait(adapter) is True
    assert consumer.chunks == [b"a"]


def test_signal_finished_comes_once_and_alone():
    ends = []
    adapter = stream(ListProducer(b"a"), Collector())
    for name in ("finished", "stopped", "failed"):
        adapter.connect(name, lambda *args, name=name: ends.append(name))
    wait(adapter)
    settle()
    assert ends == ["finished"]


def test_consumer_pauses_and_resumes():
    consumer = Collector(on_write=lambda self: self.producer.pause_producing())
    adapter = stream(ListProducer(b"a", b"b"), consumer)
    for expected in ([b"a"], [b"a", b"b"]):
        run_until(lambda expected=expected: consumer.chunks == expected)
        settle()
        assert consumer.chunks == expected
        assert adapter.get_state() == State.PAUSED
        assert adapter.dup_holders() == ["consumer"]
        adapter.resume_producing()
    assert wait(adapter) is True


def test_holds_are_named():
    adapter = PullToPush.PullToPush.new(ListProducer(b"a"), Collector())
    adapter.hold("battery")
    adapter.hold("user")
    adapter.start_streaming()
    settle()
    assert (adapter.props.state, adapter.get_n_steps()) == (State.PAUSED, 0)
    assert sorted(adapter.props.holders) == ["battery", "user"]
    adapter.release("battery")
    settle()
    assert (adapter.dup_holders(), adapter.get_n_steps()) == (["user"], 0)
    adapter.release("user")
    assert wait(adapter) is True


def test_pending_waits_for_ready():
    producer, consumer = ListProducer(b"a", PENDING, PENDING, b"b"), Collector()
    adapter = stream(producer, consumer)
    run_until(lambda: adapter.get_state() == State.WAITING)
    settle()
    assert consumer.chunks == [b"a"]
    while adapter.get_state() == State.WAITING:
        producer.emit_ready()
        settle()
    assert wait(adapter) is True
    assert consumer.chunks == [b"a", b"b"]


def test_ready_from_another_thread():
    producer, consumer = ListProducer(PENDING, PENDING, b"from afar"), Collector()
    adapter = stream(producer, consumer)
    run_until(lambda: adapter.get_state() == State.WAITING)
    thread = threading.Thread(target=producer.emit_ready)
    thread.start()
    assert wait(adapter) is True
    thread.join()
    assert consumer.chunks == [b"from afar"]


def test_hold_and_release_from_another_thread():
    adapter = PullToPush.PullToPush.new(ListProducer(b"a"), Collector())
    adapter.hold("thread")
    adapter.start_streaming()
    thread = threading.Thread(target=adapter.release, args=["thread"])
    thread.start()
    assert wait(adapter) is True
    thread.join()


def test_stopping_cancels_the_producer_once():
    producer = ListProducer(*[b"x"] * 1000)
    consumer = Collector(on_write=lambda self: self.producer.stop_producing(stopped()))
    adapter = stream(producer, consumer)
    with pytest.raises(GLib.Error) as caught:
        wait(adapter)
    assert caught.value.matches(PullToPush.Error.quark(), PullToPush.Error.STOPPED)
    assert adapter.get_state() == State.STOPPED
    assert (producer.n_cancelled, producer.n_steps, len(consumer.chunks)) == (1, 1, 1)


def test_unregistering_finishes():
    consumer = Collector(on_write=lambda self: self.unregister_producer(self.producer))
    producer = ListProducer(*[b"x"] * 1000)
    adapter = stream(producer, consumer)
    assert wait(adapter) is True
    assert (producer.n_steps, consumer.calls) == (1, ["unregister"])
    assert not adapter.get_exhausted()
    settle()
    assert [reason.matches(PullToPush.Error.quark(), PullToPush.Error.STOPPED) for reason in producer.reasons] == [True]


def test_cancellable():
    producer, consumer = ListProducer(PENDING, PENDING), Collector()
    adapter = PullToPush.PullToPush(producer=producer, consumer=consumer)
    cancellable = Gio.Cancellable()
    adapter.props.cancellable = cancellable
    consumer.register_push_producer(adapter)
    adapter.start_streaming()
    run_until(lambda: adapter.get_state() == State.WAITING)
    cancellable.cancel()
    with pytest.raises(GLib.Error) as caught:
        wait(adapter)
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
    assert producer.n_cancelled == 1
    assert consumer.calls == ["abort", "unregister"]
    assert consumer.reasons[0].matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)


def test_second_producer_is_refused():
    producer, consumer = ListProducer(PENDING, PENDING), Collector()
    adapter = stream(producer, consumer)
    with pytest.raises(GLib.Error) as caught:
        stream(ListProducer(b"late"), consumer)
    assert caught.value.matches(PullToPush.Error.quark(), PullToPush.Error.ALREADY_REGISTERED)
    assert adapter.get_state() in (State.STREAMING, State.WAITING)
    adapter.stop_streaming()
    with pytest.raises(GLib.Error) as caught:
        wait(adapter)
    assert caught.value.matches(PullToPush.Error.quark(), PullToPush.Error.STOPPED)


def test_push_producer_in_python():
    pusher, consumer = Pusher(), Collector()
    assert consumer.register_push_producer(pusher) is True
    consumer.producer.pause_producing()
    consumer.producer.resume_producing()
    assert pusher.consumer is consumer
    consumer.unregister_producer(Pusher())
    consumer.unregister_producer(pusher)
    consumer.unregister_producer(pusher)
    pusher.stop_producing(stopped())
    assert pusher.calls == ["registered", "pause", "resume", "unregistered", "stop"]
    assert pusher.reasons[0].matches(PullToPush.Error.quark(), PullToPush.Error.STOPPED)


class Loud(Collector, PullToPush.Consumer):
    def do_write(self, chunk):
        self.chunks.append(chunk.get_data().upper())
        return True


def test_subclass_leaves_its_parent_alone():
    for consumer, expected in ((Loud(), b"A"), (Collector(), b"a")):
        assert consumer.register_pull_producer(ListProducer(b"a")) is True
        assert consumer.chunks == []
        run_until(lambda consumer=consumer: consumer.n_unregistered)
        assert consumer.chunks == [expected]


def test_new_producer_from_inside_the_end():
    consumer = Collector()
    second = []

    def go_on(adapter):
        second.append(stream(ListProducer(b"second"), consumer))

    first = stream(ListProducer(b"first"), consumer)
    first.connect("finished", go_on)
    wait(first)
    run_until(lambda: second)
    wait(second[0])
    assert consumer.chunks == [b"first", b"second"]


def test_notify_state():
    seen = []
    adapter = PullToPush.PullToPush.new(ListProducer(b"a"), Collector())
    adapter.connect("notify::state", lambda self, _: seen.append(self.props.state))
    adapter.pause_producing()
    adapter.start_streaming()
    run_until(lambda: State.PAUSED in seen)
    adapter.resume_producing()
    wait(adapter)
    assert seen[-1] == State.FINISHED


def test_interfaces_are_interfaces():
    for name in ("PullProducer", "PushProducer", "Consumer"):
        gtype = getattr(PullToPush, name).__gtype__
        assert gtype.is_interface() and gtype.name == f"Ptp{name}"
    assert GObject.type_is_a(PullToPush.PullToPush, PullToPush.PushProducer)
