/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-file-consumer.h"

#include "ptp-atomic-file-stream-private.h"
#include "ptp-output-stream-consumer-private.h"

/**
 * PtpFileConsumer:
 *
 * Writes chunks to a file, whole or not at all.
 *
 * The file appears under its name, or takes the place of the one that was there,
 * when the consumer has been told to finish and has settled. After anything else,
 * a failure, a stop, a cancellation or a dropped reference, a file that was there
 * is as it was and a new one is not there (rule E10).
 *
 * A local file is written under another name in the same folder, brought to the
 * disk and then renamed. This needs room for both, and permission to write in the
 * folder. The file keeps its permissions, its owner and group as far as the
 * process may set them; one that the process may not write is not replaced. A
 * symbolic link stays and what it leads to is replaced; a
 * file with a second name becomes a file of its own, and the other name keeps the
 * old contents. Only regular files are replaced: for a device or a named pipe use
 * [class@PullToPush.OutputStreamConsumer]. A file that has no local path is
 * replaced as [method@Gio.File.replace] can.
 *
 * Nothing is opened before the first chunk or the end, so an error in opening
 * comes as the error of the stream.
 *
 * Everything else is as in [class@PullToPush.OutputStreamConsumer], from which it
 * derives: the marks, the numbers, contexts and threads. It is never kept open,
 * whatever [property@PullToPush.OutputStreamConsumer:keep-open] is.
 *
 * ## Contexts
 *
 * Everything happens on the thread-default context of the construction, and all
 * functions are to be called there. The file is opened, brought to the disk and
 * renamed in a thread of GIO's, so that the context is never blocked. The last
 * reference may be dropped anywhere (rule T4).
 *
 * Since: 1.0
 */
struct _PtpFileConsumer
{
  PtpOutputStreamConsumer parent_instance;

  GFile *file; /* (owned) (nullable) */
};

typedef enum
{
  PROP_FILE = 1,
} PtpFileConsumerProperty;

static GParamSpec *properties[PROP_FILE + 1];

G_DEFINE_FINAL_TYPE (PtpFileConsumer, ptp_file_consumer, PTP_TYPE_OUTPUT_STREAM_CONSUMER)

static void
ptp_file_consumer_constructed (GObject *object)
{
  PtpFileConsumer *self = PTP_FILE_CONSUMER (object);
  PtpOutputStreamConsumer *parent = PTP_OUTPUT_STREAM_CONSUMER (object);

  /* Whatever stream a caller gave is not the file's. */
  g_clear_object (&parent->stream);
  parent->owned = TRUE;
  if (self->file != NULL)
    parent->stream = ptp_atomic_file_stream_new (self->file);

  G_OBJECT_CLASS (ptp_file_consumer_parent_class)->constructed (object);
}

static void
ptp_file_consumer_finalize (GObject *object)
{
  PtpFileConsumer *self = PTP_FILE_CONSUMER (object);

  g_clear_object (&self->file);

  G_OBJECT_CLASS (ptp_file_consumer_parent_class)->finalize (object);
}

static void
ptp_file_consumer_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  PtpFileConsumer *self = PTP_FILE_CONSUMER (object);

  switch ((PtpFileConsumerProperty) prop_id)
    {
    case PROP_FILE:
      g_value_set_object (value, ptp_file_consumer_get_file (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_file_consumer_set_property (GObject *object,
                                guint prop_id,
                                const GValue *value,
                                GParamSpec *pspec)
{
  PtpFileConsumer *self = PTP_FILE_CONSUMER (object);

  switch ((PtpFileConsumerProperty) prop_id)
    {
    case PROP_FILE:
      self->file = g_value_dup_object (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_file_consumer_class_init (PtpFileConsumerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = ptp_file_consumer_constructed;
  object_class->finalize = ptp_file_consumer_finalize;
  object_class->get_property = ptp_file_consumer_get_property;
  object_class->set_property = ptp_file_consumer_set_property;

  /**
   * PtpFileConsumer:file: (getter get_file)
   *
   * The file that is made or replaced.
   *
   * Since: 1.0
   */
  properties[PROP_FILE]
    = g_param_spec_object ("file", NULL, NULL, G_TYPE_FILE,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS
                             | G_PARAM_EXPLICIT_NOTIFY);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
ptp_file_consumer_init (PtpFileConsumer *self)
{
}

/**
 * ptp_file_consumer_new:
 * @file: the file to make or replace; the consumer takes its own reference
 *
 * Makes a consumer that writes @file, on the thread-default context.
 *
 * Nothing is opened yet.
 *
 * Returns: (transfer full): a new consumer
 *
 * Since: 1.0
 */
PtpFileConsumer *
ptp_file_consumer_new (GFile *file)
{
  g_return_val_if_fail (G_IS_FILE (file), NULL);

  return g_object_new (PTP_TYPE_FILE_CONSUMER, "file", file, NULL);
}

/**
 * ptp_file_consumer_get_file: (get-property file)
 * @self: a file consumer
 *
 * Gets the file that is made or replaced.
 *
 * May be called from any thread.
 *
 * Returns: (transfer none): the file
 *
 * Since: 1.0
 */
GFile *
ptp_file_consumer_get_file (PtpFileConsumer *self)
{
  g_return_val_if_fail (PTP_IS_FILE_CONSUMER (self), NULL);

  return self->file;
}
