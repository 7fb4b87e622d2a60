/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "../contract/ptp-consumer-private.h"
#include "../contract/ptp-error.h"
#include "ptp-pull-to-push.h"

/* Beside the adapter and not in contract/, which knows nothing of it. */

static gboolean
register_native (PtpConsumer *self, PtpPullProducer *producer, GError **error)
{
  /* The consumer may drop what the caller has. */
  g_autoptr (PtpPullProducer) kept = g_object_ref (producer);
  g_autoptr (GError) local = NULL;

  if (ptp_consumer_try_register_pull (self, producer, &local))
    return TRUE;

  if (g_error_matches (local, PTP_ERROR, PTP_ERROR_CLOSED))
    ptp_pull_producer_cancel (producer);

  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/**
 * ptp_consumer_register_pull_producer:
 * @self: a consumer
 * @producer: a producer that makes one chunk each time it is asked
 * @error: return location for an error
 *
 * Makes @producer the one that this consumer's data comes from.
 *
 * Unless the consumer pulls by itself, the producer is wrapped in a
 * [class@PullToPush.PullToPush] on the thread-default context, which is
 * registered as a push producer and started. Its first step comes in a later
 * turn (rule L16). To get hold of the adapter use
 * [func@PullToPush.PullToPush.stream] instead. In Twisted this is
 * `registerProducer (producer, False)`, and the wrapping is left to the
 * consumer.
 *
 * Fails with %PTP_ERROR_ALREADY_REGISTERED if there is a producer; that one and
 * the newcomer are left as they are (rule L10). Fails with %PTP_ERROR_CLOSED if
 * the consumer takes nothing any more; the newcomer is cancelled, once, and
 * never asked to produce (rule L11). Fails with %PTP_ERROR_NOT_IMPLEMENTED if
 * either lacks a virtual function that it must implement (rule E3).
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

  if (ptp_consumer_pulls (self))
    return register_native (self, producer, error);

  stream = ptp_pull_to_push_stream (producer, self, error);
  return stream != NULL;
}
