/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-read-operation-private.h"

#include "ptp-input-stream-producer-private.h"

/* The flags are atomic: whoever of the reading context and the producer's thread comes second
 * closes the stream, or takes the result.
 */
typedef enum
{
  OVER = 1 << 0,
  ABANDONED = 1 << 1,
  CLOSE = 1 << 2,
  ASKED = 1 << 3,
} Flags;

struct _PtpReadOperation
{
  GInputStream *stream;      /* (owned) */
  GMainContext *context;     /* (owned) */
  GCancellable *cancellable; /* (owned) */
  GWeakRef producer;
  PtpBuffer *buffer; /* (owned) (nullable): until stolen */
  gssize n_read;
  GError *error; /* (owned) (nullable) */
  guint flags;   /* atomic */
};

static void
read_operation_clear (gpointer user_data)
{
  PtpReadOperation *self = user_data;

  g_clear_object (&self->stream);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_object (&self->cancellable);
  g_weak_ref_clear (&self->producer);
  g_clear_pointer (&self->buffer, ptp_buffer_free);
  g_clear_error (&self->error);
}

void
ptp_read_operation_unref (PtpReadOperation *self)
{
  g_atomic_rc_box_release_full (self, read_operation_clear);
}

static void
closed_cb (GObject *stream, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!g_input_stream_close_finish (G_INPUT_STREAM (stream), result, &error))
    g_debug ("Closing a %s that was read from: %s", G_OBJECT_TYPE_NAME (stream), error->message);
}

void
ptp_stream_close_quietly (GInputStream *stream)
{
  g_input_stream_close_async (stream, G_PRIORITY_DEFAULT, NULL, closed_cb, NULL);
}

static void
read_cb (GObject *stream, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PtpReadOperation) self = user_data;
  g_autoptr (PtpPullProducer) producer = NULL;
  guint flags;

  self->n_read = g_input_stream_read_finish (self->stream, result, &self->error);
  flags = g_atomic_int_or (&self->flags, OVER);
  if (flags & CLOSE)
    ptp_stream_close_quietly (self->stream);
  if (flags & ABANDONED)
    return;

  /* One that read ahead and failed, while nobody asked, says so at once (rule E12). */
  producer = g_weak_ref_get (&self->producer);
  if (producer != NULL && (flags & ASKED))
    ptp_pull_producer_emit_ready (producer);
  else if (producer != NULL && self->error != NULL)
    ptp_input_stream_producer_break (PTP_INPUT_STREAM_PRODUCER (producer), self->error);
}

PtpReadOperation *
ptp_read_operation_start (GInputStream *stream, gsize size, PtpPullProducer *producer)
{
  PtpReadOperation *self = g_atomic_rc_box_new0 (PtpReadOperation);

  self->stream = g_object_ref (stream);
  self->context = g_main_context_ref_thread_default ();
  self->cancellable = g_cancellable_new ();
  g_weak_ref_init (&self->producer, producer);
  self->buffer = ptp_buffer_new (size);
  g_input_stream_read_async (stream, ptp_buffer_get_data (self->buffer), size, G_PRIORITY_DEFAULT,
                             self->cancellable, read_cb, g_atomic_rc_box_acquire (self));
  return self;
}

gboolean
ptp_read_operation_ask (PtpReadOperation *self)
{
  return (g_atomic_int_or (&self->flags, ASKED) & OVER) != 0;
}

gssize
ptp_read_operation_steal (PtpReadOperation *self, PtpBuffer **buffer, GError **error)
{
  g_assert (g_atomic_int_get (&self->flags) & OVER);

  if (self->n_read > 0)
    *buffer = g_steal_pointer (&self->buffer);
  if (self->n_read < 0)
    g_propagate_error (error, g_steal_pointer (&self->error));

  return self->n_read;
}

void
ptp_read_operation_abandon (PtpReadOperation *self, gboolean close)
{
  guint flags = g_atomic_int_or (&self->flags, ABANDONED | (close ? CLOSE : 0));

  if (flags & OVER)
    {
      if (close)
        ptp_stream_close_quietly (self->stream);
      return;
    }

  g_cancellable_cancel (self->cancellable);
}

static gboolean
cancel_cb (gpointer user_data)
{
  PtpReadOperation *self = user_data;

  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

static void
unref_cb (gpointer user_data)
{
  ptp_read_operation_unref (user_data);
}

gboolean
ptp_read_operation_abandon_later (PtpReadOperation *self, gboolean close)
{
  g_autoptr (GSource) source = NULL;

  if (g_atomic_int_or (&self->flags, ABANDONED | (close ? CLOSE : 0)) & OVER)
    return FALSE;

  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, cancel_cb, g_atomic_rc_box_acquire (self), unref_cb);
  g_source_attach (source, self->context);
  return TRUE;
}
