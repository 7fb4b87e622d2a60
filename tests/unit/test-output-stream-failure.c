/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A PtpOutputStreamConsumer and its producer, and what they do when a write fails; with a double
 * below it.
 */

#include "ptp-test-writing.h"

#include <string.h>

static void
test_l10_second_producer (void)
{
  PtpTestWriting t;
  PtpTestPushProducer *second = ptp_test_push_producer_new ();
  g_autoptr (GError) error = NULL;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  ptp_test_writing_set_marks (&t, 0, 10, 100);
  g_assert_false (ptp_consumer_register_push_producer (PTP_CONSUMER (t.consumer),
                                                       PTP_PUSH_PRODUCER (second), &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_ALREADY_REGISTERED);
  g_assert_cmpuint (second->n_stops, ==, 0);
  ptp_test_writing_write (&t, 50);
  ptp_test_writing_until_written (&t, 50);
  ptp_test_log_assert (t.log, "pause resume");
  g_assert_cmpuint (second->n_pauses, ==, 0);
  ptp_test_writing_clear (&t);
  ptp_test_assert_finalize (second);
}

/* Unregistering forgets the pause; who comes while the queue is long is paused at once. */
static void
test_l16_next_producer (void)
{
  PtpTestWriting t;
  PtpTestPushProducer *second = ptp_test_push_producer_new ();
  g_autoptr (GError) error = NULL;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_POLLABLE);
  t.output->room = 0;
  ptp_test_writing_set_marks (&t, 10, 50, 100);
  ptp_test_writing_write (&t, 50);
  ptp_test_writing_unregister (&t);
  ptp_test_writing_unregister (&t);
  ptp_test_log_assert (t.log, "pause unregistered");

  ptp_test_push_producer_set_log (second, t.log);
  g_assert_true (ptp_consumer_register_push_producer (PTP_CONSUMER (t.consumer),
                                                      PTP_PUSH_PRODUCER (second), &error));
  ptp_test_log_assert (t.log, "pause registered");
  ptp_test_output_stream_add_room (t.output, 45);
  ptp_test_drain ();
  ptp_test_log_assert (t.log, "resume");
  g_assert_cmpuint (t.producer->n_resumes, ==, 0);

  ptp_consumer_unregister_producer (PTP_CONSUMER (t.consumer), PTP_PUSH_PRODUCER (second));
  ptp_test_log_assert (t.log, "unregistered");
  ptp_test_assert_finalize (second);
  ptp_test_writing_clear (&t);
}

static void
assert_newcomer_refused (PtpTestWriting *t)
{
  PtpTestPushProducer *late = ptp_test_push_producer_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (ptp_consumer_register_push_producer (PTP_CONSUMER (t->consumer),
                                                       PTP_PUSH_PRODUCER (late), &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
  g_assert_cmpuint (late->n_stops, ==, 1);
  g_assert_cmpuint (late->n_unregistered, ==, 0);
  ptp_test_assert_finalize (late);
}

/* While the end is under way there is still a producer. */
static void
assert_newcomer_waits (PtpTestWriting *t)
{
  PtpTestPushProducer *early = ptp_test_push_producer_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (ptp_consumer_register_push_producer (PTP_CONSUMER (t->consumer),
                                                       PTP_PUSH_PRODUCER (early), &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_ALREADY_REGISTERED);
  g_assert_cmpuint (early->n_stops, ==, 0);
  ptp_test_assert_finalize (early);
}

static void
test_l11_closed (void)
{
  PtpTestWriting t;
  g_autoptr (GError) error = NULL;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_HELD);
  ptp_test_writing_write (&t, 10);
  ptp_test_writing_finish (&t);
  ptp_test_log_assert (t.log, "");
  g_assert_true (ptp_output_stream_consumer_get_closed (t.consumer));
  assert_newcomer_waits (&t);
  g_assert_false (ptp_test_writing_try (&t, 1, &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);

  ptp_test_turns (5);
  ptp_test_output_stream_release (t.output);
  ptp_test_writing_until_settled (&t);
  ptp_test_writing_assert_whole (&t);
  ptp_test_writing_unregister (&t);
  assert_newcomer_refused (&t);
  ptp_test_writing_clear (&t);
}

static void
test_l11_failed (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  t.output->fail_at = 1;
  ptp_test_writing_write (&t, 10);
  ptp_test_writing_until_failed (&t);
  ptp_test_writing_unregister (&t);
  assert_newcomer_refused (&t);
  ptp_test_writing_clear (&t);
}

/* Whichever write fails: the number is right, everybody is told once, in order, and the same error
 * meets who writes and who closes.
 */
static void
check_failure (PtpTestOutputWay way, guint fail_at)
{
  PtpTestWriting t;
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;

  ptp_test_writing_init_double (&t, way);
  t.output->take = 7;
  t.output->fail_at = fail_at;
  for (int i = 0; i < 10; i++)
    ptp_test_writing_write (&t, 10);
  ptp_test_writing_until_failed (&t);

  ptp_test_log_assert (t.log, "stop failed");
  ptp_test_writing_assert_numbers (&t, 7 * (fail_at - 1), 0);
  ptp_test_writing_assert_exact (&t);
  g_assert_error (t.error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  said = g_strdup_printf ("Writing to the output stream after %" G_GSIZE_FORMAT
                          " bytes: the double is full",
                          (gsize) 7 * (fail_at - 1));
  g_assert_cmpstr (t.error->message, ==, said);
  g_assert_false (ptp_test_writing_try (&t, 1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpstr (error->message, ==, said);
  g_assert_cmpint (g_atomic_int_get (&t.output->n_closes), ==, 0);

  ptp_test_writing_finish_wait (&t);
  g_assert_error (t.settle_error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpstr (t.settle_error->message, ==, said);
  g_assert_cmpint (g_atomic_int_get (&t.output->n_closes), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&t.output->n_cancelled_closes), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&t.output->n_flushes), ==, 0);
  g_assert_cmpuint (t.n_failed, ==, 1);
  ptp_test_writing_clear (&t);
}

static void
test_e9_nth_write (gconstpointer way)
{
  for (guint n = 1; n <= 15; n++)
    check_failure (GPOINTER_TO_UINT (way), n);
}

/* A large chunk is written from inside the write, but what comes of it is said in a later turn, so
 * that nobody is stopped from inside.
 */
static void
test_e9_at_once (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_POLLABLE);
  t.output->fail_at = 2;
  ptp_test_writing_write (&t, 100000);
  ptp_test_writing_write (&t, 100000);
  ptp_test_log_assert (t.log, "");
  ptp_test_writing_assert_numbers (&t, 100000, 100000);
  ptp_test_writing_write (&t, 100000);
  g_assert_cmpuint (t.output->n_writes, ==, 2);

  ptp_test_writing_until_failed (&t);
  ptp_test_log_assert (t.log, "stop failed");
  ptp_test_writing_assert_numbers (&t, 100000, 0);
  g_assert_error (t.error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (t.output->n_writes, ==, 2);
  ptp_test_writing_clear (&t);
}

/* GIO warns of a stream that takes something and then fails in the same write, but it passes the
 * number on.
 */
static void
test_e9_fails_in_the_middle (gconstpointer way)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  t.output->fail_at = 2;
  t.output->fail_after = 3;
  t.output->take = 7;
  ptp_test_writing_write (&t, 100);
  g_test_expect_message ("GLib-GIO", G_LOG_LEVEL_WARNING, "*runtime check failed*");
  ptp_test_writing_until_failed (&t);
  g_test_assert_expected_messages ();
  ptp_test_writing_assert_numbers (&t, 10, 0);
  ptp_test_writing_assert_exact (&t);
  ptp_test_writing_clear (&t);
}

/* GIO's own GUnixOutputStream passes the -1 of writev() on as a number of bytes. */
static void
test_e9_nonsense (gconstpointer way)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  t.output->fail_at = 2;
  t.output->fail_nonsense = TRUE;
  t.output->take = 7;
  ptp_test_writing_write (&t, 100);
  g_test_expect_message ("GLib-GIO", G_LOG_LEVEL_WARNING, "*runtime check failed*");
  ptp_test_writing_until_failed (&t);
  g_test_assert_expected_messages ();
  ptp_test_writing_assert_numbers (&t, 7, 0);
  ptp_test_writing_assert_exact (&t);
  ptp_test_writing_clear (&t);
}

static void
test_e2_mute_failure (gconstpointer way)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  t.output->fail_at = 1;
  t.output->fail_mute = TRUE;
  ptp_test_writing_write (&t, 10);
  g_test_expect_message ("GLib-GIO", G_LOG_LEVEL_WARNING, "*runtime check failed*");
  ptp_test_writing_until_failed (&t);
  g_test_assert_expected_messages ();
  g_assert_error (t.error, PTP_ERROR, PTP_ERROR_FAILED);
  g_assert_nonnull (strstr (t.error->message, "PtpTestOutputStream"));
  ptp_test_writing_clear (&t);
}

/* With a PtpPullToPush: it has the error of the consumer, which its producer hears. */
static void
test_e11_failure_ends_stream (void)
{
  PtpTestWriting t;
  g_autofree char *chunk = g_strnfill (10000, 'x');
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (10000000), 10000000);
  PtpBytesProducer *producer = ptp_bytes_producer_new (bytes);
  PtpPullToPush *stream;
  g_autoptr (PtpTestEnds) ends = NULL;
  g_autoptr (GError) error = NULL;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  ptp_test_writing_unregister (&t);
  ptp_test_log_clear (t.log);
  t.output->fail_at = 3;
  stream
    = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (t.consumer), &error);
  g_assert_no_error (error);
  ends = ptp_test_ends_new (stream);
  ptp_test_ends_wait (ends);
  g_assert_cmpuint (ends->n_failed, ==, 1);
  g_assert_error (ends->error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpint (g_atomic_int_get (&t.output->n_cancelled_closes), ==, 1);
  g_assert_cmpuint (t.n_failed, ==, 1);
  g_assert_cmpuint (t.output->n_writes, ==, 3);
  g_assert_cmpuint (ptp_output_stream_consumer_get_peak_queued (t.consumer), <, 1200 * 1024);
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (producer);
  ptp_test_writing_clear (&t);
}

static void
do_everything_cb (gpointer consumer, gpointer user_data)
{
  PtpTestWriting *t = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_false (ptp_test_writing_try (t, 1, &error));
  g_clear_error (&error);
  ptp_test_writing_unregister (t);
  assert_newcomer_refused (t);
  ptp_test_writing_abort (t);
  g_assert_cmpint (ptp_consumer_finish (consumer, &error), ==, PTP_END_RESULT_FAILED);
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
}

/* A handler may do anything, also drop the last reference. */
static void
test_handler_does_everything (gconstpointer way)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  t.output->fail_at = 2;
  t.output->take = 5;
  t.on_failed = do_everything_cb;
  t.hook_data = &t;
  ptp_test_writing_write (&t, 10);
  ptp_test_writing_until_failed (&t);
  ptp_test_writing_until_settled (&t);
  ptp_test_writing_assert_undone (&t);
  ptp_test_writing_clear (&t);
}

static void
drop_cb (gpointer consumer, gpointer user_data)
{
  PtpTestWriting *t = user_data;

  ptp_test_writing_abort (t);
  g_clear_object (&t->consumer);
}

static void
consumer_gone_cb (gpointer gone, GObject *consumer)
{
  *(gboolean *) gone = TRUE;
}

static void
test_r5_handler_drops_last (gconstpointer way)
{
  PtpTestWriting t;
  gboolean gone = FALSE;

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  g_object_weak_ref (G_OBJECT (t.consumer), consumer_gone_cb, &gone);
  t.output->fail_at = 2;
  t.output->take = 5;
  t.on_failed = drop_cb;
  t.hook_data = &t;
  ptp_test_writing_write (&t, 10);
  ptp_test_until_set (&gone);
  g_assert_cmpuint (t.n_failed, ==, 1);
  g_assert_true (g_output_stream_is_closed (t.stream));

  t.consumer = ptp_output_stream_consumer_new (t.stream);
  ptp_test_writing_clear (&t);
}

/* Inside its own write a stream aborts the consumer. */
static void
abort_cb (gpointer output, gpointer user_data)
{
  PtpTestWriting *t = user_data;

  ptp_test_writing_cancel (t);
}

static void
test_abort_inside_write (gconstpointer way)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  t.output->take = 5;
  t.output->on_write = abort_cb;
  t.output->hook_data = &t;
  ptp_test_writing_write (&t, 100000);
  ptp_test_until_set (&t.output->n_writes);
  ptp_test_writing_until_settled (&t);
  ptp_test_writing_assert_undone (&t);
  g_assert_cmpuint (t.output->n_writes, ==, 1);
  g_assert_cmpuint (t.n_failed, ==, 0);
  ptp_test_writing_assert_numbers (&t, 5, 0);
  ptp_test_writing_clear (&t);
}

/* Without a stream there is an error, and no crash. */
static void
test_without_stream (void)
{
  PtpOutputStreamConsumer *consumer = g_object_new (PTP_TYPE_OUTPUT_STREAM_CONSUMER, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;

  g_assert_false (ptp_consumer_write (PTP_CONSUMER (consumer), bytes, &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_cmpint (ptp_consumer_finish (PTP_CONSUMER (consumer), &error), ==,
                   PTP_END_RESULT_PENDING);
  ptp_test_drain ();
  ptp_test_assert_finalize (consumer);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/output-stream-consumer/L10/second-producer", test_l10_second_producer);
  g_test_add_func ("/output-stream-consumer/L16/next-producer", test_l16_next_producer);
  g_test_add_func ("/output-stream-consumer/L11/closed", test_l11_closed);
  g_test_add_func ("/output-stream-consumer/L11/failed", test_l11_failed);
  PTP_TEST_ADD_WAYS ("E9/nth-write", test_e9_nth_write);
  PTP_TEST_ADD_WAYS ("E9/fails-in-the-middle", test_e9_fails_in_the_middle);
  PTP_TEST_ADD_WAYS ("E9/nonsense", test_e9_nonsense);
  g_test_add_func ("/output-stream-consumer/E9/at-once", test_e9_at_once);
  PTP_TEST_ADD_WAYS ("E2/mute-failure", test_e2_mute_failure);
  g_test_add_func ("/output-stream-consumer/E11/failure-ends-stream", test_e11_failure_ends_stream);
  PTP_TEST_ADD_WAYS ("handler-does-everything", test_handler_does_everything);
  PTP_TEST_ADD_WAYS ("R5/handler-drops-last", test_r5_handler_drops_last);
  PTP_TEST_ADD_WAYS ("abort-inside-write", test_abort_inside_write);
  g_test_add_func ("/output-stream-consumer/without-stream", test_without_stream);

  return g_test_run ();
}
