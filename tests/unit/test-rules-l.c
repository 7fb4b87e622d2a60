/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rules L1 to L4: what may happen before a stream runs. */

#include "ptp-test-stream.h"

static void
start (PtpTestStream *t)
{
  ptp_pull_to_push_start_streaming (t->stream);
}

static void
test_l1_start_twice (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b c"));
  ptp_test_stream_start (&t);
  start (&t);
  start (&t);
  ptp_test_stream_assert_state (&t, STREAMING);
  ptp_test_ends_wait (t.ends);

  ptp_test_stream_assert_bytes (&t, "abc");
  g_assert_cmpint (t.producer->n_produces, ==, 4);
  g_assert_cmpuint (ptp_pull_to_push_get_n_steps (t.stream), ==, 4);
  g_assert_cmpuint (t.consumer->n_registers, ==, 1);
  g_assert_cmpuint (t.consumer->n_unregisters, ==, 1);
  ptp_test_stream_clear (&t);
}

static void
start_twice_cb (gpointer self, gpointer user_data)
{
  start (user_data);
  start (user_data);
}

static void
test_l1_start_from_inside (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b c"));
  t.producer->on_produce = start_twice_cb;
  t.consumer->on_write = start_twice_cb;
  t.consumer->on_unregister = start_twice_cb;
  t.ends->hook = start_twice_cb;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);

  ptp_test_stream_assert_bytes (&t, "abc");
  g_assert_cmpint (t.producer->n_produces, ==, 4);
  ptp_test_stream_clear (&t);
}

static void
test_l1_in_every_state (void)
{
  for (int i = PTP_STREAM_STATE_STREAMING; i <= PTP_STREAM_STATE_FAILED; i++)
    {
      PtpTestStream t;
      int n_produces;

      ptp_test_stream_init_in (&t, (PtpStreamState) i);
      n_produces = t.producer->n_produces;
      start (&t);
      start (&t);
      g_assert_cmpint (ptp_pull_to_push_get_state (t.stream), ==, i);
      ptp_test_turns (20);
      g_assert_cmpint (ptp_pull_to_push_get_state (t.stream), ==, i);
      if (i == PTP_STREAM_STATE_PAUSED || i >= PTP_STREAM_STATE_ENDING)
        g_assert_cmpint (t.producer->n_produces, ==, n_produces);
      g_assert_cmpuint (t.consumer->n_registers, ==, 1);
      ptp_test_stream_clear (&t);
    }
}

/* Two tasks would share the loop as two streams do: each step would come twice as often as that
 * of a neighbour.
 */
static void
test_l1_one_task (void)
{
  PtpTestStream once, twice;
  PtpTestClock clock = { 0 };

  ptp_test_stream_init (&once, ptp_test_producer_new_endless ("x"));
  ptp_cooperator_set_clock (once.cooperator, ptp_test_clock_read, &clock, NULL);
  ptp_test_stream_init_on (&twice, ptp_test_producer_new_endless ("x"), once.cooperator);
  ptp_cooperator_set_slice (once.cooperator, 0);
  ptp_test_stream_start (&once);
  ptp_test_stream_start (&twice);
  start (&twice);
  for (guint i = 0; i < 400; i++)
    {
      ptp_test_turns (1);
      clock.now += 1000;
    }

  g_assert_cmpint (once.producer->n_produces, >, 10);
  g_assert_cmpint (2 * twice.producer->n_produces, <, 3 * once.producer->n_produces);
  ptp_pull_to_push_stop_streaming (once.stream);
  ptp_test_stream_clear (&twice);
  ptp_test_stream_clear (&once);
}

static void
test_l2_stop_streaming (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  ptp_pull_to_push_stop_streaming (t.stream);
  ptp_test_stream_assert_state (&t, ENDING);
  start (&t);
  g_assert_cmpuint (t.ends->n_ends, ==, 0);
  ptp_test_ends_wait (t.ends);

  /* Nobody had enough of it (rule L18). */
  g_assert_cmpuint (t.ends->n_stopped, ==, 1);
  ptp_test_log_assert (t.log, "cancel stopped");
  start (&t);
  ptp_test_drain ();
  g_assert_cmpint (t.producer->n_produces, ==, 0);
  ptp_test_stream_clear (&t);
}

static void
test_l2_stop_producing (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  ptp_test_stream_stop (&t);
  ptp_test_stream_assert_state (&t, ENDING);
  ptp_test_log_assert (t.log, "");
  start (&t);
  ptp_test_ends_wait (t.ends);

  ptp_test_log_assert (t.log, "cancel stopped");
  start (&t);
  ptp_test_drain ();
  g_assert_cmpint (t.producer->n_produces, ==, 0);
  g_assert_cmpint (t.producer->n_cancels, ==, 1);
  ptp_test_stream_clear (&t);
}

/* The first of the two kinds decides. */
static void
test_l2_both_kinds (void)
{
  g_autoptr (GError) reason = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "Busy");
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  ptp_pull_to_push_stop_streaming (t.stream);
  ptp_push_producer_stop_producing (PTP_PUSH_PRODUCER (t.stream), reason);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "cancel stopped");
  ptp_test_stream_clear (&t);

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  ptp_push_producer_stop_producing (PTP_PUSH_PRODUCER (t.stream), reason);
  ptp_pull_to_push_stop_streaming (t.stream);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "cancel failed");
  ptp_test_stream_clear (&t);
}

static void
test_l2_unregister (void)
{
  PtpTestStream t;
  g_autoptr (GError) error = NULL;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  ptp_consumer_register_push_producer (PTP_CONSUMER (t.consumer), PTP_PUSH_PRODUCER (t.stream),
                                       &error);
  g_assert_no_error (error);
  ptp_test_stream_unregister (&t);
  start (&t);
  ptp_test_ends_wait (t.ends);

  ptp_test_log_assert (t.log, "register unregister cancel finished");
  ptp_test_stream_clear (&t);
}

static void
test_l3_pause (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b"));
  ptp_test_stream_pause (&t);
  ptp_test_stream_assert_state (&t, IDLE);
  ptp_test_stream_assert_holders (&t, "consumer");
  ptp_test_stream_start (&t);
  ptp_test_stream_assert_state (&t, PAUSED);
  ptp_test_drain ();
  ptp_test_stream_assert_state (&t, PAUSED);
  g_assert_cmpint (t.producer->n_produces, ==, 0);

  ptp_test_stream_resume (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_assert_bytes (&t, "ab");
  ptp_test_stream_clear (&t);
}

static void
test_l3_hold (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b"));
  ptp_pull_to_push_hold (t.stream, "user");
  ptp_test_stream_assert_holders (&t, "user");
  ptp_test_stream_start (&t);
  ptp_test_stream_assert_state (&t, PAUSED);
  ptp_test_drain ();
  g_assert_cmpint (t.producer->n_produces, ==, 0);

  ptp_pull_to_push_release (t.stream, "user");
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_assert_bytes (&t, "ab");
  ptp_test_stream_clear (&t);
}

static void
test_l3_let_go_before_start (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  ptp_test_stream_pause (&t);
  ptp_pull_to_push_hold (t.stream, "user");
  ptp_test_stream_resume (&t);
  ptp_pull_to_push_release (t.stream, "user");
  ptp_test_drain ();
  ptp_test_stream_assert_state (&t, IDLE);
  ptp_test_stream_start (&t);
  ptp_test_stream_assert_state (&t, STREAMING);
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_assert_bytes (&t, "a");
  ptp_test_stream_clear (&t);
}

/* A consumer that has no room yet says so while it is registered. */
static void
test_l3_pause_inside_register (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  t.consumer->on_register = ptp_test_consumer_pause;
  ptp_test_stream_start (&t);
  ptp_test_drain ();
  ptp_test_stream_assert_state (&t, PAUSED);
  ptp_test_log_assert (t.log, "register");

  ptp_test_stream_resume (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_assert_bytes (&t, "a");
  ptp_test_stream_clear (&t);
}

static void
test_l4_in_every_state (void)
{
  for (int i = PTP_STREAM_STATE_IDLE; i <= PTP_STREAM_STATE_FAILED; i++)
    {
      PtpTestStream t;
      int n_produces;

      if (i == PTP_STREAM_STATE_PAUSED)
        continue;

      ptp_test_stream_init_in (&t, (PtpStreamState) i);
      /* So that the second step after the first PENDING is not taken for one that resume made. */
      if (i == PTP_STREAM_STATE_WAITING)
        ptp_test_drain ();
      n_produces = t.producer->n_produces;
      ptp_test_stream_resume (&t);
      ptp_pull_to_push_release (t.stream, "nobody");
      g_assert_cmpint (ptp_pull_to_push_get_state (t.stream), ==, i);
      ptp_test_turns (20);
      g_assert_cmpint (ptp_pull_to_push_get_state (t.stream), ==, i);
      if (i != PTP_STREAM_STATE_STREAMING)
        g_assert_cmpint (t.producer->n_produces, ==, n_produces);
      ptp_test_stream_clear (&t);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/L1/start-twice", test_l1_start_twice);
  g_test_add_func ("/rules/L1/start-from-inside", test_l1_start_from_inside);
  g_test_add_func ("/rules/L1/in-every-state", test_l1_in_every_state);
  g_test_add_func ("/rules/L1/one-task", test_l1_one_task);
  g_test_add_func ("/rules/L2/stop-streaming", test_l2_stop_streaming);
  g_test_add_func ("/rules/L2/stop-producing", test_l2_stop_producing);
  g_test_add_func ("/rules/L2/both-kinds", test_l2_both_kinds);
  g_test_add_func ("/rules/L2/unregister", test_l2_unregister);
  g_test_add_func ("/rules/L3/pause", test_l3_pause);
  g_test_add_func ("/rules/L3/hold", test_l3_hold);
  g_test_add_func ("/rules/L3/let-go-before-start", test_l3_let_go_before_start);
  g_test_add_func ("/rules/L3/pause-inside-register", test_l3_pause_inside_register);
  g_test_add_func ("/rules/L4/in-every-state", test_l4_in_every_state);

  return g_test_run ();
}
