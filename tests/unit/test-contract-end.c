/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The end of a consumer by itself, without a stream: rules L17, L20 to L22, R10, E2 and E3 for
 * whoever calls finish and abort by hand, and those who wait for the consumer to settle.
 */

#include "ptp-test-consumer.h"
#include "ptp-test-gap.h"
#include "ptp-test-push-producer.h"
#include "ptp-test-wait.h"
#include "ptp-test-worker.h"

/* Any code of its own, to tell it by. */
static GError *
reason_new (void)
{
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "The test's line is busy");
}

static PtpEndResult
finish (PtpTestConsumer *consumer, GError **error)
{
  return ptp_consumer_finish (PTP_CONSUMER (consumer), error);
}

static PtpEndResult
abort_with_reason (PtpTestConsumer *consumer, GError **error)
{
  g_autoptr (GError) reason = reason_new ();

  return ptp_consumer_abort (PTP_CONSUMER (consumer), reason, error);
}

static gboolean
write_chunk (PtpTestConsumer *consumer, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);

  return ptp_consumer_write (PTP_CONSUMER (consumer), bytes, error);
}

static void
settle_finished (gpointer consumer, gpointer unused)
{
  ptp_consumer_emit_settled (consumer, PTP_SETTLEMENT_FINISHED);
}

static void
settle_aborted (gpointer consumer, gpointer unused)
{
  ptp_consumer_emit_settled (consumer, PTP_SETTLEMENT_ABORTED);
}

static void
settle_failed (gpointer consumer, gpointer unused)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_READ_ONLY, "Read-only");

  ptp_consumer_emit_settle_failed (consumer, error);
}

/* The answer to a wait that begins now; 0 with an error. */
static PtpSettlement
wait_settled (PtpTestConsumer *consumer, GError **error)
{
  g_auto (PtpTestWait) wait = { 0 };

  ptp_test_wait_start (&wait, consumer, NULL);
  ptp_test_wait_until_over (&wait);
  if (wait.error != NULL)
    g_propagate_error (error, g_steal_pointer (&wait.error));
  return wait.settlement;
}

static void
assert_settled (PtpTestConsumer *consumer, PtpSettlement expected)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (wait_settled (consumer, &error), ==, expected);
  g_assert_no_error (error);
}

#define assert_settle_failed(consumer, domain, code)                                               \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autoptr (GError) failure_ = NULL;                                                            \
    g_assert_cmpint (wait_settled ((consumer), &failure_), ==, 0);                                 \
    g_assert_error (failure_, domain, code);                                                       \
  }                                                                                                \
  G_STMT_END

/* Neither reaches the consumer again, and nothing that was settled changes. */
static void
assert_over (PtpTestConsumer *consumer)
{
  guint n_calls = consumer->n_finishes + consumer->n_aborts, n_writes = consumer->n_writes;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (finish (consumer, &error), ==, PTP_END_RESULT_FAILED);
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_cmpint (abort_with_reason (consumer, &error), ==, PTP_END_RESULT_FAILED);
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_false (write_chunk (consumer, &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
  g_assert_cmpuint (consumer->n_finishes + consumer->n_aborts, ==, n_calls);
  g_assert_cmpuint (consumer->n_writes, ==, n_writes);
}

static void
test_finish_by_hand (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (write_chunk (consumer, &error));
  g_assert_cmpint (finish (consumer, &error), ==, PTP_END_RESULT_DONE);
  g_assert_no_error (error);
  assert_settled (consumer, PTP_SETTLEMENT_FINISHED);
  assert_over (consumer);
  assert_settled (consumer, PTP_SETTLEMENT_FINISHED);
  ptp_test_assert_finalize (consumer);
}

static void
test_abort_by_hand (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (abort_with_reason (consumer, &error), ==, PTP_END_RESULT_DONE);
  g_assert_no_error (error);
  g_assert_error (consumer->reason, G_IO_ERROR, G_IO_ERROR_BUSY);
  assert_settled (consumer, PTP_SETTLEMENT_ABORTED);
  assert_over (consumer);
  ptp_test_assert_finalize (consumer);
}

/* A failure is a settlement as well: there is nothing left to abort. */
static void
test_failed_by_hand (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  g_autoptr (GError) error = NULL;

  consumer->finish_result = PTP_END_RESULT_FAILED;
  g_assert_cmpint (finish (consumer, &error), ==, PTP_END_RESULT_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_clear_error (&error);
  assert_settle_failed (consumer, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  assert_over (consumer);
  ptp_test_assert_finalize (consumer);

  consumer = ptp_test_consumer_new ();
  consumer->abort_result = PTP_END_RESULT_FAILED;
  g_assert_cmpint (abort_with_reason (consumer, &error), ==, PTP_END_RESULT_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  assert_settle_failed (consumer, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  assert_over (consumer);
  ptp_test_assert_finalize (consumer);
}

static void
test_pending_by_hand (void)
{
  const PtpTestHook hooks[] = { settle_finished, settle_aborted, settle_failed };

  for (gsize i = 0; i < G_N_ELEMENTS (hooks); i++)
    for (int aborting = 0; aborting < 2; aborting++)
      {
        PtpTestConsumer *consumer = ptp_test_consumer_new ();

        consumer->finish_result = consumer->abort_result = PTP_END_RESULT_PENDING;
        g_assert_cmpint (aborting ? abort_with_reason (consumer, NULL) : finish (consumer, NULL),
                         ==, PTP_END_RESULT_PENDING);
        ptp_test_in_thread (hooks[i], consumer, NULL);
        if (hooks[i] == settle_failed)
          assert_settle_failed (consumer, G_IO_ERROR, G_IO_ERROR_READ_ONLY);
        else
          assert_settled (consumer, hooks[i] == settle_finished && !aborting
                                      ? PTP_SETTLEMENT_FINISHED
                                      : PTP_SETTLEMENT_ABORTED);
        assert_over (consumer);
        ptp_test_assert_finalize (consumer);
      }
}

/* The consumer decides how a finish ended that it was told to abort. */
static void
test_abort_after_finish (void)
{
  const PtpTestHook hooks[] = { settle_finished, settle_aborted };

  for (gsize i = 0; i < G_N_ELEMENTS (hooks); i++)
    {
      PtpTestConsumer *consumer = ptp_test_consumer_new ();
      g_autoptr (GError) error = NULL;

      consumer->finish_result = consumer->abort_result = PTP_END_RESULT_PENDING;
      g_assert_cmpint (finish (consumer, NULL), ==, PTP_END_RESULT_PENDING);
      g_assert_false (write_chunk (consumer, &error));
      g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
      g_clear_error (&error);
      g_assert_cmpint (finish (consumer, &error), ==, PTP_END_RESULT_FAILED);
      g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
      g_clear_error (&error);
      g_assert_cmpint (abort_with_reason (consumer, &error), ==, PTP_END_RESULT_PENDING);
      g_assert_no_error (error);
      assert_over (consumer);
      hooks[i](consumer, NULL);
      assert_settled (consumer, hooks[i] == settle_finished ? PTP_SETTLEMENT_FINISHED
                                                            : PTP_SETTLEMENT_ABORTED);
      g_assert_cmpuint (consumer->n_finishes, ==, 1);
      g_assert_cmpuint (consumer->n_aborts, ==, 1);
      ptp_test_assert_finalize (consumer);
    }
}

static void
abort_inside_cb (gpointer consumer, gpointer log)
{
  g_assert_cmpint (abort_with_reason (consumer, NULL), ==, PTP_END_RESULT_PENDING);
  g_assert_cmpint (abort_with_reason (consumer, NULL), ==, PTP_END_RESULT_FAILED);
  ptp_test_log_add (log, "asked");
}

/* It follows the finish, if that is still to be aborted. */
static void
test_abort_inside_finish (void)
{
  const PtpEndResult answers[]
    = { PTP_END_RESULT_FAILED, PTP_END_RESULT_DONE, PTP_END_RESULT_PENDING };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      PtpTestConsumer *consumer = ptp_test_consumer_new ();
      g_autoptr (PtpTestLog) log = ptp_test_log_new ();

      ptp_test_consumer_set_log (consumer, log);
      consumer->finish_result = answers[i];
      consumer->on_finish = abort_inside_cb;
      consumer->hook_data = log;
      g_assert_cmpint (finish (consumer, NULL), ==, answers[i]);
      if (answers[i] == PTP_END_RESULT_PENDING)
        {
          ptp_test_log_assert (log, "finish asked abort");
          assert_settled (consumer, PTP_SETTLEMENT_ABORTED);
        }
      else
        ptp_test_log_assert (log, "finish asked");
      assert_over (consumer);
      ptp_test_assert_finalize (consumer);
    }
}

static void
finish_inside_cb (gpointer consumer, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (finish (consumer, &error), ==, PTP_END_RESULT_FAILED);
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
}

static void
test_finish_inside (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();

  consumer->finish_result = PTP_END_RESULT_PENDING;
  consumer->on_finish = finish_inside_cb;
  consumer->on_abort = finish_inside_cb;
  g_assert_cmpint (finish (consumer, NULL), ==, PTP_END_RESULT_PENDING);
  g_assert_cmpint (abort_with_reason (consumer, NULL), ==, PTP_END_RESULT_DONE);
  assert_settled (consumer, PTP_SETTLEMENT_ABORTED);
  ptp_test_assert_finalize (consumer);
}

/* A write that is told from inside the end is refused as any other. */
static void
write_inside_cb (gpointer consumer, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (write_chunk (consumer, &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
}

static void
test_write_inside_end (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();

  consumer->finish_result = PTP_END_RESULT_PENDING;
  consumer->on_finish = write_inside_cb;
  consumer->on_abort = write_inside_cb;
  finish (consumer, NULL);
  abort_with_reason (consumer, NULL);
  g_assert_cmpuint (consumer->n_writes, ==, 0);
  ptp_test_assert_finalize (consumer);
}

/* Rule R10 */

static void
expect_ignored (void)
{
  g_test_expect_message ("PullToPush", G_LOG_LEVEL_DEBUG, "*ignored*");
}

static void
settle_twice_cb (gpointer consumer, gpointer unused)
{
  settle_finished (consumer, NULL);
  expect_ignored ();
  settle_failed (consumer, NULL);
  g_test_assert_expected_messages ();
}

static void
test_settled_inside (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();

  consumer->finish_result = PTP_END_RESULT_PENDING;
  consumer->on_finish = settle_twice_cb;
  g_assert_cmpint (finish (consumer, NULL), ==, PTP_END_RESULT_PENDING);
  assert_settled (consumer, PTP_SETTLEMENT_FINISHED);
  assert_over (consumer);
  ptp_test_assert_finalize (consumer);
}

/* An answer at once counts more than a signal before it. */
static void
test_settled_inside_and_answered (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();

  consumer->on_finish = settle_failed;
  expect_ignored ();
  g_assert_cmpint (finish (consumer, NULL), ==, PTP_END_RESULT_DONE);
  g_test_assert_expected_messages ();
  assert_settled (consumer, PTP_SETTLEMENT_FINISHED);
  ptp_test_assert_finalize (consumer);
}

static void
test_settled_unasked (void)
{
  const PtpTestHook hooks[] = { settle_finished, settle_aborted, settle_failed };

  for (gsize i = 0; i < G_N_ELEMENTS (hooks); i++)
    {
      PtpTestConsumer *consumer = ptp_test_consumer_new ();

      expect_ignored ();
      hooks[i](consumer, NULL);
      g_test_assert_expected_messages ();
      g_assert_cmpint (finish (consumer, NULL), ==, PTP_END_RESULT_DONE);
      expect_ignored ();
      hooks[i](consumer, NULL);
      g_test_assert_expected_messages ();
      assert_settled (consumer, PTP_SETTLEMENT_FINISHED);
      ptp_test_assert_finalize (consumer);
    }
}

static void
test_settled_twice (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();

  consumer->finish_result = PTP_END_RESULT_PENDING;
  finish (consumer, NULL);
  settle_finished (consumer, NULL);
  expect_ignored ();
  settle_aborted (consumer, NULL);
  g_test_assert_expected_messages ();
  assert_settled (consumer, PTP_SETTLEMENT_FINISHED);
  ptp_test_assert_finalize (consumer);
}

/* As a language binding may do that leaves the argument out. */
static void
test_no_settlement (void)
{
  const int numbers[] = { 0, 3, -1 };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      PtpTestConsumer *consumer = ptp_test_consumer_new ();

      consumer->finish_result = PTP_END_RESULT_PENDING;
      finish (consumer, NULL);
      g_signal_emit_by_name (consumer, "settled", numbers[i]);
      assert_settle_failed (consumer, PTP_ERROR, PTP_ERROR_FAILED);
      ptp_test_assert_finalize (consumer);
    }
}

static void
test_no_settle_error (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();

  consumer->finish_result = PTP_END_RESULT_PENDING;
  finish (consumer, NULL);
  g_signal_emit_by_name (consumer, "settle-failed", NULL);
  assert_settle_failed (consumer, PTP_ERROR, PTP_ERROR_FAILED);
  ptp_test_assert_finalize (consumer);
}

/* Those who wait */

static void
test_wait_before (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestWait waits[3] = { { 0 } };

  consumer->finish_result = PTP_END_RESULT_PENDING;
  for (gsize i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      ptp_test_wait_start (&waits[i], consumer, NULL);
      ptp_test_drain ();
      if (i == 0)
        finish (consumer, NULL);
      g_assert_cmpuint (waits[i].n_calls, ==, 0);
    }
  settle_finished (consumer, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      ptp_test_wait_until_over (&waits[i]);
      g_assert_cmpint (waits[i].settlement, ==, PTP_SETTLEMENT_FINISHED);
    }
  ptp_test_assert_finalize (consumer);
}

static void
test_wait_cancelled (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (PtpTestWait) hasty = { 0 };
  g_auto (PtpTestWait) too_late = { 0 };
  g_auto (PtpTestWait) patient = { 0 };

  consumer->finish_result = PTP_END_RESULT_PENDING;
  finish (consumer, NULL);
  ptp_test_wait_start (&hasty, consumer, cancellable);
  ptp_test_wait_start (&patient, consumer, NULL);
  g_cancellable_cancel (cancellable);
  ptp_test_wait_until_over (&hasty);
  g_assert_error (hasty.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  ptp_test_wait_start (&too_late, consumer, cancellable);
  ptp_test_wait_until_over (&too_late);
  g_assert_error (too_late.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  /* It ended the wait, and nothing else. */
  g_assert_cmpuint (consumer->n_aborts, ==, 0);
  g_assert_cmpuint (patient.n_calls, ==, 0);
  settle_finished (consumer, NULL);
  ptp_test_wait_until_over (&patient);
  g_assert_cmpint (patient.settlement, ==, PTP_SETTLEMENT_FINISHED);
  ptp_test_assert_finalize (consumer);
  g_assert_finalize_object (g_steal_pointer (&cancellable));
}

/* Cancelled from another thread at the very moment in which the consumer settles. */
static void
cancel_cb (gpointer cancellable, gpointer unused)
{
  g_cancellable_cancel (cancellable);
}

static gpointer
settle_in_thread (gpointer consumer)
{
  settle_finished (consumer, NULL);
  return NULL;
}

static void
test_wait_races (void)
{
  for (guint i = 0; i < 200; i++)
    {
      PtpTestConsumer *consumer = ptp_test_consumer_new ();
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_auto (PtpTestWait) wait = { 0 };
      GThread *thread;

      consumer->finish_result = PTP_END_RESULT_PENDING;
      finish (consumer, NULL);
      ptp_test_wait_start (&wait, consumer, cancellable);
      thread = g_thread_new ("settle", settle_in_thread, consumer);
      cancel_cb (cancellable, NULL);
      g_thread_join (thread);
      ptp_test_wait_until_over (&wait);
      if (wait.error != NULL)
        g_assert_error (wait.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      else
        g_assert_cmpint (wait.settlement, ==, PTP_SETTLEMENT_FINISHED);
      assert_settled (consumer, PTP_SETTLEMENT_FINISHED);
      ptp_test_assert_finalize (consumer);
    }
}

/* Without a callback, and with nobody else: the wait keeps the consumer. */
static void
test_wait_keeps (void)
{
  gpointer consumer = ptp_test_consumer_new ();
  g_auto (PtpTestWait) wait = { 0 };

  PTP_TEST_CONSUMER (consumer)->finish_result = PTP_END_RESULT_PENDING;
  ptp_consumer_wait_settled_async (consumer, NULL, NULL, NULL);
  ptp_test_wait_start (&wait, consumer, NULL);
  finish (consumer, NULL);
  g_object_add_weak_pointer (consumer, &consumer);
  g_object_unref (consumer);
  ptp_test_drain ();
  g_assert_nonnull (consumer);
  settle_aborted (consumer, NULL);
  ptp_test_wait_until_over (&wait);
  ptp_test_drain ();
  g_assert_cmpint (wait.settlement, ==, PTP_SETTLEMENT_ABORTED);
  g_assert_null (consumer);
}

static void
start_wait_cb (gpointer consumer, gpointer wait)
{
  ptp_test_wait_start (wait, consumer, NULL);
}

static void
finish_wait_cb (gpointer unused, gpointer wait)
{
  ptp_test_wait_until_over (wait);
}

/* A wait is answered on the context on which it began. */
static void
test_wait_elsewhere (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  g_auto (PtpTestWait) wait = { 0 };
  PtpTestWorker worker;

  ptp_test_worker_init (&worker);
  ptp_test_worker_call (&worker, start_wait_cb, consumer, &wait);
  finish (consumer, NULL);
  ptp_test_worker_call (&worker, finish_wait_cb, NULL, &wait);
  g_assert_cmpint (wait.settlement, ==, PTP_SETTLEMENT_FINISHED);
  g_assert_true (wait.thread == worker.thread);
  ptp_test_worker_clear (&worker);
  ptp_test_assert_finalize (consumer);
}

/* Rule L20 */

static void
register_push (PtpTestConsumer *consumer, PtpTestPushProducer *producer)
{
  g_autoptr (GError) error = NULL;

  ptp_consumer_register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer),
                                       &error);
  g_assert_no_error (error);
}

static void
test_unregister_somebody_else (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestPushProducer *first = ptp_test_push_producer_new ();
  PtpTestPushProducer *second = ptp_test_push_producer_new ();

  register_push (consumer, first);
  ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (second));
  g_assert_cmpuint (consumer->n_unregisters, ==, 0);
  g_assert_true (consumer->producer == PTP_PUSH_PRODUCER (first));
  g_assert_cmpuint (first->n_unregistered + second->n_unregistered, ==, 0);

  /* One that is gone cannot cut off its successor. */
  ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (first));
  register_push (consumer, second);
  ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (first));
  g_assert_true (consumer->producer == PTP_PUSH_PRODUCER (second));
  ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (second));
  g_assert_cmpuint (consumer->n_unregisters, ==, 2);
  ptp_test_assert_finalize (first);
  ptp_test_assert_finalize (second);
  ptp_test_assert_finalize (consumer);
}

typedef struct
{
  PtpTestPushProducer *first;
  PtpTestPushProducer *second;
} Pair;

static void
replace_cb (gpointer consumer, gpointer user_data)
{
  Pair *pair = user_data;

  if (PTP_TEST_CONSUMER (consumer)->n_registers > 1)
    return;

  register_push (consumer, pair->second);
  ptp_consumer_unregister_producer (consumer, PTP_PUSH_PRODUCER (pair->first));
}

static void
test_unregister_inside (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  Pair pair = { ptp_test_push_producer_new (), ptp_test_push_producer_new () };

  consumer->on_unregister = replace_cb;
  consumer->hook_data = &pair;
  register_push (consumer, pair.first);
  ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (pair.first));
  g_assert_true (consumer->producer == PTP_PUSH_PRODUCER (pair.second));
  g_assert_cmpuint (pair.first->n_unregistered, ==, 1);
  g_assert_cmpuint (pair.second->n_unregistered, ==, 0);
  ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (pair.second));
  ptp_test_assert_finalize (pair.first);
  ptp_test_assert_finalize (pair.second);
  ptp_test_assert_finalize (consumer);
}

/* A producer that the consumer unregisters from inside is not told that it is registered. */
static void
test_registered_only_if (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestPushProducer *producer = ptp_test_push_producer_new ();

  consumer->on_register = ptp_test_consumer_unregister;
  register_push (consumer, producer);
  g_assert_cmpuint (producer->n_registered, ==, 0);
  g_assert_cmpuint (producer->n_unregistered, ==, 1);
  consumer->on_register = NULL;
  register_push (consumer, producer);
  g_assert_cmpuint (producer->n_registered, ==, 1);
  ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer));
  ptp_test_assert_finalize (producer);
  ptp_test_assert_finalize (consumer);
}

/* Rule L22 */

/* Data of which a chunk was lost cannot become whole. */
static void
test_write_failed (void)
{
  const PtpEndResult answers[]
    = { PTP_END_RESULT_FAILED, PTP_END_RESULT_DONE, PTP_END_RESULT_PENDING };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      PtpTestConsumer *consumer = ptp_test_consumer_new ();
      g_autoptr (GError) error = NULL;
      PtpEndResult result;

      consumer->fail_write_at = 1;
      consumer->abort_result = answers[i];
      g_assert_false (write_chunk (consumer, NULL));
      g_assert_true (write_chunk (consumer, NULL));
      result = finish (consumer, &error);
      g_assert_cmpuint (consumer->n_finishes, ==, 0);
      g_assert_cmpuint (consumer->n_aborts, ==, 1);
      g_assert_error (consumer->reason, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
      if (answers[i] == PTP_END_RESULT_PENDING)
        {
          g_assert_cmpint (result, ==, PTP_END_RESULT_PENDING);
          g_assert_no_error (error);
          settle_finished (consumer, NULL);
        }
      else
        {
          g_assert_cmpint (result, ==, PTP_END_RESULT_FAILED);
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
        }
      assert_settle_failed (consumer, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
      assert_over (consumer);
      ptp_test_assert_finalize (consumer);
    }
}

/* The consumer says from inside how it went: that it did is still a failure. */
static void
test_write_failed_settled_inside (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();

  consumer->fail_write_at = 1;
  consumer->abort_result = PTP_END_RESULT_PENDING;
  consumer->on_abort = settle_aborted;
  write_chunk (consumer, NULL);
  finish (consumer, NULL);
  assert_settle_failed (consumer, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  ptp_test_assert_finalize (consumer);
}

/* A new life begins with a new producer. */
static void
test_write_after_end (void)
{
  for (int aborting = 0; aborting < 2; aborting++)
    {
      PtpTestConsumer *consumer = ptp_test_consumer_new ();
      PtpTestPushProducer *producer = ptp_test_push_producer_new ();

      register_push (consumer, producer);
      g_assert_cmpint (aborting ? abort_with_reason (consumer, NULL) : finish (consumer, NULL), ==,
                       PTP_END_RESULT_DONE);
      assert_over (consumer);
      ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer));
      assert_over (consumer);

      register_push (consumer, producer);
      g_assert_true (write_chunk (consumer, NULL));
      g_assert_cmpint (finish (consumer, NULL), ==, PTP_END_RESULT_DONE);
      assert_settled (consumer, PTP_SETTLEMENT_FINISHED);
      ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer));
      ptp_test_assert_finalize (producer);
      ptp_test_assert_finalize (consumer);
    }
}

/* Another one has nothing to do with it, also if it shares a number with this one. */
static void
test_write_to_others (void)
{
  g_autoptr (GPtrArray) consumers = g_ptr_array_new ();

  for (guint i = 0; i < 1000; i++)
    g_ptr_array_add (consumers, ptp_test_consumer_new ());
  for (guint i = 0; i < consumers->len; i += 2)
    finish (g_ptr_array_index (consumers, i), NULL);
  for (guint i = 0; i < consumers->len; i++)
    {
      PtpTestConsumer *consumer = g_ptr_array_index (consumers, i);

      g_assert_true (write_chunk (consumer, NULL) == (i % 2 == 1));
      g_assert_finalize_object (consumer);
    }
}

/* One that is refused leaves the end of the one before as it is. */
static void
test_refused_registration (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestPushProducer *producer = ptp_test_push_producer_new ();
  g_autoptr (GError) error = NULL;

  finish (consumer, NULL);
  consumer->closed = TRUE;
  g_assert_false (ptp_consumer_register_push_producer (PTP_CONSUMER (consumer),
                                                       PTP_PUSH_PRODUCER (producer), &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
  assert_over (consumer);
  assert_settled (consumer, PTP_SETTLEMENT_FINISHED);
  ptp_test_assert_finalize (producer);
  ptp_test_assert_finalize (consumer);
}

/* Rules E2 and E3 */

static void
test_zero_without_error (void)
{
  for (int aborting = 0; aborting < 2; aborting++)
    {
      PtpTestConsumer *consumer = ptp_test_consumer_new ();
      g_autoptr (GError) error = NULL;

      consumer->fail_mutely = TRUE;
      consumer->finish_result = consumer->abort_result = PTP_END_RESULT_FAILED;
      g_assert_cmpint (aborting ? abort_with_reason (consumer, &error) : finish (consumer, &error),
                       ==, PTP_END_RESULT_FAILED);
      g_assert_error (error, PTP_ERROR, PTP_ERROR_FAILED);
      g_assert_nonnull (strstr (error->message, "PtpTestConsumer"));
      g_assert_nonnull (strstr (error->message, aborting ? "abort()" : "finish()"));
      assert_settle_failed (consumer, PTP_ERROR, PTP_ERROR_FAILED);
      ptp_test_assert_finalize (consumer);
    }
}

static void
test_no_end_result (void)
{
  const int results[] = { 3, 42, -1, G_MAXINT };

  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    {
      PtpTestConsumer *consumer = ptp_test_consumer_new ();
      g_autofree char *number = g_strdup_printf ("%d", results[i]);
      g_autoptr (GError) error = NULL;

      consumer->finish_result = (PtpEndResult) results[i];
      g_assert_cmpint (finish (consumer, &error), ==, PTP_END_RESULT_FAILED);
      g_assert_error (error, PTP_ERROR, PTP_ERROR_FAILED);
      g_assert_nonnull (strstr (error->message, number));
      ptp_test_assert_finalize (consumer);
    }
}

static void
test_result_with_error (void)
{
  const PtpEndResult results[] = { PTP_END_RESULT_DONE, PTP_END_RESULT_PENDING };

  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    for (int aborting = 0; aborting < 2; aborting++)
      {
        PtpTestConsumer *consumer = ptp_test_consumer_new ();
        g_autoptr (GError) error = NULL;

        consumer->finish_result = consumer->abort_result = results[i];
        consumer->fail_but_true = TRUE;
        g_assert_cmpint (aborting ? abort_with_reason (consumer, &error)
                                  : finish (consumer, &error),
                         ==, PTP_END_RESULT_FAILED);
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
        assert_settle_failed (consumer, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
        ptp_test_assert_finalize (consumer);
      }
}

static void
test_gaps (void)
{
  const char *const missing[] = { "finish", "abort" };

  for (gsize i = 0; i < G_N_ELEMENTS (missing); i++)
    {
      PtpConsumer *consumer = ptp_test_gap_consumer_new (missing[i]);
      g_autoptr (GError) reason = reason_new ();
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (i == 0 ? ptp_consumer_finish (consumer, &error)
                              : ptp_consumer_abort (consumer, reason, &error),
                       ==, PTP_END_RESULT_FAILED);
      g_assert_error (error, PTP_ERROR, PTP_ERROR_NOT_IMPLEMENTED);
      g_assert_nonnull (strstr (error->message, missing[i]));
      ptp_test_assert_finalize (consumer);
    }
}

/* A consumer that says nothing of its end. */

#define TEST_TYPE_PLAIN (test_plain_get_type ())
G_DECLARE_FINAL_TYPE (TestPlain, test_plain, TEST, PLAIN, GObject)

struct _TestPlain
{
  GObject parent_instance;
};

static void test_plain_iface_init (PtpConsumerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestPlain,
                               test_plain,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER, test_plain_iface_init))

static void
test_plain_iface_init (PtpConsumerInterface *iface)
{
}

static void
test_plain_class_init (TestPlainClass *klass)
{
}

static void
test_plain_init (TestPlain *self)
{
}

static void
test_defaults (void)
{
  g_autoptr (GError) reason = reason_new ();

  for (int aborting = 0; aborting < 2; aborting++)
    {
      PtpConsumer *consumer = g_object_new (TEST_TYPE_PLAIN, NULL);

      g_assert_cmpuint (ptp_consumer_get_desired_size (consumer), ==, G_MAXSIZE);
      g_assert_cmpint (aborting ? ptp_consumer_abort (consumer, reason, NULL)
                                : ptp_consumer_finish (consumer, NULL),
                       ==, PTP_END_RESULT_DONE);
      g_assert_finalize_object (consumer);
    }
}

/* The desired size; our own adapter's pause is tried with the rules of L21. */
static void
test_desired_size (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpConsumer *asked = PTP_CONSUMER (consumer);
  PtpTestPushProducer *producer = ptp_test_push_producer_new ();
  PtpPushProducer *push = PTP_PUSH_PRODUCER (producer);

  g_assert_cmpuint (ptp_consumer_get_desired_size (asked), ==, G_MAXSIZE);
  consumer->desired_size = 4096;
  g_assert_cmpuint (ptp_consumer_get_desired_size (asked), ==, 4096);
  register_push (consumer, producer);
  g_assert_cmpuint (ptp_consumer_get_desired_size (asked), ==, 4096);
  ptp_push_producer_pause_producing (push);
  g_assert_cmpuint (ptp_consumer_get_desired_size (asked), ==, 0);
  ptp_push_producer_resume_producing (push);
  g_assert_cmpuint (ptp_consumer_get_desired_size (asked), ==, 4096);

  /* A pause ends with the registration. */
  ptp_push_producer_pause_producing (push);
  ptp_consumer_unregister_producer (asked, push);
  g_assert_cmpuint (ptp_consumer_get_desired_size (asked), ==, 4096);
  register_push (consumer, producer);
  g_assert_cmpuint (ptp_consumer_get_desired_size (asked), ==, 4096);
  ptp_consumer_unregister_producer (asked, push);
  consumer->on_register = ptp_test_consumer_pause;
  register_push (consumer, producer);
  g_assert_cmpuint (ptp_consumer_get_desired_size (asked), ==, 0);
  ptp_consumer_unregister_producer (asked, push);
  ptp_test_assert_finalize (producer);
  ptp_test_assert_finalize (consumer);
}

/* Every function may be called without somewhere to put the error. */
static void
test_errors_are_optional (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();

  consumer->finish_result = consumer->abort_result = PTP_END_RESULT_FAILED;
  g_assert_cmpint (finish (consumer, NULL), ==, PTP_END_RESULT_FAILED);
  g_assert_cmpint (finish (consumer, NULL), ==, PTP_END_RESULT_FAILED);
  g_assert_cmpint (abort_with_reason (consumer, NULL), ==, PTP_END_RESULT_FAILED);
  ptp_test_assert_finalize (consumer);
}

static void
add_tests_of_the_end (void)
{
  g_test_add_func ("/contract/L17/finish", test_finish_by_hand);
  g_test_add_func ("/contract/L17/abort", test_abort_by_hand);
  g_test_add_func ("/contract/L17/failed", test_failed_by_hand);
  g_test_add_func ("/contract/L17/pending", test_pending_by_hand);
  g_test_add_func ("/contract/L17/abort-after-finish", test_abort_after_finish);
  g_test_add_func ("/contract/L17/abort-inside-finish", test_abort_inside_finish);
  g_test_add_func ("/contract/L17/finish-inside", test_finish_inside);
  g_test_add_func ("/contract/L22/write-inside-end", test_write_inside_end);
  g_test_add_func ("/contract/R10/inside", test_settled_inside);
  g_test_add_func ("/contract/R10/inside-and-answered", test_settled_inside_and_answered);
  g_test_add_func ("/contract/R10/unasked", test_settled_unasked);
  g_test_add_func ("/contract/R10/twice", test_settled_twice);
  g_test_add_func ("/contract/E2/no-settlement", test_no_settlement);
  g_test_add_func ("/contract/E2/no-settle-error", test_no_settle_error);
  g_test_add_func ("/contract/E2/zero-without-error", test_zero_without_error);
  g_test_add_func ("/contract/E2/no-end-result", test_no_end_result);
  g_test_add_func ("/contract/E2/result-with-error", test_result_with_error);
  g_test_add_func ("/contract/E3/gaps", test_gaps);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_tests_of_the_end ();
  g_test_add_func ("/contract/L19/wait-before", test_wait_before);
  g_test_add_func ("/contract/L19/wait-cancelled", test_wait_cancelled);
  g_test_add_func ("/contract/L19/wait-races", test_wait_races);
  g_test_add_func ("/contract/L19/wait-keeps", test_wait_keeps);
  g_test_add_func ("/contract/L19/wait-elsewhere", test_wait_elsewhere);
  g_test_add_func ("/contract/L20/somebody-else", test_unregister_somebody_else);
  g_test_add_func ("/contract/L20/inside-unregister", test_unregister_inside);
  g_test_add_func ("/contract/L20/registered-only-if", test_registered_only_if);
  g_test_add_func ("/contract/L22/write-failed", test_write_failed);
  g_test_add_func ("/contract/L22/settled-inside", test_write_failed_settled_inside);
  g_test_add_func ("/contract/L22/write-after-end", test_write_after_end);
  g_test_add_func ("/contract/L22/write-to-others", test_write_to_others);
  g_test_add_func ("/contract/L11/refused", test_refused_registration);
  g_test_add_func ("/contract/defaults", test_defaults);
  g_test_add_func ("/contract/desired-size", test_desired_size);
  g_test_add_func ("/contract/errors-are-optional-at-the-end", test_errors_are_optional);

  return g_test_run ();
}
