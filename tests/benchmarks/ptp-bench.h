/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What every benchmark written in C has in common: rows that are measured in rounds, one after the
 * other in each, so that all meet the same machine; a table of medians; bars and whether they
 * hold; and the JSON document that docs/benchmarks.md is made from.
 *
 * Ratios are taken within a round, and it is their median that is reported.
 */
typedef struct _PtpBench PtpBench;
typedef struct _PtpBenchRow PtpBenchRow;
typedef struct _PtpBenchPlot PtpBenchPlot;

/* The main value of a row: its median, least and largest are called median, min and max. */
#define PTP_BENCH_VALUE "median"

/* What is shown of the values of all rounds. */
typedef enum
{
  PTP_BENCH_MEDIAN,
  PTP_BENCH_LARGEST,
  PTP_BENCH_SMALLEST,
} PtpBenchSummary;

/* Measures a row once and records what it found, PTP_BENCH_VALUE at least. It fails with an error
 * when that could not be measured.
 */
typedef gboolean (*PtpBenchFunc) (PtpBenchRow *row, gpointer user_data, GError **error);

/* @unit, @better: of the main value; "less" or "more". All strings are copied. */
PtpBench *
ptp_bench_new (const char *name, const char *question, const char *unit, const char *better);
void ptp_bench_free (PtpBench *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpBench, ptp_bench_free)

/* Says itself what is wrong with the arguments. @entries (nullable): options of one's own. */
gboolean ptp_bench_parse (PtpBench *self, int *argc, char ***argv, const GOptionEntry *entries);
gboolean ptp_bench_is_quick (PtpBench *self);
guint ptp_bench_get_n_rounds (PtpBench *self);

/* A column of the table, besides the label. Values of which no column is made are medians. */
void ptp_bench_add_column (PtpBench *self,
                           const char *key,
                           const char *label,
                           guint decimals,
                           PtpBenchSummary summary);

/* Rows are measured in the order in which they are added. They belong to the benchmark. */
PtpBenchRow *ptp_bench_add_row (PtpBench *self,
                                const char *name,
                                const char *label,
                                PtpBenchFunc func,
                                gpointer user_data);

/* While measuring: values of this round. */
void ptp_bench_row_record (PtpBenchRow *self, const char *key, double value);
void ptp_bench_row_record_ratio (PtpBenchRow *self, const char *key, PtpBenchRow *to);
double ptp_bench_row_get_recorded (PtpBenchRow *self, const char *key);
guint ptp_bench_row_get_round (PtpBenchRow *self); /* counted from 0 */

/* @sense: "<=" or ">=". Without a row, which this run may have left out, nothing is added. */
void ptp_bench_add_bar (PtpBench *self,
                        const char *what,
                        PtpBenchRow *row,
                        const char *key,
                        const char *sense,
                        double bar);

PtpBenchPlot *ptp_bench_add_plot (PtpBench *self,
                                  const char *name,
                                  const char *title,
                                  const char *x_label,
                                  const char *y_label,
                                  gboolean x_log,
                                  gboolean y_log);
void ptp_bench_plot_add_point (PtpBenchPlot *self,
                               const char *line,
                               double x,
                               PtpBenchRow *row,
                               const char *key);

void ptp_bench_add_note (PtpBench *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Measures, prints, writes. Returns the exit status. */
int ptp_bench_run (PtpBench *self);

G_END_DECLS
