# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Looks at every page of a site as a reader would, and complains of what is broken."""

import contextlib
import http.server
import threading
import urllib.parse
from pathlib import Path

# As the browser sees it: a link has been made absolute, a picture was drawn or not. How wide a
# heading is depends on the fonts of the machine.
LOOK = """
const all = selector => Array.from(document.querySelectorAll(selector));
return {
  title: document.title,
  ids: all('[id], a[name]').map(e => e.id || e.name),
  // The signs that fold a section are links to their own code.
  links: all('a[href]:not(.collapse-toggle)').map(e => e.href),
  pictures: all('img').map(e => [e.src, e.complete && e.naturalWidth > 0, e.alt]),
  wide: all('p, pre, table, img').some(e => e.getBoundingClientRect().right > window.innerWidth),
};
"""


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        # Every browser asks for it, and no page promises it.
        if self.path == "/favicon.ico":
            self.send_response(http.HTTPStatus.NO_CONTENT)
            self.end_headers()
        else:
            super().do_GET()

    def send_error(self, code, message=None, explain=None):
        self.server.failures.append(f"{self.path}: {code}")
        super().send_error(code, message, explain)

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder):
        self.failures = []
        super().__init__(("127.0.0.1", 0), lambda *args: Handler(*args, directory=folder))

    @property
    def base(self):
        return f"http://127.0.0.1:{self.server_port}/"


@contextlib.contextmanager
def serve(folder):
    with Server(str(folder)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def split(address):
    page, fragment = urllib.parse.urldefrag(address)
    return page, urllib.parse.unquote(fragment)


class Site:
    """What a browser saw from START on: a page by its address, without fragments."""

    def __init__(self, browser, server, start="index.html"):
        self.browser = browser
        self.server = server
        self.pages = {}
        self.complaints = []
        found = [server.base + start]
        while found:
            address = found.pop()
            if address not in self.pages:
                found += self.look(address)

    def name(self, address):
        return urllib.parse.unquote(address.removeprefix(self.server.base))

    def complain(self, page, what):
        self.complaints.append(f"{self.name(page)}: {what}")

    def look(self, address):
        """Opens one page; returns the pages of this site that it leads to."""
        self.browser.open(address)
        page = self.pages[address] = self.browser.run(LOOK)
        if not page["title"]:
            self.complain(address, "has no title")
        if page["wide"]:
            self.complain(address, "is wider than the window")
        for source, shown, words in page["pictures"]:
            if not shown:
                self.complain(address, f"the picture {self.name(source)} is missing")
            elif not words:
                self.complain(address, f"the picture {self.name(source)} has no words beside it")
        # What the site's map of addresses does not know.
        for link in page["links"]:
            if link.startswith("javascript:"):
                self.complain(address, "a link leads nowhere")
        for message in self.browser.complaints():
            self.complain(address, message)
        inside = {split(link)[0] for link in page["links"] if link.startswith(self.server.base)}
        return sorted(link for link in inside if link.endswith((".html", "/")))

    def check_links(self):
        for address, page in self.pages.items():
            for link in sorted(set(page["links"])):
                if link.startswith(self.server.base):
                    self.check_link(address, link)

    def check_link(self, address, link):
        target, fragment = split(link)
        there = self.pages.get(target)
        if there is not None and fragment and fragment not in there["ids"]:
            self.complain(address, f"{self.name(link)} leads to no place of that page")

    def check_all_found(self, root, folder):
        """A page that no link leads to is not read."""
        seen = {self.name(address) for address in self.pages}
        for path in sorted(folder.rglob("*.html")):
            name = path.relative_to(root).as_posix()
            if name not in seen:
                self.complaints.append(f"{name}: nothing leads there")


def check_site(browser, root, names=("",)):
    """Returns what is wrong, and how many pages were opened.

    The folders with these names are linked to each other; the first is where a reader begins.
    """
    with serve(root) as server:
        site = Site(browser, server, (Path(names[0]) / "index.html").as_posix())
        site.check_links()
        for name in names:
            site.check_all_found(root, root / name)
        return site.complaints + sorted(set(server.failures)), len(site.pages)
