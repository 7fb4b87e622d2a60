/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gst/app/app.h>
#include <gst/gst.h>
#include <json-glib/json-glib.h>

/* What one buffer costs in GStreamer, in nanoseconds, from a source to a sink that does nothing
 * with it. Timed from the first buffer that arrives to the end of the stream, so that neither
 * starting nor stopping a pipeline counts.
 */

#define CHUNK_SIZE     64
#define MISSING_STATUS 77 /* the peer is not installed */

/* No last sample, no waiting for the clock, no signals. */
#define SINK "fakesink name=sink sync=false enable-last-sample=false"

typedef struct
{
  GstElement *pipeline; /* (owned) */
  GstBuffer *buffer;    /* (owned): what an appsrc is given, again and again */
  guint64 n_left;       /* times that it is given yet */
  gint64 started;       /* nanoseconds; 0: nothing arrived yet */
} Run;

static gint64
get_now (void)
{
  return (gint64) gst_util_get_timestamp ();
}

static GstPadProbeReturn
first_buffer_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Run *run = user_data;

  run->started = get_now ();
  return GST_PAD_PROBE_REMOVE;
}

/* The source asks from its own thread, so that nobody waits for another. */
static void
need_data_cb (GstAppSrc *source, guint length, gpointer user_data)
{
  Run *run = user_data;

  if (run->n_left == 0)
    {
      gst_app_src_end_of_stream (source);
      return;
    }

  run->n_left--;
  gst_app_src_push_buffer (source, gst_buffer_ref (run->buffer));
}

static Run *
run_new (const char *description, guint64 n_steps, GError **error)
{
  GstAppSrcCallbacks callbacks = { .need_data = need_data_cb };
  Run *run;
  g_autoptr (GstElement) pipeline
    = gst_parse_launch_full (description, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstPad) pad = NULL;

  if (pipeline == NULL)
    return NULL;

  run = g_new0 (Run, 1);
  run->buffer = gst_buffer_new_allocate (NULL, CHUNK_SIZE, NULL);
  run->n_left = n_steps;

  source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  if (GST_IS_APP_SRC (source))
    gst_app_src_set_callbacks (GST_APP_SRC (source), &callbacks, run, NULL);

  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, first_buffer_cb, run, NULL);
  run->pipeline = g_steal_pointer (&pipeline);

  return run;
}

static void
run_free (Run *run)
{
  gst_element_set_state (run->pipeline, GST_STATE_NULL);
  gst_object_unref (run->pipeline);
  gst_buffer_unref (run->buffer);
  g_free (run);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Run, run_free)

static guint64
run_get_rendered (Run *run)
{
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (run->pipeline), "sink");
  g_autoptr (GstStructure) stats = NULL;
  guint64 n_rendered = 0;

  g_object_get (sink, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, "rendered", &n_rendered);
  return n_rendered;
}

/* Nanoseconds per step, or less than zero with an error. */
static double
measure (const char *description, guint64 n_steps, GError **error)
{
  g_autoptr (Run) run = run_new (description, n_steps, error);
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;
  gint64 ended;
  guint64 n_rendered;

  if (run == NULL)
    return -1;

  bus = gst_element_get_bus (run->pipeline);
  gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
  message
    = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  ended = get_now ();

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      gst_message_parse_error (message, error, NULL);
      return -1;
    }

  n_rendered = run_get_rendered (run);
  if (n_rendered != n_steps)
    {
      g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
                   "%" G_GUINT64_FORMAT " buffers arrived, of %" G_GUINT64_FORMAT, n_rendered,
                   n_steps);
      return -1;
    }

  return (double) (ended - run->started) / (double) n_steps;
}

static gboolean
measure_all (guint64 n_steps, JsonBuilder *figures, GError **error)
{
  /* The cheapest of what fakesrc can do with a buffer that is not empty. */
  g_autofree char *fakesrc = g_strdup_printf ("fakesrc name=source num-buffers=%" G_GUINT64_FORMAT
                                              " sizetype=fixed sizemax=%d"
                                              " filltype=nothing data=allocate ! " SINK,
                                              n_steps, CHUNK_SIZE);
  const struct
  {
    const char *name;
    const char *description;
  } pipelines[] = {
    { "gst-fakesrc", fakesrc },
    { "gst-appsrc", "appsrc name=source ! " SINK },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pipelines); i++)
    {
      double figure = measure (pipelines[i].description, n_steps, error);

      if (figure < 0)
        return FALSE;
      json_builder_set_member_name (figures, pipelines[i].name);
      json_builder_add_double_value (figures, figure);
    }

  return TRUE;
}

static void
add_version (JsonBuilder *figures)
{
  guint major, minor, micro, nano;
  g_autofree char *version = NULL;

  gst_version (&major, &minor, &micro, &nano);
  version = g_strdup_printf ("%u.%u.%u", major, minor, micro);

  json_builder_set_member_name (figures, "versions");
  json_builder_begin_object (figures);
  json_builder_set_member_name (figures, "GStreamer");
  json_builder_add_string_value (figures, version);
  json_builder_end_object (figures);
}

int
main (int argc, char **argv)
{
  gint64 n_steps = 500000;
  const GOptionEntry entries[] = {
    { "steps", 0, 0, G_OPTION_ARG_INT64, &n_steps, "How many buffers", "N" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (JsonBuilder) figures = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error) || n_steps < 1)
    {
      g_printerr ("step-gst: %s\n", error != NULL ? error->message : "there must be a step");
      return 2;
    }

  json_builder_begin_object (figures);
  add_version (figures);
  if (!measure_all ((guint64) n_steps, figures, &error))
    {
      g_printerr ("GStreamer: %s\n", error->message);
      return g_error_matches (error, GST_PARSE_ERROR, GST_PARSE_ERROR_NO_SUCH_ELEMENT)
               ? MISSING_STATUS
               : 1;
    }
  json_builder_end_object (figures);

  root = json_builder_get_root (figures);
  text = json_to_string (root, FALSE);
  g_print ("%s\n", text);
  return 0;
}
