/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-fault-input-stream.h"
#include "ptp-fault-output-stream.h"
#include "ptp-fault-wrap.h"

G_BEGIN_DECLS

/* What the test does inside the call with PTP_FAULT_ACT, or when a call is stalled. */
typedef enum
{
  PTP_FAULT_RELEASE,        /* only lets go on what is stalled */
  PTP_FAULT_CANCEL,         /* the cancellable of the stream */
  PTP_FAULT_STOP,           /* stop_producing, since nobody needs more */
  PTP_FAULT_BREAK,          /* stop_producing, with the error of a consumer that broke */
  PTP_FAULT_STOP_STREAMING, /* as the program does */
  PTP_FAULT_HAVE_ENOUGH,    /* unregister_producer, as a consumer does */
  PTP_FAULT_DISPOSE,        /* runs the dispose of the stream by hand */
  PTP_FAULT_DROP,           /* drops its references to everything */
  PTP_FAULT_ABORT,          /* the consumer, behind the back of its stream */
} PtpFaultAction;

typedef struct
{
  PtpFaultCall call;
  guint n; /* 0: none */
  PtpFault fault;
} PtpFaultPoint;

/* One run of a whole pipeline: a source, a PtpPullToPush, a PtpOutputStreamConsumer. */
typedef struct
{
  gboolean from_bytes; /* a PtpBytesProducer stands in for the stream and its producer */
  PtpFaultInputWay in_way;
  PtpFaultOutputWay out_way;
  PtpFaultWrap in_wrap;
  PtpFaultWrap out_wrap;
  PtpFaultPoint in;
  PtpFaultPoint out;
  PtpFaultAction action;
  gboolean keep_open;
  gboolean ragged; /* all reads and writes are of random length */
  guint chunk;     /* bytes of one read */
  guint n_chunks;
} PtpFaultCase;

/* Runs it, and checks all that can be said of any such run.
 * Returns: FALSE when a fault that was wanted never had its turn
 */
gboolean ptp_fault_case_run (const PtpFaultCase *self);

/* Runs it with each of the two points, where it has a fault, at the first call, the second, and so
 * on until the pipeline makes no such call; there must be one at least. With and without closing.
 */
void ptp_fault_case_run_all (const PtpFaultCase *self);

/* The seed of all that is random, from PTP_FAULT_SEED or always the same; and how much was run. */
guint32 ptp_fault_get_seed (void);
void ptp_fault_print_figures (void);

G_END_DECLS
