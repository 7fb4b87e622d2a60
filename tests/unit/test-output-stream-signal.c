/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A PtpOutputStreamConsumer whose reader is gone, in a program that has done nothing about
 * SIGPIPE: each case runs in a process of its own.
 */

#include "ptp-test-writing.h"

#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_PROCESS                                                                                 \
  if (!g_test_subprocess ())                                                                       \
    {                                                                                              \
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);                          \
      g_test_trap_assert_passed ();                                                                \
      return;                                                                                      \
    }

/* Writes without giving the consumer a chance to notice the hang-up before. */
static void
check_broken_pipe (PtpTestWriting *t, int peer)
{
  ptp_test_drain ();
  g_assert_no_errno (close (peer));
  ptp_test_writing_write (t, 100000);
  ptp_test_writing_until_failed (t);
  g_assert_error (t->error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  ptp_test_writing_clear (t);
}

static void
check_pipe (int flags)
{
  PtpTestWriting t;
  int fds[2];

  g_assert_no_errno (pipe2 (fds, O_CLOEXEC | flags));
  ptp_test_writing_init (&t, g_unix_output_stream_new (fds[1], TRUE));
  check_broken_pipe (&t, fds[0]);
}

static void
test_b10_pipe (void)
{
  IN_PROCESS;

  /* What a test runner ignores is inherited. */
  signal (SIGPIPE, SIG_DFL);
  check_pipe (O_NONBLOCK);
  check_pipe (0);
}

/* Also when the program has undone what the consumer did. */
static void
test_b10_socket (void)
{
  PtpTestWriting t;
  int fds[2];

  IN_PROCESS;

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  ptp_test_writing_init (&t, g_unix_output_stream_new (fds[1], TRUE));
  signal (SIGPIPE, SIG_DFL);
  check_broken_pipe (&t, fds[0]);
}

static int n_signals;

static void
handle (int number)
{
  n_signals++;
}

/* A program that wants to know of the signal still does. */
static void
test_b10_handler (void)
{
  IN_PROCESS;

  signal (SIGPIPE, handle);
  check_pipe (O_NONBLOCK);
  g_assert_cmpint (n_signals, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/output-stream-consumer/B10/pipe", test_b10_pipe);
  g_test_add_func ("/output-stream-consumer/B10/socket", test_b10_socket);
  g_test_add_func ("/output-stream-consumer/B10/handler", test_b10_handler);

  return g_test_run ();
}
