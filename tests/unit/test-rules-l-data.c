/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rules L12 to L16: what flows, and what is left. */

#include "ptp-test-push-producer.h"
#include "ptp-test-stream.h"

static void
test_l12_empty (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register produce finish unregister finished");
  g_assert_cmpuint (t.consumer->n_writes, ==, 0);
  ptp_test_stream_clear (&t);
}

static void
test_l13_last_chunk_and_end (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer (t.producer, "a", PTP_STEP_RESULT_MORE);
  ptp_test_producer_answer (t.producer, "b", PTP_STEP_RESULT_FINISHED);
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register produce write produce write finish unregister finished");
  ptp_test_stream_assert_bytes (&t, "ab");
  ptp_test_stream_clear (&t);
}

/* A pause that comes with the last chunk does not keep the end back: nothing more will come. */
static void
test_l13_paused_with_last_chunk (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer (t.producer, "a", PTP_STEP_RESULT_FINISHED);
  t.consumer->on_write = ptp_test_consumer_pause;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register produce write finish unregister finished");
  ptp_test_stream_clear (&t);
}

static void
test_l14_empty_write (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer (t.producer, "a", PTP_STEP_RESULT_MORE);
  ptp_test_producer_answer (t.producer, "", PTP_STEP_RESULT_MORE);
  ptp_test_producer_answer (t.producer, "b", PTP_STEP_RESULT_MORE);
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_assert_bytes (&t, "ab");
  g_assert_cmpuint (t.consumer->n_writes, ==, 3);
  g_assert_cmpint (t.producer->n_produces, ==, 4);
  ptp_test_stream_clear (&t);
}

static void
test_l15_references (void)
{
  for (int i = PTP_STREAM_STATE_FINISHED; i <= PTP_STREAM_STATE_FAILED; i++)
    {
      PtpTestStream t;

      ptp_test_stream_init_in (&t, (PtpStreamState) i);
      g_assert_null (ptp_pull_to_push_get_producer (t.stream));
      g_assert_null (ptp_pull_to_push_get_consumer (t.stream));

      /* The stream lives, so that it is not its death which frees them. */
      g_assert_finalize_object (g_steal_pointer (&t.producer));
      g_assert_finalize_object (g_steal_pointer (&t.consumer));
      g_assert_finalize_object (g_steal_pointer (&t.stream));
      g_clear_object (&t.cooperator);
      ptp_test_ends_unref (t.ends);
      ptp_test_log_unref (t.log);
    }
}

static void
test_l15_unregistered_consumer (void)
{
  PtpTestStream t;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_STREAMING);
  ptp_test_stream_unregister (&t);
  ptp_test_ends_wait (t.ends);
  /* This time it is the consumer that lives. */
  g_assert_finalize_object (g_steal_pointer (&t.stream));
  g_assert_finalize_object (g_steal_pointer (&t.producer));
  g_assert_finalize_object (g_steal_pointer (&t.consumer));
  g_clear_object (&t.cooperator);
  ptp_test_ends_unref (t.ends);
  ptp_test_log_unref (t.log);
}

/* A consumer whose producer was stopped is told its end, and holds nothing after it. */
static void
test_l15_stopped (void)
{
  PtpTestStream t;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_STOPPED);
  g_assert_cmpuint (t.consumer->n_aborts, ==, 1);
  g_assert_cmpuint (t.consumer->n_unregisters, ==, 1);
  g_assert_finalize_object (g_steal_pointer (&t.stream));
  g_assert_finalize_object (g_steal_pointer (&t.consumer));
  g_assert_finalize_object (g_steal_pointer (&t.producer));
  g_clear_object (&t.cooperator);
  ptp_test_ends_unref (t.ends);
  ptp_test_log_unref (t.log);
}

/* Rule L16: a second producer for the consumer of @first, given at some moment. */

typedef struct
{
  PtpTestStream first;
  PtpTestProducer *second;
  gboolean given;
} Succession;

static void
give_second_cb (gpointer self, gpointer user_data)
{
  Succession *s = user_data;
  g_autoptr (GError) error = NULL;

  if (s->given)
    return;

  s->given = TRUE;
  /* Does nothing where it is the unregistration that calls. */
  ptp_test_stream_unregister (&s->first);
  ptp_consumer_register_pull_producer (PTP_CONSUMER (s->first.consumer),
                                       PTP_PULL_PRODUCER (s->second), &error);
  g_assert_no_error (error);
  g_assert_cmpint (s->second->n_produces, ==, 0);
}

static gboolean
second_is_over (gpointer user_data)
{
  Succession *s = user_data;

  return s->given && s->first.consumer->producer == NULL && s->second->n_produces > 0;
}

static void
succession_init (Succession *s, const char *words)
{
  *s = (Succession){ .second = ptp_test_producer_new_words ("x y") };
  ptp_test_stream_init (&s->first, ptp_test_producer_new_words (words));
  ptp_test_producer_set_log (s->second, s->first.log);
  s->first.producer->hook_data = s;
  s->first.consumer->hook_data = s;
  s->first.ends->hook_data = s;
}

static void
succession_run (Succession *s, const char *expected_bytes)
{
  ptp_test_stream_start (&s->first);
  ptp_test_until (second_is_over, s);
  ptp_test_drain ();

  g_assert_cmpuint (s->first.ends->n_finished, ==, 1);
  g_assert_cmpuint (s->first.consumer->n_registers, ==, 2);
  g_assert_cmpuint (s->first.consumer->n_unregisters, ==, 2);
  ptp_test_stream_assert_bytes (&s->first, expected_bytes);
  g_assert_cmpint (s->second->n_produces, ==, 3);
  g_assert_false (s->second->reentered);
}

static void
succession_clear (Succession *s)
{
  ptp_test_stream_clear (&s->first);
  ptp_test_assert_finalize (s->second);
}

static void
test_l16_inside_unregister (void)
{
  Succession s;

  succession_init (&s, "a b");
  s.first.consumer->on_unregister = give_second_cb;
  succession_run (&s, "abxy");
  succession_clear (&s);
}

static void
test_l16_inside_end (void)
{
  Succession s;

  succession_init (&s, "a b");
  s.first.ends->hook = give_second_cb;
  succession_run (&s, "abxy");
  succession_clear (&s);
}

static void
test_l16_inside_write (void)
{
  Succession s;

  succession_init (&s, "a b");
  s.first.consumer->on_write = give_second_cb;
  succession_run (&s, "axy");
  /* The step that was under way has unwound before the next producer is asked. */
  g_assert_cmpint (s.first.producer->n_produces, ==, 1);
  succession_clear (&s);
}

static void
test_l16_inside_produce (void)
{
  Succession s;

  succession_init (&s, "a b");
  s.first.producer->on_produced = give_second_cb;
  succession_run (&s, "axy");
  g_assert_cmpint (s.first.producer->n_produces, ==, 1);
  succession_clear (&s);
}

static void
refuse_second_cb (gpointer self, gpointer user_data)
{
  Succession *s = user_data;
  g_autoptr (GError) error = NULL;

  /* As a consumer does that is glad to be rid of the first. */
  ptp_consumer_unregister_producer (PTP_CONSUMER (s->first.consumer),
                                    PTP_PUSH_PRODUCER (s->first.stream));
  g_assert_false (ptp_consumer_register_pull_producer (PTP_CONSUMER (s->first.consumer),
                                                       PTP_PULL_PRODUCER (s->second), &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_ALREADY_REGISTERED);
}

/* Not while the end of the first is under way, also if it has let go of it. */
static void
test_l16_not_inside_abort (void)
{
  Succession s;

  succession_init (&s, "a");
  ptp_test_producer_answer_error (s.first.producer, NULL, PTP_STEP_RESULT_FAILED,
                                  g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "Scripted"));
  s.first.consumer->on_abort = refuse_second_cb;
  s.first.consumer->on_unregister = NULL;
  s.first.ends->hook = give_second_cb;
  ptp_test_stream_start (&s.first);
  ptp_test_until (second_is_over, &s);
  ptp_test_drain ();

  g_assert_cmpuint (s.first.ends->n_failed, ==, 1);
  g_assert_cmpint (s.second->n_cancels, ==, 0);
  g_assert_error (s.first.ends->error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_cmpuint (s.first.consumer->n_unregisters, ==, 2);
  ptp_test_stream_assert_bytes (&s.first, "axy");
  succession_clear (&s);
}

/* The same producer and consumer, time and again, each time in a new stream. */
static void
test_l16_many (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();

  for (guint i = 0; i < 50; i++)
    {
      PtpTestProducer *producer = ptp_test_producer_new_words ("a b");
      PtpPullToPush *stream;
      g_autoptr (PtpTestEnds) ends = NULL;
      g_autoptr (GError) error = NULL;

      stream
        = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), &error);
      g_assert_no_error (error);
      ends = ptp_test_ends_new (stream);
      ptp_test_ends_wait (ends);
      g_assert_finalize_object (stream);
      g_assert_finalize_object (producer);
    }

  g_assert_cmpuint (consumer->bytes->len, ==, 100);
  ptp_test_assert_finalize (consumer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/L12/empty", test_l12_empty);
  g_test_add_func ("/rules/L13/last-chunk-and-end", test_l13_last_chunk_and_end);
  g_test_add_func ("/rules/L13/paused-with-last-chunk", test_l13_paused_with_last_chunk);
  g_test_add_func ("/rules/L14/empty-write", test_l14_empty_write);
  g_test_add_func ("/rules/L15/references", test_l15_references);
  g_test_add_func ("/rules/L15/unregistered-consumer", test_l15_unregistered_consumer);
  g_test_add_func ("/rules/L15/stopped", test_l15_stopped);
  g_test_add_func ("/rules/L16/inside-unregister", test_l16_inside_unregister);
  g_test_add_func ("/rules/L16/inside-end", test_l16_inside_end);
  g_test_add_func ("/rules/L16/inside-write", test_l16_inside_write);
  g_test_add_func ("/rules/L16/inside-produce", test_l16_inside_produce);
  g_test_add_func ("/rules/L16/not-inside-abort", test_l16_not_inside_abort);
  g_test_add_func ("/rules/L16/many", test_l16_many);

  return g_test_run ();
}
