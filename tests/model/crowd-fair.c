/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "crowd.h"

/* Shares. Nobody is paused or waits here, so that everybody has a right to as much as the others;
 * but now and then one that steps stops another one, in the same slice, and the others must not
 * notice (rule R8).
 */

#define QUANTUM 2 /* microseconds */

static gboolean
counts (const CrowdMember *member)
{
  return member->runnable;
}

/* They start one after the other, and what they had before the last did is not compared. */
static void
begin_to_count (CrowdWorld *self)
{
  gboolean all_had_one = FALSE;

  while (!all_had_one)
    {
      crowd_turn (self);
      all_had_one = TRUE;
      for (guint i = 0; i < self->members->len; i++)
        all_had_one
          = all_had_one && ((CrowdMember *) g_ptr_array_index (self->members, i))->n_steps > 0;
    }

  for (guint i = 0; i < self->members->len; i++)
    {
      CrowdMember *member = g_ptr_array_index (self->members, i);

      member->n_steps_before = member->n_steps;
      member->used = 0;
    }
}

static guint
get_n_steps (const CrowdMember *member)
{
  return member->n_steps - member->n_steps_before;
}

/* With equal steps, turns are taken in order: nobody gets more than one step ahead of how far ahead
 * it was when the counting began.
 */
static void
check_order (CrowdMember *self)
{
  CrowdWorld *world = self->world;

  for (guint i = 0; i < world->members->len; i++)
    {
      const CrowdMember *other = g_ptr_array_index (world->members, i);

      if (counts (other) && get_n_steps (self) > get_n_steps (other) + 2)
        crowd_find (world, self, "R8: %u steps, and member %u had %u", get_n_steps (self),
                    other->id, get_n_steps (other));
    }
}

static void
stop_another (CrowdMember *self)
{
  CrowdWorld *world = self->world;
  CrowdMember *other
    = g_ptr_array_index (world->members, crowd_random_below (&world->random, world->members->len));

  if (other == self || !counts (other) || world->teams[0].n_runnable <= 2)
    return;

  crowd_member_ask_end (other, CROWD_CAUSE_STOP);
  if (other->is_task)
    ptp_cooperative_task_stop (other->object);
  else
    ptp_pull_to_push_stop_streaming (other->object);
}

static void
disturb_equals (CrowdMember *self)
{
  check_order (self);
  if (self->running && crowd_random_one_in (&self->world->random, 50))
    stop_another (self);
}

static void
disturb_others (CrowdMember *self)
{
  if (self->running && crowd_random_one_in (&self->world->random, 200))
    stop_another (self);
}

static void
populate (CrowdWorld *self, gboolean equal)
{
  const guint n = 2 + crowd_random_below (&self->random, 20);

  self->is_calm = TRUE;
  self->max_cost = 3 + crowd_random_below (&self->random, 100);
  crowd_world_add_team (self, G_PRIORITY_DEFAULT_IDLE, PTP_SLICE_DEFAULT);
  for (guint i = 0; i < n; i++)
    {
      CrowdMember *member = crowd_member_new (self, crowd_random_one_in (&self->random, 2));

      member->cost
        = equal ? self->max_cost : 1 + crowd_random_below (&self->random, self->max_cost);
      member->n_steps_wanted = G_MAXUINT;
      crowd_member_start (member);
    }
}

static void
check_shares (CrowdWorld *self)
{
  gint64 least = G_MAXINT64, most = 0;

  for (guint i = 0; i < self->members->len; i++)
    {
      const CrowdMember *member = g_ptr_array_index (self->members, i);

      if (!counts (member))
        continue;
      least = MIN (least, member->used);
      most = MAX (most, member->used);
    }

  /* Each may be ahead by a step, and may have been when the counting began. */
  if (most - least > 2 * ((gint64) self->max_cost + QUANTUM))
    crowd_find (self, NULL,
                "S3: one had %" G_GINT64_FORMAT " us, another %" G_GINT64_FORMAT
                " us, with steps of at most %u us",
                most, least, self->max_cost);
}

static void
end_all (CrowdWorld *self)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      CrowdMember *member = g_ptr_array_index (self->members, i);

      if (counts (member))
        member->n_steps_wanted = member->n_steps + 1;
    }
  self->disturb = NULL;
  while (ptp_cooperator_get_active (self->teams[0].cooperator))
    crowd_turn (self);
  for (guint i = 0; i < self->members->len; i++)
    {
      CrowdMember *member = g_ptr_array_index (self->members, i);

      member->owned = FALSE;
      g_object_unref (member->object);
      if (!member->gone || member->n_ends != 1)
        crowd_find (self, member, "L8, L15: it is still there, or has not ended once");
    }
}

guint
crowd_run_fair (guint64 seed)
{
  CrowdWorld self;
  gboolean equal;
  gint64 until;

  crowd_world_init (&self, seed);
  equal = crowd_random_one_in (&self.random, 2);
  populate (&self, equal);
  begin_to_count (&self);
  self.disturb = equal ? disturb_equals : disturb_others;
  until = self.now + (gint64) self.members->len * 50 * self.max_cost;
  while (self.now < until && self.n_findings == 0)
    {
      crowd_turn (&self);
      check_shares (&self);
    }
  if (self.n_findings > 0)
    {
      g_main_context_pop_thread_default (self.context);
      return self.n_findings;
    }
  end_all (&self);
  crowd_world_clear (&self);

  return self.n_findings;
}
