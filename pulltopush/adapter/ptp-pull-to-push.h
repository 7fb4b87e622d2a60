/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "../contract/ptp-consumer.h"
#include "../contract/ptp-pull-producer.h"
#include "../contract/ptp-push-producer.h"
#include "../coop/ptp-cooperator.h"
#include "../coop/ptp-stream-state.h"
#include "ptp-pull-to-push-flags.h"

G_BEGIN_DECLS

#define PTP_TYPE_PULL_TO_PUSH (ptp_pull_to_push_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PtpPullToPush, ptp_pull_to_push, PTP, PULL_TO_PUSH, GObject)

PTP_AVAILABLE_IN_1_0
PtpPullToPush *ptp_pull_to_push_new (PtpPullProducer *producer, PtpConsumer *consumer);
PTP_AVAILABLE_IN_1_0
PtpPullToPush *
ptp_pull_to_push_stream (PtpPullProducer *producer, PtpConsumer *consumer, GError **error);

/* Properties */

PTP_AVAILABLE_IN_1_0
PtpPullProducer *ptp_pull_to_push_get_producer (PtpPullToPush *self);
PTP_AVAILABLE_IN_1_0
PtpConsumer *ptp_pull_to_push_get_consumer (PtpPullToPush *self);
PTP_AVAILABLE_IN_1_0
PtpCooperator *ptp_pull_to_push_get_cooperator (PtpPullToPush *self);
PTP_AVAILABLE_IN_1_0
GCancellable *ptp_pull_to_push_get_cancellable (PtpPullToPush *self);
PTP_AVAILABLE_IN_1_0
void ptp_pull_to_push_set_cancellable (PtpPullToPush *self, GCancellable *cancellable);
PTP_AVAILABLE_IN_1_0
PtpPullToPushFlags ptp_pull_to_push_get_flags (PtpPullToPush *self);
PTP_AVAILABLE_IN_1_0
PtpStreamState ptp_pull_to_push_get_state (PtpPullToPush *self);
PTP_AVAILABLE_IN_1_0
GStrv ptp_pull_to_push_dup_holders (PtpPullToPush *self);
PTP_AVAILABLE_IN_1_0
guint64 ptp_pull_to_push_get_n_steps (PtpPullToPush *self);
PTP_AVAILABLE_IN_1_0
gboolean ptp_pull_to_push_get_exhausted (PtpPullToPush *self);
PTP_AVAILABLE_IN_1_0
const GError *ptp_pull_to_push_get_error (PtpPullToPush *self);

/* Actions */

PTP_AVAILABLE_IN_1_0
void ptp_pull_to_push_start_streaming (PtpPullToPush *self);
PTP_AVAILABLE_IN_1_0
void ptp_pull_to_push_stop_streaming (PtpPullToPush *self);
PTP_AVAILABLE_IN_1_0
void ptp_pull_to_push_hold (PtpPullToPush *self, const char *name);
PTP_AVAILABLE_IN_1_0
void ptp_pull_to_push_release (PtpPullToPush *self, const char *name);

/* The end */

PTP_AVAILABLE_IN_1_0
void ptp_pull_to_push_wait_async (PtpPullToPush *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
PTP_AVAILABLE_IN_1_0
gboolean ptp_pull_to_push_wait_finish (PtpPullToPush *self, GAsyncResult *result, GError **error);

G_END_DECLS
