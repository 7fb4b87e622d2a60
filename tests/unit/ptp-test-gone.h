/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-test-util.h"

G_BEGIN_DECLS

/* What must be gone in the end. A thread of GIO's may hold it for a moment longer than its
 * operation, so these wait for it.
 */

/* Takes the caller's reference and runs the context until the object is gone. */
void ptp_test_wait_for_last (gpointer object);

/* Of this process. */
guint ptp_test_count_descriptors (void);
/* Runs the context until there are no more than so many (rule B9). */
void ptp_test_until_descriptors (guint n);

G_END_DECLS
