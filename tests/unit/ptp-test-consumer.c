/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-test-consumer.h"

static void ptp_test_consumer_iface_init (PtpConsumerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpTestConsumer,
                               ptp_test_consumer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER,
                                                      ptp_test_consumer_iface_init))

static void
record_call (PtpTestConsumer *self, const char *word)
{
  if (self->thread == NULL)
    self->thread = g_thread_self ();
  if (self->thread != g_thread_self ())
    self->strayed = TRUE;
  self->context = g_main_context_get_thread_default ();
  ptp_test_log_add (self->log, "%s", word);
}

static void
run_hook (PtpTestConsumer *self, PtpTestHook hook)
{
  if (hook != NULL)
    hook (self, self->hook_data);
}

/* None of this may do harm to anybody. */
static void
misbehave (PtpTestConsumer *self)
{
  g_autoptr (GError) reason = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "Misbehaving");
  g_autoptr (PtpPushProducer) producer = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("!", 1);
  g_autoptr (GError) error = NULL;

  if (!self->misbehaves)
    return;

  self->misbehaves = FALSE;
  if (g_set_object (&producer, self->producer))
    {
      ptp_push_producer_pause_producing (producer);
      ptp_push_producer_resume_producing (producer);
      ptp_push_producer_stop_producing (producer, reason);
      ptp_push_producer_unregistered (producer);
    }
  ptp_consumer_write (PTP_CONSUMER (self), bytes, NULL);
  ptp_consumer_finish (PTP_CONSUMER (self), NULL);
  ptp_consumer_abort (PTP_CONSUMER (self), reason, NULL);
  ptp_consumer_emit_settled (PTP_CONSUMER (self), PTP_SETTLEMENT_FINISHED);
  ptp_consumer_emit_settle_failed (PTP_CONSUMER (self), reason);
  if (producer != NULL)
    ptp_consumer_unregister_producer (PTP_CONSUMER (self), producer);
  if (producer != NULL
      && ptp_consumer_register_push_producer (PTP_CONSUMER (self), producer, &error))
    ptp_consumer_unregister_producer (PTP_CONSUMER (self), producer);
  self->misbehaves = TRUE;
}

static gboolean
ptp_test_consumer_register_push_producer (PtpConsumer *consumer,
                                          PtpPushProducer *producer,
                                          GError **error)
{
  PtpTestConsumer *self = PTP_TEST_CONSUMER (consumer);

  record_call (self, "register");
  self->n_registers++;
  g_assert_null (self->producer);
  if (self->closed)
    {
      self->producer = g_object_ref (producer);
      run_hook (self, self->on_refuse);
      g_clear_object (&self->producer);
      g_set_error (error, PTP_ERROR, PTP_ERROR_CLOSED, "The test's consumer is closed");
      return FALSE;
    }

  self->producer = g_object_ref (producer);
  run_hook (self, self->on_register);
  return TRUE;
}

static void
ptp_test_consumer_unregister_producer (PtpConsumer *consumer, PtpPushProducer *producer)
{
  PtpTestConsumer *self = PTP_TEST_CONSUMER (consumer);

  g_assert_true (producer == self->producer);
  record_call (self, "unregister");
  self->n_unregisters++;
  misbehave (self);
  g_clear_object (&self->producer);
  run_hook (self, self->on_unregister);
}

static gboolean
ptp_test_consumer_write (PtpConsumer *consumer, GBytes *bytes, GError **error)
{
  PtpTestConsumer *self = PTP_TEST_CONSUMER (consumer);

  record_call (self, "write");
  self->n_writes++;
  if (self->closed)
    {
      g_set_error (error, PTP_ERROR, PTP_ERROR_CLOSED, "The test's consumer is closed");
      return FALSE;
    }
  if (self->n_writes == self->fail_write_at)
    {
      if (!self->fail_mutely)
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The test's disk is full");
      return self->fail_but_true;
    }

  g_string_append_len (self->bytes, g_bytes_get_data (bytes, NULL),
                       (gssize) g_bytes_get_size (bytes));
  run_hook (self, self->on_write);
  return TRUE;
}

static PtpEndResult
give_result (PtpTestConsumer *self, PtpEndResult result, GError **error)
{
  if (self->fail_but_true || (result == PTP_END_RESULT_FAILED && !self->fail_mutely))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The test's disk is full");

  return result;
}

static PtpEndResult
ptp_test_consumer_finish (PtpConsumer *consumer, GError **error)
{
  PtpTestConsumer *self = PTP_TEST_CONSUMER (consumer);

  record_call (self, "finish");
  self->n_finishes++;
  run_hook (self, self->on_finish);
  return give_result (self, self->finish_result, error);
}

static PtpEndResult
ptp_test_consumer_abort (PtpConsumer *consumer, const GError *reason, GError **error)
{
  PtpTestConsumer *self = PTP_TEST_CONSUMER (consumer);

  record_call (self, "abort");
  self->n_aborts++;
  g_clear_error (&self->reason);
  self->reason = g_error_copy (reason);
  misbehave (self);
  run_hook (self, self->on_abort);
  return give_result (self, self->abort_result, error);
}

static gsize
ptp_test_consumer_get_desired_size (PtpConsumer *consumer)
{
  return PTP_TEST_CONSUMER (consumer)->desired_size;
}

static void
ptp_test_consumer_iface_init (PtpConsumerInterface *iface)
{
  iface->register_push_producer = ptp_test_consumer_register_push_producer;
  iface->unregister_producer = ptp_test_consumer_unregister_producer;
  iface->write = ptp_test_consumer_write;
  iface->finish = ptp_test_consumer_finish;
  iface->abort = ptp_test_consumer_abort;
  iface->get_desired_size = ptp_test_consumer_get_desired_size;
}

static void
ptp_test_consumer_finalize (GObject *object)
{
  PtpTestConsumer *self = PTP_TEST_CONSUMER (object);

  g_clear_object (&self->producer);
  g_clear_error (&self->reason);
  g_clear_pointer (&self->log, ptp_test_log_unref);
  g_string_free (self->bytes, TRUE);

  G_OBJECT_CLASS (ptp_test_consumer_parent_class)->finalize (object);
}

static void
ptp_test_consumer_class_init (PtpTestConsumerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ptp_test_consumer_finalize;
}

static void
ptp_test_consumer_init (PtpTestConsumer *self)
{
  self->bytes = g_string_new (NULL);
  self->finish_result = PTP_END_RESULT_DONE;
  self->abort_result = PTP_END_RESULT_DONE;
  self->desired_size = G_MAXSIZE;
}

PtpTestConsumer *
ptp_test_consumer_new (void)
{
  return g_object_new (PTP_TEST_TYPE_CONSUMER, NULL);
}

void
ptp_test_consumer_set_log (PtpTestConsumer *self, PtpTestLog *log)
{
  g_clear_pointer (&self->log, ptp_test_log_unref);
  self->log = ptp_test_log_ref (log);
}

void
ptp_test_consumer_pause (gpointer consumer, gpointer unused)
{
  ptp_push_producer_pause_producing (PTP_TEST_CONSUMER (consumer)->producer);
}

void
ptp_test_consumer_resume (gpointer consumer, gpointer unused)
{
  ptp_push_producer_resume_producing (PTP_TEST_CONSUMER (consumer)->producer);
}

void
ptp_test_consumer_stop (gpointer consumer, gpointer unused)
{
  ptp_test_stop_producing (PTP_TEST_CONSUMER (consumer)->producer);
}

void
ptp_test_consumer_unregister (gpointer consumer, gpointer unused)
{
  ptp_consumer_unregister_producer (PTP_CONSUMER (consumer),
                                    PTP_TEST_CONSUMER (consumer)->producer);
}
