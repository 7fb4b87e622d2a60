/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "ptp-types.h"

G_BEGIN_DECLS

#define PTP_TYPE_SETTLEMENT (ptp_settlement_get_type ())

/**
 * PtpSettlement:
 * @PTP_SETTLEMENT_FINISHED: What came is whole and in its place.
 * @PTP_SETTLEMENT_ABORTED: What could be undone was undone.
 *
 * What became of the data that a consumer took.
 *
 * No value is zero, so that one that a language binding leaves out never means
 * that all is well.
 *
 * Since: 1.0
 */
typedef enum
{
  PTP_SETTLEMENT_FINISHED = 1,
  PTP_SETTLEMENT_ABORTED,
} PtpSettlement;

PTP_AVAILABLE_IN_1_0
GType ptp_settlement_get_type (void) G_GNUC_CONST;

G_END_DECLS
