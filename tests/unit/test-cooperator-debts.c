/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rule S3: what becomes of a task that took more than its share. Time is the test's own. */

#include "ptp-test-work.h"

typedef struct
{
  PtpTestClock clock;
  PtpCooperator *cooperator;
} Fixture;

static void
fixture_init (Fixture *self)
{
  self->clock = (PtpTestClock){ 0 };
  self->cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
  ptp_cooperator_set_clock (self->cooperator, ptp_test_clock_read, &self->clock, NULL);
}

/* Its first step is dear, the others are not. */
static void
cheap_from_now_on_cb (gpointer self, gpointer user_data)
{
  ((PtpTestWork *) self)->cost = 1;
}

/* Nobody waits for a debt that is owed to nobody: alone, or when the others are paused, a debtor
 * goes on at once, and no time is spent on counting the rounds it would have to sit out.
 */
static void
test_alone (void)
{
  Fixture f;
  PtpTestWork works[2];

  fixture_init (&f);
  works[0] = (PtpTestWork){ &f.clock, 900000, 0, cheap_from_now_on_cb };
  works[1] = (PtpTestWork){ &f.clock, 1 };
  ptp_test_work_start (&works[0], f.cooperator);
  ptp_test_work_start (&works[1], f.cooperator);
  ptp_cooperative_task_pause (works[1].task);
  while (works[0].n_steps == 0)
    ptp_test_turns (1);

  /* The rest of that slice is a step a microsecond, and a look at the clock with each. */
  f.clock.n_reads = 0;
  while (works[0].n_steps < 2)
    ptp_test_turns (1);
  g_assert_cmpuint (f.clock.n_reads, <, 2 * PTP_SLICE_DEFAULT);
  g_assert_cmpuint (works[1].n_steps, ==, 0);

  ptp_test_works_stop (works, G_N_ELEMENTS (works));
  ptp_test_assert_finalize (f.cooperator);
}

/* When all of them owe, the one that owes least goes first, and nobody sits out longer than that.
 */
static void
test_least_first (void)
{
  Fixture f;
  PtpTestWork works[3];
  gint64 all_owe;

  fixture_init (&f);
  works[0] = (PtpTestWork){ &f.clock, 500000, 0, cheap_from_now_on_cb };
  works[1] = (PtpTestWork){ &f.clock, 300000, 0, cheap_from_now_on_cb };
  works[2] = (PtpTestWork){ &f.clock, 100000, 0, cheap_from_now_on_cb };
  for (gsize i = 0; i < G_N_ELEMENTS (works); i++)
    ptp_test_work_start (&works[i], f.cooperator);
  while (works[0].n_steps == 0 || works[1].n_steps == 0 || works[2].n_steps == 0)
    ptp_test_turns (1);
  all_owe = f.clock.now;

  while (works[1].n_steps == 1)
    ptp_test_turns (1);
  /* By then the least debtor has worked off what the next one owed more. */
  g_assert_cmpuint (works[0].n_steps, ==, 1);
  g_assert_cmpint (f.clock.now - all_owe, >=, 199000);
  g_assert_cmpint (f.clock.now - all_owe, <=, 201000);
  while (works[0].n_steps == 1)
    ptp_test_turns (1);
  g_assert_cmpint (f.clock.now - all_owe, >=, 599000);
  g_assert_cmpint (f.clock.now - all_owe, <=, 601000);

  ptp_test_works_stop (works, G_N_ELEMENTS (works));
  ptp_test_assert_finalize (f.cooperator);
}

/* One that owes nothing goes on in every round while another pays. */
static void
test_paid_off (void)
{
  Fixture f;
  PtpTestWork works[2];

  fixture_init (&f);
  works[0] = (PtpTestWork){ &f.clock, 100000, 0, cheap_from_now_on_cb };
  works[1] = (PtpTestWork){ &f.clock, 5 };
  ptp_test_work_start (&works[0], f.cooperator);
  ptp_test_work_start (&works[1], f.cooperator);
  while (works[0].n_steps < 2)
    ptp_test_turns (1);
  g_assert_cmpint (works[1].used, >=, 99900);
  g_assert_cmpint (works[1].used, <=, 100300);

  ptp_test_works_stop (works, G_N_ELEMENTS (works));
  ptp_test_assert_finalize (f.cooperator);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/S3/debt/alone", test_alone);
  g_test_add_func ("/rules/S3/debt/least-first", test_least_first);
  g_test_add_func ("/rules/S3/debt/paid-off", test_paid_off);

  return g_test_run ();
}
