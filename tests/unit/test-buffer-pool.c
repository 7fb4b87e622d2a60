/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "../../pulltopush/gio/ptp-buffer-pool-private.h"

#include <string.h>

#define KIB ((gsize) 1024)
#define MIB ((gsize) 1024 * 1024)

static void
test_reuse (void)
{
  PtpBuffer *buffer, *again;

  ptp_buffer_pool_enter ();
  buffer = ptp_buffer_new (64 * KIB);
  ptp_buffer_free (buffer);
  g_assert_cmpuint (ptp_buffer_pool_get_kept (), ==, 64 * KIB);
  again = ptp_buffer_new (60000);
  g_assert_true (again == buffer);
  g_assert_cmpuint (ptp_buffer_get_size (again), ==, 60000);
  g_assert_cmpuint (ptp_buffer_pool_get_kept (), ==, 0);
  ptp_buffer_free (again);
  ptp_buffer_pool_leave ();
  g_assert_cmpuint (ptp_buffer_pool_get_kept (), ==, 0);
}

/* All of every size can be written to; what is odd, tiny or huge is not kept. */
static void
test_sizes (void)
{
  const gsize sizes[] = { 1, 4096, 8192, 8193, 16384, 16385, 100000, MIB, 2 * MIB, 2 * MIB + 1 };

  ptp_buffer_pool_enter ();
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      gsize before = ptp_buffer_pool_get_kept ();
      gboolean kept = sizes[i] > 8192 && sizes[i] <= 2 * MIB;
      PtpBuffer *buffer = ptp_buffer_new (sizes[i]);

      before = MIN (before, ptp_buffer_pool_get_kept ());
      memset (ptp_buffer_get_data (buffer), 0xaa, sizes[i]);
      ptp_buffer_free (buffer);
      g_assert_cmpint (ptp_buffer_pool_get_kept () > before, ==, kept);
    }
  ptp_buffer_pool_leave ();
}

static void
test_bounded (void)
{
  PtpBuffer *buffers[200];

  ptp_buffer_pool_enter ();
  for (gsize i = 0; i < G_N_ELEMENTS (buffers); i++)
    buffers[i] = ptp_buffer_new (64 * KIB);
  for (gsize i = 0; i < G_N_ELEMENTS (buffers); i++)
    ptp_buffer_free (buffers[i]);
  g_assert_cmpuint (ptp_buffer_pool_get_kept (), ==, PTP_BUFFER_POOL_MAX);

  /* Another size takes the room of those. */
  for (gsize i = 0; i < 20; i++)
    buffers[i] = ptp_buffer_new (MIB);
  for (gsize i = 0; i < 20; i++)
    ptp_buffer_free (buffers[i]);
  g_assert_cmpuint (ptp_buffer_pool_get_kept (), ==, PTP_BUFFER_POOL_MAX);
  buffers[0] = ptp_buffer_new (64 * KIB);
  g_assert_cmpuint (ptp_buffer_pool_get_kept (), ==, PTP_BUFFER_POOL_MAX);
  ptp_buffer_free (buffers[0]);
  ptp_buffer_pool_leave ();
  g_assert_cmpuint (ptp_buffer_pool_get_kept (), ==, 0);
}

/* Ten bytes do not pin a megabyte. */
static void
test_small_result (void)
{
  g_autoptr (GBytes) bytes = NULL;
  PtpBuffer *buffer;

  ptp_buffer_pool_enter ();
  buffer = ptp_buffer_new (MIB);
  memcpy (ptp_buffer_get_data (buffer), "0123456789", 10);
  bytes = ptp_buffer_free_to_bytes (buffer, 10);
  g_assert_cmpuint (ptp_buffer_pool_get_kept (), ==, MIB);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 10);
  g_assert_true (memcmp (g_bytes_get_data (bytes, NULL), "0123456789", 10) == 0);
  ptp_buffer_pool_leave ();
}

static gpointer
unref_cb (gpointer user_data)
{
  g_bytes_unref (user_data);
  return NULL;
}

/* A chunk may outlive the pool, and be dropped on any thread. */
static void
test_large_result (void)
{
  GBytes *bytes;
  gpointer data;
  PtpBuffer *buffer;

  ptp_buffer_pool_enter ();
  buffer = ptp_buffer_new (MIB);
  data = ptp_buffer_get_data (buffer);
  bytes = ptp_buffer_free_to_bytes (buffer, MIB / 2);
  g_assert_true (g_bytes_get_data (bytes, NULL) == data);
  g_assert_cmpuint (ptp_buffer_pool_get_kept (), ==, 0);
  g_thread_join (g_thread_new ("drop", unref_cb, bytes));
  g_assert_cmpuint (ptp_buffer_pool_get_kept (), ==, MIB);

  buffer = ptp_buffer_new (MIB);
  bytes = ptp_buffer_free_to_bytes (buffer, MIB);
  ptp_buffer_pool_leave ();
  g_bytes_unref (bytes);
  g_assert_cmpuint (ptp_buffer_pool_get_kept (), ==, 0);
}

static gpointer
churn_cb (gpointer user_data)
{
  ptp_buffer_pool_enter ();
  for (gsize i = 0; i < 2000; i++)
    {
      PtpBuffer *one = ptp_buffer_new ((gsize) 16 * KIB << (i % 8));
      PtpBuffer *two = ptp_buffer_new (16 * KIB);

      *(guint8 *) ptp_buffer_get_data (one) = 1;
      *(guint8 *) ptp_buffer_get_data (two) = 2;
      ptp_buffer_free (one);
      ptp_buffer_free (two);
    }
  ptp_buffer_pool_leave ();
  return NULL;
}

static void
test_threads (void)
{
  GThread *threads[3];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("churn", churn_cb, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (ptp_buffer_pool_get_kept (), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/buffer-pool/reuse", test_reuse);
  g_test_add_func ("/buffer-pool/sizes", test_sizes);
  g_test_add_func ("/buffer-pool/bounded", test_bounded);
  g_test_add_func ("/buffer-pool/small-result", test_small_result);
  g_test_add_func ("/buffer-pool/large-result", test_large_result);
  g_test_add_func ("/buffer-pool/threads", test_threads);

  return g_test_run ();
}
