/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cooperator-private.h"

/* The shared ones. A cooperator that is nobody's any more leaves a stale entry behind only until
 * its finalization removes it.
 */
typedef struct
{
  GMainContext *context; /* (unowned): the cooperator owns it */
  int priority;
  GWeakRef cooperator;
} Share;

static GMutex shares_lock;
static GHashTable *shares; /* (element-type Share Share) */

static guint
share_hash (gconstpointer key)
{
  const Share *share = key;

  return g_direct_hash (share->context) ^ (guint) share->priority;
}

static gboolean
share_equal (gconstpointer a, gconstpointer b)
{
  const Share *one = a, *other = b;

  return one->context == other->context && one->priority == other->priority;
}

static void
share_free (gpointer data)
{
  Share *share = data;

  g_weak_ref_clear (&share->cooperator);
  g_free (share);
}

PtpCooperator *
ptp_cooperator_ref_shared (GMainContext *context, int priority)
{
  Share key = { .context = context, .priority = priority };
  PtpCooperator *self = NULL;
  Share *share;

  g_mutex_lock (&shares_lock);
  if (shares == NULL)
    shares = g_hash_table_new_full (share_hash, share_equal, NULL, share_free);

  share = g_hash_table_lookup (shares, &key);
  if (share != NULL)
    self = g_weak_ref_get (&share->cooperator);
  if (self == NULL)
    {
      self = ptp_cooperator_new (context, priority);
      self->shared = TRUE;
      share = g_new0 (Share, 1);
      share->context = context;
      share->priority = priority;
      g_weak_ref_init (&share->cooperator, self);
      g_hash_table_replace (shares, share, share);
    }
  g_mutex_unlock (&shares_lock);

  return self;
}

/* The entry is somebody else's if a new one was made after the last reference to this was gone. */
void
ptp_cooperator_forget_shared (PtpCooperator *self)
{
  Share key = { .context = self->context, .priority = self->priority };
  g_autoptr (PtpCooperator) other = NULL;
  Share *share;

  if (!self->shared)
    return;

  g_mutex_lock (&shares_lock);
  share = g_hash_table_lookup (shares, &key);
  if (share != NULL)
    other = g_weak_ref_get (&share->cooperator);
  if (share != NULL && other == NULL)
    g_hash_table_remove (shares, share);
  g_mutex_unlock (&shares_lock);
}
