/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A PtpOutputStreamConsumer on descriptors in blocking mode: the main loop goes on, whatever the
 * other end does. When a write blocks, SIGALRM ends the test.
 */

#include "ptp-test-writing.h"

#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define SIZE     (200000)
#define PATIENCE (20) /* seconds */

/* A terminal that passes bytes on as they are. Both ends are in blocking mode. */
static void
open_terminal (int *controller, int *terminal)
{
  struct termios mode;

  *controller = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_assert_no_errno (*controller);
  g_assert_no_errno (grantpt (*controller));
  g_assert_no_errno (unlockpt (*controller));
  *terminal = g_open (ptsname (*controller), O_RDWR | O_NOCTTY | O_CLOEXEC, 0);
  g_assert_no_errno (*terminal);
  g_assert_no_errno (tcgetattr (*terminal, &mode));
  cfmakeraw (&mode);
  g_assert_no_errno (tcsetattr (*terminal, TCSANOW, &mode));
}

/* Reads while the main loop runs, until all has come. */
static void
read_all (PtpTestWriting *t, int fd)
{
  g_autoptr (GByteArray) got = g_byte_array_new ();

  g_assert_true (g_unix_set_fd_nonblocking (fd, TRUE, NULL));
  while (got->len < t->in->len)
    {
      guint8 buffer[4096];
      gssize n = read (fd, buffer, sizeof buffer);

      if (n > 0)
        g_byte_array_append (got, buffer, (guint) n);
      else
        g_usleep (100);
      g_assert_no_error (ptp_output_stream_consumer_get_error (t->consumer));
      ptp_test_turns (2);
    }
  g_assert_cmpuint (got->len, ==, t->in->len);
  g_assert_true (memcmp (got->data, t->in->data, got->len) == 0);
  ptp_test_writing_until_written (t, t->in->len);
}

static gboolean
set_cb (gpointer flag)
{
  *(gboolean *) flag = TRUE;
  return G_SOURCE_REMOVE;
}

/* The loop is alive for a while. */
static void
live (guint milliseconds)
{
  gboolean over = FALSE;

  g_timeout_add (milliseconds, set_cb, &over);
  ptp_test_until_set (&over);
}

/* With writes that do not fit what there is room for in the end. */
static void
write_until_full (PtpTestWriting *t)
{
  while (t->in->len < SIZE)
    {
      ptp_test_writing_write (t, 777);
      ptp_test_turns (2);
    }
  live (100);
  g_assert_cmpuint (ptp_output_stream_consumer_get_bytes_queued (t->consumer), >, 0);
}

static void
check_unread (int write_fd, int read_fd)
{
  PtpTestWriting t;

  alarm (PATIENCE);
  ptp_test_writing_init (&t, g_unix_output_stream_new (write_fd, TRUE));
  write_until_full (&t);
  g_assert_cmpint (fcntl (write_fd, F_GETFL) & O_NONBLOCK, ==, 0);
  read_all (&t, read_fd);
  ptp_test_writing_finish_wait (&t);
  ptp_test_writing_assert_whole (&t);
  g_assert_no_errno (close (read_fd));
  ptp_test_writing_clear (&t);
  alarm (0);
}

/* A terminal whose other end does not read. */
static void
test_terminal (void)
{
  int controller, terminal;

  open_terminal (&controller, &terminal);
  check_unread (terminal, controller);
}

/* The other end of a terminal cannot be opened once more: that would be another terminal. */
static void
test_controller (void)
{
  int controller, terminal;

  open_terminal (&controller, &terminal);
  check_unread (controller, terminal);
}

/* A stream that was cancelled does not wait for what nobody reads. */
static void
test_b5_terminal_cancelled (void)
{
  PtpTestWriting t;
  int controller, terminal;

  alarm (PATIENCE);
  open_terminal (&controller, &terminal);
  ptp_test_writing_init (&t, g_unix_output_stream_new (terminal, TRUE));
  write_until_full (&t);
  ptp_test_writing_cancel (&t);
  ptp_test_writing_until_settled (&t);
  ptp_test_writing_assert_undone (&t);
  g_assert_no_errno (close (controller));
  ptp_test_writing_clear (&t);
  alarm (0);
}

static void
test_pipe (void)
{
  int fds[2];

  g_assert_no_errno (pipe2 (fds, O_CLOEXEC));
  check_unread (fds[1], fds[0]);
}

static GBytes *
decompress (GByteArray *compressed)
{
  g_autoptr (GConverter) converter
    = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW));
  g_autoptr (GInputStream) base
    = g_memory_input_stream_new_from_data (compressed->data, (gssize) compressed->len, NULL);
  g_autoptr (GInputStream) input = g_converter_input_stream_new (base, converter);
  g_autoptr (GError) error = NULL;
  GBytes *bytes = g_input_stream_read_bytes (input, 2 * SIZE, NULL, &error);

  g_assert_no_error (error);
  return bytes;
}

/* A stream that filters knows nothing of how the one below it blocks. */
static void
check_filter (int fds[2])
{
  g_autoptr (GByteArray) got = g_byte_array_new ();
  g_autoptr (GConverter) converter
    = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, 0));
  g_autoptr (GOutputStream) base = NULL;
  g_autoptr (GBytes) bytes = NULL;
  PtpTestWriting t;
  guint8 buffer[4096];
  gssize n;

  alarm (PATIENCE);
  g_assert_true (g_unix_set_fd_nonblocking (fds[0], TRUE, NULL));
  base = g_unix_output_stream_new (fds[1], TRUE);
  ptp_test_writing_init (&t, g_converter_output_stream_new (base, converter));
  ptp_test_writing_write (&t, SIZE);
  live (100);
  g_assert_cmpuint (ptp_output_stream_consumer_get_bytes_queued (t.consumer), >, 0);

  ptp_test_writing_finish (&t);
  while ((n = read (fds[0], buffer, sizeof buffer)) != 0)
    {
      if (n > 0)
        g_byte_array_append (got, buffer, (guint) n);
      ptp_test_turns (2);
    }
  ptp_test_writing_until_settled (&t);
  ptp_test_writing_assert_whole (&t);
  bytes = decompress (got);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, SIZE);
  g_assert_true (memcmp (g_bytes_get_data (bytes, NULL), t.in->data, SIZE) == 0);
  g_assert_no_errno (close (fds[0]));
  ptp_test_writing_clear (&t);
  alarm (0);
}

static void
test_filter_pipe (void)
{
  int fds[2];

  g_assert_no_errno (pipe2 (fds, O_CLOEXEC));
  check_filter (fds);
}

static void
test_filter_socket (void)
{
  const int size = 16384;
  int fds[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  g_assert_no_errno (setsockopt (fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size));
  check_filter (fds);
}

/* What was opened on the way is closed when nothing is queued any more: the reader sees the end. */
static void
test_b9_end_of_file (void)
{
  PtpTestWriting t;
  char buffer[100];
  int fds[2];

  g_assert_no_errno (pipe2 (fds, O_CLOEXEC));
  ptp_test_writing_init (&t, g_unix_output_stream_new (fds[1], TRUE));
  ptp_test_writing_write (&t, 10);
  ptp_test_writing_until_written (&t, 10);
  g_assert_true (g_output_stream_close (t.stream, NULL, NULL));
  g_assert_cmpint (read (fds[0], buffer, sizeof buffer), ==, 10);
  g_assert_true (g_unix_set_fd_nonblocking (fds[0], TRUE, NULL));
  g_assert_cmpint (read (fds[0], buffer, sizeof buffer), ==, 0);
  g_assert_no_errno (close (fds[0]));
  ptp_test_writing_clear (&t);
}

#define ADD(name, func) g_test_add_func ("/output-stream-consumer/" name, func)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("S1/blocking/terminal", test_terminal);
  ADD ("S1/blocking/controller", test_controller);
  ADD ("S1/blocking/pipe", test_pipe);
  ADD ("S1/blocking/filter/pipe", test_filter_pipe);
  ADD ("S1/blocking/filter/socket", test_filter_socket);
  ADD ("B5/blocking/terminal-cancelled", test_b5_terminal_cancelled);
  ADD ("B9/blocking/end-of-file", test_b9_end_of_file);

  return g_test_run ();
}
