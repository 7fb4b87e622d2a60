/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* PtpInputStreamProducer: reading one chunk ahead. */

#include "ptp-test-gone.h"
#include "ptp-test-input-stream.h"
#include "ptp-test-output-stream.h"
#include "ptp-test-reading.h"

#include <string.h>

#define KIB ((gsize) 1024)

static gboolean
is_over (gpointer user_data)
{
  return !g_input_stream_has_pending (user_data);
}

static void
count_cb (gpointer object, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
count_notify_cb (gpointer object, GParamSpec *pspec, gpointer user_data)
{
  (*(guint *) user_data)++;
}

/* The consumer has taken "one ", and pauses for it. */
static PtpTestInputStream *
init_paused_flags (PtpTestReading *r,
                   gboolean keep_open,
                   gboolean read_ahead,
                   PtpPullToPushFlags flags)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();

  ptp_test_reading_init_flags (r, G_INPUT_STREAM (input), flags);
  ptp_input_stream_producer_set_keep_open (r->producer, keep_open);
  ptp_input_stream_producer_set_read_ahead (r->producer, read_ahead);
  r->consumer->on_write = ptp_test_consumer_pause;
  ptp_test_reading_until_waiting (r);
  ptp_test_input_stream_answer (input, "one ");
  ptp_test_reading_until_bytes (r, 4);
  ptp_test_drain ();
  g_assert_cmpint (ptp_pull_to_push_get_state (r->stream), ==, PTP_STREAM_STATE_PAUSED);
  return input;
}

static PtpTestInputStream *
init_paused (PtpTestReading *r, gboolean keep_open, gboolean read_ahead)
{
  return init_paused_flags (r, keep_open, read_ahead, PTP_PULL_TO_PUSH_NONE);
}

static void
resume (PtpTestReading *r)
{
  r->consumer->on_write = NULL;
  ptp_push_producer_resume_producing (PTP_PUSH_PRODUCER (r->stream));
}

/* Nothing at all may run. */
static void
assert_at_rest (PtpTestReading *r)
{
  guint64 n_steps = ptp_pull_to_push_get_n_steps (r->stream);

  g_assert_false (g_main_context_pending (NULL));
  ptp_test_turns (10);
  g_assert_cmpuint (ptp_pull_to_push_get_n_steps (r->stream), ==, n_steps);
}

static void
stop_and_let_go (PtpTestReading *r)
{
  ptp_test_stop_producing (PTP_PUSH_PRODUCER (r->stream));
  ptp_test_reading_run (r, PTP_STREAM_STATE_STOPPED);
}

/* While it is paused, one more chunk is read, and then nothing happens any more. */
static void
test_l5_paused (void)
{
  PtpTestReading r;
  PtpTestInputStream *input = init_paused (&r, FALSE, TRUE);

  g_assert_cmpuint (input->n_reads, ==, 2);
  ptp_test_input_stream_answer (input, "two ");
  ptp_test_until (is_over, input);
  ptp_test_drain ();
  assert_at_rest (&r);
  g_assert_cmpuint (input->n_reads, ==, 2);
  ptp_test_reading_assert_text (&r, "one ");
  g_assert_cmpuint (ptp_input_stream_producer_get_bytes_read (r.producer), ==, 4);

  resume (&r);
  ptp_test_reading_until_bytes (&r, 8);
  ptp_test_reading_until_waiting (&r);
  g_assert_cmpuint (input->n_reads, ==, 3);
  ptp_test_input_stream_answer (input, "three");
  ptp_test_reading_until_bytes (&r, 13);
  ptp_test_reading_until_waiting (&r);
  ptp_test_input_stream_answer (input, "");
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_assert_text (&r, "one two three");
  g_assert_cmpuint (input->n_reads, ==, 4);
  ptp_test_reading_clear (&r);
}

/* Resumed before it is there: the stream waits for it, as for any other. */
static void
test_l5_resumed_in_flight (void)
{
  PtpTestReading r;
  PtpTestInputStream *input = init_paused (&r, FALSE, TRUE);

  resume (&r);
  ptp_test_reading_until_waiting (&r);
  assert_at_rest (&r);
  g_assert_cmpuint (input->n_reads, ==, 2);
  ptp_test_input_stream_answer (input, "two");
  ptp_test_reading_until_bytes (&r, 7);
  ptp_test_reading_until_waiting (&r);
  ptp_test_input_stream_answer (input, "");
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_assert_text (&r, "one two");
  ptp_test_reading_clear (&r);
}

/* Who has not asked is not woken. */
static void
test_ready (void)
{
  PtpTestReading r;
  guint n_ready = 0;
  PtpTestInputStream *input = init_paused (&r, FALSE, TRUE);

  g_signal_connect (r.producer, "ready", G_CALLBACK (count_cb), &n_ready);
  ptp_test_input_stream_answer (input, "two");
  ptp_test_until (is_over, input);
  ptp_test_drain ();
  g_assert_cmpuint (n_ready, ==, 0);
  resume (&r);
  ptp_test_reading_until_waiting (&r);
  g_assert_cmpuint (n_ready, ==, 0);
  ptp_test_input_stream_answer (input, "");
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  g_assert_cmpuint (n_ready, ==, 1);
  ptp_test_reading_assert_text (&r, "one two");
  ptp_test_reading_clear (&r);
}

/* The end is in its turn, and nothing is read behind it. */
static void
test_l13_end (void)
{
  PtpTestReading r;
  PtpTestInputStream *input = init_paused (&r, FALSE, TRUE);

  ptp_test_input_stream_answer (input, "");
  ptp_test_until (is_over, input);
  ptp_test_drain ();
  g_assert_cmpint (ptp_pull_to_push_get_state (r.stream), ==, PTP_STREAM_STATE_PAUSED);
  g_assert_cmpint (g_atomic_int_get (&input->n_closes), ==, 0);
  resume (&r);
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_assert_text (&r, "one ");
  g_assert_cmpuint (input->n_reads, ==, 2);
  ptp_test_reading_clear (&r);
}

/* An error ends the stream at once, though it is paused: what came before it has arrived, and is
 * counted.
 */
static void
test_e12_read_fails (void)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  PtpTestReading r;

  input->fail_at = 2;
  ptp_test_reading_init (&r, G_INPUT_STREAM (input));
  r.consumer->on_write = ptp_test_consumer_pause;
  ptp_test_reading_until_waiting (&r);
  ptp_test_input_stream_answer (input, "one ");
  ptp_test_reading_until_bytes (&r, 4);
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FAILED);
  g_assert_error (r.ends->error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  g_assert_cmpuint (r.consumer->n_aborts, ==, 1);
  g_assert_cmpuint (ptp_input_stream_producer_get_bytes_read (r.producer), ==, 4);
  ptp_test_reading_assert_text (&r, "one ");
  g_assert_cmpuint (input->n_reads, ==, 2);
  ptp_test_reading_clear (&r);
}

/* A chunk that was not taken is not followed by another. */
static void
test_e5_write_fails (void)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  PtpTestReading r;

  ptp_test_reading_init (&r, G_INPUT_STREAM (input));
  r.consumer->fail_write_at = 1;
  ptp_test_reading_until_waiting (&r);
  ptp_test_input_stream_answer (input, "one ");
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FAILED);
  g_assert_error (r.ends->error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (input->n_reads, ==, 1);
  ptp_test_reading_clear (&r);
}

/* What is in flight is cancelled, and the stream is closed when it is free. */
static void
check_cancelled_in_flight (gboolean obeys)
{
  PtpTestReading r;
  PtpTestInputStream *input = init_paused (&r, FALSE, TRUE);

  input->obeys_cancel = obeys;
  stop_and_let_go (&r);
  g_assert_cmpuint (input->n_cancelled, ==, 1);
  if (!obeys)
    {
      g_assert_cmpint (g_atomic_int_get (&input->n_closes), ==, 0);
      ptp_test_input_stream_answer_bytes (input, input->asked);
    }
  ptp_test_until (is_over, input);
  g_assert_false (input->closed_too_soon);
  ptp_test_reading_assert_text (&r, "one ");
  ptp_test_reading_clear (&r);
}

static void
test_cancel_in_flight (void)
{
  check_cancelled_in_flight (TRUE);
  check_cancelled_in_flight (FALSE);
}

static void
test_cancel_untaken (void)
{
  PtpTestReading r;
  PtpTestInputStream *input = init_paused (&r, FALSE, TRUE);

  ptp_test_input_stream_answer (input, "two");
  ptp_test_until (is_over, input);
  stop_and_let_go (&r);
  g_assert_cmpuint (input->n_cancelled, ==, 0);
  ptp_test_reading_assert_text (&r, "one ");
  g_assert_cmpuint (ptp_input_stream_producer_get_bytes_read (r.producer), ==, 4);
  ptp_test_reading_clear (&r);
}

static void
test_t4_dropped_in_flight (void)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  g_autoptr (PtpTestConsumer) consumer = ptp_test_consumer_new ();
  PtpInputStreamProducer *producer = ptp_input_stream_producer_new (G_INPUT_STREAM (input));
  PtpPullProducer *pull = PTP_PULL_PRODUCER (producer);

  g_assert_cmpint (ptp_pull_producer_produce (pull, PTP_CONSUMER (consumer), NULL), ==,
                   PTP_STEP_RESULT_PENDING);
  ptp_test_input_stream_answer (input, "one ");
  ptp_test_until (is_over, input);
  g_assert_cmpint (ptp_pull_producer_produce (pull, PTP_CONSUMER (consumer), NULL), ==,
                   PTP_STEP_RESULT_MORE);
  g_assert_cmpuint (input->n_reads, ==, 2);
  g_assert_finalize_object (producer);

  g_assert_cmpuint (input->n_cancelled, ==, 0);
  ptp_test_until_set (&input->n_cancelled);
  ptp_test_input_stream_answer_bytes (input, input->asked);
  ptp_test_until (is_over, input);
  ptp_test_until_set (&input->n_closes);
  g_assert_false (input->closed_too_soon);
  ptp_test_wait_for_last (input);
}

/* What was read ahead for a consumer that let go is for the next one. */
static void
test_l16_next_consumer (void)
{
  g_autoptr (PtpTestConsumer) next = ptp_test_consumer_new ();
  g_autoptr (PtpPullToPush) stream = NULL;
  g_autoptr (PtpTestEnds) ends = NULL;
  g_autoptr (GError) error = NULL;
  PtpTestReading r;
  PtpTestInputStream *input = init_paused_flags (&r, FALSE, TRUE, PTP_PULL_TO_PUSH_KEEP_SOURCE);

  ptp_test_input_stream_answer (input, "two");
  ptp_test_until (is_over, input);
  ptp_consumer_unregister_producer (PTP_CONSUMER (r.consumer), PTP_PUSH_PRODUCER (r.stream));
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);

  stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (r.producer), PTP_CONSUMER (next), &error);
  g_assert_no_error (error);
  ends = ptp_test_ends_new (stream);
  ptp_test_until_set (&next->n_writes);
  ptp_test_drain ();
  ptp_test_input_stream_answer (input, "");
  ptp_test_ends_wait (ends);
  g_assert_cmpuint (ends->n_finished, ==, 1);
  g_assert_cmpstr (next->bytes->str, ==, "two");
  ptp_test_reading_assert_text (&r, "one ");
  ptp_test_reading_clear (&r);
}

/* A stream that is wanted back stands behind the last chunk that was taken. */
static void
test_keep_open (void)
{
  PtpTestReading r;
  PtpTestInputStream *input = init_paused (&r, TRUE, TRUE);

  g_assert_cmpuint (input->n_reads, ==, 1);
  g_assert_true (is_over (input));
  stop_and_let_go (&r);
  g_assert_cmpuint (input->n_reads, ==, 1);
  ptp_test_reading_clear (&r);
}

static void
test_off (void)
{
  PtpTestReading r;
  PtpTestInputStream *input = init_paused (&r, FALSE, FALSE);

  g_assert_cmpuint (input->n_reads, ==, 1);
  resume (&r);
  ptp_test_reading_until_waiting (&r);
  g_assert_cmpuint (input->n_reads, ==, 2);
  ptp_test_input_stream_answer (input, "");
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_clear (&r);
}

/* Switched off while a read is in flight: that one still counts. */
static void
test_switched_off (void)
{
  PtpTestReading r;
  PtpTestInputStream *input = init_paused (&r, FALSE, TRUE);

  ptp_input_stream_producer_set_read_ahead (r.producer, FALSE);
  ptp_test_input_stream_answer (input, "two ");
  ptp_test_until (is_over, input);
  r.consumer->on_write = ptp_test_consumer_pause;
  ptp_push_producer_resume_producing (PTP_PUSH_PRODUCER (r.stream));
  ptp_test_reading_until_bytes (&r, 8);
  ptp_test_drain ();
  g_assert_cmpuint (input->n_reads, ==, 2);
  resume (&r);
  ptp_test_reading_until_waiting (&r);
  ptp_test_input_stream_answer (input, "");
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_assert_text (&r, "one two ");
  ptp_test_reading_clear (&r);
}

/* A stream that answers before read_async returns. */
static void
test_at_once (void)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  PtpTestReading r;

  input->answer_at_once = "abc";
  input->n_answers = 3;
  ptp_test_reading_init (&r, G_INPUT_STREAM (input));
  r.consumer->on_write = ptp_test_consumer_pause;
  ptp_test_reading_start (&r);
  ptp_test_reading_until_bytes (&r, 3);
  ptp_test_drain ();
  g_assert_cmpuint (input->n_reads, ==, 2);
  resume (&r);
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_assert_text (&r, "abcabcabc");
  g_assert_cmpuint (input->n_reads, ==, 4);
  ptp_test_reading_clear (&r);
}

static void
close_cb (gpointer consumer, gpointer input)
{
  g_input_stream_close (input, NULL, NULL);
}

/* Closed by somebody else from inside write: there is nothing to read ahead. */
static void
test_closed_inside_write (void)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  PtpTestReading r;

  ptp_test_reading_init (&r, G_INPUT_STREAM (input));
  r.consumer->on_write = close_cb;
  r.consumer->hook_data = input;
  ptp_test_reading_until_waiting (&r);
  ptp_test_input_stream_answer (input, "one ");
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FAILED);
  g_assert_error (r.ends->error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  /* Not GIO's word for a read that should not have begun. */
  g_assert_cmpstr (r.ends->error->message, ==, "The stream to read from is closed");
  g_assert_cmpuint (input->n_reads, ==, 1);
  ptp_test_reading_assert_text (&r, "one ");
  ptp_test_reading_clear (&r);
}

/* Only now may the stream be read ahead again, as far as it is up to its being kept open. */
static void
close_later_cb (GObject *producer, GParamSpec *pspec, gpointer unused)
{
  ptp_input_stream_producer_set_keep_open (PTP_INPUT_STREAM_PRODUCER (producer), FALSE);
}

static void
cancel_cb (gpointer consumer, gpointer producer)
{
  g_autoptr (GError) reason = g_error_new_literal (PTP_ERROR, PTP_ERROR_STOPPED, "enough");

  ptp_pull_producer_cancel (producer, reason);
}

/* Cancelled by hand from inside write: what is let go of is not read any more. */
static void
test_cancelled_inside_write (void)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  g_autoptr (PtpTestConsumer) consumer = ptp_test_consumer_new ();
  PtpInputStreamProducer *producer = ptp_input_stream_producer_new (G_INPUT_STREAM (input));
  PtpPullProducer *pull = PTP_PULL_PRODUCER (producer);

  /* A stream that is being closed could not be read anyway. */
  ptp_input_stream_producer_set_keep_open (producer, TRUE);
  consumer->on_write = cancel_cb;
  consumer->hook_data = producer;
  g_assert_cmpint (ptp_pull_producer_produce (pull, PTP_CONSUMER (consumer), NULL), ==,
                   PTP_STEP_RESULT_PENDING);
  ptp_test_input_stream_answer (input, "one ");
  ptp_test_until (is_over, input);
  g_signal_connect (producer, "notify::bytes-read", G_CALLBACK (close_later_cb), NULL);
  g_assert_cmpint (ptp_pull_producer_produce (pull, PTP_CONSUMER (consumer), NULL), ==,
                   PTP_STEP_RESULT_MORE);
  g_assert_cmpuint (input->n_reads, ==, 1);
  g_assert_finalize_object (producer);
  g_assert_finalize_object (input);
}

static gboolean
has_both (gpointer user_data)
{
  gpointer *ends = user_data;

  return PTP_TEST_INPUT_STREAM (ends[0])->task != NULL
         && PTP_TEST_OUTPUT_STREAM (ends[1])->held != NULL;
}

/* What it is for: a read and a write are under way at the same time, though a chunk is as much as
 * the consumer takes.
 */
static void
check_both_at_once (gboolean read_ahead)
{
  g_autoptr (PtpTestInputStream) input = ptp_test_input_stream_new ();
  g_autoptr (PtpTestOutputStream) output = ptp_test_output_stream_new (PTP_TEST_OUTPUT_HELD);
  PtpInputStreamProducer *producer = ptp_input_stream_producer_new (G_INPUT_STREAM (input));
  PtpOutputStreamConsumer *consumer = ptp_output_stream_consumer_new (G_OUTPUT_STREAM (output));
  g_autoptr (PtpPullToPush) stream = NULL;
  g_autoptr (PtpTestEnds) ends = NULL;
  gpointer both[] = { input, output };

  ptp_input_stream_producer_set_read_ahead (producer, read_ahead);
  g_assert_true (ptp_output_stream_consumer_set_marks (consumer, 0, 64 * KIB, 256 * KIB, NULL));
  stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), NULL);
  ends = ptp_test_ends_new (stream);
  for (int i = 0; i < 3; i++)
    {
      ptp_test_until_set (&input->task);
      ptp_test_drain ();
      ptp_test_input_stream_answer_bytes (input, 64 * KIB);
      ptp_test_until_set (&output->held);
      ptp_test_drain ();
      g_assert_cmpint (has_both (both), ==, read_ahead);
      ptp_test_output_stream_release (output);
      ptp_test_drain ();
    }
  ptp_test_input_stream_answer (input, "");
  ptp_test_ends_wait (ends);
  g_assert_cmpuint (output->bytes->len, ==, 3 * 64 * KIB);
  g_assert_cmpuint (ends->n_finished, ==, 1);
  g_assert_cmpint (g_atomic_int_get (&output->n_closes), ==, 1);
  ptp_test_assert_finalize (g_steal_pointer (&stream));
  ptp_test_assert_finalize (producer);
  ptp_test_assert_finalize (consumer);
}

static void
test_both_at_once (void)
{
  check_both_at_once (TRUE);
  check_both_at_once (FALSE);
}

static void
test_property (void)
{
  g_autoptr (GInputStream) input = g_memory_input_stream_new ();
  g_autoptr (PtpInputStreamProducer) producer = ptp_input_stream_producer_new (input);
  gboolean read_ahead = FALSE;
  guint n_notifies = 0;

  g_signal_connect (producer, "notify::read-ahead", G_CALLBACK (count_notify_cb), &n_notifies);
  g_object_get (producer, "read-ahead", &read_ahead, NULL);
  g_assert_true (read_ahead);
  for (int i = 0; i < 2; i++)
    g_object_set (producer, "read-ahead", FALSE, NULL);
  g_assert_false (ptp_input_stream_producer_get_read_ahead (producer));
  g_assert_cmpuint (n_notifies, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/input-stream-producer/L5/ahead/paused", test_l5_paused);
  g_test_add_func ("/input-stream-producer/L5/ahead/resumed-in-flight", test_l5_resumed_in_flight);
  g_test_add_func ("/input-stream-producer/L13/ahead/end", test_l13_end);
  g_test_add_func ("/input-stream-producer/L16/ahead/next-consumer", test_l16_next_consumer);
  g_test_add_func ("/input-stream-producer/E5/ahead/write-fails", test_e5_write_fails);
  g_test_add_func ("/input-stream-producer/E12/ahead/read-fails", test_e12_read_fails);
  g_test_add_func ("/input-stream-producer/T4/ahead/dropped", test_t4_dropped_in_flight);
  g_test_add_func ("/input-stream-producer/ahead/ready", test_ready);
  g_test_add_func ("/input-stream-producer/ahead/cancel-in-flight", test_cancel_in_flight);
  g_test_add_func ("/input-stream-producer/ahead/cancel-untaken", test_cancel_untaken);
  g_test_add_func ("/input-stream-producer/ahead/keep-open", test_keep_open);
  g_test_add_func ("/input-stream-producer/ahead/off", test_off);
  g_test_add_func ("/input-stream-producer/ahead/switched-off", test_switched_off);
  g_test_add_func ("/input-stream-producer/ahead/at-once", test_at_once);
  g_test_add_func ("/input-stream-producer/ahead/closed-inside-write", test_closed_inside_write);
  g_test_add_func ("/input-stream-producer/ahead/cancelled-inside-write",
                   test_cancelled_inside_write);
  g_test_add_func ("/input-stream-producer/ahead/both-at-once", test_both_at_once);
  g_test_add_func ("/input-stream-producer/ahead/property", test_property);

  return g_test_run ();
}
