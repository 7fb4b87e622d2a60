/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cooperator-private.h"

/* Visits too cheap to look at the clock after each: runnables that sit out. */
#define VISITS_PER_LOOK 16

/* By whoever turned POSTED on, from any thread. The source is there from the first post on, so many
 * posts before the next turn cost one wake-up (rule T2).
 */
void
ptp_cooperator_post (PtpCooperator *self, PtpRunnable *runnable)
{
  g_autoptr (GSource) made = NULL;

  g_mutex_lock (&self->lock);
  made = ptp_cooperator_make_source (self);
  runnable->next_posted = NULL;
  if (self->last_posted != NULL)
    self->last_posted->next_posted = runnable;
  else
    g_atomic_pointer_set (&self->first_posted, runnable);
  self->last_posted = runnable;
  ptp_cooperator_attach (self, made);
  g_mutex_unlock (&self->lock);
}

/* Owned by the caller if it was @abandoned: it ended while it was in the post. */
static PtpRunnable *
take_post (PtpCooperator *self, gboolean *abandoned)
{
  PtpRunnable *runnable;
  guint wanted;

  g_mutex_lock (&self->lock);
  runnable = self->first_posted;
  g_atomic_pointer_set (&self->first_posted, runnable->next_posted);
  if (runnable->next_posted == NULL)
    self->last_posted = NULL;
  g_mutex_unlock (&self->lock);

  /* From here on it can be posted again. */
  wanted = g_atomic_int_and (&runnable->wanted, ~(guint) PTP_WANTED_POSTED);
  *abandoned = (wanted & PTP_WANTED_ABANDONED) != 0;

  return runnable;
}

static gboolean
has_post (PtpCooperator *self)
{
  return g_atomic_pointer_get (&self->first_posted) != NULL;
}

static gint64
settle_one (PtpCooperator *self, gint64 start)
{
  gboolean abandoned;
  PtpRunnable *runnable = take_post (self, &abandoned);

  if (abandoned)
    g_object_unref (runnable);
  else
    ptp_runnable_settle (runnable);

  return ptp_cooperator_look (self, start);
}

static PtpRunnable *
pop (PtpCooperator *self)
{
  PtpRunLink *link = ptp_run_queue_pop (&self->queue);

  if (link == NULL)
    return NULL;

  self->n_queued--;
  return G_STRUCT_MEMBER_P (link, -G_STRUCT_OFFSET (PtpRunnable, link));
}

/* What was posted and what is queued take turns, so that neither can starve the other. */
void
ptp_cooperator_run_slice (PtpCooperator *self)
{
  gint64 now = self->clock_func (self->clock_data);
  gint64 deadline = ptp_time_add (now, self->slice);
  guint visits = 0;

  self->n_still = 0;
  do
    {
      PtpRunnable *runnable;

      if (has_post (self))
        now = settle_one (self, now);

      runnable = pop (self);
      if (runnable != NULL)
        now = ptp_runnable_turn (runnable, now, deadline);
      else if (!has_post (self))
        break;

      if (++visits % VISITS_PER_LOOK == 0)
        now = ptp_cooperator_look (self, now);
    }
  while (!ptp_cooperator_is_over (self, now, deadline));
}

/* With the lock held, on the context. */
gboolean
ptp_cooperator_has_work (PtpCooperator *self)
{
  return self->first_posted != NULL || !ptp_run_queue_is_empty (&self->queue);
}
