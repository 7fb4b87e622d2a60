/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The contract by itself: the guard, and registration. */

#include "ptp-test-consumer.h"
#include "ptp-test-gap.h"
#include "ptp-test-producer.h"
#include "ptp-test-push-producer.h"

static void
assert_names (const GError *error, const char *type, const char *vfunc)
{
  g_assert_nonnull (strstr (error->message, type));
  g_assert_nonnull (strstr (error->message, vfunc));
}

static void
test_consumer_gaps (void)
{
  const char *const missing[] = { "register_push_producer", "unregister_producer", "write" };

  for (gsize i = 0; i < G_N_ELEMENTS (missing); i++)
    {
      PtpConsumer *consumer = ptp_test_gap_consumer_new (missing[i]);
      PtpTestPushProducer *push = ptp_test_push_producer_new ();
      PtpTestProducer *pull = ptp_test_producer_new_words ("a");
      g_autoptr (GError) error = NULL;

      g_assert_false (
        ptp_consumer_register_push_producer (consumer, PTP_PUSH_PRODUCER (push), &error));
      g_assert_error (error, PTP_ERROR, PTP_ERROR_NOT_IMPLEMENTED);
      assert_names (error, "PtpTestGapConsumer-", missing[i]);
      g_clear_error (&error);
      g_assert_false (
        ptp_consumer_register_pull_producer (consumer, PTP_PULL_PRODUCER (pull), &error));
      g_assert_error (error, PTP_ERROR, PTP_ERROR_NOT_IMPLEMENTED);
      assert_names (error, "PtpTestGapConsumer-", missing[i]);
      ptp_consumer_unregister_producer (consumer, PTP_PUSH_PRODUCER (push));
      ptp_test_drain ();

      /* Left as they are: they may go to somebody else. */
      g_assert_cmpuint (push->n_stops, ==, 0);
      g_assert_cmpint (pull->n_cancels + pull->n_produces, ==, 0);
      ptp_test_assert_finalize (push);
      ptp_test_assert_finalize (pull);
      ptp_test_assert_finalize (consumer);
    }
}

static void
test_push_producer_gaps (void)
{
  const char *const missing[] = { "pause_producing", "resume_producing", "stop_producing" };

  for (gsize i = 0; i < G_N_ELEMENTS (missing); i++)
    {
      PtpTestConsumer *consumer = ptp_test_consumer_new ();
      PtpPushProducer *producer = ptp_test_gap_push_producer_new (missing[i]);
      g_autoptr (GError) error = NULL;

      g_assert_false (
        ptp_consumer_register_push_producer (PTP_CONSUMER (consumer), producer, &error));
      g_assert_error (error, PTP_ERROR, PTP_ERROR_NOT_IMPLEMENTED);
      assert_names (error, "PtpTestGapPushProducer-", missing[i]);
      g_assert_cmpuint (consumer->n_registers, ==, 0);

      /* Nor does a call by itself do harm. */
      ptp_push_producer_pause_producing (producer);
      ptp_push_producer_resume_producing (producer);
      ptp_test_stop_producing (producer);
      ptp_push_producer_registered (producer, PTP_CONSUMER (consumer));
      ptp_push_producer_unregistered (producer);
      ptp_test_assert_finalize (consumer);
      ptp_test_assert_finalize (producer);
    }
}

static void
test_pull_producer_gap (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpPullProducer *producer = ptp_test_gap_pull_producer_new ("produce");
  g_autoptr (GError) error = NULL;

  g_assert_false (ptp_consumer_register_pull_producer (PTP_CONSUMER (consumer), producer, &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_NOT_IMPLEMENTED);
  assert_names (error, "PtpTestGapPullProducer-produce", "produce()");
  g_assert_cmpuint (consumer->n_registers, ==, 0);
  g_clear_error (&error);
  g_assert_cmpint (ptp_pull_producer_produce (producer, PTP_CONSUMER (consumer), &error), ==,
                   PTP_STEP_RESULT_FAILED);
  g_assert_error (error, PTP_ERROR, PTP_ERROR_NOT_IMPLEMENTED);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);
}

/* Those that need not be implemented. */
static void
test_optional_gaps (void)
{
  const char *const missing[] = { "registered", "unregistered" };
  PtpPullProducer *pull = ptp_test_gap_pull_producer_new ("cancel");
  PtpConsumer *consumer = ptp_test_gap_consumer_new ("get_desired_size");
  g_autoptr (GError) reason = g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "Scripted");

  for (gsize i = 0; i < G_N_ELEMENTS (missing); i++)
    {
      PtpTestConsumer *taker = ptp_test_consumer_new ();
      PtpPushProducer *push = ptp_test_gap_push_producer_new (missing[i]);
      g_autoptr (GError) error = NULL;

      g_assert_true (ptp_consumer_register_push_producer (PTP_CONSUMER (taker), push, &error));
      g_assert_no_error (error);
      ptp_consumer_unregister_producer (PTP_CONSUMER (taker), push);
      ptp_test_assert_finalize (taker);
      ptp_test_assert_finalize (push);
    }

  ptp_pull_producer_cancel (pull, reason);
  g_assert_cmpuint (ptp_consumer_get_desired_size (consumer), ==, G_MAXSIZE);
  ptp_test_assert_finalize (pull);
  ptp_test_assert_finalize (consumer);
}

/* Every function may be called without somewhere to put the error. */
static void
test_errors_are_optional (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestProducer *producer = ptp_test_producer_new ();
  PtpPullProducer *gap = ptp_test_gap_pull_producer_new ("produce");
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);

  ptp_test_producer_answer (producer, NULL, PTP_STEP_RESULT_FAILED);
  ptp_test_producer_answer_error (producer, NULL, PTP_STEP_RESULT_MORE,
                                  g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "Scripted"));
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (ptp_pull_producer_produce (PTP_PULL_PRODUCER (producer),
                                                PTP_CONSUMER (consumer), NULL),
                     ==, PTP_STEP_RESULT_FAILED);
  g_assert_cmpint (ptp_pull_producer_produce (gap, PTP_CONSUMER (consumer), NULL), ==,
                   PTP_STEP_RESULT_FAILED);
  consumer->fail_write_at = 1;
  g_assert_false (ptp_consumer_write (PTP_CONSUMER (consumer), bytes, NULL));
  consumer->closed = TRUE;
  g_assert_false (ptp_consumer_write (PTP_CONSUMER (consumer), bytes, NULL));
  g_assert_false (ptp_consumer_register_pull_producer (PTP_CONSUMER (consumer),
                                                       PTP_PULL_PRODUCER (producer), NULL));
  ptp_test_drain ();
  g_assert_cmpint (producer->n_cancels, ==, 1);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);
  ptp_test_assert_finalize (gap);
}

static void
test_push_producer (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestPushProducer *producer = ptp_test_push_producer_new ();
  g_autoptr (PtpTestLog) log = ptp_test_log_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;

  ptp_test_consumer_set_log (consumer, log);
  ptp_test_push_producer_set_log (producer, log);
  consumer->on_register = ptp_test_consumer_pause;
  g_assert_true (ptp_consumer_register_push_producer (PTP_CONSUMER (consumer),
                                                      PTP_PUSH_PRODUCER (producer), &error));
  g_assert_true (ptp_consumer_write (PTP_CONSUMER (consumer), bytes, &error));
  g_assert_no_error (error);
  ptp_test_consumer_resume (consumer, NULL);
  ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer));
  ptp_test_log_assert (log, "register pause registered write resume unregister unregistered");
  g_assert_true (producer->consumer == PTP_CONSUMER (consumer));
  ptp_test_assert_finalize (producer);
  ptp_test_assert_finalize (consumer);
}

/* A consumer that dies with a producer registered lets go of it. */
static void
test_dropped_while_registered (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestPushProducer *producer = ptp_test_push_producer_new ();

  ptp_consumer_register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer), NULL);
  ptp_test_assert_finalize (consumer);
  g_assert_cmpuint (producer->n_stops + producer->n_unregistered, ==, 0);
  ptp_test_assert_finalize (producer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/contract/consumer-gaps", test_consumer_gaps);
  g_test_add_func ("/contract/push-producer-gaps", test_push_producer_gaps);
  g_test_add_func ("/contract/pull-producer-gap", test_pull_producer_gap);
  g_test_add_func ("/contract/optional-gaps", test_optional_gaps);
  g_test_add_func ("/contract/errors-are-optional", test_errors_are_optional);
  g_test_add_func ("/contract/push-producer", test_push_producer);
  g_test_add_func ("/contract/dropped-while-registered", test_dropped_while_registered);

  return g_test_run ();
}
