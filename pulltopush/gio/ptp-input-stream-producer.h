/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "../contract/ptp-pull-producer.h"

G_BEGIN_DECLS

#define PTP_TYPE_INPUT_STREAM_PRODUCER (ptp_input_stream_producer_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PtpInputStreamProducer,
                      ptp_input_stream_producer,
                      PTP,
                      INPUT_STREAM_PRODUCER,
                      GObject)

PTP_AVAILABLE_IN_1_0
PtpInputStreamProducer *ptp_input_stream_producer_new (GInputStream *stream);

/* Properties */

PTP_AVAILABLE_IN_1_0
GInputStream *ptp_input_stream_producer_get_stream (PtpInputStreamProducer *self);
PTP_AVAILABLE_IN_1_0
guint ptp_input_stream_producer_get_chunk_size (PtpInputStreamProducer *self);
PTP_AVAILABLE_IN_1_0
void ptp_input_stream_producer_set_chunk_size (PtpInputStreamProducer *self, guint chunk_size);
PTP_AVAILABLE_IN_1_0
gboolean ptp_input_stream_producer_get_keep_open (PtpInputStreamProducer *self);
PTP_AVAILABLE_IN_1_0
void ptp_input_stream_producer_set_keep_open (PtpInputStreamProducer *self, gboolean keep_open);
PTP_AVAILABLE_IN_1_0
gboolean ptp_input_stream_producer_get_read_ahead (PtpInputStreamProducer *self);
PTP_AVAILABLE_IN_1_0
void ptp_input_stream_producer_set_read_ahead (PtpInputStreamProducer *self, gboolean read_ahead);
PTP_AVAILABLE_IN_1_0
guint64 ptp_input_stream_producer_get_bytes_read (PtpInputStreamProducer *self);
PTP_AVAILABLE_IN_1_0
gint64 ptp_input_stream_producer_get_total_size (PtpInputStreamProducer *self);
PTP_AVAILABLE_IN_1_0
void ptp_input_stream_producer_set_total_size (PtpInputStreamProducer *self, gint64 total_size);

G_END_DECLS
