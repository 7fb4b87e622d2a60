/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <pulltopush/pulltopush.h>

G_BEGIN_DECLS

/* Who stands at either end of a stream in the world of the model, and tells that of every call.
 * What they answer is the world's to say, too.
 */

typedef struct _PtpModelWorld PtpModelWorld;

#define PTP_TYPE_MODEL_PRODUCER (ptp_model_producer_get_type ())
G_DECLARE_DERIVABLE_TYPE (PtpModelProducer, ptp_model_producer, PTP, MODEL_PRODUCER, GObject)

struct _PtpModelProducerClass
{
  GObjectClass parent_class;
};

#define PTP_TYPE_MODEL_CONSUMER (ptp_model_consumer_get_type ())
G_DECLARE_DERIVABLE_TYPE (PtpModelConsumer, ptp_model_consumer, PTP, MODEL_CONSUMER, GObject)

struct _PtpModelConsumerClass
{
  GObjectClass parent_class;
};

/* One that does not implement cancel(), one that does not implement produce(). */
GType ptp_model_mute_producer_get_type (void);
GType ptp_model_unable_producer_get_type (void);
/* One that leaves the end to the defaults, one that has nothing to be called at the end. */
GType ptp_model_plain_consumer_get_type (void);
GType ptp_model_unable_consumer_get_type (void);

PtpModelProducer *ptp_model_producer_new (GType type, PtpModelWorld *world, int slot);
PtpModelConsumer *ptp_model_consumer_new (GType type, PtpModelWorld *world);

/* What the world does when they are called */

PtpStepResult
ptp_model_world_produce (PtpModelWorld *self, int slot, PtpConsumer *consumer, GError **error);
void ptp_model_world_cancel (PtpModelWorld *self, int slot, const GError *reason);
gboolean ptp_model_world_register (PtpModelWorld *self, PtpPushProducer *producer, GError **error);
void ptp_model_world_unregister (PtpModelWorld *self, PtpPushProducer *producer);
gboolean ptp_model_world_write (PtpModelWorld *self, GBytes *bytes, GError **error);
PtpEndResult ptp_model_world_finish (PtpModelWorld *self, GError **error);
PtpEndResult ptp_model_world_abort (PtpModelWorld *self, const GError *reason, GError **error);
gsize ptp_model_world_get_hint (PtpModelWorld *self);

G_END_DECLS
