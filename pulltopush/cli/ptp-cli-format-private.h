/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How far a run is. */
typedef struct
{
  guint64 bytes;       /* written */
  gint64 total;        /* bytes; -1: unknown */
  double rate;         /* bytes per second, of late */
  double seconds;      /* since the start */
  const char *holders; /* (unowned) (nullable): who pauses it, as in "consumer, user" */
  gboolean done;
} PtpCliSample;

char *ptp_cli_format_bytes (guint64 bytes);
char *ptp_cli_format_rate (double rate);
char *ptp_cli_format_time (double seconds);
char *ptp_cli_format_line (const PtpCliSample *sample, guint columns);
char *ptp_cli_format_plain (const PtpCliSample *sample);

G_END_DECLS
