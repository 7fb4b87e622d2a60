/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "ptp-types.h"

G_BEGIN_DECLS

/**
 * PTP_ERROR:
 *
 * The error domain of this library. Its codes are [error@PullToPush.Error].
 *
 * Since: 1.0
 */
#define PTP_ERROR (ptp_error_quark ())

#define PTP_TYPE_ERROR (ptp_error_get_type ())

/**
 * PtpError:
 * @PTP_ERROR_FAILED: A virtual function failed and did not say why. The
 *   message names the type and the virtual function (rule E2).
 * @PTP_ERROR_NOT_IMPLEMENTED: A type lacks a virtual function that it must
 *   implement. The message names both (rule E3).
 * @PTP_ERROR_ALREADY_REGISTERED: The consumer has a producer; it goes on
 *   untouched (rule L10).
 * @PTP_ERROR_CLOSED: The consumer takes nothing any more (rule L11).
 * @PTP_ERROR_OVERFLOW: The consumer refuses a chunk that would pass its hard
 *   limit; what it had taken is safe (rule B2).
 * @PTP_ERROR_INVALID: A value is out of its range, such as marks that are out
 *   of order (rule B4).
 * @PTP_ERROR_STOPPED: The stream was stopped before it was finished. Only
 *   those who wait for a stream get this.
 *
 * What can go wrong between a producer and a consumer.
 *
 * Since: 1.0
 */
typedef enum /*< error_domain=ptp-error-quark >*/
{
  PTP_ERROR_FAILED,
  PTP_ERROR_NOT_IMPLEMENTED,
  PTP_ERROR_ALREADY_REGISTERED,
  PTP_ERROR_CLOSED,
  PTP_ERROR_OVERFLOW,
  PTP_ERROR_INVALID,
  PTP_ERROR_STOPPED,
} PtpError;

PTP_AVAILABLE_IN_1_0
GQuark ptp_error_quark (void);
PTP_AVAILABLE_IN_1_0
GType ptp_error_get_type (void) G_GNUC_CONST;

G_END_DECLS
