/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A registration begins a new life of the consumer, at whatever moment it comes. */

#include "ptp-test-push-producer.h"
#include "ptp-test-stream.h"

static void
settle (PtpTestStream *self)
{
  ptp_consumer_emit_settled (PTP_CONSUMER (self->consumer), PTP_SETTLEMENT_FINISHED);
}

static gboolean
was_told_to_finish (gpointer user_data)
{
  return ((PtpTestStream *) user_data)->consumer->n_finishes > 0;
}

static void
run_to_finish (gpointer consumer, gpointer user_data)
{
  ptp_test_until (was_told_to_finish, user_data);
}

/* The stream was started before, and comes to its end while the consumer is asked to take it. */
static void
test_finish_inside_registration (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  t.consumer->finish_result = PTP_END_RESULT_PENDING;
  t.consumer->on_register = run_to_finish;
  ptp_pull_to_push_start_streaming (t.stream);
  ptp_test_stream_start (&t);
  ptp_test_drain ();
  ptp_test_stream_assert_state (&t, ENDING);

  settle (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_assert_state (&t, FINISHED);
  g_assert_cmpuint (t.consumer->n_finishes, ==, 1);
  g_assert_cmpuint (t.consumer->n_aborts, ==, 0);
  ptp_test_stream_clear (&t);
}

static void
waited_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  PtpSettlement *settlement = user_data;
  g_autoptr (GError) error = NULL;

  *settlement = ptp_consumer_wait_settled_finish (PTP_CONSUMER (object), result, &error);
  g_assert_no_error (error);
}

static void
wait_settled (gpointer consumer, gpointer settlement)
{
  ptp_consumer_wait_settled_async (PTP_CONSUMER (consumer), NULL, waited_cb, settlement);
}

/* One that is refused leaves the consumer as it was: settled. */
static void
test_refused_registration (void)
{
  g_autoptr (PtpTestConsumer) consumer = ptp_test_consumer_new ();
  g_autoptr (PtpTestPushProducer) producer = ptp_test_push_producer_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;
  PtpSettlement before = 0, inside = 0;

  g_assert_cmpint (ptp_consumer_finish (PTP_CONSUMER (consumer), NULL), ==, PTP_END_RESULT_DONE);
  consumer->closed = TRUE;
  consumer->on_refuse = wait_settled;
  consumer->hook_data = &inside;
  g_assert_false (ptp_consumer_register_push_producer (PTP_CONSUMER (consumer),
                                                       PTP_PUSH_PRODUCER (producer), NULL));
  consumer->closed = FALSE;
  wait_settled (consumer, &before);
  ptp_test_drain ();
  g_assert_cmpint (before, ==, PTP_SETTLEMENT_FINISHED);
  g_assert_cmpint (inside, ==, PTP_SETTLEMENT_FINISHED);
  g_assert_false (ptp_consumer_write (PTP_CONSUMER (consumer), bytes, &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
}

static void
write_in_vain (gpointer consumer, gpointer bytes)
{
  g_assert_false (ptp_consumer_write (PTP_CONSUMER (consumer), bytes, NULL));
}

/* Nor does it keep what went wrong in between. */
static void
test_write_inside_refused_registration (void)
{
  g_autoptr (PtpTestConsumer) consumer = ptp_test_consumer_new ();
  g_autoptr (PtpTestPushProducer) producer = ptp_test_push_producer_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;

  consumer->closed = TRUE;
  consumer->on_refuse = write_in_vain;
  consumer->hook_data = bytes;
  g_assert_false (ptp_consumer_register_push_producer (PTP_CONSUMER (consumer),
                                                       PTP_PUSH_PRODUCER (producer), NULL));
  g_assert_cmpint (ptp_consumer_finish (PTP_CONSUMER (consumer), &error), ==, PTP_END_RESULT_DONE);
  g_assert_no_error (error);
  g_assert_cmpuint (consumer->n_finishes, ==, 1);
}

typedef struct
{
  PtpTestStream stream;
  PtpTestPushProducer *next;
  guint n_registered;
} Relay;

static void
let_go (gpointer consumer, gpointer user_data)
{
  ptp_test_stream_unregister (user_data);
}

static void
register_next_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Relay *self = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (ptp_consumer_wait_settled_finish (PTP_CONSUMER (object), result, NULL), ==,
                   PTP_SETTLEMENT_FINISHED);
  ptp_consumer_register_push_producer (PTP_CONSUMER (object), PTP_PUSH_PRODUCER (self->next),
                                       &error);
  g_assert_no_error (error);
  self->n_registered++;
}

/* Who waits for the consumer hears of it inside the call of finish, and gives it to somebody else:
 * what the stream waits for is what was settled before that.
 */
static void
test_next_before_finish_returns (void)
{
  Relay self = { .next = ptp_test_push_producer_new () };
  PtpTestStream *t = &self.stream;

  ptp_test_stream_init (t, ptp_test_producer_new_words ("a"));
  t->consumer->on_finish = let_go;
  ptp_consumer_wait_settled_async (PTP_CONSUMER (t->consumer), NULL, register_next_cb, &self);
  ptp_test_stream_start (t);
  ptp_test_ends_wait (t->ends);
  ptp_test_stream_assert_state (t, FINISHED);
  g_assert_cmpuint (self.n_registered, ==, 1);
  g_assert_cmpuint (self.next->n_unregistered, ==, 0);

  ptp_consumer_unregister_producer (PTP_CONSUMER (t->consumer), PTP_PUSH_PRODUCER (self.next));
  ptp_test_assert_finalize (self.next);
  ptp_test_stream_clear (t);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/L17/finish-inside-registration", test_finish_inside_registration);
  g_test_add_func ("/rules/L17/refused-registration", test_refused_registration);
  g_test_add_func ("/rules/L22/write-inside-refused-registration",
                   test_write_inside_refused_registration);
  g_test_add_func ("/rules/L19/next-before-finish-returns", test_next_before_finish_returns);

  return g_test_run ();
}
