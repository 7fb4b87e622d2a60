# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Exceptions go through C and come out as they were, with their tracebacks."""

import threading

import pytest
from doubles import Collector, ListProducer, settle, wait
from gi.repository import Gio, GLib, GObject, PullToPush

Error = PullToPush.Error


def deep_down(*_):
    raise ValueError("nothing C has ever heard of")


class Raising(GObject.Object, PullToPush.PullProducer):
    def do_produce(self, consumer):
        deep_down()

    def do_cancel(self):
        pass


class Refusing(Collector, PullToPush.Consumer):
    def do_register_push_producer(self, producer):
        deep_down()


def broken():
    yield b"a"
    deep_down()


STREAMS = {
    "a generator": lambda: PullToPush.stream(broken(), Collector()),
    "a function": lambda: PullToPush.stream([b"a"], deep_down),
    "a producer": lambda: PullToPush.stream(Raising(), Collector()),
    "a consumer": lambda: PullToPush.stream([b"a"], Collector(on_write=deep_down)),
    "in C's way": lambda: PullToPush.PullToPush.stream(Raising(), Collector()),
    "by hand": lambda: start_by_hand(Raising(), Collector()),
}


def start_by_hand(producer, consumer):
    stream = PullToPush.PullToPush.new(producer, consumer)
    consumer.register_push_producer(stream)
    stream.start_streaming()
    return stream


@pytest.mark.parametrize("name", STREAMS)
def test_rules_E2_the_very_exception_arrives(name):
    told = []
    stream = STREAMS[name]()
    stream.connect("failed", lambda self, error: told.append((self.exception, error.message)))
    with pytest.raises(ValueError) as caught:
        PullToPush.run(stream.wait())
    settle()
    assert caught.traceback[-1].name == "deep_down"
    assert stream.exception is caught.value
    # C, and whoever reads its error, knows it by its name.
    [(exception, message)] = told
    assert exception is caught.value
    assert "raised ValueError: nothing C has ever heard of" in message
    assert stream.get_error().matches(Error.quark(), Error.FAILED)


def test_rules_E1_the_consumer_is_told_its_name():
    consumer = Collector()
    with pytest.raises(ValueError):
        PullToPush.run(PullToPush.stream(broken(), consumer).wait())
    [error] = consumer.reasons
    assert "IterableProducer.produce() raised ValueError" in error.message
    assert (consumer.chunks, consumer.n_unregistered) == ([b"a"], 1)


def test_an_error_of_c_stays_what_it_was():
    own = GLib.Error.new_literal(Gio.io_error_quark(), "no space", Gio.IOErrorEnum.NO_SPACE)

    def fail(_):
        raise own

    stream = PullToPush.stream([b"a"], fail)
    with pytest.raises(GLib.Error) as caught:
        PullToPush.run(stream.wait())
    assert caught.value is own
    assert stream.get_error().matches(Gio.io_error_quark(), Gio.IOErrorEnum.NO_SPACE)


def test_wait_finish_has_it_as_the_cause():
    with pytest.raises(PullToPush.FailedError) as caught:
        wait(STREAMS["a generator"]())
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_registration_may_raise_too():
    with pytest.raises(GLib.Error) as caught:
        PullToPush.stream([b"a"], Refusing())
    assert "Refusing.register_push_producer() raised ValueError" in caught.value.message


def test_every_code_has_a_class():
    names = [name for name in dir(Error) if name.isupper()]
    assert len(names) > 3
    for name in names:
        cls = getattr(PullToPush, name.title().replace("_", "") + "Error")
        assert issubclass(cls, PullToPush.StreamError)
        assert issubclass(cls, GLib.Error)


def test_nothing_failed_has_no_exception():
    stream = PullToPush.stream([b"a"], Collector())
    assert stream.exception is None
    PullToPush.run(stream.wait())
    assert stream.exception is None


def test_an_exception_of_closing_is_shown(monkeypatch):
    shown = []
    monkeypatch.setattr("sys.unraisablehook", lambda report: shown.append(report.exc_type))

    def source():
        try:
            while True:
                yield b"more"
        finally:
            deep_down()

    consumer = Collector(on_write=lambda self: self.producer.stop_producing())
    with pytest.raises(PullToPush.StoppedError):
        PullToPush.run(PullToPush.stream(source(), consumer).wait())
    assert shown == [ValueError]


@pytest.mark.parametrize("sink", [42, None, "text", []])
def test_bad_sinks_are_refused_at_once(sink):
    with pytest.raises(TypeError, match="cannot take chunks"):
        PullToPush.stream([b"a"], sink)


def test_a_second_producer_is_refused_and_closed():
    consumer = Collector()
    stream = PullToPush.stream(ListProducer(b"a"), consumer)
    with pytest.raises(GLib.Error) as caught:
        PullToPush.stream([b"b"], consumer)
    assert caught.value.matches(Error.quark(), Error.ALREADY_REGISTERED)
    assert PullToPush.run(stream.wait()) is True
    assert consumer.chunks == [b"a"]


@pytest.mark.parametrize("count", [3, 10**9])
def test_an_output_that_fails_says_why(count):
    """Whether that is found out while the stream runs, or only when it is closed."""
    full = Gio.File.new_for_path("/dev/full").append_to(Gio.FileCreateFlags.NONE, None)
    chunks = (b"chunk" for _ in range(count))
    with pytest.raises(GLib.Error, match="0 bytes") as caught:
        PullToPush.run(PullToPush.stream(chunks, full).wait())
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NO_SPACE)


def closed_consumer():
    consumer = PullToPush.OutputStreamConsumer.new(Gio.MemoryOutputStream.new_resizable())
    consumer.finish()
    PullToPush.run(consumer.wait_settled())
    return consumer


def full_consumer():
    consumer = PullToPush.OutputStreamConsumer.new(Gio.MemoryOutputStream.new_resizable())
    consumer.set_marks(0, 1, 2)
    consumer.write(GLib.Bytes.new(b"ab"))
    return consumer


CALLS = {
    "write to a closed one": (lambda: closed_consumer().write(GLib.Bytes.new(b"a")), "ClosedError"),
    "stream to a closed one": (lambda: PullToPush.stream([b"a"], closed_consumer()), "ClosedError"),
    "in C's way": (lambda: PullToPush.PullToPush.stream(ListProducer(b"a"), closed_consumer()), "ClosedError"),
    "register a pull producer": (
        lambda: closed_consumer().register_pull_producer(ListProducer(b"a")),
        "ClosedError",
    ),
    "write too much": (lambda: full_consumer().write(GLib.Bytes.new(b"abc")), "OverflowError"),
    "marks out of order": (lambda: full_consumer().set_marks(3, 2, 1), "InvalidError"),
    "stream to what has no stream": (
        lambda: PullToPush.stream([b"a"], PullToPush.OutputStreamConsumer()),
        "ClosedError",
    ),
    "finish twice": (lambda: closed_consumer().finish(), "ClosedError"),
    "abort after the end": (lambda: closed_consumer().abort(), "ClosedError"),
    "produce without produce": (
        lambda: type("Empty", (GObject.Object, PullToPush.PullProducer), {})().produce(Collector()),
        "NotImplementedError",
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_errors_of_the_library_have_their_types_at_once(name):
    call, expected = CALLS[name]
    with pytest.raises(getattr(PullToPush, expected)):
        call()


@pytest.mark.parametrize(
    ("producer", "consumer", "words"),
    [
        ([b"a"], Collector(), "producer is to be a PullToPush.PullProducer, not list"),
        (None, Collector(), "not NoneType"),
        (ListProducer(b"a"), print, "consumer is to be a PullToPush.Consumer, not builtin"),
    ],
)
@pytest.mark.parametrize("make", [PullToPush.PullToPush, PullToPush.PullToPush.new, PullToPush.PullToPush.stream])
def test_ends_that_are_none_are_refused_with_advice(make, producer, consumer, words):
    with pytest.raises(TypeError, match=words):
        make(producer, consumer)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [((3,), "not int"), ((None,), "not NoneType"), ((lambda: None,), "call the generator function")],
)
def test_only_a_generator_is_cooperated_with(arguments, words):
    with pytest.raises(TypeError, match=words):
        PullToPush.cooperate(*arguments)


def test_a_cooperator_is_asked_for():
    with pytest.raises(TypeError, match="cooperator is a PullToPush.Cooperator or None, not int"):
        PullToPush.cooperate(iter([]), cooperator=3)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"cancellable": 3}, "cancellable is a Gio.Cancellable or None, not int"),
        ({"cancellable": threading.Event()}, "cancellable is a Gio.Cancellable or None, not Event"),
        ({"cancellable": Gio.Cancellable}, "not the class Cancellable"),
        ({"cancellable": False}, "not bool"),
        ({"cooperator": 3}, "cooperator is a PullToPush.Cooperator or None, not int"),
        ({"cooperator": Gio.Cancellable()}, "not Cancellable"),
        ({"timeout": 3}, "timeout"),
    ],
)
@pytest.mark.parametrize("start", [PullToPush.stream, lambda source, _, **options: PullToPush.chunks(source, **options)])
def test_wrong_options_are_refused_before_anything_begins(start, options, words):
    seen = []
    with pytest.raises(TypeError, match=words):
        start([b"a"], seen.append, **options)
    settle()
    assert seen == []


def test_wrong_options_are_refused_everywhere():
    stream = PullToPush.stream([b"a"], Collector())
    for call in (
        lambda: stream.wait(3),
        lambda: PullToPush.cooperate(iter([])).wait(threading.Event()),
        lambda: PullToPush.PullToPush(ListProducer(), Collector(), cancellable=3),
    ):
        with pytest.raises(TypeError, match="cancellable is a Gio.Cancellable or None"):
            call()
    assert PullToPush.run(stream.wait()) is True
