/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Streams in memory, which GIO would leave to a thread: they can be polled, and never wait. */

#include "ptp-test-util.h"

#include <fcntl.h>
#include <gio/gunixoutputstream.h>

#include "ptp-cli-prompt-input-private.h"
#include "ptp-cli-prompt-output-private.h"

static gboolean
ready_cb (GObject *stream, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Its source is ready without anybody doing anything. */
static void
assert_ready_at_once (GSource *source)
{
  g_autoptr (GSource) owned = source;
  gboolean ready = FALSE;

  g_source_set_callback (source, G_SOURCE_FUNC (ready_cb), &ready, NULL);
  g_source_attach (source, NULL);
  ptp_test_until_set (&ready);
}

static void
test_input (void)
{
  g_autoptr (GInputStream) base = g_memory_input_stream_new_from_data ("word", 4, NULL);
  g_autoptr (GInputStream) stream = ptp_cli_prompt_input_new (base);
  GPollableInputStream *pollable = G_POLLABLE_INPUT_STREAM (stream);
  g_autoptr (GError) error = NULL;
  char buffer[8] = { 0 };

  g_assert_true (g_pollable_input_stream_can_poll (pollable));
  g_assert_true (g_pollable_input_stream_is_readable (pollable));
  assert_ready_at_once (g_pollable_input_stream_create_source (pollable, NULL));
  g_assert_cmpint (g_pollable_input_stream_read_nonblocking (pollable, buffer, 8, NULL, &error), ==,
                   4);
  g_assert_cmpstr (buffer, ==, "word");
  /* At its end, too. */
  g_assert_true (g_pollable_input_stream_is_readable (pollable));
  g_assert_cmpint (g_pollable_input_stream_read_nonblocking (pollable, buffer, 8, NULL, &error), ==,
                   0);
  g_assert_no_error (error);
}

static void
test_output (void)
{
  g_autoptr (GOutputStream) base = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = ptp_cli_prompt_output_new (base);
  GPollableOutputStream *pollable = G_POLLABLE_OUTPUT_STREAM (stream);
  g_autoptr (GBytes) word = g_bytes_new_static ("word", 4);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_pollable_output_stream_can_poll (pollable));
  g_assert_true (g_pollable_output_stream_is_writable (pollable));
  assert_ready_at_once (g_pollable_output_stream_create_source (pollable, NULL));
  g_assert_cmpint (g_pollable_output_stream_write_nonblocking (pollable, "word", 4, NULL, &error),
                   ==, 4);
  g_assert_no_error (error);
  g_assert_true (g_output_stream_close (base, NULL, &error));
  bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (base));
  g_assert_true (g_bytes_equal (bytes, word));
}

/* A device that refuses what it is given says why. */
static void
test_full_device (void)
{
  int fd = open ("/dev/full", O_WRONLY | O_CLOEXEC);
  g_autoptr (GOutputStream) base = NULL;
  g_autoptr (GOutputStream) stream = NULL;
  g_autoptr (GError) error = NULL;

  if (fd < 0)
    {
      g_test_skip ("there is no /dev/full");
      return;
    }

  base = g_unix_output_stream_new (fd, TRUE);
  stream = ptp_cli_prompt_output_new (base);
  g_assert_cmpint (g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (stream),
                                                               "word", 4, NULL, &error),
                   ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli/prompt/input", test_input);
  g_test_add_func ("/cli/prompt/output", test_output);
  g_test_add_func ("/cli/prompt/full-device", test_full_device);

  return g_test_run ();
}
