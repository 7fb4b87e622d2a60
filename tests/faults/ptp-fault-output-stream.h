/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-fault-sink.h"

G_BEGIN_DECLS

#define PTP_FAULT_TYPE_OUTPUT_STREAM (ptp_fault_output_stream_get_type ())
G_DECLARE_DERIVABLE_TYPE (PtpFaultOutputStream,
                          ptp_fault_output_stream,
                          PTP_FAULT,
                          OUTPUT_STREAM,
                          GOutputStream)

struct _PtpFaultOutputStreamClass
{
  GOutputStreamClass parent_class;
};

typedef enum
{
  PTP_FAULT_OUTPUT_ASYNC,             /* writes several pieces asynchronously by itself */
  PTP_FAULT_OUTPUT_UNIX,              /* is a GUnixOutputStream, and writes piece by piece */
  PTP_FAULT_OUTPUT_THREAD,            /* writes one piece blockingly; GIO does that in a thread */
  PTP_FAULT_OUTPUT_THREAD_VECTORED,   /* the same with several pieces */
  PTP_FAULT_OUTPUT_POLLABLE,          /* writes one piece without blocking */
  PTP_FAULT_OUTPUT_POLLABLE_VECTORED, /* the same with several pieces */
  PTP_FAULT_OUTPUT_POLLABLE_FD,       /* the same with a descriptor that tells of hanging up */
  PTP_FAULT_N_OUTPUT_WAYS
} PtpFaultOutputWay;

GOutputStream *ptp_fault_output_stream_new (PtpFaultOutputWay way, PtpFaultSink *sink);
/* What a stream that writes in this way is asked to do. */
PtpFaultCall ptp_fault_output_way_get_call (PtpFaultOutputWay way);

G_END_DECLS
