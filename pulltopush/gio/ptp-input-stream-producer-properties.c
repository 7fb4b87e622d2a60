/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-input-stream-producer-private.h"

/* What may be asked for: a step with more would keep the loop for too long, and memory with it. */
#define LARGEST_CHUNK (64 * 1024 * 1024)

typedef enum
{
  PROP_STREAM = 1,
  PROP_CHUNK_SIZE,
  PROP_KEEP_OPEN,
  PROP_READ_AHEAD,
  PROP_BYTES_READ,
  PROP_TOTAL_SIZE,
} PtpInputStreamProducerProperty;

static GParamSpec *properties[PROP_TOTAL_SIZE + 1];

void
ptp_input_stream_producer_notify_bytes_read (PtpInputStreamProducer *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BYTES_READ]);
}

void
ptp_input_stream_producer_update_total_size (PtpInputStreamProducer *self, gint64 total_size)
{
  if (self->total_size == total_size)
    return;

  self->total_size = total_size;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TOTAL_SIZE]);
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
    case PROP_READ_AHEAD:
      g_value_set_boolean (value, ptp_input_stream_producer_get_read_ahead (self));
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
    case PROP_READ_AHEAD:
      ptp_input_stream_producer_set_read_ahead (self, g_value_get_boolean (value));
      break;
    case PROP_TOTAL_SIZE:
      ptp_input_stream_producer_set_total_size (self, g_value_get_int64 (value));
      break;
    case PROP_BYTES_READ:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

void
ptp_input_stream_producer_install_properties (GObjectClass *object_class)
{
  GParamFlags flags = G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

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
   * Adapting begins with 64 KiB, or with
   * [property@PullToPush.InputStreamProducer:total-size] if that is more. It
   * doubles after each read that was as long as it could be, and halves after
   * each that was shorter than a quarter, between 4 KiB and 1 MiB. The last
   * chunks are no longer than what is thought to be left.
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
   * A stream that is kept open is not read ahead, so that it stands behind the
   * last chunk that was written; set it before the start.
   *
   * Since: 1.0
   */
  properties[PROP_KEEP_OPEN]
    = g_param_spec_boolean ("keep-open", NULL, NULL, FALSE, flags | G_PARAM_READWRITE);

  /**
   * PtpInputStreamProducer:read-ahead: (getter get_read_ahead) (setter set_read_ahead)
   *
   * Whether a stream that can only be read asynchronously is read one chunk
   * ahead.
   *
   * The next read begins as soon as the consumer has taken a chunk, and runs
   * while the consumer is busy with it, so that copying takes as long as the
   * slower of reading and writing, not as long as both.
   *
   * It runs on while the stream is paused, and is then the last: a paused stream
   * holds at most one chunk, and costs nothing once that is there. An error or an
   * end that was read ahead comes in its turn, after the chunk before it.
   * [property@PullToPush.InputStreamProducer:bytes-read] counts no chunk that the
   * consumer has not taken (rule E9). What was read ahead when the stream is
   * cancelled, or when the producer is dropped, is lost.
   *
   * Streams that can poll are not read ahead, nor files that are in memory or
   * that the kernel reads ahead by itself, nor a stream that is kept open: see
   * [property@PullToPush.InputStreamProducer:keep-open].
   *
   * Since: 1.0
   */
  properties[PROP_READ_AHEAD]
    = g_param_spec_boolean ("read-ahead", NULL, NULL, TRUE, flags | G_PARAM_READWRITE);

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
   * may grow or shrink in the meantime, so this is for showing progress, and for
   * choosing the size of chunks. It is never used to find the end.
   *
   * Since: 1.0
   */
  properties[PROP_TOTAL_SIZE]
    = g_param_spec_int64 ("total-size", NULL, NULL, -1, G_MAXINT64, -1, flags | G_PARAM_READWRITE);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

/**
 * ptp_input_stream_producer_get_stream: (get-property stream)
 * @self: a producer
 *
 * Gets what is read from.
 *
 * Call it on the context of its stream.
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
 * Call it on the context of its stream.
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
 * Call it on the context of its stream.
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
 * Call it on the context of its stream.
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
 * Call it on the context of its stream.
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
 * ptp_input_stream_producer_get_read_ahead: (get-property read-ahead)
 * @self: a producer
 *
 * Gets whether a stream that can only be read asynchronously is read one chunk
 * ahead.
 *
 * Call it on the context of its stream.
 *
 * Returns: true if it is
 *
 * Since: 1.0
 */
gboolean
ptp_input_stream_producer_get_read_ahead (PtpInputStreamProducer *self)
{
  g_return_val_if_fail (PTP_IS_INPUT_STREAM_PRODUCER (self), FALSE);

  return self->read_ahead;
}

/**
 * ptp_input_stream_producer_set_read_ahead: (set-property read-ahead)
 * @self: a producer
 * @read_ahead: whether to read one chunk ahead
 *
 * Sets whether a stream that can only be read asynchronously is read one chunk
 * ahead.
 *
 * It holds from the next chunk on; a read in flight goes on, and nothing that it
 * reads is lost.
 *
 * Call it on the context of its stream.
 *
 * Since: 1.0
 */
void
ptp_input_stream_producer_set_read_ahead (PtpInputStreamProducer *self, gboolean read_ahead)
{
  g_return_if_fail (PTP_IS_INPUT_STREAM_PRODUCER (self));

  read_ahead = !!read_ahead;
  if (self->read_ahead == read_ahead)
    return;

  self->read_ahead = read_ahead;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READ_AHEAD]);
}

/**
 * ptp_input_stream_producer_get_bytes_read: (get-property bytes-read)
 * @self: a producer
 *
 * Gets how many bytes were read and taken by the consumer.
 *
 * Call it on the context of its stream.
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
 * Call it on the context of its stream.
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
 * Call it on the context of its stream.
 *
 * Since: 1.0
 */
void
ptp_input_stream_producer_set_total_size (PtpInputStreamProducer *self, gint64 total_size)
{
  g_return_if_fail (PTP_IS_INPUT_STREAM_PRODUCER (self));
  g_return_if_fail (total_size >= -1);

  self->total_size_set = TRUE;
  ptp_input_stream_producer_update_total_size (self, total_size);
}
