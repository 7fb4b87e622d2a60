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
 * without it. A cooperator whose last reference goes leaves the table, and nobody can find it any
 * more, unless there are takers, or one has come and gone since GObject found that the reference
 * was the last: then it has an owner, and lives on. Until GObject has dropped the reference, that
 * owner's must not become the last, so the thread that drops keeps one more, and lets go of it the
 * next time it comes here, or when it ends.
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

static void free_kept (gpointer data);

/* (owned) (nullable) (element-type PtpCooperator): what this thread keeps */
static GPrivate kept = G_PRIVATE_INIT (free_kept);

/* Dropping a reference may mean that it has to be kept once more. */
static void
free_kept (gpointer data)
{
  GPtrArray *cooperators = data;

  while (cooperators != NULL)
    {
      g_private_set (&kept, NULL);
      g_ptr_array_unref (cooperators);
      cooperators = g_private_get (&kept);
    }
}

static void
drop_kept (void)
{
  free_kept (g_private_get (&kept));
}

/* Takes @self. */
static void
keep (PtpCooperator *self)
{
  GPtrArray *cooperators = g_private_get (&kept);

  if (cooperators == NULL)
    {
      cooperators = g_ptr_array_new_with_free_func (g_object_unref);
      g_private_set (&kept, cooperators);
    }
  g_ptr_array_add (cooperators, self);
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

  g_mutex_lock (&lock);
  share->n_takers--;
  g_mutex_unlock (&lock);

  return self;
}

PtpCooperator *
ptp_cooperator_ref_shared (GMainContext *context, int priority)
{
  const PtpShare key = { .context = context, .priority = priority };
  g_autoptr (PtpCooperator) fresh = NULL;
  PtpShare *found;

  drop_kept ();
  found = find_or_add (&key, NULL);
  if (found != NULL)
    return take (found);

  fresh = ptp_cooperator_new (context, priority);
  fresh->share = (PtpShare){ .context = context, .priority = priority, .cooperator = fresh };
  found = find_or_add (&key, &fresh->share);

  /* Another thread may have been faster. */
  return found != NULL ? take (found) : g_steal_pointer (&fresh);
}

/* With the lock held, by the thread that has one reference more than the one that goes. */
static gboolean
has_owner_locked (PtpCooperator *self)
{
  return self->share.n_takers > 0 || g_atomic_int_get ((int *) &G_OBJECT (self)->ref_count) > 2;
}

/* For dispose. Returns false if the cooperator lives on. */
gboolean
ptp_cooperator_leave_shared (PtpCooperator *self)
{
  PtpShare *share = &self->share;
  gboolean lives_on;

  if (share->cooperator == NULL)
    return TRUE;

  drop_kept ();
  g_object_ref (self);

  g_mutex_lock (&lock);
  lives_on = has_owner_locked (self);
  if (!lives_on && g_hash_table_lookup (table, share) == share)
    g_hash_table_remove (table, share);
  g_mutex_unlock (&lock);

  if (lives_on)
    keep (self);
  else
    g_object_unref (self);

  return !lives_on;
}
