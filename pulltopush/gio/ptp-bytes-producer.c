/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-bytes-producer.h"

#include "../contract/ptp-consumer.h"

#define DEFAULT_CHUNK_SIZE (64 * 1024)

/**
 * PtpBytesProducer:
 *
 * Produces the contents of a [struct@GLib.Bytes], in chunks.
 *
 * Nothing is copied: each chunk is a slice that shares the memory of the whole.
 * Without any bytes the stream finishes with no write (rule L12); otherwise the
 * last chunk and the end come in the same step (rule L13).
 *
 * The bytes are dropped when the stream is cancelled, and with the object.
 *
 * ## Threads
 *
 * It is used by one thread at a time, that of its stream.
 *
 * Since: 1.0
 */
struct _PtpBytesProducer
{
  GObject parent_instance;

  GBytes *bytes; /* (owned) (nullable): none once cancelled */
  gsize chunk_size;
  gsize bytes_produced;
  gboolean cancelled;
};

typedef enum
{
  PROP_BYTES = 1,
  PROP_CHUNK_SIZE,
  PROP_BYTES_PRODUCED,
} PtpBytesProducerProperty;

static GParamSpec *properties[PROP_BYTES_PRODUCED + 1];

static void ptp_bytes_producer_iface_init (PtpPullProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpBytesProducer,
                               ptp_bytes_producer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER,
                                                      ptp_bytes_producer_iface_init))

/* The bytes left after this chunk are kept alive by the chunk, whatever the consumer does. */
static GBytes *
slice (PtpBytesProducer *self, gsize length)
{
  if (length == g_bytes_get_size (self->bytes))
    return g_bytes_ref (self->bytes);

  return g_bytes_new_from_bytes (self->bytes, self->bytes_produced, length);
}

static PtpStepResult
ptp_bytes_producer_produce (PtpPullProducer *producer, PtpConsumer *consumer, GError **error)
{
  PtpBytesProducer *self = PTP_BYTES_PRODUCER (producer);
  g_autoptr (GBytes) chunk = NULL;
  gsize left, length;

  if (self->cancelled)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                           "The bytes were dropped when they were cancelled; make a new producer");
      return PTP_STEP_RESULT_FAILED;
    }

  left = (self->bytes != NULL ? g_bytes_get_size (self->bytes) : 0) - self->bytes_produced;
  if (left == 0)
    return PTP_STEP_RESULT_FINISHED;

  length = MIN (left, self->chunk_size);
  chunk = slice (self, length);
  if (!ptp_consumer_write (consumer, chunk, error))
    return PTP_STEP_RESULT_FAILED;

  self->bytes_produced += length;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BYTES_PRODUCED]);

  return length == left ? PTP_STEP_RESULT_FINISHED : PTP_STEP_RESULT_MORE;
}

static void
ptp_bytes_producer_cancel (PtpPullProducer *producer, const GError *reason)
{
  PtpBytesProducer *self = PTP_BYTES_PRODUCER (producer);

  self->cancelled = TRUE;
  if (self->bytes == NULL)
    return;

  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BYTES]);
}

static void
ptp_bytes_producer_iface_init (PtpPullProducerInterface *iface)
{
  iface->produce = ptp_bytes_producer_produce;
  iface->cancel = ptp_bytes_producer_cancel;
}

static void
ptp_bytes_producer_finalize (GObject *object)
{
  PtpBytesProducer *self = PTP_BYTES_PRODUCER (object);

  g_clear_pointer (&self->bytes, g_bytes_unref);

  G_OBJECT_CLASS (ptp_bytes_producer_parent_class)->finalize (object);
}

static void
ptp_bytes_producer_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  PtpBytesProducer *self = PTP_BYTES_PRODUCER (object);

  switch ((PtpBytesProducerProperty) prop_id)
    {
    case PROP_BYTES:
      g_value_set_boxed (value, ptp_bytes_producer_get_bytes (self));
      break;
    case PROP_CHUNK_SIZE:
      g_value_set_uint64 (value, ptp_bytes_producer_get_chunk_size (self));
      break;
    case PROP_BYTES_PRODUCED:
      g_value_set_uint64 (value, ptp_bytes_producer_get_bytes_produced (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_bytes_producer_set_property (GObject *object,
                                 guint prop_id,
                                 const GValue *value,
                                 GParamSpec *pspec)
{
  PtpBytesProducer *self = PTP_BYTES_PRODUCER (object);

  switch ((PtpBytesProducerProperty) prop_id)
    {
    case PROP_BYTES:
      self->bytes = g_value_dup_boxed (value);
      break;
    case PROP_CHUNK_SIZE:
      ptp_bytes_producer_set_chunk_size (self, g_value_get_uint64 (value));
      break;
    case PROP_BYTES_PRODUCED:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_bytes_producer_class_init (PtpBytesProducerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = ptp_bytes_producer_finalize;
  object_class->get_property = ptp_bytes_producer_get_property;
  object_class->set_property = ptp_bytes_producer_set_property;

  /**
   * PtpBytesProducer:bytes: (getter get_bytes)
   *
   * What is produced; %NULL is as good as no bytes, and what it is after the
   * stream was cancelled.
   *
   * Since: 1.0
   */
  properties[PROP_BYTES] = g_param_spec_boxed ("bytes", NULL, NULL, G_TYPE_BYTES,
                                               flags | G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY);

  /**
   * PtpBytesProducer:chunk-size: (getter get_chunk_size) (setter set_chunk_size)
   *
   * How many bytes one step writes at most.
   *
   * Since: 1.0
   */
  properties[PROP_CHUNK_SIZE] = g_param_spec_uint64 ("chunk-size", NULL, NULL, 1, G_MAXSIZE,
                                                     DEFAULT_CHUNK_SIZE, flags | G_PARAM_READWRITE);

  /**
   * PtpBytesProducer:bytes-produced: (getter get_bytes_produced)
   *
   * How many bytes the consumer has taken.
   *
   * Since: 1.0
   */
  properties[PROP_BYTES_PRODUCED]
    = g_param_spec_uint64 ("bytes-produced", NULL, NULL, 0, G_MAXSIZE, 0, flags | G_PARAM_READABLE);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
ptp_bytes_producer_init (PtpBytesProducer *self)
{
  self->chunk_size = DEFAULT_CHUNK_SIZE;
}

/**
 * ptp_bytes_producer_new:
 * @bytes: what to produce; the producer takes its own reference
 *
 * Makes a producer of @bytes.
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): a new producer
 *
 * Since: 1.0
 */
PtpBytesProducer *
ptp_bytes_producer_new (GBytes *bytes)
{
  g_return_val_if_fail (bytes != NULL, NULL);

  return g_object_new (PTP_TYPE_BYTES_PRODUCER, "bytes", bytes, NULL);
}

/**
 * ptp_bytes_producer_get_bytes: (get-property bytes)
 * @self: a producer
 *
 * Gets what is produced.
 *
 * Call it on the context of its stream.
 *
 * Returns: (nullable) (transfer none): the bytes, %NULL after the stream was
 *   cancelled
 *
 * Since: 1.0
 */
GBytes *
ptp_bytes_producer_get_bytes (PtpBytesProducer *self)
{
  g_return_val_if_fail (PTP_IS_BYTES_PRODUCER (self), NULL);

  return self->bytes;
}

/**
 * ptp_bytes_producer_get_chunk_size: (get-property chunk-size)
 * @self: a producer
 *
 * Gets how many bytes one step writes at most.
 *
 * Call it on the context of its stream.
 *
 * Returns: the size, in bytes
 *
 * Since: 1.0
 */
gsize
ptp_bytes_producer_get_chunk_size (PtpBytesProducer *self)
{
  g_return_val_if_fail (PTP_IS_BYTES_PRODUCER (self), 0);

  return self->chunk_size;
}

/**
 * ptp_bytes_producer_set_chunk_size: (set-property chunk-size)
 * @self: a producer
 * @chunk_size: the size, in bytes, at least 1
 *
 * Sets how many bytes one step writes at most.
 *
 * It holds from the next step on. The default is 64 KiB.
 *
 * Call it on the context of its stream.
 *
 * Since: 1.0
 */
void
ptp_bytes_producer_set_chunk_size (PtpBytesProducer *self, gsize chunk_size)
{
  g_return_if_fail (PTP_IS_BYTES_PRODUCER (self));
  g_return_if_fail (chunk_size > 0);

  if (self->chunk_size == chunk_size)
    return;

  self->chunk_size = chunk_size;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHUNK_SIZE]);
}

/**
 * ptp_bytes_producer_get_bytes_produced: (get-property bytes-produced)
 * @self: a producer
 *
 * Gets how many bytes the consumer has taken.
 *
 * Call it on the context of its stream.
 *
 * Returns: the number of bytes; a chunk that was refused is not among them
 *
 * Since: 1.0
 */
gsize
ptp_bytes_producer_get_bytes_produced (PtpBytesProducer *self)
{
  g_return_val_if_fail (PTP_IS_BYTES_PRODUCER (self), 0);

  return self->bytes_produced;
}
