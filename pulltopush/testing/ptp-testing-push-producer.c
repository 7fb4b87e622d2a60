/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-push-producer.h"

#include "ptp-testing-log-private.h"

/**
 * PtpTestingPushProducer:
 *
 * A push producer that writes when the test says so, and writes down what it is told.
 *
 * It watches over its consumer: each call that must not come is a violation, which begins with the
 * number of the rule that was broken. It keeps no reference to the consumer. To act from inside a
 * call, connect to [signal@PullToPushTesting.PushProducer::event].
 *
 * ## Threads
 *
 * Make it on the context on which it is to be used, and call its functions there.
 *
 * Since: 1.0
 */
struct _PtpTestingPushProducer
{
  GObject parent_instance;

  PtpTestingLog log;
  GWeakRef consumer; /* PtpConsumer */
  guint n_paused;
  guint n_resumed;
  guint n_stopped;
  guint n_unregistered;
  gboolean paused;
};

enum
{
  EVENT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void ptp_testing_push_producer_iface_init (PtpPushProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpTestingPushProducer,
                               ptp_testing_push_producer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PUSH_PRODUCER,
                                                      ptp_testing_push_producer_iface_init))

static void
take_call (PtpTestingPushProducer *self, const char *word)
{
  ptp_testing_log_check_context (&self->log, word);
  if (self->n_unregistered > 0)
    ptp_testing_log_violation (&self->log, "L15", "%s was called by a consumer that had let go",
                               word);
  ptp_testing_log_event (&self->log, "%s", word);
}

static void
tell (PtpTestingPushProducer *self, const char *word)
{
  g_signal_emit (self, signals[EVENT], g_quark_from_string (word), word);
}

static void
ptp_testing_push_producer_pause_producing (PtpPushProducer *producer)
{
  PtpTestingPushProducer *self = PTP_TESTING_PUSH_PRODUCER (producer);

  take_call (self, "pause");
  self->n_paused++;
  self->paused = TRUE;
  tell (self, "pause");
}

static void
ptp_testing_push_producer_resume_producing (PtpPushProducer *producer)
{
  PtpTestingPushProducer *self = PTP_TESTING_PUSH_PRODUCER (producer);

  take_call (self, "resume");
  self->n_resumed++;
  self->paused = FALSE;
  tell (self, "resume");
}

static void
ptp_testing_push_producer_stop_producing (PtpPushProducer *producer)
{
  PtpTestingPushProducer *self = PTP_TESTING_PUSH_PRODUCER (producer);

  take_call (self, "stop");
  if (self->n_stopped > 0)
    ptp_testing_log_violation (&self->log, "L7", "stop was called twice");
  self->n_stopped++;
  tell (self, "stop");
}

static void
ptp_testing_push_producer_unregistered (PtpPushProducer *producer)
{
  PtpTestingPushProducer *self = PTP_TESTING_PUSH_PRODUCER (producer);

  take_call (self, "unregistered");
  self->n_unregistered++;
  tell (self, "unregistered");
}

static void
ptp_testing_push_producer_iface_init (PtpPushProducerInterface *iface)
{
  iface->pause_producing = ptp_testing_push_producer_pause_producing;
  iface->resume_producing = ptp_testing_push_producer_resume_producing;
  iface->stop_producing = ptp_testing_push_producer_stop_producing;
  iface->unregistered = ptp_testing_push_producer_unregistered;
}

static void
ptp_testing_push_producer_finalize (GObject *object)
{
  PtpTestingPushProducer *self = PTP_TESTING_PUSH_PRODUCER (object);

  g_weak_ref_clear (&self->consumer);
  ptp_testing_log_clear (&self->log);

  G_OBJECT_CLASS (ptp_testing_push_producer_parent_class)->finalize (object);
}

static void
ptp_testing_push_producer_class_init (PtpTestingPushProducerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ptp_testing_push_producer_finalize;

  /**
   * PtpTestingPushProducer::event:
   * @self: the producer
   * @name: `pause`, `resume`, `stop` or `unregistered`, which is the detail of the signal too
   *
   * It was called. A handler runs inside the call.
   *
   * Since: 1.0
   */
  signals[EVENT]
    = g_signal_new ("event", PTP_TESTING_TYPE_PUSH_PRODUCER, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED,
                    0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
ptp_testing_push_producer_init (PtpTestingPushProducer *self)
{
  ptp_testing_log_init (&self->log);
  g_weak_ref_init (&self->consumer, NULL);
}

/**
 * ptp_testing_push_producer_new:
 * @consumer: whom it writes to; it keeps no reference
 *
 * Makes a producer; register it with
 * [method@PullToPush.Consumer.register_push_producer].
 *
 * Returns: (transfer full): a new producer
 *
 * Since: 1.0
 */
PtpTestingPushProducer *
ptp_testing_push_producer_new (PtpConsumer *consumer)
{
  PtpTestingPushProducer *self;

  g_return_val_if_fail (PTP_IS_CONSUMER (consumer), NULL);

  self = g_object_new (PTP_TESTING_TYPE_PUSH_PRODUCER, NULL);
  g_weak_ref_set (&self->consumer, consumer);

  return self;
}

/**
 * ptp_testing_push_producer_get_paused:
 * @self: a producer
 *
 * Tells whether it was paused and not resumed.
 *
 * Returns: true while it is paused
 *
 * Since: 1.0
 */
gboolean
ptp_testing_push_producer_get_paused (PtpTestingPushProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self), FALSE);

  return self->paused;
}

/**
 * ptp_testing_push_producer_get_n_paused:
 * @self: a producer
 *
 * Gets how often it was paused.
 *
 * Returns: the number of times
 *
 * Since: 1.0
 */
guint
ptp_testing_push_producer_get_n_paused (PtpTestingPushProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self), 0);

  return self->n_paused;
}

/**
 * ptp_testing_push_producer_get_n_resumed:
 * @self: a producer
 *
 * Gets how often it was resumed.
 *
 * Returns: the number of times
 *
 * Since: 1.0
 */
guint
ptp_testing_push_producer_get_n_resumed (PtpTestingPushProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self), 0);

  return self->n_resumed;
}

/**
 * ptp_testing_push_producer_get_n_stopped:
 * @self: a producer
 *
 * Gets how often it was stopped; more than once is a violation.
 *
 * Returns: the number of times
 *
 * Since: 1.0
 */
guint
ptp_testing_push_producer_get_n_stopped (PtpTestingPushProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self), 0);

  return self->n_stopped;
}

/**
 * ptp_testing_push_producer_get_n_unregistered:
 * @self: a producer
 *
 * Gets how often its consumer has let go of it.
 *
 * Returns: the number of times
 *
 * Since: 1.0
 */
guint
ptp_testing_push_producer_get_n_unregistered (PtpTestingPushProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self), 0);

  return self->n_unregistered;
}

/**
 * ptp_testing_push_producer_dup_events:
 * @self: a producer
 *
 * Gets what was called, in order: `pause`, `resume`, `stop`, `unregistered`.
 *
 * Returns: (transfer full): the events
 *
 * Since: 1.0
 */
GStrv
ptp_testing_push_producer_dup_events (PtpTestingPushProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self), NULL);

  return ptp_testing_log_dup_events (&self->log);
}

/**
 * ptp_testing_push_producer_dup_violations:
 * @self: a producer
 *
 * Gets which rules were broken by its consumer.
 *
 * Returns: (transfer full): a text each, which begins with the rule; none if all is well
 *
 * Since: 1.0
 */
GStrv
ptp_testing_push_producer_dup_violations (PtpTestingPushProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self), NULL);

  return ptp_testing_log_dup_violations (&self->log);
}

/**
 * ptp_testing_push_producer_write:
 * @self: a producer
 * @bytes: what to write
 * @error: return location for an error
 *
 * Writes to the consumer.
 *
 * It writes also while it is paused, so that a consumer can be shown a producer that does not heed
 * it. Fails as [method@PullToPush.Consumer.write] does, and with %PTP_ERROR_CLOSED if the consumer
 * is no more, or has stopped or unregistered this producer.
 *
 * Returns: true when the consumer took all of it
 *
 * Since: 1.0
 */
gboolean
ptp_testing_push_producer_write (PtpTestingPushProducer *self, GBytes *bytes, GError **error)
{
  g_autoptr (PtpConsumer) consumer = NULL;

  g_return_val_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self), FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  consumer = g_weak_ref_get (&self->consumer);
  if (consumer == NULL || self->n_stopped > 0 || self->n_unregistered > 0)
    {
      g_set_error_literal (error, PTP_ERROR, PTP_ERROR_CLOSED,
                           "The consumer has let go of this producer");
      return FALSE;
    }

  return ptp_consumer_write (consumer, bytes, error);
}

/**
 * ptp_testing_push_producer_finish:
 * @self: a producer
 *
 * Says that there is nothing left: unregisters itself.
 *
 * Since: 1.0
 */
void
ptp_testing_push_producer_finish (PtpTestingPushProducer *self)
{
  g_autoptr (PtpConsumer) consumer = NULL;

  g_return_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self));

  consumer = g_weak_ref_get (&self->consumer);
  if (consumer != NULL && self->n_unregistered == 0)
    ptp_consumer_unregister_producer (consumer);
}

/**
 * ptp_testing_push_producer_fail:
 * @self: a producer
 * @error: why
 *
 * Fails: tells the consumer why and unregisters itself (rule E1).
 *
 * Since: 1.0
 */
void
ptp_testing_push_producer_fail (PtpTestingPushProducer *self, const GError *error)
{
  g_autoptr (PtpConsumer) consumer = NULL;

  g_return_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self));
  g_return_if_fail (error != NULL);

  consumer = g_weak_ref_get (&self->consumer);
  if (consumer == NULL || self->n_unregistered > 0)
    return;

  ptp_consumer_producer_failed (consumer, error);
  if (self->n_unregistered == 0)
    ptp_consumer_unregister_producer (consumer);
}
