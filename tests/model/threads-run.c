/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* threads-run [--threads N] [--minutes M | --rounds N] [--seed S] */

#include "crowd-options.h"
#include "threads.h"

int
main (int argc, char *argv[])
{
  int n_threads = 4;
  const GOptionEntry more[] = {
    { "threads", 0, 0, G_OPTION_ARG_INT, &n_threads, "How many threads meddle", "N" },
    { NULL },
  };
  CrowdOptions options = { .n = 200 };
  guint n_findings = 0, n_lives = 0;
  CrowdRandom random;

  if (!crowd_options_parse (&options, &argc, &argv, "rounds", more) || n_threads < 1)
    return 2;

  random.state = options.seed;
  for (gint64 i = 0; crowd_options_go_on (&options, i); i++)
    {
      const guint64 seed = i == 0 ? options.seed : crowd_random_next (&random) >> 1;

      n_findings += threads_round_run (seed, (guint) n_threads, &n_lives);
      n_findings += threads_real_run (seed);
      crowd_options_say (&options, n_lives, n_findings);
    }

  return crowd_options_sum_up (&options, n_lives, n_findings);
}
