/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Each documented behaviour of Twisted's _PullToPush, and what becomes of it here. Where we do
 * otherwise it is on purpose, and said. Twisted's ends neither what it reads nor what it writes,
 * which here is both KEEP flags.
 */

#include "ptp-test-gap.h"
#include "ptp-test-stream.h"

#define AS_TWISTED (PTP_PULL_TO_PUSH_KEEP_SOURCE | PTP_PULL_TO_PUSH_KEEP_SINK)

/* Twisted: the adapter says that it provides IPushProducer, so that a consumer treats it as one.
 * Ours: the same, and only that; it is no pull producer that could be wrapped once more.
 */
static void
test_interface (void)
{
  g_assert_true (g_type_is_a (PTP_TYPE_PULL_TO_PUSH, PTP_TYPE_PUSH_PRODUCER));
  g_assert_false (g_type_is_a (PTP_TYPE_PULL_TO_PUSH, PTP_TYPE_PULL_PRODUCER));
}

/* Twisted: once started the producer is asked again and again, one ask a step of the cooperator,
 * until it unregisters itself from its consumer when it has no more.
 * Ours: the same; but a producer that is through says FINISHED, and unregistering is done for it.
 */
static void
test_writes_until_done (void)
{
  PtpTestStream t;

  ptp_test_stream_init_keeping (&t, ptp_test_producer_new_words ("1 2 3 4 5"), AS_TWISTED);
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_assert_bytes (&t, "12345");
  g_assert_cmpuint (t.consumer->n_finishes + t.consumer->n_aborts, ==, 0);
  g_assert_null (t.consumer->producer);
  g_assert_cmpuint (t.ends->n_finished, ==, 1);
  ptp_test_stream_clear (&t);
}

static void
unregister_on_third_cb (gpointer self, gpointer user_data)
{
  if (PTP_TEST_CONSUMER (self)->n_writes == 3)
    ptp_test_consumer_unregister (self, NULL);
}

/* The way of a Twisted producer works here too: it unregisters from inside its step, though its
 * answer is that there is more.
 */
static void
stop_after_letting_go_cb (gpointer self, gpointer user_data)
{
  PtpTestStream *t = user_data;

  if (t->consumer->n_writes != 2)
    return;

  ptp_test_stream_unregister (t);
  ptp_pull_to_push_stop_streaming (t->stream);
}

/* Twisted: this is how its consumers end a stream, also from inside a write. Without the flags the
 * end is the same, but the source is told.
 */
static void
test_stop_streaming_after_letting_go (void)
{
  const PtpPullToPushFlags flags[] = { AS_TWISTED, PTP_PULL_TO_PUSH_NONE };

  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      PtpTestStream t;

      ptp_test_stream_init_keeping (&t, ptp_test_producer_new_endless ("x"), flags[i]);
      t.consumer->on_write = stop_after_letting_go_cb;
      ptp_test_stream_start (&t);
      ptp_test_ends_wait (t.ends);
      ptp_test_stream_assert_bytes (&t, "xx");
      g_assert_cmpuint (t.ends->n_finished, ==, 1);
      g_assert_cmpint (t.producer->n_cancels, ==, flags[i] == AS_TWISTED ? 0 : 1);
      ptp_test_stream_clear (&t);
    }
}

static void
test_unregisters_itself (void)
{
  PtpTestStream t;

  ptp_test_stream_init_keeping (&t, ptp_test_producer_new_endless ("x"), AS_TWISTED);
  t.consumer->on_write = unregister_on_third_cb;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_assert_bytes (&t, "xxx");
  g_assert_cmpint (t.producer->n_produces, ==, 3);
  g_assert_cmpint (t.producer->n_cancels, ==, 0);
  g_assert_cmpuint (t.ends->n_finished, ==, 1);
  ptp_test_stream_clear (&t);
}

/* Twisted: pauseProducing pauses the cooperative task, and no step follows until resumeProducing.
 * Ours: the same.
 */
static void
test_pause (void)
{
  PtpTestStream t;
  int n_produces;

  ptp_test_stream_init_keeping (&t, ptp_test_producer_new_endless ("x"), AS_TWISTED);
  ptp_test_stream_start (&t);
  ptp_test_stream_until_produced (&t, 1);
  ptp_test_stream_pause (&t);
  n_produces = t.producer->n_produces;
  ptp_test_drain ();
  g_assert_cmpint (t.producer->n_produces, ==, n_produces);
  ptp_test_stream_clear (&t);
}

/* Twisted: resumeProducing goes on where it was paused. Resuming what is not paused is an error
 * of the task's there, and pauses are counted, so that two need two resumes.
 * Ours: goes on where it was paused; resuming what runs does nothing, and two pauses of the
 * consumer are one, since a consumer that has room again has room again (rules L4 and L5).
 */
static void
test_resume (void)
{
  PtpTestStream t;

  ptp_test_stream_init_keeping (&t, ptp_test_producer_new_words ("1 2 3"), AS_TWISTED);
  t.consumer->on_write = ptp_test_consumer_pause;
  ptp_test_stream_start (&t);
  ptp_test_drain ();
  ptp_test_stream_assert_bytes (&t, "1");
  ptp_test_stream_pause (&t);
  ptp_test_stream_resume (&t);
  ptp_test_stream_resume (&t);
  ptp_test_drain ();
  ptp_test_stream_assert_bytes (&t, "12");
  t.consumer->on_write = NULL;
  ptp_test_stream_resume (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_assert_bytes (&t, "123");
  ptp_test_stream_clear (&t);
}

/* Twisted: stopProducing ends the task and passes the word on to the producer, at once.
 * Ours: ends it at once too, but the producer is told in a later turn and never from inside its
 * own step (rules L7 and R3), and once however often it is stopped; in Twisted each call is
 * passed on.
 */
static void
test_stop_producing (void)
{
  PtpTestStream t;
  int n_produces;

  ptp_test_stream_init_keeping (&t, ptp_test_producer_new_endless ("x"), AS_TWISTED);
  ptp_test_stream_start (&t);
  ptp_test_stream_until_produced (&t, 1);
  n_produces = t.producer->n_produces;
  ptp_test_stream_stop (&t);
  ptp_test_stream_stop (&t);
  ptp_test_stream_assert_state (&t, ENDING);
  g_assert_cmpint (t.producer->n_cancels, ==, 0);
  ptp_test_ends_wait (t.ends);
  g_assert_cmpint (t.producer->n_cancels, ==, 1);
  g_assert_cmpuint (t.ends->n_stopped, ==, 1);
  g_assert_cmpuint (t.consumer->n_aborts, ==, 0);
  g_assert_cmpint (t.producer->n_produces, ==, n_produces);
  ptp_test_stream_clear (&t);
}

/* Twisted: an exception out of resumeProducing is logged and the producer unregistered; the
 * consumer is relied on to stop the adapter in turn, and learns nothing of the reason.
 * Ours: the consumer is unregistered, and told why before that unless it is kept; the stream ends
 * whatever it does, and the error goes to whoever has started the stream instead of a log (rule
 * E1).
 */
static void
test_produce_fails (void)
{
  PtpTestStream t;

  ptp_test_stream_init_keeping (&t, ptp_test_producer_new (), AS_TWISTED);
  ptp_test_producer_answer (t.producer, "1", PTP_STEP_RESULT_MORE);
  ptp_test_producer_answer_error (t.producer, NULL, PTP_STEP_RESULT_FAILED,
                                  g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "Scripted"));
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register produce write produce unregister failed");
  g_assert_error (t.ends->error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_cmpint (t.producer->n_cancels, ==, 0);
  ptp_test_stream_clear (&t);
}

/* Twisted: if unregisterProducer raises as well, both are logged, and the adapter stops by
 * itself, since it cannot know how far the consumer came.
 * Ours: a C function that returns nothing cannot fail, but it can lack, or do what it likes; the
 * adapter always ends itself, and reports the first error and no other (rule E4).
 */
static void
test_produce_and_unregister_fail (void)
{
  PtpTestProducer *producer = ptp_test_producer_new ();
  PtpConsumer *consumer = ptp_test_gap_consumer_new ("unregister_producer");
  PtpPullToPush *stream = ptp_pull_to_push_new (PTP_PULL_PRODUCER (producer), consumer);
  g_autoptr (PtpTestEnds) ends = ptp_test_ends_new (stream);
  PtpTestStream t;

  ptp_test_producer_answer_error (producer, NULL, PTP_STEP_RESULT_FAILED,
                                  g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "Scripted"));
  ptp_pull_to_push_start_streaming (stream);
  ptp_test_ends_wait (ends);
  g_assert_error (ends->error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_cmpint (producer->n_produces, ==, 1);
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer_error (t.producer, NULL, PTP_STEP_RESULT_FAILED,
                                  g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "Scripted"));
  t.consumer->misbehaves = TRUE;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  g_assert_error (t.ends->error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_cmpint (t.producer->n_produces, ==, 1);
  t.consumer->misbehaves = FALSE;
  ptp_test_stream_clear (&t);
}

/* Twisted: a consumer lets go of its producer and then calls stopStreaming, which stops the task;
 * the producer is not told, and a second call does nothing. Calling it before startStreaming is an
 * error there.
 * Ours: the same, and it is a good end; before the start it makes that do nothing (rule L2).
 */
static void
test_stop_streaming_twice (void)
{
  PtpTestStream t;
  int n_produces;

  ptp_test_stream_init_keeping (&t, ptp_test_producer_new_endless ("x"), AS_TWISTED);
  ptp_test_stream_start (&t);
  ptp_test_stream_until_produced (&t, 1);
  n_produces = t.producer->n_produces;
  ptp_test_stream_unregister (&t);
  ptp_pull_to_push_stop_streaming (t.stream);
  ptp_pull_to_push_stop_streaming (t.stream);
  ptp_test_ends_wait (t.ends);
  ptp_pull_to_push_stop_streaming (t.stream);
  ptp_test_drain ();
  g_assert_cmpuint (t.ends->n_finished, ==, 1);
  g_assert_cmpint (t.producer->n_produces, ==, n_produces);
  g_assert_cmpint (t.producer->n_cancels, ==, 0);
  ptp_test_stream_clear (&t);
}

/* Twisted: a consumer must, when it is given a pull producer, wrap it, start the adapter, and stop
 * it when it is unregistered; one that forgets has a producer which runs on for ever.
 * Ours: registering and unregistering do all of it, for a consumer that knows nothing of pull
 * producers.
 */
static void
test_no_cooperation_needed (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestProducer *producer = ptp_test_producer_new_endless ("x");
  g_autoptr (GError) error = NULL;
  int n_produces;

  ptp_consumer_register_pull_producer (PTP_CONSUMER (consumer), PTP_PULL_PRODUCER (producer),
                                       &error);
  g_assert_no_error (error);
  g_assert_true (PTP_IS_PULL_TO_PUSH (consumer->producer));
  ptp_test_until_set (&producer->n_produces);
  ptp_test_consumer_unregister (consumer, NULL);
  n_produces = producer->n_produces;
  ptp_test_drain ();
  g_assert_cmpint (producer->n_produces, ==, n_produces);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/twisted-parity/interface", test_interface);
  g_test_add_func ("/twisted-parity/writes-until-done", test_writes_until_done);
  g_test_add_func ("/twisted-parity/unregisters-itself", test_unregisters_itself);
  g_test_add_func ("/twisted-parity/stop-streaming-after-letting-go",
                   test_stop_streaming_after_letting_go);
  g_test_add_func ("/twisted-parity/pause", test_pause);
  g_test_add_func ("/twisted-parity/resume", test_resume);
  g_test_add_func ("/twisted-parity/stop-producing", test_stop_producing);
  g_test_add_func ("/twisted-parity/produce-fails", test_produce_fails);
  g_test_add_func ("/twisted-parity/produce-and-unregister-fail", test_produce_and_unregister_fail);
  g_test_add_func ("/twisted-parity/stop-streaming-twice", test_stop_streaming_twice);
  g_test_add_func ("/twisted-parity/no-cooperation-needed", test_no_cooperation_needed);

  return g_test_run ();
}
