/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "ptp-end-result.h"
#include "ptp-settlement.h"
#include "ptp-types.h"

G_BEGIN_DECLS

#define PTP_TYPE_CONSUMER (ptp_consumer_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (PtpConsumer, ptp_consumer, PTP, CONSUMER, GObject)

/**
 * PtpConsumerInterface:
 * @g_iface: the parent interface
 * @register_push_producer: takes a producer that streams until paused. Must be
 *   implemented. It is called only while no producer is registered, so an
 *   implementation does not need to check that; a closed consumer fails with
 *   %PTP_ERROR_CLOSED and leaves it to the caller to stop the newcomer.
 * @unregister_producer: forgets the producer, which is the one that was
 *   registered. Must be implemented. It says nothing about the data.
 * @write: takes one chunk and never blocks. Must be implemented.
 * @finish: that was all, and all is well: flushes, closes, commits. Called at
 *   most once a registration, after every chunk. An implementation that fails
 *   has undone by itself what @abort would undo. Does nothing by default and
 *   answers %PTP_END_RESULT_DONE.
 * @abort: no more will come, and what came is not whole: undoes what can be
 *   undone. Called at most once a registration, also while @finish is pending.
 *   Does nothing by default and answers %PTP_END_RESULT_DONE.
 * @get_desired_size: how many bytes the consumer would like to have now. A hint
 *   only. The default is %G_MAXSIZE.
 *
 * What a consumer implements.
 *
 * Since: 1.0
 */
struct _PtpConsumerInterface
{
  GTypeInterface g_iface;

  gboolean (*register_push_producer) (PtpConsumer *self, PtpPushProducer *producer, GError **error);
  void (*unregister_producer) (PtpConsumer *self, PtpPushProducer *producer);
  gboolean (*write) (PtpConsumer *self, GBytes *bytes, GError **error);
  PtpEndResult (*finish) (PtpConsumer *self, GError **error);
  PtpEndResult (*abort) (PtpConsumer *self, const GError *reason, GError **error);
  gsize (*get_desired_size) (PtpConsumer *self);
};

/* The producer */

PTP_AVAILABLE_IN_1_0
gboolean
ptp_consumer_register_push_producer (PtpConsumer *self, PtpPushProducer *producer, GError **error);
PTP_AVAILABLE_IN_1_0
gboolean
ptp_consumer_register_pull_producer (PtpConsumer *self, PtpPullProducer *producer, GError **error);
PTP_AVAILABLE_IN_1_0
void ptp_consumer_unregister_producer (PtpConsumer *self, PtpPushProducer *producer);

/* The data */

PTP_AVAILABLE_IN_1_0
gsize ptp_consumer_get_desired_size (PtpConsumer *self);
PTP_AVAILABLE_IN_1_0
gboolean ptp_consumer_write (PtpConsumer *self, GBytes *bytes, GError **error);

/* The end */

PTP_AVAILABLE_IN_1_0
PtpEndResult ptp_consumer_finish (PtpConsumer *self, GError **error);
PTP_AVAILABLE_IN_1_0
PtpEndResult ptp_consumer_abort (PtpConsumer *self, const GError *reason, GError **error);
PTP_AVAILABLE_IN_1_0
void ptp_consumer_wait_settled_async (PtpConsumer *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
PTP_AVAILABLE_IN_1_0
PtpSettlement
ptp_consumer_wait_settled_finish (PtpConsumer *self, GAsyncResult *result, GError **error);

/* For implementers */

PTP_AVAILABLE_IN_1_0
void ptp_consumer_emit_settled (PtpConsumer *self, PtpSettlement settlement);
PTP_AVAILABLE_IN_1_0
void ptp_consumer_emit_settle_failed (PtpConsumer *self, const GError *error);

G_END_DECLS
