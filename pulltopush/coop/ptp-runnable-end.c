/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-runnable-private.h"

#include "ptp-cooperator-private.h"
#include "ptp-debug-private.h"
#include "ptp-unheard-private.h"

static void
notify_end (PtpRunnable *self, const GError *error)
{
  const PtpRunnableVtable *vtable = ptp_runnable_get_vtable (self);

  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify_by_pspec (G_OBJECT (self), *vtable->state_pspec);
  if (vtable->holders_pspec != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), *vtable->holders_pspec);
  if (error != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), *vtable->error_pspec);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
emit_end (PtpRunnable *self, PtpStreamState end, const GError *error)
{
  const guint *signals = ptp_runnable_get_vtable (self)->signals;

  if (end == PTP_STREAM_STATE_FINISHED)
    g_signal_emit (self, signals[PTP_RUNNABLE_FINISHED], 0);
  else if (end == PTP_STREAM_STATE_STOPPED)
    g_signal_emit (self, signals[PTP_RUNNABLE_STOPPED], 0);
  else
    g_signal_emit (self, signals[PTP_RUNNABLE_FAILED], 0, error);
}

/* What is still in the post is released by the one who takes it from there. */
static void
release_own_reference (PtpRunnable *self)
{
  guint wanted;

  do
    {
      wanted = ptp_runnable_get_wanted (self);
      if ((wanted & PTP_WANTED_POSTED) == 0)
        {
          g_object_unref (self);
          return;
        }
    }
  while (!ptp_runnable_change_wanted (self, wanted, wanted | PTP_WANTED_ABANDONED));
}

/* A cancellation was asked for by somebody, unless the source says it by itself, or the sink does
 * that nobody told to abort.
 */
static gboolean
was_asked_for (PtpRunnable *self, const GError *error)
{
  guint wanted = ptp_runnable_get_wanted (self);
  PtpCause cause = ptp_wanted_get_cause (wanted);

  if (cause == PTP_CAUSE_BROKEN
      || (cause == PTP_CAUSE_EXHAUSTED && (wanted & PTP_WANTED_ABORT) == 0))
    return FALSE;

  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static gboolean
has_listener (PtpRunnable *self)
{
  const PtpRunnableVtable *vtable = ptp_runnable_get_vtable (self);
  guint notify_id = g_signal_lookup ("notify", G_TYPE_OBJECT);
  GQuark state = g_quark_from_string ((*vtable->state_pspec)->name);
  GQuark error = g_quark_from_string ((*vtable->error_pspec)->name);

  return g_signal_has_handler_pending (self, vtable->signals[PTP_RUNNABLE_FAILED], 0, FALSE)
         || g_signal_has_handler_pending (self, notify_id, state, FALSE)
         || g_signal_has_handler_pending (self, notify_id, error, FALSE);
}

static gboolean
report_unheard_cb (gpointer user_data)
{
  PtpRunnable *self = user_data;

  if ((ptp_runnable_get_wanted (self) & PTP_WANTED_HEARD) == 0)
    ptp_unheard_report (G_OBJECT (self), ptp_runnable_peek_reason (self));

  return G_SOURCE_REMOVE;
}

/* A failure that nobody waits for is not silent (rule E13). Whoever begins to wait, or reads the
 * error, in this turn still counts.
 */
static void
watch_for_unheard (PtpRunnable *self, const GError *error)
{
  g_autoptr (GSource) source = NULL;

  if ((ptp_runnable_get_wanted (self) & PTP_WANTED_HEARD) != 0 || has_listener (self)
      || was_asked_for (self, error))
    return;

  source = g_idle_source_new ();
  g_source_set_static_name (source, "[pulltopush] failure that nobody heard of");
  g_source_set_callback (source, report_unheard_cb, g_object_ref (self), g_object_unref);
  g_source_attach (source, ptp_cooperator_get_context (self->cooperator));
}

/* @error is (transfer full) (nullable): NULL keeps that of the cause. */
static void
set_end (PtpRunnable *self, PtpStreamState end, GError *error)
{
  GMutex *lock = &self->cooperator->lock;
  GError *old = NULL;

  g_mutex_lock (lock);
  if (error != NULL)
    {
      PtpRunnableExtra *extra = ptp_runnable_ensure_extra (self);

      old = extra->error;
      extra->error = error;
    }
  g_atomic_int_or (&self->wanted, (guint) end << PTP_WANTED_STATE_SHIFT);
  g_mutex_unlock (lock);

  g_clear_error (&old);
}

/* The terminal, once: every reference is dropped, then the waiters hear of it, and last of all the
 * one signal is emitted (rule L8).
 */
static void
finish (PtpRunnable *self, PtpStreamState end, GError *end_error)
{
  const PtpRunnableVtable *vtable = ptp_runnable_get_vtable (self);
  const GError *error;

  /* A nested main loop in what follows must not come here again. */
  self->over = TRUE;

  g_object_ref (self);
  set_end (self, end, end_error);
  self->notified_state = (guint8) end;
  error = end == PTP_STREAM_STATE_FAILED ? ptp_runnable_peek_reason (self) : NULL;
  if (ptp_debug_wants (PTP_DEBUG_STATES))
    ptp_debug_tell_state (self, end);
  if (ptp_debug_wants (PTP_DEBUG_STALLS))
    ptp_debug_unwatch (self);
  vtable->tear_down (self);
  notify_end (self, error);
  ptp_runnable_tell_waiters (self);
  if (error != NULL)
    watch_for_unheard (self, error);
  emit_end (self, end, error);
  release_own_reference (self);
  g_object_unref (self);
}

/* What others do from inside, also in a nested main loop, is looked at when they have returned. */
void
ptp_runnable_advance_end (PtpRunnable *self, gboolean state_changed)
{
  const PtpRunnableVtable *vtable = ptp_runnable_get_vtable (self);
  PtpCause cause = ptp_wanted_get_cause (ptp_runnable_get_wanted (self));
  PtpStreamState end;
  GError *error = NULL;
  guint wanted;

  g_object_ref (self);
  self->running = TRUE;
  do
    {
      end = vtable->end (self, cause, &error);
      wanted = g_atomic_int_and (&self->wanted, ~(guint) PTP_WANTED_ATTENTION);
    }
  while (end == PTP_STREAM_STATE_ENDING && (wanted & PTP_WANTED_ATTENTION) != 0);
  self->running = FALSE;

  if (end != PTP_STREAM_STATE_ENDING)
    finish (self, end, error);
  else if (state_changed)
    ptp_runnable_notify (self, TRUE, TRUE);
  g_object_unref (self);
}
