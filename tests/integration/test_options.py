# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command line and what is said at the end."""

import re
import signal
import subprocess

import pytest
from conftest import SAFETY


def test_help(run):
    result = run("--help")
    assert result.status == 0, result.err
    text = result.out.decode()
    for word in ("SOURCE", "DESTINATION", "--progress", "--stats", "tcp-listen", "130", "143"):
        assert word in text


def test_version(run):
    result = run("--version")
    assert result.status == 0, result.err
    assert re.fullmatch(rb"pulltopush \d+\.\d+\.\d+\n", result.out)


@pytest.mark.parametrize(
    "args, what",
    [
        ([], "no SOURCE"),
        (["a", "b", "c"], "“c”"),
        (["--nonsense", "a"], "--nonsense"),
        (["--chunk-size=0", "a"], "--chunk-size"),
        (["--chunk-size=12X", "a"], "“12X” is not a size"),
        (["--chunk-size=2G", "a"], "too much"),
        (["--chunk-size=-1", "a"], "not a size"),
        (["--high=", "a"], "not a size"),
        (["--high=99999999999999999999", "a"], "out of range"),
        (["--high=9999999999G", "a"], "out of range"),
        (["--low=4M", "a"], "must be less than --high"),
        (["--high=64K", "--low=64K", "a"], "must be less than --high"),
        (["", "/dev/null"], "empty"),
        (["tcp://127.0.0.1", "/dev/null"], "tcp://HOST:PORT"),
        (["tcp://:80", "/dev/null"], "tcp://HOST:PORT"),
        (["tcp://127.0.0.1:80/path", "/dev/null"], "tcp://HOST:PORT"),
        (["tcp://127.0.0.1:99999", "/dev/null"], "99999"),
        (["tls:127.0.0.1:80", "/dev/null"], "tls://HOST:PORT"),
        (["unix:", "/dev/null"], "unix:PATH"),
        (["unix:/" + "x" * 200, "/dev/null"], "too long"),
        (["tcp-listen:80", "/dev/null"], "destination"),
        (["/dev/null", "tcp-listen:99999"], "65535"),
        (["/dev/null", "tcp-listen:nonsense"], "65535"),
        (["/dev/null", "tcp-listen:localhost:80"], "IP"),
    ],
)
def test_wrong_usage(run, args, what):
    result = run(*args)
    assert result.status == 2, result.err
    assert what in result.message
    assert result.out == b""


@pytest.mark.parametrize(
    "text, size",
    [
        ("65536", 65536),
        ("64K", 65536),
        ("64k", 65536),
        ("64KiB", 65536),
        ("1M", 1 << 20),
        ("1MiB", 1 << 20),
        ("1MB", 1000000),
        ("2G", 2 << 30),
    ],
)
def test_sizes(run, text, size):
    result = run("--stats", f"--high={text}", "--low=1", "/dev/null", "/dev/null")
    assert result.status == 0, result.err
    assert (result.stats["high"], result.stats["low"]) == (size, 1)


def test_low_follows_high(run):
    assert run("--stats", "--high=10M", "/dev/null", "/dev/null").stats["low"] == 5 << 20


def test_chunk_size(run, big):
    result = run("--stats", "--chunk-size=1M", big, "/dev/null")
    # One more step says that it was the last.
    assert 16 <= result.stats["steps"] <= 18


def test_stats(run, big, tmp_path):
    stats = run("--stats", big, tmp_path / "x").stats
    assert set(stats) == {
        "source", "destination", "state", "bytes-read", "bytes-written", "steps", "pauses",
        "paused-seconds", "peak-queued", "high", "low", "seconds", "rate", "side", "error",
    }
    assert stats["source"] == str(big)
    assert stats["destination"] == str(tmp_path / "x")
    assert stats["state"] == "finished"
    assert stats["side"] is None and stats["error"] is None
    assert stats["seconds"] > 0
    assert stats["rate"] == pytest.approx(stats["bytes-written"] / stats["seconds"])


def test_stats_when_nothing_could_be_opened(run, tmp_path):
    result = run("--stats", tmp_path / "nothing", "/dev/null")
    assert result.status == 3, result.err
    stats = result.stats
    assert (stats["state"], stats["side"], stats["bytes-read"]) == ("failed", "source", 0)
    assert "no such file" in stats["error"]


def test_stats_in_another_language(run, big):
    """Numbers in JSON have points, whatever the locale writes."""
    stats = run("--stats", big, "/dev/null", env={"LC_ALL": "C.UTF-8", "LANG": "de_DE"}).stats
    assert isinstance(stats["seconds"], float)


def test_names_are_kept_on_one_line(run, tmp_path):
    result = run(tmp_path / "two\nlines", "/dev/null")
    assert result.status == 3, result.err
    assert len(result.lines) == 1


def test_second_signal_ends_at_once(start, tmp_path):
    """The first waits for a reader that never reads; the second does not wait."""
    run = start("-", "tcp-listen:0", stdin=subprocess.PIPE)
    run.read_line()
    run.kill(signal.SIGINT)
    run.kill(signal.SIGINT)
    assert run.process.wait(SAFETY) == 130
