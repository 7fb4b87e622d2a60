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
};

gboolean ptp_pull_to_push_abandon (PtpPullToPush *self);

/* The consumer has unregistered it; it is not told of what happens to a producer that is its own no
 * more, and may have another.
 */
static inline void
ptp_pull_to_push_set_let_go (PtpPullToPush *self)
{
  self->run.marked = TRUE;
}

static inline gboolean
ptp_pull_to_push_is_let_go (PtpPullToPush *self)
{
  return self->run.marked;
}

/* What a stream does, on its context */

PtpStepResult ptp_pull_to_push_run (PtpRunnable *run, guint n_steps, GError **error);
void ptp_pull_to_push_listen (PtpRunnable *run);
void ptp_pull_to_push_tear_down (PtpRunnable *run,
                                 PtpStreamState end,
                                 const GError *error,
                                 gboolean answered);
char *ptp_pull_to_push_describe (PtpRunnable *run);

/* What cancels it */

GCancellable *ptp_pull_to_push_peek_cancellable (PtpPullToPush *self);
void ptp_pull_to_push_replace_cancellable (PtpPullToPush *self, GCancellable *cancellable);
void ptp_pull_to_push_watch_cancellable (PtpPullToPush *self);

G_END_DECLS
