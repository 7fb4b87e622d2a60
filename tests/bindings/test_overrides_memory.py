# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A hundred thousand streams come and go, and memory stays what it was."""

import gc
import itertools
import os
from pathlib import Path

import pytest
from gi.repository import Gio, GLib, PullToPush

N_STREAMS = int(os.environ.get("PTP_MANY_STREAMS", "100000"))
# What the allocator may keep of a thousand streams at once; a leak of 100 bytes each is more.
MARGIN_KIB = 4096


def resident_kib():
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def source(n_chunks):
    for _ in range(n_chunks):
        yield b"chunk"


def failing():
    yield b"chunk"
    raise ValueError("as planned")


def refuse(_):
    raise ValueError("as planned")


async def raises(awaitable):
    try:
        await awaitable
    except (ValueError, GLib.Error):
        return
    raise AssertionError("it did not fail")


async def finish():
    await PullToPush.stream(source(2), lambda _: None).wait()


async def fail():
    await raises(PullToPush.stream(failing(), lambda _: None).wait())


async def fail_in_write():
    await raises(PullToPush.stream(source(2), refuse).wait())


async def stop():
    stream = PullToPush.stream(source(2), lambda _: None)
    stream.stop_producing()
    await raises(stream.wait())


async def close():
    await PullToPush.stream(source(2), Gio.MemoryOutputStream.new_resizable()).wait()


async def leave():
    async for _ in PullToPush.chunks(source(3)):
        break


async def drop():
    producer = PullToPush.from_iterable(source(2))
    PullToPush.PullToPush.new(producer, PullToPush.from_callable(lambda _: None))


async def cancel():
    cancellable = Gio.Cancellable()
    stream = PullToPush.stream(source(2), lambda _: None, cancellable=cancellable)
    cancellable.cancel()
    await raises(stream.wait())


async def live(kinds, count):
    for kind in itertools.islice(itertools.cycle(kinds), count):
        await kind()


KINDS = [finish, fail, fail_in_write, stop, cancel, leave, drop, close]


def test_memory_stays_flat():
    # What grows once, such as the caches of the interpreter, has grown by then.
    PullToPush.run(live(KINDS, N_STREAMS // 10))
    gc.collect()
    early, objects = resident_kib(), len(gc.get_objects())
    PullToPush.run(live(KINDS, N_STREAMS - N_STREAMS // 10))
    gc.collect()
    assert len(gc.get_objects()) < objects + 100
    assert resident_kib() < early + MARGIN_KIB


async def cooperate():
    await PullToPush.cooperate(source(2)).wait()


async def call_back():
    """What PyGObject does with a callback, without this library."""
    there = PullToPush.Future()
    GLib.idle_add(lambda: there.set_result(None))
    await there


def grown(kind, count):
    """By how many KiB memory grows meanwhile."""
    PullToPush.run(live([kind], count // 10))
    gc.collect()
    early = resident_kib()
    PullToPush.run(live([kind], count))
    gc.collect()
    return resident_kib() - early


def test_a_callback_costs_what_pygobject_never_frees():
    """PyGObject 3.42 leaks some 110 bytes for each callback, and cooperate() has one."""
    count = N_STREAMS // 5
    assert grown(cooperate, count) < 1.3 * grown(call_back, count) + MARGIN_KIB // 2
