/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-input-stream-producer-private.h"

#include "../contract/ptp-consumer.h"
#include "ptp-buffer-pool-private.h"

#define FIRST_CHUNK (64 * 1024)
#define MIN_CHUNK   (4 * 1024)
#define MAX_CHUNK   (1024 * 1024)

/**
 * PtpInputStreamProducer:
 *
 * Produces what a [class@Gio.InputStream] has to say, and never blocks the main
 * loop for it.
 *
 * How it reads is decided at the first step:
 *
 * - Regular files are read right away as long as the kernel has the data in
 *   memory; what has to come from a disk is read asynchronously.
 * - Streams that can poll (pipes, sockets, TLS, memory, converters on top of
 *   those) are read without blocking. While there is nothing, the loop watches
 *   the stream and the step is %PTP_STEP_RESULT_PENDING: an idle pipe costs
 *   nothing.
 * - All others are read with [method@Gio.InputStream.read_async], one chunk ahead
 *   of the consumer: see [property@PullToPush.InputStreamProducer:read-ahead].
 *
 * One step reads and writes at most one chunk; only a read of zero bytes is the
 * end. When a read fails, the chunks before it were delivered, and
 * [property@PullToPush.InputStreamProducer:bytes-read] says how many bytes that
 * were (rule E9).
 *
 * A chunk is no larger than the consumer desires (rule B2), and at least some
 * KiB.
 *
 * At the end, however it comes, the stream is closed, asynchronously: watch
 * [method@Gio.InputStream.is_closed] if you must know when. That is also when the
 * consumer has enough or the stream is stopped. A producer that is dropped before
 * the end closes the stream at once, or when the read in flight is over. Set
 * [property@PullToPush.InputStreamProducer:keep-open] to keep it open.
 *
 * A connection that is reset while nobody reads, since the stream is paused, ends
 * the stream at once (rule E12). An orderly end waits until it is read, since data
 * may come before it.
 *
 * Nobody else may read from the stream in the meantime.
 *
 * ## Threads
 *
 * It is used by one thread at a time, that of its stream. The last reference may
 * be dropped on any thread, also while a read is in flight (rule T4).
 *
 * Since: 1.0
 */
static void ptp_input_stream_producer_iface_init (PtpPullProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpInputStreamProducer,
                               ptp_input_stream_producer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER,
                                                      ptp_input_stream_producer_iface_init))

/* No more than is thought to be left, since a read will tell if there is more, and no more than the
 * consumer desires, but for a size that is worth a read.
 */
static gsize
get_next_size (PtpInputStreamProducer *self, gsize desired)
{
  guint64 total = (guint64) MAX (self->total_size, 0);
  gsize size = self->adapted;

  desired = MAX (desired, MIN_CHUNK);
  if (self->chunk_size > 0)
    return MIN (self->chunk_size, desired);
  if (self->total_size >= 0 && self->bytes_read <= total)
    size = (gsize) CLAMP (total - self->bytes_read, MIN_CHUNK, self->adapted);

  return MIN (size, desired);
}

/* If the total size is known, start with full-size chunks: each size on the way there would be a
 * new buffer.
 */
static void
adapt_to_total (PtpInputStreamProducer *self)
{
  self->adapted = (gsize) CLAMP (self->total_size, FIRST_CHUNK, MAX_CHUNK);
}

static void
adapt (PtpInputStreamProducer *self, PtpStreamChunk *chunk)
{
  gsize n_read = g_bytes_get_size (chunk->bytes);

  if (self->chunk_size > 0)
    return;

  if (n_read == chunk->asked)
    self->adapted = CLAMP (chunk->asked * 2, self->adapted, MAX_CHUNK);
  else if (n_read < chunk->asked / 4 && !chunk->cut_short)
    self->adapted = CLAMP (chunk->asked / 2, MIN_CHUNK, MAX_CHUNK);
}

/* A stream that its owner wants back must not lose what nobody has asked for. A consumer that is
 * full now will have room again for as much as it has just taken.
 */
static void
read_ahead (PtpInputStreamProducer *self, PtpConsumer *consumer, gsize taken)
{
  gsize desired = ptp_consumer_get_desired_size (consumer);

  if (self->read_ahead && !self->keep_open && !self->failed)
    ptp_stream_reader_read_ahead (&self->reader,
                                  get_next_size (self, desired > 0 ? desired : taken));
}

static PtpReadResult
read_chunk (PtpInputStreamProducer *self,
            PtpConsumer *consumer,
            PtpStreamChunk *chunk,
            GError **error)
{
  if (self->failed && self->reader.error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->reader.error));
      return PTP_READ_FAILED;
    }
  if (self->failed)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                           "Reading has failed or was cancelled before; make a new producer");
      return PTP_READ_FAILED;
    }

  if (ptp_stream_reader_is_new (&self->reader))
    {
      if (!self->total_size_set)
        ptp_input_stream_producer_update_total_size (self, ptp_stream_reader_get_remaining (
                                                             &self->reader));
      adapt_to_total (self);
    }

  return ptp_stream_reader_read (&self->reader,
                                 get_next_size (self, ptp_consumer_get_desired_size (consumer)),
                                 chunk, error);
}

static void
let_go (PtpInputStreamProducer *self)
{
  ptp_stream_reader_let_go (&self->reader, !self->keep_open);
}

static void
fail (PtpInputStreamProducer *self)
{
  if (self->failed || self->finished)
    return;

  self->failed = TRUE;
  let_go (self);
}

/* A handler may drop the last reference but that of the caller. */
void
ptp_input_stream_producer_break (PtpInputStreamProducer *self, const GError *error)
{
  if (self->failed || self->finished)
    return;

  if (self->reader.error == NULL)
    self->reader.error = g_error_copy (error);
  ptp_pull_producer_emit_broken (PTP_PULL_PRODUCER (self), error);
  fail (self);
}

static gboolean
deliver (PtpInputStreamProducer *self, PtpConsumer *consumer, GBytes *bytes, GError **error)
{
  if (!ptp_consumer_write (consumer, bytes, error))
    return FALSE;

  self->bytes_read += g_bytes_get_size (bytes);
  ptp_input_stream_producer_notify_bytes_read (self);
  return TRUE;
}

static PtpStepResult
ptp_input_stream_producer_produce (PtpPullProducer *producer, PtpConsumer *consumer, GError **error)
{
  PtpInputStreamProducer *self = PTP_INPUT_STREAM_PRODUCER (producer);
  PtpStreamChunk chunk = { 0 };
  g_autoptr (GBytes) bytes = NULL;

  if (self->finished)
    return PTP_STEP_RESULT_FINISHED;

  switch (read_chunk (self, consumer, &chunk, error))
    {
    case PTP_READ_LATER:
      return PTP_STEP_RESULT_PENDING;

    case PTP_READ_END:
      self->finished = TRUE;
      let_go (self);
      return PTP_STEP_RESULT_FINISHED;

    case PTP_READ_DATA:
      bytes = chunk.bytes;
      adapt (self, &chunk);
      if (!deliver (self, consumer, bytes, error))
        {
          fail (self);
          return PTP_STEP_RESULT_FAILED;
        }
      read_ahead (self, consumer, chunk.asked);
      return PTP_STEP_RESULT_MORE;

    case PTP_READ_FAILED:
    case PTP_READ_UNSUPPORTED:
    default:
      fail (self);
      return PTP_STEP_RESULT_FAILED;
    }
}

static void
ptp_input_stream_producer_cancel (PtpPullProducer *producer, const GError *reason)
{
  fail (PTP_INPUT_STREAM_PRODUCER (producer));
}

static void
ptp_input_stream_producer_iface_init (PtpPullProducerInterface *iface)
{
  iface->produce = ptp_input_stream_producer_produce;
  iface->cancel = ptp_input_stream_producer_cancel;
}

static void
ptp_input_stream_producer_constructed (GObject *object)
{
  PtpInputStreamProducer *self = PTP_INPUT_STREAM_PRODUCER (object);

  G_OBJECT_CLASS (ptp_input_stream_producer_parent_class)->constructed (object);

  if (!self->total_size_set)
    self->total_size = ptp_stream_reader_get_remaining (&self->reader);
}

static void
ptp_input_stream_producer_dispose (GObject *object)
{
  PtpInputStreamProducer *self = PTP_INPUT_STREAM_PRODUCER (object);

  ptp_stream_reader_clear (&self->reader, !self->keep_open);

  G_OBJECT_CLASS (ptp_input_stream_producer_parent_class)->dispose (object);
}

static void
ptp_input_stream_producer_finalize (GObject *object)
{
  ptp_buffer_pool_leave ();

  G_OBJECT_CLASS (ptp_input_stream_producer_parent_class)->finalize (object);
}

static void
ptp_input_stream_producer_class_init (PtpInputStreamProducerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = ptp_input_stream_producer_constructed;
  object_class->dispose = ptp_input_stream_producer_dispose;
  object_class->finalize = ptp_input_stream_producer_finalize;
  ptp_input_stream_producer_install_properties (object_class);
}

static void
ptp_input_stream_producer_init (PtpInputStreamProducer *self)
{
  self->total_size = -1;
  self->adapted = FIRST_CHUNK;
  self->read_ahead = TRUE;
  ptp_buffer_pool_enter ();
}

/**
 * ptp_input_stream_producer_new:
 * @stream: what to read from; the producer takes its own reference
 *
 * Makes a producer of what @stream has to say.
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): a new producer
 *
 * Since: 1.0
 */
PtpInputStreamProducer *
ptp_input_stream_producer_new (GInputStream *stream)
{
  g_return_val_if_fail (G_IS_INPUT_STREAM (stream), NULL);

  return g_object_new (PTP_TYPE_INPUT_STREAM_PRODUCER, "stream", stream, NULL);
}
