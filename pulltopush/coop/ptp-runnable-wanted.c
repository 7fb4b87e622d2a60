/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-runnable-private.h"

#include "../contract/ptp-error.h"
#include "ptp-cooperator-private.h"

/* Any thread may change what is wanted, at any time, without a lock: whoever turns POSTED on puts
 * the runnable in the post, and everybody who finds it on has nothing left to do, however many they
 * are (rule T2). The context turns it off when it takes the runnable from the post, and only then
 * reads what is wanted; so a change is either read there, or finds POSTED off.
 */

/* Before the start there is nothing to do about a change, and nobody who would keep the runnable
 * alive until it is done.
 */
static guint
with_call (guint wanted)
{
  const guint call = PTP_WANTED_ATTENTION | PTP_WANTED_POSTED;

  return (wanted & PTP_WANTED_STARTED) != 0 ? wanted | call : wanted;
}

static void
post_if_new (PtpRunnable *self, guint before, guint after)
{
  if ((after & ~before & PTP_WANTED_POSTED) != 0)
    ptp_cooperator_post (self->cooperator, self);
}

void
ptp_runnable_start (PtpRunnable *self)
{
  guint before, after;

  /* From here to its end it keeps itself alive. */
  g_object_ref (self);

  do
    {
      before = ptp_runnable_get_wanted (self);
      if ((before & (PTP_WANTED_STARTED | PTP_WANTED_CAUSE)) != 0)
        {
          g_object_unref (self);
          return;
        }
      after = with_call (before | PTP_WANTED_STARTED);
    }
  while (!ptp_runnable_change_wanted (self, before, after));

  post_if_new (self, before, after);
}

static void
set_paused (PtpRunnable *self, gboolean paused)
{
  const guint flag = paused ? PTP_WANTED_PAUSED : 0;
  guint before, after;

  do
    {
      before = ptp_runnable_get_wanted (self);
      if ((before & PTP_WANTED_CAUSE) != 0 || (before & PTP_WANTED_PAUSED) == flag)
        return;
      after = with_call ((before ^ PTP_WANTED_PAUSED) | PTP_WANTED_HOLDERS_CHANGED);
    }
  while (!ptp_runnable_change_wanted (self, before, after));

  post_if_new (self, before, after);
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

/* With the lock held; returns whether there is something to post. */
static gboolean
tell_holders_changed (PtpRunnable *self, PtpRunnableExtra *extra)
{
  const guint flag = extra->holders->len > 0 ? PTP_WANTED_HELD : 0;
  guint before, after;

  do
    {
      before = ptp_runnable_get_wanted (self);
      after = (before & ~(guint) PTP_WANTED_HELD) | flag;
      after = with_call (after | PTP_WANTED_HOLDERS_CHANGED);
    }
  while (!ptp_runnable_change_wanted (self, before, after));

  return (after & ~before & PTP_WANTED_POSTED) != 0;
}

static gboolean
find_holder (PtpRunnableExtra *extra, const char *name, guint *position)
{
  return extra != NULL && extra->holders != NULL
         && g_ptr_array_find_with_equal_func (extra->holders, name, g_str_equal, position);
}

static void
add_holder (PtpRunnableExtra *extra, const char *name)
{
  if (extra->holders == NULL)
    extra->holders = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (extra->holders, g_strdup (name));
}

static gboolean
has_ended (PtpRunnable *self)
{
  return (ptp_runnable_get_wanted (self) & PTP_WANTED_CAUSE) != 0;
}

void
ptp_runnable_hold (PtpRunnable *self, const char *name)
{
  GMutex *lock = &self->cooperator->lock;
  gboolean post = FALSE;

  g_mutex_lock (lock);
  if (!has_ended (self))
    {
      PtpRunnableExtra *extra = ptp_runnable_ensure_extra (self);

      if (!find_holder (extra, name, NULL))
        {
          add_holder (extra, name);
          post = tell_holders_changed (self, extra);
        }
    }
  g_mutex_unlock (lock);

  if (post)
    ptp_cooperator_post (self->cooperator, self);
}

void
ptp_runnable_release (PtpRunnable *self, const char *name)
{
  GMutex *lock = &self->cooperator->lock;
  PtpRunnableExtra *extra;
  gboolean post = FALSE;
  guint position;

  g_mutex_lock (lock);
  extra = has_ended (self) ? NULL : ptp_runnable_get_extra (self);
  if (find_holder (extra, name, &position))
    {
      g_ptr_array_remove_index (extra->holders, position);
      post = tell_holders_changed (self, extra);
    }
  g_mutex_unlock (lock);

  if (post)
    ptp_cooperator_post (self->cooperator, self);
}

/* One that comes while nobody waits is remembered until the next step begins: what it announces
 * is seen by that step, or was seen by the one before.
 */
void
ptp_runnable_ready (PtpRunnable *self)
{
  guint before, after;

  do
    {
      before = ptp_runnable_get_wanted (self);
      if ((before & PTP_WANTED_CAUSE) != 0)
        return;
      if ((before & PTP_WANTED_WAITING) != 0)
        after = with_call (before & ~(guint) PTP_WANTED_WAITING);
      else
        after = before | PTP_WANTED_READY_SEEN | PTP_WANTED_ATTENTION;
    }
  while (!ptp_runnable_change_wanted (self, before, after));

  post_if_new (self, before, after);
}

/* A step answered that there is nothing now. */
void
ptp_runnable_wait_for_ready (PtpRunnable *self)
{
  guint before, after;

  do
    {
      before = ptp_runnable_get_wanted (self);
      after = before;
      if ((before & PTP_WANTED_READY_SEEN) == 0)
        after |= PTP_WANTED_WAITING;
    }
  while (!ptp_runnable_change_wanted (self, before, after));
}

gboolean
ptp_runnable_is_paused (PtpRunnable *self)
{
  return (ptp_runnable_get_wanted (self) & PTP_WANTED_PAUSED) != 0;
}

/* With the lock held: the end is under way, and is to be cut short if it can be. The first reason
 * counts. Returns what was wanted before.
 */
static guint
want_abort (PtpRunnable *self, GError **error)
{
  PtpRunnableExtra *extra = ptp_runnable_ensure_extra (self);

  if (extra->abort == NULL)
    extra->abort = *error != NULL
                     ? g_steal_pointer (error)
                     : g_error_new_literal (PTP_ERROR, PTP_ERROR_STOPPED, "The stream was stopped");
  g_clear_error (error);

  return g_atomic_int_or (&self->wanted,
                          PTP_WANTED_ABORT | PTP_WANTED_ATTENTION | PTP_WANTED_POSTED);
}

/* Decides on the end, unless that was done. Returns what was wanted before; an error that is not
 * needed is left to the caller.
 */
static guint
decide_end (PtpRunnable *self, PtpCause cause, GError **error, guint call)
{
  GMutex *lock = &self->cooperator->lock;
  guint before, after;

  g_mutex_lock (lock);
  before = after = ptp_runnable_get_wanted (self);
  if ((before & PTP_WANTED_CAUSE) == 0)
    {
      if (*error != NULL)
        ptp_runnable_ensure_extra (self)->error = g_steal_pointer (error);
      before = g_atomic_int_or (&self->wanted, call | ((guint) cause << PTP_WANTED_CAUSE_SHIFT));
      after = before | call;
    }
  else if ((before & PTP_WANTED_STATE) == 0 && cause >= PTP_CAUSE_STOP)
    {
      before = want_abort (self, error);
      after = before | PTP_WANTED_POSTED;
    }
  g_mutex_unlock (lock);
  post_if_new (self, before, after);

  return before;
}

/* The first end counts; what comes later is dropped with a word (rule E7), or cuts the end short.
 *
 * @error is (transfer full) (nullable).
 */
void
ptp_runnable_end (PtpRunnable *self, PtpCause cause, GError *error)
{
  guint before;

  /* One that never started keeps itself alive from here. */
  g_object_ref (self);
  before = decide_end (self, cause, &error, PTP_WANTED_ATTENTION | PTP_WANTED_POSTED);
  if ((before & (PTP_WANTED_STARTED | PTP_WANTED_CAUSE)) != 0)
    g_object_unref (self);

  if (error != NULL)
    g_debug ("A stream or task had ended; dropped: %s", error->message);
  g_clear_error (&error);
}

/* The source has said why. By somebody who keeps it alive without a reference, maybe under a lock:
 * runs nobody's code.
 */
void
ptp_runnable_break (PtpRunnable *self, const GError *error)
{
  GError *copy = g_error_copy (error);

  decide_end (self, PTP_CAUSE_BROKEN, &copy, PTP_WANTED_ATTENTION | PTP_WANTED_POSTED);
  g_clear_error (&copy);
}

static void
note_outcome_locked (PtpRunnable *self, int outcome, const GError *error)
{
  PtpRunnableExtra *extra = ptp_runnable_ensure_extra (self);

  if (extra->outcome != 0)
    return;

  extra->outcome = outcome;
  extra->outcome_error = error != NULL ? g_error_copy (error) : NULL;
}

/* What the end waits for is there, before it has to wait. On the context. */
void
ptp_runnable_note_outcome (PtpRunnable *self, int outcome, const GError *error)
{
  GMutex *lock = &self->cooperator->lock;

  g_mutex_lock (lock);
  note_outcome_locked (self, outcome, error);
  g_mutex_unlock (lock);
}

/* What the end waits for has come. As ptp_runnable_break(), for the same callers. */
void
ptp_runnable_settled (PtpRunnable *self, int outcome, const GError *error)
{
  const guint call = PTP_WANTED_ATTENTION | PTP_WANTED_POSTED;
  GMutex *lock = &self->cooperator->lock;
  guint before;

  g_mutex_lock (lock);
  note_outcome_locked (self, outcome, error);
  before = g_atomic_int_or (&self->wanted, call);
  g_mutex_unlock (lock);

  post_if_new (self, before, before | call);
}

/* On the context, by the one who settles right after this. */
void
ptp_runnable_end_now (PtpRunnable *self, PtpCause cause, GError *error)
{
  decide_end (self, cause, &error, PTP_WANTED_ATTENTION);
  if (error != NULL)
    g_debug ("A stream or task had ended; dropped: %s", error->message);
  g_clear_error (&error);
}

/* For dispose, which calls nobody: one that never started has ended for good, and only those who
 * wait for it hear of that, later. Returns whether it had not started; if it had, nothing is
 * changed.
 */
gboolean
ptp_runnable_end_unstarted (PtpRunnable *self)
{
  const guint end = (guint) PTP_CAUSE_STOP << PTP_WANTED_CAUSE_SHIFT
                    | (guint) PTP_STREAM_STATE_STOPPED << PTP_WANTED_STATE_SHIFT;
  GMutex *lock = &self->cooperator->lock;
  gboolean unstarted;
  guint before;

  g_mutex_lock (lock);
  do
    {
      before = ptp_runnable_get_wanted (self);
      unstarted = (before & (PTP_WANTED_STARTED | PTP_WANTED_CAUSE)) == 0;
    }
  while (unstarted && !ptp_runnable_change_wanted (self, before, before | end));
  g_mutex_unlock (lock);

  if (unstarted)
    ptp_runnable_tell_waiters_later (self);

  return unstarted;
}
