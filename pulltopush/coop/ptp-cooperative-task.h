/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "../contract/ptp-step-result.h"
#include "../contract/ptp-types.h"
#include "ptp-stream-state.h"

G_BEGIN_DECLS

/**
 * PtpStepFunc:
 * @user_data: what was passed to [method@PullToPush.Cooperator.cooperate]
 * @error: return location for what went wrong; whatever is set here, the task
 *   ends with as its own error
 *
 * Does one small piece of work.
 *
 * It is called on the context of the cooperator only (rule T1), and may do
 * anything, also stop its own task.
 *
 * Returns: how the step went
 *
 * Since: 1.0
 */
typedef PtpStepResult (*PtpStepFunc) (gpointer user_data, GError **error);

#define PTP_TYPE_COOPERATIVE_TASK (ptp_cooperative_task_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PtpCooperativeTask, ptp_cooperative_task, PTP, COOPERATIVE_TASK, GObject)

/* Properties */

PTP_AVAILABLE_IN_1_0
PtpStreamState ptp_cooperative_task_get_state (PtpCooperativeTask *self);
PTP_AVAILABLE_IN_1_0
const GError *ptp_cooperative_task_get_error (PtpCooperativeTask *self);

/* Actions */

PTP_AVAILABLE_IN_1_0
void ptp_cooperative_task_pause (PtpCooperativeTask *self);
PTP_AVAILABLE_IN_1_0
void ptp_cooperative_task_resume (PtpCooperativeTask *self);
PTP_AVAILABLE_IN_1_0
void ptp_cooperative_task_ready (PtpCooperativeTask *self);
PTP_AVAILABLE_IN_1_0
void ptp_cooperative_task_stop (PtpCooperativeTask *self);

/* The end */

PTP_AVAILABLE_IN_1_0
void ptp_cooperative_task_wait_async (PtpCooperativeTask *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
PTP_AVAILABLE_IN_1_0
gboolean
ptp_cooperative_task_wait_finish (PtpCooperativeTask *self, GAsyncResult *result, GError **error);

G_END_DECLS
