/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-model-world.h"

G_BEGIN_DECLS

/* A sequence of calls as bytes: any bytes mean some sequence.
 *
 * Three bytes say what the world is like, then three bytes each make a record: when, what, and
 * about what. So any number of bytes can be taken out, and what is left still means something.
 */
#define PTP_MODEL_TAPE_HEAD   PTP_MODEL_CONFIG_BYTES
#define PTP_MODEL_TAPE_RECORD 3
/* Longer ones find nothing that a short one does not. */
#define PTP_MODEL_TAPE_MAX (PTP_MODEL_TAPE_HEAD + 64 * PTP_MODEL_TAPE_RECORD)

PtpModelRecord ptp_model_record_decode (const guint8 bytes[PTP_MODEL_TAPE_RECORD]);
/* The smallest bytes that mean the same, so that one sequence is one tape. */
void ptp_model_tape_normalise (GByteArray *tape);

char *ptp_model_tape_to_hex (const GByteArray *tape);
GByteArray *ptp_model_tape_from_hex (const char *hex);

/* The same for the same seed and number, on every machine. */
GByteArray *ptp_model_tape_random (guint64 seed, guint64 number);

/* What tells a right run from a wrong one. */
typedef struct
{
  PtpModelBelief belief;
  PtpModelLie lie;
  guint max_seconds; /* 0: as many as nothing should ever take */
} PtpModelTrial;

/* Plays it in this process. Returns the finding, or null. */
char *ptp_model_tape_play (const GByteArray *tape, const PtpModelTrial *trial);

G_END_DECLS
