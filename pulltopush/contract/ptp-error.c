/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-error.h"

/* Not G_DEFINE_QUARK(): the formatter takes the hyphens for minus signs. */
GQuark
ptp_error_quark (void)
{
  return g_quark_from_static_string ("ptp-error-quark");
}

G_DEFINE_ENUM_TYPE (PtpError,
                    ptp_error,
                    G_DEFINE_ENUM_VALUE (PTP_ERROR_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (PTP_ERROR_NOT_IMPLEMENTED, "not-implemented"),
                    G_DEFINE_ENUM_VALUE (PTP_ERROR_ALREADY_REGISTERED, "already-registered"),
                    G_DEFINE_ENUM_VALUE (PTP_ERROR_CLOSED, "closed"),
                    G_DEFINE_ENUM_VALUE (PTP_ERROR_OVERFLOW, "overflow"),
                    G_DEFINE_ENUM_VALUE (PTP_ERROR_INVALID, "invalid"),
                    G_DEFINE_ENUM_VALUE (PTP_ERROR_STOPPED, "stopped"))
