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
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

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

/* Some descriptors are shared with other processes, so that O_NONBLOCK is not ours to set; GIO
 * would block in them when asked to write more than there is room for. All that poll() promises
 * of a pipe is that PIPE_BUF bytes find room; an empty one takes as much as it holds. Anybody may
 * change any of this at any time, so it is asked for each time.
 */
gboolean
ptp_output_fd_limit_call (GOutputStream *stream, gsize *size)
{
  int fd = ptp_output_fd_find (stream);
  int flags = fd >= 0 ? fcntl (fd, F_GETFL) : -1;
  int filled = 0;
  int room = PIPE_BUF;

  if (flags < 0 || (flags & O_NONBLOCK) != 0)
    return TRUE;

#ifdef F_GETPIPE_SZ
  if (ioctl (fd, FIONREAD, &filled) == 0 && filled == 0)
    room = MAX (PIPE_BUF, fcntl (fd, F_GETPIPE_SZ));
#endif
  *size = MIN (*size, (gsize) room);
  return FALSE;
}

gboolean
ptp_output_fd_is_writable (int fd)
{
  GPollFD poll_fd = { .fd = fd, .events = G_IO_OUT };

  /* An interruption makes it look full, and it is asked again. */
  return g_poll (&poll_fd, 1, 0) > 0;
}

/* GIO's own stream writes one piece at a time, and polls twice for each. */
GPollableReturn
ptp_output_fd_writev (int fd,
                      const GOutputVector *vectors,
                      guint n_vectors,
                      gsize *written,
                      GError **error)
{
  struct iovec pieces[PTP_OUTPUT_BATCH_VECTORS];
  int errsv;
  gssize n;

  g_assert (n_vectors <= G_N_ELEMENTS (pieces));

  for (guint i = 0; i < n_vectors; i++)
    pieces[i] = (struct iovec){ (gpointer) vectors[i].buffer, vectors[i].size };
  do
    n = writev (fd, pieces, (int) n_vectors);
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
