/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_TESTING_INSIDE) && !defined(PTP_TESTING_COMPILATION)
  #error "Only <pulltopush/testing/pulltopush-testing.h> can be included directly."
#endif

#include <pulltopush/pulltopush.h>

G_BEGIN_DECLS

#define PTP_TESTING_TYPE_PUSH_PRODUCER (ptp_testing_push_producer_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PtpTestingPushProducer,
                      ptp_testing_push_producer,
                      PTP_TESTING,
                      PUSH_PRODUCER,
                      GObject)

PTP_AVAILABLE_IN_1_0
PtpTestingPushProducer *ptp_testing_push_producer_new (void);

/* What it is told to do */

PTP_AVAILABLE_IN_1_0
gboolean ptp_testing_push_producer_get_heedless (PtpTestingPushProducer *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_push_producer_set_heedless (PtpTestingPushProducer *self, gboolean heedless);

/* What came of it */

PTP_AVAILABLE_IN_1_0
gboolean ptp_testing_push_producer_get_paused (PtpTestingPushProducer *self);
PTP_AVAILABLE_IN_1_0
guint ptp_testing_push_producer_get_n_paused (PtpTestingPushProducer *self);
PTP_AVAILABLE_IN_1_0
guint ptp_testing_push_producer_get_n_resumed (PtpTestingPushProducer *self);
PTP_AVAILABLE_IN_1_0
guint ptp_testing_push_producer_get_n_stopped (PtpTestingPushProducer *self);
PTP_AVAILABLE_IN_1_0
guint ptp_testing_push_producer_get_n_registered (PtpTestingPushProducer *self);
PTP_AVAILABLE_IN_1_0
guint ptp_testing_push_producer_get_n_unregistered (PtpTestingPushProducer *self);
PTP_AVAILABLE_IN_1_0
const GError *ptp_testing_push_producer_get_reason (PtpTestingPushProducer *self);
PTP_AVAILABLE_IN_1_0
PtpSettlement ptp_testing_push_producer_get_settlement (PtpTestingPushProducer *self);
PTP_AVAILABLE_IN_1_0
const GError *ptp_testing_push_producer_get_error (PtpTestingPushProducer *self);
PTP_AVAILABLE_IN_1_0
GStrv ptp_testing_push_producer_dup_events (PtpTestingPushProducer *self);
PTP_AVAILABLE_IN_1_0
GStrv ptp_testing_push_producer_dup_violations (PtpTestingPushProducer *self);

/* Actions */

PTP_AVAILABLE_IN_1_0
gboolean
ptp_testing_push_producer_write (PtpTestingPushProducer *self, GBytes *bytes, GError **error);
PTP_AVAILABLE_IN_1_0
void ptp_testing_push_producer_finish (PtpTestingPushProducer *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_push_producer_fail (PtpTestingPushProducer *self, const GError *error);

G_END_DECLS
