/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-step-gio.h"

#include "../ptp-bench-stream.h"

#include <math.h>
#include <string.h>

/* The clock is read this often, so that it is no part of what is measured. */
#define STEPS_PER_LOOK 64

static const char chunk[PTP_BENCH_CHUNK_SIZE] = "chunk";

/* The input stream: always ready, until its time is over. The base class calls read_fn for a read
 * that must not block, too.
 */

#define PTP_STEP_TYPE_INPUT (ptp_step_input_get_type ())
G_DECLARE_FINAL_TYPE (PtpStepInput, ptp_step_input, PTP_STEP, INPUT, GInputStream)

struct _PtpStepInput
{
  GInputStream parent_instance;

  gboolean pollable;
  gint64 duration; /* nanoseconds */
  gint64 started;  /* nanoseconds of the monotonic clock; 0: warming up */
  gint64 ended;    /* the same; 0: not yet */
  guint64 n_steps; /* of all */
  guint64 n_timed; /* of those, from started to ended */
};

static void
look_at_clock (PtpStepInput *self)
{
  gint64 now = ptp_bench_now ();

  if (self->started == 0)
    {
      self->started = now;
      self->n_timed = self->n_steps;
    }
  else if (now - self->started >= self->duration)
    {
      self->ended = now;
      self->n_timed = self->n_steps - self->n_timed;
    }
}

static gssize
ptp_step_input_read_fn (GInputStream *stream,
                        void *buffer,
                        gsize count,
                        GCancellable *cancellable,
                        GError **error)
{
  PtpStepInput *self = (PtpStepInput *) stream;

  if (self->n_steps % STEPS_PER_LOOK == 0)
    look_at_clock (self);
  if (self->ended != 0)
    return 0;

  self->n_steps++;
  count = MIN (count, sizeof chunk);
  memcpy (buffer, chunk, count);
  return (gssize) count;
}

static gboolean
ptp_step_input_can_poll (GPollableInputStream *stream)
{
  PtpStepInput *self = (PtpStepInput *) stream;

  return self->pollable;
}

static gboolean
ptp_step_input_is_readable (GPollableInputStream *stream)
{
  return TRUE;
}

/* What is ready is a timeout of nothing, as in GIO's own streams over memory. */
static GSource *
create_ready_source (gpointer stream, GCancellable *cancellable)
{
  g_autoptr (GSource) ready = g_timeout_source_new (0);

  return g_pollable_source_new_full (stream, ready, cancellable);
}

static GSource *
ptp_step_input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  return create_ready_source (stream, cancellable);
}

static void
ptp_step_input_pollable_iface_init (GPollableInputStreamInterface *iface)
{
  iface->can_poll = ptp_step_input_can_poll;
  iface->is_readable = ptp_step_input_is_readable;
  iface->create_source = ptp_step_input_create_source;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpStepInput,
                               ptp_step_input,
                               G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      ptp_step_input_pollable_iface_init))

static void
ptp_step_input_class_init (PtpStepInputClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = ptp_step_input_read_fn;
}

static void
ptp_step_input_init (PtpStepInput *self)
{
}

/* The output stream: takes everything, and counts. */

#define PTP_STEP_TYPE_OUTPUT (ptp_step_output_get_type ())
G_DECLARE_FINAL_TYPE (PtpStepOutput, ptp_step_output, PTP_STEP, OUTPUT, GOutputStream)

struct _PtpStepOutput
{
  GOutputStream parent_instance;

  gboolean pollable;
  guint64 bytes;
};

static gssize
ptp_step_output_write_fn (GOutputStream *stream,
                          const void *buffer,
                          gsize count,
                          GCancellable *cancellable,
                          GError **error)
{
  PtpStepOutput *self = (PtpStepOutput *) stream;

  self->bytes += count;
  return (gssize) count;
}

static gboolean
ptp_step_output_can_poll (GPollableOutputStream *stream)
{
  PtpStepOutput *self = (PtpStepOutput *) stream;

  return self->pollable;
}

static gboolean
ptp_step_output_is_writable (GPollableOutputStream *stream)
{
  return TRUE;
}

static GSource *
ptp_step_output_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  return create_ready_source (stream, cancellable);
}

static void
ptp_step_output_pollable_iface_init (GPollableOutputStreamInterface *iface)
{
  iface->can_poll = ptp_step_output_can_poll;
  iface->is_writable = ptp_step_output_is_writable;
  iface->create_source = ptp_step_output_create_source;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpStepOutput,
                               ptp_step_output,
                               G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      ptp_step_output_pollable_iface_init))

static void
ptp_step_output_class_init (PtpStepOutputClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = ptp_step_output_write_fn;
}

static void
ptp_step_output_init (PtpStepOutput *self)
{
}

/* One measurement */

typedef struct
{
  PtpStepInput *input;   /* (owned) */
  PtpStepOutput *output; /* (owned) */
  char buffer[sizeof chunk];
  gboolean over;
} Transfer;

static void
transfer_init (Transfer *self, gint64 nanoseconds, gboolean pollable)
{
  memset (self, 0, sizeof *self);
  self->input = g_object_new (PTP_STEP_TYPE_INPUT, NULL);
  self->input->pollable = pollable;
  self->input->duration = nanoseconds;
  self->output = g_object_new (PTP_STEP_TYPE_OUTPUT, NULL);
  self->output->pollable = pollable;
}

static double
transfer_run_and_clear (Transfer *self)
{
  double result = NAN;

  while (!self->over)
    g_main_context_iteration (NULL, TRUE);

  if (self->input->n_timed > 0 && self->output->bytes == self->input->n_steps * sizeof chunk)
    result = (double) (self->input->ended - self->input->started) / (double) self->input->n_timed;

  g_clear_object (&self->input);
  g_clear_object (&self->output);
  return result;
}

static void
spliced_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Transfer *self = user_data;

  /* A failure shows in what was counted. */
  g_output_stream_splice_finish (G_OUTPUT_STREAM (source), result, NULL);
  self->over = TRUE;
}

static double
measure_splice (gint64 nanoseconds, gboolean pollable)
{
  Transfer self;

  transfer_init (&self, nanoseconds, pollable);
  g_output_stream_splice_async (G_OUTPUT_STREAM (self.output), G_INPUT_STREAM (self.input),
                                G_OUTPUT_STREAM_SPLICE_NONE, G_PRIORITY_DEFAULT, NULL, spliced_cb,
                                &self);
  return transfer_run_and_clear (&self);
}

double
ptp_step_measure_splice (gint64 nanoseconds)
{
  return measure_splice (nanoseconds, TRUE);
}

double
ptp_step_measure_splice_in_thread (gint64 nanoseconds)
{
  return measure_splice (nanoseconds, FALSE);
}

static void written_cb (GObject *source, GAsyncResult *result, gpointer user_data);

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Transfer *self = user_data;
  gssize n_bytes = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  if (n_bytes <= 0)
    self->over = TRUE;
  else
    g_output_stream_write_async (G_OUTPUT_STREAM (self->output), self->buffer, (gsize) n_bytes,
                                 G_PRIORITY_DEFAULT, NULL, written_cb, self);
}

static void
read_again (Transfer *self)
{
  g_input_stream_read_async (G_INPUT_STREAM (self->input), self->buffer, sizeof self->buffer,
                             G_PRIORITY_DEFAULT, NULL, read_cb, self);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Transfer *self = user_data;

  if (g_output_stream_write_finish (G_OUTPUT_STREAM (source), result, NULL) <= 0)
    self->over = TRUE;
  else
    read_again (self);
}

double
ptp_step_measure_ping_pong (gint64 nanoseconds)
{
  Transfer self;

  transfer_init (&self, nanoseconds, TRUE);
  read_again (&self);
  return transfer_run_and_clear (&self);
}

static gboolean
readable_cb (GObject *stream, gpointer user_data)
{
  Transfer *self = user_data;
  gssize n_bytes
    = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), self->buffer,
                                                sizeof self->buffer, NULL, NULL);

  if (n_bytes > 0)
    n_bytes
      = g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (self->output),
                                                    self->buffer, (gsize) n_bytes, NULL, NULL);
  self->over = n_bytes <= 0;
  return self->over ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

double
ptp_step_measure_pollable (gint64 nanoseconds)
{
  Transfer self;
  g_autoptr (GSource) source = NULL;

  transfer_init (&self, nanoseconds, TRUE);
  source = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (self.input), NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (readable_cb), &self, NULL);
  g_source_attach (source, NULL);
  return transfer_run_and_clear (&self);
}
