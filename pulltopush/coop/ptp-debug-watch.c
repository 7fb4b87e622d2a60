/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-debug-private.h"

/* Reports who has not moved for a while, and why. A main loop that hangs cannot report that it
 * does, so that this has a thread, the only one that the library ever makes, and only for those who
 * ask for it. It calls nobody; what it has to know of a step, the context tells it.
 */

#define SECONDS_DEFAULT 5.0
#define SECONDS_LEAST   0.01
#define SECONDS_MOST    86400.0

typedef struct
{
  char *name;      /* (owned) */
  gint64 moved_at; /* monotonic, in microseconds */
  guint64 n_steps;
  PtpStreamState state;
  gboolean in_step;
  gboolean told;
} Watched;

/* Under the lock. The cooperator's own may be taken inside, and never the other way round. */
static GMutex lock;
static GHashTable *everybody; /* (element-type PtpRunnable Watched): the keys are unowned */

static gint64 limit; /* microseconds; does not change */

static void
watched_free (gpointer data)
{
  Watched *watched = data;

  g_free (watched->name);
  g_free (watched);
}

/* With the lock held. */
static char *
explain (PtpRunnable *runnable, Watched *watched)
{
  g_autofree char *holders = NULL;

  if (watched->in_step)
    return g_strdup ("it is inside a step, which must not block");

  switch (watched->state)
    {
    case PTP_STREAM_STATE_IDLE:
      return g_strdup ("nobody has started it");
    case PTP_STREAM_STATE_PAUSED:
      holders = ptp_debug_join_holders (runnable);
      return g_strconcat ("it is paused by ", holders, NULL);
    case PTP_STREAM_STATE_WAITING:
      return g_strdup ("it answered PENDING, and there was no ready since");
    case PTP_STREAM_STATE_ENDING:
      return g_strdup ("its consumer has not settled: it answered PENDING to finish or abort, and "
                       "has not said since how that went");
    case PTP_STREAM_STATE_STREAMING:
    case PTP_STREAM_STATE_FINISHED:
    case PTP_STREAM_STATE_STOPPED:
    case PTP_STREAM_STATE_FAILED:
    default:
      return g_strdup (
        "its main context gives it no turn: that is not run, or always busy with what "
        "has a higher priority");
    }
}

/* With the lock held. A state is read as it is now, since a hold moves nobody. */
static char *
report (PtpRunnable *runnable, Watched *watched, gint64 now)
{
  PtpStreamState state = ptp_runnable_get_state (runnable);
  g_autofree char *why = NULL;

  if (state != watched->state)
    {
      watched->state = state;
      watched->moved_at = now;
      watched->told = FALSE;
    }
  if (watched->told || ptp_runnable_has_ended (state) || now - watched->moved_at < limit)
    return NULL;

  watched->told = TRUE;
  why = explain (runnable, watched);
  return g_strdup_printf ("%s has not moved for %.2f s, after %" G_GUINT64_FORMAT " steps: %s",
                          watched->name, (double) (now - watched->moved_at) / G_USEC_PER_SEC,
                          watched->n_steps, why);
}

static GPtrArray *
collect_reports (void)
{
  GPtrArray *reports = g_ptr_array_new_with_free_func (g_free);
  gint64 now = g_get_monotonic_time ();
  gpointer runnable, watched;
  GHashTableIter iter;

  g_mutex_lock (&lock);
  g_hash_table_iter_init (&iter, everybody);
  while (g_hash_table_iter_next (&iter, &runnable, &watched))
    {
      char *text = report (runnable, watched, now);

      if (text != NULL)
        g_ptr_array_add (reports, text);
    }
  g_mutex_unlock (&lock);

  return reports;
}

/* Whoever handles messages may do anything, so that nothing is locked while they are told. */
static gpointer
watch_thread (gpointer data)
{
  while (TRUE)
    {
      g_autoptr (GPtrArray) reports = collect_reports ();

      for (guint i = 0; i < reports->len; i++)
        g_message ("%s", (const char *) g_ptr_array_index (reports, i));
      g_usleep ((gulong) (limit / 4));
    }

  return NULL;
}

static double
read_seconds (void)
{
  const char *asked = g_getenv ("PTP_DEBUG_STALL_SECONDS");
  double seconds;
  char *end;

  if (asked == NULL)
    return SECONDS_DEFAULT;

  seconds = g_ascii_strtod (asked, &end);
  if (end != asked && *end == '\0' && seconds >= SECONDS_LEAST && seconds <= SECONDS_MOST)
    return seconds;

  ptp_debug_complain (g_strdup_printf (
    "PTP_DEBUG_STALL_SECONDS: “%s” is not a number from %g to %g; taking %g instead", asked,
    SECONDS_LEAST, SECONDS_MOST, SECONDS_DEFAULT));
  return SECONDS_DEFAULT;
}

void
ptp_debug_watch_init (void)
{
  limit = (gint64) (read_seconds () * G_USEC_PER_SEC);
  everybody = g_hash_table_new_full (NULL, NULL, NULL, watched_free);
  g_thread_unref (g_thread_new ("ptp-debug", watch_thread, NULL));
}

void
ptp_debug_watch (PtpRunnable *self)
{
  Watched *watched = g_new0 (Watched, 1);

  watched->name = ptp_debug_name (self);
  watched->moved_at = g_get_monotonic_time ();
  watched->state = ptp_runnable_get_state (self);

  g_mutex_lock (&lock);
  g_hash_table_replace (everybody, self, watched);
  g_mutex_unlock (&lock);
}

void
ptp_debug_unwatch (PtpRunnable *self)
{
  g_mutex_lock (&lock);
  g_hash_table_remove (everybody, self);
  g_mutex_unlock (&lock);
}

void
ptp_debug_watch_moved (PtpRunnable *self, gboolean in_step)
{
  Watched *watched;

  g_mutex_lock (&lock);
  watched = g_hash_table_lookup (everybody, self);
  if (watched != NULL)
    {
      watched->moved_at = g_get_monotonic_time ();
      watched->n_steps = self->n_steps;
      watched->in_step = in_step;
      watched->told = FALSE;
    }
  g_mutex_unlock (&lock);
}
