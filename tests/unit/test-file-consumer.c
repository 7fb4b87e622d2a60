/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* PtpFileConsumer: a file is replaced or made whole, or nothing has happened (rule E10). */

#include "ptp-test-gone.h"
#include "ptp-test-stream.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OLD       "what was there, and is good"
#define SEED      (20260113)
#define N_MOMENTS (4000)

/* The folder, and one beside it that links lead to. */
typedef struct
{
  char *folder;
  char *other;
  guint n_descriptors;
} Place;

static void
place_init (Place *self)
{
  const gboolean in_memory = g_access ("/dev/shm", W_OK | X_OK) == 0;
  g_autofree char *template
    = g_build_filename (in_memory ? "/dev/shm" : g_get_tmp_dir (), "ptp-XXXXXX", NULL);

  self->n_descriptors = ptp_test_count_descriptors ();
  self->folder = g_mkdtemp (g_steal_pointer (&template));
  g_assert_nonnull (self->folder);
  self->other = g_strconcat (self->folder, "-other", NULL);
  g_assert_no_errno (g_mkdir (self->other, 0700));
}

static void
empty_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_no_errno (g_remove (path));
    }
}

static void
place_clear (Place *self)
{
  empty_folder (self->folder);
  empty_folder (self->other);
  g_assert_no_errno (g_rmdir (self->folder));
  g_assert_no_errno (g_rmdir (self->other));
  ptp_test_until_descriptors (self->n_descriptors);
  g_free (self->folder);
  g_free (self->other);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The names, with one space between them: nothing temporary may be among them. */
static void
assert_names (const char *folder, const char *expected)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *joined = NULL;
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  joined = g_strjoinv (" ", (char **) names->pdata);
  g_assert_cmpstr (joined, ==, expected);
}

/* Null is for a file that is not there. */
static void
assert_contents (const char *folder, const char *name, const char *expected)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *contents = NULL;

  g_file_get_contents (path, &contents, NULL, NULL);
  g_assert_cmpstr (contents, ==, expected);
}

static void
set_contents (const char *folder, const char *name, const char *contents)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, contents, -1, G_FILE_SET_CONTENTS_NONE, 0640, &error);
  g_assert_no_error (error);
}

static void
make_link (const char *target, const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_no_errno (symlink (target, path));
}

static PtpConsumer *
consumer_new (const char *folder, const char *name)
{
  g_autoptr (GFile) file = g_file_new_build_filename (folder, name, NULL);

  return PTP_CONSUMER (ptp_file_consumer_new (file));
}

/* What the target is before */

typedef enum
{
  KIND_EXISTING,
  KIND_NEW,
  KIND_LINK, /* in the other folder, by an absolute name */
  KIND_HARD_LINK,
  KIND_RELATIVE_LINK, /* in the other folder, by a relative name, in two steps */
  KIND_DANGLING_LINK, /* the same, and nothing is there */
  N_KINDS
} Kind;

static void
prepare (Place *place, Kind kind)
{
  g_autofree char *behind = g_build_filename (place->other, "behind", NULL);
  g_autofree char *base = g_path_get_basename (place->other);
  g_autofree char *step = g_build_filename ("..", base, "step", NULL);
  g_autofree char *path = g_build_filename (place->folder, "target", NULL);

  empty_folder (place->folder);
  empty_folder (place->other);
  if (kind == KIND_EXISTING)
    set_contents (place->folder, "target", OLD);
  if (kind == KIND_LINK || kind == KIND_HARD_LINK || kind == KIND_RELATIVE_LINK)
    set_contents (place->other, "behind", OLD);
  if (kind == KIND_LINK)
    make_link (behind, place->folder, "target");
  if (kind == KIND_HARD_LINK)
    g_assert_no_errno (link (behind, path));
  if (kind == KIND_RELATIVE_LINK || kind == KIND_DANGLING_LINK)
    {
      make_link ("behind", place->other, "step");
      make_link (step, place->folder, "target");
    }
}

/* @contents is what was to be written, null when nothing may have happened. */
static void
assert_outcome (Place *place, Kind kind, const char *contents)
{
  const gboolean was_there = kind != KIND_NEW && kind != KIND_DANGLING_LINK;
  const gboolean is_link
    = kind == KIND_LINK || kind == KIND_RELATIVE_LINK || kind == KIND_DANGLING_LINK;
  const char *expected = contents != NULL ? contents : was_there ? OLD : NULL;
  g_autofree char *path = g_build_filename (place->folder, "target", NULL);

  assert_contents (place->folder, "target", expected);
  g_assert_cmpint (g_file_test (path, G_FILE_TEST_IS_SYMLINK), ==, is_link);
  assert_names (place->folder, is_link || expected != NULL ? "target" : "");
  if (is_link)
    assert_contents (place->other, "behind", expected);
  /* The other name keeps what it had. */
  if (kind == KIND_HARD_LINK)
    assert_contents (place->other, "behind", OLD);
  assert_names (place->other, kind == KIND_EXISTING || kind == KIND_NEW     ? ""
                              : kind == KIND_LINK || kind == KIND_HARD_LINK ? "behind"
                              : expected != NULL                            ? "behind step"
                                                                            : "step");
}

/* How the stream goes */

static PtpTestProducer *
producer_new (PtpStepResult rest)
{
  PtpTestProducer *producer = ptp_test_producer_new ();

  for (int i = 0; i < 5; i++)
    ptp_test_producer_answer (producer, "words ", PTP_STEP_RESULT_MORE);
  if (rest == PTP_STEP_RESULT_FAILED)
    ptp_test_producer_answer_error (producer, NULL, PTP_STEP_RESULT_FAILED,
                                    g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                                                         "the source is gone"));
  else
    producer->rest = rest;
  return producer;
}

#define WORDS "words words words words words "

static void
run (PtpConsumer *consumer, PtpStepResult rest, guint turns, PtpStreamState state)
{
  PtpTestProducer *producer = producer_new (rest);
  g_autoptr (GError) error = NULL;
  PtpPullToPush *stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), consumer, &error);
  g_autoptr (PtpTestEnds) ends = NULL;

  g_assert_no_error (error);
  ends = ptp_test_ends_new (stream);
  if (state == PTP_STREAM_STATE_STOPPED)
    {
      ptp_test_turns (turns);
      ptp_pull_to_push_stop_streaming (stream);
    }
  ptp_test_ends_wait (ends);
  g_assert_cmpint (ends->state, ==, state);
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (producer);
}

static void
test_e10_finished (gconstpointer kind)
{
  Place place;
  PtpConsumer *consumer;

  place_init (&place);
  prepare (&place, GPOINTER_TO_UINT (kind));
  consumer = consumer_new (place.folder, "target");
  run (consumer, PTP_STEP_RESULT_FINISHED, 0, PTP_STREAM_STATE_FINISHED);
  ptp_test_assert_finalize (consumer);
  assert_outcome (&place, GPOINTER_TO_UINT (kind), WORDS);
  place_clear (&place);
}

static void
test_e10_failed (gconstpointer kind)
{
  Place place;
  PtpConsumer *consumer;

  place_init (&place);
  prepare (&place, GPOINTER_TO_UINT (kind));
  consumer = consumer_new (place.folder, "target");
  run (consumer, PTP_STEP_RESULT_FAILED, 0, PTP_STREAM_STATE_FAILED);
  ptp_test_assert_finalize (consumer);
  assert_outcome (&place, GPOINTER_TO_UINT (kind), NULL);
  place_clear (&place);
}

static void
test_e10_stopped (gconstpointer kind)
{
  for (guint turns = 0; turns < 10; turns++)
    {
      Place place;
      PtpConsumer *consumer;

      place_init (&place);
      prepare (&place, GPOINTER_TO_UINT (kind));
      consumer = consumer_new (place.folder, "target");
      run (consumer, PTP_STEP_RESULT_MORE, turns, PTP_STREAM_STATE_STOPPED);
      ptp_test_assert_finalize (consumer);
      assert_outcome (&place, GPOINTER_TO_UINT (kind), NULL);
      place_clear (&place);
    }
}

static void
unref_cb (gpointer consumer, gpointer unused)
{
  g_object_unref (consumer);
}

/* Nobody told it an end: the last reference goes here or in another thread, whatever it is about.
 */
static void
check_dropped (Kind kind, gboolean in_thread, guint turns)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (WORDS, strlen (WORDS));
  g_autoptr (GError) error = NULL;
  GOutputStream *stream;
  Place place;
  PtpConsumer *consumer;

  place_init (&place);
  prepare (&place, kind);
  consumer = consumer_new (place.folder, "target");
  stream
    = g_object_ref (ptp_output_stream_consumer_get_stream (PTP_OUTPUT_STREAM_CONSUMER (consumer)));
  for (guint i = 0; i < turns; i++)
    {
      g_assert_true (ptp_consumer_write (consumer, bytes, &error));
      g_assert_no_error (error);
      ptp_test_turns (i);
    }
  if (in_thread)
    ptp_test_in_thread (unref_cb, consumer, NULL);
  else
    g_object_unref (consumer);
  ptp_test_wait_for_last (stream);
  assert_outcome (&place, kind, NULL);
  place_clear (&place);
}

static void
test_e10_dropped (gconstpointer kind)
{
  for (guint turns = 0; turns < 8; turns++)
    {
      check_dropped (GPOINTER_TO_UINT (kind), FALSE, turns);
      check_dropped (GPOINTER_TO_UINT (kind), TRUE, turns);
    }
}

/* At any moment */

typedef struct
{
  GRand *random;
  guint n_finished;
  guint n_cancelled;
} Moments;

/* Counts turns, never time. One that may block is over when something has happened; those that do
 * not also fall into the middle of what a thread is doing.
 */
static void
cancel_at_some_moment (Moments *self, PtpTestEnds *ends, GCancellable *cancellable)
{
  const gboolean blocks = g_rand_boolean (self->random);
  const gint32 most = blocks ? 10 : 1 << g_rand_int_range (self->random, 0, 12);
  const gint32 delay = g_rand_int_range (self->random, 0, most);

  for (gint32 i = 0; i < delay && ends->n_ends == 0; i++)
    g_main_context_iteration (NULL, blocks);
  g_cancellable_cancel (cancellable);
}

/* Takes @consumer. Returns whether the stream says that all is there. */
static gboolean
run_to_some_moment (Moments *self, PtpConsumer *consumer)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  PtpTestProducer *producer = producer_new (PTP_STEP_RESULT_FINISHED);
  PtpPullToPush *stream = ptp_pull_to_push_new (PTP_PULL_PRODUCER (producer), consumer);
  g_autoptr (PtpTestEnds) ends = ptp_test_ends_new (stream);
  g_autoptr (GError) error = NULL;
  gboolean finished;

  ptp_pull_to_push_set_cancellable (stream, cancellable);
  ptp_consumer_register_push_producer (consumer, PTP_PUSH_PRODUCER (stream), &error);
  g_assert_no_error (error);
  ptp_pull_to_push_start_streaming (stream);
  cancel_at_some_moment (self, ends, cancellable);
  ptp_test_ends_wait (ends);

  finished = ends->state == PTP_STREAM_STATE_FINISHED;
  if (!finished)
    g_assert_error (ends->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  self->n_finished += finished ? 1 : 0;
  self->n_cancelled += finished ? 0 : 1;
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (producer);
  ptp_test_assert_finalize (consumer);
  return finished;
}

static void
moments_clear (Moments *self)
{
  g_test_message ("seed %d: %u finished, %u cancelled", SEED, self->n_finished, self->n_cancelled);
  /* Otherwise it is no test of anything. */
  g_assert_cmpuint (self->n_finished, >, 0);
  g_assert_cmpuint (self->n_cancelled, >, 0);
  g_rand_free (self->random);
}

static void
test_e10_cancelled_at_any_moment (void)
{
  Moments moments = { .random = g_rand_new_with_seed (SEED) };
  Place place;

  place_init (&place);
  for (guint i = 0; i < N_MOMENTS; i++)
    {
      const Kind kind = i % N_KINDS;
      gboolean finished;

      prepare (&place, kind);
      finished = run_to_some_moment (&moments, consumer_new (place.folder, "target"));
      assert_outcome (&place, kind, finished ? WORDS : NULL);
    }
  moments_clear (&moments);
  place_clear (&place);
}

/* The same for a stream of GIO's, where GIO replaces by renaming. */
static void
test_e10_bare_stream (void)
{
  Moments moments = { .random = g_rand_new_with_seed (SEED) };
  g_autoptr (GFile) file = NULL;
  Place place;

  place_init (&place);
  file = g_file_new_build_filename (place.folder, "target", NULL);
  for (guint i = 0; i < N_MOMENTS / 4; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GFileOutputStream) output = NULL;
      gboolean finished;

      prepare (&place, KIND_EXISTING);
      output = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, NULL, &error);
      g_assert_no_error (error);
      finished = run_to_some_moment (&moments, PTP_CONSUMER (ptp_output_stream_consumer_new (
                                                 G_OUTPUT_STREAM (output))));
      assert_outcome (&place, KIND_EXISTING, finished ? WORDS : NULL);
    }
  moments_clear (&moments);
  place_clear (&place);
}

/* What cannot be a target */

/* Returns how the stream to @folder/@name failed. */
static GError *
run_into_failure (const char *folder, const char *name)
{
  PtpConsumer *consumer = consumer_new (folder, name);
  PtpTestProducer *producer = producer_new (PTP_STEP_RESULT_FINISHED);
  g_autoptr (GError) error = NULL;
  PtpPullToPush *stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), consumer, &error);
  g_autoptr (PtpTestEnds) ends = NULL;
  GError *failure;

  g_assert_no_error (error);
  ends = ptp_test_ends_new (stream);
  ptp_test_ends_wait (ends);
  g_assert_cmpuint (ends->n_failed, ==, 1);
  failure = g_error_copy (ends->error);
  g_test_message ("%s", failure->message);
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (producer);
  ptp_test_assert_finalize (consumer);
  return failure;
}

static void
test_folder (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  Place place;

  place_init (&place);
  path = g_build_filename (place.folder, "target", NULL);
  g_assert_no_errno (g_mkdir (path, 0700));
  error = run_into_failure (place.folder, "target");
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_DIR));
  assert_names (place.folder, "target");
  place_clear (&place);
}

static void
test_fifo (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  struct stat info;
  Place place;

  place_init (&place);
  path = g_build_filename (place.folder, "target", NULL);
  g_assert_no_errno (mkfifo (path, 0600));
  error = run_into_failure (place.folder, "target");
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_assert_no_errno (g_stat (path, &info));
  g_assert_true (S_ISFIFO (info.st_mode));
  assert_names (place.folder, "target");
  place_clear (&place);
}

static void
test_device (void)
{
  g_autoptr (GError) error = run_into_failure ("/dev", "full");
  struct stat info;

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_assert_no_errno (g_stat ("/dev/full", &info));
  g_assert_true (S_ISCHR (info.st_mode));
}

/* A link of /proc's has a text that is not where it leads. */
static void
test_magic_link (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *link = NULL;
  int fds[2];
  Place place;

  place_init (&place);
  g_assert_no_errno (pipe2 (fds, O_CLOEXEC));
  link = g_strdup_printf ("/proc/self/fd/%d", fds[1]);
  make_link (link, place.folder, "target");
  error = run_into_failure (place.folder, "target");
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_assert_no_errno (close (fds[0]));
  g_assert_no_errno (close (fds[1]));
  place_clear (&place);
}

/* A file that is open and has no name any more cannot be replaced, nor may its old name come back.
 */
static void
test_magic_link_to_nothing (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *link = NULL;
  g_autofree char *path = NULL;
  int fd;
  Place place;

  place_init (&place);
  path = g_build_filename (place.folder, "gone", NULL);
  fd = g_open (path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  g_assert_no_errno (fd);
  g_assert_no_errno (g_unlink (path));
  link = g_strdup_printf ("/proc/self/fd/%d", fd);
  make_link (link, place.folder, "target");
  error = run_into_failure (place.folder, "target");
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  assert_names (place.folder, "target");
  g_assert_no_errno (close (fd));
  place_clear (&place);
}

static void
test_loop (void)
{
  g_autoptr (GError) error = NULL;
  Place place;

  place_init (&place);
  make_link ("back", place.folder, "target");
  make_link ("target", place.folder, "back");
  error = run_into_failure (place.folder, "target");
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_LINKS);
  assert_names (place.folder, "back target");
  place_clear (&place);
}

/* The kernel follows forty links, and so do we. */
static void
test_many_links (void)
{
  Place place;
  PtpConsumer *consumer;

  place_init (&place);
  set_contents (place.folder, "l0", OLD);
  for (int i = 1; i <= 40; i++)
    {
      g_autofree char *name = g_strdup_printf ("l%d", i);
      g_autofree char *target = g_strdup_printf ("l%d", i - 1);

      make_link (target, place.folder, name);
    }
  consumer = consumer_new (place.folder, "l40");
  run (consumer, PTP_STEP_RESULT_FINISHED, 0, PTP_STREAM_STATE_FINISHED);
  ptp_test_assert_finalize (consumer);
  assert_contents (place.folder, "l0", WORDS);
  place_clear (&place);
}

static void
test_no_such_folder (void)
{
  g_autoptr (GError) error = NULL;
  Place place;

  place_init (&place);
  error = run_into_failure (place.folder, "missing/target");
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  make_link ("missing/target", place.folder, "target");
  g_clear_error (&error);
  error = run_into_failure (place.folder, "target");
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  assert_names (place.folder, "target");
  place_clear (&place);
}

/* For root, too. */
static void
test_folder_not_writable (void)
{
  g_autoptr (GError) error = run_into_failure ("/proc", "ptp-target");

  g_assert_nonnull (strstr (error->message, "ptp-target"));
  g_clear_error (&error);
  if (geteuid () == 0)
    {
      g_test_skip ("Root may write anywhere");
      return;
    }
  error = run_into_failure ("/", "ptp-target");
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
}

/* A file that may not be written is not replaced because its folder may be. */
static void
test_file_not_writable (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  const gboolean is_root = geteuid () == 0;
  Place place;

  place_init (&place);
  set_contents (place.folder, "target", OLD);
  path = g_build_filename (place.folder, "target", NULL);
  g_assert_no_errno (g_chmod (path, 0444));
  if (is_root)
    {
      g_assert_no_errno (chown (place.folder, 65534, (gid_t) -1));
      g_assert_no_errno (chown (path, 65534, (gid_t) -1));
      g_assert_no_errno (seteuid (65534));
    }
  error = run_into_failure (place.folder, "target");
  if (is_root)
    g_assert_no_errno (seteuid (0));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  assert_contents (place.folder, "target", OLD);
  assert_names (place.folder, "target");
  place_clear (&place);
}

/* Names */

static void
check_name (const char *name)
{
  Place place;
  PtpConsumer *consumer;

  place_init (&place);
  consumer = consumer_new (place.folder, name);
  run (consumer, PTP_STEP_RESULT_FINISHED, 0, PTP_STREAM_STATE_FINISHED);
  ptp_test_assert_finalize (consumer);
  assert_names (place.folder, name);
  assert_contents (place.folder, name, WORDS);
  place_clear (&place);
}

static void
test_names (void)
{
  g_autofree char *longest = g_strnfill (255, 'n');

  check_name (longest);
  check_name ("\xff\xfe not UTF-8");
  check_name ("%s %d");
  check_name (" ");
}

/* Said before anything is written, not when it is to be renamed. */
static void
test_name_too_long (void)
{
  g_autofree char *name = g_strnfill (256, 'n');
  g_autoptr (GError) error = NULL;
  Place place;

  place_init (&place);
  error = run_into_failure (place.folder, name);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG);
  g_assert_nonnull (strstr (error->message, "Looking at"));
  assert_names (place.folder, "");
  place_clear (&place);
}

/* What a file has */

static void
test_empty (gconstpointer kind)
{
  PtpTestProducer *producer = ptp_test_producer_new ();
  g_autoptr (PtpTestEnds) ends = NULL;
  PtpPullToPush *stream;
  PtpConsumer *consumer;
  Place place;

  place_init (&place);
  prepare (&place, GPOINTER_TO_UINT (kind));
  consumer = consumer_new (place.folder, "target");
  stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), consumer, NULL);
  ends = ptp_test_ends_new (stream);
  ptp_test_ends_wait (ends);
  g_assert_cmpuint (ends->n_finished, ==, 1);
  assert_outcome (&place, GPOINTER_TO_UINT (kind), "");
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (producer);
  ptp_test_assert_finalize (consumer);
  place_clear (&place);
}

static mode_t
get_mode (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct stat info;

  g_assert_no_errno (g_stat (path, &info));
  return info.st_mode & 07777;
}

static void
check_mode (mode_t mode, mode_t mask, mode_t expected)
{
  const mode_t old_mask = umask (mask);
  PtpConsumer *consumer;
  Place place;

  place_init (&place);
  if (mode != 0)
    {
      g_autofree char *path = g_build_filename (place.folder, "target", NULL);

      set_contents (place.folder, "target", OLD);
      g_assert_no_errno (g_chmod (path, mode));
    }
  consumer = consumer_new (place.folder, "target");
  run (consumer, PTP_STEP_RESULT_FINISHED, 0, PTP_STREAM_STATE_FINISHED);
  ptp_test_assert_finalize (consumer);
  g_assert_cmphex (get_mode (place.folder, "target"), ==, expected);
  place_clear (&place);
  umask (old_mask);
}

/* Kept, whatever the mask is; that of a new file comes from the mask. */
static void
test_permissions (void)
{
  check_mode (0640, 0077, 0640);
  check_mode (0755, 0022, 0755);
  check_mode (0606, 0022, 0606);
  check_mode (0, 0022, 0644);
  check_mode (0, 0077, 0600);
  check_mode (0, 0000, 0666);
}

/* Its owner stays where the process may see to that. */
static void
test_owner (void)
{
  g_autofree char *path = NULL;
  struct stat info;
  PtpConsumer *consumer;
  Place place;

  if (geteuid () != 0)
    {
      g_test_skip ("Only root gives files away");
      return;
    }

  place_init (&place);
  path = g_build_filename (place.folder, "target", NULL);
  set_contents (place.folder, "target", OLD);
  g_assert_no_errno (chown (path, 1234, 2345));
  consumer = consumer_new (place.folder, "target");
  run (consumer, PTP_STEP_RESULT_FINISHED, 0, PTP_STREAM_STATE_FINISHED);
  ptp_test_assert_finalize (consumer);
  g_assert_no_errno (g_stat (path, &info));
  g_assert_cmpuint (info.st_uid, ==, 1234);
  g_assert_cmpuint (info.st_gid, ==, 2345);
  place_clear (&place);
}

/* The stream below */

/* Keeping the file open would be to lose it. */
static void
test_e10_keep_open (void)
{
  PtpConsumer *consumer;
  Place place;

  place_init (&place);
  prepare (&place, KIND_EXISTING);
  consumer = consumer_new (place.folder, "target");
  ptp_output_stream_consumer_set_keep_open (PTP_OUTPUT_STREAM_CONSUMER (consumer), TRUE);
  run (consumer, PTP_STEP_RESULT_FINISHED, 0, PTP_STREAM_STATE_FINISHED);
  ptp_test_assert_finalize (consumer);
  assert_outcome (&place, KIND_EXISTING, WORDS);

  prepare (&place, KIND_EXISTING);
  consumer = consumer_new (place.folder, "target");
  ptp_output_stream_consumer_set_keep_open (PTP_OUTPUT_STREAM_CONSUMER (consumer), TRUE);
  run (consumer, PTP_STEP_RESULT_FAILED, 0, PTP_STREAM_STATE_FAILED);
  assert_outcome (&place, KIND_EXISTING, NULL);
  ptp_test_assert_finalize (consumer);
  place_clear (&place);
}

static void
close_below_cb (gpointer producer, gpointer consumer)
{
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();

  if (PTP_TEST_PRODUCER (producer)->n_produces < 2)
    return;

  g_cancellable_cancel (cancelled);
  g_output_stream_close (ptp_output_stream_consumer_get_stream (
                           PTP_OUTPUT_STREAM_CONSUMER (consumer)),
                         cancelled, NULL);
}

/* Somebody closes it in our place, and it is undone: that is not a file that is there. */
static void
test_l18_closed_by_others (void)
{
  PtpTestProducer *producer = ptp_test_producer_new ();
  g_autoptr (PtpTestEnds) ends = NULL;
  PtpPullToPush *stream;
  PtpConsumer *consumer;
  Place place;

  place_init (&place);
  prepare (&place, KIND_EXISTING);
  consumer = consumer_new (place.folder, "target");
  ptp_test_producer_answer (producer, NULL, PTP_STEP_RESULT_MORE);
  producer->on_produce = close_below_cb;
  producer->hook_data = consumer;
  stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), consumer, NULL);
  ends = ptp_test_ends_new (stream);
  ptp_test_ends_wait (ends);
  g_assert_cmpuint (ends->n_failed, ==, 1);
  g_assert_error (ends->error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  assert_outcome (&place, KIND_EXISTING, NULL);
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (producer);
  ptp_test_assert_finalize (consumer);
  place_clear (&place);
}

/* A binding can leave the file out. */
static void
test_bare_constructor (void)
{
  PtpConsumer *consumer = g_object_new (PTP_TYPE_FILE_CONSUMER, NULL);
  PtpTestProducer *producer = producer_new (PTP_STEP_RESULT_FINISHED);
  g_autoptr (GError) error = NULL;

  g_assert_null (ptp_file_consumer_get_file (PTP_FILE_CONSUMER (consumer)));
  g_assert_null (ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), consumer, &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
  g_assert_nonnull (strstr (error->message, "PtpFileConsumer was made without anything"));
  ptp_test_assert_finalize (producer);
  ptp_test_assert_finalize (consumer);
}

static void
test_properties (void)
{
  g_autoptr (GFile) file = g_file_new_for_path ("/nowhere/at/all");
  g_autoptr (GFile) got = NULL;
  PtpFileConsumer *consumer = ptp_file_consumer_new (file);

  g_object_get (consumer, "file", &got, NULL);
  g_assert_true (got == file);
  g_assert_true (ptp_file_consumer_get_file (consumer) == file);
  ptp_test_assert_finalize (consumer);
}

/* GLib opens some descriptors of its own, once. */
static void
warm_up (void)
{
  Place place;
  PtpConsumer *consumer;

  place_init (&place);
  place.n_descriptors = G_MAXUINT;
  consumer = consumer_new (place.folder, "target");
  run (consumer, PTP_STEP_RESULT_FINISHED, 0, PTP_STREAM_STATE_FINISHED);
  ptp_test_assert_finalize (consumer);
  place_clear (&place);
}

#define ADD(name, func) g_test_add_func ("/file-consumer/" name, func)
#define ADD_KIND(name, func, suffix, kind)                                                         \
  g_test_add_data_func ("/file-consumer/" name "/" suffix, GUINT_TO_POINTER (kind), func)
#define ADD_KINDS(name, func)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    ADD_KIND (name, func, "existing", KIND_EXISTING);                                              \
    ADD_KIND (name, func, "new", KIND_NEW);                                                        \
    ADD_KIND (name, func, "link", KIND_LINK);                                                      \
    ADD_KIND (name, func, "hard-link", KIND_HARD_LINK);                                            \
    ADD_KIND (name, func, "relative-link", KIND_RELATIVE_LINK);                                    \
    ADD_KIND (name, func, "dangling-link", KIND_DANGLING_LINK);                                    \
  }                                                                                                \
  G_STMT_END

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  warm_up ();

  ADD_KINDS ("E10/finished", test_e10_finished);
  ADD_KINDS ("E10/failed", test_e10_failed);
  ADD_KINDS ("E10/stopped", test_e10_stopped);
  ADD_KINDS ("E10/dropped", test_e10_dropped);
  ADD ("E10/cancelled-at-any-moment", test_e10_cancelled_at_any_moment);
  ADD ("E10/bare-stream", test_e10_bare_stream);
  ADD ("E10/keep-open", test_e10_keep_open);
  ADD ("L18/closed-by-others", test_l18_closed_by_others);
  ADD ("folder", test_folder);
  ADD ("fifo", test_fifo);
  ADD ("device", test_device);
  ADD ("magic-link", test_magic_link);
  ADD ("magic-link-to-nothing", test_magic_link_to_nothing);
  ADD ("loop", test_loop);
  ADD ("many-links", test_many_links);
  ADD ("no-such-folder", test_no_such_folder);
  ADD ("folder-not-writable", test_folder_not_writable);
  ADD ("file-not-writable", test_file_not_writable);
  ADD ("names", test_names);
  ADD ("name-too-long", test_name_too_long);
  ADD_KINDS ("empty", test_empty);
  ADD ("permissions", test_permissions);
  ADD ("owner", test_owner);
  ADD ("bare-constructor", test_bare_constructor);
  ADD ("properties", test_properties);

  return g_test_run ();
}
