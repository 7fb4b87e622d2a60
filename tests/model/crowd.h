/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <pulltopush/pulltopush.h>

#include "crowd-random.h"

G_BEGIN_DECLS

/* Many streams and tasks in a few cooperators of one context, which do to each other, at random,
 * what they may; and plain books about who may run, kept beside the library and compared with what
 * it does. All in one thread, with a clock that only steps move, so that a seed says it all.
 *
 *   crowd.c            a world: from the first member to the last
 *   crowd-member.c     a stream or a task, and what it does when it steps
 *   crowd-endpoints.c  producer and consumer of a stream
 *   crowd-act.c        what is done to members
 *   crowd-fair.c       a world in which nobody disturbs anybody, for the shares
 */

typedef struct _CrowdWorld CrowdWorld;
typedef struct _CrowdMember CrowdMember;

/* What decided on an end. */
typedef enum
{
  CROWD_CAUSE_NONE,
  CROWD_CAUSE_EXHAUSTED,
  CROWD_CAUSE_BROKEN, /* the step failed, or the producer said so */
  CROWD_CAUSE_ENOUGH, /* the consumer let go */
  CROWD_CAUSE_STOP,
  CROWD_CAUSE_STOPPED, /* with the reason STOPPED */
  CROWD_CAUSE_BUSY,    /* with an error as the reason */
  CROWD_CAUSE_CANCELLED,
} CrowdCause;

/* What the consumer settled. */
typedef enum
{
  CROWD_OUTCOME_NONE,
  CROWD_OUTCOME_FINISHED,
  CROWD_OUTCOME_ABORTED,
  CROWD_OUTCOME_FAILED,
} CrowdOutcome;

typedef struct
{
  PtpCooperator *cooperator; /* (owned) */
  guint n_runnable;
  gint64 used; /* microseconds, by all of its steps */
} CrowdTeam;

#define CROWD_N_NAMES 3

struct _CrowdMember
{
  CrowdWorld *world;
  CrowdTeam *team;
  guint id;
  gboolean is_task;
  gpointer object;           /* until it is gone; with or without a reference of ours */
  gboolean owned;            /* that reference */
  gboolean gone;             /* finalized */
  GObject *producer;         /* (owned) (nullable) */
  GObject *consumer;         /* (owned) (nullable) */
  GCancellable *cancellable; /* (owned) (nullable) */

  /* What it is like */
  guint n_steps_wanted;
  guint cost; /* microseconds a step */
  gboolean failing;
  PtpPullToPushFlags flags;

  /* The books */
  gboolean started;
  gboolean paused;
  gboolean held[CROWD_N_NAMES];
  gboolean waiting;
  gboolean ready_seen;
  gboolean listening;
  gboolean may_listen; /* it was paused: then it may, before it was ever asked */
  gboolean answered;
  gboolean watched; /* the cancellable */
  gboolean cancelled;
  CrowdCause cause;       /* the first */
  CrowdCause abort_cause; /* the first that was asked for after that, if it can cut it short */
  gboolean runnable;      /* all of this together */
  gboolean running;
  guint n_steps;
  guint n_steps_before; /* they were counted against others */
  guint n_written;
  guint n_received;
  guint n_cancels;
  guint n_finishes;
  guint n_aborts;
  gboolean in_end_call;
  gboolean pending; /* the consumer has not settled */
  CrowdOutcome outcome;
  guint n_registered;
  guint n_unregistered;
  gboolean in_unregister;    /* by its consumer */
  gboolean unregistered_own; /* the stream unregistered itself */
  guint n_ends;
  PtpStreamState end; /* as the signal said */
  guint n_waits;
  guint n_waited;
  gboolean destroyed; /* the data of a task */

  gint64 used;       /* microseconds */
  gint64 others_had; /* what the team had used when it last stepped, or could */
};

struct _CrowdWorld
{
  guint64 seed;
  CrowdRandom random;
  GMainContext *context; /* (owned) */
  CrowdTeam teams[3];
  guint n_teams;
  GPtrArray *members; /* (owned) (element-type CrowdMember) */
  guint max_members;
  gint64 now; /* microseconds */

  gboolean nests;   /* steps run main loops */
  gboolean is_calm; /* nothing is done to anybody any more */
  guint max_cost;   /* microseconds */
  guint depth;      /* of main loops */
  guint in_call;    /* into the library, from outside of a loop */
  guint n_findings;

  void (*disturb) (CrowdMember *member); /* (nullable): in its steps, and at its end */
};

/* Plays one sequence; returns the number of findings, each of which was printed. */
guint crowd_run_sequence (guint64 seed);
guint crowd_run_fair (guint64 seed);

void
crowd_find (CrowdWorld *self, CrowdMember *member, const char *format, ...) G_GNUC_PRINTF (3, 4);
void crowd_turn (CrowdWorld *self);
void crowd_world_init (CrowdWorld *self, guint64 seed);
void crowd_world_add_team (CrowdWorld *self, int priority, gint64 slice);
void crowd_world_clear (CrowdWorld *self);

/* A member */

CrowdMember *crowd_member_new (CrowdWorld *world, gboolean is_task);
void crowd_member_start (CrowdMember *self);
void crowd_member_free (gpointer self);
/* After anything in the books has changed. */
void crowd_member_update (CrowdMember *self);
void crowd_member_ask_end (CrowdMember *self, CrowdCause cause);
PtpStreamState crowd_member_get_end (CrowdMember *self);
PtpStepResult crowd_member_step (CrowdMember *self, PtpConsumer *consumer, GError **error);
void crowd_member_check_idle (CrowdMember *self, const char *what);

GObject *crowd_producer_new (CrowdMember *member);
GObject *crowd_consumer_new (CrowdMember *member);

/* Does something to somebody. */
void crowd_act (CrowdWorld *self);
void crowd_ready (CrowdMember *member);
void crowd_let_go_of (CrowdMember *member);
void crowd_settle (CrowdMember *member);

/* What others hear when something ended it. (transfer full) */
GError *crowd_make_reason (CrowdCause cause);

G_END_DECLS
