/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-waiter-private.h"

struct _PtpWaiter
{
  GTask *task;    /* (owned) */
  GMutex *lock;   /* (unowned) */
  GSource *watch; /* (owned) (nullable) */

  /* Under the lock */
  GPtrArray *waiters; /* (unowned) (nullable): which it is in */
  gboolean cancelled; /* before it was in any */
};

static void
waiter_clear (gpointer user_data)
{
  PtpWaiter *self = user_data;

  g_clear_pointer (&self->watch, g_source_unref);
  g_clear_object (&self->task);
}

static void
waiter_unref (gpointer user_data)
{
  g_atomic_rc_box_release_full (user_data, waiter_clear);
}

void
ptp_waiter_answer_cancelled (PtpWaiter *self)
{
  g_task_return_error_if_cancelled (self->task);
  waiter_unref (self);
}

/* Who finds it in the array owns that reference. */
static gboolean
take_out_locked (PtpWaiter *self)
{
  GPtrArray *waiters = g_steal_pointer (&self->waiters);
  guint position;

  if (waiters == NULL || !g_ptr_array_find (waiters, self, &position))
    return FALSE;

  g_ptr_array_steal_index_fast (waiters, position);
  return TRUE;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  PtpWaiter *self = user_data;
  gboolean found;

  g_mutex_lock (self->lock);
  self->cancelled = TRUE;
  found = take_out_locked (self);
  g_mutex_unlock (self->lock);

  if (found)
    ptp_waiter_answer_cancelled (self);

  return G_SOURCE_REMOVE;
}

PtpWaiter *
ptp_waiter_new (GTask *task, GMutex *lock)
{
  PtpWaiter *self = g_atomic_rc_box_new0 (PtpWaiter);
  GCancellable *cancellable = g_task_get_cancellable (task);

  self->task = task;
  self->lock = lock;
  if (cancellable == NULL)
    return self;

  self->watch = g_cancellable_source_new (cancellable);
  g_source_set_static_name (self->watch, "[pulltopush] wait");
  g_source_set_priority (self->watch, g_task_get_priority (task));
  g_source_set_callback (self->watch, G_SOURCE_FUNC (cancelled_cb), g_atomic_rc_box_acquire (self),
                         waiter_unref);
  g_source_attach (self->watch, g_task_get_context (task));
  return self;
}

gboolean
ptp_waiter_add_locked (PtpWaiter *self, GPtrArray **waiters)
{
  if (self->cancelled)
    return FALSE;

  if (*waiters == NULL)
    *waiters = g_ptr_array_new ();
  self->waiters = *waiters;
  g_ptr_array_add (*waiters, self);
  return TRUE;
}

GPtrArray *
ptp_waiters_steal_locked (GPtrArray **waiters)
{
  GPtrArray *stolen = g_steal_pointer (waiters);

  for (guint i = 0; stolen != NULL && i < stolen->len; i++)
    ((PtpWaiter *) g_ptr_array_index (stolen, i))->waiters = NULL;

  return stolen;
}

/* The watch goes while the task still has its context: the last reference to that may be dropped by
 * the thread that waits, as soon as it has the answer.
 */
void
ptp_waiter_answer (PtpWaiter *self, PtpWaiterAnswer answer, gpointer user_data)
{
  if (self->watch != NULL)
    g_source_destroy (self->watch);
  g_clear_pointer (&self->watch, g_source_unref);
  answer (self->task, user_data);
  waiter_unref (self);
}

void
ptp_waiters_answer (GPtrArray *waiters, PtpWaiterAnswer answer, gpointer user_data)
{
  for (guint i = 0; waiters != NULL && i < waiters->len; i++)
    ptp_waiter_answer (g_ptr_array_index (waiters, i), answer, user_data);
  g_clear_pointer (&waiters, g_ptr_array_unref);
}

typedef struct
{
  PtpWaiter *waiter; /* (owned) (nullable) */
  PtpWaiterAnswer answer;
} LaterAnswer;

static gboolean
answer_cb (gpointer user_data)
{
  LaterAnswer *later = user_data;
  PtpWaiter *waiter = g_steal_pointer (&later->waiter);

  ptp_waiter_answer (waiter, later->answer, g_task_get_source_object (waiter->task));
  return G_SOURCE_REMOVE;
}

static void
later_answer_free (gpointer user_data)
{
  LaterAnswer *later = user_data;

  if (later->waiter != NULL)
    waiter_unref (later->waiter);
  g_free (later);
}

void
ptp_waiters_answer_later (GPtrArray *waiters, PtpWaiterAnswer answer)
{
  for (guint i = 0; waiters != NULL && i < waiters->len; i++)
    {
      LaterAnswer *later = g_new0 (LaterAnswer, 1);
      g_autoptr (GSource) source = g_idle_source_new ();

      later->waiter = g_ptr_array_index (waiters, i);
      later->answer = answer;
      g_source_set_priority (source, g_task_get_priority (later->waiter->task));
      g_source_set_static_name (source, "[pulltopush] wait for what was disposed of");
      g_source_set_callback (source, answer_cb, later, later_answer_free);
      g_source_attach (source, g_task_get_context (later->waiter->task));
    }
  g_clear_pointer (&waiters, g_ptr_array_unref);
}
