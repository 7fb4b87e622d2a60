/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-output-stream-consumer-private.h"

#include "ptp-stream-end-private.h"

/* Closed is the wish, ending is the stream below being flushed and closed, ended is the end. What
 * stands between the first two is what is left to write, or a write that cannot be taken back.
 */

static gboolean
is_lost (PtpOutputStreamConsumer *self)
{
  return self->error != NULL || self->aborted;
}

static GError *
create_result (PtpOutputStreamConsumer *self)
{
  guint64 written = ptp_stream_writer_get_written (self->writer);

  if (self->error != NULL)
    return g_error_copy (self->error);
  if (!self->aborted)
    return NULL;

  return g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                      "Closing the output stream was cancelled: %" G_GUINT64_FORMAT
                      " bytes were written, %" G_GUINT64_FORMAT " were dropped",
                      written, ptp_stream_writer_get_accepted (self->writer) - written);
}

/* The task data of one with a cancellable is the source that watches it; that keeps the task, so
 * it is destroyed, not just dropped.
 */
static void
return_to_waiters (PtpOutputStreamConsumer *self)
{
  g_autoptr (GPtrArray) waiters = g_steal_pointer (&self->waiters);

  self->waiters = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiters->len; i++)
    {
      GTask *task = g_ptr_array_index (waiters, i);
      GSource *watch = g_task_get_task_data (task);
      GError *error = create_result (self);

      if (watch != NULL)
        g_source_destroy (watch);
      if (error != NULL)
        g_task_return_error (task, error);
      else
        g_task_return_boolean (task, TRUE);
    }
}

static void
settle_end (PtpOutputStreamConsumer *self)
{
  self->ended = TRUE;
  return_to_waiters (self);
  g_clear_object (&self->alive);
}

static void
ended_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PtpOutputStreamConsumer) self = user_data;
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);
  GError *error = NULL;

  if (!ptp_stream_end_finish (self->stream, result, &error) && !is_lost (self))
    {
      g_prefix_error (&error, "Finishing the output stream after %" G_GUINT64_FORMAT " bytes: ",
                      ptp_stream_writer_get_written (self->writer));
      ptp_output_stream_consumer_take_failure (self, g_steal_pointer (&error));
    }
  if (error != NULL)
    g_debug ("Dropping an error that came after the end: %s", error->message);
  g_clear_error (&error);

  settle_end (self);
}

/* Goes on towards the end, as far as that is possible now. */
void
ptp_output_stream_consumer_advance_end (PtpOutputStreamConsumer *self)
{
  g_autoptr (GMainContextPusher) pusher = NULL;

  if (!self->closed || self->ending || ptp_stream_writer_is_busy (self->writer))
    return;
  if (!is_lost (self) && ptp_stream_writer_get_queued (self->writer) > 0)
    return;

  self->ending = TRUE;
  ptp_stream_writer_stop (self->writer);
  if (self->stream == NULL)
    {
      settle_end (self);
      return;
    }

  pusher = g_main_context_pusher_new (self->context);
  ptp_stream_end_async (self->stream, !self->keep_open, self->end_priority, self->worthless,
                        ended_cb, g_object_ref (self));
}

static void
shut (PtpOutputStreamConsumer *self)
{
  if (self->closed)
    return;

  self->closed = TRUE;
  self->alive = g_object_ref (self);
  ptp_output_stream_consumer_notify_closed (self);
  ptp_output_stream_consumer_stop_producer (self);
}

static gboolean
close_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (user_data);

  ptp_output_stream_consumer_abort (g_task_get_source_object (task));
  return G_SOURCE_REMOVE;
}

static void
watch_cancellable (GTask *task, GCancellable *cancellable)
{
  GSource *watch = g_cancellable_source_new (cancellable);

  g_task_set_task_data (task, watch, (GDestroyNotify) g_source_unref);
  g_task_attach_source (task, watch, G_SOURCE_FUNC (close_cancelled_cb));
}

/**
 * ptp_output_stream_consumer_close_async:
 * @self: a consumer
 * @io_priority: the priority of the request
 * @cancellable: (nullable): what cancels it
 * @callback: (scope async): called when the consumer has ended
 * @user_data: passed to @callback
 *
 * Takes nothing more, writes what is queued, then flushes and closes the stream.
 *
 * A producer that is still registered is stopped and unregistered. With
 * [property@PullToPush.OutputStreamConsumer:keep-open] the stream is flushed, but
 * not closed. The consumer keeps itself alive until the end.
 *
 * It may be called at any time, again too: every call waits for the same end.
 * After a failure it closes the stream all the same and finishes with that
 * failure. A stream that did not take everything is closed so that it does not
 * look complete, where GIO can: half of a file does not replace a whole one.
 *
 * Cancelling any of the calls aborts, as
 * [method@PullToPush.OutputStreamConsumer.abort] does, and all of them finish with
 * %G_IO_ERROR_CANCELLED; the message says how many bytes got through (rule B5).
 *
 * Call it on the context.
 *
 * Since: 1.0
 */
void
ptp_output_stream_consumer_close_async (PtpOutputStreamConsumer *self,
                                        int io_priority,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ptp_output_stream_consumer_close_async);
  g_task_set_priority (task, io_priority);
  /* The result says what became of the stream, and how many bytes got through. */
  g_task_set_check_cancellable (task, FALSE);

  if (!self->closed)
    self->end_priority = io_priority;
  g_ptr_array_add (self->waiters, g_object_ref (task));
  if (self->ended)
    {
      return_to_waiters (self);
      return;
    }

  if (cancellable != NULL)
    watch_cancellable (task, cancellable);
  if (g_cancellable_is_cancelled (cancellable))
    {
      ptp_output_stream_consumer_abort (self);
      return;
    }

  shut (self);
  ptp_output_stream_consumer_advance_end (self);
}

/**
 * ptp_output_stream_consumer_close_finish:
 * @self: a consumer
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@PullToPush.OutputStreamConsumer.close_async].
 *
 * Fails with the error of the stream, whether it came while writing, flushing or
 * closing, or with %G_IO_ERROR_CANCELLED when the consumer was aborted.
 *
 * Call it in the callback, on the context of whoever waits.
 *
 * Returns: true when all that was ever taken was written, and the stream closed
 *
 * Since: 1.0
 */
gboolean
ptp_output_stream_consumer_close_finish (PtpOutputStreamConsumer *self,
                                         GAsyncResult *result,
                                         GError **error)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, ptp_output_stream_consumer_close_async),
                        FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * ptp_output_stream_consumer_abort:
 * @self: a consumer
 *
 * Drops what is queued, at once, and takes nothing more.
 *
 * A producer that is still registered is stopped and unregistered. The stream is
 * closed without blocking, unless it is kept open; one write that cannot be taken
 * back may have to end first, and still counts in
 * [property@PullToPush.OutputStreamConsumer:bytes-written] (rule B5). The stream
 * is closed so that it does not look complete, where GIO can: a file that would
 * have been replaced stays as it was. No
 * [signal@PullToPush.OutputStreamConsumer::failed] is emitted.
 *
 * The consumer keeps itself alive until the end; who wants to see that calls
 * [method@PullToPush.OutputStreamConsumer.close_async] too. Aborting twice, or
 * after the end, is silent.
 *
 * Call it on the context.
 *
 * Since: 1.0
 */
void
ptp_output_stream_consumer_abort (PtpOutputStreamConsumer *self)
{
  g_return_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self));

  if (self->aborted || self->ended)
    return;

  self->aborted = TRUE;
  ptp_stream_writer_stop (self->writer);
  g_cancellable_cancel (self->worthless);

  shut (self);
  ptp_output_stream_consumer_notify_numbers (self);
  ptp_output_stream_consumer_advance_end (self);
}
