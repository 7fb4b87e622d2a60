/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rules L18, L20 to L22 for streams: what a sink may count on. */

#include "ptp-test-push-producer.h"
#include "ptp-test-stream.h"
#include "ptp-test-wait.h"

static void
write_bytes (PtpTestConsumer *consumer, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("w", 1);

  ptp_consumer_write (PTP_CONSUMER (consumer), bytes, error);
}

/* The consumer had enough in the step in which the source said that this was all. */
static void
test_l18_both_at_once (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer (t.producer, "a", PTP_STEP_RESULT_FINISHED);
  t.consumer->on_write = ptp_test_consumer_unregister;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register produce write unregister finished");
  g_assert_true (ptp_pull_to_push_get_exhausted (t.stream));
  ptp_test_stream_clear (&t);
}

static void
stop_streaming_cb (gpointer self, gpointer user_data)
{
  ptp_pull_to_push_stop_streaming (((PtpTestStream *) user_data)->stream);
}

/* Somebody wanted no more in that step: what came first decides. */
static void
test_l18_stopped_before (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer (t.producer, "a", PTP_STEP_RESULT_FINISHED);
  t.consumer->on_write = stop_streaming_cb;
  t.consumer->hook_data = &t;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register produce write abort unregister stopped");
  g_assert_true (ptp_pull_to_push_get_exhausted (t.stream));
  ptp_test_stream_clear (&t);
}

/* A wait for the sink and a wait for the stream get the same answer. */
static void
test_l18_waits_agree (void)
{
  g_auto (PtpTestWait) sink = { 0 };
  g_auto (PtpTestWait) stream = { 0 };
  PtpTestStream t;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_ENDING);
  ptp_test_wait_start (&sink, t.consumer, NULL);
  ptp_test_wait_start (&stream, t.stream, NULL);
  ptp_consumer_emit_settled (PTP_CONSUMER (t.consumer), PTP_SETTLEMENT_FINISHED);
  ptp_test_wait_until_over (&sink);
  ptp_test_wait_until_over (&stream);
  g_assert_cmpint (sink.settlement, ==, PTP_SETTLEMENT_FINISHED);
  g_assert_true (stream.result);
  ptp_test_stream_clear (&t);
}

/* Somebody else told the consumer its end: the stream waits for that, and does not tell it twice.
 */
static void
test_l17_told_by_hand (void)
{
  PtpTestStream t;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_WAITING);
  t.consumer->finish_result = PTP_END_RESULT_PENDING;
  ptp_consumer_finish (PTP_CONSUMER (t.consumer), NULL);
  t.producer->rest = PTP_STEP_RESULT_FINISHED;
  ptp_test_log_clear (t.log);
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (t.producer));
  ptp_test_drain ();
  ptp_test_stream_assert_state (&t, ENDING);
  g_assert_cmpuint (t.consumer->n_finishes, ==, 1);
  ptp_consumer_emit_settled (PTP_CONSUMER (t.consumer), PTP_SETTLEMENT_FINISHED);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "produce unregister finished");
  ptp_test_stream_clear (&t);
}

/* An end by hand under a stream that goes on: the next chunk is refused, and that is its end. */
static void
test_l22_told_by_hand (void)
{
  PtpTestStream t;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_PAUSED);
  ptp_consumer_finish (PTP_CONSUMER (t.consumer), NULL);
  ptp_test_stream_resume (&t);
  ptp_test_ends_wait (t.ends);
  g_assert_error (t.ends->error, PTP_ERROR, PTP_ERROR_CLOSED);
  g_assert_cmpuint (t.consumer->n_finishes, ==, 1);
  g_assert_cmpuint (t.consumer->n_aborts, ==, 0);
  ptp_test_stream_clear (&t);
}

/* Also if it is the consumer that has paused the stream, and that does not resume it any more. */
static void
test_l22_told_while_paused (gconstpointer aborted)
{
  g_autoptr (GError) reason = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "By hand");
  PtpTestStream t;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_STREAMING);
  ptp_test_stream_pause (&t);
  if (aborted)
    ptp_consumer_abort (PTP_CONSUMER (t.consumer), reason, NULL);
  else
    ptp_consumer_finish (PTP_CONSUMER (t.consumer), NULL);
  ptp_test_stream_assert_holders (&t, "");
  ptp_test_ends_wait (t.ends);
  g_assert_error (t.ends->error, PTP_ERROR, PTP_ERROR_CLOSED);
  g_assert_cmpuint (t.consumer->n_finishes, ==, aborted ? 0 : 1);
  g_assert_cmpuint (t.consumer->n_aborts, ==, aborted ? 1 : 0);
  ptp_test_stream_clear (&t);
}

/* A producer of both kinds, which tries to cut off its own finish. */

#define TEST_TYPE_BOTH (test_both_get_type ())
G_DECLARE_FINAL_TYPE (TestBoth, test_both, TEST, BOTH, GObject)

struct _TestBoth
{
  GObject parent_instance;

  guint n_calls; /* of a push producer */
};

static void test_both_pull_init (PtpPullProducerInterface *iface);
static void test_both_push_init (PtpPushProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestBoth,
                               test_both,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER, test_both_pull_init)
                                 G_IMPLEMENT_INTERFACE (PTP_TYPE_PUSH_PRODUCER,
                                                        test_both_push_init))

static PtpStepResult
test_both_produce (PtpPullProducer *producer, PtpConsumer *consumer, GError **error)
{
  ptp_consumer_unregister_producer (consumer, PTP_PUSH_PRODUCER (producer));
  return PTP_STEP_RESULT_FINISHED;
}

static void
test_both_pull_init (PtpPullProducerInterface *iface)
{
  iface->produce = test_both_produce;
}

static void
test_both_called (PtpPushProducer *producer)
{
  TEST_BOTH (producer)->n_calls++;
}

static void
test_both_push_init (PtpPushProducerInterface *iface)
{
  iface->pause_producing = test_both_called;
  iface->resume_producing = test_both_called;
  iface->unregistered = test_both_called;
}

static void
test_both_class_init (TestBothClass *klass)
{
}

static void
test_both_init (TestBoth *self)
{
}

static void
test_l20_cannot_cut_off_itself (void)
{
  TestBoth *producer = g_object_new (TEST_TYPE_BOTH, NULL);
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpPullToPush *stream
    = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), NULL);
  g_autoptr (PtpTestEnds) ends = ptp_test_ends_new (stream);

  ptp_test_ends_wait (ends);
  g_assert_cmpuint (ends->n_finished, ==, 1);
  g_assert_cmpuint (consumer->n_finishes, ==, 1);
  g_assert_cmpuint (consumer->n_unregisters, ==, 1);
  g_assert_cmpuint (producer->n_calls, ==, 0);
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);
}

typedef struct
{
  PtpTestStream t;
  PtpTestPushProducer *newcomer;
} Succession;

static void
register_newcomer_cb (gpointer consumer, gpointer user_data)
{
  Succession *s = user_data;

  if (PTP_TEST_CONSUMER (consumer)->n_unregisters > 1)
    return;

  g_assert_true (
    ptp_consumer_register_push_producer (consumer, PTP_PUSH_PRODUCER (s->newcomer), NULL));
}

/* The stream that is being unregistered leaves alone who comes from inside that. */
static void
test_l20_newcomer (void)
{
  Succession s = { .newcomer = ptp_test_push_producer_new () };
  g_autoptr (GError) error = NULL;

  ptp_test_stream_init (&s.t, ptp_test_producer_new_words ("a"));
  s.t.consumer->on_unregister = register_newcomer_cb;
  s.t.consumer->hook_data = &s;
  ptp_test_stream_start (&s.t);
  ptp_test_ends_wait (s.t.ends);
  g_assert_true (s.t.consumer->producer == PTP_PUSH_PRODUCER (s.newcomer));
  g_assert_cmpuint (s.newcomer->n_registered, ==, 1);
  g_assert_cmpuint (s.newcomer->n_unregistered, ==, 0);

  /* Its life is its own: nothing of the first one is left. */
  ptp_test_stream_unregister (&s.t);
  write_bytes (s.t.consumer, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ptp_consumer_finish (PTP_CONSUMER (s.t.consumer), NULL), ==,
                   PTP_END_RESULT_DONE);
  ptp_consumer_unregister_producer (PTP_CONSUMER (s.t.consumer), PTP_PUSH_PRODUCER (s.newcomer));
  ptp_test_stream_clear (&s.t);
  ptp_test_assert_finalize (s.newcomer);
}

/* Rule L21, and what a step learns of it */

static void
test_l21_full (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  t.consumer->on_register = ptp_test_consumer_pause;
  ptp_test_stream_start (&t);
  ptp_test_stream_assert_state (&t, PAUSED);
  g_assert_cmpuint (ptp_consumer_get_desired_size (PTP_CONSUMER (t.consumer)), ==, 0);
  ptp_test_drain ();
  ptp_test_log_assert (t.log, "register");

  ptp_test_stream_resume (&t);
  g_assert_cmpuint (ptp_consumer_get_desired_size (PTP_CONSUMER (t.consumer)), ==, G_MAXSIZE);
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_assert_bytes (&t, "a");
  ptp_test_stream_clear (&t);
}

/* The convenience as well. */
static void
test_l21_full_at_once (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestProducer *producer = ptp_test_producer_new_words ("a");
  PtpPullToPush *stream;

  consumer->on_register = ptp_test_consumer_pause;
  stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), NULL);
  g_assert_cmpint (ptp_pull_to_push_get_state (stream), ==, PTP_STREAM_STATE_PAUSED);
  ptp_test_drain ();
  g_assert_cmpint (producer->n_produces, ==, 0);
  ptp_test_consumer_resume (consumer, NULL);
  ptp_test_drain ();
  g_assert_cmpint (ptp_pull_to_push_get_state (stream), ==, PTP_STREAM_STATE_FINISHED);
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);
}

/* A step that writes while there is a wish for more, and stops when there is none. */
static void
write_while_wanted_cb (gpointer self, gpointer user_data)
{
  PtpTestStream *t = user_data;

  if (t->producer->n_produces > 1)
    return;

  while (ptp_consumer_get_desired_size (PTP_CONSUMER (t->consumer)) > 0)
    write_bytes (t->consumer, NULL);
}

static void
pause_at_three_cb (gpointer consumer, gpointer user_data)
{
  if (PTP_TEST_CONSUMER (consumer)->n_writes == 3)
    ptp_test_consumer_pause (consumer, NULL);
}

static void
test_desired_size_of_a_stream (void)
{
  PtpTestStream t;
  PtpConsumer *consumer;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  consumer = PTP_CONSUMER (t.consumer);
  t.consumer->desired_size = 10;
  t.consumer->on_write = pause_at_three_cb;
  t.producer->on_produce = write_while_wanted_cb;
  t.producer->rest = PTP_STEP_RESULT_MORE;
  ptp_test_stream_start (&t);
  ptp_test_drain ();
  ptp_test_stream_assert_bytes (&t, "www");
  ptp_test_stream_assert_state (&t, PAUSED);
  g_assert_cmpuint (ptp_consumer_get_desired_size (consumer), ==, 0);

  /* A hold is not the consumer's, so it does not change the desired size. */
  ptp_test_stream_resume (&t);
  ptp_pull_to_push_hold (t.stream, "user");
  g_assert_cmpuint (ptp_consumer_get_desired_size (consumer), ==, 10);
  ptp_test_stream_pause (&t);
  ptp_test_stream_unregister (&t);
  g_assert_cmpuint (ptp_consumer_get_desired_size (consumer), ==, 10);
  ptp_test_stream_clear (&t);
}

/* Rule L22 */

static void
write_twice_cb (gpointer self, gpointer user_data)
{
  PtpTestStream *t = user_data;
  g_autoptr (GError) error = NULL;

  write_bytes (t->consumer, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_clear_error (&error);
  /* It is the producer's to stop; the consumer takes what it can. */
  write_bytes (t->consumer, &error);
  g_assert_no_error (error);
}

/* The answer of the producer does not matter, nor do its later writes. */
static void
test_l22_ignored (void)
{
  const PtpStepResult answers[]
    = { PTP_STEP_RESULT_MORE, PTP_STEP_RESULT_PENDING, PTP_STEP_RESULT_FINISHED };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      PtpTestStream t;

      ptp_test_stream_init (&t, ptp_test_producer_new ());
      t.producer->rest = answers[i];
      t.producer->on_produce = write_twice_cb;
      t.consumer->fail_write_at = 1;
      ptp_test_stream_start (&t);
      ptp_test_ends_wait (t.ends);
      g_assert_error (t.ends->error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
      g_assert_cmpint (t.producer->n_produces, ==, 1);
      g_assert_cmpint (t.producer->n_cancels, ==, answers[i] != PTP_STEP_RESULT_FINISHED);
      g_assert_cmpuint (t.consumer->n_finishes, ==, 0);
      g_assert_error (t.consumer->reason, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
      ptp_test_stream_clear (&t);
    }
}

static void
fail_otherwise_cb (gpointer self, gpointer user_data)
{
  PtpTestStream *t = user_data;

  write_bytes (t->consumer, NULL);
}

/* An error of its own that the producer makes of it is not the first. */
static void
test_l22_replaced (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer_error (t.producer, NULL, PTP_STEP_RESULT_FAILED,
                                  g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "Scripted"));
  t.producer->on_produce = fail_otherwise_cb;
  t.consumer->fail_write_at = 1;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  g_assert_error (t.ends->error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpint (t.producer->n_cancels, ==, 0);
  ptp_test_stream_clear (&t);
}

/* A write that fails beside a stream that is paused ends that as well. */
static void
test_l22_from_outside (void)
{
  PtpTestStream t;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_PAUSED);
  t.consumer->fail_write_at = t.consumer->n_writes + 1;
  write_bytes (t.consumer, NULL);
  ptp_test_ends_wait (t.ends);
  g_assert_error (t.ends->error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_error (t.producer->reason, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  ptp_test_stream_clear (&t);
}

/* It is refused by the contract; a consumer is not even asked. */
static void
test_l22_after_end (void)
{
  const PtpStreamState states[] = { PTP_STREAM_STATE_ENDING, PTP_STREAM_STATE_FINISHED,
                                    PTP_STREAM_STATE_STOPPED, PTP_STREAM_STATE_FAILED };

  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autoptr (GError) error = NULL;
      PtpTestStream t;
      guint n_writes;

      ptp_test_stream_init_in (&t, states[i]);
      n_writes = t.consumer->n_writes;
      write_bytes (t.consumer, &error);
      g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
      g_assert_cmpuint (t.consumer->n_writes, ==, n_writes);
      ptp_test_drain ();
      /* It does not spoil an end that is under way. */
      g_assert_cmpint (ptp_pull_to_push_get_state (t.stream), ==, states[i]);
      ptp_test_stream_clear (&t);
    }
}

/* A sink that is kept knows what it missed when whoever keeps it ends it. */
static void
test_l22_kept (void)
{
  g_autoptr (GError) error = NULL;
  PtpTestStream t;

  ptp_test_stream_init_keeping (&t, ptp_test_producer_new_words ("a b"),
                                PTP_PULL_TO_PUSH_KEEP_SINK);
  t.consumer->fail_write_at = 2;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  g_assert_error (t.ends->error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (t.consumer->n_aborts, ==, 0);

  g_assert_cmpint (ptp_consumer_finish (PTP_CONSUMER (t.consumer), &error), ==,
                   PTP_END_RESULT_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (t.consumer->n_aborts, ==, 1);
  g_assert_cmpuint (t.consumer->n_finishes, ==, 0);
  ptp_test_stream_clear (&t);
}

/* One sink for two sources, one after the other, which whoever keeps it finishes. */
static void
test_keep_sink_twice (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();

  for (guint i = 0; i < 2; i++)
    {
      PtpTestProducer *producer = ptp_test_producer_new_words (i == 0 ? "a" : "b");
      PtpPullToPush *stream = g_object_new (PTP_TYPE_PULL_TO_PUSH, "producer", producer, "consumer",
                                            consumer, "flags", PTP_PULL_TO_PUSH_KEEP_SINK, NULL);
      g_autoptr (PtpTestEnds) ends = ptp_test_ends_new (stream);

      g_assert_cmpint (ptp_pull_to_push_get_flags (stream), ==, PTP_PULL_TO_PUSH_KEEP_SINK);
      g_assert_true (ptp_consumer_register_push_producer (PTP_CONSUMER (consumer),
                                                          PTP_PUSH_PRODUCER (stream), NULL));
      ptp_pull_to_push_start_streaming (stream);
      ptp_test_ends_wait (ends);
      g_assert_cmpuint (ends->n_finished, ==, 1);
      ptp_test_assert_finalize (stream);
      ptp_test_assert_finalize (producer);
    }

  g_assert_cmpuint (consumer->n_finishes + consumer->n_aborts, ==, 0);
  g_assert_cmpint (ptp_consumer_finish (PTP_CONSUMER (consumer), NULL), ==, PTP_END_RESULT_DONE);
  g_assert_cmpstr (consumer->bytes->str, ==, "ab");
  ptp_test_assert_finalize (consumer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/L18/both-at-once", test_l18_both_at_once);
  g_test_add_func ("/rules/L18/stopped-before", test_l18_stopped_before);
  g_test_add_func ("/rules/L18/waits-agree", test_l18_waits_agree);
  g_test_add_func ("/rules/L17/told-by-hand", test_l17_told_by_hand);
  g_test_add_func ("/rules/L17/keep-sink-twice", test_keep_sink_twice);
  g_test_add_func ("/rules/L20/cannot-cut-off-itself", test_l20_cannot_cut_off_itself);
  g_test_add_func ("/rules/L20/newcomer", test_l20_newcomer);
  g_test_add_func ("/rules/L21/full", test_l21_full);
  g_test_add_func ("/rules/L21/full-at-once", test_l21_full_at_once);
  g_test_add_func ("/rules/L21/desired-size", test_desired_size_of_a_stream);
  g_test_add_func ("/rules/L22/ignored", test_l22_ignored);
  g_test_add_func ("/rules/L22/replaced", test_l22_replaced);
  g_test_add_func ("/rules/L22/from-outside", test_l22_from_outside);
  g_test_add_func ("/rules/L22/after-end", test_l22_after_end);
  g_test_add_func ("/rules/L22/kept", test_l22_kept);
  g_test_add_func ("/rules/L22/told-by-hand", test_l22_told_by_hand);
  g_test_add_data_func ("/rules/L22/finished-while-paused", NULL, test_l22_told_while_paused);
  g_test_add_data_func ("/rules/L22/aborted-while-paused", "aborted", test_l22_told_while_paused);

  return g_test_run ();
}
