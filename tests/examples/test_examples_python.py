# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs in Python, and the shortest."""

import os
import re
import socket
import struct
import sys
import threading
import time

import pytest
from cases import PATIENCE, Cooperate, Copy, Running, Serve, Transform


@pytest.fixture(scope="session")
def command(root):
    return lambda name: [sys.executable, root / "docs" / "examples" / "python" / f"{name}.py"]


class TestCopy(Copy):
    pass


class TestServe(Serve):
    pass


class TestTransform(Transform):
    pass


class TestCooperate(Cooperate):
    pass


def test_twelve_lines_stream_to_a_slow_client(command):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        with Running(command("twelve"), f"127.0.0.1:{server.getsockname()[1]}") as running:
            client, _ = server.accept()
            with client, client.makefile("rb") as lines:
                for number in range(1_000_000):
                    assert lines.readline() == b"%d\n" % number
                assert lines.read() == b""
            assert running.end() == (0, "", "")


def test_twelve_lines_are_twelve(command):
    assert len(command("twelve")[1].read_text(encoding="utf-8").splitlines()) <= 12


def test_the_proxy_is_short_and_on_the_page(command, root):
    text = command("proxy")[1].read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 30
    code = text[text.index("import sys") :].replace("  # noqa: E402", "")
    assert f"```python\n{code}```" in (root / "docs" / "how-a-stream-ends.md").read_text(encoding="utf-8")


def reset(peer):
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def read_all(peer):
    data = b""
    while got := peer.recv(65536):
        data += got
    return data


class Server:
    """Behind the proxy: what it does with a client is what the first byte says."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.seen = []
        self.changed = threading.Condition()
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def address(self):
        return f"127.0.0.1:{self.listener.getsockname()[1]}"

    def accept(self):
        while True:
            peer, _ = self.listener.accept()
            peer.settimeout(PATIENCE)
            threading.Thread(target=self.serve, args=[peer], daemon=True).start()

    def note(self, what):
        with self.changed:
            self.seen.append(what)
            self.changed.notify_all()

    def wait_for(self, what, count):
        with self.changed:
            assert self.changed.wait_for(lambda: self.seen.count(what) == count, PATIENCE), self.seen

    def serve(self, peer):
        with peer:
            kind = peer.recv(1)
            try:
                getattr(self, f"serve_{kind.decode()}")(peer)
            except OSError as error:
                self.note(type(error))

    def serve_a(self, peer):
        """The client ends first: all of it comes back."""
        peer.sendall(read_all(peer).upper())

    def serve_b(self, peer):
        """The server ends first, and reads on."""
        peer.sendall(b"greeting")
        peer.shutdown(socket.SHUT_WR)
        self.note(read_all(peer))

    def serve_c(self, peer):
        """The client goes in the middle."""
        self.note("c")
        read_all(peer)

    def serve_d(self, peer):
        """The server does."""
        reset(peer)


def client_ends_first(client, number):
    data = b"hello %d " % number * 20000
    sender = threading.Thread(target=lambda: (client.sendall(b"a" + data), client.shutdown(socket.SHUT_WR)))
    sender.start()
    assert read_all(client) == data.upper()
    sender.join()


def server_ends_first(client, number):
    client.sendall(b"b")
    assert read_all(client) == b"greeting"
    # This direction is still open.
    client.sendall(b"after %d" % number)


def client_resets(client, server, count):
    client.sendall(b"c")
    server.wait_for("c", count)
    reset(client)


def server_resets(client):
    client.sendall(b"d")
    with pytest.raises(ConnectionResetError):
        read_all(client)


def test_the_proxy_passes_on_how_each_direction_ends(command):
    """Fifty clients at once, of four kinds; all of them are connected before the first one ends."""
    server = Server()
    with Running(command("proxy"), server.address) as running:
        found = re.fullmatch(r"listening on (\d+)\n", running.process.stdout.readline().decode())
        clients = [socket.create_connection(("127.0.0.1", int(found.group(1)))) for _ in range(50)]
        for client in clients:
            client.settimeout(PATIENCE)
        n_reset = 0
        for number, client in enumerate(clients):
            with client:
                if number % 4 == 0:
                    client_ends_first(client, number)
                elif number % 4 == 1:
                    server_ends_first(client, number)
                elif number % 4 == 2:
                    n_reset += 1
                    client_resets(client, server, n_reset)
                else:
                    server_resets(client)
        for number in range(1, 50, 4):
            server.wait_for(b"after %d" % number, 1)
        server.wait_for(ConnectionResetError, n_reset)
        # Nothing of any client is left: no descriptor.
        assert running.process.poll() is None
        wait_for_sockets(running.process.pid, 3)
        _, output, errors = stop(running)
    assert output == ""
    assert "Traceback" not in errors


def count_sockets(pid):
    folder = f"/proc/{pid}/fd"
    found = 0
    for name in os.listdir(folder):
        try:
            found += os.readlink(f"{folder}/{name}").startswith("socket:")
        except FileNotFoundError:
            pass
    return found


def wait_for_sockets(pid, count):
    """The listener is left, and a pair that GIO makes when it looks up the first name."""
    deadline = time.monotonic() + PATIENCE
    while count_sockets(pid) > count:
        assert time.monotonic() < deadline, count_sockets(pid)
        time.sleep(0.01)


def stop(running):
    running.process.terminate()
    return running.end()
