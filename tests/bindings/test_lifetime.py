# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Objects die when nobody needs them, and not before."""

import gc
import weakref

import pytest
from doubles import PENDING, Collector, ListProducer, Pusher, run_until, settle, stopped, wait
from gi.repository import Gio, GLib, PullToPush

State = PullToPush.StreamState


class Watch:
    """Tells which of some objects are still there."""

    def __init__(self, **objects):
        self.references = {name: weakref.ref(thing) for name, thing in objects.items()}

    def alive(self):
        settle()
        gc.collect()
        return sorted(name for name, reference in self.references.items() if reference())


def start(*items):
    producer, consumer = ListProducer(*items), Collector()
    return producer, consumer, PullToPush.PullToPush.stream(producer, consumer)


def test_all_die_after_the_end():
    producer, consumer, adapter = start(b"a", b"b")
    watch = Watch(producer=producer, consumer=consumer, adapter=adapter)
    assert wait(adapter) is True
    del producer, consumer, adapter
    assert watch.alive() == []


def fail(*_):
    raise GLib.Error.new_literal(Gio.io_error_quark(), "no", Gio.IOErrorEnum.FAILED)


def test_all_die_after_a_failure():
    producer, consumer, adapter = start(b"a", fail)
    watch = Watch(producer=producer, consumer=consumer, adapter=adapter)
    with pytest.raises(GLib.Error):
        wait(adapter)
    del producer, consumer, adapter
    assert watch.alive() == []


def test_all_die_after_a_stop():
    producer, consumer, adapter = start(PENDING, PENDING)
    watch = Watch(producer=producer, consumer=consumer, adapter=adapter)
    run_until(lambda: adapter.get_state() == State.WAITING)
    adapter.stop_producing(stopped())
    with pytest.raises(GLib.Error):
        wait(adapter)
    del producer, consumer, adapter
    assert watch.alive() == []


def test_rules_L15_ended_adapter_keeps_nobody():
    producer, consumer, adapter = start(b"a")
    watch = Watch(producer=producer, consumer=consumer)
    wait(adapter)
    del producer, consumer
    assert watch.alive() == []
    assert (adapter.get_producer(), adapter.get_consumer()) == (None, None)


def test_running_stream_keeps_itself():
    """Nobody else holds it; it still ends, and tells."""
    ends = []
    producer, consumer, adapter = start(PENDING, PENDING, b"late")
    adapter.connect("finished", lambda *_: ends.append(True))
    run_until(lambda: adapter.get_state() == State.WAITING)
    del adapter
    gc.collect()
    producer.emit_ready()
    run_until(lambda: ends)
    assert consumer.chunks == [b"late"]


def test_never_started_adapter_dies():
    producer, consumer = ListProducer(b"a"), Collector()
    adapter = PullToPush.PullToPush.new(producer, consumer)
    watch = Watch(producer=producer, consumer=consumer, adapter=adapter)
    del producer, consumer, adapter
    assert watch.alive() == []


def test_unregistered_push_producer_dies():
    pusher, consumer = Pusher(), Collector()
    watch = Watch(pusher=pusher)
    consumer.register_push_producer(pusher)
    del pusher
    assert watch.alive() == ["pusher"]
    consumer.unregister_producer(consumer.producer)
    assert watch.alive() == []


def test_a_hundred_streams_leave_nothing():
    watches = []
    for _ in range(100):
        producer, consumer, adapter = start(b"a", b"b")
        watches.append(Watch(producer=producer, consumer=consumer, adapter=adapter))
        wait(adapter)
        del producer, consumer, adapter
    assert [watch.alive() for watch in watches] == [[]] * 100
    assert not PullToPush.Cooperator.ref_default().get_active()
