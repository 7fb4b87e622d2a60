/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

#include "ptp-cli-status-private.h"

G_BEGIN_DECLS

/* What there is to say about a run. */
typedef struct
{
  const char *source;      /* (unowned) */
  const char *destination; /* (unowned) */
  const char *state;       /* (unowned): finished, failed or interrupted */
  guint64 bytes_read;
  guint64 bytes_written;
  guint64 steps;
  GHashTable *pauses; /* (unowned) (nullable) (element-type utf8 guint) */
  double paused_seconds;
  gsize peak_queued; /* bytes */
  gsize high;        /* bytes */
  gsize low;         /* bytes */
  double seconds;
  PtpCliSide side;   /* that failed */
  const char *error; /* (unowned) (nullable) */
} PtpCliStats;

char *ptp_cli_stats_to_json (const PtpCliStats *stats);

G_END_DECLS
