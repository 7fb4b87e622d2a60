/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-fault-case.h"
#include "ptp-fault-spy.h"

#include "../unit/ptp-test-wait.h"

G_BEGIN_DECLS

/* A case while it runs. */
typedef struct
{
  const PtpFaultCase *what;
  GBytes *content;        /* (owned) */
  PtpFaultSource *source; /* (owned): not used with a PtpBytesProducer */
  PtpFaultSink *sink;     /* (owned) */
  PtpFaultSpy spy;
  PtpTestEnds *ends;    /* (owned) */
  PtpTestWait wait;     /* for the end */
  PtpStreamState state; /* of the stream, at its end */
  GCancellable *cancellable;

  GInputStream *input; /* (owned) (nullable) */
  GOutputStream *output;
  int n_objects; /* that must be gone in the end */
  int n_gone;    /* atomic */

  GMutex mutex;                      /* guards these three, which any thread may drop */
  PtpPullProducer *producer;         /* (owned) (nullable) */
  PtpOutputStreamConsumer *consumer; /* (owned) (nullable) */
  PtpPullToPush *stream;             /* (owned) (nullable) */

  int acted;                 /* atomic: the action was taken */
  gboolean acted_on_context; /* on its thread */
  gboolean acted_on_ending;  /* the stream was ending by then */
  guint n_broken;            /* the signal of the producer */
  guint n_failed;            /* the signal of the consumer */

  /* As they are when the consumer settles. */
  guint n_settled;
  PtpSettlement settlement;   /* 0 if it failed to settle */
  GError *settle_error;       /* (owned) (nullable) */
  GError *consumer_error;     /* (owned) (nullable): its property */
  guint64 n_written;          /* bytes, says the consumer */
  guint n_ends_at_settlement; /* signals and answers of the stream */
} PtpFaultRun;

/* What a consumer that breaks in a run says. (transfer full) */
GError *ptp_fault_run_new_break_error (void);

/* What must hold while a call is stalled, and nothing else is left to do. */
void ptp_fault_run_check_rest (PtpFaultRun *self);
/* What must hold when the stream has ended. */
void ptp_fault_run_check_end (PtpFaultRun *self);
/* What must hold when all is over, and the streams are still there. */
void ptp_fault_run_check_all (PtpFaultRun *self);
/* What must hold when nobody has them any more. */
void ptp_fault_run_check_dropped (PtpFaultRun *self);

G_END_DECLS
