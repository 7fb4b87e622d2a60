/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-cooperator.h"
#include "ptp-run-queue-private.h"

G_BEGIN_DECLS

/* What a cooperator runs: the life of a stream, shared by PtpCooperativeTask and PtpPullToPush.
 *
 * It is the head of the instance struct of both. A call from any thread changes one word, which
 * says what is wanted, and posts the runnable; the context then brings what it does in line with
 * that. So a call never runs anybody's code, and never has to wait for a step.
 *
 *   ptp-runnable.c         types, the extra, what can be asked; any thread
 *   ptp-runnable-wanted.c  what is wanted: start, pause, hold, ready, end; any thread
 *   ptp-runnable-turn.c    what is done about it: turns and steps; the context
 *   ptp-runnable-end.c     the terminal; the context
 *   ptp-runnable-wait.c    those who wait for the terminal
 *
 * tests/protocol/protocol.pml is this protocol for a model checker, in the same words: the bits of
 * PtpWanted, the names of the functions, and where a runnable is, which is any of
 *
 *   in_post    POSTED, and in the cooperator's list; any thread puts it there
 *   queued     in the run queue, since it is STREAMING; the context
 *   running    inside a step, in which a nested main loop does not touch it; the context
 *   over       the terminal is being told, or was; the context
 *
 * and none of them while it is unstarted, paused or waiting: then the next call posts it.
 *
 * There may be a million of them, each of which pays for every field: what few of them have is in
 * the extra.
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
  /* All on the context. Makes @n_steps steps, fewer if one does not answer MORE or if
   * ptp_runnable_must_leave(); counts each. Result and error of the last agree.
   */
  PtpStepResult (*run) (PtpRunnable *self, guint n_steps, GError **error);
  /* Nullable; before the first wait: from now on, call ptp_runnable_ready(). */
  void (*listen) (PtpRunnable *self);
  /* Once: tell everybody, drop every reference. @answered: a step said FINISHED or FAILED. */
  void (*tear_down) (PtpRunnable *self, PtpStreamState end, const GError *error, gboolean answered);

  /* Before the end, for people: what it is, in a few words. (transfer full) */
  char *(*describe) (PtpRunnable *self);

  const guint *signals;
  GParamSpec *const *state_pspec;
  GParamSpec *const *error_pspec;
  GParamSpec *const *holders_pspec; /* nullable */
} PtpRunnableVtable;

/* The bits of what is wanted. The state is derived from them, so there is none that could disagree.
 *
 * POSTED: it is in the post, or whoever set the bit is about to put it there. It is on its way to
 *   the context, so nobody else need tell.
 * ATTENTION: something changed; look before the next step.
 */
typedef enum
{
  PTP_WANTED_STARTED = 1 << 0,
  PTP_WANTED_PAUSED = 1 << 1, /* by the consumer */
  PTP_WANTED_HELD = 1 << 2,   /* the extra has holders */
  PTP_WANTED_WAITING = 1 << 3,
  PTP_WANTED_READY_SEEN = 1 << 4, /* ready came while nobody waited */
  PTP_WANTED_HOLDERS_CHANGED = 1 << 5,
  PTP_WANTED_ATTENTION = 1 << 6,
  PTP_WANTED_POSTED = 1 << 7,
  PTP_WANTED_ABANDONED
  = 1 << 8,                 /* over while posted: whoever takes it from the post lets go of it */
  PTP_WANTED_TOLD = 1 << 9, /* those who waited were told */
  PTP_WANTED_END = 7 << 10, /* a PtpStreamState, IDLE until the end is decided */
} PtpWanted;

#define PTP_WANTED_END_SHIFT 10

/* The state that was notified may not be the one that a handler has seen. */
#define PTP_RUNNABLE_UNTOLD G_MAXUINT8

struct _PtpRunnable
{
  GObject parent_instance;

  PtpCooperator *cooperator; /* (owned) */
  PtpRunnable *next_posted;  /* under the cooperator's lock */

  /* The context's own */
  PtpRunLink link;
  guint64 n_steps;
  gint64 used; /* microseconds, against what the cooperator has granted to everybody so far */
  guint8 kind;
  guint8 block; /* steps between two looks at the clock */
  guint8 notified_state;
  guint8 running : 1; /* inside a step */
  guint8 listening : 1;
  guint8 answered : 1;
  guint8 over : 1;   /* the terminal is being told, or was */
  guint8 marked : 1; /* the kind's own */

  /* PtpWanted, atomic. END and HELD are written under the cooperator's lock only, which guards what
   * belongs to them in the extra.
   */
  guint wanted;
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
guint8 ptp_runnable_add_kind (const PtpRunnableVtable *vtable);
void ptp_runnable_init (PtpRunnable *self, guint8 kind);
void ptp_runnable_constructed (PtpRunnable *self);
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
void ptp_runnable_tell_waiters_later (PtpRunnable *self);

PtpStreamState ptp_runnable_get_state (PtpRunnable *self);
const GError *ptp_runnable_get_error (PtpRunnable *self);
GStrv ptp_runnable_dup_holders (PtpRunnable *self);

void ptp_runnable_wait_async (PtpRunnable *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data,
                              gpointer source_tag);

/* With the lock held */

PtpRunnableExtra *ptp_runnable_get_extra (PtpRunnable *self);
PtpRunnableExtra *ptp_runnable_ensure_extra (PtpRunnable *self);

/* The context */

gint64 ptp_runnable_turn (PtpRunnable *self, gint64 now, gint64 deadline);
void ptp_runnable_settle (PtpRunnable *self);
void ptp_runnable_wait_for_ready (PtpRunnable *self);
void ptp_runnable_end_now (PtpRunnable *self, PtpStreamState end, GError *error);
void ptp_runnable_finish (PtpRunnable *self);
void ptp_runnable_tell_waiters (PtpRunnable *self);
gboolean ptp_runnable_heed (PtpRunnable *self);

const PtpRunnableVtable *ptp_runnable_get_vtable (PtpRunnable *self);

static inline gboolean
ptp_runnable_has_ended (PtpStreamState state)
{
  return state >= PTP_STREAM_STATE_FINISHED;
}

static inline guint
ptp_runnable_get_wanted (PtpRunnable *self)
{
  return (guint) g_atomic_int_get (&self->wanted);
}

static inline gboolean
ptp_runnable_change_wanted (PtpRunnable *self, guint before, guint after)
{
  return g_atomic_int_compare_and_exchange (&self->wanted, (int) before, (int) after);
}

/* Asked before every step. */
static inline gboolean
ptp_runnable_must_leave (PtpRunnable *self)
{
  return G_UNLIKELY ((ptp_runnable_get_wanted (self) & PTP_WANTED_ATTENTION) != 0)
         && ptp_runnable_heed (self);
}

static inline PtpStreamState
ptp_wanted_get_end (guint wanted)
{
  return (PtpStreamState) ((wanted & PTP_WANTED_END) >> PTP_WANTED_END_SHIFT);
}

static inline PtpStreamState
ptp_wanted_get_state (guint wanted)
{
  if ((wanted & PTP_WANTED_END) != 0)
    return ptp_wanted_get_end (wanted);
  if ((wanted & PTP_WANTED_STARTED) == 0)
    return PTP_STREAM_STATE_IDLE;
  if ((wanted & (PTP_WANTED_PAUSED | PTP_WANTED_HELD)) != 0)
    return PTP_STREAM_STATE_PAUSED;
  if ((wanted & PTP_WANTED_WAITING) != 0)
    return PTP_STREAM_STATE_WAITING;

  return PTP_STREAM_STATE_STREAMING;
}

G_END_DECLS
