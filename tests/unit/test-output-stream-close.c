/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How a PtpOutputStreamConsumer ends: finished, aborted, dropped; with a double below. */

#include "ptp-test-writing.h"

static void
assert_ended (PtpTestWriting *t, gboolean flushed, int n_closes, int n_cancelled_closes)
{
  /* GIO flushes once more when it closes. */
  g_assert_true (flushed == (g_atomic_int_get (&t->output->n_flushes) > 0));
  g_assert_cmpint (g_atomic_int_get (&t->output->n_closes), ==, n_closes);
  g_assert_cmpint (g_atomic_int_get (&t->output->n_cancelled_closes), ==, n_cancelled_closes);
  ptp_test_writing_assert_exact (t);
}

static void
assert_undone (PtpTestWriting *t)
{
  ptp_test_writing_assert_undone (t);
  g_assert_cmpuint (t->n_failed, ==, 0);
  g_assert_no_error (ptp_output_stream_consumer_get_error (t->consumer));
}

static void
test_b5_finish_drains (gconstpointer way)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  t.output->take = 999;
  ptp_test_writing_write (&t, 100000);
  ptp_test_writing_finish_wait (&t);
  ptp_test_writing_assert_whole (&t);
  ptp_test_writing_assert_numbers (&t, 100000, 0);
  assert_ended (&t, TRUE, 1, 0);
  ptp_test_log_assert (t.log, "settled");
  ptp_test_writing_clear (&t);
}

/* A producer that has said its end is neither resumed nor paused. */
static void
test_b5_finish_when_full (gconstpointer way)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  ptp_test_writing_set_marks (&t, 10, 100, 1000);
  t.output->take = 7;
  t.output->room = 0;
  ptp_test_writing_write (&t, 500);
  ptp_test_log_assert (t.log, "pause");
  ptp_test_writing_finish (&t);
  ptp_test_output_stream_add_room (t.output, 500);
  ptp_test_writing_until_settled (&t);
  ptp_test_writing_assert_whole (&t);
  assert_ended (&t, TRUE, 1, 0);
  ptp_test_log_assert (t.log, "settled");
  ptp_test_writing_clear (&t);
}

static void
test_finish_without_a_byte (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  ptp_test_writing_finish_wait (&t);
  ptp_test_writing_assert_whole (&t);
  assert_ended (&t, TRUE, 1, 0);
  ptp_test_writing_clear (&t);
}

static void
test_keep_open (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  ptp_output_stream_consumer_set_keep_open (t.consumer, TRUE);
  ptp_test_writing_write (&t, 10);
  ptp_test_writing_finish_wait (&t);
  ptp_test_writing_assert_whole (&t);
  assert_ended (&t, TRUE, 0, 0);
  g_assert_false (g_output_stream_is_closed (t.stream));
  ptp_test_writing_clear (&t);
}

/* The first end counts. */
static void
test_l17_finish_twice (gconstpointer way)
{
  g_autoptr (GError) reason = g_error_new_literal (PTP_ERROR, PTP_ERROR_STOPPED, "too late");
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  ptp_test_writing_write (&t, 10);
  ptp_test_writing_finish (&t);
  g_assert_cmpint (ptp_consumer_finish (PTP_CONSUMER (t.consumer), NULL), ==,
                   PTP_END_RESULT_FAILED);
  g_assert_cmpuint (t.n_settled, ==, 0);
  ptp_test_writing_until_settled (&t);
  ptp_test_writing_assert_whole (&t);
  assert_ended (&t, TRUE, 1, 0);
  g_assert_cmpint (ptp_consumer_abort (PTP_CONSUMER (t.consumer), reason, NULL), ==,
                   PTP_END_RESULT_FAILED);
  ptp_test_drain ();
  assert_ended (&t, TRUE, 1, 0);
  ptp_test_writing_clear (&t);
}

/* Finishing fails because of what it does itself; then nothing is committed (rule L17). */
static void
test_flush_fails (gconstpointer keep_open)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  ptp_output_stream_consumer_set_keep_open (t.consumer, GPOINTER_TO_INT (keep_open));
  t.output->fail_flush = TRUE;
  ptp_test_writing_write (&t, 10);
  ptp_test_writing_finish_wait (&t);
  g_assert_error (t.settle_error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpstr (t.settle_error->message, ==,
                   "Finishing the output stream after 10 bytes: no flush");
  g_assert_error (ptp_output_stream_consumer_get_error (t.consumer), G_IO_ERROR,
                  G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (t.n_failed, ==, 1);
  if (GPOINTER_TO_INT (keep_open))
    assert_ended (&t, TRUE, 0, 0);
  else
    assert_ended (&t, TRUE, 1, 1);
  ptp_test_log_assert (t.log, "failed settled");
  ptp_test_writing_clear (&t);
}

static void
test_close_fails (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  t.output->fail_close = TRUE;
  ptp_test_writing_write (&t, 10);
  ptp_test_writing_finish_wait (&t);
  g_assert_cmpstr (t.settle_error->message, ==,
                   "Finishing the output stream after 10 bytes: no close");
  g_assert_cmpuint (t.n_failed, ==, 1);
  ptp_test_writing_clear (&t);
}

static void
test_failure_while_draining (gconstpointer way)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  t.output->take = 4;
  t.output->fail_at = 2;
  ptp_test_writing_write (&t, 10);
  ptp_test_writing_finish_wait (&t);
  g_assert_error (t.settle_error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (t.n_failed, ==, 1);
  ptp_test_log_assert (t.log, "failed settled");
  ptp_test_writing_assert_numbers (&t, 4, 0);
  assert_ended (&t, FALSE, 1, 1);
  ptp_test_writing_clear (&t);
}

/* The reader never takes more, and somebody loses patience. */
static void
test_b5_cancel_while_draining (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_POLLABLE);
  t.output->room = 30;
  ptp_test_writing_write (&t, 100);
  ptp_test_writing_finish (&t);
  ptp_test_drain ();
  g_assert_cmpuint (t.n_settled, ==, 0);
  ptp_test_writing_cancel (&t);
  g_assert_cmpuint (t.n_settled, ==, 0);
  ptp_test_writing_until_settled (&t);
  assert_undone (&t);
  ptp_test_writing_assert_numbers (&t, 30, 0);
  assert_ended (&t, FALSE, 1, 1);
  ptp_test_writing_clear (&t);
}

/* Nothing more is written, not even what there would have been room for. */
static void
test_b5_cancel_at_once (gconstpointer way)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  ptp_test_writing_write (&t, 100);
  ptp_test_writing_cancel (&t);
  ptp_test_writing_until_settled (&t);
  assert_undone (&t);
  ptp_test_writing_assert_numbers (&t, 0, 0);
  assert_ended (&t, FALSE, 1, 1);
  ptp_test_writing_clear (&t);
}

/* A sink that cannot take anything back gets all of it before it ends uncleanly; one that may be
 * able to gets no more.
 */
static void
test_b5_abort (gconstpointer way)
{
  const gboolean drains = GPOINTER_TO_UINT (way) == PTP_TEST_OUTPUT_POLLABLE;
  PtpTestWriting t;
  g_autoptr (GError) error = NULL;

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  t.output->take = 7;
  ptp_test_writing_write (&t, 100);
  ptp_test_writing_abort (&t);
  g_assert_false (ptp_test_writing_try (&t, 1, &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
  ptp_test_writing_until_settled (&t);
  assert_undone (&t);
  ptp_test_writing_assert_numbers (&t, drains ? 100 : 0, 0);
  assert_ended (&t, drains, 1, 1);
  ptp_test_log_assert (t.log, "settled");
  ptp_test_writing_clear (&t);
}

/* An abort that drains meets a reader that goes. */
static void
test_b5_abort_drains_in_vain (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_POLLABLE);
  t.output->take = 7;
  t.output->fail_at = 3;
  ptp_test_writing_write (&t, 100);
  ptp_test_writing_abort (&t);
  ptp_test_writing_until_settled (&t);
  ptp_test_writing_assert_undone (&t);
  ptp_test_writing_assert_numbers (&t, 14, 0);
  g_assert_cmpint (g_atomic_int_get (&t.output->n_cancelled_closes), ==, 1);
  ptp_test_log_assert (t.log, "failed settled");
  ptp_test_writing_clear (&t);
}

typedef struct
{
  PtpTestWriting *t;
  gboolean cancels;
} Late;

/* From a thread of GIO's, in the middle of the flush or the close, to the context. */
static gboolean
abort_late_cb (gpointer user_data)
{
  Late *self = user_data;

  if (self->cancels)
    ptp_test_writing_cancel (self->t);
  else
    ptp_test_writing_abort (self->t);
  ptp_test_output_stream_go_on (self->t->output);
  return G_SOURCE_REMOVE;
}

static void
in_thread_cb (gpointer output, gpointer user_data)
{
  g_main_context_invoke (NULL, abort_late_cb, user_data);
}

/* An abort while the stream is being flushed is in time. */
static void
test_e10_abort_while_flushing (gconstpointer cancels)
{
  PtpTestWriting t;
  Late late = { .t = &t, .cancels = GPOINTER_TO_INT (cancels) };

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  ptp_test_writing_write (&t, 10);
  t.output->on_flush = in_thread_cb;
  t.output->hook_data = &late;
  ptp_test_writing_finish (&t);
  ptp_test_writing_until_settled (&t);
  assert_undone (&t);
  assert_ended (&t, TRUE, 1, 1);
  ptp_test_writing_clear (&t);
}

/* An abort while it is being closed is too late: the close is never cancelled, and what it has done
 * is what is said.
 */
static void
test_e10_abort_while_closing (gconstpointer cancels)
{
  PtpTestWriting t;
  Late late = { .t = &t, .cancels = GPOINTER_TO_INT (cancels) };

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  ptp_test_writing_write (&t, 10);
  t.output->on_close = in_thread_cb;
  t.output->hook_data = &late;
  ptp_test_writing_finish (&t);
  ptp_test_writing_until_settled (&t);
  ptp_test_writing_assert_whole (&t);
  assert_ended (&t, TRUE, 1, 0);
  ptp_test_writing_clear (&t);
}

static void
test_e10_abort_while_close_fails (void)
{
  PtpTestWriting t;
  Late late = { .t = &t };

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  ptp_test_writing_write (&t, 10);
  t.output->on_close = in_thread_cb;
  t.output->hook_data = &late;
  t.output->fail_close = TRUE;
  ptp_test_writing_finish (&t);
  ptp_test_writing_until_settled (&t);
  g_assert_error (t.settle_error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  ptp_test_writing_clear (&t);
}

/* One write cannot be taken back: the end waits for it, and it counts. */
static void
test_b5_abort_in_flight (gconstpointer fails)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_HELD);
  t.output->take = 60;
  t.output->fail_at = GPOINTER_TO_INT (fails) ? 1 : 0;
  ptp_test_writing_write (&t, 100);
  ptp_test_drain ();
  g_assert_nonnull (t.output->held);
  ptp_test_writing_abort (&t);
  ptp_test_writing_assert_numbers (&t, 0, 0);
  ptp_test_drain ();
  g_assert_cmpuint (t.n_settled, ==, 0);
  assert_ended (&t, FALSE, 0, 0);

  ptp_test_output_stream_release (t.output);
  ptp_test_writing_until_settled (&t);
  assert_undone (&t);
  ptp_test_writing_assert_numbers (&t, GPOINTER_TO_INT (fails) ? 0 : 60, 0);
  assert_ended (&t, FALSE, 1, 1);
  ptp_test_writing_clear (&t);
}

static void
test_abort_keeps_open (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  ptp_output_stream_consumer_set_keep_open (t.consumer, TRUE);
  ptp_test_writing_write (&t, 100);
  ptp_test_writing_abort (&t);
  ptp_test_writing_until_settled (&t);
  assert_undone (&t);
  assert_ended (&t, FALSE, 0, 0);
  ptp_test_writing_clear (&t);
}

static void
gone_cb (gpointer gone, GObject *object)
{
  *(gboolean *) gone = TRUE;
}

/* Finishing and aborting go on without anybody else's reference. */
static void
test_end_keeps_alive (gconstpointer aborts)
{
  g_autoptr (GError) reason = g_error_new_literal (PTP_ERROR, PTP_ERROR_STOPPED, "enough");
  PtpTestWriting t;
  PtpOutputStreamConsumer *consumer;
  gboolean gone = FALSE;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_HELD);
  g_object_weak_ref (G_OBJECT (t.consumer), gone_cb, &gone);
  ptp_test_writing_write (&t, 100);
  ptp_test_drain ();
  if (GPOINTER_TO_INT (aborts))
    g_assert_cmpint (ptp_consumer_abort (PTP_CONSUMER (t.consumer), reason, NULL), ==,
                     PTP_END_RESULT_PENDING);
  else
    g_assert_cmpint (ptp_consumer_finish (PTP_CONSUMER (t.consumer), NULL), ==,
                     PTP_END_RESULT_PENDING);
  consumer = g_steal_pointer (&t.consumer);
  g_object_unref (consumer);
  ptp_test_drain ();
  g_assert_false (gone);
  ptp_test_output_stream_release (t.output);
  ptp_test_until_set (&gone);
  g_assert_true (g_output_stream_is_closed (t.stream));
  g_assert_cmpuint (t.output->bytes->len, ==, 100);

  t.consumer = ptp_output_stream_consumer_new (t.stream);
  ptp_test_writing_clear (&t);
}

/* The last reference goes with data queued, in every state of a write: nothing dangles, and the
 * stream is closed, cancelled, when the write that runs is over (rule T4).
 */
static void
test_finalize_while_writing (gconstpointer way)
{
  for (guint turns = 0; turns < 5; turns++)
    {
      PtpTestWriting t;
      guint written;

      ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
      t.output->take = 10;
      t.output->room = 15;
      ptp_test_writing_unregister (&t);
      ptp_test_writing_write (&t, 100);
      ptp_test_turns (turns);
      g_assert_finalize_object (t.consumer);
      written = t.output->bytes->len;
      if (t.output->held != NULL)
        ptp_test_output_stream_release (t.output);
      ptp_test_output_stream_add_room (t.output, 1000);
      ptp_test_drain ();
      /* But for the one write that may have been under way. */
      g_assert_cmpuint (t.output->bytes->len, <=, written + 10);
      g_assert_true (g_output_stream_is_closed (t.stream));
      g_assert_cmpint (g_atomic_int_get (&t.output->n_cancelled_closes), ==, 1);

      t.consumer = ptp_output_stream_consumer_new (t.stream);
      ptp_test_writing_clear (&t);
    }
}

static void
unref_in_thread (gpointer consumer, gpointer unused)
{
  g_assert_finalize_object (G_OBJECT (consumer));
}

static void
test_t4_last_reference_elsewhere (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_HELD);
  ptp_test_writing_write (&t, 100);
  ptp_test_drain ();
  ptp_test_log_clear (t.log);
  ptp_test_in_thread (unref_in_thread, t.consumer, NULL);
  ptp_test_log_assert (t.log, "");
  g_assert_false (g_output_stream_is_closed (t.stream));
  ptp_test_output_stream_release (t.output);
  ptp_test_drain ();
  g_assert_cmpint (g_atomic_int_get (&t.output->n_cancelled_closes), ==, 1);

  t.consumer = ptp_output_stream_consumer_new (t.stream);
  ptp_test_writing_clear (&t);
}

/* What a language binding may do. */
static void
test_run_dispose (void)
{
  PtpTestWriting t;
  g_autoptr (GError) error = NULL;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  ptp_test_writing_write (&t, 100);
  g_object_run_dispose (G_OBJECT (t.consumer));
  g_assert_false (ptp_test_writing_try (&t, 1, &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
  ptp_test_writing_abort (&t);
  ptp_test_writing_until_settled (&t);
  ptp_test_writing_assert_undone (&t);
  ptp_test_writing_clear (&t);
}

/* All is done on the context of the construction, also when another is the default. */
static void
in_context_cb (gpointer output, gpointer context)
{
  g_assert_true (g_main_context_get_thread_default () == context);
}

static void
test_t1_context (gconstpointer way)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  PtpTestWriting t;

  g_main_context_push_thread_default (context);
  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  t.output->take = 7;
  t.output->on_write = in_context_cb;
  t.output->hook_data = context;
  ptp_test_writing_write (&t, 100);
  g_main_context_pop_thread_default (context);

  while (ptp_output_stream_consumer_get_bytes_written (t.consumer) < 50)
    g_main_context_iteration (context, TRUE);
  g_main_context_push_thread_default (context);
  ptp_test_writing_finish_wait (&t);
  ptp_test_writing_assert_whole (&t);
  ptp_test_writing_clear (&t);
  g_main_context_pop_thread_default (context);
}

#define ADD_WAY(name, func, suffix, way)                                                           \
  g_test_add_data_func ("/output-stream-consumer/" name "/" suffix,                                \
                        GUINT_TO_POINTER (PTP_TEST_OUTPUT_##way), func)

#define ADD_WAYS(name, func)                                                                       \
  G_STMT_START                                                                                     \
  {                                                                                                \
    ADD_WAY (name, func, "async", ASYNC);                                                          \
    ADD_WAY (name, func, "at-once", AT_ONCE);                                                      \
    ADD_WAY (name, func, "pollable", POLLABLE);                                                    \
  }                                                                                                \
  G_STMT_END

#define ADD_BOTH(name, func, first, second)                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_test_add_data_func ("/output-stream-consumer/" name "/" first, GINT_TO_POINTER (FALSE),      \
                          func);                                                                   \
    g_test_add_data_func ("/output-stream-consumer/" name "/" second, GINT_TO_POINTER (TRUE),      \
                          func);                                                                   \
  }                                                                                                \
  G_STMT_END

#define ADD(name, func) g_test_add_func ("/output-stream-consumer/" name, func)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD_WAYS ("B5/finish-drains", test_b5_finish_drains);
  ADD_WAYS ("B5/finish-when-full", test_b5_finish_when_full);
  ADD ("finish-without-a-byte", test_finish_without_a_byte);
  ADD ("keep-open", test_keep_open);
  ADD_WAYS ("L17/finish-twice", test_l17_finish_twice);
  ADD_BOTH ("L17/flush-fails", test_flush_fails, "close", "keep-open");
  ADD ("L17/close-fails", test_close_fails);
  ADD_WAYS ("L17/failure-while-draining", test_failure_while_draining);
  ADD ("B5/cancel-while-draining", test_b5_cancel_while_draining);
  ADD_WAYS ("B5/cancel-at-once", test_b5_cancel_at_once);
  ADD_WAYS ("B5/abort", test_b5_abort);
  ADD ("B5/abort-drains-in-vain", test_b5_abort_drains_in_vain);
  ADD_BOTH ("E10/abort-while-flushing", test_e10_abort_while_flushing, "stopped", "cancelled");
  ADD_BOTH ("E10/abort-while-closing", test_e10_abort_while_closing, "stopped", "cancelled");
  ADD ("E10/abort-while-close-fails", test_e10_abort_while_close_fails);
  ADD_BOTH ("B5/abort-in-flight", test_b5_abort_in_flight, "succeeds", "fails");
  ADD ("abort-keeps-open", test_abort_keeps_open);
  ADD_BOTH ("end-keeps-alive", test_end_keeps_alive, "finish", "abort");
  ADD_WAYS ("T4/finalize-while-writing", test_finalize_while_writing);
  ADD_WAY ("T4/finalize-while-writing", test_finalize_while_writing, "held", HELD);
  ADD ("T4/last-reference-elsewhere", test_t4_last_reference_elsewhere);
  ADD ("run-dispose", test_run_dispose);
  ADD_WAYS ("T1/context", test_t1_context);

  return g_test_run ();
}
