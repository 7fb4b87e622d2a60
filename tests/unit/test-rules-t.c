/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rules T1 to T4: what other threads may do, and what they never see. */

#include "ptp-test-stream.h"
#include "ptp-test-worker.h"

/* For ptp_test_worker_call() */

static void
init_in_cb (gpointer t, gpointer state)
{
  ptp_test_stream_init_in (t, (PtpStreamState) GPOINTER_TO_INT (state));
}

static void
start_cb (gpointer t, gpointer unused)
{
  ptp_test_stream_start (t);
}

static void
wait_cb (gpointer t, gpointer unused)
{
  ptp_test_ends_wait (((PtpTestStream *) t)->ends);
}

static void
clear_cb (gpointer t, gpointer unused)
{
  ptp_test_stream_clear (t);
}

static void
init_in (PtpTestWorker *worker, PtpTestStream *t, PtpStreamState state)
{
  ptp_test_worker_call (worker, init_in_cb, t, GINT_TO_POINTER ((int) state));
}

static void
note_thread_cb (GObject *stream, GParamSpec *pspec, gpointer user_data)
{
  GThread **thread = user_data;

  g_assert_true (*thread == NULL || *thread == g_thread_self ());
  *thread = g_thread_self ();
}

/* All ways to end, brought about from here. */

static void
end_by_stop (PtpTestStream *t, GCancellable *cancellable)
{
  ptp_test_stream_stop (t);
}

static void
end_by_stop_streaming (PtpTestStream *t, GCancellable *cancellable)
{
  ptp_pull_to_push_stop_streaming (t->stream);
}

static void
end_by_cancel (PtpTestStream *t, GCancellable *cancellable)
{
  g_cancellable_cancel (cancellable);
}

static void
set_cancellable_cb (gpointer t, gpointer cancellable)
{
  ptp_pull_to_push_set_cancellable (((PtpTestStream *) t)->stream, cancellable);
}

static void
test_t1_everything (void)
{
  void (*const ways[]) (PtpTestStream *, GCancellable *)
    = { end_by_stop, end_by_stop_streaming, end_by_cancel };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      PtpTestWorker worker;
      PtpTestStream t;
      GThread *notified = NULL;

      ptp_test_worker_init (&worker);
      init_in (&worker, &t, PTP_STREAM_STATE_IDLE);
      ptp_test_worker_call (&worker, set_cancellable_cb, &t, cancellable);
      g_signal_connect (t.stream, "notify", G_CALLBACK (note_thread_cb), &notified);
      ptp_test_worker_call (&worker, start_cb, &t, NULL);
      ptp_pull_to_push_hold (t.stream, "main");
      ptp_pull_to_push_release (t.stream, "main");
      ptp_test_worker_sync (&worker);
      ways[i](&t, cancellable);
      ptp_test_worker_call (&worker, wait_cb, &t, NULL);

      g_assert_true (t.producer->thread == NULL || t.producer->thread == worker.thread);
      g_assert_true (t.consumer->thread == worker.thread);
      g_assert_true (t.ends->thread == worker.thread);
      g_assert_true (t.ends->context == worker.context);
      g_assert_true (notified == worker.thread);
      ptp_test_worker_call (&worker, clear_cb, &t, NULL);
      ptp_test_worker_clear (&worker);
    }
}

/* Rule T2: a hundred calls of each kind, from a thread, before the next turn. */

static void
call_everything_cb (gpointer object, gpointer user_data)
{
  PtpTestStream *t = object;

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("hold %u", i);

      ptp_pull_to_push_hold (t->stream, name);
      ptp_test_stream_pause (t);
      ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (t->producer));
      ptp_test_stream_resume (t);
      ptp_pull_to_push_release (t->stream, name);
    }
}

static void
test_t2_hold_and_let_go (void)
{
  for (int i = PTP_STREAM_STATE_IDLE; i <= PTP_STREAM_STATE_FAILED; i++)
    {
      PtpTestStream t;
      int n_produces;

      ptp_test_stream_init_in (&t, (PtpStreamState) i);
      if (i != PTP_STREAM_STATE_STREAMING)
        ptp_test_drain ();
      n_produces = t.producer->n_produces;
      ptp_test_in_thread (call_everything_cb, &t, NULL);
      g_assert_cmpint (t.producer->n_produces, ==, n_produces);
      ptp_test_stream_assert_holders (&t, "");
      if (i == PTP_STREAM_STATE_STREAMING || i == PTP_STREAM_STATE_WAITING)
        ptp_test_stream_until_produced (&t, n_produces + 1);
      ptp_test_stream_clear (&t);
    }
}

static void
hold_all_cb (gpointer object, gpointer user_data)
{
  PtpTestStream *t = object;

  for (guint i = 0; i < 100; i++)
    {
      call_everything_cb (t, NULL);
      ptp_pull_to_push_hold (t->stream, "thread");
    }
}

static GPollFunc real_poll;
static guint n_wakes;

/* A context that is not running is woken through the first of its descriptors. */
static int
count_wakes (GPollFD *fds, guint n_fds, int timeout)
{
  int n_ready = real_poll (fds, n_fds, timeout);

  if (n_ready > 0)
    n_wakes++;
  return n_ready;
}

static void
test_t2_one_wake_up (void)
{
  GMainContext *context = g_main_context_new ();
  PtpTestStream t;
  guint n_dispatches = 0;
  int n_produces;

  g_main_context_push_thread_default (context);
  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_WAITING);
  ptp_test_drain ();
  n_produces = t.producer->n_produces;
  real_poll = g_main_context_get_poll_func (context);
  g_main_context_set_poll_func (context, count_wakes);
  n_wakes = 0;
  ptp_test_in_thread (hold_all_cb, &t, NULL);

  for (guint i = 0; i < 10; i++)
    if (g_main_context_iteration (context, FALSE))
      n_dispatches++;
  g_assert_cmpuint (n_dispatches, ==, 1);
  g_assert_cmpuint (n_wakes, <=, 1);
  g_assert_cmpint (t.producer->n_produces, ==, n_produces);
  ptp_test_stream_assert_state (&t, PAUSED);
  g_assert_false (ptp_cooperator_get_active (t.cooperator));
  ptp_test_stream_clear (&t);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
}

static void
end_all_cb (gpointer object, gpointer cancellable)
{
  PtpTestStream *t = object;

  for (guint i = 0; i < 100; i++)
    {
      ptp_test_stream_stop (t);
      ptp_pull_to_push_stop_streaming (t->stream);
      g_cancellable_cancel (cancellable);
      ptp_push_producer_unregistered (PTP_PUSH_PRODUCER (t->stream));
    }
}

static void
test_t2_end (void)
{
  for (int i = PTP_STREAM_STATE_IDLE; i <= PTP_STREAM_STATE_FAILED; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      PtpTestStream t;
      int n_produces;

      ptp_test_stream_init_in (&t, (PtpStreamState) i);
      ptp_pull_to_push_set_cancellable (t.stream, cancellable);
      n_produces = t.producer->n_produces;
      ptp_test_in_thread (end_all_cb, &t, cancellable);
      ptp_test_ends_wait (t.ends);
      g_assert_cmpint (ptp_pull_to_push_get_state (t.stream), ==,
                       i < PTP_STREAM_STATE_FINISHED ? (int) PTP_STREAM_STATE_STOPPED : i);
      g_assert_cmpint (t.producer->n_produces, ==, n_produces);
      ptp_test_stream_clear (&t);
    }
}

/* From several threads at a time, while the stream runs in its own. */

static gpointer
harass (gpointer user_data)
{
  PtpTestStream *t = user_data;

  for (guint i = 0; i < 20; i++)
    call_everything_cb (t, NULL);
  return NULL;
}

static void
test_t2_racing (void)
{
  PtpTestWorker worker;
  PtpTestStream t;
  GThread *threads[3];

  ptp_test_worker_init (&worker);
  init_in (&worker, &t, PTP_STREAM_STATE_STREAMING);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("harass", harass, &t);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  ptp_test_stream_assert_holders (&t, "");
  ptp_test_stream_assert_state (&t, STREAMING);
  ptp_test_worker_call (&worker, clear_cb, &t, NULL);
  ptp_test_worker_clear (&worker);
}

static gpointer
end_in_thread (gpointer user_data)
{
  PtpTestStream *t = user_data;

  call_everything_cb (t, NULL);
  ptp_test_stream_stop (t);
  call_everything_cb (t, NULL);
  return NULL;
}

static void
test_t2_racing_ends (void)
{
  for (guint round = 0; round < 50; round++)
    {
      PtpTestWorker worker;
      PtpTestStream t;
      GThread *threads[2];

      ptp_test_worker_init (&worker);
      init_in (&worker, &t, round % 2 ? PTP_STREAM_STATE_STREAMING : PTP_STREAM_STATE_WAITING);
      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("end", end_in_thread, &t);
      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
      ptp_test_worker_call (&worker, wait_cb, &t, NULL);
      g_assert_cmpuint (t.ends->n_stopped, ==, 1);
      g_assert_cmpint (t.producer->n_cancels, ==, 1);
      ptp_test_worker_call (&worker, clear_cb, &t, NULL);
      ptp_test_worker_clear (&worker);
    }
}

/* The step that was running when the call returned had been counted when it began; between that
 * and the call one more may have begun, but only one.
 */
static void
assert_stands (PtpTestWorker *worker, PtpTestStream *t, int n_before)
{
  int n_after;

  ptp_test_worker_sync (worker);
  n_after = g_atomic_int_get (&t->producer->n_produces);
  g_assert_cmpint (n_after, <=, n_before + 1);
  ptp_test_worker_sync (worker);
  g_assert_cmpint (g_atomic_int_get (&t->producer->n_produces), ==, n_after);
}

static void
until_produced_cb (gpointer t, gpointer n_more)
{
  ptp_test_stream_until_produced (t, ((PtpTestStream *) t)->producer->n_produces
                                       + GPOINTER_TO_INT (n_more));
}

static void
test_t3_pause (void)
{
  PtpTestWorker worker;
  PtpTestStream t;

  ptp_test_worker_init (&worker);
  init_in (&worker, &t, PTP_STREAM_STATE_STREAMING);
  for (int round = 0; round < 300; round++)
    {
      ptp_test_worker_call (&worker, until_produced_cb, &t, GINT_TO_POINTER (round % 40));
      if (round % 2)
        ptp_test_stream_pause (&t);
      else
        ptp_pull_to_push_hold (t.stream, "main");
      assert_stands (&worker, &t, g_atomic_int_get (&t.producer->n_produces));
      ptp_test_stream_resume (&t);
      ptp_pull_to_push_release (t.stream, "main");
    }
  ptp_test_worker_call (&worker, clear_cb, &t, NULL);
  ptp_test_worker_clear (&worker);
}

static void
test_t3_end (void)
{
  void (*const ways[]) (PtpTestStream *, GCancellable *)
    = { end_by_stop, end_by_stop_streaming, end_by_cancel };

  for (gsize round = 0; round < 60; round++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      PtpTestWorker worker;
      PtpTestStream t;

      ptp_test_worker_init (&worker);
      init_in (&worker, &t, PTP_STREAM_STATE_STREAMING);
      ptp_test_worker_call (&worker, set_cancellable_cb, &t, cancellable);
      ways[round % G_N_ELEMENTS (ways)](&t, cancellable);
      assert_stands (&worker, &t, g_atomic_int_get (&t.producer->n_produces));
      ptp_test_worker_call (&worker, wait_cb, &t, NULL);
      ptp_test_worker_call (&worker, clear_cb, &t, NULL);
      ptp_test_worker_clear (&worker);
    }
}

/* A step that is under way is not waited for. */

typedef struct
{
  PtpTestStream t;
  GMutex mutex;
  GCond cond;
  gboolean inside;
  gboolean go_on;
} Gate;

static void
gate_cb (gpointer self, gpointer user_data)
{
  Gate *gate = user_data;

  g_mutex_lock (&gate->mutex);
  gate->inside = TRUE;
  g_cond_broadcast (&gate->cond);
  while (!gate->go_on)
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);
}

static void
gate_init_cb (gpointer object, gpointer unused)
{
  Gate *gate = object;

  ptp_test_stream_init (&gate->t, ptp_test_producer_new_endless ("x"));
  gate->t.producer->on_produce = gate_cb;
  gate->t.producer->hook_data = gate;
  ptp_test_stream_start (&gate->t);
}

static void
test_t3_does_not_wait (void)
{
  PtpTestWorker worker;
  Gate gate = { 0 };

  g_mutex_init (&gate.mutex);
  g_cond_init (&gate.cond);
  ptp_test_worker_init (&worker);
  ptp_test_worker_call (&worker, gate_init_cb, &gate, NULL);
  g_mutex_lock (&gate.mutex);
  while (!gate.inside)
    g_cond_wait (&gate.cond, &gate.mutex);
  g_mutex_unlock (&gate.mutex);

  /* Every one of these would hang here if it did. */
  call_everything_cb (&gate.t, NULL);
  ptp_test_stream_stop (&gate.t);
  ptp_test_stream_assert_state (&gate.t, ENDING);
  g_assert_cmpint (g_atomic_int_get (&gate.t.producer->n_cancels), ==, 0);

  g_mutex_lock (&gate.mutex);
  gate.go_on = TRUE;
  g_cond_broadcast (&gate.cond);
  g_mutex_unlock (&gate.mutex);
  ptp_test_worker_call (&worker, wait_cb, &gate.t, NULL);
  g_assert_cmpint (gate.t.producer->n_produces, ==, 1);
  g_assert_cmpint (gate.t.producer->n_cancels, ==, 1);
  ptp_test_worker_call (&worker, clear_cb, &gate.t, NULL);
  ptp_test_worker_clear (&worker);
  g_mutex_clear (&gate.mutex);
  g_cond_clear (&gate.cond);
}

static void
drop_cb (gpointer object, gpointer unused)
{
  g_assert_finalize_object (object);
}

static void
test_t4_last_reference (void)
{
  const PtpStreamState states[] = { PTP_STREAM_STATE_IDLE, PTP_STREAM_STATE_FINISHED,
                                    PTP_STREAM_STATE_STOPPED, PTP_STREAM_STATE_FAILED };

  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    {
      PtpTestStream t;

      ptp_test_stream_init_in (&t, states[i]);
      /* Held and cancellable, so that there is something to let go of. */
      if (states[i] == PTP_STREAM_STATE_IDLE)
        {
          g_autoptr (GCancellable) cancellable = g_cancellable_new ();

          ptp_pull_to_push_set_cancellable (t.stream, cancellable);
          ptp_pull_to_push_hold (t.stream, "user");
        }
      ptp_test_stream_unregister (&t);
      ptp_test_log_clear (t.log);
      t.ends->n_ends = 0;

      ptp_test_in_thread (drop_cb, g_steal_pointer (&t.stream), NULL);
      ptp_test_drain ();
      ptp_test_log_assert (t.log, "");
      g_assert_cmpuint (t.ends->n_ends, ==, 0);
      ptp_test_in_thread (drop_cb, g_steal_pointer (&t.consumer), NULL);
      ptp_test_in_thread (drop_cb, g_steal_pointer (&t.producer), NULL);
      ptp_test_in_thread (drop_cb, g_steal_pointer (&t.cooperator), NULL);
      ptp_test_ends_unref (t.ends);
      ptp_test_log_unref (t.log);
    }
}

static void
unref_cb (gpointer object, gpointer unused)
{
  g_object_unref (object);
}

/* Nobody's reference is needed for a stream that runs: it is not the last that goes. */
static void
test_t4_while_streaming (void)
{
  PtpTestStream t;
  gpointer stream;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b"));
  stream = t.stream;
  g_object_add_weak_pointer (stream, &stream);
  ptp_test_stream_start (&t);
  ptp_test_in_thread (unref_cb, t.stream, NULL);
  g_assert_nonnull (stream);
  ptp_test_until_set (&t.ends->n_ends);
  ptp_test_drain ();
  g_assert_null (stream);
  ptp_test_stream_assert_bytes (&t, "ab");
  g_assert_cmpuint (t.ends->n_finished, ==, 1);
  ptp_test_assert_finalize (t.consumer);
  ptp_test_assert_finalize (t.producer);
  g_clear_object (&t.cooperator);
  ptp_test_ends_unref (t.ends);
  ptp_test_log_unref (t.log);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/T1/everything", test_t1_everything);
  g_test_add_func ("/rules/T2/hold-and-let-go", test_t2_hold_and_let_go);
  g_test_add_func ("/rules/T2/one-wake-up", test_t2_one_wake_up);
  g_test_add_func ("/rules/T2/end", test_t2_end);
  g_test_add_func ("/rules/T2/racing", test_t2_racing);
  g_test_add_func ("/rules/T2/racing-ends", test_t2_racing_ends);
  g_test_add_func ("/rules/T3/pause", test_t3_pause);
  g_test_add_func ("/rules/T3/end", test_t3_end);
  g_test_add_func ("/rules/T3/does-not-wait", test_t3_does_not_wait);
  g_test_add_func ("/rules/T4/last-reference", test_t4_last_reference);
  g_test_add_func ("/rules/T4/while-streaming", test_t4_while_streaming);

  return g_test_run ();
}
