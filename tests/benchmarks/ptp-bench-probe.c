/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-bench-probe.h"

/* Microseconds */
#define MIN_INTERVAL 500
#define MAX_INTERVAL 1500

#define REDRAW_PRIORITY (G_PRIORITY_HIGH_IDLE + 20)

typedef struct
{
  GSource source;
  gpointer probe; /* (unowned) */
} ProbeSource;

static GSource *
attach (gpointer probe, GSourceFuncs *funcs, int priority, gint64 due)
{
  GSource *source = g_source_new (funcs, sizeof (ProbeSource));

  ((ProbeSource *) source)->probe = probe;
  g_source_set_priority (source, priority);
  g_source_set_ready_time (source, due);
  g_source_attach (source, NULL);

  return source;
}

static void
detach (GSource **source)
{
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* The timer */

static gint64
pick_interval (void)
{
  return g_random_int_range (MIN_INTERVAL, MAX_INTERVAL);
}

static gboolean
dispatch_timer (GSource *source, GSourceFunc callback, gpointer user_data)
{
  PtpBenchTimer *self = ((ProbeSource *) source)->probe;
  gint64 now = g_get_monotonic_time ();

  for (; self->due <= now; self->due += pick_interval ())
    {
      gint64 late = now - self->due;

      g_array_append_val (self->lateness, late);
    }

  g_source_set_ready_time (source, self->due);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs timer_source_funcs = { .dispatch = dispatch_timer };

void
ptp_bench_timer_start (PtpBenchTimer *self)
{
  self->due = g_get_monotonic_time () + pick_interval ();
  self->lateness = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->source = attach (self, &timer_source_funcs, G_PRIORITY_DEFAULT, self->due);
}

void
ptp_bench_timer_stop (PtpBenchTimer *self)
{
  detach (&self->source);
  g_clear_pointer (&self->lateness, g_array_unref);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  const gint64 one = *(const gint64 *) a, other = *(const gint64 *) b;

  return (one > other) - (one < other);
}

gint64
ptp_bench_timer_get_percentile (PtpBenchTimer *self, double share)
{
  guint n = self->lateness->len;

  g_return_val_if_fail (n > 0, G_MAXINT64);

  g_array_sort (self->lateness, compare_times);
  return g_array_index (self->lateness, gint64, MIN ((guint) (share * n), n - 1));
}

/* Frames */

static gint64
get_due (PtpBenchFrames *self, guint frame)
{
  return self->start + (gint64) (frame + 1) * G_USEC_PER_SEC / self->hz;
}

static gboolean
dispatch_frame (GSource *source, GSourceFunc callback, gpointer user_data)
{
  PtpBenchFrames *self = ((ProbeSource *) source)->probe;
  gint64 now = g_get_monotonic_time ();

  /* Too late for this one: the next is due. */
  while (self->n_due < self->n_frames && now >= get_due (self, self->n_due + 1))
    self->n_due++;

  if (self->n_due < self->n_frames)
    {
      self->n_due++;
      self->n_kept++;
    }

  g_source_set_ready_time (source, self->n_due < self->n_frames ? get_due (self, self->n_due) : -1);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs frame_source_funcs = { .dispatch = dispatch_frame };

void
ptp_bench_frames_start (PtpBenchFrames *self, guint hz, guint n_frames)
{
  self->hz = hz;
  self->n_frames = n_frames;
  self->n_due = self->n_kept = 0;
  self->start = g_get_monotonic_time ();
  self->source = attach (self, &frame_source_funcs, REDRAW_PRIORITY, get_due (self, 0));
}

void
ptp_bench_frames_stop (PtpBenchFrames *self)
{
  detach (&self->source);
}

gboolean
ptp_bench_frames_are_over (PtpBenchFrames *self)
{
  return self->n_due == self->n_frames;
}
