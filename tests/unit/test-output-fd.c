/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a descriptor under an output stream tells of hang-ups, and of how much it takes. */

#include "pulltopush/gio/ptp-output-fd-private.h"

#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

static void
test_b6_socket_error_queue (void)
{
  g_autoptr (GError) error = NULL;
  int fds[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  /* A time stamp, say: no hang-up. */
  g_assert_null (ptp_output_fd_explain_hangup (fds[0], G_IO_ERR));
  error = ptp_output_fd_explain_hangup (fds[0], G_IO_ERR | G_IO_HUP);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  g_assert_no_errno (close (fds[0]));
  g_assert_no_errno (close (fds[1]));
}

static void
test_b6_pipe (void)
{
  g_autoptr (GError) error = NULL;
  int fds[2];

  g_assert_no_errno (pipe2 (fds, O_CLOEXEC));
  error = ptp_output_fd_explain_hangup (fds[1], G_IO_ERR);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  g_assert_no_errno (close (fds[0]));
  g_assert_no_errno (close (fds[1]));
}

/* As much as cannot block: what an empty pipe holds, PIPE_BUF of another, all without blocking. */
static void
test_limit_call (void)
{
  g_autoptr (GOutputStream) stream = NULL;
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  const gsize much = 1 << 30;
  int fds[2], flags;

  g_assert_no_errno (pipe2 (fds, O_CLOEXEC));
  stream = g_unix_output_stream_new (fds[1], TRUE);
  g_assert_cmpuint (ptp_output_fd_limit_call (stream, much), ==,
                    (gsize) fcntl (fds[1], F_GETPIPE_SZ));
  g_assert_cmpuint (ptp_output_fd_limit_call (stream, 5), ==, 5);
  g_assert_cmpint (write (fds[1], "x", 1), ==, 1);
  g_assert_cmpuint (ptp_output_fd_limit_call (stream, much), ==, PIPE_BUF);
  flags = fcntl (fds[1], F_GETFL);
  g_assert_no_errno (fcntl (fds[1], F_SETFL, flags | O_NONBLOCK));
  g_assert_cmpuint (ptp_output_fd_limit_call (stream, much), ==, much);
  g_assert_cmpuint (ptp_output_fd_limit_call (memory, much), ==, much);
  g_assert_no_errno (close (fds[0]));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/output-fd/B6/socket-error-queue", test_b6_socket_error_queue);
  g_test_add_func ("/output-fd/B6/pipe", test_b6_pipe);
  g_test_add_func ("/output-fd/limit-call", test_limit_call);

  return g_test_run ();
}
