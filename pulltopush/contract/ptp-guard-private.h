/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-end-result.h"
#include "ptp-step-result.h"

G_BEGIN_DECLS

/* The vfunc guard: what stands around every call of a virtual function or of a step function.
 *
 * A caller asks ptp_guard_slot() whether the slot is filled, calls it with a GError of its own,
 * and hands what came back to ptp_guard_boolean(), ptp_guard_step() or ptp_guard_end(), which make
 * result and error agree: a failure always has an error, a success never has one.
 */

gboolean ptp_guard_missing (gpointer instance, const char *vfunc, GError **error);
gboolean ptp_guard_disagreed_boolean (gpointer instance,
                                      const char *vfunc,
                                      gboolean result,
                                      GError *local,
                                      GError **error);
PtpStepResult ptp_guard_disagreed_step (gpointer instance,
                                        const char *vfunc,
                                        PtpStepResult result,
                                        GError *local,
                                        GError **error);

PtpEndResult ptp_guard_end (gpointer instance,
                            const char *vfunc,
                            PtpEndResult result,
                            GError *local,
                            GError **error);

/* Whether the slot is filled; if not, says so in the error, or in a debug message without one. */
#define ptp_guard_slot(instance, iface, slot, error)                                               \
  (G_LIKELY ((iface)->slot != NULL) || ptp_guard_missing ((instance), #slot, (error)))

static inline gboolean
ptp_guard_boolean (gpointer instance,
                   const char *vfunc,
                   gboolean result,
                   GError *local,
                   GError **error)
{
  if (G_LIKELY (result == TRUE && local == NULL))
    return TRUE;

  return ptp_guard_disagreed_boolean (instance, vfunc, result, local, error);
}

static inline PtpStepResult
ptp_guard_step (gpointer instance,
                const char *vfunc,
                PtpStepResult result,
                GError *local,
                GError **error)
{
  if (G_LIKELY (result == PTP_STEP_RESULT_MORE && local == NULL))
    return PTP_STEP_RESULT_MORE;

  return ptp_guard_disagreed_step (instance, vfunc, result, local, error);
}

G_END_DECLS
