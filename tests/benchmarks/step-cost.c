/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <pulltopush/pulltopush.h>

/* What one step costs: two bare indirect calls, one idle source per stream as people write it by
 * hand, and a stream, for several numbers of streams. All in one run, round after round; what
 * counts is the ratio of the medians.
 */

#define N_ROUNDS   5
#define STEPS_BARE 20000000
#define STEPS_OURS 10000000
#define STEPS_IDLE 200000

/* A producer of a chunk that was made before, and a consumer that counts. */

typedef struct
{
  GObject parent_instance;
  guint64 left;
} BenchProducer;

typedef struct
{
  GObjectClass parent_class;
} BenchProducerClass;

typedef struct
{
  GObject parent_instance;
  guint64 bytes;
} BenchConsumer;

typedef struct
{
  GObjectClass parent_class;
} BenchConsumerClass;

static GBytes *chunk;
static guint n_ended;

static PtpStepResult
bench_producer_produce (PtpPullProducer *producer, PtpConsumer *consumer, GError **error)
{
  BenchProducer *self = (BenchProducer *) producer;

  if (!ptp_consumer_write (consumer, chunk, error))
    return PTP_STEP_RESULT_FAILED;

  return --self->left > 0 ? PTP_STEP_RESULT_MORE : PTP_STEP_RESULT_FINISHED;
}

static void
bench_producer_iface_init (PtpPullProducerInterface *iface)
{
  iface->produce = bench_producer_produce;
}

static gboolean
bench_consumer_register_push_producer (PtpConsumer *consumer,
                                       PtpPushProducer *producer,
                                       GError **error)
{
  return TRUE;
}

static void
bench_consumer_unregister_producer (PtpConsumer *consumer)
{
  n_ended++;
}

static gboolean
bench_consumer_write (PtpConsumer *consumer, GBytes *bytes, GError **error)
{
  ((BenchConsumer *) consumer)->bytes += g_bytes_get_size (bytes);
  return TRUE;
}

static void
bench_consumer_iface_init (PtpConsumerInterface *iface)
{
  iface->register_push_producer = bench_consumer_register_push_producer;
  iface->unregister_producer = bench_consumer_unregister_producer;
  iface->write = bench_consumer_write;
}

static GType bench_producer_get_type (void);
static GType bench_consumer_get_type (void);

G_DEFINE_TYPE_WITH_CODE (BenchProducer,
                         bench_producer,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER, bench_producer_iface_init))
G_DEFINE_TYPE_WITH_CODE (BenchConsumer,
                         bench_consumer,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER, bench_consumer_iface_init))

static void
bench_producer_class_init (BenchProducerClass *klass)
{
}

static void
bench_producer_init (BenchProducer *self)
{
}

static void
bench_consumer_class_init (BenchConsumerClass *klass)
{
}

static void
bench_consumer_init (BenchConsumer *self)
{
}

/* The measurements, each in nanoseconds per step. */

typedef PtpStepResult (*ProduceFunc) (BenchProducer *,
                                      BenchConsumer *,
                                      gboolean (*) (PtpConsumer *, GBytes *, GError **));

static PtpStepResult
produce_bare (BenchProducer *producer,
              BenchConsumer *consumer,
              gboolean (*write_func) (PtpConsumer *, GBytes *, GError **))
{
  GError *error = NULL;

  if (!write_func ((PtpConsumer *) consumer, chunk, &error))
    return PTP_STEP_RESULT_FAILED;

  return --producer->left > 0 ? PTP_STEP_RESULT_MORE : PTP_STEP_RESULT_FINISHED;
}

static double
nanoseconds (gint64 start, guint64 n_steps)
{
  return (double) (g_get_monotonic_time () - start) * 1000.0 / (double) n_steps;
}

static double
measure_bare (guint n_streams)
{
  BenchProducer producer = { .left = STEPS_BARE };
  BenchConsumer consumer = { .bytes = 0 };
  ProduceFunc volatile produce_func = produce_bare;
  gint64 start = g_get_monotonic_time ();

  while (produce_func (&producer, &consumer, bench_consumer_write) == PTP_STEP_RESULT_MORE)
    ;

  return nanoseconds (start, STEPS_BARE);
}

static gboolean
idle_cb (gpointer user_data)
{
  gpointer *stream = user_data;
  g_autoptr (GError) error = NULL;

  if (ptp_pull_producer_produce (stream[0], stream[1], &error) == PTP_STEP_RESULT_MORE)
    return G_SOURCE_CONTINUE;

  n_ended++;
  return G_SOURCE_REMOVE;
}

static gpointer *
make_streams (guint n_streams, guint64 n_steps)
{
  gpointer *streams = g_new0 (gpointer, 2 * n_streams);

  for (guint i = 0; i < n_streams; i++)
    {
      BenchProducer *producer = g_object_new (bench_producer_get_type (), NULL);

      producer->left = n_steps / n_streams;
      streams[2 * i] = producer;
      streams[2 * i + 1] = g_object_new (bench_consumer_get_type (), NULL);
    }
  n_ended = 0;

  return streams;
}

static void
run_to_end (gpointer *streams, guint n_streams)
{
  while (n_ended < n_streams)
    g_main_context_iteration (NULL, TRUE);
  /* The signals of the last come in the same turn, the source goes in the next. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  for (guint i = 0; i < 2 * n_streams; i++)
    g_object_unref (streams[i]);
  g_free (streams);
}

static double
measure_idle (guint n_streams)
{
  gpointer *streams = make_streams (n_streams, STEPS_IDLE);
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < n_streams; i++)
    g_idle_add (idle_cb, &streams[2 * i]);
  run_to_end (streams, n_streams);

  return nanoseconds (start, STEPS_IDLE);
}

static double
measure_ours (guint n_streams)
{
  gpointer *streams = make_streams (n_streams, STEPS_OURS);
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < n_streams; i++)
    if (!ptp_consumer_register_pull_producer (streams[2 * i + 1], streams[2 * i], NULL))
      g_error ("A stream could not be registered");
  run_to_end (streams, n_streams);

  return nanoseconds (start, STEPS_OURS);
}

static const struct
{
  const char *name;
  double (*measure) (guint n_streams);
  guint n_streams;
} measurements[] = {
  { "bare loop of two indirect calls", measure_bare, 1 },
  { "one idle source per stream, 1", measure_idle, 1 },
  { "one idle source per stream, 100", measure_idle, 100 },
  { "pulltopush, 1 stream", measure_ours, 1 },
  { "pulltopush, 100 streams", measure_ours, 100 },
  { "pulltopush, 10000 streams", measure_ours, 10000 },
  { "pulltopush, 100000 streams", measure_ours, 100000 },
};

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  const double one = *(const double *) a, other = *(const double *) b;

  return (one > other) - (one < other);
}

int
main (int argc, char **argv)
{
  double rounds[G_N_ELEMENTS (measurements)][N_ROUNDS];

  chunk = g_bytes_new_static ("chunk", 5);

  for (guint round = 0; round < N_ROUNDS; round++)
    for (guint i = 0; i < G_N_ELEMENTS (measurements); i++)
      rounds[i][round] = measurements[i].measure (measurements[i].n_streams);

  g_print ("%-36s %10s %10s\n", "medians of 5 rounds", "ns/step", "x bare");
  for (guint i = 0; i < G_N_ELEMENTS (measurements); i++)
    {
      qsort (rounds[i], N_ROUNDS, sizeof (double), compare_doubles);
      g_print ("%-36s %10.1f %10.1f\n", measurements[i].name, rounds[i][N_ROUNDS / 2],
               rounds[i][N_ROUNDS / 2] / rounds[0][N_ROUNDS / 2]);
    }

  g_bytes_unref (chunk);
  return 0;
}
