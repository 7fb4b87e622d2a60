/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <pulltopush/pulltopush.h>

#include "crowd-random.h"

G_BEGIN_DECLS

/* Many streams, each at home in one thread, and other threads that do to them what is legal from
 * any thread, at random. What must hold is written down here, beside the library, as numbers.
 *
 *   threads.c            a round: threads, homes, the end of it
 *   threads-life.c       one stream's life, and whether it was as it should be
 *   threads-endpoints.c  its producer and its consumer
 *   threads-actor.c      a thread that meddles
 *   threads-real.c       a stream with a real endpoint, and a thread that ends it
 */

typedef struct _ThreadsRound ThreadsRound;
typedef struct _ThreadsHome ThreadsHome;
typedef struct _ThreadsLife ThreadsLife;

/* Who paused a stream as its consumer does; only that one resumes it. */
enum
{
  THREADS_PAUSER_NOBODY,
  THREADS_PAUSER_CONSUMER,
  THREADS_PAUSER_ACTOR,
};

/* Who asks for an end; the first decides, and the consumer may have a word in it. */
enum
{
  THREADS_CAUSE_FINISHED = 1 << 0, /* the producer has finished */
  THREADS_CAUSE_FAILED = 1 << 1,   /* the producer or a write failed */
  THREADS_CAUSE_STOP = 1 << 2,     /* stop_streaming */
  THREADS_CAUSE_STOPPED = 1 << 3,  /* stop_producing, nobody needs more */
  THREADS_CAUSE_BUSY = 1 << 4,     /* stop_producing, with an error */
  THREADS_CAUSE_CANCELLED = 1 << 5,
  THREADS_CAUSE_ENOUGH = 1 << 6, /* the consumer let go */
  THREADS_CAUSE_BROKEN = 1 << 7, /* the producer said so */
  THREADS_CAUSE_SINK = 1 << 8,   /* the consumer failed to finish */
};

/* Where what the consumer was told is settled. */
enum
{
  THREADS_SINK_OPEN,
  THREADS_SINK_FINISHING,
  THREADS_SINK_ABORTING,
  THREADS_SINK_SETTLED,
};

struct _ThreadsLife
{
  gatomicrefcount ref_count;
  ThreadsRound *round;
  ThreadsHome *home;
  guint id;
  gboolean one_ready; /* each PENDING is followed by exactly one ready */

  GMutex lock;
  PtpPullToPush *stream; /* (owned) (nullable): under the lock; anybody may drop it */

  GObject *producer;         /* (owned) */
  GObject *consumer;         /* (owned) */
  GCancellable *cancellable; /* (owned) (nullable) */

  /* The home's own */
  CrowdRandom random;
  guint n_chunks;
  guint n_written;
  guint n_received;
  guint n_cancels;
  guint n_finishes;
  guint n_aborts;
  guint n_registered;
  guint n_unregistered;
  gboolean in_unregister; /* by the consumer */
  gboolean unregistered_own;
  PtpPullToPushFlags flags;
  guint n_ends;
  PtpStreamState end;
  PtpPushProducer *registered; /* (unowned) (nullable) */
  gboolean producing;
  gboolean answered; /* with FINISHED or a failure */
  gboolean complete; /* with FINISHED, after its last chunk */
  gboolean failing;  /* at the end, instead of finishing */
  gboolean broken;   /* that is what it ended with */

  /* Atomic */
  int n_begun; /* steps */
  int limit;   /* no step beyond this one */
  int pending; /* a PENDING that no ready has followed yet */
  int pauser;
  int causes;   /* that somebody has given */
  int stubborn; /* finishes for ever, unless it is told to abort */
  int sink;     /* where the end of the consumer stands; only who changes it settles */
  int finished; /* settled as such */
  int cancelling;
  int hurried; /* no PENDING any more */
  int seen_end;
};

struct _ThreadsHome
{
  ThreadsRound *round;
  GMainContext *context; /* (owned) */
  GMainLoop *loop;       /* (owned) */
  GThread *thread;
  CrowdRandom random;
};

#define THREADS_MAX_SLOTS 32
#define THREADS_MAX_HOMES 4

struct _ThreadsRound
{
  guint64 seed;
  guint n_actors;
  guint n_homes;
  guint n_slots;
  guint n_lives; /* to make */

  GMutex lock;
  GCond changed;
  ThreadsLife *slots[THREADS_MAX_SLOTS]; /* (owned) (nullable) */
  guint n_made;
  guint n_over;
  guint n_freed;
  guint n_left; /* actors that do nothing any more */
  guint n_findings;
  gboolean hurrying; /* whoever is made now is made to hurry */

  int stop; /* atomic: actors let go of everything and leave */
  ThreadsHome homes[THREADS_MAX_HOMES];
};

/* Runs one round; returns the number of findings, each of which was printed. */
guint threads_round_run (guint64 seed, guint n_actors, guint *n_lives);

/* Returns the number of findings, each of which was printed. */
guint threads_real_run (guint64 seed);

void threads_round_find (ThreadsRound *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void threads_round_leave (ThreadsRound *self);

/* What an actor starts with; it frees that. */
typedef struct
{
  ThreadsRound *round;
  guint number;
} ThreadsStart;

gpointer threads_actor_main (gpointer start);

/* A life */

void threads_life_make (ThreadsRound *round, ThreadsHome *home, guint slot, guint id);
ThreadsLife *threads_life_ref (ThreadsLife *self);
void threads_life_unref (ThreadsLife *self);
PtpPullToPush *threads_life_ref_stream (ThreadsLife *self);
PtpPullToPush *threads_life_steal_stream (ThreadsLife *self);
/* Calls something that may end the stream for a given cause, and takes down that no step may
 * follow.
 */
void threads_life_end (ThreadsLife *self, PtpPullToPush *stream, int cause);
/* What the consumer was told is over, or nothing is. */
void threads_life_settle (ThreadsLife *self, CrowdRandom *random);
void threads_life_break (ThreadsLife *self);
/* By its consumer, at home. */
void threads_life_unregister (ThreadsLife *self);
/* No step after the one that is running; at home. */
void threads_life_limit_steps (ThreadsLife *self);
void threads_life_check_reason (ThreadsLife *self, const GError *reason);
void threads_life_resume_consumer (ThreadsLife *self);
void threads_life_give_ready (ThreadsLife *self);
void threads_life_hurry (ThreadsLife *self);
void threads_life_check_home (ThreadsLife *self, const char *where);
void threads_life_find (ThreadsLife *self, const char *what);
void threads_life_print (ThreadsLife *self);

GObject *threads_producer_new (ThreadsLife *life);
GObject *threads_consumer_new (ThreadsLife *life);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThreadsLife, threads_life_unref)

G_END_DECLS
