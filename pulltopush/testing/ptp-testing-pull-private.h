/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-testing-drive-private.h"

G_BEGIN_DECLS

/* How a pull producer lets go. */

void ptp_testing_pull_cancelled_before_start (PtpTestingRun *run);
void ptp_testing_pull_cancelled_anytime (PtpTestingRun *run);
void ptp_testing_pull_quiet_after_end (PtpTestingRun *run);
void ptp_testing_pull_released (PtpTestingRun *run);
void ptp_testing_pull_no_reference (PtpTestingRun *run);
void ptp_testing_pull_dropped_anytime (PtpTestingRun *run);
void ptp_testing_pull_dropped_elsewhere (PtpTestingRun *run);
void ptp_testing_pull_write_fails (PtpTestingRun *run);
void ptp_testing_pull_fails (PtpTestingRun *run);

G_END_DECLS
