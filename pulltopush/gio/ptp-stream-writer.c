/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-stream-writer-private.h"

#include "../contract/ptp-error.h"
#include "ptp-buffer-pool-private.h"
#include "ptp-output-fd-private.h"
#include "ptp-output-queue-private.h"
#include "ptp-socket-private.h"

#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <limits.h>
#include <unistd.h>

/* A stream that can poll is written without blocking from the context: counts are exact at any
 * moment, and stopping is instant. Any other stream is written with one asynchronous operation
 * at a time, which is never cancelled, since what a cancelled write has done cannot be known.
 *
 * The stream is foreign code. It may run the main loop, push and stop from inside any of its
 * functions, and answer anything; it is not called again before it has returned.
 *
 * At most one source is attached, whatever there is to wait for.
 */

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

/* A stream that takes nothing, and says neither that it would block nor why, is asked again after
 * 1, 2, 4, … ms, and given up after this many times in a row.
 */
#define MAX_ZEROS (8)

/* While the error queue of a socket is not empty, poll() returns at once: the socket is looked at
 * from time to time instead. Milliseconds.
 */
#define NOISY_WRITE_INTERVAL  (10)
#define NOISY_HANGUP_INTERVAL (1000)

typedef enum
{
  PTP_WAIT_NOTHING,
  PTP_WAIT_TURN,
  PTP_WAIT_WRITABLE,
  PTP_WAIT_WRITABLE_NOISY,
  PTP_WAIT_RETRY,
  PTP_WAIT_HANGUP,
  PTP_WAIT_HANGUP_NOISY,
} PtpWait;

/* The flags are atomic: whichever comes second of the end of a call into the stream and the end of
 * the owner sees the other.
 */
typedef enum
{
  IN_FLIGHT = 1 << 0, /* from the start of a write until its result is known */
  ABANDONED = 1 << 1,
} Flags;

struct _PtpStreamWriter
{
  GOutputStream *stream;             /* (owned) */
  GMainContext *context;             /* (owned) */
  GWeakRef owner;                    /* (element-type GObject) */
  const PtpStreamWriterFuncs *funcs; /* (not owned) */
  PtpStreamWriterOrphanFunc orphan;  /* (nullable): set before ABANDONED is */
  guint flags;                       /* atomic */

  PtpOutputQueue queue;
  guint64 bytes_accepted;
  guint64 bytes_written;

  GError *early_error; /* (owned) (nullable): for the next turn */
  GSource *source;     /* (owned) (nullable): what wait is about */
  PtpWait wait;
  int fd;             /* of the stream, or -1 */
  int below_fd;       /* of the stream below one that filters, or -1 */
  int own_fd;         /* (owned): fd opened once more without blocking, or -1 */
  guint zeros;        /* writes of nothing, in a row */
  guint waited_zeros; /* zeros when the source was made */

  guint pollable : 1;
  guint plain : 1;        /* pollable, and no more than its descriptor */
  guint socket : 1;       /* the descriptor is one */
  guint piecewise : 1;    /* no vectored writes */
  guint threaded : 1;     /* the descriptor blocks, and could not be opened once more */
  guint noisy : 1;        /* the socket's error queue is not empty */
  guint closed_below : 1; /* by somebody else: the next write will say so */
  guint blocked : 1;      /* the pollable stream has said so */
  guint busy : 1;         /* an asynchronous write runs */
  guint writing : 1;      /* inside the stream's function that writes, or starts to */
  guint arming : 1;       /* inside the stream's function that creates a source */
  guint stopped : 1;
};

static gboolean recheck_cb (gpointer user_data);
static gboolean turn_cb (gpointer user_data);
static gboolean writable_cb (GObject *stream, gpointer user_data);
static gboolean fd_writable_cb (int fd, GIOCondition condition, gpointer user_data);
static gboolean hangup_cb (int fd, GIOCondition condition, gpointer user_data);

/* Its reader sees the end only when this is closed, too. */
static void
close_own_fd (PtpStreamWriter *self)
{
  if (self->own_fd >= 0)
    close (self->own_fd);
  self->own_fd = -1;
}

static PtpStreamWriter *
writer_ref (PtpStreamWriter *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
writer_clear (PtpStreamWriter *self)
{
  close_own_fd (self);
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

/* Between these two the stream may be in the middle of something that cannot be taken back. */
static gboolean
start_flight (PtpStreamWriter *self)
{
  if ((g_atomic_int_or (&self->flags, IN_FLIGHT) & ABANDONED) == 0)
    return TRUE;

  g_atomic_int_and (&self->flags, ~(guint) IN_FLIGHT);
  return FALSE;
}

static void
end_flight (PtpStreamWriter *self)
{
  if ((g_atomic_int_and (&self->flags, ~(guint) IN_FLIGHT) & ABANDONED) != 0
      && self->orphan != NULL)
    self->orphan (self->stream);
}

static PtpWait
what_to_wait_for (PtpStreamWriter *self)
{
  if (self->stopped || self->busy || self->writing || self->arming)
    return PTP_WAIT_NOTHING;
  if (self->early_error != NULL)
    return PTP_WAIT_TURN;
  if (self->queue.size == 0 && self->fd >= 0 && !self->closed_below)
    return self->noisy ? PTP_WAIT_HANGUP_NOISY : PTP_WAIT_HANGUP;
  if (self->queue.size == 0)
    return PTP_WAIT_NOTHING;
  if (self->blocked)
    return self->noisy ? PTP_WAIT_WRITABLE_NOISY : PTP_WAIT_WRITABLE;
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
  GSource *source = g_unix_fd_source_new (self->own_fd >= 0 ? self->own_fd : self->fd, G_IO_OUT);

  g_source_set_can_recurse (source, TRUE);
  return source;
}

/* Returns: (nullable): null, with an early error, when the stream has none */
static GSource *
create_stream_source (PtpStreamWriter *self)
{
  GPollableOutputStream *stream = G_POLLABLE_OUTPUT_STREAM (self->stream);
  GSource *source = NULL;

  self->arming = TRUE;
  if (G_POLLABLE_OUTPUT_STREAM_GET_INTERFACE (stream)->create_source != NULL)
    source = g_pollable_output_stream_create_source (stream, NULL);
  self->arming = FALSE;
  if (source == NULL && self->early_error == NULL)
    self->early_error
      = g_error_new (PTP_ERROR, PTP_ERROR_FAILED, "%s would block, but has no source to wait with",
                     G_OBJECT_TYPE_NAME (self->stream));
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
      return create_stream_source (self);

    case PTP_WAIT_WRITABLE_NOISY:
      return g_timeout_source_new (NOISY_WRITE_INTERVAL);

    case PTP_WAIT_HANGUP:
      *callback = G_SOURCE_FUNC (hangup_cb);
      return g_unix_fd_source_new (self->fd, G_IO_ERR | G_IO_HUP);

    case PTP_WAIT_HANGUP_NOISY:
      *callback = recheck_cb;
      return g_timeout_source_new (NOISY_HANGUP_INTERVAL);

    case PTP_WAIT_NOTHING:
    default:
      g_assert_not_reached ();
    }
}

static void
drop_source (PtpStreamWriter *self)
{
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  self->wait = PTP_WAIT_NOTHING;
}

static void
attach_source (PtpStreamWriter *self, PtpWait wait)
{
  GSourceFunc callback;
  g_autoptr (GSource) source = create_source (self, wait, &callback);

  /* The stream may have done anything while it created the source. */
  if (source == NULL || self->stopped)
    return;

  g_source_set_callback (source, callback, writer_ref (self),
                         (GDestroyNotify) ptp_stream_writer_unref);
  g_source_set_static_name (source, "[PullToPush] stream writer");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_attach (source, self->context);
  self->source = g_steal_pointer (&source);
  self->wait = wait;
}

/* Makes the source fit the state. One that still fits is kept, also from inside itself. */
static void
arm (PtpStreamWriter *self)
{
  PtpWait wait = what_to_wait_for (self);

  if (wait == self->wait && (wait != PTP_WAIT_RETRY || self->waited_zeros == self->zeros))
    return;

  drop_source (self);
  if (self->queue.size == 0 && !self->writing && !self->busy)
    {
      close_own_fd (self);
      self->threaded = FALSE;
    }

  self->waited_zeros = self->zeros;
  if (wait != PTP_WAIT_NOTHING)
    attach_source (self, wait);
  /* Without a source to wait with, the error is for the next turn. */
  if (self->early_error != NULL && self->source == NULL && !self->stopped)
    attach_source (self, PTP_WAIT_TURN);
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

/* The stream may answer anything. A number that cannot be is that of a failure, as GIO's own
 * streams give it; with a success nobody knows what was written, so that it must not be written
 * again.
 */
static GPollableReturn
check_answer (PtpStreamWriter *self,
              PtpOutputBatch *batch,
              GPollableReturn result,
              gsize *written,
              GError **error)
{
  const gsize claimed = *written;

  if (claimed > batch->size)
    *written = 0;
  if (result == G_POLLABLE_RETURN_WOULD_BLOCK)
    {
      g_clear_error (error);
      return result;
    }

  if (result == G_POLLABLE_RETURN_OK && claimed > batch->size && *error == NULL)
    g_set_error (error, PTP_ERROR, PTP_ERROR_FAILED,
                 "%s says that it wrote %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes",
                 G_OBJECT_TYPE_NAME (self->stream), claimed, batch->size);
  if (result == G_POLLABLE_RETURN_OK && *error == NULL)
    return result;

  if (*error == NULL)
    g_set_error (error, PTP_ERROR, PTP_ERROR_FAILED,
                 "%s failed without setting an error; in a language binding this means an "
                 "exception of another kind, or no result",
                 G_OBJECT_TYPE_NAME (self->stream));
  return G_POLLABLE_RETURN_FAILED;
}

static void
account (PtpStreamWriter *self, gsize size)
{
  self->zeros = size > 0 ? 0 : self->zeros + 1;
  self->bytes_written += size;
  if (!self->stopped)
    ptp_output_queue_consume (&self->queue, size);
}

static void
fail (PtpStreamWriter *self, GObject *owner, GError *error)
{
  if (self->socket)
    ptp_socket_keep_error (self->stream, error);
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

static void
check_zeros (PtpStreamWriter *self, GObject *owner)
{
  if (self->zeros < MAX_ZEROS)
    return;

  fail (self, owner,
        g_error_new (PTP_ERROR, PTP_ERROR_FAILED,
                     "%s took none of %" G_GSIZE_FORMAT " bytes, %d times in a row; in a language "
                     "binding this means an exception, or no result",
                     G_OBJECT_TYPE_NAME (self->stream), self->queue.size, MAX_ZEROS));
}

/* Whether a call could block, so that it must not be made on the context: for a descriptor that is
 * shared with other processes O_NONBLOCK is not ours to set, and what poll() says is over as soon
 * as somebody else writes. A terminal does not even promise anything for one byte.
 */
static gboolean
needs_thread (PtpStreamWriter *self)
{
  const int fd = self->plain ? self->fd : self->below_fd;

  /* A socket that is written to directly is told each time not to block. */
  if (fd < 0 || (self->socket && self->plain) || self->own_fd >= 0)
    return FALSE;
  if (self->threaded)
    return TRUE;
  if (g_output_stream_is_closed (self->stream) || !ptp_output_fd_may_block (fd))
    return FALSE;
  /* A filter may do anything with what it is given, and only it knows how to write. */
  if (!self->plain)
    {
      self->threaded = TRUE;
      return TRUE;
    }

  self->own_fd = ptp_output_fd_reopen (self->fd);
  self->threaded = self->own_fd < 0;
  return self->threaded;
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

  if (self->plain)
    return ptp_output_fd_writev (self->own_fd >= 0 ? self->own_fd : self->fd, self->socket,
                                 batch->vectors, batch->n_vectors, written, error);
  if (may_block && !ptp_output_fd_is_writable (self->fd))
    return G_POLLABLE_RETURN_WOULD_BLOCK;
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

  /* It would go to whatever has the number of the descriptor by now. */
  if (g_output_stream_is_closed (self->stream))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                           "it has been closed by somebody else");
      return G_POLLABLE_RETURN_FAILED;
    }
  if (!start_flight (self))
    return G_POLLABLE_RETURN_WOULD_BLOCK;

  may_block = !self->plain && !ptp_output_fd_limit_call (self->stream, &max_size);
  ptp_output_queue_peek (&self->queue, max_size, get_max_vectors (self), &batch);
  self->writing = TRUE;
  result = write_batch (self, &batch, may_block, written, error);
  self->writing = FALSE;
  result = check_answer (self, &batch, result, written, error);
  end_flight (self);
  /* A descriptor that took a part is full: no need to be told so by another call. */
  if (result == G_POLLABLE_RETURN_OK && self->fd >= 0 && *written > 0 && *written < batch.size)
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
    self->early_error = g_steal_pointer (&error);
}

static void
write_polling (PtpStreamWriter *self, GObject *owner)
{
  GPollableReturn result = G_POLLABLE_RETURN_OK;
  guint64 before = self->bytes_written;
  gsize room = TURN_BYTES;
  GError *error = NULL;

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
  self->noisy = self->blocked && self->socket && self->bytes_written == before
                && ptp_output_fd_is_noisy (self->fd);
  if (result == G_POLLABLE_RETURN_FAILED)
    fail (self, owner, error);
  else
    check_zeros (self, owner);

  arm (self);
  /* Also when it took a part, and the rest has to wait; and when the owner stopped it meanwhile. */
  if (self->bytes_written > before || self->stopped)
    self->funcs->progress (owner);
}

typedef enum
{
  WRITE_VECTORS,
  WRITE_PIECE,
  WRITE_FD_IN_THREAD,
  WRITE_STREAM_IN_THREAD,
} WriteWay;

/* Has what is needed while it runs, so that the thread of an owner that goes may touch the rest. */
typedef struct
{
  PtpStreamWriter *writer; /* (owned) */
  PtpOutputBatch batch;
  WriteWay way;
} WriteOperation;

static void
write_operation_free (WriteOperation *operation)
{
  ptp_output_batch_clear (&operation->batch);
  ptp_stream_writer_unref (operation->writer);
  g_free (operation);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WriteOperation, write_operation_free)

/* Runs in a thread. It may block there. */
static void
write_in_thread (GTask *task, gpointer stream, gpointer task_data, GCancellable *cancellable)
{
  WriteOperation *operation = task_data;
  const GOutputVector *vectors = operation->batch.vectors;
  GError *error = NULL;
  gsize written = 0;

  if (operation->way == WRITE_FD_IN_THREAD)
    {
      ptp_output_fd_writev (operation->writer->fd, FALSE, vectors, operation->batch.n_vectors,
                            &written, &error);
    }
  else
    {
      gssize n = g_output_stream_write (stream, vectors[0].buffer, vectors[0].size, NULL, &error);

      written = n > 0 ? (gsize) n : 0;
    }

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_int (task, (gssize) written);
}

static void
write_async (WriteOperation *operation, GAsyncReadyCallback callback)
{
  GOutputStream *stream = operation->writer->stream;
  PtpOutputBatch *batch = &operation->batch;
  g_autoptr (GTask) task = NULL;

  switch (operation->way)
    {
    case WRITE_VECTORS:
      g_output_stream_writev_async (stream, batch->vectors, batch->n_vectors, G_PRIORITY_DEFAULT,
                                    NULL, callback, operation);
      break;

    case WRITE_PIECE:
      g_output_stream_write_async (stream, batch->vectors[0].buffer, batch->vectors[0].size,
                                   G_PRIORITY_DEFAULT, NULL, callback, operation);
      break;

    case WRITE_FD_IN_THREAD:
    case WRITE_STREAM_IN_THREAD:
    default:
      task = g_task_new (stream, NULL, callback, operation);
      g_task_set_source_tag (task, write_async);
      g_task_set_task_data (task, operation, NULL);
      g_task_run_in_thread (task, write_in_thread);
    }
}

static GPollableReturn
write_finish (WriteOperation *operation, GAsyncResult *result, gsize *written, GError **error)
{
  GOutputStream *stream = operation->writer->stream;
  gssize n;

  if (operation->way == WRITE_VECTORS)
    return g_output_stream_writev_finish (stream, result, written, error)
             ? G_POLLABLE_RETURN_OK
             : G_POLLABLE_RETURN_FAILED;

  n = operation->way == WRITE_PIECE ? g_output_stream_write_finish (stream, result, error)
                                    : g_task_propagate_int (G_TASK (result), error);
  *written = n >= 0 ? (gsize) n : 0;
  return n >= 0 ? G_POLLABLE_RETURN_OK : G_POLLABLE_RETURN_FAILED;
}

static WriteWay
choose_way (PtpStreamWriter *self)
{
  if (self->threaded)
    return self->plain ? WRITE_FD_IN_THREAD : WRITE_STREAM_IN_THREAD;

  return self->piecewise ? WRITE_PIECE : WRITE_VECTORS;
}

static void start_write (PtpStreamWriter *self);

/* The finish is called whatever has become of the owner: without it the stream could never be
 * closed.
 */
static void
written_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WriteOperation) operation = user_data;
  PtpStreamWriter *self = operation->writer;
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);
  g_autoptr (GObject) owner = NULL;
  g_autoptr (GError) error = NULL;
  GPollableReturn answer;
  gsize written = 0;

  answer = write_finish (operation, result, &written, &error);
  answer = check_answer (self, &operation->batch, answer, &written, &error);
  owner = g_weak_ref_get (&self->owner);
  /* Without an owner the rest belongs to the thread that stops the writer. */
  if (owner == NULL)
    {
      end_flight (self);
      return;
    }

  self->busy = FALSE;
  end_flight (self);
  account (self, written);
  if (answer == G_POLLABLE_RETURN_OK)
    check_zeros (self, owner);
  else
    fail (self, owner, g_steal_pointer (&error));

  /* Inside the call that started it, another would be recursion: the caller goes on. */
  if (self->writing)
    return;
  if (self->zeros == 0)
    start_write (self);
  arm (self);
  self->funcs->progress (owner);
}

/* Does nothing while a write runs. It may be over when this returns, and then its callback has run.
 */
static void
start_write (PtpStreamWriter *self)
{
  WriteOperation *operation;
  gsize size = CLAMP (self->queue.size / 2, MIN_BATCH, MAX_BATCH);
  const int fd = self->plain ? self->fd : self->below_fd;

  if (self->stopped || self->busy || self->writing || self->queue.size == 0)
    return;

  /* A thread is not for waiting: most of that is done before. */
  self->blocked = self->threaded && !ptp_output_fd_is_writable (fd);
  if (self->blocked || !start_flight (self))
    return;

  operation = g_new0 (WriteOperation, 1);
  operation->writer = writer_ref (self);
  operation->way = choose_way (self);
  ptp_output_queue_peek (&self->queue, self->threaded ? PIPE_BUF : size, get_max_vectors (self),
                         &operation->batch);
  self->busy = TRUE;
  self->writing = TRUE;
  write_async (operation, written_cb);
  self->writing = FALSE;
}

static void
take_turn_async (PtpStreamWriter *self, GObject *owner)
{
  gboolean over;

  start_write (self);
  over = !self->busy;
  arm (self);
  if (over)
    self->funcs->progress (owner);
}

static gboolean
take_turn (PtpStreamWriter *self)
{
  g_autoptr (GMainContextPusher) pusher = NULL;
  g_autoptr (GObject) owner = g_weak_ref_get (&self->owner);

  if (owner == NULL)
    return G_SOURCE_REMOVE;
  if (self->writing || self->arming)
    return G_SOURCE_CONTINUE;

  pusher = g_main_context_pusher_new (self->context);
  if (self->early_error != NULL)
    fail (self, owner, g_steal_pointer (&self->early_error));
  else if (self->pollable && !needs_thread (self))
    write_polling (self, owner);
  else
    take_turn_async (self, owner);

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

static void
take_hangup (PtpStreamWriter *self, GIOCondition condition)
{
  g_autoptr (GMainContextPusher) pusher = NULL;
  g_autoptr (GObject) owner = g_weak_ref_get (&self->owner);
  GError *error = NULL;

  if (owner == NULL)
    return;

  pusher = g_main_context_pusher_new (self->context);
  /* The number may be another file's by now. */
  self->closed_below = (condition & G_IO_NVAL) != 0 || g_output_stream_is_closed (self->stream);
  if (!self->closed_below)
    error = ptp_output_fd_explain_hangup (self->fd, condition);

  if (error != NULL)
    {
      fail (self, owner, error);
      return;
    }

  self->noisy = condition != 0;
  arm (self);
}

static gboolean
hangup_cb (int fd, GIOCondition condition, gpointer user_data)
{
  take_hangup (user_data, condition);
  return G_SOURCE_CONTINUE;
}

static gboolean
recheck_cb (gpointer user_data)
{
  PtpStreamWriter *self = user_data;

  take_hangup (self, ptp_output_fd_poll (self->fd, 0));
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
  ptp_output_fd_ignore_sigpipe ();
  ptp_buffer_pool_enter ();
  ptp_output_queue_init (&self->queue);
  self->pollable = G_IS_POLLABLE_OUTPUT_STREAM (stream)
                   && g_pollable_output_stream_can_poll (G_POLLABLE_OUTPUT_STREAM (stream));
  /* GLib 2.74 warns whenever a vectored write of one of these fails, since it takes the -1 of
   * writev() for a number of bytes.
   */
  self->fd = self->pollable ? ptp_output_fd_find (stream) : -1;
  self->own_fd = -1;
  self->below_fd = self->pollable ? ptp_output_fd_find_below (stream) : -1;
  self->socket = ptp_output_fd_is_socket (MAX (self->fd, self->below_fd));
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
  return self->busy || self->writing;
}

static gboolean
can_write_at_once (PtpStreamWriter *self, gsize size)
{
  return size >= MIN_AT_ONCE && self->queue.size == size && self->pollable && !self->stopped
         && !self->busy && !self->writing && !self->arming && !self->blocked && self->zeros == 0
         && self->early_error == NULL && !needs_thread (self);
}

void
ptp_stream_writer_push (PtpStreamWriter *self, GBytes *bytes)
{
  guint64 written = self->bytes_written;
  g_autoptr (PtpStreamWriter) alive = NULL;
  g_autoptr (GObject) owner = NULL;

  ptp_output_queue_push (&self->queue, bytes);
  self->bytes_accepted += g_bytes_get_size (bytes);
  /* The stream may drop the owner from inside. */
  if (can_write_at_once (self, g_bytes_get_size (bytes)))
    {
      alive = writer_ref (self);
      write_at_once (self);
    }
  arm (self);

  if (self->bytes_written != written || self->stopped)
    owner = g_weak_ref_get (&self->owner);
  if (owner != NULL)
    self->funcs->progress (owner);
}

gboolean
ptp_stream_writer_abandon (PtpStreamWriter *self, PtpStreamWriterOrphanFunc func)
{
  ptp_stream_writer_stop (self);
  self->orphan = func;
  return (g_atomic_int_or (&self->flags, ABANDONED) & IN_FLIGHT) != 0;
}
