/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-pull-producer.h"

#include "ptp-consumer.h"
#include "ptp-driver-private.h"
#include "ptp-error.h"
#include "ptp-guard-private.h"
#include "ptp-iface-table-private.h"

/**
 * PtpPullProducer:
 *
 * Produces one chunk each time it is asked.
 *
 * Twisted calls this a non-streaming producer, `IPullProducer`. It is the
 * simplest source to write: one virtual function that writes at most one chunk
 * to the consumer it is given and says how it went. It holds no reference to
 * the consumer, so that one producer class serves every consumer and no cycle
 * can leak.
 *
 * A producer that has nothing right now returns %PTP_STEP_RESULT_PENDING and
 * emits [signal@PullToPush.PullProducer::ready] later; until then the stream
 * costs nothing.
 *
 * A producer always hears of its end. Either it says so itself: it answers
 * %PTP_STEP_RESULT_FINISHED, fails, or emits
 * [signal@PullToPush.PullProducer::broken]. Or
 * [vfunc@PullToPush.PullProducer.cancel] is called, once, with the reason (rule
 * L7).
 *
 * ## Threads
 *
 * The virtual functions are called on the context of the stream only (rule T1).
 * The signals may be emitted from any thread (rule T2).
 *
 * Since: 1.0
 */

enum
{
  READY,
  BROKEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_INTERFACE (PtpPullProducer, ptp_pull_producer, G_TYPE_OBJECT)

static void
ptp_pull_producer_real_cancel (PtpPullProducer *self, const GError *reason)
{
}

static void
ready_cb (PtpPullProducer *self)
{
  ptp_driver_tell_ready (self);
}

static void
broken_cb (PtpPullProducer *self, const GError *error)
{
  g_autoptr (GError) unsaid = NULL;

  if (error == NULL)
    {
      unsaid = g_error_new (PTP_ERROR, PTP_ERROR_FAILED, "%s broke and did not say why",
                            G_OBJECT_TYPE_NAME (self));
      error = unsaid;
    }

  ptp_driver_tell_broken (self, error);
}

static void
ptp_pull_producer_default_init (PtpPullProducerInterface *iface)
{
  iface->cancel = ptp_pull_producer_real_cancel;

  /**
   * PtpPullProducer::ready:
   * @self: the producer
   *
   * There is something to produce again after %PTP_STEP_RESULT_PENDING.
   *
   * May be emitted from any thread, also from inside
   * [vfunc@PullToPush.PullProducer.produce] before that returns, and also when
   * nobody waits: none is lost and none too many does harm (rule R7).
   *
   * Since: 1.0
   */
  signals[READY]
    = g_signal_new_class_handler ("ready", PTP_TYPE_PULL_PRODUCER, G_SIGNAL_RUN_LAST,
                                  G_CALLBACK (ready_cb), NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * PtpPullProducer::broken:
   * @self: the producer
   * @error: why
   *
   * The producer broke while nobody asked it, as when a connection is reset
   * while the stream is paused.
   *
   * The stream ends at once as failed with @error, also while it is paused or
   * waits, and does not cancel the producer: it has said its end by itself
   * (rules E8 and E12). A producer that is asked says so in
   * [vfunc@PullToPush.PullProducer.produce] instead.
   *
   * May be emitted from any thread. The first one counts.
   *
   * Since: 1.0
   */
  signals[BROKEN] = g_signal_new_class_handler ("broken", PTP_TYPE_PULL_PRODUCER, G_SIGNAL_RUN_LAST,
                                                G_CALLBACK (broken_cb), NULL, NULL, NULL,
                                                G_TYPE_NONE, 1, G_TYPE_ERROR);
}

/**
 * ptp_pull_producer_produce:
 * @self: a pull producer
 * @consumer: where the chunk goes
 * @error: return location for an error
 *
 * Asks for one chunk.
 *
 * The producer writes to @consumer at most what one step should cost and says
 * how it went. Writing nothing is allowed. In Twisted this is
 * `resumeProducing` of a pull producer.
 *
 * Call it only if you drive the producer yourself, as a stage does with the
 * producer before it. The consumer may pause, stop or unregister from inside.
 *
 * It is called on the context of the stream only (rule T1).
 *
 * Returns: how the step went. With %PTP_STEP_RESULT_FAILED the error is always
 *   set: %PTP_ERROR_NOT_IMPLEMENTED without an implementation (rule E3),
 *   %PTP_ERROR_FAILED if the implementation did not say why (rule E2), or the
 *   implementation's own.
 *
 * Since: 1.0
 */
PtpStepResult
ptp_pull_producer_produce (PtpPullProducer *self, PtpConsumer *consumer, GError **error)
{
  PtpPullProducerInterface *iface = ptp_pull_producer_peek_iface (self);
  PtpStepResult result;
  GError *local = NULL;

  ptp_return_if_not_found (iface, PTP_IS_PULL_PRODUCER (self), PTP_STEP_RESULT_FAILED);
  ptp_return_if_not_found (ptp_consumer_peek_iface (consumer), PTP_IS_CONSUMER (consumer),
                           PTP_STEP_RESULT_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, PTP_STEP_RESULT_FAILED);

  if (!ptp_guard_slot (self, iface, produce, error))
    return PTP_STEP_RESULT_FAILED;

  result = iface->produce (self, consumer, &local);
  return ptp_guard_step (self, "produce", result, local, error);
}

/**
 * ptp_pull_producer_cancel:
 * @self: a pull producer
 * @reason: why; the error of a consumer that broke, %G_IO_ERROR_CANCELLED if the
 *   stream was cancelled, %PTP_ERROR_STOPPED if nobody needs more
 *
 * Tells the producer that nobody will ask again.
 *
 * It should release everything it holds, at once or when the operation in flight
 * is over; the stream does not wait for that. It is called at most once, never
 * from inside [vfunc@PullToPush.PullProducer.produce], and never after the
 * producer said its end by itself (rule L7). In Twisted this is `stopProducing`
 * of a pull producer, which takes no reason.
 *
 * It is called on the context of the stream only (rule T1).
 *
 * Since: 1.0
 */
void
ptp_pull_producer_cancel (PtpPullProducer *self, const GError *reason)
{
  PtpPullProducerInterface *iface;

  g_return_if_fail (PTP_IS_PULL_PRODUCER (self));
  g_return_if_fail (reason != NULL);

  iface = PTP_PULL_PRODUCER_GET_IFACE (self);
  if (ptp_guard_slot (self, iface, cancel, NULL))
    iface->cancel (self, reason);
}

/**
 * ptp_pull_producer_emit_ready:
 * @self: a pull producer
 *
 * Emits [signal@PullToPush.PullProducer::ready].
 *
 * For implementers; may be called from any thread.
 *
 * Since: 1.0
 */
void
ptp_pull_producer_emit_ready (PtpPullProducer *self)
{
  g_return_if_fail (PTP_IS_PULL_PRODUCER (self));

  g_signal_emit (self, signals[READY], 0);
}

/**
 * ptp_pull_producer_emit_broken:
 * @self: a pull producer
 * @error: why it broke
 *
 * Emits [signal@PullToPush.PullProducer::broken].
 *
 * For implementers; may be called from any thread.
 *
 * Since: 1.0
 */
void
ptp_pull_producer_emit_broken (PtpPullProducer *self, const GError *error)
{
  g_return_if_fail (PTP_IS_PULL_PRODUCER (self));
  g_return_if_fail (error != NULL);

  g_signal_emit (self, signals[BROKEN], 0, error);
}
