/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-step-result.h"

G_DEFINE_ENUM_TYPE (PtpStepResult,
                    ptp_step_result,
                    G_DEFINE_ENUM_VALUE (PTP_STEP_RESULT_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (PTP_STEP_RESULT_MORE, "more"),
                    G_DEFINE_ENUM_VALUE (PTP_STEP_RESULT_FINISHED, "finished"),
                    G_DEFINE_ENUM_VALUE (PTP_STEP_RESULT_PENDING, "pending"))
