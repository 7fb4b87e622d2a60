/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rules S1, S2 and S4: how long a slice is, and who else runs. Time is the test's own. */

#include "ptp-test-work.h"

/* The longest dispatch of many. */
static gint64
longest_slice (PtpTestClock *clock, guint n_turns)
{
  gint64 longest = 0;

  for (guint i = 0; i < n_turns; i++)
    {
      gint64 start = clock->now;

      ptp_test_turns (1);
      longest = MAX (longest, clock->now - start);
    }
  return longest;
}

static void
test_s1_equal_steps (void)
{
  const gint64 costs[] = { 1, 2, 3, 7, 30, 199, 200, 201, 5000 };

  for (gsize i = 0; i < G_N_ELEMENTS (costs); i++)
    {
      PtpTestClock clock = { 0 };
      PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
      PtpTestWork works[] = { { &clock, costs[i] }, { &clock, costs[i] } };
      gint64 longest;

      ptp_cooperator_set_clock (cooperator, ptp_test_clock_read, &clock, NULL);
      for (gsize j = 0; j < G_N_ELEMENTS (works); j++)
        ptp_test_work_start (&works[j], cooperator);
      longest = longest_slice (&clock, 200);
      g_assert_cmpint (longest, >=, MIN (PTP_SLICE_DEFAULT, costs[i]));
      g_assert_cmpint (longest, <=, PTP_SLICE_DEFAULT + costs[i]);
      ptp_test_works_stop (works, G_N_ELEMENTS (works));
      ptp_test_assert_finalize (cooperator);
    }
}

static void
test_s1_mixed_steps (void)
{
  PtpTestClock clock = { 0 };
  PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
  PtpTestWork works[] = { { &clock, 1 }, { &clock, 30 }, { &clock, 1000 }, { &clock, 3 } };

  ptp_cooperator_set_clock (cooperator, ptp_test_clock_read, &clock, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (works); i++)
    ptp_test_work_start (&works[i], cooperator);
  g_assert_cmpint (longest_slice (&clock, 2000), <=, PTP_SLICE_DEFAULT + 1000);
  for (gsize i = 0; i < G_N_ELEMENTS (works); i++)
    g_assert_cmpuint (works[i].n_steps, >, 1);
  ptp_test_works_stop (works, G_N_ELEMENTS (works));
  ptp_test_assert_finalize (cooperator);
}

static void
test_s1_slice_is_settable (void)
{
  PtpTestClock clock = { 0 };
  PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
  PtpTestWork works[] = { { &clock, 10 } };
  gint64 longest;

  ptp_cooperator_set_clock (cooperator, ptp_test_clock_read, &clock, NULL);
  ptp_cooperator_set_slice (cooperator, 3000);
  ptp_test_work_start (&works[0], cooperator);
  longest = longest_slice (&clock, 20);
  g_assert_cmpint (longest, >=, 3000);
  g_assert_cmpint (longest, <=, 3010);

  /* Nothing is shorter than one step. */
  ptp_cooperator_set_slice (cooperator, 0);
  g_assert_cmpint (longest_slice (&clock, 20), ==, 10);
  ptp_test_works_stop (works, G_N_ELEMENTS (works));
  ptp_test_assert_finalize (cooperator);
}

/* Steps too cheap for the clock are run in blocks of at most sixteen. If they become dear all at
 * once, one block is the most that can be late, once.
 */
static void
test_s1_suddenly_dear (void)
{
  for (guint n_cheap = 4000; n_cheap < 4040; n_cheap++)
    {
      PtpTestClock clock = { 0 };
      PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
      PtpTestWork works[] = { { &clock, 1000, n_cheap } };
      gint64 first, rest;

      ptp_cooperator_set_clock (cooperator, ptp_test_clock_read, &clock, NULL);
      ptp_test_work_start (&works[0], cooperator);
      while (clock.now == 0)
        ptp_test_turns (1);
      first = clock.now;
      rest = longest_slice (&clock, 50);
      g_assert_cmpint (first, <=, PTP_SLICE_DEFAULT + 16 * 1000);
      g_assert_cmpint (rest, <=, PTP_SLICE_DEFAULT + 1000);
      ptp_test_works_stop (works, G_N_ELEMENTS (works));
      ptp_test_assert_finalize (cooperator);
    }
}

/* Rule S2 */

typedef struct
{
  PtpTestClock *clock;
  gint64 wanted_since; /* 0: not wanted */
  gint64 longest_delay;
  guint n_runs;
} Urgent;

static gboolean
urgent_cb (gpointer user_data)
{
  Urgent *urgent = user_data;

  urgent->longest_delay = MAX (urgent->longest_delay, urgent->clock->now - urgent->wanted_since);
  urgent->wanted_since = 0;
  urgent->n_runs++;
  return G_SOURCE_REMOVE;
}

/* In every seventh step something urgent happens elsewhere. */
static void
want_urgent_cb (gpointer self, gpointer user_data)
{
  PtpTestWork *work = self;
  Urgent *urgent = user_data;

  if (work->n_steps % 7 != 0 || urgent->wanted_since != 0)
    return;

  urgent->wanted_since = work->clock->now;
  g_idle_add_full (G_PRIORITY_DEFAULT, urgent_cb, urgent, NULL);
}

static void
test_s2_higher_priority (void)
{
  PtpTestClock clock = { 1 };
  Urgent urgent = { &clock };
  PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT_IDLE);
  PtpTestWork works[] = { { &clock, 1, 0, want_urgent_cb, &urgent },
                          { &clock, 50, 0, want_urgent_cb, &urgent },
                          { &clock, 400, 0, want_urgent_cb, &urgent } };

  ptp_cooperator_set_clock (cooperator, ptp_test_clock_read, &clock, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (works); i++)
    ptp_test_work_start (&works[i], cooperator);
  ptp_test_turns (3000);
  g_assert_cmpuint (urgent.n_runs, >, 100);
  g_assert_cmpint (urgent.longest_delay, <=, PTP_SLICE_DEFAULT + 400);
  ptp_test_works_stop (works, G_N_ELEMENTS (works));
  ptp_test_assert_finalize (cooperator);
}

static gboolean
count_cb (gpointer user_data)
{
  (*(guint *) user_data)++;
  return G_SOURCE_CONTINUE;
}

static void
test_s2_everybody_runs (void)
{
  PtpTestClock clock = { 0 };
  PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT_IDLE);
  PtpTestWork works[] = { { &clock, 1 }, { &clock, 50 }, { &clock, 400 } };
  guint n_timeouts = 0, n_low = 0;
  guint timeout_id, low_id;

  ptp_cooperator_set_clock (cooperator, ptp_test_clock_read, &clock, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (works); i++)
    ptp_test_work_start (&works[i], cooperator);
  timeout_id = g_timeout_add_full (G_PRIORITY_DEFAULT, 1, count_cb, &n_timeouts, NULL);
  low_id = g_idle_add_full (G_PRIORITY_LOW, count_cb, &n_low, NULL);

  /* The timeout's milliseconds are real ones; the turns go on until it has come. */
  while (n_timeouts < 3)
    ptp_test_turns (1);
  ptp_test_turns (1000);
  g_assert_cmpuint (n_low, >=, 100);
  for (gsize i = 0; i < G_N_ELEMENTS (works); i++)
    g_assert_cmpuint (works[i].n_steps, >, 1);
  g_source_remove (timeout_id);
  g_source_remove (low_id);
  ptp_test_works_stop (works, G_N_ELEMENTS (works));
  ptp_test_assert_finalize (cooperator);
}

/* Among its equals it takes turns too. */
typedef struct
{
  PtpCooperativeTask *task; /* (unowned) */
  guint n_steps;
} Waiting;

static gboolean
wake_cb (gpointer user_data)
{
  Waiting *waiting = user_data;

  ptp_cooperative_task_ready (waiting->task);
  return G_SOURCE_REMOVE;
}

static PtpStepResult
wait_cb (gpointer user_data, GError **error)
{
  Waiting *waiting = user_data;

  waiting->n_steps++;
  g_idle_add_full (G_PRIORITY_HIGH, wake_cb, waiting, NULL);
  return PTP_STEP_RESULT_PENDING;
}

/* One that waits after each step, and is ready before the next iteration. */
static void
test_s2_waits_in_between (void)
{
  g_autoptr (PtpCooperator) cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT_IDLE);
  Waiting waiting = { 0 };
  guint n_low = 0;
  guint low_id = g_idle_add_full (G_PRIORITY_LOW, count_cb, &n_low, NULL);

  waiting.task = ptp_cooperator_cooperate (cooperator, wait_cb, &waiting, NULL);
  ptp_test_turns (1000);
  g_assert_cmpuint (waiting.n_steps, >, 100);
  g_assert_cmpuint (n_low, >=, 40);

  g_source_remove (low_id);
  ptp_cooperative_task_stop (waiting.task);
  ptp_test_turns (10);
  g_object_unref (waiting.task);
}

static void
test_s2_same_priority (void)
{
  PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
  PtpTestClock clock = { 0 };
  PtpTestWork works[] = { { &clock, 50 } };
  guint n_runs = 0;
  guint id = g_idle_add_full (G_PRIORITY_DEFAULT, count_cb, &n_runs, NULL);

  ptp_cooperator_set_clock (cooperator, ptp_test_clock_read, &clock, NULL);
  ptp_test_work_start (&works[0], cooperator);
  ptp_test_turns (100);
  g_assert_cmpuint (n_runs, >=, 40);
  g_assert_cmpuint (works[0].n_steps, >=, 40);
  g_source_remove (id);
  ptp_test_works_stop (works, G_N_ELEMENTS (works));
  ptp_test_assert_finalize (cooperator);
}

static PtpStepResult
finish_step (gpointer user_data, GError **error)
{
  return PTP_STEP_RESULT_FINISHED;
}

/* The nested loop finds nothing to do, so that the source goes; a new task brings another. */
static void
nest_and_add_cb (gpointer work, gpointer user_data)
{
  PtpTestWork *self = work;
  PtpCooperator *cooperator = user_data;

  while (ptp_cooperator_get_active (cooperator))
    g_main_context_iteration (NULL, FALSE);
  g_object_unref (ptp_cooperator_cooperate (cooperator, finish_step, NULL, NULL));
  ptp_cooperative_task_stop (self->task);
}

/* What a nested loop left behind is done within the slice around it: there is no other slice just
 * to see that.
 */
static void
test_s4_after_nested_loop (void)
{
  PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
  PtpTestClock clock = { 0 };
  PtpTestWork works[] = { { &clock, 1, .on_step = nest_and_add_cb, .hook_data = cooperator } };

  ptp_cooperator_set_clock (cooperator, ptp_test_clock_read, &clock, NULL);
  ptp_test_work_start (&works[0], cooperator);
  while (works[0].n_steps == 0)
    g_main_context_iteration (NULL, FALSE);
  g_assert_false (ptp_cooperator_get_active (cooperator));
  g_assert_false (g_main_context_pending (NULL));
  g_assert_cmpuint (works[0].n_steps, ==, 1);
  ptp_test_works_stop (works, G_N_ELEMENTS (works));
  ptp_test_assert_finalize (cooperator);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/S1/equal-steps", test_s1_equal_steps);
  g_test_add_func ("/rules/S1/mixed-steps", test_s1_mixed_steps);
  g_test_add_func ("/rules/S1/slice-is-settable", test_s1_slice_is_settable);
  g_test_add_func ("/rules/S1/suddenly-dear", test_s1_suddenly_dear);
  g_test_add_func ("/rules/S2/higher-priority", test_s2_higher_priority);
  g_test_add_func ("/rules/S2/everybody-runs", test_s2_everybody_runs);
  g_test_add_func ("/rules/S2/same-priority", test_s2_same_priority);
  g_test_add_func ("/rules/S2/waits-in-between", test_s2_waits_in_between);
  g_test_add_func ("/rules/S4/after-nested-loop", test_s4_after_nested_loop);

  return g_test_run ();
}
