/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-bench-private.h"

#include <gio/gio.h>
#include <math.h>

#define DEFAULT_ROUNDS 5
#define MAX_ROUNDS     1000

static void
column_free (gpointer data)
{
  PtpBenchColumn *self = data;

  g_free (self->key);
  g_free (self->label);
  g_free (self);
}

static void
series_free (gpointer data)
{
  PtpBenchSeries *self = data;

  g_free (self->key);
  g_array_unref (self->values);
  g_free (self);
}

static void
row_free (gpointer data)
{
  PtpBenchRow *self = data;

  g_free (self->name);
  g_free (self->label);
  g_ptr_array_unref (self->series);
  g_free (self);
}

static void
bar_free (gpointer data)
{
  PtpBenchBar *self = data;

  g_free (self->what);
  g_free (self->key);
  g_free (self);
}

static void
point_free (gpointer data)
{
  PtpBenchPoint *self = data;

  g_free (self->line);
  g_free (self->key);
  g_free (self);
}

static void
plot_free (gpointer data)
{
  PtpBenchPlot *self = data;

  g_free (self->name);
  g_free (self->title);
  g_free (self->x_label);
  g_free (self->y_label);
  g_ptr_array_unref (self->points);
  g_free (self);
}

PtpBench *
ptp_bench_new (const char *name, const char *question, const char *unit, const char *better)
{
  PtpBench *self = g_new0 (PtpBench, 1);

  self->name = g_strdup (name);
  self->question = g_strdup (question);
  self->unit = g_strdup (unit);
  self->better = g_strdup (better);
  self->columns = g_ptr_array_new_with_free_func (column_free);
  self->rows = g_ptr_array_new_with_free_func (row_free);
  self->bars = g_ptr_array_new_with_free_func (bar_free);
  self->plots = g_ptr_array_new_with_free_func (plot_free);
  self->notes = g_ptr_array_new_with_free_func (g_free);
  self->n_rounds = DEFAULT_ROUNDS;

  return self;
}

void
ptp_bench_free (PtpBench *self)
{
  g_free (self->name);
  g_free (self->question);
  g_free (self->unit);
  g_free (self->better);
  g_ptr_array_unref (self->columns);
  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->bars);
  g_ptr_array_unref (self->plots);
  g_ptr_array_unref (self->notes);
  g_free (self->json);
  g_free (self);
}

gboolean
ptp_bench_parse (PtpBench *self, int *argc, char ***argv, const GOptionEntry *entries)
{
  const GOptionEntry common[] = {
    { "json", 0, 0, G_OPTION_ARG_FILENAME, &self->json, "Write the figures to FILE", "FILE" },
    { "rounds", 0, 0, G_OPTION_ARG_INT, &self->n_rounds, "Measure everything N times (5)", "N" },
    { "quick", 0, 0, G_OPTION_ARG_NONE, &self->quick, "See that it works: one tiny round", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, self->question);
  g_option_context_add_main_entries (context, common, NULL);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, NULL);

  if (!g_option_context_parse (context, argc, argv, &error))
    {
      g_printerr ("%s: %s; see --help\n", self->name, error->message);
      return FALSE;
    }
  if (*argc > 1 || self->n_rounds < 1 || self->n_rounds > MAX_ROUNDS)
    {
      g_printerr ("%s: it takes options only, and 1 to %d rounds; see --help\n", self->name,
                  MAX_ROUNDS);
      return FALSE;
    }

  if (self->quick)
    self->n_rounds = 1;
  return TRUE;
}

gboolean
ptp_bench_is_quick (PtpBench *self)
{
  return self->quick;
}

guint
ptp_bench_get_n_rounds (PtpBench *self)
{
  return (guint) self->n_rounds;
}

void
ptp_bench_add_column (PtpBench *self,
                      const char *key,
                      const char *label,
                      guint decimals,
                      PtpBenchSummary summary)
{
  PtpBenchColumn *column = g_new0 (PtpBenchColumn, 1);

  column->key = g_strdup (key);
  column->label = g_strdup (label);
  column->decimals = decimals;
  column->summary = summary;
  g_ptr_array_add (self->columns, column);
}

PtpBenchRow *
ptp_bench_add_row (PtpBench *self,
                   const char *name,
                   const char *label,
                   PtpBenchFunc func,
                   gpointer user_data)
{
  PtpBenchRow *row = g_new0 (PtpBenchRow, 1);

  row->bench = self;
  row->name = g_strdup (name);
  row->label = g_strdup (label);
  row->series = g_ptr_array_new_with_free_func (series_free);
  row->func = func;
  row->user_data = user_data;
  g_ptr_array_add (self->rows, row);

  return row;
}

static PtpBenchSeries *
find_series (PtpBenchRow *self, const char *key)
{
  for (guint i = 0; i < self->series->len; i++)
    {
      PtpBenchSeries *series = g_ptr_array_index (self->series, i);

      if (g_str_equal (series->key, key))
        return series;
    }

  return NULL;
}

void
ptp_bench_row_record (PtpBenchRow *self, const char *key, double value)
{
  PtpBenchSeries *series = find_series (self, key);

  if (series == NULL)
    {
      series = g_new0 (PtpBenchSeries, 1);
      series->key = g_strdup (key);
      series->values = g_array_new (FALSE, FALSE, sizeof (double));
      g_ptr_array_add (self->series, series);
    }

  g_array_append_val (series->values, value);
}

void
ptp_bench_row_record_ratio (PtpBenchRow *self, const char *key, PtpBenchRow *to)
{
  ptp_bench_row_record (self, key,
                        ptp_bench_row_get_recorded (self, PTP_BENCH_VALUE)
                          / ptp_bench_row_get_recorded (to, PTP_BENCH_VALUE));
}

/* The value of this round; it must have been recorded. */
double
ptp_bench_row_get_recorded (PtpBenchRow *self, const char *key)
{
  PtpBenchSeries *series = find_series (self, key);

  if (series == NULL || series->values->len != self->bench->round + 1)
    g_error ("%s: %s of %s was not measured in this round", self->bench->name, key, self->name);

  return g_array_index (series->values, double, self->bench->round);
}

guint
ptp_bench_row_get_round (PtpBenchRow *self)
{
  return self->bench->round;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  const double one = *(const double *) a, other = *(const double *) b;

  return (one > other) - (one < other);
}

static double
pick (GArray *sorted, PtpBenchSummary summary)
{
  const double *values = (const double *) (gpointer) sorted->data;
  guint last = sorted->len - 1;

  switch (summary)
    {
    case PTP_BENCH_SMALLEST:
      return values[0];

    case PTP_BENCH_LARGEST:
      return values[last];

    case PTP_BENCH_MEDIAN:
    default:
      return (values[last / 2] + values[sorted->len / 2]) / 2;
    }
}

gboolean
ptp_bench_row_reduce (PtpBenchRow *self, const char *key, PtpBenchSummary summary, double *value)
{
  PtpBenchSeries *series = find_series (self, key);
  g_autoptr (GArray) sorted = NULL;

  if (series == NULL)
    return FALSE;

  sorted = g_array_copy (series->values);
  g_array_sort (sorted, compare_doubles);
  *value = pick (sorted, summary);
  return TRUE;
}

gboolean
ptp_bench_row_summarize (PtpBenchRow *self, const char *key, double *value)
{
  GPtrArray *columns = self->bench->columns;

  for (guint i = 0; i < columns->len; i++)
    {
      PtpBenchColumn *column = g_ptr_array_index (columns, i);

      if (g_str_equal (column->key, key))
        return ptp_bench_row_reduce (self, key, column->summary, value);
    }

  return ptp_bench_row_reduce (self, key, PTP_BENCH_MEDIAN, value);
}

void
ptp_bench_add_bar (PtpBench *self,
                   const char *what,
                   PtpBenchRow *row,
                   const char *key,
                   const char *sense,
                   double bar)
{
  PtpBenchBar *added;

  g_return_if_fail (g_str_equal (sense, "<=") || g_str_equal (sense, ">="));

  if (row == NULL)
    return;

  added = g_new0 (PtpBenchBar, 1);
  added->what = g_strdup (what);
  added->row = row;
  added->key = g_strdup (key);
  added->at_most = sense[0] == '<';
  added->bar = bar;
  g_ptr_array_add (self->bars, added);
}

gboolean
ptp_bench_bar_holds (PtpBenchBar *self, double *value)
{
  if (!ptp_bench_row_summarize (self->row, self->key, value))
    g_error ("%s: nothing was measured for the bar \"%s\"", self->row->bench->name, self->what);

  return self->at_most ? *value <= self->bar : *value >= self->bar;
}

PtpBenchPlot *
ptp_bench_add_plot (PtpBench *self,
                    const char *name,
                    const char *title,
                    const char *x_label,
                    const char *y_label,
                    gboolean x_log,
                    gboolean y_log)
{
  PtpBenchPlot *plot = g_new0 (PtpBenchPlot, 1);

  plot->name = g_strdup (name);
  plot->title = g_strdup (title);
  plot->x_label = g_strdup (x_label);
  plot->y_label = g_strdup (y_label);
  plot->x_log = x_log;
  plot->y_log = y_log;
  plot->points = g_ptr_array_new_with_free_func (point_free);
  g_ptr_array_add (self->plots, plot);

  return plot;
}

void
ptp_bench_plot_add_point (PtpBenchPlot *self,
                          const char *line,
                          double x,
                          PtpBenchRow *row,
                          const char *key)
{
  PtpBenchPoint *point = g_new0 (PtpBenchPoint, 1);

  point->line = g_strdup (line);
  point->x = x;
  point->row = row;
  point->key = g_strdup (key);
  g_ptr_array_add (self->points, point);
}

void
ptp_bench_add_note (PtpBench *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (self->notes, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

/* A figure that is none is a fault of the benchmark, and must not look like a good one. */
static gboolean
check_round (PtpBenchRow *self, GError **error)
{
  if (find_series (self, PTP_BENCH_VALUE) == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "nothing was recorded");
      return FALSE;
    }

  for (guint i = 0; i < self->series->len; i++)
    {
      PtpBenchSeries *series = g_ptr_array_index (self->series, i);
      guint n_values = series->values->len;

      if (n_values != self->bench->round + 1
          || !isfinite (g_array_index (series->values, double, n_values - 1)))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                       "\"%s\" has no single, finite figure in round %u", series->key,
                       self->bench->round + 1);
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
measure (PtpBench *self)
{
  for (self->round = 0; self->round < (guint) self->n_rounds; self->round++)
    for (guint i = 0; i < self->rows->len; i++)
      {
        PtpBenchRow *row = g_ptr_array_index (self->rows, i);
        g_autoptr (GError) error = NULL;

        if (!row->func (row, row->user_data, &error) || !check_round (row, &error))
          {
            g_printerr ("%s: \"%s\" could not be measured: %s\n", self->name, row->label,
                        error != NULL ? error->message : "no reason was given");
            return FALSE;
          }
      }

  return TRUE;
}

int
ptp_bench_run (PtpBench *self)
{
  g_autoptr (GError) error = NULL;

  if (!measure (self))
    return 1;

  ptp_bench_print (self);
  if (self->json != NULL && !ptp_bench_write_json (self, &error))
    {
      g_printerr ("%s: the figures could not be written to %s: %s\n", self->name, self->json,
                  error->message);
      return 1;
    }

  return 0;
}
