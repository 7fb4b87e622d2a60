/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-connection.h"

#include "../contract/ptp-error.h"
#include "ptp-input-stream-producer.h"
#include "ptp-output-stream-consumer-private.h"

#include <errno.h>
#include <string.h>
#include "ptp-socket-private.h"

/**
 * PtpConnection:
 *
 * Both directions of a [class@Gio.IOStream]: a pull producer of what the peer
 * sends, and a consumer of what goes to the peer.
 *
 * The two directions are independent streams. One that finishes to the peer tells
 * it the end of the data, by a shutdown of the write side or, over TLS, by a
 * close_notify, and the other direction goes on (rule B8). A reader that was
 * stopped, or has enough, has only ended its direction. When both have ended, the
 * connection is closed.
 *
 * A direction that breaks closes the whole connection at once: what goes to the
 * peer was aborted, or what came from it could not be read or was not taken. The
 * other direction fails with the same error, or with %G_IO_ERROR_CLOSED if the
 * first was stopped or cancelled. Over TCP the kernel tells the peer with a reset,
 * unless everything that was meant for the peer is finished; a Unix socket has no
 * sign for that. A connection that is dropped in the middle of either direction is
 * closed as one that breaks.
 *
 * The producer is that of [class@PullToPush.InputStreamProducer], the consumer
 * that of [class@PullToPush.OutputStreamConsumer], from which this class derives:
 * the marks, the numbers, contexts and threads are the same.
 * [property@PullToPush.OutputStreamConsumer:keep-open] keeps the connection open,
 * and tells the peer nothing.
 *
 * ## Contexts
 *
 * Both directions belong to the thread-default context of the construction, and
 * all functions are to be called there. The last reference may be dropped anywhere
 * (rule T4).
 *
 * Since: 1.0
 */
struct _PtpConnection
{
  PtpOutputStreamConsumer parent_instance;

  GIOStream *io_stream;             /* (owned) (nullable) */
  PtpInputStreamProducer *producer; /* (owned) (nullable) */
  GError *broken;                   /* (owned) (nullable): why both directions have ended */
  gboolean producing;               /* inside a step of the producer */
  gboolean input_ended;
  gboolean output_ended;
  gboolean output_whole; /* the peer has what it was sent, or will have it */
  gboolean closed;
};

typedef enum
{
  PROP_IO_STREAM = 1,
  PROP_BYTES_READ,
} PtpConnectionProperty;

static GParamSpec *properties[PROP_BYTES_READ + 1];

static void pull_producer_iface_init (PtpPullProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpConnection,
                               ptp_connection,
                               PTP_TYPE_OUTPUT_STREAM_CONSUMER,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER,
                                                      pull_producer_iface_init))

static void
closed_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!g_io_stream_close_finish (G_IO_STREAM (source_object), result, &error))
    g_debug ("Closing a connection: %s", error->message);
}

static gboolean
is_kept (PtpConnection *self)
{
  return self->io_stream == NULL || self->closed || PTP_OUTPUT_STREAM_CONSUMER (self)->keep_open;
}

static void
close_well (PtpConnection *self)
{
  if (is_kept (self))
    return;

  self->closed = TRUE;
  g_io_stream_close_async (self->io_stream, G_PRIORITY_DEFAULT, NULL, closed_cb, NULL);
}

/* What lies below TLS, so that no close_notify says that all was well. */
static GIOStream *
find_innermost (GIOStream *stream)
{
  GIOStream *base = NULL;

  while (G_IS_TLS_CONNECTION (stream))
    {
      g_object_get (stream, "base-io-stream", &base, NULL);
      if (base == NULL)
        break;
      /* Its connection keeps it. */
      g_object_unref (base);
      stream = base;
    }

  return stream;
}

/* What has reached the peer whole is not taken back.
 *
 * Returns: (nullable)
 */
static GSocket *
prepare_close_at_once (PtpConnection *self, gboolean reset)
{
  GIOStream *innermost;
  GSocket *socket;

  if (is_kept (self))
    return NULL;

  innermost = find_innermost (self->io_stream);
  if (!G_IS_SOCKET_CONNECTION (innermost))
    return NULL;

  socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (innermost));
  if (reset && !self->output_whole)
    ptp_socket_set_reset (socket);
  return socket;
}

/* Any thread. A socket is closed without waiting; what is above it finds it closed. */
static void
close_at_once (PtpConnection *self, gboolean reset)
{
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  GSocket *socket = prepare_close_at_once (self, reset);
  GIOStream *innermost;

  if (is_kept (self))
    return;

  self->closed = TRUE;
  g_cancellable_cancel (cancelled);
  innermost = find_innermost (self->io_stream);
  if (socket != NULL)
    g_socket_close (socket, NULL);
  if (innermost != self->io_stream)
    g_io_stream_close (innermost, cancelled, NULL);
  g_io_stream_close (self->io_stream, cancelled, NULL);
}

/* What the other direction is told: that it broke, or that somebody wanted no more of this one. */
static GError *
new_error_for_other (const GError *error)
{
  if (!g_error_matches (error, PTP_ERROR, PTP_ERROR_STOPPED)
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_copy (error);

  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED,
                              "The connection was closed: its other direction ended early");
}

/* One direction breaks, and the other one with it: nobody waits for a socket that is being closed,
 * nor takes its end for one of the data.
 */
static void
break_off (PtpConnection *self, const GError *error)
{
  g_autoptr (PtpConnection) alive = g_object_ref (self);

  /* Each direction says so to the other. */
  if (is_kept (self) || self->broken != NULL)
    return;

  self->broken = new_error_for_other (error);
  if (!self->input_ended && self->producer != NULL)
    {
      self->input_ended = TRUE;
      if (!self->producing)
        ptp_pull_producer_cancel (PTP_PULL_PRODUCER (self->producer), self->broken);
      ptp_pull_producer_emit_broken (PTP_PULL_PRODUCER (self), self->broken);
    }
  if (!self->output_ended)
    ptp_output_stream_consumer_break (PTP_OUTPUT_STREAM_CONSUMER (self), self->broken);
  close_at_once (self, TRUE);
}

/* @error is null for an end that is one of this direction only. */
static void
end_input (PtpConnection *self, const GError *error)
{
  if (self->input_ended)
    return;

  self->input_ended = TRUE;
  if (error != NULL)
    break_off (self, error);
  else if (self->output_ended)
    close_well (self);
}

static void
output_ended (PtpOutputStreamConsumer *consumer, gboolean whole)
{
  PtpConnection *self = PTP_CONNECTION (consumer);
  g_autoptr (GError) error = NULL;

  self->output_ended = TRUE;
  self->output_whole = whole;
  if (whole && self->input_ended)
    close_well (self);
  if (whole)
    return;

  error = consumer->error != NULL
            ? g_error_copy (consumer->error)
            : g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED,
                                   "The connection was closed, since what went to the peer is not "
                                   "whole");
  break_off (self, error);
}

/* Also while nobody writes: what watches for the peer may hear of a reset before the reader does,
 * which the kernel tells once. A reader that has only gone says nothing about what it has sent; GIO
 * has one code for both.
 */
static void
output_failed_cb (PtpConnection *self, const GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED)
      || strstr (error->message, g_strerror (ECONNRESET)) != NULL)
    break_off (self, error);
}

/* The property belongs to both. */
static void
keep_input_open (PtpConnection *self)
{
  ptp_input_stream_producer_set_keep_open (self->producer,
                                           PTP_OUTPUT_STREAM_CONSUMER (self)->keep_open);
}

static gboolean
check_input (PtpConnection *self, GError **error)
{
  if (self->broken != NULL)
    {
      g_propagate_error (error, g_error_copy (self->broken));
      return FALSE;
    }
  if (self->producer != NULL)
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "There is no stream to read from");
  return FALSE;
}

static PtpStepResult
ptp_connection_produce (PtpPullProducer *producer, PtpConsumer *consumer, GError **error)
{
  PtpConnection *self = PTP_CONNECTION (producer);
  PtpStepResult result;
  GError *local = NULL;

  if (!check_input (self, error))
    return PTP_STEP_RESULT_FAILED;

  keep_input_open (self);
  self->producing = TRUE;
  result = ptp_pull_producer_produce (PTP_PULL_PRODUCER (self->producer), consumer, &local);
  self->producing = FALSE;
  if (self->broken != NULL)
    ptp_pull_producer_cancel (PTP_PULL_PRODUCER (self->producer), self->broken);
  else if (result == PTP_STEP_RESULT_FINISHED || result == PTP_STEP_RESULT_FAILED)
    end_input (self, local);
  if (local != NULL)
    g_propagate_error (error, local);

  return result;
}

/* Nobody needs more of what the peer says: the peer may still get the rest of what goes to it. */
static void
ptp_connection_cancel (PtpPullProducer *producer, const GError *reason)
{
  PtpConnection *self = PTP_CONNECTION (producer);

  if (self->producer == NULL)
    return;

  keep_input_open (self);
  ptp_pull_producer_cancel (PTP_PULL_PRODUCER (self->producer), reason);
  end_input (self, g_error_matches (reason, PTP_ERROR, PTP_ERROR_STOPPED) ? NULL : reason);
}

static void
pull_producer_iface_init (PtpPullProducerInterface *iface)
{
  iface->produce = ptp_connection_produce;
  iface->cancel = ptp_connection_cancel;
}

/* The connection may go in another thread while its producer, which the context keeps, says this.
 */

static GWeakRef *
weak_ref_new (gpointer object)
{
  GWeakRef *weak = g_new (GWeakRef, 1);

  g_weak_ref_init (weak, object);
  return weak;
}

static void
weak_ref_free_cb (gpointer user_data, GClosure *closure)
{
  g_weak_ref_clear (user_data);
  g_free (user_data);
}

static void
ready_cb (PtpInputStreamProducer *producer, gpointer user_data)
{
  g_autoptr (PtpConnection) self = g_weak_ref_get (user_data);

  if (self != NULL)
    ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (self));
}

static void
broken_cb (PtpInputStreamProducer *producer, const GError *error, gpointer user_data)
{
  g_autoptr (PtpConnection) self = g_weak_ref_get (user_data);

  if (self == NULL)
    return;

  ptp_pull_producer_emit_broken (PTP_PULL_PRODUCER (self), error);
  end_input (self, error);
}

static void
bytes_read_cb (PtpInputStreamProducer *producer, GParamSpec *pspec, gpointer user_data)
{
  g_autoptr (PtpConnection) self = g_weak_ref_get (user_data);

  if (self != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BYTES_READ]);
}

static void
listen_to_producer (PtpConnection *self, guint signal_id, GQuark detail, GCallback callback)
{
  g_signal_connect_closure_by_id (self->producer, signal_id, detail,
                                  g_cclosure_new (callback, weak_ref_new (self), weak_ref_free_cb),
                                  FALSE);
}

static void
ptp_connection_constructed (GObject *object)
{
  PtpConnection *self = PTP_CONNECTION (object);
  PtpOutputStreamConsumer *parent = PTP_OUTPUT_STREAM_CONSUMER (object);

  g_clear_object (&parent->stream);
  parent->ended_func = output_ended;
  g_signal_connect (self, "failed", G_CALLBACK (output_failed_cb), NULL);
  if (self->io_stream != NULL)
    {
      parent->stream = g_object_ref (g_io_stream_get_output_stream (self->io_stream));
      self->producer
        = ptp_input_stream_producer_new (g_io_stream_get_input_stream (self->io_stream));
      listen_to_producer (self, g_signal_lookup ("ready", PTP_TYPE_PULL_PRODUCER), 0,
                          G_CALLBACK (ready_cb));
      listen_to_producer (self, g_signal_lookup ("broken", PTP_TYPE_PULL_PRODUCER), 0,
                          G_CALLBACK (broken_cb));
      listen_to_producer (self, g_signal_lookup ("notify", G_TYPE_OBJECT),
                          g_quark_from_static_string ("bytes-read"), G_CALLBACK (bytes_read_cb));
    }

  G_OBJECT_CLASS (ptp_connection_parent_class)->constructed (object);
}

static gboolean
is_under_way (PtpConnection *self)
{
  PtpOutputStreamConsumer *parent = PTP_OUTPUT_STREAM_CONSUMER (self);

  return (!self->input_ended && ptp_connection_get_bytes_read (self) > 0)
         || (!self->output_ended
             && (ptp_output_stream_consumer_get_bytes_written (parent) > 0
                 || ptp_output_stream_consumer_get_bytes_queued (parent) > 0));
}

/* Both directions leave the socket before it is closed. */
static void
ptp_connection_dispose (GObject *object)
{
  PtpConnection *self = PTP_CONNECTION (object);
  gboolean reset = is_under_way (self);

  if (self->producer != NULL)
    keep_input_open (self);
  prepare_close_at_once (self, reset);
  g_clear_object (&self->producer);
  G_OBJECT_CLASS (ptp_connection_parent_class)->dispose (object);
  close_at_once (self, reset);
}

static void
ptp_connection_finalize (GObject *object)
{
  PtpConnection *self = PTP_CONNECTION (object);

  g_clear_object (&self->io_stream);
  g_clear_error (&self->broken);

  G_OBJECT_CLASS (ptp_connection_parent_class)->finalize (object);
}

static void
ptp_connection_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  PtpConnection *self = PTP_CONNECTION (object);

  switch ((PtpConnectionProperty) prop_id)
    {
    case PROP_IO_STREAM:
      g_value_set_object (value, ptp_connection_get_io_stream (self));
      break;

    case PROP_BYTES_READ:
      g_value_set_uint64 (value, ptp_connection_get_bytes_read (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_connection_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  PtpConnection *self = PTP_CONNECTION (object);

  switch ((PtpConnectionProperty) prop_id)
    {
    case PROP_IO_STREAM:
      self->io_stream = g_value_dup_object (value);
      break;

    case PROP_BYTES_READ:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_connection_class_init (PtpConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->constructed = ptp_connection_constructed;
  object_class->dispose = ptp_connection_dispose;
  object_class->finalize = ptp_connection_finalize;
  object_class->get_property = ptp_connection_get_property;
  object_class->set_property = ptp_connection_set_property;

  /**
   * PtpConnection:io-stream: (getter get_io_stream)
   *
   * What both directions belong to.
   *
   * Since: 1.0
   */
  properties[PROP_IO_STREAM]
    = g_param_spec_object ("io-stream", NULL, NULL, G_TYPE_IO_STREAM,
                           flags | G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY);

  /**
   * PtpConnection:bytes-read: (getter get_bytes_read)
   *
   * How many bytes of the peer have been delivered.
   *
   * Since: 1.0
   */
  properties[PROP_BYTES_READ]
    = g_param_spec_uint64 ("bytes-read", NULL, NULL, 0, G_MAXUINT64, 0, flags | G_PARAM_READABLE);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
ptp_connection_init (PtpConnection *self)
{
}

/**
 * ptp_connection_new:
 * @io_stream: a connection; the new object takes its own reference
 *
 * Makes a producer and a consumer of both directions of @io_stream, on the
 * thread-default context.
 *
 * Returns: (transfer full): a new connection
 *
 * Since: 1.0
 */
PtpConnection *
ptp_connection_new (GIOStream *io_stream)
{
  g_return_val_if_fail (G_IS_IO_STREAM (io_stream), NULL);

  return g_object_new (PTP_TYPE_CONNECTION, "io-stream", io_stream, NULL);
}

/**
 * ptp_connection_get_io_stream: (get-property io-stream)
 * @self: a connection
 *
 * Gets what both directions belong to.
 *
 * May be called from any thread.
 *
 * Returns: (transfer none): the stream
 *
 * Since: 1.0
 */
GIOStream *
ptp_connection_get_io_stream (PtpConnection *self)
{
  g_return_val_if_fail (PTP_IS_CONNECTION (self), NULL);

  return self->io_stream;
}

/**
 * ptp_connection_get_bytes_read: (get-property bytes-read)
 * @self: a connection
 *
 * Gets how many bytes of the peer have been delivered.
 *
 * Call it on the context.
 *
 * Returns: a number of bytes
 *
 * Since: 1.0
 */
guint64
ptp_connection_get_bytes_read (PtpConnection *self)
{
  g_return_val_if_fail (PTP_IS_CONNECTION (self), 0);

  return self->producer != NULL ? ptp_input_stream_producer_get_bytes_read (self->producer) : 0;
}
