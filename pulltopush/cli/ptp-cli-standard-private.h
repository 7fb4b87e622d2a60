/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-cli-opened-private.h"
#include "ptp-cli-status-private.h"

G_BEGIN_DECLS

void ptp_cli_standard_prepare (void);
PtpCliOpened *ptp_cli_standard_open (PtpCliSide side, GError **error);

G_END_DECLS
