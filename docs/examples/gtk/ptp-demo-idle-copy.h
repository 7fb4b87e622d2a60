/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-demo-job.h"

G_BEGIN_DECLS

#define PTP_DEMO_TYPE_IDLE_COPY (ptp_demo_idle_copy_get_type ())

G_DECLARE_FINAL_TYPE (PtpDemoIdleCopy, ptp_demo_idle_copy, PTP_DEMO, IDLE_COPY, PtpDemoJob)

PtpDemoJob *ptp_demo_idle_copy_new (void);

G_END_DECLS
