/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-fault-case.h"

G_BEGIN_DECLS

/* Adds a test "NAME/WAY-TO-WAY" that runs @what at every call, in streams of small chunks, of large
 * ones, and of pieces of any length.
 */
void ptp_fault_test_add (const char *name, const PtpFaultCase *what);

/* Whether a call of that kind can have the fault. */
gboolean ptp_fault_test_suits (PtpFault fault, PtpFaultCall call);

/* Runs all that were added, and says how much that was. */
int ptp_fault_test_run (void);

G_END_DECLS
