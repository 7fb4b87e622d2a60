/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-demo-pane.h"

/* What the window shows of one copy. */

struct _PtpDemoPane
{
  GtkBox parent_instance;

  GtkWidget *bar;
  GtkWidget *state_label;
  GtkWidget *rate_label;
  GtkWidget *bytes_label;
  GtkWidget *holders_label;

  PtpDemoJob *job;
  guint64 last_bytes;
  gint64 last_time; /* (unit µs) */
  double rate;      /* bytes in a second, smoothed */
};

G_DEFINE_FINAL_TYPE (PtpDemoPane, ptp_demo_pane, GTK_TYPE_BOX)

static void
ptp_demo_pane_dispose (GObject *object)
{
  PtpDemoPane *self = PTP_DEMO_PANE (object);

  g_clear_object (&self->job);

  G_OBJECT_CLASS (ptp_demo_pane_parent_class)->dispose (object);
}

static void
ptp_demo_pane_class_init (PtpDemoPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ptp_demo_pane_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/pulltopush/demo/ptp-demo-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, PtpDemoPane, bar);
  gtk_widget_class_bind_template_child (widget_class, PtpDemoPane, state_label);
  gtk_widget_class_bind_template_child (widget_class, PtpDemoPane, rate_label);
  gtk_widget_class_bind_template_child (widget_class, PtpDemoPane, bytes_label);
  gtk_widget_class_bind_template_child (widget_class, PtpDemoPane, holders_label);
}

static void
ptp_demo_pane_init (PtpDemoPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
ptp_demo_pane_set_job (PtpDemoPane *self, PtpDemoJob *job)
{
  g_set_object (&self->job, job);
  ptp_demo_pane_update (self);
}

static void
measure_rate (PtpDemoPane *self, guint64 bytes)
{
  gint64 now = g_get_monotonic_time ();
  double seconds = (double) (now - self->last_time) / G_USEC_PER_SEC;

  /* A new copy, and the first look at it. */
  if (self->last_time == 0 || bytes < self->last_bytes)
    self->rate = 0;
  else if (seconds > 0)
    self->rate += 0.15 * ((double) (bytes - self->last_bytes) / seconds - self->rate);
  self->last_bytes = bytes;
  self->last_time = now;
}

static char *
describe_rate (PtpDemoPane *self)
{
  double seconds = ptp_demo_job_get_seconds (self->job);

  switch (ptp_demo_job_get_state (self->job))
    {
    case PTP_DEMO_STATE_COPYING:
      return g_strdup_printf ("%.1f MiB/s", self->rate / (1 << 20));
    case PTP_DEMO_STATE_DONE:
      return g_strdup_printf ("%.1f MiB/s in all",
                              seconds > 0 ? (double) self->last_bytes / (1 << 20) / seconds : 0);
    case PTP_DEMO_STATE_IDLE:
    case PTP_DEMO_STATE_CANCELLED:
    case PTP_DEMO_STATE_FAILED:
    default:
      return g_strdup ("–");
    }
}

static const char *
describe_state (PtpDemoPane *self, GStrv holders)
{
  switch (ptp_demo_job_get_state (self->job))
    {
    case PTP_DEMO_STATE_COPYING:
      return holders != NULL && g_strv_contains ((const char *const *) holders, "user") ? "Paused"
                                                                                        : "Copying";
    case PTP_DEMO_STATE_DONE:
      return "Done";
    case PTP_DEMO_STATE_CANCELLED:
      return "Cancelled: the target is as it was";
    case PTP_DEMO_STATE_FAILED:
      return "Failed: the target is as it was";
    case PTP_DEMO_STATE_IDLE:
    default:
      return "Not started";
    }
}

static char *
describe_holders (GStrv holders)
{
  if (holders == NULL)
    return g_strdup ("it cannot be paused");
  return holders[0] != NULL ? g_strjoinv (", ", holders) : g_strdup ("nobody");
}

/* Called a few times a second, which is as often as a person can read it. */
void
ptp_demo_pane_update (PtpDemoPane *self)
{
  goffset total = ptp_demo_job_get_total (self->job);
  guint64 bytes = ptp_demo_job_get_bytes (self->job);
  g_auto (GStrv) holders = ptp_demo_job_dup_holders (self->job);
  g_autofree char *names = describe_holders (holders);
  g_autofree char *rate = NULL;
  g_autofree char *count
    = total > 0 ? g_strdup_printf ("%" G_GUINT64_FORMAT " of %" G_GOFFSET_FORMAT, bytes, total)
                : g_strdup_printf ("%" G_GUINT64_FORMAT, bytes);

  measure_rate (self, bytes);
  rate = describe_rate (self);

  if (total > 0 || !ptp_demo_job_is_running (self->job))
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar),
                                   total > 0 ? (double) bytes / (double) total : 0);
  else
    gtk_progress_bar_pulse (GTK_PROGRESS_BAR (self->bar));
  gtk_label_set_label (GTK_LABEL (self->state_label), describe_state (self, holders));
  gtk_label_set_label (GTK_LABEL (self->rate_label), rate);
  gtk_label_set_label (GTK_LABEL (self->bytes_label), count);
  gtk_label_set_label (GTK_LABEL (self->holders_label), names);
}
