/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-runnable-private.h"

#include "ptp-cooperator-private.h"

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
    g_signal_emit (self, signals[PTP_RUNNABLE_ERROR], 0, error);
}

/* What is still in the post is let go of by who takes it from there. */
static void
let_go (PtpRunnable *self)
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

/* The terminal, once: everybody is told and every reference dropped, then the waiters hear of it,
 * and last of all the one signal is emitted (rule L8).
 */
void
ptp_runnable_finish (PtpRunnable *self)
{
  const PtpRunnableVtable *vtable = ptp_runnable_get_vtable (self);
  PtpStreamState end = ptp_runnable_get_state (self);
  const GError *error = ptp_runnable_get_error (self);

  /* A nested main loop in what follows must not come here again. */
  self->over = TRUE;

  g_object_ref (self);
  vtable->tear_down (self, end, error, self->answered);
  notify_end (self, error);
  ptp_runnable_tell_waiters (self);
  emit_end (self, end, error);
  let_go (self);
  g_object_unref (self);
}
