/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-fuzz.h"

#include "ptp-model-trials.h"

char *
ptp_fuzz_model (const guint8 *data, gsize size)
{
  const PtpModelTrial trial = { .belief = PTP_MODEL_RIGHT };
  g_autoptr (GByteArray) tape = g_byte_array_new ();
  char *finding;
  char *warning;

  g_byte_array_append (tape, data, (guint) MIN (size, PTP_MODEL_TAPE_MAX));
  finding = ptp_model_tape_play (tape, &trial);
  warning = ptp_model_take_warning ();
  if (warning == NULL)
    return finding;

  g_free (finding);
  return warning;
}
