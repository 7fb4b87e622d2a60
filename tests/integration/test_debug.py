# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""PTP_DEBUG, as whoever debugs a program sets it."""

import os
import re
from pathlib import Path

import pytest

CHUNK = b"some bytes"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def debug(run, tmp_path):
    """Copies a file with this in the environment, and returns what was said on standard error."""

    def copy(**environment):
        source, target = tmp_path / "source", tmp_path / "target"
        source.write_bytes(CHUNK)
        result = run(source, target, env={**os.environ, **environment})
        assert result.status == 0, result.err
        assert target.read_bytes() == CHUNK
        return result.err.decode()

    return copy


@pytest.mark.parametrize("asked", ["", "stalls", "STALLS", "steps;stalls"])
def test_says_nothing_when_all_goes_well(debug, asked):
    assert debug(PTP_DEBUG=asked) == ""


@pytest.mark.parametrize("asked", ["states", "States", "steps,states", "all", "stalls : states"])
def test_states(debug, asked):
    said = debug(PTP_DEBUG=asked)
    name = r"stream from PtpInputStreamProducer to PtpOutputStreamConsumer \(0x[0-9a-f]+\)"
    assert re.search(rf"PullToPush-Message: .*{name} runs; steps so far: 0\n", said)
    assert re.search(rf"PullToPush-Message: .*{name} finished; steps so far: [1-9]\d*\n", said)


def test_help(debug):
    said = debug(PTP_DEBUG="help")
    for word in ("states", "steps", "stalls", "all", "help"):
        assert word in said


def test_a_word_that_is_unknown(debug):
    said = debug(PTP_DEBUG="stats,stalls")
    assert "“stats”" in said
    assert "“stalls”" not in said


@pytest.mark.parametrize("seconds", ["", "soon", "-1", "0", "1e9", "nan", "5s"])
def test_seconds_that_are_none(debug, seconds):
    assert f"“{seconds}”" in debug(PTP_DEBUG="stalls", PTP_DEBUG_STALL_SECONDS=seconds)


@pytest.mark.parametrize("seconds", ["0.01", "7", "86400"])
def test_seconds(debug, seconds):
    assert "PTP_DEBUG_STALL_SECONDS" not in debug(PTP_DEBUG="stalls", PTP_DEBUG_STALL_SECONDS=seconds)


def test_a_reader_that_does_not_read(start):
    """The pipe fills up, and the report says who waits for whom."""
    reading, writing = os.pipe()
    environment = {**os.environ, "PTP_DEBUG": "stalls", "PTP_DEBUG_STALL_SECONDS": "0.05"}
    running = start("/dev/zero", "-", stdout=writing, env=environment)
    os.close(writing)
    try:
        while "it is paused by consumer" not in running.read_line():
            pass
    finally:
        os.close(reading)
    assert running.finish().status != 0


def test_the_page_has_every_reason():
    page = (ROOT / "docs" / "debugging.md").read_text(encoding="utf-8")
    source = (ROOT / "pulltopush" / "coop" / "ptp-debug-watch.c").read_text(encoding="utf-8")
    # Strings that C joins.
    source = re.sub(r'"\s*"', "", source)
    reasons = page.partition("| the report |")[2].partition("\n\n")[0].splitlines()[2:]
    said = [line.split("|")[1].strip().removesuffix(" …") for line in reasons]
    assert len(said) == len(re.findall(r'return g_str(?:dup|concat) \(\s*"', source))
    for reason in said:
        assert f'"{reason}' in source
