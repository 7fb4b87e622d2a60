/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-fault-spy.h"

static PtpFaultSpy *spy;

/* The types' own functions, which are called through. */
static PtpConsumerInterface consumer;
static PtpPullProducerInterface stream_producer;
static PtpPullProducerInterface bytes_producer;

static const PtpPullProducerInterface *
real_producer (PtpPullProducer *self)
{
  return PTP_IS_BYTES_PRODUCER (self) ? &bytes_producer : &stream_producer;
}

static PtpStepResult
spy_produce (PtpPullProducer *self, PtpConsumer *to, GError **error)
{
  PtpStepResult result;

  spy->n_produce++;
  spy->n_too_late += spy->answered || spy->n_cancel > 0 ? 1 : 0;
  result = real_producer (self)->produce (self, to, error);
  spy->answered |= result == PTP_STEP_RESULT_FINISHED || result == PTP_STEP_RESULT_FAILED;
  return result;
}

static void
spy_cancel (PtpPullProducer *self)
{
  spy->n_cancel++;
  if (real_producer (self)->cancel != NULL)
    real_producer (self)->cancel (self);
}

static gboolean
spy_register_push_producer (PtpConsumer *self, PtpPushProducer *producer, GError **error)
{
  spy->n_register++;
  return consumer.register_push_producer (self, producer, error);
}

static void
spy_unregister_producer (PtpConsumer *self)
{
  spy->n_unregister++;
  consumer.unregister_producer (self);
}

static gboolean
spy_write (PtpConsumer *self, GBytes *bytes, GError **error)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  /* Before the write, from inside of which the next one may come. */
  g_byte_array_append (spy->accepted, data, (guint) size);
  if (consumer.write (self, bytes, error))
    return TRUE;

  g_byte_array_set_size (spy->accepted, spy->accepted->len - (guint) size);
  return FALSE;
}

static void
spy_producer_failed (PtpConsumer *self, const GError *error)
{
  spy->n_producer_failed++;
  spy->failed_after_that |= spy->n_unregister > 0;
  g_clear_error (&spy->producer_error);
  spy->producer_error = g_error_copy (error);
  consumer.producer_failed (self, error);
}

static gpointer
peek_iface (GType type, GType iface_type)
{
  /* A static type keeps its class, and with it the interface. */
  gpointer klass = g_type_class_ref (type);

  return g_type_interface_peek (klass, iface_type);
}

static void
watch_producer (GType type, PtpPullProducerInterface *real)
{
  PtpPullProducerInterface *iface = peek_iface (type, PTP_TYPE_PULL_PRODUCER);

  *real = *iface;
  iface->produce = spy_produce;
  iface->cancel = spy_cancel;
}

static void
install (void)
{
  PtpConsumerInterface *iface = peek_iface (PTP_TYPE_OUTPUT_STREAM_CONSUMER, PTP_TYPE_CONSUMER);

  watch_producer (PTP_TYPE_INPUT_STREAM_PRODUCER, &stream_producer);
  watch_producer (PTP_TYPE_BYTES_PRODUCER, &bytes_producer);

  consumer = *iface;
  iface->register_push_producer = spy_register_push_producer;
  iface->unregister_producer = spy_unregister_producer;
  iface->write = spy_write;
  iface->producer_failed = spy_producer_failed;
}

void
ptp_fault_spy_begin (PtpFaultSpy *self)
{
  static gsize installed;

  if (g_once_init_enter (&installed))
    {
      install ();
      g_once_init_leave (&installed, 1);
    }

  *self = (PtpFaultSpy){ .accepted = g_byte_array_new () };
  spy = self;
}

void
ptp_fault_spy_end (PtpFaultSpy *self)
{
  spy = NULL;
  g_byte_array_unref (self->accepted);
  g_clear_error (&self->producer_error);
}
