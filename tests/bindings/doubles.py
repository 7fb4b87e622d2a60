# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The three interfaces, written in Python, and how to wait for what happens."""

from gi.repository import Gio, GLib, GObject, PullToPush

MORE = PullToPush.StepResult.MORE
FINISHED = PullToPush.StepResult.FINISHED
PENDING = PullToPush.StepResult.PENDING
EndResult = PullToPush.EndResult
Settlement = PullToPush.Settlement

# The same tests run with the overrides and without.
OVERRIDES = hasattr(PullToPush, "from_iterable")

# Only a safety net: every test waits for an event.
PATIENCE_SECONDS = 60


class ListProducer(GObject.Object, PullToPush.PullProducer):
    """Produces what it was given, one item a step.

    An item is a chunk, PENDING, or a function to be called with the consumer.
    """

    def __init__(self, *items):
        super().__init__()
        self.items = list(items)
        self.n_steps = 0
        self.reasons = []

    @property
    def n_cancelled(self):
        return len(self.reasons)

    def do_produce(self, consumer):
        self.n_steps += 1
        if not self.items:
            return FINISHED
        item = self.items.pop(0)
        if item is PENDING:
            return PENDING
        if callable(item):
            return item(consumer)
        consumer.write(GLib.Bytes.new(item))
        return MORE

    def do_cancel(self, reason):
        self.reasons.append(reason)


class Collector(GObject.Object, PullToPush.Consumer):
    """Keeps what it is given; on_write is called with itself after each chunk.

    `ends` says how it ends: PENDING leaves it to the test to say how that went.
    """

    def __init__(self, on_write=None, ends=EndResult.DONE):
        super().__init__()
        self.on_write = on_write
        self.ends = ends
        self.producer = None
        self.chunks = []
        # What it was told at the end, in order, and why.
        self.calls = []
        self.reasons = []
        self.n_unregistered = 0

    def do_register_push_producer(self, producer):
        self.producer = producer
        return True

    def do_unregister_producer(self, producer):
        assert producer == self.producer
        self.calls.append("unregister")
        self.n_unregistered += 1
        self.producer = None

    def do_write(self, chunk):
        self.chunks.append(chunk.get_data())
        if self.on_write is not None:
            self.on_write(self)
        return True

    def do_finish(self):
        self.calls.append("finish")
        return self.ends

    def do_abort(self, reason):
        self.calls.append("abort")
        self.reasons.append(reason)
        return self.ends


class Pusher(GObject.Object, PullToPush.PushProducer):
    """A push producer that writes down what it is told."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.reasons = []
        self.consumer = None

    def do_pause_producing(self):
        self.calls.append("pause")

    def do_resume_producing(self):
        self.calls.append("resume")

    def do_stop_producing(self, reason):
        self.calls.append("stop")
        self.reasons.append(reason)

    def do_registered(self, consumer):
        self.calls.append("registered")
        self.consumer = consumer

    def do_unregistered(self):
        self.calls.append("unregistered")


def run_until(condition, what="what the test waits for"):
    """Turns the main loop until something is so."""
    expired = []
    timeout = GLib.timeout_source_new_seconds(PATIENCE_SECONDS)
    timeout.set_callback(lambda *_: expired.append(True))
    context = GLib.MainContext.default()
    timeout.attach(context)
    while not condition():
        assert not expired, f"in vain: {what}"
        context.iteration(True)
    timeout.destroy()


def settle():
    """Turns the main loop until nothing is left to do."""
    context = GLib.MainContext.default()
    while context.iteration(False):
        pass


def await_result(start, *arguments):
    """Calls an asynchronous function and gives back its result."""
    results = []
    start(*arguments, lambda source, result, *_: results.append(result))
    run_until(lambda: results, f"the result of {start.__name__}")
    return results[0]


def wait(stream):
    """Waits for the end of a stream or a task; raises what it failed with."""
    return stream.wait_finish(await_result(stream.wait_async, None))


def wait_settled(consumer):
    """Waits for what finish or abort began; raises what that failed with."""
    return consumer.wait_settled_finish(await_result(consumer.wait_settled_async, None))


def error(text="as planned", domain=Gio.io_error_quark(), code=Gio.IOErrorEnum.FAILED):
    return GLib.Error.new_literal(domain, text, code)


def stopped():
    """The reason of those who need nothing more."""
    return error("stopped", PullToPush.Error.quark(), PullToPush.Error.STOPPED)
