/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-output-stream-consumer-private.h"

#include "../contract/ptp-consumer-private.h"
#include "../contract/ptp-error.h"

/**
 * PtpOutputStreamConsumer:
 *
 * Writes chunks to any [class@Gio.OutputStream], and never blocks.
 *
 * Chunks go into a queue, and from there to the stream in later turns of the
 * main loop, many small ones together (rule B7). When the queue is as long as
 * the high mark the producer is paused; when it is down to the low mark it is
 * resumed. A chunk that would make it longer than the limit is refused with
 * %PTP_ERROR_OVERFLOW (rule B2), which a producer that heeds its pause never
 * sees.
 *
 * When everything is produced, call
 * [method@PullToPush.OutputStreamConsumer.close_async] and wait for it: only its
 * success says that all bytes reached the stream. A consumer whose last
 * reference goes drops what it has not written, and leaves the stream as it is.
 *
 * ## Failure
 *
 * When a write fails, or the reader hangs up (rule B6), the queue is dropped,
 * the producer is stopped and unregistered,
 * [signal@PullToPush.OutputStreamConsumer::failed] is emitted, and writing
 * fails with the same error from then on.
 * [property@PullToPush.OutputStreamConsumer:bytes-written] is exact at any time,
 * also then (rule E9). The stream is left open until the consumer is closed or
 * aborted.
 *
 * A reader that hangs up is noticed at once on pipes and sockets, even with
 * nothing to write. Over TCP an orderly shutdown by the peer is no hang-up: such
 * a peer may still be reading, and the next write will tell.
 *
 * Writing to a pipe or socket without a reader is an error, never a signal that
 * ends the process (rule B10). For that, the first consumer of a process ignores
 * `SIGPIPE` from then on, as [class@Gio.Socket] does, unless the program has set
 * a handler for it.
 *
 * ## Contexts
 *
 * Everything happens on the thread-default context of the construction, and all
 * functions are to be called there. The last reference may be dropped anywhere.
 * Nobody else may write to the stream until the consumer is closed.
 *
 * A stream that can poll ([iface@Gio.PollableOutputStream]) is written directly.
 * If its descriptor is in blocking mode, as standard output usually is, that
 * never blocks either: the pipe or terminal is opened a second time, without
 * blocking, while something is queued, and what cannot be opened is written in
 * a thread. Any other stream is written with one asynchronous operation at a
 * time, which is never cancelled, so that what it has written is known.
 *
 * Since: 1.0
 */

enum
{
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

void
ptp_output_stream_consumer_update_pace (PtpOutputStreamConsumer *self)
{
  gsize queued = ptp_stream_writer_get_queued (self->writer);
  gboolean pause = !self->paused && queued >= self->high_mark;
  gboolean resume = self->paused && queued <= self->low_mark;
  g_autoptr (PtpPushProducer) producer = NULL;

  if (self->producer == NULL || (!pause && !resume))
    return;

  /* It may be unregistered from inside. */
  producer = g_object_ref (self->producer);
  self->paused = pause;
  if (pause)
    ptp_push_producer_pause_producing (producer);
  else
    ptp_push_producer_resume_producing (producer);
}

/* The producer is stopped once, whoever calls this from inside its being stopped. */
void
ptp_output_stream_consumer_stop_producer (PtpOutputStreamConsumer *self)
{
  g_autoptr (PtpPushProducer) producer = g_steal_pointer (&self->producer);

  self->paused = FALSE;
  if (producer == NULL)
    return;

  ptp_push_producer_stop_producing (producer);
  ptp_consumer_unregister_this (PTP_CONSUMER (self), producer);
}

void
ptp_output_stream_consumer_take_failure (PtpOutputStreamConsumer *self, GError *error)
{
  self->error = error;
  ptp_stream_writer_stop (self->writer);
  g_cancellable_cancel (self->worthless);

  ptp_output_stream_consumer_notify_numbers (self);
  ptp_output_stream_consumer_notify_error (self);
  ptp_output_stream_consumer_stop_producer (self);
  g_signal_emit (self, signals[FAILED], 0, error);
}

static void
progress_cb (gpointer owner)
{
  PtpOutputStreamConsumer *self = owner;

  ptp_output_stream_consumer_notify_numbers (self);
  ptp_output_stream_consumer_update_pace (self);
  ptp_output_stream_consumer_advance_end (self);
}

static void
failed_cb (gpointer owner, GError *error)
{
  PtpOutputStreamConsumer *self = owner;

  ptp_output_stream_consumer_take_failure (self, error);
  ptp_output_stream_consumer_advance_end (self);
}

static const PtpStreamWriterFuncs writer_funcs = {
  .progress = progress_cb,
  .failed = failed_cb,
};

static gboolean
ptp_output_stream_consumer_register_push_producer (PtpConsumer *consumer,
                                                   PtpPushProducer *producer,
                                                   GError **error)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (consumer);

  if (self->error != NULL || self->closed)
    {
      g_set_error (error, PTP_ERROR, PTP_ERROR_CLOSED,
                   "%s cannot be registered: the output stream consumer %s%s",
                   G_OBJECT_TYPE_NAME (producer),
                   self->error != NULL ? "has failed: " : "is closed",
                   self->error != NULL ? self->error->message : "");
      return FALSE;
    }

  g_set_object (&self->producer, producer);
  self->paused = FALSE;
  ptp_output_stream_consumer_update_pace (self);
  return TRUE;
}

static void
ptp_output_stream_consumer_unregister_producer (PtpConsumer *consumer)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (consumer);

  g_clear_object (&self->producer);
  self->paused = FALSE;
}

static gboolean
refuse (PtpOutputStreamConsumer *self, gsize size, GError **error)
{
  g_set_error (error, PTP_ERROR, PTP_ERROR_OVERFLOW,
               "A chunk of %" G_GSIZE_FORMAT " bytes does not fit: %" G_GSIZE_FORMAT
               " bytes are queued, and the limit is %" G_GSIZE_FORMAT
               "; stop writing when paused, write smaller chunks, or raise the limit",
               size, ptp_stream_writer_get_queued (self->writer), self->limit);
  return FALSE;
}

static gboolean
ptp_output_stream_consumer_write (PtpConsumer *consumer, GBytes *bytes, GError **error)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (consumer);
  gsize size = g_bytes_get_size (bytes);

  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return FALSE;
    }
  if (self->closed)
    {
      g_set_error_literal (error, PTP_ERROR, PTP_ERROR_CLOSED,
                           "The output stream consumer is closed and takes nothing any more");
      return FALSE;
    }
  if (size > self->limit || ptp_stream_writer_get_queued (self->writer) > self->limit - size)
    return refuse (self, size, error);

  ptp_stream_writer_push (self->writer, bytes);
  ptp_output_stream_consumer_update_pace (self);
  return TRUE;
}

static void
consumer_iface_init (PtpConsumerInterface *iface)
{
  iface->register_push_producer = ptp_output_stream_consumer_register_push_producer;
  iface->unregister_producer = ptp_output_stream_consumer_unregister_producer;
  iface->write = ptp_output_stream_consumer_write;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpOutputStreamConsumer,
                               ptp_output_stream_consumer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER, consumer_iface_init))

static void
ptp_output_stream_consumer_constructed (GObject *object)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (object);
  g_autoptr (GError) error = NULL;

  G_OBJECT_CLASS (ptp_output_stream_consumer_parent_class)->constructed (object);

  /* A binding can leave it out; that is an error, but no crash. */
  if (self->stream == NULL)
    g_set_error_literal (&self->error, PTP_ERROR, PTP_ERROR_INVALID,
                         "The output stream consumer was made without a stream to write to");
  self->context = g_main_context_ref_thread_default ();
  self->writer = ptp_stream_writer_new (self->stream, self->context, object, &writer_funcs);
  self->worthless = g_cancellable_new ();
  self->waiters = g_ptr_array_new_with_free_func (g_object_unref);
  if (!ptp_output_stream_consumer_check_marks (self->low_mark, self->high_mark, self->limit,
                                               &error))
    {
      g_critical ("%s; taking the defaults", error->message);
      self->low_mark = PTP_OUTPUT_LOW_MARK;
      self->high_mark = PTP_OUTPUT_HIGH_MARK;
      self->limit = PTP_OUTPUT_LIMIT;
    }
}

/* Calls nobody: the last reference may be dropped on any thread. */
static void
ptp_output_stream_consumer_dispose (GObject *object)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (object);

  self->closed = TRUE;
  self->aborted = TRUE;
  ptp_stream_writer_stop (self->writer);
  g_clear_object (&self->producer);

  G_OBJECT_CLASS (ptp_output_stream_consumer_parent_class)->dispose (object);
}

static void
ptp_output_stream_consumer_finalize (GObject *object)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (object);

  g_clear_pointer (&self->writer, ptp_stream_writer_unref);
  g_clear_pointer (&self->waiters, g_ptr_array_unref);
  g_clear_object (&self->worthless);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (ptp_output_stream_consumer_parent_class)->finalize (object);
}

static void
ptp_output_stream_consumer_class_init (PtpOutputStreamConsumerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = ptp_output_stream_consumer_constructed;
  object_class->dispose = ptp_output_stream_consumer_dispose;
  object_class->finalize = ptp_output_stream_consumer_finalize;
  ptp_output_stream_consumer_install_properties (object_class);

  /**
   * PtpOutputStreamConsumer::failed:
   * @self: the consumer
   * @error: why
   *
   * The stream failed, or its reader hung up.
   *
   * Emitted once at most, on the context, when
   * [property@PullToPush.OutputStreamConsumer:error] is set and the producer is
   * stopped and unregistered. Not emitted because of
   * [method@PullToPush.OutputStreamConsumer.abort]. A handler may do anything.
   *
   * Since: 1.0
   */
  signals[FAILED] = g_signal_new ("failed", PTP_TYPE_OUTPUT_STREAM_CONSUMER, G_SIGNAL_RUN_LAST, 0,
                                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
ptp_output_stream_consumer_init (PtpOutputStreamConsumer *self)
{
}

/**
 * ptp_output_stream_consumer_new:
 * @stream: where the chunks go
 *
 * Makes a consumer that writes to @stream, on the thread-default context.
 *
 * It closes @stream at its end, unless told to keep it open.
 *
 * Returns: (transfer full): a new consumer
 *
 * Since: 1.0
 */
PtpOutputStreamConsumer *
ptp_output_stream_consumer_new (GOutputStream *stream)
{
  g_return_val_if_fail (G_IS_OUTPUT_STREAM (stream), NULL);

  return g_object_new (PTP_TYPE_OUTPUT_STREAM_CONSUMER, "stream", stream, NULL);
}
