/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-testing-consumer.h"
#include "ptp-testing-log-private.h"

G_BEGIN_DECLS

struct _PtpTestingConsumer
{
  GObject parent_instance;

  PtpTestingLog log;
  PtpPushProducer *producer; /* (owned) (nullable) */
  GPtrArray *chunks;         /* (owned) (element-type GBytes) */
  guint64 total;
  guint n_writes;
  guint n_finished;
  guint n_aborted;
  guint n_while_paused;        /* writes that came after a pause, in the same step too */
  GError *failure;             /* (owned) (nullable): how it failed */
  GError *reason;              /* (owned) (nullable): what abort was told */
  gboolean write_failed;       /* nothing may be written after that */
  gsize since_resumed;         /* bytes */
  PtpTestingMoment paused_at;  /* while paused */
  PtpTestingMoment stopped_at; /* once stopped */
  PtpTestingMoment let_go_at;  /* while there is no producer, after there was one */
  gboolean paused;
  gboolean stopped;
  gboolean releasing; /* it has enough, and unregisters its producer */
  gboolean told;      /* its end, since the registration */
  gboolean pending;
  gint settled; /* atomic */
  gboolean closed;

  gsize pause_after; /* bytes; 0: never */
  guint fail_write;  /* 0: none */
  gboolean unattended;
  gboolean kept;
  PtpTestingAnswer finish_answer;
  PtpTestingAnswer abort_answer;
  gsize desired_size; /* bytes */

  /* While a suite lets nobody write: which rule says so, and in which words. */
  const char *barred_rule; /* (unowned) (nullable): static */
  const char *barred_why;  /* (unowned) (nullable): static */
};

void ptp_testing_consumer_bar (PtpTestingConsumer *self, const char *rule, const char *why);
void ptp_testing_consumer_admit (PtpTestingConsumer *self);

G_END_DECLS
