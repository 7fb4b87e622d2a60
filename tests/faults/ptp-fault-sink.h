/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-fault-plan.h"

G_BEGIN_DECLS

/* Where an output stream leaves what it takes, and has its faults from. It outlives the stream. */
typedef struct
{
  PtpFaultPlan plan;
  GRand *ragged; /* (owned) (nullable): writes are as short as it says */
  int fd;        /* -1 without one */
  int peer_fd;   /* -1 without one, or after hanging up */

  /* Guarded by the mutex of the plan. */
  GByteArray *taken; /* (owned) */
  gboolean hung_up;
  guint n_flushes;
  guint n_closes;
  guint n_worthless_closes; /* of those, with the cancellable cancelled */
  guint n_whole_closes;     /* of those, after which GIO has put into place what it has */
} PtpFaultSink;

PtpFaultSink *ptp_fault_sink_new (void);
PtpFaultSink *ptp_fault_sink_ref (PtpFaultSink *self);
void ptp_fault_sink_unref (PtpFaultSink *self);
/* Sinks that a stream, or anybody else, has. */
guint ptp_fault_sink_get_n_alive (void);
gsize ptp_fault_sink_get_taken (PtpFaultSink *self);
/* Takes what the fault lets it take of one write. */
gboolean ptp_fault_sink_take (PtpFaultSink *self,
                              PtpFault fault,
                              const GOutputVector *vectors,
                              gsize n_vectors,
                              gsize *written,
                              GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpFaultSink, ptp_fault_sink_unref)

G_END_DECLS
