/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <pulltopush/pulltopush.h>

G_BEGIN_DECLS

/* What stands at both ends of a stream whose instructions are counted: as little as can be, so that
 * what is counted is the library. For the same reason their casts are unchecked.
 */

#define COUNTED_TYPE_PRODUCER (counted_producer_get_type ())
G_DECLARE_FINAL_TYPE (CountedProducer, counted_producer, COUNTED, PRODUCER, GObject)

/* Writes a chunk that is already made, so often, and finishes. */
struct _CountedProducer
{
  GObject parent_instance;

  GBytes *chunk;      /* (owned) */
  guint64 n_left;     /* steps */
  PtpStepResult more; /* what a step answers that is not the last: MORE or PENDING */
};

CountedProducer *counted_producer_new (guint64 n_steps);

#define COUNTED_TYPE_CONSUMER (counted_consumer_get_type ())
G_DECLARE_FINAL_TYPE (CountedConsumer, counted_consumer, COUNTED, CONSUMER, GObject)

/* Counts the bytes. */
struct _CountedConsumer
{
  GObject parent_instance;

  guint64 n_bytes;
  void (*on_write) (CountedConsumer *self); /* (nullable) */
  PtpPushProducer *producer;                /* (unowned) (nullable): who is registered */
  guint *n_ended;                           /* (unowned): every end of a stream adds one */
  gboolean written; /* for on_write to set, and whoever runs the loop to clear */
};

CountedConsumer *counted_consumer_new (guint *n_ended);

#define COUNTED_TYPE_PUSH_PRODUCER (counted_push_producer_get_type ())
G_DECLARE_FINAL_TYPE (CountedPushProducer, counted_push_producer, COUNTED, PUSH_PRODUCER, GObject)

/* Never writes, and does nothing when it is told to. */
struct _CountedPushProducer
{
  GObject parent_instance;
};

CountedPushProducer *counted_push_producer_new (void);

/* What a stream is measured against: two indirect calls that do the same job. */
void counted_run_bare_loop (CountedProducer *producer, CountedConsumer *consumer);

G_END_DECLS
