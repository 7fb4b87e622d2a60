# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The samples of README, which copy `in` to `out`, whole or not at all."""

import os

import guide
import pytest

# What a sample that is a function needs around it.
BEFORE = {"c": "#include <pulltopush/pulltopush.h>\n"}
AFTER = {
    "c": """
static void
copied_cb (GObject *source, GAsyncResult *result, gpointer loop)
{
  g_autoptr (GError) error = NULL;

  if (!ptp_pull_to_push_wait_finish (PTP_PULL_TO_PUSH (source), result, &error))
    g_printerr ("%s\\n", error->message);
  g_main_loop_quit (loop);
}

int
main (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GFile) source = g_file_new_for_path ("in");
  g_autoptr (GFile) target = g_file_new_for_path ("out");
  g_autoptr (GFileInputStream) input = g_file_read (source, NULL, NULL);

  copy (G_INPUT_STREAM (input), target, copied_cb, loop);
  g_main_loop_run (loop);
  return 0;
}
""",
    "vala": """
int main () {
  var loop = new MainLoop ();
  try {
    var input = File.new_for_path ("in").read ();
    copy.begin (input, File.new_for_path ("out"), (object, result) => {
      try {
        copy.end (result);
      } catch (Error error) {
        printerr (@"$(error.message)\\n");
      }
      loop.quit ();
    });
    loop.run ();
  } catch (Error error) {
    printerr (@"$(error.message)\\n");
  }
  return 0;
}
""",
}


def sample(language):
    readme = (guide.ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = guide.blocks(readme, language)
    return code


def run_sample(language, folder):
    built = folder / "built"
    built.mkdir()
    code = [BEFORE.get(language, ""), sample(language), AFTER.get(language, "")]
    # A failure is part of it, and not all of gjs is ours.
    environment = {name: value for name, value in os.environ.items() if name != "G_DEBUG"}
    return guide.run(*guide.make(code, language, built), cwd=folder / "work", env=environment)


@pytest.fixture(name="work")
def make_work(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("language", guide.LANGUAGES)
def test_ten_lines_are_ten(language):
    assert len(sample(language).splitlines()) <= 10


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("language", guide.LANGUAGES)
def test_a_sample_copies(language, there, work, tmp_path):
    data = os.urandom(300000)
    (work / "in").write_bytes(data)
    if there:
        (work / "out").write_bytes(b"what was there")
    assert run_sample(language, tmp_path) == (0, "", "")
    assert (work / "out").read_bytes() == data
    assert len(list(work.iterdir())) == 2


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("language", guide.LANGUAGES)
def test_a_source_that_fails_leaves_the_target_alone(language, there, work, tmp_path):
    # It can be opened, and not read.
    (work / "in").symlink_to("/proc/self/mem")
    if there:
        (work / "out").write_bytes(b"what was there")
    errors = run_sample(language, tmp_path)[2]
    assert "Input/output error" in errors
    left = {file.name: file.read_bytes() for file in work.iterdir() if not file.is_symlink()}
    assert left == ({"out": b"what was there"} if there else {})
