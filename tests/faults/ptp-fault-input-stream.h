/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-fault-plan.h"

G_BEGIN_DECLS

#define PTP_FAULT_TYPE_INPUT_STREAM (ptp_fault_input_stream_get_type ())
G_DECLARE_DERIVABLE_TYPE (PtpFaultInputStream,
                          ptp_fault_input_stream,
                          PTP_FAULT,
                          INPUT_STREAM,
                          GInputStream)

struct _PtpFaultInputStreamClass
{
  GInputStreamClass parent_class;
};

typedef enum
{
  PTP_FAULT_INPUT_ASYNC,    /* reads asynchronously by itself */
  PTP_FAULT_INPUT_THREAD,   /* reads blockingly; GIO does that in a thread */
  PTP_FAULT_INPUT_POLLABLE, /* reads without blocking */
  PTP_FAULT_N_INPUT_WAYS
} PtpFaultInputWay;

/* Where such a stream has its data from, and its faults. It outlives the stream. */
typedef struct
{
  PtpFaultPlan plan;
  GBytes *content; /* (owned) */
  GRand *ragged;   /* (owned) (nullable): reads are as short as it says */

  /* Guarded by the mutex of the plan. */
  gsize given; /* bytes */
  gboolean ended;
  guint n_closes;
} PtpFaultSource;

PtpFaultSource *ptp_fault_source_new (GBytes *content);
PtpFaultSource *ptp_fault_source_ref (PtpFaultSource *self);
void ptp_fault_source_unref (PtpFaultSource *self);
guint ptp_fault_source_get_n_closes (PtpFaultSource *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpFaultSource, ptp_fault_source_unref)

GInputStream *ptp_fault_input_stream_new (PtpFaultInputWay way, PtpFaultSource *source);
/* What a stream that reads in this way is asked to do. */
PtpFaultCall ptp_fault_input_way_get_call (PtpFaultInputWay way);

G_END_DECLS
