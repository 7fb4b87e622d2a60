/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "ptp-demo-job.h"

G_BEGIN_DECLS

#define PTP_DEMO_TYPE_PANE (ptp_demo_pane_get_type ())

G_DECLARE_FINAL_TYPE (PtpDemoPane, ptp_demo_pane, PTP_DEMO, PANE, GtkBox)

void ptp_demo_pane_set_job (PtpDemoPane *self, PtpDemoJob *job);
void ptp_demo_pane_update (PtpDemoPane *self);

G_END_DECLS
