/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Cooperators themselves: their properties, and the shared ones. */

#include "ptp-test-util.h"

static void
count_notify_cb (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_properties (void)
{
  GMainContext *context = g_main_context_new ();
  PtpCooperator *cooperator = ptp_cooperator_new (context, G_PRIORITY_LOW);
  guint n_notifies = 0;
  g_autoptr (GMainContext) got_context = NULL;
  int priority;
  gint64 slice;
  gboolean active;

  g_signal_connect (cooperator, "notify::slice", G_CALLBACK (count_notify_cb), &n_notifies);
  g_assert_cmpint (ptp_cooperator_get_slice (cooperator), ==, PTP_SLICE_DEFAULT);
  ptp_cooperator_set_slice (cooperator, PTP_SLICE_DEFAULT);
  g_assert_cmpuint (n_notifies, ==, 0);
  ptp_cooperator_set_slice (cooperator, 1234);
  g_assert_cmpuint (n_notifies, ==, 1);
  g_object_set (cooperator, "slice", (gint64) 4321, NULL);
  g_assert_cmpuint (n_notifies, ==, 2);

  g_object_get (cooperator, "context", &got_context, "priority", &priority, "slice", &slice,
                "active", &active, NULL);
  g_assert_true (got_context == context);
  g_assert_true (ptp_cooperator_get_context (cooperator) == context);
  g_assert_cmpint (priority, ==, G_PRIORITY_LOW);
  g_assert_cmpint (slice, ==, 4321);
  g_assert_false (active);
  ptp_test_assert_finalize (cooperator);
  g_main_context_unref (context);
}

static void
test_shared (void)
{
  GMainContext *context = g_main_context_new ();
  PtpCooperator *first = ptp_cooperator_ref_default ();
  g_autoptr (PtpCooperator) again = ptp_cooperator_ref_default ();
  g_autoptr (PtpCooperator) named = ptp_cooperator_ref_for_context (NULL, G_PRIORITY_DEFAULT_IDLE);
  PtpCooperator *low = ptp_cooperator_ref_for_context (NULL, G_PRIORITY_LOW);
  PtpCooperator *other = ptp_cooperator_ref_for_context (context, G_PRIORITY_DEFAULT_IDLE);

  g_assert_true (first == again);
  g_assert_true (first == named);
  g_assert_true (first != low);
  g_assert_true (first != other);
  g_assert_true (ptp_cooperator_get_context (first) == g_main_context_default ());
  g_assert_cmpint (ptp_cooperator_get_priority (first), ==, G_PRIORITY_DEFAULT_IDLE);

  g_main_context_push_thread_default (context);
  g_clear_object (&again);
  again = ptp_cooperator_ref_default ();
  g_assert_true (again == other);
  g_main_context_pop_thread_default (context);

  /* Nobody but its users keeps a shared one. */
  g_clear_object (&again);
  g_clear_object (&named);
  ptp_test_assert_finalize (first);
  ptp_test_assert_finalize (low);
  ptp_test_assert_finalize (other);
  first = ptp_cooperator_ref_default ();
  g_assert_true (PTP_IS_COOPERATOR (first));
  ptp_test_assert_finalize (first);
  g_main_context_unref (context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cooperator/properties", test_properties);
  g_test_add_func ("/cooperator/shared", test_shared);

  return g_test_run ();
}
