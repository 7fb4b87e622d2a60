/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-demo-remote.h"

#include <gio/gunixinputstream.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <unistd.h>

/* For --remote: each line of standard input names an action of the window, as in "copy" or
 * "screenshot::/tmp/window.png". What there is to see then goes to standard output, a line of JSON
 * after each action and after each change. */

struct _PtpDemoRemote
{
  GObject parent_instance;

  PtpDemoWindow *window; /* (unowned) (nullable): until it is destroyed */
  GDataInputStream *lines;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (PtpDemoRemote, ptp_demo_remote, G_TYPE_OBJECT)

static void
tell (PtpDemoRemote *self, const char *event)
{
  g_autoptr (GVariant) report = ptp_demo_window_report (self->window);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (report);
  g_autoptr (GVariant) whole = NULL;
  g_autofree char *json = NULL;

  g_variant_dict_insert (&dict, "event", "s", event);
  whole = g_variant_ref_sink (g_variant_dict_end (&dict));
  json = json_gvariant_serialize_data (whole, NULL);
  g_print ("%s\n", json);
}

static void
obey (PtpDemoRemote *self, const char *line)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) target = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_action_parse_detailed_name (line, &name, &target, &error))
    g_printerr ("gtk-copy: %s\n", error->message);
  else if (!g_action_group_has_action (G_ACTION_GROUP (self->window), name))
    g_printerr ("gtk-copy: The window has no action “%s”\n", name);
  else
    g_action_group_activate_action (G_ACTION_GROUP (self->window), name, target);

  if (self->window != NULL)
    tell (self, line);
}

static void
line_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (PtpDemoRemote) self = data;
  g_autofree char *line
    = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);

  if (line == NULL || self->window == NULL)
    return;

  obey (self, line);
  g_data_input_stream_read_line_async (self->lines, G_PRIORITY_DEFAULT, self->cancellable, line_cb,
                                       g_object_ref (self));
}

static void
changed_cb (PtpDemoRemote *self)
{
  tell (self, "changed");
}

static void
destroyed_cb (PtpDemoRemote *self)
{
  self->window = NULL;
  g_cancellable_cancel (self->cancellable);
}

static void
ptp_demo_remote_finalize (GObject *object)
{
  PtpDemoRemote *self = PTP_DEMO_REMOTE (object);

  g_clear_object (&self->lines);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (ptp_demo_remote_parent_class)->finalize (object);
}

static void
ptp_demo_remote_class_init (PtpDemoRemoteClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ptp_demo_remote_finalize;
}

static void
ptp_demo_remote_init (PtpDemoRemote *self)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);

  self->lines = g_data_input_stream_new (input);
  self->cancellable = g_cancellable_new ();
  /* Who listens at the other end of a pipe hears each line at once. */
  setvbuf (stdout, NULL, _IOLBF, 0);
}

PtpDemoRemote *
ptp_demo_remote_new (PtpDemoWindow *window)
{
  PtpDemoRemote *self = g_object_new (PTP_DEMO_TYPE_REMOTE, NULL);

  self->window = window;
  g_signal_connect_object (window, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (window, "destroy", G_CALLBACK (destroyed_cb), self, G_CONNECT_SWAPPED);
  g_data_input_stream_read_line_async (self->lines, G_PRIORITY_DEFAULT, self->cancellable, line_cb,
                                       g_object_ref (self));
  return self;
}
