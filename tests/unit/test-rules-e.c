/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rules E1 to E8. E9, E10 and E14 are those of the endpoints and the bindings; the others have
 * files of their own.
 */

#include "ptp-test-gap.h"
#include "ptp-test-stream.h"

static GError *
scripted_error (void)
{
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, "The test's cable is cut");
}

static void
assert_failed (PtpTestStream *t, GQuark domain, int code)
{
  const GError *error;

  ptp_test_ends_wait (t->ends);
  error = ptp_pull_to_push_get_error (t->stream);
  ptp_test_stream_assert_state (t, FAILED);
  g_assert_cmpuint (t->ends->n_failed, ==, 1);
  g_assert_error (error, domain, code);
  g_assert_error (t->ends->error, domain, code);
  g_assert_cmpstr (t->ends->error->message, ==, error->message);
  g_assert_cmpuint (t->consumer->n_finishes, ==, 0);
  g_assert_cmpuint (t->consumer->n_aborts, ==, 1);
  g_assert_error (t->consumer->reason, domain, code);
  g_assert_cmpstr (t->consumer->reason->message, ==, error->message);
  g_assert_cmpuint (t->consumer->n_unregisters, ==, 1);
}

static void
assert_names (const GError *error, const char *type, const char *vfunc)
{
  g_assert_nonnull (strstr (error->message, type));
  g_assert_nonnull (strstr (error->message, vfunc));
}

static void
test_e1_produce_fails (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer (t.producer, "a", PTP_STEP_RESULT_MORE);
  ptp_test_producer_answer_error (t.producer, "b", PTP_STEP_RESULT_FAILED, scripted_error ());
  ptp_test_stream_start (&t);
  assert_failed (&t, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE);
  g_assert_cmpstr (t.ends->error->message, ==, "The test's cable is cut");
  ptp_test_log_assert (t.log, "register produce write produce write abort unregister failed");
  g_assert_cmpint (t.producer->n_cancels, ==, 0);
  ptp_test_stream_clear (&t);
}

/* As a consumer does that was never told of a stream's rules. */
static void
test_e1_not_registered (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer_error (t.producer, NULL, PTP_STEP_RESULT_FAILED, scripted_error ());
  ptp_pull_to_push_start_streaming (t.stream);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "produce failed");
  ptp_test_stream_clear (&t);
}

static void
test_e2_zero_without_error (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer (t.producer, NULL, PTP_STEP_RESULT_FAILED);
  ptp_test_stream_start (&t);
  assert_failed (&t, PTP_ERROR, PTP_ERROR_FAILED);
  assert_names (t.ends->error, "PtpTestProducer", "produce");
  ptp_test_stream_clear (&t);
}

static void
test_e2_result_with_error (void)
{
  const PtpStepResult results[]
    = { PTP_STEP_RESULT_MORE, PTP_STEP_RESULT_FINISHED, PTP_STEP_RESULT_PENDING };

  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    {
      PtpTestStream t;

      ptp_test_stream_init (&t, ptp_test_producer_new ());
      ptp_test_producer_answer_error (t.producer, NULL, results[i], scripted_error ());
      ptp_test_stream_start (&t);
      assert_failed (&t, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE);
      g_assert_cmpint (t.producer->n_produces, ==, 1);
      ptp_test_stream_clear (&t);
    }
}

static void
test_e2_no_step_result (void)
{
  const int results[] = { 4, 42, -1, G_MAXINT };

  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    {
      PtpTestStream t;
      g_autofree char *number = g_strdup_printf ("%d", results[i]);

      ptp_test_stream_init (&t, ptp_test_producer_new ());
      ptp_test_producer_answer (t.producer, NULL, (PtpStepResult) results[i]);
      ptp_test_stream_start (&t);
      assert_failed (&t, PTP_ERROR, PTP_ERROR_FAILED);
      assert_names (t.ends->error, "PtpTestProducer", "produce");
      g_assert_nonnull (strstr (t.ends->error->message, number));
      ptp_test_stream_clear (&t);
    }
}

static void
test_e2_write (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b"));
  t.consumer->fail_write_at = 2;
  t.consumer->fail_mutely = TRUE;
  ptp_test_stream_start (&t);
  assert_failed (&t, PTP_ERROR, PTP_ERROR_FAILED);
  assert_names (t.ends->error, "PtpTestConsumer", "write");
  ptp_test_stream_clear (&t);

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b"));
  t.consumer->fail_write_at = 2;
  t.consumer->fail_but_true = TRUE;
  ptp_test_stream_start (&t);
  assert_failed (&t, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  ptp_test_stream_clear (&t);
}

/* The adapter may be made from a producer that cannot produce: it says so when it is to. */
static void
test_e3_produce (void)
{
  PtpPullProducer *producer = ptp_test_gap_pull_producer_new ("produce");
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpPullToPush *stream = ptp_pull_to_push_new (producer, PTP_CONSUMER (consumer));
  g_autoptr (PtpTestEnds) ends = ptp_test_ends_new (stream);

  ptp_pull_to_push_start_streaming (stream);
  ptp_test_ends_wait (ends);
  g_assert_error (ends->error, PTP_ERROR, PTP_ERROR_NOT_IMPLEMENTED);
  assert_names (ends->error, "PtpTestGapPullProducer-produce", "produce");
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);
}

static void
test_e3_write (void)
{
  PtpTestProducer *producer = ptp_test_producer_new_words ("a");
  PtpConsumer *consumer = ptp_test_gap_consumer_new ("write");
  PtpPullToPush *stream = ptp_pull_to_push_new (PTP_PULL_PRODUCER (producer), consumer);
  g_autoptr (PtpTestEnds) ends = ptp_test_ends_new (stream);

  ptp_pull_to_push_start_streaming (stream);
  ptp_test_ends_wait (ends);
  g_assert_error (ends->error, PTP_ERROR, PTP_ERROR_NOT_IMPLEMENTED);
  assert_names (ends->error, "PtpTestGapConsumer-write", "write");
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);
}

/* Optional ones that somebody set to null. */
static void
test_e3_optional (void)
{
  PtpPullProducer *producer = ptp_test_gap_pull_producer_new ("cancel");
  PtpConsumer *consumer = ptp_test_gap_consumer_new ("abort");
  PtpPullToPush *stream = ptp_pull_to_push_new (producer, consumer);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (PtpTestEnds) ends = ptp_test_ends_new (stream);

  g_cancellable_cancel (cancellable);
  g_assert_true (ptp_consumer_register_push_producer (consumer, PTP_PUSH_PRODUCER (stream), NULL));
  ptp_pull_to_push_set_cancellable (stream, cancellable);
  ptp_pull_to_push_start_streaming (stream);
  ptp_test_ends_wait (ends);
  g_assert_error (ends->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);
}

/* A finish that is not there cannot have been a good end. */
static void
test_e3_finish (void)
{
  PtpTestProducer *producer = ptp_test_producer_new_words ("a");
  PtpConsumer *consumer = ptp_test_gap_consumer_new ("finish");
  PtpPullToPush *stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), consumer, NULL);
  g_autoptr (PtpTestEnds) ends = ptp_test_ends_new (stream);

  ptp_test_ends_wait (ends);
  g_assert_error (ends->error, PTP_ERROR, PTP_ERROR_NOT_IMPLEMENTED);
  assert_names (ends->error, "PtpTestGapConsumer-finish", "finish");
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);
}

static void
test_e4_misbehaving_consumer (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer_error (t.producer, "a", PTP_STEP_RESULT_FAILED, scripted_error ());
  t.consumer->misbehaves = TRUE;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  g_assert_error (t.ends->error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE);
  g_assert_error (ptp_pull_to_push_get_error (t.stream), G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE);
  g_assert_cmpuint (t.consumer->n_aborts, ==, 1);
  g_assert_cmpuint (t.consumer->n_finishes, ==, 0);
  g_assert_cmpint (t.producer->n_produces, ==, 1);
  g_assert_cmpint (t.producer->n_cancels, ==, 0);
  ptp_test_stream_assert_state (&t, FAILED);
  t.consumer->misbehaves = FALSE;
  ptp_test_stream_clear (&t);
}

static void
cancel_cb (gpointer self, gpointer user_data)
{
  PtpTestStream *t = user_data;

  g_cancellable_cancel (ptp_pull_to_push_get_cancellable (t->stream));
  ptp_test_stream_unregister (t);
}

static void
test_e4_second_error (void)
{
  PtpTestStream t;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer_error (t.producer, "a", PTP_STEP_RESULT_FAILED, scripted_error ());
  ptp_pull_to_push_set_cancellable (t.stream, cancellable);
  t.consumer->on_abort = ptp_test_consumer_unregister;
  t.consumer->abort_result = PTP_END_RESULT_FAILED;
  ptp_test_stream_start (&t);
  assert_failed (&t, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE);
  g_cancellable_cancel (cancellable);
  ptp_test_drain ();
  g_assert_error (ptp_pull_to_push_get_error (t.stream), G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE);
  ptp_test_stream_clear (&t);
}

static void
cancel_only_cb (gpointer self, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

/* The step that fails was cancelled before: that is why the stream failed. */
static void
test_e4_first_of_two (void)
{
  PtpTestStream t;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer_error (t.producer, "a", PTP_STEP_RESULT_FAILED, scripted_error ());
  ptp_pull_to_push_set_cancellable (t.stream, cancellable);
  t.producer->on_produce = cancel_only_cb;
  t.producer->hook_data = cancellable;
  ptp_test_stream_start (&t);
  assert_failed (&t, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_error (ptp_pull_to_push_get_error (t.stream), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (t.producer->n_cancels, ==, 0);
  ptp_test_stream_clear (&t);
}

static void
test_e5_write_fails (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b c"));
  t.consumer->fail_write_at = 2;
  ptp_test_stream_start (&t);
  assert_failed (&t, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  ptp_test_stream_assert_bytes (&t, "a");
  g_assert_cmpint (t.producer->n_produces, ==, 2);
  ptp_test_stream_clear (&t);
}

static void
test_e5_closed (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b c"));
  ptp_test_stream_start (&t);
  t.consumer->closed = TRUE;
  assert_failed (&t, PTP_ERROR, PTP_ERROR_CLOSED);
  ptp_test_stream_clear (&t);
}

static void
test_e6_before_start (void)
{
  PtpTestStream t;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  g_cancellable_cancel (cancellable);
  ptp_pull_to_push_set_cancellable (t.stream, cancellable);
  ptp_test_stream_start (&t);
  assert_failed (&t, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  ptp_test_log_assert (t.log, "register cancel abort unregister failed");
  g_assert_null (ptp_pull_to_push_get_cancellable (t.stream));
  ptp_test_stream_clear (&t);
}

static void
test_e6_set_before_cancelled_before_start (void)
{
  PtpTestStream t;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  ptp_pull_to_push_set_cancellable (t.stream, cancellable);
  g_cancellable_cancel (cancellable);
  ptp_test_stream_start (&t);
  assert_failed (&t, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (t.producer->n_produces, ==, 0);
  ptp_test_stream_clear (&t);
}

static void
test_e6_inside_produce (void)
{
  PtpTestStream t;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  ptp_test_stream_init (&t, ptp_test_producer_new_endless ("x"));
  ptp_pull_to_push_set_cancellable (t.stream, cancellable);
  t.producer->on_produced = cancel_cb;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  g_assert_error (t.ends->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (t.producer->n_produces, ==, 1);
  g_assert_cmpint (t.producer->n_cancels, ==, 1);
  ptp_test_stream_clear (&t);
}

/* A consumer that has let go is not told of what happens to a producer that is its own no more. */
static void
test_e1_let_go (void)
{
  PtpTestStream t;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  ptp_test_stream_init (&t, ptp_test_producer_new_endless ("x"));
  ptp_pull_to_push_set_cancellable (t.stream, cancellable);
  t.producer->on_produced = cancel_cb;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  g_assert_error (t.ends->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (t.consumer->n_aborts, ==, 0);
  g_assert_cmpuint (t.consumer->n_unregisters, ==, 1);
  ptp_test_stream_clear (&t);
}

static void
cancel_in_thread_cb (gpointer self, gpointer user_data)
{
  g_cancellable_cancel (self);
}

static void
test_e6_from_thread (void)
{
  PtpTestStream t;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  int n_produces;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_STREAMING);
  ptp_pull_to_push_set_cancellable (t.stream, cancellable);
  n_produces = t.producer->n_produces;
  ptp_test_in_thread (cancel_in_thread_cb, cancellable, NULL);
  ptp_test_stream_assert_state (&t, ENDING);
  assert_failed (&t, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (t.producer->n_produces, ==, n_produces);
  g_assert_cmpint (t.producer->n_cancels, ==, 1);
  ptp_test_stream_clear (&t);
}

/* A cancellable that was replaced cancels nothing. */
static void
test_e6_replaced (void)
{
  PtpTestStream t;
  g_autoptr (GCancellable) first = g_cancellable_new ();
  g_autoptr (GCancellable) second = g_cancellable_new ();

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_STREAMING);
  ptp_pull_to_push_set_cancellable (t.stream, first);
  ptp_pull_to_push_set_cancellable (t.stream, second);
  g_cancellable_cancel (first);
  ptp_test_turns (10);
  ptp_test_stream_assert_state (&t, STREAMING);
  ptp_pull_to_push_set_cancellable (t.stream, NULL);
  g_cancellable_cancel (second);
  ptp_test_turns (10);
  ptp_test_stream_assert_state (&t, STREAMING);
  ptp_test_stream_clear (&t);
}

static void
stop_cb (gpointer self, gpointer user_data)
{
  ptp_test_stream_stop (user_data);
}

static void
test_e7_dropped (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer_error (t.producer, NULL, PTP_STEP_RESULT_FAILED, scripted_error ());
  t.producer->on_produce = stop_cb;
  ptp_test_stream_start (&t);
  g_test_expect_message ("PullToPush", G_LOG_LEVEL_DEBUG, "*The test's cable is cut*");
  ptp_test_ends_wait (t.ends);
  g_test_assert_expected_messages ();

  g_assert_cmpuint (t.ends->n_stopped, ==, 1);
  g_assert_no_error (ptp_pull_to_push_get_error (t.stream));
  g_assert_error (t.consumer->reason, PTP_ERROR, PTP_ERROR_STOPPED);
  ptp_test_stream_clear (&t);
}

static void
test_e8_paused_or_waiting (void)
{
  for (int i = PTP_STREAM_STATE_PAUSED; i <= PTP_STREAM_STATE_WAITING; i++)
    {
      PtpTestStream t;
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      int n_produces;

      ptp_test_stream_init_in (&t, (PtpStreamState) i);
      ptp_pull_to_push_hold (t.stream, "user");
      ptp_pull_to_push_set_cancellable (t.stream, cancellable);
      ptp_test_drain ();
      n_produces = t.producer->n_produces;
      g_cancellable_cancel (cancellable);
      ptp_test_stream_assert_state (&t, ENDING);
      assert_failed (&t, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (t.producer->n_produces, ==, n_produces);
      ptp_test_stream_clear (&t);
    }
}

/* The failure came while it was held, from a step that was under way. */
static void
test_e8_held_in_failing_step (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer_error (t.producer, "a", PTP_STEP_RESULT_FAILED, scripted_error ());
  t.consumer->on_write = ptp_test_consumer_pause;
  ptp_test_stream_start (&t);
  assert_failed (&t, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE);
  ptp_test_stream_clear (&t);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/E1/produce-fails", test_e1_produce_fails);
  g_test_add_func ("/rules/E1/not-registered", test_e1_not_registered);
  g_test_add_func ("/rules/E1/let-go", test_e1_let_go);
  g_test_add_func ("/rules/E2/zero-without-error", test_e2_zero_without_error);
  g_test_add_func ("/rules/E2/result-with-error", test_e2_result_with_error);
  g_test_add_func ("/rules/E2/no-step-result", test_e2_no_step_result);
  g_test_add_func ("/rules/E2/write", test_e2_write);
  g_test_add_func ("/rules/E3/produce", test_e3_produce);
  g_test_add_func ("/rules/E3/write", test_e3_write);
  g_test_add_func ("/rules/E3/optional", test_e3_optional);
  g_test_add_func ("/rules/E3/finish", test_e3_finish);
  g_test_add_func ("/rules/E4/misbehaving-consumer", test_e4_misbehaving_consumer);
  g_test_add_func ("/rules/E4/second-error", test_e4_second_error);
  g_test_add_func ("/rules/E4/first-of-two", test_e4_first_of_two);
  g_test_add_func ("/rules/E5/write-fails", test_e5_write_fails);
  g_test_add_func ("/rules/E5/closed", test_e5_closed);
  g_test_add_func ("/rules/E6/before-start", test_e6_before_start);
  g_test_add_func ("/rules/E6/cancelled-while-idle", test_e6_set_before_cancelled_before_start);
  g_test_add_func ("/rules/E6/inside-produce", test_e6_inside_produce);
  g_test_add_func ("/rules/E6/from-thread", test_e6_from_thread);
  g_test_add_func ("/rules/E6/replaced", test_e6_replaced);
  g_test_add_func ("/rules/E7/dropped", test_e7_dropped);
  g_test_add_func ("/rules/E8/paused-or-waiting", test_e8_paused_or_waiting);
  g_test_add_func ("/rules/E8/held-in-failing-step", test_e8_held_in_failing_step);

  return g_test_run ();
}
