/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* crowd-run [--minutes M | --sequences N] [--seed S] [--fair]
 *
 * The first sequence follows from the seed itself, so that the seed of a finding plays it again.
 */

#include "crowd-options.h"
#include "crowd.h"

/* So often shares are looked at, which takes longer. */
#define FAIR_ONE_IN 20

int
main (int argc, char *argv[])
{
  gboolean fair = FALSE;
  const GOptionEntry more[] = {
    { "fair", 0, 0, G_OPTION_ARG_NONE, &fair, "Only sequences about shares", NULL },
    { NULL },
  };
  CrowdOptions options = { .n = 10000 };
  guint n_findings = 0, n = 0;
  CrowdRandom random;

  if (!crowd_options_parse (&options, &argc, &argv, "sequences", more))
    return 2;

  random.state = options.seed;
  for (; crowd_options_go_on (&options, n); n++)
    {
      const guint64 seed = n == 0 ? options.seed : crowd_random_next (&random) >> 1;

      if (fair || n % FAIR_ONE_IN == FAIR_ONE_IN - 1)
        n_findings += crowd_run_fair (seed);
      else
        n_findings += crowd_run_sequence (seed);
      crowd_options_say (&options, n, n_findings);
    }

  return crowd_options_sum_up (&options, n, n_findings);
}
