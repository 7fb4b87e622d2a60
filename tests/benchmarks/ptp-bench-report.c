/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-bench-private.h"

#include <json-glib/json-glib.h>
#include <math.h>

#define MIN_COLUMN_WIDTH 8

/* Strings are counted in characters: a label may have a multiplication sign. */
static int
width_of (const char *text)
{
  return (int) g_utf8_strlen (text, -1);
}

static int
label_width (PtpBench *self)
{
  int width = 0;

  for (guint i = 0; i < self->rows->len; i++)
    width = MAX (width, width_of (((PtpBenchRow *) g_ptr_array_index (self->rows, i))->label));

  return width;
}

static int
column_width (PtpBenchColumn *column)
{
  return MAX (width_of (column->label), MIN_COLUMN_WIDTH) + 1;
}

static void
print_padded (const char *text, int width, gboolean to_the_right)
{
  int padding = MAX (width - width_of (text), 0);

  g_print ("%*s%s%*s", to_the_right ? padding : 0, "", text, to_the_right ? 0 : padding, "");
}

static void
print_row (PtpBench *self, PtpBenchRow *row, int width)
{
  print_padded (row->label, width, FALSE);
  for (guint i = 0; i < self->columns->len; i++)
    {
      PtpBenchColumn *column = g_ptr_array_index (self->columns, i);
      g_autofree char *text = NULL;
      double value;

      if (ptp_bench_row_reduce (row, column->key, column->summary, &value))
        text = g_strdup_printf ("%.*f", (int) column->decimals, value);
      print_padded (text != NULL ? text : "-", column_width (column), TRUE);
    }
  g_print ("\n");
}

/* Counts in full, all else with four digits. */
static char *
format_number (double value)
{
  if (fabs (value - nearbyint (value)) < 1e-9 && fabs (value) < 1e12)
    return g_strdup_printf ("%.0f", value);

  return g_strdup_printf ("%.4g", value);
}

static void
print_bars (PtpBench *self)
{
  for (guint i = 0; i < self->bars->len; i++)
    {
      PtpBenchBar *bar = g_ptr_array_index (self->bars, i);
      double value;
      gboolean holds = ptp_bench_bar_holds (bar, &value);
      g_autofree char *is = format_number (value);
      g_autofree char *wanted = format_number (bar->bar);

      g_print ("%-6s %s: %s, wanted %s %s\n", holds ? "holds" : "FAILS", bar->what, is,
               bar->at_most ? "<=" : ">=", wanted);
    }
}

void
ptp_bench_print (PtpBench *self)
{
  int width = label_width (self);

  g_print ("%s\nMedians of %d round%s, %s\n\n%*s", self->question, self->n_rounds,
           self->n_rounds == 1 ? "" : "s", self->unit, width, "");
  for (guint i = 0; i < self->columns->len; i++)
    {
      PtpBenchColumn *column = g_ptr_array_index (self->columns, i);

      print_padded (column->label, column_width (column), TRUE);
    }
  g_print ("\n");
  for (guint i = 0; i < self->rows->len; i++)
    print_row (self, g_ptr_array_index (self->rows, i), width);

  if (self->bars->len > 0)
    g_print ("\n");
  print_bars (self);

  if (self->notes->len > 0)
    g_print ("\n");
  for (guint i = 0; i < self->notes->len; i++)
    g_print ("%s\n", (const char *) g_ptr_array_index (self->notes, i));
}

/* The document */

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_double (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static void
add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
add_columns (JsonBuilder *builder, PtpBench *self)
{
  json_builder_set_member_name (builder, "columns");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->columns->len; i++)
    {
      PtpBenchColumn *column = g_ptr_array_index (self->columns, i);

      json_builder_begin_object (builder);
      add_string (builder, "key", column->key);
      add_string (builder, "label", column->label);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_reduced (JsonBuilder *builder, const char *name, PtpBenchRow *row, PtpBenchSummary summary)
{
  double value = 0;

  ptp_bench_row_reduce (row, PTP_BENCH_VALUE, summary, &value);
  add_double (builder, name, value);
}

static void
add_row (JsonBuilder *builder, PtpBenchRow *row)
{
  json_builder_begin_object (builder);
  add_string (builder, "name", row->name);
  add_string (builder, "label", row->label);
  add_reduced (builder, "median", row, PTP_BENCH_MEDIAN);
  add_reduced (builder, "min", row, PTP_BENCH_SMALLEST);
  add_reduced (builder, "max", row, PTP_BENCH_LARGEST);
  for (guint i = 0; i < row->series->len; i++)
    {
      PtpBenchSeries *series = g_ptr_array_index (row->series, i);
      double value;

      if (!g_str_equal (series->key, PTP_BENCH_VALUE)
          && ptp_bench_row_summarize (row, series->key, &value))
        add_double (builder, series->key, value);
    }
  json_builder_end_object (builder);
}

static void
add_bar (JsonBuilder *builder, PtpBenchBar *bar)
{
  double value;
  gboolean holds = ptp_bench_bar_holds (bar, &value);

  json_builder_begin_object (builder);
  add_string (builder, "what", bar->what);
  add_double (builder, "value", value);
  add_string (builder, "sense", bar->at_most ? "<=" : ">=");
  add_double (builder, "bar", bar->bar);
  add_boolean (builder, "holds", holds);
  json_builder_end_object (builder);
}

/* Points of one line need not have been added together. */
static void
add_line (JsonBuilder *builder, PtpBenchPlot *plot, const char *line)
{
  json_builder_begin_object (builder);
  add_string (builder, "label", line);
  json_builder_set_member_name (builder, "points");
  json_builder_begin_array (builder);
  for (guint i = 0; i < plot->points->len; i++)
    {
      PtpBenchPoint *point = g_ptr_array_index (plot->points, i);
      double y;

      if (!g_str_equal (point->line, line) || !ptp_bench_row_summarize (point->row, point->key, &y))
        continue;

      json_builder_begin_array (builder);
      json_builder_add_double_value (builder, point->x);
      json_builder_add_double_value (builder, y);
      json_builder_end_array (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
add_plot (JsonBuilder *builder, PtpBenchPlot *plot)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  json_builder_begin_object (builder);
  add_string (builder, "name", plot->name);
  add_string (builder, "title", plot->title);
  add_string (builder, "x_label", plot->x_label);
  add_string (builder, "y_label", plot->y_label);
  add_boolean (builder, "x_log", plot->x_log);
  add_boolean (builder, "y_log", plot->y_log);
  json_builder_set_member_name (builder, "lines");
  json_builder_begin_array (builder);
  for (guint i = 0; i < plot->points->len; i++)
    {
      PtpBenchPoint *point = g_ptr_array_index (plot->points, i);

      if (g_hash_table_add (seen, point->line))
        add_line (builder, plot, point->line);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
add_lists (JsonBuilder *builder, PtpBench *self)
{
  json_builder_set_member_name (builder, "rows");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->rows->len; i++)
    add_row (builder, g_ptr_array_index (self->rows, i));
  json_builder_end_array (builder);

  json_builder_set_member_name (builder, "bars");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->bars->len; i++)
    add_bar (builder, g_ptr_array_index (self->bars, i));
  json_builder_end_array (builder);

  json_builder_set_member_name (builder, "plots");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->plots->len; i++)
    add_plot (builder, g_ptr_array_index (self->plots, i));
  json_builder_end_array (builder);

  json_builder_set_member_name (builder, "notes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->notes->len; i++)
    json_builder_add_string_value (builder, g_ptr_array_index (self->notes, i));
  json_builder_end_array (builder);
}

gboolean
ptp_bench_write_json (PtpBench *self, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  add_string (builder, "benchmark", self->name);
  add_string (builder, "question", self->question);
  add_string (builder, "unit", self->unit);
  add_string (builder, "better", self->better);
  json_builder_set_member_name (builder, "rounds");
  json_builder_add_int_value (builder, self->n_rounds);
  add_columns (builder, self);
  add_lists (builder, self);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  return json_generator_to_file (generator, self->json, error);
}
