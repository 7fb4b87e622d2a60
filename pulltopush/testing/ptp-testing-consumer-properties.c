/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-consumer-private.h"

typedef enum
{
  PROP_PAUSE_AFTER = 1,
  PROP_FAIL_WRITE,
  PROP_UNATTENDED,
} PtpTestingConsumerProperty;

static GParamSpec *properties[PROP_UNATTENDED + 1];

static void
ptp_testing_consumer_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  PtpTestingConsumer *self = PTP_TESTING_CONSUMER (object);

  switch ((PtpTestingConsumerProperty) prop_id)
    {
    case PROP_PAUSE_AFTER:
      g_value_set_uint64 (value, ptp_testing_consumer_get_pause_after (self));
      break;
    case PROP_FAIL_WRITE:
      g_value_set_uint (value, ptp_testing_consumer_get_fail_write (self));
      break;
    case PROP_UNATTENDED:
      g_value_set_boolean (value, ptp_testing_consumer_get_unattended (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_testing_consumer_set_property (GObject *object,
                                   guint prop_id,
                                   const GValue *value,
                                   GParamSpec *pspec)
{
  PtpTestingConsumer *self = PTP_TESTING_CONSUMER (object);

  switch ((PtpTestingConsumerProperty) prop_id)
    {
    case PROP_PAUSE_AFTER:
      ptp_testing_consumer_set_pause_after (self, g_value_get_uint64 (value));
      break;
    case PROP_FAIL_WRITE:
      ptp_testing_consumer_set_fail_write (self, g_value_get_uint (value));
      break;
    case PROP_UNATTENDED:
      ptp_testing_consumer_set_unattended (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

void
ptp_testing_consumer_install_properties (GObjectClass *object_class)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = ptp_testing_consumer_get_property;
  object_class->set_property = ptp_testing_consumer_set_property;

  /**
   * PtpTestingConsumer:pause-after: (getter get_pause_after) (setter set_pause_after)
   *
   * After how many bytes it pauses its producer, counted anew from each resume; 0 for never.
   *
   * Since: 1.0
   */
  properties[PROP_PAUSE_AFTER]
    = g_param_spec_uint64 ("pause-after", NULL, NULL, 0, G_MAXSIZE, 0, flags);

  /**
   * PtpTestingConsumer:fail-write: (getter get_fail_write) (setter set_fail_write)
   *
   * Which write fails, with %G_IO_ERROR_NO_SPACE, counted from 1; 0 for none.
   *
   * Since: 1.0
   */
  properties[PROP_FAIL_WRITE]
    = g_param_spec_uint ("fail-write", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * PtpTestingConsumer:unattended: (getter get_unattended) (setter set_unattended)
   *
   * Whether it may be written to with no producer registered, as when a test calls
   * [method@PullToPush.PullProducer.produce] by itself.
   *
   * Since: 1.0
   */
  properties[PROP_UNATTENDED] = g_param_spec_boolean ("unattended", NULL, NULL, FALSE, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

/**
 * ptp_testing_consumer_get_pause_after: (get-property pause-after)
 * @self: a consumer
 *
 * Gets after how many bytes it pauses its producer.
 *
 * Returns: the number of bytes; 0 for never
 *
 * Since: 1.0
 */
gsize
ptp_testing_consumer_get_pause_after (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), 0);

  return self->pause_after;
}

/**
 * ptp_testing_consumer_set_pause_after: (set-property pause-after)
 * @self: a consumer
 * @pause_after: the number of bytes; 0 for never
 *
 * Sets after how many bytes it pauses its producer. It is for the test to resume it.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_set_pause_after (PtpTestingConsumer *self, gsize pause_after)
{
  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  if (self->pause_after == pause_after)
    return;

  self->pause_after = pause_after;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSE_AFTER]);
}

/**
 * ptp_testing_consumer_get_fail_write: (get-property fail-write)
 * @self: a consumer
 *
 * Gets which write fails.
 *
 * Returns: the number of the write, from 1; 0 for none
 *
 * Since: 1.0
 */
guint
ptp_testing_consumer_get_fail_write (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), 0);

  return self->fail_write;
}

/**
 * ptp_testing_consumer_set_fail_write: (set-property fail-write)
 * @self: a consumer
 * @fail_write: the number of the write, from 1; 0 for none
 *
 * Sets which write fails, with %G_IO_ERROR_NO_SPACE.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_set_fail_write (PtpTestingConsumer *self, guint fail_write)
{
  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  if (self->fail_write == fail_write)
    return;

  self->fail_write = fail_write;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FAIL_WRITE]);
}

/**
 * ptp_testing_consumer_get_unattended: (get-property unattended)
 * @self: a consumer
 *
 * Tells whether it may be written to with no producer registered.
 *
 * Returns: true if it may
 *
 * Since: 1.0
 */
gboolean
ptp_testing_consumer_get_unattended (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), FALSE);

  return self->unattended;
}

/**
 * ptp_testing_consumer_set_unattended: (set-property unattended)
 * @self: a consumer
 * @unattended: whether it may
 *
 * Sets whether it may be written to with no producer registered.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_set_unattended (PtpTestingConsumer *self, gboolean unattended)
{
  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  unattended = unattended != FALSE;
  if (self->unattended == unattended)
    return;

  self->unattended = unattended;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_UNATTENDED]);
}

/**
 * ptp_testing_consumer_get_producer:
 * @self: a consumer
 *
 * Gets the producer that is registered.
 *
 * Returns: (nullable) (transfer none): the producer
 *
 * Since: 1.0
 */
PtpPushProducer *
ptp_testing_consumer_get_producer (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), NULL);

  return self->producer;
}

/**
 * ptp_testing_consumer_get_paused:
 * @self: a consumer
 *
 * Tells whether it has paused its producer.
 *
 * Returns: true while it has
 *
 * Since: 1.0
 */
gboolean
ptp_testing_consumer_get_paused (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), FALSE);

  return self->paused;
}

/**
 * ptp_testing_consumer_get_closed:
 * @self: a consumer
 *
 * Tells whether it was closed.
 *
 * Returns: true if it was
 *
 * Since: 1.0
 */
gboolean
ptp_testing_consumer_get_closed (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), FALSE);

  return self->closed;
}

/**
 * ptp_testing_consumer_get_n_writes:
 * @self: a consumer
 *
 * Gets how often it was written to.
 *
 * Returns: the number of times, also those that failed
 *
 * Since: 1.0
 */
guint
ptp_testing_consumer_get_n_writes (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), 0);

  return self->n_writes;
}

/**
 * ptp_testing_consumer_get_total:
 * @self: a consumer
 *
 * Gets how many bytes it has taken.
 *
 * Returns: the number of bytes
 *
 * Since: 1.0
 */
guint64
ptp_testing_consumer_get_total (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), 0);

  return self->total;
}

/**
 * ptp_testing_consumer_get_failure:
 * @self: a consumer
 *
 * Gets why its last producer failed.
 *
 * Returns: (nullable) (transfer none): what producer_failed was told
 *
 * Since: 1.0
 */
const GError *
ptp_testing_consumer_get_failure (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), NULL);

  return self->failure;
}

/**
 * ptp_testing_consumer_get_chunks:
 * @self: a consumer
 *
 * Gets what it has taken, chunk by chunk.
 *
 * Returns: (transfer none) (element-type GBytes): the chunks, in order; the array grows with the
 *   next one
 *
 * Since: 1.0
 */
GPtrArray *
ptp_testing_consumer_get_chunks (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), NULL);

  return self->chunks;
}

/**
 * ptp_testing_consumer_dup_bytes:
 * @self: a consumer
 *
 * Gets what it has taken, one chunk after the other.
 *
 * Returns: (transfer full): the bytes
 *
 * Since: 1.0
 */
GBytes *
ptp_testing_consumer_dup_bytes (PtpTestingConsumer *self)
{
  GByteArray *bytes;

  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), NULL);

  bytes = g_byte_array_new ();
  g_mutex_lock (&self->log.lock);
  for (guint i = 0; i < self->chunks->len; i++)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (g_ptr_array_index (self->chunks, i), &size);

      if (size > 0)
        g_byte_array_append (bytes, data, (guint) size);
    }
  g_mutex_unlock (&self->log.lock);

  return g_byte_array_free_to_bytes (bytes);
}

/**
 * ptp_testing_consumer_dup_events:
 * @self: a consumer
 *
 * Gets what was called and what it did, in order: `register TYPE`, `write SIZE`, `pause`,
 * `resume`, `stop`, `close`, `producer-failed MESSAGE`, `unregister`.
 *
 * Returns: (transfer full): the events
 *
 * Since: 1.0
 */
GStrv
ptp_testing_consumer_dup_events (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), NULL);

  return ptp_testing_log_dup_events (&self->log);
}

/**
 * ptp_testing_consumer_dup_violations:
 * @self: a consumer
 *
 * Gets which rules were broken by whoever writes to it.
 *
 * Returns: (transfer full): a text each, which begins with the rule; none if all is well
 *
 * Since: 1.0
 */
GStrv
ptp_testing_consumer_dup_violations (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), NULL);

  return ptp_testing_log_dup_violations (&self->log);
}
