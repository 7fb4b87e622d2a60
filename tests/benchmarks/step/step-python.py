#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What one step costs with both ends in Python, as classes or as a generator and a function, and what
idle callbacks cost that do the same by hand."""

import peer

try:
    import gi

    gi.require_version("PullToPush", "1")
    from gi.repository import GLib, GObject, PullToPush
except (ImportError, ValueError):
    peer.missing("PyGObject, or the typelib of PullToPush")

MORE = PullToPush.StepResult.MORE
FINISHED = PullToPush.StepResult.FINISHED
chunk = GLib.Bytes.new(peer.CHUNK)


class Producer(GObject.Object, PullToPush.PullProducer):
    def __init__(self, clock):
        super().__init__()
        self.clock = clock

    def do_produce(self, consumer):
        clock = self.clock
        consumer.write(chunk)
        clock.left -= 1
        if clock.left == 0 and clock.passed():
            return FINISHED
        return MORE


class Consumer(GObject.Object, PullToPush.Consumer):
    def __init__(self):
        super().__init__()
        self.bytes = 0

    def do_register_push_producer(self, producer):
        return True

    def do_unregister_producer(self, producer):
        pass

    def do_write(self, data):
        self.bytes += data.get_size()
        return True


def measure_ours(clock):
    loop = GLib.MainLoop()
    consumer = Consumer()
    stream = PullToPush.PullToPush.stream(Producer(clock), consumer)
    stream.connect("finished", lambda *_: loop.quit())
    stream.connect("failed", lambda *_: loop.quit())
    loop.run()
    return consumer.bytes


class Counter:
    """The consumer of somebody who writes it by hand: nothing but Python."""

    def __init__(self):
        self.bytes = 0

    def write(self, data):
        self.bytes += data.get_size()
        return True


def measure_idle(clock):
    loop = GLib.MainLoop()
    counter = Counter()

    def step():
        counter.write(chunk)
        clock.left -= 1
        if clock.left == 0 and clock.passed():
            loop.quit()
            return GLib.SOURCE_REMOVE
        return GLib.SOURCE_CONTINUE

    GLib.idle_add(step)
    loop.run()
    return counter.bytes


def generate(clock):
    while True:
        yield peer.CHUNK
        clock.left -= 1
        if clock.left == 0 and clock.passed():
            return


class Sum:
    """What takes chunks as the overrides give them: bytes."""

    def __init__(self):
        self.bytes = 0

    def take(self, data):
        self.bytes += len(data)


def measure_generator(clock):
    total = Sum()
    PullToPush.run(PullToPush.stream(generate(clock), total.take).wait())
    return total.bytes


def measure_generator_idle(clock):
    loop = GLib.MainLoop()
    total = Sum()
    chunks = generate(clock)

    def step():
        data = next(chunks, None)
        if data is None:
            loop.quit()
            return GLib.SOURCE_REMOVE
        total.take(data)
        return GLib.SOURCE_CONTINUE

    GLib.idle_add(step)
    loop.run()
    return total.bytes


if __name__ == "__main__":
    versions = {"PyGObject": ".".join(map(str, gi.version_info))}
    measurements = {
        "python": measure_ours,
        "python-idle": measure_idle,
        "python-generator": measure_generator,
        "python-generator-idle": measure_generator_idle,
    }
    peer.main(__doc__, 50000, measurements, **versions)
