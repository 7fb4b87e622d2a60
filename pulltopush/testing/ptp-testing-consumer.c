/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-consumer-private.h"

/**
 * PtpTestingConsumer:
 *
 * A consumer that keeps all it is given, and watches over who gives it.
 *
 * Each call that must not come is a violation, which begins with the number of the rule that was
 * broken: a write on another thread (T1), without a producer (R4), in a later step than the one
 * which paused (R1) or stopped (R3), after a write that failed (E5), after the producer had failed
 * (E1). It takes such a chunk all the same. To act from inside a call, connect to
 * [signal@PullToPushTesting.Consumer::event].
 *
 * ## Threads
 *
 * Make it on the context on which it is to be used, and call its functions there.
 *
 * Since: 1.0
 */

enum
{
  EVENT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void ptp_testing_consumer_iface_init (PtpConsumerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpTestingConsumer,
                               ptp_testing_consumer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER,
                                                      ptp_testing_consumer_iface_init))

static void
tell (PtpTestingConsumer *self, const char *word)
{
  g_signal_emit (self, signals[EVENT], g_quark_from_string (word), word);
}

static gboolean
refuse (PtpTestingConsumer *self, GError **error)
{
  g_set_error_literal (error, PTP_ERROR, PTP_ERROR_CLOSED, "The testing consumer is closed");
  return FALSE;
}

static gboolean
ptp_testing_consumer_register_push_producer (PtpConsumer *consumer,
                                             PtpPushProducer *producer,
                                             GError **error)
{
  PtpTestingConsumer *self = PTP_TESTING_CONSUMER (consumer);

  ptp_testing_log_check_context (&self->log, "register_push_producer");
  ptp_testing_log_event (&self->log, "register %s", G_OBJECT_TYPE_NAME (producer));
  if (self->producer != NULL)
    ptp_testing_log_violation (&self->log, "L10", "a second producer was registered");
  if (self->closed)
    return refuse (self, error);

  g_set_object (&self->producer, producer);
  g_clear_error (&self->failure);
  self->paused = self->stopped = self->write_failed = FALSE;
  self->since_resumed = 0;
  tell (self, "register");
  return TRUE;
}

static void
ptp_testing_consumer_unregister_producer (PtpConsumer *consumer)
{
  PtpTestingConsumer *self = PTP_TESTING_CONSUMER (consumer);

  ptp_testing_log_check_context (&self->log, "unregister_producer");
  ptp_testing_log_event (&self->log, "unregister");
  if (self->producer == NULL)
    ptp_testing_log_violation (&self->log, "L9", "a producer was unregistered that was not there");

  self->let_go_at = ptp_testing_moment_now (NULL);
  self->paused = FALSE;
  g_clear_object (&self->producer);
  tell (self, "unregister");
}

static void
check_write (PtpTestingConsumer *self)
{
  ptp_testing_log_check_context (&self->log, "write");
  if (self->barred_rule != NULL)
    ptp_testing_log_violation (&self->log, self->barred_rule, "%s", self->barred_why);
  if (self->write_failed)
    ptp_testing_log_violation (&self->log, "E5", "it was written to after a write had failed");
  if (self->failure != NULL)
    ptp_testing_log_violation (&self->log, "E1", "it was written to after the producer had failed");
  if (self->stopped && !ptp_testing_moment_is_now (&self->stopped_at, NULL))
    ptp_testing_log_violation (&self->log, "R3", "it was written to after it had stopped");
  else if (self->producer == NULL && !self->unattended && !self->stopped
           && !ptp_testing_moment_is_now (&self->let_go_at, NULL))
    ptp_testing_log_violation (&self->log, "R4", "it was written to with no producer registered");
  if (self->paused && !ptp_testing_moment_is_now (&self->paused_at, self->producer))
    ptp_testing_log_violation (&self->log, "R1", "it was written to while it was paused");
}

static void
keep (PtpTestingConsumer *self, GBytes *bytes)
{
  gsize size = g_bytes_get_size (bytes);

  g_mutex_lock (&self->log.lock);
  g_ptr_array_add (self->chunks, g_bytes_ref (bytes));
  self->total += size;
  self->since_resumed += size;
  g_mutex_unlock (&self->log.lock);
}

static gboolean
ptp_testing_consumer_write (PtpConsumer *consumer, GBytes *bytes, GError **error)
{
  g_autoptr (PtpTestingConsumer) self = g_object_ref (PTP_TESTING_CONSUMER (consumer));

  check_write (self);
  ptp_testing_log_event (&self->log, "write %" G_GSIZE_FORMAT, g_bytes_get_size (bytes));
  self->n_writes++;
  if (self->closed)
    return refuse (self, error);
  if (self->n_writes == self->fail_write)
    {
      self->write_failed = TRUE;
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "Write %u was told to fail",
                   self->n_writes);
      return FALSE;
    }

  keep (self, bytes);
  tell (self, "write");
  if (self->pause_after > 0 && self->since_resumed >= self->pause_after)
    ptp_testing_consumer_pause (self);
  return TRUE;
}

static void
ptp_testing_consumer_producer_failed (PtpConsumer *consumer, const GError *error)
{
  PtpTestingConsumer *self = PTP_TESTING_CONSUMER (consumer);

  ptp_testing_log_check_context (&self->log, "producer_failed");
  ptp_testing_log_event (&self->log, "producer-failed %s", error->message);
  if (self->failure != NULL)
    ptp_testing_log_violation (&self->log, "E1", "producer_failed was called twice");
  if (self->producer == NULL && !self->unattended)
    ptp_testing_log_violation (&self->log, "E1", "producer_failed came when none was registered");

  g_clear_error (&self->failure);
  self->failure = g_error_copy (error);
  tell (self, "producer-failed");
}

static void
ptp_testing_consumer_iface_init (PtpConsumerInterface *iface)
{
  iface->register_push_producer = ptp_testing_consumer_register_push_producer;
  iface->unregister_producer = ptp_testing_consumer_unregister_producer;
  iface->write = ptp_testing_consumer_write;
  iface->producer_failed = ptp_testing_consumer_producer_failed;
}

static void
ptp_testing_consumer_dispose (GObject *object)
{
  PtpTestingConsumer *self = PTP_TESTING_CONSUMER (object);

  g_clear_object (&self->producer);

  G_OBJECT_CLASS (ptp_testing_consumer_parent_class)->dispose (object);
}

static void
ptp_testing_consumer_finalize (GObject *object)
{
  PtpTestingConsumer *self = PTP_TESTING_CONSUMER (object);

  g_clear_pointer (&self->chunks, g_ptr_array_unref);
  g_clear_error (&self->failure);
  ptp_testing_log_clear (&self->log);

  G_OBJECT_CLASS (ptp_testing_consumer_parent_class)->finalize (object);
}

static void
ptp_testing_consumer_class_init (PtpTestingConsumerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ptp_testing_consumer_dispose;
  object_class->finalize = ptp_testing_consumer_finalize;
  ptp_testing_consumer_install_properties (object_class);

  /**
   * PtpTestingConsumer::event:
   * @self: the consumer
   * @name: `register`, `write`, `producer-failed` or `unregister`, which is the detail of the
   *   signal too
   *
   * It was called, and has done its part. A handler runs inside the call, and may do anything.
   *
   * Since: 1.0
   */
  signals[EVENT]
    = g_signal_new ("event", PTP_TESTING_TYPE_CONSUMER, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
ptp_testing_consumer_init (PtpTestingConsumer *self)
{
  ptp_testing_log_init (&self->log);
  self->chunks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}

/* From now on any write breaks @rule. */
void
ptp_testing_consumer_bar (PtpTestingConsumer *self, const char *rule, const char *why)
{
  self->barred_rule = rule;
  self->barred_why = why;
}

void
ptp_testing_consumer_admit (PtpTestingConsumer *self)
{
  self->barred_rule = self->barred_why = NULL;
}

/**
 * ptp_testing_consumer_new:
 *
 * Makes a consumer that takes everything.
 *
 * Returns: (transfer full): a new consumer
 *
 * Since: 1.0
 */
PtpTestingConsumer *
ptp_testing_consumer_new (void)
{
  return g_object_new (PTP_TESTING_TYPE_CONSUMER, NULL);
}

/**
 * ptp_testing_consumer_pause:
 * @self: a consumer
 *
 * Pauses the producer; without one it does nothing.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_pause (PtpTestingConsumer *self)
{
  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  if (self->producer == NULL || self->paused)
    return;

  ptp_testing_log_event (&self->log, "pause");
  self->paused = TRUE;
  self->paused_at = ptp_testing_moment_now (self->producer);
  ptp_push_producer_pause_producing (self->producer);
}

/**
 * ptp_testing_consumer_resume:
 * @self: a consumer
 *
 * Resumes the producer, if it was paused.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_resume (PtpTestingConsumer *self)
{
  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  if (self->producer == NULL || !self->paused)
    return;

  ptp_testing_log_event (&self->log, "resume");
  self->paused = FALSE;
  self->since_resumed = 0;
  ptp_push_producer_resume_producing (self->producer);
}

/**
 * ptp_testing_consumer_stop:
 * @self: a consumer
 *
 * Stops the producer and lets go of it, as a consumer does that dies.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_stop (PtpTestingConsumer *self)
{
  g_autoptr (PtpPushProducer) producer = NULL;

  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  if (!g_set_object (&producer, self->producer))
    return;

  ptp_testing_log_event (&self->log, "stop");
  self->stopped = TRUE;
  self->stopped_at = ptp_testing_moment_now (NULL);
  ptp_push_producer_stop_producing (producer);
  ptp_consumer_unregister_producer (PTP_CONSUMER (self));
}

/**
 * ptp_testing_consumer_close:
 * @self: a consumer
 *
 * Takes nothing any more: registering and writing fail with %PTP_ERROR_CLOSED. A producer that is
 * registered is stopped.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_close (PtpTestingConsumer *self)
{
  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  if (self->closed)
    return;

  ptp_testing_log_event (&self->log, "close");
  self->closed = TRUE;
  ptp_testing_consumer_stop (self);
}
