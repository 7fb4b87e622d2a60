/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Clocks that no clock is like: at both ends of what can be told, jumping, and going back. */

#include "ptp-test-util.h"

/* A slice ends after so many looks at a clock that shows nothing new, so that no slice has more
 * steps than this, which each are one look at least.
 */
#define MAX_STEPS (1000)
#define N_STEPS   (5000)

/* Shows each of the times in turn, and goes on by @pace after the last. */
typedef struct
{
  const gint64 *times;
  guint n_times;
  gint64 pace;
  guint n_reads;
  gint64 now;
} Clock;

typedef struct
{
  PtpCooperativeTask *task; /* (owned) */
  guint n_steps;
} Work;

static gint64
clock_read (gpointer user_data)
{
  Clock *self = user_data;

  if (self->n_reads < self->n_times)
    self->now = self->times[self->n_reads];
  else if (self->pace > 0 && self->now < G_MAXINT64 - self->pace)
    self->now += self->pace;
  else if (self->pace < 0 && self->now > G_MININT64 - self->pace)
    self->now += self->pace;
  self->n_reads++;

  return self->now;
}

static PtpStepResult
step_cb (gpointer user_data, GError **error)
{
  Work *work = user_data;

  return ++work->n_steps < N_STEPS ? PTP_STEP_RESULT_MORE : PTP_STEP_RESULT_FINISHED;
}

/* Whatever the clock shows, both come to their end, and no slice is endless. */
static void
run_two (Clock *clock)
{
  PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
  Work works[2] = { 0 };
  guint n_before = 0;

  ptp_cooperator_set_clock (cooperator, clock_read, clock, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (works); i++)
    works[i].task = ptp_cooperator_cooperate (cooperator, step_cb, &works[i], NULL);

  while (ptp_cooperator_get_active (cooperator))
    {
      guint n_steps;

      ptp_test_turns (1);
      n_steps = works[0].n_steps + works[1].n_steps;
      g_assert_cmpuint (n_steps - n_before, <=, MAX_STEPS * 16);
      n_before = n_steps;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (works); i++)
    {
      g_assert_cmpuint (works[i].n_steps, ==, N_STEPS);
      g_assert_cmpint (ptp_cooperative_task_get_state (works[i].task), ==,
                       PTP_STREAM_STATE_FINISHED);
      ptp_test_assert_finalize (works[i].task);
    }
  ptp_test_assert_finalize (cooperator);
}

static void
test_ends_of_time (void)
{
  const gint64 times[] = { G_MININT64, G_MININT64 + 1, G_MAXINT64 - 1, G_MAXINT64 };

  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    for (gint64 pace = -3; pace <= 3; pace++)
      {
        Clock clock = { .times = &times[i], .n_times = 1, .pace = pace };

        run_two (&clock);
      }
}

static void
test_jumps (void)
{
  const gint64 times[]
    = { G_MININT64, G_MAXINT64, G_MININT64, 0,          G_MAXINT64,     -1,
        G_MININT64, G_MAXINT64, 0,          G_MININT64, G_MAXINT64 - 1, G_MININT64 + 1 };

  for (guint first = 0; first < G_N_ELEMENTS (times); first++)
    for (gint64 pace = -1; pace <= 1; pace++)
      {
        Clock clock = { .times = &times[first],
                        .n_times = (guint) G_N_ELEMENTS (times) - first,
                        .pace = pace };

        run_two (&clock);
      }
}

static gint64
random_read (gpointer user_data)
{
  const gint64 ends[] = { G_MININT64, -1, 0, 1, G_MAXINT64 };

  (*(guint *) user_data)++;
  if (g_test_rand_bit ())
    return ends[g_test_rand_int_range (0, G_N_ELEMENTS (ends))];

  return (gint64) (((guint64) (guint32) g_test_rand_int () << 32) | (guint32) g_test_rand_int ());
}

static void
test_random (void)
{
  PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
  Work work = { 0 };
  guint n_reads = 0;

  ptp_cooperator_set_slice (cooperator, G_USEC_PER_SEC);
  ptp_cooperator_set_clock (cooperator, random_read, &n_reads, NULL);
  work.task = ptp_cooperator_cooperate (cooperator, step_cb, &work, NULL);
  while (ptp_cooperator_get_active (cooperator))
    ptp_test_turns (1);
  g_assert_cmpuint (work.n_steps, ==, N_STEPS);
  ptp_test_assert_finalize (work.task);
  ptp_test_assert_finalize (cooperator);
}

/* One that goes back once and then on as before: the slice that it cut short is over. */
static void
test_set_back (void)
{
  const gint64 times[] = { G_MAXINT64 / 2, G_MAXINT64 / 2 + 1, G_MININT64 / 2 };
  Clock clock = { .times = times, .n_times = G_N_ELEMENTS (times), .pace = 1 };
  PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
  Work work = { 0 };

  ptp_cooperator_set_clock (cooperator, clock_read, &clock, NULL);
  work.task = ptp_cooperator_cooperate (cooperator, step_cb, &work, NULL);
  ptp_test_turns (1);
  g_assert_cmpuint (clock.n_reads, >=, G_N_ELEMENTS (times));
  g_assert_cmpuint (clock.n_reads, <=, 16);

  ptp_cooperative_task_stop (work.task);
  ptp_test_assert_finalize (work.task);
  ptp_test_assert_finalize (cooperator);
}

/* What frees the old clock may set another one. */
static void
set_again_cb (gpointer user_data)
{
  ptp_cooperator_set_clock (user_data, NULL, NULL, NULL);
}

static void
test_set_while_freed (void)
{
  PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);

  ptp_cooperator_set_clock (cooperator, clock_read, cooperator, set_again_cb);
  ptp_cooperator_set_clock (cooperator, NULL, NULL, NULL);
  ptp_test_assert_finalize (cooperator);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/S5/clock/ends-of-time", test_ends_of_time);
  g_test_add_func ("/rules/S5/clock/jumps", test_jumps);
  g_test_add_func ("/rules/S5/clock/random", test_random);
  g_test_add_func ("/rules/S1/clock/set-back", test_set_back);
  g_test_add_func ("/cooperator/clock/set-while-freed", test_set_while_freed);

  return g_test_run ();
}
