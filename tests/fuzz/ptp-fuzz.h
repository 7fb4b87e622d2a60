/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is fuzzed: any bytes are an input. Each returns what it found, or null. */
typedef char *(*PtpFuzzFunc) (const guint8 *data, gsize size);

/* A sequence of calls, played on the library and on the model. */
char *ptp_fuzz_model (const guint8 *data, gsize size);

/* What a user writes on the command line: a size, a place, or all of it. */
char *ptp_fuzz_cli (const guint8 *data, gsize size);

G_END_DECLS
