/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rule R5: everybody's last reference goes while somebody's code runs. */

#include "ptp-test-stream.h"

typedef struct
{
  PtpTestStream *t;
  gpointer producer; /* (unowned): weak pointers */
  gpointer consumer;
  gpointer stream;
} Mortals;

static void
drop_all_cb (gpointer self, gpointer user_data)
{
  Mortals *m = user_data;

  g_clear_object (&m->t->producer);
  g_clear_object (&m->t->consumer);
  g_clear_object (&m->t->stream);
}

static void
drop_and_unregister_cb (gpointer self, gpointer user_data)
{
  ptp_test_stream_unregister (((Mortals *) user_data)->t);
  drop_all_cb (self, user_data);
}

static void
mortals_init (Mortals *m, PtpTestStream *t)
{
  *m = (Mortals){ t, t->producer, t->consumer, t->stream };
  t->producer->hook_data = m;
  t->consumer->hook_data = m;
  t->ends->hook_data = m;
  g_object_add_weak_pointer (G_OBJECT (t->producer), &m->producer);
  g_object_add_weak_pointer (G_OBJECT (t->consumer), &m->consumer);
  g_object_add_weak_pointer (G_OBJECT (t->stream), &m->stream);
}

static void
mortals_run (Mortals *m, guint n_ends)
{
  PtpTestStream *t = m->t;

  ptp_test_stream_start (t);
  ptp_test_until_set (&t->ends->n_ends);
  ptp_test_drain ();
  g_assert_cmpuint (t->ends->n_ends, ==, n_ends);
  g_assert_null (m->producer);
  g_assert_null (m->consumer);
  g_assert_null (m->stream);
  g_clear_pointer (&t->ends, ptp_test_ends_unref);
  g_clear_pointer (&t->log, ptp_test_log_unref);
  g_clear_object (&t->cooperator);
}

static void
test_r5_inside_end (void)
{
  PtpTestStream t;
  Mortals m;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  mortals_init (&m, &t);
  t.ends->hook = drop_all_cb;
  mortals_run (&m, 1);
}

static void
test_r5_inside_write (void)
{
  PtpTestStream t;
  Mortals m;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b c"));
  mortals_init (&m, &t);
  t.consumer->on_write = drop_all_cb;
  mortals_run (&m, 1);
}

static void
test_r5_inside_write_unregistered (void)
{
  PtpTestStream t;
  Mortals m;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b c"));
  mortals_init (&m, &t);
  t.consumer->on_write = drop_and_unregister_cb;
  mortals_run (&m, 1);
}

static void
test_r5_inside_produce (void)
{
  PtpTestStream t;
  Mortals m;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b c"));
  mortals_init (&m, &t);
  t.producer->on_produce = drop_and_unregister_cb;
  mortals_run (&m, 1);
}

static void
test_r5_inside_unregister (void)
{
  PtpTestStream t;
  Mortals m;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  mortals_init (&m, &t);
  t.consumer->on_unregister = drop_all_cb;
  mortals_run (&m, 1);
}

static void
test_r5_inside_abort (void)
{
  PtpTestStream t;
  Mortals m;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer_error (t.producer, NULL, PTP_STEP_RESULT_FAILED,
                                  g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "Scripted"));
  mortals_init (&m, &t);
  t.consumer->on_abort = drop_and_unregister_cb;
  mortals_run (&m, 1);
}

static void
test_r5_inside_cancel (void)
{
  PtpTestStream t;
  Mortals m;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b c"));
  mortals_init (&m, &t);
  t.consumer->on_write = ptp_test_consumer_stop;
  t.producer->on_cancel = drop_and_unregister_cb;
  mortals_run (&m, 1);
}

static void
drop_stream_cb (GObject *stream, GParamSpec *pspec, gpointer user_data)
{
  Mortals *m = user_data;

  g_clear_object (&m->t->stream);
}

static void
test_r5_inside_notify (void)
{
  PtpTestStream t;
  Mortals m;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  mortals_init (&m, &t);
  g_signal_connect (t.stream, "notify::state", G_CALLBACK (drop_stream_cb), &m);
  t.ends->hook = drop_all_cb;
  mortals_run (&m, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/R5/inside-end", test_r5_inside_end);
  g_test_add_func ("/rules/R5/inside-write", test_r5_inside_write);
  g_test_add_func ("/rules/R5/inside-write-unregistered", test_r5_inside_write_unregistered);
  g_test_add_func ("/rules/R5/inside-produce", test_r5_inside_produce);
  g_test_add_func ("/rules/R5/inside-unregister", test_r5_inside_unregister);
  g_test_add_func ("/rules/R5/inside-abort", test_r5_inside_abort);
  g_test_add_func ("/rules/R5/inside-cancel", test_r5_inside_cancel);
  g_test_add_func ("/rules/R5/inside-notify", test_r5_inside_notify);

  return g_test_run ();
}
