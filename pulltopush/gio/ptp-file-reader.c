/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-file-reader-private.h"

#include <errno.h>
#include <gio/gfiledescriptorbased.h>
#include <gio/gunixinputstream.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* A derived GUnixInputStream may do anything with what it reads; that must not be passed by. */
int
ptp_stream_get_fd (GInputStream *stream)
{
  if (G_IS_FILE_INPUT_STREAM (stream) && G_IS_FILE_DESCRIPTOR_BASED (stream))
    return g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (stream));
  if (G_OBJECT_TYPE (stream) == G_TYPE_UNIX_INPUT_STREAM)
    return g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (stream));

  return -1;
}

gboolean
ptp_fd_is_regular (int fd)
{
  struct stat info;

  return fstat (fd, &info) == 0 && S_ISREG (info.st_mode);
}

gboolean
ptp_fd_is_socket (int fd)
{
  struct stat info;

  return fstat (fd, &info) == 0 && S_ISSOCK (info.st_mode);
}

/* Files that the kernel makes up as they are read say zero, whatever they hold; so a zero says
 * nothing.
 */
gint64
ptp_fd_get_remaining (int fd)
{
  struct stat info;
  off_t position;

  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size == 0)
    return -1;

  position = lseek (fd, 0, SEEK_CUR);
  if (position < 0)
    return -1;

  return MAX (info.st_size - position, 0);
}

char *
ptp_fd_dup_name (int fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *target = g_file_read_link (link, NULL);

  if (target == NULL || !g_path_is_absolute (target))
    return NULL;

  return g_filename_display_name (target);
}

#ifdef HAVE_RWF_NOWAIT

static PtpReadResult
result_of_errno (int errsv, GError **error)
{
  switch (errsv)
    {
    case EAGAIN:
      return PTP_READ_LATER;
    case EOPNOTSUPP:
    case EINVAL:
    case ENOSYS:
    case ESPIPE:
      return PTP_READ_UNSUPPORTED;
    default:
      g_set_error_literal (error, G_IO_ERROR, (int) g_io_error_from_errno (errsv),
                           g_strerror (errsv));
      return PTP_READ_FAILED;
    }
}

/* Some kernels said zero where they should have said "later". */
static gboolean
is_at_end (int fd)
{
  struct stat info;

  return fstat (fd, &info) != 0 || lseek (fd, 0, SEEK_CUR) >= info.st_size;
}

PtpReadResult
ptp_fd_read_cached (int fd, gpointer data, gsize size, gsize *n_read, GError **error)
{
  struct iovec vector = { .iov_base = data, .iov_len = size };
  gssize n;

  do
    n = preadv2 (fd, &vector, 1, -1, RWF_NOWAIT);
  while (n < 0 && errno == EINTR);

  if (n < 0)
    return result_of_errno (errno, error);
  if (n == 0)
    return is_at_end (fd) ? PTP_READ_END : PTP_READ_LATER;

  *n_read = (gsize) n;
  return PTP_READ_DATA;
}

#else

PtpReadResult
ptp_fd_read_cached (int fd, gpointer data, gsize size, gsize *n_read, GError **error)
{
  return PTP_READ_UNSUPPORTED;
}

#endif
