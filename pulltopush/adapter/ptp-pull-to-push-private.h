/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "../contract/ptp-driver-private.h"
#include "../coop/ptp-runnable-private.h"
#include "ptp-pull-to-push.h"

G_BEGIN_DECLS

struct _PtpPullToPush
{
  PtpRunnable run;

  /* Until the end */
  PtpDriver driver;      /* with the producer (owned) */
  PtpConsumer *consumer; /* (owned) */
};

static inline PtpPullToPush *
ptp_pull_to_push_of_driver (PtpDriver *driver)
{
  return (PtpPullToPush *) G_STRUCT_MEMBER_P (driver, -G_STRUCT_OFFSET (PtpPullToPush, driver));
}

gboolean ptp_pull_to_push_abandon (PtpPullToPush *self);

/* What a stream does, on its context */

PtpStepResult ptp_pull_to_push_run (PtpRunnable *run, guint n_steps, GError **error);
void ptp_pull_to_push_listen (PtpRunnable *run);
PtpStreamState ptp_pull_to_push_end (PtpRunnable *run, PtpCause cause, GError **error);
void ptp_pull_to_push_tear_down (PtpRunnable *run);
char *ptp_pull_to_push_describe (PtpRunnable *run);

/* What cancels it */

GCancellable *ptp_pull_to_push_peek_cancellable (PtpPullToPush *self);
void ptp_pull_to_push_replace_cancellable (PtpPullToPush *self, GCancellable *cancellable);
void ptp_pull_to_push_watch_cancellable (PtpPullToPush *self);

G_END_DECLS
