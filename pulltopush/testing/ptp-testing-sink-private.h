/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-testing-push-producer.h"
#include "ptp-testing-run-private.h"

G_BEGIN_DECLS

/* A consumer under test, and the producer that writes to it. */
typedef struct
{
  PtpTestingRun *run;               /* (unowned) */
  PtpConsumer *consumer;            /* (owned) (nullable): none once it was dropped */
  PtpTestingPushProducer *producer; /* (owned) (nullable): none once it was dropped */
  GBytes *wanted;                   /* (owned) (nullable): what should have arrived in the end */
  gint64 longest;                   /* microseconds in one write */
} PtpTestingSink;

PtpTestingSink *ptp_testing_sink_new (PtpTestingRun *run);
void ptp_testing_sink_free (PtpTestingSink *self);
gboolean ptp_testing_sink_register (PtpTestingSink *self, PtpTestingPushProducer *producer);
gboolean ptp_testing_sink_write (PtpTestingSink *self, GBytes *bytes);
gboolean ptp_testing_sink_write_text (PtpTestingSink *self, const char *text);
gboolean ptp_testing_sink_wait_for_room (PtpTestingSink *self);
void ptp_testing_sink_check_arrived (PtpTestingSink *self, GBytes *wanted, const char *when);
void ptp_testing_sink_check_text (PtpTestingSink *self, const char *wanted, const char *when);
void ptp_testing_sink_take_violations (PtpTestingSink *self, const char *rule);

/* How a consumer begins and ends. */

void ptp_testing_sink_unregister_twice (PtpTestingRun *run);
void ptp_testing_sink_second_registration (PtpTestingRun *run);
void ptp_testing_sink_closed (PtpTestingRun *run);
void ptp_testing_sink_new_producer (PtpTestingRun *run);
void ptp_testing_sink_new_producer_inside (PtpTestingRun *run);
void ptp_testing_sink_lets_go (PtpTestingRun *run);
void ptp_testing_sink_leaves_alone (PtpTestingRun *run);
void ptp_testing_sink_stops_then_lets_go (PtpTestingRun *run);
void ptp_testing_sink_producer_fails (PtpTestingRun *run);
void ptp_testing_sink_dropped_anytime (PtpTestingRun *run);
void ptp_testing_sink_dropped_elsewhere (PtpTestingRun *run);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpTestingSink, ptp_testing_sink_free)

G_END_DECLS
