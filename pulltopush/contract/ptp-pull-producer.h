/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "ptp-step-result.h"
#include "ptp-types.h"

G_BEGIN_DECLS

#define PTP_TYPE_PULL_PRODUCER (ptp_pull_producer_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (PtpPullProducer, ptp_pull_producer, PTP, PULL_PRODUCER, GObject)

/**
 * PtpPullProducerInterface:
 * @g_iface: the parent interface
 * @produce: makes one chunk; see [method@PullToPush.PullProducer.produce].
 *   Must be implemented.
 * @cancel: nobody will ask again; see [method@PullToPush.PullProducer.cancel].
 *   Does nothing by default.
 *
 * What a pull producer implements.
 *
 * Since: 1.0
 */
struct _PtpPullProducerInterface
{
  GTypeInterface g_iface;

  PtpStepResult (*produce) (PtpPullProducer *self, PtpConsumer *consumer, GError **error);
  void (*cancel) (PtpPullProducer *self, const GError *reason);
};

PTP_AVAILABLE_IN_1_0
PtpStepResult
ptp_pull_producer_produce (PtpPullProducer *self, PtpConsumer *consumer, GError **error);
PTP_AVAILABLE_IN_1_0
void ptp_pull_producer_cancel (PtpPullProducer *self, const GError *reason);

/* For implementers */

PTP_AVAILABLE_IN_1_0
void ptp_pull_producer_emit_ready (PtpPullProducer *self);
PTP_AVAILABLE_IN_1_0
void ptp_pull_producer_emit_broken (PtpPullProducer *self, const GError *error);

G_END_DECLS
