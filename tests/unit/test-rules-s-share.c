/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rules S3 to S6: how streams share time, and what they cost when they do not run. Time is the
 * test's own. */

#include "ptp-test-stream.h"
#include "ptp-test-work.h"

/* One for perfect fairness, one n-th for none. */
static double
jain_index (const PtpTestWork *works, gsize n_works)
{
  double sum = 0, squares = 0;

  for (gsize i = 0; i < n_works; i++)
    {
      double used = (double) works[i].used;

      sum += used;
      squares += used * used;
    }
  return sum * sum / ((double) n_works * squares);
}

static void
assert_fair (const gint64 *costs, gsize n_works)
{
  PtpTestClock clock = { 0 };
  PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
  g_autofree PtpTestWork *works = g_new0 (PtpTestWork, n_works);
  double index;

  ptp_cooperator_set_clock (cooperator, ptp_test_clock_read, &clock, NULL);
  for (gsize i = 0; i < n_works; i++)
    {
      works[i].clock = &clock;
      works[i].cost = costs[i];
      ptp_test_work_start (&works[i], cooperator);
    }
  while (clock.now < 400000)
    ptp_test_turns (1);

  index = jain_index (works, n_works);
  g_test_message ("Jain index of time among %" G_GSIZE_FORMAT " tasks: %.4f", n_works, index);
  g_assert_cmpfloat (index, >=, 0.95);
  ptp_test_works_stop (works, n_works);
  ptp_test_assert_finalize (cooperator);
}

static void
test_s3_fair_in_time (void)
{
  const gint64 graded[] = { 1, 10, 100, 1000 };
  const gint64 one_dear[] = { 1, 1, 1, 1, 1000 };
  const gint64 one_cheap[] = { 1000, 1000, 1000, 1000, 1 };
  const gint64 odd[] = { 1, 3, 7, 130, 333, 1000, 2, 2 };

  assert_fair (graded, G_N_ELEMENTS (graded));
  assert_fair (one_dear, G_N_ELEMENTS (one_dear));
  assert_fair (one_cheap, G_N_ELEMENTS (one_cheap));
  assert_fair (odd, G_N_ELEMENTS (odd));
}

/* What one did not use while it was away it does not get on top when it is back. */
static void
test_s3_no_savings (void)
{
  PtpTestClock clock = { 0 };
  PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
  PtpTestWork works[] = { { &clock, 5 }, { &clock, 5 } };
  gint64 back;

  ptp_cooperator_set_clock (cooperator, ptp_test_clock_read, &clock, NULL);
  ptp_test_work_start (&works[0], cooperator);
  ptp_test_work_start (&works[1], cooperator);
  ptp_cooperative_task_pause (works[1].task);
  while (clock.now < 100000)
    ptp_test_turns (1);
  ptp_cooperative_task_resume (works[1].task);
  works[0].used = works[1].used = 0;
  back = clock.now;
  while (clock.now < back + 20000)
    ptp_test_turns (1);
  g_assert_cmpfloat (jain_index (works, G_N_ELEMENTS (works)), >=, 0.95);
  ptp_test_works_stop (works, G_N_ELEMENTS (works));
  ptp_test_assert_finalize (cooperator);
}

/* Waits a thousand times without using its share of any of those turns, then works. */
static PtpStepResult
wait_then_work (gpointer user_data, GError **error)
{
  PtpTestWork *work = user_data;

  work->n_steps++;
  if (work->n_steps <= work->n_cheap)
    {
      ptp_cooperative_task_ready (work->task);
      return PTP_STEP_RESULT_PENDING;
    }

  work->clock->now += work->cost;
  work->used += work->cost;
  return PTP_STEP_RESULT_MORE;
}

static void
test_s3_no_savings_from_waiting (void)
{
  PtpTestClock clock = { 0 };
  PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
  PtpTestWork works[] = { { &clock, 5 }, { &clock, 5, 5000 } };
  gint64 since;

  ptp_cooperator_set_clock (cooperator, ptp_test_clock_read, &clock, NULL);
  works[1].task = ptp_cooperator_cooperate (cooperator, wait_then_work, &works[1], NULL);
  while (works[1].n_steps <= works[1].n_cheap)
    ptp_test_turns (1);
  ptp_test_work_start (&works[0], cooperator);
  works[1].used = 0;
  since = clock.now;
  while (clock.now < since + 20000)
    ptp_test_turns (1);
  g_assert_cmpfloat (jain_index (works, G_N_ELEMENTS (works)), >=, 0.95);
  ptp_test_works_stop (works, G_N_ELEMENTS (works));
  ptp_test_assert_finalize (cooperator);
}

static PtpStepResult
wait_at_once (gpointer user_data, GError **error)
{
  return PTP_STEP_RESULT_PENDING;
}

static void
slow_handler_cb (PtpCooperativeTask *task, GParamSpec *pspec, gpointer user_data)
{
  if (ptp_cooperative_task_get_state (task) == PTP_STREAM_STATE_WAITING)
    ((PtpTestClock *) user_data)->now += 100000;
}

static void
stop_when_late_cb (gpointer self, gpointer user_data)
{
  PtpTestWork *work = self;

  if (work->clock->now >= 130000)
    ptp_cooperative_task_stop (work->task);
}

/* A handler that takes long costs everybody time, but it is not charged to the one whose turn comes
 * next.
 */
static void
test_s3_handlers (void)
{
  PtpTestClock clock = { 0 };
  PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
  PtpCooperativeTask *waiting = NULL;
  PtpTestWork works[] = {
    { &clock, 5, 0, stop_when_late_cb },
    { &clock, 5, 0, stop_when_late_cb },
  };

  /* All in one slice: the next begins with a look at the clock anyway. */
  ptp_cooperator_set_clock (cooperator, ptp_test_clock_read, &clock, NULL);
  ptp_cooperator_set_slice (cooperator, G_USEC_PER_SEC);
  ptp_test_work_start (&works[0], cooperator);
  ptp_test_work_start (&works[1], cooperator);
  waiting = ptp_cooperator_cooperate (cooperator, wait_at_once, NULL, NULL);
  g_signal_connect (waiting, "notify::state", G_CALLBACK (slow_handler_cb), &clock);
  ptp_test_drain ();
  g_assert_cmpfloat (jain_index (works, G_N_ELEMENTS (works)), >=, 0.95);
  ptp_test_works_stop (works, G_N_ELEMENTS (works));
  ptp_cooperative_task_stop (waiting);
  ptp_test_assert_finalize (g_steal_pointer (&waiting));
  ptp_test_assert_finalize (cooperator);
}

/* Streams share with tasks as with each other. */
static void
slow_write_cb (gpointer self, gpointer user_data)
{
  ((PtpTestClock *) user_data)->now += 500;
}

static void
test_s3_streams_and_tasks (void)
{
  PtpTestClock clock = { 0 };
  PtpTestStream t;
  PtpTestWork works[] = { { &clock, 1 }, { &clock, 20 }, { &clock, 1000 } };
  PtpTestWork all[4];

  ptp_test_stream_init (&t, ptp_test_producer_new_endless ("x"));
  t.consumer->on_write = slow_write_cb;
  t.consumer->hook_data = &clock;
  ptp_cooperator_set_clock (t.cooperator, ptp_test_clock_read, &clock, NULL);
  ptp_test_stream_start (&t);
  for (gsize i = 0; i < G_N_ELEMENTS (works); i++)
    ptp_test_work_start (&works[i], t.cooperator);
  while (clock.now < 400000)
    ptp_test_turns (1);

  memcpy (all, works, sizeof (works));
  all[3] = (PtpTestWork){ .used = 500 * (gint64) t.consumer->n_writes };
  g_assert_cmpfloat (jain_index (all, G_N_ELEMENTS (all)), >=, 0.95);
  ptp_pull_to_push_stop_streaming (t.stream);
  ptp_test_works_stop (works, G_N_ELEMENTS (works));
  ptp_test_stream_clear (&t);
}

/* Rule S4: seen by who polls. */

static GPollFunc real_poll;
static int last_timeout;

static int
watch_poll (GPollFD *fds, guint n_fds, int timeout)
{
  last_timeout = timeout;
  return real_poll (fds, n_fds, 0);
}

static void
assert_nothing_to_do (PtpCooperator *cooperator)
{
  GMainContext *context = ptp_cooperator_get_context (cooperator);

  ptp_test_drain ();
  g_assert_false (ptp_cooperator_get_active (cooperator));
  g_assert_false (g_main_context_pending (context));
  /* A main loop would sleep until somebody wakes it. */
  last_timeout = 0;
  g_main_context_iteration (context, TRUE);
  g_assert_cmpint (last_timeout, ==, -1);
}

static void
test_s4_nothing_runnable (void)
{
  GMainContext *context = g_main_context_new ();
  g_autoptr (PtpCooperator) cooperator = NULL;
  PtpTestStream idle, paused, waiting, ended;

  g_main_context_push_thread_default (context);
  real_poll = g_main_context_get_poll_func (context);
  g_main_context_set_poll_func (context, watch_poll);
  cooperator = ptp_cooperator_new (context, G_PRIORITY_DEFAULT_IDLE);
  assert_nothing_to_do (cooperator);

  ptp_test_stream_init_on (&idle, ptp_test_producer_new_words ("a"), cooperator);
  assert_nothing_to_do (cooperator);

  ptp_test_stream_init_on (&paused, ptp_test_producer_new_endless ("x"), cooperator);
  ptp_test_stream_start (&paused);
  g_assert_true (ptp_cooperator_get_active (cooperator));
  ptp_test_stream_until_produced (&paused, 10);
  ptp_pull_to_push_hold (paused.stream, "test");
  assert_nothing_to_do (cooperator);

  ptp_test_stream_init_on (&waiting, ptp_test_producer_new (), cooperator);
  waiting.producer->rest = PTP_STEP_RESULT_PENDING;
  ptp_test_stream_start (&waiting);
  assert_nothing_to_do (cooperator);
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (waiting.producer));
  g_assert_true (ptp_cooperator_get_active (cooperator));
  assert_nothing_to_do (cooperator);

  ptp_test_stream_init_on (&ended, ptp_test_producer_new_words ("a"), cooperator);
  ptp_test_stream_start (&ended);
  assert_nothing_to_do (cooperator);
  g_assert_cmpuint (ended.ends->n_ends, ==, 1);

  ptp_test_stream_clear (&idle);
  ptp_test_stream_clear (&paused);
  ptp_test_stream_clear (&waiting);
  ptp_test_stream_clear (&ended);
  assert_nothing_to_do (cooperator);
  /* Its source would keep it. */
  ptp_test_assert_finalize (g_steal_pointer (&cooperator));
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
}

static void
note_destroyed (gpointer user_data)
{
  ((PtpTestClock *) user_data)->now = -1;
}

static void
test_s5_clock (void)
{
  PtpTestClock first = { 0 }, second = { 0 };
  PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
  PtpTestWork works[] = { { &first, 1 }, { &first, 1 } };

  ptp_cooperator_set_clock (cooperator, ptp_test_clock_read, &first, note_destroyed);
  ptp_test_work_start (&works[0], cooperator);
  ptp_test_work_start (&works[1], cooperator);
  ptp_test_turns (10);
  g_assert_cmpuint (first.n_reads, >, 0);

  /* One that stands still stops nobody: neither the other task nor the rest of the loop. */
  ptp_cooperator_set_clock (cooperator, ptp_test_clock_read, &second, note_destroyed);
  g_assert_cmpint (first.now, ==, -1);
  ptp_test_turns (10);
  g_assert_cmpuint (second.n_reads, >, 0);
  g_assert_cmpuint (works[0].n_steps, >, 0);
  g_assert_cmpuint (works[1].n_steps, >, 0);

  ptp_cooperator_set_clock (cooperator, NULL, NULL, NULL);
  g_assert_cmpint (second.now, ==, -1);
  second.n_reads = 0;
  ptp_test_turns (10);
  g_assert_cmpuint (second.n_reads, ==, 0);
  ptp_test_works_stop (works, G_N_ELEMENTS (works));
  ptp_test_assert_finalize (cooperator);
}

/* Rule S6 */

static gpointer
run_context (gpointer user_data)
{
  PtpTestStream *t = user_data;
  GMainContext *context = ptp_cooperator_get_context (t->cooperator);

  g_main_context_push_thread_default (context);
  ptp_test_ends_wait (t->ends);
  /* The stream lets go of itself in the turn of its end or in the one after that. */
  ptp_test_drain ();
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_s6_captured (void)
{
  GMainContext *context = g_main_context_new ();
  PtpTestStream t;
  GThread *thread;

  g_main_context_push_thread_default (context);
  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b"));
  ptp_test_stream_start (&t);
  g_main_context_pop_thread_default (context);
  /* Registering was a call from here, and is no part of what is asked. */
  t.consumer->thread = NULL;

  ptp_test_drain ();
  g_assert_cmpint (t.producer->n_produces, ==, 0);
  thread = g_thread_new ("context", run_context, &t);
  g_thread_join (thread);
  g_assert_true (t.producer->thread == thread);
  g_assert_true (t.consumer->thread == thread);
  g_assert_true (t.ends->thread == thread);
  g_assert_true (t.producer->context == context);
  g_assert_true (t.consumer->context == context);
  g_assert_true (t.ends->context == context);
  ptp_test_stream_assert_bytes (&t, "ab");
  ptp_test_stream_clear (&t);
  g_main_context_unref (context);
}

/* Whoever iterates it need not have pushed it. */
static void
test_s6_pushed (void)
{
  GMainContext *context = g_main_context_new ();
  PtpTestStream t;

  g_main_context_push_thread_default (context);
  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b"));
  ptp_test_stream_start (&t);
  g_main_context_pop_thread_default (context);

  while (t.ends->n_ends == 0)
    g_main_context_iteration (context, FALSE);
  g_assert_true (t.producer->context == context);
  g_assert_true (t.consumer->context == context);
  g_assert_true (t.ends->context == context);
  g_assert_null (g_main_context_get_thread_default ());
  g_main_context_push_thread_default (context);
  ptp_test_drain ();
  g_main_context_pop_thread_default (context);
  ptp_test_stream_clear (&t);
  g_main_context_unref (context);
}

/* The adapter that finds its cooperator by itself takes the thread-default context's. */
static void
test_s6_thread_default (void)
{
  GMainContext *context = g_main_context_new ();
  PtpTestProducer *producer = ptp_test_producer_new_words ("a");
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpPullToPush *there, *here;

  g_main_context_push_thread_default (context);
  there = ptp_pull_to_push_new (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer));
  g_main_context_pop_thread_default (context);
  here = ptp_pull_to_push_new (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer));

  g_assert_true (ptp_cooperator_get_context (ptp_pull_to_push_get_cooperator (there)) == context);
  g_assert_true (ptp_cooperator_get_context (ptp_pull_to_push_get_cooperator (here))
                 == g_main_context_default ());
  ptp_test_assert_finalize (there);
  ptp_test_assert_finalize (here);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);
  g_main_context_unref (context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/S3/fair-in-time", test_s3_fair_in_time);
  g_test_add_func ("/rules/S3/no-savings", test_s3_no_savings);
  g_test_add_func ("/rules/S3/no-savings-from-waiting", test_s3_no_savings_from_waiting);
  g_test_add_func ("/rules/S3/handlers", test_s3_handlers);
  g_test_add_func ("/rules/S3/streams-and-tasks", test_s3_streams_and_tasks);
  g_test_add_func ("/rules/S4/nothing-runnable", test_s4_nothing_runnable);
  g_test_add_func ("/rules/S5/clock", test_s5_clock);
  g_test_add_func ("/rules/S6/captured", test_s6_captured);
  g_test_add_func ("/rules/S6/pushed", test_s6_pushed);
  g_test_add_func ("/rules/S6/thread-default", test_s6_thread_default);

  return g_test_run ();
}
