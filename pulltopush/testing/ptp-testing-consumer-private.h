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
  GError *failure;             /* (owned) (nullable): why the producer failed */
  gboolean write_failed;       /* nothing may be written after that */
  gsize since_resumed;         /* bytes */
  PtpTestingMoment paused_at;  /* while paused */
  PtpTestingMoment stopped_at; /* once stopped */
  PtpTestingMoment let_go_at;  /* while there is no producer, after there was one */
  gboolean paused;
  gboolean stopped;
  gboolean closed;

  gsize pause_after; /* bytes; 0: never */
  guint fail_write;  /* 0: none */
  gboolean unattended;

  /* While a suite lets nobody write: which rule says so, and in which words. */
  const char *barred_rule; /* (unowned) (nullable): static */
  const char *barred_why;  /* (unowned) (nullable): static */
};

void ptp_testing_consumer_bar (PtpTestingConsumer *self, const char *rule, const char *why);
void ptp_testing_consumer_admit (PtpTestingConsumer *self);
void ptp_testing_consumer_install_properties (GObjectClass *object_class);

G_END_DECLS
