/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-signals-private.h"

#include <glib-unix.h>
#include <signal.h>

/* Signals that end the program, delivered on the main loop, before any data. */
struct _PtpCliSignals
{
  PtpCliSignalFunc func;
  gpointer user_data; /* (unowned) */
  guint watches[3];
};

static gboolean
interrupted_cb (gpointer user_data)
{
  PtpCliSignals *self = user_data;

  self->func (SIGINT, self->user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
terminated_cb (gpointer user_data)
{
  PtpCliSignals *self = user_data;

  self->func (SIGTERM, self->user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
hung_up_cb (gpointer user_data)
{
  PtpCliSignals *self = user_data;

  self->func (SIGHUP, self->user_data);
  return G_SOURCE_CONTINUE;
}

/* Programs under nohup(1) want to outlive their terminal. */
static gboolean
is_ignored (int signal_number)
{
  struct sigaction action;

  return sigaction (signal_number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static guint
watch (PtpCliSignals *self, int signal_number, GSourceFunc func)
{
  return g_unix_signal_add_full (G_PRIORITY_HIGH, signal_number, func, self, NULL);
}

PtpCliSignals *
ptp_cli_signals_new (PtpCliSignalFunc func, gpointer user_data)
{
  PtpCliSignals *self = g_new0 (PtpCliSignals, 1);

  self->func = func;
  self->user_data = user_data;
  self->watches[0] = watch (self, SIGINT, interrupted_cb);
  self->watches[1] = watch (self, SIGTERM, terminated_cb);
  if (!is_ignored (SIGHUP))
    self->watches[2] = watch (self, SIGHUP, hung_up_cb);
  return self;
}

void
ptp_cli_signals_free (PtpCliSignals *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->watches); i++)
    g_clear_handle_id (&self->watches[i], g_source_remove);
  g_free (self);
}

const char *
ptp_cli_signal_get_name (int signal_number)
{
  return signal_number == SIGINT ? "SIGINT" : signal_number == SIGTERM ? "SIGTERM" : "SIGHUP";
}
