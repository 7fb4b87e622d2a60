/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-demo-job.h"

#include "ptp-demo-slow-stream.h"

/* A copy that the window can start and show, however the work is done. The signal "changed" says
 * that its state or its holders are others than before; how many bytes there are, one asks. */

typedef struct
{
  PtpDemoState state;
  GError *error; /* (owned) (nullable) */
  GFile *target;
  GFile *part;
  gint64 began;
  gint64 ended;
  gboolean slow;
} PtpDemoJobPrivate;

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (PtpDemoJob, ptp_demo_job, G_TYPE_OBJECT)

static void
ptp_demo_job_finalize (GObject *object)
{
  PtpDemoJobPrivate *priv = ptp_demo_job_get_instance_private (PTP_DEMO_JOB (object));

  g_clear_error (&priv->error);
  g_clear_object (&priv->target);
  g_clear_object (&priv->part);

  G_OBJECT_CLASS (ptp_demo_job_parent_class)->finalize (object);
}

static void
ptp_demo_job_class_init (PtpDemoJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ptp_demo_job_finalize;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", PTP_DEMO_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
ptp_demo_job_init (PtpDemoJob *self)
{
}

/* Half a copy neither replaces a whole file nor stays under its name: what is written is called
 * TARGET.part until it is whole. */
static GFile *
part_of (GFile *target)
{
  g_autofree char *uri = g_file_get_uri (target);
  g_autofree char *part = g_strconcat (uri, ".part", NULL);

  return g_file_new_for_uri (part);
}

void
ptp_demo_job_start (PtpDemoJob *self, GFile *source, GFile *target, gboolean slow)
{
  PtpDemoJobPrivate *priv = ptp_demo_job_get_instance_private (self);

  if (priv->state == PTP_DEMO_STATE_COPYING)
    return;

  g_clear_error (&priv->error);
  g_clear_object (&priv->part);
  g_set_object (&priv->target, target);
  priv->part = part_of (target);
  priv->slow = slow;
  priv->began = g_get_monotonic_time ();
  priv->state = PTP_DEMO_STATE_COPYING;
  PTP_DEMO_JOB_GET_CLASS (self)->start (self, source, priv->part);
  ptp_demo_job_changed (self);
}

void
ptp_demo_job_cancel (PtpDemoJob *self)
{
  if (ptp_demo_job_is_running (self))
    PTP_DEMO_JOB_GET_CLASS (self)->cancel (self);
}

PtpDemoState
ptp_demo_job_get_state (PtpDemoJob *self)
{
  PtpDemoJobPrivate *priv = ptp_demo_job_get_instance_private (self);

  return priv->state;
}

const char *
ptp_demo_job_get_state_name (PtpDemoJob *self)
{
  static const char *const names[] = {
    [PTP_DEMO_STATE_IDLE] = "idle",     [PTP_DEMO_STATE_COPYING] = "copying",
    [PTP_DEMO_STATE_DONE] = "done",     [PTP_DEMO_STATE_CANCELLED] = "cancelled",
    [PTP_DEMO_STATE_FAILED] = "failed",
  };

  return names[ptp_demo_job_get_state (self)];
}

gboolean
ptp_demo_job_is_running (PtpDemoJob *self)
{
  return ptp_demo_job_get_state (self) == PTP_DEMO_STATE_COPYING;
}

const GError *
ptp_demo_job_get_error (PtpDemoJob *self)
{
  PtpDemoJobPrivate *priv = ptp_demo_job_get_instance_private (self);

  return priv->error;
}

/* Since it began, until it ended. */
double
ptp_demo_job_get_seconds (PtpDemoJob *self)
{
  PtpDemoJobPrivate *priv = ptp_demo_job_get_instance_private (self);
  gint64 until = priv->state == PTP_DEMO_STATE_COPYING ? g_get_monotonic_time () : priv->ended;

  return (double) (until - priv->began) / G_USEC_PER_SEC;
}

guint64
ptp_demo_job_get_bytes (PtpDemoJob *self)
{
  return PTP_DEMO_JOB_GET_CLASS (self)->get_bytes (self);
}

/* 0 as long as it is not known. */
goffset
ptp_demo_job_get_total (PtpDemoJob *self)
{
  return PTP_DEMO_JOB_GET_CLASS (self)->get_total (self);
}

/* Nobody can hold a copy that cannot be paused: then it is NULL. */
GStrv
ptp_demo_job_dup_holders (PtpDemoJob *self)
{
  PtpDemoJobClass *klass = PTP_DEMO_JOB_GET_CLASS (self);

  return klass->dup_holders != NULL ? klass->dup_holders (self) : NULL;
}

/* What to write to: as fast as it is, or as slow as was asked for. */
GOutputStream *
ptp_demo_job_slow_down (PtpDemoJob *self, GFileOutputStream *output)
{
  PtpDemoJobPrivate *priv = ptp_demo_job_get_instance_private (self);

  if (priv->slow)
    return ptp_demo_slow_stream_new (G_OUTPUT_STREAM (output));
  return g_object_ref (G_OUTPUT_STREAM (output));
}

void
ptp_demo_job_changed (PtpDemoJob *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* Called when the file below is closed. A new name in the same folder takes no time to speak of. */
void
ptp_demo_job_end (PtpDemoJob *self, const GError *error)
{
  PtpDemoJobPrivate *priv = ptp_demo_job_get_instance_private (self);

  priv->error = error != NULL ? g_error_copy (error) : NULL;
  if (error == NULL)
    g_file_move (priv->part, priv->target, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &priv->error);
  if (priv->error != NULL)
    g_file_delete (priv->part, NULL, NULL);

  priv->ended = g_get_monotonic_time ();
  if (priv->error == NULL)
    priv->state = PTP_DEMO_STATE_DONE;
  else if (g_error_matches (priv->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    priv->state = PTP_DEMO_STATE_CANCELLED;
  else
    priv->state = PTP_DEMO_STATE_FAILED;

  ptp_demo_job_changed (self);
}
