# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Both directions of a connection: each ends by itself, and neither is left behind."""

import gc
import socket
import struct
import threading

import pytest
from doubles import PENDING, Collector, ListProducer, error, run_until, stopped, wait
from gi.repository import Gio, GLib, PullToPush

State = PullToPush.StreamState


def make_pair():
    """Our end as a connection of GIO, and the peer's as a socket."""
    listener = socket.create_server(("127.0.0.1", 0))
    ours = socket.create_connection(listener.getsockname())
    theirs, _ = listener.accept()
    listener.close()
    theirs.settimeout(60)
    return Gio.Socket.new_from_fd(ours.detach()).connection_factory_create_connection(), theirs


def stream(producer, consumer):
    return PullToPush.PullToPush.stream(producer, consumer)


def reset(theirs):
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    theirs.close()


def read_all(theirs):
    data = b""
    while got := theirs.recv(65536):
        data += got
    return data


def fails(adapter):
    with pytest.raises(GLib.Error) as caught:
        wait(adapter)
    return caught.value


def is_reset(failure):
    return failure.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CONNECTION_CLOSED)


def both_ways(connection):
    """A stream in each direction, both waiting."""
    both = PullToPush.Connection.new(connection)
    streams = stream(both, Collector()), stream(ListProducer(PENDING, PENDING), both)
    run_until(lambda: all(adapter.get_state() == State.WAITING for adapter in streams))
    return streams


def test_rules_B8_each_direction_ends_by_itself():
    connection, theirs = make_pair()
    both, consumer = PullToPush.Connection.new(connection), Collector()
    incoming = stream(both, consumer)
    assert wait(stream(ListProducer(b"request"), both)) is True
    assert read_all(theirs) == b"request"
    theirs.sendall(b"answer")
    theirs.close()
    assert wait(incoming) is True
    assert b"".join(consumer.chunks) == b"answer"
    run_until(connection.is_closed)


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("idle", [False, True])
def test_rules_E12_a_reset_is_an_error_of_both_directions(held, idle):
    """The kernel tells it once; whoever asks second would find an ordinary end."""
    connection, theirs = make_pair()
    if idle:
        streams = [stream(PullToPush.Connection.new(connection), Collector())]
    else:
        streams = both_ways(connection)
    if held:
        for adapter in streams:
            adapter.hold("user")
    reset(theirs)
    for adapter in streams:
        assert is_reset(fails(adapter))


def test_rules_E12_what_a_peer_sent_before_it_closed_is_read():
    """A hang-up that the writer notices is no error of what was sent before."""
    ours, theirs = socket.socketpair()
    connection = Gio.Socket.new_from_fd(ours.detach()).connection_factory_create_connection()
    both, consumer = PullToPush.Connection.new(connection), Collector()
    hung_up = []
    both.connect("failed", lambda *_: hung_up.append(True))
    incoming = stream(both, consumer)
    incoming.hold("user")
    theirs.sendall(b"last words")
    theirs.close()
    run_until(lambda: hung_up)
    incoming.release("user")
    assert wait(incoming) is True
    assert b"".join(consumer.chunks) == b"last words"


ENDS = {
    "stopped": (lambda adapter: adapter.stop_streaming(), Gio.IOErrorEnum.CLOSED),
    "stopped with a reason": (lambda adapter: adapter.stop_producing(stopped()), Gio.IOErrorEnum.CLOSED),
    "broken": (
        lambda adapter: adapter.stop_producing(error("no", code=Gio.IOErrorEnum.TIMED_OUT)),
        None,
    ),
}


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("name, direction", [("broken", 0), *((name, 1) for name in ENDS)])
def test_rules_E8_a_direction_that_breaks_ends_the_other(name, direction, held):
    end, code = ENDS[name]
    connection, theirs = make_pair()
    streams = both_ways(connection)
    other = streams[1 - direction]
    if held:
        other.hold("user")
    end(streams[direction])
    fails(streams[direction])
    failure = fails(other)
    assert code is None or failure.matches(Gio.io_error_quark(), code)
    assert connection.is_closed()
    with theirs, pytest.raises(ConnectionResetError):
        read_all(theirs)


@pytest.mark.parametrize("name", ["stopped", "stopped with a reason"])
def test_rules_B8_a_reader_that_was_stopped_has_only_ended_its_direction(name):
    connection, theirs = make_pair()
    both = PullToPush.Connection.new(connection)
    incoming = stream(both, Collector())
    run_until(lambda: incoming.get_state() == State.WAITING)
    ENDS[name][0](incoming)
    fails(incoming)
    assert wait(stream(ListProducer(b"all of it"), both)) is True
    with theirs:
        assert read_all(theirs) == b"all of it"
    run_until(connection.is_closed)


def test_rules_B9_a_connection_that_has_sent_all_is_not_reset_when_dropped():
    connection, theirs = make_pair()
    both = PullToPush.Connection.new(connection)
    assert wait(stream(ListProducer(b"x" * 100000), both)) is True
    del both, connection
    gc.collect()
    assert len(read_all(theirs)) == 100000
    # It is gone all the same.
    with theirs, pytest.raises((ConnectionResetError, BrokenPipeError)):
        while True:
            theirs.sendall(b"x")


def test_rules_B9_a_connection_that_is_dropped_in_the_middle_is_reset():
    connection, theirs = make_pair()
    both = PullToPush.Connection.new(connection)
    both.write(GLib.Bytes.new(b"half"))
    run_until(lambda: both.get_bytes_written() == 4)
    del both, connection
    gc.collect()
    with theirs, pytest.raises(ConnectionResetError):
        read_all(theirs)


def test_rules_B8_many_requests_at_once():
    def answer(theirs):
        with theirs:
            theirs.sendall(read_all(theirs).upper())

    waiting = []
    for number in range(20):
        connection, theirs = make_pair()
        threading.Thread(target=answer, args=[theirs], daemon=True).start()
        both, consumer = PullToPush.Connection.new(connection), Collector()
        chunk = b"request %d " % number * 10000
        waiting.append((stream(both, consumer), consumer, chunk))
        stream(ListProducer(chunk), both)
    for adapter, consumer, chunk in waiting:
        assert wait(adapter) is True
        assert b"".join(consumer.chunks) == chunk.upper()
