/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-cli-stats-private.h"

G_BEGIN_DECLS

char *ptp_cli_report_failure (const PtpCliStats *stats, const char *kept);
char *ptp_cli_report_interruption (const PtpCliStats *stats, const char *by, const char *kept);

G_END_DECLS
