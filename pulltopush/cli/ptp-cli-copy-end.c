/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-copy-fields-private.h"

#include "ptp-cli-report-private.h"
#include "ptp-cli-signals-private.h"
#include "ptp-cli-stats-private.h"

/* Whether nothing has gone wrong. */
gboolean
ptp_cli_copy_is_well (PtpCliCopy *self)
{
  return self->error == NULL && self->signal_number == 0;
}

/* What is said at the end */

static void
fill_stats (PtpCliCopy *self, PtpCliStats *stats)
{
  stats->state = self->signal_number != 0 ? "interrupted"
                 : self->error != NULL    ? "failed"
                                          : "finished";
  stats->high = self->options->high;
  stats->low = self->options->low;
  stats->side = self->side;
  stats->error = self->error != NULL ? self->error->message : NULL;
  stats->seconds = self->started != 0 ? (double) (self->ended - self->started) / G_USEC_PER_SEC : 0;

  if (self->producer != NULL)
    stats->bytes_read = ptp_input_stream_producer_get_bytes_read (self->producer);
  if (self->consumer != NULL)
    {
      stats->bytes_written = ptp_output_stream_consumer_get_bytes_written (self->consumer);
      stats->peak_queued = ptp_output_stream_consumer_get_peak_queued (self->consumer);
    }
  if (self->stream != NULL)
    stats->steps = ptp_pull_to_push_get_n_steps (self->stream);
  if (self->pauses != NULL)
    {
      stats->pauses = ptp_cli_pauses_get_counts (self->pauses);
      stats->paused_seconds = ptp_cli_pauses_get_seconds (self->pauses);
    }
}

void
ptp_cli_copy_report (PtpCliCopy *self)
{
  g_autofree char *source = g_filename_display_name (self->options->source);
  g_autofree char *destination = g_filename_display_name (self->options->destination);
  g_autofree char *message = NULL;
  PtpCliStats stats = { .source = source, .destination = destination };

  fill_stats (self, &stats);
  if (self->progress != NULL)
    ptp_cli_progress_stop (self->progress, ptp_cli_copy_is_well (self));

  if (self->signal_number != 0)
    message = ptp_cli_report_interruption (&stats, ptp_cli_signal_get_name (self->signal_number),
                                           self->kept);
  else if (self->error != NULL)
    message = ptp_cli_report_failure (&stats, self->kept);
  if (message != NULL)
    g_printerr ("pulltopush: %s\n", message);

  if (self->options->stats)
    {
      g_autofree char *json = ptp_cli_stats_to_json (&stats);

      g_printerr ("%s\n", json);
    }
}

int
ptp_cli_copy_get_status (PtpCliCopy *self)
{
  if (self->signal_number != 0)
    return PTP_CLI_STATUS_SIGNAL + self->signal_number;
  if (self->error == NULL)
    return PTP_CLI_STATUS_DONE;
  if (self->error->domain == G_OPTION_ERROR)
    return PTP_CLI_STATUS_USAGE;
  if (self->side == PTP_CLI_SIDE_NONE)
    return PTP_CLI_STATUS_FAILED;

  return self->side == PTP_CLI_SIDE_SOURCE ? PTP_CLI_STATUS_SOURCE : PTP_CLI_STATUS_DESTINATION;
}
