/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define PTP_DEMO_TYPE_SLOW_STREAM (ptp_demo_slow_stream_get_type ())

G_DECLARE_FINAL_TYPE (PtpDemoSlowStream,
                      ptp_demo_slow_stream,
                      PTP_DEMO,
                      SLOW_STREAM,
                      GFilterOutputStream)

GOutputStream *ptp_demo_slow_stream_new (GOutputStream *base);

G_END_DECLS
