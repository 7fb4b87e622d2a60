/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-fault-input-stream.h"

#include <string.h>

#define SOURCE_KEY "ptp-fault-source"

typedef PtpFaultInputStream AsyncInputStream;
typedef PtpFaultInputStreamClass AsyncInputStreamClass;
typedef PtpFaultInputStream PollableInputStream;
typedef PtpFaultInputStreamClass PollableInputStreamClass;

static void pollable_iface_init (GPollableInputStreamInterface *iface);
static GType async_input_stream_get_type (void);
static GType pollable_input_stream_get_type (void);

G_DEFINE_TYPE (PtpFaultInputStream, ptp_fault_input_stream, G_TYPE_INPUT_STREAM)
G_DEFINE_TYPE (AsyncInputStream, async_input_stream, PTP_FAULT_TYPE_INPUT_STREAM)
G_DEFINE_TYPE_WITH_CODE (PollableInputStream,
                         pollable_input_stream,
                         PTP_FAULT_TYPE_INPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, pollable_iface_init))

static PtpFaultSource *
get_source (gpointer stream)
{
  return g_object_get_data (stream, SOURCE_KEY);
}

static gsize
shorten (PtpFaultSource *self, PtpFault fault, gsize size)
{
  if (size > 1 && self->ragged != NULL)
    size = (gsize) g_rand_int_range (self->ragged, 1, (gint32) size + 1);
  if (fault == PTP_FAULT_SHORT_ONE)
    return MIN (size, 1);
  if (fault == PTP_FAULT_SHORT_HALF)
    return MAX (size / 2, MIN (size, 1));

  return size;
}

/* Every byte is given once, or skipped. */
static gssize
give (PtpFaultSource *self, PtpFault fault, void *buffer, gsize count, GError **error)
{
  const guint8 *data = g_bytes_get_data (self->content, NULL);
  gsize size;

  if (fault == PTP_FAULT_FAIL || fault == PTP_FAULT_HUP)
    {
      ptp_fault_plan_fail (&self->plan, error);
      return -1;
    }

  g_mutex_lock (&self->plan.mutex);
  size = MIN (count, g_bytes_get_size (self->content) - self->given);
  size = fault == PTP_FAULT_END ? 0 : shorten (self, fault, size);
  if (buffer != NULL && size > 0)
    memcpy (buffer, data + self->given, size);
  self->given += size;
  self->ended |= size == 0;
  g_mutex_unlock (&self->plan.mutex);

  return (gssize) size;
}

static gssize
ptp_fault_input_stream_read (GInputStream *stream,
                             void *buffer,
                             gsize count,
                             GCancellable *cancellable,
                             GError **error)
{
  PtpFaultSource *self = get_source (stream);
  PtpFault fault = ptp_fault_plan_next (&self->plan, PTP_FAULT_CALL_READ);

  if (!ptp_fault_plan_wait (&self->plan, fault, cancellable, error))
    return -1;

  return give (self, fault, buffer, count, error);
}

static gssize
ptp_fault_input_stream_skip (GInputStream *stream,
                             gsize count,
                             GCancellable *cancellable,
                             GError **error)
{
  PtpFaultSource *self = get_source (stream);
  PtpFault fault = ptp_fault_plan_next (&self->plan, PTP_FAULT_CALL_SKIP);

  if (!ptp_fault_plan_wait (&self->plan, fault, cancellable, error))
    return -1;

  return give (self, fault, NULL, count, error);
}

static PtpFault
start_close (PtpFaultSource *self)
{
  PtpFault fault = ptp_fault_plan_next (&self->plan, PTP_FAULT_CALL_CLOSE);

  g_mutex_lock (&self->plan.mutex);
  self->n_closes++;
  g_mutex_unlock (&self->plan.mutex);
  g_main_context_wakeup (NULL);
  return fault;
}

static gboolean
ptp_fault_input_stream_close (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  PtpFaultSource *self = get_source (stream);
  PtpFault fault = start_close (self);

  if (!ptp_fault_plan_wait (&self->plan, fault, cancellable, error))
    return FALSE;

  return fault != PTP_FAULT_FAIL || ptp_fault_plan_fail (&self->plan, error);
}

static void
ptp_fault_input_stream_class_init (PtpFaultInputStreamClass *klass)
{
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  stream_class->read_fn = ptp_fault_input_stream_read;
  stream_class->skip = ptp_fault_input_stream_skip;
  stream_class->close_fn = ptp_fault_input_stream_close;
}

static void
ptp_fault_input_stream_init (PtpFaultInputStream *self)
{
}

/* Asynchronously by itself */

typedef struct
{
  void *buffer;
  gsize count;
} Read;

static void
finish_read (GTask *task, PtpFault fault, gboolean cancelled)
{
  PtpFaultSource *self = get_source (g_task_get_source_object (task));
  Read *read = g_task_get_task_data (task);
  GError *error = NULL;
  gssize n;

  if (cancelled && g_task_return_error_if_cancelled (task))
    return;

  n = give (self, fault, read->buffer, read->count, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_int (task, n);
}

static void
async_input_stream_read_async (GInputStream *stream,
                               void *buffer,
                               gsize count,
                               int io_priority,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  PtpFaultSource *self = get_source (stream);
  Read *read = g_new (Read, 1);

  *read = (Read){ buffer, count };
  ptp_fault_plan_start (&self->plan, ptp_fault_plan_next (&self->plan, PTP_FAULT_CALL_READ_ASYNC),
                        stream, cancellable, callback, user_data, read, finish_read);
}

static gssize
async_input_stream_read_finish (GInputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static void
finish_close (GTask *task, PtpFault fault, gboolean cancelled)
{
  PtpFaultSource *self = get_source (g_task_get_source_object (task));
  GError *error = NULL;

  if (cancelled && g_task_return_error_if_cancelled (task))
    return;

  if (fault != PTP_FAULT_FAIL || ptp_fault_plan_fail (&self->plan, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
async_input_stream_close_async (GInputStream *stream,
                                int io_priority,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  PtpFaultSource *self = get_source (stream);

  ptp_fault_plan_start (&self->plan, start_close (self), stream, cancellable, callback, user_data,
                        NULL, finish_close);
}

static gboolean
async_input_stream_close_finish (GInputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
async_input_stream_class_init (AsyncInputStreamClass *klass)
{
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  stream_class->read_async = async_input_stream_read_async;
  stream_class->read_finish = async_input_stream_read_finish;
  stream_class->close_async = async_input_stream_close_async;
  stream_class->close_finish = async_input_stream_close_finish;
}

static void
async_input_stream_init (AsyncInputStream *self)
{
}

/* Without blocking */

static gboolean
is_readable (GPollableInputStream *stream)
{
  return !ptp_fault_plan_is_stalled (&get_source (stream)->plan);
}

static GSource *
create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  return ptp_fault_plan_create_source (&get_source (stream)->plan, stream);
}

static gssize
read_nonblocking (GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  PtpFaultSource *self = get_source (stream);
  PtpFault fault = PTP_FAULT_STALL;

  if (!ptp_fault_plan_is_stalled (&self->plan))
    fault = ptp_fault_plan_next (&self->plan, PTP_FAULT_CALL_READ_NONBLOCKING);
  /* What hangs up is ready to be read, and what is read is an error. */
  if (fault == PTP_FAULT_HUP)
    fault = PTP_FAULT_BLOCK;
  if (ptp_fault_plan_block (&self->plan, fault))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "It would block");
      return -1;
    }

  return give (self, fault, buffer, count, error);
}

static void
pollable_iface_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = is_readable;
  iface->create_source = create_source;
  iface->read_nonblocking = read_nonblocking;
}

static void
pollable_input_stream_class_init (PollableInputStreamClass *klass)
{
}

static void
pollable_input_stream_init (PollableInputStream *self)
{
}

/* The source */

static void
source_clear (gpointer user_data)
{
  PtpFaultSource *self = user_data;

  ptp_fault_plan_clear (&self->plan);
  g_bytes_unref (self->content);
  g_clear_pointer (&self->ragged, g_rand_free);
}

PtpFaultSource *
ptp_fault_source_new (GBytes *content)
{
  PtpFaultSource *self = g_atomic_rc_box_new0 (PtpFaultSource);

  ptp_fault_plan_init (&self->plan);
  self->content = g_bytes_ref (content);
  return self;
}

PtpFaultSource *
ptp_fault_source_ref (PtpFaultSource *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
ptp_fault_source_unref (PtpFaultSource *self)
{
  g_atomic_rc_box_release_full (self, source_clear);
}

guint
ptp_fault_source_get_n_closes (PtpFaultSource *self)
{
  guint n;

  g_mutex_lock (&self->plan.mutex);
  n = self->n_closes;
  g_mutex_unlock (&self->plan.mutex);
  return n;
}

GInputStream *
ptp_fault_input_stream_new (PtpFaultInputWay way, PtpFaultSource *source)
{
  const GType types[] = {
    [PTP_FAULT_INPUT_ASYNC] = async_input_stream_get_type (),
    [PTP_FAULT_INPUT_THREAD] = PTP_FAULT_TYPE_INPUT_STREAM,
    [PTP_FAULT_INPUT_POLLABLE] = pollable_input_stream_get_type (),
  };
  GInputStream *stream = g_object_new (types[way], NULL);

  g_object_set_data_full (G_OBJECT (stream), SOURCE_KEY, ptp_fault_source_ref (source),
                          (GDestroyNotify) ptp_fault_source_unref);
  return stream;
}

PtpFaultCall
ptp_fault_input_way_get_call (PtpFaultInputWay way)
{
  const PtpFaultCall calls[] = {
    [PTP_FAULT_INPUT_ASYNC] = PTP_FAULT_CALL_READ_ASYNC,
    [PTP_FAULT_INPUT_THREAD] = PTP_FAULT_CALL_READ,
    [PTP_FAULT_INPUT_POLLABLE] = PTP_FAULT_CALL_READ_NONBLOCKING,
  };

  return calls[way];
}
