/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-stream-writer-private.h"

#include "../contract/ptp-error.h"
#include "ptp-buffer-pool-private.h"
#include "ptp-output-fd-private.h"
#include "ptp-output-queue-private.h"

#include <gio/gunixoutputstream.h>
#include <glib-unix.h>

/* At most one source is attached, whatever there is to wait for. */

/* A chunk of so many bytes that finds nothing before it goes out at once, while it is still in the
 * processor's cache. Smaller ones wait for company.
 */
#define MIN_AT_ONCE (64 * 1024)

/* Bytes of one asynchronous write: half of the queue within these, so that the producer is at work
 * again while the rest of a full queue is being written.
 */
#define MIN_BATCH (256 * 1024)
#define MAX_BATCH (1024 * 1024)

/* Bytes and calls after which a pollable stream gives the loop back. */
#define TURN_BYTES (1024 * 1024)
#define TURN_CALLS (64)

/* A stream that can poll is written without blocking from the context: counts are exact at any
 * moment, and stopping is instant. Any other stream is written with one asynchronous operation
 * at a time, which is never cancelled, since what a cancelled write has done cannot be known.
 */

/* A stream that takes nothing, and says neither that it would block nor why, is asked again after
 * 1, 2, 4, … ms, and given up after this many times in a row.
 */
#define MAX_ZEROS (8)

typedef enum
{
  PTP_WAIT_NOTHING,
  PTP_WAIT_TURN,
  PTP_WAIT_WRITABLE,
  PTP_WAIT_RETRY,
  PTP_WAIT_HANGUP,
} PtpWait;

struct _PtpStreamWriter
{
  GOutputStream *stream;             /* (owned) */
  GMainContext *context;             /* (owned) */
  GWeakRef owner;                    /* (element-type GObject) */
  const PtpStreamWriterFuncs *funcs; /* (not owned) */

  PtpOutputQueue queue;
  guint64 bytes_accepted;
  guint64 bytes_written;

  GError *early_error; /* (owned) (nullable): from inside a push, for the next turn */
  GSource *source;     /* (owned) (nullable): what wait is about */
  PtpWait wait;
  int fd;             /* -1 without one to watch */
  guint zeros;        /* writes of nothing, in a row */
  guint waited_zeros; /* zeros when the source was made */

  guint pollable : 1;
  guint plain : 1;     /* pollable, and no more than its descriptor */
  guint piecewise : 1; /* no vectored writes */
  guint blocked : 1;   /* the pollable stream has said so */
  guint busy : 1;      /* an asynchronous write runs */
  guint starting : 1;  /* inside the call that starts one */
  guint stopped : 1;
};

static gboolean turn_cb (gpointer user_data);
static gboolean writable_cb (GObject *stream, gpointer user_data);
static gboolean fd_writable_cb (int fd, GIOCondition condition, gpointer user_data);
static gboolean hangup_cb (int fd, GIOCondition condition, gpointer user_data);

static PtpStreamWriter *
writer_ref (PtpStreamWriter *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
writer_clear (PtpStreamWriter *self)
{
  ptp_output_queue_clear (&self->queue);
  ptp_buffer_pool_leave ();
  g_weak_ref_clear (&self->owner);
  g_clear_error (&self->early_error);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->context, g_main_context_unref);
}

void
ptp_stream_writer_unref (PtpStreamWriter *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) writer_clear);
}

static PtpWait
what_to_wait_for (PtpStreamWriter *self)
{
  if (self->stopped || self->busy)
    return PTP_WAIT_NOTHING;
  if (self->early_error != NULL)
    return PTP_WAIT_TURN;
  if (self->queue.size == 0)
    return self->fd >= 0 ? PTP_WAIT_HANGUP : PTP_WAIT_NOTHING;
  if (self->blocked)
    return PTP_WAIT_WRITABLE;
  if (self->zeros > 0)
    return PTP_WAIT_RETRY;

  return PTP_WAIT_TURN;
}

/* A source that cannot recurse is taken out of what is polled and put back for each dispatch, which
 * wakes the loop twice. Recursion does no harm here: others are called last, and GIO's own code is
 * not called.
 */
static GSource *
create_plain_source (PtpStreamWriter *self)
{
  GSource *source = g_unix_fd_source_new (self->fd, G_IO_OUT);

  g_source_set_can_recurse (source, TRUE);
  return source;
}

static GSource *
create_source (PtpStreamWriter *self, PtpWait wait, GSourceFunc *callback)
{
  *callback = turn_cb;

  switch (wait)
    {
    case PTP_WAIT_TURN:
      return g_idle_source_new ();

    case PTP_WAIT_RETRY:
      return g_timeout_source_new (1u << (self->zeros - 1));

    case PTP_WAIT_WRITABLE:
      if (self->plain)
        {
          *callback = G_SOURCE_FUNC (fd_writable_cb);
          return create_plain_source (self);
        }
      *callback = G_SOURCE_FUNC (writable_cb);
      return g_pollable_output_stream_create_source (G_POLLABLE_OUTPUT_STREAM (self->stream), NULL);

    case PTP_WAIT_HANGUP:
      *callback = G_SOURCE_FUNC (hangup_cb);
      return g_unix_fd_source_new (self->fd, G_IO_ERR | G_IO_HUP);

    case PTP_WAIT_NOTHING:
    default:
      g_assert_not_reached ();
    }
}

/* Makes the source fit the state. One that still fits is kept, also from inside itself. */
static void
arm (PtpStreamWriter *self)
{
  PtpWait wait = what_to_wait_for (self);
  GSourceFunc callback;

  if (wait == self->wait && (wait != PTP_WAIT_RETRY || self->waited_zeros == self->zeros))
    return;

  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  self->wait = wait;
  self->waited_zeros = self->zeros;

  if (wait == PTP_WAIT_NOTHING)
    return;

  self->source = create_source (self, wait, &callback);
  g_source_set_callback (self->source, callback, writer_ref (self),
                         (GDestroyNotify) ptp_stream_writer_unref);
  g_source_set_static_name (self->source, "[PullToPush] stream writer");
  g_source_set_priority (self->source, G_PRIORITY_DEFAULT);
  g_source_attach (self->source, self->context);
}

void
ptp_stream_writer_stop (PtpStreamWriter *self)
{
  self->stopped = TRUE;
  ptp_output_queue_clear (&self->queue);
  arm (self);
}

static guint
get_max_vectors (PtpStreamWriter *self)
{
  return self->piecewise ? 1 : PTP_OUTPUT_BATCH_VECTORS;
}

static gsize
sanitize (PtpOutputBatch *batch, gsize written)
{
  return written <= batch->size ? written : 0;
}

static void
account (PtpStreamWriter *self, gsize size)
{
  self->zeros = size > 0 ? 0 : self->zeros + 1;
  self->bytes_written += size;
  if (!self->stopped)
    ptp_output_queue_consume (&self->queue, size);
}

static GError *
explain (PtpStreamWriter *self, GError *error)
{
  if (error != NULL)
    return error;

  return g_error_new (PTP_ERROR, PTP_ERROR_FAILED,
                      "%s failed without setting an error; in a language binding this means an "
                      "exception of another kind, or no result",
                      G_OBJECT_TYPE_NAME (self->stream));
}

static void
fail (PtpStreamWriter *self, GObject *owner, GError *error)
{
  if (self->stopped)
    {
      g_debug ("Dropping an error that came after the end: %s", error->message);
      g_error_free (error);
      return;
    }

  ptp_stream_writer_stop (self);
  g_prefix_error (&error, "Writing to the output stream after %" G_GUINT64_FORMAT " bytes: ",
                  self->bytes_written);
  self->funcs->failed (owner, error);
}

static gboolean
check_zeros (PtpStreamWriter *self, GObject *owner)
{
  if (self->zeros < MAX_ZEROS)
    return TRUE;

  fail (self, owner,
        g_error_new (PTP_ERROR, PTP_ERROR_FAILED,
                     "%s took none of %" G_GSIZE_FORMAT " bytes, %d times in a row; in a language "
                     "binding this means an exception, or no result",
                     G_OBJECT_TYPE_NAME (self->stream), self->queue.size, MAX_ZEROS));
  return FALSE;
}

static GPollableReturn
write_piece_nonblocking (PtpStreamWriter *self,
                         PtpOutputBatch *batch,
                         gsize *written,
                         GError **error)
{
  GError *local = NULL;
  gssize n = g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (self->stream),
                                                         batch->vectors[0].buffer,
                                                         batch->vectors[0].size, NULL, &local);

  *written = n >= 0 ? (gsize) n : 0;
  if (n >= 0)
    return G_POLLABLE_RETURN_OK;

  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      g_error_free (local);
      return G_POLLABLE_RETURN_WOULD_BLOCK;
    }

  g_propagate_error (error, local);
  return G_POLLABLE_RETURN_FAILED;
}

static GPollableReturn
write_batch (PtpStreamWriter *self,
             PtpOutputBatch *batch,
             gboolean may_block,
             gsize *written,
             GError **error)
{
  GPollableOutputStream *stream = G_POLLABLE_OUTPUT_STREAM (self->stream);

  if (self->plain && may_block && !ptp_output_fd_is_writable (self->fd))
    return G_POLLABLE_RETURN_WOULD_BLOCK;
  if (self->plain)
    return ptp_output_fd_writev (self->fd, batch->vectors, batch->n_vectors, written, error);
  if (self->piecewise)
    return write_piece_nonblocking (self, batch, written, error);

  return g_pollable_output_stream_writev_nonblocking (stream, batch->vectors, batch->n_vectors,
                                                      written, NULL, error);
}

static GPollableReturn
write_nonblocking (PtpStreamWriter *self, gsize max_size, gsize *written, GError **error)
{
  g_auto (PtpOutputBatch) batch = { .n_vectors = 0 };
  GPollableReturn result;
  gboolean may_block;
  gsize n = 0;

  /* It would go to whatever has the number of the descriptor by now. */
  if (g_output_stream_is_closed (self->stream))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                           "it has been closed by somebody else");
      return G_POLLABLE_RETURN_FAILED;
    }

  may_block = !ptp_output_fd_limit_call (self->stream, &max_size);
  ptp_output_queue_peek (&self->queue, max_size, get_max_vectors (self), &batch);
  result = write_batch (self, &batch, may_block, &n, error);
  *written = sanitize (&batch, n);
  /* A descriptor that took a part is full: no need to be told so by another call. */
  if (result == G_POLLABLE_RETURN_OK && self->fd >= 0 && n > 0 && n < batch.size)
    return G_POLLABLE_RETURN_WOULD_BLOCK;

  return result;
}

/* What is left of the chunk, and what went wrong, is for the next turn: nobody is told from inside
 * a push that the stream has failed.
 */
static void
write_at_once (PtpStreamWriter *self)
{
  g_autoptr (GError) error = NULL;
  GPollableReturn result;
  gsize n = 0;

  result = write_nonblocking (self, TURN_BYTES, &n, &error);
  self->blocked = result == G_POLLABLE_RETURN_WOULD_BLOCK;
  if (n > 0)
    account (self, n);
  if (result == G_POLLABLE_RETURN_FAILED && !self->stopped)
    self->early_error = explain (self, g_steal_pointer (&error));
}

static void
write_polling (PtpStreamWriter *self, GObject *owner)
{
  GPollableReturn result = G_POLLABLE_RETURN_OK;
  guint64 before = self->bytes_written;
  gsize room = TURN_BYTES;
  GError *error = NULL;

  if (self->early_error != NULL)
    {
      fail (self, owner, g_steal_pointer (&self->early_error));
      return;
    }

  self->blocked = FALSE;
  for (int i = 0; i < TURN_CALLS && room > 0 && self->queue.size > 0; i++)
    {
      gsize n = 0;

      result = write_nonblocking (self, room, &n, &error);
      if (n > 0 || result == G_POLLABLE_RETURN_OK)
        account (self, n);
      if (n == 0 || result != G_POLLABLE_RETURN_OK)
        break;
      room -= n;
    }

  self->blocked = result == G_POLLABLE_RETURN_WOULD_BLOCK;
  if (self->blocked)
    g_clear_error (&error);

  if (result == G_POLLABLE_RETURN_FAILED)
    {
      fail (self, owner, explain (self, error));
      return;
    }
  if (!check_zeros (self, owner))
    return;

  arm (self);
  /* Also when it took a part, and the rest has to wait. */
  if (self->bytes_written > before)
    self->funcs->progress (owner);
}

typedef struct
{
  PtpStreamWriter *writer; /* (owned) */
  PtpOutputBatch batch;
} WriteOperation;

static void
write_operation_free (WriteOperation *operation)
{
  ptp_output_batch_clear (&operation->batch);
  ptp_stream_writer_unref (operation->writer);
  g_free (operation);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WriteOperation, write_operation_free)

static void written_cb (GObject *source_object, GAsyncResult *result, gpointer user_data);

static void
start_write (PtpStreamWriter *self)
{
  WriteOperation *operation;
  PtpOutputBatch *batch;

  if (self->stopped || self->busy || self->queue.size == 0)
    return;

  operation = g_new0 (WriteOperation, 1);
  operation->writer = writer_ref (self);
  batch = &operation->batch;
  ptp_output_queue_peek (&self->queue, CLAMP (self->queue.size / 2, MIN_BATCH, MAX_BATCH),
                         get_max_vectors (self), batch);

  self->busy = TRUE;
  self->starting = TRUE;
  if (self->piecewise)
    g_output_stream_write_async (self->stream, batch->vectors[0].buffer, batch->vectors[0].size,
                                 G_PRIORITY_DEFAULT, NULL, written_cb, operation);
  else
    g_output_stream_writev_async (self->stream, batch->vectors, batch->n_vectors,
                                  G_PRIORITY_DEFAULT, NULL, written_cb, operation);
  self->starting = FALSE;
}

static gboolean
finish_write (PtpStreamWriter *self, GAsyncResult *result, gsize *written, GError **error)
{
  gssize n;

  if (!self->piecewise)
    return g_output_stream_writev_finish (self->stream, result, written, error);

  n = g_output_stream_write_finish (self->stream, result, error);
  *written = n >= 0 ? (gsize) n : 0;
  return n >= 0;
}

static void
written_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WriteOperation) operation = user_data;
  PtpStreamWriter *self = operation->writer;
  g_autoptr (GObject) owner = g_weak_ref_get (&self->owner);
  g_autoptr (GMainContextPusher) pusher = NULL;
  GError *error = NULL;
  gsize written = 0;
  gboolean ok;

  if (owner == NULL)
    return;

  pusher = g_main_context_pusher_new (self->context);
  ok = finish_write (self, result, &written, &error);
  self->busy = FALSE;
  account (self, sanitize (&operation->batch, written));

  if (!ok)
    fail (self, owner, explain (self, error));
  else
    check_zeros (self, owner);

  /* Inside the call that started it, another would be recursion: that is for the next turn. */
  if (!self->starting && self->zeros == 0)
    start_write (self);
  arm (self);
  self->funcs->progress (owner);
}

static gboolean
take_turn (PtpStreamWriter *self)
{
  g_autoptr (GObject) owner = g_weak_ref_get (&self->owner);
  g_autoptr (GMainContextPusher) pusher = NULL;

  if (owner == NULL)
    return G_SOURCE_REMOVE;

  pusher = g_main_context_pusher_new (self->context);
  if (self->pollable)
    {
      write_polling (self, owner);
    }
  else
    {
      start_write (self);
      arm (self);
    }

  /* A source that is not wanted any more is destroyed by now. */
  return G_SOURCE_CONTINUE;
}

static gboolean
turn_cb (gpointer user_data)
{
  return take_turn (user_data);
}

static gboolean
writable_cb (GObject *stream, gpointer user_data)
{
  return take_turn (user_data);
}

static gboolean
fd_writable_cb (int fd, GIOCondition condition, gpointer user_data)
{
  return take_turn (user_data);
}

static gboolean
hangup_cb (int fd, GIOCondition condition, gpointer user_data)
{
  PtpStreamWriter *self = user_data;
  g_autoptr (GObject) owner = g_weak_ref_get (&self->owner);
  g_autoptr (GMainContextPusher) pusher = NULL;
  GError *error = NULL;

  if (owner == NULL)
    return G_SOURCE_REMOVE;

  pusher = g_main_context_pusher_new (self->context);
  /* Closed by somebody else, the number may be another file's by now: the next write will say. */
  if ((condition & G_IO_NVAL) == 0 && !g_output_stream_is_closed (self->stream))
    error = ptp_output_fd_explain_hangup (fd, condition);

  if (error != NULL)
    {
      fail (self, owner, error);
    }
  else
    {
      self->fd = -1;
      arm (self);
    }
  return G_SOURCE_CONTINUE;
}

PtpStreamWriter *
ptp_stream_writer_new (GOutputStream *stream,
                       GMainContext *context,
                       GObject *owner,
                       const PtpStreamWriterFuncs *funcs)
{
  PtpStreamWriter *self = g_atomic_rc_box_new0 (PtpStreamWriter);

  g_set_object (&self->stream, stream);
  self->context = g_main_context_ref (context);
  g_weak_ref_init (&self->owner, owner);
  self->funcs = funcs;
  ptp_buffer_pool_enter ();
  ptp_output_queue_init (&self->queue);
  self->pollable = G_IS_POLLABLE_OUTPUT_STREAM (stream)
                   && g_pollable_output_stream_can_poll (G_POLLABLE_OUTPUT_STREAM (stream));
  /* GLib 2.74 warns whenever a vectored write of one of these fails, since it takes the -1 of
   * writev() for a number of bytes.
   */
  self->fd = self->pollable ? ptp_output_fd_find (stream) : -1;
  self->plain = self->pollable && ptp_output_fd_find_plain (stream) >= 0;
  self->piecewise = G_IS_UNIX_OUTPUT_STREAM (stream) && !self->plain;

  arm (self);
  return self;
}

guint64
ptp_stream_writer_get_accepted (PtpStreamWriter *self)
{
  return self->bytes_accepted;
}

guint64
ptp_stream_writer_get_written (PtpStreamWriter *self)
{
  return self->bytes_written;
}

gsize
ptp_stream_writer_get_queued (PtpStreamWriter *self)
{
  return self->queue.size;
}

gsize
ptp_stream_writer_get_peak (PtpStreamWriter *self)
{
  return self->queue.peak;
}

gboolean
ptp_stream_writer_is_busy (PtpStreamWriter *self)
{
  return self->busy;
}

static gboolean
can_write_at_once (PtpStreamWriter *self, gsize size)
{
  return size >= MIN_AT_ONCE && self->queue.size == size && self->pollable && !self->stopped
         && !self->blocked && self->zeros == 0 && self->early_error == NULL;
}

gboolean
ptp_stream_writer_push (PtpStreamWriter *self, GBytes *bytes, gsize limit)
{
  guint64 written = self->bytes_written;
  g_autoptr (GObject) owner = NULL;

  if (!ptp_output_queue_push (&self->queue, bytes, limit))
    return FALSE;

  self->bytes_accepted += g_bytes_get_size (bytes);
  if (can_write_at_once (self, g_bytes_get_size (bytes)))
    write_at_once (self);
  arm (self);

  if (self->bytes_written != written)
    owner = g_weak_ref_get (&self->owner);
  if (owner != NULL)
    self->funcs->progress (owner);
  return TRUE;
}
