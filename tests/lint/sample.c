/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What somebody else's program does first: streams a few bytes into a stream in memory.
 */
#include <pulltopush/pulltopush.h>

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!ptp_pull_to_push_wait_finish (PTP_PULL_TO_PUSH (source), result, &error))
    g_error ("%s", error->message);
  g_main_loop_quit (data);
}

int
main (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("it works\n", 9);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (PtpBytesProducer) producer = ptp_bytes_producer_new (bytes);
  g_autoptr (PtpOutputStreamConsumer) consumer = ptp_output_stream_consumer_new (memory);
  g_autoptr (PtpPullToPush) stream = NULL;

  stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), NULL);
  ptp_pull_to_push_wait_async (stream, NULL, done_cb, loop);
  g_main_loop_run (loop);

  g_print ("%s %.*s", PTP_VERSION_S,
           (int) g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (memory)),
           (const char *) g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (memory)));
  return 0;
}
