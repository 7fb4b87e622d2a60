/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-stream-writer-fields-private.h"

#include "ptp-output-fd-private.h"

/* Bytes and calls after which a pollable stream gives the loop back. */
#define TURN_BYTES (1024 * 1024)
#define TURN_CALLS (64)

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
  ptp_output_queue_peek (&self->queue, max_size, ptp_stream_writer_get_max_vectors (self), &batch);
  result = write_batch (self, &batch, may_block, &n, error);
  *written = ptp_stream_writer_sanitize (&batch, n);
  /* A descriptor that took a part is full: no need to be told so by another call. */
  if (result == G_POLLABLE_RETURN_OK && self->fd >= 0 && n > 0 && n < batch.size)
    return G_POLLABLE_RETURN_WOULD_BLOCK;

  return result;
}

/* What is left of the chunk, and what went wrong, is for the next turn: nobody is told from inside
 * a push that the stream has failed.
 */
void
ptp_stream_writer_write_at_once (PtpStreamWriter *self)
{
  g_autoptr (GError) error = NULL;
  GPollableReturn result;
  gsize n = 0;

  result = write_nonblocking (self, TURN_BYTES, &n, &error);
  self->blocked = result == G_POLLABLE_RETURN_WOULD_BLOCK;
  if (n > 0)
    ptp_stream_writer_account (self, n);
  if (result == G_POLLABLE_RETURN_FAILED && !self->stopped)
    self->early_error = ptp_stream_writer_explain (self, g_steal_pointer (&error));
}

void
ptp_stream_writer_write_polling (PtpStreamWriter *self, GObject *owner)
{
  GPollableReturn result = G_POLLABLE_RETURN_OK;
  guint64 before = self->bytes_written;
  gsize room = TURN_BYTES;
  GError *error = NULL;

  if (self->early_error != NULL)
    {
      ptp_stream_writer_fail (self, owner, g_steal_pointer (&self->early_error));
      return;
    }

  self->blocked = FALSE;
  for (int i = 0; i < TURN_CALLS && room > 0 && self->queue.size > 0; i++)
    {
      gsize n = 0;

      result = write_nonblocking (self, room, &n, &error);
      if (n > 0 || result == G_POLLABLE_RETURN_OK)
        ptp_stream_writer_account (self, n);
      if (n == 0 || result != G_POLLABLE_RETURN_OK)
        break;
      room -= n;
    }

  self->blocked = result == G_POLLABLE_RETURN_WOULD_BLOCK;
  if (self->blocked)
    g_clear_error (&error);

  if (result == G_POLLABLE_RETURN_FAILED)
    {
      ptp_stream_writer_fail (self, owner, ptp_stream_writer_explain (self, error));
      return;
    }
  if (!ptp_stream_writer_check_zeros (self, owner))
    return;

  ptp_stream_writer_arm (self);
  /* Also when it took a part, and the rest has to wait. */
  if (self->bytes_written > before)
    self->funcs->progress (owner);
}
