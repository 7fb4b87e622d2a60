/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "../contract/ptp-consumer.h"

G_BEGIN_DECLS

#define PTP_TYPE_OUTPUT_STREAM_CONSUMER (ptp_output_stream_consumer_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PtpOutputStreamConsumer,
                      ptp_output_stream_consumer,
                      PTP,
                      OUTPUT_STREAM_CONSUMER,
                      GObject)

PTP_AVAILABLE_IN_1_0
PtpOutputStreamConsumer *ptp_output_stream_consumer_new (GOutputStream *stream);

/* Properties */

PTP_AVAILABLE_IN_1_0
GOutputStream *ptp_output_stream_consumer_get_stream (PtpOutputStreamConsumer *self);
PTP_AVAILABLE_IN_1_0
gsize ptp_output_stream_consumer_get_low_mark (PtpOutputStreamConsumer *self);
PTP_AVAILABLE_IN_1_0
gsize ptp_output_stream_consumer_get_high_mark (PtpOutputStreamConsumer *self);
PTP_AVAILABLE_IN_1_0
gsize ptp_output_stream_consumer_get_limit (PtpOutputStreamConsumer *self);
PTP_AVAILABLE_IN_1_0
gboolean ptp_output_stream_consumer_set_marks (PtpOutputStreamConsumer *self,
                                               gsize low,
                                               gsize high,
                                               gsize limit,
                                               GError **error);
PTP_AVAILABLE_IN_1_0
gboolean ptp_output_stream_consumer_get_keep_open (PtpOutputStreamConsumer *self);
PTP_AVAILABLE_IN_1_0
void ptp_output_stream_consumer_set_keep_open (PtpOutputStreamConsumer *self, gboolean keep_open);
PTP_AVAILABLE_IN_1_0
guint64 ptp_output_stream_consumer_get_bytes_written (PtpOutputStreamConsumer *self);
PTP_AVAILABLE_IN_1_0
gsize ptp_output_stream_consumer_get_bytes_queued (PtpOutputStreamConsumer *self);
PTP_AVAILABLE_IN_1_0
gsize ptp_output_stream_consumer_get_peak_queued (PtpOutputStreamConsumer *self);
PTP_AVAILABLE_IN_1_0
const GError *ptp_output_stream_consumer_get_error (PtpOutputStreamConsumer *self);
PTP_AVAILABLE_IN_1_0
gboolean ptp_output_stream_consumer_get_closed (PtpOutputStreamConsumer *self);

G_END_DECLS
