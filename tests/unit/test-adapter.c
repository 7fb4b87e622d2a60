/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What PtpPullToPush has beside the rules: properties, notifications, waits and constructors. */

#include "ptp-test-stream.h"
#include "ptp-test-wait.h"
#include "ptp-test-worker.h"

static void
test_properties (void)
{
  PtpTestStream t;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (PtpPullProducer) producer = NULL;
  g_autoptr (PtpConsumer) consumer = NULL;
  g_autoptr (PtpCooperator) cooperator = NULL;
  g_autoptr (GCancellable) got_cancellable = NULL;
  g_auto (GStrv) holders = NULL;
  g_autoptr (GError) error = NULL;
  PtpStreamState state;
  guint64 n_steps;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  g_object_set (t.stream, "cancellable", cancellable, NULL);
  ptp_pull_to_push_hold (t.stream, "user");
  g_object_get (t.stream, "producer", &producer, "consumer", &consumer, "cooperator", &cooperator,
                "cancellable", &got_cancellable, "state", &state, "holders", &holders, "n-steps",
                &n_steps, "error", &error, NULL);
  g_assert_true (producer == PTP_PULL_PRODUCER (t.producer));
  g_assert_true (consumer == PTP_CONSUMER (t.consumer));
  g_assert_true (cooperator == t.cooperator);
  g_assert_true (got_cancellable == cancellable);
  g_assert_cmpint (state, ==, PTP_STREAM_STATE_IDLE);
  g_assert_cmpuint (g_strv_length (holders), ==, 1);
  g_assert_cmpstr (holders[0], ==, "user");
  g_assert_cmpuint (n_steps, ==, 0);
  g_assert_no_error (error);
  g_clear_object (&producer);
  g_clear_object (&consumer);
  ptp_test_stream_clear (&t);
}

static void
test_error_property (void)
{
  PtpTestStream t;
  g_autoptr (GError) error = NULL;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_FAILED);
  g_object_get (t.stream, "error", &error, NULL);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  ptp_test_stream_clear (&t);
}

static void
note_state_cb (GObject *stream, GParamSpec *pspec, gpointer user_data)
{
  g_autoptr (GEnumClass) states = g_type_class_ref (PTP_TYPE_STREAM_STATE);
  int state = (int) ptp_pull_to_push_get_state (PTP_PULL_TO_PUSH (stream));

  ptp_test_log_add (user_data, "%s", g_enum_get_value (states, state)->value_nick);
}

static void
test_notify_state (void)
{
  PtpTestStream t;
  g_autoptr (PtpTestLog) log = ptp_test_log_new ();

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer (t.producer, "a", PTP_STEP_RESULT_PENDING);
  t.producer->rest = PTP_STEP_RESULT_PENDING;
  g_signal_connect (t.stream, "notify::state", G_CALLBACK (note_state_cb), log);
  ptp_test_stream_start (&t);
  ptp_test_log_assert (log, "");
  ptp_test_drain ();
  ptp_test_log_assert (log, "streaming waiting");

  ptp_pull_to_push_hold (t.stream, "user");
  ptp_test_log_assert (log, "");
  ptp_test_drain ();
  ptp_test_log_assert (log, "paused");
  /* A second holder changes nothing of the state. */
  ptp_pull_to_push_hold (t.stream, "other");
  ptp_pull_to_push_release (t.stream, "user");
  ptp_test_drain ();
  ptp_test_log_assert (log, "");
  ptp_pull_to_push_release (t.stream, "other");
  ptp_test_drain ();
  ptp_test_log_assert (log, "waiting");

  t.producer->rest = PTP_STEP_RESULT_FINISHED;
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (t.producer));
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (log, "streaming finished");
  ptp_test_stream_clear (&t);
}

static void
count_notify_cb (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  (*(guint *) user_data)++;
}

typedef struct
{
  PtpStreamState seen;
  guint n_calls;
} Seen;

static void
pause_and_see_cb (PtpPullToPush *stream, GParamSpec *pspec, gpointer user_data)
{
  Seen *self = user_data;

  if (self->n_calls++ == 0)
    ptp_pull_to_push_hold (stream, "user");
  self->seen = ptp_pull_to_push_get_state (stream);
}

static void
release_cb (PtpPullToPush *stream, GParamSpec *pspec, gpointer user_data)
{
  ptp_pull_to_push_release (stream, "user");
}

/* A change that a handler has seen is not taken back without a word, also if the context never came
 * to know of it.
 */
static void
test_notify_state_taken_back (void)
{
  PtpTestStream t;
  Seen seen = { 0 };

  ptp_test_stream_init (&t, ptp_test_producer_new_endless ("x"));
  g_signal_connect (t.stream, "notify::state", G_CALLBACK (pause_and_see_cb), &seen);
  g_signal_connect (t.stream, "notify::state", G_CALLBACK (release_cb), NULL);
  ptp_test_stream_start (&t);
  ptp_test_turns (4);
  g_assert_cmpint (seen.seen, ==, PTP_STREAM_STATE_STREAMING);
  g_assert_cmpuint (seen.n_calls, ==, 2);
  ptp_test_stream_clear (&t);
}

static void
test_notify_holders (void)
{
  PtpTestStream t;
  guint n_notifies = 0;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_WAITING);
  ptp_test_drain ();
  g_signal_connect (t.stream, "notify::holders", G_CALLBACK (count_notify_cb), &n_notifies);
  ptp_pull_to_push_hold (t.stream, "user");
  ptp_test_drain ();
  g_assert_cmpuint (n_notifies, ==, 1);
  ptp_pull_to_push_hold (t.stream, "user");
  ptp_test_drain ();
  g_assert_cmpuint (n_notifies, ==, 1);
  ptp_pull_to_push_hold (t.stream, "battery");
  ptp_test_stream_pause (&t);
  ptp_test_drain ();
  g_assert_cmpuint (n_notifies, ==, 2);
  ptp_test_stream_assert_holders (&t, "consumer user battery");
  ptp_pull_to_push_release (t.stream, "user");
  ptp_test_drain ();
  g_assert_cmpuint (n_notifies, ==, 3);
  ptp_test_stream_clear (&t);
}

/* A main loop inside a step takes what was posted, and leaves it to the step to settle. */
static void
change_and_iterate_cb (gpointer self, gpointer user_data)
{
  PtpTestStream *t = user_data;

  if (t->consumer->n_writes != 1)
    return;

  ptp_test_stream_pause (t);
  ptp_test_stream_resume (t);
  ptp_test_turns (3);
}

static void
test_notify_holders_inside (void)
{
  PtpTestStream t;
  guint n_notifies = 0;

  ptp_test_stream_init (&t, ptp_test_producer_new_endless ("x"));
  t.consumer->on_write = change_and_iterate_cb;
  t.consumer->hook_data = &t;
  g_signal_connect (t.stream, "notify::holders", G_CALLBACK (count_notify_cb), &n_notifies);
  ptp_test_stream_start (&t);
  ptp_test_stream_until_produced (&t, 2);
  g_assert_cmpuint (n_notifies, ==, 1);
  ptp_pull_to_push_stop_streaming (t.stream);
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_clear (&t);
}

static void
test_notify_cancellable (void)
{
  PtpTestStream t;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint n_notifies = 0;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_PAUSED);
  g_signal_connect (t.stream, "notify::cancellable", G_CALLBACK (count_notify_cb), &n_notifies);
  ptp_pull_to_push_set_cancellable (t.stream, cancellable);
  ptp_pull_to_push_set_cancellable (t.stream, cancellable);
  g_assert_cmpuint (n_notifies, ==, 1);
  ptp_pull_to_push_set_cancellable (t.stream, NULL);
  g_assert_cmpuint (n_notifies, ==, 2);
  ptp_test_stream_clear (&t);
  g_assert_finalize_object (g_steal_pointer (&cancellable));
}

/* After the end nobody holds a stream, whoever held it. */
static void
test_holders_after_end (void)
{
  PtpTestStream t;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_STREAMING);
  ptp_pull_to_push_hold (t.stream, "user");
  ptp_test_stream_pause (&t);
  ptp_test_stream_stop (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_assert_holders (&t, "");
  ptp_test_stream_clear (&t);
}

static void
test_n_steps (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b c"));
  g_assert_cmpuint (ptp_pull_to_push_get_n_steps (t.stream), ==, 0);
  t.consumer->on_write = ptp_test_consumer_pause;
  ptp_test_stream_start (&t);
  for (guint i = 1; i <= 3; i++)
    {
      ptp_test_drain ();
      g_assert_cmpuint (ptp_pull_to_push_get_n_steps (t.stream), ==, i);
      ptp_test_stream_resume (&t);
    }
  ptp_test_ends_wait (t.ends);
  g_assert_cmpuint (ptp_pull_to_push_get_n_steps (t.stream), ==, 4);
  ptp_test_stream_clear (&t);
}

static void
test_wait (void)
{
  for (int i = PTP_STREAM_STATE_FINISHED; i <= PTP_STREAM_STATE_FAILED; i++)
    {
      PtpTestStream t;
      g_auto (PtpTestWait) early = { 0 };
      g_auto (PtpTestWait) late = { 0 };

      ptp_test_stream_init (&t, ptp_test_producer_new ());
      if (i == PTP_STREAM_STATE_FAILED)
        ptp_test_producer_answer_error (t.producer, NULL, PTP_STEP_RESULT_FAILED,
                                        g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "Scripted"));
      /* Also before the start. */
      ptp_test_wait_start (&early, t.stream, NULL);
      ptp_test_drain ();
      g_assert_cmpuint (early.n_calls, ==, 0);
      ptp_test_stream_start (&t);
      if (i == PTP_STREAM_STATE_STOPPED)
        ptp_test_stream_stop (&t);
      ptp_test_wait_until_over (&early);
      ptp_test_ends_wait (t.ends);
      ptp_test_wait_start (&late, t.stream, NULL);
      ptp_test_wait_until_over (&late);

      g_assert_true (early.result == (i == PTP_STREAM_STATE_FINISHED));
      g_assert_true (late.result == early.result);
      if (i == PTP_STREAM_STATE_STOPPED)
        g_assert_error (early.error, PTP_ERROR, PTP_ERROR_STOPPED);
      if (i == PTP_STREAM_STATE_FAILED)
        g_assert_error (late.error, G_IO_ERROR, G_IO_ERROR_BUSY);
      ptp_test_stream_clear (&t);
    }
}

static void
test_wait_cancelled (void)
{
  PtpTestStream t;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (PtpTestWait) wait = { 0 };
  g_auto (PtpTestWait) patient = { 0 };

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_STREAMING);
  ptp_test_wait_start (&wait, t.stream, cancellable);
  ptp_test_wait_start (&patient, t.stream, NULL);
  ptp_test_stream_until_produced (&t, t.producer->n_produces + 5);
  g_cancellable_cancel (cancellable);
  ptp_test_wait_until_over (&wait);
  g_assert_error (wait.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  ptp_test_stream_assert_state (&t, STREAMING);
  ptp_test_stream_until_produced (&t, t.producer->n_produces + 5);
  ptp_test_stream_unregister (&t);
  ptp_test_wait_until_over (&patient);
  g_assert_true (patient.result);
  ptp_test_stream_clear (&t);
}

static void
start_wait_cb (gpointer stream, gpointer wait)
{
  ptp_test_wait_start (wait, stream, NULL);
}

static void
finish_wait_cb (gpointer unused, gpointer wait)
{
  ptp_test_wait_until_over (wait);
}

/* Whoever waits is told where they waited. */
static void
test_wait_elsewhere (void)
{
  PtpTestWorker worker;
  PtpTestStream t;
  g_auto (PtpTestWait) wait = { 0 };

  ptp_test_worker_init (&worker);
  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_STREAMING);
  ptp_test_worker_call (&worker, start_wait_cb, t.stream, &wait);
  ptp_test_stream_unregister (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_worker_call (&worker, finish_wait_cb, NULL, &wait);
  g_assert_true (wait.result);
  g_assert_true (wait.thread == worker.thread);
  ptp_test_worker_clear (&worker);
  ptp_test_stream_clear (&t);
}

/* The shortest way: nobody keeps anything. */
static void
test_stream (void)
{
  PtpTestProducer *producer = ptp_test_producer_new_words ("a b");
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  g_autoptr (GError) error = NULL;
  g_auto (PtpTestWait) wait = { 0 };
  PtpPullToPush *stream;

  stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), &error);
  g_assert_no_error (error);
  g_assert_true (PTP_IS_PUSH_PRODUCER (stream));
  g_assert_true (consumer->producer == PTP_PUSH_PRODUCER (stream));
  g_assert_cmpint (ptp_pull_to_push_get_state (stream), ==, PTP_STREAM_STATE_STREAMING);
  /* In a later turn, so that there is time to connect. */
  g_assert_cmpint (producer->n_produces, ==, 0);
  ptp_test_wait_start (&wait, stream, NULL);
  g_object_unref (stream);
  ptp_test_wait_until_over (&wait);
  g_assert_true (wait.result);
  ptp_test_drain ();
  g_assert_cmpstr (consumer->bytes->str, ==, "ab");
  g_assert_null (consumer->producer);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);
}

/* A consumer that wraps pull producers by itself, as every one has to in Twisted: it registers
 * what it was given, and starts the adapter.
 */
static void
test_by_hand (void)
{
  PtpTestProducer *producer = ptp_test_producer_new_words ("a b");
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpPullToPush *stream
    = ptp_pull_to_push_new (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer));
  g_autoptr (PtpTestEnds) ends = ptp_test_ends_new (stream);

  g_assert_cmpint (ptp_pull_to_push_get_state (stream), ==, PTP_STREAM_STATE_IDLE);
  ptp_test_drain ();
  g_assert_cmpint (producer->n_produces, ==, 0);
  g_assert_cmpuint (consumer->n_registers, ==, 0);
  g_assert_true (ptp_consumer_register_push_producer (PTP_CONSUMER (consumer),
                                                      PTP_PUSH_PRODUCER (stream), NULL));
  ptp_test_drain ();
  g_assert_cmpint (producer->n_produces, ==, 0);
  ptp_pull_to_push_start_streaming (stream);
  ptp_test_ends_wait (ends);
  g_assert_cmpstr (consumer->bytes->str, ==, "ab");
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (producer);
}

/* Neither started nor ended, it is simply dropped. */
static void
test_never_started (void)
{
  PtpTestStream t;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  ptp_pull_to_push_set_cancellable (t.stream, cancellable);
  ptp_pull_to_push_hold (t.stream, "user");
  ptp_test_stream_clear (&t);
  g_cancellable_cancel (cancellable);
  g_assert_finalize_object (g_steal_pointer (&cancellable));
}

/* Some bindings dispose of what they think is theirs. A stream that runs is stopped by that, like
 * any other, later; one that does not run lets go.
 */
static void
test_disposed (void)
{
  for (int i = PTP_STREAM_STATE_IDLE; i <= PTP_STREAM_STATE_FAILED; i++)
    {
      PtpTestStream t;
      g_auto (PtpTestWait) wait = { 0 };

      ptp_test_stream_init_in (&t, (PtpStreamState) i);
      ptp_test_log_clear (t.log);
      if (i < PTP_STREAM_STATE_FINISHED)
        ptp_test_wait_start (&wait, t.stream, NULL);
      g_object_run_dispose (G_OBJECT (t.stream));
      ptp_test_log_assert (t.log, "");
      g_assert_cmpuint (wait.n_calls, ==, 0);
      if (i < PTP_STREAM_STATE_FINISHED)
        {
          g_assert_cmpint (ptp_pull_to_push_get_state (t.stream), ==,
                           i == PTP_STREAM_STATE_IDLE ? PTP_STREAM_STATE_STOPPED
                                                      : PTP_STREAM_STATE_ENDING);
          ptp_test_wait_until_over (&wait);
          ptp_test_stream_assert_state (&t, STOPPED);
          g_assert_error (wait.error, PTP_ERROR, PTP_ERROR_STOPPED);
          /* What never started has nothing to release, and what is exhausted has said so. */
          g_assert_cmpint (t.producer->n_cancels, ==,
                           i != PTP_STREAM_STATE_IDLE && i != PTP_STREAM_STATE_ENDING);
        }
      ptp_test_drain ();
      /* Disposing disconnects all handlers; the fixture cannot have seen the end. */
      t.ends->n_ends = 1;
      ptp_test_stream_clear (&t);
    }
}

/* Disposed of before it was started, it has nothing to start. */
static void
test_started_after_dispose (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  g_object_run_dispose (G_OBJECT (t.stream));
  ptp_test_stream_assert_state (&t, STOPPED);
  ptp_pull_to_push_start_streaming (t.stream);
  ptp_test_drain ();
  g_assert_cmpint (t.producer->n_produces, ==, 0);
  g_assert_cmpint (t.producer->n_cancels, ==, 0);
  /* Its handlers are gone, so that no end can have been seen. */
  t.ends->n_ends = 1;
  ptp_test_stream_clear (&t);
}

static void
test_stopped_after_dispose (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  g_object_run_dispose (G_OBJECT (t.stream));
  ptp_test_stream_stop (&t);
  ptp_test_drain ();
  g_assert_cmpint (t.producer->n_produces, ==, 0);
  /* Its handlers are gone, so that no end can have been seen. */
  t.ends->n_ends = 1;
  ptp_test_stream_clear (&t);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/adapter/properties", test_properties);
  g_test_add_func ("/adapter/error-property", test_error_property);
  g_test_add_func ("/adapter/notify-state", test_notify_state);
  g_test_add_func ("/adapter/notify-state-taken-back", test_notify_state_taken_back);
  g_test_add_func ("/adapter/notify-holders", test_notify_holders);
  g_test_add_func ("/adapter/notify-holders-inside", test_notify_holders_inside);
  g_test_add_func ("/adapter/notify-cancellable", test_notify_cancellable);
  g_test_add_func ("/adapter/holders-after-end", test_holders_after_end);
  g_test_add_func ("/adapter/n-steps", test_n_steps);
  g_test_add_func ("/adapter/wait", test_wait);
  g_test_add_func ("/adapter/wait-cancelled", test_wait_cancelled);
  g_test_add_func ("/adapter/wait-elsewhere", test_wait_elsewhere);
  g_test_add_func ("/adapter/stream", test_stream);
  g_test_add_func ("/adapter/by-hand", test_by_hand);
  g_test_add_func ("/adapter/never-started", test_never_started);
  g_test_add_func ("/adapter/disposed", test_disposed);
  g_test_add_func ("/adapter/started-after-dispose", test_started_after_dispose);
  g_test_add_func ("/adapter/stopped-after-dispose", test_stopped_after_dispose);

  return g_test_run ();
}
