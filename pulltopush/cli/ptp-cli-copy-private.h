/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

#include "ptp-cli-options-private.h"
#include "ptp-cli-status-private.h"

G_BEGIN_DECLS

#define PTP_TYPE_CLI_COPY (ptp_cli_copy_get_type ())

G_DECLARE_FINAL_TYPE (PtpCliCopy, ptp_cli_copy, PTP, CLI_COPY, GObject)

PtpCliCopy *ptp_cli_copy_new (const PtpCliOptions *options);

int ptp_cli_copy_run (PtpCliCopy *self);

G_END_DECLS
