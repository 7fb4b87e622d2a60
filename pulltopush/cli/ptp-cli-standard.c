/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-standard-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A standard descriptor that is closed would go to the first file that is opened. It is taken with
 * something that cannot be used the way it would be.
 */
void
ptp_cli_standard_prepare (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && errno == EBADF)
      g_open ("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY, 0);
}

static gboolean
check_access (int fd, int wanted, GError **error)
{
  int flags = fcntl (fd, F_GETFL);
  int access_mode = flags & O_ACCMODE;

  if (flags >= 0 && (access_mode == wanted || access_mode == O_RDWR))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "standard %s is closed or cannot be %s",
               fd == STDIN_FILENO ? "input" : "output", wanted == O_RDONLY ? "read" : "written");
  return FALSE;
}

static char *
dup_id (int fd)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info
    = g_file_query_info (file, G_FILE_ATTRIBUTE_ID_FILE, G_FILE_QUERY_INFO_NONE, NULL, NULL);

  return info != NULL ? g_strdup (g_file_info_get_attribute_string (info, G_FILE_ATTRIBUTE_ID_FILE))
                      : NULL;
}

/* A pipe that has room for one byte may be asked for many, and then a blocking write blocks. What
 * others have open must not be changed under them, so the pipe or terminal is opened once more;
 * only a socket cannot be, and is changed back at the end.
 */
static int
open_nonblocking (int fd, int *restore_fd)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  int flags = fcntl (fd, F_GETFL);
  int again;

  if (flags >= 0 && (flags & O_NONBLOCK) != 0)
    return fd;

  again = g_open (path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0);
  if (again >= 0)
    return again;

  if (g_unix_set_fd_nonblocking (fd, TRUE, NULL))
    *restore_fd = fd;
  return fd;
}

static PtpCliOpened *
open_output (const struct stat *info)
{
  g_autoptr (PtpCliOpened) opened = ptp_cli_opened_new ();
  int fd = STDOUT_FILENO;

  if (!S_ISREG (info->st_mode))
    fd = open_nonblocking (fd, &opened->restore_fd);

  opened->output = g_unix_output_stream_new (fd, fd != STDOUT_FILENO);
  return g_steal_pointer (&opened);
}

static PtpCliOpened *
open_input (void)
{
  PtpCliOpened *opened = ptp_cli_opened_new ();

  /* It is polled before it is read, and a read takes what is there: it need not be changed. */
  opened->input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  return opened;
}

PtpCliOpened *
ptp_cli_standard_open (PtpCliSide side, GError **error)
{
  gboolean input = side == PTP_CLI_SIDE_SOURCE;
  int fd = input ? STDIN_FILENO : STDOUT_FILENO;
  struct stat info;
  PtpCliOpened *opened;

  if (!check_access (fd, input ? O_RDONLY : O_WRONLY, error))
    return NULL;
  if (fstat (fd, &info) != 0)
    {
      int errsv = errno;

      g_set_error_literal (error, G_IO_ERROR, (int) g_io_error_from_errno (errsv),
                           g_strerror (errsv));
      return NULL;
    }
  if (S_ISDIR (info.st_mode))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY, "it is a directory");
      return NULL;
    }

  opened = input ? open_input () : open_output (&info);
  if (S_ISREG (info.st_mode))
    opened->id = dup_id (fd);

  return opened;
}
