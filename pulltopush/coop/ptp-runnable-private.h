/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-cooperator.h"
#include "ptp-run-queue-private.h"

G_BEGIN_DECLS

/* What a cooperator runs: the life of a stream, shared by PtpCooperativeTask and PtpPullToPush.
 *
 * It is the head of the instance struct of both. A call from any thread changes what is wanted,
 * under the lock of the cooperator, and posts the runnable; the context then brings what it does
 * in line with that. So a call never runs anybody's code, and never has to wait for a step.
 *
 *   ptp-runnable.c       what is wanted: start, pause, hold, ready, end; any thread
 *   ptp-runnable-turn.c  what is done about it: turns and steps; the context
 *   ptp-runnable-end.c   the terminal; the context
 *   ptp-runnable-wait.c  those who wait for the terminal
 */
typedef struct _PtpRunnable PtpRunnable;
typedef struct _PtpRunnableExtra PtpRunnableExtra;

enum
{
  PTP_RUNNABLE_FINISHED,
  PTP_RUNNABLE_STOPPED,
  PTP_RUNNABLE_ERROR,
  PTP_RUNNABLE_N_SIGNALS
};

typedef struct
{
  /* All on the context. Result and error of a step agree. */
  PtpStepResult (*step) (PtpRunnable *self, GError **error);
  /* Nullable; before the first wait: from now on, call ptp_runnable_ready(). */
  void (*listen) (PtpRunnable *self);
  /* Once: tell everybody, drop every reference. @answered: a step said FINISHED or FAILED. */
  void (*tear_down) (PtpRunnable *self, PtpStreamState end, const GError *error, gboolean answered);

  const guint *signals;
  GParamSpec *const *state_pspec;
  GParamSpec *const *error_pspec;
  GParamSpec *const *holders_pspec; /* nullable */
} PtpRunnableVtable;

struct _PtpRunnable
{
  GObject parent_instance;

  const PtpRunnableVtable *vtable;
  PtpCooperator *cooperator; /* (owned) */

  /* The context's own */
  PtpRunLink link;
  guint64 n_steps;
  gint32 credit;  /* microseconds this one may still use; below zero, what it owes */
  guint8 block;   /* steps between two looks at the clock */
  guint8 running; /* inside a step */
  guint8 listening;
  guint8 answered;
  guint8 over; /* the terminal is being told, or was */
  guint8 notified_state;

  /* Under the cooperator's lock */
  guint8 started;
  guint8 paused; /* by the consumer */
  guint8 waiting;
  guint8 ready_seen; /* ready came while nobody waited */
  guint8 posted;
  guint8 abandoned; /* over while posted: whoever takes it from the post lets go of it */
  guint8 told;      /* those who waited were told */
  guint8 holders_changed;
  guint8 end; /* a PtpStreamState, IDLE until the end is decided */
  PtpRunnable *next_posted;
  PtpRunnableExtra *extra; /* (owned) (nullable): what few runnables have */

  int attention; /* atomic: what is wanted changed, look before the next step */
};

/* Under the cooperator's lock */
struct _PtpRunnableExtra
{
  GPtrArray *holders; /* (owned) (nullable) (element-type utf8) */
  GPtrArray *waiters; /* (owned) (nullable) (element-type GTask) */
  GError *error;      /* (owned) (nullable): set once, with the end */
};

/* For the types that are one */

void ptp_runnable_install_signals (GType type, guint *signals);
void ptp_runnable_init (PtpRunnable *self, const PtpRunnableVtable *vtable);
void ptp_runnable_finalize (PtpRunnable *self);

/* Any thread */

void ptp_runnable_start (PtpRunnable *self);
void ptp_runnable_pause (PtpRunnable *self);
void ptp_runnable_resume (PtpRunnable *self);
void ptp_runnable_hold (PtpRunnable *self, const char *name);
void ptp_runnable_release (PtpRunnable *self, const char *name);
void ptp_runnable_ready (PtpRunnable *self);
void ptp_runnable_end (PtpRunnable *self, PtpStreamState end, GError *error);
gboolean ptp_runnable_end_unstarted (PtpRunnable *self);

PtpStreamState ptp_runnable_get_state (PtpRunnable *self);
const GError *ptp_runnable_get_error (PtpRunnable *self);
GStrv ptp_runnable_dup_holders (PtpRunnable *self);

void ptp_runnable_wait_async (PtpRunnable *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data,
                              gpointer source_tag);

/* With the lock held */

PtpRunnableExtra *ptp_runnable_ensure_extra (PtpRunnable *self);
PtpStreamState ptp_runnable_derive_state (const PtpRunnable *self);

/* The context */

gint64 ptp_runnable_turn (PtpRunnable *self, gint64 now, gint64 deadline);
void ptp_runnable_settle (PtpRunnable *self);
void ptp_runnable_finish (PtpRunnable *self);
void ptp_runnable_tell_waiters (PtpRunnable *self);

static inline gboolean
ptp_runnable_has_ended (PtpStreamState state)
{
  return state >= PTP_STREAM_STATE_FINISHED;
}

static inline gboolean
ptp_runnable_needs_attention (PtpRunnable *self)
{
  return g_atomic_int_get (&self->attention) != 0;
}

G_END_DECLS
