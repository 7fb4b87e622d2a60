/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define PTP_TYPE_CLI_TARGET (ptp_cli_target_get_type ())

G_DECLARE_FINAL_TYPE (PtpCliTarget, ptp_cli_target, PTP, CLI_TARGET, GObject)

void ptp_cli_target_create_async (GFile *file,
                                  GFileInfo *existing,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
PtpCliTarget *ptp_cli_target_create_finish (GAsyncResult *result, GError **error);

GOutputStream *ptp_cli_target_get_stream (PtpCliTarget *self);

void
ptp_cli_target_commit_async (PtpCliTarget *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean ptp_cli_target_commit_finish (PtpCliTarget *self, GAsyncResult *result, GError **error);

void ptp_cli_target_discard_async (PtpCliTarget *self,
                                   gboolean keep,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
char *ptp_cli_target_discard_finish (PtpCliTarget *self, GAsyncResult *result, GError **error);

void ptp_cli_target_discard_now (PtpCliTarget *self);

G_END_DECLS
