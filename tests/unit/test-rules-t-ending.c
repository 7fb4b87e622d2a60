/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rules T1 to T4 for the end: a consumer may settle in any thread, and at any time. */

#include "ptp-test-stream.h"
#include "ptp-test-wait.h"
#include "ptp-test-worker.h"

static void
settle_finished (gpointer consumer, gpointer unused)
{
  ptp_consumer_emit_settled (consumer, PTP_SETTLEMENT_FINISHED);
}

static void
settle_aborted (gpointer consumer, gpointer unused)
{
  ptp_consumer_emit_settled (consumer, PTP_SETTLEMENT_ABORTED);
}

static void
settle_failed (gpointer consumer, gpointer unused)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_READ_ONLY, "Read-only");

  ptp_consumer_emit_settle_failed (consumer, error);
}

/* For ptp_test_worker_call() */

typedef struct
{
  PtpTestStream t;
  GCancellable *cancellable; /* (owned) */
  PtpTestWait wait;          /* for the consumer to settle */
} Scene;

static void
init_cb (gpointer self, gpointer state)
{
  Scene *s = self;

  s->cancellable = g_cancellable_new ();
  ptp_test_stream_init_in (&s->t, (PtpStreamState) GPOINTER_TO_INT (state));
  s->t.consumer->finish_result = s->t.consumer->abort_result = PTP_END_RESULT_PENDING;
  ptp_pull_to_push_set_cancellable (s->t.stream, s->cancellable);
  ptp_test_wait_start (&s->wait, s->t.consumer, NULL);
}

static void
wait_cb (gpointer self, gpointer unused)
{
  Scene *s = self;

  ptp_test_ends_wait (s->t.ends);
  ptp_test_wait_until_over (&s->wait);
}

static void
clear_cb (gpointer self, gpointer unused)
{
  Scene *s = self;

  ptp_test_stream_clear (&s->t);
  ptp_test_wait_clear (&s->wait);
  g_assert_finalize_object (s->cancellable);
}

static void
scene_init (Scene *s, PtpTestWorker *worker, PtpStreamState state)
{
  *s = (Scene){ 0 };
  ptp_test_worker_call (worker, init_cb, s, GINT_TO_POINTER ((int) state));
}

/* Everybody is called, and everybody hears of it, on the context. */
static void
test_t1_settled_elsewhere (void)
{
  const PtpTestHook hooks[] = { settle_finished, settle_aborted, settle_failed };

  for (gsize i = 0; i < G_N_ELEMENTS (hooks); i++)
    {
      PtpTestWorker worker;
      Scene s;

      ptp_test_worker_init (&worker);
      scene_init (&s, &worker, PTP_STREAM_STATE_ENDING);
      hooks[i](s.t.consumer, NULL);
      ptp_test_worker_call (&worker, wait_cb, &s, NULL);
      g_assert_true (s.t.ends->thread == worker.thread);
      g_assert_true (s.t.ends->context == worker.context);
      g_assert_true (s.t.consumer->context == worker.context);
      g_assert_true (s.wait.thread == worker.thread);
      g_assert_cmpint (s.t.ends->state, ==,
                       i == 0 ? PTP_STREAM_STATE_FINISHED : PTP_STREAM_STATE_FAILED);
      /* clear() looks whether anybody strayed. */
      ptp_test_worker_call (&worker, clear_cb, &s, NULL);
      ptp_test_worker_clear (&worker);
    }
}

/* Rule T2: all of them at once, in threads of their own. */

static gpointer
settle_finished_in_thread (gpointer self)
{
  settle_finished (((Scene *) self)->t.consumer, NULL);
  return NULL;
}

static gpointer
settle_aborted_in_thread (gpointer self)
{
  settle_aborted (((Scene *) self)->t.consumer, NULL);
  return NULL;
}

static gpointer
cut_in_thread (gpointer self)
{
  Scene *s = self;

  ptp_pull_to_push_stop_streaming (s->t.stream);
  ptp_pull_to_push_hold (s->t.stream, "thread");
  g_cancellable_cancel (s->cancellable);
  return NULL;
}

/* The stream says what the consumer said, and says it once. */
static void
assert_agrees (Scene *s, gboolean from_the_end)
{
  g_assert_cmpuint (s->t.ends->n_ends, ==, 1);
  g_assert_cmpuint (s->t.consumer->n_aborts, <=, 1);
  g_assert_cmpuint (s->t.consumer->n_unregisters, ==, 1);
  if (!from_the_end)
    {
      g_assert_cmpint (s->t.ends->state, ==, PTP_STREAM_STATE_STOPPED);
      g_assert_cmpint (s->wait.settlement, ==, PTP_SETTLEMENT_ABORTED);
      return;
    }

  g_assert_true ((s->t.ends->state == PTP_STREAM_STATE_FINISHED)
                 == (s->wait.settlement == PTP_SETTLEMENT_FINISHED));
}

/* Where the stream is told to abort it may be so late that nobody would settle any more. */
static void
settle_again_cb (gpointer consumer, gpointer unused)
{
  settle_aborted (consumer, NULL);
}

static void
test_t2_racing_settlements (gconstpointer data)
{
  PtpStreamState state = (PtpStreamState) GPOINTER_TO_INT (data);
  GThreadFunc const funcs[]
    = { settle_finished_in_thread, settle_aborted_in_thread, cut_in_thread };
  PtpTestWorker worker;

  ptp_test_worker_init (&worker);
  for (guint round = 0; round < 150; round++)
    {
      GThread *threads[G_N_ELEMENTS (funcs)];
      Scene s;

      scene_init (&s, &worker, state);
      s.t.consumer->on_abort = settle_again_cb;
      for (gsize i = 0; i < G_N_ELEMENTS (funcs); i++)
        threads[i] = g_thread_new ("race", funcs[(i + round) % G_N_ELEMENTS (funcs)], &s);
      for (gsize i = 0; i < G_N_ELEMENTS (funcs); i++)
        g_thread_join (threads[i]);
      ptp_test_worker_call (&worker, wait_cb, &s, NULL);
      assert_agrees (&s, state == PTP_STREAM_STATE_ENDING);
      ptp_test_worker_call (&worker, clear_cb, &s, NULL);
    }
  ptp_test_worker_clear (&worker);
}

/* However many, before the next turn: one dispatch. */

static void
do_everything_cb (gpointer self, gpointer unused)
{
  Scene *s = self;

  for (guint i = 0; i < 100; i++)
    {
      ptp_pull_to_push_hold (s->t.stream, "thread");
      ptp_test_stream_pause (&s->t);
      ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (s->t.producer));
      settle_finished (s->t.consumer, NULL);
      ptp_pull_to_push_stop_streaming (s->t.stream);
      g_cancellable_cancel (s->cancellable);
    }
}

static void
test_t2_one_wake_up (void)
{
  GMainContext *context = g_main_context_new ();
  guint n_dispatches = 0;
  Scene s = { 0 };

  g_main_context_push_thread_default (context);
  init_cb (&s, GINT_TO_POINTER (PTP_STREAM_STATE_ENDING));
  ptp_test_drain ();
  ptp_test_in_thread (do_everything_cb, &s, NULL);
  g_assert_cmpuint (s.t.ends->n_ends, ==, 0);
  while (s.t.ends->n_ends == 0)
    if (g_main_context_iteration (context, FALSE))
      n_dispatches++;
  /* One for whoever waits for the consumer, and one for the stream. */
  g_assert_cmpuint (n_dispatches, <=, 2);
  g_assert_cmpint (s.t.ends->state, ==, PTP_STREAM_STATE_FINISHED);
  wait_cb (&s, NULL);
  clear_cb (&s, NULL);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
}

/* Rule T3: nothing is done by whoever settles, and nothing waits for them. */
static void
test_t3_settles_and_returns (void)
{
  Scene s = { 0 };

  init_cb (&s, GINT_TO_POINTER (PTP_STREAM_STATE_ENDING));
  ptp_test_log_clear (s.t.log);
  ptp_test_in_thread (settle_finished, s.t.consumer, NULL);
  ptp_test_log_assert (s.t.log, "");
  ptp_test_stream_assert_state (&s.t, ENDING);
  g_assert_cmpuint (s.wait.n_calls, ==, 0);
  wait_cb (&s, NULL);
  clear_cb (&s, NULL);
}

/* Rule T4 */

static void
unref_cb (gpointer object, gpointer unused)
{
  g_object_unref (object);
}

static void
finalize_cb (gpointer object, gpointer unused)
{
  g_assert_finalize_object (object);
}

/* A consumer that was told its end by hand, or was not, and whom nobody needs any more. */
static void
test_t4_consumer (void)
{
  g_autoptr (GError) reason = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "Line is busy");

  for (guint i = 0; i < 6; i++)
    {
      PtpTestConsumer *consumer = ptp_test_consumer_new ();
      g_autoptr (PtpTestLog) log = ptp_test_log_new ();

      consumer->finish_result = consumer->abort_result
        = i % 2 == 0 ? PTP_END_RESULT_PENDING : PTP_END_RESULT_DONE;
      if (i < 2)
        ptp_consumer_finish (PTP_CONSUMER (consumer), NULL);
      else if (i < 4)
        ptp_consumer_abort (PTP_CONSUMER (consumer), reason, NULL);
      ptp_test_consumer_set_log (consumer, log);
      ptp_test_in_thread (finalize_cb, consumer, NULL);
      ptp_test_log_assert (log, "");
    }
}

/* While it settles a stream needs nobody's reference; what settles it may be the last to hold one.
 */
static void
settle_and_unref_cb (gpointer consumer, gpointer unused)
{
  settle_finished (consumer, NULL);
  g_object_unref (consumer);
}

static void
test_t4_while_ending (void)
{
  gpointer stream, consumer, producer;
  PtpTestStream t;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_ENDING);
  stream = t.stream;
  consumer = t.consumer;
  producer = t.producer;
  g_object_add_weak_pointer (stream, &stream);
  g_object_add_weak_pointer (consumer, &consumer);
  g_object_add_weak_pointer (producer, &producer);
  ptp_test_in_thread (unref_cb, g_steal_pointer (&t.stream), NULL);
  ptp_test_in_thread (unref_cb, g_steal_pointer (&t.producer), NULL);
  ptp_test_drain ();
  g_assert_nonnull (stream);
  ptp_test_in_thread (settle_and_unref_cb, g_steal_pointer (&t.consumer), NULL);
  ptp_test_ends_wait (t.ends);
  g_assert_cmpuint (t.ends->n_finished, ==, 1);
  g_assert_null (stream);
  g_assert_null (consumer);
  g_assert_null (producer);
  g_clear_object (&t.cooperator);
  ptp_test_ends_unref (t.ends);
  ptp_test_log_unref (t.log);
}

/* A context that is never run again keeps what was started there; nobody is called for it, and each
 * call is as good as ever, until somebody does run it.
 */
static void
test_t4_context_not_run (void)
{
  GMainContext *context = g_main_context_new ();
  PtpTestStream t;

  g_main_context_push_thread_default (context);
  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_ENDING);
  ptp_test_log_clear (t.log);
  g_main_context_pop_thread_default (context);
  ptp_test_in_thread (settle_finished, t.consumer, NULL);
  ptp_pull_to_push_stop_streaming (t.stream);
  ptp_test_drain ();
  ptp_test_log_assert (t.log, "");
  ptp_test_stream_assert_state (&t, ENDING);

  g_main_context_push_thread_default (context);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "unregister finished");
  ptp_test_stream_clear (&t);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/T1/settled-elsewhere", test_t1_settled_elsewhere);
  g_test_add_data_func ("/rules/T2/racing-settlements/finishing",
                        GINT_TO_POINTER (PTP_STREAM_STATE_ENDING), test_t2_racing_settlements);
  g_test_add_data_func ("/rules/T2/racing-settlements/streaming",
                        GINT_TO_POINTER (PTP_STREAM_STATE_WAITING), test_t2_racing_settlements);
  g_test_add_func ("/rules/T2/one-wake-up-to-end", test_t2_one_wake_up);
  g_test_add_func ("/rules/T3/settles-and-returns", test_t3_settles_and_returns);
  g_test_add_func ("/rules/T4/consumer", test_t4_consumer);
  g_test_add_func ("/rules/T4/while-ending", test_t4_while_ending);
  g_test_add_func ("/rules/T4/context-not-run", test_t4_context_not_run);

  return g_test_run ();
}
