/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-fault-sink.h"

G_BEGIN_DECLS

/* What the two ends of a stream were told, seen from inside their virtual functions, which are real
 * and do their work.
 */
typedef struct
{
  PtpFaultSink *sink; /* (unowned): below the consumer */

  guint n_produce;
  guint n_cancel;
  GError *cancel_reason; /* (owned) (nullable) */
  gboolean answered;     /* the producer has said that it is finished, or that it failed */
  gboolean exhausted;    /* the producer has said that it is finished */
  guint n_too_late;      /* produce after that, or after cancel */

  guint n_register;
  guint n_unregister;
  guint n_finish;
  guint n_abort;
  GError *abort_reason;    /* (owned) (nullable) */
  guint n_writes_at_abort; /* calls of the sink's that write, begun before it */
  guint n_told_too_late;   /* finish after abort, either after unregister_producer */
  guint n_told_too_early;  /* finish before the producer was exhausted, either before its cancel */
  guint n_late_writes;     /* after either */
  GByteArray *accepted;    /* (owned): all that was written, and taken */
} PtpFaultSpy;

/* There is one stream at a time, and this is who looks at it from now on. */
void ptp_fault_spy_begin (PtpFaultSpy *self);
void ptp_fault_spy_end (PtpFaultSpy *self);

G_END_DECLS
