/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-opened-private.h"

#include <gio/gfiledescriptorbased.h>
#include <glib-unix.h>
#include <linux/magic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "ptp-cli-prompt-input-private.h"
#include "ptp-cli-prompt-output-private.h"

/* Linux' major number of null, zero and full. */
#define MEMORY_DEVICES (1)

PtpCliOpened *
ptp_cli_opened_new (void)
{
  PtpCliOpened *opened = g_new0 (PtpCliOpened, 1);

  opened->size = -1;
  opened->restore_fd = -1;
  return opened;
}

/* What GSocketClient gives for TLS has the streams of the TLS connection, but closes the socket
 * below it without a word to the peer; so it is looked into.
 */
static GIOStream *
get_outermost (GSocketConnection *connection)
{
  if (G_IS_TCP_WRAPPER_CONNECTION (connection))
    return g_tcp_wrapper_connection_get_base_io_stream (G_TCP_WRAPPER_CONNECTION (connection));

  return G_IO_STREAM (connection);
}

/* A close() while something has come that nobody read makes the kernel throw away what it has not
 * sent yet. So a destination is closed only once the peer has closed, too, having read it all.
 */
static void
close_gracefully (GIOStream *connection)
{
  g_autoptr (GIOStream) base = NULL;

  if (G_IS_TLS_CONNECTION (connection))
    g_object_get (connection, "base-io-stream", &base, NULL);
  else
    base = g_object_ref (connection);

  if (G_IS_TCP_CONNECTION (base))
    g_tcp_connection_set_graceful_disconnect (G_TCP_CONNECTION (base), TRUE);
}

PtpCliOpened *
ptp_cli_opened_new_for_connection (GSocketConnection *connection, gboolean output)
{
  PtpCliOpened *opened = ptp_cli_opened_new ();

  opened->bare = g_object_ref (connection);
  opened->connection = g_object_ref (get_outermost (connection));
  if (output)
    {
      close_gracefully (opened->connection);
      opened->output = g_object_ref (g_io_stream_get_output_stream (opened->connection));
    }
  else
    {
      opened->input = g_object_ref (g_io_stream_get_input_stream (opened->connection));
    }

  return opened;
}

/* What is all in memory need not wait for any other device. */
static gboolean
is_prompt (int fd)
{
  struct stat info;
  struct statfs system;

  if (fstat (fd, &info) != 0)
    return FALSE;
  if (S_ISCHR (info.st_mode))
    return major (info.st_rdev) == MEMORY_DEVICES;

  return S_ISREG (info.st_mode) && fstatfs (fd, &system) == 0
         && (system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC);
}

static int
get_prompt_fd (gpointer stream)
{
  int fd = G_IS_FILE_DESCRIPTOR_BASED (stream)
             ? g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (stream))
             : -1;

  return fd >= 0 && is_prompt (fd) ? fd : -1;
}

static void
hasten_input (PtpCliOpened *opened)
{
  g_autoptr (GInputStream) base = NULL;
  int fd = get_prompt_fd (opened->input);
  struct stat info;

  if (fd < 0)
    return;

  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode))
    opened->size = MAX (info.st_size - lseek (fd, 0, SEEK_CUR), 0);
  base = g_steal_pointer (&opened->input);
  opened->input = ptp_cli_prompt_input_new (base);
}

static void
hasten_output (PtpCliOpened *opened)
{
  g_autoptr (GOutputStream) base = NULL;

  if (get_prompt_fd (opened->output) < 0)
    return;

  base = g_steal_pointer (&opened->output);
  opened->output = ptp_cli_prompt_output_new (base);
}

/* Threads cost more than the copying they do if all is in memory; so those files and devices are
 * read and written directly.
 */
void
ptp_cli_opened_hasten (PtpCliOpened *opened)
{
  if (opened->input != NULL)
    hasten_input (opened);
  if (opened->output != NULL)
    hasten_output (opened);
}

/* A connection that did not get everything is not closed politely: that would wait for a peer that
 * may never read, and would say that all is there. Over TCP the peer gets a reset.
 */
void
ptp_cli_opened_hang_up (PtpCliOpened *opened)
{
  const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
  GSocket *socket;

  if (opened->bare == NULL)
    return;

  socket = g_socket_connection_get_socket (opened->bare);
  if (!g_socket_is_closed (socket))
    (void) setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  g_socket_close (socket, NULL);
}

void
ptp_cli_opened_free (PtpCliOpened *opened)
{
  g_clear_object (&opened->input);
  g_clear_object (&opened->output);
  g_clear_object (&opened->connection);
  g_clear_object (&opened->bare);
  g_clear_object (&opened->target);
  g_free (opened->id);
  if (opened->restore_fd >= 0)
    g_unix_set_fd_nonblocking (opened->restore_fd, FALSE, NULL);
  g_free (opened);
}
