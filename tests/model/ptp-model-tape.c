/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model-tape.h"

/* Half of all calls are made at once; the other half from inside something. */
#define N_NOWS     19
#define JOINED     64
#define WHERE_MASK 31

PtpModelRecord
ptp_model_record_decode (const guint8 bytes[PTP_MODEL_TAPE_RECORD])
{
  guint where = bytes[0] & WHERE_MASK;

  return (PtpModelRecord){
    .where = where < N_NOWS ? PTP_MODEL_NOW : (PtpModelWhere) (where - N_NOWS),
    .joined = (bytes[0] & (JOINED | 128)) == JOINED,
    .op = ptp_model_op_decode (bytes[1]),
    .arg = bytes[2],
  };
}

void
ptp_model_tape_normalise (GByteArray *tape)
{
  guint n_records;

  while (tape->len < PTP_MODEL_TAPE_HEAD)
    g_byte_array_append (tape, (const guint8 *) "", 1);
  n_records = (tape->len - PTP_MODEL_TAPE_HEAD) / PTP_MODEL_TAPE_RECORD;
  g_byte_array_set_size (tape, PTP_MODEL_TAPE_HEAD + n_records * PTP_MODEL_TAPE_RECORD);

  for (guint i = 0; i < n_records; i++)
    {
      guint8 *bytes = tape->data + PTP_MODEL_TAPE_HEAD + i * PTP_MODEL_TAPE_RECORD;
      PtpModelRecord record = ptp_model_record_decode (bytes);

      bytes[0] = record.where == PTP_MODEL_NOW ? 0 : (guint8) (record.where + N_NOWS);
      if (record.joined && record.where != PTP_MODEL_NOW)
        bytes[0] |= JOINED;
      bytes[1] = ptp_model_op_encode (record.op);
    }
}

char *
ptp_model_tape_to_hex (const GByteArray *tape)
{
  GString *hex = g_string_new (NULL);

  for (guint i = 0; i < tape->len; i++)
    g_string_append_printf (hex, "%02x", tape->data[i]);
  return g_string_free (hex, FALSE);
}

/* Null if it is none. */
GByteArray *
ptp_model_tape_from_hex (const char *hex)
{
  g_autoptr (GByteArray) tape = g_byte_array_new ();

  for (; g_ascii_isxdigit (hex[0]) && g_ascii_isxdigit (hex[1]); hex += 2)
    {
      guint8 byte = (guint8) (g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));

      g_byte_array_append (tape, &byte, 1);
    }

  return *hex == '\0' ? g_steal_pointer (&tape) : NULL;
}

/* SplitMix64, by Sebastiano Vigna, in the public domain. */
static guint64
next_random (guint64 *state)
{
  guint64 z = (*state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

GByteArray *
ptp_model_tape_random (guint64 seed, guint64 number)
{
  guint64 state = seed;
  guint n_records;
  GByteArray *tape;

  state = next_random (&state) + number;
  /* Few slots are worth more than many. */
  n_records = (guint) (3 + next_random (&state) % 40);
  tape = g_byte_array_sized_new (PTP_MODEL_TAPE_MAX);
  for (guint i = 0; i < PTP_MODEL_TAPE_HEAD + n_records * PTP_MODEL_TAPE_RECORD; i++)
    {
      guint64 random = next_random (&state);
      guint8 byte = (guint8) (random >> 32);

      g_byte_array_append (tape, &byte, 1);
    }

  for (guint i = PTP_MODEL_TAPE_HEAD + 2; i < tape->len; i += PTP_MODEL_TAPE_RECORD)
    if (next_random (&state) % 4 != 0
        && !g_str_has_prefix (ptp_model_op_name (ptp_model_op_decode (tape->data[i - 1])),
                              "answer"))
      tape->data[i] &= 0xfc;

  return tape;
}

char *
ptp_model_tape_play (const GByteArray *tape, const PtpModelTrial *trial)
{
  guint8 head[PTP_MODEL_TAPE_HEAD] = { 0 };
  PtpModelConfig config;
  PtpModelWorld *world;
  guint end = MIN (tape->len, PTP_MODEL_TAPE_MAX);

  for (guint i = 0; i < PTP_MODEL_TAPE_HEAD && i < tape->len; i++)
    head[i] = tape->data[i];
  config = ptp_model_config_decode (head);
  world = ptp_model_world_new (&config, trial->belief, trial->lie);
  for (guint i = PTP_MODEL_TAPE_HEAD; i + PTP_MODEL_TAPE_RECORD <= end; i += PTP_MODEL_TAPE_RECORD)
    {
      PtpModelRecord record = ptp_model_record_decode (tape->data + i);

      ptp_model_world_do (world, &record);
    }

  return ptp_model_world_free (world);
}
