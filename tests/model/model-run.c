/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Random sequences for as long as wanted, or one again. */

#include "ptp-model-trials.h"

#include <locale.h>

static const PtpModelTrial trial = { .belief = PTP_MODEL_RIGHT, .lie = PTP_MODEL_TRUTH };

typedef struct
{
  gint64 n_sequences;
  int n_minutes;
  gint64 seed;
  int n_jobs;
  char *replay; /* (owned) (nullable) */
  char *print;  /* (owned) (nullable) */
} Options;

/* Hexadecimal digits, or the name of a file with them, or with the bytes themselves. */
static GByteArray *
read_tape (const char *text, GError **error)
{
  g_autoptr (GByteArray) tape = ptp_model_tape_from_hex (text);
  g_autofree char *digits = NULL;
  char *contents;
  gsize length;

  if (tape != NULL && tape->len > 0)
    return g_steal_pointer (&tape);
  g_clear_pointer (&tape, g_byte_array_unref);
  if (!g_file_get_contents (text, &contents, &length, error))
    return NULL;

  digits = g_strchomp (g_strdup (contents));
  tape = ptp_model_tape_from_hex (digits);
  if (tape != NULL && tape->len > 0)
    {
      g_free (contents);
      return g_steal_pointer (&tape);
    }
  g_clear_pointer (&tape, g_byte_array_unref);

  return g_byte_array_new_take ((guint8 *) contents, length);
}

static int
replay (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) tape = read_tape (text, &error);
  g_autofree char *finding = NULL;
  g_autofree char *report = NULL;

  if (tape == NULL)
    {
      g_printerr ("model-run: %s\n", error->message);
      return 2;
    }
  finding = ptp_model_trial_play (&trial, tape);
  if (finding != NULL)
    {
      report = ptp_model_report (&trial, tape, 0);
      g_print ("%s\n", report);
    }
  g_print ("1 sequences, seed 0, %d findings\n", finding != NULL);

  return finding != NULL;
}

static int
print (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) tape = read_tape (text, &error);
  g_autofree char *code = NULL;

  if (tape == NULL)
    {
      g_printerr ("model-run: %s\n", error->message);
      return 2;
    }
  ptp_model_tape_normalise (tape);
  code = ptp_model_print (tape, "A sequence");
  g_print ("%s", code);

  return 0;
}

/* A line a minute. */
static void
show_progress (guint64 n_sequences)
{
  static gint64 next;
  gint64 now = g_get_monotonic_time ();

  if (now < next)
    return;
  if (next > 0)
    g_print ("%" G_GUINT64_FORMAT " sequences so far, 0 findings\n", n_sequences);
  next = now + 60 * G_USEC_PER_SEC;
}

static int
run (const Options *options)
{
  PtpModelTrials trials = { .trial = trial };
  PtpModelOutcome outcome;
  gboolean found;

  trials.seed = options->seed != 0 ? (guint64) options->seed : g_random_int ();
  trials.n_sequences = (guint64) options->n_sequences;
  if (options->n_minutes > 0)
    trials.deadline = g_get_monotonic_time () + (gint64) options->n_minutes * 60 * G_USEC_PER_SEC;
  else if (options->n_sequences == 0)
    trials.n_sequences = 20000;
  trials.n_jobs = (guint) options->n_jobs;
  trials.progress = show_progress;

  g_print ("seed %" G_GUINT64_FORMAT "\n", trials.seed);
  ptp_model_trials_run (&trials, &outcome);
  found = outcome.finding != NULL;
  if (found)
    {
      g_autofree char *report = NULL;

      g_print ("found: %s\n", outcome.finding);
      report = ptp_model_report (&trial, outcome.tape, trials.seed);
      g_print ("%s\n", report);
    }
  g_print ("%" G_GUINT64_FORMAT " sequences, seed %" G_GUINT64_FORMAT ", %d findings\n",
           outcome.n_sequences, trials.seed, found);
  ptp_model_outcome_clear (&outcome);

  return found;
}

int
main (int argc, char **argv)
{
  Options options = { .n_jobs = 1 };
  const GOptionEntry entries[]
    = { { "sequences", 0, 0, G_OPTION_ARG_INT64, &options.n_sequences, "Play so many (20000)",
          "N" },
        { "minutes", 0, 0, G_OPTION_ARG_INT, &options.n_minutes, "Play for so long", "M" },
        { "seed", 0, 0, G_OPTION_ARG_INT64, &options.seed, "Play these again", "S" },
        { "jobs", 0, 0, G_OPTION_ARG_INT, &options.n_jobs, "In so many processes (1)", "N" },
        { "replay", 0, 0, G_OPTION_ARG_STRING, &options.replay, "Play this one", "HEX|FILE" },
        { "print", 0, 0, G_OPTION_ARG_STRING, &options.print, "Show this one as a test in C",
          "HEX|FILE" },
        { NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new ("- play random sequences of calls");
  g_autoptr (GError) error = NULL;
  int status;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || options.n_sequences < 0
      || options.n_minutes < 0 || options.n_jobs < 1)
    {
      g_printerr ("model-run: %s\n", error != NULL ? error->message : "a number is out of range");
      return 2;
    }

  if (options.replay != NULL)
    status = replay (options.replay);
  else if (options.print != NULL)
    status = print (options.print);
  else
    status = run (&options);
  g_free (options.replay);
  g_free (options.print);

  return status;
}
