/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-testing-run-private.h"

G_BEGIN_DECLS

/* A push producer under test, and the consumer it writes to. */
typedef struct
{
  PtpTestingRun *run;           /* (unowned) */
  PtpPushProducer *producer;    /* (owned) (nullable): none once it was dropped */
  PtpTestingConsumer *consumer; /* (owned) (nullable): none once it was dropped */
  guint n_turns;                /* how often it was looked at, for one that is endless */
  guint at_write;               /* for what a check does inside one write */
  guint depth;                  /* of writes inside writes */
} PtpTestingPush;

PtpTestingPush *ptp_testing_push_new (PtpTestingRun *run);
void ptp_testing_push_free (PtpTestingPush *self);
gboolean ptp_testing_push_start (PtpTestingPush *self);
gboolean ptp_testing_push_finish (PtpTestingPush *self);
void ptp_testing_push_on (PtpTestingPush *self, const char *event, gpointer func);
PtpTestingPush *ptp_testing_push_reference (PtpTestingRun *run, GBytes **content);
guint ptp_testing_push_count_writes (PtpTestingRun *run);

/* How a push producer lets go. */

void ptp_testing_push_stopped_before_start (PtpTestingRun *run);
void ptp_testing_push_stopped_inside_write (PtpTestingRun *run);
void ptp_testing_push_unregistered_inside_write (PtpTestingRun *run);
void ptp_testing_push_after_the_end (PtpTestingRun *run);
void ptp_testing_push_quiet_after_end (PtpTestingRun *run);
void ptp_testing_push_released (PtpTestingRun *run);
void ptp_testing_push_released_after_stop (PtpTestingRun *run);
void ptp_testing_push_dropped_before_start (PtpTestingRun *run);
void ptp_testing_push_fails (PtpTestingRun *run);
void ptp_testing_push_write_fails (PtpTestingRun *run);

#define PTP_TESTING_PUSH_POINTS 8

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpTestingPush, ptp_testing_push_free)

G_END_DECLS
