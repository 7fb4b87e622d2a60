/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Counts primes in small steps, while a timer in the same main loop goes on ticking.
 */
#include <pulltopush/pulltopush.h>

#define TICK_MILLISECONDS (10)

typedef struct
{
  guint64 limit;
  guint64 next;
  guint64 count;
} Primes;

typedef struct
{
  guint n_ticks;
  gint64 last;
  gint64 longest;
} Ticks;

static gboolean
is_prime (guint64 number)
{
  for (guint64 divisor = 2; divisor * divisor <= number; divisor++)
    if (number % divisor == 0)
      return FALSE;

  return number >= 2;
}

/* One number is one step: the cooperator takes as many steps at a time as fit into its slice. */
static PtpStepResult
count_next (gpointer data, GError **error)
{
  Primes *primes = data;

  if (primes->next >= primes->limit)
    return PTP_STEP_RESULT_FINISHED;

  if (is_prime (primes->next++))
    primes->count++;
  return PTP_STEP_RESULT_MORE;
}

static void
look_at_clock (Ticks *ticks)
{
  gint64 now = g_get_monotonic_time ();

  ticks->longest = MAX (ticks->longest, now - ticks->last);
  ticks->last = now;
}

static gboolean
tick_cb (gpointer data)
{
  Ticks *ticks = data;

  ticks->n_ticks++;
  look_at_clock (ticks);
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (PtpCooperator) cooperator = ptp_cooperator_ref_default ();
  g_autoptr (PtpCooperativeTask) task = NULL;
  Primes primes = { 0 };
  Ticks ticks = { .last = g_get_monotonic_time () };
  guint timer;

  if (argc != 2 || !g_ascii_string_to_unsigned (argv[1], 10, 1, G_MAXUINT32, &primes.limit, NULL))
    {
      g_printerr ("Usage: cooperate LIMIT\n");
      return 2;
    }

  timer = g_timeout_add (TICK_MILLISECONDS, tick_cb, &ticks);
  task = ptp_cooperator_cooperate (cooperator, count_next, &primes, NULL);
  g_signal_connect_swapped (task, "finished", G_CALLBACK (g_main_loop_quit), loop);
  g_main_loop_run (loop);
  g_source_remove (timer);
  look_at_clock (&ticks);

  g_print ("%" G_GUINT64_FORMAT " primes below %" G_GUINT64_FORMAT "\n", primes.count,
           primes.limit);
  g_print ("%u ticks meanwhile, longest gap %.1f ms\n", ticks.n_ticks,
           (double) ticks.longest / 1000.0);
  return 0;
}
