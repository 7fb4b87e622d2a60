/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-output-stream-consumer-private.h"

#include "../contract/ptp-error.h"
#include "ptp-output-end-private.h"

/* Bytes. */
#define LOW_MARK  (256 * 1024)
#define HIGH_MARK (1024 * 1024)
#define LIMIT     (64 * 1024 * 1024)

/**
 * PtpOutputStreamConsumer:
 *
 * Writes chunks to any [class@Gio.OutputStream], and never blocks.
 *
 * Chunks go into a queue, and from there to the stream in later turns of the
 * main loop, many small ones together (rule B7). When the queue is as long as
 * the high mark the producer is paused; when it is down to the low mark it is
 * resumed. A chunk that comes while the producer is not paused is always taken,
 * whatever its size (rule B1). What a producer writes on while it is paused is
 * refused with %PTP_ERROR_OVERFLOW once the queue would be longer than the limit
 * (rule B2).
 *
 * ## The end
 *
 * When it is told to finish, the consumer writes what is queued, flushes and
 * closes the stream, and settles as finished when that is done. Then, and only
 * then, all bytes have reached the stream. A stream that is a socket's tells the
 * peer the end of the data, while the other direction goes on; a TLS stream sends
 * its close_notify (rule B8). From the start of the close on there is no way
 * back: an abort that comes then waits for it.
 *
 * When it is told to abort, or is dropped without having been told anything, it
 * closes the stream so that GIO commits nothing: a file that
 * [method@Gio.File.replace] would replace by renaming stays as it was, and the
 * stream below a converter gets no trailer. GIO cannot take back everything: a
 * new file, an append and a file with a second name are left with what was
 * written. To replace a file use [class@PullToPush.FileConsumer]. A pipe, a
 * terminal and a socket cannot take back anything: what is queued is written
 * first, unless the stream was cancelled (rule B5). A TCP socket is set to reset
 * the connection when it is closed; a pipe and a Unix socket have no sign for
 * data that are not whole. A socket whose descriptor a
 * `GUnixOutputStream` does not close belongs to somebody else, and is
 * neither shut down nor reset.
 *
 * With [property@PullToPush.OutputStreamConsumer:keep-open] the stream is flushed
 * at the end, and left alone otherwise.
 *
 * ## Failure
 *
 * When a write fails, or the reader hangs up (rule B6), the queue is dropped, the
 * producer is stopped with the error as its reason, which is then the error of
 * the stream (rule E11), [signal@PullToPush.OutputStreamConsumer::failed] is
 * emitted, and writing fails with the same error from then on.
 * [property@PullToPush.OutputStreamConsumer:bytes-written] is exact at any time,
 * also then (rule E9).
 *
 * A reader that hangs up is noticed at once on pipes and sockets, even with
 * nothing to write. Over TCP an orderly shutdown by the peer is no hang-up: such
 * a peer may still be reading, and the next write will tell.
 *
 * Writing to a pipe or socket without a reader is an error, never a signal that
 * ends the process (rule B10). For that, the first consumer of a process ignores
 * `SIGPIPE` from then on, as [class@Gio.Socket] does, unless the program has set
 * a handler for it.
 *
 * ## Contexts
 *
 * Everything happens on the thread-default context of the construction, and all
 * functions are to be called there. The last reference may be dropped anywhere
 * (rule T4). Nobody else may write to the stream until the consumer has settled.
 *
 * A stream that can poll ([iface@Gio.PollableOutputStream]) is written directly.
 * If its descriptor is in blocking mode, as standard output usually is, that
 * never blocks either: the pipe or terminal is opened a second time, without
 * blocking, while something is queued, and what cannot be opened is written in
 * a thread. Any other stream is written with one asynchronous operation at a
 * time, which is never cancelled, so that what it has written is known.
 *
 * Since: 1.0
 */

enum
{
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

typedef enum
{
  PROP_STREAM = 1,
  PROP_LOW_MARK,
  PROP_HIGH_MARK,
  PROP_LIMIT,
  PROP_KEEP_OPEN,
  PROP_BYTES_WRITTEN,
  PROP_BYTES_QUEUED,
  PROP_PEAK_QUEUED,
  PROP_ERROR,
  PROP_CLOSED,
} PtpOutputStreamConsumerProperty;

static GParamSpec *properties[PROP_CLOSED + 1];

static gboolean
is_kept_open (PtpOutputStreamConsumer *self)
{
  return self->keep_open && !self->owned;
}

static void
notify (PtpOutputStreamConsumer *self, PtpOutputStreamConsumerProperty property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
notify_numbers (PtpOutputStreamConsumer *self)
{
  gsize peak = ptp_stream_writer_get_peak (self->writer);

  g_object_freeze_notify (G_OBJECT (self));
  notify (self, PROP_BYTES_WRITTEN);
  notify (self, PROP_BYTES_QUEUED);
  if (self->told_peak != peak)
    {
      self->told_peak = peak;
      notify (self, PROP_PEAK_QUEUED);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

/* What notifies and what tells the producer may run anybody's code, so that either comes last, or
 * state is looked at again after it.
 */
static gboolean
check_marks (gsize low, gsize high, gsize limit, GError **error)
{
  if (low < high && high <= limit)
    return TRUE;

  g_set_error (error, PTP_ERROR, PTP_ERROR_INVALID,
               "The marks of an output stream consumer are out of order: low %" G_GSIZE_FORMAT
               ", high %" G_GSIZE_FORMAT ", limit %" G_GSIZE_FORMAT
               "; low must be below high, and high at most the limit",
               low, high, limit);
  return FALSE;
}

static void
update_pace (PtpOutputStreamConsumer *self)
{
  gsize queued = ptp_stream_writer_get_queued (self->writer);
  gboolean pause = !self->full && queued >= self->high_mark;
  gboolean resume = self->full && queued <= self->low_mark;
  g_autoptr (PtpPushProducer) producer = NULL;

  if (!pause && !resume)
    return;

  self->full = (guint) pause;
  /* One that has said its end, or was stopped, has nothing to pause. */
  if (self->producer == NULL || self->closed || self->error != NULL)
    return;

  /* It may be unregistered from inside. */
  producer = g_object_ref (self->producer);
  if (pause)
    ptp_push_producer_pause_producing (producer);
  else
    ptp_push_producer_resume_producing (producer);
}

/* The producer is told why, and ends the stream: it calls abort. One that has said its end hears of
 * the settlement.
 */
static void
take_failure (PtpOutputStreamConsumer *self, GError *error)
{
  g_autoptr (PtpPushProducer) producer = NULL;

  self->error = error;
  ptp_stream_writer_stop (self->writer);

  notify_numbers (self);
  notify (self, PROP_ERROR);
  if (self->producer != NULL && !self->closed)
    producer = g_object_ref (self->producer);
  if (producer != NULL)
    ptp_push_producer_stop_producing (producer, error);
  g_signal_emit (self, signals[FAILED], 0, error);
}

/* The end. Closed is what was asked for; ending is the stream below being flushed and closed. What
 * stands between the two is what is left to write, or a write that cannot be taken back.
 */

static void
settle (PtpOutputStreamConsumer *self)
{
  g_autoptr (PtpOutputStreamConsumer) alive = g_steal_pointer (&self->alive);

  self->ended = TRUE;
  if (self->ended_func != NULL)
    self->ended_func (self, self->whole);

  if (self->whole)
    ptp_consumer_emit_settled (PTP_CONSUMER (self), PTP_SETTLEMENT_FINISHED);
  else if (self->aborted)
    ptp_consumer_emit_settled (PTP_CONSUMER (self), PTP_SETTLEMENT_ABORTED);
  else
    ptp_consumer_emit_settle_failed (PTP_CONSUMER (self), self->error);
}

static void
abandoned_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PtpOutputStreamConsumer) self = user_data;
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);

  ptp_output_abandon_finish (G_OUTPUT_STREAM (source_object), result);
  settle (self);
}

static void
abandon (PtpOutputStreamConsumer *self)
{
  if (self->stream == NULL || is_kept_open (self))
    {
      settle (self);
      return;
    }

  ptp_output_abandon_async (self->stream, abandoned_cb, g_object_ref (self));
}

static void
fail_to_end (PtpOutputStreamConsumer *self, GError *error)
{
  if (self->error == NULL && !self->aborted)
    {
      g_prefix_error (&error, "Finishing the output stream after %" G_GUINT64_FORMAT " bytes: ",
                      ptp_stream_writer_get_written (self->writer));
      take_failure (self, error);
      return;
    }

  g_debug ("An error came after the end: %s", error->message);
  g_error_free (error);
}

static void
closed_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PtpOutputStreamConsumer) self = user_data;
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);
  GError *error = NULL;

  self->whole = ptp_output_close_finish (G_OUTPUT_STREAM (source_object), result, &error);
  /* What the close has done is done: an abort that came meanwhile has not stopped it. */
  self->aborted = FALSE;
  if (!self->whole)
    fail_to_end (self, error);
  settle (self);
}

/* Somebody else has closed it, and that flushed it. */
static gboolean
was_closed_by_others (GOutputStream *stream, const GError *error)
{
  return g_output_stream_is_closed (stream)
         && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

static void
flushed_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PtpOutputStreamConsumer) self = user_data;
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);
  GOutputStream *stream = G_OUTPUT_STREAM (source_object);
  GError *error = NULL;

  if (!g_output_stream_flush_finish (stream, result, &error)
      && !was_closed_by_others (stream, error))
    fail_to_end (self, g_steal_pointer (&error));
  g_clear_error (&error);

  if (self->aborted || self->error != NULL)
    {
      abandon (self);
    }
  else if (is_kept_open (self))
    {
      self->whole = TRUE;
      settle (self);
    }
  else
    {
      self->closing = TRUE;
      ptp_output_close_async (stream, closed_cb, g_object_ref (self));
    }
}

/* Goes on towards the end, as far as that is possible now. */
static void
advance_end (PtpOutputStreamConsumer *self)
{
  g_autoptr (GMainContextPusher) pusher = NULL;
  gboolean lost = self->error != NULL || self->dropped;

  if (!self->closed || self->ending || ptp_stream_writer_is_busy (self->writer))
    return;
  if (!lost && ptp_stream_writer_get_queued (self->writer) > 0)
    return;

  self->ending = TRUE;
  ptp_stream_writer_stop (self->writer);
  pusher = g_main_context_pusher_new (self->context);
  if (lost)
    abandon (self);
  else
    g_output_stream_flush_async (self->stream, G_PRIORITY_DEFAULT, self->flush_cancellable,
                                 flushed_cb, g_object_ref (self));
}

static void
close_in (PtpOutputStreamConsumer *self)
{
  if (self->closed)
    return;

  self->closed = TRUE;
  self->alive = g_object_ref (self);
  notify (self, PROP_CLOSED);
}

/* What is settled inside is said after the call: nobody's code runs in it. */
static gboolean
advance_end_cb (gpointer user_data)
{
  advance_end (user_data);
  return G_SOURCE_REMOVE;
}

static void
advance_end_later (PtpOutputStreamConsumer *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "[pulltopush] end of an output stream");
  g_source_set_callback (source, advance_end_cb, g_object_ref (self), g_object_unref);
  g_source_attach (source, self->context);
}

static PtpEndResult
ptp_output_stream_consumer_finish (PtpConsumer *consumer, GError **error)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (consumer);

  close_in (self);
  advance_end_later (self);
  return PTP_END_RESULT_PENDING;
}

static PtpEndResult
ptp_output_stream_consumer_abort (PtpConsumer *consumer, const GError *reason, GError **error)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (consumer);
  gboolean cancelled = g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  self->aborted = TRUE;
  if (self->stream == NULL || cancelled || ptp_output_can_undo (self->stream))
    {
      self->dropped = TRUE;
      ptp_stream_writer_stop (self->writer);
      g_cancellable_cancel (self->flush_cancellable);
    }

  close_in (self);
  notify_numbers (self);
  advance_end_later (self);
  return PTP_END_RESULT_PENDING;
}

static void
progress_cb (gpointer owner)
{
  PtpOutputStreamConsumer *self = owner;

  notify_numbers (self);
  update_pace (self);
  advance_end (self);
}

static void
failed_cb (gpointer owner, GError *error)
{
  PtpOutputStreamConsumer *self = owner;

  take_failure (self, error);
  advance_end (self);
}

static const PtpStreamWriterFuncs writer_funcs = {
  .progress = progress_cb,
  .failed = failed_cb,
};

void
ptp_output_stream_consumer_break (PtpOutputStreamConsumer *self, const GError *error)
{
  if (self->error == NULL && !self->ending)
    failed_cb (self, g_error_copy (error));
}

/* What it takes */

static gboolean
ptp_output_stream_consumer_register_push_producer (PtpConsumer *consumer,
                                                   PtpPushProducer *producer,
                                                   GError **error)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (consumer);

  if (self->error != NULL || self->closed)
    {
      g_set_error (error, PTP_ERROR, PTP_ERROR_CLOSED,
                   "%s cannot be registered: the output stream consumer %s%s",
                   G_OBJECT_TYPE_NAME (producer),
                   self->error != NULL ? "has failed: " : "is closed",
                   self->error != NULL ? self->error->message : "");
      return FALSE;
    }

  g_set_object (&self->producer, producer);
  if (self->full)
    ptp_push_producer_pause_producing (producer);
  return TRUE;
}

static void
ptp_output_stream_consumer_unregister_producer (PtpConsumer *consumer, PtpPushProducer *producer)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (consumer);

  g_clear_object (&self->producer);
}

static gboolean
refuse (PtpOutputStreamConsumer *self, gsize size, GError **error)
{
  g_set_error (error, PTP_ERROR, PTP_ERROR_OVERFLOW,
               "A chunk of %" G_GSIZE_FORMAT " bytes does not fit: %" G_GSIZE_FORMAT
               " bytes are queued, and the limit is %" G_GSIZE_FORMAT
               "; stop writing when paused, or raise the limit",
               size, ptp_stream_writer_get_queued (self->writer), self->limit);
  return FALSE;
}

static gboolean
overflows (PtpOutputStreamConsumer *self, gsize size)
{
  gsize queued = ptp_stream_writer_get_queued (self->writer);

  return self->full && (size > self->limit || queued > self->limit - size);
}

static gboolean
ptp_output_stream_consumer_write (PtpConsumer *consumer, GBytes *bytes, GError **error)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (consumer);

  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return FALSE;
    }
  if (self->closed)
    {
      g_set_error_literal (error, PTP_ERROR, PTP_ERROR_CLOSED,
                           "The output stream consumer is closed and takes nothing any more");
      return FALSE;
    }
  if (overflows (self, g_bytes_get_size (bytes)))
    return refuse (self, g_bytes_get_size (bytes), error);

  ptp_stream_writer_push (self->writer, bytes);
  update_pace (self);
  return TRUE;
}

static gsize
ptp_output_stream_consumer_get_desired_size (PtpConsumer *consumer)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (consumer);
  gsize queued = ptp_stream_writer_get_queued (self->writer);

  return self->full || queued >= self->high_mark ? 0 : self->high_mark - queued;
}

static void
consumer_iface_init (PtpConsumerInterface *iface)
{
  iface->register_push_producer = ptp_output_stream_consumer_register_push_producer;
  iface->unregister_producer = ptp_output_stream_consumer_unregister_producer;
  iface->write = ptp_output_stream_consumer_write;
  iface->finish = ptp_output_stream_consumer_finish;
  iface->abort = ptp_output_stream_consumer_abort;
  iface->get_desired_size = ptp_output_stream_consumer_get_desired_size;
}

/* Not final for those in this folder. */
G_DEFINE_TYPE_WITH_CODE (PtpOutputStreamConsumer,
                         ptp_output_stream_consumer,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER, consumer_iface_init))

static void
ptp_output_stream_consumer_constructed (GObject *object)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (object);
  g_autoptr (GError) error = NULL;

  G_OBJECT_CLASS (ptp_output_stream_consumer_parent_class)->constructed (object);

  /* A binding can leave it out; that is an error, but no crash. */
  if (self->stream == NULL)
    g_set_error (&self->error, PTP_ERROR, PTP_ERROR_INVALID,
                 "The %s was made without anything to write to", G_OBJECT_TYPE_NAME (self));
  self->context = g_main_context_ref_thread_default ();
  self->writer = ptp_stream_writer_new (self->stream, self->context, object, &writer_funcs);
  self->flush_cancellable = g_cancellable_new ();
  if (!check_marks (self->low_mark, self->high_mark, self->limit, &error))
    {
      g_critical ("%s; taking the defaults", error->message);
      self->low_mark = LOW_MARK;
      self->high_mark = HIGH_MARK;
      self->limit = LIMIT;
    }
}

/* Calls no producer and no handler: the last reference may be dropped on any thread. One that was
 * not told its end has lost what it took.
 */
static void
ptp_output_stream_consumer_dispose (GObject *object)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (object);
  gboolean forgotten = !self->closed && self->stream != NULL && !is_kept_open (self);

  self->closed = TRUE;
  g_clear_object (&self->producer);
  if (!self->disposed)
    {
      gboolean busy
        = ptp_stream_writer_abandon (self->writer, forgotten ? ptp_output_abandon : NULL);

      self->disposed = TRUE;
      if (forgotten && !busy)
        ptp_output_abandon (self->stream);
    }

  G_OBJECT_CLASS (ptp_output_stream_consumer_parent_class)->dispose (object);
}

static void
ptp_output_stream_consumer_finalize (GObject *object)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (object);

  g_clear_pointer (&self->writer, ptp_stream_writer_unref);
  g_clear_object (&self->flush_cancellable);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (ptp_output_stream_consumer_parent_class)->finalize (object);
}

static void
ptp_output_stream_consumer_get_property (GObject *object,
                                         guint prop_id,
                                         GValue *value,
                                         GParamSpec *pspec)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (object);

  switch ((PtpOutputStreamConsumerProperty) prop_id)
    {
    case PROP_STREAM:
      g_value_set_object (value, ptp_output_stream_consumer_get_stream (self));
      break;

    case PROP_LOW_MARK:
      g_value_set_uint64 (value, ptp_output_stream_consumer_get_low_mark (self));
      break;

    case PROP_HIGH_MARK:
      g_value_set_uint64 (value, ptp_output_stream_consumer_get_high_mark (self));
      break;

    case PROP_LIMIT:
      g_value_set_uint64 (value, ptp_output_stream_consumer_get_limit (self));
      break;

    case PROP_KEEP_OPEN:
      g_value_set_boolean (value, ptp_output_stream_consumer_get_keep_open (self));
      break;

    case PROP_BYTES_WRITTEN:
      g_value_set_uint64 (value, ptp_output_stream_consumer_get_bytes_written (self));
      break;

    case PROP_BYTES_QUEUED:
      g_value_set_uint64 (value, ptp_output_stream_consumer_get_bytes_queued (self));
      break;

    case PROP_PEAK_QUEUED:
      g_value_set_uint64 (value, ptp_output_stream_consumer_get_peak_queued (self));
      break;

    case PROP_ERROR:
      g_value_set_boxed (value, ptp_output_stream_consumer_get_error (self));
      break;

    case PROP_CLOSED:
      g_value_set_boolean (value, ptp_output_stream_consumer_get_closed (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_output_stream_consumer_set_property (GObject *object,
                                         guint prop_id,
                                         const GValue *value,
                                         GParamSpec *pspec)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (object);

  switch ((PtpOutputStreamConsumerProperty) prop_id)
    {
    case PROP_STREAM:
      self->stream = g_value_dup_object (value);
      break;

    case PROP_LOW_MARK:
      self->low_mark = g_value_get_uint64 (value);
      break;

    case PROP_HIGH_MARK:
      self->high_mark = g_value_get_uint64 (value);
      break;

    case PROP_LIMIT:
      self->limit = g_value_get_uint64 (value);
      break;

    case PROP_KEEP_OPEN:
      ptp_output_stream_consumer_set_keep_open (self, g_value_get_boolean (value));
      break;

    case PROP_BYTES_WRITTEN:
    case PROP_BYTES_QUEUED:
    case PROP_PEAK_QUEUED:
    case PROP_ERROR:
    case PROP_CLOSED:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * PtpOutputStreamConsumer:stream: (getter get_stream)
   *
   * Where the chunks go.
   *
   * Since: 1.0
   */
  properties[PROP_STREAM]
    = g_param_spec_object ("stream", NULL, NULL, G_TYPE_OUTPUT_STREAM,
                           flags | G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY);

  /**
   * PtpOutputStreamConsumer:low-mark: (getter get_low_mark)
   *
   * The length of the queue at which the producer is resumed, in bytes.
   *
   * Values at construction that are out of order (rule B4) are a programming
   * error; the defaults stand in for all three. Later,
   * [method@PullToPush.OutputStreamConsumer.set_marks] sets them.
   *
   * Since: 1.0
   */
  properties[PROP_LOW_MARK]
    = g_param_spec_uint64 ("low-mark", NULL, NULL, 0, G_MAXSIZE, LOW_MARK,
                           flags | G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY);

  /**
   * PtpOutputStreamConsumer:high-mark: (getter get_high_mark)
   *
   * The length of the queue at which the producer is paused, in bytes; see
   * [property@PullToPush.OutputStreamConsumer:low-mark].
   *
   * Since: 1.0
   */
  properties[PROP_HIGH_MARK]
    = g_param_spec_uint64 ("high-mark", NULL, NULL, 1, G_MAXSIZE, HIGH_MARK,
                           flags | G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY);

  /**
   * PtpOutputStreamConsumer:limit: (getter get_limit)
   *
   * The length of the queue above which a producer that writes on though it is
   * paused is refused, in bytes (rule B2); see
   * [property@PullToPush.OutputStreamConsumer:low-mark].
   *
   * Since: 1.0
   */
  properties[PROP_LIMIT] = g_param_spec_uint64 ("limit", NULL, NULL, 1, G_MAXSIZE, LIMIT,
                                                flags | G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY);

  /**
   * PtpOutputStreamConsumer:keep-open: (getter get_keep_open) (setter set_keep_open)
   *
   * Whether the stream is left open at the end.
   *
   * Since: 1.0
   */
  properties[PROP_KEEP_OPEN]
    = g_param_spec_boolean ("keep-open", NULL, NULL, FALSE, flags | G_PARAM_READWRITE);

  /**
   * PtpOutputStreamConsumer:bytes-written: (getter get_bytes_written)
   *
   * How many bytes the stream has taken; exact also after a failure (rule E9).
   *
   * Notified once a turn in which something was written.
   *
   * Since: 1.0
   */
  properties[PROP_BYTES_WRITTEN] = g_param_spec_uint64 ("bytes-written", NULL, NULL, 0, G_MAXUINT64,
                                                        0, flags | G_PARAM_READABLE);

  /**
   * PtpOutputStreamConsumer:bytes-queued: (getter get_bytes_queued)
   *
   * How many bytes are accepted and not written yet; those of a running write
   * are among them.
   *
   * Notified once a turn in which something was written.
   *
   * Since: 1.0
   */
  properties[PROP_BYTES_QUEUED]
    = g_param_spec_uint64 ("bytes-queued", NULL, NULL, 0, G_MAXSIZE, 0, flags | G_PARAM_READABLE);

  /**
   * PtpOutputStreamConsumer:peak-queued: (getter get_peak_queued)
   *
   * The largest number of bytes that was ever queued.
   *
   * Notified once a turn in which something was written.
   *
   * Since: 1.0
   */
  properties[PROP_PEAK_QUEUED]
    = g_param_spec_uint64 ("peak-queued", NULL, NULL, 0, G_MAXSIZE, 0, flags | G_PARAM_READABLE);

  /**
   * PtpOutputStreamConsumer:error: (getter get_error)
   *
   * Why the stream failed; %NULL while it has not.
   *
   * Since: 1.0
   */
  properties[PROP_ERROR]
    = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags | G_PARAM_READABLE);

  /**
   * PtpOutputStreamConsumer:closed: (getter get_closed)
   *
   * Whether closing was asked for: nothing is taken any more.
   *
   * Since: 1.0
   */
  properties[PROP_CLOSED]
    = g_param_spec_boolean ("closed", NULL, NULL, FALSE, flags | G_PARAM_READABLE);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
ptp_output_stream_consumer_class_init (PtpOutputStreamConsumerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = ptp_output_stream_consumer_constructed;
  object_class->dispose = ptp_output_stream_consumer_dispose;
  object_class->finalize = ptp_output_stream_consumer_finalize;
  object_class->get_property = ptp_output_stream_consumer_get_property;
  object_class->set_property = ptp_output_stream_consumer_set_property;
  install_properties (object_class);

  /**
   * PtpOutputStreamConsumer::failed:
   * @self: the consumer
   * @error: why
   *
   * The stream failed, or its reader hung up.
   *
   * Emitted once at most, on the context, when
   * [property@PullToPush.OutputStreamConsumer:error] is set and the producer was
   * told to stop. Not emitted because of an abort. A handler may do anything.
   *
   * Since: 1.0
   */
  signals[FAILED] = g_signal_new ("failed", PTP_TYPE_OUTPUT_STREAM_CONSUMER, G_SIGNAL_RUN_LAST, 0,
                                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
ptp_output_stream_consumer_init (PtpOutputStreamConsumer *self)
{
}

/**
 * ptp_output_stream_consumer_new:
 * @stream: where the chunks go; the consumer takes its own reference
 *
 * Makes a consumer that writes to @stream, on the thread-default context.
 *
 * It closes @stream at its end, unless told to keep it open.
 *
 * Returns: (transfer full): a new consumer
 *
 * Since: 1.0
 */
PtpOutputStreamConsumer *
ptp_output_stream_consumer_new (GOutputStream *stream)
{
  g_return_val_if_fail (G_IS_OUTPUT_STREAM (stream), NULL);

  return g_object_new (PTP_TYPE_OUTPUT_STREAM_CONSUMER, "stream", stream, NULL);
}

static void
set_mark (PtpOutputStreamConsumer *self,
          gsize *mark,
          gsize value,
          PtpOutputStreamConsumerProperty property)
{
  if (*mark == value)
    return;

  *mark = value;
  notify (self, property);
}

/**
 * ptp_output_stream_consumer_get_stream: (get-property stream)
 * @self: a consumer
 *
 * Gets where the chunks go.
 *
 * Call it on the context.
 *
 * Returns: (transfer none): the stream
 *
 * Since: 1.0
 */
GOutputStream *
ptp_output_stream_consumer_get_stream (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), NULL);

  return self->stream;
}

/**
 * ptp_output_stream_consumer_get_low_mark: (get-property low-mark)
 * @self: a consumer
 *
 * Gets the length of the queue at which the producer is resumed.
 *
 * Call it on the context.
 *
 * Returns: the low mark, in bytes
 *
 * Since: 1.0
 */
gsize
ptp_output_stream_consumer_get_low_mark (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), 0);

  return self->low_mark;
}

/**
 * ptp_output_stream_consumer_get_high_mark: (get-property high-mark)
 * @self: a consumer
 *
 * Gets the length of the queue at which the producer is paused.
 *
 * Call it on the context.
 *
 * Returns: the high mark, in bytes
 *
 * Since: 1.0
 */
gsize
ptp_output_stream_consumer_get_high_mark (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), 0);

  return self->high_mark;
}

/**
 * ptp_output_stream_consumer_get_limit: (get-property limit)
 * @self: a consumer
 *
 * Gets the length of the queue above which a paused producer is refused.
 *
 * Call it on the context.
 *
 * Returns: the limit, in bytes
 *
 * Since: 1.0
 */
gsize
ptp_output_stream_consumer_get_limit (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), 0);

  return self->limit;
}

/**
 * ptp_output_stream_consumer_set_marks:
 * @self: a consumer
 * @low: the new low mark, in bytes
 * @high: the new high mark, in bytes
 * @limit: the new limit, in bytes
 * @error: return location for an error
 *
 * Sets the lengths of the queue at which the producer is resumed and paused, and
 * above which a producer that writes on though it is paused is refused.
 *
 * They must be in order, 0 <= @low < @high <= @limit (rule B4); otherwise this
 * fails with %PTP_ERROR_INVALID and changes nothing. What is queued stays, also
 * above a new limit. The producer may be paused or resumed from inside.
 *
 * Call it on the context.
 *
 * Returns: true when set
 *
 * Since: 1.0
 */
gboolean
ptp_output_stream_consumer_set_marks (PtpOutputStreamConsumer *self,
                                      gsize low,
                                      gsize high,
                                      gsize limit,
                                      GError **error)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_marks (low, high, limit, error))
    return FALSE;

  g_object_freeze_notify (G_OBJECT (self));
  set_mark (self, &self->low_mark, low, PROP_LOW_MARK);
  set_mark (self, &self->high_mark, high, PROP_HIGH_MARK);
  set_mark (self, &self->limit, limit, PROP_LIMIT);
  g_object_thaw_notify (G_OBJECT (self));

  update_pace (self);
  return TRUE;
}

/**
 * ptp_output_stream_consumer_get_keep_open: (get-property keep-open)
 * @self: a consumer
 *
 * Gets whether the stream is left open at the end.
 *
 * Call it on the context.
 *
 * Returns: true if it is left open
 *
 * Since: 1.0
 */
gboolean
ptp_output_stream_consumer_get_keep_open (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), FALSE);

  return self->keep_open;
}

/**
 * ptp_output_stream_consumer_set_keep_open: (set-property keep-open)
 * @self: a consumer
 * @keep_open: whether to leave it open
 *
 * Sets whether the stream is left open at the end.
 *
 * It is looked at when all is written, or dropped.
 *
 * Call it on the context.
 *
 * Since: 1.0
 */
void
ptp_output_stream_consumer_set_keep_open (PtpOutputStreamConsumer *self, gboolean keep_open)
{
  g_return_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self));

  keep_open = !!keep_open;
  if (self->keep_open == (guint) keep_open)
    return;

  self->keep_open = (guint) keep_open;
  notify (self, PROP_KEEP_OPEN);
}

/**
 * ptp_output_stream_consumer_get_bytes_written: (get-property bytes-written)
 * @self: a consumer
 *
 * Gets how many bytes the stream has taken.
 *
 * It is exact at any time, also after a failure (rule E9) and after an abort
 * (rule B5), then from the end of the write that was running.
 *
 * Call it on the context.
 *
 * Returns: a number of bytes
 *
 * Since: 1.0
 */
guint64
ptp_output_stream_consumer_get_bytes_written (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), 0);

  return ptp_stream_writer_get_written (self->writer);
}

/**
 * ptp_output_stream_consumer_get_bytes_queued: (get-property bytes-queued)
 * @self: a consumer
 *
 * Gets how many bytes are accepted and not written yet.
 *
 * Call it on the context.
 *
 * Returns: a number of bytes
 *
 * Since: 1.0
 */
gsize
ptp_output_stream_consumer_get_bytes_queued (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), 0);

  return ptp_stream_writer_get_queued (self->writer);
}

/**
 * ptp_output_stream_consumer_get_peak_queued: (get-property peak-queued)
 * @self: a consumer
 *
 * Gets the largest number of bytes that was ever queued.
 *
 * Call it on the context.
 *
 * Returns: a number of bytes
 *
 * Since: 1.0
 */
gsize
ptp_output_stream_consumer_get_peak_queued (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), 0);

  return ptp_stream_writer_get_peak (self->writer);
}

/**
 * ptp_output_stream_consumer_get_error: (get-property error)
 * @self: a consumer
 *
 * Gets why the stream failed.
 *
 * Call it on the context.
 *
 * Returns: (transfer none) (nullable): the error; %NULL while there is none
 *
 * Since: 1.0
 */
const GError *
ptp_output_stream_consumer_get_error (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), NULL);

  return self->error;
}

/**
 * ptp_output_stream_consumer_get_closed: (get-property closed)
 * @self: a consumer
 *
 * Gets whether closing was asked for.
 *
 * Call it on the context.
 *
 * Returns: true if nothing is taken any more
 *
 * Since: 1.0
 */
gboolean
ptp_output_stream_consumer_get_closed (PtpOutputStreamConsumer *self)
{
  g_return_val_if_fail (PTP_IS_OUTPUT_STREAM_CONSUMER (self), FALSE);

  return self->closed;
}
