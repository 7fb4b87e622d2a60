# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""For mypy, and not to be run: what must pass, and what must be complained of."""

from collections.abc import AsyncIterator, Generator, Iterator

from gi.repository import Gio, GLib, GObject, PullToPush


def source() -> Iterator[bytes]:
    yield b"chunk"


def listen() -> Iterator[bytes | None]:
    yield None


async def slowly() -> AsyncIterator[bytes]:
    yield b"chunk"


def texts() -> Iterator[str]:
    yield "text"


def count() -> Generator[None, None, int]:
    yield
    return 3


def take(chunk: bytes) -> None:
    print(len(chunk))


def take_text(chunk: str) -> None:
    print(chunk)


async def take_slowly(chunk: bytes) -> None:
    print(len(chunk))


class Countdown(GObject.Object, PullToPush.PullProducer):
    def do_produce(self, consumer: PullToPush.Consumer) -> PullToPush.StepResult:
        consumer.write(GLib.Bytes.new(b"chunk"))
        consumer.write(b"chunk")  # wrong: arg-type
        return PullToPush.StepResult.FINISHED


class Wrong(GObject.Object, PullToPush.PullProducer):
    def do_produce(self, consumer: PullToPush.Consumer) -> bool:  # wrong: override
        return True


    def do_cancel(self, reason: str) -> None:  # wrong: override
        print(reason)


class Printer(GObject.Object, PullToPush.Consumer):
    def do_write(self, chunk: GLib.Bytes) -> bool:
        print(chunk.get_data())
        return True

    def do_finish(self) -> None:
        print("all of it")

    def do_abort(self, reason: GLib.Error) -> PullToPush.EndResult:
        self.emit_settle_failed(ValueError(reason.message))
        return PullToPush.EndResult.PENDING


class Digest:
    def write(self, chunk: bytes) -> None:
        print(len(chunk))

    async def finish(self) -> None:
        print("all of it")


class Endless:
    def write(self, chunk: bytes) -> None:
        print(len(chunk))


async def good() -> None:
    stream = PullToPush.stream(source(), take)
    PullToPush.stream(listen(), Printer())
    PullToPush.stream(slowly(), print, cancellable=Gio.Cancellable())
    PullToPush.stream([b"a", bytearray(b"b")], take)
    PullToPush.stream(b"all of it", take)
    PullToPush.stream(b"all of it", take_slowly)
    PullToPush.stream(b"all of it", open("file", "wb").write)
    PullToPush.stream(Countdown(), PullToPush.from_callable(take))
    PullToPush.stream(b"all of it", Digest())
    file = Gio.File.new_for_path("file")
    PullToPush.stream(file, file, flags=PullToPush.PullToPushFlags.KEEP_SOURCE | PullToPush.PullToPushFlags.KEEP_SINK)
    PullToPush.stream(PullToPush.Connection.new(Gio.SocketConnection()), PullToPush.FileConsumer.new(file))
    stream.stop_producing(ValueError("a reason"))
    stream.stop_producing()
    stream.connect("finished", lambda stream: print(stream.get_n_steps()))
    stream.connect("failed", lambda stream, error: print(error.message))
    stream.connect("notify::state", lambda *_: None)
    with stream.hold("user") as hold:
        print(hold.name, stream.props.holders[0].upper())
    finished: bool = await stream.wait()
    number: int = await PullToPush.cooperate(count()).wait()
    async for chunk in PullToPush.chunks(source()):
        take(chunk)
    task = PullToPush.spawn(good())
    task.cancel()
    consumer = PullToPush.OutputStreamConsumer.new(Gio.MemoryOutputStream.new_resizable())
    consumer.finish()
    settlement: PullToPush.Settlement = await consumer.wait_settled()
    future: PullToPush.Future[int] = PullToPush.Future()
    future.set_result(number)
    print(finished, settlement)
    try:
        consumer.write(GLib.Bytes.new(b"a"))
    except PullToPush.ClosedError as error:
        print(error.message, error.matches(PullToPush.Error.quark(), PullToPush.Error.CLOSED))


async def bad() -> None:
    stream = PullToPush.stream(5, take)  # wrong: arg-type
    PullToPush.stream(source, take)  # wrong: arg-type
    PullToPush.stream(texts(), take)  # wrong: arg-type
    PullToPush.stream(source(), take_text)  # wrong: arg-type
    PullToPush.stream(source(), 5)  # wrong: arg-type
    PullToPush.stream(source(), Endless())  # wrong: arg-type
    stream.stop_producing("a reason")  # wrong: arg-type
    PullToPush.FileConsumer.new("file")  # wrong: arg-type
    PullToPush.stream(source(), take, timeout=5)  # wrong: call-arg
    PullToPush.PullToPush.stream(source(), Printer())  # wrong: arg-type
    stream.hold()  # wrong: call-arg
    stream.hold(3)  # wrong: arg-type
    stream.hodl("user")  # wrong: attr-defined
    print(stream.props.steps)  # wrong: attr-defined
    stream.get_consumer().write(GLib.Bytes.new(b"a"))  # wrong: union-attr
    text: str = await stream.wait()  # wrong: assignment
    text = await PullToPush.cooperate(count()).wait()  # wrong: assignment
    for chunk in PullToPush.chunks(source()):  # wrong: attr-defined
        print(chunk)
    async for piece in PullToPush.chunks(source()):
        take_text(piece)  # wrong: arg-type
    PullToPush.run(5)  # wrong: arg-type
    PullToPush.cooperate(count)  # wrong: call-overload
    consumer = PullToPush.OutputStreamConsumer.new(take)  # wrong: arg-type
    consumer.set_marks(1, 2)  # wrong: call-arg
    print(PullToPush.StepResult.DONE, text)  # wrong: attr-defined
    PullToPush.Cooperator.ref_default().set_slice("long")  # wrong: arg-type
