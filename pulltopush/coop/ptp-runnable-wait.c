/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-runnable-private.h"

#include "../contract/ptp-error.h"
#include "ptp-cooperator-private.h"

/* The task data of a wait with a cancellable is the source that watches it; that keeps the task,
 * so it is destroyed, not just dropped, when the wait is over.
 */
static void
return_end (PtpRunnable *self, GTask *task)
{
  GSource *watch = g_task_get_task_data (task);
  const GError *error = ptp_runnable_get_error (self);
  PtpStreamState end = ptp_runnable_get_state (self);

  /* The source goes while the task still has its context: the last reference to that may be dropped
   * by the thread that waits, as soon as it has the answer.
   */
  if (watch != NULL)
    {
      g_source_destroy (watch);
      g_task_set_task_data (task, NULL, NULL);
    }

  if (end == PTP_STREAM_STATE_FINISHED)
    g_task_return_boolean (task, TRUE);
  else if (end == PTP_STREAM_STATE_FAILED)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_new_error (task, PTP_ERROR, PTP_ERROR_STOPPED,
                             "The stream was stopped before it was finished");
}

static gboolean
wait_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;
  PtpRunnable *self = g_task_get_source_object (task);
  GMutex *lock = &self->cooperator->lock;
  GPtrArray *waiters;
  gboolean waited;
  guint position;

  g_mutex_lock (lock);
  waiters = ptp_runnable_get_extra (self)->waiters;
  waited = waiters != NULL && g_ptr_array_find (waiters, task, &position);
  if (waited)
    g_ptr_array_steal_index_fast (waiters, position);
  g_mutex_unlock (lock);

  if (waited)
    {
      g_task_return_error_if_cancelled (task);
      g_object_unref (task);
    }

  return G_SOURCE_REMOVE;
}

static void
watch_cancellable (GTask *task, GCancellable *cancellable)
{
  GSource *watch = g_cancellable_source_new (cancellable);

  g_task_set_task_data (task, watch, (GDestroyNotify) g_source_unref);
  g_task_attach_source (task, watch, G_SOURCE_FUNC (wait_cancelled_cb));
}

void
ptp_runnable_wait_async (PtpRunnable *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data,
                         gpointer source_tag)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GMutex *lock = &self->cooperator->lock;
  gboolean told;

  g_task_set_source_tag (task, source_tag);
  if (g_task_return_error_if_cancelled (task))
    return;

  g_mutex_lock (lock);
  told = (ptp_runnable_get_wanted (self) & PTP_WANTED_TOLD) != 0;
  if (!told)
    {
      PtpRunnableExtra *extra = ptp_runnable_ensure_extra (self);

      if (extra->waiters == NULL)
        extra->waiters = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (extra->waiters, g_object_ref (task));
      /* Under the lock, so that the end finds the watch if it finds the task. */
      if (cancellable != NULL)
        watch_cancellable (task, cancellable);
    }
  g_mutex_unlock (lock);

  if (told)
    return_end (self, task);
}

/* Whoever waits after this is answered at once.
 *
 * Returns: (transfer full) (nullable) (element-type GTask)
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
    waiters = g_steal_pointer (&extra->waiters);
  g_mutex_unlock (lock);

  return waiters;
}

void
ptp_runnable_tell_waiters (PtpRunnable *self)
{
  g_autoptr (GPtrArray) waiters = take_waiters (self);

  for (guint i = 0; waiters != NULL && i < waiters->len; i++)
    return_end (self, g_ptr_array_index (waiters, i));
}

static gboolean
return_end_cb (gpointer user_data)
{
  GTask *task = user_data;

  return_end (g_task_get_source_object (task), task);
  return G_SOURCE_REMOVE;
}

/* For dispose: runs nobody's callback, which returning a task might. */
void
ptp_runnable_tell_waiters_later (PtpRunnable *self)
{
  g_autoptr (GPtrArray) waiters = take_waiters (self);

  for (guint i = 0; waiters != NULL && i < waiters->len; i++)
    {
      GTask *task = g_ptr_array_index (waiters, i);
      g_autoptr (GSource) source = g_idle_source_new ();

      g_source_set_priority (source, g_task_get_priority (task));
      g_source_set_static_name (source, "[pulltopush] wait for what was disposed of");
      g_source_set_callback (source, return_end_cb, g_object_ref (task), g_object_unref);
      g_source_attach (source, g_task_get_context (task));
    }
}
