/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-pull-private.h"

void
ptp_testing_pull_cancelled_before_start (PtpTestingRun *run)
{
  PtpPullProducer *producer = ptp_testing_run_make (run, NULL);

  if (producer == NULL)
    return;

  ptp_pull_producer_cancel (producer);
  ptp_testing_run_drop (run, producer, "after it had been cancelled before its first step");
}

/* Does something to a fresh producer after each number of steps, also in mid air while it is
 * pending. What is written from then on breaks @rule.
 */
static void
try_at_points (PtpTestingRun *run,
               const char *rule,
               const char *why,
               void (*act) (PtpTestingDrive *drive))
{
  g_autoptr (PtpTestingDrive) reference = ptp_testing_run_reference (run, NULL);
  guint n_all = reference != NULL ? reference->n_steps : 0;

  for (guint i = 0; reference != NULL && i <= MIN (n_all, PTP_TESTING_MAX_POINTS); i++)
    {
      g_autoptr (PtpTestingDrive) drive = ptp_testing_drive_new (run);

      if (drive == NULL || ptp_testing_run_is_over (run))
        return;

      ptp_testing_drive_run (drive, ptp_testing_point (i, n_all));
      if (ptp_testing_drive_has_ended (drive))
        return;

      ptp_testing_drive_unlisten (drive);
      ptp_testing_run_bar (run, drive->consumer, rule, why);
      act (drive);
      ptp_testing_run_linger (run);
    }
}

static void
cancel (PtpTestingDrive *drive)
{
  ptp_pull_producer_cancel (drive->producer);
}

void
ptp_testing_pull_cancelled_anytime (PtpTestingRun *run)
{
  try_at_points (run, "L7", "it was written to after the producer had been cancelled", cancel);
}

static void
cancel_and_drop (PtpTestingDrive *drive)
{
  g_autofree char *when = g_strdup_printf ("after %u steps and cancel", drive->n_steps);

  ptp_pull_producer_cancel (drive->producer);
  ptp_testing_run_drop (drive->run, g_steal_pointer (&drive->producer), when);
}

static void
drop (PtpTestingDrive *drive)
{
  g_autofree char *when = g_strdup_printf ("after %u steps", drive->n_steps);

  ptp_testing_run_drop (drive->run, g_steal_pointer (&drive->producer), when);
}

void
ptp_testing_pull_released (PtpTestingRun *run)
{
  PtpTestingDrive *drive = ptp_testing_run_reference (run, NULL);

  if (drive == NULL)
    return;

  ptp_testing_drive_unlisten (drive);
  ptp_testing_run_drop (run, g_steal_pointer (&drive->producer), "after its last step");
  ptp_testing_drive_free (drive);
  try_at_points (run, "L15", "it was written to after the producer had been dropped",
                 cancel_and_drop);
}

void
ptp_testing_pull_dropped_anytime (PtpTestingRun *run)
{
  try_at_points (run, "T4", "it was written to after the producer had been dropped", drop);
}

static gpointer
unref_thread (gpointer data)
{
  g_object_unref (data);
  return NULL;
}

static void
drop_elsewhere (PtpTestingDrive *drive)
{
  g_autoptr (PtpTestingWatch) watch = ptp_testing_watch_new (drive->producer);

  ptp_testing_in_thread (unref_thread, g_steal_pointer (&drive->producer));
  if (!ptp_testing_run_is_gone (drive->run, watch))
    ptp_testing_run_fault (drive->run,
                           "it was dropped on another thread after %u steps, and is still there",
                           drive->n_steps);
}

void
ptp_testing_pull_dropped_elsewhere (PtpTestingRun *run)
{
  if (!run->suite->any_thread)
    {
      ptp_testing_run_skip (run, "needs `any-thread`, which says that this is allowed");
      return;
    }

  try_at_points (run, "T4", "it was written to after the producer had been dropped",
                 drop_elsewhere);
}

void
ptp_testing_pull_quiet_after_end (PtpTestingRun *run)
{
  g_autoptr (PtpTestingDrive) drive = ptp_testing_run_reference (run, NULL);

  if (drive == NULL)
    return;

  if (!ptp_testing_drive_has_ended (drive))
    {
      ptp_testing_run_skip (run, "the producer never ends");
      return;
    }

  ptp_testing_run_bar (run, drive->consumer, "L8",
                       "it was written to after the producer had given its last answer");
  ptp_testing_run_linger (run);
}

/* In the middle of its life, and after it. */
void
ptp_testing_pull_no_reference (PtpTestingRun *run)
{
  const guint n_steps[] = { 1, run->suite->max_steps };

  for (gsize i = 0; i < G_N_ELEMENTS (n_steps); i++)
    {
      g_autoptr (PtpTestingDrive) drive = ptp_testing_drive_new (run);
      g_autoptr (PtpTestingWatch) watch = NULL;

      if (drive == NULL)
        return;

      ptp_testing_drive_run (drive, n_steps[i]);
      watch = ptp_testing_watch_new (drive->consumer);
      g_clear_object (&drive->consumer);
      if (!ptp_testing_run_is_gone (run, watch))
        ptp_testing_run_fault (run, "after %u steps the producer still had its consumer",
                               drive->n_steps);
    }
}

static void
judge_failed_write (PtpTestingDrive *drive, guint number)
{
  PtpTestingRun *run = drive->run;

  if (drive->result != PTP_STEP_RESULT_FAILED)
    ptp_testing_run_fault (run, "write %u failed, and the step did not", number);
  else if (!g_error_matches (drive->error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    ptp_testing_run_fault (run,
                           "write %u failed with \"Write %u was told to fail\", the step with "
                           "%s%s%s",
                           number, number, drive->error != NULL ? "\"" : "no error",
                           drive->error != NULL ? drive->error->message : "",
                           drive->error != NULL ? "\"" : "");
  ptp_testing_run_take_violations (run, ptp_testing_consumer_dup_violations (drive->consumer),
                                   "E5");
}

static void
step_until_write (PtpTestingDrive *drive, guint number)
{
  while (drive->consumer->n_writes < number && !ptp_testing_drive_has_ended (drive)
         && drive->n_steps < drive->run->suite->max_steps)
    if (ptp_testing_drive_run (drive, drive->n_steps + 1) == PTP_TESTING_DRIVE_STUCK)
      return;
}

void
ptp_testing_pull_write_fails (PtpTestingRun *run)
{
  g_autoptr (PtpTestingDrive) reference = ptp_testing_run_reference (run, NULL);
  guint n_writes = reference != NULL ? reference->consumer->n_writes : 0;

  if (reference != NULL && n_writes == 0)
    ptp_testing_run_skip (run, "the producer never writes");

  for (guint i = 1; i <= MIN (n_writes, PTP_TESTING_MAX_POINTS); i++)
    {
      g_autoptr (PtpTestingDrive) drive = ptp_testing_drive_new (run);
      guint number = ptp_testing_point (i, n_writes);

      if (drive == NULL || ptp_testing_run_is_over (run))
        return;

      ptp_testing_consumer_set_fail_write (drive->consumer, number);
      step_until_write (drive, number);
      if (drive->consumer->n_writes >= number)
        judge_failed_write (drive, number);
    }
}

void
ptp_testing_pull_fails (PtpTestingRun *run)
{
  g_autoptr (PtpTestingDrive) drive = NULL;

  if (run->suite->expected_error == NULL)
    {
      ptp_testing_run_skip (run, "needs a factory of failing sources, and `expected-error`");
      return;
    }

  drive = ptp_testing_drive_new (run);
  if (drive != NULL)
    ptp_testing_drive_finish (drive);
}
