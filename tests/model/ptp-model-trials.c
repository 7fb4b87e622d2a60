/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model-trials.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* So many share a process. */
#define BATCH 500
/* Nothing that a sequence does takes long: this is a safety net, also for slow machines. */
#define MAX_SECONDS 60
#define MAX_FINDING 1000

/* What a child says, also when it does not live to say goodbye. */
typedef struct
{
  guint64 number; /* of the sequence that is played */
  gboolean found;
  char finding[MAX_FINDING];
} Report;

static Report *
report_new (void)
{
  Report *report
    = mmap (NULL, sizeof (Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  g_assert (report != MAP_FAILED);
  return report;
}

static void
report_free (Report *report)
{
  munmap (report, sizeof (Report));
}

static gboolean
play (const PtpModelTrial *trial, const GByteArray *tape, Report *report)
{
  g_autofree char *finding = NULL;
  g_autofree char *warning = NULL;

  alarm (trial->max_seconds > 0 ? trial->max_seconds : MAX_SECONDS);
  finding = ptp_model_tape_play (tape, trial);
  warning = ptp_model_take_warning ();
  alarm (0);
  if (warning == NULL && finding == NULL)
    return TRUE;

  g_strlcpy (report->finding, warning != NULL ? warning : finding, MAX_FINDING);
  report->found = TRUE;
  return FALSE;
}

/* What is buffered is written once; a child ends as any program does, so that its coverage is
 * written, and leaks are found where somebody looks for them.
 */
static pid_t
fork_clean (void)
{
  fflush (NULL);
  return fork ();
}

/* The finding is what the child said, or how it died. */
static char *
finding_of (const Report *report, int status)
{
  if (report->found)
    return g_strdup (report->finding);
  if (WIFSIGNALED (status) && WTERMSIG (status) == SIGALRM)
    return g_strdup ("it never ends");
  if (WIFSIGNALED (status))
    return g_strdup_printf ("it crashes: %s", g_strsignal (WTERMSIG (status)));
  if (WIFEXITED (status) && WEXITSTATUS (status) != 0)
    return g_strdup_printf ("it exits with status %d", WEXITSTATUS (status));

  return NULL;
}

static int
wait_for (pid_t child)
{
  int status;

  while (waitpid (child, &status, 0) != child)
    ;
  return status;
}

char *
ptp_model_trial_play (const PtpModelTrial *self, const GByteArray *tape)
{
  Report *report = report_new ();
  pid_t child = fork_clean ();
  char *finding;

  if (child == 0)
    {
      ptp_model_catch_warnings ();
      play (self, tape, report);
      exit (0);
    }
  finding = finding_of (report, wait_for (child));
  report_free (report);

  return finding;
}

char *
ptp_model_trial_play_swapped (const GByteArray *tape, gpointer trial)
{
  return ptp_model_trial_play (trial, tape);
}

void
ptp_model_assert_right (const char *hex)
{
  const PtpModelTrial trial = { .belief = PTP_MODEL_RIGHT, .lie = PTP_MODEL_TRUTH };
  g_autoptr (GByteArray) tape = ptp_model_tape_from_hex (hex);
  g_autofree char *finding = NULL;

  g_assert_nonnull (tape);
  finding = ptp_model_trial_play (&trial, tape);
  g_assert_cmpstr (finding, ==, NULL);
}

static void
play_batch (const PtpModelTrials *self, guint64 first, guint64 end, Report *report)
{
  ptp_model_catch_warnings ();
  for (guint64 i = first; i < end; i++)
    {
      g_autoptr (GByteArray) tape = ptp_model_tape_random (self->seed, i);

      report->number = i;
      if (!play (&self->trial, tape, report))
        return;
    }
}

typedef struct
{
  pid_t child; /* 0: none */
  guint64 first, end;
  Report *report;
} Job;

static gboolean
is_over (const PtpModelTrials *self, guint64 n)
{
  return (self->n_sequences > 0 && n >= self->n_sequences)
         || (self->deadline > 0 && g_get_monotonic_time () >= self->deadline);
}

static void
begin (const PtpModelTrials *self, Job *job, guint64 first)
{
  job->first = first;
  job->end = first + BATCH;
  if (self->n_sequences > 0)
    job->end = MIN (job->end, self->n_sequences);
  job->report->found = FALSE;
  job->child = fork_clean ();
  if (job->child != 0)
    return;

  play_batch (self, job->first, job->end, job->report);
  exit (0);
}

static void
finish (const PtpModelTrials *self, Job *job, PtpModelOutcome *outcome)
{
  g_autofree char *finding = finding_of (job->report, wait_for (job->child));

  job->child = 0;
  if (finding == NULL)
    {
      outcome->n_sequences += job->end - job->first;
      return;
    }

  outcome->n_sequences += job->report->number + 1 - job->first;
  if (outcome->finding == NULL)
    {
      outcome->finding = g_steal_pointer (&finding);
      outcome->tape = ptp_model_tape_random (self->seed, job->report->number);
    }
}

/* The jobs take turns; what one of them is late, the next need not wait for. */
void
ptp_model_trials_run (const PtpModelTrials *self, PtpModelOutcome *outcome)
{
  guint n_jobs = MAX (self->n_jobs, 1);
  g_autofree Job *jobs = g_new0 (Job, n_jobs);
  guint64 next = 0;
  guint n_running = 0;

  *outcome = (PtpModelOutcome){ 0 };
  for (guint i = 0; i < n_jobs; i++)
    jobs[i].report = report_new ();

  for (guint i = 0;; i = (i + 1) % n_jobs)
    {
      if (jobs[i].child != 0)
        {
          finish (self, &jobs[i], outcome);
          n_running--;
          if (self->progress != NULL)
            self->progress (outcome->n_sequences);
        }
      if (outcome->finding == NULL && !is_over (self, next))
        {
          begin (self, &jobs[i], next);
          next = jobs[i].end;
          n_running++;
        }
      else if (n_running == 0)
        break;
    }

  for (guint i = 0; i < n_jobs; i++)
    report_free (jobs[i].report);
}

void
ptp_model_outcome_clear (PtpModelOutcome *self)
{
  g_clear_pointer (&self->tape, g_byte_array_unref);
  g_clear_pointer (&self->finding, g_free);
}

/* Warnings */

static char *warning; /* (owned) (nullable): the first */

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)) == 0)
    return G_LOG_WRITER_HANDLED;

  for (gsize i = 0; i < n_fields; i++)
    if (warning == NULL && g_str_equal (fields[i].key, "MESSAGE"))
      warning = g_strdup_printf ("it warns: %s", (const char *) fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

/* What is logged the old way, of which a test program makes something of its own. */
static void
handle_log (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  const GLogField field = { "MESSAGE", message, -1 };

  write_log (level, &field, 1, NULL);
}

/* In a process of its own: the writer is set once and for all. */
void
ptp_model_catch_warnings (void)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_default_handler (handle_log, NULL);
  g_log_set_writer_func (write_log, NULL, NULL);
}

char *
ptp_model_take_warning (void)
{
  return g_steal_pointer (&warning);
}
