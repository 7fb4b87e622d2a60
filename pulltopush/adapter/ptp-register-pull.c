/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-pull-to-push.h"

/* Beside the adapter and not in contract/, which knows nothing of it. */

/**
 * ptp_consumer_register_pull_producer:
 * @self: a consumer
 * @producer: a producer that makes one chunk each time it is asked
 * @error: return location for an error
 *
 * Makes @producer the one that this consumer's data comes from.
 *
 * The producer is wrapped in a [class@PullToPush.PullToPush] on the thread-default context, which
 * is registered as a push producer and started. Its first step comes in a later turn (rule L16). To
 * get hold of the adapter use [func@PullToPush.PullToPush.stream] instead. In Twisted this is
 * `registerProducer (producer, False)`, and the wrapping is left to the
 * consumer.
 *
 * Fails with %PTP_ERROR_ALREADY_REGISTERED if there is a producer; that one and
 * the newcomer are left as they are (rule L10). Fails with %PTP_ERROR_CLOSED if
 * the consumer takes nothing any more; the newcomer is cancelled, once, with that
 * error as the reason, and never asked to produce (rule L11). Fails with %PTP_ERROR_NOT_IMPLEMENTED
 * if either lacks a virtual function that it must implement (rule E3).
 *
 * Returns: true when registered
 *
 * Since: 1.0
 */
gboolean
ptp_consumer_register_pull_producer (PtpConsumer *self, PtpPullProducer *producer, GError **error)
{
  g_autoptr (PtpPullToPush) stream = NULL;

  g_return_val_if_fail (PTP_IS_CONSUMER (self), FALSE);
  g_return_val_if_fail (PTP_IS_PULL_PRODUCER (producer), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  stream = ptp_pull_to_push_stream (producer, self, error);
  return stream != NULL;
}
