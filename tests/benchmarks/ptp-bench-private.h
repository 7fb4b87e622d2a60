/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-bench.h"

G_BEGIN_DECLS

/* ptp-bench.c measures, ptp-bench-report.c tells. */

typedef struct
{
  char *key;   /* (owned) */
  char *label; /* (owned) */
  guint decimals;
  PtpBenchSummary summary;
} PtpBenchColumn;

typedef struct
{
  char *key;      /* (owned) */
  GArray *values; /* (owned) (element-type double): one a round */
} PtpBenchSeries;

struct _PtpBenchRow
{
  PtpBench *bench;   /* (unowned) */
  char *name;        /* (owned) */
  char *label;       /* (owned) */
  GPtrArray *series; /* (owned) (element-type PtpBenchSeries) */
  PtpBenchFunc func;
  gpointer user_data; /* (unowned) */
};

typedef struct
{
  char *what;       /* (owned) */
  PtpBenchRow *row; /* (unowned) */
  char *key;        /* (owned) */
  gboolean at_most; /* or at least */
  double bar;
} PtpBenchBar;

typedef struct
{
  char *line; /* (owned) */
  double x;
  PtpBenchRow *row; /* (unowned) */
  char *key;        /* (owned) */
} PtpBenchPoint;

struct _PtpBenchPlot
{
  char *name;    /* (owned) */
  char *title;   /* (owned) */
  char *x_label; /* (owned) */
  char *y_label; /* (owned) */
  gboolean x_log;
  gboolean y_log;
  GPtrArray *points; /* (owned) (element-type PtpBenchPoint) */
};

struct _PtpBench
{
  char *name;         /* (owned) */
  char *question;     /* (owned) */
  char *unit;         /* (owned) */
  char *better;       /* (owned) */
  GPtrArray *columns; /* (owned) (element-type PtpBenchColumn) */
  GPtrArray *rows;    /* (owned) (element-type PtpBenchRow) */
  GPtrArray *bars;    /* (owned) (element-type PtpBenchBar) */
  GPtrArray *plots;   /* (owned) (element-type PtpBenchPlot) */
  GPtrArray *notes;   /* (owned) (element-type utf8) */

  /* Options */
  char *json; /* (owned) (nullable) (type filename) */
  int n_rounds;
  gboolean quick;

  guint round;
};

/* What all rounds together say of a value; FALSE if it was not recorded. */
gboolean ptp_bench_row_summarize (PtpBenchRow *self, const char *key, double *value);
gboolean
ptp_bench_row_reduce (PtpBenchRow *self, const char *key, PtpBenchSummary summary, double *value);
gboolean ptp_bench_bar_holds (PtpBenchBar *self, double *value);

void ptp_bench_print (PtpBench *self);
gboolean ptp_bench_write_json (PtpBench *self, GError **error);

G_END_DECLS
