/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rules R1 to R4 and R7: what is called from inside a step. */

#include "ptp-test-stream.h"

static void
test_r1_pause_inside_write (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b c"));
  t.consumer->on_write = ptp_test_consumer_pause;
  ptp_test_stream_start (&t);
  for (int i = 1; i <= 3; i++)
    {
      ptp_test_drain ();
      g_assert_cmpint (t.producer->n_produces, ==, i);
      ptp_test_stream_assert_state (&t, PAUSED);
      ptp_test_stream_resume (&t);
    }

  ptp_test_ends_wait (t.ends);
  ptp_test_stream_assert_bytes (&t, "abc");
  ptp_test_stream_clear (&t);
}

static void
hold_cb (gpointer self, gpointer user_data)
{
  PtpTestStream *t = user_data;

  ptp_pull_to_push_hold (t->stream, "step");
  ptp_test_stream_assert_state (t, PAUSED);
}

static void
test_r1_hold_inside_produce (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b"));
  t.producer->on_produce = hold_cb;
  ptp_test_stream_start (&t);
  for (int i = 1; i <= 3; i++)
    {
      ptp_test_drain ();
      g_assert_cmpint (t.producer->n_produces, ==, i);
      ptp_pull_to_push_release (t.stream, "step");
    }

  ptp_test_ends_wait (t.ends);
  ptp_test_stream_assert_bytes (&t, "ab");
  ptp_test_stream_clear (&t);
}

/* Cheap steps are run in blocks: a pause in the middle of one is not late. */
static void
test_r1_pause_after_many (void)
{
  PtpTestStream t;
  PtpTestClock clock = { 0 };

  ptp_test_stream_init (&t, ptp_test_producer_new_endless ("x"));
  ptp_cooperator_set_clock (t.cooperator, ptp_test_clock_read, &clock, NULL);
  ptp_test_stream_start (&t);
  for (int i = 0; i < 40; i++)
    {
      int n_produces;

      ptp_test_stream_until_produced (&t, t.producer->n_produces + 1 + 7 * i);
      n_produces = t.producer->n_produces;
      t.consumer->on_write = ptp_test_consumer_pause;
      ptp_test_drain ();
      g_assert_cmpint (t.producer->n_produces, ==, n_produces + 1);
      t.consumer->on_write = NULL;
      ptp_test_stream_resume (&t);
    }
  ptp_test_stream_clear (&t);
}

static void
pause_and_resume_cb (gpointer self, gpointer user_data)
{
  ptp_test_consumer_pause (self, NULL);
  ptp_test_consumer_resume (self, NULL);
}

static void
test_r2_pause_and_resume (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b c"));
  t.consumer->on_write = pause_and_resume_cb;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (
    t.log, "register produce write produce write produce write produce finish unregister finished");
  ptp_test_stream_assert_bytes (&t, "abc");
  ptp_test_stream_clear (&t);
}

/* Recursion would run out of stack, a lost wake-up out of patience. */
static void
test_r2_many (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_endless ("x"));
  t.consumer->on_write = pause_and_resume_cb;
  ptp_test_stream_start (&t);
  ptp_test_stream_until_produced (&t, 20000);
  g_assert_false (t.producer->reentered);
  ptp_test_stream_clear (&t);
}

/* Two streams keep the order in which they take turns. */
static void
test_r2_same_order (void)
{
  PtpTestStream a, b;
  PtpTestClock clock = { 0 };

  ptp_test_stream_init (&a, ptp_test_producer_new_endless ("x"));
  ptp_cooperator_set_clock (a.cooperator, ptp_test_clock_read, &clock, NULL);
  ptp_test_stream_init_on (&b, ptp_test_producer_new_endless ("x"), a.cooperator);
  a.consumer->on_write = pause_and_resume_cb;
  ptp_test_stream_start (&a);
  ptp_test_stream_start (&b);
  ptp_test_stream_until_produced (&a, 1000);
  ptp_test_stream_until_produced (&b, 1000);
  ptp_pull_to_push_stop_streaming (b.stream);
  ptp_test_stream_clear (&a);
  ptp_test_stream_clear (&b);
}

static void
test_r3_stop_inside_write (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b c"));
  t.consumer->on_write = ptp_test_consumer_stop;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  /* A cancel inside produce would have set reentered, which clear() looks at. */
  ptp_test_log_assert (t.log, "register produce write cancel abort unregister stopped");
  g_assert_cmpint (t.producer->n_produces, ==, 1);
  ptp_test_stream_clear (&t);
}

static void
stop_cb (gpointer self, gpointer user_data)
{
  PtpTestStream *t = user_data;

  ptp_test_stream_stop (t);
  ptp_test_stream_stop (t);
  ptp_test_stream_assert_state (t, ENDING);
  g_assert_cmpint (t->producer->n_cancels, ==, 0);
}

static void
test_r3_stop_inside_produce (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b c"));
  t.producer->on_produced = stop_cb;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register produce write cancel abort unregister stopped");
  ptp_test_stream_clear (&t);
}

/* The producer waits, and will never be asked again: it is told, like any other. */
static void
test_r3_stop_beside_pending (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer (t.producer, "a", PTP_STEP_RESULT_PENDING);
  t.producer->on_produced = stop_cb;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register produce write cancel abort unregister stopped");
  ptp_test_stream_clear (&t);
}

static void
stop_streaming_cb (gpointer self, gpointer user_data)
{
  PtpTestStream *t = user_data;

  ptp_pull_to_push_stop_streaming (t->stream);
  ptp_test_stream_assert_state (t, ENDING);
  g_assert_cmpint (t->producer->n_cancels, ==, 0);
}

static void
test_r4_stop_streaming (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b c"));
  t.consumer->on_write = stop_streaming_cb;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register produce write cancel abort unregister stopped");
  g_assert_cmpint (t.producer->n_produces, ==, 1);
  ptp_test_stream_clear (&t);

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b c"));
  t.producer->on_produce = stop_streaming_cb;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register produce write cancel abort unregister stopped");
  g_assert_cmpint (t.producer->n_produces, ==, 1);
  /* The step that was under way was free to write. */
  ptp_test_stream_assert_bytes (&t, "a");
  ptp_test_stream_clear (&t);
}

static void
unregister_cb (gpointer self, gpointer user_data)
{
  PtpTestStream *t = user_data;

  ptp_test_stream_unregister (t);
}

static void
test_r4_unregister (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b c"));
  t.consumer->on_write = unregister_cb;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register produce write unregister cancel finished");
  ptp_test_stream_clear (&t);

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b c"));
  t.producer->on_produced = unregister_cb;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register produce write unregister cancel finished");
  ptp_test_stream_clear (&t);
}

static void
ready_cb (gpointer self, gpointer user_data)
{
  ptp_pull_producer_emit_ready (self);
}

/* Each PENDING is answered by a ready that came before it: none of them may make it wait. */
static void
test_r7_ready_inside_produce (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  for (guint i = 0; i < 10; i++)
    ptp_test_producer_answer (t.producer, "x", PTP_STEP_RESULT_PENDING);
  t.producer->on_produce = ready_cb;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_assert_bytes (&t, "xxxxxxxxxx");
  ptp_test_stream_clear (&t);
}

/* Nobody listened yet: the first PENDING is asked once more, and only once. */
static void
test_r7_asked_once_more (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  t.producer->rest = PTP_STEP_RESULT_PENDING;
  ptp_test_stream_start (&t);
  ptp_test_drain ();
  g_assert_cmpint (t.producer->n_produces, ==, 2);
  ptp_test_stream_assert_state (&t, WAITING);

  /* None too many does harm, and three at once are one. */
  ready_cb (t.producer, NULL);
  ready_cb (t.producer, NULL);
  ready_cb (t.producer, NULL);
  ptp_test_stream_assert_state (&t, STREAMING);
  ptp_test_drain ();
  ptp_test_stream_assert_state (&t, WAITING);
  g_assert_cmpint (t.producer->n_produces, >=, 3);
  g_assert_cmpint (t.producer->n_produces, <=, 4);
  ptp_test_stream_clear (&t);
}

/* Rule R7 from another thread, which is told of each step while that runs, and so is sometimes
 * before the PENDING and sometimes after it.
 */

#define N_RACES 1000

typedef struct
{
  PtpTestProducer *producer;
  GAsyncQueue *asked; /* (owned) */
} Race;

static void
tell_racer_cb (gpointer self, gpointer user_data)
{
  g_async_queue_push (((Race *) user_data)->asked, GINT_TO_POINTER (TRUE));
}

static gpointer
racer (gpointer user_data)
{
  Race *race = user_data;

  for (guint i = 0; i < N_RACES; i++)
    {
      g_async_queue_pop (race->asked);
      ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (race->producer));
    }
  return NULL;
}

static void
test_r7_ready_races (void)
{
  PtpTestStream t;
  Race race = { .asked = g_async_queue_new () };
  GThread *thread;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  race.producer = t.producer;
  for (guint i = 0; i < N_RACES; i++)
    ptp_test_producer_answer (t.producer, NULL, PTP_STEP_RESULT_PENDING);
  t.producer->on_produce = tell_racer_cb;
  t.producer->hook_data = &race;
  thread = g_thread_new ("racer", racer, &race);
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  g_assert_cmpint (t.producer->n_produces, ==, N_RACES + 1);
  g_thread_join (thread);
  ptp_test_stream_clear (&t);
  g_async_queue_unref (race.asked);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/R1/pause-inside-write", test_r1_pause_inside_write);
  g_test_add_func ("/rules/R1/hold-inside-produce", test_r1_hold_inside_produce);
  g_test_add_func ("/rules/R1/pause-after-many", test_r1_pause_after_many);
  g_test_add_func ("/rules/R2/pause-and-resume", test_r2_pause_and_resume);
  g_test_add_func ("/rules/R2/many", test_r2_many);
  g_test_add_func ("/rules/R2/same-order", test_r2_same_order);
  g_test_add_func ("/rules/R3/stop-inside-write", test_r3_stop_inside_write);
  g_test_add_func ("/rules/R3/stop-inside-produce", test_r3_stop_inside_produce);
  g_test_add_func ("/rules/R3/stop-beside-pending", test_r3_stop_beside_pending);
  g_test_add_func ("/rules/R4/stop-streaming", test_r4_stop_streaming);
  g_test_add_func ("/rules/R4/unregister", test_r4_unregister);
  g_test_add_func ("/rules/R7/ready-inside-produce", test_r7_ready_inside_produce);
  g_test_add_func ("/rules/R7/asked-once-more", test_r7_asked_once_more);
  g_test_add_func ("/rules/R7/ready-races", test_r7_ready_races);

  return g_test_run ();
}
