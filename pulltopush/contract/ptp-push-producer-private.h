/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-push-producer.h"

G_BEGIN_DECLS

/* What the contract asks of the library's own push producer, the adapter, and of no other. It is
 * known by its implementation of pause_producing.
 */
typedef struct
{
  void (*pause_producing) (PtpPushProducer *self);
  /* By its consumer; any thread */
  gboolean (*is_paused) (PtpPushProducer *self);
  /* The context, from inside a write of its own or of somebody else's */
  void (*write_failed) (PtpPushProducer *self, const GError *error);
  /* The context: its consumer was told its end, by it or by somebody else */
  void (*consumer_told) (PtpPushProducer *self);
} PtpPushProducerHooks;

/* Once, before the first of them is made. */
void ptp_push_producer_set_hooks (const PtpPushProducerHooks *hooks);

/* Whether its consumer has paused it. */
gboolean ptp_push_producer_is_paused (PtpPushProducer *self);
/* A pause ends with the registration. */
void ptp_push_producer_forget_pause (PtpPushProducer *self);
void ptp_push_producer_write_failed (PtpPushProducer *self, const GError *error);
void ptp_push_producer_consumer_told (PtpPushProducer *self);

G_END_DECLS
