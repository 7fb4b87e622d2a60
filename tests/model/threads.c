/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "threads.h"

/* So long without a stream that ends is for ever, also under valgrind on a busy machine. */
#define PATIENCE_SECONDS 100

static gpointer
home_main (gpointer user_data)
{
  ThreadsHome *self = user_data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

void
threads_round_find (ThreadsRound *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);

  g_mutex_lock (&self->lock);
  self->n_findings++;
  g_mutex_unlock (&self->lock);
  g_printerr ("FINDING in round %" G_GUINT64_FORMAT ": %s\n", self->seed, text);
}

void
threads_round_leave (ThreadsRound *self)
{
  g_mutex_lock (&self->lock);
  self->n_left++;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gboolean
populate_cb (gpointer user_data)
{
  ThreadsHome *home = user_data;
  ThreadsRound *round = home->round;

  home->thread = g_thread_self ();
  for (guint slot = (guint) (home - round->homes); slot < round->n_slots; slot += round->n_homes)
    threads_life_make (round, home, slot, slot);

  return G_SOURCE_REMOVE;
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

static void
invoke (ThreadsHome *home, GSourceFunc func, gpointer data)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, home->context);
}

static void
start (ThreadsRound *self, GThread **homes, GThread **actors)
{
  self->n_made = self->n_slots;
  for (guint i = 0; i < self->n_homes; i++)
    {
      ThreadsHome *home = &self->homes[i];

      home->round = self;
      home->context = g_main_context_new ();
      home->loop = g_main_loop_new (home->context, FALSE);
      home->random.state = self->seed ^ (i + 1);
      invoke (home, populate_cb, home);
      homes[i] = g_thread_new ("threads-home", home_main, home);
    }

  for (guint i = 0; i < self->n_actors; i++)
    {
      ThreadsStart *begin = g_new0 (ThreadsStart, 1);

      begin->round = self;
      begin->number = i;
      actors[i] = g_thread_new ("threads-actor", threads_actor_main, begin);
    }
}

/* With the lock held. A program that goes on after this would only find what follows from it. */
static void
give_up (ThreadsRound *self, const char *what)
{
  g_printerr ("FINDING in round %" G_GUINT64_FORMAT ": %s; %u made, %u over, %u freed\n",
              self->seed, what, self->n_made, self->n_over, self->n_freed);
  for (guint i = 0; i < self->n_slots; i++)
    if (self->slots[i] != NULL)
      threads_life_print (self->slots[i]);
  g_error ("Gave up after %d seconds", PATIENCE_SECONDS);
}

/* Waits until @count, which only grows, is @wanted; the lock is held. */
static void
wait_for (ThreadsRound *self, const guint *count, guint wanted, const char *what)
{
  while (*count < wanted)
    {
      const gint64 end = g_get_monotonic_time () + PATIENCE_SECONDS * G_USEC_PER_SEC;
      const guint before = *count;
      gboolean in_time = TRUE;

      while (*count == before && in_time)
        in_time = g_cond_wait_until (&self->changed, &self->lock, end);
      if (*count == before)
        give_up (self, what);
    }
}

/* Nobody holds anything any more: whatever still has to come is up to the library. */
static void
hurry (ThreadsRound *self)
{
  self->hurrying = TRUE;
  for (guint i = 0; i < self->n_slots; i++)
    {
      ThreadsLife *life = self->slots[i] != NULL ? threads_life_ref (self->slots[i]) : NULL;

      if (life == NULL)
        continue;

      g_mutex_unlock (&self->lock);
      threads_life_hurry (life);
      threads_life_unref (life);
      g_mutex_lock (&self->lock);
    }
}

static void
finish (ThreadsRound *self, GThread **homes, GThread **actors)
{
  g_mutex_lock (&self->lock);
  wait_for (self, &self->n_made, self->n_lives, "no stream ends");
  g_atomic_int_set (&self->stop, TRUE);
  wait_for (self, &self->n_left, self->n_actors, "a thread does not come back");
  hurry (self);
  wait_for (self, &self->n_over, self->n_made, "a stream does not end, or is not let go of");
  wait_for (self, &self->n_freed, self->n_made, "something of a stream is kept");
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < self->n_actors; i++)
    g_thread_join (actors[i]);
  for (guint i = 0; i < self->n_homes; i++)
    {
      ThreadsHome *home = &self->homes[i];

      invoke (home, quit_cb, home->loop);
      g_thread_join (homes[i]);
      g_main_loop_unref (home->loop);
      g_main_context_unref (home->context);
    }
}

#define MAX_ACTORS 16

guint
threads_round_run (guint64 seed, guint n_actors, guint *n_lives)
{
  ThreadsRound self = { .seed = seed, .n_actors = MIN (n_actors, MAX_ACTORS) };
  CrowdRandom random = { seed };
  GThread *homes[THREADS_MAX_HOMES] = { NULL };
  GThread *actors[MAX_ACTORS] = { NULL };

  g_mutex_init (&self.lock);
  g_cond_init (&self.changed);
  self.n_homes
    = crowd_random_one_in (&random, 2) ? 1 : 1 + crowd_random_below (&random, THREADS_MAX_HOMES);
  self.n_slots = self.n_homes + crowd_random_below (&random, THREADS_MAX_SLOTS - self.n_homes + 1);
  self.n_lives = self.n_slots + crowd_random_below (&random, 100);

  start (&self, homes, actors);
  finish (&self, homes, actors);
  *n_lives += self.n_made;
  g_cond_clear (&self.changed);
  g_mutex_clear (&self.lock);

  return self.n_findings;
}
