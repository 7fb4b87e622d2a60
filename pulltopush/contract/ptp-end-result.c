/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-end-result.h"

G_DEFINE_ENUM_TYPE (PtpEndResult,
                    ptp_end_result,
                    G_DEFINE_ENUM_VALUE (PTP_END_RESULT_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (PTP_END_RESULT_DONE, "done"),
                    G_DEFINE_ENUM_VALUE (PTP_END_RESULT_PENDING, "pending"))
