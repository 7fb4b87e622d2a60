/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_TESTING_INSIDE) && !defined(PTP_TESTING_COMPILATION)
  #error "Only <pulltopush/testing/pulltopush-testing.h> can be included directly."
#endif

#include <pulltopush/pulltopush.h>

G_BEGIN_DECLS

#define PTP_TESTING_TYPE_STATUS (ptp_testing_status_get_type ())

/**
 * PtpTestingStatus:
 * @PTP_TESTING_STATUS_PASSED: The object keeps the rule, as far as this check can see.
 * @PTP_TESTING_STATUS_FAILED: The object breaks the rule.
 * @PTP_TESTING_STATUS_SKIPPED: The check needs a hint that was not given, or the object never does
 *   what the rule is about.
 *
 * What came of one check.
 *
 * Since: 1.0
 */
typedef enum
{
  PTP_TESTING_STATUS_PASSED = 0,
  PTP_TESTING_STATUS_FAILED,
  PTP_TESTING_STATUS_SKIPPED,
} PtpTestingStatus;

PTP_AVAILABLE_IN_1_0
GType ptp_testing_status_get_type (void) G_GNUC_CONST;

#define PTP_TESTING_TYPE_RESULT (ptp_testing_result_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PtpTestingResult, ptp_testing_result, PTP_TESTING, RESULT, GObject)

PTP_AVAILABLE_IN_1_0
const char *ptp_testing_result_get_name (PtpTestingResult *self);
PTP_AVAILABLE_IN_1_0
const char *ptp_testing_result_get_rule (PtpTestingResult *self);
PTP_AVAILABLE_IN_1_0
const char *ptp_testing_result_get_title (PtpTestingResult *self);
PTP_AVAILABLE_IN_1_0
PtpTestingStatus ptp_testing_result_get_status (PtpTestingResult *self);
PTP_AVAILABLE_IN_1_0
const char *ptp_testing_result_get_seen (PtpTestingResult *self);
PTP_AVAILABLE_IN_1_0
const char *ptp_testing_result_get_advice (PtpTestingResult *self);
PTP_AVAILABLE_IN_1_0
char *ptp_testing_result_to_string (PtpTestingResult *self);

G_END_DECLS
