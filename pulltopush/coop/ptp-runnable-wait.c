/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-runnable-private.h"

#include "../contract/ptp-error.h"
#include "ptp-cooperator-private.h"

static void
answer (GTask *task, gpointer user_data)
{
  PtpRunnable *self = user_data;

  switch (ptp_runnable_get_state (self))
    {
    case PTP_STREAM_STATE_FINISHED:
      g_task_return_boolean (task, TRUE);
      break;

    case PTP_STREAM_STATE_FAILED:
      g_task_return_error (task, g_error_copy (ptp_runnable_peek_reason (self)));
      break;

    case PTP_STREAM_STATE_IDLE:
    case PTP_STREAM_STATE_STREAMING:
    case PTP_STREAM_STATE_PAUSED:
    case PTP_STREAM_STATE_WAITING:
    case PTP_STREAM_STATE_ENDING:
    case PTP_STREAM_STATE_STOPPED:
    default:
      g_task_return_new_error (task, PTP_ERROR, PTP_ERROR_STOPPED,
                               "The stream was stopped before it was finished");
    }
}

void
ptp_runnable_wait_async (PtpRunnable *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data,
                         gpointer source_tag)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  GMutex *lock = &self->cooperator->lock;
  gboolean told, added = FALSE;
  PtpWaiter *waiter;

  g_task_set_source_tag (task, source_tag);
  waiter = ptp_waiter_new (task, lock);

  g_mutex_lock (lock);
  g_atomic_int_or (&self->wanted, PTP_WANTED_HEARD);
  told = (ptp_runnable_get_wanted (self) & PTP_WANTED_TOLD) != 0;
  if (!told)
    added = ptp_waiter_add_locked (waiter, &ptp_runnable_ensure_extra (self)->waiters);
  g_mutex_unlock (lock);

  if (told)
    ptp_waiter_answer (waiter, answer, self);
  else if (!added)
    ptp_waiter_answer_cancelled (waiter);
}

/* Whoever waits after this is answered at once.
 *
 * Returns: (transfer full) (nullable) (element-type PtpWaiter)
 */
static GPtrArray *
take_waiters (PtpRunnable *self)
{
  GMutex *lock = &self->cooperator->lock;
  GPtrArray *waiters = NULL;
  PtpRunnableExtra *extra;

  g_mutex_lock (lock);
  g_atomic_int_or (&self->wanted, PTP_WANTED_TOLD);
  extra = ptp_runnable_get_extra (self);
  if (extra != NULL)
    waiters = ptp_waiters_steal_locked (&extra->waiters);
  g_mutex_unlock (lock);

  return waiters;
}

void
ptp_runnable_tell_waiters (PtpRunnable *self)
{
  ptp_waiters_answer (take_waiters (self), answer, self);
}

/* For dispose: runs nobody's callback, which returning a task might. */
void
ptp_runnable_tell_waiters_later (PtpRunnable *self)
{
  ptp_waiters_answer_later (take_waiters (self), answer);
}
