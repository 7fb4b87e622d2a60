# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files, devices and named pipes, on both sides."""

import os
import signal
import subprocess

import pytest
from conftest import leftovers, make_data, sha256


def test_path_to_path(run, big, tmp_path):
    target = tmp_path / "copy"
    result = run(big, target)
    assert (result.status, result.err) == (0, b"")
    assert sha256(target.read_bytes()) == sha256(big.read_bytes())
    assert leftovers(tmp_path) == []


def test_file_uris(run, big, tmp_path):
    target = tmp_path / "a copy"
    assert run(big.as_uri(), target.as_uri()).status == 0
    assert sha256(target.read_bytes()) == sha256(big.read_bytes())


def test_memory_file_system(run, big):
    target = f"/dev/shm/pulltopush-test-{os.getpid()}"
    again = target + "-again"
    try:
        assert run(big, target).status == 0
        assert run(target, again).status == 0
        with open(again, "rb") as file:
            assert sha256(file.read()) == sha256(big.read_bytes())
    finally:
        for path in (target, again):
            if os.path.exists(path):
                os.unlink(path)


@pytest.mark.parametrize("size", [0, 1, 4096, 65537])
def test_sizes(run, tmp_path, size):
    source = tmp_path / "source"
    source.write_bytes(make_data(size))
    result = run("--stats", source, tmp_path / "target")
    assert result.status == 0, result.err
    assert (tmp_path / "target").read_bytes() == source.read_bytes()
    assert result.stats["bytes-read"] == result.stats["bytes-written"] == size


def test_name_with_colon(run, tmp_path):
    (tmp_path / "a:b").write_bytes(b"data")
    result = run("a:b", cwd=tmp_path)
    assert (result.status, result.out) == (0, b"data")


def test_made_up_file(run):
    with open("/proc/version", "rb") as file:
        assert run("/proc/version").out == file.read()


def test_keeps_permissions(run, big, tmp_path):
    target = tmp_path / "target"
    target.write_bytes(b"old")
    target.chmod(0o640)
    assert run(big, target).status == 0
    assert target.stat().st_mode & 0o7777 == 0o640


def test_new_file_obeys_umask(run, big, tmp_path):
    target = tmp_path / "target"
    assert run(big, target, preexec_fn=lambda: os.umask(0o027)).status == 0
    assert target.stat().st_mode & 0o7777 == 0o640


def test_writes_through_link(run, big, tmp_path):
    real = tmp_path / "folder" / "real"
    real.parent.mkdir()
    real.write_bytes(b"old")
    link = tmp_path / "link"
    link.symlink_to("folder/real")
    assert run(big, link).status == 0
    assert link.is_symlink()
    assert sha256(real.read_bytes()) == sha256(big.read_bytes())


def test_writes_through_link_to_nothing(run, big, tmp_path):
    link = tmp_path / "link"
    link.symlink_to("new")
    assert run(big, link).status == 0
    assert link.is_symlink()
    assert sha256((tmp_path / "new").read_bytes()) == sha256(big.read_bytes())


def test_link_loop(run, big, tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    result = run(big, tmp_path / "a")
    assert result.status == 4, result.err
    assert "link" in result.message


@pytest.mark.parametrize("other", ["same", "hard", "soft"])
def test_same_file(run, big, tmp_path, other):
    before = sha256(big.read_bytes())
    target = big
    if other != "same":
        target = tmp_path / other
        (os.link if other == "hard" else os.symlink)(big, target)
    result = run(big, target)
    assert result.status == 4, result.err
    assert "same file" in result.message
    assert sha256(big.read_bytes()) == before


def test_same_file_redirected(start, big):
    before = big.read_bytes()
    with open(big, "ab") as out:
        result = start(big, stdout=out).finish()
    assert result.status == 4, result.err
    assert "same file" in result.message
    assert big.read_bytes() == before


def test_directory_as_source(run, tmp_path):
    result = run(tmp_path, tmp_path / "x")
    assert result.status == 3, result.err
    assert result.message == f"pulltopush: source '{tmp_path}': it is a directory"
    assert not (tmp_path / "x").exists()


def test_directory_as_destination(run, big, tmp_path):
    result = run(big, tmp_path)
    assert result.status == 4, result.err
    assert result.message == f"pulltopush: destination '{tmp_path}': it is a directory"


def test_no_such_source(run, tmp_path):
    result = run(tmp_path / "nothing", tmp_path / "x")
    assert result.status == 3, result.err
    assert f"source '{tmp_path}/nothing': there is no such file" in result.message
    assert not (tmp_path / "x").exists()


def test_unknown_scheme(run, tmp_path):
    result = run("gopher9://x/y", tmp_path / "x")
    assert result.status == 3, result.err
    assert "source 'gopher9://x/y'" in result.message and "gopher9" in result.message
    result = run("/dev/null", "gopher9://x/y")
    assert result.status == 4, result.err
    assert "destination 'gopher9://x/y'" in result.message


def test_destination_below_a_file(run, big):
    result = run(big, f"{big}/x")
    assert result.status == 4, result.err
    assert f"destination '{big}/x'" in result.message


def test_destination_in_no_directory(run, big, tmp_path):
    result = run(big, tmp_path / "no" / "x")
    assert result.status == 4, result.err
    assert f"cannot create a file in {tmp_path}/no: there is no such directory" in result.message


def test_destination_that_may_not_be_created(run, big):
    result = run(big, "/proc/pulltopush")
    assert result.status == 4, result.err
    assert "cannot create a file in /proc" in result.message


def test_dev_null(run, big):
    result = run("--stats", big, "/dev/null")
    assert result.status == 0, result.err
    assert result.stats["bytes-written"] == 16 << 20


@pytest.mark.parametrize("how", ["path", "redirected"])
def test_dev_full(start, big, how):
    if how == "path":
        result = start("--stats", big, "/dev/full").finish()
    else:
        with open("/dev/full", "wb") as full:
            result = start("--stats", big, stdout=full).finish()
    assert result.status == 4, result.err
    assert "No space left on device" in result.message
    assert " 0 bytes written" in result.message
    assert result.stats["side"] == "destination"
    assert result.stats["bytes-written"] == 0
    assert result.stats["state"] == "failed"


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("partial", [False, True])
def test_full_disk(run, big, small_disk, partial):
    target = small_disk / "target"
    result = run("--stats", *(["--partial"] if partial else []), big, target)
    assert result.status == 4, result.err
    assert "No space left on device" in result.message
    assert not target.exists()
    written = result.stats["bytes-written"]
    assert f"{written} bytes written" in result.message
    if partial:
        kept = small_disk / "target.part"
        assert str(kept) in result.message
        data = kept.read_bytes()
        assert len(data) == written > 0
        assert data == big.read_bytes()[:written]
    else:
        assert os.listdir(small_disk) == []


def test_fifos(start, big, tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    os.mkfifo(before)
    os.mkfifo(after)
    run = start(before, after)
    writer = subprocess.Popen(["cp", big, before])
    with open(after, "rb") as file:
        data = file.read()
    assert run.finish().status == 0
    assert writer.wait() == 0
    assert sha256(data) == sha256(big.read_bytes())


@pytest.mark.parametrize("side", ["source", "destination"])
def test_fifo_that_nobody_opens(start, tmp_path, side):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    run = start(*([fifo, "/dev/null"] if side == "source" else ["/dev/zero", fifo]))
    run.wait_for_poll()
    result = run.interrupt()
    assert result.status == 130, result.err
    assert "SIGINT" in result.message


def test_fifo_whose_writer_leaves_at_once(start, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    run = start(fifo)
    os.close(os.open(fifo, os.O_WRONLY))
    assert run.finish().status == 0


def test_dev_fd(start, tmp_path):
    read_end, write_end = os.pipe()
    run = start("-", f"/dev/fd/{write_end}", stdin=subprocess.PIPE, pass_fds=[write_end])
    os.close(write_end)
    assert run.finish(b"through").status == 0
    with open(read_end, "rb") as file:
        assert file.read() == b"through"


def test_vanished_source(start, big, tmp_path):
    """A file that is removed while it is read can still be read to its end."""
    before = sha256(big.read_bytes())
    run = start("--stats", big)
    assert run.process.stdout.read(1)
    big.unlink()
    result = run.finish()
    assert result.status == 0, result.err
    assert result.stats["bytes-written"] == 16 << 20
    assert before


def test_vanished_temporary(start, tmp_path):
    """Without its temporary file the destination cannot be put into place."""
    target = tmp_path / "target"
    run = start("-", target, stdin=subprocess.PIPE)
    run.process.stdin.write(b"x")
    run.process.stdin.flush()
    run.wait_for_poll()
    while not (names := leftovers(tmp_path)):
        os.sched_yield()
    os.unlink(tmp_path / names[0])
    result = run.finish(b"")
    assert result.status == 4, result.err
    assert "destination" in result.message and "rename" in result.message
    assert not target.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("partial", [False, True])
def test_interrupted(start, tmp_path, number, partial):
    target = tmp_path / "target"
    target.write_bytes(b"old")
    options = ["--stats"] + (["--partial"] if partial else [])
    run = start(*options, "-", target, stdin=subprocess.PIPE)
    data = make_data(100000)
    run.process.stdin.write(data)
    run.process.stdin.flush()
    # All is written when the temporary file has all of it.
    while not any(os.stat(tmp_path / name).st_size == len(data) for name in leftovers(tmp_path)):
        os.sched_yield()
    run.wait_for_poll()
    result = run.interrupt(number)
    assert result.status == 128 + number
    assert "100000 bytes read, 100000 bytes written" in result.message
    assert signal.Signals(number).name in result.message
    assert result.stats["state"] == "interrupted"
    assert target.read_bytes() == b"old"
    assert leftovers(tmp_path) == (["target.part"] if partial else [])
    if partial:
        assert str(tmp_path / "target.part") in result.message
        assert (tmp_path / "target.part").read_bytes() == data
