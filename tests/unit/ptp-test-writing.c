/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-test-writing.h"

#include <string.h>

typedef struct
{
  PtpTestWriting *writing;
  guint64 size;
} Goal;

static void
failed_cb (PtpOutputStreamConsumer *consumer, GError *error, gpointer user_data)
{
  PtpTestWriting *self = user_data;

  self->n_failed++;
  g_assert_nonnull (error);
  g_assert_true (error == ptp_output_stream_consumer_get_error (consumer)
                 || g_error_matches (error, ptp_output_stream_consumer_get_error (consumer)->domain,
                                     ptp_output_stream_consumer_get_error (consumer)->code));
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
  ptp_test_log_add (self->log, "failed");
  if (self->on_failed != NULL)
    self->on_failed (consumer, self->hook_data);
}

void
ptp_test_writing_init (PtpTestWriting *self, GOutputStream *stream)
{
  g_autoptr (GError) error = NULL;

  *self = (PtpTestWriting){ .stream = stream };
  self->in = g_byte_array_new ();
  self->log = ptp_test_log_new ();
  self->consumer = ptp_output_stream_consumer_new (stream);
  g_signal_connect (self->consumer, "failed", G_CALLBACK (failed_cb), self);
  self->producer = ptp_test_push_producer_new ();
  ptp_test_push_producer_set_log (self->producer, self->log);
  g_assert_true (ptp_consumer_register_push_producer (PTP_CONSUMER (self->consumer),
                                                      PTP_PUSH_PRODUCER (self->producer), &error));
  g_assert_no_error (error);
}

void
ptp_test_writing_init_double (PtpTestWriting *self, PtpTestOutputWay way)
{
  PtpTestOutputStream *output = ptp_test_output_stream_new (way);

  ptp_test_writing_init (self, G_OUTPUT_STREAM (output));
  self->output = output;
}

/* GIO closes in a thread, which may hold a reference for a moment longer than the operation. */
static void
assert_stream_goes (GOutputStream *stream)
{
  const gint64 deadline = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  GWeakRef weak;

  g_weak_ref_init (&weak, stream);
  g_object_unref (stream);
  for (;;)
    {
      g_autoptr (GObject) left = g_weak_ref_get (&weak);

      if (left == NULL)
        break;
      g_clear_object (&left);
      if (g_get_monotonic_time () > deadline)
        g_error ("Somebody has leaked the stream");
      g_thread_yield ();
    }
  g_weak_ref_clear (&weak);
}

void
ptp_test_writing_clear (PtpTestWriting *self)
{
  ptp_consumer_unregister_producer (PTP_CONSUMER (self->consumer));
  ptp_test_assert_finalize (self->producer);
  ptp_test_assert_finalize (self->consumer);
  /* The source it knows has a reference to it. */
  if (self->output != NULL)
    g_clear_pointer (&self->output->source, g_source_unref);
  assert_stream_goes (self->stream);
  g_byte_array_unref (self->in);
  ptp_test_log_unref (self->log);
  g_clear_error (&self->error);
  g_clear_error (&self->close_error);
}

gboolean
ptp_test_writing_try (PtpTestWriting *self, gsize size, GError **error)
{
  guint8 *data = g_malloc (size + 1);
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, size);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (self->next++ * 11);
  /* Before it is written: the stream below may write more from inside. */
  g_byte_array_append (self->in, data, (guint) size);
  if (ptp_consumer_write (PTP_CONSUMER (self->consumer), bytes, error))
    return TRUE;

  g_byte_array_set_size (self->in, self->in->len - (guint) size);
  return FALSE;
}

void
ptp_test_writing_write (PtpTestWriting *self, gsize size)
{
  g_autoptr (GError) error = NULL;

  ptp_test_writing_try (self, size, &error);
  g_assert_no_error (error);
}

void
ptp_test_writing_set_marks (PtpTestWriting *self, gsize low, gsize high, gsize limit)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ptp_output_stream_consumer_set_marks (self->consumer, low, high, limit, &error));
  g_assert_no_error (error);
}

void
ptp_test_writing_until_failed (PtpTestWriting *self)
{
  ptp_test_until_set (&self->n_failed);
  ptp_test_drain ();
  g_assert_cmpuint (self->n_failed, ==, 1);
}

static gboolean
has_written (gpointer user_data)
{
  Goal *goal = user_data;

  g_assert_no_error (ptp_output_stream_consumer_get_error (goal->writing->consumer));
  return ptp_output_stream_consumer_get_bytes_written (goal->writing->consumer) >= goal->size;
}

void
ptp_test_writing_until_written (PtpTestWriting *self, guint64 size)
{
  Goal goal = { self, size };

  ptp_test_until (has_written, &goal);
}

static void
closed_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  PtpTestWriting *self = user_data;
  gboolean closed;

  g_clear_error (&self->close_error);
  closed = ptp_output_stream_consumer_close_finish (self->consumer, result, &self->close_error);
  g_assert_true (closed == (self->close_error == NULL));
  ptp_test_log_add (self->log, "closed");
  self->n_closed++;
}

void
ptp_test_writing_close (PtpTestWriting *self, GCancellable *cancellable)
{
  ptp_output_stream_consumer_close_async (self->consumer, G_PRIORITY_DEFAULT, cancellable,
                                          closed_cb, self);
}

void
ptp_test_writing_close_wait (PtpTestWriting *self)
{
  self->n_closed = 0;
  ptp_test_writing_close (self, NULL);
  ptp_test_until_set (&self->n_closed);
}

void
ptp_test_writing_assert_exact (PtpTestWriting *self)
{
  GByteArray *out = self->output->bytes;

  g_assert_cmpuint (ptp_output_stream_consumer_get_bytes_written (self->consumer), ==, out->len);
  g_assert_cmpuint (out->len, <=, self->in->len);
  /* g_assert_cmpmem() of GLib 2.74 does not live with -Wsign-conversion. */
  g_assert_true (out->len == 0 || memcmp (out->data, self->in->data, out->len) == 0);
}
