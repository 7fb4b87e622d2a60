/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-bench-stream.h"

#include <time.h>

/* From here on the clock is read while spinning; below, a look at it would be much of the step. */
#define CLOCKED_COST        1000
#define FEW_SPINS           50
#define MANY_SPINS          1000
#define SPINS_A_CALIBRATION 200
#define N_CALIBRATIONS      5
#define NSEC_PER_SEC        G_GINT64_CONSTANT (1000000000)

static GBytes *chunk;
static double ns_per_spin = 1, ns_per_call;

gint64
ptp_bench_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

/* Each number needs the one before, which takes the same time on any day: a loop over a variable in
 * memory does not, since some processors keep that in a register, but not always.
 */
static void
spin (guint64 n_spins)
{
  static volatile guint64 result;
  guint64 number = result;

  while (n_spins-- > 0)
    number = number * G_GUINT64_CONSTANT (6364136223846793005) + 1;

  result = number;
}

/* Nanoseconds a call; what interrupts it can only make it longer. */
static double
time_spin (guint64 n_spins)
{
  gint64 best = G_MAXINT64;

  for (guint i = 0; i < N_CALIBRATIONS; i++)
    {
      gint64 start = ptp_bench_now ();

      for (guint j = 0; j < SPINS_A_CALIBRATION; j++)
        spin (n_spins);
      best = MIN (best, ptp_bench_now () - start);
    }

  return (double) best / SPINS_A_CALIBRATION;
}

/* A short spin costs more than its part of a long one: processors learn, and guess its end. */
void
ptp_bench_calibrate (void)
{
  double few = time_spin (FEW_SPINS), many = time_spin (MANY_SPINS);

  ns_per_spin = MAX ((many - few) / (MANY_SPINS - FEW_SPINS), 0.01);
  ns_per_call = MAX (few - FEW_SPINS * ns_per_spin, 0);
}

static void
burn (guint64 nanoseconds)
{
  gint64 end;

  if (nanoseconds < CLOCKED_COST)
    {
      spin ((guint64) (MAX ((double) nanoseconds - ns_per_call, 0) / ns_per_spin));
      return;
    }

  end = ptp_bench_now () + (gint64) nanoseconds;
  while (ptp_bench_now () < end)
    ;
}

/* Producers. The spinner has the other as its parent, so that both are counted in one way, and a
 * step of the other is not asked for its cost.
 */

static inline PtpStepResult
count_down (PtpBenchProducer *self)
{
  if (--self->left > 0)
    return PTP_STEP_RESULT_MORE;

  self->left = 1;
  return self->last;
}

static PtpStepResult
ptp_bench_producer_produce (PtpPullProducer *producer, PtpConsumer *consumer, GError **error)
{
  PtpBenchProducer *self = (PtpBenchProducer *) producer;

  if (!ptp_consumer_write (consumer, chunk, error))
    return PTP_STEP_RESULT_FAILED;

  return count_down (self);
}

static void
ptp_bench_producer_iface_init (PtpPullProducerInterface *iface)
{
  iface->produce = ptp_bench_producer_produce;
}

G_DEFINE_TYPE_WITH_CODE (PtpBenchProducer,
                         ptp_bench_producer,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER,
                                                ptp_bench_producer_iface_init))

static void
ptp_bench_producer_class_init (PtpBenchProducerClass *klass)
{
  chunk = g_bytes_new_static ("chunk", PTP_BENCH_CHUNK_SIZE);
}

static void
ptp_bench_producer_init (PtpBenchProducer *self)
{
  self->last = PTP_STEP_RESULT_FINISHED;
}

static guint64
next_cost (PtpBenchSpinner *self)
{
  if (self->dear_cost == 0)
    return self->cost;

  /* xorshift: cheap, and different in each stream. */
  self->dice ^= self->dice << 13;
  self->dice ^= self->dice >> 17;
  self->dice ^= self->dice << 5;
  return (self->dice & 0x100) != 0 ? self->dear_cost : self->cost;
}

/* Who has the loop, and since when, while that is measured. One look at the clock for all the steps
 * that a stream makes in a row: cheap steps stay cheap, and what is between them is theirs, too.
 */
static gboolean measuring;
static PtpBenchSpinner *owner;
static gint64 owned_since;

static void
hand_loop_to (PtpBenchSpinner *next)
{
  gint64 now = ptp_bench_now ();

  if (owner != NULL)
    owner->took += now - owned_since;
  owner = next;
  owned_since = now;
}

static PtpStepResult
ptp_bench_spinner_produce (PtpPullProducer *producer, PtpConsumer *consumer, GError **error)
{
  PtpBenchSpinner *self = (PtpBenchSpinner *) producer;

  if (measuring && owner != self)
    hand_loop_to (self);
  burn (next_cost (self));
  if (!ptp_consumer_write (consumer, chunk, error))
    return PTP_STEP_RESULT_FAILED;

  return count_down (&self->parent_instance);
}

static void
ptp_bench_spinner_iface_init (PtpPullProducerInterface *iface)
{
  iface->produce = ptp_bench_spinner_produce;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpBenchSpinner,
                               ptp_bench_spinner,
                               PTP_BENCH_TYPE_PRODUCER,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER,
                                                      ptp_bench_spinner_iface_init))

static void
ptp_bench_spinner_class_init (PtpBenchSpinnerClass *klass)
{
}

static void
ptp_bench_spinner_init (PtpBenchSpinner *self)
{
  static guint32 n_made;

  /* Never zero, as the shifts would leave that where it is. */
  self->dice = ++n_made * 2654435769u | 1u;
}

PtpBenchProducer *
ptp_bench_producer_new (guint64 n_steps)
{
  PtpBenchProducer *self = g_object_new (PTP_BENCH_TYPE_PRODUCER, NULL);

  self->left = n_steps;
  return self;
}

PtpBenchProducer *
ptp_bench_spinner_new (guint64 n_steps, guint64 cost, guint64 dear_cost)
{
  PtpBenchSpinner *self = g_object_new (PTP_BENCH_TYPE_SPINNER, NULL);

  self->parent_instance.left = n_steps;
  self->cost = cost;
  self->dear_cost = dear_cost;
  return &self->parent_instance;
}

/* The consumer */

static gboolean
ptp_bench_consumer_register_push_producer (PtpConsumer *consumer,
                                           PtpPushProducer *producer,
                                           GError **error)
{
  PtpBenchConsumer *self = PTP_BENCH_CONSUMER (consumer);

  self->producer = producer;
  return TRUE;
}

static void
ptp_bench_consumer_unregister_producer (PtpConsumer *consumer, PtpPushProducer *producer)
{
  PtpBenchConsumer *self = PTP_BENCH_CONSUMER (consumer);

  self->producer = NULL;
}

static gboolean
ptp_bench_consumer_write (PtpConsumer *consumer, GBytes *bytes, GError **error)
{
  ((PtpBenchConsumer *) consumer)->bytes += g_bytes_get_size (bytes);
  return TRUE;
}

static void
ptp_bench_consumer_iface_init (PtpConsumerInterface *iface)
{
  iface->register_push_producer = ptp_bench_consumer_register_push_producer;
  iface->unregister_producer = ptp_bench_consumer_unregister_producer;
  iface->write = ptp_bench_consumer_write;
}

/* Not final: a benchmark may have one that does more with a write. */
G_DEFINE_TYPE_WITH_CODE (PtpBenchConsumer,
                         ptp_bench_consumer,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER, ptp_bench_consumer_iface_init))

static void
ptp_bench_consumer_class_init (PtpBenchConsumerClass *klass)
{
}

static void
ptp_bench_consumer_init (PtpBenchConsumer *self)
{
}

PtpBenchConsumer *
ptp_bench_consumer_new (void)
{
  return g_object_new (PTP_BENCH_TYPE_CONSUMER, NULL);
}

guint64
ptp_bench_consumer_get_steps (PtpBenchConsumer *self)
{
  return self->bytes / PTP_BENCH_CHUNK_SIZE;
}

/* The bare loop */

typedef gboolean (*WriteFunc) (PtpConsumer *consumer, GBytes *bytes, GError **error);
typedef PtpStepResult (*BareFunc) (PtpBenchProducer *producer,
                                   PtpConsumer *consumer,
                                   WriteFunc write_func,
                                   GError **error);

static PtpStepResult
produce_bare (PtpBenchProducer *producer,
              PtpConsumer *consumer,
              WriteFunc write_func,
              GError **error)
{
  if (!write_func (consumer, chunk, error))
    return PTP_STEP_RESULT_FAILED;

  return count_down (producer);
}

double
ptp_bench_measure_bare (guint64 n_steps)
{
  g_autoptr (PtpBenchProducer) producer = ptp_bench_producer_new (n_steps);
  g_autoptr (PtpBenchConsumer) counter = ptp_bench_consumer_new ();
  g_autoptr (GError) error = NULL;
  PtpConsumer *consumer = PTP_CONSUMER (counter);
  BareFunc volatile produce_func = produce_bare;
  WriteFunc volatile write_func = ptp_bench_consumer_write;
  gint64 start = ptp_bench_now ();

  while (produce_func (producer, consumer, write_func, &error) == PTP_STEP_RESULT_MORE)
    ;

  return (double) (ptp_bench_now () - start) / (double) n_steps;
}

/* Many streams */

static PtpBenchStreams *
streams_new (guint n_streams)
{
  PtpBenchStreams *self = g_new0 (PtpBenchStreams, 1);

  self->n_streams = n_streams;
  self->producers = g_new0 (PtpBenchProducer *, n_streams);
  self->consumers = g_new0 (PtpBenchConsumer *, n_streams);
  for (guint i = 0; i < n_streams; i++)
    self->consumers[i] = ptp_bench_consumer_new ();

  return self;
}

PtpBenchStreams *
ptp_bench_streams_new (guint n_streams, guint64 n_steps)
{
  PtpBenchStreams *self = streams_new (n_streams);

  for (guint i = 0; i < n_streams; i++)
    self->producers[i] = ptp_bench_producer_new (n_steps);

  return self;
}

PtpBenchStreams *
ptp_bench_streams_new_spinning (guint n_streams, guint64 cost, guint64 dear_cost)
{
  PtpBenchStreams *self = streams_new (n_streams);

  for (guint i = 0; i < n_streams; i++)
    self->producers[i] = ptp_bench_spinner_new (PTP_BENCH_FOREVER, cost, dear_cost);

  return self;
}

void
ptp_bench_streams_start (PtpBenchStreams *self)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < self->n_streams; i++)
    if (!ptp_consumer_register_pull_producer (PTP_CONSUMER (self->consumers[i]),
                                              PTP_PULL_PRODUCER (self->producers[i]), &error))
      g_error ("Stream %u of %u could not be started: %s", i, self->n_streams, error->message);
}

static gboolean
idle_cb (gpointer user_data)
{
  PtpBenchIdle *self = user_data;
  g_autoptr (GError) error = NULL;

  if (ptp_pull_producer_produce (PTP_PULL_PRODUCER (self->producer), PTP_CONSUMER (self->consumer),
                                 &error)
      == PTP_STEP_RESULT_MORE)
    return G_SOURCE_CONTINUE;

  self->source_id = 0;
  return G_SOURCE_REMOVE;
}

void
ptp_bench_streams_start_idle (PtpBenchStreams *self)
{
  self->idles = g_new0 (PtpBenchIdle, self->n_streams);

  for (guint i = 0; i < self->n_streams; i++)
    {
      self->idles[i].producer = self->producers[i];
      self->idles[i].consumer = self->consumers[i];
      self->idles[i].source_id = g_idle_add (idle_cb, &self->idles[i]);
    }
}

void
ptp_bench_streams_warm_up (PtpBenchStreams *self)
{
  for (guint i = 0; i < self->n_streams; i++)
    while (self->consumers[i]->bytes == 0)
      g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
}

void
ptp_bench_drain (void)
{
  g_autoptr (PtpCooperator) cooperator = ptp_cooperator_ref_default ();

  while (ptp_cooperator_get_active (cooperator))
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
}

void
ptp_bench_streams_stop (PtpBenchStreams *self)
{
  for (guint i = 0; i < self->n_streams; i++)
    if (self->consumers[i]->producer != NULL)
      ptp_consumer_unregister_producer (PTP_CONSUMER (self->consumers[i]),
                                        self->consumers[i]->producer);
  for (guint i = 0; self->idles != NULL && i < self->n_streams; i++)
    g_clear_handle_id (&self->idles[i].source_id, g_source_remove);

  ptp_bench_drain ();
}

guint64
ptp_bench_streams_count_steps (PtpBenchStreams *self)
{
  guint64 n_steps = 0;

  for (guint i = 0; i < self->n_streams; i++)
    n_steps += ptp_bench_consumer_get_steps (self->consumers[i]);

  return n_steps;
}

guint
ptp_bench_streams_finish (PtpBenchStreams *self)
{
  guint n_finished = 0;

  for (guint i = 0; i < self->n_streams; i++)
    self->producers[i]->left = 1;
  ptp_bench_drain ();
  for (guint i = 0; i < self->n_streams; i++)
    if (self->consumers[i]->producer == NULL)
      n_finished++;

  return n_finished;
}

/* Turns go round, so when one stream has begun three of them, each has had two, but for those that
 * owe time: the last, at any rate, has had its steps.
 */
double
ptp_bench_streams_measure (PtpBenchStreams *self, gint64 nanoseconds)
{
  PtpBenchConsumer *last = self->consumers[self->n_streams - 1];
  guint64 before = ptp_bench_streams_count_steps (self), seen = last->bytes;
  guint turns_left = 3;
  gint64 start = ptp_bench_now (), now;

  measuring = TRUE;
  do
    {
      g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
      /* What the main loop itself takes is nobody's. */
      if (owner != NULL)
        hand_loop_to (NULL);
      if (last->bytes != seen && turns_left > 0)
        turns_left--;
      seen = last->bytes;
      now = ptp_bench_now ();
    }
  while (now - start < nanoseconds || turns_left > 0);
  measuring = FALSE;

  return (double) (now - start) / (double) (ptp_bench_streams_count_steps (self) - before);
}

void
ptp_bench_streams_free (PtpBenchStreams *self)
{
  ptp_bench_streams_stop (self);

  for (guint i = 0; i < self->n_streams; i++)
    {
      g_object_unref (self->producers[i]);
      g_object_unref (self->consumers[i]);
    }
  g_free (self->producers);
  g_free (self->consumers);
  g_free (self->idles);
  g_free (self);
}
