# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Drives the windows of this folder from a program, by what they understand with --remote.

Tests use it, and screenshot.py does; a window needs a display, and here it gets one of its own.
"""

import json
import os
import queue
import subprocess
import threading

PATIENCE = 120


class Display:
    """An X server that nobody sees."""

    def __init__(self):
        reading, writing = os.pipe()
        # It looks for a free number by itself, and says which when it is ready.
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x960x24"]
        self.process = subprocess.Popen(
            [*command, "-nolisten", "tcp"], pass_fds=[writing], stderr=subprocess.DEVNULL
        )
        os.close(writing)
        with open(reading, encoding="ascii") as said:
            number = said.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start: is the package xvfb installed?")
        self.environment = {
            **os.environ,
            "DISPLAY": f":{number}",
            "GDK_BACKEND": "x11",
            "GSETTINGS_BACKEND": "memory",
            "GSK_RENDERER": "cairo",
            "GTK_A11Y": "none",
        }

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Window:
    """A program with a window. Whatever happens, it is gone at the end."""

    def __init__(self, display, command, *arguments, **environment):
        words = [str(word) for word in (*command, "--remote", *arguments)]
        pipe = subprocess.PIPE
        env = {**display.environment, **environment}
        self.process = subprocess.Popen(
            words, stdin=pipe, stdout=pipe, stderr=pipe, env=env, text=True
        )
        self.errors = ""
        self.reports = queue.Queue()
        # Both are read at all times, so that the window never waits for its reader.
        self.threads = [
            threading.Thread(target=self._read_reports),
            threading.Thread(target=self._read_errors),
        ]
        for thread in self.threads:
            thread.start()

    def _read_reports(self):
        for line in self.process.stdout:
            self.reports.put(json.loads(line))
        self.reports.put(None)

    def _read_errors(self):
        self.errors = self.process.stderr.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self._join()

    def _join(self):
        self.process.wait(PATIENCE)
        for thread in self.threads:
            thread.join()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()

    def do(self, action):
        """Does an action of the window, and returns what there is to see after it."""
        self.process.stdin.write(action + "\n")
        self.process.stdin.flush()
        return self.wait_until(lambda report: report["event"] == action)

    def wait_until(self, condition):
        """Returns the next report for which the condition holds."""
        while True:
            report = self.reports.get(timeout=PATIENCE)
            if report is None:
                self._join()
                raise EOFError(f"the window has gone: {self.errors}")
            if condition(report):
                return report

    def take_picture(self, path):
        """Has the window draw its next frame into a file, too."""
        report = self.do(f"screenshot::{path}")
        while not (os.path.exists(path) or report["message"]):
            report = self.wait_until(lambda report: report["event"] == "changed")
        if report["message"]:
            raise OSError(report["message"])

    def close(self):
        """Closes the window, and returns the exit status and what came on standard error."""
        self.process.stdin.write("close\n")
        self.process.stdin.flush()
        self._join()
        return self.process.returncode, self.errors
