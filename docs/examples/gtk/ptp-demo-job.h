/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  PTP_DEMO_STATE_IDLE,
  PTP_DEMO_STATE_COPYING,
  PTP_DEMO_STATE_DONE,
  PTP_DEMO_STATE_CANCELLED,
  PTP_DEMO_STATE_FAILED,
} PtpDemoState;

#define PTP_DEMO_TYPE_JOB (ptp_demo_job_get_type ())

G_DECLARE_DERIVABLE_TYPE (PtpDemoJob, ptp_demo_job, PTP_DEMO, JOB, GObject)

struct _PtpDemoJobClass
{
  GObjectClass parent_class;

  void (*start) (PtpDemoJob *self, GFile *source, GFile *target);
  void (*cancel) (PtpDemoJob *self);
  guint64 (*get_bytes) (PtpDemoJob *self);
  goffset (*get_total) (PtpDemoJob *self);
  GStrv (*dup_holders) (PtpDemoJob *self);
};

void ptp_demo_job_start (PtpDemoJob *self, GFile *source, GFile *target, gboolean slow);
void ptp_demo_job_cancel (PtpDemoJob *self);
PtpDemoState ptp_demo_job_get_state (PtpDemoJob *self);
const char *ptp_demo_job_get_state_name (PtpDemoJob *self);
gboolean ptp_demo_job_is_running (PtpDemoJob *self);
const GError *ptp_demo_job_get_error (PtpDemoJob *self);
double ptp_demo_job_get_seconds (PtpDemoJob *self);
guint64 ptp_demo_job_get_bytes (PtpDemoJob *self);
goffset ptp_demo_job_get_total (PtpDemoJob *self);
GStrv ptp_demo_job_dup_holders (PtpDemoJob *self);

/* For those that do the work */

GOutputStream *ptp_demo_job_slow_down (PtpDemoJob *self, GFileOutputStream *output);
void ptp_demo_job_changed (PtpDemoJob *self);
void ptp_demo_job_end (PtpDemoJob *self, const GError *error);

G_END_DECLS
