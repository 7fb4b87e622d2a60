/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A window that copies a large file twice: through a stream of pulltopush, and with an idle loop as
 * it is often written. A spinner and a meter of the gaps between frames show what either does to
 * the window. What one learns from it:
 *
 * - ptp-demo-copy.c: how to copy in a window: open asynchronously, stream, close, and only then
 *   say that it is done; pause with a hold that has a name; cancel so that no half file is left;
 * - ptp-demo-idle-copy.c: what it replaces, which on a slow target takes the window with it;
 * - ptp-demo-meter.c: how to see that, in any program: by a tick callback.
 *
 * The same window in Python is gtk_copy.py, with the same .ui files.
 */
#include <gtk/gtk.h>

#include "ptp-demo-remote.h"
#include "ptp-demo-window.h"

typedef struct
{
  GFile *source;
  GFile *target;
  gboolean remote;
  PtpDemoRemote *listener;
} Program;

static void
activate_cb (GtkApplication *application, gpointer data)
{
  Program *program = data;
  GtkWindow *window = ptp_demo_window_new (application, program->source, program->target);

  if (program->remote)
    program->listener = ptp_demo_remote_new (PTP_DEMO_WINDOW (window));
  gtk_window_present (window);
}

int
main (int argc, char *argv[])
{
  g_auto (GStrv) names = NULL;
  Program program = { 0 };
  const GOptionEntry entries[]
    = { { "remote", 0, 0, G_OPTION_ARG_NONE, &program.remote,
          "Do the actions that standard input names, and report as JSON", NULL },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &names, NULL, NULL },
        { NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new ("[SOURCE [TARGET]]");
  g_autoptr (GtkApplication) application = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || (names != NULL && g_strv_length (names) > 2))
    {
      g_printerr ("Usage: gtk-copy [--remote] [SOURCE [TARGET]]\n");
      return 2;
    }
  if (names != NULL)
    program.source = g_file_new_for_commandline_arg (names[0]);
  if (names != NULL && names[1] != NULL)
    program.target = g_file_new_for_commandline_arg (names[1]);

  if (!gtk_init_check ())
    {
      g_printerr ("gtk-copy: There is no display to show a window on.\n");
      return 1;
    }

  application = gtk_application_new ("org.pulltopush.GtkCopy", G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), &program);
  status = g_application_run (G_APPLICATION (application), 0, NULL);

  g_clear_object (&program.listener);
  g_clear_object (&program.source);
  g_clear_object (&program.target);
  return status;
}
