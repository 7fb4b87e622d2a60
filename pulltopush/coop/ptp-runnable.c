/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-runnable-private.h"

#include "ptp-cooperator-private.h"

void
ptp_runnable_install_signals (GType type, guint *signals)
{
  signals[PTP_RUNNABLE_FINISHED]
    = g_signal_new ("finished", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PTP_RUNNABLE_STOPPED]
    = g_signal_new ("stopped", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PTP_RUNNABLE_ERROR] = g_signal_new ("error", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                              G_TYPE_NONE, 1, G_TYPE_ERROR);
}

void
ptp_runnable_init (PtpRunnable *self, const PtpRunnableVtable *vtable)
{
  self->vtable = vtable;
  self->block = 1;
}

static void
free_extra (PtpRunnableExtra *extra)
{
  g_clear_pointer (&extra->holders, g_ptr_array_unref);
  g_clear_pointer (&extra->waiters, g_ptr_array_unref);
  g_clear_error (&extra->error);
  g_free (extra);
}

void
ptp_runnable_finalize (PtpRunnable *self)
{
  g_clear_pointer (&self->extra, free_extra);
  g_clear_object (&self->cooperator);
}

PtpRunnableExtra *
ptp_runnable_ensure_extra (PtpRunnable *self)
{
  if (self->extra == NULL)
    self->extra = g_new0 (PtpRunnableExtra, 1);

  return self->extra;
}

static gboolean
is_held (const PtpRunnable *self)
{
  return self->extra != NULL && self->extra->holders != NULL && self->extra->holders->len > 0;
}

/* There is no stored state that could disagree with what is wanted. */
PtpStreamState
ptp_runnable_derive_state (const PtpRunnable *self)
{
  if (self->end != PTP_STREAM_STATE_IDLE)
    return (PtpStreamState) self->end;
  if (!self->started)
    return PTP_STREAM_STATE_IDLE;
  if (self->paused || is_held (self))
    return PTP_STREAM_STATE_PAUSED;
  if (self->waiting)
    return PTP_STREAM_STATE_WAITING;

  return PTP_STREAM_STATE_STREAMING;
}

/* Before the start there is nothing to do about a change, and nobody who would keep the runnable
 * alive until it is done.
 */
static void
post_if_started (PtpRunnable *self)
{
  if (self->started)
    ptp_cooperator_post (self->cooperator, self);
}

void
ptp_runnable_start (PtpRunnable *self)
{
  GMutex *lock = &self->cooperator->lock;
  gboolean starts;

  /* From here to its end it keeps itself alive. */
  g_object_ref (self);

  g_mutex_lock (lock);
  starts = !self->started && self->end == PTP_STREAM_STATE_IDLE;
  if (starts)
    {
      self->started = TRUE;
      ptp_cooperator_post (self->cooperator, self);
    }
  g_mutex_unlock (lock);

  if (!starts)
    g_object_unref (self);
}

static void
set_paused (PtpRunnable *self, gboolean paused)
{
  GMutex *lock = &self->cooperator->lock;

  g_mutex_lock (lock);
  if (self->end == PTP_STREAM_STATE_IDLE && self->paused != paused)
    {
      self->paused = (guint8) paused;
      self->holders_changed = TRUE;
      post_if_started (self);
    }
  g_mutex_unlock (lock);
}

void
ptp_runnable_pause (PtpRunnable *self)
{
  set_paused (self, TRUE);
}

void
ptp_runnable_resume (PtpRunnable *self)
{
  set_paused (self, FALSE);
}

static gboolean
find_holder (PtpRunnable *self, const char *name, guint *position)
{
  return is_held (self)
         && g_ptr_array_find_with_equal_func (self->extra->holders, name, g_str_equal, position);
}

void
ptp_runnable_hold (PtpRunnable *self, const char *name)
{
  GMutex *lock = &self->cooperator->lock;

  g_mutex_lock (lock);
  if (self->end == PTP_STREAM_STATE_IDLE && !find_holder (self, name, NULL))
    {
      PtpRunnableExtra *extra = ptp_runnable_ensure_extra (self);

      if (extra->holders == NULL)
        extra->holders = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (extra->holders, g_strdup (name));
      self->holders_changed = TRUE;
      post_if_started (self);
    }
  g_mutex_unlock (lock);
}

void
ptp_runnable_release (PtpRunnable *self, const char *name)
{
  GMutex *lock = &self->cooperator->lock;
  guint position;

  g_mutex_lock (lock);
  if (self->end == PTP_STREAM_STATE_IDLE && find_holder (self, name, &position))
    {
      g_ptr_array_remove_index (self->extra->holders, position);
      self->holders_changed = TRUE;
      post_if_started (self);
    }
  g_mutex_unlock (lock);
}

/* One that comes while nobody waits is remembered until the next step begins: what it announces
 * is older than that step (rule R7).
 */
void
ptp_runnable_ready (PtpRunnable *self)
{
  GMutex *lock = &self->cooperator->lock;

  g_mutex_lock (lock);
  if (self->end == PTP_STREAM_STATE_IDLE && self->waiting)
    {
      self->waiting = FALSE;
      post_if_started (self);
    }
  else if (self->end == PTP_STREAM_STATE_IDLE)
    {
      self->ready_seen = TRUE;
      g_atomic_int_set (&self->attention, 1);
    }
  g_mutex_unlock (lock);
}

/* The first end counts; what comes later is dropped with a word (rule E7).
 *
 * @error is (transfer full) (nullable).
 */
void
ptp_runnable_end (PtpRunnable *self, PtpStreamState end, GError *error)
{
  GMutex *lock = &self->cooperator->lock;
  gboolean started, ends;

  /* One that never started keeps itself alive from here. */
  g_object_ref (self);

  g_mutex_lock (lock);
  started = self->started;
  ends = self->end == PTP_STREAM_STATE_IDLE;
  if (ends)
    {
      self->end = (guint8) end;
      if (error != NULL)
        ptp_runnable_ensure_extra (self)->error = g_steal_pointer (&error);
      ptp_cooperator_post (self->cooperator, self);
    }
  g_mutex_unlock (lock);

  if (error != NULL)
    g_debug ("%s had ended; dropped: %s", G_OBJECT_TYPE_NAME (self), error->message);
  g_clear_error (&error);
  if (started || !ends)
    g_object_unref (self);
}

/* For dispose, which tells nobody: one that never started has ended for good, without a word.
 * Returns whether it had not started; if it had, nothing is changed.
 */
gboolean
ptp_runnable_end_unstarted (PtpRunnable *self)
{
  GMutex *lock = &self->cooperator->lock;
  gboolean unstarted;

  g_mutex_lock (lock);
  unstarted = !self->started && self->end == PTP_STREAM_STATE_IDLE;
  if (unstarted)
    {
      self->end = PTP_STREAM_STATE_STOPPED;
      self->told = TRUE;
    }
  g_mutex_unlock (lock);

  return unstarted;
}

PtpStreamState
ptp_runnable_get_state (PtpRunnable *self)
{
  GMutex *lock = &self->cooperator->lock;
  PtpStreamState state;

  g_mutex_lock (lock);
  state = ptp_runnable_derive_state (self);
  g_mutex_unlock (lock);

  return state;
}

const GError *
ptp_runnable_get_error (PtpRunnable *self)
{
  GMutex *lock = &self->cooperator->lock;
  const GError *error;

  g_mutex_lock (lock);
  error = self->extra != NULL ? self->extra->error : NULL;
  g_mutex_unlock (lock);

  return error;
}

/* Nobody holds what has ended. */
GStrv
ptp_runnable_dup_holders (PtpRunnable *self)
{
  GMutex *lock = &self->cooperator->lock;
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  gboolean live;

  g_mutex_lock (lock);
  live = self->end == PTP_STREAM_STATE_IDLE;
  if (live && self->paused)
    g_strv_builder_add (names, "consumer");
  for (guint i = 0; live && is_held (self) && i < self->extra->holders->len; i++)
    g_strv_builder_add (names, g_ptr_array_index (self->extra->holders, i));
  g_mutex_unlock (lock);

  return g_strv_builder_end (names);
}
