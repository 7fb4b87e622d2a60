/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-bench.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>

/* What benchmarks are made of, with figures that are known before. */

#define N_ROUNDS 3

typedef struct
{
  double values[N_ROUNDS];
  PtpBenchRow *to; /* (nullable): what a ratio is taken to */
  const char *mark;
} Figures;

static GString *order;
static GString *printed;

static void
print (const char *text)
{
  g_string_append (printed, text);
}

static gboolean
measure_figures (PtpBenchRow *row, gpointer user_data, GError **error)
{
  Figures *self = user_data;

  g_string_append (order, self->mark);
  ptp_bench_row_record (row, PTP_BENCH_VALUE, self->values[ptp_bench_row_get_round (row)]);
  if (self->to != NULL)
    ptp_bench_row_record_ratio (row, "ratio", self->to);

  return TRUE;
}

static gboolean
parse (PtpBench *bench, const char *arguments)
{
  g_auto (GStrv) argv = NULL;
  g_autofree char **left = NULL;
  int argc;

  g_assert_true (g_shell_parse_argv (arguments, &argc, &argv, NULL));
  /* What is parsed is taken out, and still has to be freed. */
  left = g_memdup2 (argv, sizeof (char *) * ((gsize) argc + 1));
  return ptp_bench_parse (bench, &argc, &left, NULL);
}

/* Gives back the exit status. */
static int
run (PtpBench *bench)
{
  GPrintFunc print_before, printerr_before;
  int status;

  g_string_truncate (order, 0);
  g_string_truncate (printed, 0);
  print_before = g_set_print_handler (print);
  printerr_before = g_set_printerr_handler (print);
  status = ptp_bench_run (bench);
  g_set_print_handler (print_before);
  g_set_printerr_handler (printerr_before);

  return status;
}

static char *
make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("ptp-bench-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static JsonObject *
find_member (JsonObject *object, const char *list, guint index)
{
  return json_array_get_object_element (json_object_get_array_member (object, list), index);
}

static void
check_document (JsonObject *root)
{
  JsonObject *row = find_member (root, "rows", 1), *line;
  JsonArray *point;

  g_assert_cmpstr (json_object_get_string_member (root, "benchmark"), ==, "sample");
  g_assert_cmpstr (json_object_get_string_member (root, "better"), ==, "less");
  g_assert_cmpint (json_object_get_int_member (root, "rounds"), ==, N_ROUNDS);
  g_assert_cmpstr (json_object_get_string_member (find_member (root, "columns", 1), "key"), ==,
                   "ratio");

  g_assert_cmpfloat (json_object_get_double_member (row, "median"), ==, 40);
  g_assert_cmpfloat (json_object_get_double_member (row, "min"), ==, 8);
  g_assert_cmpfloat (json_object_get_double_member (row, "max"), ==, 60);
  /* 2, 60 and 4: the ratio of the medians, 40 / 4, would be 10. */
  g_assert_cmpfloat (json_object_get_double_member (row, "ratio"), ==, 4);

  g_assert_true (json_object_get_boolean_member (find_member (root, "bars", 0), "holds"));
  g_assert_false (json_object_get_boolean_member (find_member (root, "bars", 1), "holds"));
  g_assert_cmpstr (json_object_get_string_member (find_member (root, "bars", 1), "sense"), ==,
                   ">=");

  line = find_member (find_member (root, "plots", 0), "lines", 0);
  g_assert_cmpstr (json_object_get_string_member (line, "label"), ==, "one");
  point = json_array_get_array_element (json_object_get_array_member (line, "points"), 1);
  g_assert_cmpfloat (json_array_get_double_element (point, 0), ==, 10);
  g_assert_cmpfloat (json_array_get_double_element (point, 1), ==, 4);
}

static void
test_document (void)
{
  g_autoptr (PtpBench) bench = ptp_bench_new ("sample", "How much?", "ns", "less");
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "sample.json", NULL);
  g_autofree char *arguments = g_strdup_printf ("sample --rounds 3 --json '%s'", path);
  Figures figures[] = { { { 4, 1, 10 }, NULL, "a" }, { { 8, 60, 40 }, NULL, "b" } };
  PtpBenchRow *rows[2];
  PtpBenchPlot *plot;

  g_assert_true (parse (bench, arguments));
  ptp_bench_add_column (bench, PTP_BENCH_VALUE, "ns", 1, PTP_BENCH_MEDIAN);
  ptp_bench_add_column (bench, "ratio", "x a", 1, PTP_BENCH_MEDIAN);
  for (guint i = 0; i < 2; i++)
    rows[i] = ptp_bench_add_row (bench, figures[i].mark, "a row", measure_figures, &figures[i]);
  figures[1].to = rows[0];
  ptp_bench_add_bar (bench, "holds", rows[1], "ratio", "<=", 4);
  ptp_bench_add_bar (bench, "does not", rows[1], PTP_BENCH_VALUE, ">=", 40.5);
  ptp_bench_add_bar (bench, "was left out", NULL, PTP_BENCH_VALUE, ">=", 1);
  plot = ptp_bench_add_plot (bench, "plot", "A plot", "x", "y", TRUE, FALSE);
  ptp_bench_plot_add_point (plot, "one", 1, rows[0], PTP_BENCH_VALUE);
  ptp_bench_plot_add_point (plot, "other", 1, rows[0], PTP_BENCH_VALUE);
  ptp_bench_plot_add_point (plot, "one", 10, rows[1], "ratio");

  g_assert_cmpint (run (bench), ==, 0);
  g_assert_cmpstr (order->str, ==, "ababab");
  g_assert_nonnull (strstr (printed->str, "holds  holds: 4, wanted <= 4\n"));
  g_assert_nonnull (strstr (printed->str, "FAILS  does not: 40, wanted >= 40.5\n"));
  g_assert_null (strstr (printed->str, "left out"));

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  check_document (json_node_get_object (json_parser_get_root (parser)));
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_summaries (void)
{
  g_autoptr (PtpBench) bench = ptp_bench_new ("sample", "How much?", "ns", "less");
  Figures figures = { { 7, 1, 4 }, NULL, "a" };
  PtpBenchRow *row = ptp_bench_add_row (bench, "a", "a row", measure_figures, &figures);

  g_assert_true (parse (bench, "sample --rounds 2"));
  ptp_bench_add_bar (bench, "between two", row, PTP_BENCH_VALUE, "<=", 4);
  ptp_bench_add_column (bench, PTP_BENCH_VALUE, "ns", 1, PTP_BENCH_MEDIAN);

  g_assert_cmpint (run (bench), ==, 0);
  g_assert_nonnull (strstr (printed->str, "holds  between two: 4, wanted <= 4\n"));
}

static gboolean
measure_largest (PtpBenchRow *row, gpointer user_data, GError **error)
{
  ptp_bench_row_record (row, PTP_BENCH_VALUE, 1);
  ptp_bench_row_record (row, "largest", ptp_bench_row_get_round (row));
  ptp_bench_row_record (row, "smallest", ptp_bench_row_get_round (row));
  return TRUE;
}

static void
test_extremes (void)
{
  g_autoptr (PtpBench) bench = ptp_bench_new ("sample", "How much?", "ns", "less");
  PtpBenchRow *row = ptp_bench_add_row (bench, "a", "a row", measure_largest, NULL);

  g_assert_true (parse (bench, "sample --rounds 7"));
  ptp_bench_add_column (bench, "largest", "largest", 0, PTP_BENCH_LARGEST);
  ptp_bench_add_column (bench, "smallest", "smallest", 0, PTP_BENCH_SMALLEST);
  ptp_bench_add_bar (bench, "the largest", row, "largest", ">=", 6);
  ptp_bench_add_bar (bench, "the smallest", row, "smallest", "<=", 0);

  g_assert_cmpint (run (bench), ==, 0);
  g_assert_nonnull (strstr (printed->str, "holds  the largest: 6, "));
  g_assert_nonnull (strstr (printed->str, "holds  the smallest: 0, "));
}

static void
test_quick (void)
{
  g_autoptr (PtpBench) bench = ptp_bench_new ("sample", "How much?", "ns", "less");
  Figures figures = { { 1 }, NULL, "a" };

  ptp_bench_add_row (bench, "a", "a row", measure_figures, &figures);
  g_assert_true (parse (bench, "sample --quick --rounds 3"));

  g_assert_true (ptp_bench_is_quick (bench));
  g_assert_cmpint (run (bench), ==, 0);
  g_assert_cmpstr (order->str, ==, "a");
}

static gboolean
measure_nothing (PtpBenchRow *row, gpointer user_data, GError **error)
{
  return TRUE;
}

static gboolean
measure_nan (PtpBenchRow *row, gpointer user_data, GError **error)
{
  ptp_bench_row_record (row, PTP_BENCH_VALUE, NAN);
  return TRUE;
}

static gboolean
measure_twice (PtpBenchRow *row, gpointer user_data, GError **error)
{
  ptp_bench_row_record (row, PTP_BENCH_VALUE, 1);
  ptp_bench_row_record (row, PTP_BENCH_VALUE, 2);
  return TRUE;
}

static gboolean
measure_failure (PtpBenchRow *row, gpointer user_data, GError **error)
{
  g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "no luck");
  return FALSE;
}

static void
check_failure (PtpBenchFunc func, const char *reason)
{
  g_autoptr (PtpBench) bench = ptp_bench_new ("sample", "How much?", "ns", "less");
  g_autofree char *message
    = g_strdup_printf ("sample: \"a row\" could not be measured: %s", reason);

  ptp_bench_add_row (bench, "a", "a row", func, NULL);
  g_assert_cmpint (run (bench), ==, 1);
  g_assert_true (g_str_has_prefix (printed->str, message));
}

static void
test_failures (void)
{
  check_failure (measure_failure, "no luck");
  check_failure (measure_nothing, "nothing was recorded");
  check_failure (measure_nan, "\"median\" has no single, finite figure in round 1");
  check_failure (measure_twice, "\"median\" has no single, finite figure in round 1");
}

static void
test_no_such_folder (void)
{
  g_autoptr (PtpBench) bench = ptp_bench_new ("sample", "How much?", "ns", "less");
  Figures figures = { { 1 }, NULL, "a" };

  ptp_bench_add_row (bench, "a", "a row", measure_figures, &figures);
  g_assert_true (parse (bench, "sample --quick --json /no/such/folder/sample.json"));

  g_assert_cmpint (run (bench), ==, 1);
  g_assert_nonnull (strstr (printed->str, "could not be written to /no/such/folder/sample.json"));
}

static void
test_arguments (void)
{
  const char *wrong[]
    = { "sample --rounds 0", "sample --rounds 1001", "sample file", "sample --no-such-option" };
  GPrintFunc before = g_set_printerr_handler (print);

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (PtpBench) bench = ptp_bench_new ("sample", "How much?", "ns", "less");

      g_string_truncate (printed, 0);
      g_assert_false (parse (bench, wrong[i]));
      g_assert_nonnull (strstr (printed->str, "see --help"));
    }
  g_set_printerr_handler (before);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  order = g_string_new (NULL);
  printed = g_string_new (NULL);

  g_test_add_func ("/bench/document", test_document);
  g_test_add_func ("/bench/summaries", test_summaries);
  g_test_add_func ("/bench/extremes", test_extremes);
  g_test_add_func ("/bench/quick", test_quick);
  g_test_add_func ("/bench/failures", test_failures);
  g_test_add_func ("/bench/no-such-folder", test_no_such_folder);
  g_test_add_func ("/bench/arguments", test_arguments);
  result = g_test_run ();

  g_string_free (order, TRUE);
  g_string_free (printed, TRUE);
  return result;
}
