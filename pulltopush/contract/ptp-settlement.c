/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-settlement.h"

G_DEFINE_ENUM_TYPE (PtpSettlement,
                    ptp_settlement,
                    G_DEFINE_ENUM_VALUE (PTP_SETTLEMENT_FINISHED, "finished"),
                    G_DEFINE_ENUM_VALUE (PTP_SETTLEMENT_ABORTED, "aborted"))
