# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes an object of each type of a namespace by nothing but its constructor, and calls everything.

Run by a test in a process of its own, as walk.py NAMESPACE GIRS; prints what it called.
"""

import inspect
import itertools
import os
import sys
from xml.etree import ElementTree

import gi

gi.require_version("PullToPush", "1")
from gi.repository import Gio, GLib, GObject, PullToPush  # noqa: E402

CORE = "{http://www.gtk.org/introspection/core/1.0}"

# They run a main loop of their own, or end the program.
LEFT_OUT = {"add_to_gtest", "run", "run_check", "run_tap"}


class Producer(GObject.Object, PullToPush.PullProducer):
    def do_produce(self, consumer):
        return PullToPush.StepResult.FINISHED


class Pusher(GObject.Object, PullToPush.PushProducer):
    def do_pause_producing(self):
        pass

    def do_resume_producing(self):
        pass

    def do_stop_producing(self, reason):
        pass


class Consumer(GObject.Object, PullToPush.Consumer):
    def do_register_push_producer(self, producer):
        return True

    def do_unregister_producer(self, producer):
        pass

    def do_write(self, chunk):
        return True


def error():
    return GLib.Error.new_literal(Gio.io_error_quark(), "text", Gio.IOErrorEnum.FAILED)


VALUES = {
    "PullProducer": lambda: [Producer()],
    "PushProducer": lambda: [Pusher()],
    "Consumer": lambda: [Consumer()],
    "PullToPush.Cooperator": lambda: [PullToPush.Cooperator.ref_default()],
    "PullToPush.Consumer": lambda: [Consumer()],
    "PullToPush.StepResult": lambda: [0, 1, 2, 99],
    "Gio.OutputStream": lambda: [Gio.MemoryOutputStream.new_resizable()],
    "Gio.InputStream": lambda: [Gio.MemoryInputStream.new_from_bytes(GLib.Bytes.new(b"data"))],
    "Gio.File": lambda: [Gio.File.new_for_path("/nonexistent/file")],
    "Gio.Cancellable": lambda: [Gio.Cancellable.new()],
    "Gio.AsyncResult": lambda: [Gio.Task.new(None, None, None)],
    "Gio.AsyncReadyCallback": lambda: [lambda *_: None],
    "GLib.Bytes": lambda: [GLib.Bytes.new(b"data")],
    "GLib.Error": lambda: [error()],
    "StepFunc": lambda: [lambda *_: PullToPush.StepResult.FINISHED],
    "ClockFunc": lambda: [lambda *_: 0],
    "Settlement": lambda: [0, 1, 2, 99],
    "utf8": lambda: ["text", ""],
    "gboolean": lambda: [True, False],
}
NUMBERS = [1, 0, 1000000]


def plausible(parameter):
    """Values for an argument, and what a careless caller might give."""
    kind = parameter.find(f"{CORE}type")
    name = kind.get("name") if kind is not None else None
    if name is not None and name.startswith("g") and name not in VALUES:
        return NUMBERS
    return [*VALUES.get(name, list)(), None]


def settle():
    for _ in range(20):
        GLib.MainContext.default().iteration(False)


def arguments_of(function):
    parameters = function.findall(f"{CORE}parameters/{CORE}parameter")
    hidden = {int(p.get(key)) for p in parameters for key in ("closure", "destroy") if p.get(key) is not None}
    return [plausible(p) for n, p in enumerate(parameters) if n not in hidden and p.get("direction") != "out"]


def methods_of(namespace, name):
    """Those of its own, of its parents and of what it implements, in our namespaces."""
    info = next((top for top in namespace if top.get("name") == name), None)
    if info is None:
        return {}
    found = {method.get("name"): method for method in info.findall(f"{CORE}method")}
    others = [each.get("name") for each in info.findall(f"{CORE}implements")]
    for other in [*others, info.get("parent")]:
        found = {**methods_of(namespace, other), **found}
    return found


def call(target, name, values):
    try:
        result = getattr(target, name)(*values)
        if inspect.iscoroutine(result):
            result.close()
    except Exception as exception:  # pylint: disable=broad-except
        # A clear error has a text.
        assert str(exception), (name, values, exception)
        print("error", name, type(exception).__name__, str(exception)[:60])
    else:
        print("called", name)
    settle()


def make(cls):
    try:
        return cls()
    except Exception as exception:  # pylint: disable=broad-except
        assert str(exception), cls
        return GObject.new(cls.__gtype__)


def walk(name, folder):
    namespace = ElementTree.parse(os.path.join(folder, f"{name}-1.gir")).getroot().find(f"{CORE}namespace")
    gi.require_version(name, "1")
    module = getattr(__import__("gi.repository", fromlist=[name]), name)
    for info in namespace.findall(f"{CORE}class"):
        cls = getattr(module, info.get("name"))
        methods = {n: m for n, m in sorted(methods_of(namespace, info.get("name")).items()) if n not in LEFT_OUT}
        print("type", info.get("name"), len(methods))
        for method, function in methods.items():
            for values in itertools.product(*arguments_of(function)):
                print("calling", info.get("name"), method, values, flush=True)
                call(make(cls), method, values)
        # All of them on one, in two rounds.
        thing = make(cls)
        for method, function in [*methods.items()] * 2:
            call(thing, method, [choices[0] for choices in arguments_of(function)])
        for pspec in GObject.list_properties(cls):
            print("property", pspec.name, str(thing.get_property(pspec.name))[:40])
    print("done", flush=True)


if __name__ == "__main__":
    walk(*sys.argv[1:])
