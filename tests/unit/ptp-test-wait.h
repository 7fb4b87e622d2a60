/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-test-util.h"

G_BEGIN_DECLS

/* A wait for the end of a PtpPullToPush or a PtpCooperativeTask, or for a PtpConsumer to settle,
 * and what came of it.
 */
typedef struct
{
  guint n_calls;
  gboolean result;
  PtpSettlement settlement; /* of a consumer; 0 with an error */
  GError *error;            /* (owned) (nullable) */
  GThread *thread;
  PtpTestLog *log; /* (unowned) (nullable): "waited" is added */
} PtpTestWait;

void ptp_test_wait_start (PtpTestWait *self, gpointer object, GCancellable *cancellable);
/* Runs the context until the wait is over; asserts that it ended once. */
void ptp_test_wait_until_over (PtpTestWait *self);
void ptp_test_wait_clear (PtpTestWait *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PtpTestWait, ptp_test_wait_clear)

G_END_DECLS
