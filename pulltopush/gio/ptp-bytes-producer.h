/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "../contract/ptp-pull-producer.h"

G_BEGIN_DECLS

#define PTP_TYPE_BYTES_PRODUCER (ptp_bytes_producer_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PtpBytesProducer, ptp_bytes_producer, PTP, BYTES_PRODUCER, GObject)

PTP_AVAILABLE_IN_1_0
PtpBytesProducer *ptp_bytes_producer_new (GBytes *bytes);

/* Properties */

PTP_AVAILABLE_IN_1_0
GBytes *ptp_bytes_producer_get_bytes (PtpBytesProducer *self);
PTP_AVAILABLE_IN_1_0
gsize ptp_bytes_producer_get_chunk_size (PtpBytesProducer *self);
PTP_AVAILABLE_IN_1_0
void ptp_bytes_producer_set_chunk_size (PtpBytesProducer *self, gsize chunk_size);
PTP_AVAILABLE_IN_1_0
gsize ptp_bytes_producer_get_bytes_produced (PtpBytesProducer *self);

G_END_DECLS
