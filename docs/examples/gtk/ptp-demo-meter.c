/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-demo-meter.h"

/* Draws how long the window waited for each of its last frames: a bar for a frame, the newest at
 * the right, as high as the gap before it. A tick callback is called once a frame, so what it sees
 * is what a person sees: a gap of 200 ms is a window that stood still for 200 ms. */

#define N_BARS      128
#define HIGHEST_MS  150.0
#define FRAMES_LATE 2.5
#define FRAMES_BAD  5.0

struct _PtpDemoMeter
{
  GtkWidget parent_instance;

  gint64 last;         /* (unit µs): when the last frame began, or 0 */
  double frame_ms;     /* how long a frame of this display lasts */
  double gaps[N_BARS]; /* (unit ms): a ring */
  guint next;
  guint64 n_frames;
  double longest;
};

G_DEFINE_FINAL_TYPE (PtpDemoMeter, ptp_demo_meter, GTK_TYPE_WIDGET)

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  PtpDemoMeter *self = PTP_DEMO_METER (widget);
  /* The time of the clock is made smooth for animations, and would hide what is measured here. */
  gint64 now = g_get_monotonic_time ();
  gint64 interval = 0;

  gdk_frame_clock_get_refresh_info (clock, 0, &interval, NULL);
  if (interval > 0)
    self->frame_ms = (double) interval / 1000;

  if (self->last != 0)
    {
      double gap = (double) (now - self->last) / 1000;

      self->gaps[self->next] = gap;
      self->next = (self->next + 1) % N_BARS;
      self->n_frames++;
      self->longest = MAX (self->longest, gap);
    }
  self->last = now;

  gtk_widget_queue_draw (widget);
  return G_SOURCE_CONTINUE;
}

static const char *
level_of (PtpDemoMeter *self, double gap)
{
  if (gap > FRAMES_BAD * self->frame_ms)
    return "bad";
  return gap > FRAMES_LATE * self->frame_ms ? "late" : "good";
}

static GdkRGBA
color_of (const char *level)
{
  if (g_str_equal (level, "bad"))
    return (GdkRGBA){ 0.88f, 0.11f, 0.14f, 1 };
  if (g_str_equal (level, "late"))
    return (GdkRGBA){ 0.96f, 0.62f, 0.04f, 1 };
  return (GdkRGBA){ 0.18f, 0.65f, 0.37f, 1 };
}

static void
ptp_demo_meter_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  PtpDemoMeter *self = PTP_DEMO_METER (widget);
  float height = (float) gtk_widget_get_height (widget);
  float width = (float) gtk_widget_get_width (widget) / N_BARS;

  for (guint i = 0; i < N_BARS; i++)
    {
      double gap = self->gaps[(self->next + i) % N_BARS];
      GdkRGBA color = color_of (level_of (self, gap));
      float bar = height * (float) (MIN (gap, HIGHEST_MS) / HIGHEST_MS);

      if (gap > 0)
        gtk_snapshot_append_color (snapshot, &color,
                                   &GRAPHENE_RECT_INIT ((float) i * width, height - bar,
                                                        MAX (width - 1, 1), bar));
    }
}

static void
ptp_demo_meter_class_init (PtpDemoMeterClass *klass)
{
  GTK_WIDGET_CLASS (klass)->snapshot = ptp_demo_meter_snapshot;
}

static void
ptp_demo_meter_init (PtpDemoMeter *self)
{
  self->frame_ms = 1000.0 / 60;
  gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

/* Counts anew. The bars stay. */
void
ptp_demo_meter_restart (PtpDemoMeter *self)
{
  self->n_frames = 0;
  self->longest = 0;
}

/* Since it was restarted. */
guint64
ptp_demo_meter_get_n_frames (PtpDemoMeter *self)
{
  return self->n_frames;
}

/* The longest gap since it was restarted, in ms. */
double
ptp_demo_meter_get_longest (PtpDemoMeter *self)
{
  return self->longest;
}

/* The longest gap that is drawn, in ms. */
double
ptp_demo_meter_get_recent (PtpDemoMeter *self)
{
  double recent = 0;

  for (guint i = 0; i < N_BARS; i++)
    recent = MAX (recent, self->gaps[i]);
  return recent;
}

/* "good", "late" or "bad": how the longest gap that is drawn looks to a person. */
const char *
ptp_demo_meter_get_level (PtpDemoMeter *self)
{
  return level_of (self, ptp_demo_meter_get_recent (self));
}
