/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-bench-probe.h"
#include "ptp-bench-stream.h"
#include "ptp-bench.h"

#include <gio/gio.h>

/* What the rest of the main loop notices of busy streams: how late timers are, and whether every
 * frame is drawn in its time. Beside it one idle source per stream, as people write it by hand;
 * and what the length of the slice buys and costs.
 */

#define FRAMES_60     62
#define FRAMES_144    144
#define FRAMES_QUICK  6
#define SLICE_SAMPLE  (500 * 1000) /* microseconds */
#define SLICE_QUICK   (20 * 1000)
#define SLICE_STREAMS 100
/* Microseconds that a timer may be late beyond the slice. */
#define GRACE 200
/* Sources that are starved are not waited for. */
#define LONGEST_RUN (10 * G_USEC_PER_SEC)

typedef struct
{
  const char *name;
  const char *label;
  guint64 cost;      /* nanoseconds; 0: none is burnt */
  guint64 dear_cost; /* nanoseconds, of every other step; 0: all cost the same */
} Mix;

typedef struct
{
  guint n_streams;
  const Mix *mix;
  gboolean idle; /* one idle source each, instead of the library */
  gint64 slice;  /* microseconds */
} Case;

static const Mix plain_mix = { "plain", "steps of a few ns", 0, 0 };
static const Mix mixes[] = {
  { "1us", "steps of 1 us", 1000, 0 },
  { "20us", "steps of 20 us", 20000, 0 },
  { "mixed", "100 ns and 50 us", 100, 50000 },
};
static const guint numbers[] = { 1, 1000, 10000 };
static const gint64 slices[] = { 50, 100, 200, 500, 1000, 2000 };

static gboolean quick;

static PtpBenchStreams *
start_streams (const Case *self)
{
  g_autoptr (PtpCooperator) cooperator = ptp_cooperator_ref_default ();
  PtpBenchStreams *streams;

  if (self->mix->cost > 0)
    streams
      = ptp_bench_streams_new_spinning (self->n_streams, self->mix->cost, self->mix->dear_cost);
  else
    streams = ptp_bench_streams_new (self->n_streams, PTP_BENCH_FOREVER);

  ptp_bench_calibrate ();
  ptp_cooperator_set_slice (cooperator, self->slice);
  if (self->idle)
    ptp_bench_streams_start_idle (streams);
  else
    ptp_bench_streams_start (streams);
  ptp_bench_streams_warm_up (streams);

  return streams;
}

static gboolean
record_lateness (PtpBenchRow *row, PtpBenchTimer *timer, GError **error)
{
  if (timer->lateness->len == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the timer was never dispatched");
      return FALSE;
    }

  ptp_bench_row_record (row, PTP_BENCH_VALUE,
                        (double) ptp_bench_timer_get_percentile (timer, 0.99));
  ptp_bench_row_record (row, "p50", (double) ptp_bench_timer_get_percentile (timer, 0.5));
  ptp_bench_row_record (row, "worst", (double) ptp_bench_timer_get_percentile (timer, 1));
  return TRUE;
}

static gboolean
measure_case (PtpBenchRow *row, gpointer user_data, GError **error)
{
  G_GNUC_UNUSED g_autoptr (PtpBenchStreams) streams = start_streams (user_data);
  PtpBenchTimer timer;
  PtpBenchFrames slow, fast;
  gint64 start = g_get_monotonic_time ();
  gboolean result;

  ptp_bench_timer_start (&timer);
  ptp_bench_frames_start (&slow, 60, quick ? FRAMES_QUICK : FRAMES_60);
  ptp_bench_frames_start (&fast, 144, quick ? FRAMES_QUICK : FRAMES_144);
  while ((!ptp_bench_frames_are_over (&slow) || !ptp_bench_frames_are_over (&fast))
         && g_get_monotonic_time () - start < LONGEST_RUN)
    g_main_context_iteration (NULL, TRUE);

  result = record_lateness (row, &timer, error);
  ptp_bench_row_record (row, "slow", slow.n_kept);
  ptp_bench_row_record (row, "fast", fast.n_kept);
  ptp_bench_row_record (row, "lost", slow.n_frames - slow.n_kept + fast.n_frames - fast.n_kept);

  ptp_bench_frames_stop (&fast);
  ptp_bench_frames_stop (&slow);
  ptp_bench_timer_stop (&timer);
  return result;
}

/* The mixes of one round as one: what is the worst of all must hold. */
static gboolean
measure_worst (PtpBenchRow *row, gpointer user_data, GError **error)
{
  GPtrArray *rows = user_data;
  double p99 = 0, slow = G_MAXDOUBLE, fast = G_MAXDOUBLE;

  for (guint i = 0; i < rows->len; i++)
    {
      PtpBenchRow *other = g_ptr_array_index (rows, i);

      p99 = MAX (p99, ptp_bench_row_get_recorded (other, PTP_BENCH_VALUE));
      slow = MIN (slow, ptp_bench_row_get_recorded (other, "slow"));
      fast = MIN (fast, ptp_bench_row_get_recorded (other, "fast"));
    }

  ptp_bench_row_record (row, PTP_BENCH_VALUE, p99);
  ptp_bench_row_record (row, "slow", slow);
  ptp_bench_row_record (row, "fast", fast);
  return TRUE;
}

static gboolean
measure_slice (PtpBenchRow *row, gpointer user_data, GError **error)
{
  Case *self = user_data;
  g_autoptr (PtpBenchStreams) streams = start_streams (self);
  PtpBenchTimer timer;
  gboolean result;
  double step;

  ptp_bench_timer_start (&timer);
  step = ptp_bench_streams_measure (streams, (quick ? SLICE_QUICK : SLICE_SAMPLE) * 1000);
  result = record_lateness (row, &timer, error);
  ptp_bench_row_record (row, "step", step);
  ptp_bench_timer_stop (&timer);

  return result;
}

/* The rows. What they point to lives as long as the program. */

static void
add_case_rows (PtpBench *bench, GPtrArray *rows)
{
  static Case cases[G_N_ELEMENTS (numbers) * G_N_ELEMENTS (mixes)];

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint n_streams = numbers[i / G_N_ELEMENTS (mixes)];
      const Mix *mix = &mixes[i % G_N_ELEMENTS (mixes)];
      g_autofree char *name = g_strdup_printf ("streams-%u-%s", n_streams, mix->name);
      g_autofree char *label
        = g_strdup_printf ("%u stream%s, %s", n_streams, n_streams == 1 ? "" : "s", mix->label);
      g_autofree char *what = g_strdup_printf ("p99 lateness in us, %s", label);
      PtpBenchRow *row;

      if (quick && n_streams > 1000)
        break;

      cases[i] = (Case){ n_streams, mix, FALSE, PTP_SLICE_DEFAULT };
      row = ptp_bench_add_row (bench, name, label, measure_case, &cases[i]);
      ptp_bench_add_bar (bench, what, row, PTP_BENCH_VALUE, "<=", PTP_SLICE_DEFAULT + GRACE);
      g_ptr_array_add (rows, row);
    }
}

static void
add_worst_row (PtpBench *bench, GPtrArray *rows)
{
  PtpBenchRow *row
    = ptp_bench_add_row (bench, "worst", "the worst of these, each round", measure_worst, rows);

  ptp_bench_add_bar (bench, "p99 lateness in us, in the worst mix", row, PTP_BENCH_VALUE,
                     "<=", PTP_SLICE_DEFAULT + GRACE);
  ptp_bench_add_bar (bench, "frames kept at 60 Hz, in the worst mix", row, "slow",
                     ">=", quick ? FRAMES_QUICK : FRAMES_60);
  ptp_bench_add_bar (bench, "frames kept at 144 Hz, in the worst mix", row, "fast",
                     ">=", quick ? FRAMES_QUICK : FRAMES_144);
}

static void
add_idle_row (PtpBench *bench)
{
  static Case idle = { 1000, &mixes[0], TRUE, PTP_SLICE_DEFAULT };

  ptp_bench_add_row (bench, "idle-1000-1us", "1000 idle sources, steps of 1 us", measure_case,
                     &idle);
}

static void
add_slice_rows (PtpBench *bench)
{
  static Case cases[2 * G_N_ELEMENTS (slices)];
  PtpBenchPlot *lateness
    = ptp_bench_add_plot (bench, "lateness-by-slice", "Lateness of a timer by length of the slice",
                          "slice in us", "p99 lateness in us", TRUE, TRUE);
  PtpBenchPlot *cost
    = ptp_bench_add_plot (bench, "cost-by-slice", "Cost of one step by length of the slice",
                          "slice in us", "ns per step", TRUE, TRUE);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Mix *mix = i % 2 == 0 ? &mixes[0] : &plain_mix;
      gint64 slice = slices[i / 2];
      g_autofree char *name = g_strdup_printf ("slice-%" G_GINT64_FORMAT "-%s", slice, mix->name);
      g_autofree char *label
        = g_strdup_printf ("slice of %" G_GINT64_FORMAT " us, %s", slice, mix->label);
      PtpBenchRow *row;

      cases[i] = (Case){ SLICE_STREAMS, mix, FALSE, slice };
      row = ptp_bench_add_row (bench, name, label, measure_slice, &cases[i]);
      ptp_bench_plot_add_point (lateness, mix->label, (double) slice, row, PTP_BENCH_VALUE);
      ptp_bench_plot_add_point (cost, mix->label, (double) slice, row, "step");
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (PtpBench) bench
    = ptp_bench_new ("responsiveness", "What does the rest of the loop notice of busy streams?",
                     "us late (p99)", "less");
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();

  if (!ptp_bench_parse (bench, &argc, &argv, NULL))
    return 1;
  quick = ptp_bench_is_quick (bench);

  ptp_bench_add_column (bench, PTP_BENCH_VALUE, "p99 us", 0, PTP_BENCH_MEDIAN);
  ptp_bench_add_column (bench, "p50", "p50 us", 0, PTP_BENCH_MEDIAN);
  ptp_bench_add_column (bench, "worst", "max us", 0, PTP_BENCH_LARGEST);
  ptp_bench_add_column (bench, "slow", "60 Hz", 0, PTP_BENCH_MEDIAN);
  ptp_bench_add_column (bench, "fast", "144 Hz", 0, PTP_BENCH_MEDIAN);
  ptp_bench_add_column (bench, "lost", "most lost", 0, PTP_BENCH_LARGEST);
  ptp_bench_add_column (bench, "step", "ns/step", 1, PTP_BENCH_MEDIAN);
  add_case_rows (bench, rows);
  add_worst_row (bench, rows);
  add_idle_row (bench);
  add_slice_rows (bench);
  ptp_bench_add_note (bench,
                      "Lateness is that of a timer due every 0.5 to 1.5 ms at random, at default "
                      "priority. Frames kept are of %d at 60 Hz and %d at 144 Hz, at GTK's "
                      "redraw priority; most lost are those of both in the worst round, and max "
                      "is that of all rounds. The slice is %d us where none is named, and %d "
                      "streams are busy where one is.",
                      FRAMES_60, FRAMES_144, PTP_SLICE_DEFAULT, SLICE_STREAMS);

  return ptp_bench_run (bench);
}
