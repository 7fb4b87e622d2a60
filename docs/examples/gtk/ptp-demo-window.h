/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define PTP_DEMO_TYPE_WINDOW (ptp_demo_window_get_type ())

G_DECLARE_FINAL_TYPE (PtpDemoWindow, ptp_demo_window, PTP_DEMO, WINDOW, GtkApplicationWindow)

GtkWindow *ptp_demo_window_new (GtkApplication *application, GFile *source, GFile *target);
GVariant *ptp_demo_window_report (PtpDemoWindow *self);

G_END_DECLS
