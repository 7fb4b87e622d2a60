/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-consumer-record-private.h"
#include "ptp-pull-producer.h"
#include "ptp-push-producer.h"

G_BEGIN_DECLS

/* What registration is made of. A consumer's registration is the push producer that was registered;
 * the library keeps it beside the consumer, so that every consumer has one producer at a time
 * whatever its own code does. It is read on the context.
 */
PtpPushProducer *ptp_consumer_peek_producer (PtpConsumer *self); /* (nullable) */

/* Does all but one thing: with PTP_ERROR_CLOSED the newcomer has not been told yet. */
gboolean ptp_consumer_try_register (PtpConsumer *self, PtpPushProducer *producer, GError **error);

gboolean ptp_consumer_check_pull_producer (PtpPullProducer *producer, GError **error);

G_END_DECLS
