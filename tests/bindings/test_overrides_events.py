# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Under asyncio on GLib's main loop, which PyGObject has from 3.50 on, and with its own awaitables."""

import asyncio

import pytest
from gi.repository import Gio, GLib, PullToPush

events = pytest.importorskip("gi.events", reason="PyGObject 3.50 is the first to have gi.events")


@pytest.fixture(name="run")
def run_fixture():
    policy = events.GLibEventLoopPolicy()
    before = asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(policy)
    yield lambda coroutine: policy.get_event_loop().run_until_complete(coroutine)
    asyncio.set_event_loop_policy(before)


def counted():
    for number in range(3):
        yield b"%d" % number


async def slowly():
    for chunk in counted():
        await asyncio.sleep(0)
        yield chunk


CHUNKS = list(counted())


def test_a_stream_is_awaited(run):
    seen = []

    async def main():
        return await PullToPush.stream(counted(), seen.append).wait()

    assert run(main()) is True
    assert seen == CHUNKS


def test_a_generator_awaits_what_asyncio_makes(run):
    async def main():
        return [chunk async for chunk in PullToPush.chunks(slowly())]

    assert run(main()) == CHUNKS


def test_what_was_raised_arrives(run):
    def broken():
        yield b"a"
        raise ValueError("the very one")

    async def main():
        with pytest.raises(ValueError, match="the very one"):
            await PullToPush.stream(broken(), lambda _: None).wait()

    run(main())


def test_many_at_once(run):
    seen = []

    async def main():
        await asyncio.gather(*(PullToPush.stream(slowly(), seen.append).wait() for _ in range(3)))

    run(main())
    assert sorted(seen) == sorted(CHUNKS * 3)


def test_a_generator_is_cooperated_with(run):
    def work():
        yield
        return "done"

    async def main():
        return await PullToPush.cooperate(work()).wait()

    assert run(main()) == "done"


def test_an_output_is_closed(run):
    output = Gio.MemoryOutputStream.new_resizable()

    async def main():
        await PullToPush.stream(slowly(), output).wait()

    run(main())
    assert output.is_closed()
    assert output.steal_as_bytes().get_data() == b"012"


def test_a_wait_is_cancelled(run):
    def nothing():
        while True:
            yield None

    async def main():
        stream = PullToPush.stream(nothing(), lambda _: None)
        waiting = asyncio.ensure_future(stream.wait())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        stream.stop_producing()
        with pytest.raises(PullToPush.StoppedError):
            await stream.wait()

    run(main())


def test_awaitables_of_pygobject_in_a_generator(run, tmp_path):
    (tmp_path / "file").write_bytes(b"data")
    file = Gio.File.new_for_path(str(tmp_path / "file"))
    seen = []

    async def read():
        stream = await file.read_async(GLib.PRIORITY_DEFAULT)
        yield await stream.read_bytes_async(100, GLib.PRIORITY_DEFAULT)

    async def main():
        await PullToPush.stream(read(), seen.append).wait()

    run(main())
    assert seen == [b"data"]


def test_asynchronous_functions_of_c_can_be_awaited(run):
    async def main():
        consumer = PullToPush.OutputStreamConsumer.new(Gio.MemoryOutputStream.new_resizable())
        stream = PullToPush.PullToPush.stream(PullToPush.from_iterable(counted()), consumer)
        assert await stream.wait_async()
        assert await consumer.wait_settled_async() == PullToPush.Settlement.FINISHED
        return consumer.get_bytes_written()

    assert run(main()) == 3


def test_what_began_before_the_loop_goes_on_in_it(run):
    """A program may spawn first, and then run its application."""
    seen = []

    async def early():
        await PullToPush.stream(counted(), seen.append).wait()
        return await asyncio.get_running_loop().run_in_executor(None, len, "four")

    task = PullToPush.spawn(early())

    async def late():
        return await task

    assert run(late()) == 4
    assert seen == CHUNKS


def test_a_loop_inside_a_task_of_ours(run):
    """What asyncio drives there waits in its way, though a task of ours is under way."""

    async def inner():
        return [chunk async for chunk in PullToPush.chunks(slowly())]

    async def outer():
        await PullToPush.stream(counted(), lambda _: None).wait()
        return PullToPush.run(inner())

    task = PullToPush.spawn(outer())

    async def late():
        return await task

    assert run(late()) == CHUNKS


def test_run_has_all_of_asyncio():
    async def main():
        await asyncio.sleep(0)
        return [chunk async for chunk in PullToPush.chunks(slowly())]

    before = asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(events.GLibEventLoopPolicy())
    try:
        assert PullToPush.run(main()) == CHUNKS
    finally:
        asyncio.set_event_loop_policy(before)
