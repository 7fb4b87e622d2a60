/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-push-producer.h"

#include "ptp-guard-private.h"
#include "ptp-iface-table-private.h"

/**
 * PtpPushProducer:
 *
 * Produces on its own until it is paused.
 *
 * Twisted calls this a streaming producer, `IPushProducer`. A consumer that has
 * been given one with [method@PullToPush.Consumer.register_push_producer] pauses
 * it when it has enough, resumes it when it has room, and stops it when it dies.
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

static void
ptp_push_producer_real_unregistered (PtpPushProducer *self)
{
}

static void
ptp_push_producer_default_init (PtpPushProducerInterface *iface)
{
  iface->unregistered = ptp_push_producer_real_unregistered;
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

  if (ptp_guard_slot (self, iface, pause_producing, NULL))
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

  if (ptp_guard_slot (self, iface, resume_producing, NULL))
    iface->resume_producing (self);
}

/**
 * ptp_push_producer_stop_producing:
 * @self: a push producer
 *
 * Tells the producer that its consumer is gone and that nothing will ever be
 * taken again.
 *
 * It is for the consumer to call, which then lets go of the producer by itself
 * with [method@PullToPush.Consumer.unregister_producer]. Whoever else wants to
 * end a stream cancels it, or unregisters the producer.
 *
 * In Twisted this is `stopProducing`.
 *
 * Call it on the context of the consumer; a [class@PullToPush.PullToPush]
 * allows it from any thread (rule T2).
 *
 * Since: 1.0
 */
void
ptp_push_producer_stop_producing (PtpPushProducer *self)
{
  PtpPushProducerInterface *iface;

  g_return_if_fail (PTP_IS_PUSH_PRODUCER (self));

  iface = PTP_PUSH_PRODUCER_GET_IFACE (self);
  if (ptp_guard_slot (self, iface, stop_producing, NULL))
    iface->stop_producing (self);
}

/**
 * ptp_push_producer_unregistered:
 * @self: a push producer
 *
 * Tells the producer that its consumer has let go of it.
 *
 * [method@PullToPush.Consumer.unregister_producer] calls this; you need not.
 * Twisted has no such call: there every consumer has to stop the adapter by
 * itself.
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
