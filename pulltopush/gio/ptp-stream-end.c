/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-stream-end-private.h"

typedef struct
{
  GError *error; /* (owned) (nullable): of the flush */
  gboolean close;
} StreamEnd;

static void
stream_end_free (StreamEnd *end)
{
  g_clear_error (&end->error);
  g_free (end);
}

static void
finish_end (GTask *task, gboolean result, GError *error)
{
  StreamEnd *end = g_task_get_task_data (task);

  if (end->error != NULL)
    {
      g_clear_error (&error);
      g_task_return_error (task, g_steal_pointer (&end->error));
    }
  else if (!result)
    {
      g_task_return_error (task, error);
    }
  else
    {
      g_task_return_boolean (task, TRUE);
    }
}

static void
closed_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  gboolean closed;

  closed = g_output_stream_close_finish (G_OUTPUT_STREAM (source_object), result, &error);
  finish_end (task, closed, error);
}

static void
flushed_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  StreamEnd *end = g_task_get_task_data (task);
  GOutputStream *stream = G_OUTPUT_STREAM (source_object);
  gboolean flushed;

  flushed = g_output_stream_flush_finish (stream, result, &end->error);
  /* Somebody else has closed it, and that flushed it. */
  if (g_output_stream_is_closed (stream)
      && g_error_matches (end->error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    {
      g_clear_error (&end->error);
      flushed = TRUE;
    }
  if (!flushed)
    g_cancellable_cancel (g_task_get_cancellable (task));

  if (end->close)
    g_output_stream_close_async (stream, g_task_get_priority (task), g_task_get_cancellable (task),
                                 closed_cb, g_object_ref (task));
  else
    finish_end (task, flushed, NULL);
}

void
ptp_stream_end_async (GOutputStream *stream,
                      gboolean close,
                      int io_priority,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);
  StreamEnd *end = g_new0 (StreamEnd, 1);

  g_task_set_source_tag (task, ptp_stream_end_async);
  g_task_set_priority (task, io_priority);
  /* The stream is closed either way, and its own word is what counts. */
  g_task_set_check_cancellable (task, FALSE);
  end->close = close;
  g_task_set_task_data (task, end, (GDestroyNotify) stream_end_free);

  g_output_stream_flush_async (stream, io_priority, cancellable, flushed_cb, g_object_ref (task));
}

gboolean
ptp_stream_end_finish (GOutputStream *stream, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, ptp_stream_end_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
