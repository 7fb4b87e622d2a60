/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-runnable-private.h"

#include "../contract/ptp-quark-private.h"
#include "ptp-cooperator-private.h"
#include "ptp-debug-private.h"

/* Tasks and streams. A number is smaller than a pointer. */
#define MAX_KINDS 2

static const PtpRunnableVtable *kinds[MAX_KINDS];
static guint8 n_kinds;

void
ptp_runnable_install_signals (GType type, guint *signals)
{
  signals[PTP_RUNNABLE_FINISHED]
    = g_signal_new ("finished", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PTP_RUNNABLE_STOPPED]
    = g_signal_new ("stopped", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PTP_RUNNABLE_FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                               NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

/* For class_init, of which GObject runs one at a time. */
guint8
ptp_runnable_add_kind (const PtpRunnableVtable *vtable)
{
  g_assert (n_kinds < MAX_KINDS);
  kinds[n_kinds] = vtable;
  ptp_debug_init ();

  return n_kinds++;
}

const PtpRunnableVtable *
ptp_runnable_get_vtable (PtpRunnable *self)
{
  return kinds[self->kind];
}

void
ptp_runnable_init (PtpRunnable *self, guint8 kind)
{
  self->kind = kind;
  self->block = 1;
}

/* It has its cooperator, and can be described. */
void
ptp_runnable_constructed (PtpRunnable *self)
{
  if (ptp_debug_wants (PTP_DEBUG_STALLS))
    ptp_debug_watch (self);
}

void
ptp_runnable_finalize (PtpRunnable *self)
{
  if (ptp_debug_wants (PTP_DEBUG_STALLS))
    ptp_debug_unwatch (self);
  g_clear_object (&self->cooperator);
}

/* Beside the object, since few runnables are ever held by name, waited for, or fail. */
static GQuark
extra_quark (void)
{
  static guint quark;

  return ptp_quark_get (&quark, "ptp-runnable-extra");
}

static void
free_extra (gpointer data)
{
  PtpRunnableExtra *extra = data;

  g_clear_pointer (&extra->holders, g_ptr_array_unref);
  g_clear_pointer (&extra->waiters, g_ptr_array_unref);
  g_clear_error (&extra->error);
  g_clear_error (&extra->abort);
  g_clear_error (&extra->outcome_error);
  g_free (extra);
}

PtpRunnableExtra *
ptp_runnable_get_extra (PtpRunnable *self)
{
  return g_object_get_qdata ((GObject *) self, extra_quark ());
}

PtpRunnableExtra *
ptp_runnable_ensure_extra (PtpRunnable *self)
{
  PtpRunnableExtra *extra = ptp_runnable_get_extra (self);

  if (extra == NULL)
    {
      extra = g_new0 (PtpRunnableExtra, 1);
      g_object_set_qdata_full (G_OBJECT (self), extra_quark (), extra, free_extra);
    }

  return extra;
}

PtpStreamState
ptp_runnable_get_state (PtpRunnable *self)
{
  return ptp_wanted_get_state (ptp_runnable_get_wanted (self));
}

/* Why it ends, or ended; any thread, but it may change until the end is there. */
const GError *
ptp_runnable_peek_reason (PtpRunnable *self)
{
  GMutex *lock = &self->cooperator->lock;
  PtpRunnableExtra *extra;
  const GError *error;

  g_mutex_lock (lock);
  extra = ptp_runnable_get_extra (self);
  error = extra != NULL ? extra->error : NULL;
  g_mutex_unlock (lock);

  return error;
}

int
ptp_runnable_get_outcome (PtpRunnable *self)
{
  GMutex *lock = &self->cooperator->lock;
  PtpRunnableExtra *extra;
  int outcome;

  g_mutex_lock (lock);
  extra = ptp_runnable_get_extra (self);
  outcome = extra != NULL ? extra->outcome : 0;
  g_mutex_unlock (lock);

  return outcome;
}

const GError *
ptp_runnable_get_error (PtpRunnable *self)
{
  if (ptp_runnable_get_state (self) != PTP_STREAM_STATE_FAILED)
    return NULL;

  g_atomic_int_or (&self->wanted, PTP_WANTED_HEARD);
  return ptp_runnable_peek_reason (self);
}

static void
add_names (GStrvBuilder *names, PtpRunnableExtra *extra)
{
  for (guint i = 0; i < extra->holders->len; i++)
    g_strv_builder_add (names, g_ptr_array_index (extra->holders, i));
}

/* Nobody holds what has ended. */
GStrv
ptp_runnable_dup_holders (PtpRunnable *self)
{
  GMutex *lock = &self->cooperator->lock;
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  guint wanted;

  g_mutex_lock (lock);
  wanted = ptp_runnable_get_wanted (self);
  if ((wanted & PTP_WANTED_CAUSE) == 0)
    {
      if ((wanted & PTP_WANTED_PAUSED) != 0)
        g_strv_builder_add (names, "consumer");
      if ((wanted & PTP_WANTED_HELD) != 0)
        add_names (names, ptp_runnable_get_extra (self));
    }
  g_mutex_unlock (lock);

  return g_strv_builder_end (names);
}
