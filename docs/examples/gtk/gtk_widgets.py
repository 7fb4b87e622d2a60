# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the window shows: a pane for a copy, and the meter of the gaps between frames."""

import time
from collections import deque
from pathlib import Path

import gi

gi.require_version("Gdk", "4.0")
gi.require_version("Gtk", "4.0")
from gi.repository import Gdk, GLib, Graphene, Gtk  # noqa: E402

FOLDER = Path(__file__).resolve().parent
MEBIBYTE = 1 << 20
BARS = 128
HIGHEST_MS = 150.0
FRAMES_LATE = 2.5
FRAMES_BAD = 5.0


def color(red, green, blue):
    rgba = Gdk.RGBA()
    rgba.red, rgba.green, rgba.blue, rgba.alpha = red, green, blue, 1
    return rgba


COLORS = {
    "good": color(0.18, 0.65, 0.37),
    "late": color(0.96, 0.62, 0.04),
    "bad": color(0.88, 0.11, 0.14),
}


class Meter(Gtk.Widget):
    """Draws how long the window waited for each of its last frames.

    A bar for a frame, the newest at the right, as high as the gap before it. A tick callback is
    called once a frame, so what it sees is what a person sees.
    """

    __gtype_name__ = "PtpDemoMeter"

    def __init__(self):
        super().__init__()
        self.last = None
        self.frame_ms = 1000 / 60
        self.gaps = deque([0.0] * BARS, BARS)
        self.restart()
        self.add_tick_callback(self.tick)

    def restart(self):
        """Counts anew. The bars stay."""
        self.n_frames = 0
        self.longest = 0.0

    def tick(self, _, clock):
        # The time of the clock is made smooth for animations, and would hide what is measured here.
        now = time.monotonic()
        interval, _ = clock.get_refresh_info(0)
        if interval:
            self.frame_ms = interval / 1000
        if self.last is not None:
            gap = (now - self.last) * 1000
            self.gaps.append(gap)
            self.n_frames += 1
            self.longest = max(self.longest, gap)
        self.last = now
        self.queue_draw()
        return GLib.SOURCE_CONTINUE

    @property
    def recent(self):
        """The longest gap that is drawn, in ms."""
        return max(self.gaps)

    def level_of(self, gap):
        if gap > FRAMES_BAD * self.frame_ms:
            return "bad"
        return "late" if gap > FRAMES_LATE * self.frame_ms else "good"

    @property
    def level(self):
        """How the longest gap that is drawn looks to a person."""
        return self.level_of(self.recent)

    def do_snapshot(self, snapshot):
        width, height = self.get_width() / BARS, self.get_height()
        for number, gap in enumerate(self.gaps):
            bar = height * min(gap, HIGHEST_MS) / HIGHEST_MS
            if gap:
                rect = Graphene.Rect().init(number * width, height - bar, max(width - 1, 1), bar)
                snapshot.append_color(COLORS[self.level_of(gap)], rect)


@Gtk.Template(filename=str(FOLDER / "ptp-demo-pane.ui"))
class Pane(Gtk.Box):
    """What the window shows of one copy."""

    __gtype_name__ = "PtpDemoPane"

    bar = Gtk.Template.Child()
    state_label = Gtk.Template.Child()
    rate_label = Gtk.Template.Child()
    bytes_label = Gtk.Template.Child()
    holders_label = Gtk.Template.Child()

    def __init__(self):
        super().__init__()
        self.job = None
        self.last_bytes, self.last_time = 0, 0.0
        self.rate = 0.0

    def measure_rate(self):
        now, size = time.monotonic(), self.job.bytes
        # A new copy, and the first look at it.
        if not self.last_time or size < self.last_bytes:
            self.rate = 0.0
        elif now > self.last_time:
            current = (size - self.last_bytes) / (now - self.last_time)
            self.rate += 0.15 * (current - self.rate)
        self.last_bytes, self.last_time = size, now

    def describe_rate(self):
        if self.job.running:
            return f"{self.rate / MEBIBYTE:.1f} MiB/s"
        if self.job.state == "done" and self.job.seconds:
            return f"{self.job.bytes / MEBIBYTE / self.job.seconds:.1f} MiB/s in all"
        return "–"

    def describe_state(self):
        if self.job.running:
            return "Paused" if "user" in (self.job.holders or []) else "Copying"
        return {
            "idle": "Not started",
            "done": "Done",
            "cancelled": "Cancelled: the target is as it was",
            "failed": "Failed: the target is as it was",
        }[self.job.state]

    def describe_holders(self):
        if self.job.holders is None:
            return "it cannot be paused"
        return ", ".join(self.job.holders) or "nobody"

    def update(self):
        """Called a few times a second, which is as often as a person can read it."""
        job = self.job
        self.measure_rate()
        if job.total or not job.running:
            self.bar.set_fraction(job.bytes / job.total if job.total else 0)
        else:
            self.bar.pulse()
        self.state_label.set_label(self.describe_state())
        self.rate_label.set_label(self.describe_rate())
        self.bytes_label.set_label(f"{job.bytes} of {job.total}" if job.total else f"{job.bytes}")
        self.holders_label.set_label(self.describe_holders())
