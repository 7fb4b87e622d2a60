/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <pulltopush/pulltopush.h>

G_BEGIN_DECLS

typedef struct _PtpCliPauses PtpCliPauses;

PtpCliPauses *ptp_cli_pauses_new (PtpPullToPush *stream);
void ptp_cli_pauses_free (PtpCliPauses *self);

void ptp_cli_pauses_stop (PtpCliPauses *self);
GHashTable *ptp_cli_pauses_get_counts (PtpCliPauses *self);
double ptp_cli_pauses_get_seconds (PtpCliPauses *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpCliPauses, ptp_cli_pauses_free)

G_END_DECLS
