/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "crowd.h"

#define MAX_PRINTED 10

void
crowd_find (CrowdWorld *self, CrowdMember *member, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  if (self->n_findings++ >= MAX_PRINTED)
    return;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_printerr ("FINDING with seed %" G_GUINT64_FORMAT ": %s\n", self->seed, text);
  if (member != NULL)
    g_printerr (
      "  %s %u of %u: cause %d, %d, end %d (%u told), runnable %d, running %d, started %d, "
      "paused %d, held %d%d%d, waiting %d, steps %u of %u, cost %u, chunks %u - %u, "
      "cancelled %u, finish %u, abort %u, pending %d, outcome %d, flags %d, registered "
      "%u - %u, gone %d, others had %" G_GINT64_FORMAT " us\n",
      member->is_task ? "task" : "stream", member->id, self->members->len, (int) member->cause,
      (int) member->abort_cause, (int) member->end, member->n_ends, member->runnable,
      member->running, member->started, member->paused, member->held[0], member->held[1],
      member->held[2], member->waiting, member->n_steps, member->n_steps_wanted, member->cost,
      member->n_written, member->n_received, member->n_cancels, member->n_finishes,
      member->n_aborts, member->pending, (int) member->outcome, (int) member->flags,
      member->n_registered, member->n_unregistered, member->gone,
      member->team->used - member->others_had);
}

static gint64
read_clock (gpointer world)
{
  return ((CrowdWorld *) world)->now;
}

void
crowd_world_add_team (CrowdWorld *self, int priority, gint64 slice)
{
  CrowdTeam *team = &self->teams[self->n_teams++];

  team->cooperator = ptp_cooperator_new (self->context, priority);
  ptp_cooperator_set_slice (team->cooperator, slice);
  ptp_cooperator_set_clock (team->cooperator, read_clock, self, NULL);
}

void
crowd_world_init (CrowdWorld *self, guint64 seed)
{
  *self = (CrowdWorld){ .seed = seed, .random = { seed } };
  self->context = g_main_context_new ();
  self->members = g_ptr_array_new_with_free_func (crowd_member_free);
  g_main_context_push_thread_default (self->context);
}

/* The members' objects are gone by now, and nobody else may keep the rest. */
void
crowd_world_clear (CrowdWorld *self)
{
  for (guint i = 0; i < self->n_teams; i++)
    {
      gpointer rest = self->teams[i].cooperator;

      g_object_add_weak_pointer (rest, &rest);
      g_object_unref (self->teams[i].cooperator);
      if (rest != NULL && self->n_findings == 0)
        crowd_find (self, NULL, "a cooperator is kept");
    }
  g_main_context_pop_thread_default (self->context);
  g_main_context_unref (self->context);
  g_ptr_array_unref (self->members);
}

void
crowd_turn (CrowdWorld *self)
{
  self->depth++;
  g_main_context_iteration (self->context, FALSE);
  self->depth--;
}

static guint
count_runnable (CrowdWorld *self)
{
  guint n = 0;

  for (guint i = 0; i < self->n_teams; i++)
    n += self->teams[i].n_runnable;

  return n;
}

static gboolean
is_any_active (CrowdWorld *self)
{
  gboolean active = FALSE;

  for (guint i = 0; i < self->n_teams; i++)
    active = active || ptp_cooperator_get_active (self->teams[i].cooperator);

  return active;
}

/* Whoever may run has somebody who will run it, and nobody stays for nothing (rule S4): there is no
 * more to do than to take in what was called, one call a turn at worst.
 */
static void
check_sources (CrowdWorld *self)
{
  guint patience = 4 * (self->members->len + 4);

  for (guint i = 0; i < self->n_teams; i++)
    if (self->teams[i].n_runnable > 0 && !ptp_cooperator_get_active (self->teams[i].cooperator))
      crowd_find (self, NULL, "T2: %u may run, and no source is attached",
                  self->teams[i].n_runnable);

  while (count_runnable (self) == 0 && is_any_active (self) && patience-- > 0)
    crowd_turn (self);
  if (count_runnable (self) == 0 && is_any_active (self))
    crowd_find (self, NULL, "S4: nothing may run, and a source is attached");
}

static void
disturb (CrowdMember *member)
{
  CrowdWorld *self = member->world;

  while (!self->is_calm && crowd_random_one_in (&self->random, 4))
    crowd_act (self);
}

/* Mostly few, sometimes many. */
static guint
choose_number (CrowdRandom *random)
{
  const guint kind = crowd_random_below (random, 32);

  return 2 + crowd_random_below (random, kind == 0 ? 199 : kind < 8 ? 40 : 8);
}

static void
populate (CrowdWorld *self)
{
  const int priorities[] = { G_PRIORITY_DEFAULT, G_PRIORITY_DEFAULT_IDLE, G_PRIORITY_LOW };
  const gint64 slices[] = { 0, 20, PTP_SLICE_DEFAULT };
  const guint costs[] = { 0, 1, 10, 50 };
  const guint n_teams = crowd_random_one_in (&self->random, 3) ? 3 : 1;
  const guint n = choose_number (&self->random);

  self->max_members = MIN (2 * n, 200);
  self->max_cost = costs[crowd_random_below (&self->random, G_N_ELEMENTS (costs))];
  self->nests = crowd_random_one_in (&self->random, 4);
  self->disturb = disturb;
  for (guint i = 0; i < n_teams; i++)
    crowd_world_add_team (self, priorities[crowd_random_below (&self->random, 3)],
                          slices[crowd_random_below (&self->random, 3)]);
  for (guint i = 0; i < n; i++)
    {
      CrowdMember *member = crowd_member_new (self, crowd_random_one_in (&self->random, 2));

      if (!crowd_random_one_in (&self->random, 4))
        crowd_member_start (member);
    }
}

static void
play (CrowdWorld *self)
{
  const guint n = 20 + crowd_random_below (&self->random, 100);

  for (guint i = 0; i < n && self->n_findings == 0; i++)
    {
      if (crowd_random_one_in (&self->random, 2))
        crowd_act (self);
      else
        crowd_turn (self);
      check_sources (self);
    }
}

static guint
count_under_way (CrowdWorld *self)
{
  guint n = 0;

  for (guint i = 0; i < self->members->len; i++)
    {
      const CrowdMember *member = g_ptr_array_index (self->members, i);

      if ((!member->gone && member->n_ends == 0) || member->n_waited < member->n_waits)
        n++;
    }

  return n;
}

static guint64
count_progress (CrowdWorld *self)
{
  guint64 n = 0;

  for (guint i = 0; i < self->members->len; i++)
    {
      const CrowdMember *member = g_ptr_array_index (self->members, i);

      n += member->n_steps + member->n_finishes + member->n_aborts + member->n_ends
           + member->n_waited + (member->gone ? 1 : 0);
    }

  return n;
}

/* When nobody holds anybody any more, everybody gets to the end: nobody was forgotten. In each
 * round somebody steps, or all sit out and somebody steps in the next; with the shortest of slices,
 * one visit takes a turn.
 */
static void
come_to_end (CrowdWorld *self)
{
  const guint patience = 20 * (self->members->len + 10);
  guint64 progress = 0;
  guint n_idle = 0;

  self->is_calm = TRUE;
  for (guint i = 0; i < self->members->len; i++)
    {
      CrowdMember *member = g_ptr_array_index (self->members, i);

      if (member->gone)
        continue;
      crowd_member_start (member);
      crowd_let_go_of (member);
      crowd_settle (member);
    }

  while (count_under_way (self) > 0 && n_idle < patience && self->n_findings == 0)
    {
      const guint64 before = progress;

      crowd_turn (self);
      check_sources (self);
      progress = count_progress (self);
      n_idle = progress == before ? n_idle + 1 : 0;
    }
}

static guint
count_cancels (const CrowdMember *self)
{
  const gboolean no_harm = self->cause == CROWD_CAUSE_ENOUGH || self->cause == CROWD_CAUSE_STOP;

  if (self->answered || self->cause == CROWD_CAUSE_BROKEN
      || (no_harm && (self->flags & PTP_PULL_TO_PUSH_KEEP_SOURCE) != 0))
    return 0;

  return 1;
}

/* Whoever the stream unregistered was told its end, unless somebody else keeps it. */
static void
check_told (CrowdMember *self)
{
  const gboolean told = self->n_finishes + self->n_aborts > 0;
  const gboolean kept = (self->flags & PTP_PULL_TO_PUSH_KEEP_SINK) != 0;

  if (kept ? told : self->unregistered_own && !told)
    crowd_find (self->world, self, "L17: the consumer was kept and told its end, or neither");
  if (self->n_finishes > 0 && self->cause != CROWD_CAUSE_EXHAUSTED)
    crowd_find (self->world, self, "L17: finish without a finished producer");
}

static void
check_sums (CrowdMember *self)
{
  if (self->n_ends > 1 || (self->n_ends == 0 && (self->started || self->cause != CROWD_CAUSE_NONE)))
    crowd_find (self->world, self, "L8: not one end");
  if (!self->gone)
    crowd_find (self->world, self, "L15: somebody keeps it");
  if (self->n_waited != self->n_waits)
    crowd_find (self->world, self, "a wait was told of %u times", self->n_waited);
  if (self->n_received != self->n_written || (!self->is_task && self->n_written != self->n_steps))
    crowd_find (self->world, self, "a chunk was lost");
  if (self->answered && self->n_steps != self->n_steps_wanted)
    crowd_find (self->world, self, "a step too many");
  if (self->is_task || self->n_ends == 0)
    return;

  check_told (self);
  if (self->n_cancels != count_cancels (self) || self->n_registered != self->n_unregistered)
    crowd_find (self->world, self, "L7, L15: cancelled or unregistered otherwise");
}

static void
check_all (CrowdWorld *self)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      CrowdMember *member = g_ptr_array_index (self->members, i);

      if (member->owned)
        {
          member->owned = FALSE;
          g_object_unref (member->object);
        }
    }
  for (guint i = 0; i < 3; i++)
    crowd_turn (self);
  for (guint i = 0; i < self->members->len && self->n_findings == 0; i++)
    check_sums (g_ptr_array_index (self->members, i));
}

guint
crowd_run_sequence (guint64 seed)
{
  CrowdWorld self;

  crowd_world_init (&self, seed);
  populate (&self);
  play (&self);
  come_to_end (&self);
  if (count_under_way (&self) > 0)
    for (guint i = 0; i < self.members->len; i++)
      {
        CrowdMember *member = g_ptr_array_index (self.members, i);

        if (!member->gone && member->n_ends == 0)
          crowd_find (&self, member, "T2, R8: it never got to its end");
      }
  if (self.n_findings == 0)
    check_all (&self);
  /* What is left of a sequence that went wrong may still call: it is left alone. */
  if (self.n_findings > 0)
    {
      g_main_context_pop_thread_default (self.context);
      return self.n_findings;
    }
  crowd_world_clear (&self);

  return self.n_findings;
}
