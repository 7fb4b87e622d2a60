# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The vapi files: made without a warning, installed, and of use from there."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ["PTP_BUILD_ROOT"])
EXAMPLES = ROOT / "docs" / "examples" / "vala"


def run(*command):
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def vapi_folder(tmp_path_factory):
    """Where the build, installed below a directory of its own, has them."""
    target = tmp_path_factory.mktemp("installed")
    run("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", target)
    return next(target.rglob("pulltopush-1.vapi")).parent


@pytest.mark.parametrize(
    ("namespace", "packages"),
    [("PullToPush", ["gio-2.0"]), ("PullToPushTesting", ["gio-2.0", "pulltopush-1"])],
)
def test_vapigen_does_not_warn(tmp_path, namespace, packages):
    """It has no way to make a warning an error."""
    girs = BUILD / "introspection"
    folders = ["--metadatadir", ROOT / "introspection" / "vapi", "--girdir", girs]
    folders += ["--vapidir", girs / "vapi", "--directory", tmp_path]
    packages = [f"--pkg={package}" for package in packages]
    said = run("vapigen", *folders, *packages, "--library", "x", girs / f"{namespace}-1.gir")
    assert "0 warning(s)" in said, said


def test_installed_files(vapi_folder):
    for name in ("pulltopush-1", "pulltopush-testing-1"):
        assert (vapi_folder / f"{name}.vapi").exists()
    # What valac takes in by itself.
    assert (vapi_folder / "pulltopush-1.deps").read_text().split() == ["gio-2.0"]
    deps = (vapi_folder / "pulltopush-testing-1.deps").read_text().split()
    assert set(deps) == {"gio-2.0", "pulltopush-1"}


@pytest.mark.parametrize(
    "declaration",
    [
        # The end of a consumer may be left out, and says by itself how it is called.
        "virtual global::PullToPush.EndResult finish () throws GLib.Error",
        "virtual global::PullToPush.EndResult abort (GLib.Error reason) throws GLib.Error",
        "virtual size_t get_desired_size ()",
        "signal void settled (global::PullToPush.Settlement settlement)",
        "signal void settle_failed (GLib.Error error)",
        "async global::PullToPush.Settlement wait_settled_async (GLib.Cancellable? cancellable = null) throws GLib.Error",
        "abstract void unregister_producer (global::PullToPush.PushProducer producer)",
        "virtual void cancel (GLib.Error reason)",
        "signal void broken (GLib.Error error)",
        "abstract void stop_producing (GLib.Error reason)",
        "virtual void registered (global::PullToPush.Consumer consumer)",
        # What may be null.
        "GLib.Error? error { get; }",
        "GLib.Cancellable? cancellable { get; set; }",
    ],
)
def test_declarations(vapi_folder, declaration):
    assert f"\tpublic {declaration}" in (vapi_folder / "pulltopush-1.vapi").read_text()


@pytest.mark.parametrize("name", ["copy", "serve", "transform", "cooperate"])
def test_valac_takes_the_installed_file(vapi_folder, tmp_path, name):
    ours = ["--vapidir", vapi_folder, "--pkg", "pulltopush-1"]
    theirs = ["--pkg", "gio-unix-2.0", "--pkg", "posix", "--fatal-warnings"]
    run("valac", "-C", "--directory", tmp_path, *ours, *theirs, EXAMPLES / f"{name}.vala")
    assert (tmp_path / f"{name}.c").exists()
