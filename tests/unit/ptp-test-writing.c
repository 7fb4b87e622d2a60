/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-test-writing.h"

#include "ptp-test-gone.h"

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
  ptp_test_log_clear (self->log);
}

void
ptp_test_writing_init_double (PtpTestWriting *self, PtpTestOutputWay way)
{
  PtpTestOutputStream *output = ptp_test_output_stream_new (way);

  ptp_test_writing_init (self, G_OUTPUT_STREAM (output));
  self->output = output;
}

void
ptp_test_writing_clear (PtpTestWriting *self)
{
  ptp_test_writing_unregister (self);
  ptp_test_assert_finalize (self->producer);
  ptp_test_assert_finalize (self->consumer);
  /* The source it knows has a reference to it. */
  if (self->output != NULL)
    g_clear_pointer (&self->output->source, g_source_unref);
  ptp_test_wait_for_last (self->stream);
  g_byte_array_unref (self->in);
  ptp_test_log_unref (self->log);
  g_clear_error (&self->error);
  g_clear_error (&self->settle_error);
}

void
ptp_test_writing_unregister (PtpTestWriting *self)
{
  ptp_consumer_unregister_producer (PTP_CONSUMER (self->consumer),
                                    PTP_PUSH_PRODUCER (self->producer));
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
settled_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  PtpTestWriting *self = user_data;

  self->settlement
    = ptp_consumer_wait_settled_finish (PTP_CONSUMER (source_object), result, &self->settle_error);
  g_assert_true ((self->settlement == 0) == (self->settle_error != NULL));
  ptp_test_log_add (self->log, "settled");
  self->n_settled++;
}

/* One wait for all ends: a consumer settles once. */
static void
wait_settled (PtpTestWriting *self)
{
  if (!self->waiting)
    ptp_consumer_wait_settled_async (PTP_CONSUMER (self->consumer), NULL, settled_cb, self);
  self->waiting = TRUE;
}

void
ptp_test_writing_finish (PtpTestWriting *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (ptp_consumer_finish (PTP_CONSUMER (self->consumer), &error), ==,
                   PTP_END_RESULT_PENDING);
  g_assert_no_error (error);
  wait_settled (self);
}

static void
abort_with (PtpTestWriting *self, GQuark domain, int code)
{
  g_autoptr (GError) reason = g_error_new_literal (domain, code, "the test says so");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (ptp_consumer_abort (PTP_CONSUMER (self->consumer), reason, &error), ==,
                   PTP_END_RESULT_PENDING);
  g_assert_no_error (error);
  wait_settled (self);
}

void
ptp_test_writing_abort (PtpTestWriting *self)
{
  abort_with (self, PTP_ERROR, PTP_ERROR_STOPPED);
}

void
ptp_test_writing_cancel (PtpTestWriting *self)
{
  abort_with (self, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

void
ptp_test_writing_until_settled (PtpTestWriting *self)
{
  ptp_test_until_set (&self->n_settled);
  ptp_test_drain ();
  g_assert_cmpuint (self->n_settled, ==, 1);
}

void
ptp_test_writing_finish_wait (PtpTestWriting *self)
{
  ptp_test_writing_finish (self);
  ptp_test_writing_until_settled (self);
}

void
ptp_test_writing_assert_whole (PtpTestWriting *self)
{
  g_assert_no_error (self->settle_error);
  g_assert_cmpint (self->settlement, ==, PTP_SETTLEMENT_FINISHED);
}

void
ptp_test_writing_assert_undone (PtpTestWriting *self)
{
  g_assert_no_error (self->settle_error);
  g_assert_cmpint (self->settlement, ==, PTP_SETTLEMENT_ABORTED);
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
