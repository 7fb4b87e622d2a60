/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A PtpOutputStreamConsumer that is dropped while a write runs: nothing of it stays. */

#include "ptp-test-gone.h"
#include "ptp-test-writing.h"

#include <glib/gstdio.h>

#define N_ROUNDS (100)

static void
gone_cb (gpointer gone, GObject *object)
{
  g_atomic_int_set ((int *) gone, TRUE);
  g_main_context_wakeup (NULL);
}

static void
drop_while_writing (GFile *file, guint turns)
{
  g_autoptr (GError) error = NULL;
  GFileOutputStream *stream = g_file_replace (file, NULL, FALSE, 0, NULL, &error);
  PtpOutputStreamConsumer *consumer;
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (400000), 400000);
  int gone = FALSE;

  g_assert_no_error (error);
  g_object_weak_ref (G_OBJECT (stream), gone_cb, &gone);
  consumer = ptp_output_stream_consumer_new (G_OUTPUT_STREAM (stream));
  g_assert_true (ptp_consumer_write (PTP_CONSUMER (consumer), bytes, &error));
  ptp_test_turns (turns);
  g_object_unref (stream);
  g_object_unref (consumer);
  ptp_test_until_set (&gone);
}

static void
test_b9_descriptors (void)
{
  g_autofree char *directory = g_dir_make_tmp ("ptp-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "target", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  guint n_before;

  drop_while_writing (file, 1);
  n_before = ptp_test_count_descriptors ();
  for (guint i = 0; i < N_ROUNDS; i++)
    drop_while_writing (file, i % 3);
  ptp_test_until_descriptors (n_before);
  /* Nothing was committed either: not the empty file of the first time, nor anything later. */
  g_unlink (path);
  g_assert_no_errno (g_rmdir (directory));
}

/* A write's finish is called, whoever is gone. */
static void
test_finish_is_called (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_HELD);
  ptp_test_writing_unregister (&t);
  ptp_test_writing_write (&t, 100);
  ptp_test_drain ();
  g_assert_nonnull (t.output->held);
  g_assert_finalize_object (t.consumer);
  ptp_test_output_stream_release (t.output);
  ptp_test_drain ();
  g_assert_cmpuint (t.output->n_finishes, ==, 1);

  t.consumer = ptp_output_stream_consumer_new (t.stream);
  ptp_test_writing_clear (&t);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/output-stream-consumer/B9/dropped/descriptors", test_b9_descriptors);
  g_test_add_func ("/output-stream-consumer/B9/dropped/finish", test_finish_is_called);

  return g_test_run ();
}
