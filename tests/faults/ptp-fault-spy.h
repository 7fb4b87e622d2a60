/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "../unit/ptp-test-util.h"

G_BEGIN_DECLS

/* What the two ends of a stream were told, seen from inside their virtual functions, which are real
 * and do their work.
 */
typedef struct
{
  guint n_produce;
  guint n_cancel;
  gboolean answered; /* the producer has said that it is finished, or that it failed */
  guint n_too_late;  /* produce after that, or after cancel */

  guint n_register;
  guint n_unregister;
  guint n_producer_failed;
  GError *producer_error;     /* (owned) (nullable): of the last producer_failed */
  gboolean failed_after_that; /* producer_failed came after unregister_producer */
  GByteArray *accepted;       /* (owned): all that was written, and taken */
} PtpFaultSpy;

/* There is one stream at a time, and this is who looks at it from now on. */
void ptp_fault_spy_begin (PtpFaultSpy *self);
void ptp_fault_spy_end (PtpFaultSpy *self);

G_END_DECLS
