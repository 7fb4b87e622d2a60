/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "../contract/ptp-types.h"
#include "ptp-cooperative-task.h"

G_BEGIN_DECLS

/**
 * PTP_SLICE_DEFAULT:
 *
 * The slice a cooperator starts with, in microseconds: long enough for full
 * throughput, short enough that no frame is late.
 *
 * Since: 1.0
 */
#define PTP_SLICE_DEFAULT (200)

/**
 * PtpClockFunc:
 * @user_data: what was passed to [method@PullToPush.Cooperator.set_clock]
 *
 * Tells the time. It should never go back: a slice in which it does is over, and
 * the step before is taken for one that took no time.
 *
 * It is called on the context of the cooperator, often.
 *
 * Returns: the time, in microseconds
 *
 * Since: 1.0
 */
typedef gint64 (*PtpClockFunc) (gpointer user_data);

#define PTP_TYPE_COOPERATOR (ptp_cooperator_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PtpCooperator, ptp_cooperator, PTP, COOPERATOR, GObject)

PTP_AVAILABLE_IN_1_0
PtpCooperator *ptp_cooperator_new (GMainContext *context, int priority);
PTP_AVAILABLE_IN_1_0
PtpCooperator *ptp_cooperator_ref_default (void);
PTP_AVAILABLE_IN_1_0
PtpCooperator *ptp_cooperator_ref_for_context (GMainContext *context, int priority);

/* Properties */

PTP_AVAILABLE_IN_1_0
GMainContext *ptp_cooperator_get_context (PtpCooperator *self);
PTP_AVAILABLE_IN_1_0
int ptp_cooperator_get_priority (PtpCooperator *self);
PTP_AVAILABLE_IN_1_0
gint64 ptp_cooperator_get_slice (PtpCooperator *self);
PTP_AVAILABLE_IN_1_0
void ptp_cooperator_set_slice (PtpCooperator *self, gint64 slice);
PTP_AVAILABLE_IN_1_0
gboolean ptp_cooperator_get_active (PtpCooperator *self);

/* Actions */

PTP_AVAILABLE_IN_1_0
PtpCooperativeTask *ptp_cooperator_cooperate (PtpCooperator *self,
                                              PtpStepFunc step_func,
                                              gpointer user_data,
                                              GDestroyNotify destroy);
PTP_AVAILABLE_IN_1_0
void ptp_cooperator_set_clock (PtpCooperator *self,
                               PtpClockFunc clock_func,
                               gpointer user_data,
                               GDestroyNotify destroy);

G_END_DECLS
