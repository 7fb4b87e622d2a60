/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-test-util.h"

G_BEGIN_DECLS

#define PTP_TEST_TYPE_PUSH_PRODUCER (ptp_test_push_producer_get_type ())
G_DECLARE_FINAL_TYPE (PtpTestPushProducer, ptp_test_push_producer, PTP_TEST, PUSH_PRODUCER, GObject)

/* A push producer that only counts what is said to it; the test writes in its name. */
struct _PtpTestPushProducer
{
  GObject parent_instance;

  PtpTestLog *log; /* (owned) (nullable): "pause", "resume", "stop", "registered", "unregistered" */

  guint n_pauses;
  guint n_resumes;
  guint n_stops;
  guint n_registered;
  guint n_unregistered;
  GError *reason;        /* (owned) (nullable): what stop_producing was told */
  PtpConsumer *consumer; /* (unowned) (nullable): what registered was told */
};

PtpTestPushProducer *ptp_test_push_producer_new (void);
void ptp_test_push_producer_set_log (PtpTestPushProducer *self, PtpTestLog *log);

G_END_DECLS
