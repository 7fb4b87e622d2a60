/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-testing-run-private.h"

G_BEGIN_DECLS

/* Rung by a producer on whatever thread, also while the drive is being freed. */
typedef struct
{
  gint ready;            /* atomic: emitted since the last step began */
  gint n_broken;         /* atomic: how often it broke */
  GMutex lock;           /* of what follows */
  GError *error;         /* (owned) (nullable): how it broke first */
  GMainContext *context; /* (owned) */
} PtpTestingBell;

/* Asks a pull producer step by step, by hand, so that anything can happen between two steps. */
typedef struct
{
  PtpTestingRun *run;           /* (unowned) */
  PtpPullProducer *producer;    /* (owned) (nullable): none once it was dropped */
  PtpTestingConsumer *consumer; /* (owned) (nullable): none once it was dropped */
  gulong ready_id;
  gulong broken_id;
  PtpTestingBell *bell; /* (owned) */
  PtpStepResult result;
  GError *error;      /* (owned) (nullable) */
  char *disagreement; /* (owned) (nullable): the first answer that contradicts itself */
  guint n_steps;
  guint n_pending;
  guint n_barren; /* steps in a row that answered PENDING */
  gint64 longest; /* microseconds */
} PtpTestingDrive;

/* How far a drive came. */
typedef enum
{
  PTP_TESTING_DRIVE_ENDED = 0,
  PTP_TESTING_DRIVE_FAULTY, /* it failed, and should not have, or the other way round */
  PTP_TESTING_DRIVE_STUCK,  /* never ready */
  PTP_TESTING_DRIVE_SPINS,  /* ready again and again, with nothing to produce */
  PTP_TESTING_DRIVE_ENDLESS,
} PtpTestingDriveEnd;

PtpTestingDrive *ptp_testing_drive_new (PtpTestingRun *run);
void ptp_testing_drive_free (PtpTestingDrive *self);
void ptp_testing_drive_step (PtpTestingDrive *self);
gboolean ptp_testing_drive_wait (PtpTestingDrive *self);
gboolean ptp_testing_drive_has_ended (PtpTestingDrive *self);
PtpTestingDriveEnd ptp_testing_drive_run (PtpTestingDrive *self, guint n_steps);
gboolean ptp_testing_drive_finish (PtpTestingDrive *self);
void ptp_testing_drive_compare (PtpTestingDrive *self, GBytes *wanted, const char *when);
guint ptp_testing_drive_count_broken (PtpTestingDrive *self);
void ptp_testing_drive_unlisten (PtpTestingDrive *self);

PtpTestingDrive *ptp_testing_run_reference (PtpTestingRun *run, GBytes **content);
guint ptp_testing_point (guint number, guint n_all);

/* At so many moments of a whole life something is tried, the first ones among them. */
#define PTP_TESTING_MAX_POINTS 20

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpTestingDrive, ptp_testing_drive_free)

G_END_DECLS
