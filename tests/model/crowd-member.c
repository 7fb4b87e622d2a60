/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "crowd.h"

/* A step that is cheap may be one of as many between two looks at the clock. */
#define MAX_BLOCK 16
#define QUANTUM   2 /* microseconds */

static gboolean
may_run (const CrowdMember *self)
{
  gboolean held = self->paused;

  for (guint i = 0; i < CROWD_N_NAMES; i++)
    held = held || self->held[i];

  return self->started && !held && !self->waiting && self->cause == CROWD_CAUSE_NONE;
}

void
crowd_member_update (CrowdMember *self)
{
  const gboolean runnable = may_run (self);

  if (runnable == self->runnable)
    return;

  self->runnable = runnable;
  self->others_had = self->team->used;
  if (runnable)
    self->team->n_runnable++;
  else
    self->team->n_runnable--;
}

/* The first counts; from a stop on, what comes later cuts short what the consumer still does. */
void
crowd_member_ask_end (CrowdMember *self, CrowdCause cause)
{
  if (self->cause == CROWD_CAUSE_NONE)
    self->cause = cause;
  else if (self->n_ends == 0 && cause >= CROWD_CAUSE_STOP && self->abort_cause == CROWD_CAUSE_NONE)
    self->abort_cause = cause;
  crowd_member_update (self);
}

static gboolean
was_told (const CrowdMember *self)
{
  return self->n_finishes + self->n_aborts > 0;
}

static PtpStreamState
get_end_for (CrowdMember *self, CrowdCause cause)
{
  switch (cause)
    {
    case CROWD_CAUSE_STOP:
      return self->is_task || was_told (self) || self->unregistered_own || self->n_registered == 0
               ? PTP_STREAM_STATE_STOPPED
               : PTP_STREAM_STATE_FINISHED;

    case CROWD_CAUSE_STOPPED:
      return PTP_STREAM_STATE_STOPPED;

    case CROWD_CAUSE_BROKEN:
    case CROWD_CAUSE_BUSY:
    case CROWD_CAUSE_CANCELLED:
      return PTP_STREAM_STATE_FAILED;

    case CROWD_CAUSE_NONE:
    case CROWD_CAUSE_EXHAUSTED:
    case CROWD_CAUSE_ENOUGH:
    default:
      return PTP_STREAM_STATE_FINISHED;
    }
}

/* What must be its end, now that all has happened that leads to it. */
PtpStreamState
crowd_member_get_end (CrowdMember *self)
{
  if (self->cause != CROWD_CAUSE_EXHAUSTED || self->n_finishes == 0
      || self->outcome == CROWD_OUTCOME_FINISHED)
    return get_end_for (self, self->cause);
  if (self->n_aborts > 0)
    return get_end_for (self, self->abort_cause);

  return PTP_STREAM_STATE_FAILED;
}

void
crowd_member_check_idle (CrowdMember *self, const char *what)
{
  if (self->running || self->n_ends > 0)
    crowd_find (self->world, self, "%s", what);
}

/* Each round grants everybody a quantum, so whoever has a debt waits until all others have used as
 * much; beyond that comes what each of them may take too much of.
 */
static void
check_turn (CrowdMember *self)
{
  CrowdWorld *world = self->world;
  const gint64 others = self->team->used - self->others_had;
  const gint64 debt = MAX_BLOCK * (gint64) world->max_cost + 2 * QUANTUM;

  if (!world->nests && others > (gint64) (world->members->len + 1) * 2 * debt)
    crowd_find (world, self, "R8, S3: starved while others used %" G_GINT64_FORMAT " us", others);
}

static void
begin_step (CrowdMember *self)
{
  CrowdWorld *world = self->world;

  if (self->running)
    crowd_find (world, self, "R6: entered again");
  if (!self->runnable)
    crowd_find (world, self, "R8: a step of one that is paused, held, waiting or has ended");
  if (self->n_ends > 0 || self->n_cancels > 0 || self->answered || world->in_call > 0)
    crowd_find (world, self, "L6: a step after the end, or inside of a call");
  check_turn (self);

  self->running = TRUE;
  self->ready_seen = FALSE;
  self->n_steps++;
}

static void
end_step (CrowdMember *self)
{
  self->world->now += self->cost;
  self->used += self->cost;
  self->team->used += self->cost;
  self->others_had = self->team->used;
  self->running = FALSE;
}

static PtpStepResult
answer_last (CrowdMember *self, GError **error)
{
  self->answered = TRUE;
  if (!self->failing)
    {
      crowd_member_ask_end (self, CROWD_CAUSE_EXHAUSTED);
      return PTP_STEP_RESULT_FINISHED;
    }

  crowd_member_ask_end (self, CROWD_CAUSE_BROKEN);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Number %u failed", self->id);
  return PTP_STEP_RESULT_FAILED;
}

/* A stream is asked once more after its first, unless it began to listen when it was paused: so
 * that one is always asked once more.
 */
static PtpStepResult
answer_pending (CrowdMember *self)
{
  if (!self->is_task && !self->listening && self->may_listen)
    ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (self->producer));
  if (!self->is_task && !self->listening)
    self->listening = TRUE;
  else if (!self->ready_seen)
    self->waiting = TRUE;
  crowd_member_update (self);

  return PTP_STEP_RESULT_PENDING;
}

static gboolean
write_next (CrowdMember *self, PtpConsumer *consumer, GError **error)
{
  const guint content[] = { self->id, self->n_written };
  g_autoptr (GBytes) bytes = g_bytes_new (content, sizeof content);

  self->n_written++;
  return ptp_consumer_write (consumer, bytes, error);
}

PtpStepResult
crowd_member_step (CrowdMember *self, PtpConsumer *consumer, GError **error)
{
  CrowdWorld *world = self->world;
  PtpStepResult result = PTP_STEP_RESULT_MORE;

  begin_step (self);
  if (consumer != NULL && !write_next (self, consumer, error))
    crowd_find (world, self, "a write failed");

  if (world->disturb != NULL)
    world->disturb (self);
  if (world->nests && world->depth < 3 && crowd_random_one_in (&world->random, 32))
    crowd_turn (world);

  if (self->n_steps >= self->n_steps_wanted)
    result = answer_last (self, error);
  else if (!world->is_calm && crowd_random_one_in (&world->random, 12))
    result = answer_pending (self);
  end_step (self);

  return result;
}

static PtpStepResult
task_step_cb (gpointer user_data, GError **error)
{
  return crowd_member_step (user_data, NULL, error);
}

static void
task_destroyed_cb (gpointer user_data)
{
  CrowdMember *self = user_data;

  crowd_member_check_idle (self, "a task's data was freed inside its step, or after its end");
  if (self->destroyed)
    crowd_find (self->world, self, "a task's data was freed twice");
  self->destroyed = TRUE;
}

/* The end */

static void
check_end (CrowdMember *self, PtpStreamState end)
{
  const PtpStreamState expected = crowd_member_get_end (self);
  PtpStreamState state;

  crowd_member_check_idle (self, "L8: a second end, or one inside a step");
  if (expected != end || self->cause == CROWD_CAUSE_NONE || self->world->in_call > 0)
    crowd_find (self->world, self, "L8: ended as %d, must be %d, or inside a call", (int) end,
                (int) expected);
  if (self->pending || self->in_end_call)
    crowd_find (self->world, self, "L19: ended before its consumer has settled");
  g_object_get (self->object, "state", &state, NULL);
  if (state != end)
    crowd_find (self->world, self, "L8: the state is %d after the end %d", (int) state, (int) end);
  if (self->is_task ? !self->destroyed
                    : ptp_pull_to_push_get_producer (self->object) != NULL
                        || ptp_pull_to_push_get_consumer (self->object) != NULL
                        || ptp_pull_to_push_get_n_steps (self->object) != self->n_steps)
    crowd_find (self->world, self, "L15: not everything was let go of, or not every step counted");
}

static void
end_as (CrowdMember *self, PtpStreamState end)
{
  CrowdWorld *world = self->world;

  check_end (self, end);
  self->n_ends++;
  self->end = end;
  if (world->disturb != NULL)
    world->disturb (self);
}

static void
finished_cb (gpointer object, gpointer member)
{
  end_as (member, PTP_STREAM_STATE_FINISHED);
}

static void
stopped_cb (gpointer object, gpointer member)
{
  end_as (member, PTP_STREAM_STATE_STOPPED);
}

static void
failed_cb (gpointer object, const GError *error, gpointer member)
{
  end_as (member, PTP_STREAM_STATE_FAILED);
}

static void
gone_cb (gpointer member, GObject *where)
{
  CrowdMember *self = member;

  self->gone = TRUE;
  self->object = NULL;
  if (self->owned || (self->started && self->n_ends == 0))
    crowd_find (self->world, self, "R5: freed while it is needed");
}

/* The beginning */

static void
make_stream (CrowdMember *self)
{
  CrowdWorld *world = self->world;

  self->producer = crowd_producer_new (self);
  self->consumer = crowd_consumer_new (self);
  self->object
    = g_object_new (PTP_TYPE_PULL_TO_PUSH, "producer", self->producer, "consumer", self->consumer,
                    "cooperator", self->team->cooperator, "flags", self->flags, NULL);
  if (!crowd_random_one_in (&world->random, 2))
    return;

  self->cancellable = g_cancellable_new ();
  ptp_pull_to_push_set_cancellable (self->object, self->cancellable);
}

CrowdMember *
crowd_member_new (CrowdWorld *world, gboolean is_task)
{
  CrowdMember *self = g_new0 (CrowdMember, 1);

  self->world = world;
  self->id = world->members->len;
  self->is_task = is_task;
  self->team = &world->teams[crowd_random_below (&world->random, world->n_teams)];
  self->n_steps_wanted = 1 + crowd_random_below (&world->random, 40);
  self->cost = crowd_random_below (&world->random, world->max_cost + 1);
  self->failing = crowd_random_one_in (&world->random, 10);
  if (crowd_random_one_in (&world->random, 4))
    self->flags = (PtpPullToPushFlags) crowd_random_below (&world->random, 4);
  g_ptr_array_add (world->members, self);

  if (is_task)
    self->object
      = ptp_cooperator_cooperate (self->team->cooperator, task_step_cb, self, task_destroyed_cb);
  else
    make_stream (self);
  self->owned = TRUE;
  self->started = is_task;
  g_signal_connect (self->object, "finished", G_CALLBACK (finished_cb), self);
  g_signal_connect (self->object, "stopped", G_CALLBACK (stopped_cb), self);
  g_signal_connect (self->object, "failed", G_CALLBACK (failed_cb), self);
  g_object_weak_ref (self->object, gone_cb, self);
  crowd_member_update (self);

  return self;
}

void
crowd_member_start (CrowdMember *self)
{
  g_autoptr (GError) error = NULL;

  if (self->started || self->gone)
    return;

  if (self->cause == CROWD_CAUSE_NONE
      && !ptp_consumer_register_push_producer (PTP_CONSUMER (self->consumer),
                                               PTP_PUSH_PRODUCER (self->object), &error))
    crowd_find (self->world, self, "%s", error->message);
  ptp_pull_to_push_start_streaming (self->object);
  self->started = self->cause == CROWD_CAUSE_NONE;
  self->watched = self->started;
  if (self->started && self->cancelled)
    crowd_member_ask_end (self, CROWD_CAUSE_CANCELLED);
  crowd_member_update (self);
}

void
crowd_member_free (gpointer data)
{
  CrowdMember *self = data;

  g_clear_object (&self->producer);
  g_clear_object (&self->consumer);
  g_clear_object (&self->cancellable);
  g_free (self);
}
