/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "../contract/ptp-waiter-private.h"
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
 *   ending     no further step; what is left is that others settle; the context
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
  PTP_RUNNABLE_FAILED,
  PTP_RUNNABLE_N_SIGNALS
};

/* What ended it, or is about to. */
typedef enum
{
  PTP_CAUSE_NONE = 0,
  PTP_CAUSE_EXHAUSTED, /* a step answered FINISHED */
  PTP_CAUSE_BROKEN,    /* the source said why: a step failed, or it broke while nobody asked it */
  PTP_CAUSE_LET_GO,    /* the consumer has enough */
  PTP_CAUSE_STOP,      /* somebody wants no more; without a reason */
  PTP_CAUSE_REASON,    /* somebody gave a reason: STOPPED, or an error */
  PTP_CAUSE_FAILED,    /* cancelled, or a write failed */
} PtpCause;

typedef struct
{
  /* All on the context. Makes @n_steps steps, fewer if one does not answer MORE or if
   * ptp_runnable_must_leave(); counts each. Result and error of the last agree.
   */
  PtpStepResult (*run) (PtpRunnable *self, guint n_steps, GError **error);
  /* Nullable; once, before the first wait or pause: from now on, call ptp_runnable_ready() and
   * ptp_runnable_break().
   */
  void (*listen) (PtpRunnable *self);
  /* After the last step: tells everybody. Called again, until it answers the state in which all
   * ends, whenever something came that it has to look at. What it answers before is ENDING.
   * @error: (transfer full): with FAILED, if not the error of the cause.
   */
  PtpStreamState (*end) (PtpRunnable *self, PtpCause cause, GError **error);
  /* Once, after that: drops every reference. */
  void (*tear_down) (PtpRunnable *self);

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
 * ATTENTION: something changed; look before the next step, or at how the end goes on.
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
  = 1 << 8,                   /* over while posted: whoever takes it from the post lets go of it */
  PTP_WANTED_TOLD = 1 << 9,   /* those who waited were told */
  PTP_WANTED_CAUSE = 7 << 10, /* a PtpCause, NONE until the end is decided */
  PTP_WANTED_ABORT = 1 << 13, /* somebody wants the end that is under way to be cut short */
  PTP_WANTED_STATE = 7 << 14, /* the PtpStreamState of the end, IDLE until it is there */
  PTP_WANTED_HEARD = 1 << 17, /* somebody waits, or has read the error */
} PtpWanted;

#define PTP_WANTED_CAUSE_SHIFT 10
#define PTP_WANTED_STATE_SHIFT 14

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
  gint64 used;  /* microseconds, against what the cooperator has granted to everybody so far */
  guint8 block; /* steps between two looks at the clock */
  guint8 notified_state;
  guint8 kind : 2;
  guint8 running : 1; /* inside a step, or a call of the end */
  guint8 listening : 1;
  guint8 answered : 1; /* a step said FINISHED or FAILED */
  guint8 exhausted : 1;
  guint8 over : 1; /* the terminal is being told, or was */

  /* The kind's own */
  guint8 flags : 2;
  guint8 stage : 2;
  guint8 registered : 1;     /* when its end began */
  guint8 was_registered : 1; /* ever */

  /* PtpWanted, atomic. CAUSE, STATE and HELD are written under the cooperator's lock only, which
   * guards what belongs to them in the extra.
   */
  guint wanted;
};

/* Under the cooperator's lock */
struct _PtpRunnableExtra
{
  GPtrArray *holders; /* (owned) (nullable) (element-type utf8) */
  GPtrArray *waiters; /* (owned) (nullable) (element-type PtpWaiter) */
  GError *error;      /* (owned) (nullable): of the cause; from the end on, that of the end */
  GError *abort;      /* (owned) (nullable): set once, with ABORT */

  /* What the consumer settled, for the adapter: a PtpOutcome. */
  int outcome;
  GError *outcome_error; /* (owned) (nullable) */
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
void ptp_runnable_end (PtpRunnable *self, PtpCause cause, GError *error);
void ptp_runnable_break (PtpRunnable *self, const GError *error);
void ptp_runnable_settled (PtpRunnable *self, int outcome, const GError *error);
void ptp_runnable_note_outcome (PtpRunnable *self, int outcome, const GError *error);
int ptp_runnable_get_outcome (PtpRunnable *self);
gboolean ptp_runnable_end_unstarted (PtpRunnable *self);
void ptp_runnable_tell_waiters_later (PtpRunnable *self);

gboolean ptp_runnable_is_paused (PtpRunnable *self);
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
void ptp_runnable_end_now (PtpRunnable *self, PtpCause cause, GError *error);
void ptp_runnable_advance_end (PtpRunnable *self, gboolean state_changed);
void ptp_runnable_notify (PtpRunnable *self, gboolean state_changed, gboolean holders_changed);
const GError *ptp_runnable_peek_reason (PtpRunnable *self);
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

static inline PtpCause
ptp_wanted_get_cause (guint wanted)
{
  return (PtpCause) ((wanted & PTP_WANTED_CAUSE) >> PTP_WANTED_CAUSE_SHIFT);
}

static inline PtpStreamState
ptp_wanted_get_state (guint wanted)
{
  if ((wanted & PTP_WANTED_STATE) != 0)
    return (PtpStreamState) ((wanted & PTP_WANTED_STATE) >> PTP_WANTED_STATE_SHIFT);
  if ((wanted & PTP_WANTED_CAUSE) != 0)
    return PTP_STREAM_STATE_ENDING;
  if ((wanted & PTP_WANTED_STARTED) == 0)
    return PTP_STREAM_STATE_IDLE;
  if ((wanted & (PTP_WANTED_PAUSED | PTP_WANTED_HELD)) != 0)
    return PTP_STREAM_STATE_PAUSED;
  if ((wanted & PTP_WANTED_WAITING) != 0)
    return PTP_STREAM_STATE_WAITING;

  return PTP_STREAM_STATE_STREAMING;
}

G_END_DECLS
