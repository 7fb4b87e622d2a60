/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-fault-output-stream.h"

#include <fcntl.h>
#include <gio/gfiledescriptorbased.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <glib/gstdio.h>

#define SINK_KEY "ptp-fault-sink"

typedef PtpFaultOutputStream VectoredOutputStream;
typedef PtpFaultOutputStreamClass VectoredOutputStreamClass;
typedef PtpFaultOutputStream AsyncOutputStream;
typedef PtpFaultOutputStreamClass AsyncOutputStreamClass;
typedef PtpFaultOutputStream PollableOutputStream;
typedef PtpFaultOutputStreamClass PollableOutputStreamClass;
typedef PtpFaultOutputStream GatheringOutputStream;
typedef PtpFaultOutputStreamClass GatheringOutputStreamClass;
typedef PtpFaultOutputStream FdOutputStream;
typedef PtpFaultOutputStreamClass FdOutputStreamClass;
typedef GUnixOutputStream UnixOutputStream;
typedef GUnixOutputStreamClass UnixOutputStreamClass;

static void pollable_iface_init (GPollableOutputStreamInterface *iface);
static void gathering_iface_init (GPollableOutputStreamInterface *iface);
static void fd_iface_init (GFileDescriptorBasedIface *iface);
static GType vectored_output_stream_get_type (void);
static GType async_output_stream_get_type (void);
static GType pollable_output_stream_get_type (void);
static GType gathering_output_stream_get_type (void);
static GType fd_output_stream_get_type (void);
static GType unix_output_stream_get_type (void);

G_DEFINE_TYPE (PtpFaultOutputStream, ptp_fault_output_stream, G_TYPE_OUTPUT_STREAM)
G_DEFINE_TYPE (VectoredOutputStream, vectored_output_stream, PTP_FAULT_TYPE_OUTPUT_STREAM)
G_DEFINE_TYPE (AsyncOutputStream, async_output_stream, PTP_FAULT_TYPE_OUTPUT_STREAM)
G_DEFINE_TYPE_WITH_CODE (PollableOutputStream,
                         pollable_output_stream,
                         PTP_FAULT_TYPE_OUTPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, pollable_iface_init))
G_DEFINE_TYPE_WITH_CODE (GatheringOutputStream,
                         gathering_output_stream,
                         PTP_FAULT_TYPE_OUTPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                gathering_iface_init))
G_DEFINE_TYPE_WITH_CODE (FdOutputStream,
                         fd_output_stream,
                         PTP_FAULT_TYPE_OUTPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, gathering_iface_init)
                           G_IMPLEMENT_INTERFACE (G_TYPE_FILE_DESCRIPTOR_BASED, fd_iface_init))
G_DEFINE_TYPE (UnixOutputStream, unix_output_stream, G_TYPE_UNIX_OUTPUT_STREAM)

static PtpFaultSink *
get_sink (gpointer stream)
{
  return g_object_get_data (stream, SINK_KEY);
}

/* In a thread */

static gssize
ptp_fault_output_stream_write (GOutputStream *stream,
                               const void *buffer,
                               gsize count,
                               GCancellable *cancellable,
                               GError **error)
{
  PtpFaultSink *self = get_sink (stream);
  GOutputVector vector = { buffer, count };
  PtpFault fault = ptp_fault_plan_next (&self->plan, PTP_FAULT_CALL_WRITE);
  gsize written;

  if (!ptp_fault_plan_wait (&self->plan, fault, cancellable, error)
      || !ptp_fault_sink_take (self, fault, &vector, 1, &written, error))
    return -1;

  return (gssize) written;
}

static gboolean
vectored_output_stream_writev (GOutputStream *stream,
                               const GOutputVector *vectors,
                               gsize n_vectors,
                               gsize *bytes_written,
                               GCancellable *cancellable,
                               GError **error)
{
  PtpFaultSink *self = get_sink (stream);
  PtpFault fault = ptp_fault_plan_next (&self->plan, PTP_FAULT_CALL_WRITEV);

  return ptp_fault_plan_wait (&self->plan, fault, cancellable, error)
         && ptp_fault_sink_take (self, fault, vectors, n_vectors, bytes_written, error);
}

static gboolean
ptp_fault_output_stream_flush (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  PtpFaultSink *self = get_sink (stream);
  PtpFault fault = ptp_fault_plan_next (&self->plan, PTP_FAULT_CALL_FLUSH);

  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !ptp_fault_plan_wait (&self->plan, fault, cancellable, error))
    return FALSE;
  if (fault == PTP_FAULT_FAIL)
    return ptp_fault_plan_fail (&self->plan, error);

  g_mutex_lock (&self->plan.mutex);
  self->n_flushes++;
  g_mutex_unlock (&self->plan.mutex);
  return TRUE;
}

static PtpFault
start_close (PtpFaultSink *self, GCancellable *cancellable)
{
  PtpFault fault = ptp_fault_plan_next (&self->plan, PTP_FAULT_CALL_CLOSE);

  g_mutex_lock (&self->plan.mutex);
  self->n_closes++;
  self->n_worthless_closes += g_cancellable_is_cancelled (cancellable) ? 1 : 0;
  g_mutex_unlock (&self->plan.mutex);
  return fault;
}

/* Like a stream of g_file_replace(): only a close that is not cancelled puts the file into place.
 */
static gboolean
end_close (PtpFaultSink *self, PtpFault fault, GCancellable *cancellable, GError **error)
{
  if (fault == PTP_FAULT_FAIL)
    return ptp_fault_plan_fail (&self->plan, error);

  g_mutex_lock (&self->plan.mutex);
  self->n_whole_closes += g_cancellable_is_cancelled (cancellable) ? 0 : 1;
  g_mutex_unlock (&self->plan.mutex);
  return TRUE;
}

static gboolean
ptp_fault_output_stream_close (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  PtpFaultSink *self = get_sink (stream);
  PtpFault fault = start_close (self, cancellable);

  return ptp_fault_plan_wait (&self->plan, fault, cancellable, error)
         && end_close (self, fault, cancellable, error);
}

static void
ptp_fault_output_stream_class_init (PtpFaultOutputStreamClass *klass)
{
  GOutputStreamClass *stream_class = G_OUTPUT_STREAM_CLASS (klass);

  stream_class->write_fn = ptp_fault_output_stream_write;
  stream_class->flush = ptp_fault_output_stream_flush;
  stream_class->close_fn = ptp_fault_output_stream_close;
}

static void
ptp_fault_output_stream_init (PtpFaultOutputStream *self)
{
}

static void
vectored_output_stream_class_init (VectoredOutputStreamClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->writev_fn = vectored_output_stream_writev;
}

static void
vectored_output_stream_init (VectoredOutputStream *self)
{
}

/* Asynchronously by itself */

typedef struct
{
  const GOutputVector *vectors; /* (unowned): the caller keeps them until the end */
  gsize n_vectors;
  GOutputVector only;
  gsize written;
} Write;

static void
finish_write (GTask *task, PtpFault fault, gboolean cancelled)
{
  PtpFaultSink *self = get_sink (g_task_get_source_object (task));
  Write *write = g_task_get_task_data (task);
  GError *error = NULL;

  if (ptp_fault_sink_take (self, fault, write->vectors, write->n_vectors, &write->written, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
async_output_stream_writev_async (GOutputStream *stream,
                                  const GOutputVector *vectors,
                                  gsize n_vectors,
                                  int io_priority,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  PtpFaultSink *self = get_sink (stream);
  Write *write = g_new0 (Write, 1);

  write->vectors = vectors;
  write->n_vectors = n_vectors;
  ptp_fault_plan_start (&self->plan, ptp_fault_plan_next (&self->plan, PTP_FAULT_CALL_WRITEV_ASYNC),
                        stream, cancellable, callback, user_data, write, finish_write);
}

static gboolean
async_output_stream_writev_finish (GOutputStream *stream,
                                   GAsyncResult *result,
                                   gsize *bytes_written,
                                   GError **error)
{
  const Write *write = g_task_get_task_data (G_TASK (result));

  *bytes_written = write->written;
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
unix_output_stream_write_async (GOutputStream *stream,
                                const void *buffer,
                                gsize count,
                                int io_priority,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  PtpFaultSink *self = get_sink (stream);
  Write *write = g_new0 (Write, 1);

  write->only = (GOutputVector){ buffer, count };
  write->vectors = &write->only;
  write->n_vectors = 1;
  ptp_fault_plan_start (&self->plan, ptp_fault_plan_next (&self->plan, PTP_FAULT_CALL_WRITE_ASYNC),
                        stream, cancellable, callback, user_data, write, finish_write);
}

static gssize
unix_output_stream_write_finish (GOutputStream *stream, GAsyncResult *result, GError **error)
{
  const Write *write = g_task_get_task_data (G_TASK (result));

  return g_task_propagate_boolean (G_TASK (result), error) ? (gssize) write->written : -1;
}

static void
finish_close (GTask *task, PtpFault fault, gboolean cancelled)
{
  PtpFaultSink *self = get_sink (g_task_get_source_object (task));
  GError *error = NULL;

  if (cancelled && g_task_return_error_if_cancelled (task))
    return;

  if (end_close (self, fault, g_task_get_cancellable (task), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
async_output_stream_close_async (GOutputStream *stream,
                                 int io_priority,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  PtpFaultSink *self = get_sink (stream);

  ptp_fault_plan_start (&self->plan, start_close (self, cancellable), stream, cancellable, callback,
                        user_data, NULL, finish_close);
}

static gboolean
async_output_stream_close_finish (GOutputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
async_output_stream_class_init (AsyncOutputStreamClass *klass)
{
  GOutputStreamClass *stream_class = G_OUTPUT_STREAM_CLASS (klass);

  stream_class->writev_async = async_output_stream_writev_async;
  stream_class->writev_finish = async_output_stream_writev_finish;
  stream_class->close_async = async_output_stream_close_async;
  stream_class->close_finish = async_output_stream_close_finish;
}

static void
async_output_stream_init (AsyncOutputStream *self)
{
}

static void
unix_output_stream_class_init (UnixOutputStreamClass *klass)
{
  GOutputStreamClass *stream_class = G_OUTPUT_STREAM_CLASS (klass);

  stream_class->write_async = unix_output_stream_write_async;
  stream_class->write_finish = unix_output_stream_write_finish;
  stream_class->flush = ptp_fault_output_stream_flush;
  stream_class->close_fn = ptp_fault_output_stream_close;
  stream_class->close_async = async_output_stream_close_async;
  stream_class->close_finish = async_output_stream_close_finish;
}

static void
unix_output_stream_init (UnixOutputStream *self)
{
}

/* Without blocking */

static gboolean
is_writable (GPollableOutputStream *stream)
{
  return !ptp_fault_plan_is_stalled (&get_sink (stream)->plan);
}

static GSource *
create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  return ptp_fault_plan_create_source (&get_sink (stream)->plan, stream);
}

/* Returns: whether the call would block */
static gboolean
block (PtpFaultSink *self, PtpFaultCall call, PtpFault *fault)
{
  *fault = PTP_FAULT_STALL;
  if (!ptp_fault_plan_is_stalled (&self->plan))
    *fault = ptp_fault_plan_next (&self->plan, call);

  return ptp_fault_plan_block (&self->plan, *fault);
}

static gssize
write_nonblocking (GPollableOutputStream *stream, const void *buffer, gsize count, GError **error)
{
  PtpFaultSink *self = get_sink (stream);
  GOutputVector vector = { buffer, count };
  PtpFault fault;
  gsize written;

  if (block (self, PTP_FAULT_CALL_WRITE_NONBLOCKING, &fault))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "It would block");
      return -1;
    }

  return ptp_fault_sink_take (self, fault, &vector, 1, &written, error) ? (gssize) written : -1;
}

static GPollableReturn
writev_nonblocking (GPollableOutputStream *stream,
                    const GOutputVector *vectors,
                    gsize n_vectors,
                    gsize *bytes_written,
                    GError **error)
{
  PtpFaultSink *self = get_sink (stream);
  PtpFault fault;

  if (block (self, PTP_FAULT_CALL_WRITEV_NONBLOCKING, &fault))
    return G_POLLABLE_RETURN_WOULD_BLOCK;

  return ptp_fault_sink_take (self, fault, vectors, n_vectors, bytes_written, error)
           ? G_POLLABLE_RETURN_OK
           : G_POLLABLE_RETURN_FAILED;
}

static void
pollable_iface_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = is_writable;
  iface->create_source = create_source;
  iface->write_nonblocking = write_nonblocking;
}

static void
gathering_iface_init (GPollableOutputStreamInterface *iface)
{
  pollable_iface_init (iface);
  iface->writev_nonblocking = writev_nonblocking;
}

static int
get_fd (GFileDescriptorBased *stream)
{
  return get_sink (stream)->fd;
}

static void
fd_iface_init (GFileDescriptorBasedIface *iface)
{
  iface->get_fd = get_fd;
}

static void
pollable_output_stream_class_init (PollableOutputStreamClass *klass)
{
}

static void
pollable_output_stream_init (PollableOutputStream *self)
{
}

static void
gathering_output_stream_class_init (GatheringOutputStreamClass *klass)
{
}

static void
gathering_output_stream_init (GatheringOutputStream *self)
{
}

static void
fd_output_stream_class_init (FdOutputStreamClass *klass)
{
}

static void
fd_output_stream_init (FdOutputStream *self)
{
}

/* All of them */

static GOutputStream *
new_stream (PtpFaultOutputWay way, PtpFaultSink *sink)
{
  const GType types[] = {
    [PTP_FAULT_OUTPUT_ASYNC] = async_output_stream_get_type (),
    [PTP_FAULT_OUTPUT_UNIX] = unix_output_stream_get_type (),
    [PTP_FAULT_OUTPUT_THREAD] = PTP_FAULT_TYPE_OUTPUT_STREAM,
    [PTP_FAULT_OUTPUT_THREAD_VECTORED] = vectored_output_stream_get_type (),
    [PTP_FAULT_OUTPUT_POLLABLE] = pollable_output_stream_get_type (),
    [PTP_FAULT_OUTPUT_POLLABLE_VECTORED] = gathering_output_stream_get_type (),
    [PTP_FAULT_OUTPUT_POLLABLE_FD] = fd_output_stream_get_type (),
  };
  int fds[2];

  if (way == PTP_FAULT_OUTPUT_UNIX)
    {
      sink->fd = g_open ("/dev/null", O_WRONLY | O_CLOEXEC, 0);
      return g_object_new (types[way], "fd", sink->fd, "close-fd", FALSE, NULL);
    }
  if (way == PTP_FAULT_OUTPUT_POLLABLE_FD)
    {
      g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
      g_assert_true (g_unix_set_fd_nonblocking (fds[1], TRUE, NULL));
      sink->peer_fd = fds[0];
      sink->fd = fds[1];
    }

  return g_object_new (types[way], NULL);
}

GOutputStream *
ptp_fault_output_stream_new (PtpFaultOutputWay way, PtpFaultSink *sink)
{
  GOutputStream *stream = new_stream (way, sink);

  g_object_set_data_full (G_OBJECT (stream), SINK_KEY, ptp_fault_sink_ref (sink),
                          (GDestroyNotify) ptp_fault_sink_unref);
  return stream;
}

PtpFaultCall
ptp_fault_output_way_get_call (PtpFaultOutputWay way)
{
  const PtpFaultCall calls[] = {
    [PTP_FAULT_OUTPUT_ASYNC] = PTP_FAULT_CALL_WRITEV_ASYNC,
    [PTP_FAULT_OUTPUT_UNIX] = PTP_FAULT_CALL_WRITE_ASYNC,
    [PTP_FAULT_OUTPUT_THREAD] = PTP_FAULT_CALL_WRITE,
    [PTP_FAULT_OUTPUT_THREAD_VECTORED] = PTP_FAULT_CALL_WRITEV,
    [PTP_FAULT_OUTPUT_POLLABLE] = PTP_FAULT_CALL_WRITE_NONBLOCKING,
    [PTP_FAULT_OUTPUT_POLLABLE_VECTORED] = PTP_FAULT_CALL_WRITEV_NONBLOCKING,
    [PTP_FAULT_OUTPUT_POLLABLE_FD] = PTP_FAULT_CALL_WRITEV_NONBLOCKING,
  };

  return calls[way];
}
