/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-bench-stream.h"
#include "ptp-bench.h"

#include <gio/gio.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

/* How much memory a stream takes beside the two objects that its user makes, as the allocator
 * counts it: what is in use, whatever the arenas have grown to.
 *
 * GLib keeps freed instances for a while, and gives them out again. So each round is a process of
 * its own, in which the streams are the first of their kind but for one; and what is left behind
 * is what a second run of the same leaves beyond the first.
 */

#define N_STREAMS       100000
#define N_STREAMS_QUICK 5000

static guint n_streams = N_STREAMS;

typedef enum
{
  STARTED,
  STREAMING,
  PAUSED,
  HELD,
  WAITING,
  LEFT,
  N_PHASES,
} Phase;

static const struct
{
  const char *name;
  const char *label;
} phases[N_PHASES] = {
  [STARTED] = { "started", "registered and started, before the first step" },
  [STREAMING] = { "streaming", "streaming, after some steps" },
  [PAUSED] = { "paused", "paused by the consumer" },
  [HELD] = { "held", "paused by the consumer, and held by name" },
  [WAITING] = { "waiting", "waiting, after PENDING" },
  [LEFT] = { "left", "left behind by a second run" },
};

/* Of the round that is under way: one process measures all phases. */
static double bytes[N_PHASES];

static double
in_use (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return (double) info.uordblks + (double) info.hblkhd;
}

static void
for_each_stream (PtpBenchStreams *streams, void (*func) (PtpPushProducer *stream))
{
  for (guint i = 0; i < streams->n_streams; i++)
    func (streams->consumers[i]->producer);
}

static void
hold (PtpPushProducer *stream)
{
  ptp_pull_to_push_hold (PTP_PULL_TO_PUSH (stream), "benchmark");
}

static void
wait_for_ready (PtpBenchStreams *streams)
{
  for (guint i = 0; i < streams->n_streams; i++)
    {
      streams->producers[i]->left = 1;
      streams->producers[i]->last = PTP_STEP_RESULT_PENDING;
    }
  ptp_bench_drain ();
}

/* Runs each stream through its phases to its end; its two objects stay. What is held has more than
 * a stream that never was, also later, so that is a run of its own.
 */
static void
run (PtpBenchStreams *streams, gboolean held, double results[N_PHASES])
{
  double before = in_use ();

  for (guint i = 0; i < streams->n_streams; i++)
    {
      streams->producers[i]->left = PTP_BENCH_FOREVER;
      streams->consumers[i]->bytes = 0;
    }

  ptp_bench_streams_start (streams);
  results[STARTED] = in_use () - before;
  ptp_bench_streams_warm_up (streams);
  results[STREAMING] = in_use () - before;

  for_each_stream (streams, ptp_push_producer_pause_producing);
  ptp_bench_drain ();
  results[PAUSED] = in_use () - before;

  if (held)
    {
      for_each_stream (streams, hold);
      ptp_bench_drain ();
      results[HELD] = in_use () - before;
    }
  else
    {
      for_each_stream (streams, ptp_push_producer_resume_producing);
      wait_for_ready (streams);
      results[WAITING] = in_use () - before;
    }

  ptp_bench_streams_stop (streams);
}

static void
run_child (gboolean held, int fd)
{
  g_autoptr (PtpBenchStreams) first = ptp_bench_streams_new (1, PTP_BENCH_FOREVER);
  g_autoptr (PtpBenchStreams) streams = NULL;
  double results[N_PHASES] = { 0 }, again[N_PHASES], after;
  gssize written;

  run (first, held, results);

  streams = ptp_bench_streams_new (n_streams, PTP_BENCH_FOREVER);
  run (streams, held, results);
  after = in_use ();
  run (streams, held, again);
  results[LEFT] = in_use () - after;

  written = write (fd, results, sizeof results);
  _exit (written == (gssize) sizeof results ? 0 : 1);
}

static gboolean
run_process (gboolean held, double results[N_PHASES], GError **error)
{
  const gssize size = sizeof (double) * N_PHASES;
  int fds[2], status = 0;
  pid_t pid;
  gssize n_read;

  if (pipe (fds) != 0 || (pid = fork ()) < 0)
    {
      g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (errno),
                   "no process could be started for it: %s", g_strerror (errno));
      return FALSE;
    }
  if (pid == 0)
    run_child (held, fds[1]);

  close (fds[1]);
  n_read = read (fds[0], results, (gsize) size);
  close (fds[0]);
  waitpid (pid, &status, 0);
  if (n_read == size && status == 0 && results[STREAMING] > 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
               status != 0 ? "the process that was to measure it failed"
                           : "this allocator does not count for mallinfo2()");
  return FALSE;
}

static gboolean
measure_all (GError **error)
{
  double with_holds[N_PHASES];

  if (!run_process (FALSE, bytes, error) || !run_process (TRUE, with_holds, error))
    return FALSE;

  bytes[HELD] = with_holds[HELD];
  bytes[LEFT] = MAX (bytes[LEFT], with_holds[LEFT]);
  return TRUE;
}

static gboolean
measure_phase (PtpBenchRow *row, gpointer user_data, GError **error)
{
  Phase phase = (Phase) GPOINTER_TO_INT (user_data);

  if (phase == STARTED && !measure_all (error))
    return FALSE;

  ptp_bench_row_record (row, PTP_BENCH_VALUE, bytes[phase] / n_streams);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (PtpBench) bench
    = ptp_bench_new ("memory", "How much memory does a stream take beside its two objects?",
                     "bytes/stream", "less");
  PtpBenchRow *rows[N_PHASES];

  if (!ptp_bench_parse (bench, &argc, &argv, NULL))
    return 1;
  if (ptp_bench_is_quick (bench))
    n_streams = N_STREAMS_QUICK;

  ptp_bench_add_column (bench, PTP_BENCH_VALUE, "bytes/stream", 1, PTP_BENCH_MEDIAN);
  for (int i = 0; i < N_PHASES; i++)
    rows[i] = ptp_bench_add_row (bench, phases[i].name, phases[i].label, measure_phase,
                                 GINT_TO_POINTER (i));
  ptp_bench_add_bar (bench, "bytes per stream while streaming", rows[STREAMING], PTP_BENCH_VALUE,
                     "<=", 160);
  ptp_bench_add_bar (bench, "bytes per stream left behind", rows[LEFT], PTP_BENCH_VALUE, "<=", 1);
  ptp_bench_add_note (bench,
                      "%u streams; what mallinfo2() calls in use, less what the producers and the "
                      "consumers alone take.",
                      n_streams);

  return ptp_bench_run (bench);
}
