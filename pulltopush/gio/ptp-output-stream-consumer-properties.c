/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-output-stream-consumer-private.h"

#include "../contract/ptp-error.h"

typedef enum
{
  PROP_STREAM = 1,
  PROP_LOW_MARK,
  PROP_HIGH_MARK,
  PROP_LIMIT,
  PROP_KEEP_OPEN,
  PROP_BYTES_WRITTEN,
  PROP_BYTES_QUEUED,
  PROP_PEAK_QUEUED,
  PROP_ERROR,
  PROP_CLOSED,
} PtpOutputStreamConsumerProperty;

static GParamSpec *properties[PROP_CLOSED + 1];

static void
notify (PtpOutputStreamConsumer *self, PtpOutputStreamConsumerProperty property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
ptp_output_stream_consumer_notify_numbers (PtpOutputStreamConsumer *self)
{
  gsize peak = ptp_stream_writer_get_peak (self->writer);

  g_object_freeze_notify (G_OBJECT (self));
  notify (self, PROP_BYTES_WRITTEN);
  notify (self, PROP_BYTES_QUEUED);
  if (self->told_peak != peak)
    {
      self->told_peak = peak;
      notify (self, PROP_PEAK_QUEUED);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

void
ptp_output_stream_consumer_notify_error (PtpOutputStreamConsumer *self)
{
  notify (self, PROP_ERROR);
}

void
ptp_output_stream_consumer_notify_closed (PtpOutputStreamConsumer *self)
{
  notify (self, PROP_CLOSED);
}

gboolean
ptp_output_stream_consumer_check_marks (gsize low, gsize high, gsize limit, GError **error)
{
  if (low < high && high <= limit)
    return TRUE;

  g_set_error (error, PTP_ERROR, PTP_ERROR_INVALID,
               "The marks of an output stream consumer are out of order: low %" G_GSIZE_FORMAT
               ", high %" G_GSIZE_FORMAT ", limit %" G_GSIZE_FORMAT
               "; low must be below high, and high at most the limit",
               low, high, limit);
  return FALSE;
}

static void
set_mark (PtpOutputStreamConsumer *self,
          gsize *mark,
          gsize value,
          PtpOutputStreamConsumerProperty property)
{
  if (*mark == value)
    return;

  *mark = value;
  notify (self, property);
}

static void
ptp_output_stream_consumer_get_property (GObject *object,
                                         guint prop_id,
                                         GValue *value,
                                         GParamSpec *pspec)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (object);

  switch ((PtpOutputStreamConsumerProperty) prop_id)
    {
    case PROP_STREAM:
      g_value_set_object (value, ptp_output_stream_consumer_get_stream (self));
      break;

    case PROP_LOW_MARK:
      g_value_set_uint64 (value, ptp_output_stream_consumer_get_low_mark (self));
      break;

    case PROP_HIGH_MARK:
      g_value_set_uint64 (value, ptp_output_stream_consumer_get_high_mark (self));
      break;

    case PROP_LIMIT:
      g_value_set_uint64 (value, ptp_output_stream_consumer_get_limit (self));
      break;

    case PROP_KEEP_OPEN:
      g_value_set_boolean (value, ptp_output_stream_consumer_get_keep_open (self));
      break;

    case PROP_BYTES_WRITTEN:
      g_value_set_uint64 (value, ptp_output_stream_consumer_get_bytes_written (self));
      break;

    case PROP_BYTES_QUEUED:
      g_value_set_uint64 (value, ptp_output_stream_consumer_get_bytes_queued (self));
      break;

    case PROP_PEAK_QUEUED:
      g_value_set_uint64 (value, ptp_output_stream_consumer_get_peak_queued (self));
      break;

    case PROP_ERROR:
      g_value_set_boxed (value, ptp_output_stream_consumer_get_error (self));
      break;

    case PROP_CLOSED:
      g_value_set_boolean (value, ptp_output_stream_consumer_get_closed (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_output_stream_consumer_set_property (GObject *object,
                                         guint prop_id,
                                         const GValue *value,
                                         GParamSpec *pspec)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (object);

  switch ((PtpOutputStreamConsumerProperty) prop_id)
    {
    case PROP_STREAM:
      self->stream = g_value_dup_object (value);
      break;

    case PROP_LOW_MARK:
      self->low_mark = g_value_get_uint64 (value);
      break;

    case PROP_HIGH_MARK:
      self->high_mark = g_value_get_uint64 (value);
      break;

    case PROP_LIMIT:
      self->limit = g_value_get_uint64 (value);
      break;

    case PROP_KEEP_OPEN:
      ptp_output_stream_consumer_set_keep_open (self, g_value_get_boolean (value));
      break;

    case PROP_BYTES_WRITTEN:
    case PROP_BYTES_QUEUED:
    case PROP_PEAK_QUEUED:
    case PROP_ERROR:
    case PROP_CLOSED:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

void
ptp_output_stream_consumer_install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = ptp_output_stream_consumer_get_property;
  object_class->set_property = ptp_output_stream_consumer_set_property;

  /**
   * PtpOutputStreamConsumer:stream: (getter get_stream)
   *
   * Where the chunks go.
   *
   * Since: 1.0
   */
  properties[PROP_STREAM]
    = g_param_spec_object ("stream", NULL, NULL, G_TYPE_OUTPUT_STREAM,
                           flags | G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY);

  /**
   * PtpOutputStreamConsumer:low-mark: (getter get_low_mark)
   *
   * The length of the queue at which the producer is resumed, in bytes.
   *
   * Values at construction that are out of order (rule B4) are a programming
   * error; the defaults stand in for all three. Later,
   * [method@PullToPush.OutputStreamConsumer.set_marks] sets them.
   *
   * Since: 1.0
   */
  properties[PROP_LOW_MARK]
    = g_param_spec_uint64 ("low-mark", NULL, NULL, 0, G_MAXSIZE, PTP_OUTPUT_LOW_MARK,
                           flags | G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY);

  /**
   * PtpOutputStreamConsumer:high-mark: (getter get_high_mark)
   *
   * The length of the queue at which the producer is paused, in bytes; see
   * [property@PullToPush.OutputStreamConsumer:low-mark].
   *
   * Since: 1.0
   */
  properties[PROP_HIGH_MARK]
    = g_param_spec_uint64 ("high-mark", NULL, NULL, 1, G_MAXSIZE, PTP_OUTPUT_HIGH_MARK,
                           flags | G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY);

  /**
   * PtpOutputStreamConsumer:limit: (getter get_limit)
   *
   * The length the queue never passes, in bytes (rule B2); see
   * [property@PullToPush.OutputStreamConsumer:low-mark].
   *
   * Since: 1.0
   */
  properties[PROP_LIMIT] = g_param_spec_uint64 ("limit", NULL, NULL, 1, G_MAXSIZE, PTP_OUTPUT_LIMIT,
                                                flags | G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY);

  /**
   * PtpOutputStreamConsumer:keep-open: (getter get_keep_open) (setter set_keep_open)
   *
   * Whether the stream is left open at the end.
   *
   * Since: 1.0
   */
  properties[PROP_KEEP_OPEN]
    = g_param_spec_boolean ("keep-open", NULL, NULL, FALSE, flags | G_PARAM_READWRITE);

  /**
   * PtpOutputStreamConsumer:bytes-written: (getter get_bytes_written)
   *
   * How many bytes the stream has taken; exact also after a failure (rule E9).
   *
   * Notified once a turn in which something was written.
   *
   * Since: 1.0
   */
  properties[PROP_BYTES_WRITTEN] = g_param_spec_uint64 ("bytes-written", NULL, NULL, 0, G_MAXUINT64,
                                                        0, flags | G_PARAM_READABLE);

  /**
   * PtpOutputStreamConsumer:bytes-queued: (getter get_bytes_queued)
   *
   * How many bytes are accepted and not written yet; those of a running write
   * are among them.
   *
   * Notified once a turn in which something was written.
   *
   * Since: 1.0
   */
  properties[PROP_BYTES_QUEUED]
    = g_param_spec_uint64 ("bytes-queued", NULL, NULL, 0, G_MAXSIZE, 0, flags | G_PARAM_READABLE);

  /**
   * PtpOutputStreamConsumer:peak-queued: (getter get_peak_queued)
   *
   * The largest number of bytes that was ever queued.
   *
   * Notified once a turn in which something was written.
   *
   * Since: 1.0
   */
  properties[PROP_PEAK_QUEUED]
    = g_param_spec_uint64 ("peak-queued", NULL, NULL, 0, G_MAXSIZE, 0, flags | G_PARAM_READABLE);

  /**
   * PtpOutputStreamConsumer:error: (getter get_error)
   *
   * Why the stream failed; %NULL while it has not.
   *
   * Since: 1.0
   */
  properties[PROP_ERROR]
    = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags | G_PARAM_READABLE);

  /**
   * PtpOutputStreamConsumer:closed: (getter get_closed)
   *
   * Whether closing was asked for: nothing is taken any more.
   *
   * Since: 1.0
   */
  properties[PROP_CLOSED]
    = g_param_spec_boolean ("closed", NULL, NULL, FALSE, flags | G_PARAM_READABLE);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

/**
 * ptp_output_stream_consumer_get_stream: (get-property stream)
 * @self: a consumer
 *
 * Gets where the chunks go.
 *
 * Call it on the context.
 *
 * Returns: (transfer none): the stream
 *
 * Since: 1.0
 */
GOutputStream *
ptp_output_stream_consumer_get_stream (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), NULL);

  return self->stream;
}

/**
 * ptp_output_stream_consumer_get_low_mark: (get-property low-mark)
 * @self: a consumer
 *
 * Gets the length of the queue at which the producer is resumed.
 *
 * Call it on the context.
 *
 * Returns: the low mark, in bytes
 *
 * Since: 1.0
 */
gsize
ptp_output_stream_consumer_get_low_mark (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), 0);

  return self->low_mark;
}

/**
 * ptp_output_stream_consumer_get_high_mark: (get-property high-mark)
 * @self: a consumer
 *
 * Gets the length of the queue at which the producer is paused.
 *
 * Call it on the context.
 *
 * Returns: the high mark, in bytes
 *
 * Since: 1.0
 */
gsize
ptp_output_stream_consumer_get_high_mark (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), 0);

  return self->high_mark;
}

/**
 * ptp_output_stream_consumer_get_limit: (get-property limit)
 * @self: a consumer
 *
 * Gets the length that the queue never passes.
 *
 * Call it on the context.
 *
 * Returns: the limit, in bytes
 *
 * Since: 1.0
 */
gsize
ptp_output_stream_consumer_get_limit (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), 0);

  return self->limit;
}

/**
 * ptp_output_stream_consumer_set_marks:
 * @self: a consumer
 * @low: the new low mark, in bytes
 * @high: the new high mark, in bytes
 * @limit: the new limit, in bytes
 * @error: return location for an error
 *
 * Sets the lengths of the queue at which the producer is resumed and paused,
 * and the length that the queue never passes.
 *
 * They must be in order, 0 <= @low < @high <= @limit (rule B4); otherwise this
 * fails with %PTP_ERROR_INVALID and changes nothing. What is queued stays, also
 * above a new limit. The producer may be paused or resumed from inside.
 *
 * Call it on the context.
 *
 * Returns: true when set
 *
 * Since: 1.0
 */
gboolean
ptp_output_stream_consumer_set_marks (PtpOutputStreamConsumer *self,
                                      gsize low,
                                      gsize high,
                                      gsize limit,
                                      GError **error)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!ptp_output_stream_consumer_check_marks (low, high, limit, error))
    return FALSE;

  g_object_freeze_notify (G_OBJECT (self));
  set_mark (self, &self->low_mark, low, PROP_LOW_MARK);
  set_mark (self, &self->high_mark, high, PROP_HIGH_MARK);
  set_mark (self, &self->limit, limit, PROP_LIMIT);
  g_object_thaw_notify (G_OBJECT (self));

  ptp_output_stream_consumer_update_pace (self);
  return TRUE;
}

/**
 * ptp_output_stream_consumer_get_keep_open: (get-property keep-open)
 * @self: a consumer
 *
 * Gets whether the stream is left open at the end.
 *
 * Call it on the context.
 *
 * Returns: true if it is left open
 *
 * Since: 1.0
 */
gboolean
ptp_output_stream_consumer_get_keep_open (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), FALSE);

  return self->keep_open;
}

/**
 * ptp_output_stream_consumer_set_keep_open: (set-property keep-open)
 * @self: a consumer
 * @keep_open: whether to leave it open
 *
 * Sets whether the stream is left open at the end.
 *
 * It is looked at when all is written, or dropped.
 *
 * Call it on the context.
 *
 * Since: 1.0
 */
void
ptp_output_stream_consumer_set_keep_open (PtpOutputStreamConsumer *self, gboolean keep_open)
{
  g_return_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self));

  keep_open = !!keep_open;
  if (self->keep_open == (guint) keep_open)
    return;

  self->keep_open = (guint) keep_open;
  notify (self, PROP_KEEP_OPEN);
}

/**
 * ptp_output_stream_consumer_get_bytes_written: (get-property bytes-written)
 * @self: a consumer
 *
 * Gets how many bytes the stream has taken.
 *
 * It is exact at any time, also after a failure (rule E9) and after an abort
 * (rule B5), then from the end of the write that was running.
 *
 * Call it on the context.
 *
 * Returns: a number of bytes
 *
 * Since: 1.0
 */
guint64
ptp_output_stream_consumer_get_bytes_written (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), 0);

  return ptp_stream_writer_get_written (self->writer);
}

/**
 * ptp_output_stream_consumer_get_bytes_queued: (get-property bytes-queued)
 * @self: a consumer
 *
 * Gets how many bytes are accepted and not written yet.
 *
 * Call it on the context.
 *
 * Returns: a number of bytes
 *
 * Since: 1.0
 */
gsize
ptp_output_stream_consumer_get_bytes_queued (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), 0);

  return ptp_stream_writer_get_queued (self->writer);
}

/**
 * ptp_output_stream_consumer_get_peak_queued: (get-property peak-queued)
 * @self: a consumer
 *
 * Gets the largest number of bytes that was ever queued.
 *
 * Call it on the context.
 *
 * Returns: a number of bytes
 *
 * Since: 1.0
 */
gsize
ptp_output_stream_consumer_get_peak_queued (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), 0);

  return ptp_stream_writer_get_peak (self->writer);
}

/**
 * ptp_output_stream_consumer_get_error: (get-property error)
 * @self: a consumer
 *
 * Gets why the stream failed.
 *
 * Call it on the context.
 *
 * Returns: (transfer none) (nullable): the error; %NULL while there is none
 *
 * Since: 1.0
 */
const GError *
ptp_output_stream_consumer_get_error (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), NULL);

  return self->error;
}

/**
 * ptp_output_stream_consumer_get_closed: (get-property closed)
 * @self: a consumer
 *
 * Gets whether closing was asked for.
 *
 * Call it on the context.
 *
 * Returns: true if nothing is taken any more
 *
 * Since: 1.0
 */
gboolean
ptp_output_stream_consumer_get_closed (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), FALSE);

  return self->closed;
}
