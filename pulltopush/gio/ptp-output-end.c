/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-output-end-private.h"

#include "ptp-socket-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gfiledescriptorbased.h>
#include <gio/gunixoutputstream.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* What filters end in. */
static GOutputStream *
find_innermost (GOutputStream *stream)
{
  while (G_IS_FILTER_OUTPUT_STREAM (stream))
    stream = g_filter_output_stream_get_base_stream (G_FILTER_OUTPUT_STREAM (stream));

  return stream;
}

static int
get_fd (GOutputStream *innermost)
{
  return G_IS_FILE_DESCRIPTOR_BASED (innermost)
           ? g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (innermost))
           : -1;
}

/* Of a socket that is the stream's: one whose descriptor it does not close, as that of standard
 * output, belongs to somebody else, who would find it shut down.
 */
static int
get_socket_fd (GOutputStream *innermost)
{
  int fd = get_fd (innermost);
  struct stat info;

  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISSOCK (info.st_mode))
    return -1;
  if (G_IS_UNIX_OUTPUT_STREAM (innermost)
      && !g_unix_output_stream_get_close_fd (G_UNIX_OUTPUT_STREAM (innermost)))
    return -1;

  return fd;
}

/* A stream that can poll and is neither memory nor a descriptor talks to somebody, as TLS does. */
gboolean
ptp_output_can_undo (GOutputStream *stream)
{
  GOutputStream *innermost = find_innermost (stream);
  int fd = get_fd (innermost);
  struct stat info;

  if (G_IS_MEMORY_OUTPUT_STREAM (innermost))
    return TRUE;
  if (fd >= 0)
    return fstat (fd, &info) == 0 && S_ISREG (info.st_mode);

  return !G_IS_POLLABLE_OUTPUT_STREAM (innermost)
         || !g_pollable_output_stream_can_poll (G_POLLABLE_OUTPUT_STREAM (innermost));
}

/* A close that ends well */

typedef struct
{
  GSocket *socket; /* (owned) (nullable) */
  int fd;          /* (owned): of a socket without a GSocket, otherwise -1 */

  GOutputStream *next; /* (owned) (nullable): to be closed when what filters into it is closed */
  GError *error;       /* (owned) (nullable): next is being abandoned because of it */
} Peer;

static void
peer_free (gpointer data)
{
  Peer *self = data;

  g_clear_object (&self->socket);
  if (self->fd >= 0)
    close (self->fd);
  g_clear_object (&self->next);
  g_clear_error (&self->error);
  g_free (self);
}

/* The descriptor goes with its stream, so that it is kept by a second one. */
static Peer *
peer_new (GOutputStream *stream)
{
  GOutputStream *innermost = find_innermost (stream);
  Peer *self = g_new0 (Peer, 1);
  int fd = get_socket_fd (innermost);

  self->socket = ptp_socket_ref_of (innermost);
  self->fd = self->socket == NULL && fd >= 0 ? fcntl (fd, F_DUPFD_CLOEXEC, 3) : -1;
  return self;
}

/* Closing a socket's output stream tells the peer nothing. One that was closed by somebody else, or
 * is not connected, has no other side to tell.
 */
static gboolean
tell_end (Peer *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (self->socket != NULL)
    {
      if (g_socket_is_closed (self->socket)
          || g_socket_shutdown (self->socket, FALSE, TRUE, &local))
        return TRUE;

      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (self->fd < 0 || shutdown (self->fd, SHUT_WR) == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (errno),
               "Telling the peer the end of the data: %s", g_strerror (errno));
  return FALSE;
}

/* Layer by layer. GIO would close the stream below a filter also if the filter cannot write what it
 * has kept, such as a trailer, and so commit half of a file.
 */

static void close_layer (GTask *task, GOutputStream *stream);

static void
base_abandoned_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Peer *peer = g_task_get_task_data (task);

  ptp_output_abandon_finish (G_OUTPUT_STREAM (source_object), result);
  g_task_return_error (task, g_steal_pointer (&peer->error));
}

static void
layer_closed_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Peer *peer = g_task_get_task_data (task);
  g_autoptr (GOutputStream) next = g_steal_pointer (&peer->next);
  GError *error = NULL;

  if (next != NULL)
    g_filter_output_stream_set_close_base_stream (G_FILTER_OUTPUT_STREAM (source_object), TRUE);

  if (!g_output_stream_close_finish (G_OUTPUT_STREAM (source_object), result, &error))
    {
      if (next == NULL)
        {
          g_task_return_error (task, error);
          return;
        }
      peer->error = error;
      ptp_output_abandon_async (next, base_abandoned_cb, g_object_ref (task));
    }
  else if (next != NULL)
    {
      close_layer (task, next);
    }
  else if (tell_end (peer, &error))
    {
      g_task_return_boolean (task, TRUE);
    }
  else
    {
      g_task_return_error (task, error);
    }
}

static void
close_layer (GTask *task, GOutputStream *stream)
{
  Peer *peer = g_task_get_task_data (task);

  if (G_IS_FILTER_OUTPUT_STREAM (stream)
      && g_filter_output_stream_get_close_base_stream (G_FILTER_OUTPUT_STREAM (stream)))
    {
      GFilterOutputStream *filter = G_FILTER_OUTPUT_STREAM (stream);

      peer->next = g_object_ref (g_filter_output_stream_get_base_stream (filter));
      g_filter_output_stream_set_close_base_stream (filter, FALSE);
    }
  g_output_stream_close_async (stream, G_PRIORITY_DEFAULT, NULL, layer_closed_cb,
                               g_object_ref (task));
}

void
ptp_output_close_async (GOutputStream *stream, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, NULL, callback, user_data);

  g_task_set_source_tag (task, ptp_output_close_async);
  g_task_set_task_data (task, peer_new (stream), peer_free);
  close_layer (task, stream);
}

gboolean
ptp_output_close_finish (GOutputStream *stream, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, ptp_output_close_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* A close that does not */

static void
prepare_abandon (GOutputStream *stream)
{
  GOutputStream *innermost = find_innermost (stream);
  g_autoptr (GSocket) socket = ptp_socket_ref_of (innermost);
  int fd = get_socket_fd (innermost);

  if (socket != NULL)
    ptp_socket_set_reset (socket);
  else if (fd >= 0)
    ptp_socket_set_reset_fd (fd);
}

static GCancellable *
new_cancelled (void)
{
  GCancellable *cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  return cancellable;
}

/* From the inside out: what a filter writes when it is closed, or dropped, finds its base closed.
 *
 * Returns: (transfer full) (element-type GOutputStream)
 */
static GPtrArray *
collect_from_inside (GOutputStream *stream)
{
  GPtrArray *streams = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (streams, g_object_ref (stream));
  while (G_IS_FILTER_OUTPUT_STREAM (stream))
    {
      stream = g_filter_output_stream_get_base_stream (G_FILTER_OUTPUT_STREAM (stream));
      g_ptr_array_insert (streams, 0, g_object_ref (stream));
    }

  return streams;
}

static void close_next (GTask *task);

static void
abandoned_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (!g_output_stream_close_finish (G_OUTPUT_STREAM (source_object), result, &error))
    g_debug ("Closing what was abandoned: %s", error->message);
  close_next (task);
}

static void
close_next (GTask *task)
{
  GPtrArray *streams = g_task_get_task_data (task);
  g_autoptr (GOutputStream) stream = NULL;

  if (streams->len == 0)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  stream = g_ptr_array_steal_index (streams, 0);
  g_output_stream_close_async (stream, G_PRIORITY_DEFAULT, g_task_get_cancellable (task),
                               abandoned_cb, g_object_ref (task));
}

void
ptp_output_abandon_async (GOutputStream *stream, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GCancellable) cancelled = new_cancelled ();
  g_autoptr (GTask) task = g_task_new (stream, cancelled, callback, user_data);

  g_task_set_source_tag (task, ptp_output_abandon_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, collect_from_inside (stream), (GDestroyNotify) g_ptr_array_unref);
  prepare_abandon (stream);
  close_next (task);
}

void
ptp_output_abandon_finish (GOutputStream *stream, GAsyncResult *result)
{
  g_return_if_fail (g_task_is_valid (result, stream));
  g_return_if_fail (g_async_result_is_tagged (result, ptp_output_abandon_async));

  g_task_propagate_boolean (G_TASK (result), NULL);
}

void
ptp_output_abandon (GOutputStream *stream)
{
  g_autoptr (GCancellable) cancelled = new_cancelled ();
  g_autoptr (GPtrArray) streams = collect_from_inside (stream);

  prepare_abandon (stream);
  for (guint i = 0; i < streams->len; i++)
    g_output_stream_close (g_ptr_array_index (streams, i), cancelled, NULL);
}
