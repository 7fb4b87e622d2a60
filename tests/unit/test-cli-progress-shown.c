/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

/* What the progress does to what it is shown on: a terminal, a pipe, one that is full and one that
 * nobody reads.
 */

#include "ptp-test-util.h"

#include "ptp-cli-progress-private.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* More than any pipe holds. */
#define PLENTY (4 * 1024 * 1024)

/* What is left of the line. */
#define ERASE "\033[K"

typedef struct
{
  PtpCliProgress *progress;
  int fd;    /* where it is shown */
  int other; /* what is behind that */
  guint64 bytes;
  guint n_samples;
  guint n_moving; /* so many samples find more than before */
} Fixture;

static char *
sample_cb (PtpCliSample *sample, gpointer user_data)
{
  Fixture *self = user_data;

  if (self->n_samples++ < self->n_moving)
    self->bytes += 100;
  sample->bytes = self->bytes;
  sample->total = 1000;
  return NULL;
}

static void
start (Fixture *self)
{
  g_assert_true (g_unix_set_fd_nonblocking (self->fd, TRUE, NULL));
  if (self->other >= 0)
    g_assert_true (g_unix_set_fd_nonblocking (self->other, TRUE, NULL));
  self->progress = ptp_cli_progress_new (self->fd, sample_cb, self);
  ptp_cli_progress_start (self->progress);
}

static void
open_pipe (Fixture *self)
{
  int fds[2];

  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  *self = (Fixture){ .fd = fds[1], .other = fds[0] };
}

static void
open_terminal (Fixture *self, guint16 columns)
{
  struct winsize size = { .ws_row = 24, .ws_col = columns };

  *self = (Fixture){ .other = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC) };
  g_assert_no_errno (self->other);
  g_assert_no_errno (grantpt (self->other));
  g_assert_no_errno (unlockpt (self->other));
  self->fd = open (ptsname (self->other), O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_assert_no_errno (self->fd);
  g_assert_no_errno (ioctl (self->fd, TIOCSWINSZ, &size));
}

static void
clear (Fixture *self)
{
  g_assert_finalize_object (self->progress);
  close (self->fd);
  if (self->other >= 0)
    close (self->other);
}

/* A terminal hands on what is written to it bit by bit. */
static char *
read_until (Fixture *self, const char *end)
{
  GString *shown = g_string_new (NULL);

  while (!g_str_has_suffix (shown->str, end))
    {
      char buffer[64];
      gssize n = read (self->other, buffer, sizeof buffer);

      g_assert_no_errno (n);
      g_string_append_len (shown, buffer, n);
    }

  return g_string_free (shown, FALSE);
}

/* All that has come, and no more. */
static char *
read_shown (Fixture *self)
{
  g_autofree char *buffer = g_malloc (PLENTY);
  gssize n = read (self->other, buffer, PLENTY);

  return g_strndup (buffer, (gsize) MAX (n, 0));
}

static gboolean
has_shown (gpointer user_data)
{
  Fixture *self = user_data;
  GPollFD poll_fd = { .fd = self->other, .events = G_IO_IN };

  return g_poll (&poll_fd, 1, 0) == 1;
}

static gboolean
has_looked_twice (gpointer user_data)
{
  Fixture *self = user_data;

  return self->n_samples >= 2;
}

/* One line is drawn over, is not drawn again while nothing changes, and stays in the end. */
static void
test_terminal (void)
{
  Fixture self;
  g_autofree char *first = NULL;
  g_autofree char *last = NULL;

  open_terminal (&self, 40);
  self.n_moving = 1;
  start (&self);
  ptp_test_until (has_shown, &self);
  first = read_until (&self, ERASE);
  g_assert_true (g_str_has_prefix (first, "\r 10% "));
  g_assert_cmpuint (strlen (first), <=, 40 + strlen ("\r" ERASE));
  g_assert_null (strchr (first, '\n'));

  ptp_test_until (has_looked_twice, &self);
  self.bytes = 1000;
  ptp_cli_progress_stop (self.progress, TRUE);
  last = read_until (&self, "\n");
  g_assert_nonnull (strstr (last, "\r100% "));
  g_assert_true (g_str_has_suffix (last, ERASE "\r\n"));
  clear (&self);
}

/* What fails gives the line to its message. One that has no width is taken for a usual one. */
static void
test_terminal_failure (void)
{
  Fixture self;
  g_autofree char *drawn = NULL;
  g_autofree char *last = NULL;

  open_terminal (&self, 0);
  self.n_moving = 100;
  start (&self);
  ptp_test_until (has_shown, &self);
  drawn = read_until (&self, ERASE);
  g_assert_cmpuint (strlen (drawn), ==, 79 + strlen ("\r" ERASE));
  ptp_cli_progress_stop (self.progress, FALSE);
  last = read_until (&self, ERASE);
  g_assert_cmpstr (last, ==, "\r" ERASE);

  /* It is over. */
  ptp_cli_progress_stop (self.progress, TRUE);
  g_assert_false (has_shown (&self));
  clear (&self);
}

/* A line now and then, with an end: here the last. Before that nothing was there to be wiped out.
 */
static void
test_pipe (void)
{
  for (guint done = 0; done <= 1; done++)
    {
      Fixture self;
      g_autofree char *shown = NULL;

      open_pipe (&self);
      self.n_moving = 1;
      start (&self);
      ptp_cli_progress_stop (self.progress, done == 1);
      shown = read_shown (&self);
      if (done == 0)
        g_assert_cmpstr (shown, ==, "");
      else
        g_assert_true (g_str_has_prefix (shown, "10%  100 B  ") && g_str_has_suffix (shown, "\n"));
      clear (&self);
    }
}

/* Who reads nothing does not hold up the stream, and is not given half a line. */
static void
test_full_pipe (void)
{
  g_autofree char *plenty = g_malloc0 (PLENTY);
  g_autofree char *shown = NULL;
  Fixture self;
  gssize filled;

  open_pipe (&self);
  self.n_moving = 1;
  start (&self);
  filled = write (self.fd, plenty, PLENTY);
  g_assert_cmpint (filled, >, 0);
  g_assert_cmpint (filled, <, PLENTY);
  ptp_cli_progress_stop (self.progress, TRUE);
  g_assert_cmpuint (self.n_samples, ==, 1);
  g_assert_cmpint (read (self.other, plenty, PLENTY), ==, filled);
  shown = read_shown (&self);
  g_assert_cmpstr (shown, ==, "");
  clear (&self);
}

/* Nobody is there to read it, which is no failure of what is shown. */
static void
test_closed_pipe (void)
{
  Fixture self;

  signal (SIGPIPE, SIG_IGN);
  open_pipe (&self);
  close (self.other);
  self.other = -1;
  start (&self);
  ptp_cli_progress_stop (self.progress, TRUE);
  g_assert_cmpuint (self.n_samples, ==, 1);
  clear (&self);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli/progress/shown/terminal", test_terminal);
  g_test_add_func ("/cli/progress/shown/terminal/failure", test_terminal_failure);
  g_test_add_func ("/cli/progress/shown/pipe", test_pipe);
  g_test_add_func ("/cli/progress/shown/pipe/full", test_full_pipe);
  g_test_add_func ("/cli/progress/shown/pipe/closed", test_closed_pipe);

  return g_test_run ();
}
