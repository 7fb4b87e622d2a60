/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-runnable-private.h"

G_BEGIN_DECLS

/* What PTP_DEBUG asks for, and what it costs when it asks for nothing: one look at a word, and not
 * in every step.
 *
 *   ptp-debug.c        what is asked for; the lines about states and steps
 *   ptp-debug-watch.c  who has not moved for a while, and why
 *
 * What is asked for is known before there is any runnable, and does not change.
 */
typedef enum
{
  PTP_DEBUG_STATES = 1 << 0,
  PTP_DEBUG_STEPS = 1 << 1,
  PTP_DEBUG_STALLS = 1 << 2,
} PtpDebugFlags;

extern guint ptp_debug_flags;

static inline gboolean
ptp_debug_wants (guint flags)
{
  return G_UNLIKELY ((ptp_debug_flags & flags) != 0);
}

/* For class_init of what can be debugged: reads the environment, once. It runs nobody's code, since
 * GObject holds a lock there.
 */
void ptp_debug_init (void);
/* While ptp_debug_init() runs: says @line later, which is (transfer full). */
void ptp_debug_complain (char *line);
/* Where nothing is locked, any thread: says what was not understood, once. */
void ptp_debug_tell_complaints (void);

/* What people know it by; any thread as long as it has not ended, for the one who owns it */
char *ptp_debug_name (PtpRunnable *self);
char *ptp_debug_join_holders (PtpRunnable *self);

/* The context */
void ptp_debug_tell_state (PtpRunnable *self, PtpStreamState state);
void ptp_debug_tell_long_step (PtpRunnable *self, gint64 used);

/* Who is watched, from its construction to its end. Begins and ends are those of its steps. */
void ptp_debug_watch_init (void);
void ptp_debug_watch (PtpRunnable *self);
void ptp_debug_unwatch (PtpRunnable *self);
void ptp_debug_watch_moved (PtpRunnable *self, gboolean in_step);

G_END_DECLS
