/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the programs are told, and the lines they end with: those that soak.py reads. */
typedef struct
{
  gint64 n;       /* so many, unless there are minutes */
  double minutes; /* 0 if not given */
  guint64 seed;   /* one that nobody has chosen, unless given */

  gint64 started;
  gint64 said;
} CrowdOptions;

gboolean crowd_options_parse (CrowdOptions *self,
                              int *argc,
                              char ***argv,
                              const char *what,
                              const GOptionEntry *more);
gboolean crowd_options_go_on (const CrowdOptions *self, gint64 n_done);
/* Now and then, so that who watches sees that it goes on. */
void crowd_options_say (CrowdOptions *self, guint n_sequences, guint n_findings);
/* The last line, and the exit status. */
int crowd_options_sum_up (const CrowdOptions *self, guint n_sequences, guint n_findings);

G_END_DECLS
