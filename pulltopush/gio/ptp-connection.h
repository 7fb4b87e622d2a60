/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "../contract/ptp-pull-producer.h"
#include "ptp-output-stream-consumer.h"

G_BEGIN_DECLS

#define PTP_TYPE_CONNECTION (ptp_connection_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PtpConnection, ptp_connection, PTP, CONNECTION, PtpOutputStreamConsumer)

PTP_AVAILABLE_IN_1_0
PtpConnection *ptp_connection_new (GIOStream *io_stream);

/* Properties */

PTP_AVAILABLE_IN_1_0
GIOStream *ptp_connection_get_io_stream (PtpConnection *self);
PTP_AVAILABLE_IN_1_0
guint64 ptp_connection_get_bytes_read (PtpConnection *self);

G_END_DECLS
