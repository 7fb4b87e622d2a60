/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <pulltopush/pulltopush.h>

G_BEGIN_DECLS

/* What a double has seen, and which rules were broken in front of it.
 *
 * An event is a word and what belongs to it; a violation is "RULE what was seen". Both may come
 * from a thread that should never have called.
 */
typedef struct
{
  GMutex lock;
  GPtrArray *events;     /* (owned) (element-type utf8) */
  GPtrArray *violations; /* (owned) (element-type utf8) */
  GMainContext *context; /* (owned): the thread-default one where the double was made */
} PtpTestingLog;

/* One dispatch of the main loop. What a producer does after its consumer has paused it, it may do
 * in the same dispatch, since its running step goes on, but in no later one.
 */
typedef struct
{
  GSource *source; /* (unowned) (nullable): only compared */
  gint64 time;
  guint64 n_steps; /* of a PtpPullToPush, which can say it better; 0 for others */
} PtpTestingMoment;

void ptp_testing_log_init (PtpTestingLog *self);
void ptp_testing_log_clear (PtpTestingLog *self);
void ptp_testing_log_event (PtpTestingLog *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void ptp_testing_log_violation (PtpTestingLog *self, const char *rule, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
void ptp_testing_log_check_context (PtpTestingLog *self, const char *what);
GStrv ptp_testing_log_dup_events (PtpTestingLog *self);
GStrv ptp_testing_log_dup_violations (PtpTestingLog *self);

PtpTestingMoment ptp_testing_moment_now (gpointer producer);
gboolean ptp_testing_moment_is_now (const PtpTestingMoment *self, gpointer producer);

G_END_DECLS
