#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A window that copies a large file twice: with pulltopush, and with an idle loop.

The same as gtk-copy.c, with the same .ui files. What one learns from it: how a coroutine copies in
a window (StreamCopy in gtk_jobs.py), what blocking calls do to one (IdleCopy), and how to see it by
the gaps between frames (Meter in gtk_widgets.py).
"""

import argparse
import json
import shutil
import sys
import tempfile

import gi

gi.require_version("Gdk", "4.0")
gi.require_version("Gtk", "4.0")
from gi.repository import Gdk, Gio, GLib, GObject, Gtk  # noqa: E402
from gtk_jobs import IdleCopy, StreamCopy  # noqa: E402
from gtk_widgets import FOLDER  # noqa: E402

LEVELS = {"good": "#26a269", "late": "#c88800", "bad": "#e01b24"}


@Gtk.Template(filename=str(FOLDER / "ptp-demo-window.ui"))
class Window(Gtk.ApplicationWindow):
    """Two jobs, a pane for each, the meter, and an action for whatever a person can do."""

    __gtype_name__ = "PtpDemoWindow"

    changed = GObject.Signal("changed")
    error_bar = Gtk.Template.Child()
    error_label = Gtk.Template.Child()
    file_label = Gtk.Template.Child()
    stream_pane = Gtk.Template.Child()
    plain_pane = Gtk.Template.Child()
    pause_button = Gtk.Template.Child()
    gap_label = Gtk.Template.Child()
    meter = Gtk.Template.Child()

    def __init__(self, application, source, target):
        super().__init__(application=application)
        self.source, self.target = source, target
        self.folder = self.chooser = None
        self.closing = False
        self.stream, self.plain = StreamCopy(), IdleCopy()
        self.stream_pane.job, self.plain_pane.job = self.stream, self.plain
        self.add_actions()
        for job in (self.stream, self.plain):
            job.connect("changed", self.job_changed)
        self.error_bar.connect("response", lambda *_: self.show_error(None))
        self.timer = GLib.timeout_add(100, self.update)
        self.update()
        self.update_file()
        self.update_actions()

    # Actions, so that a button and a program do a thing in the same way

    def add_actions(self):
        simple = {
            "choose": self.choose,
            "copy": lambda: self.start(self.stream, ""),
            "cancel": self.stream.cancel,
            "plain-copy": lambda: self.start(self.plain, ".plain"),
            "plain-cancel": self.plain.cancel,
            "close": self.close,
            # A program that asked for it is told what there is to see.
            "report": lambda: None,
        }
        for name, function in simple.items():
            action = Gio.SimpleAction.new(name, None)
            action.connect("activate", lambda *_, function=function: function())
            self.add_action(action)
        toggles = {
            "slow": lambda on: None,
            "pause": self.pause,
            "limit": self.stream.set_limited,
        }
        for name, function in toggles.items():
            action = Gio.SimpleAction.new_stateful(name, None, GLib.Variant("b", False))
            action.connect("change-state", self.toggle, function)
            self.add_action(action)

    def toggle(self, action, state, function):
        action.set_state(state)
        function(state.get_boolean())

    def update_actions(self):
        streaming, copying = self.stream.running, self.plain.running
        enabled = {
            "choose": not streaming and not copying,
            "copy": self.source is not None and not streaming,
            "pause": streaming,
            "cancel": streaming,
            "plain-copy": self.source is not None and not copying,
            "plain-cancel": copying,
        }
        for name, on in enabled.items():
            self.lookup_action(name).set_enabled(on)
        if not streaming:
            self.lookup_action("pause").change_state(GLib.Variant("b", False))

    def pause(self, on):
        self.pause_button.set_label("Resume" if on else "Pause")
        if self.stream.running:
            self.stream.set_paused(on)

    def start(self, job, suffix):
        self.show_error(None)
        # Each copy has a target of its own, so that both can run at once.
        if self.target:
            target = Gio.File.new_for_uri(self.target.get_uri() + suffix)
        else:
            self.folder = self.folder or tempfile.mkdtemp(prefix="gtk-copy-")
            target = Gio.File.new_for_path(f"{self.folder}/copy{suffix}")
        if not self.busy:
            self.meter.restart()
        job.start(self.source, target, self.lookup_action("slow").get_state().get_boolean())

    def choose(self):
        self.chooser = Gtk.FileChooserNative.new(
            "Choose a file to copy", self, Gtk.FileChooserAction.OPEN, "_Choose", None
        )
        self.chooser.connect("response", self.chosen)
        self.chooser.show()

    def chosen(self, chooser, response):
        if response == Gtk.ResponseType.ACCEPT:
            self.source = chooser.get_file()
            self.update_file()
            self.update_actions()
        self.chooser = None

    # What there is to see

    @property
    def busy(self):
        return self.stream.running or self.plain.running

    def job_changed(self, job):
        if job.state == "failed":
            self.show_error(f"The file was not copied. {job.error.message}.")
        self.update_actions()
        self.emit("changed")
        if self.closing and not self.busy:
            self.leave()

    def show_error(self, message):
        if message:
            self.error_label.set_label(message)
        self.error_bar.set_revealed(bool(message))

    def update_file(self):
        name = self.source.get_parse_name() if self.source else None
        self.file_label.set_label(name.rpartition("/")[2] if name else "No file chosen yet")
        self.file_label.set_tooltip_text(name)

    def update(self):
        self.gap_label.set_markup(
            f'<span foreground="{LEVELS[self.meter.level]}">{self.meter.recent:.0f} ms</span>'
        )
        self.stream_pane.update()
        self.plain_pane.update()
        return GLib.SOURCE_CONTINUE

    def report_job(self, job):
        return {
            "state": job.state,
            "bytes": job.bytes,
            "total": job.total,
            "holders": job.holders or [],
            "error": job.error.message if job.error else "",
        }

    def report(self):
        """What there is to see, for a program."""
        return {
            "stream": self.report_job(self.stream),
            "plain": self.report_job(self.plain),
            "frames": self.meter.n_frames,
            "longest-gap-ms": self.meter.longest,
            "level": self.meter.level,
            "message": self.error_label.get_label() if self.error_bar.get_revealed() else "",
        }

    # The end

    def do_close_request(self):
        """Copies that still run are cancelled, and the window goes when no half file is left."""
        if self.busy and not self.closing:
            self.closing = True
            self.stream.set_paused(False)
            self.stream.cancel()
            self.plain.cancel()
        elif not self.busy:
            self.leave()
        return True

    def leave(self):
        GLib.source_remove(self.timer)
        if self.folder:
            shutil.rmtree(self.folder)
        self.destroy()


class Remote:
    """For --remote: does the actions that standard input names, and reports as lines of JSON."""

    def __init__(self, window):
        self.window = window
        window.connect("changed", lambda _: self.tell("changed"))
        window.connect("destroy", self.destroyed)
        self.lines = Gio.DataInputStream.new(Gio.UnixInputStream.new(0, False))
        self.listen()

    def listen(self):
        self.lines.read_line_async(GLib.PRIORITY_DEFAULT, None, self.heard)

    def heard(self, lines, result):
        line, _ = lines.read_line_finish_utf8(result)
        if line is None or self.window is None:
            return
        self.obey(line)
        if self.window:
            self.tell(line)
            self.listen()

    def obey(self, line):
        try:
            _, name, target = Gio.Action.parse_detailed_name(line)
        except GLib.Error as error:
            print(f"gtk-copy: {error.message}", file=sys.stderr)
            return
        if self.window.has_action(name):
            self.window.activate_action(f"win.{name}", target)
        else:
            print(f"gtk-copy: The window has no action “{name}”", file=sys.stderr)

    def tell(self, event):
        print(json.dumps({"event": event, **self.window.report()}), flush=True)

    def destroyed(self, _):
        self.window = None


def main(arguments):
    parser = argparse.ArgumentParser(prog="gtk-copy", description="Copies a file, in a window.")
    parser.add_argument(
        "--remote",
        action="store_true",
        help="do the actions that standard input names, and report as JSON",
    )
    parser.add_argument("source", nargs="?")
    parser.add_argument("target", nargs="?")
    options = parser.parse_args(arguments)
    source, target = (
        Gio.File.new_for_commandline_arg(name) if name else None
        for name in (options.source, options.target)
    )

    if Gdk.Display.get_default() is None:
        print("gtk-copy: There is no display to show a window on.", file=sys.stderr)
        return 1

    def activate(application):
        window = Window(application, source, target)
        if options.remote:
            Remote(window)
        window.present()

    application = Gtk.Application(
        application_id="org.pulltopush.GtkCopy", flags=Gio.ApplicationFlags.NON_UNIQUE
    )
    application.connect("activate", activate)
    return application.run(None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
