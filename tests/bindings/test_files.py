# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rule E10: half is never whole, and no copy that goes wrong destroys a file."""

import gc
import os
import random
import socket
import threading
import time
import zlib

import pytest
from doubles import MORE, PENDING, Collector, ListProducer, error, run_until, settle, stopped, wait
from gi.repository import Gio, GLib, GObject, PullToPush

State = PullToPush.StreamState

OLD = b"the good old contents"
CHUNK = b"half of it "
N_CHUNKS = 8
NEW = CHUNK * N_CHUNKS


class Place:
    """A name in a folder of its own, what was there before, and what must be there afterwards."""

    def __init__(self, folder, kind):
        self.folder = folder
        self.kind = kind
        self.path = folder / "target"
        if kind != "new":
            (folder / "other").write_bytes(OLD)
        if kind == "existing":
            os.rename(folder / "other", self.path)
        elif kind == "symbolic link":
            self.path.symlink_to("other")
        elif kind == "hard link":
            os.link(folder / "other", self.path)
        self.file = Gio.File.new_for_path(str(self.path))
        self.before = self.look()

    def look(self):
        return {name: (self.folder / name).read_bytes() for name in os.listdir(self.folder)}

    def check_untouched(self):
        assert self.look() == self.before
        assert self.path.is_symlink() == (self.kind == "symbolic link")
        if self.kind == "hard link":
            assert self.path.samefile(self.folder / "other")

    def check_whole(self):
        assert self.path.read_bytes() == NEW
        assert self.path.is_symlink() == (self.kind == "symbolic link")
        # Nothing that was made on the way is left.
        assert set(os.listdir(self.folder)) == {*self.before, "target"}
        if self.kind == "hard link":
            assert (self.folder / "other").read_bytes() == OLD


KINDS = ["existing", "new", "symbolic link", "hard link"]


@pytest.fixture(name="place", params=KINDS)
def place_fixture(request, tmp_path):
    return Place(tmp_path, request.param)


def fail(_):
    raise error("the server is gone")


def wait_until_written(consumer):
    run_until(lambda: consumer.get_bytes_written() > 0, "some bytes in the new file")


def start(file, *rest):
    """A stream that has written something to the disk, and does not go on by itself."""
    producer = ListProducer(CHUNK, PENDING, PENDING, *rest)
    consumer = PullToPush.FileConsumer.new(file)
    adapter = PullToPush.PullToPush.stream(producer, consumer)
    run_until(lambda: adapter.get_state() == State.WAITING)
    wait_until_written(consumer)
    return producer, adapter


def fails(producer, adapter):
    producer.emit_ready()


def breaks(producer, adapter):
    adapter.hold("user")
    producer.emit_broken(error("the server is gone"))


def is_stopped(producer, adapter):
    adapter.stop_producing(stopped())


def stops_streaming(producer, adapter):
    adapter.stop_streaming()


def is_told_why(producer, adapter):
    adapter.stop_producing(error("the server is gone"))


def is_cancelled(producer, adapter):
    cancellable = Gio.Cancellable()
    adapter.set_cancellable(cancellable)
    cancellable.cancel()


ENDS = {
    fails: (State.FAILED, "gone"),
    breaks: (State.FAILED, "gone"),
    is_stopped: (State.STOPPED, "stopped"),
    stops_streaming: (State.STOPPED, "stopped"),
    is_told_why: (State.FAILED, "gone"),
    is_cancelled: (State.FAILED, "cancelled"),
}


@pytest.mark.parametrize("end", ENDS)
def test_rules_E10_a_file_consumer_keeps_the_old_file(place, end):
    producer, adapter = start(place.file, fail)
    end(producer, adapter)
    with pytest.raises(GLib.Error, match=ENDS[end][1]):
        wait(adapter)
    # When the wait answers, and not some time later.
    place.check_untouched()
    assert adapter.get_state() == ENDS[end][0]


def test_rules_E10_a_file_consumer_puts_the_new_file_in_its_place(place):
    consumer = PullToPush.FileConsumer.new(place.file)
    assert wait(PullToPush.PullToPush.stream(ListProducer(*[CHUNK] * N_CHUNKS), consumer)) is True
    place.check_whole()
    assert consumer.get_bytes_written() == len(NEW)


def test_rules_E10_a_dropped_file_consumer_keeps_the_old_file(place):
    consumer = PullToPush.FileConsumer.new(place.file)
    consumer.write(GLib.Bytes.new(CHUNK))
    wait_until_written(consumer)
    consumer.write(GLib.Bytes.new(CHUNK))
    del consumer
    gc.collect()
    # A write that was under way ends first.
    run_until(lambda: place.look() == place.before)
    place.check_untouched()


def test_rules_E10_a_consumer_that_has_enough_commits_nothing_by_itself(place):
    """Nobody has said that it was all; the program that keeps the consumer decides."""
    consumer = PullToPush.FileConsumer.new(place.file)
    producer = ListProducer(CHUNK, PENDING, PENDING)
    adapter = PullToPush.PullToPush.stream(producer, consumer)
    run_until(lambda: adapter.get_state() == State.WAITING)
    wait_until_written(consumer)
    consumer.unregister_producer(adapter)
    assert wait(adapter) is True
    assert not adapter.get_exhausted()
    del consumer, adapter
    gc.collect()
    run_until(lambda: place.look() == place.before)
    place.check_untouched()


def count_turns(adapter):
    """How many turns of the main loop it takes, and how many seconds."""
    begun, turns, ended = time.monotonic(), 0, []
    adapter.wait_async(None, lambda *_: ended.append(True))
    while not ended:
        GLib.MainContext.default().iteration(True)
        turns += 1
    return turns, time.monotonic() - begun


def cut_after_turns(turns, cut):
    """Only what the main loop does in between, and nothing that it waits for."""
    for _ in range(turns):
        GLib.MainContext.default().iteration(False)
    cut()


def cut_in_a_thread(seconds, cut):
    timer = threading.Timer(seconds, cut)
    timer.start()
    return timer


def copy_to(make_consumer):
    adapter = PullToPush.PullToPush.stream(ListProducer(*[CHUNK] * N_CHUNKS), make_consumer())
    cancellable = Gio.Cancellable()
    adapter.set_cancellable(cancellable)
    return adapter, [cancellable.cancel, adapter.stop_streaming, lambda: adapter.stop_producing(stopped())]


def cut_at_random(make_consumer, place, moments, seed):
    """What the stream says must be what happened, whenever it is cut short. Returns both counts."""
    chance = random.Random(seed)
    turns, seconds = count_turns(copy_to(make_consumer)[0])
    place.reset()
    finished = 0
    for _ in range(moments):
        adapter, cuts = copy_to(make_consumer)
        timer = None
        if chance.random() < 0.5:
            timer = cut_in_a_thread(chance.uniform(0, seconds * 1.5), chance.choice(cuts))
        else:
            cut_after_turns(chance.randrange(turns * 2), chance.choice(cuts))
        try:
            finished += wait(adapter)
        except GLib.Error:
            place.check_untouched()
        else:
            place.check_whole()
            place.reset()
        if timer is not None:
            timer.cancel()
            timer.join()
    settle()
    return finished


class ResetPlace(Place):
    def reset(self):
        """As it was at first."""
        for name in os.listdir(self.folder):
            (self.folder / name).unlink()
        super().__init__(self.folder, self.kind)


@pytest.mark.parametrize("kind", KINDS)
def test_rules_E10_it_may_be_cut_at_any_moment_also_during_the_close(kind, tmp_path):
    place = ResetPlace(tmp_path, kind)
    moments = int(os.environ.get("PTP_MANY_MOMENTS", "300"))
    finished = cut_at_random(lambda: PullToPush.FileConsumer.new(place.file), place, moments, kind)
    # Some come too late, and most do not.
    assert finished < moments


# A bare output stream: what GIO can take back.


def replace(place):
    return place.file.replace(None, False, Gio.FileCreateFlags.NONE, None)


def test_rules_E10_an_output_stream_that_replaces_may_be_cut_at_any_moment(tmp_path):
    place = ResetPlace(tmp_path, "existing")
    moments = int(os.environ.get("PTP_MANY_MOMENTS", "300"))
    cut_at_random(lambda: PullToPush.OutputStreamConsumer.new(replace(place)), place, moments, "replace")


@pytest.mark.parametrize("end", ENDS)
def test_rules_E10_an_output_stream_that_replaces_keeps_the_old_file(tmp_path, end):
    place = Place(tmp_path, "existing")
    producer = ListProducer(CHUNK, PENDING, PENDING, fail)
    consumer = PullToPush.OutputStreamConsumer.new(replace(place))
    adapter = PullToPush.PullToPush.stream(producer, consumer)
    run_until(lambda: adapter.get_state() == State.WAITING)
    wait_until_written(consumer)
    end(producer, adapter)
    with pytest.raises(GLib.Error, match=ENDS[end][1]):
        wait(adapter)
    place.check_untouched()
    assert adapter.get_state() == ENDS[end][0]


def test_rules_E10_a_dropped_output_stream_consumer_commits_nothing(tmp_path):
    place = Place(tmp_path, "existing")
    consumer = PullToPush.OutputStreamConsumer.new(replace(place))
    consumer.write(GLib.Bytes.new(CHUNK))
    wait_until_written(consumer)
    del consumer
    gc.collect()
    settle()
    place.check_untouched()


# gzip: without its trailer, nobody takes it for whole.


class PythonStream(Gio.OutputStream):
    """Keeps what it is given."""

    __gtype_name__ = "PtpTestPythonStream"

    def __init__(self):
        super().__init__()
        self.data = b""
        self.n_closed = 0

    def do_write_fn(self, buffer, size, _):
        self.data += bytes(buffer)
        return size

    def do_close_fn(self, _):
        self.n_closed += 1
        return True


class Memory:
    def __init__(self, _):
        self.stream = Gio.MemoryOutputStream.new_resizable()

    def read(self):
        size = self.stream.get_data_size()
        return self.stream.steal_as_bytes().get_data()[:size] or b""


class File:
    def __init__(self, folder):
        self.path = folder / "file.gz"
        self.stream = Gio.File.new_for_path(str(self.path)).replace(None, False, Gio.FileCreateFlags.NONE, None)

    def read(self):
        return self.path.read_bytes() if self.path.exists() else b""


class Python:
    def __init__(self, _):
        self.stream = PythonStream()

    def read(self):
        return self.stream.data


class Socket:
    def __init__(self, _):
        ours, self.theirs = socket.socketpair()
        self.connection = Gio.Socket.new_from_fd(ours.detach()).connection_factory_create_connection()
        self.stream = self.connection.get_output_stream()

    def read(self):
        """To the end of the data, which comes with the close at the latest."""
        self.connection.close(None)
        data = b""
        with self.theirs:
            try:
                while got := self.theirs.recv(65536):
                    data += got
            except ConnectionResetError:
                pass
        return data


def unpacks(data):
    """Whether it has its trailer."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    unpacker.decompress(data)
    return unpacker.eof


@pytest.mark.parametrize("end", [None, *ENDS])
@pytest.mark.parametrize("base", [Memory, File, Python, Socket])
def test_rules_E10_gzip_has_a_trailer_only_when_it_is_whole(base, end, tmp_path):
    below = base(tmp_path)
    gzip = Gio.ConverterOutputStream.new(
        below.stream, Gio.ZlibCompressor.new(Gio.ZlibCompressorFormat.GZIP, -1)
    )
    random_bytes = os.urandom(100000)
    producer = ListProducer(random_bytes, PENDING, PENDING, *([fail] if end else []))
    consumer = PullToPush.OutputStreamConsumer.new(gzip)
    adapter = PullToPush.PullToPush.stream(producer, consumer)
    run_until(lambda: adapter.get_state() == State.WAITING)
    wait_until_written(consumer)
    del gzip, consumer
    if end is None:
        producer.emit_ready()
        assert wait(adapter) is True
    else:
        end(producer, adapter)
        with pytest.raises(GLib.Error):
            wait(adapter)
    gc.collect()
    settle()
    assert unpacks(below.read()) == (end is None)


# A source is closed whoever ends the stream.


class Enough(Collector, PullToPush.Consumer):
    """Has enough after two chunks."""

    def do_write(self, chunk):
        self.chunks.append(chunk.get_data())
        if len(self.chunks) == 2:
            self.unregister_producer(self.producer)
        return True


def test_rules_L7_an_input_stream_is_closed_when_the_consumer_has_enough():
    source = Gio.File.new_for_path("/dev/zero").read(None)
    producer = PullToPush.InputStreamProducer.new(source)
    consumer = Enough()
    assert wait(PullToPush.PullToPush.stream(producer, consumer)) is True
    # The stream does not wait for that: a read may have been under way.
    run_until(source.is_closed)
    assert consumer.calls == ["unregister"]


def test_rules_L7_an_input_stream_is_kept_for_somebody_else():
    source = Gio.File.new_for_path("/dev/zero").read(None)
    producer = PullToPush.InputStreamProducer.new(source)
    for _ in range(2):
        consumer = Enough()
        adapter = PullToPush.PullToPush(
            producer=producer, consumer=consumer, flags=PullToPush.PullToPushFlags.KEEP_SOURCE
        )
        consumer.register_push_producer(adapter)
        adapter.start_streaming()
        assert wait(adapter) is True
        assert len(consumer.chunks) == 2
    assert not source.is_closed()


# Rule B1: no chunk is too large.


@pytest.mark.parametrize("mebibytes", [1, 17, 100])
def test_rules_B1_a_chunk_of_any_size_is_taken(mebibytes):
    output = Gio.File.new_for_path("/dev/null").append_to(Gio.FileCreateFlags.NONE, None)
    consumer = PullToPush.OutputStreamConsumer.new(output)
    consumer.set_marks(64 << 10, 256 << 10, 1 << 20)
    assert wait(PullToPush.PullToPush.stream(ListProducer(bytes(mebibytes << 20)), consumer)) is True
    assert consumer.get_bytes_written() == mebibytes << 20


class Careful(GObject.Object, PullToPush.PullProducer):
    """Writes many chunks in a step, and stops when the consumer has enough for now."""

    def __init__(self):
        super().__init__()
        self.left = 100
        self.most = 0

    def do_produce(self, consumer):
        n_written = 0
        while self.left > 0 and consumer.get_desired_size() > 0:
            consumer.write(GLib.Bytes.new(CHUNK))
            self.left -= 1
            n_written += 1
        self.most = max(self.most, n_written)
        return MORE if self.left > 0 else PullToPush.StepResult.FINISHED

    def do_cancel(self, reason):
        pass


class Sized(Collector, PullToPush.Consumer):
    """Takes three chunks at a time; its hint is a small number."""

    def do_get_desired_size(self):
        return 7

    def do_write(self, chunk):
        self.chunks.append(chunk.get_data())
        if len(self.chunks) % 3 == 0:
            self.producer.pause_producing()
            GLib.idle_add(lambda: self.producer and self.producer.resume_producing())
        return True


def test_rules_B2_the_desired_size_stops_a_step():
    producer, consumer = Careful(), Sized()
    assert consumer.get_desired_size() == 7
    assert wait(PullToPush.PullToPush.stream(producer, consumer)) is True
    assert (len(consumer.chunks), producer.most) == (100, 3)
