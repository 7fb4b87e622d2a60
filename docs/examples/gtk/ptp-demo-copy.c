/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-demo-copy.h"

#include <pulltopush/pulltopush.h>

/* The copy through pulltopush. Nothing here waits: files are opened asynchronously, the stream runs
 * in slices between the frames, and what the target cannot take yet is not read. */

#define BYTES_PER_SECOND (5 * 1024 * 1024)
/* How far the rate limit lets a copy get ahead. */
#define BURST (BYTES_PER_SECOND / 20)

struct _PtpDemoCopy
{
  PtpDemoJob parent_instance;

  GFile *target;
  GCancellable *cancellable;
  GInputStream *input; /* (owned) (nullable): until there is a target for it */
  PtpInputStreamProducer *producer;
  PtpOutputStreamConsumer *consumer;
  PtpPullToPush *stream;

  gboolean paused;
  gboolean limited;
  gint64 counted_from;   /* (unit µs): the rate limit counts from here, */
  guint64 counted_bytes; /* and from as many bytes */
  guint limit_timer;
};

G_DEFINE_FINAL_TYPE (PtpDemoCopy, ptp_demo_copy, PTP_DEMO_TYPE_JOB)

static void
count_from_now (PtpDemoCopy *self)
{
  self->counted_from = g_get_monotonic_time ();
  self->counted_bytes = ptp_demo_job_get_bytes (PTP_DEMO_JOB (self));
}

static void
release_limit (PtpDemoCopy *self)
{
  if (self->limit_timer == 0)
    return;

  g_clear_handle_id (&self->limit_timer, g_source_remove);
  ptp_pull_to_push_release (self->stream, "rate limit");
  ptp_demo_job_changed (PTP_DEMO_JOB (self));
}

static gboolean
limit_over_cb (gpointer data)
{
  PtpDemoCopy *self = data;

  count_from_now (self);
  release_limit (self);
  return G_SOURCE_REMOVE;
}

/* A hold has a name and a holder. This one is held by a timer, beside the user's and the
 * consumer's: the stream goes on when all of them have released it. */
static void
written_cb (PtpDemoCopy *self)
{
  gint64 now = g_get_monotonic_time ();
  double allowed = (double) (now - self->counted_from) * BYTES_PER_SECOND / G_USEC_PER_SEC;
  guint64 written = ptp_demo_job_get_bytes (PTP_DEMO_JOB (self));
  double ahead = (double) (written - self->counted_bytes) - allowed;

  if (!self->limited || self->limit_timer != 0 || ahead < BURST)
    return;

  self->limit_timer
    = g_timeout_add ((guint) (ahead * 1000 / BYTES_PER_SECOND), limit_over_cb, self);
  ptp_pull_to_push_hold (self->stream, "rate limit");
  ptp_demo_job_changed (PTP_DEMO_JOB (self));
}

static void
end (PtpDemoCopy *self, const GError *error)
{
  release_limit (self);
  g_clear_object (&self->input);
  ptp_demo_job_end (PTP_DEMO_JOB (self), error);
}

/* The file below is closed by now. */
static void
ended_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (PtpDemoCopy) self = data;
  g_autoptr (GError) error = NULL;

  ptp_pull_to_push_wait_finish (self->stream, result, &error);
  end (self, error);
}

static void
stream (PtpDemoCopy *self, GOutputStream *output)
{
  g_autoptr (GError) error = NULL;

  self->producer = ptp_input_stream_producer_new (self->input);
  self->consumer = ptp_output_stream_consumer_new (output);
  g_signal_connect_object (self->consumer, "notify::bytes-written", G_CALLBACK (written_cb), self,
                           G_CONNECT_SWAPPED);
  count_from_now (self);

  self->stream
    = ptp_pull_to_push_new (PTP_PULL_PRODUCER (self->producer), PTP_CONSUMER (self->consumer));
  ptp_pull_to_push_set_cancellable (self->stream, self->cancellable);
  if (self->paused)
    ptp_pull_to_push_hold (self->stream, "user");

  if (!ptp_consumer_register_push_producer (PTP_CONSUMER (self->consumer),
                                            PTP_PUSH_PRODUCER (self->stream), &error))
    {
      end (self, error);
      return;
    }
  ptp_pull_to_push_wait_async (self->stream, NULL, ended_cb, g_object_ref (self));
  ptp_pull_to_push_start_streaming (self->stream);
}

static void
target_opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (PtpDemoCopy) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileOutputStream) file = g_file_replace_finish (G_FILE (source), result, &error);
  g_autoptr (GOutputStream) output = NULL;

  if (file == NULL)
    {
      end (self, error);
      return;
    }

  output = ptp_demo_job_slow_down (PTP_DEMO_JOB (self), file);
  stream (self, output);
}

static void
source_opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (PtpDemoCopy) self = data;
  g_autoptr (GError) error = NULL;
  GFileInputStream *input = g_file_read_finish (G_FILE (source), result, &error);

  if (input == NULL)
    {
      end (self, error);
      return;
    }

  self->input = G_INPUT_STREAM (input);
  g_file_replace_async (self->target, NULL, FALSE, G_FILE_CREATE_NONE, G_PRIORITY_DEFAULT,
                        self->cancellable, target_opened_cb, g_object_ref (self));
}

static void
forget (PtpDemoCopy *self)
{
  g_clear_handle_id (&self->limit_timer, g_source_remove);
  g_clear_object (&self->stream);
  g_clear_object (&self->consumer);
  g_clear_object (&self->producer);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->target);
}

static void
ptp_demo_copy_start (PtpDemoJob *job, GFile *source, GFile *target)
{
  PtpDemoCopy *self = PTP_DEMO_COPY (job);

  forget (self);
  self->paused = FALSE;
  self->target = g_object_ref (target);
  self->cancellable = g_cancellable_new ();
  g_file_read_async (source, G_PRIORITY_DEFAULT, self->cancellable, source_opened_cb,
                     g_object_ref (self));
}

static void
ptp_demo_copy_cancel (PtpDemoJob *job)
{
  g_cancellable_cancel (PTP_DEMO_COPY (job)->cancellable);
}

static guint64
ptp_demo_copy_get_bytes (PtpDemoJob *job)
{
  PtpDemoCopy *self = PTP_DEMO_COPY (job);

  return self->consumer != NULL ? ptp_output_stream_consumer_get_bytes_written (self->consumer) : 0;
}

static goffset
ptp_demo_copy_get_total (PtpDemoJob *job)
{
  PtpDemoCopy *self = PTP_DEMO_COPY (job);

  return self->producer != NULL ? MAX (ptp_input_stream_producer_get_total_size (self->producer), 0)
                                : 0;
}

static GStrv
ptp_demo_copy_dup_holders (PtpDemoJob *job)
{
  PtpDemoCopy *self = PTP_DEMO_COPY (job);

  return self->stream != NULL ? ptp_pull_to_push_dup_holders (self->stream) : g_new0 (char *, 1);
}

static void
ptp_demo_copy_dispose (GObject *object)
{
  forget (PTP_DEMO_COPY (object));

  G_OBJECT_CLASS (ptp_demo_copy_parent_class)->dispose (object);
}

static void
ptp_demo_copy_class_init (PtpDemoCopyClass *klass)
{
  PtpDemoJobClass *job_class = PTP_DEMO_JOB_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ptp_demo_copy_dispose;

  job_class->start = ptp_demo_copy_start;
  job_class->cancel = ptp_demo_copy_cancel;
  job_class->get_bytes = ptp_demo_copy_get_bytes;
  job_class->get_total = ptp_demo_copy_get_total;
  job_class->dup_holders = ptp_demo_copy_dup_holders;
}

static void
ptp_demo_copy_init (PtpDemoCopy *self)
{
}

PtpDemoJob *
ptp_demo_copy_new (void)
{
  return g_object_new (PTP_DEMO_TYPE_COPY, NULL);
}

void
ptp_demo_copy_set_paused (PtpDemoCopy *self, gboolean paused)
{
  self->paused = paused;
  if (self->stream == NULL)
    return;

  if (paused)
    ptp_pull_to_push_hold (self->stream, "user");
  else
    ptp_pull_to_push_release (self->stream, "user");
  count_from_now (self);
  ptp_demo_job_changed (PTP_DEMO_JOB (self));
}

void
ptp_demo_copy_set_limited (PtpDemoCopy *self, gboolean limited)
{
  self->limited = limited;
  count_from_now (self);
  if (!limited)
    release_limit (self);
}
