/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-stream-reader-private.h"

#include "ptp-input-stream-producer-private.h"
#include "../contract/ptp-driver-private.h"
#include "ptp-socket-private.h"

#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <sys/socket.h>

typedef enum
{
  STRATEGY_NONE = 0, /* not decided yet */
  STRATEGY_CACHED,   /* a regular file: read what is in memory, wait for the rest elsewhere */
  STRATEGY_POLL,
  STRATEGY_ASYNC,
} Strategy;

/* Waiting for a stream to become readable */

static GWeakRef *
weak_ref_new (gpointer object)
{
  GWeakRef *weak = g_new (GWeakRef, 1);

  g_weak_ref_init (weak, object);
  return weak;
}

static void
weak_ref_free_cb (gpointer user_data)
{
  g_weak_ref_clear (user_data);
  g_free (user_data);
}

static gboolean
readable_cb (GObject *stream, gpointer user_data)
{
  g_autoptr (PtpPullProducer) producer = g_weak_ref_get (user_data);

  if (producer != NULL)
    ptp_pull_producer_emit_ready (producer);

  return G_SOURCE_REMOVE;
}

static void
clear_watch (PtpStreamReader *self)
{
  if (self->watch == NULL)
    return;

  g_source_destroy (self->watch);
  g_clear_pointer (&self->watch, g_source_unref);
}

static void
watch (PtpStreamReader *self)
{
  g_autoptr (GMainContext) context = NULL;

  if (self->watch != NULL && !g_source_is_destroyed (self->watch))
    return;

  clear_watch (self);
  context = g_main_context_ref_thread_default ();
  self->watch = g_pollable_input_stream_create_source (self->pollable, NULL);
  g_source_set_callback (self->watch, G_SOURCE_FUNC (readable_cb), weak_ref_new (self->producer),
                         weak_ref_free_cb);
  g_source_set_static_name (self->watch, "[pulltopush] readable");
  g_source_attach (self->watch, context);
}

/* Waiting for a descriptor to break while nobody reads
 *
 * Only sockets do. What has come before can still be read, so as long as somebody asks, the reads
 * tell. The watch comes after everybody who streams; it cannot wait for an edge, so it goes when it
 * finds a condition that is no error.
 */

static void
clear_error_watch (PtpStreamReader *self)
{
  if (self->error_watch == NULL)
    return;

  g_source_destroy (self->error_watch);
  g_clear_pointer (&self->error_watch, g_source_unref);
}

static GError *
take_socket_error (int fd)
{
  socklen_t size = sizeof (int);
  int pending = 0;

  if (getsockopt (fd, SOL_SOCKET, SO_ERROR, &pending, &size) != 0 || pending == 0)
    return NULL;

  return g_error_new_literal (G_IO_ERROR, (int) g_io_error_from_errno (pending),
                              g_strerror (pending));
}

typedef struct
{
  GWeakRef producer;
  PtpStreamReader *reader; /* (unowned): lives in the producer */
} ErrorWatch;

static void
error_watch_free (gpointer data)
{
  ErrorWatch *self = data;

  g_weak_ref_clear (&self->producer);
  g_free (self);
}

static gboolean
socket_broken_cb (int fd, GIOCondition condition, gpointer user_data)
{
  ErrorWatch *self = user_data;
  g_autoptr (PtpPullProducer) producer = g_weak_ref_get (&self->producer);
  PtpStreamReader *reader = self->reader;

  if (producer == NULL)
    return G_SOURCE_REMOVE;

  if (reader->asked)
    {
      reader->asked = FALSE;
      return G_SOURCE_CONTINUE;
    }

  if ((condition & G_IO_NVAL) == 0 && !g_input_stream_is_closed (reader->stream))
    reader->error = take_socket_error (fd);
  if (reader->error != NULL)
    ptp_input_stream_producer_break (PTP_INPUT_STREAM_PRODUCER (producer), reader->error);

  return G_SOURCE_REMOVE;
}

static int
get_socket_fd (GInputStream *stream)
{
  g_autoptr (GSocket) socket = ptp_socket_ref_of (stream);

  if (socket == NULL)
    return ptp_stream_get_fd (stream);

  return !g_socket_is_closed (socket) ? g_socket_get_fd (socket) : -1;
}

/* A stream may be held before its first step, so the watch begins with the reader, in the context
 * of whoever made it, which need not be that of the stream: one of the two is first to begin. As
 * long as no stream is paused, a socket that broke is left to the reads, and looked at again later.
 */

#define UNREAD_INTERVAL (100 * 1000) /* microseconds */

enum
{
  BEGUN_NOT = 0,
  BEGUN_READING,
  BEGUN_BROKEN,
};

static gboolean
begin (PtpStreamReader *self, int begun)
{
  return g_atomic_int_compare_and_exchange (&self->begun, BEGUN_NOT, begun);
}

typedef struct
{
  GSource source;
  GWeakRef producer;
  PtpStreamReader *reader; /* (unowned): lives in the producer */
  int fd;
  gpointer tag; /* (nullable): none while it waits for its time */
} UnreadSource;

static void
break_unread (UnreadSource *self, PtpPullProducer *producer)
{
  GInputStream *stream = self->reader->stream;
  g_autoptr (GError) error = NULL;

  if (g_input_stream_is_closed (stream))
    return;

  error = take_socket_error (self->fd);
  if (error == NULL)
    return;

  ptp_socket_keep_error (stream, error);
  if (begin (self->reader, BEGUN_BROKEN))
    ptp_input_stream_producer_break (PTP_INPUT_STREAM_PRODUCER (producer), error);
}

static gboolean
unread_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  UnreadSource *self = (UnreadSource *) source;
  g_autoptr (PtpPullProducer) producer = g_weak_ref_get (&self->producer);

  if (producer == NULL || g_atomic_int_get (&self->reader->begun) != BEGUN_NOT)
    return G_SOURCE_REMOVE;

  if (self->tag != NULL)
    g_source_remove_unix_fd (source, g_steal_pointer (&self->tag));
  if (!ptp_driver_is_attached (producer))
    {
      g_source_set_ready_time (source, g_get_monotonic_time () + UNREAD_INTERVAL);
      return G_SOURCE_CONTINUE;
    }

  break_unread (self, producer);
  return G_SOURCE_REMOVE;
}

static void
unread_finalize (GSource *source)
{
  g_weak_ref_clear (&((UnreadSource *) source)->producer);
}

static GSourceFuncs unread_funcs = {
  .dispatch = unread_dispatch,
  .finalize = unread_finalize,
};

/* Only where the error can be kept for whoever reads after all. */
static void
watch_unread (PtpStreamReader *self)
{
  g_autoptr (GSocket) socket = self->stream != NULL ? ptp_socket_ref_of (self->stream) : NULL;
  g_autoptr (GMainContext) context = NULL;
  UnreadSource *source;

  if (socket == NULL || g_socket_is_closed (socket))
    return;

  self->error_watch = g_source_new (&unread_funcs, sizeof (UnreadSource));
  source = (UnreadSource *) self->error_watch;
  g_weak_ref_init (&source->producer, self->producer);
  source->reader = self;
  source->fd = g_socket_get_fd (socket);
  source->tag = g_source_add_unix_fd (self->error_watch, source->fd, G_IO_ERR);
  g_source_set_priority (self->error_watch, G_PRIORITY_DEFAULT_IDLE + 50);
  g_source_set_static_name (self->error_watch, "[pulltopush] unread socket breaks");
  context = g_main_context_ref_thread_default ();
  g_source_attach (self->error_watch, context);
}

static void
watch_for_error (PtpStreamReader *self)
{
  g_autoptr (GMainContext) context = NULL;
  ErrorWatch *data;
  int fd;

  self->asked = TRUE;
  if (self->watched)
    return;

  self->watched = TRUE;
  clear_error_watch (self);
  fd = get_socket_fd (self->stream);
  if (fd < 0 || !ptp_fd_is_socket (fd))
    return;

  data = g_new0 (ErrorWatch, 1);
  g_weak_ref_init (&data->producer, self->producer);
  data->reader = self;
  context = g_main_context_ref_thread_default ();
  self->error_watch = g_unix_fd_source_new (fd, G_IO_ERR);
  g_source_set_priority (self->error_watch, G_PRIORITY_DEFAULT_IDLE + 50);
  g_source_set_callback (self->error_watch, G_SOURCE_FUNC (socket_broken_cb), data,
                         error_watch_free);
  g_source_set_static_name (self->error_watch, "[pulltopush] socket breaks");
  g_source_attach (self->error_watch, context);
}

/* The first read */

/* A stream on a pipe or a terminal that was opened by its path does not poll by itself. */
static GPollableInputStream *
ref_pollable (GInputStream *stream, int fd)
{
  g_autoptr (GInputStream) other = NULL;

  if (G_IS_POLLABLE_INPUT_STREAM (stream)
      && g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (stream)))
    return G_POLLABLE_INPUT_STREAM (g_object_ref (stream));
  if (fd < 0)
    return NULL;

  other = g_unix_input_stream_new (fd, FALSE);
  if (!g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (other)))
    return NULL;

  return G_POLLABLE_INPUT_STREAM (g_steal_pointer (&other));
}

static void
decide (PtpStreamReader *self)
{
  int fd = ptp_stream_get_fd (self->stream);

  if (fd >= 0 && ptp_fd_is_regular (fd))
    {
      self->strategy = STRATEGY_CACHED;
      self->fd = fd;
      return;
    }

  self->pollable = ref_pollable (self->stream, fd);
  self->strategy = self->pollable != NULL ? STRATEGY_POLL : STRATEGY_ASYNC;
}

/* Reading past GInputStream's own functions means to check what they check. */
static gboolean
check_stream (PtpStreamReader *self, GError **error)
{
  if (self->stream == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "There is no stream to read from");
      return FALSE;
    }
  if (g_input_stream_is_closed (self->stream))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                           "The stream to read from is closed");
      return FALSE;
    }
  if (g_input_stream_has_pending (self->stream))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                           "Somebody else is reading from the stream; a stream has one reader");
      return FALSE;
    }

  return TRUE;
}

static void
set_chunk (PtpStreamChunk *chunk, PtpBuffer *buffer, gsize n_read, gboolean cut_short)
{
  chunk->asked = ptp_buffer_get_size (buffer);
  chunk->bytes = ptp_buffer_free_to_bytes (buffer, n_read);
  chunk->cut_short = cut_short;
}

static PtpReadResult
read_operation (PtpStreamReader *self, gsize size, PtpStreamChunk *chunk, GError **error)
{
  g_autoptr (PtpReadOperation) operation = NULL;
  g_autoptr (PtpBuffer) buffer = NULL;
  gssize n;

  if (self->operation == NULL)
    self->operation = ptp_read_operation_start (self->stream, size, self->producer);
  if (!ptp_read_operation_ask (self->operation))
    return PTP_READ_LATER;

  operation = g_steal_pointer (&self->operation);
  n = ptp_read_operation_steal (operation, &buffer, error);
  if (n <= 0)
    return n == 0 ? PTP_READ_END : PTP_READ_FAILED;

  set_chunk (chunk, g_steal_pointer (&buffer), (gsize) n, FALSE);
  return PTP_READ_DATA;
}

static PtpReadResult
read_cached (PtpStreamReader *self, gsize size, PtpStreamChunk *chunk, GError **error)
{
  g_autoptr (PtpBuffer) buffer = ptp_buffer_new (size);
  gsize n = 0;
  PtpReadResult result
    = ptp_fd_read_cached (self->fd, ptp_buffer_get_data (buffer), size, &n, error);

  if (result == PTP_READ_DATA)
    set_chunk (chunk, g_steal_pointer (&buffer), n, TRUE);
  if (result == PTP_READ_UNSUPPORTED)
    self->strategy = STRATEGY_ASYNC;
  if (result != PTP_READ_UNSUPPORTED && result != PTP_READ_LATER)
    return result;

  g_clear_pointer (&buffer, ptp_buffer_free);
  return read_operation (self, size, chunk, error);
}

static PtpReadResult
read_pollable (PtpStreamReader *self, gsize size, PtpStreamChunk *chunk, GError **error)
{
  g_autoptr (PtpBuffer) buffer = ptp_buffer_new (size);
  g_autoptr (GError) local = NULL;
  gssize n;

  /* It broke before the first read. */
  if (!begin (self, BEGUN_READING) && g_atomic_int_get (&self->begun) == BEGUN_BROKEN)
    {
      g_propagate_error (error, ptp_socket_dup_error (self->stream));
      return PTP_READ_FAILED;
    }
  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return PTP_READ_FAILED;
    }

  watch_for_error (self);
  n = g_pollable_input_stream_read_nonblocking (self->pollable, ptp_buffer_get_data (buffer), size,
                                                NULL, &local);

  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      watch (self);
      return PTP_READ_LATER;
    }

  clear_watch (self);
  if (n == 0)
    local = ptp_socket_dup_error (self->stream);
  if (local != NULL)
    n = -1;
  if (n < 0 && local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  if (n <= 0)
    return n == 0 ? PTP_READ_END : PTP_READ_FAILED;

  set_chunk (chunk, g_steal_pointer (&buffer), (gsize) n, FALSE);
  return PTP_READ_DATA;
}

static PtpReadResult
read_by_strategy (PtpStreamReader *self, gsize size, PtpStreamChunk *chunk, GError **error)
{
  if (self->operation != NULL)
    return read_operation (self, size, chunk, error);
  if (!check_stream (self, error))
    return PTP_READ_FAILED;
  if (self->strategy == STRATEGY_NONE)
    decide (self);

  switch ((Strategy) self->strategy)
    {
    case STRATEGY_CACHED:
      return read_cached (self, size, chunk, error);
    case STRATEGY_POLL:
      return read_pollable (self, size, chunk, error);
    case STRATEGY_NONE:
    case STRATEGY_ASYNC:
    default:
      return read_operation (self, size, chunk, error);
    }
}

/* "Reading from /home/me/film: Input/output error" */
static void
prefix_error (PtpStreamReader *self, GError **error)
{
  g_autofree char *name = NULL;
  int fd;

  if (self->stream == NULL || g_input_stream_is_closed (self->stream))
    return;

  fd = ptp_stream_get_fd (self->stream);
  if (fd >= 0)
    name = ptp_fd_dup_name (fd);
  if (name != NULL)
    g_prefix_error (error, "Reading from %s: ", name);
}

void
ptp_stream_reader_init (PtpStreamReader *self, GInputStream *stream, PtpPullProducer *producer)
{
  *self = (PtpStreamReader){ .producer = producer, .fd = -1 };
  g_set_object (&self->stream, stream);
  watch_unread (self);
}

static void
close_cancelled (GInputStream *stream)
{
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();

  g_cancellable_cancel (cancelled);
  g_input_stream_close (stream, cancelled, NULL);
}

void
ptp_stream_reader_clear (PtpStreamReader *self, gboolean close)
{
  gboolean left
    = self->operation != NULL && ptp_read_operation_abandon_later (self->operation, close);

  g_clear_pointer (&self->operation, ptp_read_operation_unref);
  clear_watch (self);
  clear_error_watch (self);
  g_clear_error (&self->error);
  g_clear_object (&self->pollable);
  if (close && !left && self->stream != NULL && !g_input_stream_is_closed (self->stream))
    close_cancelled (self->stream);
  g_clear_object (&self->stream);
}

gboolean
ptp_stream_reader_is_new (PtpStreamReader *self)
{
  return self->strategy == STRATEGY_NONE;
}

/* Seeking in memory waits for nobody. */
static gint64
get_remaining_in_memory (GSeekable *seekable)
{
  goffset position = g_seekable_tell (seekable);
  goffset end;

  if (!g_seekable_seek (seekable, 0, G_SEEK_END, NULL, NULL))
    return -1;

  end = g_seekable_tell (seekable);
  if (!g_seekable_seek (seekable, position, G_SEEK_SET, NULL, NULL))
    return -1;

  return end - position;
}

gint64
ptp_stream_reader_get_remaining (PtpStreamReader *self)
{
  int fd;

  if (!check_stream (self, NULL))
    return -1;
  if (G_OBJECT_TYPE (self->stream) == G_TYPE_MEMORY_INPUT_STREAM)
    return get_remaining_in_memory (G_SEEKABLE (self->stream));

  fd = ptp_stream_get_fd (self->stream);
  return fd >= 0 ? ptp_fd_get_remaining (fd) : -1;
}

PtpReadResult
ptp_stream_reader_read (PtpStreamReader *self, gsize size, PtpStreamChunk *chunk, GError **error)
{
  PtpReadResult result = read_by_strategy (self, size, chunk, error);

  if (result == PTP_READ_FAILED)
    prefix_error (self, error);

  return result;
}

/* What can be read at once is read when it is wanted, while it is in the processor's cache; and the
 * kernel reads files ahead by itself.
 */
void
ptp_stream_reader_read_ahead (PtpStreamReader *self, gsize size)
{
  if (self->strategy != STRATEGY_ASYNC || self->operation != NULL || !check_stream (self, NULL))
    return;

  self->operation = ptp_read_operation_start (self->stream, size, self->producer);
}

void
ptp_stream_reader_let_go (PtpStreamReader *self, gboolean close)
{
  g_autoptr (PtpReadOperation) operation = g_steal_pointer (&self->operation);

  clear_watch (self);
  clear_error_watch (self);
  g_clear_object (&self->pollable);

  if (operation != NULL)
    ptp_read_operation_abandon (operation, close);
  else if (close && self->stream != NULL && !g_input_stream_is_closed (self->stream))
    ptp_stream_close_quietly (self->stream);
}
