/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Exit statuses, as the man page and --help state them. An interrupted run exits with 128 and the
 * number of the signal.
 */
typedef enum
{
  PTP_CLI_STATUS_DONE = 0,
  PTP_CLI_STATUS_FAILED = 1,
  PTP_CLI_STATUS_USAGE = 2,
  PTP_CLI_STATUS_SOURCE = 3,
  PTP_CLI_STATUS_DESTINATION = 4,
  PTP_CLI_STATUS_SIGNAL = 128,
} PtpCliStatus;

typedef enum
{
  PTP_CLI_SIDE_NONE = 0,
  PTP_CLI_SIDE_SOURCE,
  PTP_CLI_SIDE_DESTINATION,
} PtpCliSide;

static inline const char *
ptp_cli_side_to_string (PtpCliSide side)
{
  return side == PTP_CLI_SIDE_SOURCE ? "source" : "destination";
}

G_END_DECLS
