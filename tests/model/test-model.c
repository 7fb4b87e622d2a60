/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Random sequences on the library; and that whoever plays, shrinks and prints them can be trusted:
 * a model that is wrong, and an observer who lies, are found out.
 */

#include "ptp-model-trials.h"

#include <string.h>

#define N_SEQUENCES 20000
#define CRASH       "it crashes"

/* Enough for every belief and lie to be found. */
#define N_WRONG 5000

static void
play (guint64 seed, guint64 n_sequences)
{
  PtpModelTrials trials = { .seed = seed, .n_sequences = n_sequences };
  PtpModelOutcome outcome;

  g_test_message ("%" G_GUINT64_FORMAT " sequences, seed %" G_GUINT64_FORMAT, n_sequences, seed);
  ptp_model_trials_run (&trials, &outcome);
  if (outcome.finding != NULL)
    {
      g_autofree char *report = ptp_model_report (&trials.trial, outcome.tape, seed);
      g_auto (GStrv) lines = g_strsplit (report, "\n", -1);

      for (guint i = 0; lines[i] != NULL; i++)
        g_test_message ("%s", lines[i]);
      g_test_fail_printf ("%s", outcome.finding);
    }
  else
    {
      g_assert_cmpuint (outcome.n_sequences, ==, n_sequences);
    }
  ptp_model_outcome_clear (&outcome);
}

/* How many there are time for: fewer under a sanitizer, or with valgrind. */
static guint64
count_sequences (void)
{
  const char *text = g_getenv ("PTP_MODEL_SEQUENCES");
  guint64 n = N_SEQUENCES;

  if (text != NULL)
    g_assert_true (g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &n, NULL));
  else if (g_test_slow ())
    n *= 10;
  return n;
}

static void
test_random (void)
{
  play (g_random_int (), count_sequences ());
}

static void
test_fixed (gconstpointer seed)
{
  play (GPOINTER_TO_UINT (seed), MIN (count_sequences () / 10, 1000));
}

/* What is deliberately wrong */

typedef struct
{
  const char *name;
  PtpModelTrial trial;
  guint n_records;     /* of the shortest sequence that shows it */
  const char *finding; /* part of what is said about that */
} Wrong;

static const Wrong wrongs[] = {
  { "belief/resume-releases", { .belief = PTP_MODEL_RESUME_RELEASES }, 2, "held by" },
  { "belief/finish-cancels", { .belief = PTP_MODEL_FINISH_CANCELS }, 2, "without cancel" },
  { "belief/stop-leaves", { .belief = PTP_MODEL_STOP_LEAVES }, 2, "abort, and it was stopped" },
  { "belief/ends-at-once", { .belief = PTP_MODEL_ENDS_AT_ONCE }, 2, "told ENDING" },
  { "belief/pending-is-more", { .belief = PTP_MODEL_PENDING_IS_MORE }, 1, "is WAITING" },
  { "belief/never-late", { .belief = PTP_MODEL_NEVER_LATE }, 3, "nothing happens" },
  { "lie/pause", { .lie = PTP_MODEL_LIE_PAUSE }, 2, "must be PAUSED" },
  { "lie/signal", { .lie = PTP_MODEL_LIE_SIGNAL }, 0, "after its signal" },
  { "lie/write", { .lie = PTP_MODEL_LIE_WRITE }, 3, "a chunk was lost" },
  { "lie/crash", { .lie = PTP_MODEL_LIE_CRASH }, 2, CRASH },
  { "lie/reference", { .lie = PTP_MODEL_LIE_REFERENCE }, 1, "producer is kept" },
  { "lie/warning", { .lie = PTP_MODEL_LIE_WARNING }, 2, "it warns: A second" },
  { "lie/settled", { .lie = PTP_MODEL_LIE_SETTLED }, 3, "though it has one" },
  { "lie/reason", { .lie = PTP_MODEL_LIE_REASON }, 3, "abort said" },
};

/* ASan may catch the signal, and exit. */
static gboolean
says (const char *finding, const char *expected)
{
#ifdef __SANITIZE_ADDRESS__
  if (g_str_equal (expected, CRASH) && g_str_equal (finding, "it exits with status 1"))
    return TRUE;
#endif

  return strstr (finding, expected) != NULL;
}

static void
test_wrong (gconstpointer data)
{
  const Wrong *wrong = data;
  PtpModelTrials trials = { .trial = wrong->trial, .seed = 7, .n_sequences = N_WRONG };
  PtpModelOutcome outcome;
  g_autoptr (GByteArray) shortest = NULL;
  g_autofree char *finding = NULL;
  g_autofree char *hex = NULL;

  ptp_model_trials_run (&trials, &outcome);
  g_assert_nonnull (outcome.finding);
  shortest = ptp_model_shrink (outcome.tape, ptp_model_trial_play_swapped, &trials.trial);
  hex = ptp_model_tape_to_hex (shortest);
  finding = ptp_model_trial_play (&trials.trial, shortest);
  g_test_message ("%s: %s", hex, finding);
  g_assert_nonnull (finding);
  g_assert_true (says (finding, wrong->finding));
  g_assert_cmpuint (shortest->len, <=,
                    PTP_MODEL_TAPE_HEAD + wrong->n_records * PTP_MODEL_TAPE_RECORD);
  ptp_model_outcome_clear (&outcome);
}

static void
append_record (GByteArray *tape, const char *op, guint8 arg)
{
  guint8 bytes[PTP_MODEL_TAPE_RECORD] = { 0, ptp_model_op_encode (ptp_model_op_find (op)), arg };

  g_byte_array_append (tape, bytes, sizeof bytes);
}

static void
test_hang (void)
{
  const PtpModelTrial trial = { .lie = PTP_MODEL_LIE_HANG, .max_seconds = 1 };
  g_autoptr (GByteArray) tape = g_byte_array_new ();
  g_autofree char *finding = NULL;

  g_byte_array_append (tape, (const guint8 *) "\0\0\0", PTP_MODEL_TAPE_HEAD);
  append_record (tape, "stop", 0);
  append_record (tape, "stop", 0);
  finding = ptp_model_trial_play (&trial, tape);
  g_assert_cmpstr (finding, ==, "it never ends");
}

/* The shrinker, without a library */

static char *
has_two_sevens (const GByteArray *tape, gpointer user_data)
{
  guint n = 0;

  (*(guint *) user_data)++;
  for (guint i = PTP_MODEL_TAPE_HEAD + 2; i < tape->len; i += PTP_MODEL_TAPE_RECORD)
    n += tape->data[i] == 7;
  return n >= 2 ? g_strdup ("found") : NULL;
}

static void
test_shrink (void)
{
  guint n_tries = 0;

  for (guint64 i = 0; i < 50; i++)
    {
      g_autoptr (GByteArray) tape = ptp_model_tape_random (1, i);
      g_autoptr (GByteArray) shortest = NULL;

      tape->data[PTP_MODEL_TAPE_HEAD + 2] = 7;
      tape->data[PTP_MODEL_TAPE_HEAD + 8] = 7;
      shortest = ptp_model_shrink (tape, has_two_sevens, &n_tries);
      g_assert_cmpuint (shortest->len, ==, PTP_MODEL_TAPE_HEAD + 2 * PTP_MODEL_TAPE_RECORD);
      g_assert_cmpint (shortest->data[0], ==, 0);
      g_assert_cmpint (shortest->data[PTP_MODEL_TAPE_HEAD], ==, 0);
    }
  g_assert_cmpuint (n_tries, <, 50 * 1000);
}

/* Tapes */

static gboolean
same_record (const PtpModelRecord *a, const PtpModelRecord *b)
{
  gboolean same_joined = a->joined == b->joined || a->where == PTP_MODEL_NOW;

  return a->where == b->where && same_joined && a->op == b->op && a->arg == b->arg;
}

static void
test_normalise (void)
{
  for (guint64 i = 0; i < 500; i++)
    {
      g_autoptr (GByteArray) tape = ptp_model_tape_random (2, i);
      g_autoptr (GByteArray) again = ptp_model_tape_random (2, i);

      ptp_model_tape_normalise (again);
      g_assert_cmpuint (again->len, ==, tape->len);
      for (guint j = PTP_MODEL_TAPE_HEAD; j < tape->len; j += PTP_MODEL_TAPE_RECORD)
        {
          PtpModelRecord a = ptp_model_record_decode (tape->data + j);
          PtpModelRecord b = ptp_model_record_decode (again->data + j);

          g_assert_true (same_record (&a, &b));
        }
    }
}

static gboolean
same_bytes (const GByteArray *a, const GByteArray *b)
{
  return a->len == b->len && memcmp (a->data, b->data, a->len) == 0;
}

static void
test_hex (void)
{
  g_autoptr (GByteArray) tape = ptp_model_tape_random (3, 0);
  g_autofree char *hex = ptp_model_tape_to_hex (tape);
  g_autoptr (GByteArray) again = ptp_model_tape_from_hex (hex);

  g_assert_true (same_bytes (tape, again));
  g_assert_null (ptp_model_tape_from_hex ("00x"));
  g_assert_null (ptp_model_tape_from_hex ("000"));
}

static void
test_same_again (void)
{
  g_autoptr (GByteArray) a = ptp_model_tape_random (4, 5);
  g_autoptr (GByteArray) b = ptp_model_tape_random (4, 5);
  g_autoptr (GByteArray) c = ptp_model_tape_random (4, 6);
  g_autoptr (GByteArray) d = ptp_model_tape_random (5, 5);

  g_assert_true (same_bytes (a, b));
  g_assert_false (same_bytes (a, c));
  g_assert_false (same_bytes (a, d));
}

/* Every byte means some call, and every call has a byte. */
static void
test_ops (void)
{
  for (guint byte = 0; byte < 256; byte++)
    {
      guint op = ptp_model_op_decode ((guint8) byte);

      g_assert_cmpuint (ptp_model_op_decode (ptp_model_op_encode (op)), ==, op);
      g_assert_cmpuint (ptp_model_op_find (ptp_model_op_name (op)), ==, op);
    }
}

static void
test_print (void)
{
  g_autoptr (GByteArray) tape = g_byte_array_new ();
  g_autofree char *code = NULL;

  g_byte_array_append (tape, (const guint8 *) "\0\0\0", PTP_MODEL_TAPE_HEAD);
  append_record (tape, "hold", 4);
  append_record (tape, "start", 0);
  code = ptp_model_print (tape, "a */ b");
  g_assert_nonnull (strstr (code, "\n/* a * / b */\n"));
  g_assert_nonnull (strstr (code, "\n  ptp_pull_to_push_hold (w->slots[0].object, \"battery\");\n"
                                  "  ptp_pull_to_push_start_streaming (w->slots[0].object);\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/tape/normalise", test_normalise);
  g_test_add_func ("/model/tape/hex", test_hex);
  g_test_add_func ("/model/tape/same-again", test_same_again);
  g_test_add_func ("/model/tape/ops", test_ops);
  g_test_add_func ("/model/print", test_print);
  g_test_add_func ("/model/shrink", test_shrink);
  for (gsize i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      g_autofree char *path = g_strdup_printf ("/model/%s", wrongs[i].name);

      g_test_add_data_func (path, &wrongs[i], test_wrong);
    }
  g_test_add_func ("/model/lie/hang", test_hang);
  for (guint seed = 1; seed <= 8; seed++)
    {
      g_autofree char *path = g_strdup_printf ("/model/fixed/%u", seed);

      g_test_add_data_func (path, GUINT_TO_POINTER (seed), test_fixed);
    }
  g_test_add_func ("/model/random", test_random);

  return g_test_run ();
}
