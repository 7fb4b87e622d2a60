/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-special-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <glib/gstdio.h>

typedef struct
{
  GFile *file; /* (owned) */
  PtpCliSide side;
} Opening;

static void
opening_free (Opening *opening)
{
  g_clear_object (&opening->file);
  g_free (opening);
}

static GError *
error_from_errno (int errsv)
{
  /* What the kernel calls no such device is, with a name that is there, mostly a socket. */
  if (errsv == ENXIO)
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                                "it cannot be opened like a file; if it is a socket, write "
                                "unix:PATH");

  return g_error_new_literal (G_IO_ERROR, (int) g_io_error_from_errno (errsv), g_strerror (errsv));
}

static PtpCliOpened *
wrap (int fd, PtpCliSide side)
{
  PtpCliOpened *opened = ptp_cli_opened_new ();

  if (side == PTP_CLI_SIDE_SOURCE)
    opened->input = g_unix_input_stream_new (fd, TRUE);
  else
    opened->output = g_unix_output_stream_new (fd, TRUE);

  return opened;
}

/* A FIFO is open when both ends are, which may take for ever; so somebody else waits for it. */
static void
open_in_thread_cb (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Opening *opening = task_data;
  int mode = opening->side == PTP_CLI_SIDE_SOURCE ? O_RDONLY : O_WRONLY;
  GError *error = NULL;
  int fd;

  do
    fd = g_open (g_file_peek_path (opening->file), mode | O_CLOEXEC | O_NOCTTY, 0);
  while (fd < 0 && errno == EINTR);

  if (fd < 0)
    {
      g_task_return_error (task, error_from_errno (errno));
      return;
    }
  if (!g_unix_set_fd_nonblocking (fd, TRUE, &error))
    {
      g_close (fd, NULL);
      g_task_return_error (task, error);
      return;
    }

  g_task_return_pointer (task, wrap (fd, opening->side), (GDestroyNotify) ptp_cli_opened_free);
}

/* Opens a device, a pipe or a terminal that has a name. */
void
ptp_cli_special_open_async (GFile *file,
                            PtpCliSide side,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Opening *opening = g_new0 (Opening, 1);

  opening->file = g_object_ref (file);
  opening->side = side;
  g_task_set_source_tag (task, ptp_cli_special_open_async);
  g_task_set_task_data (task, opening, (GDestroyNotify) opening_free);
  g_task_set_return_on_cancel (task, TRUE);
  g_task_run_in_thread (task, open_in_thread_cb);
}

PtpCliOpened *
ptp_cli_special_open_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
