/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-push-producer-private.h"

#include "ptp-consumer.h"
#include "ptp-guard-private.h"
#include "ptp-iface-table-private.h"
#include "ptp-quark-private.h"

/**
 * PtpPushProducer:
 *
 * Produces on its own until it is paused.
 *
 * Twisted calls this a streaming producer, `IPushProducer`. A consumer that has
 * been given one with [method@PullToPush.Consumer.register_push_producer] pauses
 * it when it has enough, resumes it when it has room, and stops it when it breaks.
 *
 * A push producer of your own ends what it writes by itself: it calls
 * [method@PullToPush.Consumer.finish] when all is written, or
 * [method@PullToPush.Consumer.abort] when it is not, waits with
 * [method@PullToPush.Consumer.wait_settled_async], and then unregisters itself.
 *
 * [class@PullToPush.PullToPush] makes one from any
 * [iface@PullToPush.PullProducer].
 *
 * ## Threads
 *
 * The virtual functions are called on the context of the consumer. An
 * implementation may allow more: [class@PullToPush.PullToPush] may be paused,
 * resumed and stopped from any thread.
 *
 * Since: 1.0
 */

G_DEFINE_INTERFACE (PtpPushProducer, ptp_push_producer, G_TYPE_OBJECT)

static const PtpPushProducerHooks *own_hooks; /* atomic, (nullable) */

static GQuark
paused_quark (void)
{
  static guint quark;

  return ptp_quark_get (&quark, "ptp-push-producer-paused");
}

static void
ptp_push_producer_real_registered (PtpPushProducer *self, PtpConsumer *consumer)
{
}

static void
ptp_push_producer_real_unregistered (PtpPushProducer *self)
{
}

static void
ptp_push_producer_default_init (PtpPushProducerInterface *iface)
{
  iface->registered = ptp_push_producer_real_registered;
  iface->unregistered = ptp_push_producer_real_unregistered;
}

void
ptp_push_producer_set_hooks (const PtpPushProducerHooks *hooks)
{
  g_atomic_pointer_set (&own_hooks, hooks);
}

/* NULL for a producer of somebody else's. */
static const PtpPushProducerHooks *
get_hooks (PtpPushProducerInterface *iface)
{
  const PtpPushProducerHooks *hooks = g_atomic_pointer_get (&own_hooks);

  return hooks != NULL && iface->pause_producing == hooks->pause_producing ? hooks : NULL;
}

/* A producer of somebody else's does not say whether it is paused, so that is noted beside it. */
static void
note_paused (PtpPushProducer *self, PtpPushProducerInterface *iface, gboolean paused)
{
  if (get_hooks (iface) == NULL)
    g_object_set_qdata (G_OBJECT (self), paused_quark (), GINT_TO_POINTER (paused));
}

gboolean
ptp_push_producer_is_paused (PtpPushProducer *self)
{
  const PtpPushProducerHooks *hooks = get_hooks (PTP_PUSH_PRODUCER_GET_IFACE (self));

  if (hooks != NULL)
    return hooks->is_paused (self);

  return g_object_get_qdata (G_OBJECT (self), paused_quark ()) != NULL;
}

void
ptp_push_producer_forget_pause (PtpPushProducer *self)
{
  note_paused (self, PTP_PUSH_PRODUCER_GET_IFACE (self), FALSE);
}

void
ptp_push_producer_write_failed (PtpPushProducer *self, const GError *error)
{
  const PtpPushProducerHooks *hooks = get_hooks (PTP_PUSH_PRODUCER_GET_IFACE (self));

  if (hooks != NULL)
    hooks->write_failed (self, error);
}

void
ptp_push_producer_consumer_told (PtpPushProducer *self)
{
  const PtpPushProducerHooks *hooks = get_hooks (PTP_PUSH_PRODUCER_GET_IFACE (self));

  if (hooks != NULL)
    hooks->consumer_told (self);
}

/**
 * ptp_push_producer_pause_producing:
 * @self: a push producer
 *
 * Tells the producer to write nothing until it is resumed.
 *
 * A consumer calls this, often from inside its own
 * [vfunc@PullToPush.Consumer.write]. Pausing twice is pausing once (rule L5). In
 * Twisted this is `pauseProducing`.
 *
 * Call it on the context of the consumer; a [class@PullToPush.PullToPush]
 * allows it from any thread (rule T2).
 *
 * Since: 1.0
 */
void
ptp_push_producer_pause_producing (PtpPushProducer *self)
{
  PtpPushProducerInterface *iface = ptp_push_producer_peek_iface (self);

  ptp_return_if_not_found (iface, PTP_IS_PUSH_PRODUCER (self));

  if (!ptp_guard_slot (self, iface, pause_producing, NULL))
    return;

  note_paused (self, iface, TRUE);
  iface->pause_producing (self);
}

/**
 * ptp_push_producer_resume_producing:
 * @self: a push producer
 *
 * Tells the producer to go on after a pause.
 *
 * Without a pause it does nothing (rule L4). In Twisted this is
 * `resumeProducing`.
 *
 * Call it on the context of the consumer; a [class@PullToPush.PullToPush]
 * allows it from any thread (rule T2).
 *
 * Since: 1.0
 */
void
ptp_push_producer_resume_producing (PtpPushProducer *self)
{
  PtpPushProducerInterface *iface = ptp_push_producer_peek_iface (self);

  ptp_return_if_not_found (iface, PTP_IS_PUSH_PRODUCER (self));

  if (!ptp_guard_slot (self, iface, resume_producing, NULL))
    return;

  note_paused (self, iface, FALSE);
  iface->resume_producing (self);
}

/**
 * ptp_push_producer_stop_producing:
 * @self: a push producer
 * @reason: why; the error of a consumer that broke, or %PTP_ERROR_STOPPED if
 *   nobody needs more
 *
 * Tells the producer to stop: nothing will be taken any more.
 *
 * A consumer that breaks calls it with its error, which becomes the error of the
 * stream and the reason that the source hears (rule E11). The stream then calls
 * [method@PullToPush.Consumer.abort] and unregisters; the consumer waits for
 * that. A consumer that has enough, and is well, calls
 * [method@PullToPush.Consumer.unregister_producer] instead.
 *
 * In Twisted this is `stopProducing`, which takes no reason.
 *
 * Call it on the context of the consumer; a [class@PullToPush.PullToPush]
 * allows it from any thread (rule T2).
 *
 * Since: 1.0
 */
void
ptp_push_producer_stop_producing (PtpPushProducer *self, const GError *reason)
{
  PtpPushProducerInterface *iface;

  g_return_if_fail (PTP_IS_PUSH_PRODUCER (self));
  g_return_if_fail (reason != NULL);

  iface = PTP_PUSH_PRODUCER_GET_IFACE (self);
  if (ptp_guard_slot (self, iface, stop_producing, NULL))
    iface->stop_producing (self, reason);
}

/**
 * ptp_push_producer_registered:
 * @self: a push producer
 * @consumer: where the producer writes to from now on
 *
 * Tells the producer which consumer it has been registered with.
 *
 * [method@PullToPush.Consumer.register_push_producer] calls this when it has
 * succeeded, and not if the consumer let go of the producer from inside; other
 * code does not need to. Twisted has no such call: there a producer finds out by
 * itself whom to write to.
 *
 * It is called on the context of the consumer.
 *
 * Since: 1.0
 */
void
ptp_push_producer_registered (PtpPushProducer *self, PtpConsumer *consumer)
{
  PtpPushProducerInterface *iface;

  g_return_if_fail (PTP_IS_PUSH_PRODUCER (self));
  g_return_if_fail (PTP_IS_CONSUMER (consumer));

  iface = PTP_PUSH_PRODUCER_GET_IFACE (self);
  if (ptp_guard_slot (self, iface, registered, NULL))
    iface->registered (self, consumer);
}

/**
 * ptp_push_producer_unregistered:
 * @self: a push producer
 *
 * Tells the producer that its consumer has released it.
 *
 * [method@PullToPush.Consumer.unregister_producer] calls this; other code does
 * not need to. Twisted has no such call: there every consumer has to stop the
 * adapter by itself.
 *
 * It is called on the context of the consumer.
 *
 * Since: 1.0
 */
void
ptp_push_producer_unregistered (PtpPushProducer *self)
{
  PtpPushProducerInterface *iface;

  g_return_if_fail (PTP_IS_PUSH_PRODUCER (self));

  iface = PTP_PUSH_PRODUCER_GET_IFACE (self);
  if (ptp_guard_slot (self, iface, unregistered, NULL))
    iface->unregistered (self);
}
