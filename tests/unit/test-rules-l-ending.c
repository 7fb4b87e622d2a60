/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rules L7, L8, L17 and L18 row by row: what ends a stream, what its producer and its consumer hear
 * of that, and how it ends, for everything that a consumer may answer.
 */

#include "ptp-test-stream.h"
#include "ptp-test-wait.h"

/* One code is enough to tell an error by: none of these appears in two domains. */
#define NO_ERROR (-1)

static GError *
busy_error (void)
{
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "The test's line is busy");
}

typedef struct
{
  PtpTestStream t;
  GCancellable *cancellable; /* (owned) */
  PtpTestWait wait;
} Scene;

/* The causes of an end. Each is called when the stream has made a step, and is waiting. */

static void
by_exhaustion (Scene *s)
{
  s->t.producer->rest = PTP_STEP_RESULT_FINISHED;
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (s->t.producer));
}

static void
by_unregistering (Scene *s)
{
  ptp_test_stream_unregister (&s->t);
}

static void
by_unregistering_and_stop_streaming (Scene *s)
{
  ptp_test_stream_unregister (&s->t);
  ptp_pull_to_push_stop_streaming (s->t.stream);
}

static void
by_stop_streaming (Scene *s)
{
  ptp_pull_to_push_stop_streaming (s->t.stream);
}

static void
by_stop_producing (Scene *s)
{
  ptp_test_stream_stop (&s->t);
}

static void
by_stop_producing_with_error (Scene *s)
{
  g_autoptr (GError) reason = busy_error ();

  ptp_push_producer_stop_producing (PTP_PUSH_PRODUCER (s->t.stream), reason);
}

/* The end was decided before: the consumer had enough. */
static void
by_unregistering_and_stop_producing (Scene *s)
{
  ptp_test_stream_unregister (&s->t);
  by_stop_producing_with_error (s);
}

static void
by_failing (Scene *s)
{
  ptp_test_producer_answer_error (s->t.producer, NULL, PTP_STEP_RESULT_FAILED, busy_error ());
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (s->t.producer));
}

static void
by_breaking (Scene *s)
{
  g_autoptr (GError) error = busy_error ();

  ptp_pull_producer_emit_broken (PTP_PULL_PRODUCER (s->t.producer), error);
}

static void
by_failing_write (Scene *s)
{
  s->t.consumer->fail_write_at = s->t.consumer->n_writes + 1;
  ptp_test_producer_answer (s->t.producer, "y", PTP_STEP_RESULT_MORE);
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (s->t.producer));
}

/* From inside produce, whose answer knows nothing of it. */
static void
write_in_vain_cb (gpointer self, gpointer user_data)
{
  Scene *s = user_data;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("y", 1);
  g_autoptr (GError) error = NULL;

  g_assert_false (ptp_consumer_write (PTP_CONSUMER (s->t.consumer), bytes, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
}

static void
by_failing_write_ignored (Scene *s)
{
  s->t.consumer->fail_write_at = s->t.consumer->n_writes + 1;
  s->t.producer->on_produce = write_in_vain_cb;
  s->t.producer->hook_data = s;
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (s->t.producer));
}

static void
by_cancelling (Scene *s)
{
  g_cancellable_cancel (s->cancellable);
}

typedef struct
{
  const char *name;
  void (*end) (Scene *);
  const char *calls; /* what producer and consumer hear, of cancel, finish and abort */
  int reason;        /* the code of the error that they are told */
  PtpStreamState state;
  int error;            /* of the stream; NO_ERROR: it has none */
  gboolean harmless;    /* a source that is kept does not hear of it */
  gboolean unregisters; /* the consumer unregisters the stream itself */
} Row;

static const Row rows[] = {
  { "exhausted", by_exhaustion, "finish", NO_ERROR, PTP_STREAM_STATE_FINISHED, NO_ERROR },
  { "unregistered", by_unregistering, "cancel", PTP_ERROR_STOPPED, PTP_STREAM_STATE_FINISHED,
    NO_ERROR, .harmless = TRUE, .unregisters = TRUE },
  { "unregistered-and-stop-streaming", by_unregistering_and_stop_streaming, "cancel",
    PTP_ERROR_STOPPED, PTP_STREAM_STATE_FINISHED, NO_ERROR, .harmless = TRUE, .unregisters = TRUE },
  { "unregistered-and-stop-producing", by_unregistering_and_stop_producing, "cancel",
    PTP_ERROR_STOPPED, PTP_STREAM_STATE_FINISHED, NO_ERROR, .harmless = TRUE, .unregisters = TRUE },
  { "stop-streaming", by_stop_streaming, "cancel abort", PTP_ERROR_STOPPED,
    PTP_STREAM_STATE_STOPPED, NO_ERROR, .harmless = TRUE },
  { "stop-producing", by_stop_producing, "cancel abort", PTP_ERROR_STOPPED,
    PTP_STREAM_STATE_STOPPED, NO_ERROR },
  { "stop-producing-with-error", by_stop_producing_with_error, "cancel abort", G_IO_ERROR_BUSY,
    PTP_STREAM_STATE_FAILED, G_IO_ERROR_BUSY },
  { "produce-fails", by_failing, "abort", G_IO_ERROR_BUSY, PTP_STREAM_STATE_FAILED,
    G_IO_ERROR_BUSY },
  { "broken", by_breaking, "abort", G_IO_ERROR_BUSY, PTP_STREAM_STATE_FAILED, G_IO_ERROR_BUSY },
  { "write-fails", by_failing_write, "abort", G_IO_ERROR_NO_SPACE, PTP_STREAM_STATE_FAILED,
    G_IO_ERROR_NO_SPACE },
  { "write-fails-ignored", by_failing_write_ignored, "cancel abort", G_IO_ERROR_NO_SPACE,
    PTP_STREAM_STATE_FAILED, G_IO_ERROR_NO_SPACE },
  { "cancelled", by_cancelling, "cancel abort", G_IO_ERROR_CANCELLED, PTP_STREAM_STATE_FAILED,
    G_IO_ERROR_CANCELLED },
};

static void
note_end_cb (PtpPullToPush *stream, GParamSpec *pspec, gpointer user_data)
{
  PtpTestStream *t = user_data;

  if (ptp_pull_to_push_get_state (stream) < PTP_STREAM_STATE_FINISHED)
    return;

  /* Nothing is referenced any more by then. */
  g_assert_null (ptp_pull_to_push_get_producer (stream));
  g_assert_null (ptp_pull_to_push_get_consumer (stream));
  ptp_test_log_add (t->log, "notified");
}

/* A stream that has written a chunk and waits. */
static void
scene_init (Scene *s, PtpPullToPushFlags flags)
{
  *s = (Scene){ .cancellable = g_cancellable_new () };
  ptp_test_stream_init_keeping (&s->t, ptp_test_producer_new (), flags);
  ptp_test_producer_answer (s->t.producer, "x", PTP_STEP_RESULT_MORE);
  s->t.producer->rest = PTP_STEP_RESULT_PENDING;
  ptp_pull_to_push_set_cancellable (s->t.stream, s->cancellable);
  g_signal_connect (s->t.stream, "notify::state", G_CALLBACK (note_end_cb), &s->t);
  ptp_test_stream_start (&s->t);
  s->wait.log = s->t.log;
  ptp_test_wait_start (&s->wait, s->t.stream, NULL);
  ptp_test_drain ();
  ptp_test_stream_assert_state (&s->t, WAITING);
  ptp_test_log_clear (s->t.log);
}

static void
scene_clear (Scene *s)
{
  s->t.producer->on_produce = NULL;
  ptp_test_stream_clear (&s->t);
  ptp_test_wait_clear (&s->wait);
  g_assert_finalize_object (g_steal_pointer (&s->cancellable));
}

static const char *
name_end (PtpStreamState state)
{
  if (state == PTP_STREAM_STATE_FINISHED)
    return "finished";

  return state == PTP_STREAM_STATE_STOPPED ? "stopped" : "failed";
}

static void
assert_code (const GError *error, int code)
{
  if (code == NO_ERROR)
    {
      g_assert_no_error (error);
      return;
    }

  g_assert_nonnull (error);
  g_assert_cmpint (error->code, ==, code);
}

static gboolean
hears (const char *calls, const char *call)
{
  return strstr (calls, call) != NULL;
}

static void
assert_heard (Scene *s, const Row *row, const char *calls)
{
  g_assert_cmpint (s->t.producer->n_cancels, ==, hears (calls, "cancel"));
  assert_code (s->t.producer->reason, hears (calls, "cancel") ? row->reason : NO_ERROR);
  g_assert_cmpuint (s->t.consumer->n_finishes, ==, hears (calls, "finish") ? 1 : 0);
  g_assert_cmpuint (s->t.consumer->n_aborts, ==, hears (calls, "abort") ? 1 : 0);
  assert_code (s->t.consumer->reason, hears (calls, "abort") ? row->reason : NO_ERROR);
  g_assert_cmpuint (s->t.consumer->n_unregisters, ==, 1);
}

static void
assert_end (Scene *s, const Row *row, PtpStreamState state, int error)
{
  g_assert_cmpint (ptp_pull_to_push_get_state (s->t.stream), ==, state);
  g_assert_cmpint (s->t.ends->state, ==, state);
  g_assert_cmpuint (s->t.ends->n_ends, ==, 1);
  g_assert_true (s->t.ends->let_go);
  assert_code (s->t.ends->error, error);
  assert_code (ptp_pull_to_push_get_error (s->t.stream), error);
  g_assert_true (ptp_pull_to_push_get_exhausted (s->t.stream) == (row->end == by_exhaustion));

  ptp_test_wait_until_over (&s->wait);
  if (state == PTP_STREAM_STATE_STOPPED)
    g_assert_error (s->wait.error, PTP_ERROR, PTP_ERROR_STOPPED);
  else
    assert_code (s->wait.error, error);
}

static void
add_words (GString *words, const char *more)
{
  if (*more == '\0')
    return;

  if (words->len > 0)
    g_string_append_c (words, ' ');
  g_string_append (words, more);
}

/* The log at the moment when the consumer has been told. A write that fails takes a step. */
static GString *
words_of_calls (const Row *row, const char *calls)
{
  GString *words = g_string_new (NULL);

  if (row->unregisters)
    add_words (words, "unregister");
  if (row->end == by_exhaustion || row->end == by_failing)
    add_words (words, "produce");
  if (row->end == by_failing_write || row->end == by_failing_write_ignored)
    add_words (words, "produce write");
  add_words (words, calls);

  return words;
}

static void
assert_told (Scene *s, const Row *row, const char *calls)
{
  g_autoptr (GString) words = words_of_calls (row, calls);

  ptp_test_log_assert (s->t.log, words->str);
}

static void
assert_ended (Scene *s, const Row *row, PtpStreamState state)
{
  g_autoptr (GString) words = g_string_new (NULL);

  if (!row->unregisters)
    add_words (words, "unregister");
  add_words (words, "notified waited");
  add_words (words, name_end (state));
  ptp_test_log_assert (s->t.log, words->str);
}

static void
assert_told_and_ended (Scene *s, const Row *row, const char *calls, PtpStreamState state)
{
  g_autoptr (GString) words = words_of_calls (row, calls);

  if (!row->unregisters)
    add_words (words, "unregister");
  add_words (words, "notified waited");
  add_words (words, name_end (state));
  ptp_test_log_assert (s->t.log, words->str);
}

/* The consumer is done at once, or fails at once. */
static void
test_at_once (const Row *row, PtpEndResult answer)
{
  gboolean fails = row->end == by_exhaustion && answer == PTP_END_RESULT_FAILED;
  PtpStreamState state = fails ? PTP_STREAM_STATE_FAILED : row->state;
  Scene s;

  scene_init (&s, PTP_PULL_TO_PUSH_NONE);
  s.t.consumer->finish_result = answer;
  s.t.consumer->abort_result = answer;
  row->end (&s);
  ptp_test_stream_assert_holders (&s.t, "");
  ptp_test_ends_wait (s.t.ends);
  assert_told_and_ended (&s, row, row->calls, state);
  assert_heard (&s, row, row->calls);
  assert_end (&s, row, state, fails ? G_IO_ERROR_NO_SPACE : row->error);
  scene_clear (&s);
}

static void
test_done (gconstpointer row)
{
  test_at_once (row, PTP_END_RESULT_DONE);
}

static void
test_failed (gconstpointer row)
{
  test_at_once (row, PTP_END_RESULT_FAILED);
}

/* How a consumer may settle. */

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
  g_autoptr (GError) error
    = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_READ_ONLY, "The test's disk is read-only");

  ptp_consumer_emit_settle_failed (consumer, error);
}

typedef struct
{
  PtpTestHook settle;
  /* After finish */
  PtpStreamState state;
  int error;
} Settling;

static const Settling settlings[] = {
  { settle_finished, PTP_STREAM_STATE_FINISHED, NO_ERROR },
  { settle_aborted, PTP_STREAM_STATE_FAILED, PTP_ERROR_FAILED },
  { settle_failed, PTP_STREAM_STATE_FAILED, G_IO_ERROR_READ_ONLY },
};

static void
assert_ending (Scene *s)
{
  ptp_test_drain ();
  ptp_test_stream_assert_state (&s->t, ENDING);
  ptp_test_stream_assert_holders (&s->t, "");
  g_assert_cmpuint (s->t.ends->n_ends, ==, 0);
  g_assert_cmpuint (s->wait.n_calls, ==, 0);
  g_assert_no_error (ptp_pull_to_push_get_error (s->t.stream));
  g_assert_true (ptp_pull_to_push_get_consumer (s->t.stream) == PTP_CONSUMER (s->t.consumer));
}

static void
test_settled_later (const Row *row, const Settling *settling, gboolean in_thread)
{
  gboolean finishes = row->end == by_exhaustion;
  PtpStreamState state = finishes ? settling->state : row->state;
  Scene s;

  scene_init (&s, PTP_PULL_TO_PUSH_NONE);
  s.t.consumer->finish_result = PTP_END_RESULT_PENDING;
  s.t.consumer->abort_result = PTP_END_RESULT_PENDING;
  row->end (&s);
  assert_ending (&s);
  assert_told (&s, row, row->calls);

  if (in_thread)
    ptp_test_in_thread (settling->settle, s.t.consumer, NULL);
  else
    settling->settle (s.t.consumer, NULL);
  /* Never from inside the call that settles. */
  ptp_test_log_assert (s.t.log, "");
  ptp_test_ends_wait (s.t.ends);
  assert_ended (&s, row, state);
  assert_heard (&s, row, row->calls);
  assert_end (&s, row, state, finishes ? settling->error : row->error);
  scene_clear (&s);
}

static void
test_pending (gconstpointer data)
{
  const Row *row = data;

  if (row->unregisters)
    return;

  for (gsize i = 0; i < G_N_ELEMENTS (settlings); i++)
    {
      test_settled_later (row, &settlings[i], FALSE);
      test_settled_later (row, &settlings[i], TRUE);
    }
}

/* It may say so before it has said that it will be later (rule R10). */
static void
test_settled_inside (gconstpointer data)
{
  const Row *row = data;

  for (gsize i = 0; i < G_N_ELEMENTS (settlings); i++)
    {
      gboolean finishes = row->end == by_exhaustion;
      PtpStreamState state = finishes ? settlings[i].state : row->state;
      Scene s;

      scene_init (&s, PTP_PULL_TO_PUSH_NONE);
      s.t.consumer->finish_result = PTP_END_RESULT_PENDING;
      s.t.consumer->abort_result = PTP_END_RESULT_PENDING;
      s.t.consumer->on_finish = settlings[i].settle;
      s.t.consumer->on_abort = settlings[i].settle;
      row->end (&s);
      ptp_test_ends_wait (s.t.ends);
      assert_told_and_ended (&s, row, row->calls, state);
      assert_end (&s, row, state, finishes ? settlings[i].error : row->error);
      scene_clear (&s);
    }
}

static char *
without (const char *calls, const char *call)
{
  g_auto (GStrv) words = g_strsplit (calls, " ", -1);
  g_autoptr (GStrvBuilder) left = g_strv_builder_new ();
  g_auto (GStrv) left_words = NULL;

  for (gsize i = 0; words[i] != NULL; i++)
    if (!g_str_equal (words[i], call))
      g_strv_builder_add (left, words[i]);
  left_words = g_strv_builder_end (left);

  return g_strjoinv (" ", left_words);
}

/* A sink that is kept is unregistered, and hears nothing else of the end. */
static void
test_keep_sink (gconstpointer data)
{
  const Row *row = data;
  g_autofree char *not_finished = without (row->calls, "finish");
  g_autofree char *calls = without (not_finished, "abort");
  Scene s;

  scene_init (&s, PTP_PULL_TO_PUSH_KEEP_SINK);
  s.t.consumer->finish_result = PTP_END_RESULT_PENDING;
  s.t.consumer->abort_result = PTP_END_RESULT_PENDING;
  row->end (&s);
  ptp_test_ends_wait (s.t.ends);
  assert_told_and_ended (&s, row, calls, row->state);
  assert_heard (&s, row, calls);
  assert_end (&s, row, row->state, row->error);
  scene_clear (&s);
}

/* A source that is kept is cancelled only when something went wrong. */
static void
test_keep_source (gconstpointer data)
{
  const Row *row = data;
  g_autofree char *calls = without (row->calls, row->harmless ? "cancel" : "");
  Scene s;

  scene_init (&s, PTP_PULL_TO_PUSH_KEEP_SOURCE);
  row->end (&s);
  ptp_test_ends_wait (s.t.ends);
  assert_told_and_ended (&s, row, calls, row->state);
  assert_heard (&s, row, calls);
  assert_end (&s, row, row->state, row->error);
  scene_clear (&s);
}

static void
add_rows (const char *path, GTestDataFunc func)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *whole = g_strconcat (path, "/", rows[i].name, NULL);

      g_test_add_data_func (whole, &rows[i], func);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_rows ("/rules/L17/done", test_done);
  add_rows ("/rules/L17/failed", test_failed);
  add_rows ("/rules/L18/pending", test_pending);
  add_rows ("/rules/R10/inside", test_settled_inside);
  add_rows ("/rules/L17/keep-sink", test_keep_sink);
  add_rows ("/rules/L7/keep-source", test_keep_source);

  return g_test_run ();
}
