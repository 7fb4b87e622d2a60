/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-testing-consumer-private.h"
#include "ptp-testing-suite-private.h"

G_BEGIN_DECLS

/* One check under way. */
struct _PtpTestingRun
{
  PtpTestingSuite *suite; /* (unowned) */
  char *fault;            /* (owned) (nullable): the first one that was seen */
  char *skipped;          /* (owned) (nullable): why nothing can be said */
  GPtrArray *watched;     /* (owned) (element-type PtpTestingConsumer): looked at last of all */
};

typedef gboolean (*PtpTestingCondition) (gpointer user_data);

/* What became of an object that should go. */
typedef struct
{
  gint gone; /* atomic */
} PtpTestingWatch;

void ptp_testing_run_fault (PtpTestingRun *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void ptp_testing_run_skip (PtpTestingRun *self, const char *reason);
gboolean ptp_testing_run_is_over (PtpTestingRun *self);

/* The main loop */

gboolean
ptp_testing_run_until (PtpTestingRun *self, PtpTestingCondition condition, gpointer user_data);
void ptp_testing_run_drain (PtpTestingRun *self);
void ptp_testing_run_linger (PtpTestingRun *self);
void ptp_testing_in_thread (GThreadFunc func, gpointer data);

/* The objects */

gpointer ptp_testing_run_make (PtpTestingRun *self, PtpTestingConsumer *consumer);
gboolean ptp_testing_run_has_hook (PtpTestingRun *self, PtpTestingHook hook);
void ptp_testing_run_call_hook (PtpTestingRun *self, PtpTestingHook hook, gpointer object);
GBytes *ptp_testing_run_read (PtpTestingRun *self, gpointer object);
gboolean ptp_testing_run_probe (PtpTestingRun *self, gpointer object);

PtpTestingWatch *ptp_testing_watch_new (gpointer object);
void ptp_testing_watch_unref (PtpTestingWatch *self);
gboolean ptp_testing_run_is_gone (PtpTestingRun *self, PtpTestingWatch *watch);
void ptp_testing_run_drop (PtpTestingRun *self, gpointer object, const char *when);

/* Why things are stopped that somebody else may go on with. (transfer full) */
GError *ptp_testing_create_stop (void);

/* What was seen */

void ptp_testing_run_take_violations (PtpTestingRun *self, GStrv violations, const char *rule);
void ptp_testing_run_bar (PtpTestingRun *self,
                          PtpTestingConsumer *consumer,
                          const char *rule,
                          const char *why);
void ptp_testing_run_compare (PtpTestingRun *self, GBytes *wanted, GBytes *seen, const char *when);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpTestingWatch, ptp_testing_watch_unref)

G_END_DECLS
