/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "crowd.h"

static const char *const names[CROWD_N_NAMES] = { "user", "battery", "consumer" };

static void
set_paused (CrowdMember *self, gboolean paused)
{
  if (self->cause == CROWD_CAUSE_NONE)
    self->paused = paused;
  self->may_listen |= paused;
  crowd_member_update (self);

  if (self->is_task && paused)
    ptp_cooperative_task_pause (self->object);
  else if (self->is_task)
    ptp_cooperative_task_resume (self->object);
  else if (paused)
    ptp_push_producer_pause_producing (self->object);
  else
    ptp_push_producer_resume_producing (self->object);
}

static void
set_held (CrowdMember *self, guint name, gboolean held)
{
  if (self->is_task)
    return;

  if (self->cause == CROWD_CAUSE_NONE)
    self->held[name] = held;
  self->may_listen |= held;
  crowd_member_update (self);

  if (held)
    ptp_pull_to_push_hold (self->object, names[name]);
  else
    ptp_pull_to_push_release (self->object, names[name]);
}

/* While nobody waits it is good for the step that is running, if that hears of it. */
void
crowd_ready (CrowdMember *self)
{
  if (self->waiting)
    self->waiting = FALSE;
  else if (self->is_task || self->listening)
    self->ready_seen = TRUE;
  crowd_member_update (self);

  if (self->is_task)
    ptp_cooperative_task_ready (self->object);
  else
    ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (self->producer));
}

void
crowd_let_go_of (CrowdMember *self)
{
  set_paused (self, FALSE);
  for (guint i = 0; i < CROWD_N_NAMES; i++)
    set_held (self, i, FALSE);
  crowd_ready (self);
}

static void
stop (CrowdMember *self)
{
  CrowdCause cause = CROWD_CAUSE_STOP;
  g_autoptr (GError) reason = NULL;

  if (!self->is_task)
    cause = crowd_random_one_in (&self->world->random, 2) ? CROWD_CAUSE_STOPPED : CROWD_CAUSE_BUSY;
  reason = crowd_make_reason (cause);
  crowd_member_ask_end (self, cause);
  if (self->is_task)
    ptp_cooperative_task_stop (self->object);
  else
    ptp_push_producer_stop_producing (self->object, reason);
}

static void
stop_streaming (CrowdMember *self)
{
  if (self->is_task)
    return;

  crowd_member_ask_end (self, CROWD_CAUSE_STOP);
  ptp_pull_to_push_stop_streaming (self->object);
}

/* By its consumer, also while that is told its end. */
static void
unregister (CrowdMember *self)
{
  if (self->is_task || self->n_registered == self->n_unregistered)
    return;

  crowd_member_ask_end (self, CROWD_CAUSE_ENOUGH);
  self->in_unregister = TRUE;
  ptp_consumer_unregister_producer (PTP_CONSUMER (self->consumer), self->object);
  self->in_unregister = FALSE;
}

static void
cancel (CrowdMember *self)
{
  if (self->cancellable == NULL)
    return;

  self->cancelled = TRUE;
  if (self->watched)
    crowd_member_ask_end (self, CROWD_CAUSE_CANCELLED);
  g_cancellable_cancel (self->cancellable);
}

/* One that is heard. */
static void
break_producer (CrowdMember *self)
{
  g_autoptr (GError) error = crowd_make_reason (CROWD_CAUSE_BROKEN);

  if (self->is_task || !self->listening || self->n_ends > 0)
    return;

  crowd_member_ask_end (self, CROWD_CAUSE_BROKEN);
  ptp_pull_producer_emit_broken (PTP_PULL_PRODUCER (self->producer), error);
}

/* A consumer that was past its point of no return finishes all the same. One that is to abort waits
 * until it is told, so that it never ends if that is lost.
 */
void
crowd_settle (CrowdMember *self)
{
  CrowdRandom *random = &self->world->random;
  g_autoptr (GError) error = NULL;
  gboolean finished
    = self->n_finishes > 0 && (self->n_aborts == 0 || crowd_random_one_in (random, 3));

  if (!self->pending
      || (self->n_aborts == 0 && self->abort_cause != CROWD_CAUSE_NONE && self->n_finishes > 0))
    return;

  self->pending = FALSE;
  if (crowd_random_one_in (random, 6))
    {
      self->outcome = CROWD_OUTCOME_FAILED;
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The consumer is full");
      ptp_consumer_emit_settle_failed (PTP_CONSUMER (self->consumer), error);
      return;
    }

  self->outcome = finished ? CROWD_OUTCOME_FINISHED : CROWD_OUTCOME_ABORTED;
  ptp_consumer_emit_settled (PTP_CONSUMER (self->consumer),
                             finished ? PTP_SETTLEMENT_FINISHED : PTP_SETTLEMENT_ABORTED);
}

static void
waited_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  CrowdMember *self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean finished
    = self->is_task
        ? ptp_cooperative_task_wait_finish (PTP_COOPERATIVE_TASK (object), result, &error)
        : ptp_pull_to_push_wait_finish (PTP_PULL_TO_PUSH (object), result, &error);
  PtpStreamState end = crowd_member_get_end (self);

  self->n_waited++;
  if (finished != (end == PTP_STREAM_STATE_FINISHED)
      || g_error_matches (error, PTP_ERROR, PTP_ERROR_STOPPED) != (end == PTP_STREAM_STATE_STOPPED))
    crowd_find (self->world, self, "a wait told of another end");
}

static void
wait_for (CrowdMember *self)
{
  self->n_waits++;
  if (self->is_task)
    ptp_cooperative_task_wait_async (self->object, NULL, waited_cb, self);
  else
    ptp_pull_to_push_wait_async (self->object, NULL, waited_cb, self);
}

static void
drop (CrowdMember *self)
{
  gpointer object = self->object;

  if (!self->owned)
    return;

  self->owned = FALSE;
  g_object_unref (object);
}

static void
act_on (CrowdWorld *self, CrowdMember *member)
{
  const guint act = crowd_random_below (&self->random, 36);

  if (act < 7)
    set_paused (member, act < 3);
  else if (act < 14)
    set_held (member, act % CROWD_N_NAMES, act < 10);
  else if (act < 20)
    crowd_ready (member);
  else if (act < 23)
    crowd_member_start (member);
  else if (act == 23)
    stop (member);
  else if (act == 24)
    stop_streaming (member);
  else if (act == 25)
    unregister (member);
  else if (act == 26)
    cancel (member);
  else if (act < 29)
    wait_for (member);
  else if (act < 32)
    drop (member);
  else if (act < 35)
    crowd_settle (member);
  else
    break_producer (member);
}

/* It may be one that has gone, or the one that is running. */
void
crowd_act (CrowdWorld *self)
{
  CrowdMember *member;

  if (self->members->len < self->max_members && crowd_random_one_in (&self->random, 16))
    {
      self->in_call++;
      crowd_member_new (self, crowd_random_one_in (&self->random, 2));
      self->in_call--;
      return;
    }

  member
    = g_ptr_array_index (self->members, crowd_random_below (&self->random, self->members->len));
  if (member->gone)
    return;

  self->in_call++;
  act_on (self, member);
  self->in_call--;
}
