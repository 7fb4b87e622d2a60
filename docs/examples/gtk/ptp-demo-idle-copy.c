/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-demo-idle-copy.h"

/* The copy as it is often written: an idle source that reads 1 MiB and writes 1 MiB each time the
 * main loop has nothing better to do. It is short, and fine as long as read and write are quick.
 * On a slow target each turn lasts as long as the write sleeps, and the window sleeps with it. */

#define CHUNK (1024 * 1024)

struct _PtpDemoIdleCopy
{
  PtpDemoJob parent_instance;

  GInputStream *input;
  GOutputStream *output;
  char *buffer;
  guint64 bytes;
  goffset total;
  guint idle;
};

G_DEFINE_FINAL_TYPE (PtpDemoIdleCopy, ptp_demo_idle_copy, PTP_DEMO_TYPE_JOB)

static void
forget (PtpDemoIdleCopy *self)
{
  g_clear_handle_id (&self->idle, g_source_remove);
  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_pointer (&self->buffer, g_free);
}

static void
end (PtpDemoIdleCopy *self, GError *error)
{
  if (self->output != NULL)
    g_output_stream_close (self->output, NULL, error == NULL ? &error : NULL);

  forget (self);
  ptp_demo_job_end (PTP_DEMO_JOB (self), error);
  g_clear_error (&error);
}

static gboolean
step_cb (gpointer data)
{
  PtpDemoIdleCopy *self = data;
  GError *error = NULL;
  gsize written = 0;
  gssize got = g_input_stream_read (self->input, self->buffer, CHUNK, NULL, &error);

  if (got > 0)
    g_output_stream_write_all (self->output, self->buffer, (gsize) got, &written, NULL, &error);
  self->bytes += written;
  if (got > 0 && error == NULL)
    return G_SOURCE_CONTINUE;

  self->idle = 0;
  end (self, error);
  return G_SOURCE_REMOVE;
}

static gboolean
open_streams (PtpDemoIdleCopy *self, GFile *source, GFile *target, GError **error)
{
  g_autoptr (GFileInfo) info = NULL;
  g_autoptr (GFileInputStream) input = g_file_read (source, NULL, error);
  g_autoptr (GFileOutputStream) output = NULL;

  if (input == NULL)
    return FALSE;
  info = g_file_input_stream_query_info (input, G_FILE_ATTRIBUTE_STANDARD_SIZE, NULL, error);
  if (info == NULL)
    return FALSE;
  output = g_file_replace (target, NULL, FALSE, G_FILE_CREATE_NONE, NULL, error);
  if (output == NULL)
    return FALSE;

  self->total = g_file_info_get_size (info);
  self->input = G_INPUT_STREAM (g_steal_pointer (&input));
  self->output = ptp_demo_job_slow_down (PTP_DEMO_JOB (self), output);
  return TRUE;
}

static void
ptp_demo_idle_copy_start (PtpDemoJob *job, GFile *source, GFile *target)
{
  PtpDemoIdleCopy *self = PTP_DEMO_IDLE_COPY (job);
  GError *error = NULL;

  self->bytes = 0;
  self->total = 0;
  if (!open_streams (self, source, target, &error))
    {
      end (self, error);
      return;
    }

  self->buffer = g_malloc (CHUNK);
  self->idle = g_idle_add (step_cb, self);
}

static void
ptp_demo_idle_copy_cancel (PtpDemoJob *job)
{
  end (PTP_DEMO_IDLE_COPY (job),
       g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The copy was cancelled"));
}

static guint64
ptp_demo_idle_copy_get_bytes (PtpDemoJob *job)
{
  return PTP_DEMO_IDLE_COPY (job)->bytes;
}

static goffset
ptp_demo_idle_copy_get_total (PtpDemoJob *job)
{
  return PTP_DEMO_IDLE_COPY (job)->total;
}

static void
ptp_demo_idle_copy_dispose (GObject *object)
{
  forget (PTP_DEMO_IDLE_COPY (object));

  G_OBJECT_CLASS (ptp_demo_idle_copy_parent_class)->dispose (object);
}

static void
ptp_demo_idle_copy_class_init (PtpDemoIdleCopyClass *klass)
{
  PtpDemoJobClass *job_class = PTP_DEMO_JOB_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ptp_demo_idle_copy_dispose;

  job_class->start = ptp_demo_idle_copy_start;
  job_class->cancel = ptp_demo_idle_copy_cancel;
  job_class->get_bytes = ptp_demo_idle_copy_get_bytes;
  job_class->get_total = ptp_demo_idle_copy_get_total;
}

static void
ptp_demo_idle_copy_init (PtpDemoIdleCopy *self)
{
}

PtpDemoJob *
ptp_demo_idle_copy_new (void)
{
  return g_object_new (PTP_DEMO_TYPE_IDLE_COPY, NULL);
}
