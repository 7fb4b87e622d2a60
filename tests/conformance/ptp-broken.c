/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-broken.h"

typedef struct
{
  GWeakRef object;
  PtpBrokenFunc func;
} Call;

static GPtrArray *leaked;

/* Takes a reference. */
void
ptp_broken_leak (gpointer object)
{
  if (leaked == NULL)
    leaked = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (leaked, g_object_ref (object));
}

void
ptp_broken_free_leaked (void)
{
  g_clear_pointer (&leaked, g_ptr_array_unref);
}

static void
free_call (gpointer user_data)
{
  Call *call = user_data;

  g_weak_ref_clear (&call->object);
  g_free (call);
}

static gboolean
call_cb (gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GObject) object = g_weak_ref_get (&call->object);

  if (object != NULL)
    call->func (object);

  return G_SOURCE_REMOVE;
}

guint
ptp_broken_later (gpointer object, PtpBrokenFunc func)
{
  Call *call = g_new0 (Call, 1);

  g_weak_ref_init (&call->object, object);
  call->func = func;
  return g_idle_add_full (G_PRIORITY_DEFAULT, call_cb, call, free_call);
}

static gpointer
thread_cb (gpointer user_data)
{
  call_cb (user_data);
  return NULL;
}

void
ptp_broken_in_thread (gpointer object, PtpBrokenFunc func)
{
  Call *call = g_new0 (Call, 1);

  g_weak_ref_init (&call->object, object);
  call->func = func;
  g_thread_join (g_thread_new ("broken", thread_cb, call));
  free_call (call);
}
