/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _PtpCliOptions PtpCliOptions;

typedef enum
{
  PTP_CLI_PROGRESS_AUTO = 0,
  PTP_CLI_PROGRESS_OFF,
  PTP_CLI_PROGRESS_ON,
} PtpCliProgressMode;

/* What the command line says. */
struct _PtpCliOptions
{
  char *source;      /* (owned) (type filename) */
  char *destination; /* (owned) (type filename) */
  PtpCliProgressMode progress;
  guint chunk_size; /* bytes; 0: adapts */
  gsize high;       /* bytes */
  gsize low;        /* bytes */
  char *tls_ca;     /* (owned) (nullable) (type filename) */
  gboolean stats;
  gboolean quiet;
  gboolean partial;
  gboolean version;
};

PtpCliOptions *ptp_cli_options_new_from_args (char **args, GError **error);
void ptp_cli_options_free (PtpCliOptions *options);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpCliOptions, ptp_cli_options_free)

G_END_DECLS
