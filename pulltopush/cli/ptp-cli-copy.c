/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-copy-fields-private.h"

#include <unistd.h>

#include "ptp-cli-open-private.h"
#include "ptp-cli-signals-private.h"

/* Microseconds. There is one stream, and nobody who would be late but a signal. */
#define SLICE (2000)

G_DEFINE_FINAL_TYPE (PtpCliCopy, ptp_cli_copy, G_TYPE_OBJECT)

static void
ptp_cli_copy_finalize (GObject *object)
{
  PtpCliCopy *self = PTP_CLI_COPY (object);

  g_clear_pointer (&self->pauses, ptp_cli_pauses_free);
  g_clear_object (&self->progress);
  g_clear_object (&self->stream);
  g_clear_object (&self->producer);
  g_clear_object (&self->consumer);
  g_clear_pointer (&self->input, ptp_cli_opened_free);
  g_clear_pointer (&self->output, ptp_cli_opened_free);
  g_clear_pointer (&self->source, ptp_cli_place_free);
  g_clear_pointer (&self->destination, ptp_cli_place_free);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_error (&self->error);
  g_free (self->kept);

  G_OBJECT_CLASS (ptp_cli_copy_parent_class)->finalize (object);
}

static void
ptp_cli_copy_class_init (PtpCliCopyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ptp_cli_copy_finalize;
}

static void
ptp_cli_copy_init (PtpCliCopy *self)
{
  self->loop = g_main_loop_new (NULL, FALSE);
  self->cancellable = g_cancellable_new ();
}

/* What comes after an interruption, or after another failure, comes because of it. */
static void
fail (PtpCliCopy *self, PtpCliSide side, GError *error)
{
  g_autoptr (GError) owned = error;

  if (!ptp_cli_copy_is_well (self))
    return;

  self->side = side;
  self->error = g_steal_pointer (&owned);
}

static void
conclude (PtpCliCopy *self)
{
  self->ended = g_get_monotonic_time ();
  g_main_loop_quit (self->loop);
}

/* The end */

/* What the source gave before it failed is written all the same if the file is to be kept: so the
 * stream leaves the end of that file to us.
 */
static gboolean
keeps_partial (PtpCliCopy *self)
{
  return self->output->target != NULL && self->options->partial;
}

static void
discarded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  PtpCliCopy *self = user_data;
  g_autoptr (GError) error = NULL;

  self->kept = ptp_cli_target_discard_finish (PTP_CLI_TARGET (source), result, &error);
  if (error != NULL)
    g_printerr ("pulltopush: a temporary file is left: %s\n", error->message);
  conclude (self);
}

static void
discard_target (PtpCliCopy *self)
{
  ptp_cli_target_discard_async (self->output->target, self->options->partial, discarded_cb, self);
}

static void
committed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  PtpCliCopy *self = user_data;
  GError *error = NULL;

  if (ptp_cli_target_commit_finish (PTP_CLI_TARGET (source), result, &error))
    {
      conclude (self);
      return;
    }

  fail (self, PTP_CLI_SIDE_DESTINATION, error);
  discard_target (self);
}

static void
settle_target (PtpCliCopy *self)
{
  if (self->output->target == NULL)
    {
      conclude (self);
    }
  else if (ptp_cli_copy_is_well (self))
    {
      self->committing = TRUE;
      ptp_cli_target_commit_async (self->output->target, committed_cb, self);
    }
  else
    {
      discard_target (self);
    }
}

static void
connection_closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  PtpCliCopy *self = user_data;
  GError *error = NULL;

  if (!g_io_stream_close_finish (G_IO_STREAM (source), result, &error))
    fail (self, PTP_CLI_SIDE_DESTINATION, error);
  settle_target (self);
}

static void
close_connection (PtpCliCopy *self)
{
  if (self->output->connection != NULL && ptp_cli_copy_is_well (self))
    g_io_stream_close_async (self->output->connection, G_PRIORITY_DEFAULT, self->cancellable,
                             connection_closed_cb, self);
  else
    settle_target (self);
}

static void
kept_sink_settled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  PtpCliCopy *self = user_data;
  GError *error = NULL;

  if (ptp_consumer_wait_settled_finish (PTP_CONSUMER (source), result, &error) == 0)
    fail (self, PTP_CLI_SIDE_DESTINATION, error);
  settle_target (self);
}

static void
streamed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  PtpCliCopy *self = user_data;
  g_autoptr (GError) error = NULL;
  const GError *written = ptp_output_stream_consumer_get_error (self->consumer);

  if (!ptp_pull_to_push_wait_finish (PTP_PULL_TO_PUSH (source), result, &error))
    {
      if (written != NULL)
        fail (self, PTP_CLI_SIDE_DESTINATION, g_error_copy (written));
      else
        fail (self, PTP_CLI_SIDE_SOURCE, g_steal_pointer (&error));
    }

  if (self->pauses != NULL)
    ptp_cli_pauses_stop (self->pauses);
  if (keeps_partial (self))
    {
      ptp_consumer_finish (PTP_CONSUMER (self->consumer), NULL);
      ptp_consumer_wait_settled_async (PTP_CONSUMER (self->consumer), NULL, kept_sink_settled_cb,
                                       self);
    }
  else
    {
      close_connection (self);
    }
}

/* The beginning */

static char *
sample_cb (PtpCliSample *sample, gpointer user_data)
{
  PtpCliCopy *self = user_data;
  g_auto (GStrv) holders = ptp_pull_to_push_dup_holders (self->stream);

  sample->bytes = ptp_output_stream_consumer_get_bytes_written (self->consumer);
  sample->total = ptp_input_stream_producer_get_total_size (self->producer);
  return g_strjoinv (", ", holders);
}

static gboolean
wants_progress (PtpCliCopy *self)
{
  if (self->options->progress != PTP_CLI_PROGRESS_AUTO)
    return self->options->progress == PTP_CLI_PROGRESS_ON;
  if (self->options->quiet || g_strcmp0 (g_getenv ("TERM"), "dumb") == 0)
    return FALSE;

  /* Data and progress on one terminal would spoil each other. */
  return isatty (STDERR_FILENO) == 1
         && !(self->destination->kind == PTP_CLI_PLACE_STANDARD && isatty (STDOUT_FILENO) == 1);
}

static gboolean
make_ends (PtpCliCopy *self, GError **error)
{
  ptp_cli_opened_hasten (self->input);
  ptp_cli_opened_hasten (self->output);

  self->producer = ptp_input_stream_producer_new (self->input->input);
  if (self->input->size >= 0)
    ptp_input_stream_producer_set_total_size (self->producer, self->input->size);
  if (self->options->chunk_size > 0)
    ptp_input_stream_producer_set_chunk_size (self->producer, self->options->chunk_size);

  self->consumer = ptp_output_stream_consumer_new (self->output->output);
  /* A connection is closed as a whole, and politely. */
  ptp_output_stream_consumer_set_keep_open (self->consumer, self->output->connection != NULL);
  return ptp_output_stream_consumer_set_marks (self->consumer, self->options->low,
                                               self->options->high, G_MAXSIZE, error);
}

static gboolean
make_stream (PtpCliCopy *self, GError **error)
{
  self->stream
    = g_object_new (PTP_TYPE_PULL_TO_PUSH, "producer", self->producer, "consumer", self->consumer,
                    "cancellable", self->cancellable, "flags",
                    keeps_partial (self) ? PTP_PULL_TO_PUSH_KEEP_SINK : PTP_PULL_TO_PUSH_NONE,
                    NULL);
  if (!ptp_consumer_register_push_producer (PTP_CONSUMER (self->consumer),
                                            PTP_PUSH_PRODUCER (self->stream), error))
    return FALSE;

  ptp_pull_to_push_start_streaming (self->stream);
  return TRUE;
}

static void
start_stream (PtpCliCopy *self)
{
  g_autoptr (PtpCooperator) cooperator = ptp_cooperator_ref_default ();
  GError *error = NULL;

  ptp_cooperator_set_slice (cooperator, SLICE);
  if (!make_ends (self, &error) || !make_stream (self, &error))
    {
      fail (self, PTP_CLI_SIDE_NONE, error);
      settle_target (self);
      return;
    }

  if (self->options->stats)
    self->pauses = ptp_cli_pauses_new (self->stream);
  if (wants_progress (self))
    {
      self->progress = ptp_cli_progress_new (STDERR_FILENO, sample_cb, self);
      ptp_cli_progress_start (self->progress);
    }
  ptp_pull_to_push_wait_async (self->stream, NULL, streamed_cb, self);
}

static void
destination_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  PtpCliCopy *self = user_data;
  GError *error = NULL;

  self->output = ptp_cli_open_finish (result, &error);
  if (self->output == NULL)
    {
      fail (self, PTP_CLI_SIDE_DESTINATION, error);
      conclude (self);
    }
  else if (ptp_cli_copy_is_well (self))
    {
      self->started = g_get_monotonic_time ();
      start_stream (self);
    }
  else
    {
      settle_target (self);
    }
}

static void
source_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  PtpCliCopy *self = user_data;
  GError *error = NULL;

  self->input = ptp_cli_open_finish (result, &error);
  if (self->input == NULL)
    fail (self, PTP_CLI_SIDE_SOURCE, error);

  if (ptp_cli_copy_is_well (self))
    ptp_cli_open_async (self->destination, self->options, self->input->id, self->cancellable,
                        destination_opened_cb, self);
  else
    conclude (self);
}

static gboolean
parse_places (PtpCliCopy *self)
{
  GError *error = NULL;

  self->source = ptp_cli_place_new (self->options->source, PTP_CLI_SIDE_SOURCE, &error);
  if (self->source == NULL)
    {
      fail (self, PTP_CLI_SIDE_SOURCE, error);
      return FALSE;
    }

  self->destination
    = ptp_cli_place_new (self->options->destination, PTP_CLI_SIDE_DESTINATION, &error);
  if (self->destination == NULL)
    fail (self, PTP_CLI_SIDE_DESTINATION, error);

  return self->destination != NULL;
}

/* Signals */

static void
interrupt_cb (int signal_number, gpointer user_data)
{
  PtpCliCopy *self = user_data;

  /* Whoever asks twice does not want to wait. */
  if (++self->n_signals > 1)
    {
      if (self->output != NULL && self->output->target != NULL)
        ptp_cli_target_discard_now (self->output->target);
      _exit (PTP_CLI_STATUS_SIGNAL + signal_number);
    }
  if (self->committing)
    return;

  self->signal_number = signal_number;
  g_cancellable_cancel (self->cancellable);
}

/* @options must outlive the run. */
PtpCliCopy *
ptp_cli_copy_new (const PtpCliOptions *options)
{
  PtpCliCopy *self = g_object_new (PTP_TYPE_CLI_COPY, NULL);

  self->options = options;
  return self;
}

/* Runs the main loop until all is done. Returns: the exit status */
int
ptp_cli_copy_run (PtpCliCopy *self)
{
  if (parse_places (self))
    {
      g_autoptr (PtpCliSignals) signals = ptp_cli_signals_new (interrupt_cb, self);

      ptp_cli_open_async (self->source, self->options, NULL, self->cancellable, source_opened_cb,
                          self);
      g_main_loop_run (self->loop);
    }

  ptp_cli_copy_report (self);
  if (!ptp_cli_copy_is_well (self) && self->output != NULL)
    ptp_cli_opened_hang_up (self->output);
  return ptp_cli_copy_get_status (self);
}
