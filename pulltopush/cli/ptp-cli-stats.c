/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-stats-private.h"

#include <json-glib/json-glib.h>

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_number (JsonBuilder *builder, const char *name, guint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) value);
}

static void
add_double (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static void
add_pauses (JsonBuilder *builder, GHashTable *pauses)
{
  g_autoptr (GList) names = NULL;

  json_builder_set_member_name (builder, "pauses");
  json_builder_begin_object (builder);
  if (pauses != NULL)
    names = g_list_sort (g_hash_table_get_keys (pauses), (GCompareFunc) g_strcmp0);
  for (GList *l = names; l != NULL; l = l->next)
    add_number (builder, l->data, GPOINTER_TO_UINT (g_hash_table_lookup (pauses, l->data)));
  json_builder_end_object (builder);
}

/* One line of JSON, as the man page describes it. */
char *
ptp_cli_stats_to_json (const PtpCliStats *stats)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  double rate = stats->seconds > 0 ? (double) stats->bytes_written / stats->seconds : 0;

  json_builder_begin_object (builder);
  add_string (builder, "source", stats->source);
  add_string (builder, "destination", stats->destination);
  add_string (builder, "state", stats->state);
  add_number (builder, "bytes-read", stats->bytes_read);
  add_number (builder, "bytes-written", stats->bytes_written);
  add_number (builder, "steps", stats->steps);
  add_pauses (builder, stats->pauses);
  add_double (builder, "paused-seconds", stats->paused_seconds);
  add_number (builder, "peak-queued", stats->peak_queued);
  add_number (builder, "high", stats->high);
  add_number (builder, "low", stats->low);
  add_double (builder, "seconds", stats->seconds);
  add_double (builder, "rate", rate);
  add_string (builder, "side",
              stats->side != PTP_CLI_SIDE_NONE ? ptp_cli_side_to_string (stats->side) : NULL);
  add_string (builder, "error", stats->error);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
