/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "ptp-types.h"

G_BEGIN_DECLS

#define PTP_TYPE_END_RESULT (ptp_end_result_get_type ())

/**
 * PtpEndResult:
 * @PTP_END_RESULT_FAILED: It failed and an error is set. It is zero, so that a
 *   language binding which could not run the function at all says this.
 * @PTP_END_RESULT_DONE: It is done; there is nothing to wait for.
 * @PTP_END_RESULT_PENDING: It takes a while; the consumer says how it went with
 *   [signal@PullToPush.Consumer::settled] or
 *   [signal@PullToPush.Consumer::settle-failed].
 *
 * How [method@PullToPush.Consumer.finish] or [method@PullToPush.Consumer.abort]
 * went.
 *
 * Since: 1.0
 */
typedef enum
{
  PTP_END_RESULT_FAILED = 0,
  PTP_END_RESULT_DONE,
  PTP_END_RESULT_PENDING,
} PtpEndResult;

PTP_AVAILABLE_IN_1_0
GType ptp_end_result_get_type (void) G_GNUC_CONST;

G_END_DECLS
