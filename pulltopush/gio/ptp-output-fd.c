/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-output-fd-private.h"

#include "ptp-output-queue-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gfiledescriptorbased.h>
#include <gio/gunixoutputstream.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

int
ptp_output_fd_find (GOutputStream *stream)
{
  if (!G_IS_FILE_DESCRIPTOR_BASED (stream))
    return -1;

  return g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (stream));
}

/* A derived stream may do anything with what it is given; that must not be passed by. */
int
ptp_output_fd_find_plain (GOutputStream *stream)
{
  return G_OBJECT_TYPE (stream) == G_TYPE_UNIX_OUTPUT_STREAM ? ptp_output_fd_find (stream) : -1;
}

int
ptp_output_fd_find_below (GOutputStream *stream)
{
  if (!G_IS_FILTER_OUTPUT_STREAM (stream))
    return -1;

  while (G_IS_FILTER_OUTPUT_STREAM (stream))
    stream = g_filter_output_stream_get_base_stream (G_FILTER_OUTPUT_STREAM (stream));
  return ptp_output_fd_find (stream);
}

gboolean
ptp_output_fd_is_socket (int fd)
{
  struct stat status;

  return fstat (fd, &status) == 0 && S_ISSOCK (status.st_mode);
}

GIOCondition
ptp_output_fd_poll (int fd, GIOCondition condition)
{
  GPollFD poll_fd = { .fd = fd, .events = (gushort) condition };

  /* An interruption makes it look full, and it is asked again. */
  return g_poll (&poll_fd, 1, 0) > 0 ? poll_fd.revents : 0;
}

gboolean
ptp_output_fd_is_writable (int fd)
{
  return ptp_output_fd_poll (fd, G_IO_OUT) != 0;
}

gboolean
ptp_output_fd_is_noisy (int fd)
{
  return ptp_output_fd_poll (fd, G_IO_OUT) == G_IO_ERR;
}

gboolean
ptp_output_fd_may_block (int fd)
{
  int flags = fcntl (fd, F_GETFL);

  return flags >= 0 && (flags & O_NONBLOCK) == 0;
}

/* The controlling end of a terminal would become another terminal. */
static gboolean
is_controller (int fd)
{
#ifdef TIOCGPTN
  int number;

  return ioctl (fd, TIOCGPTN, &number) == 0;
#else
  return TRUE;
#endif
}

/* /dev/tty is a name that stands for many. */
static gboolean
is_same_terminal (int fd, int other)
{
#ifdef TIOCGDEV
  guint device = 0;
  guint other_device = 0;

  return ioctl (fd, TIOCGDEV, &device) == 0 && ioctl (other, TIOCGDEV, &other_device) == 0
         && device == other_device;
#else
  return FALSE;
#endif
}

/* Opening does nothing to a pipe or a terminal that is open already; other devices may wind back
 * their tape.
 */
int
ptp_output_fd_reopen (int fd)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  gboolean is_terminal = isatty (fd) != 0;
  struct stat status;
  int own;

  if (fstat (fd, &status) != 0 || (!is_terminal && !S_ISFIFO (status.st_mode)))
    return -1;
  if (is_terminal && is_controller (fd))
    return -1;

  own = g_open (path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
  if (own < 0 || !is_terminal || is_same_terminal (fd, own))
    return own;

  close (own);
  return -1;
}

/* GIO would block in a descriptor in blocking mode when asked to write more than there is room for.
 * All that poll() promises of a pipe is that PIPE_BUF bytes find room, and an empty one takes as
 * much as it holds; a terminal has room for one byte. Anybody may change any of this at any time,
 * so it is asked for each time.
 */
gboolean
ptp_output_fd_limit_call (GOutputStream *stream, gsize *size)
{
  int fd = ptp_output_fd_find (stream);
  int filled = 0;
  int room = PIPE_BUF;

  if (fd < 0 || !ptp_output_fd_may_block (fd))
    return TRUE;

#ifdef F_GETPIPE_SZ
  if (ioctl (fd, FIONREAD, &filled) == 0 && filled == 0)
    room = MAX (PIPE_BUF, fcntl (fd, F_GETPIPE_SZ));
#endif
  if (isatty (fd))
    room = 1;
  *size = MIN (*size, (gsize) room);
  return FALSE;
}

static gssize
write_vectors (int fd, gboolean is_socket, struct iovec *pieces, guint n_pieces)
{
  struct msghdr message = { .msg_iov = pieces, .msg_iovlen = n_pieces };

  if (is_socket)
    return sendmsg (fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);

  return writev (fd, pieces, (int) n_pieces);
}

/* GIO's own stream writes one piece at a time, and polls twice for each. */
GPollableReturn
ptp_output_fd_writev (int fd,
                      gboolean is_socket,
                      const GOutputVector *vectors,
                      guint n_vectors,
                      gsize *written,
                      GError **error)
{
  struct iovec pieces[PTP_OUTPUT_BATCH_VECTORS];
  int errsv;
  gssize n;

  n_vectors = MIN (n_vectors, (guint) G_N_ELEMENTS (pieces));
  for (guint i = 0; i < n_vectors; i++)
    pieces[i] = (struct iovec){ (gpointer) vectors[i].buffer, vectors[i].size };
  do
    n = write_vectors (fd, is_socket, pieces, n_vectors);
  while (n < 0 && errno == EINTR);

  errsv = errno;
  *written = n >= 0 ? (gsize) n : 0;
  if (n >= 0)
    return G_POLLABLE_RETURN_OK;
  if (errsv == EAGAIN)
    return G_POLLABLE_RETURN_WOULD_BLOCK;

  g_set_error_literal (error, G_IO_ERROR, (int) g_io_error_from_errno (errsv), g_strerror (errsv));
  return G_POLLABLE_RETURN_FAILED;
}

void
ptp_output_fd_ignore_sigpipe (void)
{
  static gsize done = 0;
  struct sigaction action;

  if (!g_once_init_enter (&done))
    return;

  if (sigaction (SIGPIPE, NULL, &action) == 0 && (action.sa_flags & SA_SIGINFO) == 0
      && action.sa_handler == SIG_DFL)
    signal (SIGPIPE, SIG_IGN);
  g_once_init_leave (&done, 1);
}

GError *
ptp_output_fd_explain_hangup (int fd, GIOCondition condition)
{
  int pending = 0;
  socklen_t size = sizeof pending;
  gboolean is_socket = getsockopt (fd, SOL_SOCKET, SO_ERROR, &pending, &size) == 0;

  if (is_socket && pending != 0)
    return g_error_new_literal (G_IO_ERROR, (int) g_io_error_from_errno (pending),
                                g_strerror (pending));
  /* A socket's error queue also carries what is no error, such as time stamps. */
  if (is_socket && (condition & G_IO_HUP) == 0)
    return NULL;

  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "the reader has hung up");
}
