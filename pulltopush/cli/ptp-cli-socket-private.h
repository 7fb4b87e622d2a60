/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-cli-opened-private.h"
#include "ptp-cli-options-private.h"
#include "ptp-cli-place-private.h"

G_BEGIN_DECLS

void ptp_cli_socket_open_async (const PtpCliPlace *place,
                                const PtpCliOptions *options,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
PtpCliOpened *ptp_cli_socket_open_finish (GAsyncResult *result, GError **error);

G_END_DECLS
