/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-progress-private.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Milliseconds between two looks: while something happens, and while nothing does. */
#define LIVELY_INTERVAL (100)
#define CALM_INTERVAL   (1000)

#define DEFAULT_COLUMNS (80)

/* Over how many seconds the rate is smoothed. */
#define SMOOTHING (2.0)

/*
 * PtpCliProgress:
 *
 * Shows how far a run is: one line that is drawn over on a terminal, a line now and then elsewhere.
 *
 * While nothing changes it looks once a second, and draws nothing but the time.
 */
struct _PtpCliProgress
{
  GObject parent_instance;

  int fd;
  gboolean terminal;
  PtpCliSampleFunc sample_func;
  gpointer user_data; /* (unowned) */

  guint timer;
  guint interval; /* milliseconds */
  gint64 started; /* monotonic, microseconds */
  gint64 looked;  /* monotonic, microseconds */
  guint64 last_bytes;
  double rate; /* bytes per second */
  char *drawn; /* (owned) (nullable): what is on the line now */
};

G_DEFINE_FINAL_TYPE (PtpCliProgress, ptp_cli_progress, G_TYPE_OBJECT)

static void
ptp_cli_progress_finalize (GObject *object)
{
  PtpCliProgress *self = PTP_CLI_PROGRESS (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_free (self->drawn);

  G_OBJECT_CLASS (ptp_cli_progress_parent_class)->finalize (object);
}

static void
ptp_cli_progress_class_init (PtpCliProgressClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ptp_cli_progress_finalize;
}

static void
ptp_cli_progress_init (PtpCliProgress *self)
{
}

PtpCliProgress *
ptp_cli_progress_new (int fd, PtpCliSampleFunc sample_func, gpointer user_data)
{
  PtpCliProgress *self = g_object_new (PTP_TYPE_CLI_PROGRESS, NULL);

  self->fd = fd;
  self->terminal = isatty (fd) == 1;
  self->sample_func = sample_func;
  self->user_data = user_data;
  return self;
}

static guint
get_columns (PtpCliProgress *self)
{
  struct winsize size = { 0 };

  if (ioctl (self->fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return DEFAULT_COLUMNS;

  return size.ws_col;
}

/* A terminal that was stopped with Ctrl+S, or a pipe that is full, must not stop the stream; and a
 * job in the background has no business on the terminal.
 */
static gboolean
may_write (PtpCliProgress *self)
{
  GPollFD poll_fd = { .fd = self->fd, .events = G_IO_OUT };

  if (self->terminal && tcgetpgrp (self->fd) > 0 && tcgetpgrp (self->fd) != getpgrp ())
    return FALSE;

  return g_poll (&poll_fd, 1, 0) == 1 && (poll_fd.revents & G_IO_OUT) != 0;
}

static void
write_text (PtpCliProgress *self, const char *text)
{
  /* What cannot be shown is not worth a failure. */
  if (write (self->fd, text, strlen (text)) < 0)
    g_debug ("The progress could not be shown: %s", g_strerror (errno));
}

static void
draw (PtpCliProgress *self, const PtpCliSample *sample, const char *end)
{
  /* The last column is left alone: some terminals go to the next line behind it. */
  g_autofree char *line = ptp_cli_format_line (sample, get_columns (self) - 1);
  g_autofree char *text = NULL;

  if ((*end == '\0' && g_strcmp0 (line, self->drawn) == 0) || !may_write (self))
    return;

  text = g_strconcat ("\r", line, "\033[K", end, NULL);
  write_text (self, text);
  g_free (self->drawn);
  self->drawn = g_steal_pointer (&line);
}

static void
say (PtpCliProgress *self, const PtpCliSample *sample)
{
  g_autofree char *line = ptp_cli_format_plain (sample);
  g_autofree char *text = g_strconcat (line, "\n", NULL);

  if (may_write (self))
    write_text (self, text);
}

static void
update_rate (PtpCliProgress *self, guint64 bytes, gint64 now)
{
  double passed = (double) (now - self->looked) / G_USEC_PER_SEC;
  double all = (double) (now - self->started) / G_USEC_PER_SEC;
  double weight;

  if (passed <= 0)
    return;

  /* At first it is the mean since the start, then that of the last few seconds. */
  weight = MAX (passed / (passed + SMOOTHING), passed / all);
  self->rate += weight * ((double) (bytes - self->last_bytes) / passed - self->rate);
  self->looked = now;
  self->last_bytes = bytes;
}

static char *
take_sample (PtpCliProgress *self, PtpCliSample *sample, gint64 now)
{
  char *holders = self->sample_func (sample, self->user_data);

  sample->holders = holders;
  sample->seconds = (double) (now - self->started) / G_USEC_PER_SEC;
  return holders;
}

static void schedule (PtpCliProgress *self, guint interval);

static gboolean
tick_cb (gpointer user_data)
{
  PtpCliProgress *self = user_data;
  gint64 now = g_get_monotonic_time ();
  guint64 before = self->last_bytes;
  PtpCliSample sample = { 0 };
  g_autofree char *holders = take_sample (self, &sample, now);
  guint interval;

  update_rate (self, sample.bytes, now);
  sample.rate = self->rate;
  if (self->terminal)
    {
      draw (self, &sample, "");
    }
  else if (sample.bytes != before)
    {
      say (self, &sample);
    }

  interval = self->terminal && sample.bytes != before ? LIVELY_INTERVAL : CALM_INTERVAL;
  if (interval == self->interval)
    return G_SOURCE_CONTINUE;

  self->timer = 0;
  schedule (self, interval);
  return G_SOURCE_REMOVE;
}

static void
schedule (PtpCliProgress *self, guint interval)
{
  self->interval = interval;
  self->timer = g_timeout_add (interval, tick_cb, self);
  g_source_set_name_by_id (self->timer, "[pulltopush] progress");
}

void
ptp_cli_progress_start (PtpCliProgress *self)
{
  g_return_if_fail (self->timer == 0);

  self->started = g_get_monotonic_time ();
  self->looked = self->started;
  schedule (self, self->terminal ? LIVELY_INTERVAL : CALM_INTERVAL);
}

/* With @done the last line stays, with the mean of the whole run; without, it gives way to the
 * message that comes now.
 */
void
ptp_cli_progress_stop (PtpCliProgress *self, gboolean done)
{
  PtpCliSample sample = { .done = TRUE };
  g_autofree char *holders = NULL;

  if (self->timer == 0)
    return;

  g_clear_handle_id (&self->timer, g_source_remove);
  if (!done)
    {
      if (self->drawn != NULL && may_write (self))
        write_text (self, "\r\033[K");
      return;
    }

  holders = take_sample (self, &sample, g_get_monotonic_time ());
  sample.rate = (double) sample.bytes / MAX (sample.seconds, 1e-6);
  if (self->terminal)
    draw (self, &sample, "\n");
  else
    say (self, &sample);
}
