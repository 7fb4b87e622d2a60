/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-testing-result.h"

G_BEGIN_DECLS

typedef struct _PtpTestingRun PtpTestingRun;

/* One thing that a suite looks at. */
typedef struct
{
  const char *name;   /* the rule, a slash, and what about it */
  const char *title;  /* what should be so */
  const char *advice; /* what to do if it is not */
  void (*func) (PtpTestingRun *run);
} PtpTestingCheck;

PtpTestingResult *
ptp_testing_result_new (const PtpTestingCheck *check, PtpTestingStatus status, char *seen);

G_END_DECLS
