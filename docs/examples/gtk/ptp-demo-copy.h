/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-demo-job.h"

G_BEGIN_DECLS

#define PTP_DEMO_TYPE_COPY (ptp_demo_copy_get_type ())

G_DECLARE_FINAL_TYPE (PtpDemoCopy, ptp_demo_copy, PTP_DEMO, COPY, PtpDemoJob)

PtpDemoJob *ptp_demo_copy_new (void);
void ptp_demo_copy_set_paused (PtpDemoCopy *self, gboolean paused);
void ptp_demo_copy_set_limited (PtpDemoCopy *self, gboolean limited);

G_END_DECLS
