/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "crowd-options.h"

#define SAY_EVERY (2 * G_USEC_PER_SEC)

gboolean
crowd_options_parse (CrowdOptions *self,
                     int *argc,
                     char ***argv,
                     const char *what,
                     const GOptionEntry *more)
{
  const GOptionEntry entries[] = {
    { what, 0, 0, G_OPTION_ARG_INT64, &self->n, "How many", "N" },
    { "minutes", 0, 0, G_OPTION_ARG_DOUBLE, &self->minutes, "For how long, instead", "M" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &self->seed, "What everything follows from", "S" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  /* Positive, so that it can be given back. */
  self->seed = ((guint64) g_random_int () << 31) ^ g_random_int ();
  g_option_context_add_main_entries (context, entries, NULL);
  if (more != NULL)
    g_option_context_add_main_entries (context, more, NULL);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return FALSE;
    }

  /* What the library warns of is a finding. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
  self->started = self->said = g_get_monotonic_time ();
  g_print ("seed %" G_GUINT64_FORMAT "\n", self->seed);
  return TRUE;
}

gboolean
crowd_options_go_on (const CrowdOptions *self, gint64 n_done)
{
  if (self->minutes > 0)
    return (double) (g_get_monotonic_time () - self->started)
           < self->minutes * 60 * (double) G_USEC_PER_SEC;

  return n_done < self->n;
}

void
crowd_options_say (CrowdOptions *self, guint n_sequences, guint n_findings)
{
  const gint64 now = g_get_monotonic_time ();

  if (self->minutes <= 0 || now - self->said < SAY_EVERY)
    return;

  self->said = now;
  g_print ("%u sequences so far, %u findings\n", n_sequences, n_findings);
}

int
crowd_options_sum_up (const CrowdOptions *self, guint n_sequences, guint n_findings)
{
  g_print ("%u sequences, seed %" G_GUINT64_FORMAT ", %u findings\n", n_sequences, self->seed,
           n_findings);
  return n_findings > 0 ? 1 : 0;
}
