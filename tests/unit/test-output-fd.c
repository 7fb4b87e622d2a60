/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a descriptor under an output stream tells of hang-ups, and what it takes. */

#include "pulltopush/gio/ptp-output-fd-private.h"

#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <limits.h>
#include <stdlib.h>
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

static gsize
limit (GOutputStream *stream, gsize size, gboolean as_it_is)
{
  g_assert_cmpint (ptp_output_fd_limit_call (stream, &size), ==, as_it_is);
  return size;
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
  g_assert_cmpuint (limit (stream, much, FALSE), ==, (gsize) fcntl (fds[1], F_GETPIPE_SZ));
  g_assert_cmpuint (limit (stream, 5, FALSE), ==, 5);
  g_assert_cmpint (write (fds[1], "x", 1), ==, 1);
  g_assert_cmpuint (limit (stream, much, FALSE), ==, PIPE_BUF);
  flags = fcntl (fds[1], F_GETFL);
  g_assert_no_errno (fcntl (fds[1], F_SETFL, flags | O_NONBLOCK));
  g_assert_cmpuint (limit (stream, much, TRUE), ==, much);
  g_assert_cmpuint (limit (memory, much, TRUE), ==, much);
  g_assert_no_errno (close (fds[0]));
}

typedef struct
{
  GUnixOutputStream parent_instance;
} Derived;

typedef struct
{
  GUnixOutputStreamClass parent_class;
} DerivedClass;

static GType derived_get_type (void);

G_DEFINE_TYPE (Derived, derived, G_TYPE_UNIX_OUTPUT_STREAM)

static void
derived_class_init (DerivedClass *klass)
{
}

static void
derived_init (Derived *self)
{
}

/* Only what adds nothing to its descriptor is passed by. */
static void
test_find_plain (void)
{
  g_autoptr (GOutputStream) stream = NULL;
  g_autoptr (GOutputStream) derived = NULL;
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  int fds[2];

  g_assert_no_errno (pipe2 (fds, O_CLOEXEC));
  stream = g_unix_output_stream_new (fds[1], TRUE);
  derived = g_object_new (derived_get_type (), "fd", fds[1], "close-fd", FALSE, NULL);
  g_assert_cmpint (ptp_output_fd_find_plain (stream), ==, fds[1]);
  g_assert_cmpint (ptp_output_fd_find (derived), ==, fds[1]);
  g_assert_cmpint (ptp_output_fd_find_plain (derived), ==, -1);
  g_assert_cmpint (ptp_output_fd_find_plain (memory), ==, -1);
  g_assert_no_errno (close (fds[0]));
}

/* Many pieces with one call, as much of them as there is room for, and never a wait. */
static void
test_b7_writev (void)
{
  const GOutputVector vectors[] = { { "one ", 4 }, { "", 0 }, { "two ", 4 }, { "three", 5 } };
  g_autofree char *much = g_malloc0 (1 << 20);
  const GOutputVector large = { much, 1 << 20 };
  g_autoptr (GError) error = NULL;
  gsize written = 0;
  char got[16] = { 0 };
  int fds[2], size;

  g_assert_no_errno (pipe2 (fds, O_CLOEXEC | O_NONBLOCK));
  size = fcntl (fds[1], F_GETPIPE_SZ);
  g_assert_true (ptp_output_fd_is_writable (fds[1]));
  g_assert_cmpint (ptp_output_fd_writev (fds[1], FALSE, vectors, 4, &written, &error), ==,
                   G_POLLABLE_RETURN_OK);
  g_assert_cmpuint (written, ==, 13);
  g_assert_cmpint (read (fds[0], got, sizeof got), ==, 13);
  g_assert_cmpstr (got, ==, "one two three");

  g_assert_cmpint (ptp_output_fd_writev (fds[1], FALSE, &large, 1, &written, &error), ==,
                   G_POLLABLE_RETURN_OK);
  g_assert_cmpuint (written, ==, (gsize) size);
  g_assert_false (ptp_output_fd_is_writable (fds[1]));
  g_assert_cmpint (ptp_output_fd_writev (fds[1], FALSE, &large, 1, &written, &error), ==,
                   G_POLLABLE_RETURN_WOULD_BLOCK);
  g_assert_no_error (error);
  g_assert_cmpuint (written, ==, 0);

  g_assert_no_errno (close (fds[0]));
  g_assert_cmpint (ptp_output_fd_writev (fds[1], FALSE, &large, 1, &written, &error), ==,
                   G_POLLABLE_RETURN_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  g_assert_cmpuint (written, ==, 0);
  g_assert_no_errno (close (fds[1]));
}

/* Writes until that would block, without ever asking poll(), as somebody else may have taken the
 * room that it found.
 */
static void
fill (int fd, gboolean is_socket)
{
  g_autofree char *much = g_malloc0 (5000);
  const GOutputVector vector = { much, 5000 };
  g_autoptr (GError) error = NULL;
  GPollableReturn result;
  gsize written;

  alarm (20);
  do
    result = ptp_output_fd_writev (fd, is_socket, &vector, 1, &written, &error);
  while (result == G_POLLABLE_RETURN_OK);
  g_assert_no_error (error);
  g_assert_cmpint (result, ==, G_POLLABLE_RETURN_WOULD_BLOCK);
  alarm (0);
}

static void
check_reopen (int fd)
{
  int own = ptp_output_fd_reopen (fd);

  g_assert_no_errno (own);
  fill (own, FALSE);
  g_assert_true (ptp_output_fd_may_block (fd));
  g_assert_no_errno (close (own));
}

static void
test_s1_reopen (void)
{
  int pipe_fds[2];
  int controller = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  int terminal;
  int null = open ("/dev/null", O_WRONLY | O_CLOEXEC);

  g_assert_no_errno (pipe2 (pipe_fds, O_CLOEXEC));
  check_reopen (pipe_fds[1]);
  g_assert_no_errno (grantpt (controller));
  g_assert_no_errno (unlockpt (controller));
  terminal = open (ptsname (controller), O_RDWR | O_NOCTTY | O_CLOEXEC);
  check_reopen (terminal);

  /* Another terminal, and a device that may not like it. */
  g_assert_cmpint (ptp_output_fd_reopen (controller), ==, -1);
  g_assert_cmpint (ptp_output_fd_reopen (null), ==, -1);

  g_assert_no_errno (close (pipe_fds[0]));
  g_assert_no_errno (close (pipe_fds[1]));
  g_assert_no_errno (close (terminal));
  g_assert_no_errno (close (controller));
  g_assert_no_errno (close (null));
}

static void
test_s1_socket (void)
{
  int fds[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  g_assert_true (ptp_output_fd_is_socket (fds[0]));
  g_assert_true (ptp_output_fd_may_block (fds[0]));
  g_assert_cmpint (ptp_output_fd_reopen (fds[0]), ==, -1);
  fill (fds[0], TRUE);
  g_assert_no_errno (close (fds[0]));
  g_assert_no_errno (close (fds[1]));
}

int
main (int argc, char *argv[])
{
  ptp_output_fd_ignore_sigpipe ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/output-fd/B6/socket-error-queue", test_b6_socket_error_queue);
  g_test_add_func ("/output-fd/B6/pipe", test_b6_pipe);
  g_test_add_func ("/output-fd/B7/writev", test_b7_writev);
  g_test_add_func ("/output-fd/S1/reopen", test_s1_reopen);
  g_test_add_func ("/output-fd/S1/socket", test_s1_socket);
  g_test_add_func ("/output-fd/limit-call", test_limit_call);
  g_test_add_func ("/output-fd/find-plain", test_find_plain);

  return g_test_run ();
}
