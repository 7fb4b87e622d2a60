/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Many streams and tasks at random, a bounded number of times; crowd-run goes on for longer. */

#include "crowd.h"

/* For valgrind, and whatever else is slow. */
static guint
get_n_sequences (void)
{
  const char *n = g_getenv ("PTP_CROWD_SEQUENCES");

  return n != NULL ? (guint) g_ascii_strtoull (n, NULL, 10) : 4000;
}

static guint64
choose_seed (void)
{
  return ((guint64) g_random_int () << 31) ^ g_random_int ();
}

static void
run_sequences (guint (*run) (guint64), guint64 seed, guint n)
{
  CrowdRandom random = { seed };

  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (run (crowd_random_next (&random) >> 1), ==, 0);
}

static void
test_fixed_seed (void)
{
  run_sequences (crowd_run_sequence, 1, get_n_sequences () / 4);
}

static void
test_fresh_seed (void)
{
  run_sequences (crowd_run_sequence, choose_seed (), get_n_sequences ());
}

static void
test_shares (void)
{
  run_sequences (crowd_run_fair, choose_seed (), get_n_sequences () / 10);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/crowd/fixed-seed", test_fixed_seed);
  g_test_add_func ("/crowd/fresh-seed", test_fresh_seed);
  g_test_add_func ("/crowd/shares", test_shares);

  return g_test_run ();
}
