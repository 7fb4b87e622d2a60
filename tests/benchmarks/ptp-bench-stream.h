/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <pulltopush/pulltopush.h>

G_BEGIN_DECLS

/* What is streamed in the benchmarks: a chunk that was made before, from a producer that counts
 * down to a consumer that adds up. All of it belongs to one thread.
 */

#define PTP_BENCH_FOREVER    G_MAXUINT64
#define PTP_BENCH_CHUNK_SIZE 5

#define PTP_BENCH_TYPE_PRODUCER (ptp_bench_producer_get_type ())
G_DECLARE_FINAL_TYPE (PtpBenchProducer, ptp_bench_producer, PTP_BENCH, PRODUCER, GObject)

struct _PtpBenchProducer
{
  GObject parent_instance;

  guint64 left;       /* steps; the last of them answers @last, as does every one after it */
  PtpStepResult last; /* FINISHED, unless PENDING is set */
};

#define PTP_BENCH_TYPE_SPINNER (ptp_bench_spinner_get_type ())
G_DECLARE_FINAL_TYPE (PtpBenchSpinner, ptp_bench_spinner, PTP_BENCH, SPINNER, PtpBenchProducer)

/* A producer whose steps take time. */
struct _PtpBenchSpinner
{
  PtpBenchProducer parent_instance;

  guint64 cost;      /* nanoseconds a step */
  guint64 dear_cost; /* of every other step, taken at random; 0: all cost the same */
  gint64 took;       /* nanoseconds in which it had the loop, in ptp_bench_streams_measure() */
  guint32 dice;
};

#define PTP_BENCH_TYPE_CONSUMER (ptp_bench_consumer_get_type ())
G_DECLARE_FINAL_TYPE (PtpBenchConsumer, ptp_bench_consumer, PTP_BENCH, CONSUMER, GObject)

struct _PtpBenchConsumer
{
  GObject parent_instance;

  PtpPushProducer *producer; /* (unowned) (nullable): while registered */
  guint64 bytes;
};

PtpBenchProducer *ptp_bench_producer_new (guint64 n_steps);
PtpBenchProducer *ptp_bench_spinner_new (guint64 n_steps, guint64 cost, guint64 dear_cost);
PtpBenchConsumer *ptp_bench_consumer_new (void);
guint64 ptp_bench_consumer_get_steps (PtpBenchConsumer *self);

/* Nanoseconds, from the monotonic clock. */
gint64 ptp_bench_now (void);

/* Learns how fast this processor spins just now, which is how steps shorter than a few looks at
 * the clock get their length. To be called at the start of each sample.
 */
void ptp_bench_calibrate (void);

/* Nanoseconds per step of two indirect calls, produce and write, with nothing around them: what
 * all else is held against.
 */
double ptp_bench_measure_bare (guint64 n_steps);

/* Many streams at once. */

typedef struct
{
  PtpBenchProducer *producer; /* (unowned) */
  PtpBenchConsumer *consumer; /* (unowned) */
  guint source_id;            /* 0: not attached */
} PtpBenchIdle;

typedef struct
{
  guint n_streams;
  PtpBenchProducer **producers; /* (owned) (element-type owned) */
  PtpBenchConsumer **consumers; /* (owned) (element-type owned) */
  PtpBenchIdle *idles;          /* (owned) (nullable): with an idle source each */
} PtpBenchStreams;

/* Only the objects: nothing is registered. */
PtpBenchStreams *ptp_bench_streams_new (guint n_streams, guint64 n_steps);
PtpBenchStreams *ptp_bench_streams_new_spinning (guint n_streams, guint64 cost, guint64 dear_cost);

/* Registers and starts all, on the thread-default context. */
void ptp_bench_streams_start (PtpBenchStreams *self);

/* Gives each an idle source on the default context instead, as people write it by hand. */
void ptp_bench_streams_start_idle (PtpBenchStreams *self);

/* Runs the main loop until each has had a step. */
void ptp_bench_streams_warm_up (PtpBenchStreams *self);

/* Runs the main loop until the cooperator of this context has nothing to do any more. */
void ptp_bench_drain (void);

/* Lets each finish with its next step, and drains. Returns how many did finish. */
guint ptp_bench_streams_finish (PtpBenchStreams *self);

/* Ends all those that still run, and drains: others on this context must end, too. */
void ptp_bench_streams_stop (PtpBenchStreams *self);

/* Steps of all together since the consumers were made. */
guint64 ptp_bench_streams_count_steps (PtpBenchStreams *self);

/* Runs the main loop for that long at least, and until each has had two turns, unless it owes time
 * and sits out; the last always has. Returns nanoseconds per step, over all streams. All must be
 * running, and nothing else.
 */
double ptp_bench_streams_measure (PtpBenchStreams *self, gint64 nanoseconds);

/* Stops them first. */
void ptp_bench_streams_free (PtpBenchStreams *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpBenchStreams, ptp_bench_streams_free)

G_END_DECLS
