/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "../coop/ptp-runnable-private.h"
#include "ptp-pull-to-push.h"

G_BEGIN_DECLS

struct _PtpPullToPush
{
  PtpRunnable run;

  /* Until the end */
  PtpPullProducer *producer; /* (owned) */
  PtpConsumer *consumer;     /* (owned) */
  /* Looked up once; what the vfunc guard checks before a call was checked with it. */
  PtpStepResult (*produce) (PtpPullProducer *self, PtpConsumer *consumer, GError **error);
  GCancellable *cancellable; /* (owned) (nullable) */
  gulong cancelled_id;
  gulong ready_id;
};

/* What a stream does, on its context */

PtpStepResult ptp_pull_to_push_step (PtpRunnable *run, GError **error);
void ptp_pull_to_push_listen (PtpRunnable *run);
void ptp_pull_to_push_tear_down (PtpRunnable *run,
                                 PtpStreamState end,
                                 const GError *error,
                                 gboolean answered);
void ptp_pull_to_push_watch_cancellable (PtpPullToPush *self);
void ptp_pull_to_push_unwatch_cancellable (PtpPullToPush *self);

G_END_DECLS
