/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-bench-stream.h"
#include "ptp-bench.h"

#include <gio/gio.h>

/* What streams cost that are parked, half of them held and half waiting for something to produce:
 * the one that is active, and a main loop that has nothing to do. Beside it, one parked source
 * each, as an application makes that gives every stream a source of its own.
 */

#define MSEC (1000 * G_GINT64_CONSTANT (1000)) /* nanoseconds */

/* Looked at between two looks at the clock. */
#define ITERATIONS 16

static gint64 step_sample = 200 * MSEC;
static gint64 iteration_sample = 20 * MSEC;

typedef struct
{
  guint n_parked;
  PtpBenchRow *alone; /* (nullable): the row with none parked, if this is not it */
} Case;

static double
measure_iteration (void)
{
  gint64 start = ptp_bench_now (), now;
  guint n_iterations = 0;

  do
    {
      for (guint i = 0; i < ITERATIONS; i++)
        g_main_context_iteration (NULL, FALSE);
      n_iterations += ITERATIONS;
      now = ptp_bench_now ();
    }
  while (now - start < iteration_sample);

  return (double) (now - start) / n_iterations;
}

static void
record (PtpBenchRow *row, Case *self, double step, double iteration)
{
  ptp_bench_row_record (row, PTP_BENCH_VALUE, step);
  ptp_bench_row_record (row, "iteration", iteration);
  if (self->alone == NULL)
    return;

  ptp_bench_row_record_ratio (row, "ratio", self->alone);
  ptp_bench_row_record (row, "iteration_ratio",
                        iteration / ptp_bench_row_get_recorded (self->alone, "iteration"));
}

/* Streams */

static PtpBenchStreams *
park (guint n_parked)
{
  PtpBenchStreams *streams = ptp_bench_streams_new (n_parked, PTP_BENCH_FOREVER);

  ptp_bench_streams_start (streams);
  ptp_bench_streams_warm_up (streams);
  for (guint i = 0; i < n_parked; i++)
    if (i % 2 == 0)
      {
        ptp_pull_to_push_hold (PTP_PULL_TO_PUSH (streams->consumers[i]->producer), "benchmark");
      }
    else
      {
        streams->producers[i]->left = 1;
        streams->producers[i]->last = PTP_STEP_RESULT_PENDING;
      }
  ptp_bench_drain ();

  return streams;
}

static gboolean
check_parked (PtpBenchStreams *streams, guint64 n_steps, GError **error)
{
  for (guint i = 0; i < streams->n_streams; i++)
    {
      PtpStreamState wanted = i % 2 == 0 ? PTP_STREAM_STATE_PAUSED : PTP_STREAM_STATE_WAITING;
      PtpPullToPush *stream = PTP_PULL_TO_PUSH (streams->consumers[i]->producer);

      if (ptp_pull_to_push_get_state (stream) != wanted)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "stream %u is not parked", i);
          return FALSE;
        }
    }

  if (ptp_bench_streams_count_steps (streams) != n_steps)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "a stream that was parked made a step");
      return FALSE;
    }

  return TRUE;
}

static gboolean
measure_streams (PtpBenchRow *row, gpointer user_data, GError **error)
{
  Case *self = user_data;
  g_autoptr (PtpBenchStreams) parked = park (self->n_parked);
  g_autoptr (PtpBenchStreams) active = ptp_bench_streams_new (1, PTP_BENCH_FOREVER);
  guint64 n_steps = ptp_bench_streams_count_steps (parked);
  double step, iteration;

  iteration = measure_iteration ();
  ptp_bench_streams_start (active);
  ptp_bench_streams_warm_up (active);
  step = ptp_bench_streams_measure (active, step_sample);
  ptp_bench_streams_finish (active);
  record (row, self, step, iteration);

  return check_parked (parked, n_steps, error);
}

/* Sources */

static gboolean
never_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  g_assert_not_reached ();
}

/* Ready by a file descriptor or a time, as most are, of which neither ever comes; without
 * functions to prepare and check it is asked as little as a source can be.
 */
static GSourceFuncs parked_source_funcs = { .dispatch = never_dispatch };

static void
destroy_source (gpointer data)
{
  g_source_destroy (data);
  g_source_unref (data);
}

static gboolean
measure_sources (PtpBenchRow *row, gpointer user_data, GError **error)
{
  Case *self = user_data;
  g_autoptr (GPtrArray) parked = g_ptr_array_new_with_free_func (destroy_source);
  g_autoptr (PtpBenchStreams) active = ptp_bench_streams_new (1, PTP_BENCH_FOREVER);
  double step, iteration;

  for (guint i = 0; i < self->n_parked; i++)
    {
      GSource *source = g_source_new (&parked_source_funcs, sizeof (GSource));

      g_source_attach (source, NULL);
      g_ptr_array_add (parked, source);
    }

  iteration = measure_iteration ();
  ptp_bench_streams_start_idle (active);
  ptp_bench_streams_warm_up (active);
  step = ptp_bench_streams_measure (active, step_sample);
  ptp_bench_streams_stop (active);
  record (row, self, step, iteration);

  return TRUE;
}

/* The cases */

static Case stream_cases[] = { { 0 }, { 10000 }, { 100000 } };
static Case source_cases[] = { { 0 }, { 10000 } };

static void
add_bars (PtpBench *bench, PtpBenchRow *row, guint n_parked)
{
  g_autofree char *step = g_strdup_printf ("a step beside %u parked, against alone", n_parked);
  g_autofree char *iteration
    = g_strdup_printf ("an empty iteration with %u parked, against none", n_parked);

  ptp_bench_add_bar (bench, step, row, "ratio", "<=", 1.1);
  ptp_bench_add_bar (bench, iteration, row, "iteration_ratio", "<=", 1.1);
}

static void
add_stream_rows (PtpBench *bench)
{
  PtpBenchRow *alone = ptp_bench_add_row (bench, "streams-0", "pulltopush, one stream alone",
                                          measure_streams, &stream_cases[0]);

  for (guint i = 1; i < G_N_ELEMENTS (stream_cases); i++)
    {
      guint n_parked = stream_cases[i].n_parked;
      g_autofree char *name = g_strdup_printf ("streams-%u", n_parked);
      g_autofree char *label = g_strdup_printf ("pulltopush, beside %u parked", n_parked);

      if (ptp_bench_is_quick (bench) && n_parked > 10000)
        break;

      stream_cases[i].alone = alone;
      add_bars (bench, ptp_bench_add_row (bench, name, label, measure_streams, &stream_cases[i]),
                n_parked);
    }
}

static void
add_source_rows (PtpBench *bench)
{
  source_cases[1].alone = ptp_bench_add_row (bench, "sources-0", "an idle source, alone",
                                             measure_sources, &source_cases[0]);
  ptp_bench_add_row (bench, "sources-10000", "an idle source, beside 10000 parked sources",
                     measure_sources, &source_cases[1]);
}

int
main (int argc, char **argv)
{
  g_autoptr (PtpBench) bench
    = ptp_bench_new ("parked", "What do streams cost that are parked?", "ns/step", "less");

  if (!ptp_bench_parse (bench, &argc, &argv, NULL))
    return 1;
  if (ptp_bench_is_quick (bench))
    {
      step_sample = 2 * MSEC;
      iteration_sample = MSEC;
    }

  ptp_bench_add_column (bench, PTP_BENCH_VALUE, "ns/step", 1, PTP_BENCH_MEDIAN);
  ptp_bench_add_column (bench, "ratio", "x alone", 2, PTP_BENCH_MEDIAN);
  ptp_bench_add_column (bench, "iteration", "ns/iteration", 0, PTP_BENCH_MEDIAN);
  ptp_bench_add_column (bench, "iteration_ratio", "x alone", 2, PTP_BENCH_MEDIAN);
  add_stream_rows (bench);
  add_source_rows (bench);
  ptp_bench_add_note (bench, "Half of the parked streams are held by name, the others wait after "
                             "PENDING. An iteration is one of the main loop with nothing to do.");

  return ptp_bench_run (bench);
}
