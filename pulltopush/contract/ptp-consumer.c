/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-consumer-private.h"

#include "ptp-error.h"
#include "ptp-guard-private.h"
#include "ptp-iface-table-private.h"
#include "ptp-quark-private.h"

/**
 * PtpConsumer:
 *
 * Takes chunks, one at a time, and tells its producer to pause and resume.
 *
 * This is Twisted's `IConsumer`. A consumer has at most one producer (rule
 * L10). With a push producer it is the consumer that sets the pace: it calls
 * [method@PullToPush.PushProducer.pause_producing] when it holds enough and
 * [method@PullToPush.PushProducer.resume_producing] when it has room again.
 *
 * A consumer need not know of pull producers: one that is registered with
 * [method@PullToPush.Consumer.register_pull_producer] is wrapped so that the
 * consumer sees a push producer. In Twisted every consumer had to do that by
 * hand.
 *
 * ## Threads
 *
 * All functions of a consumer are called on the context of its stream only
 * (rule T1).
 *
 * Since: 1.0
 */

G_DEFINE_INTERFACE (PtpConsumer, ptp_consumer, G_TYPE_OBJECT)

/* Not G_DEFINE_QUARK(), after which the formatter loses its way. */
static GQuark
registration_quark (void)
{
  static guint quark;

  return ptp_quark_get (&quark, "ptp-consumer-registration");
}

static void
ptp_consumer_real_producer_failed (PtpConsumer *self, const GError *error)
{
}

static void
ptp_consumer_default_init (PtpConsumerInterface *iface)
{
  iface->producer_failed = ptp_consumer_real_producer_failed;
}

static gpointer
get_registration (PtpConsumer *self)
{
  return g_object_get_qdata (G_OBJECT (self), registration_quark ());
}

/* What would go wrong later goes wrong now, while there is somebody to tell. */
static gboolean
check_consumer (PtpConsumer *self, GError **error)
{
  PtpConsumerInterface *iface = PTP_CONSUMER_GET_IFACE (self);

  return ptp_guard_slot (self, iface, write, error)
         && ptp_guard_slot (self, iface, unregister_producer, error);
}

static gboolean
check_push_producer (PtpPushProducer *producer, GError **error)
{
  PtpPushProducerInterface *iface = PTP_PUSH_PRODUCER_GET_IFACE (producer);

  return ptp_guard_slot (producer, iface, pause_producing, error)
         && ptp_guard_slot (producer, iface, resume_producing, error)
         && ptp_guard_slot (producer, iface, stop_producing, error);
}

gboolean
ptp_consumer_check_pull_producer (PtpPullProducer *producer, GError **error)
{
  PtpPullProducerInterface *iface = PTP_PULL_PRODUCER_GET_IFACE (producer);

  return ptp_guard_slot (producer, iface, produce, error);
}

/* The registration is there before the consumer is asked, so that it may pause, resume and even
 * unregister from inside.
 */
static gboolean
admit (PtpConsumer *self, gpointer producer, GError **error)
{
  gpointer registered = get_registration (self);

  if (registered != NULL)
    {
      g_set_error (error, PTP_ERROR, PTP_ERROR_ALREADY_REGISTERED,
                   "%s cannot be registered: %s has a producer, %s; unregister that first",
                   G_OBJECT_TYPE_NAME (producer), G_OBJECT_TYPE_NAME (self),
                   G_OBJECT_TYPE_NAME (registered));
      return FALSE;
    }

  g_object_set_qdata_full (G_OBJECT (self), registration_quark (), g_object_ref (producer),
                           g_object_unref);
  return TRUE;
}

/* The consumer may have unregistered it from inside. */
static void
withdraw (PtpConsumer *self, gpointer producer)
{
  if (get_registration (self) == producer)
    g_object_set_qdata (G_OBJECT (self), registration_quark (), NULL);
}

gboolean
ptp_consumer_pulls (PtpConsumer *self)
{
  return PTP_CONSUMER_GET_IFACE (self)->register_pull_producer != NULL;
}

gboolean
ptp_consumer_try_register_push (PtpConsumer *self, PtpPushProducer *producer, GError **error)
{
  PtpConsumerInterface *iface = PTP_CONSUMER_GET_IFACE (self);
  GError *local = NULL;
  gboolean result;

  if (!ptp_guard_slot (self, iface, register_push_producer, error) || !check_consumer (self, error)
      || !check_push_producer (producer, error) || !admit (self, producer, error))
    return FALSE;

  result = iface->register_push_producer (self, producer, &local);
  if (ptp_guard_boolean (self, "register_push_producer", result, local, error))
    return TRUE;

  withdraw (self, producer);
  return FALSE;
}

gboolean
ptp_consumer_try_register_pull (PtpConsumer *self, PtpPullProducer *producer, GError **error)
{
  PtpConsumerInterface *iface = PTP_CONSUMER_GET_IFACE (self);
  GError *local = NULL;
  gboolean result;

  if (!ptp_guard_slot (self, iface, register_pull_producer, error) || !check_consumer (self, error)
      || !ptp_consumer_check_pull_producer (producer, error) || !admit (self, producer, error))
    return FALSE;

  result = iface->register_pull_producer (self, producer, &local);
  if (ptp_guard_boolean (self, "register_pull_producer", result, local, error))
    return TRUE;

  withdraw (self, producer);
  return FALSE;
}

gboolean
ptp_consumer_unregister_this (PtpConsumer *self, gpointer registered)
{
  if (get_registration (self) != registered)
    return FALSE;

  ptp_consumer_unregister_producer (self);
  return TRUE;
}

/**
 * ptp_consumer_register_push_producer:
 * @self: a consumer
 * @producer: a producer that streams until paused
 * @error: return location for an error
 *
 * Makes @producer the one that writes to this consumer.
 *
 * The consumer keeps a reference until
 * [method@PullToPush.Consumer.unregister_producer]. In Twisted this is
 * `registerProducer (producer, True)`.
 *
 * Fails with %PTP_ERROR_ALREADY_REGISTERED if there is a producer; that one and
 * the newcomer are left as they are (rule L10). Fails with %PTP_ERROR_CLOSED if
 * the consumer takes nothing any more; the newcomer is stopped, once (rule L11).
 * Fails with %PTP_ERROR_NOT_IMPLEMENTED if either lacks a virtual function that
 * it must implement (rule E3). The consumer may pause the producer from inside.
 *
 * Call it on the context on which @producer is to write (rule T1).
 *
 * Returns: true when registered
 *
 * Since: 1.0
 */
gboolean
ptp_consumer_register_push_producer (PtpConsumer *self, PtpPushProducer *producer, GError **error)
{
  g_autoptr (PtpPushProducer) kept = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (PTP_IS_CONSUMER (self), FALSE);
  g_return_val_if_fail (PTP_IS_PUSH_PRODUCER (producer), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  /* The consumer may drop what the caller has. */
  kept = g_object_ref (producer);
  if (ptp_consumer_try_register_push (self, producer, &local))
    return TRUE;

  if (g_error_matches (local, PTP_ERROR, PTP_ERROR_CLOSED))
    ptp_push_producer_stop_producing (producer);

  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/**
 * ptp_consumer_unregister_producer:
 * @self: a consumer
 *
 * Lets go of the registered producer.
 *
 * The consumer is told, then a push producer is told with
 * [method@PullToPush.PushProducer.unregistered], which ends the stream of a
 * [class@PullToPush.PullToPush] as finished, whatever the consumer's own code
 * does. Without a producer this does nothing, silently (rule L9). The consumer
 * can be given a new producer at once, also from inside a callback (rule L16).
 * In Twisted this is `unregisterProducer`.
 *
 * It is called on the context of the stream only (rule T1).
 *
 * Since: 1.0
 */
void
ptp_consumer_unregister_producer (PtpConsumer *self)
{
  g_autoptr (GObject) registered = NULL;
  PtpConsumerInterface *iface;

  g_return_if_fail (PTP_IS_CONSUMER (self));

  registered = g_object_steal_qdata (G_OBJECT (self), registration_quark ());
  if (registered == NULL)
    return;

  iface = PTP_CONSUMER_GET_IFACE (self);
  if (ptp_guard_slot (self, iface, unregister_producer, NULL))
    iface->unregister_producer (self);

  if (PTP_IS_PUSH_PRODUCER (registered))
    ptp_push_producer_unregistered (PTP_PUSH_PRODUCER (registered));
}

/**
 * ptp_consumer_write:
 * @self: a consumer
 * @bytes: a chunk, of any size; the consumer takes its own reference
 * @error: return location for an error
 *
 * Gives the consumer one chunk.
 *
 * It never blocks. A producer calls it from inside its
 * [vfunc@PullToPush.PullProducer.produce] and passes an error on (rule E5). An
 * empty chunk is a chunk, not an end (rule L14). The consumer may pause or stop
 * its producer from inside. In Twisted this is `write`.
 *
 * Fails with %PTP_ERROR_OVERFLOW if the chunk would pass a hard limit (rule
 * B2), %PTP_ERROR_CLOSED if the consumer is closed, %PTP_ERROR_NOT_IMPLEMENTED
 * (rule E3), %PTP_ERROR_FAILED if the implementation did not say why (rule E2),
 * or an error of the consumer's own.
 *
 * It is called on the context of the stream only (rule T1).
 *
 * Returns: true when the chunk was taken, all of it
 *
 * Since: 1.0
 */
gboolean
ptp_consumer_write (PtpConsumer *self, GBytes *bytes, GError **error)
{
  PtpConsumerInterface *iface = ptp_consumer_peek_iface (self);
  GError *local = NULL;
  gboolean result;

  ptp_return_if_not_found (iface, PTP_IS_CONSUMER (self), FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!ptp_guard_slot (self, iface, write, error))
    return FALSE;

  result = iface->write (self, bytes, &local);
  return ptp_guard_boolean (self, "write", result, local, error);
}

/**
 * ptp_consumer_producer_failed:
 * @self: a consumer
 * @error: why
 *
 * Tells the consumer that its producer failed, before it is unregistered.
 *
 * [class@PullToPush.PullToPush] calls this once (rule E1), and not on a consumer
 * that has unregistered it; call it yourself only from a push producer of your
 * own. Twisted has no such call: there the consumer
 * never learns why.
 *
 * It is called on the context of the stream only (rule T1).
 *
 * Since: 1.0
 */
void
ptp_consumer_producer_failed (PtpConsumer *self, const GError *error)
{
  PtpConsumerInterface *iface;

  g_return_if_fail (PTP_IS_CONSUMER (self));
  g_return_if_fail (error != NULL);

  iface = PTP_CONSUMER_GET_IFACE (self);
  if (ptp_guard_slot (self, iface, producer_failed, NULL))
    iface->producer_failed (self, error);
}
