/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "threads.h"

/* A thread that meddles: what it does is at random, and what it has begun it brings to an end. */

#define MAX_HOLDS 8

typedef struct
{
  ThreadsLife *life;     /* (owned) */
  PtpPullToPush *stream; /* (owned) */
  char *name;            /* (owned) */
  int n_begun;           /* when it had been held */
} Hold;

typedef struct
{
  ThreadsRound *round;
  guint number;
  GThread *thread;
  GMainContext *context; /* (owned) */
  CrowdRandom random;
  GPtrArray *holds; /* (owned) (element-type Hold) */
  guint n_names;
  guint n_waits; /* under way */
} Actor;

typedef struct
{
  Actor *actor;
  ThreadsLife *life; /* (owned) */
  gboolean cancelled;
} Wait;

static ThreadsLife *
pick (Actor *self)
{
  ThreadsRound *round = self->round;
  ThreadsLife *life;

  g_mutex_lock (&round->lock);
  life = round->slots[crowd_random_below (&self->random, round->n_slots)];
  if (life != NULL)
    threads_life_ref (life);
  g_mutex_unlock (&round->lock);

  return life;
}

/* While somebody keeps it paused, the step that was running has completed, and no other began. */
static void
check_kept (ThreadsLife *life, int n_begun)
{
  if (g_atomic_int_get (&life->n_begun) > n_begun + 1)
    threads_life_find (life, "T3: more than the running step after a pause or a hold");
}

static void
end_hold (gpointer data)
{
  Hold *hold = data;

  check_kept (hold->life, hold->n_begun);
  ptp_pull_to_push_release (hold->stream, hold->name);
  g_object_unref (hold->stream);
  threads_life_unref (hold->life);
  g_free (hold->name);
  g_free (hold);
}

static void
check_held (Hold *hold)
{
  g_auto (GStrv) holders = ptp_pull_to_push_dup_holders (hold->stream);
  const PtpStreamState state = ptp_pull_to_push_get_state (hold->stream);
  const gboolean ended = state >= PTP_STREAM_STATE_ENDING;

  if (!ended && state != PTP_STREAM_STATE_PAUSED && state != PTP_STREAM_STATE_IDLE)
    threads_life_find (hold->life, "L5: held, and not paused");
  if (!g_strv_contains ((const char *const *) holders, hold->name)
      && ptp_pull_to_push_get_state (hold->stream) < PTP_STREAM_STATE_ENDING)
    threads_life_find (hold->life, "L5: a holder is missing");
}

static void
begin_hold (Actor *self, ThreadsLife *life, PtpPullToPush *stream)
{
  Hold *hold = g_new0 (Hold, 1);

  hold->life = threads_life_ref (life);
  hold->stream = g_object_ref (stream);
  hold->name = g_strdup_printf ("%u.%u", self->number, self->n_names++);
  ptp_pull_to_push_hold (stream, hold->name);
  hold->n_begun = g_atomic_int_get (&life->n_begun);
  check_held (hold);

  if (self->holds->len == MAX_HOLDS)
    g_ptr_array_remove_index (self->holds, 0);
  g_ptr_array_add (self->holds, hold);
}

static void
end_some_hold (Actor *self)
{
  if (self->holds->len > 0)
    g_ptr_array_remove_index_fast (self->holds,
                                   crowd_random_below (&self->random, self->holds->len));
}

static void
pause_for_a_while (Actor *self, ThreadsLife *life, PtpPullToPush *stream)
{
  int n_begun;

  if (!g_atomic_int_compare_and_exchange (&life->pauser, THREADS_PAUSER_NOBODY,
                                          THREADS_PAUSER_ACTOR))
    return;

  ptp_push_producer_pause_producing (PTP_PUSH_PRODUCER (stream));
  n_begun = g_atomic_int_get (&life->n_begun);
  for (guint n = crowd_random_below (&self->random, 16); n > 0; n--)
    g_thread_yield ();
  check_kept (life, n_begun);
  ptp_push_producer_resume_producing (PTP_PUSH_PRODUCER (stream));
  g_atomic_int_set (&life->pauser, THREADS_PAUSER_NOBODY);
}

/* Those that may be read on any thread. */
static void
read_properties (ThreadsLife *life, PtpPullToPush *stream)
{
  g_auto (GStrv) holders = NULL;
  g_autoptr (PtpCooperator) cooperator = NULL;
  g_autoptr (GError) error = NULL;
  PtpStreamState state;
  int seen = g_atomic_int_get (&life->seen_end);

  g_object_get (stream, "state", &state, "holders", &holders, "cooperator", &cooperator, NULL);
  if (seen != 0 && (int) state != seen)
    threads_life_find (life, "L8: an end was not the last");
  if (state < PTP_STREAM_STATE_FINISHED)
    return;

  g_atomic_int_set (&life->seen_end, (int) state);
  g_object_get (stream, "error", &error, NULL);
  if ((error != NULL) != (state == PTP_STREAM_STATE_FAILED))
    threads_life_find (life, "E1: failed without an error, or not failed with one");
}

static void
check_waited (Wait *wait, PtpPullToPush *stream, gboolean finished, const GError *error)
{
  const PtpStreamState state = ptp_pull_to_push_get_state (stream);

  if (wait->cancelled && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (state < PTP_STREAM_STATE_FINISHED || finished != (state == PTP_STREAM_STATE_FINISHED)
      || g_error_matches (error, PTP_ERROR, PTP_ERROR_STOPPED)
           != (state == PTP_STREAM_STATE_STOPPED))
    threads_life_find (wait->life, "a wait told of another end");
}

static void
waited_cb (GObject *stream, GAsyncResult *result, gpointer user_data)
{
  Wait *wait = user_data;
  g_autoptr (GError) error = NULL;
  gboolean finished = ptp_pull_to_push_wait_finish (PTP_PULL_TO_PUSH (stream), result, &error);

  check_waited (wait, PTP_PULL_TO_PUSH (stream), finished, error);
  if (g_thread_self () != wait->actor->thread)
    threads_life_find (wait->life, "a wait was told of on another thread");
  wait->actor->n_waits--;
  threads_life_unref (wait->life);
  g_free (wait);
}

/* A wait keeps a stream that has not started from ever going, so it is cancelled sooner or later.
 */
static void
begin_wait (Actor *self, ThreadsLife *life, PtpPullToPush *stream)
{
  g_autoptr (GCancellable) cancellable = NULL;
  Wait *wait = g_new0 (Wait, 1);

  wait->actor = self;
  wait->life = threads_life_ref (life);
  wait->cancelled = crowd_random_one_in (&self->random, 2)
                    || ptp_pull_to_push_get_state (stream) == PTP_STREAM_STATE_IDLE;
  if (wait->cancelled || crowd_random_one_in (&self->random, 2))
    cancellable = g_cancellable_new ();
  if (wait->cancelled && crowd_random_one_in (&self->random, 4))
    g_cancellable_cancel (cancellable);

  self->n_waits++;
  ptp_pull_to_push_wait_async (stream, cancellable, waited_cb, wait);
  if (wait->cancelled && !g_cancellable_is_cancelled (cancellable))
    g_cancellable_cancel (cancellable);
}

static void
end_at_random (Actor *self, ThreadsLife *life, PtpPullToPush *stream)
{
  const int causes[]
    = { THREADS_CAUSE_STOP, THREADS_CAUSE_STOPPED, THREADS_CAUSE_BUSY, THREADS_CAUSE_CANCELLED };

  if (crowd_random_one_in (&self->random, 8))
    threads_life_end (life, stream,
                      causes[crowd_random_below (&self->random, G_N_ELEMENTS (causes))]);
}

static void
act_on (Actor *self, ThreadsLife *life)
{
  g_autoptr (PtpPullToPush) stream = threads_life_ref_stream (life);
  g_autoptr (PtpPullToPush) dropped = NULL;
  const guint act = crowd_random_below (&self->random, 18);

  if (act < 3 || (stream == NULL && act < 8))
    threads_life_give_ready (life);
  else if (act >= 16 && !crowd_random_one_in (&self->random, 16))
    threads_life_settle (life, &self->random);
  else if (act >= 16)
    threads_life_break (life);
  else if (stream == NULL)
    threads_life_resume_consumer (life);
  else if (act < 6)
    begin_hold (self, life, stream);
  else if (act < 9)
    pause_for_a_while (self, life, stream);
  else if (act < 10)
    threads_life_resume_consumer (life);
  else if (act < 12)
    read_properties (life, stream);
  else if (act < 14)
    begin_wait (self, life, stream);
  else if (act < 15)
    end_at_random (self, life, stream);
  else if (crowd_random_one_in (&self->random, 4))
    dropped = threads_life_steal_stream (life);
}

static void
act (Actor *self)
{
  g_autoptr (ThreadsLife) life = pick (self);

  if (life != NULL)
    act_on (self, life);
  if (crowd_random_one_in (&self->random, 3))
    end_some_hold (self);
  if (crowd_random_one_in (&self->random, 4))
    g_main_context_iteration (self->context, FALSE);
  if (life == NULL || crowd_random_one_in (&self->random, 4))
    g_thread_yield ();
}

gpointer
threads_actor_main (gpointer user_data)
{
  g_autofree ThreadsStart *start = user_data;
  Actor self = { .round = start->round, .number = start->number };

  self.thread = g_thread_self ();
  self.context = g_main_context_new ();
  self.random.state = self.round->seed + self.number + 1;
  self.holds = g_ptr_array_new_with_free_func (end_hold);
  g_main_context_push_thread_default (self.context);

  while (!g_atomic_int_get (&self.round->stop))
    act (&self);

  g_ptr_array_unref (self.holds);
  threads_round_leave (self.round);
  while (self.n_waits > 0)
    g_main_context_iteration (self.context, TRUE);

  g_main_context_pop_thread_default (self.context);
  g_main_context_unref (self.context);
  return NULL;
}
