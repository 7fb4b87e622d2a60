/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-test-push-producer.h"

static void ptp_test_push_producer_iface_init (PtpPushProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpTestPushProducer,
                               ptp_test_push_producer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PUSH_PRODUCER,
                                                      ptp_test_push_producer_iface_init))

static void
ptp_test_push_producer_pause_producing (PtpPushProducer *producer)
{
  PtpTestPushProducer *self = PTP_TEST_PUSH_PRODUCER (producer);

  self->n_pauses++;
  ptp_test_log_add (self->log, "pause");
}

static void
ptp_test_push_producer_resume_producing (PtpPushProducer *producer)
{
  PtpTestPushProducer *self = PTP_TEST_PUSH_PRODUCER (producer);

  self->n_resumes++;
  ptp_test_log_add (self->log, "resume");
}

static void
ptp_test_push_producer_stop_producing (PtpPushProducer *producer, const GError *reason)
{
  PtpTestPushProducer *self = PTP_TEST_PUSH_PRODUCER (producer);

  self->n_stops++;
  g_clear_error (&self->reason);
  self->reason = g_error_copy (reason);
  ptp_test_log_add (self->log, "stop");
}

static void
ptp_test_push_producer_registered (PtpPushProducer *producer, PtpConsumer *consumer)
{
  PtpTestPushProducer *self = PTP_TEST_PUSH_PRODUCER (producer);

  self->n_registered++;
  self->consumer = consumer;
  ptp_test_log_add (self->log, "registered");
}

static void
ptp_test_push_producer_unregistered (PtpPushProducer *producer)
{
  PtpTestPushProducer *self = PTP_TEST_PUSH_PRODUCER (producer);

  self->n_unregistered++;
  ptp_test_log_add (self->log, "unregistered");
}

static void
ptp_test_push_producer_iface_init (PtpPushProducerInterface *iface)
{
  iface->pause_producing = ptp_test_push_producer_pause_producing;
  iface->resume_producing = ptp_test_push_producer_resume_producing;
  iface->stop_producing = ptp_test_push_producer_stop_producing;
  iface->registered = ptp_test_push_producer_registered;
  iface->unregistered = ptp_test_push_producer_unregistered;
}

static void
ptp_test_push_producer_finalize (GObject *object)
{
  PtpTestPushProducer *self = PTP_TEST_PUSH_PRODUCER (object);

  g_clear_pointer (&self->log, ptp_test_log_unref);
  g_clear_error (&self->reason);

  G_OBJECT_CLASS (ptp_test_push_producer_parent_class)->finalize (object);
}

static void
ptp_test_push_producer_class_init (PtpTestPushProducerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ptp_test_push_producer_finalize;
}

static void
ptp_test_push_producer_init (PtpTestPushProducer *self)
{
}

PtpTestPushProducer *
ptp_test_push_producer_new (void)
{
  return g_object_new (PTP_TEST_TYPE_PUSH_PRODUCER, NULL);
}

void
ptp_test_push_producer_set_log (PtpTestPushProducer *self, PtpTestLog *log)
{
  g_clear_pointer (&self->log, ptp_test_log_unref);
  self->log = ptp_test_log_ref (log);
}
