# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A headless Chromium, driven through WebDriver, which needs no more than HTTP."""

import contextlib
import json
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

# Nothing is asked of the network but what a test serves itself.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--window-size=1280,900",
]
# Only so that a browser that hangs fails, however busy the machine is.
SAFETY = 120


class Browser:
    def __init__(self, port, profile):
        self.server = f"http://127.0.0.1:{port}"
        options = {"args": [*ARGUMENTS, f"--user-data-dir={profile}"]}
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        answer = self.send("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = f"/session/{answer['sessionId']}"

    def send(self, method, path, content=None):
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(
            self.server + path, data, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=SAFETY) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            reason = json.load(error)["value"]["message"].splitlines()[0]
            raise RuntimeError(f"the browser refuses {method} {path}: {reason}") from None

    def open(self, address):
        """Returns when the page and its pictures are loaded, or failed to be."""
        self.send("POST", f"{self.session}/url", {"url": address})

    def run(self, script):
        return self.send("POST", f"{self.session}/execute/sync", {"script": script, "args": []})

    def run_async(self, script):
        """The last argument of the script is what it calls with its result."""
        return self.send("POST", f"{self.session}/execute/async", {"script": script, "args": []})

    def complaints(self):
        """What the console holds since the last call, but for notes."""
        log = self.send("POST", f"{self.session}/se/log", {"type": "browser"})
        return [entry["message"] for entry in log if entry["level"] in ("SEVERE", "WARNING")]

    def quit(self):
        self.send("DELETE", self.session)


@contextlib.contextmanager
def browser():
    """Starts one, and leaves nothing of it behind."""
    profile = tempfile.mkdtemp(prefix="ptp-browser-")
    driver = subprocess.Popen(
        ["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True
    )
    try:
        port = next(
            found.group(1)
            for found in (re.search(r"started successfully on port (\d+)", s) for s in driver.stdout)
            if found
        )
        window = Browser(port, profile)
        try:
            yield window
        finally:
            window.quit()
    finally:
        driver.terminate()
        driver.wait(SAFETY)
        driver.stdout.close()
        shutil.rmtree(profile, ignore_errors=True)
