/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-demo-window.h"

#include <glib/gstdio.h>

#include "ptp-demo-copy.h"
#include "ptp-demo-idle-copy.h"
#include "ptp-demo-meter.h"
#include "ptp-demo-pane.h"

/* The window: two jobs, a pane for each, the meter, and an action for whatever a person can do, so
 * that a button and a program do it in the same way. The signal "changed" says that
 * ptp_demo_window_report() has news. */

struct _PtpDemoWindow
{
  GtkApplicationWindow parent_instance;

  GtkWidget *error_bar;
  GtkWidget *error_label;
  GtkWidget *file_label;
  GtkWidget *stream_pane;
  GtkWidget *plain_pane;
  GtkWidget *pause_button;
  GtkWidget *gap_label;
  GtkWidget *meter;

  GFile *source;
  GFile *target;
  char *folder; /* (owned) (nullable): what was made for targets that nobody named */
  PtpDemoJob *stream;
  PtpDemoJob *plain;
  GtkNativeDialog *chooser;
  char *picture; /* (owned) (nullable): the file for a picture of the next frame */
  guint timer;
  gboolean closing;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PtpDemoWindow, ptp_demo_window, GTK_TYPE_APPLICATION_WINDOW)

static void
show_error (PtpDemoWindow *self, const char *message)
{
  if (message != NULL)
    gtk_label_set_label (GTK_LABEL (self->error_label), message);
  gtk_info_bar_set_revealed (GTK_INFO_BAR (self->error_bar), message != NULL);
}

static void
error_read_cb (GtkInfoBar *bar, int response, PtpDemoWindow *self)
{
  show_error (self, NULL);
}

static gboolean
is_busy (PtpDemoWindow *self)
{
  return ptp_demo_job_is_running (self->stream) || ptp_demo_job_is_running (self->plain);
}

static void
enable (PtpDemoWindow *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
update_actions (PtpDemoWindow *self)
{
  gboolean streaming = ptp_demo_job_is_running (self->stream);
  gboolean copying = ptp_demo_job_is_running (self->plain);

  enable (self, "choose", !streaming && !copying);
  enable (self, "copy", self->source != NULL && !streaming);
  enable (self, "pause", streaming);
  enable (self, "cancel", streaming);
  enable (self, "plain-copy", self->source != NULL && !copying);
  enable (self, "plain-cancel", copying);
  if (!streaming)
    g_action_change_state (g_action_map_lookup_action (G_ACTION_MAP (self), "pause"),
                           g_variant_new_boolean (FALSE));
}

static void
update_file (PtpDemoWindow *self)
{
  g_autofree char *name = self->source != NULL ? g_file_get_parse_name (self->source) : NULL;
  g_autofree char *base = name != NULL ? g_path_get_basename (name) : NULL;

  gtk_label_set_label (GTK_LABEL (self->file_label), base != NULL ? base : "No file chosen yet");
  gtk_widget_set_tooltip_text (self->file_label, name);
}

static void
job_changed_cb (PtpDemoJob *job, PtpDemoWindow *self)
{
  g_autofree char *message = NULL;

  if (ptp_demo_job_get_state (job) == PTP_DEMO_STATE_FAILED)
    {
      message
        = g_strdup_printf ("The file was not copied. %s.", ptp_demo_job_get_error (job)->message);
      show_error (self, message);
    }
  update_actions (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);

  if (self->closing && !is_busy (self))
    gtk_window_destroy (GTK_WINDOW (self));
}

static gboolean
update_cb (gpointer data)
{
  static const char *const colors[][2]
    = { { "good", "#26a269" }, { "late", "#c88800" }, { "bad", "#e01b24" } };
  PtpDemoWindow *self = data;
  PtpDemoMeter *meter = PTP_DEMO_METER (self->meter);
  const char *level = ptp_demo_meter_get_level (meter);
  g_autofree char *markup = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (colors); i++)
    if (g_str_equal (colors[i][0], level))
      markup = g_strdup_printf ("<span foreground=\"%s\">%.0f ms</span>", colors[i][1],
                                ptp_demo_meter_get_recent (meter));

  gtk_label_set_markup (GTK_LABEL (self->gap_label), markup);
  ptp_demo_pane_update (PTP_DEMO_PANE (self->stream_pane));
  ptp_demo_pane_update (PTP_DEMO_PANE (self->plain_pane));
  return G_SOURCE_CONTINUE;
}

/* Each copy has a target of its own, so that both can run at once. */
static GFile *
target_for (PtpDemoWindow *self, const char *suffix, GError **error)
{
  g_autofree char *base = NULL;
  g_autofree char *name = NULL;

  if (self->target != NULL)
    {
      g_autofree char *uri = g_file_get_uri (self->target);

      name = g_strconcat (uri, suffix, NULL);
      return g_file_new_for_uri (name);
    }

  if (self->folder == NULL)
    self->folder = g_dir_make_tmp ("gtk-copy-XXXXXX", error);
  if (self->folder == NULL)
    return NULL;
  base = g_strconcat ("copy", suffix, NULL);
  return g_file_new_build_filename (self->folder, base, NULL);
}

static void
start (PtpDemoWindow *self, PtpDemoJob *job, const char *suffix)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) target = target_for (self, suffix, &error);
  g_autoptr (GVariant) slow = g_action_group_get_action_state (G_ACTION_GROUP (self), "slow");

  show_error (self, error != NULL ? error->message : NULL);
  if (target == NULL)
    return;
  if (!is_busy (self))
    ptp_demo_meter_restart (PTP_DEMO_METER (self->meter));
  ptp_demo_job_start (job, self->source, target, g_variant_get_boolean (slow));
}

static void
copy_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PtpDemoWindow *self = data;

  start (self, self->stream, "");
}

static void
plain_copy_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PtpDemoWindow *self = data;

  start (self, self->plain, ".plain");
}

static void
cancel_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ptp_demo_job_cancel (PTP_DEMO_WINDOW (data)->stream);
}

static void
plain_cancel_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ptp_demo_job_cancel (PTP_DEMO_WINDOW (data)->plain);
}

static void
change_pause_cb (GSimpleAction *action, GVariant *state, gpointer data)
{
  PtpDemoWindow *self = data;
  gboolean paused = g_variant_get_boolean (state);

  g_simple_action_set_state (action, state);
  gtk_button_set_label (GTK_BUTTON (self->pause_button), paused ? "Resume" : "Pause");
  if (ptp_demo_job_is_running (self->stream))
    ptp_demo_copy_set_paused (PTP_DEMO_COPY (self->stream), paused);
}

static void
change_limit_cb (GSimpleAction *action, GVariant *state, gpointer data)
{
  PtpDemoWindow *self = data;

  g_simple_action_set_state (action, state);
  ptp_demo_copy_set_limited (PTP_DEMO_COPY (self->stream), g_variant_get_boolean (state));
}

static void
chosen_cb (GtkNativeDialog *dialog, int response, PtpDemoWindow *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_clear_object (&self->source);
      self->source = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      update_file (self);
      update_actions (self);
    }
  g_clear_object (&self->chooser);
}

static void
choose_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PtpDemoWindow *self = data;

  if (self->chooser != NULL)
    return;
  self->chooser = GTK_NATIVE_DIALOG (
    gtk_file_chooser_native_new ("Choose a file to copy", GTK_WINDOW (self),
                                 GTK_FILE_CHOOSER_ACTION_OPEN, "_Choose", NULL));
  g_signal_connect (self->chooser, "response", G_CALLBACK (chosen_cb), self);
  gtk_native_dialog_show (self->chooser);
}

/* The window as it looks, without the help of any other program. */
static gboolean
take_picture (PtpDemoWindow *self, const char *path)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GskRenderer *renderer = gtk_native_get_renderer (GTK_NATIVE (self));
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (widget),
                          gtk_widget_get_height (widget));
  node = gtk_snapshot_to_node (snapshot);
  if (node == NULL)
    return FALSE;
  texture = gsk_renderer_render_texture (renderer, node, NULL);
  return gdk_texture_save_to_png (texture, path);
}

static void
painted_cb (GdkFrameClock *clock, PtpDemoWindow *self)
{
  g_autofree char *path = g_steal_pointer (&self->picture);
  g_autofree char *message = NULL;

  g_signal_handlers_disconnect_by_func (clock, painted_cb, self);
  if (!take_picture (self, path))
    {
      message = g_strdup_printf ("No picture was written to %s: is its folder there?", path);
      show_error (self, message);
    }
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* What changed since the last frame cannot be seen yet, so the next one is taken. */
static void
screenshot_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PtpDemoWindow *self = data;

  if (self->picture == NULL)
    g_signal_connect_object (gtk_widget_get_frame_clock (GTK_WIDGET (self)), "after-paint",
                             G_CALLBACK (painted_cb), self, 0);
  g_free (self->picture);
  self->picture = g_variant_dup_string (parameter, NULL);
}

static void
close_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_window_close (GTK_WINDOW (data));
}

/* Copies that still run are cancelled, and have removed what they wrote when the window goes. */
static gboolean
ptp_demo_window_close_request (GtkWindow *window)
{
  PtpDemoWindow *self = PTP_DEMO_WINDOW (window);

  if (!is_busy (self))
    return GTK_WINDOW_CLASS (ptp_demo_window_parent_class)->close_request (window);

  if (!self->closing)
    {
      self->closing = TRUE;
      ptp_demo_copy_set_paused (PTP_DEMO_COPY (self->stream), FALSE);
      ptp_demo_job_cancel (self->stream);
      ptp_demo_job_cancel (self->plain);
    }
  return TRUE;
}

static void
remove_folder (PtpDemoWindow *self)
{
  static const char *const names[] = { "copy", "copy.plain" };

  if (self->folder == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (self->folder, names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (self->folder);
  g_clear_pointer (&self->folder, g_free);
}

static void
ptp_demo_window_dispose (GObject *object)
{
  PtpDemoWindow *self = PTP_DEMO_WINDOW (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->stream != NULL)
    g_signal_handlers_disconnect_by_data (self->stream, self);
  if (self->plain != NULL)
    g_signal_handlers_disconnect_by_data (self->plain, self);
  remove_folder (self);
  g_clear_pointer (&self->picture, g_free);
  g_clear_object (&self->chooser);
  g_clear_object (&self->stream);
  g_clear_object (&self->plain);
  g_clear_object (&self->source);
  g_clear_object (&self->target);

  G_OBJECT_CLASS (ptp_demo_window_parent_class)->dispose (object);
}

static void
ptp_demo_window_class_init (PtpDemoWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ptp_demo_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = ptp_demo_window_close_request;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", PTP_DEMO_TYPE_WINDOW, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (PTP_DEMO_TYPE_METER);
  g_type_ensure (PTP_DEMO_TYPE_PANE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/pulltopush/demo/ptp-demo-window.ui");
  gtk_widget_class_bind_template_child (widget_class, PtpDemoWindow, error_bar);
  gtk_widget_class_bind_template_child (widget_class, PtpDemoWindow, error_label);
  gtk_widget_class_bind_template_child (widget_class, PtpDemoWindow, file_label);
  gtk_widget_class_bind_template_child (widget_class, PtpDemoWindow, stream_pane);
  gtk_widget_class_bind_template_child (widget_class, PtpDemoWindow, plain_pane);
  gtk_widget_class_bind_template_child (widget_class, PtpDemoWindow, pause_button);
  gtk_widget_class_bind_template_child (widget_class, PtpDemoWindow, gap_label);
  gtk_widget_class_bind_template_child (widget_class, PtpDemoWindow, meter);
}

static void
ptp_demo_window_init (PtpDemoWindow *self)
{
  static const GActionEntry entries[] = {
    { "choose", choose_cb },
    { "copy", copy_cb },
    { "pause", NULL, NULL, "false", change_pause_cb },
    { "cancel", cancel_cb },
    { "limit", NULL, NULL, "false", change_limit_cb },
    { "slow", NULL, NULL, "false", NULL },
    { "plain-copy", plain_copy_cb },
    { "plain-cancel", plain_cancel_cb },
    { "screenshot", screenshot_cb, "s" },
    /* Does nothing; a program that asked for it is told what there is to see. */
    { "report" },
    { "close", close_cb },
  };

  gtk_widget_init_template (GTK_WIDGET (self));
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect (self->error_bar, "response", G_CALLBACK (error_read_cb), self);

  self->stream = ptp_demo_copy_new ();
  self->plain = ptp_demo_idle_copy_new ();
  g_signal_connect (self->stream, "changed", G_CALLBACK (job_changed_cb), self);
  g_signal_connect (self->plain, "changed", G_CALLBACK (job_changed_cb), self);
  ptp_demo_pane_set_job (PTP_DEMO_PANE (self->stream_pane), self->stream);
  ptp_demo_pane_set_job (PTP_DEMO_PANE (self->plain_pane), self->plain);
  self->timer = g_timeout_add (100, update_cb, self);
}

/* Without a source the window asks for one. Without a target, copies go to a folder that is gone
 * with the window. */
GtkWindow *
ptp_demo_window_new (GtkApplication *application, GFile *source, GFile *target)
{
  PtpDemoWindow *self = g_object_new (PTP_DEMO_TYPE_WINDOW, "application", application, NULL);

  g_set_object (&self->source, source);
  g_set_object (&self->target, target);
  update_file (self);
  update_actions (self);
  return GTK_WINDOW (self);
}

static GVariant *
report_job (PtpDemoJob *job)
{
  const GError *error = ptp_demo_job_get_error (job);
  g_auto (GStrv) holders = ptp_demo_job_dup_holders (job);
  char *none[] = { NULL };
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "state", "s", ptp_demo_job_get_state_name (job));
  g_variant_dict_insert (&dict, "bytes", "t", ptp_demo_job_get_bytes (job));
  g_variant_dict_insert (&dict, "total", "x", (gint64) ptp_demo_job_get_total (job));
  g_variant_dict_insert (&dict, "holders", "^as", holders != NULL ? holders : none);
  g_variant_dict_insert (&dict, "error", "s", error != NULL ? error->message : "");
  return g_variant_dict_end (&dict);
}

/* What there is to see, for a program: an "a{sv}". */
GVariant *
ptp_demo_window_report (PtpDemoWindow *self)
{
  PtpDemoMeter *meter = PTP_DEMO_METER (self->meter);
  gboolean revealed = gtk_info_bar_get_revealed (GTK_INFO_BAR (self->error_bar));
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "stream", report_job (self->stream));
  g_variant_dict_insert_value (&dict, "plain", report_job (self->plain));
  g_variant_dict_insert (&dict, "frames", "t", ptp_demo_meter_get_n_frames (meter));
  g_variant_dict_insert (&dict, "longest-gap-ms", "d", ptp_demo_meter_get_longest (meter));
  g_variant_dict_insert (&dict, "level", "s", ptp_demo_meter_get_level (meter));
  g_variant_dict_insert (&dict, "message", "s",
                         revealed ? gtk_label_get_label (GTK_LABEL (self->error_label)) : "");
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}
