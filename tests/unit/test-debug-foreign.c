/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What PTP_DEBUG is not understood as is said when nothing is locked: whoever handles messages may
 * wait for a thread that makes the first stream.
 */

#include "ptp-test-util.h"

#include <unistd.h>

#define SAFETY_SECONDS (100)

static guint n_said;

static gpointer
make_classes_cb (gpointer user_data)
{
  g_type_class_unref (g_type_class_ref (PTP_TYPE_PULL_TO_PUSH));
  g_type_class_unref (g_type_class_ref (PTP_TYPE_COOPERATIVE_TASK));
  g_object_unref (ptp_cooperator_ref_default ());

  return NULL;
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") && g_str_has_prefix (fields[i].value, "PTP_DEBUG"))
      {
        n_said++;
        g_thread_join (g_thread_new ("ptp-test", make_classes_cb, NULL));
        return G_LOG_WRITER_HANDLED;
      }

  return g_log_writer_default (level, fields, n_fields, user_data);
}

static void
test_not_understood (void)
{
  g_type_class_unref (g_type_class_ref (PTP_TYPE_PULL_TO_PUSH));
  g_assert_cmpuint (n_said, ==, 0);
  g_object_unref (ptp_cooperator_ref_default ());
  g_assert_cmpuint (n_said, ==, 3);
  g_object_unref (ptp_cooperator_ref_default ());
  g_assert_cmpuint (n_said, ==, 3);
}

int
main (int argc, char **argv)
{
  g_setenv ("PTP_DEBUG", "stalls,sates,stpes", TRUE);
  g_setenv ("PTP_DEBUG_STALL_SECONDS", "soon", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (write_log, NULL, NULL);
  alarm (SAFETY_SECONDS);

  g_test_add_func ("/debug/not-understood", test_not_understood);

  return g_test_run ();
}
