/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-runnable-private.h"

#include "ptp-cooperator-private.h"

/* Shares are fair in time by deficit round robin: each turn grants every runnable the same
 * quantum, it steps until that is used up, and what it took beyond is owed and paid off by sitting
 * out turns. Steps too cheap for the clock are run in blocks; a block grows only while it stays
 * well below the quantum, so that one look at the clock costs little and overshoots little.
 */
#define QUANTUM   2 /* microseconds */
#define MAX_BLOCK 16
/* Nobody is held to account for longer than this, such as for a dialog run inside a step. */
#define MAX_DEBT G_USEC_PER_SEC

static void
push (PtpRunnable *self)
{
  ptp_run_queue_push (&self->cooperator->queue, &self->link);
}

static PtpStepResult
run_block (PtpRunnable *self, GError **error)
{
  PtpStepResult result;
  guint steps_left = self->block;

  self->running = TRUE;
  do
    {
      result = self->vtable->step (self, error);
      self->n_steps++;
    }
  while (result == PTP_STEP_RESULT_MORE && --steps_left > 0
         && !ptp_runnable_needs_attention (self));
  self->running = FALSE;

  return result;
}

/* Returns the time now, so that the end of one block is the start of the next. */
static gint64
charge_block (PtpRunnable *self, gint64 start)
{
  gint64 now = ptp_cooperator_look (self->cooperator, start);
  gint64 used = MAX (now - start, 0);

  self->credit = (gint32) MAX (self->credit - used, -MAX_DEBT);
  if (used < QUANTUM)
    self->block = (guint8) MIN (self->block * 2, MAX_BLOCK);
  else if (used > QUANTUM)
    self->block = (guint8) MAX (self->block * QUANTUM / used, 1);

  return now;
}

/* A first PENDING is asked once more: what came before anybody listened is not lost. */
static void
take_pending (PtpRunnable *self)
{
  GMutex *lock = &self->cooperator->lock;

  if (self->vtable->listen != NULL && !self->listening)
    {
      self->listening = TRUE;
      self->vtable->listen (self);
      return;
    }

  g_mutex_lock (lock);
  self->waiting = !self->ready_seen;
  g_mutex_unlock (lock);
}

static void
take_answer (PtpRunnable *self, PtpStepResult result, GError *error)
{
  switch (result)
    {
    case PTP_STEP_RESULT_PENDING:
      take_pending (self);
      break;

    case PTP_STEP_RESULT_FINISHED:
      self->answered = TRUE;
      ptp_runnable_end (self, PTP_STREAM_STATE_FINISHED, NULL);
      break;

    case PTP_STEP_RESULT_FAILED:
      self->answered = TRUE;
      ptp_runnable_end (self, PTP_STREAM_STATE_FAILED, error);
      break;

    case PTP_STEP_RESULT_MORE:
    default:
      break;
    }
}

/* One turn of a runnable that was just taken from the queue. Returns the time. */
gint64
ptp_runnable_turn (PtpRunnable *self, gint64 now, gint64 deadline)
{
  PtpCooperator *cooperator = self->cooperator;
  PtpStepResult result = PTP_STEP_RESULT_MORE;
  GError *error = NULL;

  self->credit = MIN (self->credit, 0) + QUANTUM;
  if (self->credit <= 0)
    {
      push (self);
      return now;
    }

  while (!ptp_runnable_needs_attention (self) && self->credit > 0)
    {
      result = run_block (self, &error);
      now = charge_block (self, now);
      if (result != PTP_STEP_RESULT_MORE || ptp_cooperator_is_over (cooperator, now, deadline))
        break;
    }

  if (result == PTP_STEP_RESULT_MORE && !ptp_runnable_needs_attention (self))
    {
      push (self);
      return now;
    }

  /* What handlers take is nobody's debt. */
  take_answer (self, result, error);
  ptp_runnable_settle (self);
  return ptp_cooperator_look (cooperator, now);
}

static void
notify (PtpRunnable *self, gboolean state_changed, gboolean holders_changed)
{
  const PtpRunnableVtable *vtable = self->vtable;

  g_object_ref (self);
  g_object_freeze_notify (G_OBJECT (self));
  if (state_changed)
    g_object_notify_by_pspec (G_OBJECT (self), *vtable->state_pspec);
  if (holders_changed && vtable->holders_pspec != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), *vtable->holders_pspec);
  g_object_thaw_notify (G_OBJECT (self));
  g_object_unref (self);
}

/* Brings what the context does in line with what is wanted.
 *
 * Handlers run last, and nothing is touched after them: they may do anything, also run a main loop
 * in which this runnable takes turns and ends.
 */
void
ptp_runnable_settle (PtpRunnable *self)
{
  PtpCooperator *cooperator = self->cooperator;
  PtpStreamState state;
  gboolean state_changed, holders_changed;

  /* The turn that is under way settles when its step has returned. */
  if (self->running || self->over)
    return;

  g_mutex_lock (&cooperator->lock);
  g_atomic_int_set (&self->attention, 0);
  self->ready_seen = FALSE;
  state = ptp_runnable_derive_state (self);
  holders_changed = self->holders_changed;
  self->holders_changed = FALSE;
  g_mutex_unlock (&cooperator->lock);

  state_changed = state != (PtpStreamState) self->notified_state;
  self->notified_state = (guint8) state;

  if (state == PTP_STREAM_STATE_STREAMING && !ptp_run_link_is_queued (&self->link))
    push (self);
  else if (state != PTP_STREAM_STATE_STREAMING && ptp_run_link_is_queued (&self->link))
    ptp_run_link_remove (&self->link);

  if (ptp_runnable_has_ended (state))
    ptp_runnable_finish (self);
  else if (state_changed || holders_changed)
    notify (self, state_changed, holders_changed);
}
