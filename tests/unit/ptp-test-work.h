/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-test-util.h"

G_BEGIN_DECLS

/* A task whose steps each take some time. */
typedef struct
{
  PtpTestClock *clock;
  gint64 cost;         /* microseconds a step takes */
  guint n_cheap;       /* so many of the first steps take no time at all */
  PtpTestHook on_step; /* (nullable): called with the task, in each step */
  gpointer hook_data;
  PtpCooperativeTask *task; /* (owned) */
  gint64 used;              /* microseconds in all */
  guint n_steps;
} PtpTestWork;

void ptp_test_work_start (PtpTestWork *self, PtpCooperator *cooperator);
/* Stops them all and drops their tasks. */
void ptp_test_works_stop (PtpTestWork *works, gsize n_works);

G_END_DECLS
