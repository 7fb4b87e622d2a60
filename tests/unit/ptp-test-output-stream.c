/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-test-output-stream.h"

static void pollable_iface_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpTestOutputStream,
                               ptp_test_output_stream,
                               G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      pollable_iface_init))

static void
keep (PtpTestOutputStream *self, const GOutputVector *vectors, gsize n_vectors, gsize size)
{
  for (gsize i = 0; i < n_vectors && size > 0; i++)
    {
      gsize n = MIN (size, vectors[i].size);

      g_byte_array_append (self->bytes, vectors[i].buffer, (guint) n);
      size -= n;
    }
}

/* Does one write. Returns: how many bytes it took, also if it failed after them */
static gsize
do_write (PtpTestOutputStream *self,
          const GOutputVector *vectors,
          gsize n_vectors,
          gboolean *failed,
          GError **error)
{
  gsize size = 0;

  for (gsize i = 0; i < n_vectors; i++)
    size += vectors[i].size;

  self->n_writes++;
  self->n_vectors = (guint) n_vectors;
  *failed = self->n_writes == self->fail_at;
  if (self->take > 0)
    size = MIN (size, self->take);
  if (self->zero_every > 0 && self->n_writes % self->zero_every == 0)
    size = 0;
  if (self->way == PTP_TEST_OUTPUT_POLLABLE)
    size = MIN (size, self->room);
  if (*failed)
    {
      size = MIN (size, self->fail_after);
      if (!self->fail_mute)
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "the double is full");
    }
  else if (self->error_beside)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "the double says so");
    }

  keep (self, vectors, n_vectors, size);
  self->room -= MIN (size, self->room);
  if (self->on_write != NULL)
    self->on_write (self, self->hook_data);
  return *failed && self->fail_nonsense ? G_MAXSIZE : size + self->more;
}

static void
end_write (PtpTestOutputStream *self, GTask *task, const GOutputVector *vectors, gsize n_vectors)
{
  GError *error = NULL;
  gboolean failed;
  gsize size = do_write (self, vectors, n_vectors, &failed, &error);

  g_task_set_task_data (task, GSIZE_TO_POINTER (size), NULL);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, !failed);
}

static void
ptp_test_output_stream_writev_async (GOutputStream *stream,
                                     const GOutputVector *vectors,
                                     gsize n_vectors,
                                     int io_priority,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  PtpTestOutputStream *self = PTP_TEST_OUTPUT_STREAM (stream);
  gboolean at_once = self->way == PTP_TEST_OUTPUT_AT_ONCE;
  g_autoptr (GTask) task = NULL;

  g_assert_null (cancellable);
  g_assert_null (self->held);
  task = g_task_new (self, NULL, at_once ? NULL : callback, user_data);
  if (self->way == PTP_TEST_OUTPUT_HELD)
    {
      self->held = g_object_ref (task);
      self->vectors = vectors;
      self->n_held = n_vectors;
      return;
    }

  end_write (self, task, vectors, n_vectors);
  if (!at_once)
    return;

  self->depth++;
  self->max_depth = MAX (self->depth, self->max_depth);
  callback (G_OBJECT (self), G_ASYNC_RESULT (task), user_data);
  self->depth--;
}

static gboolean
ptp_test_output_stream_writev_finish (GOutputStream *stream,
                                      GAsyncResult *result,
                                      gsize *bytes_written,
                                      GError **error)
{
  PTP_TEST_OUTPUT_STREAM (stream)->n_finishes++;
  if (bytes_written != NULL)
    *bytes_written = GPOINTER_TO_SIZE (g_task_get_task_data (G_TASK (result)));
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gssize
ptp_test_output_stream_write (GOutputStream *stream,
                              const void *buffer,
                              gsize count,
                              GCancellable *cancellable,
                              GError **error)
{
  g_error ("A blocking write");
  return -1;
}

/* In a thread. */
static void
hold_on (PtpTestOutputStream *self, PtpTestHook *hook)
{
  PtpTestHook func = g_steal_pointer (hook);

  if (func == NULL)
    return;

  func (self, self->hook_data);
  g_mutex_lock (&self->lock);
  while (!self->going_on)
    g_cond_wait (&self->cond, &self->lock);
  self->going_on = FALSE;
  g_mutex_unlock (&self->lock);
}

void
ptp_test_output_stream_go_on (PtpTestOutputStream *self)
{
  g_mutex_lock (&self->lock);
  self->going_on = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

static gboolean
ptp_test_output_stream_flush (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  PtpTestOutputStream *self = PTP_TEST_OUTPUT_STREAM (stream);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  g_atomic_int_inc (&self->n_flushes);
  hold_on (self, &self->on_flush);
  if (self->fail_flush)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no flush");
  return !self->fail_flush;
}

static gboolean
ptp_test_output_stream_close (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  PtpTestOutputStream *self = PTP_TEST_OUTPUT_STREAM (stream);

  g_assert_null (self->held);
  g_atomic_int_inc (&self->n_closes);
  if (g_cancellable_is_cancelled (cancellable))
    g_atomic_int_inc (&self->n_cancelled_closes);
  hold_on (self, &self->on_close);
  if (self->fail_close)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no close");
  return !self->fail_close;
}

static gboolean
can_poll (GPollableOutputStream *stream)
{
  return PTP_TEST_OUTPUT_STREAM (stream)->way == PTP_TEST_OUTPUT_POLLABLE;
}

static gboolean
is_writable (GPollableOutputStream *stream)
{
  return PTP_TEST_OUTPUT_STREAM (stream)->room > 0;
}

static GSource *
create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  PtpTestOutputStream *self = PTP_TEST_OUTPUT_STREAM (stream);

  if (self->on_create_source != NULL)
    self->on_create_source (self, self->hook_data);
  if (self->no_source)
    return NULL;

  g_clear_pointer (&self->source, g_source_unref);
  self->source = g_pollable_source_new (G_OBJECT (stream));
  return g_source_ref (self->source);
}

static GPollableReturn
writev_nonblocking (GPollableOutputStream *stream,
                    const GOutputVector *vectors,
                    gsize n_vectors,
                    gsize *bytes_written,
                    GError **error)
{
  PtpTestOutputStream *self = PTP_TEST_OUTPUT_STREAM (stream);
  gboolean failed;

  if (self->room == 0)
    {
      if (self->source != NULL)
        g_source_set_ready_time (self->source, -1);
      return G_POLLABLE_RETURN_WOULD_BLOCK;
    }

  *bytes_written = do_write (self, vectors, n_vectors, &failed, error);
  return failed ? G_POLLABLE_RETURN_FAILED : G_POLLABLE_RETURN_OK;
}

static void
pollable_iface_init (GPollableOutputStreamInterface *iface)
{
  iface->can_poll = can_poll;
  iface->is_writable = is_writable;
  iface->create_source = create_source;
  iface->writev_nonblocking = writev_nonblocking;
}

static void
ptp_test_output_stream_finalize (GObject *object)
{
  PtpTestOutputStream *self = PTP_TEST_OUTPUT_STREAM (object);

  g_assert_null (self->held);
  g_clear_pointer (&self->source, g_source_unref);
  g_byte_array_unref (self->bytes);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);

  G_OBJECT_CLASS (ptp_test_output_stream_parent_class)->finalize (object);
}

static void
ptp_test_output_stream_class_init (PtpTestOutputStreamClass *klass)
{
  GOutputStreamClass *stream_class = G_OUTPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = ptp_test_output_stream_finalize;
  stream_class->write_fn = ptp_test_output_stream_write;
  stream_class->writev_async = ptp_test_output_stream_writev_async;
  stream_class->writev_finish = ptp_test_output_stream_writev_finish;
  stream_class->flush = ptp_test_output_stream_flush;
  stream_class->close_fn = ptp_test_output_stream_close;
}

static void
ptp_test_output_stream_init (PtpTestOutputStream *self)
{
  self->bytes = g_byte_array_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->room = G_MAXSIZE;
}

PtpTestOutputStream *
ptp_test_output_stream_new (PtpTestOutputWay way)
{
  PtpTestOutputStream *self = g_object_new (PTP_TEST_TYPE_OUTPUT_STREAM, NULL);

  self->way = way;
  return self;
}

void
ptp_test_output_stream_release (PtpTestOutputStream *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->held);

  g_assert_nonnull (task);
  end_write (self, task, self->vectors, self->n_held);
}

void
ptp_test_output_stream_add_room (PtpTestOutputStream *self, gsize room)
{
  self->room += room;
  if (self->source != NULL)
    g_source_set_ready_time (self->source, 0);
}

gboolean
ptp_test_output_stream_is_polled (PtpTestOutputStream *self)
{
  return self->source != NULL && !g_source_is_destroyed (self->source);
}
