/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rules L5 to L8: what holds a stream, and its end. That end of each cause has a file of its own.
 */

#include "ptp-test-stream.h"

static void
test_l5_pause_is_one (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b"));
  ptp_test_stream_start (&t);
  ptp_test_stream_pause (&t);
  ptp_test_stream_pause (&t);
  ptp_test_stream_pause (&t);
  ptp_test_stream_assert_holders (&t, "consumer");
  ptp_test_drain ();
  g_assert_cmpint (t.producer->n_produces, ==, 0);

  ptp_test_stream_resume (&t);
  ptp_test_stream_assert_holders (&t, "");
  ptp_test_stream_assert_state (&t, STREAMING);
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_assert_bytes (&t, "ab");
  ptp_test_stream_clear (&t);
}

static void
test_l5_holds (void)
{
  PtpTestStream t;
  int n_produces;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_STREAMING);
  ptp_pull_to_push_hold (t.stream, "user");
  ptp_pull_to_push_hold (t.stream, "user");
  ptp_pull_to_push_hold (t.stream, "battery");
  ptp_test_stream_pause (&t);
  ptp_test_stream_assert_holders (&t, "consumer user battery");
  ptp_test_drain ();
  n_produces = t.producer->n_produces;

  ptp_pull_to_push_release (t.stream, "user");
  ptp_test_stream_assert_holders (&t, "consumer battery");
  ptp_test_drain ();
  ptp_test_stream_assert_state (&t, PAUSED);
  ptp_test_stream_resume (&t);
  ptp_test_stream_assert_holders (&t, "battery");
  ptp_pull_to_push_release (t.stream, "user");
  ptp_pull_to_push_release (t.stream, "bat");
  ptp_test_drain ();
  ptp_test_stream_assert_state (&t, PAUSED);
  g_assert_cmpint (t.producer->n_produces, ==, n_produces);

  ptp_pull_to_push_release (t.stream, "battery");
  ptp_test_stream_assert_state (&t, STREAMING);
  ptp_test_stream_until_produced (&t, n_produces + 1);
  ptp_test_stream_clear (&t);
}

/* A hold of that name is not the consumer's pause. */
static void
test_l5_hold_named_consumer (void)
{
  PtpTestStream t;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_STREAMING);
  ptp_pull_to_push_hold (t.stream, "consumer");
  ptp_test_stream_pause (&t);
  ptp_test_stream_resume (&t);
  ptp_test_stream_assert_state (&t, PAUSED);
  ptp_test_stream_pause (&t);
  ptp_pull_to_push_release (t.stream, "consumer");
  ptp_test_stream_assert_state (&t, PAUSED);
  ptp_test_stream_resume (&t);
  ptp_test_stream_assert_state (&t, STREAMING);
  ptp_test_stream_clear (&t);
}

/* One that waits and is held is held; let go, it waits again and has missed nothing. */
static void
test_l5_hold_while_waiting (void)
{
  PtpTestStream t;
  int n_produces;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_WAITING);
  ptp_test_drain ();
  n_produces = t.producer->n_produces;
  ptp_test_stream_pause (&t);
  ptp_test_stream_assert_state (&t, PAUSED);
  ptp_test_stream_resume (&t);
  ptp_test_stream_assert_state (&t, WAITING);
  ptp_test_drain ();
  g_assert_cmpint (t.producer->n_produces, ==, n_produces);

  ptp_test_stream_pause (&t);
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (t.producer));
  ptp_test_drain ();
  ptp_test_stream_assert_state (&t, PAUSED);
  g_assert_cmpint (t.producer->n_produces, ==, n_produces);
  ptp_test_stream_resume (&t);
  ptp_test_drain ();
  g_assert_cmpint (t.producer->n_produces, ==, n_produces + 1);
  ptp_test_stream_assert_state (&t, WAITING);
  ptp_test_stream_clear (&t);
}

static void
call_everything (PtpTestStream *t)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (GStrv) holders = NULL;

  ptp_test_stream_pause (t);
  ptp_test_stream_resume (t);
  ptp_pull_to_push_hold (t->stream, "user");
  ptp_pull_to_push_release (t->stream, "user");
  ptp_pull_to_push_hold (t->stream, "for ever");
  ptp_pull_to_push_start_streaming (t->stream);
  ptp_pull_to_push_stop_streaming (t->stream);
  ptp_test_stream_stop (t);
  ptp_push_producer_unregistered (PTP_PUSH_PRODUCER (t->stream));
  ptp_pull_to_push_set_cancellable (t->stream, cancellable);
  g_cancellable_cancel (cancellable);
  ptp_pull_to_push_set_cancellable (t->stream, NULL);
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (t->producer));
  ptp_test_stream_unregister (t);

  g_assert_null (ptp_pull_to_push_get_producer (t->stream));
  g_assert_null (ptp_pull_to_push_get_consumer (t->stream));
  g_assert_true (ptp_pull_to_push_get_cooperator (t->stream) == t->cooperator);
  ptp_pull_to_push_get_cancellable (t->stream);
  holders = ptp_pull_to_push_dup_holders (t->stream);
  g_assert_nonnull (holders);
}

static void
test_l6_in_every_end (void)
{
  for (int i = PTP_STREAM_STATE_FINISHED; i <= PTP_STREAM_STATE_FAILED; i++)
    {
      PtpTestStream t;
      int n_produces, n_cancels;
      guint64 n_steps;

      ptp_test_stream_init_in (&t, (PtpStreamState) i);
      n_produces = t.producer->n_produces;
      n_cancels = t.producer->n_cancels;
      n_steps = ptp_pull_to_push_get_n_steps (t.stream);
      ptp_test_log_clear (t.log);

      call_everything (&t);
      ptp_test_drain ();
      call_everything (&t);
      ptp_test_drain ();

      ptp_test_log_assert (t.log, "");
      g_assert_cmpint (ptp_pull_to_push_get_state (t.stream), ==, i);
      g_assert_cmpuint (t.ends->n_ends, ==, 1);
      g_assert_cmpint (t.producer->n_produces, ==, n_produces);
      g_assert_cmpint (t.producer->n_cancels, ==, n_cancels);
      g_assert_cmpuint (ptp_pull_to_push_get_n_steps (t.stream), ==, n_steps);
      if (i == PTP_STREAM_STATE_FAILED)
        g_assert_error (ptp_pull_to_push_get_error (t.stream), G_IO_ERROR, G_IO_ERROR_BUSY);
      else
        g_assert_no_error (ptp_pull_to_push_get_error (t.stream));
      ptp_test_stream_clear (&t);
    }
}

static void
test_l7_once (void)
{
  PtpTestStream t;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_STREAMING);
  ptp_pull_to_push_set_cancellable (t.stream, cancellable);
  ptp_test_stream_stop (&t);
  ptp_test_stream_stop (&t);
  g_cancellable_cancel (cancellable);
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_stop (&t);
  ptp_test_drain ();

  g_assert_cmpuint (t.ends->n_stopped, ==, 1);
  g_assert_cmpint (t.producer->n_cancels, ==, 1);
  ptp_test_stream_clear (&t);
}

static void
stop_cb (gpointer self, gpointer user_data)
{
  ptp_test_stream_stop (user_data);
}

/* What the answer says has happened already; only nobody will hear of it. */
static void
test_l7_stop_beside_last_answer (void)
{
  const PtpStepResult answers[] = { PTP_STEP_RESULT_FINISHED, PTP_STEP_RESULT_FAILED };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      PtpTestStream t;
      GError *error = answers[i] == PTP_STEP_RESULT_FAILED
                        ? g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "Scripted")
                        : NULL;

      ptp_test_stream_init (&t, ptp_test_producer_new ());
      ptp_test_producer_answer_error (t.producer, NULL, answers[i], error);
      t.producer->on_produced = stop_cb;
      ptp_test_stream_start (&t);
      ptp_test_ends_wait (t.ends);
      g_assert_cmpint (t.producer->n_produces, ==, 1);
      g_assert_cmpint (t.producer->n_cancels, ==, 0);
      ptp_test_stream_clear (&t);
    }
}

static void
test_l7_stop_after_last_answer (void)
{
  PtpTestStream t;

  for (int i = PTP_STREAM_STATE_FINISHED; i <= PTP_STREAM_STATE_FAILED; i += 2)
    {
      ptp_test_stream_init (&t, ptp_test_producer_new ());
      if (i == PTP_STREAM_STATE_FAILED)
        ptp_test_producer_answer_error (t.producer, NULL, PTP_STEP_RESULT_FAILED,
                                        g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "Scripted"));
      t.consumer->on_abort = stop_cb;
      t.consumer->on_unregister = stop_cb;
      t.ends->hook = stop_cb;
      ptp_test_stream_start (&t);
      ptp_test_ends_wait (t.ends);
      g_assert_cmpint (ptp_pull_to_push_get_state (t.stream), ==, i);
      g_assert_cmpint (t.producer->n_cancels, ==, 0);
      ptp_test_stream_clear (&t);
    }
}

static void
assert_end (PtpTestStream *t, PtpStreamState state)
{
  g_assert_cmpuint (t->ends->n_ends, ==, 1);
  g_assert_cmpuint (t->ends->n_finished, ==, state == PTP_STREAM_STATE_FINISHED);
  g_assert_cmpuint (t->ends->n_stopped, ==, state == PTP_STREAM_STATE_STOPPED);
  g_assert_cmpuint (t->ends->n_failed, ==, state == PTP_STREAM_STATE_FAILED);
  /* As the handler saw it. */
  g_assert_cmpint (t->ends->state, ==, state);
  g_assert_true (t->ends->let_go);
}

static void
test_l8_finished (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b"));
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log,
                       "register produce write produce write produce finish unregister finished");
  assert_end (&t, PTP_STREAM_STATE_FINISHED);
  ptp_test_stream_clear (&t);
}

static void
test_l8_let_go (void)
{
  PtpTestStream t;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_STREAMING);
  ptp_test_stream_pause (&t);
  ptp_test_drain ();
  ptp_test_log_clear (t.log);
  ptp_test_stream_unregister (&t);
  ptp_test_log_assert (t.log, "unregister");
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "cancel finished");
  assert_end (&t, PTP_STREAM_STATE_FINISHED);
  ptp_test_stream_clear (&t);
}

static void
test_l8_stopped (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_endless ("x"));
  t.consumer->on_write = ptp_test_consumer_stop;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register produce write cancel abort unregister stopped");
  assert_end (&t, PTP_STREAM_STATE_STOPPED);
  ptp_test_stream_clear (&t);
}

static void
test_l8_failed (void)
{
  PtpTestStream t;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_FAILED);
  ptp_test_log_assert (t.log, "register produce abort unregister failed");
  assert_end (&t, PTP_STREAM_STATE_FAILED);
  ptp_test_stream_clear (&t);
}

static void
test_l8_cancelled (void)
{
  PtpTestStream t;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_WAITING);
  ptp_pull_to_push_set_cancellable (t.stream, cancellable);
  ptp_test_drain ();
  ptp_test_log_clear (t.log);
  g_cancellable_cancel (cancellable);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "cancel abort unregister failed");
  assert_end (&t, PTP_STREAM_STATE_FAILED);
  ptp_test_stream_clear (&t);
}

/* Whoever asks for an end is told of it later, never before the call has returned. */
static void
test_l8_later (void)
{
  PtpTestStream t;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_PAUSED);
  ptp_test_drain ();
  ptp_test_log_clear (t.log);
  ptp_test_stream_stop (&t);
  ptp_test_stream_assert_state (&t, ENDING);
  ptp_test_log_assert (t.log, "");
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_clear (&t);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/L5/pause-is-one", test_l5_pause_is_one);
  g_test_add_func ("/rules/L5/holds", test_l5_holds);
  g_test_add_func ("/rules/L5/hold-named-consumer", test_l5_hold_named_consumer);
  g_test_add_func ("/rules/L5/hold-while-waiting", test_l5_hold_while_waiting);
  g_test_add_func ("/rules/L6/in-every-end", test_l6_in_every_end);
  g_test_add_func ("/rules/L7/once", test_l7_once);
  g_test_add_func ("/rules/L7/stop-beside-last-answer", test_l7_stop_beside_last_answer);
  g_test_add_func ("/rules/L7/stop-after-last-answer", test_l7_stop_after_last_answer);
  g_test_add_func ("/rules/L8/finished", test_l8_finished);
  g_test_add_func ("/rules/L8/let-go", test_l8_let_go);
  g_test_add_func ("/rules/L8/stopped", test_l8_stopped);
  g_test_add_func ("/rules/L8/failed", test_l8_failed);
  g_test_add_func ("/rules/L8/cancelled", test_l8_cancelled);
  g_test_add_func ("/rules/L8/later", test_l8_later);

  return g_test_run ();
}
