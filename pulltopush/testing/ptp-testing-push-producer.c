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
 * It keeps the protocol of a push producer: it tells its consumer to finish or to abort, waits
 * until the consumer has settled, and then unregisters itself. When the consumer stops it, it does
 * the same in a later turn, with the reason that it was given.
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
  guint n_registered;
  guint n_unregistered;
  gboolean paused;
  gboolean registered;
  gboolean stopped; /* since it was registered */
  gboolean ending;  /* the consumer was told its end */
  GError *reason;   /* (owned) (nullable): what it was stopped with */
  PtpSettlement settlement;
  GError *error; /* (owned) (nullable): how the consumer failed to settle */

  gboolean heedless;
};

typedef enum
{
  PROP_HEEDLESS = 1,
} PtpTestingPushProducerProperty;

static GParamSpec *properties[PROP_HEEDLESS + 1];

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
check_call (PtpTestingPushProducer *self, const char *word)
{
  ptp_testing_log_check_context (&self->log, word);
  if (self->n_unregistered > 0 && !self->registered)
    ptp_testing_log_violation (&self->log, "L15",
                               "%s was called by a consumer that had released it", word);
}

static void
take_call (PtpTestingPushProducer *self, const char *word)
{
  check_call (self, word);
  ptp_testing_log_event (&self->log, "%s", word);
}

static void
tell (PtpTestingPushProducer *self, const char *word)
{
  g_signal_emit (self, signals[EVENT], g_quark_from_string (word), word);
}

/* The end */

static void
leave (PtpTestingPushProducer *self, PtpConsumer *consumer)
{
  if (self->registered)
    ptp_consumer_unregister_producer (consumer, PTP_PUSH_PRODUCER (self));
}

static void
settled_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PtpTestingPushProducer) self = user_data;
  PtpConsumer *consumer = PTP_CONSUMER (source_object);

  g_clear_error (&self->error);
  self->settlement = ptp_consumer_wait_settled_finish (consumer, result, &self->error);
  if (self->error != NULL)
    ptp_testing_log_event (&self->log, "settle-failed %s", self->error->message);
  else
    ptp_testing_log_event (&self->log, "settled %s",
                           self->settlement == PTP_SETTLEMENT_FINISHED ? "finished" : "aborted");
  tell (self, "settled");
  leave (self, consumer);
}

/* Without a reason all is well. An abort may follow a finish: who waits for that waits for both. */
static void
end (PtpTestingPushProducer *self, const GError *reason)
{
  g_autoptr (PtpConsumer) consumer = g_weak_ref_get (&self->consumer);
  gboolean waiting = self->ending;

  if (consumer == NULL || !self->registered)
    return;

  self->ending = TRUE;
  if (reason != NULL)
    ptp_consumer_abort (consumer, reason, NULL);
  else
    ptp_consumer_finish (consumer, NULL);
  if (!waiting)
    ptp_consumer_wait_settled_async (consumer, NULL, settled_cb, g_object_ref (self));
}

static gboolean
abort_cb (gpointer user_data)
{
  PtpTestingPushProducer *self = user_data;

  if (self->stopped)
    end (self, self->reason);

  return G_SOURCE_REMOVE;
}

static void
abort_later (PtpTestingPushProducer *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, abort_cb, g_object_ref (self), g_object_unref);
  g_source_attach (source, self->log.context);
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
ptp_testing_push_producer_stop_producing (PtpPushProducer *producer, const GError *reason)
{
  PtpTestingPushProducer *self = PTP_TESTING_PUSH_PRODUCER (producer);

  check_call (self, "stop");
  ptp_testing_log_event (&self->log, "stop %s", reason->message);
  if (self->stopped)
    ptp_testing_log_violation (&self->log, "L7", "stop was called twice");
  self->n_stopped++;
  self->stopped = TRUE;
  g_clear_error (&self->reason);
  self->reason = g_error_copy (reason);
  if (!self->heedless)
    abort_later (self);
  tell (self, "stop");
}

static void
ptp_testing_push_producer_do_registered (PtpPushProducer *producer, PtpConsumer *consumer)
{
  PtpTestingPushProducer *self = PTP_TESTING_PUSH_PRODUCER (producer);

  ptp_testing_log_check_context (&self->log, "registered");
  ptp_testing_log_event (&self->log, "registered %s", G_OBJECT_TYPE_NAME (consumer));
  if (self->registered)
    ptp_testing_log_violation (&self->log, "L10", "it was registered twice");

  g_weak_ref_set (&self->consumer, consumer);
  self->n_registered++;
  self->registered = TRUE;
  self->stopped = self->ending = FALSE;
  self->settlement = 0;
  g_clear_error (&self->reason);
  g_clear_error (&self->error);
  tell (self, "registered");
}

static void
ptp_testing_push_producer_do_unregistered (PtpPushProducer *producer)
{
  PtpTestingPushProducer *self = PTP_TESTING_PUSH_PRODUCER (producer);

  take_call (self, "unregistered");
  self->n_unregistered++;
  self->registered = FALSE;
  self->paused = FALSE;
  tell (self, "unregistered");
}

static void
ptp_testing_push_producer_iface_init (PtpPushProducerInterface *iface)
{
  iface->pause_producing = ptp_testing_push_producer_pause_producing;
  iface->resume_producing = ptp_testing_push_producer_resume_producing;
  iface->stop_producing = ptp_testing_push_producer_stop_producing;
  iface->registered = ptp_testing_push_producer_do_registered;
  iface->unregistered = ptp_testing_push_producer_do_unregistered;
}

static void
ptp_testing_push_producer_finalize (GObject *object)
{
  PtpTestingPushProducer *self = PTP_TESTING_PUSH_PRODUCER (object);

  g_weak_ref_clear (&self->consumer);
  g_clear_error (&self->reason);
  g_clear_error (&self->error);
  ptp_testing_log_clear (&self->log);

  G_OBJECT_CLASS (ptp_testing_push_producer_parent_class)->finalize (object);
}

static void
ptp_testing_push_producer_get_property (GObject *object,
                                        guint prop_id,
                                        GValue *value,
                                        GParamSpec *pspec)
{
  PtpTestingPushProducer *self = PTP_TESTING_PUSH_PRODUCER (object);

  switch ((PtpTestingPushProducerProperty) prop_id)
    {
    case PROP_HEEDLESS:
      g_value_set_boolean (value, ptp_testing_push_producer_get_heedless (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_testing_push_producer_set_property (GObject *object,
                                        guint prop_id,
                                        const GValue *value,
                                        GParamSpec *pspec)
{
  PtpTestingPushProducer *self = PTP_TESTING_PUSH_PRODUCER (object);

  switch ((PtpTestingPushProducerProperty) prop_id)
    {
    case PROP_HEEDLESS:
      ptp_testing_push_producer_set_heedless (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_testing_push_producer_class_init (PtpTestingPushProducerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = ptp_testing_push_producer_finalize;
  object_class->get_property = ptp_testing_push_producer_get_property;
  object_class->set_property = ptp_testing_push_producer_set_property;

  /**
   * PtpTestingPushProducer:heedless: (getter get_heedless) (setter set_heedless)
   *
   * Whether it only notes that its consumer stops it, and leaves it to the test to end what it
   * wrote.
   *
   * Since: 1.0
   */
  properties[PROP_HEEDLESS] = g_param_spec_boolean ("heedless", NULL, NULL, FALSE, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  /**
   * PtpTestingPushProducer::event:
   * @self: the producer
   * @name: `registered`, `pause`, `resume`, `stop`, `settled` or `unregistered`, which is the
   * detail of the signal too
   *
   * It was called. A handler runs inside the call. With `settled` its consumer has settled, and it
   * is about to unregister itself.
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
 *
 * Makes a producer; register it with
 * [method@PullToPush.Consumer.register_push_producer].
 *
 * Returns: (transfer full): a new producer
 *
 * Since: 1.0
 */
PtpTestingPushProducer *
ptp_testing_push_producer_new (void)
{
  return g_object_new (PTP_TESTING_TYPE_PUSH_PRODUCER, NULL);
}

/**
 * ptp_testing_push_producer_get_heedless: (get-property heedless)
 * @self: a producer
 *
 * Gets whether it only notes that its consumer stops it.
 *
 * Returns: true if it does nothing else
 *
 * Since: 1.0
 */
gboolean
ptp_testing_push_producer_get_heedless (PtpTestingPushProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self), FALSE);

  return self->heedless;
}

/**
 * ptp_testing_push_producer_set_heedless: (set-property heedless)
 * @self: a producer
 * @heedless: whether it does nothing else
 *
 * Sets whether it only notes that its consumer stops it.
 *
 * Since: 1.0
 */
void
ptp_testing_push_producer_set_heedless (PtpTestingPushProducer *self, gboolean heedless)
{
  g_return_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self));

  heedless = heedless != FALSE;
  if (self->heedless == heedless)
    return;

  self->heedless = heedless;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HEEDLESS]);
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
 * ptp_testing_push_producer_get_n_registered:
 * @self: a producer
 *
 * Gets how often it was registered with a consumer.
 *
 * Returns: the number of times
 *
 * Since: 1.0
 */
guint
ptp_testing_push_producer_get_n_registered (PtpTestingPushProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self), 0);

  return self->n_registered;
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
 * ptp_testing_push_producer_get_reason:
 * @self: a producer
 *
 * Gets why its consumer stopped it.
 *
 * Returns: (nullable) (transfer none): the reason; %NULL if it did not
 *
 * Since: 1.0
 */
const GError *
ptp_testing_push_producer_get_reason (PtpTestingPushProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self), NULL);

  return self->reason;
}

/**
 * ptp_testing_push_producer_get_settlement:
 * @self: a producer
 *
 * Gets how its consumer settled.
 *
 * Returns: the settlement; 0 if it has not settled, or failed to
 *
 * Since: 1.0
 */
PtpSettlement
ptp_testing_push_producer_get_settlement (PtpTestingPushProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self), 0);

  return self->settlement;
}

/**
 * ptp_testing_push_producer_get_error:
 * @self: a producer
 *
 * Gets how its consumer failed to finish or to abort.
 *
 * Returns: (nullable) (transfer none): the error; %NULL if it has not settled, or settled well
 *
 * Since: 1.0
 */
const GError *
ptp_testing_push_producer_get_error (PtpTestingPushProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self), NULL);

  return self->error;
}

/**
 * ptp_testing_push_producer_dup_events:
 * @self: a producer
 *
 * Gets what was called, in order: `registered TYPE`, `pause`, `resume`, `stop MESSAGE`,
 * `settled finished`, `settled aborted`, `settle-failed MESSAGE`, `unregistered`.
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
 * it. Fails as [method@PullToPush.Consumer.write] does, and with %PTP_ERROR_CLOSED if it is not
 * registered, or its consumer is gone or has stopped it.
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
  if (consumer == NULL || self->stopped || !self->registered)
    {
      g_set_error_literal (error, PTP_ERROR, PTP_ERROR_CLOSED,
                           "No consumer takes anything from this producer");
      return FALSE;
    }

  return ptp_consumer_write (consumer, bytes, error);
}

/**
 * ptp_testing_push_producer_finish:
 * @self: a producer
 *
 * Says that there is nothing left: tells the consumer to finish, waits until it has settled, and
 * then unregisters itself. It does nothing while it is not registered.
 *
 * Since: 1.0
 */
void
ptp_testing_push_producer_finish (PtpTestingPushProducer *self)
{
  g_return_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self));

  end (self, NULL);
}

/**
 * ptp_testing_push_producer_fail:
 * @self: a producer
 * @error: why
 *
 * Fails: tells the consumer to abort, waits until it has settled, and then unregisters itself (rule
 * E1). It may follow a finish that is pending. It does nothing while it is not registered.
 *
 * Since: 1.0
 */
void
ptp_testing_push_producer_fail (PtpTestingPushProducer *self, const GError *error)
{
  g_return_if_fail (PTP_TESTING_IS_PUSH_PRODUCER (self));
  g_return_if_fail (error != NULL);

  end (self, error);
}
