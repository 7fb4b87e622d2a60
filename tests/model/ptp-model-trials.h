/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-model-tape.h"

G_BEGIN_DECLS

/* Many sequences in child processes, so that a crash or a sequence that never ends is a finding
 * like any other.
 */

typedef struct
{
  PtpModelTrial trial;
  guint64 seed;
  guint64 n_sequences; /* 0: until the time is over */
  gint64 deadline;     /* monotonic, 0: none */
  guint n_jobs;
  void (*progress) (guint64 n_sequences); /* (nullable): called now and then */
} PtpModelTrials;

typedef struct
{
  guint64 n_sequences;
  GByteArray *tape; /* (owned) (nullable): of the finding, as it was found */
  char *finding;    /* (owned) (nullable) */
} PtpModelOutcome;

void ptp_model_trials_run (const PtpModelTrials *self, PtpModelOutcome *outcome);
void ptp_model_outcome_clear (PtpModelOutcome *self);

/* Plays one in a child process. Returns the finding, or null. */
char *ptp_model_trial_play (const PtpModelTrial *self, const GByteArray *tape);
char *ptp_model_trial_play_swapped (const GByteArray *tape, gpointer trial);

/* For a test: aborts with the finding, if there is one in the tape. */
void ptp_model_assert_right (const char *hex);

/* The shortest and simplest tape that there is a finding in. Takes nothing but the tape. */
typedef char *(*PtpModelPlayFunc) (const GByteArray *tape, gpointer user_data);
GByteArray *ptp_model_shrink (const GByteArray *tape, PtpModelPlayFunc play, gpointer user_data);

/* The sequence as a test in C. */
char *ptp_model_print (const GByteArray *tape, const char *finding);

/* All there is to say about a finding: the shortest tape, and the test. */
char *ptp_model_report (const PtpModelTrial *trial, const GByteArray *tape, guint64 seed);

/* In which a warning of the library is a finding. */
void ptp_model_catch_warnings (void);
char *ptp_model_take_warning (void);

G_END_DECLS
