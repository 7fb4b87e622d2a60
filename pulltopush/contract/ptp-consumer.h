/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "ptp-types.h"

G_BEGIN_DECLS

#define PTP_TYPE_CONSUMER (ptp_consumer_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (PtpConsumer, ptp_consumer, PTP, CONSUMER, GObject)

/**
 * PtpConsumerInterface:
 * @g_iface: the parent interface
 * @register_push_producer: takes a producer that streams until paused. Must be
 *   implemented. It is called only while no producer is registered, so it need
 *   not check that; a closed consumer fails with %PTP_ERROR_CLOSED and leaves
 *   it to the caller to stop the newcomer.
 * @register_pull_producer: takes a producer that this consumer asks by itself.
 *   Optional: without it the producer is wrapped in a
 *   [class@PullToPush.PullToPush] and registered as a push producer. A closed
 *   consumer fails with %PTP_ERROR_CLOSED and leaves it to the caller to cancel
 *   the newcomer.
 * @unregister_producer: lets go of the producer. Must be implemented. It is
 *   called only while a producer is registered.
 * @write: takes one chunk and never blocks. Must be implemented.
 * @producer_failed: the producer failed; called before @unregister_producer.
 *   Does nothing by default.
 *
 * What a consumer implements.
 *
 * Since: 1.0
 */
struct _PtpConsumerInterface
{
  GTypeInterface g_iface;

  gboolean (*register_push_producer) (PtpConsumer *self, PtpPushProducer *producer, GError **error);
  gboolean (*register_pull_producer) (PtpConsumer *self, PtpPullProducer *producer, GError **error);
  void (*unregister_producer) (PtpConsumer *self);
  gboolean (*write) (PtpConsumer *self, GBytes *bytes, GError **error);
  void (*producer_failed) (PtpConsumer *self, const GError *error);
};

/* The producer */

PTP_AVAILABLE_IN_1_0
gboolean
ptp_consumer_register_push_producer (PtpConsumer *self, PtpPushProducer *producer, GError **error);
PTP_AVAILABLE_IN_1_0
gboolean
ptp_consumer_register_pull_producer (PtpConsumer *self, PtpPullProducer *producer, GError **error);
PTP_AVAILABLE_IN_1_0
void ptp_consumer_unregister_producer (PtpConsumer *self);

/* The data */

PTP_AVAILABLE_IN_1_0
gboolean ptp_consumer_write (PtpConsumer *self, GBytes *bytes, GError **error);
PTP_AVAILABLE_IN_1_0
void ptp_consumer_producer_failed (PtpConsumer *self, const GError *error);

G_END_DECLS
