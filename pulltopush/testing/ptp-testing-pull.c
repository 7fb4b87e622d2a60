/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-drive-private.h"

#define NEVER_PENDING "the producer never answered PENDING"

static void
check_implemented (PtpTestingRun *run)
{
  g_autoptr (PtpPullProducer) producer = ptp_testing_run_make (run, NULL);

  if (producer != NULL && PTP_PULL_PRODUCER_GET_IFACE (producer)->produce == NULL)
    ptp_testing_run_fault (run, "%s does not implement produce()", G_OBJECT_TYPE_NAME (producer));
}

static void
check_result_and_error (PtpTestingRun *run)
{
  for (guint fail_write = 0; fail_write <= 1; fail_write++)
    {
      g_autoptr (PtpTestingDrive) drive = ptp_testing_drive_new (run);

      if (drive == NULL)
        return;

      ptp_testing_consumer_set_fail_write (drive->consumer, fail_write);
      ptp_testing_drive_run (drive, run->suite->max_steps);
      if (drive->disagreement != NULL)
        ptp_testing_run_fault (run, "%s%s", drive->disagreement,
                               fail_write > 0 ? " (when its write failed)" : "");
    }
}

static void
check_everything_arrives (PtpTestingRun *run)
{
  g_autoptr (GBytes) content = NULL;
  g_autoptr (PtpTestingDrive) drive = ptp_testing_run_reference (run, &content);

  if (drive != NULL && run->suite->expected != NULL)
    ptp_testing_run_compare (run, run->suite->expected, content, "all in all");
}

static void
check_empty (PtpTestingRun *run)
{
  g_autoptr (PtpTestingDrive) drive = NULL;

  if (run->suite->expected == NULL || g_bytes_get_size (run->suite->expected) > 0)
    {
      ptp_testing_run_skip (run, "needs a factory of empty sources, and `expected` of no bytes");
      return;
    }

  drive = ptp_testing_run_reference (run, NULL);
  if (drive != NULL && drive->consumer->n_writes > 0)
    ptp_testing_run_fault (run, "it wrote %u times", drive->consumer->n_writes);
}

/* Whatever runs by itself runs between two steps. */
static void
check_writes_in_produce (PtpTestingRun *run)
{
  g_autoptr (PtpTestingDrive) drive = ptp_testing_drive_new (run);

  for (guint i = 1; drive != NULL && i <= PTP_TESTING_MAX_POINTS; i++)
    {
      if (ptp_testing_drive_run (drive, i) != PTP_TESTING_DRIVE_ENDLESS)
        break;
      ptp_testing_run_drain (run);
    }
  if (drive != NULL)
    ptp_testing_run_bar (run, drive->consumer, "R1", "it was written to from outside of produce()");
}

static void
check_on_the_context (PtpTestingRun *run)
{
  g_autoptr (PtpTestingDrive) drive = ptp_testing_drive_new (run);

  if (drive == NULL)
    return;

  ptp_testing_drive_run (drive, run->suite->max_steps);
  ptp_testing_run_take_violations (run, ptp_testing_consumer_dup_violations (drive->consumer),
                                   "T1");
}

static void
check_short_steps (PtpTestingRun *run)
{
  g_autoptr (PtpTestingDrive) drive = NULL;

  if (run->suite->longest_step == 0)
    {
      ptp_testing_run_skip (run, "needs `longest-step`, the time one step may take");
      return;
    }

  drive = ptp_testing_run_reference (run, NULL);
  if (drive != NULL && drive->longest > run->suite->longest_step)
    ptp_testing_run_fault (run, "a step took %" G_GINT64_FORMAT " us, where %u us were allowed",
                           drive->longest, run->suite->longest_step);
}

/* A stream of the real adapter */

typedef struct
{
  PtpTestingRun *run;
  PtpTestingConsumer *consumer; /* (owned) */
  PtpPullToPush *stream;        /* (owned) */
  guint n_pauses;
  gboolean heeds_pause; /* also inside a step */
} Streaming;

static void
let_go_on (Streaming *self)
{
  PtpTestingRun *run = self->run;

  ptp_testing_run_drain (run);
  if (ptp_pull_to_push_get_state (self->stream) == PTP_STREAM_STATE_WAITING)
    ptp_testing_run_call_hook (run, PTP_TESTING_HOOK_READY,
                               ptp_pull_to_push_get_producer (self->stream));
  if (!ptp_testing_consumer_get_paused (self->consumer))
    return;

  self->n_pauses++;
  if (run->suite->endless && self->n_pauses > PTP_TESTING_MAX_POINTS)
    ptp_testing_consumer_release (self->consumer);
  else
    ptp_testing_consumer_resume (self->consumer);
}

static gboolean
has_streamed (gpointer user_data)
{
  Streaming *self = user_data;
  PtpStreamState state;

  let_go_on (self);
  state = ptp_pull_to_push_get_state (self->stream);

  return state == PTP_STREAM_STATE_FINISHED || state == PTP_STREAM_STATE_STOPPED
         || state == PTP_STREAM_STATE_FAILED;
}

static void
judge_stream (Streaming *self, GBytes *wanted, const char *when)
{
  g_autoptr (GBytes) seen = ptp_testing_consumer_dup_bytes (self->consumer);
  PtpTestingRun *run = self->run;
  const GError *error = ptp_pull_to_push_get_error (self->stream);
  const GError *expected = run->suite->expected_error;

  ptp_testing_run_compare (run, wanted, seen, when);
  if (error != NULL
      && (expected == NULL || !g_error_matches (error, expected->domain, expected->code)))
    ptp_testing_run_fault (run, "the stream failed %s: %s", when, error->message);
  ptp_testing_run_drain (run);
  if (ptp_testing_consumer_get_producer (self->consumer) != NULL)
    ptp_testing_run_fault (run, "the stream had ended, and its consumer was not let go");
  if (self->heeds_pause && self->consumer->n_while_paused > 0)
    ptp_testing_run_fault (run, "it wrote %u chunks in steps in which it had been paused before",
                           self->consumer->n_while_paused);
}

static void
stream (PtpTestingRun *run,
        const char *when,
        void (*prepare) (PtpTestingConsumer *consumer),
        gboolean heeds_pause)
{
  g_autoptr (GBytes) wanted = NULL;
  g_autoptr (PtpTestingDrive) reference = ptp_testing_run_reference (run, &wanted);
  g_autoptr (PtpPullProducer) producer = NULL;
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
  g_autoptr (PtpPullToPush) adapter = NULL;
  g_autoptr (GError) error = NULL;
  Streaming self = { .run = run, .consumer = consumer, .heeds_pause = heeds_pause };

  if (reference == NULL)
    return;
  producer = ptp_testing_run_make (run, NULL);
  if (producer == NULL)
    return;

  prepare (consumer);
  adapter = ptp_pull_to_push_stream (producer, PTP_CONSUMER (consumer), &error);
  self.stream = adapter;
  if (adapter == NULL)
    ptp_testing_run_fault (run, "it could not be registered: %s", error->message);
  else if (!ptp_testing_run_until (run, has_streamed, &self))
    ptp_testing_run_fault (run, "the stream had not ended %s", when);
  else
    judge_stream (&self, wanted, when);

  if (adapter != NULL)
    ptp_pull_to_push_stop_streaming (adapter);
  ptp_testing_run_drain (run);
}

static void
pause_each_time (PtpTestingConsumer *consumer)
{
  ptp_testing_consumer_set_pause_after (consumer, 1);
}

static void
check_paused_each_time (PtpTestingRun *run)
{
  stream (run, "with a pause after each write", pause_each_time, FALSE);
}

static void
check_desired_size (PtpTestingRun *run)
{
  stream (run, "with a pause after each write", pause_each_time, TRUE);
}

static void
pause_and_resume_cb (PtpTestingConsumer *consumer, const char *name, gpointer user_data)
{
  guint *n_writes = user_data;

  ptp_testing_consumer_pause (consumer);
  if (++*n_writes % 2 == 0)
    ptp_testing_consumer_resume (consumer);
}

static void
pause_and_resume (PtpTestingConsumer *consumer)
{
  g_signal_connect_data (consumer, "event::write", G_CALLBACK (pause_and_resume_cb),
                         g_new0 (guint, 1), (GClosureNotify) (void *) g_free, 0);
}

static void
check_paused_inside_write (PtpTestingRun *run)
{
  stream (run, "with pauses from inside write", pause_and_resume, FALSE);
}

/* Nested loops and neighbours */

static void
run_loop_cb (PtpTestingConsumer *consumer, const char *name, gpointer user_data)
{
  PtpTestingRun *run = user_data;

  if (consumer->n_writes > PTP_TESTING_MAX_POINTS)
    return;

  ptp_testing_consumer_bar (consumer, "R6", "it was written to from a loop inside its write");
  ptp_testing_run_drain (run);
  ptp_testing_consumer_admit (consumer);
}

static void
check_nested_loop (PtpTestingRun *run)
{
  g_autoptr (GBytes) wanted = NULL;
  g_autoptr (PtpTestingDrive) reference = ptp_testing_run_reference (run, &wanted);
  g_autoptr (PtpTestingDrive) drive = reference != NULL ? ptp_testing_drive_new (run) : NULL;

  if (drive == NULL)
    return;

  g_signal_connect (drive->consumer, "event::write", G_CALLBACK (run_loop_cb), run);
  if (ptp_testing_drive_finish (drive))
    ptp_testing_drive_compare (drive, wanted, "with a main loop run inside each write");
  ptp_testing_run_take_violations (run, ptp_testing_consumer_dup_violations (drive->consumer),
                                   "R6");
}

static void
check_two_at_once (PtpTestingRun *run)
{
  g_autoptr (GBytes) wanted = NULL;
  g_autoptr (PtpTestingDrive) reference = ptp_testing_run_reference (run, &wanted);
  g_autoptr (PtpTestingDrive) one = reference != NULL ? ptp_testing_drive_new (run) : NULL;
  g_autoptr (PtpTestingDrive) other = one != NULL ? ptp_testing_drive_new (run) : NULL;

  if (other == NULL)
    return;

  for (guint i = 1; i <= PTP_TESTING_MAX_POINTS; i++)
    {
      ptp_testing_drive_run (one, i);
      ptp_testing_drive_run (other, i);
    }
  if (ptp_testing_drive_finish (one))
    ptp_testing_drive_compare (one, wanted, "of the first of two at once");
  if (ptp_testing_drive_finish (other))
    ptp_testing_drive_compare (other, wanted, "of the second of two at once");
}

/* Waiting */

static void
check_pending_then_ready (PtpTestingRun *run)
{
  g_autoptr (PtpTestingDrive) drive = ptp_testing_drive_new (run);
  PtpTestingDriveEnd end;

  if (drive == NULL)
    return;

  end = ptp_testing_drive_run (drive, run->suite->max_steps);
  if (drive->n_pending == 0)
    ptp_testing_run_skip (run, NEVER_PENDING);
  else if (end == PTP_TESTING_DRIVE_STUCK)
    ptp_testing_run_fault (run, "step %u answered PENDING, and `ready` was never emitted",
                           drive->n_steps);
}

static void
check_no_spinning (PtpTestingRun *run)
{
  g_autoptr (PtpTestingDrive) drive = ptp_testing_drive_new (run);
  PtpTestingDriveEnd end;

  if (drive == NULL)
    return;

  end = ptp_testing_drive_run (drive, run->suite->max_steps);
  if (drive->n_pending == 0)
    ptp_testing_run_skip (run, NEVER_PENDING);
  else if (end == PTP_TESTING_DRIVE_SPINS)
    ptp_testing_run_fault (run, "it was ready %u times in a row with nothing to produce",
                           drive->n_barren);
}

/* What a drive does with a step that it would not have asked for, such as the adapter asks after
 * the first PENDING. Returns whether any was PENDING.
 */
static gboolean
ask_too_often (PtpTestingDrive *drive, void (*before) (PtpTestingDrive *drive))
{
  guint n_steps = drive->run->suite->max_steps;

  for (guint i = 1; i <= n_steps && !ptp_testing_drive_has_ended (drive); i++)
    {
      if (ptp_testing_drive_run (drive, drive->n_steps + 1) == PTP_TESTING_DRIVE_STUCK)
        break;
      if (i > PTP_TESTING_MAX_POINTS || drive->result != PTP_STEP_RESULT_PENDING)
        continue;
      before (drive);
      ptp_testing_drive_step (drive);
    }

  return drive->n_pending > 0;
}

static void
try_asking_too_often (PtpTestingRun *run, const char *when, void (*before) (PtpTestingDrive *drive))
{
  g_autoptr (GBytes) wanted = NULL;
  g_autoptr (PtpTestingDrive) reference = ptp_testing_run_reference (run, &wanted);
  g_autoptr (PtpTestingDrive) drive = reference != NULL ? ptp_testing_drive_new (run) : NULL;

  if (drive == NULL)
    return;

  if (!ask_too_often (drive, before))
    ptp_testing_run_skip (run, NEVER_PENDING);
  else if (ptp_testing_drive_finish (drive))
    ptp_testing_drive_compare (drive, wanted, when);
}

static void
do_nothing (PtpTestingDrive *drive)
{
}

static void
check_asked_again (PtpTestingRun *run)
{
  try_asking_too_often (run, "when asked again at once after PENDING", do_nothing);
}

static gpointer
emit_ready_thread (gpointer data)
{
  ptp_pull_producer_emit_ready (data);
  return NULL;
}

static void
emit_ready (PtpTestingDrive *drive)
{
  if (drive->run->suite->any_thread)
    ptp_testing_in_thread (emit_ready_thread, drive->producer);
  else
    ptp_pull_producer_emit_ready (drive->producer);
}

static void
check_ready_from_elsewhere (PtpTestingRun *run)
{
  try_asking_too_often (run, "with a `ready` that somebody else emitted", emit_ready);
}

/* How a pull producer ends */

static void
cancel_producer (PtpPullProducer *producer)
{
  g_autoptr (GError) stop = ptp_testing_create_stop ();

  ptp_pull_producer_cancel (producer, stop);
}

static void
check_cancelled_before_start (PtpTestingRun *run)
{
  PtpPullProducer *producer = ptp_testing_run_make (run, NULL);

  if (producer == NULL)
    return;

  cancel_producer (producer);
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
  cancel_producer (drive->producer);
}

static void
check_cancelled_anytime (PtpTestingRun *run)
{
  try_at_points (run, "L7", "it was written to after the producer had been cancelled", cancel);
}

static void
cancel_and_drop (PtpTestingDrive *drive)
{
  g_autofree char *when = g_strdup_printf ("after %u steps and cancel", drive->n_steps);

  cancel_producer (drive->producer);
  ptp_testing_run_drop (drive->run, g_steal_pointer (&drive->producer), when);
}

static void
drop (PtpTestingDrive *drive)
{
  g_autofree char *when = g_strdup_printf ("after %u steps", drive->n_steps);

  ptp_testing_run_drop (drive->run, g_steal_pointer (&drive->producer), when);
}

static void
check_released (PtpTestingRun *run)
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

static void
check_dropped_anytime (PtpTestingRun *run)
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

static void
check_dropped_elsewhere (PtpTestingRun *run)
{
  if (!run->suite->any_thread)
    {
      ptp_testing_run_skip (run, "needs `any-thread`, which says that this is allowed");
      return;
    }

  try_at_points (run, "T4", "it was written to after the producer had been dropped",
                 drop_elsewhere);
}

static void
check_quiet_after_end (PtpTestingRun *run)
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
static void
check_no_reference (PtpTestingRun *run)
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

static void
check_write_fails (PtpTestingRun *run)
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

static void
check_fails (PtpTestingRun *run)
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

/* What has given its last answer, or was cancelled, has nothing more to say. */
static void
check_ends_once (PtpTestingRun *run)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (PtpTestingDrive) drive = ptp_testing_drive_new (run);
      guint n_broken;

      if (drive == NULL || ptp_testing_run_is_over (run))
        return;

      ptp_testing_drive_run (drive, i == 0 ? run->suite->max_steps : 1);
      n_broken = ptp_testing_drive_count_broken (drive);
      if (!ptp_testing_drive_has_ended (drive))
        cancel_producer (drive->producer);
      ptp_testing_run_linger (run);
      if (n_broken > 1 || ptp_testing_drive_count_broken (drive) > n_broken)
        ptp_testing_run_fault (run, "it had ended, and then emitted `broken`");
    }
}

static gboolean
has_closed (gpointer user_data)
{
  PtpTestingDrive *drive = user_data;

  return ptp_testing_run_probe (drive->run, drive->producer);
}

static void
expect_closed (PtpTestingDrive *drive, const char *after)
{
  if (!ptp_testing_run_until (drive->run, has_closed, drive))
    ptp_testing_run_fault (drive->run, "after %u steps%s it had not closed its source",
                           drive->n_steps, after);
}

static void
cancel_and_look (PtpTestingDrive *drive)
{
  cancel_producer (drive->producer);
  expect_closed (drive, " and cancel");
}

static void
check_closes (PtpTestingRun *run)
{
  g_autoptr (PtpTestingDrive) drive = NULL;

  if (run->suite->probe.func == NULL)
    {
      ptp_testing_run_skip (run, "needs a probe, which tells whether its source is closed");
      return;
    }

  drive = ptp_testing_run_reference (run, NULL);
  if (drive == NULL)
    return;

  if (ptp_testing_drive_has_ended (drive))
    expect_closed (drive, ", its last answer among them,");
  try_at_points (run, "L7", "it was written to after the producer had been cancelled",
                 cancel_and_look);
}

static gboolean
has_broken (gpointer user_data)
{
  return ptp_testing_drive_count_broken (user_data) > 0;
}

/* Nobody asks it, as when its stream is paused, or it has answered PENDING. */
static void
break_at (PtpTestingRun *run, guint n_steps)
{
  g_autoptr (PtpTestingDrive) drive = ptp_testing_drive_new (run);

  if (drive == NULL)
    return;

  ptp_testing_drive_run (drive, n_steps);
  if (ptp_testing_drive_has_ended (drive))
    return;

  ptp_testing_run_call_hook (run, PTP_TESTING_HOOK_BREAK, drive->producer);
  if (!ptp_testing_run_until (run, has_broken, drive))
    ptp_testing_run_fault (run, "it was broken after %u steps, and did not emit `broken`",
                           drive->n_steps);
  ptp_testing_run_linger (run);
  if (ptp_testing_drive_count_broken (drive) > 1)
    ptp_testing_run_fault (run, "it emitted `broken` %u times",
                           ptp_testing_drive_count_broken (drive));
  else if (drive->bell->error == NULL)
    ptp_testing_run_fault (run, "it emitted `broken` without an error");
}

static void
check_breaks (PtpTestingRun *run)
{
  g_autoptr (PtpTestingDrive) reference = NULL;

  if (!ptp_testing_run_has_hook (run, PTP_TESTING_HOOK_BREAK))
    {
      ptp_testing_run_skip (run, "needs the hook BREAK, which breaks what it reads from");
      return;
    }

  reference = ptp_testing_run_reference (run, NULL);
  for (guint i = 1; reference != NULL && i <= MIN (reference->n_steps, PTP_TESTING_MAX_POINTS); i++)
    if (!ptp_testing_run_is_over (run))
      break_at (run, ptp_testing_point (i, reference->n_steps));
}

const PtpTestingCheck ptp_testing_pull_checks[] = {
  { "E3/implemented", "implements what it must", "implement produce()", check_implemented },
  { "E2/result-and-error", "a step fails if and only if it sets an error",
    "return FAILED with an error, or any other result without one; in Python raise GLib.Error and "
    "nothing else",
    check_result_and_error },
  { "L13/everything-arrives", "ends, and has written everything by then",
    "write each chunk once, in order, and answer FINISHED when there is nothing left",
    check_everything_arrives },
  { "L12/empty", "an empty source finishes without a write",
    "answer FINISHED without writing when there was nothing", check_empty },
  { "L8/quiet-after-end", "writes nothing after its last answer",
    "drop sources and operations before answering FINISHED or failing", check_quiet_after_end },
  { "R1/writes-in-produce", "writes from inside produce only",
    "keep what comes by itself, emit ready, and write it when asked", check_writes_in_produce },
  { "R1/paused-each-time", "a pause after each write changes nothing",
    "keep all state in the object; expect any time to pass between two steps",
    check_paused_each_time },
  { "B2/desired-size", "writes no more in a step in which it was paused",
    "look between two writes whether ptp_consumer_get_desired_size() is 0, and keep the rest",
    check_desired_size },
  { "R2/paused-inside-write", "a pause and a resume from inside write change nothing",
    "bring the object up to date as soon as write has returned", check_paused_inside_write },
  { "R6/nested-loop", "a main loop that runs inside write changes nothing",
    "do not write, or change what is being written, from sources of your own", check_nested_loop },
  { "R6/two-at-once", "two of them do not disturb each other",
    "keep all state in the object, none in the class or in static variables", check_two_at_once },
  { "R7/pending-then-ready", "emits ready after PENDING",
    "answer PENDING only when something is under way that will emit ready",
    check_pending_then_ready },
  { "R7/asked-again", "may be asked again after PENDING, before it is ready",
    "answer PENDING again as long as there is nothing", check_asked_again },
  { "S4/no-spinning", "is ready only when there is something",
    "emit ready when something came, not to be asked again", check_no_spinning },
  { "T2/ready-from-elsewhere", "a ready that somebody else emits does no harm",
    "look for data when asked; do not take ready for a promise", check_ready_from_elsewhere },
  { "L2/cancelled-before-start", "may be cancelled before its first step",
    "let cancel() work on an object that has opened nothing yet", check_cancelled_before_start },
  { "L7/cancelled-anytime", "writes nothing once it was cancelled",
    "destroy sources and cancel operations in cancel()", check_cancelled_anytime },
  { "L7/ends-once", "says its end once, and nothing after it was cancelled",
    "emit broken only while nobody has heard your end; destroy sources that would",
    check_ends_once },
  { "L7/closes", "closes its source when it is cancelled, and at its end",
    "close in cancel() and before FINISHED or FAILED, not when the last reference goes",
    check_closes },
  { "L15/released", "is released with its last reference, after any step and after cancel",
    "let sources and callbacks hold weak references, or drop them in cancel() and at the end",
    check_released },
  { "L15/no-reference-to-consumer", "keeps no reference to the consumer",
    "use the consumer only inside produce(), which is given it each time", check_no_reference },
  { "T4/dropped-anytime", "may be dropped after any step without being cancelled",
    "write nothing and call nobody from dispose or finalize; destroy sources there",
    check_dropped_anytime },
  { "T4/dropped-elsewhere", "may be dropped on another thread",
    "touch nothing in dispose or finalize that belongs to one thread", check_dropped_elsewhere },
  { "T1/on-the-context", "writes on the thread of its stream only",
    "hand data from other threads over under a lock, and emit ready", check_on_the_context },
  { "E5/write-fails", "passes on the error of a write, and writes no more",
    "return FAILED with the error that write set", check_write_fails },
  { "E12/breaks", "says that its source broke while nobody asks",
    "watch for errors between two steps, and emit broken once, with the error", check_breaks },
  { "E1/fails", "fails with the error that is expected",
    "return FAILED with that error instead of finishing", check_fails },
  { "S1/short-steps", "no step takes longer than allowed",
    "never wait inside produce(): answer PENDING, and write less in one step", check_short_steps },
  { NULL },
};
