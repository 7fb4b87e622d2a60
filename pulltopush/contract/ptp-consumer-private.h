/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-consumer.h"
#include "ptp-pull-producer.h"
#include "ptp-push-producer.h"

G_BEGIN_DECLS

/* What registration is made of. A consumer's registration is the object that was registered, a
 * push or a pull producer; the library keeps it beside the consumer, so that every consumer has
 * one producer at a time whatever its own code does.
 *
 * The two functions that register do all but one thing: with PTP_ERROR_CLOSED the newcomer has
 * not been told yet.
 */
gboolean
ptp_consumer_try_register_push (PtpConsumer *self, PtpPushProducer *producer, GError **error);
gboolean
ptp_consumer_try_register_pull (PtpConsumer *self, PtpPullProducer *producer, GError **error);

gboolean ptp_consumer_check_pull_producer (PtpPullProducer *producer, GError **error);
gboolean ptp_consumer_pulls (PtpConsumer *self);

/* Does nothing unless the registration is @registered, and tells whether it was. */
gboolean ptp_consumer_unregister_this (PtpConsumer *self, gpointer registered);

G_END_DECLS
