/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "crowd.h"

static const char *const names[CROWD_N_NAMES] = { "user", "battery", "consumer" };

static void
set_paused (CrowdMember *self, gboolean paused)
{
  if (self->end == PTP_STREAM_STATE_IDLE)
    self->paused = paused;
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

  if (self->end == PTP_STREAM_STATE_IDLE)
    self->held[name] = held;
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
  crowd_member_ask_end (self, PTP_STREAM_STATE_STOPPED);
  if (self->is_task)
    ptp_cooperative_task_stop (self->object);
  else
    ptp_push_producer_stop_producing (self->object);
}

static void
stop_streaming (CrowdMember *self)
{
  if (self->is_task)
    return;

  crowd_member_ask_end (self, PTP_STREAM_STATE_FINISHED);
  ptp_pull_to_push_stop_streaming (self->object);
}

/* One that is registered; by its consumer. */
static void
unregister (CrowdMember *self)
{
  if (self->is_task || self->n_registered == self->n_unregistered)
    return;

  crowd_member_ask_end (self, PTP_STREAM_STATE_FINISHED);
  self->let_go = self->n_failures == 0;
  ptp_consumer_unregister_producer (PTP_CONSUMER (self->consumer));
}

static void
cancel (CrowdMember *self)
{
  if (self->cancellable == NULL)
    return;

  self->cancelled = TRUE;
  if (self->started)
    crowd_member_ask_end (self, PTP_STREAM_STATE_FAILED);
  g_cancellable_cancel (self->cancellable);
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

  self->n_waited++;
  if (finished != (self->end == PTP_STREAM_STATE_FINISHED)
      || g_error_matches (error, PTP_ERROR, PTP_ERROR_STOPPED)
           != (self->end == PTP_STREAM_STATE_STOPPED))
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
  const guint act = crowd_random_below (&self->random, 32);

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
  else
    drop (member);
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
