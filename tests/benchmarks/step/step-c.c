/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "../ptp-bench-stream.h"
#include "ptp-step-gio.h"

#include <json-glib/json-glib.h>
#include <math.h>

/* What one step costs in C, in nanoseconds: around the same producer and the same consumer
 * different things that call them, and GIO's own streams. Only steps are timed: what runs has
 * been started before, and is stopped afterwards.
 */

/* The clock is read this often, so that it is no part of what is measured. */
#define STEPS_PER_LOOK 1000
#define TURNS_PER_LOOK 100

/* A few nanoseconds a step, so that it takes about as long as the others. */
#define BARE_STEPS_PER_NANOSECOND 0.25

static double
measure_bare (guint n_streams, gint64 nanoseconds)
{
  return ptp_bench_measure_bare ((guint64) ((double) nanoseconds * BARE_STEPS_PER_NANOSECOND));
}

static double
measure_checked (guint n_streams, gint64 nanoseconds)
{
  g_autoptr (PtpBenchProducer) producer = ptp_bench_producer_new (PTP_BENCH_FOREVER);
  g_autoptr (PtpBenchConsumer) consumer = ptp_bench_consumer_new ();
  g_autoptr (GError) error = NULL;
  PtpPullProducer *from = PTP_PULL_PRODUCER (producer);
  PtpConsumer *to = PTP_CONSUMER (consumer);
  gint64 start = ptp_bench_now (), now;

  do
    {
      for (guint i = 0; i < STEPS_PER_LOOK; i++)
        if (ptp_pull_producer_produce (from, to, &error) != PTP_STEP_RESULT_MORE)
          return NAN;
      now = ptp_bench_now ();
    }
  while (now - start < nanoseconds);

  return (double) (now - start) / (double) ptp_bench_consumer_get_steps (consumer);
}

typedef struct
{
  PtpPullProducer *producer; /* (unowned) */
  PtpConsumer *consumer;     /* (unowned) */
} Pair;

static gboolean
idle_cb (gpointer user_data)
{
  Pair *pair = user_data;
  g_autoptr (GError) error = NULL;

  return ptp_pull_producer_produce (pair->producer, pair->consumer, &error) == PTP_STEP_RESULT_MORE
           ? G_SOURCE_CONTINUE
           : G_SOURCE_REMOVE;
}

/* Like ptp_bench_streams_measure(), for turns so short that the clock would count. */
static double
measure_turns (PtpBenchStreams *streams, gint64 nanoseconds)
{
  guint64 before = ptp_bench_streams_count_steps (streams);
  gint64 start = ptp_bench_now (), now;

  do
    {
      for (guint i = 0; i < TURNS_PER_LOOK; i++)
        g_main_context_iteration (NULL, TRUE);
      now = ptp_bench_now ();
    }
  while (now - start < nanoseconds);

  return (double) (now - start) / (double) (ptp_bench_streams_count_steps (streams) - before);
}

static double
measure_idle (guint n_streams, gint64 nanoseconds)
{
  g_autoptr (PtpBenchStreams) streams = ptp_bench_streams_new (n_streams, PTP_BENCH_FOREVER);
  g_autofree Pair *pairs = g_new0 (Pair, n_streams);
  g_autofree guint *ids = g_new0 (guint, n_streams);
  double result;

  for (guint i = 0; i < n_streams; i++)
    {
      pairs[i].producer = PTP_PULL_PRODUCER (streams->producers[i]);
      pairs[i].consumer = PTP_CONSUMER (streams->consumers[i]);
      ids[i] = g_idle_add (idle_cb, &pairs[i]);
    }

  ptp_bench_streams_warm_up (streams);
  result = measure_turns (streams, nanoseconds);

  for (guint i = 0; i < n_streams; i++)
    g_source_remove (ids[i]);

  return result;
}

static double
measure_splice (guint n_streams, gint64 nanoseconds)
{
  return ptp_step_measure_splice (nanoseconds);
}

static double
measure_splice_in_thread (guint n_streams, gint64 nanoseconds)
{
  return ptp_step_measure_splice_in_thread (nanoseconds);
}

static double
measure_ping_pong (guint n_streams, gint64 nanoseconds)
{
  return ptp_step_measure_ping_pong (nanoseconds);
}

static double
measure_pollable (guint n_streams, gint64 nanoseconds)
{
  return ptp_step_measure_pollable (nanoseconds);
}

static double
measure_ours (guint n_streams, gint64 nanoseconds)
{
  g_autoptr (PtpBenchStreams) streams = ptp_bench_streams_new (n_streams, PTP_BENCH_FOREVER);

  ptp_bench_streams_start (streams);
  ptp_bench_streams_warm_up (streams);
  return ptp_bench_streams_measure (streams, nanoseconds);
}

static const struct
{
  const char *name;
  double (*measure) (guint n_streams, gint64 nanoseconds);
  guint n_streams;
} measurements[] = {
  { "bare", measure_bare, 1 },
  { "checked", measure_checked, 1 },
  { "ours-1", measure_ours, 1 },
  { "ours-100", measure_ours, 100 },
  { "ours-10000", measure_ours, 10000 },
  { "idle-1", measure_idle, 1 },
  { "idle-100", measure_idle, 100 },
  { "gio-pollable", measure_pollable, 1 },
  { "gio-ping-pong", measure_ping_pong, 1 },
  { "gio-splice", measure_splice, 1 },
  { "gio-splice-thread", measure_splice_in_thread, 1 },
};

static void
add_version (JsonBuilder *figures)
{
  g_autofree char *version
    = g_strdup_printf ("%u.%u.%u", glib_major_version, glib_minor_version, glib_micro_version);

  json_builder_set_member_name (figures, "versions");
  json_builder_begin_object (figures);
  json_builder_set_member_name (figures, "GLib");
  json_builder_add_string_value (figures, version);
  json_builder_end_object (figures);
}

static void
print_figures (JsonBuilder *figures)
{
  g_autoptr (JsonNode) root = json_builder_get_root (figures);
  g_autofree char *text = json_to_string (root, FALSE);

  g_print ("%s\n", text);
}

int
main (int argc, char **argv)
{
  int milliseconds = 200;
  const GOptionEntry entries[] = {
    { "milliseconds", 0, 0, G_OPTION_ARG_INT, &milliseconds, "How long each runs", "N" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (JsonBuilder) figures = json_builder_new ();
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || milliseconds < 1)
    {
      g_printerr ("step-c: %s\n", error != NULL ? error->message : "it must run for a while");
      return 2;
    }

  json_builder_begin_object (figures);
  add_version (figures);
  for (guint i = 0; i < G_N_ELEMENTS (measurements); i++)
    {
      gint64 nanoseconds = (gint64) milliseconds * 1000000;
      double figure = measurements[i].measure (measurements[i].n_streams, nanoseconds);

      if (!isfinite (figure))
        {
          g_printerr ("step-c: %s did not do its work\n", measurements[i].name);
          return 1;
        }
      json_builder_set_member_name (figures, measurements[i].name);
      json_builder_add_double_value (figures, figure);
    }
  json_builder_end_object (figures);

  print_figures (figures);
  return 0;
}
