/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-runnable-private.h"

#include "ptp-cooperator-private.h"
#include "ptp-debug-private.h"

/* Shares are fair in time by deficit round robin: each round grants every runnable the same
 * quantum, it steps until that is used up, and what it took beyond is owed and paid off by sitting
 * out rounds. When everybody sits out, the rounds until somebody may run are skipped, so that no
 * debt keeps anybody waiting for nothing. Steps too cheap for the clock are run in blocks; a block
 * grows only while it stays well below the quantum, so that one look at the clock costs little and
 * overshoots little.
 */
#define QUANTUM   2 /* microseconds */
#define MAX_BLOCK 16
/* Nobody is held to account for longer than this, such as for a dialog run inside a step. */
#define MAX_DEBT G_USEC_PER_SEC

/* Whoever stepped had used less than was granted, so that one more quantum is; when all sat out,
 * the rounds up to the first in which somebody may run are skipped.
 */
static void
begin_round (PtpCooperator *self)
{
  self->granted = MAX (self->granted, self->round_least) + QUANTUM;
  self->round_least = G_MAXINT64;
  self->round_left = self->n_queued;
}

/* Whether it has something left of what was granted. Nothing is saved from earlier rounds. */
static gboolean
may_run (PtpRunnable *self)
{
  PtpCooperator *cooperator = self->cooperator;

  if (cooperator->round_left == 0)
    begin_round (cooperator);
  else
    cooperator->round_left--;

  self->used = MAX (self->used, cooperator->granted - QUANTUM);
  cooperator->round_least = MIN (cooperator->round_least, self->used);

  return self->used < cooperator->granted;
}

/* Returns the time now, so that the end of one block is the start of the next. */
static gint64
charge_block (PtpRunnable *self, gint64 start)
{
  PtpCooperator *cooperator = self->cooperator;
  gint64 now = ptp_cooperator_look (cooperator, start);
  gint64 used = ptp_time_between (start, now);

  self->used = MIN (self->used + MIN (used, MAX_DEBT), cooperator->granted + MAX_DEBT);
  if (used < QUANTUM)
    self->block = (guint8) MIN (self->block * 2, MAX_BLOCK);
  else if (used > QUANTUM)
    self->block = (guint8) MAX (self->block * QUANTUM / used, 1);

  if (ptp_debug_wants (PTP_DEBUG_STEPS) && used > cooperator->slice)
    ptp_debug_tell_long_step (self, used);

  return now;
}

/* Returns whether it did not listen before. */
static gboolean
listen (PtpRunnable *self)
{
  const PtpRunnableVtable *vtable = ptp_runnable_get_vtable (self);

  if (vtable->listen == NULL || self->listening)
    return FALSE;

  self->listening = TRUE;
  vtable->listen (self);
  return TRUE;
}

/* A first PENDING is asked once more: what came before anybody listened is not lost. */
static void
take_pending (PtpRunnable *self)
{
  if (!listen (self))
    ptp_runnable_wait_for_ready (self);
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
      self->exhausted = TRUE;
      ptp_runnable_end_now (self, PTP_CAUSE_EXHAUSTED, NULL);
      break;

    case PTP_STEP_RESULT_FAILED:
      self->answered = TRUE;
      ptp_runnable_end_now (self, PTP_CAUSE_BROKEN, error);
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
  const PtpRunnableVtable *vtable = ptp_runnable_get_vtable (self);
  PtpCooperator *cooperator = self->cooperator;
  PtpStepResult result = PTP_STEP_RESULT_MORE;
  GError *error = NULL;
  gboolean leave;

  if (!may_run (self))
    {
      ptp_cooperator_enqueue (cooperator, self);
      return now;
    }

  while (!(leave = ptp_runnable_must_leave (self)) && self->used < cooperator->granted)
    {
      self->running = TRUE;
      if (ptp_debug_wants (PTP_DEBUG_STALLS))
        ptp_debug_watch_moved (self, TRUE);
      result = vtable->run (self, self->block, &error);
      if (ptp_debug_wants (PTP_DEBUG_STALLS))
        ptp_debug_watch_moved (self, FALSE);
      self->running = FALSE;
      now = charge_block (self, now);
      if (result != PTP_STEP_RESULT_MORE || ptp_cooperator_is_over (cooperator, now, deadline))
        break;
    }

  if (result == PTP_STEP_RESULT_MORE && !leave)
    {
      ptp_cooperator_enqueue (cooperator, self);
      return now;
    }

  /* What handlers take is nobody's debt. */
  take_answer (self, result, error);
  ptp_runnable_settle (self);
  return ptp_cooperator_look (cooperator, now);
}

/* Asked when something changed. Returns whether the turn must be left, so as to settle; if not, the
 * change came to nothing, such as a pause that was taken back, and the next step may begin.
 */
gboolean
ptp_runnable_heed (PtpRunnable *self)
{
  const guint unsettled = PTP_WANTED_HOLDERS_CHANGED | PTP_WANTED_POSTED;
  guint before, after;

  do
    {
      before = ptp_runnable_get_wanted (self);
      after = before & ~(guint) (PTP_WANTED_ATTENTION | PTP_WANTED_READY_SEEN);
      /* What is not in the post any more is settled here or never. */
      if (ptp_wanted_get_state (before) != PTP_STREAM_STATE_STREAMING
          || (before & unsettled) == PTP_WANTED_HOLDERS_CHANGED)
        return TRUE;
    }
  while (!ptp_runnable_change_wanted (self, before, after));

  return FALSE;
}

/* A handler may read a state that is newer than the one it is told of. If that is taken back before
 * the context has seen it, nothing seems to have changed; the handler must hear of it all the same.
 */
void
ptp_runnable_notify (PtpRunnable *self, gboolean state_changed, gboolean holders_changed)
{
  const PtpRunnableVtable *vtable = ptp_runnable_get_vtable (self);

  g_object_ref (self);
  if (state_changed)
    {
      g_object_notify_by_pspec (G_OBJECT (self), *vtable->state_pspec);
      if ((ptp_runnable_get_wanted (self) & PTP_WANTED_ATTENTION) != 0)
        self->notified_state = PTP_RUNNABLE_UNTOLD;
    }
  if (holders_changed && vtable->holders_pspec != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), *vtable->holders_pspec);
  g_object_unref (self);
}

static void
debug (PtpRunnable *self, PtpStreamState state, gboolean changed)
{
  if (ptp_debug_wants (PTP_DEBUG_STATES) && changed)
    ptp_debug_tell_state (self, state);
}

/* Brings what the context does in line with what is wanted.
 *
 * Handlers run last, and nothing that matters to a turn is touched after them: they may do
 * anything, also run a main loop in which this runnable takes turns and ends.
 */
void
ptp_runnable_settle (PtpRunnable *self)
{
  const guint seen = PTP_WANTED_ATTENTION | PTP_WANTED_READY_SEEN | PTP_WANTED_HOLDERS_CHANGED;
  PtpStreamState state;
  gboolean state_changed, queued;
  guint wanted;

  /* What is under way, a step or a call of the end, settles when it has returned. */
  if (self->running || self->over)
    return;

  wanted = g_atomic_int_and (&self->wanted, ~seen);
  state = ptp_wanted_get_state (wanted);
  state_changed = state != (PtpStreamState) self->notified_state;
  self->notified_state = (guint8) state;

  queued = ptp_run_link_is_queued (&self->link);
  if (state == PTP_STREAM_STATE_STREAMING && !queued)
    ptp_cooperator_enqueue (self->cooperator, self);
  else if (state != PTP_STREAM_STATE_STREAMING && queued)
    ptp_cooperator_dequeue (self->cooperator, self);

  if (ptp_debug_wants (PTP_DEBUG_STATES | PTP_DEBUG_STALLS))
    debug (self, state, state_changed || (wanted & PTP_WANTED_HOLDERS_CHANGED) != 0);

  if (state == PTP_STREAM_STATE_PAUSED && !self->listening)
    listen (self);

  if (state == PTP_STREAM_STATE_ENDING)
    ptp_runnable_advance_end (self, state_changed);
  else if (state_changed || (wanted & PTP_WANTED_HOLDERS_CHANGED) != 0)
    ptp_runnable_notify (self, state_changed, (wanted & PTP_WANTED_HOLDERS_CHANGED) != 0);
}
