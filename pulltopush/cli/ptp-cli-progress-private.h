/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

#include "ptp-cli-format-private.h"

G_BEGIN_DECLS

#define PTP_TYPE_CLI_PROGRESS (ptp_cli_progress_get_type ())

G_DECLARE_FINAL_TYPE (PtpCliProgress, ptp_cli_progress, PTP, CLI_PROGRESS, GObject)

/* Fills in bytes, total and holders; what it gives for holders is freed by the caller. */
typedef char *(*PtpCliSampleFunc) (PtpCliSample *sample, gpointer user_data);

PtpCliProgress *ptp_cli_progress_new (int fd, PtpCliSampleFunc sample_func, gpointer user_data);

void ptp_cli_progress_start (PtpCliProgress *self);
void ptp_cli_progress_stop (PtpCliProgress *self, gboolean done);

G_END_DECLS
