/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-pauses-private.h"

/* Counts how often who paused a stream, and for how long it stood still. */
struct _PtpCliPauses
{
  PtpPullToPush *stream; /* (owned) */
  GHashTable *counts;    /* (owned) (element-type utf8 guint) */
  GStrv holders;         /* (owned) (nullable): who holds it now */
  gint64 since;          /* monotonic, microseconds: since when anybody does */
  gint64 paused;         /* microseconds: how long it was until then */
};

static gboolean
holds (const GStrv holders, const char *name)
{
  return holders != NULL && g_strv_contains ((const char *const *) holders, name);
}

static void
count (PtpCliPauses *self, const char *name)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, name));

  g_hash_table_insert (self->counts, g_strdup (name), GUINT_TO_POINTER (n + 1));
}

static void
set_holders (PtpCliPauses *self, GStrv holders)
{
  gboolean was_held = self->holders != NULL && *self->holders != NULL;
  gboolean is_held = holders != NULL && *holders != NULL;
  gint64 now = g_get_monotonic_time ();

  for (gsize i = 0; is_held && holders[i] != NULL; i++)
    if (!holds (self->holders, holders[i]))
      count (self, holders[i]);

  if (is_held && !was_held)
    self->since = now;
  else if (!is_held && was_held)
    self->paused += now - self->since;

  g_strfreev (self->holders);
  self->holders = holders;
}

static void
holders_cb (GObject *stream, GParamSpec *pspec, gpointer user_data)
{
  set_holders (user_data, ptp_pull_to_push_dup_holders (PTP_PULL_TO_PUSH (stream)));
}

PtpCliPauses *
ptp_cli_pauses_new (PtpPullToPush *stream)
{
  PtpCliPauses *self = g_new0 (PtpCliPauses, 1);

  self->stream = g_object_ref (stream);
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_signal_connect (stream, "notify::holders", G_CALLBACK (holders_cb), self);
  return self;
}

void
ptp_cli_pauses_free (PtpCliPauses *self)
{
  ptp_cli_pauses_stop (self);
  g_hash_table_unref (self->counts);
  g_free (self);
}

/* The stream is over, or nobody cares any more. */
void
ptp_cli_pauses_stop (PtpCliPauses *self)
{
  if (self->stream == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->stream, self);
  g_clear_object (&self->stream);
  set_holders (self, NULL);
}

/* Returns: (transfer none) (element-type utf8 guint): how often who paused it */
GHashTable *
ptp_cli_pauses_get_counts (PtpCliPauses *self)
{
  return self->counts;
}

double
ptp_cli_pauses_get_seconds (PtpCliPauses *self)
{
  return (double) self->paused / G_USEC_PER_SEC;
}
