#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What one step costs: a chunk that is already made goes to a consumer that counts its bytes.

Each peer is a program of its own in step/, which warms up, times its steps and nothing else, and
prints nanoseconds per step. All of them run once in each round.
"""

import functools
import os
import shutil
import sys
from pathlib import Path

import bench

HERE = Path(__file__).resolve().parent
PEERS = HERE / "step"
INTROSPECTION = HERE.parents[1] / "introspection"
# Debian's own: a Python from elsewhere has no GObject introspection.
PYTHON = "/usr/bin/python3"

# Nanoseconds, from another run on a machine of this kind.
RUST_FORWARD = 12.7

ROWS = {
    "bare": "C: bare loop of two indirect calls",
    "checked": "C: bare loop over the checked public calls",
    "ours-1": "C: pulltopush, 1 stream",
    "ours-100": "C: pulltopush, 100 streams",
    "ours-10000": "C: pulltopush, 10,000 streams",
    "idle-1": "C: one g_idle source per stream, 1 stream",
    "idle-100": "C: one g_idle source per stream, 100 streams",
    "gio-pollable": "GIO: pollable source, non-blocking calls",
    "gio-ping-pong": "GIO: read_async and write_async in turn",
    "gio-splice": "GIO: splice_async on the main loop",
    "gio-splice-thread": "GIO: splice_async, blocking a thread",
    "gst-fakesrc": "GStreamer: fakesrc ! fakesink",
    "gst-appsrc": "GStreamer: appsrc ! fakesink",
    "twisted": "Twisted: _PullToPush on the reactor",
    "asyncio": "Python: asyncio, write and drain",
    "python": "Python: pulltopush, both ends as classes",
    "python-idle": "Python: GLib.idle_add callback",
    "python-generator": "Python: pulltopush, a generator and a function",
    "python-generator-idle": "Python: GLib.idle_add callback, the same generator and function",
    "gjs": "GJS: pulltopush, both ends as classes",
    "gjs-idle": "GJS: GLib.idle_add callback",
    "gjs-generator": "GJS: pulltopush, a generator and a function",
    "gjs-generator-idle": "GJS: GLib.idle_add callback, the same generator and function",
    "node-pipe": "Node: Readable.pipe (Writable)",
    "node-pipe-to": "Node: ReadableStream.pipeTo (WritableStream)",
}

# What does the same by hand, in the same language.
IDLE = {
    "ours-1": "idle-1",
    "ours-100": "idle-100",
    "python": "python-idle",
    "python-generator": "python-generator-idle",
    "gjs": "gjs-idle",
    "gjs-generator": "gjs-generator-idle",
}

NOTES = [
    "Twisted, asyncio and Node run many steps before they look at their loop, as pulltopush does;"
    " GStreamer runs in a thread of its own; an idle source and GIO turn the loop for each step.",
    "GIO gives a splice between two streams that cannot be polled a thread of its own, which it"
    " blocks; that is what the row says, and no other GIO row has a thread.",
    "Node's pipe takes a third of the time in version 20 that it takes in version 18, which Debian"
    " 12 has: whether its bar holds depends on the version.",
    "Python and GJS run with the overrides, as everybody has them. A generator yields what the"
    " language has, which becomes a GLib.Bytes on its way through C and is itself again for the"
    " function; by hand, nothing goes through C but the idle callback.",
    f"{RUST_FORWARD} ns is what forward of Rust's futures took on a machine of this kind: an"
    " absolute figure of another run, which a slower machine misses by being slower.",
]


def environment(build):
    found = {
        "GI_TYPELIB_PATH": build / "introspection",
        "LD_LIBRARY_PATH": build / "pulltopush",
        "PYTHONPATH": INTROSPECTION / "python",
        "GJS_PATH": INTROSPECTION / "gjs",
        "GIO_USE_VFS": "local",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return os.environ | {name: str(value) for name, value in found.items()}


def require_file(path, what):
    if not path.exists():
        raise bench.Missing(f"pulltopush was built without {what}")


def require_program(name):
    if shutil.which(name) is None:
        raise bench.Missing(f"{name} is not installed")


class Runner:
    """Knows how to start each peer, and how much it should do."""

    def __init__(self, build, quick):
        self.build = build
        self.environment = environment(build)
        self.steps_divisor = 100 if quick else 1
        self.milliseconds = 10 if quick else 200
        self.versions = {}

    def run(self, command):
        figures = bench.run_peer(command, env=self.environment)
        self.versions |= figures.pop("versions", {})
        return figures

    def run_steps(self, command, steps):
        return self.run([*command, "--steps", steps // self.steps_divisor])

    def run_c(self):
        program = self.build / "tests" / "benchmarks" / "step-c"
        return self.run([program, "--milliseconds", self.milliseconds])

    def run_gstreamer(self):
        program = self.build / "tests" / "benchmarks" / "step-gst"
        require_file(program, "GStreamer")
        return self.run_steps([program], 400000)

    def run_python(self, name, steps):
        return self.run_steps([PYTHON, PEERS / name], steps)

    def run_python_ours(self):
        self.require_typelib()
        return self.run_python("step-python.py", 100000)

    def run_gjs(self):
        require_program("gjs")
        self.require_typelib()
        return self.run_steps(["gjs", "-m", PEERS / "step-gjs.js"], 60000)

    def run_node(self):
        require_program("node")
        return self.run_steps(["node", PEERS / "step-node.mjs"], 4000000)

    def require_typelib(self):
        typelib = self.build / "introspection" / "PullToPush-1.typelib"
        require_file(typelib, "introspection")

    def get_measurements(self):
        return [
            self.run_c,
            self.run_gstreamer,
            functools.partial(self.run_python, "step-twisted.py", 400000),
            functools.partial(self.run_python, "step-asyncio.py", 600000),
            self.run_python_ours,
            self.run_gjs,
            self.run_node,
        ]


def add_bars(board):
    board.add_ratio_bar("one step, against the bare loop", "ours-1", "bare", "<=", 2.5)
    board.add_ratio_bar("one idle source per stream, against ours", "idle-1", "ours-1", ">=", 150)
    board.add_ratio_bar("Twisted's adapter, against ours", "twisted", "ours-1", ">=", 50)
    board.add_ratio_bar("Node's pipe, against ours", "node-pipe", "ours-1", ">=", 15)
    what = "one step, in ns, against Rust's forward"
    board.add_bar(what, board.get_median("ours-1"), "<=", RUST_FORWARD)


def main():
    parser = bench.argument_parser(__doc__)
    parser.add_argument("--build", type=Path, default=HERE.parents[1] / "build", metavar="DIR")
    options = bench.parse(parser)

    board = bench.Benchmark("step-cost", "What does one step cost?", "ns/step", options)
    for name, label in ROWS.items():
        ratios = {"ratio_ours": "ours-1"}
        if name in IDLE:
            ratios["ratio_idle"] = IDLE[name]
        board.add_row(name, label, base="bare", ratios=ratios)
    board.add_column("median", "ns/step")
    board.add_column("min", "min")
    board.add_column("max", "max")
    board.add_column("ratio", "x bare")
    board.add_column("ratio_ours", "x ours, 1")
    board.add_column("ratio_idle", "x idle")

    runner = Runner(options.build.resolve(), options.quick)
    board.measure(runner.get_measurements())
    add_bars(board)
    for note in NOTES:
        board.add_note(note)
    if runner.versions:
        versions = ", ".join(f"{name} {version}" for name, version in runner.versions.items())
        board.add_note(f"Measured with {versions}.")
    sys.exit(board.finish())


if __name__ == "__main__":
    main()
