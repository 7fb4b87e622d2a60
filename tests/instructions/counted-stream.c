/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "counted-stream.h"

/* The producer */

static void counted_producer_iface_init (PtpPullProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CountedProducer,
                               counted_producer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER,
                                                      counted_producer_iface_init))

static PtpStepResult
counted_producer_produce (PtpPullProducer *producer, PtpConsumer *consumer, GError **error)
{
  CountedProducer *self = (CountedProducer *) producer;

  if (!ptp_consumer_write (consumer, self->chunk, error))
    return PTP_STEP_RESULT_FAILED;

  return --self->n_left > 0 ? self->more : PTP_STEP_RESULT_FINISHED;
}

static void
counted_producer_iface_init (PtpPullProducerInterface *iface)
{
  iface->produce = counted_producer_produce;
}

static void
counted_producer_finalize (GObject *object)
{
  CountedProducer *self = COUNTED_PRODUCER (object);

  g_clear_pointer (&self->chunk, g_bytes_unref);

  G_OBJECT_CLASS (counted_producer_parent_class)->finalize (object);
}

static void
counted_producer_class_init (CountedProducerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = counted_producer_finalize;
}

static void
counted_producer_init (CountedProducer *self)
{
  static const guint8 data[64];

  self->chunk = g_bytes_new_static (data, sizeof data);
  self->more = PTP_STEP_RESULT_MORE;
}

CountedProducer *
counted_producer_new (guint64 n_steps)
{
  CountedProducer *self = g_object_new (COUNTED_TYPE_PRODUCER, NULL);

  self->n_left = n_steps;
  return self;
}

/* The consumer */

static void counted_consumer_iface_init (PtpConsumerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CountedConsumer,
                               counted_consumer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER,
                                                      counted_consumer_iface_init))

static gboolean
counted_consumer_register_push_producer (PtpConsumer *consumer,
                                         PtpPushProducer *producer,
                                         GError **error)
{
  CountedConsumer *self = (CountedConsumer *) consumer;

  self->producer = producer;
  return TRUE;
}

static void
counted_consumer_unregister_producer (PtpConsumer *consumer, PtpPushProducer *producer)
{
  CountedConsumer *self = (CountedConsumer *) consumer;

  self->producer = NULL;
  (*self->n_ended)++;
}

static gboolean
counted_consumer_write (PtpConsumer *consumer, GBytes *bytes, GError **error)
{
  CountedConsumer *self = (CountedConsumer *) consumer;

  self->n_bytes += g_bytes_get_size (bytes);
  if (self->on_write != NULL)
    self->on_write (self);

  return TRUE;
}

static void
counted_consumer_iface_init (PtpConsumerInterface *iface)
{
  iface->register_push_producer = counted_consumer_register_push_producer;
  iface->unregister_producer = counted_consumer_unregister_producer;
  iface->write = counted_consumer_write;
}

static void
counted_consumer_class_init (CountedConsumerClass *klass)
{
}

static void
counted_consumer_init (CountedConsumer *self)
{
}

CountedConsumer *
counted_consumer_new (guint *n_ended)
{
  CountedConsumer *self = g_object_new (COUNTED_TYPE_CONSUMER, NULL);

  self->n_ended = n_ended;
  return self;
}

/* The push producer */

static void counted_push_producer_iface_init (PtpPushProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CountedPushProducer,
                               counted_push_producer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PUSH_PRODUCER,
                                                      counted_push_producer_iface_init))

static void
counted_push_producer_pause_producing (PtpPushProducer *producer)
{
}

static void
counted_push_producer_resume_producing (PtpPushProducer *producer)
{
}

static void
counted_push_producer_stop_producing (PtpPushProducer *producer, const GError *reason)
{
}

static void
counted_push_producer_iface_init (PtpPushProducerInterface *iface)
{
  iface->pause_producing = counted_push_producer_pause_producing;
  iface->resume_producing = counted_push_producer_resume_producing;
  iface->stop_producing = counted_push_producer_stop_producing;
}

static void
counted_push_producer_class_init (CountedPushProducerClass *klass)
{
}

static void
counted_push_producer_init (CountedPushProducer *self)
{
}

CountedPushProducer *
counted_push_producer_new (void)
{
  return g_object_new (COUNTED_TYPE_PUSH_PRODUCER, NULL);
}

/* The bare loop */

typedef gboolean (*WriteFunc) (PtpConsumer *consumer, GBytes *bytes, GError **error);
typedef PtpStepResult (*ProduceFunc) (CountedProducer *self,
                                      CountedConsumer *consumer,
                                      WriteFunc write_func,
                                      GError **error);

static PtpStepResult
produce_bare (CountedProducer *self,
              CountedConsumer *consumer,
              WriteFunc write_func,
              GError **error)
{
  if (!write_func ((PtpConsumer *) consumer, self->chunk, error))
    return PTP_STEP_RESULT_FAILED;

  return --self->n_left > 0 ? self->more : PTP_STEP_RESULT_FINISHED;
}

void
counted_run_bare_loop (CountedProducer *producer, CountedConsumer *consumer)
{
  /* So that the compiler cannot know whom it calls. */
  ProduceFunc volatile produce_func = produce_bare;
  WriteFunc volatile write_func = counted_consumer_write;
  g_autoptr (GError) error = NULL;

  while (produce_func (producer, consumer, write_func, &error) == PTP_STEP_RESULT_MORE)
    ;
}
