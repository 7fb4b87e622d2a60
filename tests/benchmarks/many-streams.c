/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-bench-stream.h"
#include "ptp-bench.h"

#include <gio/gio.h>

/* Whether a step costs the same when there are many streams, each with two objects of its own, and
 * what it costs to start and to end one. Beside it one idle source per stream, as people write it
 * by hand.
 */

#define SAMPLE       (150 * 1000 * G_GINT64_CONSTANT (1000)) /* nanoseconds */
#define SAMPLE_QUICK (2 * 1000 * G_GINT64_CONSTANT (1000))

static gint64 sample = SAMPLE;

typedef struct
{
  guint n_streams;
  PtpBenchRow *one; /* (nullable): the row of one stream, if this is not it */
} Case;

/* Of one alone that would be what comes first: pages, caches. */
static void
record_per_stream (PtpBenchRow *row, const char *key, gint64 start, guint n_streams)
{
  if (n_streams > 1)
    ptp_bench_row_record (row, key, (double) (ptp_bench_now () - start) / n_streams);
}

static gboolean
measure_ours (PtpBenchRow *row, gpointer user_data, GError **error)
{
  Case *self = user_data;
  gint64 start = ptp_bench_now ();
  g_autoptr (PtpBenchStreams) streams = ptp_bench_streams_new (self->n_streams, PTP_BENCH_FOREVER);
  guint n_finished;

  ptp_bench_streams_start (streams);
  record_per_stream (row, "start", start, self->n_streams);

  ptp_bench_streams_warm_up (streams);
  ptp_bench_row_record (row, PTP_BENCH_VALUE, ptp_bench_streams_measure (streams, sample));
  if (self->one != NULL)
    ptp_bench_row_record_ratio (row, "ratio", self->one);

  start = ptp_bench_now ();
  n_finished = ptp_bench_streams_finish (streams);
  g_clear_pointer (&streams, ptp_bench_streams_free);
  record_per_stream (row, "end", start, self->n_streams);
  ptp_bench_row_record (row, "completed", n_finished);

  return TRUE;
}

static gboolean
measure_idle (PtpBenchRow *row, gpointer user_data, GError **error)
{
  Case *self = user_data;
  gint64 start = ptp_bench_now ();
  g_autoptr (PtpBenchStreams) streams = ptp_bench_streams_new (self->n_streams, PTP_BENCH_FOREVER);

  ptp_bench_streams_start_idle (streams);
  record_per_stream (row, "start", start, self->n_streams);

  ptp_bench_streams_warm_up (streams);
  ptp_bench_row_record (row, PTP_BENCH_VALUE, ptp_bench_streams_measure (streams, sample));

  start = ptp_bench_now ();
  g_clear_pointer (&streams, ptp_bench_streams_free);
  record_per_stream (row, "end", start, self->n_streams);

  return TRUE;
}

/* The cases */

static Case idle_cases[] = { { 1 }, { 100 }, { 1000 } };
static Case our_cases[] = { { 1 }, { 100 }, { 10000 }, { 100000 }, { 1000000 } };

static const struct
{
  guint n_streams;
  double bar;
} bars[] = { { 10000, 1.1 }, { 100000, 1.4 }, { 1000000, 2 } };

static void
add_bars (PtpBench *bench, PtpBenchRow *row, guint n_streams)
{
  for (guint i = 0; i < G_N_ELEMENTS (bars); i++)
    if (bars[i].n_streams == n_streams)
      {
        g_autofree char *what = g_strdup_printf ("a step with %u streams, against one", n_streams);

        ptp_bench_add_bar (bench, what, row, "ratio", "<=", bars[i].bar);
      }
}

static void
add_idle_rows (PtpBench *bench, PtpBenchPlot *plot)
{
  for (guint i = 0; i < G_N_ELEMENTS (idle_cases); i++)
    {
      guint n_streams = idle_cases[i].n_streams;
      g_autofree char *name = g_strdup_printf ("idle-%u", n_streams);
      g_autofree char *label = g_strdup_printf ("one idle source per stream, %u", n_streams);
      PtpBenchRow *row = ptp_bench_add_row (bench, name, label, measure_idle, &idle_cases[i]);

      ptp_bench_plot_add_point (plot, "one idle source per stream", n_streams, row,
                                PTP_BENCH_VALUE);
    }
}

static void
add_our_rows (PtpBench *bench, PtpBenchPlot *plot)
{
  PtpBenchRow *row = NULL, *one = NULL;
  guint n_streams = 0;
  g_autofree char *all = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (our_cases); i++)
    {
      g_autofree char *name = g_strdup_printf ("streams-%u", our_cases[i].n_streams);
      g_autofree char *label = g_strdup_printf ("pulltopush, %u", our_cases[i].n_streams);

      if (ptp_bench_is_quick (bench) && our_cases[i].n_streams > 10000)
        break;

      n_streams = our_cases[i].n_streams;
      our_cases[i].one = one;
      row = ptp_bench_add_row (bench, name, label, measure_ours, &our_cases[i]);
      if (one == NULL)
        one = row;
      ptp_bench_plot_add_point (plot, "pulltopush", n_streams, row, PTP_BENCH_VALUE);
      add_bars (bench, row, n_streams);
    }

  all = g_strdup_printf ("of %u streams complete", n_streams);
  ptp_bench_add_bar (bench, all, row, "completed", ">=", n_streams);
}

int
main (int argc, char **argv)
{
  g_autoptr (PtpBench) bench
    = ptp_bench_new ("many-streams", "What does one step cost when there are many streams?",
                     "ns/step", "less");
  PtpBenchPlot *plot;

  if (!ptp_bench_parse (bench, &argc, &argv, NULL))
    return 1;
  if (ptp_bench_is_quick (bench))
    sample = SAMPLE_QUICK;

  ptp_bench_add_column (bench, PTP_BENCH_VALUE, "ns/step", 1, PTP_BENCH_MEDIAN);
  ptp_bench_add_column (bench, "ratio", "x one", 2, PTP_BENCH_MEDIAN);
  ptp_bench_add_column (bench, "start", "ns to start", 0, PTP_BENCH_MEDIAN);
  ptp_bench_add_column (bench, "end", "ns to end", 0, PTP_BENCH_MEDIAN);
  ptp_bench_add_column (bench, "completed", "completed", 0, PTP_BENCH_SMALLEST);
  plot = ptp_bench_add_plot (bench, "cost-by-streams", "Cost of one step by number of streams",
                             "streams", "ns per step", TRUE, TRUE);
  add_idle_rows (bench, plot);
  add_our_rows (bench, plot);
  ptp_bench_add_note (bench, "Steps are timed when every stream has had its first turn. To start "
                             "is to make both objects and to register; to end is one more step, "
                             "the end, and the release of all.");

  return ptp_bench_run (bench);
}
