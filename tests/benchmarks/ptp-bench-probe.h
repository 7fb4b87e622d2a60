/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What feels it when a main loop is busy: sources that note when they are dispatched. All of them
 * are on the default context.
 */

/* A timer that is due about every millisecond, at G_PRIORITY_DEFAULT. Its times are spread at
 * random, and each follows from the one before, however late that was noticed: a timer that comes
 * at even intervals, or is set anew when it is dispatched, falls into step with the slices and is
 * hardly ever late.
 */
typedef struct
{
  GSource *source;  /* (owned) */
  gint64 due;       /* microseconds */
  GArray *lateness; /* (owned) (element-type gint64): microseconds */
} PtpBenchTimer;

void ptp_bench_timer_start (PtpBenchTimer *self);
void ptp_bench_timer_stop (PtpBenchTimer *self);
/* @share: 0.99 for p99; sorts. */
gint64 ptp_bench_timer_get_percentile (PtpBenchTimer *self, double share);

/* Frames, at the priority at which GTK redraws. One is kept when it is drawn before the next is
 * due; of those that are due at once only the last can be.
 */
typedef struct
{
  GSource *source; /* (owned) */
  guint hz;
  guint n_frames;
  guint n_due; /* so far: drawn or lost */
  guint n_kept;
  gint64 start; /* microseconds */
} PtpBenchFrames;

void ptp_bench_frames_start (PtpBenchFrames *self, guint hz, guint n_frames);
void ptp_bench_frames_stop (PtpBenchFrames *self);
gboolean ptp_bench_frames_are_over (PtpBenchFrames *self);

G_END_DECLS
