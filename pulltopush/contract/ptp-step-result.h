/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "ptp-types.h"

G_BEGIN_DECLS

#define PTP_TYPE_STEP_RESULT (ptp_step_result_get_type ())

/**
 * PtpStepResult:
 * @PTP_STEP_RESULT_FAILED: The step failed and an error is set. It is zero, so
 *   that a language binding which could not run the step at all says this.
 * @PTP_STEP_RESULT_MORE: The step went well; ask again.
 * @PTP_STEP_RESULT_FINISHED: There is nothing left; do not ask again.
 * @PTP_STEP_RESULT_PENDING: There is nothing now; ask again once told to. A
 *   pull producer tells with [signal@PullToPush.PullProducer::ready], a
 *   cooperative task with [method@PullToPush.CooperativeTask.ready].
 *
 * How one step went.
 *
 * Since: 1.0
 */
typedef enum
{
  PTP_STEP_RESULT_FAILED = 0,
  PTP_STEP_RESULT_MORE,
  PTP_STEP_RESULT_FINISHED,
  PTP_STEP_RESULT_PENDING,
} PtpStepResult;

PTP_AVAILABLE_IN_1_0
GType ptp_step_result_get_type (void) G_GNUC_CONST;

G_END_DECLS
