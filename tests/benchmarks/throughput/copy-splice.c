/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gio/gio.h>

/* copy-splice SOURCE DESTINATION: what GIO itself has for this, g_output_stream_splice_async(), in
 * a main loop. The destination is a path or HOST:PORT.
 */

static void
spliced_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (g_output_stream_splice_finish (G_OUTPUT_STREAM (source), result, &error) < 0)
    g_error ("It cannot be copied: %s", error->message);
  g_main_loop_quit (user_data);
}

/* A connection is closed with the last reference; its stream does not do it. */
static GOutputStream *
open_destination (const char *name, GSocketConnection **connection, GError **error)
{
  g_autoptr (GFile) file = NULL;
  GFileType type;

  if (!g_path_is_absolute (name))
    {
      g_autoptr (GSocketClient) client = g_socket_client_new ();

      *connection = g_socket_client_connect_to_host (client, name, 0, NULL, error);
      if (*connection == NULL)
        return NULL;
      return g_object_ref (g_io_stream_get_output_stream (G_IO_STREAM (*connection)));
    }

  file = g_file_new_for_path (name);
  type = g_file_query_file_type (file, G_FILE_QUERY_INFO_NONE, NULL);
  if (type == G_FILE_TYPE_SPECIAL)
    return G_OUTPUT_STREAM (g_file_append_to (file, G_FILE_CREATE_NONE, NULL, error));

  return G_OUTPUT_STREAM (g_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, NULL, error));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GOutputStream) output = NULL;
  g_autoptr (GFileInputStream) input = NULL;
  g_autoptr (GFile) file = NULL;

  if (argc != 3)
    g_error ("Usage: copy-splice SOURCE DESTINATION");

  file = g_file_new_for_path (argv[1]);
  input = g_file_read (file, NULL, &error);
  if (input == NULL)
    g_error ("%s", error->message);
  output = open_destination (argv[2], &connection, &error);
  if (output == NULL)
    g_error ("%s", error->message);

  g_output_stream_splice_async (output, G_INPUT_STREAM (input),
                                G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE
                                  | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                                G_PRIORITY_DEFAULT, NULL, spliced_cb, loop);
  g_main_loop_run (loop);
  return 0;
}
