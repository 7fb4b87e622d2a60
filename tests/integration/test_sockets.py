# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""TCP and TLS, in both directions."""

import os
import socket
import ssl
import struct
import subprocess
import threading

import pytest
from conftest import SAFETY, listen_tcp, make_data, receive_all, sha256


def test_from_tcp(run, tcp, big):
    server = tcp(lambda connection: connection.sendall(big.read_bytes()))
    result = run(server.url)
    assert result.status == 0, result.err
    server.join()
    assert sha256(result.out) == sha256(big.read_bytes())


def test_to_tcp(run, tcp, big):
    server = tcp(receive_all)
    result = run("--stats", big, server.url)
    assert result.status == 0, result.err
    assert sha256(server.join()) == sha256(big.read_bytes())
    assert result.stats["bytes-written"] == 16 << 20


def test_peer_that_talks_first(run, tcp, big):
    """What the reader says must not make the kernel throw away what it has not read yet."""

    def talk(connection):
        connection.sendall(b"220 welcome\r\n")
        return receive_all(connection)

    server = tcp(talk, buffer_size=4096)
    assert run(big, server.url).status == 0
    assert sha256(server.join()) == sha256(big.read_bytes())


@pytest.mark.parametrize("marks", [("64K", "1M", "256K"), ("16K", "128K", "1K")])
def test_slow_reader(start, tcp, big, marks):
    """One that reads nothing until the program says that it has paused the source."""
    chunk, high, low = marks
    paused = threading.Event()

    def read_late(connection):
        assert paused.wait(SAFETY)
        return receive_all(connection)

    server = tcp(read_late, buffer_size=4096)
    options = ["--progress", "--stats", "--chunk-size", chunk, "--high", high, "--low", low]
    running = start(*options, big, server.url)
    while "paused by consumer" not in running.read_line():
        pass
    paused.set()
    result = running.finish()
    assert result.status == 0, result.err
    assert sha256(server.join()) == sha256(big.read_bytes())
    stats = result.stats
    assert stats["pauses"]["consumer"] >= 1
    assert 0 < stats["paused-seconds"] <= stats["seconds"]
    assert stats["high"] <= stats["peak-queued"] <= stats["high"] + parse_k(chunk)


def parse_k(text):
    return int(text[:-1]) * 1024


def test_reader_closes_half_way(run, tcp):
    def read_a_bit(connection):
        data = connection.recv(1 << 16)
        # Hang up at once, without waiting for what is under way.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return data

    server = tcp(read_a_bit)
    result = run("--stats", "/dev/zero", server.url)
    read = server.join()
    assert result.status == 4, result.err
    assert f"destination '{server.url}'" in result.message
    stats = result.stats
    assert f"{stats['bytes-read']} bytes read" in result.message
    assert f"{stats['bytes-written']} bytes written" in result.message
    assert len(read) <= stats["bytes-written"] <= stats["bytes-read"]
    assert stats["side"] == "destination"


def test_reader_closes_while_source_is_idle(start, tcp):
    server = tcp(
        lambda connection: connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
    )
    result = start("-", server.url, stdin=subprocess.PIPE).process
    server.join()
    assert result.wait(SAFETY) == 4


def test_source_is_reset(run, tcp, tmp_path):
    def reset(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    server = tcp(reset)
    result = run(server.url, tmp_path / "x")
    assert result.status == 3, result.err
    assert f"source '{server.url}'" in result.message
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("side", ["source", "destination"])
@pytest.mark.parametrize("scheme", ["tcp", "tls"])
def test_refused(run, side, scheme, tmp_path):
    with listen_tcp() as listener:
        port = listener.getsockname()[1]
    url = f"{scheme}://127.0.0.1:{port}"
    result = run(url, tmp_path / "x") if side == "source" else run("/dev/null", url)
    assert result.status == (3 if side == "source" else 4)
    assert f"{side} '{url}'" in result.message
    assert "refused" in result.message
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("place", ["tcp-listen:0", "tcp-listen:127.0.0.1:0", "tcp-listen:[::1]:0"])
def test_listen(start, big, place):
    if "::1" in place and not has_ipv6():
        pytest.skip("there is no IPv6 here")
    run = start(big, place)
    line = run.read_line()
    assert line.startswith("Listening on port ")
    host = "::1" if "::1" in place else "127.0.0.1"
    with socket.create_connection((host, int(line.split()[-1])), SAFETY) as connection:
        data = receive_all(connection)
    assert run.finish().status == 0
    assert sha256(data) == sha256(big.read_bytes())


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_listen_serves_one(start):
    run = start("-", "tcp-listen:0", stdin=subprocess.PIPE)
    port = int(run.read_line().split()[-1])
    with socket.create_connection(("127.0.0.1", port), SAFETY) as connection:
        run.process.stdin.write(b"hello")
        run.process.stdin.flush()
        assert connection.recv(5) == b"hello"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), SAFETY)
        run.process.stdin.close()
        run.process.stdin = None
        assert connection.recv(1) == b""
    assert run.finish().status == 0


def connect_when_it_listens(port):
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), SAFETY)
        except ConnectionRefusedError:
            os.sched_yield()


def test_listen_is_quiet(start, tmp_path):
    with listen_tcp() as listener:
        port = listener.getsockname()[1]
    run = start("--quiet", "/dev/null", f"tcp-listen:{port}")
    with connect_when_it_listens(port) as connection:
        assert receive_all(connection) == b""
    assert run.finish().err == b""


def test_listen_where_another_does(run):
    with listen_tcp() as listener:
        port = listener.getsockname()[1]
        result = run("/dev/null", f"tcp-listen:127.0.0.1:{port}")
    assert result.status == 4, result.err
    assert "in use" in result.message


def test_listening_interrupted(start):
    run = start("/dev/null", "tcp-listen:0")
    run.read_line()
    assert run.interrupt().status == 130


def openssl(folder, *args):
    subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Two authorities; the first has signed for 127.0.0.1 and for another host."""
    folder = tmp_path_factory.mktemp("tls")
    for name in ("ca", "stranger"):
        openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")
    for name, names in (("right", "IP:127.0.0.1"), ("wrong", "DNS:elsewhere.example")):
        (folder / f"{name}.ext").write_text(f"subjectAltName={names}\n", encoding="ascii")
        openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}",
                "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem")
    return folder


@pytest.fixture
def tls(tcp, certificates):
    def serve(function, name="right"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / f"{name}.pem", certificates / f"{name}.key")

        def handshake(connection):
            with context.wrap_socket(
                connection, server_side=True, suppress_ragged_eofs=False
            ) as secure:
                return function(secure)

        server = tcp(handshake)
        server.url = server.url.replace("tcp:", "tls:")
        return server

    return serve


def test_to_tls(run, tls, certificates, big):
    server = tls(receive_all)
    result = run("--stats", f"--tls-ca={certificates}/ca.pem", big, server.url)
    assert (result.status, result.stats["bytes-written"]) == (0, 16 << 20)
    assert sha256(server.join()) == sha256(big.read_bytes())


def test_from_tls(run, tls, certificates, big):
    def send(connection):
        connection.sendall(big.read_bytes())
        connection.unwrap()

    server = tls(send)
    result = run(f"--tls-ca={certificates}/ca.pem", server.url)
    assert result.status == 0, result.err
    assert sha256(result.out) == sha256(big.read_bytes())


def test_tls_cut_off(run, tls, certificates, tmp_path):
    """An end that TLS did not announce may be anybody's doing."""

    def send_and_drop(connection):
        connection.sendall(make_data(1000))
        connection.shutdown(socket.SHUT_RDWR)

    server = tls(send_and_drop)
    result = run(f"--tls-ca={certificates}/ca.pem", server.url, tmp_path / "x")
    assert result.status == 3, result.err
    assert f"source '{server.url}'" in result.message
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "name, ca, why",
    [
        ("wrong", "ca", "another host"),
        ("right", "stranger", "nobody who is trusted"),
        ("right", None, "nobody who is trusted"),
    ],
)
def test_tls_refuses(run, tls, certificates, name, ca, why):
    def refuse(_connection):
        raise AssertionError("the certificate was accepted")

    server = tls(refuse, name)
    options = [f"--tls-ca={certificates}/{ca}.pem"] if ca else []
    result = run(*options, "/dev/zero", server.url)
    assert result.status == 4, result.err
    assert f"destination '{server.url}': the certificate was refused" in result.message
    assert why in result.message
    with pytest.raises((ssl.SSLError, ConnectionError)):
        server.join()


@pytest.mark.parametrize("how", ["tcp", "tls"])
def test_a_peer_that_does_not_get_everything_hears_no_end(start, tcp, tls, certificates, how):
    """A reset, or at least no close_notify: half is not taken for all."""
    heard = threading.Event()

    def receive(connection):
        assert connection.recv(100) == b"half"
        heard.set()
        try:
            return connection.recv(100)
        except (ConnectionResetError, ssl.SSLEOFError) as error:
            return error

    server = {"tcp": tcp, "tls": tls}[how](receive)
    running = start(f"--tls-ca={certificates}/ca.pem", "-", server.url, stdin=subprocess.PIPE)
    running.process.stdin.write(b"half")
    running.process.stdin.flush()
    assert heard.wait(SAFETY)
    assert running.interrupt().status == 130
    assert isinstance(server.join(), OSError)


def test_tls_ca_with_a_relative_path(run, tls, certificates, big):
    server = tls(receive_all)
    result = run("--tls-ca=ca.pem", big, server.url, cwd=certificates)
    assert result.status == 0, result.err
    assert sha256(server.join()) == sha256(big.read_bytes())


def test_tls_ca_that_is_not_there(run, tmp_path):
    result = run(f"--tls-ca={tmp_path}/no.pem", "tls://127.0.0.1:9", "/dev/null")
    assert result.status == 3, result.err
    assert "--tls-ca" in result.message
