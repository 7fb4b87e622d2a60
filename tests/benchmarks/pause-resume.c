/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-bench-stream.h"
#include "ptp-bench.h"

#include <gio/gio.h>

/* What it costs to pause a stream and to resume it at once, and to hold and to release it: from
 * inside its own write, from the step of another stream, from main code many times before the
 * next turn, and from another thread as fast as that one can, while the stream runs.
 */

#define SAMPLE            (100 * 1000 * G_GINT64_CONSTANT (1000)) /* nanoseconds */
#define BARE_STEPS        20000000
#define PAIRS_IN_A_ROW    1000
#define ROWS_OF_PAIRS     100
#define PAIRS_IN_A_THREAD 200000

static gint64 sample = SAMPLE;
static guint64 bare_steps = BARE_STEPS;
static guint pairs_in_a_thread = PAIRS_IN_A_THREAD;
static guint rows_of_pairs = ROWS_OF_PAIRS;

static PtpBenchRow *bare_row, *plain_row;

typedef enum
{
  NOTHING,
  PAUSE_RESUME,
  HOLD_RELEASE,
} Pair;

static void
do_pair (Pair pair, PtpPushProducer *stream)
{
  switch (pair)
    {
    case PAUSE_RESUME:
      ptp_push_producer_pause_producing (stream);
      ptp_push_producer_resume_producing (stream);
      break;

    case HOLD_RELEASE:
      ptp_pull_to_push_hold (PTP_PULL_TO_PUSH (stream), "benchmark");
      ptp_pull_to_push_release (PTP_PULL_TO_PUSH (stream), "benchmark");
      break;

    case NOTHING:
    default:
      break;
    }
}

/* A consumer that does so with every write. */

#define TYPE_PAIRING_CONSUMER (pairing_consumer_get_type ())
G_DECLARE_FINAL_TYPE (PairingConsumer, pairing_consumer, PAIRING, CONSUMER, PtpBenchConsumer)

struct _PairingConsumer
{
  PtpBenchConsumer parent_instance;

  Pair pair;
  PtpBenchConsumer *target; /* (unowned): whose producer is paused */
};

static gboolean
pairing_consumer_write (PtpConsumer *consumer, GBytes *bytes, GError **error)
{
  PairingConsumer *self = (PairingConsumer *) consumer;

  self->parent_instance.bytes += g_bytes_get_size (bytes);
  if (self->pair != NOTHING)
    do_pair (self->pair, self->target->producer);

  return TRUE;
}

/* All else is the parent's. */
static void
pairing_consumer_iface_init (PtpConsumerInterface *iface)
{
  iface->write = pairing_consumer_write;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PairingConsumer,
                               pairing_consumer,
                               PTP_BENCH_TYPE_CONSUMER,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER,
                                                      pairing_consumer_iface_init))

static void
pairing_consumer_class_init (PairingConsumerClass *klass)
{
}

static void
pairing_consumer_init (PairingConsumer *self)
{
}

/* The last of the streams gets a consumer that pauses the first, which may be its own. */
static PtpBenchStreams *
start_streams (guint n_streams, PairingConsumer **pairing)
{
  PtpBenchStreams *streams = ptp_bench_streams_new (n_streams, PTP_BENCH_FOREVER);
  PtpBenchConsumer **last = &streams->consumers[n_streams - 1];

  *pairing = g_object_new (TYPE_PAIRING_CONSUMER, NULL);
  g_object_unref (*last);
  *last = &(*pairing)->parent_instance;
  (*pairing)->target = streams->consumers[0];

  ptp_bench_streams_start (streams);
  ptp_bench_streams_warm_up (streams);
  return streams;
}

/* The measurements */

static void
record (PtpBenchRow *row, double nanoseconds)
{
  ptp_bench_row_record (row, PTP_BENCH_VALUE, nanoseconds);
  ptp_bench_row_record_ratio (row, "ratio", bare_row);
}

static gboolean
measure_bare (PtpBenchRow *row, gpointer user_data, GError **error)
{
  record (row, ptp_bench_measure_bare (bare_steps));
  return TRUE;
}

static gboolean
measure_in_write (PtpBenchRow *row, gpointer user_data, GError **error)
{
  PairingConsumer *pairing;
  g_autoptr (PtpBenchStreams) streams = start_streams (1, &pairing);
  Pair pair = (Pair) GPOINTER_TO_INT (user_data);
  double without;

  pairing->pair = pair;
  without = pair == NOTHING ? 0 : ptp_bench_row_get_recorded (plain_row, PTP_BENCH_VALUE);
  record (row, ptp_bench_streams_measure (streams, sample) - without);

  return TRUE;
}

/* Steps of both streams are counted, pairs are done in those of the second only. */
static gboolean
measure_in_other (PtpBenchRow *row, gpointer user_data, GError **error)
{
  PairingConsumer *pairing;
  g_autoptr (PtpBenchStreams) streams = start_streams (2, &pairing);
  double without = ptp_bench_streams_measure (streams, sample), with;
  guint64 n_steps, n_pairs;

  n_steps = ptp_bench_streams_count_steps (streams);
  n_pairs = ptp_bench_consumer_get_steps (&pairing->parent_instance);
  pairing->pair = (Pair) GPOINTER_TO_INT (user_data);
  with = ptp_bench_streams_measure (streams, sample);
  n_steps = ptp_bench_streams_count_steps (streams) - n_steps;
  n_pairs = ptp_bench_consumer_get_steps (&pairing->parent_instance) - n_pairs;
  record (row, (with - without) * (double) n_steps / (double) n_pairs);

  return TRUE;
}

static gboolean
measure_in_main (PtpBenchRow *row, gpointer user_data, GError **error)
{
  PairingConsumer *pairing;
  G_GNUC_UNUSED g_autoptr (PtpBenchStreams) streams = start_streams (1, &pairing);
  Pair pair = (Pair) GPOINTER_TO_INT (user_data);
  gint64 spent = 0;

  for (guint i = 0; i < rows_of_pairs; i++)
    {
      gint64 start = ptp_bench_now ();

      for (guint j = 0; j < PAIRS_IN_A_ROW; j++)
        do_pair (pair, pairing->parent_instance.producer);
      spent += ptp_bench_now () - start;
      g_main_context_iteration (NULL, TRUE);
    }
  record (row, (double) spent / (rows_of_pairs * PAIRS_IN_A_ROW));

  return TRUE;
}

typedef struct
{
  PtpPushProducer *stream; /* (unowned) */
  Pair pair;
  gint64 spent;
  int done; /* atomic */
} Worker;

static gpointer
worker_thread (gpointer data)
{
  Worker *self = data;
  gint64 start = ptp_bench_now ();

  for (guint i = 0; i < pairs_in_a_thread; i++)
    do_pair (self->pair, self->stream);
  self->spent = ptp_bench_now () - start;

  g_atomic_int_set (&self->done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

static gboolean
measure_in_thread (PtpBenchRow *row, gpointer user_data, GError **error)
{
  PairingConsumer *pairing;
  G_GNUC_UNUSED g_autoptr (PtpBenchStreams) streams = start_streams (1, &pairing);
  PtpBenchConsumer *consumer = &pairing->parent_instance;
  g_autoptr (PtpPushProducer) stream = g_object_ref (consumer->producer);
  Worker worker = { .stream = stream, .pair = (Pair) GPOINTER_TO_INT (user_data) };
  guint64 before = ptp_bench_consumer_get_steps (consumer), after;
  GThread *thread = g_thread_new ("pairs", worker_thread, &worker);

  while (!g_atomic_int_get (&worker.done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  after = ptp_bench_consumer_get_steps (consumer);

  record (row, (double) worker.spent / pairs_in_a_thread);
  ptp_bench_row_record (row, "steps", (double) (after - before) / pairs_in_a_thread);

  /* No resume was lost: it goes on. */
  while (ptp_bench_consumer_get_steps (consumer) == after)
    g_main_context_iteration (NULL, TRUE);
  return TRUE;
}

/* The cases */

static const struct
{
  const char *name;
  const char *label;
  PtpBenchFunc func;
  Pair pair;
  const char *bar; /* (nullable) */
  const char *key;
  double limit;
} cases[] = {
  { "pause-write", "pause and resume, inside write", measure_in_write, PAUSE_RESUME,
    "pause and resume inside write, against a bare step", "ratio", 15 },
  { "pause-other", "pause and resume, from another stream's step", measure_in_other, PAUSE_RESUME,
    "pause and resume between steps, against a bare step", "ratio", 15 },
  { "pause-main", "pause and resume, 1000 pairs before a turn", measure_in_main, PAUSE_RESUME,
    "pause and resume before a turn, against a bare step", "ratio", 15 },
  { "pause-thread", "pause and resume, from another thread", measure_in_thread, PAUSE_RESUME,
    "nanoseconds to pause and resume from another thread", PTP_BENCH_VALUE, 1000 },
  { "hold-write", "hold and release, inside write", measure_in_write, HOLD_RELEASE, NULL, NULL, 0 },
  { "hold-other", "hold and release, from another stream's step", measure_in_other, HOLD_RELEASE,
    NULL, NULL, 0 },
  { "hold-main", "hold and release, 1000 pairs before a turn", measure_in_main, HOLD_RELEASE, NULL,
    NULL, 0 },
  { "hold-thread", "hold and release, from another thread", measure_in_thread, HOLD_RELEASE, NULL,
    NULL, 0 },
};

static void
add_rows (PtpBench *bench)
{
  bare_row
    = ptp_bench_add_row (bench, "bare", "a bare step, of two indirect calls", measure_bare, NULL);
  plain_row = ptp_bench_add_row (bench, "plain", "a step of a stream that nobody pauses",
                                 measure_in_write, GINT_TO_POINTER (NOTHING));

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      PtpBenchRow *row = ptp_bench_add_row (bench, cases[i].name, cases[i].label, cases[i].func,
                                            GINT_TO_POINTER (cases[i].pair));

      if (cases[i].bar != NULL)
        ptp_bench_add_bar (bench, cases[i].bar, row, cases[i].key, "<=", cases[i].limit);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (PtpBench) bench
    = ptp_bench_new ("pause-resume", "What does it cost to pause and to resume a stream?",
                     "ns/pair", "less");

  if (!ptp_bench_parse (bench, &argc, &argv, NULL))
    return 1;
  if (ptp_bench_is_quick (bench))
    {
      sample /= 50;
      bare_steps /= 50;
      pairs_in_a_thread /= 50;
      rows_of_pairs /= 50;
    }

  ptp_bench_add_column (bench, PTP_BENCH_VALUE, "ns/pair", 1, PTP_BENCH_MEDIAN);
  ptp_bench_add_column (bench, "ratio", "x bare", 1, PTP_BENCH_MEDIAN);
  ptp_bench_add_column (bench, "steps", "steps/pair", 2, PTP_BENCH_MEDIAN);
  add_rows (bench);
  ptp_bench_add_note (bench, "Inside write, and from another stream's step, the cost of a pair is "
                             "what the same run without pairs takes less; that includes what the "
                             "cooperator does about it before the next step. The other thread sees "
                             "its calls only. The first two rows are nanoseconds per step.");

  return ptp_bench_run (bench);
}
