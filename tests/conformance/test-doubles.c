/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The strict doubles see every broken rule, and nothing where none is broken. */

#include <pulltopush/testing/pulltopush-testing.h>

#include <string.h>

static GBytes *
text_bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
drain (void)
{
  for (guint n_quiet = 0; n_quiet < 3; n_quiet++)
    if (g_main_context_iteration (NULL, FALSE))
      n_quiet = 0;
}

static char *
join (GStrv words)
{
  char *joined = g_strjoinv (", ", words);

  g_strfreev (words);
  return joined;
}

/* The rules of the violations, each once, in order. */
static void
assert_rules (GStrv violations, const char *expected)
{
  g_autoptr (GString) rules = g_string_new (NULL);

  for (gsize i = 0; violations[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (violations[i], " ", 2);

      if (rules->len > 0)
        g_string_append_c (rules, ' ');
      g_string_append (rules, words[0]);
      g_assert_cmpuint (strlen (words[1]), >, 10);
    }
  g_strfreev (violations);
  g_assert_cmpstr (rules->str, ==, expected);
}

static PtpPullToPush *
stream (PtpTestingProducer *producer, PtpTestingConsumer *consumer)
{
  g_autoptr (GError) error = NULL;
  PtpPullToPush *adapter
    = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), &error);

  g_assert_no_error (error);
  return adapter;
}

static void
write_text (PtpTestingConsumer *consumer, const char *text)
{
  g_autoptr (GBytes) bytes = text_bytes (text);

  ptp_consumer_write (PTP_CONSUMER (consumer), bytes, NULL);
}

static void
test_script (void)
{
  g_autoptr (PtpTestingProducer) producer = ptp_testing_producer_new ();
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
  g_autoptr (PtpPullToPush) adapter = NULL;
  g_autoptr (GBytes) written = NULL;
  g_autoptr (GBytes) seen = NULL;
  g_autofree char *events = NULL;

  ptp_testing_producer_add_text (producer, "a");
  ptp_testing_producer_add_more (producer);
  ptp_testing_producer_add_burst (producer, 3, 2);
  ptp_testing_producer_add_pending_then_ready (producer);
  ptp_testing_producer_add_ready_then_pending (producer);
  ptp_testing_producer_add_finish (producer);
  ptp_testing_producer_add_text (producer, "never");
  g_assert_cmpuint (ptp_testing_producer_get_n_left (producer), ==, 7);

  adapter = stream (producer, consumer);
  drain ();
  g_assert_cmpint (ptp_pull_to_push_get_state (adapter), ==, PTP_STREAM_STATE_FINISHED);
  g_assert_cmpuint (ptp_testing_producer_get_n_left (producer), ==, 1);
  g_assert_cmpuint (ptp_testing_producer_get_n_produced (producer), ==, 6);
  written = ptp_testing_producer_dup_bytes (producer);
  seen = ptp_testing_consumer_dup_bytes (consumer);
  g_assert_true (g_bytes_equal (written, seen));
  g_assert_cmpuint (g_bytes_get_size (seen), ==, 7);
  g_assert_cmpuint (ptp_testing_consumer_get_chunks (consumer)->len, ==, 4);
  events = join (ptp_testing_consumer_dup_events (consumer));
  g_assert_cmpstr (
    events, ==, "register PtpPullToPush, write 1, write 2, write 2, write 2, finish, unregister");
  g_assert_cmpuint (ptp_testing_consumer_get_n_finished (consumer), ==, 1);
  g_assert_cmpuint (ptp_testing_consumer_get_n_aborted (consumer), ==, 0);
  g_assert_null (ptp_testing_consumer_get_reason (consumer));
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "");
  assert_rules (ptp_testing_producer_dup_violations (producer), "");
}

static void
test_failures (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "too late");
  const struct
  {
    int result;
    const GError *error;
    GQuark domain;
    int code;
  } raw[] = {
    { PTP_STEP_RESULT_FAILED, error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT },
    { PTP_STEP_RESULT_MORE, error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT },
    { PTP_STEP_RESULT_FAILED, NULL, PTP_ERROR, PTP_ERROR_FAILED },
    { 42, NULL, PTP_ERROR, PTP_ERROR_FAILED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (raw); i++)
    {
      g_autoptr (PtpTestingProducer) producer = ptp_testing_producer_new ();
      g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
      g_autoptr (PtpPullToPush) adapter = NULL;

      if (i == 0)
        ptp_testing_producer_add_fail (producer, error);
      else
        ptp_testing_producer_add_raw (producer, raw[i].result, raw[i].error);
      adapter = stream (producer, consumer);
      drain ();
      g_assert_error (ptp_pull_to_push_get_error (adapter), raw[i].domain, raw[i].code);
      g_assert_error (ptp_testing_consumer_get_reason (consumer), raw[i].domain, raw[i].code);
      g_assert_null (ptp_testing_consumer_get_producer (consumer));
      assert_rules (ptp_testing_consumer_dup_violations (consumer), "");
      assert_rules (ptp_testing_producer_dup_violations (producer), "");
    }
}

static void
test_pauses (void)
{
  g_autoptr (PtpTestingProducer) producer = ptp_testing_producer_new ();
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
  g_autoptr (PtpPullToPush) adapter = NULL;
  guint n_pauses = 0;

  for (guint i = 0; i < 8; i++)
    ptp_testing_producer_add_burst (producer, 2, 5);
  ptp_testing_consumer_set_pause_after (consumer, 15);
  adapter = stream (producer, consumer);
  drain ();
  while (ptp_testing_consumer_get_paused (consumer))
    {
      n_pauses++;
      /* The step that is paused in goes on to its end. */
      g_assert_cmpuint (ptp_testing_consumer_get_total (consumer), ==, 20 * n_pauses);
      ptp_testing_consumer_resume (consumer);
      drain ();
    }
  g_assert_cmpuint (n_pauses, ==, 4);
  g_assert_cmpint (ptp_pull_to_push_get_state (adapter), ==, PTP_STREAM_STATE_FINISHED);
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "");
}

static void
test_failing_write (void)
{
  g_autoptr (PtpTestingProducer) producer = ptp_testing_producer_new ();
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
  g_autoptr (PtpPullToPush) adapter = NULL;

  ptp_testing_producer_add_burst (producer, 5, 1);
  ptp_testing_consumer_set_fail_write (consumer, 3);
  adapter = stream (producer, consumer);
  drain ();
  g_assert_error (ptp_pull_to_push_get_error (adapter), G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (ptp_testing_consumer_get_n_writes (consumer), ==, 3);
  g_assert_cmpuint (ptp_testing_consumer_get_total (consumer), ==, 2);
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "");
}

static void
test_stop_and_close (void)
{
  g_autoptr (PtpTestingProducer) producer = ptp_testing_producer_new ();
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
  g_autoptr (PtpTestingProducer) late = ptp_testing_producer_new ();
  g_autoptr (PtpPullToPush) adapter = NULL;
  g_autoptr (GError) error = NULL;

  ptp_testing_producer_add_pending (producer);
  ptp_testing_producer_add_pending (producer);
  adapter = stream (producer, consumer);
  drain ();
  ptp_testing_consumer_close (consumer);
  drain ();
  g_assert_true (ptp_testing_consumer_get_closed (consumer));
  g_assert_cmpint (ptp_pull_to_push_get_state (adapter), ==, PTP_STREAM_STATE_FAILED);
  g_assert_error (ptp_pull_to_push_get_error (adapter), PTP_ERROR, PTP_ERROR_CLOSED);
  g_assert_error (ptp_testing_producer_get_reason (producer), PTP_ERROR, PTP_ERROR_CLOSED);
  g_assert_error (ptp_testing_consumer_get_reason (consumer), PTP_ERROR, PTP_ERROR_CLOSED);
  g_assert_cmpuint (ptp_testing_producer_get_n_cancelled (producer), ==, 1);
  g_assert_null (
    ptp_pull_to_push_stream (PTP_PULL_PRODUCER (late), PTP_CONSUMER (consumer), &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "");
  assert_rules (ptp_testing_producer_dup_violations (producer), "");
}

static gboolean
write_later_cb (gpointer user_data)
{
  write_text (user_data, "x");
  return G_SOURCE_REMOVE;
}

/* In a turn of its own, so that it is no part of the step before. */
static void
write_later (PtpTestingConsumer *consumer)
{
  g_idle_add (write_later_cb, consumer);
  drain ();
}

static gpointer
write_thread (gpointer user_data)
{
  write_text (user_data, "x");
  return NULL;
}

static void
test_consumer_violations (void)
{
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
  g_autoptr (PtpTestingPushProducer) producer = ptp_testing_push_producer_new ();
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "no");

  write_later (consumer);
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "R4");

  ptp_consumer_register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer), NULL);
  ptp_testing_consumer_pause (consumer);
  write_later (consumer);
  ptp_testing_consumer_resume (consumer);
  write_later (consumer);
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "R4 R1");

  ptp_testing_push_producer_set_heedless (producer, TRUE);
  ptp_testing_consumer_fail (consumer, error);
  write_later (consumer);
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "R4 R1 R3");

  ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer));
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "R4 R1 R3 L17");
}

static void
test_thread_violation (void)
{
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();

  ptp_testing_consumer_set_unattended (consumer, TRUE);
  g_assert_true (g_main_context_acquire (NULL));
  write_text (consumer, "x");
  g_thread_join (g_thread_new ("stray", write_thread, consumer));
  g_main_context_release (NULL);
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "T1");
}

/* The library stands between two objects and lets none of these calls through; one who calls a
 * virtual function directly is seen all the same.
 */
static void
test_consumer_direct_calls (void)
{
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
  g_autoptr (PtpTestingPushProducer) first = ptp_testing_push_producer_new ();
  g_autoptr (PtpTestingPushProducer) second = ptp_testing_push_producer_new ();
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "no");
  g_autoptr (GBytes) bytes = text_bytes ("x");
  PtpConsumerInterface *iface = PTP_CONSUMER_GET_IFACE (consumer);

  iface->unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (first));
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "L9");
  iface->abort (PTP_CONSUMER (consumer), error, NULL);
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "L9 L17");
  g_assert_error (ptp_testing_consumer_get_reason (consumer), G_IO_ERROR, G_IO_ERROR_FAILED);

  g_assert_true (
    iface->register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (first), NULL));
  g_assert_no_error (ptp_testing_consumer_get_reason (consumer));
  g_assert_true (
    iface->register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (second), NULL));
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "L9 L17 L10");
  g_assert_true (ptp_testing_consumer_get_producer (consumer) == PTP_PUSH_PRODUCER (second));

  g_assert_cmpint (iface->finish (PTP_CONSUMER (consumer), NULL), ==, PTP_END_RESULT_DONE);
  g_assert_true (iface->write (PTP_CONSUMER (consumer), bytes, NULL));
  iface->finish (PTP_CONSUMER (consumer), NULL);
  iface->abort (PTP_CONSUMER (consumer), error, NULL);
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "L9 L17 L10 L22 L17 L17");
  iface->unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (first));
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "L9 L17 L10 L22 L17 L17 L20");
}

/* An abort may follow a finish that is pending, once, and nobody leaves before it has settled. */
static void
test_consumer_pending (void)
{
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
  g_autoptr (PtpTestingPushProducer) producer = ptp_testing_push_producer_new ();
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "no");
  PtpConsumerInterface *iface = PTP_CONSUMER_GET_IFACE (consumer);

  ptp_testing_consumer_set_finish_answer (consumer, PTP_TESTING_ANSWER_PENDING);
  ptp_testing_consumer_set_abort_answer (consumer, PTP_TESTING_ANSWER_PENDING);
  ptp_consumer_register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer), NULL);
  ptp_consumer_finish (PTP_CONSUMER (consumer), NULL);
  ptp_consumer_abort (PTP_CONSUMER (consumer), error, NULL);
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "");
  iface->abort (PTP_CONSUMER (consumer), error, NULL);
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "L17");
  ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer));
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "L17 L19");
}

/* A producer that keeps its consumer says nothing of an end, and one that was released cannot. */
static void
test_consumer_kept (void)
{
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
  g_autoptr (PtpTestingPushProducer) producer = ptp_testing_push_producer_new ();
  g_autofree char *events = NULL;

  ptp_consumer_register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer), NULL);
  ptp_testing_consumer_release (consumer);
  ptp_testing_consumer_release (consumer);
  ptp_testing_consumer_set_kept (consumer, TRUE);
  ptp_consumer_register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer), NULL);
  ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer));
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "");
  assert_rules (ptp_testing_push_producer_dup_violations (producer), "");
  events = join (ptp_testing_push_producer_dup_events (producer));
  g_assert_cmpstr (events, ==,
                   "registered PtpTestingConsumer, unregistered, registered PtpTestingConsumer, "
                   "unregistered");
}

/* What the stream says of each answer to finish, and of each to abort. */
typedef struct
{
  PtpTestingAnswer answer;
  gboolean fails;
} Answer;

static const Answer answers[] = {
  { PTP_TESTING_ANSWER_DONE, FALSE },
  { PTP_TESTING_ANSWER_FAILED, TRUE },
  { PTP_TESTING_ANSWER_SETTLED_INSIDE, FALSE },
  { PTP_TESTING_ANSWER_SETTLED_LATER, FALSE },
  { PTP_TESTING_ANSWER_SETTLED_IN_THREAD, FALSE },
  { PTP_TESTING_ANSWER_FAILED_INSIDE, TRUE },
  { PTP_TESTING_ANSWER_FAILED_LATER, TRUE },
  { PTP_TESTING_ANSWER_FAILED_IN_THREAD, TRUE },
};

static void
run_until_left (PtpTestingConsumer *consumer)
{
  while (ptp_testing_consumer_get_producer (consumer) != NULL)
    g_main_context_iteration (NULL, TRUE);
  drain ();
}

static void
test_consumer_finish_answers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (PtpTestingProducer) producer = ptp_testing_producer_new ();
      g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
      g_autoptr (PtpPullToPush) adapter = NULL;

      ptp_testing_consumer_set_finish_answer (consumer, answers[i].answer);
      adapter = stream (producer, consumer);
      run_until_left (consumer);
      g_assert_cmpint (ptp_pull_to_push_get_state (adapter), ==,
                       answers[i].fails ? PTP_STREAM_STATE_FAILED : PTP_STREAM_STATE_FINISHED);
      if (answers[i].fails)
        g_assert_error (ptp_pull_to_push_get_error (adapter), G_IO_ERROR, G_IO_ERROR_NO_SPACE);
      g_assert_cmpuint (ptp_testing_consumer_get_n_finished (consumer), ==, 1);
      g_assert_cmpuint (ptp_testing_consumer_get_n_aborted (consumer), ==, 0);
      assert_rules (ptp_testing_consumer_dup_violations (consumer), "");
    }
}

static void
test_consumer_abort_answers (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "too late");

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
      g_autoptr (PtpTestingPushProducer) producer = ptp_testing_push_producer_new ();

      ptp_testing_consumer_set_abort_answer (consumer, answers[i].answer);
      ptp_consumer_register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer),
                                           NULL);
      ptp_testing_push_producer_fail (producer, error);
      run_until_left (consumer);
      if (answers[i].fails)
        g_assert_error (ptp_testing_push_producer_get_error (producer), G_IO_ERROR,
                        G_IO_ERROR_NO_SPACE);
      else
        g_assert_cmpint (ptp_testing_push_producer_get_settlement (producer), ==,
                         PTP_SETTLEMENT_ABORTED);
      g_assert_error (ptp_testing_consumer_get_reason (consumer), G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
      g_assert_cmpuint (ptp_testing_consumer_get_n_aborted (consumer), ==, 1);
      assert_rules (ptp_testing_consumer_dup_violations (consumer), "");
    }
}

static void
settle_finished_cb (PtpTestingConsumer *consumer, const char *name, gpointer user_data)
{
  ptp_consumer_emit_settled (PTP_CONSUMER (consumer), PTP_SETTLEMENT_FINISHED);
}

/* One that is past its point of no return says so when it is told to abort. */
static void
test_consumer_past_return (void)
{
  g_autoptr (PtpTestingProducer) producer = ptp_testing_producer_new ();
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
  g_autoptr (PtpPullToPush) adapter = NULL;
  g_autofree char *events = NULL;

  ptp_testing_consumer_set_finish_answer (consumer, PTP_TESTING_ANSWER_PENDING);
  ptp_testing_consumer_set_abort_answer (consumer, PTP_TESTING_ANSWER_PENDING);
  g_signal_connect (consumer, "event::abort", G_CALLBACK (settle_finished_cb), NULL);
  adapter = stream (producer, consumer);
  drain ();
  g_assert_cmpint (ptp_pull_to_push_get_state (adapter), ==, PTP_STREAM_STATE_ENDING);
  ptp_pull_to_push_stop_streaming (adapter);
  drain ();
  g_assert_cmpint (ptp_pull_to_push_get_state (adapter), ==, PTP_STREAM_STATE_FINISHED);
  events = join (ptp_testing_consumer_dup_events (consumer));
  g_assert_true (g_str_has_prefix (events, "register PtpPullToPush, finish, abort "));
  g_assert_true (g_str_has_suffix (events, ", settled finished, unregister"));
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "");
}

static void
test_consumer_desired_size (void)
{
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
  g_autoptr (PtpTestingPushProducer) producer = ptp_testing_push_producer_new ();

  g_assert_cmpuint (ptp_consumer_get_desired_size (PTP_CONSUMER (consumer)), ==, G_MAXSIZE);
  ptp_testing_consumer_set_desired_size (consumer, 7);
  g_assert_cmpuint (ptp_consumer_get_desired_size (PTP_CONSUMER (consumer)), ==, 7);
  ptp_consumer_register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer), NULL);
  ptp_testing_consumer_pause (consumer);
  g_assert_cmpuint (ptp_consumer_get_desired_size (PTP_CONSUMER (consumer)), ==, 0);
}

/* A change is told once, and what changes nothing is not told. */
static void
count_told_cb (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  ++*(guint *) user_data;
}

static void
test_properties (void)
{
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
  g_autoptr (PtpTestingPushProducer) producer = ptp_testing_push_producer_new ();
  PtpTestingAnswer finish_answer, abort_answer;
  guint64 desired_size;
  gboolean kept, heedless;
  guint n_told = 0;

  g_signal_connect (consumer, "notify", G_CALLBACK (count_told_cb), &n_told);
  g_signal_connect (producer, "notify", G_CALLBACK (count_told_cb), &n_told);
  for (guint i = 0; i < 2; i++)
    {
      g_object_set (consumer, "finish-answer", PTP_TESTING_ANSWER_PENDING, "abort-answer",
                    PTP_TESTING_ANSWER_FAILED, "kept", TRUE, "desired-size", (guint64) 9, NULL);
      g_object_set (producer, "heedless", TRUE, NULL);
      g_assert_cmpuint (n_told, ==, 5);
    }
  g_object_get (consumer, "finish-answer", &finish_answer, "abort-answer", &abort_answer, "kept",
                &kept, "desired-size", &desired_size, NULL);
  g_object_get (producer, "heedless", &heedless, NULL);
  g_assert_cmpint (finish_answer, ==, PTP_TESTING_ANSWER_PENDING);
  g_assert_cmpint (abort_answer, ==, PTP_TESTING_ANSWER_FAILED);
  g_assert_true (kept);
  g_assert_true (heedless);
  g_assert_cmpuint (desired_size, ==, 9);
}

/* Who is attended by nobody may be written to and told an end; who has no producer has none to
 * pause, and who is closed is not closed again.
 */
static void
test_consumer_alone (void)
{
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
  g_autoptr (PtpTestingPushProducer) producer = ptp_testing_push_producer_new ();
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "no");
  g_autofree char *events = NULL;

  ptp_testing_consumer_set_unattended (consumer, TRUE);
  write_later (consumer);
  ptp_consumer_abort (PTP_CONSUMER (consumer), error, NULL);
  ptp_testing_consumer_pause (consumer);
  ptp_testing_consumer_resume (consumer);
  ptp_testing_consumer_fail (consumer, error);
  g_assert_false (ptp_testing_consumer_get_paused (consumer));

  ptp_consumer_register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer), NULL);
  ptp_testing_consumer_resume (consumer);
  ptp_testing_consumer_pause (consumer);
  ptp_testing_consumer_pause (consumer);
  g_assert_cmpuint (ptp_testing_push_producer_get_n_paused (producer), ==, 1);
  g_assert_cmpuint (ptp_testing_push_producer_get_n_resumed (producer), ==, 0);
  ptp_testing_consumer_close (consumer);
  ptp_testing_consumer_close (consumer);
  g_assert_cmpuint (ptp_testing_push_producer_get_n_stopped (producer), ==, 1);
  drain ();

  events = join (ptp_testing_consumer_dup_events (consumer));
  g_assert_cmpstr (events, ==,
                   "write 1, abort no, register PtpTestingPushProducer, pause, close, "
                   "fail The testing consumer is closed, abort The testing consumer is closed, "
                   "unregister");
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "");
}

static void
cancel (PtpTestingProducer *producer)
{
  g_autoptr (GError) reason = g_error_new_literal (PTP_ERROR, PTP_ERROR_STOPPED, "enough");

  ptp_pull_producer_cancel (PTP_PULL_PRODUCER (producer), reason);
}

static void
cancel_cb (PtpTestingProducer *producer, const char *name, gpointer user_data)
{
  cancel (producer);
}

static void
test_producer_cancel_violations (void)
{
  g_autoptr (PtpTestingProducer) producer = ptp_testing_producer_new ();
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
  g_autoptr (GBytes) seen = NULL;
  g_autofree char *events = NULL;

  ptp_testing_producer_add (producer, NULL, PTP_STEP_RESULT_MORE);
  ptp_testing_producer_add (producer, NULL, PTP_STEP_RESULT_MORE);
  g_signal_connect (producer, "event::produce", G_CALLBACK (cancel_cb), NULL);
  ptp_pull_producer_produce (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), NULL);
  assert_rules (ptp_testing_producer_dup_violations (producer), "R3");
  g_signal_handlers_disconnect_by_func (producer, cancel_cb, NULL);
  ptp_pull_producer_produce (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), NULL);
  assert_rules (ptp_testing_producer_dup_violations (producer), "R3 L7");
  events = join (ptp_testing_producer_dup_events (producer));
  g_assert_cmpstr (events, ==, "produce, cancel enough, produce");
  seen = ptp_testing_consumer_dup_bytes (consumer);
  g_assert_cmpuint (g_bytes_get_size (seen), ==, 0);
  g_assert_cmpuint (ptp_testing_consumer_get_n_writes (consumer), ==, 0);
}

static void
reenter_cb (PtpTestingProducer *producer, const char *name, gpointer consumer)
{
  g_signal_handlers_disconnect_by_func (producer, reenter_cb, consumer);
  ptp_pull_producer_produce (PTP_PULL_PRODUCER (producer), consumer, NULL);
  cancel (producer);
}

static void
test_producer_violations (void)
{
  g_autoptr (PtpTestingProducer) producer = ptp_testing_producer_new ();
  g_autoptr (PtpTestingProducer) nested = ptp_testing_producer_new ();
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();

  ptp_pull_producer_produce (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), NULL);
  ptp_pull_producer_produce (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), NULL);
  cancel (producer);
  assert_rules (ptp_testing_producer_dup_violations (producer), "L7 L7");
  cancel (producer);
  assert_rules (ptp_testing_producer_dup_violations (producer), "L7 L7 L7 L7");
  g_assert_cmpuint (ptp_testing_producer_get_n_cancelled (producer), ==, 2);

  ptp_testing_producer_add_more (nested);
  ptp_testing_producer_add_more (nested);
  g_signal_connect (nested, "event::produce", G_CALLBACK (reenter_cb), consumer);
  ptp_pull_producer_produce (PTP_PULL_PRODUCER (nested), PTP_CONSUMER (consumer), NULL);
  g_assert_cmpuint (ptp_testing_producer_get_n_produced (nested), ==, 2);
  assert_rules (ptp_testing_producer_dup_violations (nested), "R6");
}

/* One that broke has said its end: its stream fails at once, and does not cancel it. */
static void
test_producer_breaks (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (PtpTestingProducer) producer = ptp_testing_producer_new ();
      g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
      g_autoptr (PtpPullToPush) adapter = NULL;
      g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "gone");
      g_autofree char *events = NULL;

      if (i == 0)
        ptp_testing_producer_add_pending_then_broken (producer, error);
      else
        ptp_testing_producer_add_broken_then_pending (producer, error);
      /* One more is asked after the first PENDING. */
      ptp_testing_producer_add_pending (producer);
      adapter = stream (producer, consumer);
      drain ();
      g_assert_error (ptp_pull_to_push_get_error (adapter), G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
      g_assert_error (ptp_testing_consumer_get_reason (consumer), G_IO_ERROR,
                      G_IO_ERROR_BROKEN_PIPE);
      g_assert_cmpuint (ptp_testing_producer_get_n_cancelled (producer), ==, 0);
      g_assert_null (ptp_testing_producer_get_reason (producer));
      events = join (ptp_testing_producer_dup_events (producer));
      g_assert_true (g_str_has_suffix (events, "broken gone"));
      assert_rules (ptp_testing_producer_dup_violations (producer), "");
      assert_rules (ptp_testing_consumer_dup_violations (consumer), "");

      ptp_pull_producer_produce (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), NULL);
      assert_rules (ptp_testing_producer_dup_violations (producer), "L7");
    }
}

static void
test_push_producer (void)
{
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
  g_autoptr (PtpTestingPushProducer) producer = ptp_testing_push_producer_new ();
  g_autoptr (GBytes) bytes = text_bytes ("x");
  g_autoptr (GError) failure = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "no");
  g_autoptr (GError) early = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *events = NULL;

  g_assert_false (ptp_testing_push_producer_write (producer, bytes, &early));
  g_assert_error (early, PTP_ERROR, PTP_ERROR_CLOSED);
  ptp_consumer_register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer), NULL);
  g_assert_true (ptp_testing_push_producer_write (producer, bytes, NULL));
  ptp_testing_consumer_pause (consumer);
  g_assert_true (ptp_testing_push_producer_get_paused (producer));
  ptp_testing_consumer_resume (consumer);
  g_assert_false (ptp_testing_push_producer_get_paused (producer));
  ptp_testing_push_producer_fail (producer, failure);
  drain ();
  g_assert_error (ptp_testing_consumer_get_reason (consumer), G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_false (ptp_testing_push_producer_write (producer, bytes, &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_CLOSED);
  events = join (ptp_testing_push_producer_dup_events (producer));
  g_assert_cmpstr (events, ==,
                   "registered PtpTestingConsumer, pause, resume, settled aborted, unregistered");
  assert_rules (ptp_testing_push_producer_dup_violations (producer), "");
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "");

  ptp_push_producer_resume_producing (PTP_PUSH_PRODUCER (producer));
  assert_rules (ptp_testing_push_producer_dup_violations (producer), "L15");
  g_assert_cmpuint (ptp_testing_push_producer_get_n_resumed (producer), ==, 2);
  g_assert_cmpuint (ptp_testing_push_producer_get_n_paused (producer), ==, 1);
}

/* A push producer of one's own says its end, waits, and only then leaves; stopped meanwhile, it
 * aborts what it had finished.
 */
static void
test_push_producer_protocol (void)
{
  g_autoptr (PtpTestingConsumer) consumer = ptp_testing_consumer_new ();
  g_autoptr (PtpTestingPushProducer) producer = ptp_testing_push_producer_new ();
  g_autoptr (GError) full = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "full");
  g_autofree char *events = NULL;

  ptp_testing_consumer_set_finish_answer (consumer, PTP_TESTING_ANSWER_PENDING);
  ptp_testing_consumer_set_abort_answer (consumer, PTP_TESTING_ANSWER_SETTLED_LATER);
  ptp_consumer_register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer), NULL);
  ptp_testing_push_producer_finish (producer);
  drain ();
  g_assert_cmpuint (ptp_testing_push_producer_get_n_unregistered (producer), ==, 0);
  ptp_testing_push_producer_finish (producer);
  ptp_testing_consumer_fail (consumer, full);
  g_assert_error (ptp_testing_push_producer_get_reason (producer), G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  drain ();
  g_assert_error (ptp_testing_consumer_get_reason (consumer), G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpint (ptp_testing_push_producer_get_settlement (producer), ==, PTP_SETTLEMENT_ABORTED);
  g_assert_no_error (ptp_testing_push_producer_get_error (producer));
  events = join (ptp_testing_consumer_dup_events (consumer));
  g_assert_cmpstr (events, ==,
                   "register PtpTestingPushProducer, finish, fail full, abort full, "
                   "settled aborted, unregister");
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "");
  assert_rules (ptp_testing_push_producer_dup_violations (producer), "");
}

static void
replace_cb (PtpTestingConsumer *consumer, const char *name, gpointer next)
{
  ptp_testing_consumer_release (consumer);
  ptp_consumer_abort (PTP_CONSUMER (consumer), ptp_testing_consumer_get_reason (consumer), NULL);
  g_signal_handlers_disconnect_by_func (consumer, replace_cb, next);
}

/* Its end may come from the consumer, also while that is being told to abort; and the consumer may
 * be gone first.
 */
static void
test_push_producer_end (void)
{
  PtpTestingConsumer *consumer = ptp_testing_consumer_new ();
  g_autoptr (PtpTestingPushProducer) released = ptp_testing_push_producer_new ();
  g_autoptr (PtpTestingPushProducer) left = ptp_testing_push_producer_new ();
  g_autoptr (GBytes) bytes = text_bytes ("x");
  g_autoptr (GError) failure = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "no");
  g_autoptr (GError) released_error = NULL;
  g_autoptr (GError) left_error = NULL;

  g_signal_connect (consumer, "event::abort", G_CALLBACK (replace_cb), NULL);
  ptp_consumer_register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (released), NULL);
  ptp_testing_push_producer_fail (released, failure);
  drain ();
  g_assert_cmpuint (ptp_testing_push_producer_get_n_stopped (released), ==, 0);
  g_assert_cmpuint (ptp_testing_push_producer_get_n_unregistered (released), ==, 1);
  g_assert_false (ptp_testing_push_producer_write (released, bytes, &released_error));
  g_assert_error (released_error, PTP_ERROR, PTP_ERROR_CLOSED);
  ptp_testing_push_producer_fail (released, failure);
  ptp_testing_push_producer_finish (released);
  drain ();
  g_assert_cmpuint (ptp_testing_push_producer_get_n_unregistered (released), ==, 1);
  assert_rules (ptp_testing_consumer_dup_violations (consumer), "");

  ptp_consumer_register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (left), NULL);
  g_assert_true (ptp_testing_consumer_get_producer (consumer) == PTP_PUSH_PRODUCER (left));
  g_assert_finalize_object (consumer);
  g_assert_false (ptp_testing_push_producer_write (left, bytes, &left_error));
  g_assert_error (left_error, PTP_ERROR, PTP_ERROR_CLOSED);
  ptp_testing_push_producer_fail (left, failure);
  ptp_testing_push_producer_finish (left);
  g_assert_cmpuint (ptp_testing_push_producer_get_n_unregistered (left), ==, 0);

  ptp_push_producer_stop_producing (PTP_PUSH_PRODUCER (left), failure);
  ptp_push_producer_stop_producing (PTP_PUSH_PRODUCER (left), failure);
  assert_rules (ptp_testing_push_producer_dup_violations (left), "L7");
  drain ();
}

static void
count_notify_cb (GObject *clock, GParamSpec *pspec, gpointer user_data)
{
  ++*(guint *) user_data;
}

static void
test_clock_stands (void)
{
  PtpTestingClock *clock = ptp_testing_clock_new ();
  guint n_told = 0;

  g_signal_connect (clock, "notify::now", G_CALLBACK (count_notify_cb), &n_told);
  ptp_testing_clock_advance (clock, 0);
  g_assert_cmpuint (n_told, ==, 0);
  ptp_testing_clock_advance (clock, 3);
  g_assert_cmpuint (n_told, ==, 1);
  g_assert_cmpint (ptp_testing_clock_get_now (clock), ==, 3);
  g_assert_finalize_object (clock);
}

static PtpStepResult
dear_step (gpointer clock, GError **error)
{
  ptp_testing_clock_advance (clock, 1000);
  return ptp_testing_clock_get_now (clock) < 5000 ? PTP_STEP_RESULT_MORE : PTP_STEP_RESULT_FINISHED;
}

static void
test_clock (void)
{
  PtpTestingClock *clock = ptp_testing_clock_new ();
  PtpCooperator *cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT_IDLE);
  g_autoptr (PtpCooperativeTask) task = NULL;

  ptp_testing_clock_attach (clock, cooperator);
  task = ptp_cooperator_cooperate (cooperator, dear_step, clock, NULL);
  drain ();
  g_assert_cmpint (ptp_testing_clock_get_now (clock), ==, 5000);
  /* Each step is longer than a slice, so that the clock is read around each. */
  g_assert_cmpuint (ptp_testing_clock_get_n_reads (clock), >=, 10);
  g_clear_object (&task);
  drain ();
  g_assert_finalize_object (cooperator);
  g_assert_finalize_object (clock);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/doubles/producer/script", test_script);
  g_test_add_func ("/doubles/producer/rules/E2/failures", test_failures);
  g_test_add_func ("/doubles/producer/rules/L7/violations", test_producer_violations);
  g_test_add_func ("/doubles/producer/rules/R3/violations", test_producer_cancel_violations);
  g_test_add_func ("/doubles/consumer/alone", test_consumer_alone);
  g_test_add_func ("/doubles/consumer/rules/L10/direct-calls", test_consumer_direct_calls);
  g_test_add_func ("/doubles/consumer/rules/R1/pauses", test_pauses);
  g_test_add_func ("/doubles/consumer/rules/E5/failing-write", test_failing_write);
  g_test_add_func ("/doubles/consumer/rules/L11/stop-and-close", test_stop_and_close);
  g_test_add_func ("/doubles/consumer/rules/L17/answers-to-finish", test_consumer_finish_answers);
  g_test_add_func ("/doubles/consumer/rules/L17/answers-to-abort", test_consumer_abort_answers);
  g_test_add_func ("/doubles/consumer/rules/L17/pending", test_consumer_pending);
  g_test_add_func ("/doubles/consumer/rules/L17/kept", test_consumer_kept);
  g_test_add_func ("/doubles/consumer/rules/L17/past-return", test_consumer_past_return);
  g_test_add_func ("/doubles/consumer/rules/B2/desired-size", test_consumer_desired_size);
  g_test_add_func ("/doubles/properties", test_properties);
  g_test_add_func ("/doubles/producer/rules/E12/breaks", test_producer_breaks);
  g_test_add_func ("/doubles/push-producer/rules/L17/protocol", test_push_producer_protocol);
  g_test_add_func ("/doubles/consumer/violations", test_consumer_violations);
  g_test_add_func ("/doubles/consumer/rules/T1/violation", test_thread_violation);
  g_test_add_func ("/doubles/push-producer/rules/L15/violations", test_push_producer);
  g_test_add_func ("/doubles/push-producer/rules/E1/end", test_push_producer_end);
  g_test_add_func ("/doubles/clock/rules/S5/steps", test_clock);
  g_test_add_func ("/doubles/clock/stands", test_clock_stands);

  return g_test_run ();
}
