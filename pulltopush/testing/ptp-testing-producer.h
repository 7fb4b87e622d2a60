/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_TESTING_INSIDE) && !defined(PTP_TESTING_COMPILATION)
  #error "Only <pulltopush/testing/pulltopush-testing.h> can be included directly."
#endif

#include <pulltopush/pulltopush.h>

G_BEGIN_DECLS

#define PTP_TESTING_TYPE_PRODUCER (ptp_testing_producer_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PtpTestingProducer, ptp_testing_producer, PTP_TESTING, PRODUCER, GObject)

PTP_AVAILABLE_IN_1_0
PtpTestingProducer *ptp_testing_producer_new (void);

/* The script: one step each */

PTP_AVAILABLE_IN_1_0
void ptp_testing_producer_add (PtpTestingProducer *self, GBytes *bytes, PtpStepResult result);
PTP_AVAILABLE_IN_1_0
void ptp_testing_producer_add_text (PtpTestingProducer *self, const char *text);
PTP_AVAILABLE_IN_1_0
void ptp_testing_producer_add_burst (PtpTestingProducer *self, guint n_writes, gsize size);
PTP_AVAILABLE_IN_1_0
void ptp_testing_producer_add_more (PtpTestingProducer *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_producer_add_finish (PtpTestingProducer *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_producer_add_fail (PtpTestingProducer *self, const GError *error);
PTP_AVAILABLE_IN_1_0
void ptp_testing_producer_add_pending (PtpTestingProducer *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_producer_add_pending_then_ready (PtpTestingProducer *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_producer_add_ready_then_pending (PtpTestingProducer *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_producer_add_pending_then_broken (PtpTestingProducer *self, const GError *error);
PTP_AVAILABLE_IN_1_0
void ptp_testing_producer_add_broken_then_pending (PtpTestingProducer *self, const GError *error);
PTP_AVAILABLE_IN_1_0
void ptp_testing_producer_add_raw (PtpTestingProducer *self, int result, const GError *error);

/* What came of it */

PTP_AVAILABLE_IN_1_0
guint ptp_testing_producer_get_n_produced (PtpTestingProducer *self);
PTP_AVAILABLE_IN_1_0
guint ptp_testing_producer_get_n_cancelled (PtpTestingProducer *self);
PTP_AVAILABLE_IN_1_0
const GError *ptp_testing_producer_get_reason (PtpTestingProducer *self);
PTP_AVAILABLE_IN_1_0
guint ptp_testing_producer_get_n_left (PtpTestingProducer *self);
PTP_AVAILABLE_IN_1_0
GBytes *ptp_testing_producer_dup_bytes (PtpTestingProducer *self);
PTP_AVAILABLE_IN_1_0
GStrv ptp_testing_producer_dup_events (PtpTestingProducer *self);
PTP_AVAILABLE_IN_1_0
GStrv ptp_testing_producer_dup_violations (PtpTestingProducer *self);

G_END_DECLS
