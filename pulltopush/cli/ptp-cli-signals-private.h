/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _PtpCliSignals PtpCliSignals;

typedef void (*PtpCliSignalFunc) (int signal_number, gpointer user_data);

PtpCliSignals *ptp_cli_signals_new (PtpCliSignalFunc func, gpointer user_data);
void ptp_cli_signals_free (PtpCliSignals *self);

const char *ptp_cli_signal_get_name (int signal_number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpCliSignals, ptp_cli_signals_free)

G_END_DECLS
