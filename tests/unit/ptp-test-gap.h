/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-test-util.h"

G_BEGIN_DECLS

/* Types with a gap: each makes an object whose type implements the interface but for the virtual
 * function @missing, which it leaves out. The type is called PtpTestGap, then the interface's
 * short name, then @missing: PtpTestGapConsumer-write.
 */
PtpPullProducer *ptp_test_gap_pull_producer_new (const char *missing);
PtpPushProducer *ptp_test_gap_push_producer_new (const char *missing);
PtpConsumer *ptp_test_gap_consumer_new (const char *missing);

G_END_DECLS
