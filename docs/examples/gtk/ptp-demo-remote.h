/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-demo-window.h"

G_BEGIN_DECLS

#define PTP_DEMO_TYPE_REMOTE (ptp_demo_remote_get_type ())

G_DECLARE_FINAL_TYPE (PtpDemoRemote, ptp_demo_remote, PTP_DEMO, REMOTE, GObject)

PtpDemoRemote *ptp_demo_remote_new (PtpDemoWindow *window);

G_END_DECLS
