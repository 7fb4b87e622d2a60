/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_TESTING_INSIDE) && !defined(PTP_TESTING_COMPILATION)
  #error "Only <pulltopush/testing/pulltopush-testing.h> can be included directly."
#endif

#include <pulltopush/pulltopush.h>
#include "ptp-testing-answer.h"

G_BEGIN_DECLS

#define PTP_TESTING_TYPE_CONSUMER (ptp_testing_consumer_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PtpTestingConsumer, ptp_testing_consumer, PTP_TESTING, CONSUMER, GObject)

PTP_AVAILABLE_IN_1_0
PtpTestingConsumer *ptp_testing_consumer_new (void);

/* What it is told to do */

PTP_AVAILABLE_IN_1_0
gsize ptp_testing_consumer_get_pause_after (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_consumer_set_pause_after (PtpTestingConsumer *self, gsize pause_after);
PTP_AVAILABLE_IN_1_0
guint ptp_testing_consumer_get_fail_write (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_consumer_set_fail_write (PtpTestingConsumer *self, guint fail_write);
PTP_AVAILABLE_IN_1_0
gboolean ptp_testing_consumer_get_unattended (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_consumer_set_unattended (PtpTestingConsumer *self, gboolean unattended);
PTP_AVAILABLE_IN_1_0
gboolean ptp_testing_consumer_get_kept (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_consumer_set_kept (PtpTestingConsumer *self, gboolean kept);
PTP_AVAILABLE_IN_1_0
PtpTestingAnswer ptp_testing_consumer_get_finish_answer (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
void
ptp_testing_consumer_set_finish_answer (PtpTestingConsumer *self, PtpTestingAnswer finish_answer);
PTP_AVAILABLE_IN_1_0
PtpTestingAnswer ptp_testing_consumer_get_abort_answer (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
void
ptp_testing_consumer_set_abort_answer (PtpTestingConsumer *self, PtpTestingAnswer abort_answer);
PTP_AVAILABLE_IN_1_0
gsize ptp_testing_consumer_get_desired_size (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_consumer_set_desired_size (PtpTestingConsumer *self, gsize desired_size);

/* What came of it */

PTP_AVAILABLE_IN_1_0
PtpPushProducer *ptp_testing_consumer_get_producer (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
gboolean ptp_testing_consumer_get_paused (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
gboolean ptp_testing_consumer_get_closed (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
guint ptp_testing_consumer_get_n_writes (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
guint64 ptp_testing_consumer_get_total (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
guint ptp_testing_consumer_get_n_finished (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
guint ptp_testing_consumer_get_n_aborted (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
const GError *ptp_testing_consumer_get_reason (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
GPtrArray *ptp_testing_consumer_get_chunks (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
GBytes *ptp_testing_consumer_dup_bytes (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
GStrv ptp_testing_consumer_dup_events (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
GStrv ptp_testing_consumer_dup_violations (PtpTestingConsumer *self);

/* Actions */

PTP_AVAILABLE_IN_1_0
void ptp_testing_consumer_pause (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_consumer_resume (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_consumer_release (PtpTestingConsumer *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_consumer_fail (PtpTestingConsumer *self, const GError *error);
PTP_AVAILABLE_IN_1_0
void ptp_testing_consumer_close (PtpTestingConsumer *self);

G_END_DECLS
