/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-report-private.h"

static void
append_counts (GString *text, const PtpCliStats *stats)
{
  g_string_append_printf (text, "%" G_GUINT64_FORMAT " %s read, %" G_GUINT64_FORMAT " %s written",
                          stats->bytes_read, stats->bytes_read == 1 ? "byte" : "bytes",
                          stats->bytes_written, stats->bytes_written == 1 ? "byte" : "bytes");
}

/* A message is one line, whatever names and errors hold. */
static char *
finish (GString *text, const char *kept)
{
  if (kept != NULL)
    g_string_append_printf (text, "; what came is kept as '%s'", kept);

  g_strdelimit (text->str, "\n\r", ' ');
  return g_string_free (text, FALSE);
}

/* "destination 'x': No space left on device (5 bytes read, 4 bytes written)" */
char *
ptp_cli_report_failure (const PtpCliStats *stats, const char *kept)
{
  GString *text = g_string_new (NULL);

  if (stats->side != PTP_CLI_SIDE_NONE)
    g_string_append_printf (text, "%s '%s': ", ptp_cli_side_to_string (stats->side),
                            stats->side == PTP_CLI_SIDE_SOURCE ? stats->source
                                                               : stats->destination);
  g_string_append (text, stats->error);
  if (stats->bytes_read > 0)
    {
      g_string_append (text, " (");
      append_counts (text, stats);
      g_string_append_c (text, ')');
    }

  return finish (text, kept);
}

/* "interrupted by SIGINT: 5 bytes read, 4 bytes written" */
char *
ptp_cli_report_interruption (const PtpCliStats *stats, const char *by, const char *kept)
{
  GString *text = g_string_new ("interrupted by ");

  g_string_append_printf (text, "%s: ", by);
  append_counts (text, stats);
  return finish (text, kept);
}
