# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Streams between Python and what GIO can open: files, sockets, memory."""

import hashlib
import os
import socket
import threading

import pytest
from doubles import Collector, ListProducer, run_until, wait
from gi.repository import Gio, GLib, PullToPush

Error = PullToPush.Error


def stream(producer, consumer):
    return PullToPush.PullToPush.stream(producer, consumer)


def real_file():
    """A file that is there on every system, of some hundred kilobytes: the C library's."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        path = next(line.split()[-1] for line in maps if "libc" in line or "libglib" in line)
    return path


def test_file_to_python():
    path = real_file()
    producer = PullToPush.InputStreamProducer.new(Gio.File.new_for_path(path).read(None))
    consumer = Collector()
    assert wait(stream(producer, consumer)) is True
    with open(path, "rb") as file:
        assert b"".join(consumer.chunks) == file.read()
    assert producer.get_bytes_read() == os.path.getsize(path) == producer.get_total_size()


def test_python_to_file(tmp_path):
    chunks = [bytes([number]) * 1000 * number for number in range(1, 100)]
    target = tmp_path / "out"
    output = Gio.File.new_for_path(str(target)).create(Gio.FileCreateFlags.NONE, None)
    consumer = PullToPush.OutputStreamConsumer.new(output)
    assert wait(stream(ListProducer(*chunks), consumer)) is True
    assert target.read_bytes() == b"".join(chunks)
    assert consumer.get_bytes_written() == sum(map(len, chunks))


def test_file_to_file(tmp_path):
    path, target = real_file(), tmp_path / "copy"
    output = Gio.File.new_for_path(str(target)).create(Gio.FileCreateFlags.NONE, None)
    consumer = PullToPush.OutputStreamConsumer.new(output)
    wait(stream(PullToPush.InputStreamProducer.new(Gio.File.new_for_path(path).read()), consumer))
    with open(path, "rb") as file:
        assert target.read_bytes() == file.read()


class SlowPeer(threading.Thread):
    """Takes one connection; reads nothing until it is let go, then all."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.go = threading.Event()
        self.digest = hashlib.sha256()
        self.start()

    @property
    def port(self):
        return self.listener.getsockname()[1]

    def run(self):
        connection, _ = self.listener.accept()
        self.go.wait()
        with connection, self.listener:
            while data := connection.recv(65536):
                self.digest.update(data)


def test_slow_peer_pauses_the_producer():
    chunk = os.urandom(65536)
    producer = ListProducer(*[chunk] * 512)
    peer = SlowPeer()
    connection = Gio.SocketClient().connect_to_host("127.0.0.1", peer.port, None)
    consumer = PullToPush.OutputStreamConsumer.new(connection.get_output_stream())
    assert consumer.set_marks(128 * 1024, 256 * 1024, 1024 * 1024) is True
    adapter = stream(producer, consumer)
    run_until(lambda: adapter.dup_holders() == ["consumer"], "a pause")
    assert adapter.get_state() == PullToPush.StreamState.PAUSED
    assert len(producer.items) > 0
    peer.go.set()
    assert wait(adapter) is True
    connection.close(None)
    peer.join(60)
    assert peer.digest.digest() == hashlib.sha256(chunk * 512).digest()
    assert consumer.get_peak_queued() <= 256 * 1024 + len(chunk)


def test_full_device_fails_the_stream():
    output = Gio.File.new_for_path("/dev/full").append_to(Gio.FileCreateFlags.NONE, None)
    consumer = PullToPush.OutputStreamConsumer.new(output)
    failures = []
    consumer.connect("failed", lambda _, error: failures.append(error))
    producer = ListProducer(*[b"x" * 65536] * 1000)
    adapter = stream(producer, consumer)
    with pytest.raises(GLib.Error) as caught:
        wait(adapter)
    assert [error.message for error in failures] == [caught.value.message]
    assert failures[0].matches(Gio.io_error_quark(), Gio.IOErrorEnum.NO_SPACE)
    # Rule E11: the source heard why.
    assert [reason.message for reason in producer.reasons] == [caught.value.message]
    assert consumer.get_bytes_written() == 0


def test_marks_are_checked():
    consumer = PullToPush.OutputStreamConsumer.new(Gio.MemoryOutputStream.new_resizable())
    with pytest.raises(GLib.Error) as caught:
        consumer.set_marks(10, 5, 20)
    assert caught.value.matches(Error.quark(), Error.INVALID)


def test_bytes_to_memory():
    data = os.urandom(300000)
    memory = Gio.MemoryOutputStream.new_resizable()
    consumer = PullToPush.OutputStreamConsumer.new(memory)
    wait(stream(PullToPush.BytesProducer.new(GLib.Bytes.new(data)), consumer))
    assert memory.steal_as_bytes().get_data() == data


def test_pipe_to_python():
    reader, writer = os.pipe()
    producer = PullToPush.InputStreamProducer.new(Gio.UnixInputStream.new(reader, True))
    consumer = Collector()
    adapter = stream(producer, consumer)
    run_until(lambda: adapter.get_state() == PullToPush.StreamState.WAITING)
    for word in (b"one", b"two"):
        seen = len(consumer.chunks)
        os.write(writer, word)
        run_until(lambda seen=seen: len(consumer.chunks) > seen)
    os.close(writer)
    assert wait(adapter) is True
    assert b"".join(consumer.chunks) == b"onetwo"
