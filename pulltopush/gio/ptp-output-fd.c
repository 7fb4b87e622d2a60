/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-output-fd-private.h"

#include <fcntl.h>
#include <gio/gfiledescriptorbased.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int
ptp_output_fd_find (GOutputStream *stream)
{
  if (!G_IS_FILE_DESCRIPTOR_BASED (stream))
    return -1;

  return g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (stream));
}

/* Some descriptors are shared with other processes, so that O_NONBLOCK is not ours to set; GIO
 * would block in them when asked to write more than there is room for. All that poll() promises
 * of a pipe is that PIPE_BUF bytes find room; an empty one takes as much as it holds. Anybody may
 * change any of this at any time, so it is asked for each time.
 */
gsize
ptp_output_fd_limit_call (GOutputStream *stream, gsize max_size)
{
  int fd = ptp_output_fd_find (stream);
  int flags = fd >= 0 ? fcntl (fd, F_GETFL) : -1;
  int filled = 0;
  int room = PIPE_BUF;

  if (flags < 0 || (flags & O_NONBLOCK) != 0)
    return max_size;

#ifdef F_GETPIPE_SZ
  if (ioctl (fd, FIONREAD, &filled) == 0 && filled == 0)
    room = MAX (PIPE_BUF, fcntl (fd, F_GETPIPE_SZ));
#endif
  return MIN (max_size, (gsize) room);
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
