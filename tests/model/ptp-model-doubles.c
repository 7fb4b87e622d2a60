/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model-doubles.h"

/* The producer */

typedef struct
{
  PtpModelWorld *world; /* (unowned): outlives all of its own */
  int slot;
} PtpModelProducerPrivate;

static void ptp_model_producer_iface_init (PtpPullProducerInterface *iface);

G_DEFINE_TYPE_WITH_CODE (PtpModelProducer,
                         ptp_model_producer,
                         G_TYPE_OBJECT,
                         G_ADD_PRIVATE (PtpModelProducer)
                           G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER,
                                                  ptp_model_producer_iface_init))

static PtpModelProducerPrivate *
get_producer (gpointer self)
{
  return ptp_model_producer_get_instance_private (PTP_MODEL_PRODUCER (self));
}

static PtpStepResult
ptp_model_producer_produce (PtpPullProducer *producer, PtpConsumer *consumer, GError **error)
{
  PtpModelProducerPrivate *priv = get_producer (producer);

  return ptp_model_world_produce (priv->world, priv->slot, consumer, error);
}

static void
ptp_model_producer_cancel (PtpPullProducer *producer, const GError *reason)
{
  PtpModelProducerPrivate *priv = get_producer (producer);

  ptp_model_world_cancel (priv->world, priv->slot, reason);
}

static void
ptp_model_producer_iface_init (PtpPullProducerInterface *iface)
{
  iface->produce = ptp_model_producer_produce;
  iface->cancel = ptp_model_producer_cancel;
}

static void
ptp_model_producer_class_init (PtpModelProducerClass *klass)
{
}

static void
ptp_model_producer_init (PtpModelProducer *self)
{
}

PtpModelProducer *
ptp_model_producer_new (GType type, PtpModelWorld *world, int slot)
{
  PtpModelProducer *self = g_object_new (type, NULL);
  PtpModelProducerPrivate *priv = get_producer (self);

  priv->world = world;
  priv->slot = slot;
  return self;
}

typedef PtpModelProducer PtpModelMuteProducer;
typedef PtpModelProducerClass PtpModelMuteProducerClass;

static void
mute_iface_init (PtpPullProducerInterface *iface)
{
  iface->cancel = NULL;
}

G_DEFINE_TYPE_WITH_CODE (PtpModelMuteProducer,
                         ptp_model_mute_producer,
                         PTP_TYPE_MODEL_PRODUCER,
                         G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER, mute_iface_init))

static void
ptp_model_mute_producer_class_init (PtpModelMuteProducerClass *klass)
{
}

static void
ptp_model_mute_producer_init (PtpModelMuteProducer *self)
{
}

typedef PtpModelProducer PtpModelUnableProducer;
typedef PtpModelProducerClass PtpModelUnableProducerClass;

static void
unable_iface_init (PtpPullProducerInterface *iface)
{
  iface->produce = NULL;
}

G_DEFINE_TYPE_WITH_CODE (PtpModelUnableProducer,
                         ptp_model_unable_producer,
                         PTP_TYPE_MODEL_PRODUCER,
                         G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER, unable_iface_init))

static void
ptp_model_unable_producer_class_init (PtpModelUnableProducerClass *klass)
{
}

static void
ptp_model_unable_producer_init (PtpModelUnableProducer *self)
{
}

/* The consumer */

typedef struct
{
  PtpModelWorld *world; /* (unowned) */
  GObject *producer;    /* (owned) (nullable): until it is unregistered */
} PtpModelConsumerPrivate;

static void ptp_model_consumer_iface_init (PtpConsumerInterface *iface);

G_DEFINE_TYPE_WITH_CODE (PtpModelConsumer,
                         ptp_model_consumer,
                         G_TYPE_OBJECT,
                         G_ADD_PRIVATE (PtpModelConsumer)
                           G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER, ptp_model_consumer_iface_init))

static PtpModelConsumerPrivate *
get_consumer (gpointer self)
{
  return ptp_model_consumer_get_instance_private (PTP_MODEL_CONSUMER (self));
}

/* As a good consumer does, it holds what it has taken, and only that. What the world does from
 * inside may unregister it, and even register another.
 */
static gboolean
keep_if (PtpModelConsumerPrivate *priv, gpointer producer, gboolean taken, GError *error)
{
  if ((!taken || error != NULL) && priv->producer == producer)
    g_clear_object (&priv->producer);
  return taken;
}

static gboolean
ptp_model_consumer_register_push_producer (PtpConsumer *consumer,
                                           PtpPushProducer *producer,
                                           GError **error)
{
  PtpModelConsumerPrivate *priv = get_consumer (consumer);
  gboolean taken;

  g_set_object (&priv->producer, G_OBJECT (producer));
  taken = ptp_model_world_register (priv->world, producer, error);
  return keep_if (priv, producer, taken, *error);
}

static void
ptp_model_consumer_unregister_producer (PtpConsumer *consumer, PtpPushProducer *producer)
{
  PtpModelConsumerPrivate *priv = get_consumer (consumer);

  g_clear_object (&priv->producer);
  ptp_model_world_unregister (priv->world, producer);
}

static gboolean
ptp_model_consumer_write (PtpConsumer *consumer, GBytes *bytes, GError **error)
{
  return ptp_model_world_write (get_consumer (consumer)->world, bytes, error);
}

static PtpEndResult
ptp_model_consumer_finish (PtpConsumer *consumer, GError **error)
{
  return ptp_model_world_finish (get_consumer (consumer)->world, error);
}

static PtpEndResult
ptp_model_consumer_abort (PtpConsumer *consumer, const GError *reason, GError **error)
{
  return ptp_model_world_abort (get_consumer (consumer)->world, reason, error);
}

static gsize
ptp_model_consumer_get_desired_size (PtpConsumer *consumer)
{
  return ptp_model_world_get_hint (get_consumer (consumer)->world);
}

static void
ptp_model_consumer_iface_init (PtpConsumerInterface *iface)
{
  iface->register_push_producer = ptp_model_consumer_register_push_producer;
  iface->unregister_producer = ptp_model_consumer_unregister_producer;
  iface->write = ptp_model_consumer_write;
  iface->finish = ptp_model_consumer_finish;
  iface->abort = ptp_model_consumer_abort;
  iface->get_desired_size = ptp_model_consumer_get_desired_size;
}

static void
ptp_model_consumer_finalize (GObject *object)
{
  g_clear_object (&get_consumer (object)->producer);

  G_OBJECT_CLASS (ptp_model_consumer_parent_class)->finalize (object);
}

static void
ptp_model_consumer_class_init (PtpModelConsumerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ptp_model_consumer_finalize;
}

static void
ptp_model_consumer_init (PtpModelConsumer *self)
{
}

PtpModelConsumer *
ptp_model_consumer_new (GType type, PtpModelWorld *world)
{
  PtpModelConsumer *self = g_object_new (type, NULL);

  get_consumer (self)->world = world;
  return self;
}

typedef PtpModelConsumer PtpModelPlainConsumer;
typedef PtpModelConsumerClass PtpModelPlainConsumerClass;

static void
plain_iface_init (PtpConsumerInterface *iface)
{
  const PtpConsumerInterface *defaults = g_type_default_interface_peek (PTP_TYPE_CONSUMER);

  iface->finish = defaults->finish;
  iface->abort = defaults->abort;
  iface->get_desired_size = defaults->get_desired_size;
}

G_DEFINE_TYPE_WITH_CODE (PtpModelPlainConsumer,
                         ptp_model_plain_consumer,
                         PTP_TYPE_MODEL_CONSUMER,
                         G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER, plain_iface_init))

static void
ptp_model_plain_consumer_class_init (PtpModelPlainConsumerClass *klass)
{
}

static void
ptp_model_plain_consumer_init (PtpModelPlainConsumer *self)
{
}

typedef PtpModelConsumer PtpModelUnableConsumer;
typedef PtpModelConsumerClass PtpModelUnableConsumerClass;

static void
unable_consumer_iface_init (PtpConsumerInterface *iface)
{
  iface->finish = NULL;
  iface->abort = NULL;
  iface->get_desired_size = NULL;
}

G_DEFINE_TYPE_WITH_CODE (PtpModelUnableConsumer,
                         ptp_model_unable_consumer,
                         PTP_TYPE_MODEL_CONSUMER,
                         G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER, unable_consumer_iface_init))

static void
ptp_model_unable_consumer_class_init (PtpModelUnableConsumerClass *klass)
{
}

static void
ptp_model_unable_consumer_init (PtpModelUnableConsumer *self)
{
}
