/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-stream-writer-fields-private.h"

#include "../contract/ptp-error.h"

guint
ptp_stream_writer_get_max_vectors (PtpStreamWriter *self)
{
  return self->piecewise ? 1 : PTP_OUTPUT_BATCH_VECTORS;
}

gsize
ptp_stream_writer_sanitize (PtpOutputBatch *batch, gsize written)
{
  return written <= batch->size ? written : 0;
}

void
ptp_stream_writer_account (PtpStreamWriter *self, gsize size)
{
  self->zeros = size > 0 ? 0 : self->zeros + 1;
  self->bytes_written += size;
  if (!self->stopped)
    ptp_output_queue_consume (&self->queue, size);
}

GError *
ptp_stream_writer_explain (PtpStreamWriter *self, GError *error)
{
  if (error != NULL)
    return error;

  return g_error_new (PTP_ERROR, PTP_ERROR_FAILED,
                      "%s failed without setting an error; in a language binding this means an "
                      "exception of another kind, or no result",
                      G_OBJECT_TYPE_NAME (self->stream));
}

void
ptp_stream_writer_fail (PtpStreamWriter *self, GObject *owner, GError *error)
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

gboolean
ptp_stream_writer_check_zeros (PtpStreamWriter *self, GObject *owner)
{
  if (self->zeros < PTP_STREAM_WRITER_MAX_ZEROS)
    return TRUE;

  ptp_stream_writer_fail (self, owner,
                          g_error_new (PTP_ERROR, PTP_ERROR_FAILED,
                                       "%s took none of %" G_GSIZE_FORMAT
                                       " bytes, %d times in a row; in a language "
                                       "binding this means an exception, or no result",
                                       G_OBJECT_TYPE_NAME (self->stream), self->queue.size,
                                       PTP_STREAM_WRITER_MAX_ZEROS));
  return FALSE;
}
