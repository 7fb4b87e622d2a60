# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Everything that can go wrong in Python arrives as one error, and nothing hangs."""

import pytest
from doubles import FINISHED, MORE, OVERRIDES, Collector, ListProducer, settle, stopped, wait
from gi.repository import Gio, GLib, GObject, PullToPush

State = PullToPush.StreamState
Error = PullToPush.Error


def own_error(text="the disk is tired"):
    return GLib.Error.new_literal(Gio.io_error_quark(), text, Gio.IOErrorEnum.NO_SPACE)


def raise_own(*_):
    raise own_error()


def raise_foreign(*_):
    raise ValueError("nothing C has ever heard of")


@pytest.fixture(autouse=True)
def quiet_tracebacks(monkeypatch):
    """PyGObject prints what it cannot pass on; here that is expected, and counted.

    With the overrides, nothing that fails a stream is left for that.
    """
    printed = []
    monkeypatch.setattr("sys.excepthook", lambda *args: printed.append(args[0]))
    return printed


def fails(producer, consumer):
    """Streams, and gives back the error that the stream must end with."""
    adapter = PullToPush.PullToPush.stream(producer, consumer)
    ends = []
    for name in ("finished", "stopped", "failed"):
        adapter.connect(name, lambda *args, name=name: ends.append(name))
    with pytest.raises(GLib.Error) as caught:
        wait(adapter)
    settle()
    assert ends == ["failed"]
    assert adapter.get_state() == State.FAILED
    assert adapter.get_error().message == caught.value.message
    return caught.value


def assert_is(error, code, *words):
    assert error.matches(Error.quark(), code), error
    for word in words:
        assert word in error.message


def test_own_error_in_produce_arrives_as_it_is():
    producer, consumer = ListProducer(b"a", raise_own), Collector()
    error = fails(producer, consumer)
    assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NO_SPACE)
    assert error.message == "the disk is tired"
    assert consumer.chunks == [b"a"]
    assert [reason.message for reason in consumer.reasons] == ["the disk is tired"]
    assert (consumer.calls, producer.n_cancelled) == (["abort", "unregister"], 0)


def test_foreign_exception_in_produce_names_the_culprit(quiet_tracebacks):
    error = fails(ListProducer(raise_foreign), Collector())
    assert_is(error, Error.FAILED, "ListProducer", "produce()")
    assert quiet_tracebacks == ([] if OVERRIDES else [ValueError])


def test_forgotten_return_in_produce_names_the_culprit():
    error = fails(ListProducer(lambda consumer: None), Collector())
    assert_is(error, Error.FAILED, "ListProducer", "produce()")


@pytest.mark.parametrize("answer", [42, -1, "no answer", [], object()])
def test_wrong_answer_of_produce_names_the_culprit(answer):
    error = fails(ListProducer(lambda consumer: answer), Collector())
    assert_is(error, Error.FAILED, "ListProducer", "produce()")


@pytest.mark.parametrize("answer", [True, 1, 1.5])
def test_true_means_more(answer):
    """In Python True is 1, and 1 is MORE: the stream goes on, and ends as it should."""
    consumer = Collector()
    adapter = PullToPush.PullToPush.stream(ListProducer(lambda _: answer, b"a"), consumer)
    assert wait(adapter) is True
    assert consumer.chunks == [b"a"]


@pytest.mark.parametrize("answer", [False, 0])
def test_false_means_failed(answer):
    error = fails(ListProducer(lambda _: answer), Collector())
    assert_is(error, Error.FAILED, "ListProducer", "produce()")


class Mute(GObject.Object, PullToPush.PullProducer):
    """Implements nothing."""


def test_missing_produce():
    consumer = Collector()
    with pytest.raises(GLib.Error) as caught:
        PullToPush.PullToPush.stream(Mute(), consumer)
        pytest.fail("a producer without produce() was taken")
    assert_is(caught.value, Error.NOT_IMPLEMENTED, "Mute", "produce()")


def test_missing_produce_called_by_hand():
    with pytest.raises(GLib.Error) as caught:
        Mute().produce(Collector())
    assert_is(caught.value, Error.NOT_IMPLEMENTED, "Mute", "produce()")


class Wall(GObject.Object, PullToPush.Consumer):
    """Implements nothing."""


class HalfWall(Wall, PullToPush.Consumer):
    """Can be registered with, and no more."""

    def do_register_push_producer(self, producer):
        return True


@pytest.mark.parametrize("kind", [Wall, HalfWall])
def test_missing_methods_of_a_consumer(kind):
    producer = ListProducer(b"a")
    with pytest.raises(GLib.Error) as caught:
        PullToPush.PullToPush.stream(producer, kind())
    assert_is(caught.value, Error.NOT_IMPLEMENTED, kind.__name__)
    with pytest.raises(GLib.Error) as caught:
        kind().write(GLib.Bytes.new(b"a"))
    assert_is(caught.value, Error.NOT_IMPLEMENTED, kind.__name__, "write()")
    assert producer.n_steps == 0


class Deaf(GObject.Object, PullToPush.PushProducer):
    """A push producer that implements nothing."""


def test_missing_methods_of_a_push_producer():
    with pytest.raises(GLib.Error) as caught:
        Collector().register_push_producer(Deaf())
    assert_is(caught.value, Error.NOT_IMPLEMENTED, "Deaf", "pause_producing()")
    deaf = Deaf()
    deaf.pause_producing()
    deaf.resume_producing()
    deaf.stop_producing(stopped())


def test_own_error_in_write_ends_the_stream():
    producer, consumer = ListProducer(b"a", b"b"), Collector(on_write=raise_own)
    error = fails(producer, consumer)
    assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NO_SPACE)
    assert producer.n_steps == 1


def test_foreign_exception_in_write_names_the_culprit(quiet_tracebacks):
    error = fails(ListProducer(b"a"), Collector(on_write=raise_foreign))
    assert_is(error, Error.FAILED, "Collector", "write()")
    assert quiet_tracebacks == ([] if OVERRIDES else [ValueError])


# A subclass that overrides a virtual function names the interface again, or PyGObject changes its
# parent instead.
class Forgetful(Collector, PullToPush.Consumer):
    def do_write(self, chunk):
        self.chunks.append(chunk.get_data())


def test_forgotten_return_in_write_names_the_culprit():
    error = fails(ListProducer(b"a"), Forgetful())
    assert_is(error, Error.FAILED, "Forgetful", "write()")


def test_rules_L22_a_producer_that_swallows_the_error_of_write():
    def swallow(consumer):
        with pytest.raises(GLib.Error):
            consumer.write(GLib.Bytes.new(b"a"))
        return FINISHED

    consumer = Collector(on_write=raise_own)
    error = fails(ListProducer(swallow), consumer)
    assert error.message == "the disk is tired"
    assert consumer.calls == ["abort", "unregister"]


class Refusing(Collector, PullToPush.Consumer):
    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def do_register_push_producer(self, producer):
        return self.answer()


def closed():
    raise GLib.Error.new_literal(Error.quark(), "nothing more, thank you", Error.CLOSED)


def test_rules_L11_registering_with_a_closed_consumer():
    producer = ListProducer(b"a")
    with pytest.raises(GLib.Error) as caught:
        PullToPush.PullToPush.stream(producer, Refusing(closed))
    assert_is(caught.value, Error.CLOSED, "thank you")
    settle()
    assert (producer.n_steps, producer.n_cancelled) == (0, 1)


@pytest.mark.parametrize("answer", [raise_foreign, lambda: None, lambda: False])
def test_registration_that_goes_wrong(answer):
    with pytest.raises(GLib.Error) as caught:
        PullToPush.PullToPush.stream(ListProducer(b"a"), Refusing(answer))
    assert_is(caught.value, Error.FAILED, "Refusing", "register_push_producer()")


class Clumsy(Collector, PullToPush.Consumer):
    """Fails in everything that has no way to say so."""

    def do_unregister_producer(self, producer):
        super().do_unregister_producer(producer)
        raise_foreign()

    def do_abort(self, reason):
        super().do_abort(reason)
        raise_foreign()



def test_rules_E4_teardown_does_not_hide_the_first_error(quiet_tracebacks):
    consumer = Clumsy()
    error = fails(ListProducer(raise_own), consumer)
    assert error.message == "the disk is tired"
    assert consumer.calls == ["abort", "unregister"]
    assert quiet_tracebacks == [ValueError] * (1 if OVERRIDES else 2)


class BadLoser(ListProducer, PullToPush.PullProducer):
    def do_cancel(self, reason):
        super().do_cancel(reason)
        raise_foreign()


def test_exception_in_cancel_does_no_harm(quiet_tracebacks):
    producer = BadLoser(*[b"x"] * 10)
    consumer = Collector(on_write=lambda self: self.producer.stop_producing(stopped()))
    adapter = PullToPush.PullToPush.stream(producer, consumer)
    with pytest.raises(GLib.Error) as caught:
        wait(adapter)
    assert_is(caught.value, Error.STOPPED)
    assert (producer.n_cancelled, quiet_tracebacks) == (1, [ValueError])


def test_exception_in_a_handler_of_the_end(quiet_tracebacks):
    adapter = PullToPush.PullToPush.stream(ListProducer(b"a"), Collector())
    adapter.connect("finished", raise_foreign)
    assert wait(adapter) is True
    settle()
    assert quiet_tracebacks == [ValueError]


def test_error_domain_has_its_names():
    codes = "FAILED NOT_IMPLEMENTED ALREADY_REGISTERED CLOSED OVERFLOW INVALID STOPPED".split()
    assert [int(getattr(Error, name)) for name in codes] == list(range(7))
    assert GLib.quark_to_string(Error.quark()) == "ptp-error-quark"


def test_the_guard_lets_good_answers_through():
    producer, consumer = ListProducer(b"a"), Collector()
    assert producer.produce(consumer) == MORE
    assert producer.produce(consumer) == FINISHED
