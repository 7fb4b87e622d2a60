/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-test-gone.h"

/* A safety net, nothing that a good run ever waits for. */
#define PATIENCE (100 * G_USEC_PER_SEC)

static void
gone_cb (gpointer user_data, GObject *where_it_was)
{
  g_atomic_int_set ((int *) user_data, TRUE);
  g_main_context_wakeup (g_main_context_get_thread_default ());
}

/* The last reference may go in another thread, which does not know this context. */
void
ptp_test_wait_for_last (gpointer object)
{
  const gint64 deadline = g_get_monotonic_time () + PATIENCE;
  const char *type = G_OBJECT_TYPE_NAME (object);
  int gone = FALSE;

  g_object_weak_ref (G_OBJECT (object), gone_cb, &gone);
  g_object_unref (object);
  while (!g_atomic_int_get (&gone))
    {
      ptp_test_drain ();
      g_thread_yield ();
      if (g_get_monotonic_time () > deadline)
        g_error ("Somebody has leaked a %s", type);
    }
}

guint
ptp_test_count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

void
ptp_test_until_descriptors (guint n)
{
  const gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (ptp_test_count_descriptors () > n)
    {
      ptp_test_drain ();
      g_thread_yield ();
      if (g_get_monotonic_time () > deadline)
        g_error ("%u descriptors were left open", ptp_test_count_descriptors () - n);
    }
}
