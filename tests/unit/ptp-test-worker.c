/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-test-worker.h"

typedef struct
{
  PtpTestHook func; /* (nullable) */
  gpointer object;
  gpointer data;
  GMutex mutex;
  GCond cond;
  gboolean done;
} Call;

static gpointer
worker_main (gpointer user_data)
{
  PtpTestWorker *self = user_data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

void
ptp_test_worker_init (PtpTestWorker *self)
{
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("ptp-test-worker", worker_main, self);
  /* A loop that does not run yet cannot be made to quit. */
  ptp_test_worker_sync (self);
}

static void
quit (gpointer self, gpointer unused)
{
  g_main_loop_quit (((PtpTestWorker *) self)->loop);
}

void
ptp_test_worker_clear (PtpTestWorker *self)
{
  ptp_test_worker_call (self, quit, self, NULL);
  g_thread_join (g_steal_pointer (&self->thread));
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
}

static gboolean
call_cb (gpointer user_data)
{
  Call *call = user_data;

  /* A race detector that does not see into GLib's context sees this. */
  g_mutex_lock (&call->mutex);
  g_mutex_unlock (&call->mutex);
  if (call->func != NULL)
    call->func (call->object, call->data);

  g_mutex_lock (&call->mutex);
  call->done = TRUE;
  g_cond_signal (&call->cond);
  g_mutex_unlock (&call->mutex);
  return G_SOURCE_REMOVE;
}

void
ptp_test_worker_call (PtpTestWorker *self, PtpTestHook func, gpointer object, gpointer data)
{
  Call call = { .func = func, .object = object, .data = data };
  g_autoptr (GSource) source = g_idle_source_new ();

  g_mutex_init (&call.mutex);
  g_cond_init (&call.cond);
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_set_callback (source, call_cb, &call, NULL);
  g_mutex_lock (&call.mutex);
  g_source_attach (source, self->context);
  while (!call.done)
    g_cond_wait (&call.cond, &call.mutex);
  g_mutex_unlock (&call.mutex);
  g_mutex_clear (&call.mutex);
  g_cond_clear (&call.cond);
}

void
ptp_test_worker_sync (PtpTestWorker *self)
{
  ptp_test_worker_call (self, NULL, NULL, NULL);
}
