# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The conformance kit, as Python sees it: objects written in Python, and our own."""

import gc
import os

import pytest
from doubles import FINISHED, MORE, OVERRIDES, PENDING, EndResult, ListProducer, error, run_until, stopped, wait
from gi.repository import Gio, GLib, GObject, PullToPush, PullToPushTesting

Hook = PullToPushTesting.Hook
Kind = PullToPushTesting.Kind
Status = PullToPushTesting.Status
Suite = PullToPushTesting.Suite

CONTENT = b"one two three four "
LIMIT = 1024 * 1024


class WordProducer(GObject.Object, PullToPush.PullProducer):
    """One word a step, and once a wait for a source of the main loop."""

    def __init__(self):
        super().__init__()
        self.words = ["one ", "two ", None, "three ", "four "]
        self.source = 0

    def arrive(self):
        self.source = 0
        self.words.pop(0)
        self.emit_ready()
        return GLib.SOURCE_REMOVE

    def do_produce(self, consumer):
        if not self.words:
            return FINISHED
        if self.words[0] is None:
            if not self.source:
                self.source = GLib.idle_add(self.arrive)
            return PENDING
        consumer.write(GLib.Bytes.new(self.words[0].encode()))
        self.words.pop(0)
        return MORE

    def do_cancel(self, reason):
        if self.source:
            GLib.source_remove(self.source)
            self.source = 0

    def break_down(self):
        self.do_cancel(None)
        self.words = []
        self.emit_broken(error("gone"))


class WordPusher(GObject.Object, PullToPush.PushProducer):
    """One word each turn of the main loop, until it is paused."""

    def __init__(self):
        super().__init__()
        self.consumer = None
        self.ending = None
        self.words = [b"one ", b"two ", b"three ", b"four "]
        self.paused = False
        self.started = False
        self.source = 0

    def start(self):
        self.started = True
        self.go_on()

    def go_on(self):
        if self.consumer and self.started and not self.paused and not self.source:
            self.source = GLib.idle_add(self.turn)

    def turn(self):
        self.source = 0
        if self.consumer is None or self.paused:
            return GLib.SOURCE_REMOVE
        if not self.words:
            self.end(None)
            return GLib.SOURCE_REMOVE
        try:
            self.consumer.write(GLib.Bytes.new(self.words.pop(0)))
        except GLib.Error as failure:
            self.end(failure)
        self.go_on()
        return GLib.SOURCE_REMOVE

    def end(self, reason):
        """The consumer is told, and released when it has settled. An abort may follow a finish."""
        consumer, began = self.consumer or self.ending, self.ending is not None
        self.let_go()
        if consumer is None:
            return
        self.ending = consumer
        try:
            if reason is None:
                consumer.finish()
            else:
                consumer.abort(reason)
        except GLib.Error:
            # The wait says it once more; an abort may come too late.
            pass
        if not began:
            consumer.wait_settled_async(None, self.settled)

    def settled(self, consumer, result):
        self.ending = None
        consumer.unregister_producer(self)

    def fail(self):
        self.end(error("no", code=Gio.IOErrorEnum.TIMED_OUT))

    def do_registered(self, consumer):
        self.consumer = consumer
        self.go_on()

    def let_go(self):
        self.consumer = None
        if self.source:
            GLib.source_remove(self.source)
            self.source = 0

    def do_pause_producing(self):
        self.paused = True

    def do_resume_producing(self):
        self.paused = False
        self.go_on()

    def do_stop_producing(self, reason):
        self.end(reason)

    def do_unregistered(self):
        self.ending = None
        self.let_go()


class ListConsumer(GObject.Object, PullToPush.Consumer):
    """Keeps what it is given; pauses its producer each time, for one turn of the main loop."""

    def __init__(self):
        super().__init__()
        self.producer = None
        self.seen = b""
        self.closed = False
        self.full = False
        self.failure = None

    def resume(self):
        self.full = False
        if self.producer is not None:
            self.producer.resume_producing()
        return GLib.SOURCE_REMOVE

    def check_open(self):
        if self.closed:
            raise error("closed", PullToPush.Error.quark(), PullToPush.Error.CLOSED)

    def do_register_push_producer(self, producer):
        self.check_open()
        self.producer = producer
        if self.full:
            producer.pause_producing()
        return True

    def do_unregister_producer(self, producer):
        self.producer = None

    def do_finish(self):
        self.closed = True
        if self.failure is not None:
            raise self.failure
        return EndResult.DONE

    def do_abort(self, reason):
        self.closed = True
        return EndResult.DONE

    def do_write(self, chunk):
        self.check_open()
        self.seen += chunk.get_data() or b""
        if self.producer is not None and not self.full:
            self.full = True
            self.producer.pause_producing()
            GLib.idle_add(self.resume)
        return True

    def close(self):
        self.closed = True

    def fail(self):
        self.closed = True
        self.failure = error("the disk is full", code=Gio.IOErrorEnum.NO_SPACE)
        if self.producer is not None:
            self.producer.stop_producing(self.failure)

    def have_enough(self):
        if self.producer is not None:
            self.unregister_producer(self.producer)


def prepare(suite):
    suite.set_hook(Hook.COLLECT, lambda _: gc.collect())
    suite.set_linger(0)
    return suite


def new_suite(kind, name, factory):
    return prepare(Suite.new(kind, name, factory))


def failures(suite):
    return [r.to_string() for r in suite.run() if r.get_status() == Status.FAILED]


def failed_names(suite):
    return {r.get_name() for r in suite.run() if r.get_status() == Status.FAILED}


def skipped_names(suite):
    return {r.get_name() for r in suite.run() if r.get_status() == Status.SKIPPED}


def word_suite():
    suite = new_suite(Kind.PULL_PRODUCER, "words", lambda _: WordProducer())
    suite.set_expected(GLib.Bytes.new(CONTENT))
    suite.set_hook(Hook.BREAK, lambda producer: producer.break_down())
    return suite


def test_pull_producer():
    suite = word_suite()
    assert failures(suite) == []
    # What only a hint, or another source, could show.
    assert skipped_names(suite) == {
        "L7/closes",
        "L12/empty",
        "T4/dropped-elsewhere",
        "E1/fails",
        "S1/short-steps",
    }


def test_push_producer():
    suite = new_suite(Kind.PUSH_PRODUCER, "pusher", lambda _: WordPusher())
    suite.set_expected(GLib.Bytes.new(CONTENT))
    suite.set_hook(Hook.START, lambda pusher: pusher.start())
    suite.set_hook(Hook.FAIL, lambda pusher: pusher.fail())
    assert failures(suite) == []
    assert skipped_names(suite) == set()


def test_consumer():
    suite = new_suite(Kind.CONSUMER, "list", lambda _: ListConsumer())
    suite.set_reader(lambda consumer: GLib.Bytes.new(consumer.seen))
    suite.set_hook(Hook.CLOSE, lambda consumer: consumer.close())
    suite.set_hook(Hook.FAIL, lambda consumer: consumer.fail())
    suite.set_hook(Hook.ENOUGH, lambda consumer: consumer.have_enough())
    assert failures(suite) == []
    assert skipped_names(suite) == {"B2/limit", "E10/undoes", "T4/dropped-elsewhere", "S1/short-writes"}


# The interface stands in each of them, or PyGObject changes the virtual functions of the parent.


class Raising(WordProducer, PullToPush.PullProducer):
    def do_produce(self, consumer):
        if len(self.words) < 3:
            raise ValueError("nothing C has ever heard of")
        return super().do_produce(consumer)


class Forgetful(WordProducer, PullToPush.PullProducer):
    def do_produce(self, consumer):
        super().do_produce(consumer)


class Swallowing(WordProducer, PullToPush.PullProducer):
    def do_produce(self, consumer):
        try:
            return super().do_produce(consumer)
        except GLib.Error:
            return MORE


class Hoarding(WordProducer, PullToPush.PullProducer):
    def do_produce(self, consumer):
        self.consumer = consumer
        return super().do_produce(consumer)


# They make an error of every exception, which is all that the rule asks.
WITHOUT_OVERRIDES = pytest.mark.skipif(OVERRIDES, reason="overrides make it keep the rule")


@pytest.mark.parametrize(
    ("sinner", "check"),
    [
        pytest.param(Raising, "E2/result-and-error", marks=WITHOUT_OVERRIDES),
        (Forgetful, "E2/result-and-error"),
        (Swallowing, "E5/write-fails"),
        (Hoarding, "L15/no-reference-to-consumer"),
    ],
)
def test_broken_pull_producer(sinner, check, capfd):
    suite = new_suite(Kind.PULL_PRODUCER, "sinner", lambda _: sinner())
    suite.set_patience(100)
    suite.set_max_steps(100)
    result = suite.run_check(check)
    assert result.get_status() == Status.FAILED
    assert result.get_rule() == check.partition("/")[0]
    assert result.get_rule() in result.to_string()
    assert result.get_seen() and result.get_advice() and result.get_title()
    capfd.readouterr()  # The tracebacks are part of the test.


def test_own_bytes_producer():
    data = os.urandom(5000)

    def make(_):
        producer = PullToPush.BytesProducer.new(GLib.Bytes.new(data))
        producer.set_chunk_size(1000)
        return producer

    suite = new_suite(Kind.PULL_PRODUCER, "bytes", make)
    suite.set_expected(GLib.Bytes.new(data))
    assert failures(suite) == []


def test_own_input_stream_producer(tmp_path):
    path = tmp_path / "in"
    path.write_bytes(os.urandom(200000))
    file = Gio.File.new_for_path(str(path))
    suite = new_suite(
        Kind.PULL_PRODUCER,
        "file",
        lambda _: PullToPush.InputStreamProducer.new(file.read(None)),
    )
    suite.set_expected(GLib.Bytes.new(path.read_bytes()))
    assert failures(suite) == []


def test_own_output_stream_consumer():
    suite = new_suite(
        Kind.CONSUMER,
        "memory",
        lambda _: PullToPush.OutputStreamConsumer.new(Gio.MemoryOutputStream.new_resizable()),
    )
    suite.set_hook(Hook.CLOSE, lambda consumer: consumer.abort(stopped()))
    assert failures(suite) == []


def test_own_adapter():
    def make(consumer):
        return PullToPush.PullToPush.new(WordProducer(), consumer)

    suite = new_suite(Kind.PUSH_PRODUCER, "adapter", make)
    suite.set_hook(Hook.START, lambda adapter: adapter.start_streaming())
    suite.set_expected(GLib.Bytes.new(CONTENT))
    assert failures(suite) == []


def test_factory_of_something_else():
    suite = new_suite(Kind.PULL_PRODUCER, "wrong", lambda _: ListConsumer())
    result = suite.run_check("E3/implemented")
    assert result.get_status() == Status.FAILED
    assert "ListConsumer" in result.get_seen()
    suite = new_suite(Kind.PULL_PRODUCER, "nothing", lambda _: None)
    assert suite.run_check("E3/implemented").get_status() == Status.FAILED
    assert suite.run_check("L99/none") is None


def test_hints_are_properties():
    suite = word_suite()
    suite.props.endless = True
    suite.props.patience = 7
    assert (suite.get_endless(), suite.get_patience()) == (True, 7)
    assert suite.get_expected().get_data() == CONTENT
    assert (suite.get_name(), suite.get_kind()) == ("words", Kind.PULL_PRODUCER)


def test_doubles():
    producer = PullToPushTesting.Producer.new()
    producer.add_text("one ")
    producer.add_pending_then_ready()
    producer.add(GLib.Bytes.new(b"two"), FINISHED)
    consumer = PullToPushTesting.Consumer.new()
    consumer.set_pause_after(1)
    events = []
    consumer.connect("event::write", lambda _, name: events.append(name))
    stream = PullToPush.PullToPush.stream(producer, consumer)
    run_until(consumer.get_paused)
    assert consumer.get_total() == 4
    consumer.resume()
    assert wait(stream) is True
    assert consumer.dup_bytes().get_data() == b"one two"
    assert [chunk.get_data() for chunk in consumer.get_chunks()] == [b"one ", b"two"]
    assert consumer.dup_events()[0] == "register PtpPullToPush"
    assert consumer.dup_events()[-1] == "unregister"
    assert events == ["write", "write"]
    assert consumer.dup_violations() == producer.dup_violations() == []
    assert producer.dup_events() == ["produce"] * producer.get_n_produced()


def test_doubles_see_violations():
    producer = PullToPushTesting.Producer.new()
    consumer = PullToPushTesting.Consumer.new()
    consumer.write(GLib.Bytes.new(b"x"))
    assert [v.split()[0] for v in consumer.dup_violations()] == ["R4"]
    producer.produce(consumer)
    producer.cancel(stopped())
    assert [v.split()[0] for v in producer.dup_violations()] == ["L7"]


def test_clock():
    clock = PullToPushTesting.Clock.new()
    cooperator = PullToPush.Cooperator.new(None, GLib.PRIORITY_DEFAULT_IDLE)
    clock.attach(cooperator)
    steps = []

    def step():
        steps.append(clock.get_now())
        clock.advance(1000)
        return FINISHED if len(steps) == 3 else MORE

    task = cooperator.cooperate(step)
    assert wait(task) is True
    assert task.get_state() == PullToPush.StreamState.FINISHED
    assert steps == [0, 1000, 2000]
    assert clock.get_n_reads() > 0


def test_list_producer_of_the_other_tests():
    suite = new_suite(Kind.PULL_PRODUCER, "list", lambda _: ListProducer(b"a", b"b"))
    assert failed_names(suite) == set()


NEEDS_OVERRIDES = pytest.mark.skipif(not OVERRIDES, reason="these come with the overrides")


class SlowWriter:
    """An object that is a sink."""

    def __init__(self):
        self.seen = b""

    async def write(self, chunk):
        there = PullToPush.Future()
        GLib.idle_add(lambda: there.set_result(None))
        await there
        self.seen += chunk

    async def finish(self):
        there = PullToPush.Future()
        GLib.idle_add(lambda: there.set_result(None))
        await there


def words():
    yield from (b"one ", b"two ", b"three ", b"four ")


async def slow_words():
    for word in words():
        there = PullToPush.Future()
        GLib.idle_add(there.set_result, None)
        await there
        yield word


@NEEDS_OVERRIDES
@pytest.mark.parametrize("source", [words, slow_words])
def test_an_iterable_as_a_producer(source):
    suite = new_suite(Kind.PULL_PRODUCER, "iterable", lambda _: PullToPush.from_iterable(source()))
    suite.set_expected(GLib.Bytes.new(CONTENT))
    assert failures(suite) == []


@NEEDS_OVERRIDES
@pytest.mark.parametrize("slow", [False, True])
def test_a_function_as_a_consumer(slow):
    seen = {}

    def make(_):
        sink = SlowWriter()
        chunks = []
        consumer = PullToPush.from_callable(sink.write if slow else chunks.append)
        seen[consumer] = (lambda: sink.seen) if slow else (lambda: b"".join(chunks))
        return consumer

    suite = new_suite(Kind.CONSUMER, "function", make)
    suite.set_hook(Hook.COLLECT, lambda _: (seen.clear(), gc.collect()))
    suite.set_reader(lambda consumer: GLib.Bytes.new(seen[consumer]()))
    assert failures(suite) == []
