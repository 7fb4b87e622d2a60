/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Packs a file into memory, in steps that leave the main loop free; with --check it unpacks it
 * again, and compares.
 */
#include <pulltopush/pulltopush.h>

/* Small enough that packing one chunk takes less time than a frame. */
#define CHUNK_SIZE (16 * 1024)

typedef struct
{
  GMainLoop *loop;
  gboolean check;
  GBytes *original;
  GBytes *packed;
  GOutputStream *memory;
  GError *error;
} Transform;

static void
fail (Transform *transform, GError *error)
{
  transform->error = error;
  g_main_loop_quit (transform->loop);
}

/* Streams bytes through a converter into memory, and then calls converted_cb. */
static void
convert (Transform *transform,
         GBytes *bytes,
         GConverter *converter,
         GAsyncReadyCallback converted_cb)
{
  g_autoptr (PtpBytesProducer) producer = ptp_bytes_producer_new (bytes);
  g_autoptr (GOutputStream) stage = NULL;
  g_autoptr (PtpOutputStreamConsumer) consumer = NULL;
  g_autoptr (PtpPullToPush) stream = NULL;
  GError *error = NULL;

  g_clear_object (&transform->memory);
  transform->memory = g_memory_output_stream_new_resizable ();
  stage = g_converter_output_stream_new (transform->memory, converter);
  consumer = ptp_output_stream_consumer_new (stage);

  ptp_bytes_producer_set_chunk_size (producer, CHUNK_SIZE);
  stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), &error);
  if (stream == NULL)
    fail (transform, error);
  else
    ptp_pull_to_push_wait_async (stream, NULL, converted_cb, transform);
}

static GBytes *
convert_finish (Transform *transform, GObject *stream, GAsyncResult *result, GError **error)
{
  if (!ptp_pull_to_push_wait_finish (PTP_PULL_TO_PUSH (stream), result, error))
    return NULL;

  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (transform->memory));
}

static void
unpacked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Transform *transform = data;
  GError *error = NULL;
  g_autoptr (GBytes) unpacked = convert_finish (transform, source, result, &error);

  if (unpacked != NULL && !g_bytes_equal (unpacked, transform->original))
    error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                                 "what was unpacked is not what was packed");
  if (error != NULL)
    {
      fail (transform, error);
      return;
    }

  g_print ("same\n");
  g_main_loop_quit (transform->loop);
}

static void
packed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Transform *transform = data;
  g_autoptr (GConverter) unzip
    = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  GError *error = NULL;

  transform->packed = convert_finish (transform, source, result, &error);
  if (transform->packed == NULL)
    {
      fail (transform, error);
      return;
    }

  g_print ("%" G_GSIZE_FORMAT " bytes -> %" G_GSIZE_FORMAT " bytes\n",
           g_bytes_get_size (transform->original), g_bytes_get_size (transform->packed));
  if (transform->check)
    convert (transform, transform->packed, unzip, unpacked_cb);
  else
    g_main_loop_quit (transform->loop);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Transform *transform = data;
  g_autoptr (GConverter) zip
    = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1));
  GError *error = NULL;

  transform->original = g_file_load_bytes_finish (G_FILE (source), result, NULL, &error);
  if (transform->original == NULL)
    fail (transform, error);
  else
    convert (transform, transform->original, zip, packed_cb);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  gboolean check = argc == 3 && g_str_equal (argv[2], "--check");
  Transform transform = { .loop = loop, .check = check };
  g_autoptr (GFile) file = NULL;
  gboolean failed;

  if (argc < 2 || *argv[1] == '-' || (argc > 2 && !check))
    {
      g_printerr ("Usage: transform FILE [--check]\n");
      return 2;
    }

  file = g_file_new_for_commandline_arg (argv[1]);
  g_file_load_bytes_async (file, NULL, loaded_cb, &transform);
  g_main_loop_run (loop);

  failed = transform.error != NULL;
  if (failed)
    g_printerr ("transform: %s\n", transform.error->message);
  g_clear_error (&transform.error);
  g_clear_object (&transform.memory);
  g_clear_pointer (&transform.packed, g_bytes_unref);
  g_clear_pointer (&transform.original, g_bytes_unref);
  return failed ? 1 : 0;
}
