/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a PtpOutputStreamConsumer takes, and at what pace; with a double below it. */

#include "ptp-test-writing.h"

#include <string.h>

static void
test_properties (void)
{
  PtpTestWriting t;
  g_autoptr (GOutputStream) stream = NULL;
  guint64 low, high, limit, written, queued, peak;
  gboolean keep_open, closed;
  g_autoptr (GError) error = NULL;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  ptp_test_writing_write (&t, 100);
  g_object_get (t.consumer, "stream", &stream, "low-mark", &low, "high-mark", &high, "limit",
                &limit, "keep-open", &keep_open, "bytes-written", &written, "bytes-queued", &queued,
                "peak-queued", &peak, "error", &error, "closed", &closed, NULL);
  g_assert_true (stream == t.stream);
  g_assert_true (ptp_output_stream_consumer_get_stream (t.consumer) == t.stream);
  g_assert_cmpuint (low, ==, 256 * 1024);
  g_assert_cmpuint (high, ==, 1024 * 1024);
  g_assert_cmpuint (limit, ==, 64 * 1024 * 1024);
  g_assert_cmpuint (written, ==, 0);
  g_assert_cmpuint (queued, ==, 100);
  g_assert_cmpuint (peak, ==, 100);
  g_assert_false (keep_open);
  g_assert_false (closed);
  g_assert_no_error (error);
  g_object_set (t.consumer, "keep-open", TRUE, NULL);
  g_assert_true (ptp_output_stream_consumer_get_keep_open (t.consumer));
  g_clear_object (&stream);
  ptp_test_writing_clear (&t);
}

static void
count_cb (GObject *object, GParamSpec *pspec, gpointer n)
{
  ++*(guint *) n;
}

static void
test_notify (void)
{
  PtpTestWriting t;
  guint n_written = 0, n_queued = 0, n_peak = 0, n_closed = 0;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  g_signal_connect (t.consumer, "notify::bytes-written", G_CALLBACK (count_cb), &n_written);
  g_signal_connect (t.consumer, "notify::bytes-queued", G_CALLBACK (count_cb), &n_queued);
  g_signal_connect (t.consumer, "notify::peak-queued", G_CALLBACK (count_cb), &n_peak);
  g_signal_connect (t.consumer, "notify::closed", G_CALLBACK (count_cb), &n_closed);
  for (int i = 0; i < 10; i++)
    ptp_test_writing_write (&t, 10);
  ptp_test_writing_until_written (&t, 100);
  g_assert_cmpuint (n_written, ==, 1);
  g_assert_cmpuint (n_queued, ==, 1);
  g_assert_cmpuint (n_peak, ==, 1);
  ptp_test_writing_write (&t, 10);
  ptp_test_writing_until_written (&t, 110);
  g_assert_cmpuint (n_written, ==, 2);
  g_assert_cmpuint (n_peak, ==, 1);
  ptp_test_writing_finish_wait (&t);
  g_assert_cmpuint (n_closed, ==, 1);
  ptp_test_writing_clear (&t);
}

static void
test_l14_empty_chunk (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  ptp_test_writing_write (&t, 0);
  ptp_test_drain ();
  g_assert_cmpuint (t.output->n_writes, ==, 0);
  g_assert_false (ptp_output_stream_consumer_get_closed (t.consumer));
  ptp_test_writing_write (&t, 5);
  ptp_test_writing_write (&t, 0);
  ptp_test_writing_write (&t, 5);
  ptp_test_writing_until_written (&t, 10);
  ptp_test_writing_assert_exact (&t);
  ptp_test_log_assert (t.log, "");
  ptp_test_writing_clear (&t);
}

/* One pause at the high mark, one resume at the low one, for all that happens between. */
static void
test_b1_marks (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_POLLABLE);
  t.output->room = 0;
  ptp_test_writing_set_marks (&t, 40, 100, 1000);
  ptp_test_writing_write (&t, 99);
  ptp_test_log_assert (t.log, "");
  ptp_test_writing_write (&t, 1);
  ptp_test_log_assert (t.log, "pause");
  ptp_test_writing_write (&t, 100);
  ptp_test_drain ();
  ptp_test_log_assert (t.log, "");

  ptp_test_output_stream_add_room (t.output, 159);
  ptp_test_drain ();
  ptp_test_writing_assert_numbers (&t, 159, 41);
  ptp_test_log_assert (t.log, "");
  ptp_test_output_stream_add_room (t.output, 1);
  ptp_test_drain ();
  ptp_test_writing_assert_numbers (&t, 160, 40);
  ptp_test_log_assert (t.log, "resume");
  ptp_test_output_stream_add_room (t.output, 10);
  ptp_test_drain ();
  ptp_test_writing_write (&t, 69);
  ptp_test_log_assert (t.log, "");
  ptp_test_writing_write (&t, 1);
  ptp_test_log_assert (t.log, "pause");
  ptp_test_writing_clear (&t);
}

static void
test_b1_larger_than_high (gconstpointer way)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  t.output->room = 0;
  ptp_test_writing_set_marks (&t, 0, 10, 1000000);
  ptp_test_writing_write (&t, 500000);
  ptp_test_log_assert (t.log, "pause");
  ptp_test_writing_write (&t, 100000);
  ptp_test_log_assert (t.log, "");
  ptp_test_output_stream_add_room (t.output, 600000);
  ptp_test_writing_until_written (&t, 600000);
  ptp_test_log_assert (t.log, "resume");
  ptp_test_writing_assert_exact (&t);
  g_assert_cmpuint (ptp_output_stream_consumer_get_peak_queued (t.consumer), ==, 600000);
  ptp_test_writing_clear (&t);
}

/* A large chunk with nothing before it need not wait for a turn, so there is nothing to pause for.
 */
static void
test_b1_at_once (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_POLLABLE);
  ptp_test_writing_set_marks (&t, 0, 10, 1000000);
  ptp_test_writing_write (&t, 500000);
  ptp_test_writing_assert_numbers (&t, 500000, 0);
  ptp_test_log_assert (t.log, "");
  t.output->take = 300000;
  ptp_test_writing_write (&t, 500000);
  ptp_test_writing_assert_numbers (&t, 800000, 200000);
  ptp_test_log_assert (t.log, "pause");
  ptp_test_writing_write (&t, 400000);
  ptp_test_writing_assert_numbers (&t, 800000, 600000);
  ptp_test_writing_until_written (&t, 1400000);
  ptp_test_writing_assert_exact (&t);
  ptp_test_writing_clear (&t);
}

/* A producer that was not paused is never refused, whatever is queued; one that was, only when the
 * queue would be longer than the limit.
 */
static void
test_b2_overflow (void)
{
  PtpTestWriting t;
  g_autoptr (GError) error = NULL;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  ptp_test_writing_set_marks (&t, 10, 100, 250);
  ptp_test_writing_write (&t, 99);
  ptp_test_writing_write (&t, 110);
  ptp_test_log_assert (t.log, "pause");
  g_assert_false (ptp_test_writing_try (&t, 42, &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_OVERFLOW);
  g_assert_nonnull (strstr (error->message, "42 bytes"));
  g_assert_nonnull (strstr (error->message, "209 bytes"));
  g_assert_nonnull (strstr (error->message, "limit is 250"));

  ptp_test_writing_until_written (&t, 209);
  ptp_test_writing_assert_exact (&t);
  g_assert_cmpuint (t.n_failed, ==, 0);
  ptp_test_log_assert (t.log, "resume");
  /* The write that was refused makes the end an abort (rule L22), and what was taken is there. */
  g_assert_cmpuint (t.output->bytes->len, ==, 209);
  ptp_test_writing_clear (&t);
}

static void
test_b2_filled_to_the_limit (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  ptp_test_writing_set_marks (&t, 10, 100, 250);
  ptp_test_writing_write (&t, 209);
  ptp_test_writing_write (&t, 41);
  ptp_test_writing_finish_wait (&t);
  ptp_test_writing_assert_whole (&t);
  g_assert_cmpuint (ptp_output_stream_consumer_get_peak_queued (t.consumer), ==, 250);
  ptp_test_writing_assert_exact (&t);
  ptp_test_writing_clear (&t);
}

/* The hint that a step of many chunks looks at. */
static void
test_b2_desired_size (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_POLLABLE);
  ptp_test_writing_set_marks (&t, 10, 100, 250);
  t.output->room = 0;
  g_assert_cmpuint (ptp_consumer_get_desired_size (PTP_CONSUMER (t.consumer)), ==, 100);
  ptp_test_writing_write (&t, 70);
  g_assert_cmpuint (ptp_consumer_get_desired_size (PTP_CONSUMER (t.consumer)), ==, 30);
  ptp_test_writing_write (&t, 70);
  g_assert_cmpuint (ptp_consumer_get_desired_size (PTP_CONSUMER (t.consumer)), ==, 0);
  ptp_test_output_stream_add_room (t.output, 100);
  ptp_test_drain ();
  g_assert_cmpuint (ptp_consumer_get_desired_size (PTP_CONSUMER (t.consumer)), ==, 0);
  ptp_test_output_stream_add_room (t.output, 30);
  ptp_test_drain ();
  g_assert_cmpuint (ptp_consumer_get_desired_size (PTP_CONSUMER (t.consumer)), ==, 90);
  ptp_test_writing_clear (&t);
}

static void
test_b3_short_writes (gconstpointer way)
{
  const gsize takes[] = { 1, 3, 1000, 4096 };

  for (gsize i = 0; i < G_N_ELEMENTS (takes); i++)
    {
      PtpTestWriting t;

      ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
      t.output->take = takes[i];
      for (gsize size = 1; size < 200; size++)
        ptp_test_writing_write (&t, size % 50 == 0 ? takes[i] * 20 : size % 13);
      ptp_test_writing_finish_wait (&t);
      ptp_test_writing_assert_whole (&t);
      g_assert_cmpuint (t.output->bytes->len, ==, t.in->len);
      ptp_test_writing_assert_exact (&t);
      g_assert_cmpuint (t.output->max_depth, <=, 1);
      ptp_test_writing_clear (&t);
    }
}

/* A write that takes nothing is asked again, with the rest in order. */
static void
test_b3_zero_writes (gconstpointer way)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  t.output->take = 100;
  t.output->zero_every = 2;
  ptp_test_writing_write (&t, 1000);
  ptp_test_writing_finish_wait (&t);
  ptp_test_writing_assert_whole (&t);
  g_assert_cmpuint (t.output->n_writes, >=, 19);
  g_assert_cmpuint (t.output->bytes->len, ==, 1000);
  ptp_test_writing_assert_exact (&t);
  ptp_test_writing_clear (&t);
}

/* One that never takes anything is not asked for ever, nor often. */
static void
test_b3_only_zero_writes (gconstpointer way)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  t.output->zero_every = 1;
  ptp_test_writing_write (&t, 1000);
  ptp_test_writing_until_failed (&t);
  g_assert_error (t.error, PTP_ERROR, PTP_ERROR_FAILED);
  g_assert_nonnull (strstr (t.error->message, "PtpTestOutputStream"));
  g_assert_cmpuint (t.output->n_writes, ==, 8);
  ptp_test_writing_clear (&t);
}

static void
test_b4_marks (void)
{
  PtpTestWriting t;
  const gsize bad[][3] = { { 0, 0, 0 }, { 5, 5, 10 }, { 6, 5, 10 }, { 0, 11, 10 } };
  guint n_low = 0, n_high = 0, n_limit = 0;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  g_signal_connect (t.consumer, "notify::low-mark", G_CALLBACK (count_cb), &n_low);
  g_signal_connect (t.consumer, "notify::high-mark", G_CALLBACK (count_cb), &n_high);
  g_signal_connect (t.consumer, "notify::limit", G_CALLBACK (count_cb), &n_limit);
  ptp_test_writing_set_marks (&t, 0, 7, 7);
  ptp_test_writing_set_marks (&t, 0, 7, 8);
  g_assert_cmpuint (n_low, ==, 1);
  g_assert_cmpuint (n_high, ==, 1);
  g_assert_cmpuint (n_limit, ==, 2);

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *low = g_strdup_printf ("low %" G_GSIZE_FORMAT ",", bad[i][0]);
      g_autofree char *high = g_strdup_printf ("high %" G_GSIZE_FORMAT ",", bad[i][1]);
      g_autofree char *limit = g_strdup_printf ("limit %" G_GSIZE_FORMAT ";", bad[i][2]);

      g_assert_false (
        ptp_output_stream_consumer_set_marks (t.consumer, bad[i][0], bad[i][1], bad[i][2], &error));
      g_assert_error (error, PTP_ERROR, PTP_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, low));
      g_assert_nonnull (strstr (error->message, high));
      g_assert_nonnull (strstr (error->message, limit));
    }
  g_assert_cmpuint (ptp_output_stream_consumer_get_low_mark (t.consumer), ==, 0);
  g_assert_cmpuint (ptp_output_stream_consumer_get_high_mark (t.consumer), ==, 7);
  g_assert_cmpuint (ptp_output_stream_consumer_get_limit (t.consumer), ==, 8);
  ptp_test_writing_clear (&t);
}

static void
test_b4_at_construction (void)
{
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  PtpOutputStreamConsumer *consumer;

  consumer = g_object_new (PTP_TYPE_OUTPUT_STREAM_CONSUMER, "limit", (guint64) 30, "high-mark",
                           (guint64) 20, "stream", stream, "low-mark", (guint64) 10, NULL);
  g_assert_cmpuint (ptp_output_stream_consumer_get_low_mark (consumer), ==, 10);
  g_assert_cmpuint (ptp_output_stream_consumer_get_high_mark (consumer), ==, 20);
  g_assert_cmpuint (ptp_output_stream_consumer_get_limit (consumer), ==, 30);
  ptp_test_assert_finalize (consumer);

  g_test_expect_message ("PullToPush", G_LOG_LEVEL_CRITICAL, "*low 10, high 5,*");
  consumer = g_object_new (PTP_TYPE_OUTPUT_STREAM_CONSUMER, "stream", stream, "low-mark",
                           (guint64) 10, "high-mark", (guint64) 5, NULL);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (ptp_output_stream_consumer_get_low_mark (consumer), ==, 256 * 1024);
  g_assert_cmpuint (ptp_output_stream_consumer_get_high_mark (consumer), ==, 1024 * 1024);
  ptp_test_assert_finalize (consumer);
}

/* New marks count at once. */
static void
test_b4_while_streaming (void)
{
  PtpTestWriting t;
  g_autoptr (GError) error = NULL;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_POLLABLE);
  t.output->room = 0;
  ptp_test_writing_write (&t, 100);
  ptp_test_log_assert (t.log, "");
  ptp_test_writing_set_marks (&t, 10, 50, 60);
  ptp_test_log_assert (t.log, "pause");
  g_assert_false (ptp_test_writing_try (&t, 1, &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_OVERFLOW);
  ptp_test_writing_set_marks (&t, 99, 150, 200);
  ptp_test_log_assert (t.log, "");
  ptp_test_writing_set_marks (&t, 100, 150, 200);
  ptp_test_log_assert (t.log, "resume");
  ptp_test_writing_clear (&t);
}

/* A thousand chunks of one turn are one write. */
static void
test_b7_together (gconstpointer way)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  for (int i = 0; i < 1000; i++)
    ptp_test_writing_write (&t, 10);
  g_assert_cmpuint (t.output->n_writes, ==, 0);
  ptp_test_writing_until_written (&t, 10000);
  g_assert_cmpuint (t.output->n_writes, ==, 1);
  g_assert_cmpuint (t.output->n_vectors, <=, 3);

  for (int i = 0; i < 10; i++)
    ptp_test_writing_write (&t, 17000);
  ptp_test_writing_until_written (&t, 10000 + 10 * 17000);
  g_assert_cmpuint (t.output->n_writes, ==, 2);
  g_assert_cmpuint (t.output->n_vectors, ==, 10);
  ptp_test_writing_assert_exact (&t);
  ptp_test_writing_clear (&t);
}

/* The loop is given back between pieces of a long queue, also to its equals. */
static gboolean
tick_cb (gpointer n)
{
  ++*(guint *) n;
  return G_SOURCE_CONTINUE;
}

static void
test_bounded_turns (void)
{
  PtpTestWriting t;
  guint n_ticks = 0, id;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_POLLABLE);
  t.output->take = 1000;
  ptp_test_writing_write (&t, 1000000);
  id = g_idle_add_full (G_PRIORITY_DEFAULT, tick_cb, &n_ticks, NULL);
  ptp_test_writing_until_written (&t, 1000000);
  g_assert_cmpuint (n_ticks, >=, 1000 / 64 - 1);
  g_source_remove (id);
  ptp_test_writing_clear (&t);
}

/* Polling is on while it is needed, and only then. */
static void
test_polled_when_blocked (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_POLLABLE);
  t.output->room = 10;
  ptp_test_writing_write (&t, 10);
  ptp_test_drain ();
  g_assert_false (ptp_test_output_stream_is_polled (t.output));
  ptp_test_writing_write (&t, 10);
  ptp_test_drain ();
  g_assert_true (ptp_test_output_stream_is_polled (t.output));
  ptp_test_writing_write (&t, 10);
  ptp_test_drain ();
  ptp_test_output_stream_add_room (t.output, 15);
  ptp_test_drain ();
  ptp_test_writing_assert_numbers (&t, 25, 5);
  g_assert_true (ptp_test_output_stream_is_polled (t.output));
  ptp_test_output_stream_add_room (t.output, 100);
  ptp_test_drain ();
  ptp_test_writing_assert_numbers (&t, 30, 0);
  g_assert_false (ptp_test_output_stream_is_polled (t.output));
  ptp_test_writing_assert_exact (&t);
  ptp_test_writing_clear (&t);
}

/* What is inside a running write is queued, and one write runs at a time. */
static void
test_one_in_flight (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_HELD);
  ptp_test_writing_write (&t, 10);
  ptp_test_drain ();
  ptp_test_writing_assert_numbers (&t, 0, 10);
  for (int i = 0; i < 100; i++)
    ptp_test_writing_write (&t, 10);
  ptp_test_drain ();
  ptp_test_writing_assert_numbers (&t, 0, 1010);
  ptp_test_output_stream_release (t.output);
  ptp_test_drain ();
  ptp_test_writing_assert_numbers (&t, 10, 1000);
  ptp_test_output_stream_release (t.output);
  ptp_test_drain ();
  ptp_test_writing_assert_numbers (&t, 1010, 0);
  g_assert_null (t.output->held);
  ptp_test_writing_assert_exact (&t);
  ptp_test_writing_clear (&t);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/output-stream-consumer/properties", test_properties);
  g_test_add_func ("/output-stream-consumer/notify", test_notify);
  g_test_add_func ("/output-stream-consumer/L14/empty-chunk", test_l14_empty_chunk);
  g_test_add_func ("/output-stream-consumer/B1/marks", test_b1_marks);
  PTP_TEST_ADD_WAYS ("B1/larger-than-high", test_b1_larger_than_high);
  g_test_add_func ("/output-stream-consumer/B1/at-once", test_b1_at_once);
  g_test_add_func ("/output-stream-consumer/B2/overflow", test_b2_overflow);
  g_test_add_func ("/output-stream-consumer/B2/filled-to-the-limit", test_b2_filled_to_the_limit);
  g_test_add_func ("/output-stream-consumer/B2/desired-size", test_b2_desired_size);
  PTP_TEST_ADD_WAYS ("B3/short-writes", test_b3_short_writes);
  PTP_TEST_ADD_WAYS ("B3/zero-writes", test_b3_zero_writes);
  PTP_TEST_ADD_WAYS ("B3/only-zero-writes", test_b3_only_zero_writes);
  g_test_add_func ("/output-stream-consumer/B4/marks", test_b4_marks);
  g_test_add_func ("/output-stream-consumer/B4/at-construction", test_b4_at_construction);
  g_test_add_func ("/output-stream-consumer/B4/while-streaming", test_b4_while_streaming);
  PTP_TEST_ADD_WAYS ("B7/together", test_b7_together);
  g_test_add_func ("/output-stream-consumer/bounded-turns", test_bounded_turns);
  g_test_add_func ("/output-stream-consumer/polled-when-blocked", test_polled_when_blocked);
  g_test_add_func ("/output-stream-consumer/one-in-flight", test_one_in_flight);

  return g_test_run ();
}
