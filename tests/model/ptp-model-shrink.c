/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model-trials.h"

#include <string.h>

typedef struct
{
  GByteArray *tape; /* (owned): the best so far */
  PtpModelPlayFunc play;
  gpointer user_data;
} Shrink;

static GByteArray *
copy_of (const GByteArray *tape)
{
  return g_byte_array_append (g_byte_array_new (), tape->data, tape->len);
}

/* Keeps it if there is still a finding in it; any will do. */
static gboolean
try (Shrink *self, GByteArray *candidate)
{
  g_autofree char *finding = self->play (candidate, self->user_data);

  if (finding == NULL)
    {
      g_byte_array_unref (candidate);
      return FALSE;
    }

  g_byte_array_unref (self->tape);
  self->tape = candidate;
  return TRUE;
}

static guint
count_records (const GByteArray *tape)
{
  return (tape->len - PTP_MODEL_TAPE_HEAD) / PTP_MODEL_TAPE_RECORD;
}

/* Takes out ever smaller pieces, from the end, where the least depends on the rest. */
static gboolean
delete_records (Shrink *self)
{
  gboolean changed = FALSE;

  for (guint size = MAX (count_records (self->tape) / 2, 1); size > 0; size /= 2)
    for (guint end = count_records (self->tape); end >= size; end--)
      {
        GByteArray *candidate = copy_of (self->tape);

        g_byte_array_remove_range (candidate,
                                   PTP_MODEL_TAPE_HEAD + (end - size) * PTP_MODEL_TAPE_RECORD,
                                   size * PTP_MODEL_TAPE_RECORD);
        if (try (self, candidate))
          {
            changed = TRUE;
            end = MIN (end, count_records (self->tape) + 1);
          }
      }

  return changed;
}

/* A byte is simplest when it is zero, then when it has few bits. */
static gboolean
simplify_byte (Shrink *self, guint i)
{
  guint8 byte = self->tape->data[i];
  gboolean changed = FALSE;

  for (guint mask = 0xff; mask > 0; mask = mask == 0xff ? 0x80 : mask >> 1)
    if ((byte & mask) != 0)
      {
        GByteArray *candidate = copy_of (self->tape);

        candidate->data[i] = (guint8) (byte & ~mask);
        if (try (self, candidate))
          {
            byte = self->tape->data[i];
            changed = TRUE;
          }
      }

  return changed;
}

/* What is called is left alone: another call is not a simpler one. */
static gboolean
simplify_bytes (Shrink *self)
{
  gboolean changed = FALSE;

  for (guint i = 0; i < self->tape->len; i++)
    if (i < PTP_MODEL_TAPE_HEAD || (i - PTP_MODEL_TAPE_HEAD) % PTP_MODEL_TAPE_RECORD != 1)
      changed |= simplify_byte (self, i);
  return changed;
}

GByteArray *
ptp_model_shrink (const GByteArray *tape, PtpModelPlayFunc play, gpointer user_data)
{
  Shrink self = { .tape = copy_of (tape), .play = play, .user_data = user_data };
  gboolean changed = TRUE;

  ptp_model_tape_normalise (self.tape);
  while (changed)
    {
      changed = delete_records (&self);
      changed |= simplify_bytes (&self);
    }

  return self.tape;
}
