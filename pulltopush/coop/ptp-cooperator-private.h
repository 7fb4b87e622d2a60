/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-cooperator.h"
#include "ptp-run-queue-private.h"
#include "ptp-runnable-private.h"

G_BEGIN_DECLS

/* What makes a cooperator one of the shared, see ptp-cooperator-shared.c. */
typedef struct
{
  GMainContext *context; /* (unowned): the cooperator owns it */
  int priority;
  PtpCooperator *cooperator; /* (unowned) (nullable): itself, if it was made to be shared */

  guint n_takers; /* threads about to take a reference; under the lock of the table */
} PtpShare;

struct _PtpCooperator
{
  GObject parent_instance;

  GMainContext *context; /* (owned) */
  int priority;
  PtpShare share;

  /* The context's own */
  gint64 slice; /* microseconds */
  PtpClockFunc clock_func;
  gpointer clock_data;
  GDestroyNotify clock_destroy;
  PtpRunQueue queue;
  guint n_queued;
  guint n_still; /* looks at the clock that showed no new time */

  /* The accounts, in microseconds, also the context's own */
  gint64 granted;     /* to everybody since the beginning */
  gint64 round_least; /* the least that anybody had used at its turn in this round */
  guint round_left;   /* turns to the end of the round */

  /* Under the lock, which also guards the extra of every runnable. Nobody's code runs while it is
   * held, so that no reference to a GObject is taken or dropped. GLib's own locks, those of the
   * context and of signals, may be taken inside.
   */
  GMutex lock;
  PtpRunnable *first_posted; /* also read without the lock, atomically */
  PtpRunnable *last_posted;
  GSource *source;  /* (unowned) (nullable): attached while there is anything to do */
  guint n_restless; /* slices in a row after which the source had nothing left to do */
};

/* How many slices there are, one right after the other, before sources of lower priority run. */
#define PTP_MAX_RESTLESS 8

/* How often the clock may show the same time before a slice is over. A monotonic clock never does
 * so that often; one that stands still, as a test's may, must not make a slice endless.
 */
#define PTP_MAX_STILL 256

/* A clock may show any time, also one near the ends of what can be told. */
static inline gint64
ptp_time_add (gint64 time, gint64 more)
{
  return time > G_MAXINT64 - more ? G_MAXINT64 : time + more;
}

/* From @start to @end, 0 if that is earlier. */
static inline gint64
ptp_time_between (gint64 start, gint64 end)
{
  if (end <= start)
    return 0;

  return (gint64) MIN ((guint64) end - (guint64) start, (guint64) G_MAXINT64);
}

/* One that goes back ends the slice: nobody knows how long it will take to reach the deadline. */
static inline gint64
ptp_cooperator_look (PtpCooperator *self, gint64 before)
{
  gint64 now = self->clock_func (self->clock_data);

  if (now < before)
    self->n_still = PTP_MAX_STILL + 1;
  else if (now == before)
    self->n_still++;
  else if (self->n_still <= PTP_MAX_STILL)
    self->n_still = 0;

  return now;
}

static inline gboolean
ptp_cooperator_is_over (PtpCooperator *self, gint64 now, gint64 deadline)
{
  return now >= deadline || self->n_still > PTP_MAX_STILL;
}

static inline void
ptp_cooperator_enqueue (PtpCooperator *self, PtpRunnable *runnable)
{
  ptp_run_queue_push (&self->queue, &runnable->link);
  self->n_queued++;
}

static inline void
ptp_cooperator_dequeue (PtpCooperator *self, PtpRunnable *runnable)
{
  ptp_run_link_remove (&runnable->link);
  self->n_queued--;
}

/* Any thread */
void ptp_cooperator_post (PtpCooperator *self, PtpRunnable *runnable);

/* The context */
void ptp_cooperator_run_slice (PtpCooperator *self);
gboolean ptp_cooperator_has_work (PtpCooperator *self);

/* With the lock held, any thread */
GSource *ptp_cooperator_make_source (PtpCooperator *self);
void ptp_cooperator_attach (PtpCooperator *self, GSource *source);

/* Any thread */
PtpCooperator *ptp_cooperator_ref_shared (GMainContext *context, int priority);
gboolean ptp_cooperator_leave_shared (PtpCooperator *self);

G_END_DECLS
