/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-input-stream-producer.h"

#include "../contract/ptp-consumer.h"
#include "ptp-buffer-pool-private.h"
#include "ptp-stream-reader-private.h"

#define FIRST_CHUNK (64 * 1024)
#define MIN_CHUNK   (4 * 1024)
#define MAX_CHUNK   (1024 * 1024)
/* What may be asked for: a step with more would keep the loop for too long, and memory with it. */
#define LARGEST_CHUNK (64 * 1024 * 1024)

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
 * - All others are read with [method@Gio.InputStream.read_async].
 *
 * One step reads and writes at most one chunk; only a read of zero bytes is the
 * end. When a read fails, the chunks before it were delivered, and
 * [property@PullToPush.InputStreamProducer:bytes-read] says how many bytes that
 * were (rule E9).
 *
 * At the end, however it comes, the stream is closed, asynchronously: watch
 * [method@Gio.InputStream.is_closed] if you must know when. Set
 * [property@PullToPush.InputStreamProducer:keep-open] to keep it. A producer that
 * is dropped before the end leaves the stream alone, but for a read in flight,
 * which is cancelled.
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
struct _PtpInputStreamProducer
{
  GObject parent_instance;

  PtpStreamReader reader;
  guint chunk_size; /* 0: adapts */
  gsize adapted;    /* bytes */
  gboolean keep_open;
  guint64 bytes_read;
  gint64 total_size; /* -1: unknown */
  gboolean total_size_set;
  gboolean finished; /* let go, with success */
  gboolean failed;   /* let go, with an error, or cancelled */
};

typedef enum
{
  PROP_STREAM = 1,
  PROP_CHUNK_SIZE,
  PROP_KEEP_OPEN,
  PROP_BYTES_READ,
  PROP_TOTAL_SIZE,
} PtpInputStreamProducerProperty;

static GParamSpec *properties[PROP_TOTAL_SIZE + 1];

static void ptp_input_stream_producer_iface_init (PtpPullProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpInputStreamProducer,
                               ptp_input_stream_producer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER,
                                                      ptp_input_stream_producer_iface_init))

static void
update_total_size (PtpInputStreamProducer *self, gint64 total_size)
{
  if (self->total_size == total_size)
    return;

  self->total_size = total_size;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TOTAL_SIZE]);
}

static gsize
get_next_size (PtpInputStreamProducer *self)
{
  return self->chunk_size > 0 ? self->chunk_size : self->adapted;
}

static void
adapt (PtpInputStreamProducer *self, PtpStreamChunk *chunk)
{
  gsize n_read = g_bytes_get_size (chunk->bytes);

  if (self->chunk_size > 0)
    return;

  if (n_read == chunk->asked)
    self->adapted = CLAMP (chunk->asked * 2, MIN_CHUNK, MAX_CHUNK);
  else if (n_read < chunk->asked / 4 && !chunk->cut_short)
    self->adapted = CLAMP (chunk->asked / 2, MIN_CHUNK, MAX_CHUNK);
}

static PtpReadResult
read_chunk (PtpInputStreamProducer *self, PtpStreamChunk *chunk, GError **error)
{
  if (self->failed)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                           "Reading has failed or was cancelled before; make a new producer");
      return PTP_READ_FAILED;
    }

  if (ptp_stream_reader_is_new (&self->reader) && !self->total_size_set)
    update_total_size (self, ptp_stream_reader_get_remaining (&self->reader));

  return ptp_stream_reader_read (&self->reader, get_next_size (self), chunk, error);
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

static gboolean
deliver (PtpInputStreamProducer *self, PtpConsumer *consumer, GBytes *bytes, GError **error)
{
  if (!ptp_consumer_write (consumer, bytes, error))
    return FALSE;

  self->bytes_read += g_bytes_get_size (bytes);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BYTES_READ]);
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

  switch (read_chunk (self, &chunk, error))
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
      if (deliver (self, consumer, bytes, error))
        return PTP_STEP_RESULT_MORE;
      fail (self);
      return PTP_STEP_RESULT_FAILED;

    case PTP_READ_FAILED:
    case PTP_READ_UNSUPPORTED:
    default:
      fail (self);
      return PTP_STEP_RESULT_FAILED;
    }
}

static void
ptp_input_stream_producer_cancel (PtpPullProducer *producer)
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

  ptp_stream_reader_clear (&self->reader);

  G_OBJECT_CLASS (ptp_input_stream_producer_parent_class)->dispose (object);
}

static void
ptp_input_stream_producer_finalize (GObject *object)
{
  ptp_buffer_pool_leave ();

  G_OBJECT_CLASS (ptp_input_stream_producer_parent_class)->finalize (object);
}

static void
ptp_input_stream_producer_get_property (GObject *object,
                                        guint prop_id,
                                        GValue *value,
                                        GParamSpec *pspec)
{
  PtpInputStreamProducer *self = PTP_INPUT_STREAM_PRODUCER (object);

  switch ((PtpInputStreamProducerProperty) prop_id)
    {
    case PROP_STREAM:
      g_value_set_object (value, ptp_input_stream_producer_get_stream (self));
      break;
    case PROP_CHUNK_SIZE:
      g_value_set_uint (value, ptp_input_stream_producer_get_chunk_size (self));
      break;
    case PROP_KEEP_OPEN:
      g_value_set_boolean (value, ptp_input_stream_producer_get_keep_open (self));
      break;
    case PROP_BYTES_READ:
      g_value_set_uint64 (value, ptp_input_stream_producer_get_bytes_read (self));
      break;
    case PROP_TOTAL_SIZE:
      g_value_set_int64 (value, ptp_input_stream_producer_get_total_size (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_input_stream_producer_set_property (GObject *object,
                                        guint prop_id,
                                        const GValue *value,
                                        GParamSpec *pspec)
{
  PtpInputStreamProducer *self = PTP_INPUT_STREAM_PRODUCER (object);

  switch ((PtpInputStreamProducerProperty) prop_id)
    {
    case PROP_STREAM:
      ptp_stream_reader_init (&self->reader, g_value_get_object (value), PTP_PULL_PRODUCER (self));
      break;
    case PROP_CHUNK_SIZE:
      ptp_input_stream_producer_set_chunk_size (self, g_value_get_uint (value));
      break;
    case PROP_KEEP_OPEN:
      ptp_input_stream_producer_set_keep_open (self, g_value_get_boolean (value));
      break;
    case PROP_TOTAL_SIZE:
      ptp_input_stream_producer_set_total_size (self, g_value_get_int64 (value));
      break;
    case PROP_BYTES_READ:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_input_stream_producer_class_init (PtpInputStreamProducerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->constructed = ptp_input_stream_producer_constructed;
  object_class->dispose = ptp_input_stream_producer_dispose;
  object_class->finalize = ptp_input_stream_producer_finalize;
  object_class->get_property = ptp_input_stream_producer_get_property;
  object_class->set_property = ptp_input_stream_producer_set_property;

  /**
   * PtpInputStreamProducer:stream: (getter get_stream)
   *
   * What is read from. Without one the first step fails with
   * %G_IO_ERROR_CLOSED.
   *
   * Since: 1.0
   */
  properties[PROP_STREAM]
    = g_param_spec_object ("stream", NULL, NULL, G_TYPE_INPUT_STREAM,
                           flags | G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY);

  /**
   * PtpInputStreamProducer:chunk-size: (getter get_chunk_size) (setter set_chunk_size)
   *
   * How many bytes one step reads at most, up to 64 MiB; 0, the default, adapts.
   *
   * Adapting begins with 64 KiB, doubles after each read that was as long as it
   * could be, and halves after each that was shorter than a quarter, between 4
   * KiB and 1 MiB.
   *
   * Since: 1.0
   */
  properties[PROP_CHUNK_SIZE]
    = g_param_spec_uint ("chunk-size", NULL, NULL, 0, LARGEST_CHUNK, 0, flags | G_PARAM_READWRITE);

  /**
   * PtpInputStreamProducer:keep-open: (getter get_keep_open) (setter set_keep_open)
   *
   * Whether the stream is left open at the end.
   *
   * Since: 1.0
   */
  properties[PROP_KEEP_OPEN]
    = g_param_spec_boolean ("keep-open", NULL, NULL, FALSE, flags | G_PARAM_READWRITE);

  /**
   * PtpInputStreamProducer:bytes-read: (getter get_bytes_read)
   *
   * How many bytes were read and taken by the consumer.
   *
   * Since: 1.0
   */
  properties[PROP_BYTES_READ]
    = g_param_spec_uint64 ("bytes-read", NULL, NULL, 0, G_MAXUINT64, 0, flags | G_PARAM_READABLE);

  /**
   * PtpInputStreamProducer:total-size: (getter get_total_size) (setter set_total_size)
   *
   * How many bytes the stream is thought to hold, from where it stood at the
   * start; -1 if nobody knows.
   *
   * It is found for files and for memory, where that costs no waiting. A file
   * may grow or shrink in the meantime, so this is for showing progress. It is
   * never used to find the end.
   *
   * Since: 1.0
   */
  properties[PROP_TOTAL_SIZE]
    = g_param_spec_int64 ("total-size", NULL, NULL, -1, G_MAXINT64, -1, flags | G_PARAM_READWRITE);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
ptp_input_stream_producer_init (PtpInputStreamProducer *self)
{
  self->total_size = -1;
  self->adapted = FIRST_CHUNK;
  ptp_buffer_pool_enter ();
}

/**
 * ptp_input_stream_producer_new:
 * @stream: what to read from; the producer takes its own reference
 *
 * Makes a producer of what @stream has to say.
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

/**
 * ptp_input_stream_producer_get_stream: (get-property stream)
 * @self: a producer
 *
 * Gets what is read from.
 *
 * Returns: (nullable) (transfer none): the stream, also after the end
 *
 * Since: 1.0
 */
GInputStream *
ptp_input_stream_producer_get_stream (PtpInputStreamProducer *self)
{
  g_return_val_if_fail (PTP_IS_INPUT_STREAM_PRODUCER (self), NULL);

  return self->reader.stream;
}

/**
 * ptp_input_stream_producer_get_chunk_size: (get-property chunk-size)
 * @self: a producer
 *
 * Gets how many bytes one step reads at most.
 *
 * Returns: the size, in bytes; 0 if it adapts
 *
 * Since: 1.0
 */
guint
ptp_input_stream_producer_get_chunk_size (PtpInputStreamProducer *self)
{
  g_return_val_if_fail (PTP_IS_INPUT_STREAM_PRODUCER (self), 0);

  return self->chunk_size;
}

/**
 * ptp_input_stream_producer_set_chunk_size: (set-property chunk-size)
 * @self: a producer
 * @chunk_size: the size, in bytes, at most 64 MiB; 0 to adapt
 *
 * Sets how many bytes one step reads at most.
 *
 * It holds from the next read on; one in flight keeps its size.
 *
 * Since: 1.0
 */
void
ptp_input_stream_producer_set_chunk_size (PtpInputStreamProducer *self, guint chunk_size)
{
  g_return_if_fail (PTP_IS_INPUT_STREAM_PRODUCER (self));
  g_return_if_fail (chunk_size <= LARGEST_CHUNK);

  if (self->chunk_size == chunk_size)
    return;

  self->chunk_size = chunk_size;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHUNK_SIZE]);
}

/**
 * ptp_input_stream_producer_get_keep_open: (get-property keep-open)
 * @self: a producer
 *
 * Gets whether the stream is left open at the end.
 *
 * Returns: true if it is
 *
 * Since: 1.0
 */
gboolean
ptp_input_stream_producer_get_keep_open (PtpInputStreamProducer *self)
{
  g_return_val_if_fail (PTP_IS_INPUT_STREAM_PRODUCER (self), FALSE);

  return self->keep_open;
}

/**
 * ptp_input_stream_producer_set_keep_open: (set-property keep-open)
 * @self: a producer
 * @keep_open: whether to leave the stream open at the end
 *
 * Sets whether the stream is left open at the end.
 *
 * Bytes that were read and that the consumer did not take are lost all the same.
 *
 * Since: 1.0
 */
void
ptp_input_stream_producer_set_keep_open (PtpInputStreamProducer *self, gboolean keep_open)
{
  g_return_if_fail (PTP_IS_INPUT_STREAM_PRODUCER (self));

  keep_open = !!keep_open;
  if (self->keep_open == keep_open)
    return;

  self->keep_open = keep_open;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_KEEP_OPEN]);
}

/**
 * ptp_input_stream_producer_get_bytes_read: (get-property bytes-read)
 * @self: a producer
 *
 * Gets how many bytes were read and taken by the consumer.
 *
 * Returns: the number of bytes, exact also after a failure (rule E9)
 *
 * Since: 1.0
 */
guint64
ptp_input_stream_producer_get_bytes_read (PtpInputStreamProducer *self)
{
  g_return_val_if_fail (PTP_IS_INPUT_STREAM_PRODUCER (self), 0);

  return self->bytes_read;
}

/**
 * ptp_input_stream_producer_get_total_size: (get-property total-size)
 * @self: a producer
 *
 * Gets how many bytes the stream is thought to hold, from where it stood at the
 * start.
 *
 * Returns: the number of bytes, -1 if nobody knows
 *
 * Since: 1.0
 */
gint64
ptp_input_stream_producer_get_total_size (PtpInputStreamProducer *self)
{
  g_return_val_if_fail (PTP_IS_INPUT_STREAM_PRODUCER (self), -1);

  return self->total_size;
}

/**
 * ptp_input_stream_producer_set_total_size: (set-property total-size)
 * @self: a producer
 * @total_size: the number of bytes, -1 if nobody knows
 *
 * Says how many bytes the stream holds, for who knows better than the stream.
 *
 * What is set here is not looked up again at the start.
 *
 * Since: 1.0
 */
void
ptp_input_stream_producer_set_total_size (PtpInputStreamProducer *self, gint64 total_size)
{
  g_return_if_fail (PTP_IS_INPUT_STREAM_PRODUCER (self));
  g_return_if_fail (total_size >= -1);

  self->total_size_set = TRUE;
  update_total_size (self, total_size);
}
