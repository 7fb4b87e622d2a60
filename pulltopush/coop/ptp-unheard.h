/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "../contract/ptp-types.h"

G_BEGIN_DECLS

/**
 * PtpUnheardFunc:
 * @object: the stream or the cooperative task that failed
 * @error: why
 * @user_data: what was passed to [func@PullToPush.set_unheard_func]
 *
 * Reports a failure that nobody waits for.
 *
 * It is called on the context of @object, one turn after its end.
 *
 * Since: 1.0
 */
typedef void (*PtpUnheardFunc) (GObject *object, const GError *error, gpointer user_data);

PTP_AVAILABLE_IN_1_0
void ptp_set_unheard_func (PtpUnheardFunc func, gpointer user_data, GDestroyNotify destroy);

G_END_DECLS
