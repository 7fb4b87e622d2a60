/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-test-input-stream.h"

#include <string.h>

G_DEFINE_FINAL_TYPE (PtpTestInputStream, ptp_test_input_stream, G_TYPE_INPUT_STREAM)

static gssize
ptp_test_input_stream_read (GInputStream *stream,
                            void *buffer,
                            gsize count,
                            GCancellable *cancellable,
                            GError **error)
{
  g_error ("A blocking read");
  return -1;
}

static GTask *
take_task (PtpTestInputStream *self)
{
  GTask *task = g_steal_pointer (&self->task);

  g_assert_nonnull (task);
  g_signal_handler_disconnect (g_task_get_cancellable (task), self->cancelled_id);
  return task;
}

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  PtpTestInputStream *self = user_data;
  g_autoptr (GTask) task = NULL;

  self->n_cancelled++;
  if (!self->obeys_cancel)
    return;

  task = take_task (self);
  g_task_return_error_if_cancelled (task);
}

static void
answer_at_once (PtpTestInputStream *self,
                void *buffer,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, NULL, NULL);
  gboolean more = self->n_reads <= self->n_answers;

  if (self->n_reads == self->fail_at)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "The test's stream broke");
  else
    {
      if (more)
        memcpy (buffer, self->answer_at_once, strlen (self->answer_at_once));
      g_task_return_int (task, more ? (gssize) strlen (self->answer_at_once) : 0);
    }
  callback (G_OBJECT (self), G_ASYNC_RESULT (task), user_data);
}

static void
ptp_test_input_stream_read_async (GInputStream *stream,
                                  void *buffer,
                                  gsize count,
                                  int io_priority,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  PtpTestInputStream *self = PTP_TEST_INPUT_STREAM (stream);

  g_assert_null (self->task);
  self->n_reads++;
  self->asked = count;
  if (self->answer_at_once != NULL || self->n_reads == self->fail_at)
    {
      answer_at_once (self, buffer, callback, user_data);
      return;
    }

  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_check_cancellable (self->task, FALSE);
  self->buffer = buffer;
  self->cancelled_id = g_signal_connect (cancellable, "cancelled", G_CALLBACK (cancelled_cb), self);
}

static gssize
ptp_test_input_stream_read_finish (GInputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static gboolean
ptp_test_input_stream_close (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  PtpTestInputStream *self = PTP_TEST_INPUT_STREAM (stream);

  g_atomic_int_inc (&self->n_closes);
  self->closed_too_soon |= self->task != NULL;
  return TRUE;
}

static void
ptp_test_input_stream_class_init (PtpTestInputStreamClass *klass)
{
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  stream_class->read_fn = ptp_test_input_stream_read;
  stream_class->read_async = ptp_test_input_stream_read_async;
  stream_class->read_finish = ptp_test_input_stream_read_finish;
  stream_class->close_fn = ptp_test_input_stream_close;
}

static void
ptp_test_input_stream_init (PtpTestInputStream *self)
{
}

PtpTestInputStream *
ptp_test_input_stream_new (void)
{
  return g_object_new (PTP_TEST_TYPE_INPUT_STREAM, NULL);
}

void
ptp_test_input_stream_answer (PtpTestInputStream *self, const char *text)
{
  g_autoptr (GTask) task = take_task (self);
  gsize length = strlen (text);

  g_assert_cmpuint (length, <=, self->asked);
  memcpy (self->buffer, text, length);
  g_task_return_int (task, (gssize) length);
}

void
ptp_test_input_stream_answer_bytes (PtpTestInputStream *self, gsize n_bytes)
{
  g_autofree char *text = g_strnfill (n_bytes, 'x');

  ptp_test_input_stream_answer (self, text);
}
