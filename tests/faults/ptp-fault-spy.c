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
  spy->exhausted |= result == PTP_STEP_RESULT_FINISHED;
  return result;
}

static void
spy_cancel (PtpPullProducer *self, const GError *reason)
{
  spy->n_cancel++;
  if (spy->cancel_reason == NULL)
    spy->cancel_reason = g_error_copy (reason);
  real_producer (self)->cancel (self, reason);
}

static gboolean
spy_register_push_producer (PtpConsumer *self, PtpPushProducer *producer, GError **error)
{
  spy->n_register++;
  return consumer.register_push_producer (self, producer, error);
}

static void
spy_unregister_producer (PtpConsumer *self, PtpPushProducer *producer)
{
  spy->n_unregister++;
  consumer.unregister_producer (self, producer);
}

static gboolean
spy_write (PtpConsumer *self, GBytes *bytes, GError **error)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  spy->n_late_writes += spy->n_finish + spy->n_abort > 0 ? 1 : 0;
  /* Before the write, from inside of which the next one may come. */
  g_byte_array_append (spy->accepted, data, (guint) size);
  if (consumer.write (self, bytes, error))
    return TRUE;

  g_byte_array_set_size (spy->accepted, spy->accepted->len - (guint) size);
  return FALSE;
}

static PtpEndResult
spy_finish (PtpConsumer *self, GError **error)
{
  spy->n_finish++;
  spy->n_told_too_late += spy->n_abort > 0 || spy->n_unregister > 0 ? 1 : 0;
  spy->n_told_too_early += spy->exhausted ? 0 : 1;
  return consumer.finish (self, error);
}

static PtpEndResult
spy_abort (PtpConsumer *self, const GError *reason, GError **error)
{
  spy->n_abort++;
  spy->n_told_too_late += spy->n_unregister > 0 ? 1 : 0;
  spy->n_told_too_early += spy->answered || spy->n_cancel > 0 ? 0 : 1;
  spy->n_writes_at_abort = ptp_fault_plan_get_n_writes (&spy->sink->plan);
  g_clear_error (&spy->abort_reason);
  spy->abort_reason = g_error_copy (reason);
  return consumer.abort (self, reason, error);
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
  iface->finish = spy_finish;
  iface->abort = spy_abort;
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
  g_clear_error (&self->cancel_reason);
  g_clear_error (&self->abort_reason);
}
