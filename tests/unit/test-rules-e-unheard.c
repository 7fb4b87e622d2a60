/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rule E13: a failure that nobody waits for is not silent. */

#include "ptp-test-producer.h"
#include "ptp-test-stream.h"
#include "ptp-test-wait.h"
#include "ptp-test-worker.h"

typedef struct
{
  guint n_reports;
  GObject *object; /* (owned) (nullable) */
  GError *error;   /* (owned) (nullable) */
  GThread *thread;
  guint n_destroys;
} Report;

static Report report;

static void
report_cb (GObject *object, const GError *error, gpointer user_data)
{
  Report *self = user_data;

  g_set_object (&self->object, object);
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
  self->thread = g_thread_self ();
  self->n_reports++;
}

static void
destroy_cb (gpointer user_data)
{
  ((Report *) user_data)->n_destroys++;
}

static void
report_begin (void)
{
  report = (Report){ 0 };
  ptp_set_unheard_func (report_cb, &report, destroy_cb);
}

static void
report_end (guint n_reports)
{
  ptp_test_drain ();
  ptp_set_unheard_func (NULL, NULL, NULL);
  g_assert_cmpuint (report.n_destroys, ==, 1);
  g_assert_cmpuint (report.n_reports, ==, n_reports);
  g_clear_object (&report.object);
  g_clear_error (&report.error);
}

/* A stream, of which nobody hears anything unless the test does. */
typedef struct
{
  PtpTestProducer *producer;
  PtpTestConsumer *consumer;
  PtpPullToPush *stream;
} Lonely;

static gboolean
has_ended (gpointer stream)
{
  return ptp_pull_to_push_get_state (stream) >= PTP_STREAM_STATE_FINISHED;
}

static void
lonely_init (Lonely *self)
{
  self->producer = ptp_test_producer_new ();
  self->producer->rest = PTP_STEP_RESULT_PENDING;
  self->consumer = ptp_test_consumer_new ();
  self->stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (self->producer),
                                          PTP_CONSUMER (self->consumer), NULL);
  ptp_test_drain ();
}

static void
lonely_break (Lonely *self, int code)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, code, "Line is busy");

  ptp_pull_producer_emit_broken (PTP_PULL_PRODUCER (self->producer), error);
}

static void
lonely_fail (Lonely *self)
{
  lonely_break (self, G_IO_ERROR_BUSY);
}

/* Until the end is there, and not one turn longer. */
static void
lonely_until_ended (Lonely *self)
{
  ptp_test_until (has_ended, self->stream);
}

static void
lonely_clear (Lonely *self)
{
  ptp_test_assert_finalize (g_steal_pointer (&self->stream));
  ptp_test_assert_finalize (g_steal_pointer (&self->consumer));
  ptp_test_assert_finalize (g_steal_pointer (&self->producer));
}

static void
test_nobody (void)
{
  Lonely l;

  report_begin ();
  lonely_init (&l);
  lonely_fail (&l);
  lonely_until_ended (&l);
  g_assert_cmpuint (report.n_reports, ==, 0);
  ptp_test_until_set (&report.n_reports);
  g_assert_true (report.object == G_OBJECT (l.stream));
  g_assert_error (report.error, G_IO_ERROR, G_IO_ERROR_BUSY);
  report_end (1);
  lonely_clear (&l);
}

/* It stays until it is told, also if nobody else keeps it. */
static void
test_dropped (void)
{
  Lonely l;

  report_begin ();
  lonely_init (&l);
  lonely_fail (&l);
  g_clear_object (&l.stream);
  ptp_test_until_set (&report.n_reports);
  g_assert_true (PTP_IS_PULL_TO_PUSH (report.object));
  report_end (1);
  ptp_test_assert_finalize (l.consumer);
  ptp_test_assert_finalize (l.producer);
}

static void
test_debug_message (void)
{
  Lonely l;

  lonely_init (&l);
  lonely_fail (&l);
  lonely_until_ended (&l);
  g_test_expect_message ("PullToPush", G_LOG_LEVEL_DEBUG, "*PtpPullToPush*Line is busy*");
  ptp_test_drain ();
  g_test_assert_expected_messages ();
  lonely_clear (&l);
}

/* Somebody heard. */

static void
ignore_cb (void)
{
}

static void
test_handlers (void)
{
  const char *const signals[] = { "failed", "notify::state", "notify::error" };

  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      Lonely l;

      report_begin ();
      lonely_init (&l);
      g_signal_connect (l.stream, signals[i], G_CALLBACK (ignore_cb), NULL);
      lonely_fail (&l);
      lonely_until_ended (&l);
      report_end (0);
      lonely_clear (&l);
    }
}

/* Handlers of other signals do not count, nor does one that was disconnected. */
static void
test_other_handlers (void)
{
  const char *const signals[] = { "finished", "stopped", "notify::holders", "failed" };

  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      Lonely l;
      gulong id;

      report_begin ();
      lonely_init (&l);
      id = g_signal_connect (l.stream, signals[i], G_CALLBACK (ignore_cb), NULL);
      if (g_str_equal (signals[i], "failed"))
        g_signal_handler_disconnect (l.stream, id);
      lonely_fail (&l);
      lonely_until_ended (&l);
      report_end (1);
      lonely_clear (&l);
    }
}

static void
test_wait (void)
{
  g_auto (PtpTestWait) wait = { 0 };
  Lonely l;

  report_begin ();
  lonely_init (&l);
  ptp_test_wait_start (&wait, l.stream, NULL);
  lonely_fail (&l);
  ptp_test_wait_until_over (&wait);
  g_assert_error (wait.error, G_IO_ERROR, G_IO_ERROR_BUSY);
  report_end (0);
  lonely_clear (&l);
}

/* As an await does of a stream that has failed meanwhile. */
static void
test_wait_in_that_turn (void)
{
  g_auto (PtpTestWait) wait = { 0 };
  Lonely l;

  report_begin ();
  lonely_init (&l);
  lonely_fail (&l);
  lonely_until_ended (&l);
  ptp_test_wait_start (&wait, l.stream, NULL);
  ptp_test_wait_until_over (&wait);
  report_end (0);
  lonely_clear (&l);
}

static void
test_read_in_that_turn (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      Lonely l;

      report_begin ();
      lonely_init (&l);
      lonely_fail (&l);
      lonely_until_ended (&l);
      if (i == 0)
        g_assert_nonnull (ptp_pull_to_push_get_error (l.stream));
      else
        g_object_get (l.stream, "error", &error, NULL);
      report_end (0);
      lonely_clear (&l);
    }
}

/* Reading it before there was one proves nothing. */
static void
test_read_too_early (void)
{
  Lonely l;

  report_begin ();
  lonely_init (&l);
  g_assert_no_error (ptp_pull_to_push_get_error (l.stream));
  lonely_fail (&l);
  g_assert_no_error (ptp_pull_to_push_get_error (l.stream));
  lonely_until_ended (&l);
  report_end (1);
  lonely_clear (&l);
}

/* Ends that were asked for */

static void
test_stopped (void)
{
  Lonely l;

  report_begin ();
  lonely_init (&l);
  ptp_pull_to_push_stop_streaming (l.stream);
  lonely_until_ended (&l);
  report_end (0);
  lonely_clear (&l);
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Lonely l;

  report_begin ();
  lonely_init (&l);
  ptp_pull_to_push_set_cancellable (l.stream, cancellable);
  g_cancellable_cancel (cancellable);
  lonely_until_ended (&l);
  g_assert_cmpint (ptp_pull_to_push_get_state (l.stream), ==, PTP_STREAM_STATE_FAILED);
  report_end (0);
  lonely_clear (&l);
}

/* Also one that cuts a finish short. */
static void
test_cancelled_while_ending (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Lonely l;

  report_begin ();
  lonely_init (&l);
  l.consumer->finish_result = PTP_END_RESULT_PENDING;
  l.producer->rest = PTP_STEP_RESULT_FINISHED;
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (l.producer));
  ptp_test_until_set (&l.consumer->n_finishes);
  ptp_pull_to_push_set_cancellable (l.stream, cancellable);
  g_cancellable_cancel (cancellable);
  lonely_until_ended (&l);
  g_assert_error (ptp_pull_to_push_get_error (l.stream), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  report_end (0);
  lonely_clear (&l);
}

/* It is the source that says so: nobody here asked for it. */
static void
test_cancelled_by_the_source (void)
{
  Lonely l;

  report_begin ();
  lonely_init (&l);
  lonely_break (&l, G_IO_ERROR_CANCELLED);
  lonely_until_ended (&l);
  report_end (1);
  lonely_clear (&l);
}

/* The same of a sink that fails to finish, or to take a chunk. */
static void
settle_cancelled_cb (gpointer consumer, gpointer unused)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "By itself");

  ptp_consumer_emit_settle_failed (consumer, error);
}

static void
test_cancelled_by_the_sink (void)
{
  Lonely l;

  report_begin ();
  lonely_init (&l);
  l.consumer->finish_result = PTP_END_RESULT_PENDING;
  l.consumer->on_finish = settle_cancelled_cb;
  l.producer->rest = PTP_STEP_RESULT_FINISHED;
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (l.producer));
  lonely_until_ended (&l);
  report_end (1);
  lonely_clear (&l);
}

static void
test_finished (void)
{
  Lonely l;

  report_begin ();
  lonely_init (&l);
  l.producer->rest = PTP_STEP_RESULT_FINISHED;
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (l.producer));
  lonely_until_ended (&l);
  report_end (0);
  lonely_clear (&l);
}

/* The caller had the error. */
static void
start_cb (gpointer consumer, gpointer unused)
{
  ptp_pull_to_push_start_streaming (PTP_PULL_TO_PUSH (PTP_TEST_CONSUMER (consumer)->producer));
}

static void
test_refused (void)
{
  PtpTestProducer *producer = ptp_test_producer_new ();
  PtpTestConsumer *consumer = ptp_test_consumer_new ();

  report_begin ();
  consumer->closed = TRUE;
  consumer->on_refuse = start_cb;
  g_assert_null (
    ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), NULL));
  report_end (0);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);
}

/* Tasks */

static PtpStepResult
fail_step (gpointer user_data, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, "Line is busy");
  return PTP_STEP_RESULT_FAILED;
}

static void
test_task (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (PtpCooperator) cooperator = ptp_cooperator_ref_default ();
      g_auto (PtpTestWait) wait = { 0 };
      PtpCooperativeTask *task;

      report_begin ();
      task = ptp_cooperator_cooperate (cooperator, fail_step, NULL, NULL);
      if (i == 0)
        ptp_test_until_set (&report.n_reports);
      else
        {
          ptp_test_wait_start (&wait, task, NULL);
          ptp_test_wait_until_over (&wait);
        }
      report_end (i == 0);
      ptp_test_assert_finalize (task);
    }
}

/* It is told on the context of the stream. */

static void
fail_there_cb (gpointer self, gpointer unused)
{
  Lonely *l = self;

  lonely_init (l);
  lonely_fail (l);
  ptp_test_until_set (&report.n_reports);
}

static void
clear_there_cb (gpointer self, gpointer unused)
{
  lonely_clear (self);
}

static void
test_context (void)
{
  PtpTestWorker worker;
  Lonely l;

  report_begin ();
  ptp_test_worker_init (&worker);
  ptp_test_worker_call (&worker, fail_there_cb, &l, NULL);
  g_assert_true (report.thread == worker.thread);
  report_end (1);
  ptp_test_worker_call (&worker, clear_there_cb, &l, NULL);
  ptp_test_worker_clear (&worker);
}

/* The function may be replaced from inside, and its data are freed after it has returned. */
static void
replace_cb (GObject *object, const GError *error, gpointer user_data)
{
  Report *self = user_data;

  ptp_set_unheard_func (NULL, NULL, NULL);
  g_assert_cmpuint (self->n_destroys, ==, 0);
  self->n_reports++;
}

static void
test_replaced_inside (void)
{
  Lonely l;

  report = (Report){ 0 };
  ptp_set_unheard_func (replace_cb, &report, destroy_cb);
  lonely_init (&l);
  lonely_fail (&l);
  ptp_test_until_set (&report.n_reports);
  g_assert_cmpuint (report.n_destroys, ==, 1);
  lonely_clear (&l);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/E13/nobody", test_nobody);
  g_test_add_func ("/rules/E13/dropped", test_dropped);
  g_test_add_func ("/rules/E13/debug-message", test_debug_message);
  g_test_add_func ("/rules/E13/handlers", test_handlers);
  g_test_add_func ("/rules/E13/other-handlers", test_other_handlers);
  g_test_add_func ("/rules/E13/wait", test_wait);
  g_test_add_func ("/rules/E13/wait-in-that-turn", test_wait_in_that_turn);
  g_test_add_func ("/rules/E13/read-in-that-turn", test_read_in_that_turn);
  g_test_add_func ("/rules/E13/read-too-early", test_read_too_early);
  g_test_add_func ("/rules/E13/stopped", test_stopped);
  g_test_add_func ("/rules/E13/cancelled", test_cancelled);
  g_test_add_func ("/rules/E13/cancelled-while-ending", test_cancelled_while_ending);
  g_test_add_func ("/rules/E13/cancelled-by-the-source", test_cancelled_by_the_source);
  g_test_add_func ("/rules/E13/cancelled-by-the-sink", test_cancelled_by_the_sink);
  g_test_add_func ("/rules/E13/finished", test_finished);
  g_test_add_func ("/rules/E13/refused", test_refused);
  g_test_add_func ("/rules/E13/task", test_task);
  g_test_add_func ("/rules/E13/context", test_context);
  g_test_add_func ("/rules/E13/replaced-inside", test_replaced_inside);

  return g_test_run ();
}
