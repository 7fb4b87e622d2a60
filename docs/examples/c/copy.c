/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Copies a file, and shows how far it is. A line "p" on standard input pauses the copy and lets it
 * go on, a line "q" cancels it; then a target that was there stays as it was, and one that was not
 * there is not made.
 */
#include <pulltopush/pulltopush.h>
#include <gio/gunixinputstream.h>
#include <unistd.h>

typedef struct
{
  GMainLoop *loop;
  GCancellable *cancellable;
  GDataInputStream *commands;
  PtpInputStreamProducer *producer;
  PtpOutputStreamConsumer *consumer;
  PtpPullToPush *stream;
  gboolean held;
  GError *error;
} Copy;

static void
show_progress (Copy *copy)
{
  guint64 written = ptp_output_stream_consumer_get_bytes_written (copy->consumer);
  gint64 total = ptp_input_stream_producer_get_total_size (copy->producer);
  g_auto (GStrv) holders = ptp_pull_to_push_dup_holders (copy->stream);
  g_autofree char *names = g_strjoinv (", ", holders);
  g_autoptr (GString) line = g_string_new (NULL);

  g_string_append_printf (line, "%" G_GUINT64_FORMAT " bytes", written);
  if (total > 0)
    g_string_append_printf (line, ", %.0f %%", 100.0 * (double) written / (double) total);
  if (*names != '\0')
    g_string_append_printf (line, ", paused by %s", names);

  g_printerr ("\r%-60s", line->str);
}

static gboolean
show_progress_cb (gpointer data)
{
  show_progress (data);
  return G_SOURCE_CONTINUE;
}

/* The target is in its place by now, whole, or as it was before. */
static void
ended_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Copy *copy = data;

  ptp_pull_to_push_wait_finish (copy->stream, result, &copy->error);
  show_progress (copy);
  g_printerr ("\n");
  g_main_loop_quit (copy->loop);
}

static void
obey (Copy *copy, const char *command)
{
  if (g_str_equal (command, "q"))
    g_cancellable_cancel (copy->cancellable);
  if (!g_str_equal (command, "p"))
    return;

  copy->held = !copy->held;
  if (copy->held)
    ptp_pull_to_push_hold (copy->stream, "user");
  else
    ptp_pull_to_push_release (copy->stream, "user");
  show_progress (copy);
}

static void
command_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Copy *copy = data;
  g_autofree char *line
    = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);

  if (line == NULL)
    return;

  obey (copy, line);
  g_data_input_stream_read_line_async (copy->commands, G_PRIORITY_DEFAULT, NULL, command_cb, copy);
}

static gboolean
start (Copy *copy, const char *source_name, const char *target_name, GError **error)
{
  g_autoptr (GFile) source = g_file_new_for_commandline_arg (source_name);
  g_autoptr (GFile) target = g_file_new_for_commandline_arg (target_name);
  g_autoptr (GFileInputStream) input = g_file_read (source, NULL, error);

  if (input == NULL)
    return FALSE;

  copy->producer = ptp_input_stream_producer_new (G_INPUT_STREAM (input));
  copy->consumer = PTP_OUTPUT_STREAM_CONSUMER (ptp_file_consumer_new (target));
  copy->stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (copy->producer),
                                          PTP_CONSUMER (copy->consumer), error);
  if (copy->stream == NULL)
    return FALSE;

  ptp_pull_to_push_set_cancellable (copy->stream, copy->cancellable);
  ptp_pull_to_push_wait_async (copy->stream, NULL, ended_cb, copy);
  return TRUE;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) commands = g_data_input_stream_new (input);
  g_autoptr (GError) error = NULL;
  Copy copy = { .loop = loop, .cancellable = cancellable, .commands = commands };

  if (argc != 3)
    {
      g_printerr ("Usage: copy SOURCE TARGET\n");
      return 2;
    }

  if (start (&copy, argv[1], argv[2], &copy.error))
    {
      guint timer = g_timeout_add (100, show_progress_cb, &copy);

      g_data_input_stream_read_line_async (commands, G_PRIORITY_DEFAULT, NULL, command_cb, &copy);
      g_main_loop_run (loop);
      g_source_remove (timer);
    }

  error = copy.error;
  if (error == NULL)
    g_print ("%" G_GUINT64_FORMAT " bytes\n",
             ptp_output_stream_consumer_get_bytes_written (copy.consumer));
  else
    g_printerr ("copy: %s\n", error->message);

  g_clear_object (&copy.stream);
  g_clear_object (&copy.consumer);
  g_clear_object (&copy.producer);
  return error == NULL ? 0 : 1;
}
