/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-bench-stream.h"
#include "ptp-bench.h"

#include <math.h>

/* Whether streams share the loop by time, when the steps of some take a thousand times as long as
 * those of others. What a stream has had is the time from the first of its steps in a row to the
 * first step of another; Jain's index of that is 1 when all got the same, and 1/n when one of n
 * got everything.
 */

#define SAMPLE (1000 * 1000 * G_GINT64_CONSTANT (1000)) /* nanoseconds */
#define CHEAP  50
#define DEAR   50000

static gint64 sample = SAMPLE;

typedef struct
{
  const char *name;
  const char *label;
  guint n_streams;
  guint n_dear;
  gboolean graded; /* rather than cheap and dear ones: from the one to the other */
} Case;

static const Case cases[] = {
  { "graded", "16 streams, 50 ns to 50 us", 16, 0, TRUE },
  { "one-dear", "1 of 50 us, 99 of 50 ns", 100, 1, FALSE },
  { "one-cheap", "99 of 50 us, 1 of 50 ns", 100, 99, FALSE },
};

static guint64
cost_of (const Case *self, guint index)
{
  if (self->graded)
    return (guint64) (CHEAP * pow (DEAR / CHEAP, (double) index / (self->n_streams - 1)));

  return index < self->n_dear ? DEAR : CHEAP;
}

static PtpBenchSpinner *
get_spinner (PtpBenchStreams *streams, guint index)
{
  return PTP_BENCH_SPINNER (streams->producers[index]);
}

static void
forget (PtpBenchStreams *streams)
{
  for (guint i = 0; i < streams->n_streams; i++)
    get_spinner (streams, i)->took = 0;
}

static void
record (PtpBenchRow *row, PtpBenchStreams *streams, double elapsed)
{
  double sum = 0, squares = 0, least = G_MAXDOUBLE, most = 0;
  guint n = streams->n_streams;

  for (guint i = 0; i < n; i++)
    {
      double took = (double) get_spinner (streams, i)->took;

      sum += took;
      squares += took * took;
      least = MIN (least, took);
      most = MAX (most, took);
    }

  ptp_bench_row_record (row, PTP_BENCH_VALUE, sum * sum / (n * squares));
  ptp_bench_row_record (row, "least", least * n / sum);
  ptp_bench_row_record (row, "most", most * n / sum);
  ptp_bench_row_record (row, "used", 100 * sum / elapsed);
}

static void
measure (PtpBenchRow *row, const Case *self, void (*start) (PtpBenchStreams *streams))
{
  g_autoptr (PtpBenchStreams) streams = ptp_bench_streams_new_spinning (self->n_streams, CHEAP, 0);
  gint64 before;

  ptp_bench_calibrate ();
  for (guint i = 0; i < self->n_streams; i++)
    get_spinner (streams, i)->cost = cost_of (self, i);

  start (streams);
  ptp_bench_streams_warm_up (streams);
  forget (streams);
  before = ptp_bench_now ();
  ptp_bench_streams_measure (streams, sample);
  record (row, streams, (double) (ptp_bench_now () - before));
}

static gboolean
measure_ours (PtpBenchRow *row, gpointer user_data, GError **error)
{
  measure (row, user_data, ptp_bench_streams_start);
  return TRUE;
}

static gboolean
measure_idle (PtpBenchRow *row, gpointer user_data, GError **error)
{
  measure (row, user_data, ptp_bench_streams_start_idle);
  return TRUE;
}

static void
add_rows (PtpBench *bench, const char *prefix, const char *label, PtpBenchFunc func, double bar)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s-%s", prefix, cases[i].name);
      g_autofree char *text = g_strdup_printf ("%s: %s", label, cases[i].label);
      g_autofree char *what = g_strdup_printf ("Jain's index of time, %s", cases[i].label);
      PtpBenchRow *row = ptp_bench_add_row (bench, name, text, func, (gpointer) &cases[i]);

      if (bar > 0)
        ptp_bench_add_bar (bench, what, row, PTP_BENCH_VALUE, ">=", bar);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (PtpBench) bench
    = ptp_bench_new ("fairness",
                     "Do streams with dear steps get more of the loop than those with cheap ones?",
                     "Jain's index of time", "more");

  if (!ptp_bench_parse (bench, &argc, &argv, NULL))
    return 1;
  if (ptp_bench_is_quick (bench))
    sample /= 20;

  ptp_bench_add_column (bench, PTP_BENCH_VALUE, "Jain", 3, PTP_BENCH_MEDIAN);
  ptp_bench_add_column (bench, "least", "least", 3, PTP_BENCH_MEDIAN);
  ptp_bench_add_column (bench, "most", "most", 3, PTP_BENCH_MEDIAN);
  ptp_bench_add_column (bench, "used", "% used", 1, PTP_BENCH_MEDIAN);
  add_rows (bench, "streams", "pulltopush", measure_ours, 0.95);
  add_rows (bench, "idle", "one idle source per stream", measure_idle, 0);
  ptp_bench_add_note (bench, "Least and most are the shares of the stream that got least and of "
                             "the one that got most, 1 being fair: one stream of a hundred that "
                             "starves hardly moves the index, but it is the least. What is not "
                             "used is what the main loop takes between two slices.");

  return ptp_bench_run (bench);
}
