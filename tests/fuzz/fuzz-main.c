/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What libFuzzer and AFL++ call. PTP_FUZZ_FUNC says what is fuzzed. */

#include "ptp-fuzz.h"

#include "ptp-model-trials.h"

#include <stdlib.h>

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_setenv ("GIO_USE_VFS", "local", TRUE);
  ptp_model_catch_warnings ();
  return 0;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  char *finding = PTP_FUZZ_FUNC (data, size);

  if (finding != NULL)
    {
      g_printerr ("finding: %s\n", finding);
      abort ();
    }
  return 0;
}
