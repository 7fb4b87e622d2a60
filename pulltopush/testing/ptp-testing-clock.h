/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_TESTING_INSIDE) && !defined(PTP_TESTING_COMPILATION)
  #error "Only <pulltopush/testing/pulltopush-testing.h> can be included directly."
#endif

#include <pulltopush/pulltopush.h>

G_BEGIN_DECLS

#define PTP_TESTING_TYPE_CLOCK (ptp_testing_clock_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PtpTestingClock, ptp_testing_clock, PTP_TESTING, CLOCK, GObject)

PTP_AVAILABLE_IN_1_0
PtpTestingClock *ptp_testing_clock_new (void);

/* Properties */

PTP_AVAILABLE_IN_1_0
gint64 ptp_testing_clock_get_now (PtpTestingClock *self);
PTP_AVAILABLE_IN_1_0
guint64 ptp_testing_clock_get_n_reads (PtpTestingClock *self);

/* Actions */

PTP_AVAILABLE_IN_1_0
void ptp_testing_clock_attach (PtpTestingClock *self, PtpCooperator *cooperator);
PTP_AVAILABLE_IN_1_0
void ptp_testing_clock_advance (PtpTestingClock *self, gint64 microseconds);

G_END_DECLS
