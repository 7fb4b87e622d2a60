/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-stream-writer-fields-private.h"

#include "ptp-buffer-pool-private.h"
#include "ptp-output-fd-private.h"

#include <gio/gunixoutputstream.h>
#include <glib-unix.h>

/* At most one source is attached, whatever there is to wait for. */

/* A chunk of so many bytes that finds nothing before it goes out at once, while it is still in the
 * processor's cache. Smaller ones wait for company.
 */
#define MIN_AT_ONCE (64 * 1024)

static gboolean turn_cb (gpointer user_data);
static gboolean writable_cb (GObject *stream, gpointer user_data);
static gboolean fd_writable_cb (int fd, GIOCondition condition, gpointer user_data);
static gboolean hangup_cb (int fd, GIOCondition condition, gpointer user_data);

static PtpWait
what_to_wait_for (PtpStreamWriter *self)
{
  if (self->stopped || self->busy)
    return PTP_WAIT_NOTHING;
  if (self->early_error != NULL)
    return PTP_WAIT_TURN;
  if (self->queue.size == 0)
    return self->fd >= 0 ? PTP_WAIT_HANGUP : PTP_WAIT_NOTHING;
  if (self->blocked)
    return PTP_WAIT_WRITABLE;
  if (self->zeros > 0)
    return PTP_WAIT_RETRY;

  return PTP_WAIT_TURN;
}

/* A source that cannot recurse is taken out of what is polled and put back for each dispatch, which
 * wakes the loop twice. Recursion does no harm here: others are called last, and GIO's own code is
 * not called.
 */
static GSource *
create_plain_source (PtpStreamWriter *self)
{
  GSource *source = g_unix_fd_source_new (self->fd, G_IO_OUT);

  g_source_set_can_recurse (source, TRUE);
  return source;
}

static GSource *
create_source (PtpStreamWriter *self, PtpWait wait, GSourceFunc *callback)
{
  *callback = turn_cb;

  switch (wait)
    {
    case PTP_WAIT_TURN:
      return g_idle_source_new ();

    case PTP_WAIT_RETRY:
      return g_timeout_source_new (1u << (self->zeros - 1));

    case PTP_WAIT_WRITABLE:
      if (self->plain)
        {
          *callback = G_SOURCE_FUNC (fd_writable_cb);
          return create_plain_source (self);
        }
      *callback = G_SOURCE_FUNC (writable_cb);
      return g_pollable_output_stream_create_source (G_POLLABLE_OUTPUT_STREAM (self->stream), NULL);

    case PTP_WAIT_HANGUP:
      *callback = G_SOURCE_FUNC (hangup_cb);
      return g_unix_fd_source_new (self->fd, G_IO_ERR | G_IO_HUP);

    case PTP_WAIT_NOTHING:
    default:
      g_assert_not_reached ();
    }
}

/* Makes the source fit the state. One that still fits is kept, also from inside itself. */
void
ptp_stream_writer_arm (PtpStreamWriter *self)
{
  PtpWait wait = what_to_wait_for (self);
  GSourceFunc callback;

  if (wait == self->wait && (wait != PTP_WAIT_RETRY || self->waited_zeros == self->zeros))
    return;

  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  self->wait = wait;
  self->waited_zeros = self->zeros;

  if (wait == PTP_WAIT_NOTHING)
    return;

  self->source = create_source (self, wait, &callback);
  g_source_set_callback (self->source, callback, ptp_stream_writer_ref (self),
                         (GDestroyNotify) ptp_stream_writer_unref);
  g_source_set_static_name (self->source, "[PullToPush] stream writer");
  g_source_set_priority (self->source, G_PRIORITY_DEFAULT);
  g_source_attach (self->source, self->context);
}

static gboolean
take_turn (PtpStreamWriter *self)
{
  g_autoptr (GObject) owner = g_weak_ref_get (&self->owner);
  g_autoptr (GMainContextPusher) pusher = NULL;

  if (owner == NULL)
    return G_SOURCE_REMOVE;

  pusher = g_main_context_pusher_new (self->context);
  if (self->pollable)
    {
      ptp_stream_writer_write_polling (self, owner);
    }
  else
    {
      ptp_stream_writer_start_write (self);
      ptp_stream_writer_arm (self);
    }

  /* A source that is not wanted any more is destroyed by now. */
  return G_SOURCE_CONTINUE;
}

static gboolean
turn_cb (gpointer user_data)
{
  return take_turn (user_data);
}

static gboolean
writable_cb (GObject *stream, gpointer user_data)
{
  return take_turn (user_data);
}

static gboolean
fd_writable_cb (int fd, GIOCondition condition, gpointer user_data)
{
  return take_turn (user_data);
}

static gboolean
hangup_cb (int fd, GIOCondition condition, gpointer user_data)
{
  PtpStreamWriter *self = user_data;
  g_autoptr (GObject) owner = g_weak_ref_get (&self->owner);
  g_autoptr (GMainContextPusher) pusher = NULL;
  GError *error = NULL;

  if (owner == NULL)
    return G_SOURCE_REMOVE;

  pusher = g_main_context_pusher_new (self->context);
  /* Closed by somebody else, the number may be another file's by now: the next write will say. */
  if ((condition & G_IO_NVAL) == 0 && !g_output_stream_is_closed (self->stream))
    error = ptp_output_fd_explain_hangup (fd, condition);

  if (error != NULL)
    {
      ptp_stream_writer_fail (self, owner, error);
    }
  else
    {
      self->fd = -1;
      ptp_stream_writer_arm (self);
    }
  return G_SOURCE_CONTINUE;
}

PtpStreamWriter *
ptp_stream_writer_new (GOutputStream *stream,
                       GMainContext *context,
                       GObject *owner,
                       const PtpStreamWriterFuncs *funcs)
{
  PtpStreamWriter *self = g_atomic_rc_box_new0 (PtpStreamWriter);

  g_set_object (&self->stream, stream);
  self->context = g_main_context_ref (context);
  g_weak_ref_init (&self->owner, owner);
  self->funcs = funcs;
  ptp_buffer_pool_enter ();
  ptp_output_queue_init (&self->queue);
  self->pollable = G_IS_POLLABLE_OUTPUT_STREAM (stream)
                   && g_pollable_output_stream_can_poll (G_POLLABLE_OUTPUT_STREAM (stream));
  /* GLib 2.74 warns whenever a vectored write of one of these fails, since it takes the -1 of
   * writev() for a number of bytes.
   */
  self->fd = self->pollable ? ptp_output_fd_find (stream) : -1;
  self->plain = self->pollable && ptp_output_fd_find_plain (stream) >= 0;
  self->piecewise = G_IS_UNIX_OUTPUT_STREAM (stream) && !self->plain;

  ptp_stream_writer_arm (self);
  return self;
}

PtpStreamWriter *
ptp_stream_writer_ref (PtpStreamWriter *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
writer_clear (PtpStreamWriter *self)
{
  ptp_output_queue_clear (&self->queue);
  ptp_buffer_pool_leave ();
  g_weak_ref_clear (&self->owner);
  g_clear_error (&self->early_error);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->context, g_main_context_unref);
}

void
ptp_stream_writer_unref (PtpStreamWriter *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) writer_clear);
}

guint64
ptp_stream_writer_get_accepted (PtpStreamWriter *self)
{
  return self->bytes_accepted;
}

guint64
ptp_stream_writer_get_written (PtpStreamWriter *self)
{
  return self->bytes_written;
}

gsize
ptp_stream_writer_get_queued (PtpStreamWriter *self)
{
  return self->queue.size;
}

gsize
ptp_stream_writer_get_peak (PtpStreamWriter *self)
{
  return self->queue.peak;
}

gboolean
ptp_stream_writer_is_busy (PtpStreamWriter *self)
{
  return self->busy;
}

static gboolean
can_write_at_once (PtpStreamWriter *self, gsize size)
{
  return size >= MIN_AT_ONCE && self->queue.size == size && self->pollable && !self->stopped
         && !self->blocked && self->zeros == 0 && self->early_error == NULL;
}

gboolean
ptp_stream_writer_push (PtpStreamWriter *self, GBytes *bytes, gsize limit)
{
  guint64 written = self->bytes_written;
  g_autoptr (GObject) owner = NULL;

  if (!ptp_output_queue_push (&self->queue, bytes, limit))
    return FALSE;

  self->bytes_accepted += g_bytes_get_size (bytes);
  if (can_write_at_once (self, g_bytes_get_size (bytes)))
    ptp_stream_writer_write_at_once (self);
  ptp_stream_writer_arm (self);

  if (self->bytes_written != written)
    owner = g_weak_ref_get (&self->owner);
  if (owner != NULL)
    self->funcs->progress (owner);
  return TRUE;
}

void
ptp_stream_writer_stop (PtpStreamWriter *self)
{
  self->stopped = TRUE;
  ptp_output_queue_clear (&self->queue);
  ptp_stream_writer_arm (self);
}
