/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define PTP_DEMO_TYPE_METER (ptp_demo_meter_get_type ())

G_DECLARE_FINAL_TYPE (PtpDemoMeter, ptp_demo_meter, PTP_DEMO, METER, GtkWidget)

void ptp_demo_meter_restart (PtpDemoMeter *self);
guint64 ptp_demo_meter_get_n_frames (PtpDemoMeter *self);
double ptp_demo_meter_get_longest (PtpDemoMeter *self);
double ptp_demo_meter_get_recent (PtpDemoMeter *self);
const char *ptp_demo_meter_get_level (PtpDemoMeter *self);

G_END_DECLS
