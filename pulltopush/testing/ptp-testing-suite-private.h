/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-testing-result-private.h"
#include "ptp-testing-suite.h"

G_BEGIN_DECLS

#define PTP_TESTING_N_HOOKS (PTP_TESTING_HOOK_COLLECT + 1)

/* A function of a language binding, and what belongs to it. */
typedef struct
{
  gpointer func;
  gpointer user_data;
  GDestroyNotify destroy;
} PtpTestingCallback;

struct _PtpTestingSuite
{
  GObject parent_instance;

  PtpTestingKind kind;
  char *name; /* (owned) */
  PtpTestingCallback factory;
  PtpTestingCallback hooks[PTP_TESTING_N_HOOKS];
  PtpTestingCallback reader;
  PtpTestingCallback probe;

  GBytes *expected;       /* (owned) (nullable) */
  GError *expected_error; /* (owned) (nullable) */
  gboolean endless;
  gboolean any_thread;
  gboolean undoes;
  gsize limit;        /* bytes; 0: none */
  guint longest_step; /* microseconds; 0: any */
  guint max_steps;
  guint patience; /* milliseconds */
  guint linger;   /* milliseconds */

  GPtrArray *results; /* (owned) (element-type PtpTestingResult): of the last run */
};

/* Each ends with a check without a name. */
extern const PtpTestingCheck ptp_testing_pull_checks[];
extern const PtpTestingCheck ptp_testing_push_checks[];
extern const PtpTestingCheck ptp_testing_consumer_checks[];

G_END_DECLS
