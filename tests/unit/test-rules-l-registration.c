/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rules L9 to L11: a consumer and its one producer. */

#include "ptp-test-push-producer.h"
#include "ptp-test-stream.h"

static void
test_l9_nothing_registered (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestPushProducer *producer = ptp_test_push_producer_new ();

  ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer));
  ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer));
  g_assert_cmpuint (consumer->n_unregisters, ==, 0);
  g_assert_cmpuint (producer->n_unregistered, ==, 0);
  ptp_test_assert_finalize (producer);
  ptp_test_assert_finalize (consumer);
}

static void
test_l9_twice (void)
{
  PtpTestStream t;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_STREAMING);
  ptp_test_stream_unregister (&t);
  ptp_test_stream_unregister (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_unregister (&t);
  ptp_test_drain ();

  g_assert_cmpuint (t.consumer->n_unregisters, ==, 1);
  g_assert_cmpuint (t.ends->n_finished, ==, 1);
  ptp_test_stream_clear (&t);
}

/* The double has forgotten it by then, so the test names it. */
static void
unregister_again_cb (gpointer self, gpointer user_data)
{
  ptp_test_stream_unregister (user_data);
}

static void
test_l9_inside_unregister (void)
{
  PtpTestStream t;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_STREAMING);
  t.consumer->on_unregister = unregister_again_cb;
  ptp_test_stream_unregister (&t);
  ptp_test_ends_wait (t.ends);
  g_assert_cmpuint (t.consumer->n_unregisters, ==, 1);
  ptp_test_stream_clear (&t);
}

static void
test_l10_push (void)
{
  PtpTestStream t;
  PtpTestPushProducer *second = ptp_test_push_producer_new ();
  g_autoptr (GError) error = NULL;
  int n_produces;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_STREAMING);
  g_assert_false (ptp_consumer_register_push_producer (PTP_CONSUMER (t.consumer),
                                                       PTP_PUSH_PRODUCER (second), &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_ALREADY_REGISTERED);
  g_assert_nonnull (strstr (error->message, "PtpTestPushProducer"));
  g_assert_nonnull (strstr (error->message, "PtpTestConsumer"));
  g_assert_nonnull (strstr (error->message, "PtpPullToPush"));

  g_assert_cmpuint (t.consumer->n_registers, ==, 1);
  g_assert_cmpuint (second->n_stops + second->n_unregistered, ==, 0);
  n_produces = t.producer->n_produces;
  ptp_test_stream_until_produced (&t, n_produces + 2);
  ptp_test_stream_assert_state (&t, STREAMING);
  ptp_test_stream_clear (&t);
  ptp_test_assert_finalize (second);
}

static void
test_l10_pull (void)
{
  PtpTestStream t;
  PtpTestProducer *second = ptp_test_producer_new_words ("never");
  PtpPullToPush *stream;
  g_autoptr (GError) error = NULL;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_STREAMING);
  g_assert_false (ptp_consumer_register_pull_producer (PTP_CONSUMER (t.consumer),
                                                       PTP_PULL_PRODUCER (second), &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_ALREADY_REGISTERED);
  g_clear_error (&error);
  stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (second), PTP_CONSUMER (t.consumer), &error);
  g_assert_error (error, PTP_ERROR, PTP_ERROR_ALREADY_REGISTERED);
  g_assert_null (stream);

  ptp_test_stream_until_produced (&t, t.producer->n_produces + 2);
  ptp_test_stream_assert_state (&t, STREAMING);
  ptp_test_stream_clear (&t);
  /* It is left as it is: whoever holds it may give it to somebody else. */
  g_assert_cmpint (second->n_produces, ==, 0);
  g_assert_cmpint (second->n_cancels, ==, 0);
  ptp_test_assert_finalize (second);
}

static void
test_l10_same_again (void)
{
  PtpTestStream t;
  g_autoptr (GError) error = NULL;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_STREAMING);
  g_assert_false (ptp_consumer_register_push_producer (PTP_CONSUMER (t.consumer),
                                                       PTP_PUSH_PRODUCER (t.stream), &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_ALREADY_REGISTERED);
  ptp_test_stream_until_produced (&t, t.producer->n_produces + 2);
  ptp_test_stream_clear (&t);
}

static void
test_l11_push (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestPushProducer *producer = ptp_test_push_producer_new ();
  g_autoptr (GError) error = NULL;

  consumer->closed = TRUE;
  g_assert_false (ptp_consumer_register_push_producer (PTP_CONSUMER (consumer),
                                                       PTP_PUSH_PRODUCER (producer), &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
  g_assert_cmpuint (producer->n_stops, ==, 1);
  g_assert_cmpuint (producer->n_resumes + producer->n_unregistered, ==, 0);
  g_assert_error (producer->reason, PTP_ERROR, PTP_ERROR_CLOSED);
  g_assert_cmpstr (producer->reason->message, ==, error->message);
  ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer));
  g_assert_cmpuint (consumer->n_unregisters + consumer->n_finishes + consumer->n_aborts, ==, 0);
  ptp_test_assert_finalize (producer);
  ptp_test_assert_finalize (consumer);
}

static void
test_l11_pull (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestProducer *producer = ptp_test_producer_new_words ("never");
  g_autoptr (GError) error = NULL;

  consumer->closed = TRUE;
  g_assert_false (ptp_consumer_register_pull_producer (PTP_CONSUMER (consumer),
                                                       PTP_PULL_PRODUCER (producer), &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
  ptp_test_drain ();
  g_assert_cmpint (producer->n_cancels, ==, 1);
  g_assert_error (producer->reason, PTP_ERROR, PTP_ERROR_CLOSED);
  g_assert_cmpstr (producer->reason->message, ==, error->message);
  g_assert_cmpint (producer->n_produces, ==, 0);
  g_assert_cmpuint (consumer->n_registers, ==, 1);
  g_assert_cmpuint (consumer->n_unregisters + consumer->n_finishes + consumer->n_aborts, ==, 0);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);
}

static void
test_l11_stream (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestProducer *producer = ptp_test_producer_new_words ("never");
  g_autoptr (GError) error = NULL;

  consumer->closed = TRUE;
  g_assert_null (
    ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
  ptp_test_drain ();
  g_assert_cmpint (producer->n_cancels, ==, 1);
  g_assert_cmpint (producer->n_produces, ==, 0);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);
}

static void
start_cb (gpointer consumer, gpointer user_data)
{
  PtpPushProducer *stream = PTP_TEST_CONSUMER (consumer)->producer;

  ptp_pull_to_push_start_streaming (PTP_PULL_TO_PUSH (stream));
}

static void
unregistered_cb (gpointer consumer, gpointer user_data)
{
  ptp_push_producer_unregistered (PTP_TEST_CONSUMER (consumer)->producer);
}

static void
dispose_cb (gpointer consumer, gpointer user_data)
{
  g_object_run_dispose (G_OBJECT (PTP_TEST_CONSUMER (consumer)->producer));
}

static void
keep_cb (gpointer consumer, gpointer user_data)
{
  PtpPushProducer **kept = user_data;

  g_set_object (kept, PTP_TEST_CONSUMER (consumer)->producer);
}

/* Whatever it does with the stream that it refuses. */
static void
test_l11_meddling (void)
{
  const PtpTestHook hooks[] = { ptp_test_consumer_stop, start_cb, unregistered_cb, dispose_cb };

  for (gsize i = 0; i < G_N_ELEMENTS (hooks); i++)
    {
      PtpTestConsumer *consumer = ptp_test_consumer_new ();
      PtpTestProducer *producer = ptp_test_producer_new_words ("never");
      g_autoptr (GError) error = NULL;

      consumer->closed = TRUE;
      consumer->on_refuse = hooks[i];
      g_assert_null (
        ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), &error));
      g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
      ptp_test_drain ();
      g_assert_cmpint (producer->n_cancels, ==, 1);
      g_assert_cmpint (producer->n_produces, ==, 0);
      if (hooks[i] == start_cb)
        g_assert_cmpstr (producer->reason->message, ==, error->message);
      ptp_test_assert_finalize (consumer);
      ptp_test_assert_finalize (producer);
    }
}

static void
drop_cb (gpointer consumer, gpointer user_data)
{
  g_clear_object ((PtpTestProducer **) user_data);
}

static void
note_cancel_cb (gpointer producer, gpointer user_data)
{
  gboolean *cancelled = user_data;

  *cancelled = TRUE;
}

/* The last reference is dropped while it is refused (rule R5). */
static void
test_l11_dropped (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestProducer *producer = ptp_test_producer_new_words ("never");
  gboolean cancelled = FALSE;

  consumer->closed = TRUE;
  consumer->on_refuse = drop_cb;
  consumer->hook_data = &producer;
  producer->on_cancel = note_cancel_cb;
  producer->hook_data = &cancelled;
  g_assert_null (
    ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), NULL));
  g_assert_true (cancelled);
  g_assert_null (producer);
  ptp_test_assert_finalize (consumer);
}

static void
run_to_end_cb (gpointer consumer, gpointer user_data)
{
  PtpPullToPush *stream = PTP_PULL_TO_PUSH (PTP_TEST_CONSUMER (consumer)->producer);

  ptp_pull_to_push_start_streaming (stream);
  while (ptp_pull_to_push_get_state (stream) != PTP_STREAM_STATE_FINISHED)
    g_main_context_iteration (NULL, FALSE);
}

/* Who answered FINISHED is not cancelled (rule L7), also if it is refused after all. */
static void
test_l11_after_all (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestProducer *producer = ptp_test_producer_new ();
  g_autoptr (GError) error = NULL;

  consumer->closed = TRUE;
  consumer->on_refuse = run_to_end_cb;
  g_assert_null (
    ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
  ptp_test_drain ();
  g_assert_cmpint (producer->n_cancels, ==, 0);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);
}

/* A refused stream that was kept is over: nobody can drive it any more. */
static void
test_l11_kept (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestProducer *producer = ptp_test_producer_new_words ("never");
  PtpPullToPush *kept = NULL;

  consumer->closed = TRUE;
  consumer->on_refuse = keep_cb;
  consumer->hook_data = &kept;
  g_assert_null (
    ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), NULL));
  g_assert_cmpint (ptp_pull_to_push_get_state (kept), ==, PTP_STREAM_STATE_STOPPED);
  ptp_pull_to_push_start_streaming (kept);
  ptp_test_stop_producing (PTP_PUSH_PRODUCER (kept));
  ptp_test_drain ();
  g_assert_cmpint (producer->n_cancels, ==, 1);
  g_assert_cmpint (producer->n_produces, ==, 0);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);
  ptp_test_assert_finalize (kept);
}

static void
test_l11_by_hand (void)
{
  PtpTestStream t;
  g_autoptr (GError) error = NULL;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("never"));
  t.consumer->closed = TRUE;
  g_assert_false (ptp_consumer_register_push_producer (PTP_CONSUMER (t.consumer),
                                                       PTP_PUSH_PRODUCER (t.stream), &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
  ptp_pull_to_push_start_streaming (t.stream);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register cancel failed");
  ptp_test_stream_clear (&t);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/L9/nothing-registered", test_l9_nothing_registered);
  g_test_add_func ("/rules/L9/twice", test_l9_twice);
  g_test_add_func ("/rules/L9/inside-unregister", test_l9_inside_unregister);
  g_test_add_func ("/rules/L10/push", test_l10_push);
  g_test_add_func ("/rules/L10/pull", test_l10_pull);
  g_test_add_func ("/rules/L10/same-again", test_l10_same_again);
  g_test_add_func ("/rules/L11/push", test_l11_push);
  g_test_add_func ("/rules/L11/pull", test_l11_pull);
  g_test_add_func ("/rules/L11/stream", test_l11_stream);
  g_test_add_func ("/rules/L11/meddling", test_l11_meddling);
  g_test_add_func ("/rules/L11/dropped", test_l11_dropped);
  g_test_add_func ("/rules/L11/after-all", test_l11_after_all);
  g_test_add_func ("/rules/L11/kept", test_l11_kept);
  g_test_add_func ("/rules/L11/by-hand", test_l11_by_hand);

  return g_test_run ();
}
