# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The window that copies, in C and in Python, on a display of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "examples" / "gtk"
sys.path.insert(0, str(FOLDER))

from remote import PATIENCE, Display, Window  # noqa: E402

MEBIBYTE = 1 << 20
PROGRAMS = {
    "c": [Path(os.environ["PTP_EXAMPLES"]) / "gtk-copy"],
    "python": [sys.executable, FOLDER / "gtk_copy.py"],
}


@pytest.fixture(scope="module")
def display():
    with Display() as shown:
        yield shown


@pytest.fixture(params=PROGRAMS)
def command(request):
    return PROGRAMS[request.param]


@pytest.fixture
def folder(tmp_path):
    """Where targets are, and nothing else."""
    folder = tmp_path / "targets"
    folder.mkdir()
    return folder


@pytest.fixture
def endless(tmp_path):
    """A source that takes a slow target longer than any test takes."""
    source = tmp_path / "endless"
    with open(source, "wb") as file:
        file.truncate(64 << 30)
    return source


def make_source(tmp_path, size):
    source = tmp_path / "source"
    data = os.urandom(size)
    source.write_bytes(data)
    return source, data


def wait_for_state(window, job, state):
    report = window.wait_until(lambda r: r[job]["state"] not in ("idle", "copying"))
    assert report[job]["state"] == state, report
    return report


def check_closes(window):
    assert window.close() == (0, "")


JOBS = [("copy", "stream", ""), ("plain-copy", "plain", ".plain")]


@pytest.mark.parametrize(("action", "job", "suffix"), JOBS)
@pytest.mark.parametrize("size", [0, 1, 3 * MEBIBYTE + 5])
def test_copies(display, command, tmp_path, folder, action, job, suffix, size):
    source, data = make_source(tmp_path, size)
    with Window(display, command, source, folder / "target") as window:
        window.do(action)
        report = wait_for_state(window, job, "done")
        assert (report[job]["bytes"], report[job]["total"]) == (size, size)
        assert report["message"] == report[job]["error"] == ""
        check_closes(window)
    assert (folder / f"target{suffix}").read_bytes() == data
    assert len(list(folder.iterdir())) == 1


def test_copies_both_at_once_and_again_to_a_slow_target(display, command, tmp_path, folder):
    source, data = make_source(tmp_path, MEBIBYTE + 1)
    with Window(display, command, source, folder / "target") as window:
        for before in ([], ["slow"]):
            for action in [*before, "copy", "plain-copy"]:
                report = window.do(action)
            both = ("stream", "plain")
            while any(report[job]["state"] == "copying" for job in both):
                report = window.wait_until(lambda r: True)
            assert [report[job]["state"] for job in both] == ["done", "done"]
            for name in ("target", "target.plain"):
                assert (folder / name).read_bytes() == data
                (folder / name).unlink()
        check_closes(window)


def test_pauses_and_goes_on(display, command, tmp_path, folder):
    source = tmp_path / "pipe"
    os.mkfifo(source)
    with Window(display, command, source, folder / "target") as window:
        window.do("copy")
        # Opened here, so that the copy cannot end before its time.
        with open(source, "wb", buffering=0) as writer:
            writer.write(b"first")
            window.do("pause")
            report = window.do("report")
            while "user" not in report["stream"]["holders"]:
                report = window.do("report")
            writer.write(b" second")
        report = window.do("report")
        assert report["stream"]["state"] == "copying"
        report = window.do("pause")
        assert "user" not in report["stream"]["holders"]
        if report["stream"]["state"] == "copying":
            wait_for_state(window, "stream", "done")
        check_closes(window)
    assert (folder / "target").read_bytes() == b"first second"


@pytest.mark.parametrize(("action", "job", "suffix"), JOBS)
@pytest.mark.parametrize("paused", [False, True])
def test_cancelling_leaves_the_target_as_it_was(
    display, command, folder, endless, action, job, suffix, paused
):
    target = folder / f"target{suffix}"
    target.write_bytes(b"as before")
    cancel = action.replace("copy", "cancel")
    with Window(display, command, endless, folder / "target") as window:
        window.do("slow")
        report = window.do(action)
        while report[job]["bytes"] == 0:
            report = window.do("report")
        if paused:
            window.do("pause")
        window.do(cancel)
        if window.do("report")[job]["state"] == "copying":
            wait_for_state(window, job, "cancelled")
        # Once more, and it works.
        report = window.do(action)
        assert report[job]["state"] == "copying"
        check_closes(window)
    assert target.read_bytes() == b"as before"
    assert list(folder.iterdir()) == [target]


def test_closing_the_window_cancels(display, command, folder, endless):
    with Window(display, command, endless, folder / "target") as window:
        for action in ("slow", "copy", "pause", "plain-copy"):
            window.do(action)
        check_closes(window)
    assert list(folder.iterdir()) == []


def test_without_a_target_nothing_is_left(display, command, tmp_path, folder):
    source, _ = make_source(tmp_path, 1000)
    with Window(display, command, source, TMPDIR=str(folder)) as window:
        window.do("copy")
        wait_for_state(window, "stream", "done")
        (made,) = folder.iterdir()
        assert (made / "copy").stat().st_size == 1000
        check_closes(window)
    assert list(folder.iterdir()) == []


def test_the_rate_limit_is_a_hold(display, command, tmp_path, folder):
    source, data = make_source(tmp_path, 16 * MEBIBYTE)
    with Window(display, command, source, folder / "target") as window:
        window.do("limit")
        window.do("copy")
        window.wait_until(lambda r: "rate limit" in r["stream"]["holders"])
        window.wait_until(lambda r: "rate limit" not in r["stream"]["holders"])
        window.wait_until(lambda r: "rate limit" in r["stream"]["holders"])
        report = window.do("limit")
        assert "rate limit" not in report["stream"]["holders"]
        wait_for_state(window, "stream", "done")
        check_closes(window)
    assert (folder / "target").read_bytes() == data


def test_a_target_that_cannot_keep_up_pauses(display, command, folder, endless):
    with Window(display, command, endless, folder / "target") as window:
        window.do("slow")
        report = window.do("copy")
        while "consumer" not in report["stream"]["holders"]:
            report = window.do("report")
        check_closes(window)


@pytest.mark.parametrize(("action", "job", "suffix"), JOBS)
def test_no_source(display, command, tmp_path, folder, action, job, suffix):
    target = folder / f"target{suffix}"
    target.write_bytes(b"as before")
    with Window(display, command, tmp_path / "no-such-file", folder / "target") as window:
        window.do(action)
        report = window.do("report")
        if report[job]["state"] == "copying":
            report = wait_for_state(window, job, "failed")
        assert report[job]["state"] == "failed"
        assert "no-such-file" in report["message"]
        assert report[job]["error"] in report["message"]
        check_closes(window)
    assert target.read_bytes() == b"as before"


def test_no_folder_for_the_target(display, command, tmp_path, folder):
    source, _ = make_source(tmp_path, 10)
    with Window(display, command, source, folder / "none" / "target") as window:
        for action, job, _ in JOBS:
            window.do(action)
            report = window.do("report")
            if report[job]["state"] == "copying":
                report = wait_for_state(window, job, "failed")
            assert report[job]["state"] == "failed"
            assert report["message"]
        check_closes(window)


def test_without_a_source_there_is_nothing_to_copy(display, command):
    with Window(display, command) as window:
        for action, job, _ in JOBS:
            assert window.do(action)[job]["state"] == "idle"
        check_closes(window)


def run_to_the_end(window, action, job):
    """Returns what was seen when the copy was done, and the meter had seen its last turn."""
    window.do(action)
    done = wait_for_state(window, job, "done")
    report = done
    while report["frames"] <= done["frames"]:
        report = window.do("report")
    return done["frames"], report["longest-gap-ms"], report["level"]


def test_the_meter_tells_them_apart(display, command, tmp_path, folder):
    """A turn of the idle loop sleeps 100 ms, in which there can be no frame. Ratios do the rest."""
    source, _ = make_source(tmp_path, 8 * MEBIBYTE)
    with Window(display, command, source, folder / "target") as window:
        window.do("slow")
        frames, _, _ = run_to_the_end(window, "copy", "stream")
        plain_frames, plain_gap, level = run_to_the_end(window, "plain-copy", "plain")
        assert plain_gap >= 100
        assert level == "bad"
        assert frames > plain_frames
        check_closes(window)


def test_a_picture(display, tmp_path):
    picture = tmp_path / "picture.png"
    with Window(display, PROGRAMS["c"]) as window:
        window.take_picture(picture)
        with pytest.raises(OSError, match="No picture was written to"):
            window.take_picture(tmp_path / "none" / "picture.png")
        check_closes(window)
    assert picture.read_bytes().startswith(b"\x89PNG\r\n")


@pytest.mark.parametrize("action", ["no-such-action", "not a name", "slow(", ""])
def test_what_is_no_action_is_said(display, command, action):
    with Window(display, command) as window:
        window.do(action)
        status, errors = window.close()
    assert status == 0
    assert errors.startswith("gtk-copy: ")
    assert "Traceback" not in errors


def test_the_page_shows_the_code_as_it_is():
    page = (ROOT / "docs" / "gtk-demo.md").read_text(encoding="utf-8")
    sources = [path for path in FOLDER.iterdir() if path.suffix in (".c", ".py")]
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    excerpts = re.findall(r"^```(?:c|python)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(excerpts) >= 8
    assert [excerpt for excerpt in excerpts if excerpt not in code] == []


def run(command, environment, *arguments):
    words = [str(word) for word in (*command, *arguments)]
    return subprocess.run(
        words, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@pytest.mark.parametrize("arguments", [["1", "2", "3"], ["--what"]])
def test_usage(display, command, arguments):
    ended = run(command, display.environment, *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "usage" in ended.stderr.lower()


def test_no_display(display, command):
    environment = {**display.environment, "DISPLAY": ":none"}
    ended = run(command, environment)
    assert ended.returncode == 1
    assert "display" in ended.stderr
    assert "Traceback" not in ended.stderr
