/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-stream-writer-fields-private.h"

/* Bytes of one asynchronous write: half of the queue within these, so that the producer is at work
 * again while the rest of a full queue is being written.
 */
#define MIN_BATCH (256 * 1024)
#define MAX_BATCH (1024 * 1024)

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

void
ptp_stream_writer_start_write (PtpStreamWriter *self)
{
  WriteOperation *operation;
  PtpOutputBatch *batch;

  if (self->stopped || self->busy || self->queue.size == 0)
    return;

  operation = g_new0 (WriteOperation, 1);
  operation->writer = ptp_stream_writer_ref (self);
  batch = &operation->batch;
  ptp_output_queue_peek (&self->queue, CLAMP (self->queue.size / 2, MIN_BATCH, MAX_BATCH),
                         ptp_stream_writer_get_max_vectors (self), batch);

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
  ptp_stream_writer_account (self, ptp_stream_writer_sanitize (&operation->batch, written));

  if (!ok)
    ptp_stream_writer_fail (self, owner, ptp_stream_writer_explain (self, error));
  else
    ptp_stream_writer_check_zeros (self, owner);

  /* Inside the call that started it, another would be recursion: that is for the next turn. */
  if (!self->starting && self->zeros == 0)
    ptp_stream_writer_start_write (self);
  ptp_stream_writer_arm (self);
  self->funcs->progress (owner);
}
