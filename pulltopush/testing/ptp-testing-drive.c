/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-drive-private.h"

/* A producer may be woken for nothing, but not for ever. */
#define MAX_BARREN 200

static void
ready_cb (PtpPullProducer *producer, gpointer user_data)
{
  PtpTestingBell *bell = user_data;

  g_atomic_int_set (&bell->ready, TRUE);
  g_main_context_wakeup (bell->context);
}

/* One without an error has not said why. */
static void
broken_cb (PtpPullProducer *producer, const GError *error, gpointer user_data)
{
  PtpTestingBell *bell = user_data;

  g_mutex_lock (&bell->lock);
  if (bell->error == NULL && error != NULL)
    bell->error = g_error_copy (error);
  g_mutex_unlock (&bell->lock);
  g_atomic_int_inc (&bell->n_broken);
  g_main_context_wakeup (bell->context);
}

static void
clear_bell (gpointer user_data)
{
  PtpTestingBell *bell = user_data;

  g_mutex_clear (&bell->lock);
  g_clear_error (&bell->error);
  g_main_context_unref (bell->context);
}

static void
unref_bell (gpointer user_data, GClosure *closure)
{
  g_atomic_rc_box_release_full (user_data, clear_bell);
}

static gboolean
has_rung (PtpTestingDrive *self)
{
  return g_atomic_int_get (&self->bell->ready);
}

guint
ptp_testing_drive_count_broken (PtpTestingDrive *self)
{
  return (guint) g_atomic_int_get (&self->bell->n_broken);
}

/* What has broken has said its end. */
static void
take_break (PtpTestingDrive *self)
{
  if (ptp_testing_drive_count_broken (self) == 0 || ptp_testing_drive_has_ended (self))
    return;

  self->result = PTP_STEP_RESULT_FAILED;
  g_clear_error (&self->error);
  g_mutex_lock (&self->bell->lock);
  if (self->bell->error != NULL)
    self->error = g_error_copy (self->bell->error);
  g_mutex_unlock (&self->bell->lock);
}

/* Returns: (nullable): without an object there is a fault. */
PtpTestingDrive *
ptp_testing_drive_new (PtpTestingRun *run)
{
  g_autoptr (PtpPullProducer) producer = ptp_testing_run_make (run, NULL);
  PtpTestingDrive *self;

  if (producer == NULL)
    return NULL;
  if (PTP_PULL_PRODUCER_GET_IFACE (producer)->produce == NULL)
    {
      ptp_testing_run_fault (run, "%s does not implement produce()", G_OBJECT_TYPE_NAME (producer));
      return NULL;
    }

  self = g_new0 (PtpTestingDrive, 1);
  self->run = run;
  self->consumer = ptp_testing_consumer_new ();
  self->result = PTP_STEP_RESULT_MORE;
  ptp_testing_consumer_set_unattended (self->consumer, TRUE);
  self->bell = g_atomic_rc_box_new0 (PtpTestingBell);
  self->bell->context = g_main_context_ref_thread_default ();
  g_mutex_init (&self->bell->lock);
  self->ready_id = g_signal_connect_data (producer, "ready", G_CALLBACK (ready_cb),
                                          g_atomic_rc_box_acquire (self->bell), unref_bell, 0);
  self->broken_id = g_signal_connect_data (producer, "broken", G_CALLBACK (broken_cb),
                                           g_atomic_rc_box_acquire (self->bell), unref_bell, 0);
  self->producer = g_steal_pointer (&producer);

  return self;
}

void
ptp_testing_drive_unlisten (PtpTestingDrive *self)
{
  if (self->ready_id != 0)
    g_clear_signal_handler (&self->ready_id, self->producer);
  if (self->broken_id != 0)
    g_clear_signal_handler (&self->broken_id, self->producer);
}

void
ptp_testing_drive_free (PtpTestingDrive *self)
{
  if (self->producer != NULL)
    ptp_testing_drive_unlisten (self);
  g_clear_object (&self->producer);
  g_clear_object (&self->consumer);
  unref_bell (self->bell, NULL);
  g_clear_error (&self->error);
  g_free (self->disagreement);
  g_free (self);
}

gboolean
ptp_testing_drive_has_ended (PtpTestingDrive *self)
{
  return self->result != PTP_STEP_RESULT_MORE && self->result != PTP_STEP_RESULT_PENDING;
}

static void
disagree (PtpTestingDrive *self, char *text)
{
  if (self->disagreement == NULL)
    self->disagreement = text;
  else
    g_free (text);
}

/* What the vfunc guard of the library would make of it, but seen from before that. */
static void
take_answer (PtpTestingDrive *self, PtpStepResult result)
{
  gboolean known = (guint) result <= PTP_STEP_RESULT_PENDING;

  if (!known)
    disagree (self,
              g_strdup_printf ("produce() returned %d, which is no step result", (int) result));
  else if (result == PTP_STEP_RESULT_FAILED && self->error == NULL)
    disagree (self, g_strdup ("produce() returned FAILED, or nothing, and set no error"));
  else if (result != PTP_STEP_RESULT_FAILED && self->error != NULL)
    disagree (self, g_strdup_printf ("produce() returned %d and set an error: %s", (int) result,
                                     self->error->message));

  self->result = known && self->error == NULL ? result : PTP_STEP_RESULT_FAILED;
}

void
ptp_testing_drive_step (PtpTestingDrive *self)
{
  PtpPullProducerInterface *iface = PTP_PULL_PRODUCER_GET_IFACE (self->producer);
  PtpStepResult result;
  gint64 start;

  g_clear_error (&self->error);
  g_atomic_int_set (&self->bell->ready, FALSE);
  ptp_testing_consumer_admit (self->consumer);
  start = g_get_monotonic_time ();
  result = iface->produce (self->producer, PTP_CONSUMER (self->consumer), &self->error);
  self->longest = MAX (self->longest, g_get_monotonic_time () - start);
  ptp_testing_consumer_bar (self->consumer, "R1", "it was written to from outside of produce()");

  self->n_steps++;
  take_answer (self, result);
  take_break (self);
  if (self->result == PTP_STEP_RESULT_PENDING)
    {
      self->n_pending++;
      self->n_barren++;
    }
  else
    {
      self->n_barren = 0;
    }
}

static gboolean
is_ready (gpointer user_data)
{
  PtpTestingDrive *self = user_data;

  return has_rung (self) || ptp_testing_drive_count_broken (self) > 0;
}

/* After PENDING. Returns whether it became ready, or broke. */
gboolean
ptp_testing_drive_wait (PtpTestingDrive *self)
{
  if (!is_ready (self) && ptp_testing_run_has_hook (self->run, PTP_TESTING_HOOK_READY))
    {
      ptp_testing_run_drain (self->run);
      if (!is_ready (self))
        ptp_testing_run_call_hook (self->run, PTP_TESTING_HOOK_READY, self->producer);
    }

  return ptp_testing_run_until (self->run, is_ready, self);
}

static gboolean
is_expected_failure (PtpTestingDrive *self)
{
  const GError *expected = self->run->suite->expected_error;

  return expected != NULL && self->error != NULL
         && g_error_matches (self->error, expected->domain, expected->code);
}

static PtpTestingDriveEnd
judge_end (PtpTestingDrive *self)
{
  gboolean good;

  if (self->result == PTP_STEP_RESULT_FAILED)
    good = is_expected_failure (self);
  else
    good = self->run->suite->expected_error == NULL;

  return good ? PTP_TESTING_DRIVE_ENDED : PTP_TESTING_DRIVE_FAULTY;
}

/* Goes on until it has made @n_steps, all in all, or has ended. What is pending then has been
 * waited for.
 */
PtpTestingDriveEnd
ptp_testing_drive_run (PtpTestingDrive *self, guint n_steps)
{
  while (!ptp_testing_drive_has_ended (self) && self->n_steps < n_steps)
    {
      if (self->n_barren > MAX_BARREN)
        return PTP_TESTING_DRIVE_SPINS;
      if (self->result == PTP_STEP_RESULT_PENDING && !ptp_testing_drive_wait (self))
        return PTP_TESTING_DRIVE_STUCK;
      take_break (self);
      if (!ptp_testing_drive_has_ended (self))
        ptp_testing_drive_step (self);
    }

  return ptp_testing_drive_has_ended (self) ? judge_end (self) : PTP_TESTING_DRIVE_ENDLESS;
}

/* Runs it to its end, which must be the expected one. Returns whether that went well. */
gboolean
ptp_testing_drive_finish (PtpTestingDrive *self)
{
  PtpTestingRun *run = self->run;

  switch (ptp_testing_drive_run (self, run->suite->max_steps))
    {
    case PTP_TESTING_DRIVE_ENDED:
      return TRUE;

    case PTP_TESTING_DRIVE_ENDLESS:
      if (!run->suite->endless)
        ptp_testing_run_fault (run, "it had not ended after %u steps", self->n_steps);
      return run->suite->endless;

    case PTP_TESTING_DRIVE_STUCK:
      ptp_testing_run_fault (run, "step %u answered PENDING, and `ready` was never emitted",
                             self->n_steps);
      return FALSE;

    case PTP_TESTING_DRIVE_SPINS:
      ptp_testing_run_fault (run, "it was ready %u times in a row with nothing to produce",
                             self->n_barren);
      return FALSE;

    case PTP_TESTING_DRIVE_FAULTY:
    default:
      if (self->error != NULL)
        ptp_testing_run_fault (run, "step %u failed: %s", self->n_steps, self->error->message);
      else if (self->disagreement != NULL)
        ptp_testing_run_fault (run, "%s", self->disagreement);
      else
        ptp_testing_run_fault (run, "it finished, where it was expected to fail");
      return FALSE;
    }
}

void
ptp_testing_drive_compare (PtpTestingDrive *self, GBytes *wanted, const char *when)
{
  g_autoptr (GBytes) seen = ptp_testing_consumer_dup_bytes (self->consumer);

  ptp_testing_run_compare (self->run, wanted, seen, when);
}

/* One whole life in peace, with which others are compared.
 *
 * Returns: (nullable): %NULL with a fault
 */
PtpTestingDrive *
ptp_testing_run_reference (PtpTestingRun *run, GBytes **content)
{
  g_autoptr (PtpTestingDrive) drive = ptp_testing_drive_new (run);

  if (drive == NULL || !ptp_testing_drive_finish (drive))
    return NULL;

  if (content != NULL)
    *content = ptp_testing_consumer_dup_bytes (drive->consumer);
  return g_steal_pointer (&drive);
}

/* The first half of the points follow each other, the others are spread over the rest.
 */
guint
ptp_testing_point (guint number, guint n_all)
{
  const guint dense = PTP_TESTING_MAX_POINTS / 2;

  if (n_all <= PTP_TESTING_MAX_POINTS || number < dense)
    return MIN (number, n_all);

  return dense + (n_all - dense) / dense * (number - dense);
}
