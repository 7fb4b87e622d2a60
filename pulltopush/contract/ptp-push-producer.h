/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "ptp-types.h"

G_BEGIN_DECLS

#define PTP_TYPE_PUSH_PRODUCER (ptp_push_producer_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (PtpPushProducer, ptp_push_producer, PTP, PUSH_PRODUCER, GObject)

/**
 * PtpPushProducerInterface:
 * @g_iface: the parent interface
 * @pause_producing: see [method@PullToPush.PushProducer.pause_producing]. Must
 *   be implemented.
 * @resume_producing: see [method@PullToPush.PushProducer.resume_producing].
 *   Must be implemented.
 * @stop_producing: see [method@PullToPush.PushProducer.stop_producing]. Must
 *   be implemented.
 * @registered: see [method@PullToPush.PushProducer.registered]. Does nothing by
 *   default.
 * @unregistered: see [method@PullToPush.PushProducer.unregistered]. Does
 *   nothing by default.
 *
 * What a push producer implements.
 *
 * Since: 1.0
 */
struct _PtpPushProducerInterface
{
  GTypeInterface g_iface;

  void (*pause_producing) (PtpPushProducer *self);
  void (*resume_producing) (PtpPushProducer *self);
  void (*stop_producing) (PtpPushProducer *self, const GError *reason);
  void (*registered) (PtpPushProducer *self, PtpConsumer *consumer);
  void (*unregistered) (PtpPushProducer *self);
};

PTP_AVAILABLE_IN_1_0
void ptp_push_producer_pause_producing (PtpPushProducer *self);
PTP_AVAILABLE_IN_1_0
void ptp_push_producer_resume_producing (PtpPushProducer *self);
PTP_AVAILABLE_IN_1_0
void ptp_push_producer_stop_producing (PtpPushProducer *self, const GError *reason);

/* The registration */

PTP_AVAILABLE_IN_1_0
void ptp_push_producer_registered (PtpPushProducer *self, PtpConsumer *consumer);
PTP_AVAILABLE_IN_1_0
void ptp_push_producer_unregistered (PtpPushProducer *self);

G_END_DECLS
