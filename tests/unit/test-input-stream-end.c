/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* PtpInputStreamProducer: how it ends, what it lets go of, and its properties. */

#include "ptp-test-gone.h"
#include "ptp-test-input-stream.h"
#include "ptp-test-reading.h"

#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static gboolean
is_over (gpointer user_data)
{
  return !g_input_stream_has_pending (user_data);
}

static PtpStepResult
produce (PtpInputStreamProducer *producer, PtpTestConsumer *consumer, GError **error)
{
  return ptp_pull_producer_produce (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), error);
}

/* Failing */

static void
test_e9_read_fails (void)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  PtpTestReading r;

  input->answer_at_once = "abc";
  input->n_answers = G_MAXUINT;
  input->fail_at = 3;
  ptp_test_reading_init (&r, G_INPUT_STREAM (input));
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FAILED);
  g_assert_error (r.ends->error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  g_assert_cmpstr (r.ends->error->message, ==, "The test's stream broke");
  g_assert_cmpuint (r.consumer->n_aborts, ==, 1);
  g_assert_cmpuint (ptp_input_stream_producer_get_bytes_read (r.producer), ==, 6);
  ptp_test_reading_assert_text (&r, "abcabc");
  ptp_test_reading_clear (&r);
}

static void
test_e5_write_fails (void)
{
  g_autoptr (GBytes) data = ptp_test_random_bytes (10000);
  PtpTestReading r;

  ptp_test_reading_init (&r, ptp_test_file_stream_new (NULL, data));
  ptp_input_stream_producer_set_chunk_size (r.producer, 4096);
  r.consumer->fail_write_at = 2;
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FAILED);
  g_assert_error (r.ends->error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpstr (r.ends->error->message, ==, "The test's disk is full");
  g_assert_cmpuint (ptp_input_stream_producer_get_bytes_read (r.producer), ==, 4096);
  ptp_test_reading_clear (&r);
}

static void
test_closed (void)
{
  PtpTestReading r;

  ptp_test_reading_init (&r, g_memory_input_stream_new ());
  g_input_stream_close (r.input, NULL, NULL);
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FAILED);
  g_assert_error (r.ends->error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  ptp_test_reading_clear (&r);
}

static void
test_closed_file (void)
{
  g_autoptr (GBytes) data = ptp_test_random_bytes (100);
  PtpTestReading r;

  ptp_test_reading_init (&r, ptp_test_file_stream_new (NULL, data));
  g_input_stream_close (r.input, NULL, NULL);
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FAILED);
  g_assert_error (r.ends->error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  ptp_test_reading_clear (&r);
}

static void
test_null (void)
{
  PtpTestReading r;

  ptp_test_reading_init (&r, NULL);
  g_assert_null (ptp_input_stream_producer_get_stream (r.producer));
  g_assert_cmpint (ptp_input_stream_producer_get_total_size (r.producer), ==, -1);
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FAILED);
  g_assert_error (r.ends->error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  ptp_test_reading_clear (&r);
}

/* Somebody else's read is not disturbed. */
static void
test_in_use (void)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  PtpTestReading r;
  char buffer[16] = { 0 };

  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  ptp_test_reading_init (&r, G_INPUT_STREAM (input));
  ptp_input_stream_producer_set_keep_open (r.producer, TRUE);
  g_input_stream_read_async (r.input, buffer, sizeof buffer, G_PRIORITY_DEFAULT, cancellable, NULL,
                             NULL);
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FAILED);
  g_assert_error (r.ends->error, G_IO_ERROR, G_IO_ERROR_PENDING);
  ptp_test_input_stream_answer (input, "abc");
  ptp_test_until (is_over, input);
  g_assert_cmpstr (buffer, ==, "abc");
  ptp_test_reading_clear (&r);
}

/* Once it has ended, it says so again, whoever asks. */
static void
test_asked_again (void)
{
  g_autoptr (PtpTestConsumer) consumer = ptp_test_consumer_new ();
  g_autoptr (GError) error = NULL;
  PtpTestReading r;

  ptp_test_reading_init (&r, g_memory_input_stream_new_from_data ("abc", 3, NULL));
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  g_assert_cmpint (produce (r.producer, consumer, &error), ==, PTP_STEP_RESULT_FINISHED);
  g_assert_no_error (error);
  ptp_test_reading_clear (&r);

  ptp_test_reading_init (&r, g_memory_input_stream_new_from_data ("abc", 3, NULL));
  r.consumer->fail_write_at = 1;
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FAILED);
  g_assert_cmpint (produce (r.producer, consumer, &error), ==, PTP_STEP_RESULT_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_assert_cmpuint (consumer->n_writes, ==, 0);
  ptp_test_reading_clear (&r);
}

/* Cancelling */

static void
check_cancelled_in_flight (gboolean obeys, gboolean keep_open)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  PtpTestReading r;

  input->obeys_cancel = obeys;
  ptp_test_reading_init (&r, G_INPUT_STREAM (input));
  ptp_input_stream_producer_set_keep_open (r.producer, keep_open);
  ptp_test_reading_until_waiting (&r);
  ptp_test_stop_producing (PTP_PUSH_PRODUCER (r.stream));
  ptp_test_reading_run (&r, PTP_STREAM_STATE_STOPPED);
  g_assert_cmpuint (input->n_cancelled, ==, 1);
  if (!obeys)
    {
      g_assert_cmpint (g_atomic_int_get (&input->n_closes), ==, 0);
      ptp_test_input_stream_answer (input, "too late");
    }
  ptp_test_until (is_over, input);
  if (keep_open)
    ptp_test_drain ();
  g_assert_false (input->closed_too_soon);
  g_assert_cmpuint (r.consumer->n_writes, ==, 0);
  ptp_test_reading_clear (&r);
}

static void
test_cancel_in_flight (void)
{
  check_cancelled_in_flight (TRUE, FALSE);
  check_cancelled_in_flight (FALSE, FALSE);
  check_cancelled_in_flight (TRUE, TRUE);
  check_cancelled_in_flight (FALSE, TRUE);
}

/* The chunk has arrived, and nobody has taken it. */
static void
test_cancel_untaken (void)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  PtpTestReading r;

  ptp_test_reading_init (&r, G_INPUT_STREAM (input));
  ptp_test_reading_until_waiting (&r);
  ptp_pull_to_push_hold (r.stream, "test");
  ptp_test_input_stream_answer (input, "abc");
  ptp_test_drain ();
  ptp_test_stop_producing (PTP_PUSH_PRODUCER (r.stream));
  ptp_test_reading_run (&r, PTP_STREAM_STATE_STOPPED);
  g_assert_cmpuint (input->n_cancelled, ==, 0);
  g_assert_cmpuint (r.consumer->n_writes, ==, 0);
  ptp_test_reading_clear (&r);
}

static void
test_cancel_watched (void)
{
  PtpTestReading r;
  int fds[2];

  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  ptp_test_reading_init (&r, g_unix_input_stream_new (fds[0], TRUE));
  ptp_test_reading_until_waiting (&r);
  ptp_test_stop_producing (PTP_PUSH_PRODUCER (r.stream));
  ptp_test_reading_run (&r, PTP_STREAM_STATE_STOPPED);
  ptp_test_reading_clear (&r);
  g_assert_cmpint (write (fds[1], "x", 1), ==, -1);
  g_close (fds[1], NULL);
}

/* The consumer has enough, and the source is kept: what is in flight goes to the next one. */
static void
test_l16_next_consumer (void)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  g_autoptr (PtpTestConsumer) next = ptp_test_consumer_new ();
  g_autoptr (PtpPullToPush) stream = NULL;
  g_autoptr (PtpTestEnds) ends = NULL;
  g_autoptr (GError) error = NULL;
  PtpTestReading r;

  ptp_test_reading_init_flags (&r, G_INPUT_STREAM (input), PTP_PULL_TO_PUSH_KEEP_SOURCE);
  ptp_test_reading_until_waiting (&r);
  ptp_consumer_unregister_producer (PTP_CONSUMER (r.consumer), PTP_PUSH_PRODUCER (r.stream));
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);

  stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (r.producer), PTP_CONSUMER (next), &error);
  g_assert_no_error (error);
  ends = ptp_test_ends_new (stream);
  ptp_test_drain ();
  ptp_test_input_stream_answer (input, "abc");
  ptp_test_until_set (&next->n_writes);
  ptp_test_drain ();
  ptp_test_input_stream_answer (input, "");
  ptp_test_ends_wait (ends);
  g_assert_cmpuint (ends->n_finished, ==, 1);
  g_assert_cmpstr (next->bytes->str, ==, "abc");
  g_assert_cmpuint (r.consumer->n_writes, ==, 0);
  ptp_test_reading_clear (&r);
}

/* The consumer has enough, and nobody keeps the source: it is closed, when the read is over. */
static void
test_l7_consumer_has_enough (void)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  PtpTestReading r;

  ptp_test_reading_init (&r, G_INPUT_STREAM (input));
  ptp_test_reading_until_waiting (&r);
  ptp_consumer_unregister_producer (PTP_CONSUMER (r.consumer), PTP_PUSH_PRODUCER (r.stream));
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  g_assert_cmpuint (input->n_cancelled, ==, 1);
  g_assert_cmpint (g_atomic_int_get (&input->n_closes), ==, 0);
  ptp_test_input_stream_answer (input, "too late");
  ptp_test_until_set (&input->n_closes);
  g_assert_false (input->closed_too_soon);
  g_assert_cmpuint (r.consumer->n_writes, ==, 0);
  ptp_test_reading_clear (&r);
}

/* Finalizing */

static void
drop_cb (gpointer object, gpointer unused)
{
  g_assert_finalize_object (object);
}

static void
check_finalized_in_flight (gboolean in_thread)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  g_autoptr (PtpTestConsumer) consumer = ptp_test_consumer_new ();
  PtpInputStreamProducer *producer = ptp_input_stream_producer_new (G_INPUT_STREAM (input));

  g_assert_cmpint (produce (producer, consumer, NULL), ==, PTP_STEP_RESULT_PENDING);
  if (in_thread)
    ptp_test_in_thread (drop_cb, producer, NULL);
  else
    drop_cb (producer, NULL);

  /* Not even a handler of the cancellable runs inside the unref. */
  g_assert_cmpuint (input->n_cancelled, ==, 0);
  ptp_test_until_set (&input->n_cancelled);
  ptp_test_input_stream_answer_bytes (input, input->asked);
  ptp_test_until (is_over, input);
  ptp_test_until_set (&input->n_closes);
  ptp_test_drain ();
  g_assert_cmpuint (consumer->n_writes, ==, 0);
  g_assert_false (input->closed_too_soon);
  g_assert_cmpint (g_atomic_int_get (&input->n_closes), ==, 1);
  ptp_test_wait_for_last (input);
}

static void
test_t4_finalize_in_flight (void)
{
  check_finalized_in_flight (FALSE);
  check_finalized_in_flight (TRUE);
}

static void
check_finalized_watched (gboolean in_thread)
{
  g_autoptr (PtpTestConsumer) consumer = ptp_test_consumer_new ();
  GInputStream *input;
  PtpInputStreamProducer *producer;
  int fds[2];

  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  input = g_unix_input_stream_new (fds[0], TRUE);
  producer = ptp_input_stream_producer_new (input);
  g_assert_cmpint (produce (producer, consumer, NULL), ==, PTP_STEP_RESULT_PENDING);
  if (in_thread)
    ptp_test_in_thread (drop_cb, producer, NULL);
  else
    drop_cb (producer, NULL);
  g_assert_true (g_input_stream_is_closed (input));
  g_assert_cmpint (write (fds[1], "x", 1), ==, -1);
  ptp_test_drain ();
  g_assert_false (g_main_context_pending (NULL));
  g_assert_finalize_object (input);
  g_close (fds[1], NULL);
}

static void
test_t4_finalize_watched (void)
{
  check_finalized_watched (FALSE);
  check_finalized_watched (TRUE);
}

static void
unref_cb (gpointer producer, gpointer unused)
{
  g_object_unref (producer);
}

/* A handler of `ready` drops the last reference. */
static void
test_r5_dropped_in_ready (void)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  g_autoptr (PtpTestConsumer) consumer = ptp_test_consumer_new ();
  PtpInputStreamProducer *producer = ptp_input_stream_producer_new (G_INPUT_STREAM (input));
  gpointer weak = producer;

  g_object_add_weak_pointer (G_OBJECT (producer), &weak);
  g_signal_connect (producer, "ready", G_CALLBACK (unref_cb), NULL);
  g_assert_cmpint (produce (producer, consumer, NULL), ==, PTP_STEP_RESULT_PENDING);
  ptp_test_input_stream_answer (input, "abc");
  ptp_test_until (is_over, input);
  ptp_test_drain ();
  g_assert_null (weak);
  ptp_test_until_set (&input->n_closes);
  ptp_test_wait_for_last (input);
}

/* Properties */

static void
test_keep_open (void)
{
  g_autoptr (GBytes) data = ptp_test_random_bytes (10000);
  PtpTestReading r;

  ptp_test_reading_init (&r, ptp_test_file_stream_new (NULL, data));
  g_assert_false (ptp_input_stream_producer_get_keep_open (r.producer));
  ptp_input_stream_producer_set_keep_open (r.producer, TRUE);
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  g_assert_false (g_input_stream_is_closed (r.input));
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (r.input)), ==, 10000);
  ptp_test_reading_clear (&r);

  ptp_test_reading_init (&r, ptp_test_file_stream_new (NULL, data));
  g_object_set (r.producer, "keep-open", TRUE, "chunk-size", 1000, NULL);
  r.consumer->fail_write_at = 1;
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FAILED);
  g_assert_false (g_input_stream_is_closed (r.input));
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (r.input)), ==, 1000);
  ptp_test_reading_clear (&r);
}

static void
check_total_size (GInputStream *input, goffset offset, gint64 expected)
{
  PtpTestReading r;

  if (offset > 0)
    g_seekable_seek (G_SEEKABLE (input), offset, G_SEEK_SET, NULL, NULL);
  ptp_test_reading_init (&r, input);
  g_assert_cmpint (ptp_input_stream_producer_get_total_size (r.producer), ==, expected);
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  g_assert_cmpint (ptp_input_stream_producer_get_total_size (r.producer), ==, expected);
  g_assert_cmpuint (r.consumer->bytes->len, ==, (guint64) expected);
  ptp_test_reading_clear (&r);
}

static void
test_total_size (void)
{
  g_autoptr (GBytes) data = ptp_test_random_bytes (10000);

  check_total_size (ptp_test_file_stream_new (NULL, data), 0, 10000);
  check_total_size (ptp_test_file_stream_new (NULL, data), 4000, 6000);
  check_total_size (ptp_test_file_stream_new (NULL, data), 20000, 0);
  check_total_size (g_memory_input_stream_new_from_bytes (data), 0, 10000);
  check_total_size (g_memory_input_stream_new_from_bytes (data), 4000, 6000);
  check_total_size (g_memory_input_stream_new (), 0, 0);
}

static void
count_cb (gpointer object, GParamSpec *pspec, gpointer user_data)
{
  (*(guint *) user_data)++;
}

/* Found again at the start, unless somebody knows better. */
static void
test_total_size_at_start (void)
{
  g_autoptr (GBytes) data = ptp_test_random_bytes (10000);
  guint n_notifies = 0;
  PtpTestReading r;

  ptp_test_reading_init (&r, ptp_test_file_stream_new (NULL, data));
  g_signal_connect (r.producer, "notify::total-size", G_CALLBACK (count_cb), &n_notifies);
  g_assert_true (g_seekable_seek (G_SEEKABLE (r.input), 4000, G_SEEK_SET, NULL, NULL));
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  g_assert_cmpint (ptp_input_stream_producer_get_total_size (r.producer), ==, 6000);
  g_assert_cmpuint (n_notifies, ==, 1);
  ptp_test_reading_clear (&r);

  n_notifies = 0;
  ptp_test_reading_init (&r, ptp_test_file_stream_new (NULL, data));
  g_signal_connect (r.producer, "notify::total-size", G_CALLBACK (count_cb), &n_notifies);
  g_object_set (r.producer, "total-size", G_GINT64_CONSTANT (77), NULL);
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  g_assert_cmpint (ptp_input_stream_producer_get_total_size (r.producer), ==, 77);
  g_assert_cmpuint (n_notifies, ==, 1);
  ptp_test_reading_clear (&r);
}

static void
test_properties (void)
{
  g_autoptr (GInputStream) input = g_memory_input_stream_new_from_data ("abc", 3, NULL);
  g_autoptr (GInputStream) got = NULL;
  g_autoptr (PtpTestConsumer) consumer = ptp_test_consumer_new ();
  PtpInputStreamProducer *producer = ptp_input_stream_producer_new (input);
  guint n_size = 0, n_keep = 0, n_read = 0, chunk_size;
  guint64 bytes_read;
  gboolean keep_open;

  g_signal_connect (producer, "notify::chunk-size", G_CALLBACK (count_cb), &n_size);
  g_signal_connect (producer, "notify::keep-open", G_CALLBACK (count_cb), &n_keep);
  g_signal_connect (producer, "notify::bytes-read", G_CALLBACK (count_cb), &n_read);
  for (int i = 0; i < 2; i++)
    g_object_set (producer, "chunk-size", 2, "keep-open", TRUE, NULL);
  g_assert_cmpint (produce (producer, consumer, NULL), ==, PTP_STEP_RESULT_MORE);
  g_assert_cmpuint (n_size, ==, 1);
  g_assert_cmpuint (n_keep, ==, 1);
  g_assert_cmpuint (n_read, ==, 1);

  g_object_get (producer, "stream", &got, "chunk-size", &chunk_size, "keep-open", &keep_open,
                "bytes-read", &bytes_read, NULL);
  g_assert_true (got == input);
  g_assert_cmpuint (chunk_size, ==, 2);
  g_assert_true (keep_open);
  g_assert_cmpuint (bytes_read, ==, 2);
  g_assert_finalize_object (producer);
}

int
main (int argc, char **argv)
{
  /* A write to a pipe that nobody reads is how it shows that it was closed. */
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/input-stream-producer/E9/read-fails", test_e9_read_fails);
  g_test_add_func ("/input-stream-producer/E5/write-fails", test_e5_write_fails);
  g_test_add_func ("/input-stream-producer/closed", test_closed);
  g_test_add_func ("/input-stream-producer/closed/file", test_closed_file);
  g_test_add_func ("/input-stream-producer/null", test_null);
  g_test_add_func ("/input-stream-producer/in-use", test_in_use);
  g_test_add_func ("/input-stream-producer/asked-again", test_asked_again);
  g_test_add_func ("/input-stream-producer/cancel/in-flight", test_cancel_in_flight);
  g_test_add_func ("/input-stream-producer/cancel/untaken", test_cancel_untaken);
  g_test_add_func ("/input-stream-producer/cancel/watched", test_cancel_watched);
  g_test_add_func ("/input-stream-producer/L16/next-consumer", test_l16_next_consumer);
  g_test_add_func ("/input-stream-producer/L7/consumer-has-enough", test_l7_consumer_has_enough);
  g_test_add_func ("/input-stream-producer/T4/finalize-in-flight", test_t4_finalize_in_flight);
  g_test_add_func ("/input-stream-producer/T4/finalize-watched", test_t4_finalize_watched);
  g_test_add_func ("/input-stream-producer/R5/dropped-in-ready", test_r5_dropped_in_ready);
  g_test_add_func ("/input-stream-producer/keep-open", test_keep_open);
  g_test_add_func ("/input-stream-producer/total-size", test_total_size);
  g_test_add_func ("/input-stream-producer/total-size/at-start", test_total_size_at_start);
  g_test_add_func ("/input-stream-producer/properties", test_properties);

  return g_test_run ();
}
