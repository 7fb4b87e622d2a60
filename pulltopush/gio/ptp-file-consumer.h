/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "ptp-output-stream-consumer.h"

G_BEGIN_DECLS

#define PTP_TYPE_FILE_CONSUMER (ptp_file_consumer_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PtpFileConsumer,
                      ptp_file_consumer,
                      PTP,
                      FILE_CONSUMER,
                      PtpOutputStreamConsumer)

PTP_AVAILABLE_IN_1_0
PtpFileConsumer *ptp_file_consumer_new (GFile *file);

/* Properties */

PTP_AVAILABLE_IN_1_0
GFile *ptp_file_consumer_get_file (PtpFileConsumer *self);

G_END_DECLS
