/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rules T1 to T4 with many streams and four threads that meddle; threads-run goes on for longer. */

#include "threads.h"

#define N_THREADS 4

/* For valgrind, and whatever else is slow. */
static guint
get_n_rounds (void)
{
  const char *n = g_getenv ("PTP_THREADS_ROUNDS");

  return n != NULL ? (guint) g_ascii_strtoull (n, NULL, 10) : 120;
}

static void
run_rounds (guint64 seed, guint n_rounds)
{
  CrowdRandom random = { seed };
  guint n_lives = 0;

  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  for (guint i = 0; i < n_rounds; i++)
    g_assert_cmpuint (threads_round_run (crowd_random_next (&random) >> 1, N_THREADS, &n_lives), ==,
                      0);
  g_test_message ("%u streams", n_lives);
}

static void
test_fixed_seed (void)
{
  run_rounds (1, get_n_rounds () / 4);
}

static void
test_fresh_seed (void)
{
  run_rounds (((guint64) g_random_int () << 31) ^ g_random_int (), get_n_rounds ());
}

static void
test_real (void)
{
  guint64 seed = ((guint64) g_random_int () << 31) ^ g_random_int ();
  CrowdRandom random = { seed };

  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  for (guint i = 0; i < 2 * get_n_rounds (); i++)
    g_assert_cmpuint (threads_real_run (crowd_random_next (&random) >> 1), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/threads/fixed-seed", test_fixed_seed);
  g_test_add_func ("/threads/fresh-seed", test_fresh_seed);
  g_test_add_func ("/threads/real", test_real);

  return g_test_run ();
}
