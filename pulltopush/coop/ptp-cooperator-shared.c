/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cooperator-private.h"

/* The table of the shared cooperators, which owns none of them.
 *
 * A reference to a GObject is not taken or dropped under the lock: with a toggle reference, such as
 * PyGObject's, that calls a language binding, which waits for its interpreter. A GWeakRef is no way
 * out, since GLib before 2.80 notifies under a lock of its own, which a thread that makes or drops
 * any GWeakRef waits for.
 *
 * So whoever wants a cooperator counts as a taker first, under the lock, then takes the reference
 * without it. A cooperator whose last reference goes meanwhile keeps one more for its takers, who
 * drop it; without takers it leaves the table, and nobody can find it any more.
 */
static GMutex lock;
static GHashTable *table; /* (element-type PtpShare PtpShare): the keys are parts of cooperators */

static guint
share_hash (gconstpointer key)
{
  const PtpShare *share = key;

  return g_direct_hash (share->context) ^ (guint) share->priority;
}

static gboolean
share_equal (gconstpointer a, gconstpointer b)
{
  const PtpShare *one = a, *other = b;

  return one->context == other->context && one->priority == other->priority;
}

/* Returns the one in the table, or NULL, after @fresh was put there if it was given. The caller is
 * one of the takers of what is returned.
 */
static PtpShare *
find_or_add (const PtpShare *key, PtpShare *fresh)
{
  PtpShare *found;

  g_mutex_lock (&lock);
  if (table == NULL)
    table = g_hash_table_new (share_hash, share_equal);

  found = g_hash_table_lookup (table, key);
  if (found != NULL)
    found->n_takers++;
  else if (fresh != NULL)
    g_hash_table_add (table, fresh);
  g_mutex_unlock (&lock);

  return found;
}

static PtpCooperator *
take (PtpShare *share)
{
  PtpCooperator *self = g_object_ref (share->cooperator);
  guint n_kept = 0;

  g_mutex_lock (&lock);
  if (--share->n_takers == 0)
    n_kept = share->n_kept;
  share->n_kept -= n_kept;
  g_mutex_unlock (&lock);

  for (; n_kept > 0; n_kept--)
    g_object_unref (self);

  return self;
}

PtpCooperator *
ptp_cooperator_ref_shared (GMainContext *context, int priority)
{
  const PtpShare key = { .context = context, .priority = priority };
  PtpShare *found = find_or_add (&key, NULL);
  g_autoptr (PtpCooperator) fresh = NULL;

  if (found != NULL)
    return take (found);

  fresh = ptp_cooperator_new (context, priority);
  fresh->share = (PtpShare){ .context = context, .priority = priority, .cooperator = fresh };
  found = find_or_add (&key, &fresh->share);

  /* Another thread may have been faster. */
  return found != NULL ? take (found) : g_steal_pointer (&fresh);
}

/* For dispose. Returns false if somebody is about to take the cooperator, which lives on then. */
gboolean
ptp_cooperator_leave_shared (PtpCooperator *self)
{
  PtpShare *share = &self->share;
  gboolean taken;

  if (share->cooperator == NULL)
    return TRUE;

  /* Before the takers hear of it. */
  g_object_ref (self);

  g_mutex_lock (&lock);
  taken = share->n_takers > 0;
  if (taken)
    share->n_kept++;
  else if (g_hash_table_lookup (table, share) == share)
    g_hash_table_remove (table, share);
  g_mutex_unlock (&lock);

  if (!taken)
    g_object_unref (self);

  return !taken;
}
