/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rules L16 to L20, R6 and E6 while a consumer takes its time to settle. */

#include "ptp-test-push-producer.h"
#include "ptp-test-stream.h"
#include "ptp-test-wait.h"

typedef struct
{
  PtpTestStream t;
  GCancellable *cancellable; /* (owned) */
} Scene;

/* Its consumer has answered PENDING to finish, or to abort. */
static void
scene_init (Scene *s, gboolean aborting)
{
  *s = (Scene){ .cancellable = g_cancellable_new () };
  if (aborting)
    {
      ptp_test_stream_init_in (&s->t, PTP_STREAM_STATE_STREAMING);
      s->t.consumer->abort_result = PTP_END_RESULT_PENDING;
      ptp_pull_to_push_set_cancellable (s->t.stream, s->cancellable);
      ptp_test_stream_stop (&s->t);
      ptp_test_until_set (&s->t.consumer->n_aborts);
    }
  else
    {
      ptp_test_stream_init_in (&s->t, PTP_STREAM_STATE_ENDING);
      ptp_pull_to_push_set_cancellable (s->t.stream, s->cancellable);
    }
  ptp_test_stream_assert_state (&s->t, ENDING);
  ptp_test_log_clear (s->t.log);
}

static void
scene_clear (Scene *s)
{
  ptp_test_stream_clear (&s->t);
  g_assert_finalize_object (g_steal_pointer (&s->cancellable));
}

static void
assert_untouched (Scene *s)
{
  ptp_test_drain ();
  ptp_test_log_assert (s->t.log, "");
  ptp_test_stream_assert_state (&s->t, ENDING);
  ptp_test_stream_assert_holders (&s->t, "");
  g_assert_cmpuint (s->t.ends->n_ends, ==, 0);
}

static void
settle (Scene *s, PtpSettlement settlement)
{
  ptp_consumer_emit_settled (PTP_CONSUMER (s->t.consumer), settlement);
  ptp_test_ends_wait (s->t.ends);
}

static void
test_no_ops (gconstpointer aborting)
{
  Scene s;

  scene_init (&s, GPOINTER_TO_INT (aborting));
  ptp_test_stream_pause (&s.t);
  assert_untouched (&s);
  ptp_test_stream_resume (&s.t);
  ptp_pull_to_push_hold (s.t.stream, "user");
  assert_untouched (&s);
  ptp_pull_to_push_release (s.t.stream, "user");
  ptp_pull_to_push_start_streaming (s.t.stream);
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (s.t.producer));
  assert_untouched (&s);
  settle (&s, PTP_SETTLEMENT_FINISHED);
  /* Only what was told to finish can have finished. */
  g_assert_cmpint (ptp_pull_to_push_get_state (s.t.stream), ==,
                   aborting ? PTP_STREAM_STATE_STOPPED : PTP_STREAM_STATE_FINISHED);
  scene_clear (&s);
}

static void
hold_cb (gpointer self, gpointer user_data)
{
  PtpTestStream *t = user_data;

  ptp_pull_to_push_hold (t->stream, "user");
  ptp_test_stream_pause (t);
}

/* A hold does not delay an end: the consumer is told at once. */
static void
test_exhausted_while_held (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  ptp_test_producer_answer (t.producer, "a", PTP_STEP_RESULT_FINISHED);
  t.producer->on_produced = hold_cb;
  t.consumer->finish_result = PTP_END_RESULT_PENDING;
  ptp_test_stream_start (&t);
  ptp_test_drain ();
  ptp_test_log_assert (t.log, "register produce write finish");
  ptp_test_stream_assert_state (&t, ENDING);
  ptp_test_stream_assert_holders (&t, "");
  ptp_consumer_emit_settled (PTP_CONSUMER (t.consumer), PTP_SETTLEMENT_FINISHED);
  ptp_test_ends_wait (t.ends);
  g_assert_cmpuint (t.ends->n_finished, ==, 1);
  ptp_test_stream_clear (&t);
}

/* Somebody wants to cut a finish short. */

static void
by_stop_producing (Scene *s)
{
  ptp_test_stream_stop (&s->t);
}

static void
by_stop_streaming (Scene *s)
{
  ptp_pull_to_push_stop_streaming (s->t.stream);
}

static void
by_error (Scene *s)
{
  g_autoptr (GError) reason = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "Line is busy");

  ptp_push_producer_stop_producing (PTP_PUSH_PRODUCER (s->t.stream), reason);
}

static void
by_cancelling (Scene *s)
{
  g_cancellable_cancel (s->cancellable);
}

/* As a program that leaves does. */
static void
by_disposing (Scene *s)
{
  g_object_run_dispose (G_OBJECT (s->t.stream));
}

typedef struct
{
  void (*cut) (Scene *);
  int reason;
  PtpStreamState state;
  int error; /* -1: none */
} Cut;

static const Cut cuts[] = {
  { by_stop_producing, PTP_ERROR_STOPPED, PTP_STREAM_STATE_STOPPED, -1 },
  { by_stop_streaming, PTP_ERROR_STOPPED, PTP_STREAM_STATE_STOPPED, -1 },
  { by_error, G_IO_ERROR_BUSY, PTP_STREAM_STATE_FAILED, G_IO_ERROR_BUSY },
  { by_cancelling, G_IO_ERROR_CANCELLED, PTP_STREAM_STATE_FAILED, G_IO_ERROR_CANCELLED },
};

static void
assert_end (Scene *s, PtpStreamState state, int error)
{
  ptp_test_ends_wait (s->t.ends);
  g_assert_cmpint (ptp_pull_to_push_get_state (s->t.stream), ==, state);
  if (error == -1)
    g_assert_no_error (s->t.ends->error);
  else
    g_assert_cmpint (s->t.ends->error->code, ==, error);
  g_assert_cmpuint (s->t.consumer->n_finishes, ==, 1);
  g_assert_cmpuint (s->t.consumer->n_unregisters, ==, 1);
  g_assert_cmpint (s->t.producer->n_cancels, ==, 0);
  g_assert_true (ptp_pull_to_push_get_exhausted (s->t.stream));
}

static void
cut_short (Scene *s, const Cut *cut)
{
  guint n_aborts = s->t.consumer->n_aborts;

  cut->cut (s);
  /* In a later turn, and once however often. */
  g_assert_cmpuint (s->t.consumer->n_aborts, ==, n_aborts);
  cut->cut (s);
  by_stop_streaming (s);
  by_error (s);
  ptp_test_drain ();
  g_assert_cmpuint (s->t.consumer->n_aborts, ==, 1);
  g_assert_cmpint (s->t.consumer->reason->code, ==, cut->reason);
}

/* The consumer has undone what it had, or has failed to. */
static void
test_cut_at_once (void)
{
  const PtpEndResult answers[] = { PTP_END_RESULT_DONE, PTP_END_RESULT_FAILED };

  for (gsize i = 0; i < G_N_ELEMENTS (cuts); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (answers); j++)
      {
        Scene s;

        scene_init (&s, FALSE);
        s.t.consumer->abort_result = answers[j];
        cut_short (&s, &cuts[i]);
        assert_end (&s, cuts[i].state, cuts[i].error);
        ptp_test_log_assert (s.t.log, cuts[i].state == PTP_STREAM_STATE_STOPPED
                                        ? "abort unregister stopped"
                                        : "abort unregister failed");
        scene_clear (&s);
      }
}

/* It says later what became of it, and that is what the end of the stream is. */
static void
test_cut_later (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cuts); i++)
    for (int j = PTP_SETTLEMENT_FINISHED; j <= PTP_SETTLEMENT_ABORTED; j++)
      {
        gboolean whole = j == PTP_SETTLEMENT_FINISHED;
        Scene s;

        scene_init (&s, FALSE);
        s.t.consumer->abort_result = PTP_END_RESULT_PENDING;
        cut_short (&s, &cuts[i]);
        ptp_test_log_assert (s.t.log, "abort");
        assert_untouched (&s);
        by_cancelling (&s);
        assert_untouched (&s);
        settle (&s, (PtpSettlement) j);
        assert_end (&s, whole ? PTP_STREAM_STATE_FINISHED : cuts[i].state,
                    whole ? -1 : cuts[i].error);
        scene_clear (&s);
      }
}

static void
settle_failed_cb (gpointer consumer, gpointer unused)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_READ_ONLY, "Read-only");

  ptp_consumer_emit_settle_failed (consumer, error);
}

/* The error is the reason that was asked for, not the one of the settlement. */
static void
test_cut_settle_failed (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      Scene s;

      scene_init (&s, FALSE);
      s.t.consumer->abort_result = PTP_END_RESULT_PENDING;
      cut_short (&s, &cuts[i]);
      settle_failed_cb (s.t.consumer, NULL);
      assert_end (&s, cuts[i].state, cuts[i].error);
      scene_clear (&s);
    }
}

static void
settle_finished_cb (gpointer consumer, gpointer unused)
{
  ptp_consumer_emit_settled (consumer, PTP_SETTLEMENT_FINISHED);
}

/* Past its point of no return it says so from inside abort, whatever that answers. */
static void
test_cut_too_late (void)
{
  const PtpEndResult answers[]
    = { PTP_END_RESULT_DONE, PTP_END_RESULT_PENDING, PTP_END_RESULT_FAILED };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      Scene s;

      scene_init (&s, FALSE);
      s.t.consumer->abort_result = answers[i];
      s.t.consumer->on_abort = settle_finished_cb;
      cut_short (&s, &cuts[3]);
      assert_end (&s, PTP_STREAM_STATE_FINISHED, -1);
      scene_clear (&s);
    }
}

/* It settled before anybody came to tell it to abort. */
static void
test_cut_after_settlement (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      Scene s;

      scene_init (&s, FALSE);
      ptp_consumer_emit_settled (PTP_CONSUMER (s.t.consumer), PTP_SETTLEMENT_FINISHED);
      cuts[i].cut (&s);
      assert_end (&s, PTP_STREAM_STATE_FINISHED, -1);
      g_assert_cmpuint (s.t.consumer->n_aborts, ==, 0);
      scene_clear (&s);
    }
}

/* The first end counts also if the second would be another. */
static void
test_cut_while_aborting (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      Scene s;

      scene_init (&s, TRUE);
      cuts[i].cut (&s);
      assert_untouched (&s);
      g_assert_cmpuint (s.t.consumer->n_aborts, ==, 1);
      g_assert_error (s.t.consumer->reason, PTP_ERROR, PTP_ERROR_STOPPED);
      settle (&s, PTP_SETTLEMENT_ABORTED);
      ptp_test_stream_assert_state (&s.t, STOPPED);
      scene_clear (&s);
    }
}

static void
test_cut_by_disposing (void)
{
  Scene s;

  scene_init (&s, FALSE);
  by_disposing (&s);
  ptp_test_drain ();
  g_assert_cmpuint (s.t.consumer->n_aborts, ==, 1);
  ptp_test_stream_assert_state (&s.t, STOPPED);
  /* Its handlers went with it. */
  s.t.ends->n_ends = 1;
  scene_clear (&s);
}

/* Errors of the source come too late: it had said that there is nothing left. */
static void
test_broken_too_late (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "Line is busy");
  Scene s;

  scene_init (&s, FALSE);
  ptp_pull_producer_emit_broken (PTP_PULL_PRODUCER (s.t.producer), error);
  assert_untouched (&s);
  settle (&s, PTP_SETTLEMENT_FINISHED);
  assert_end (&s, PTP_STREAM_STATE_FINISHED, -1);
  scene_clear (&s);
}

/* Unregistering is not a settlement. */

static void
test_unregistered_meanwhile (gconstpointer aborting)
{
  Scene s;

  scene_init (&s, GPOINTER_TO_INT (aborting));
  ptp_test_stream_unregister (&s.t);
  ptp_test_log_assert (s.t.log, "unregister");
  assert_untouched (&s);
  settle (&s, aborting ? PTP_SETTLEMENT_ABORTED : PTP_SETTLEMENT_FINISHED);
  ptp_test_log_assert (s.t.log, aborting ? "stopped" : "finished");
  g_assert_cmpuint (s.t.consumer->n_unregisters, ==, 1);
  scene_clear (&s);
}

/* After that it is still asked to abort. */
static void
test_unregistered_and_cut (void)
{
  Scene s;

  scene_init (&s, FALSE);
  ptp_test_stream_unregister (&s.t);
  by_cancelling (&s);
  ptp_test_ends_wait (s.t.ends);
  ptp_test_log_assert (s.t.log, "unregister abort failed");
  g_assert_error (s.t.ends->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  scene_clear (&s);
}

static void
test_unregistered_inside (gconstpointer aborting)
{
  const PtpEndResult answers[] = { PTP_END_RESULT_DONE, PTP_END_RESULT_PENDING };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      PtpTestStream t;

      ptp_test_stream_init (&t, ptp_test_producer_new ());
      t.producer->rest = aborting ? PTP_STEP_RESULT_MORE : PTP_STEP_RESULT_FINISHED;
      t.consumer->on_finish = ptp_test_consumer_unregister;
      t.consumer->on_abort = ptp_test_consumer_unregister;
      t.consumer->finish_result = answers[i];
      t.consumer->abort_result = answers[i];
      ptp_test_stream_start (&t);
      if (aborting)
        {
          ptp_test_stream_until_produced (&t, 1);
          ptp_test_stream_stop (&t);
        }
      ptp_test_until_set (&t.consumer->n_unregisters);
      ptp_test_drain ();
      if (answers[i] == PTP_END_RESULT_PENDING)
        {
          ptp_test_stream_assert_state (&t, ENDING);
          ptp_consumer_emit_settled (PTP_CONSUMER (t.consumer), PTP_SETTLEMENT_FINISHED);
        }
      ptp_test_ends_wait (t.ends);
      g_assert_cmpint (t.ends->state, ==,
                       aborting ? PTP_STREAM_STATE_STOPPED : PTP_STREAM_STATE_FINISHED);
      g_assert_cmpuint (t.consumer->n_unregisters, ==, 1);
      g_assert_cmpuint (t.consumer->n_finishes + t.consumer->n_aborts, ==, 1);
      ptp_test_stream_clear (&t);
    }
}

/* The next producer has to wait. */

static void
assert_refused (PtpTestStream *t)
{
  PtpTestPushProducer *push = ptp_test_push_producer_new ();
  PtpTestProducer *pull = ptp_test_producer_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (ptp_consumer_register_push_producer (PTP_CONSUMER (t->consumer),
                                                       PTP_PUSH_PRODUCER (push), &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_ALREADY_REGISTERED);
  g_clear_error (&error);
  g_assert_false (ptp_consumer_register_pull_producer (PTP_CONSUMER (t->consumer),
                                                       PTP_PULL_PRODUCER (pull), &error));
  g_assert_error (error, PTP_ERROR, PTP_ERROR_ALREADY_REGISTERED);
  g_assert_cmpuint (t->consumer->n_registers, ==, 1);

  /* Both are left as they are. */
  g_assert_cmpuint (push->n_stops + push->n_registered, ==, 0);
  g_assert_cmpint (pull->n_cancels, ==, 0);
  g_assert_finalize_object (push);
  g_assert_finalize_object (pull);
}

static void
register_inside_cb (gpointer consumer, gpointer user_data)
{
  PtpTestStream *t = user_data;

  assert_refused (t);
  ptp_test_consumer_unregister (consumer, NULL);
  assert_refused (t);
}

static void
test_registering_inside (gconstpointer aborting)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  t.producer->rest = aborting ? PTP_STEP_RESULT_MORE : PTP_STEP_RESULT_FINISHED;
  t.consumer->on_finish = register_inside_cb;
  t.consumer->on_abort = register_inside_cb;
  t.consumer->hook_data = &t;
  ptp_test_stream_start (&t);
  if (aborting)
    ptp_test_stream_stop (&t);
  ptp_test_ends_wait (t.ends);
  g_assert_cmpuint (t.consumer->n_finishes + t.consumer->n_aborts, ==, 1);
  ptp_test_stream_clear (&t);
}

static void
test_registering_meanwhile (gconstpointer aborting)
{
  Scene s;

  scene_init (&s, GPOINTER_TO_INT (aborting));
  assert_refused (&s.t);
  ptp_test_stream_unregister (&s.t);
  assert_refused (&s.t);
  settle (&s, PTP_SETTLEMENT_ABORTED);
  scene_clear (&s);
}

/* A newcomer that is let in when the consumer has settled, before the stream knows of it. */
static void
test_registering_when_settled (void)
{
  PtpTestProducer *second = ptp_test_producer_new_words ("b");
  PtpPullToPush *stream;
  g_autoptr (PtpTestEnds) ends = NULL;
  Scene s;

  scene_init (&s, FALSE);
  ptp_test_stream_unregister (&s.t);
  ptp_consumer_emit_settled (PTP_CONSUMER (s.t.consumer), PTP_SETTLEMENT_FINISHED);
  s.t.consumer->finish_result = PTP_END_RESULT_DONE;
  stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (second), PTP_CONSUMER (s.t.consumer), NULL);
  g_assert_nonnull (stream);
  ends = ptp_test_ends_new (stream);
  ptp_test_ends_wait (ends);
  ptp_test_ends_wait (s.t.ends);
  g_assert_cmpuint (ends->n_finished + s.t.ends->n_finished, ==, 2);
  g_assert_cmpuint (s.t.consumer->n_finishes, ==, 2);
  g_assert_cmpuint (s.t.consumer->n_unregisters, ==, 2);
  ptp_test_stream_assert_bytes (&s.t, "xb");
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (second);
  scene_clear (&s);
}

static void
test_wait_cancelled (gconstpointer aborting)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (PtpTestWait) hasty = { 0 };
  g_auto (PtpTestWait) patient = { 0 };
  Scene s;

  scene_init (&s, GPOINTER_TO_INT (aborting));
  ptp_test_wait_start (&hasty, s.t.stream, cancellable);
  ptp_test_wait_start (&patient, s.t.stream, NULL);
  g_cancellable_cancel (cancellable);
  ptp_test_wait_until_over (&hasty);
  g_assert_error (hasty.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_untouched (&s);
  g_assert_cmpuint (patient.n_calls, ==, 0);
  settle (&s, PTP_SETTLEMENT_FINISHED);
  ptp_test_wait_until_over (&patient);
  g_assert_true (patient.result == !aborting);
  g_assert_cmpuint (hasty.n_calls, ==, 1);
  scene_clear (&s);
}

/* As long as it has not settled both are alive, whoever has dropped them; when it does, both go. */
static void
test_never_settles (gconstpointer aborting)
{
  gpointer stream, consumer;
  Scene s;

  scene_init (&s, GPOINTER_TO_INT (aborting));
  stream = s.t.stream;
  consumer = s.t.consumer;
  g_object_add_weak_pointer (stream, &stream);
  g_object_add_weak_pointer (consumer, &consumer);
  g_clear_object (&s.t.stream);
  g_object_unref (g_steal_pointer (&s.t.consumer));
  ptp_test_drain ();
  g_assert_nonnull (stream);
  g_assert_nonnull (consumer);
  g_assert_cmpuint (s.t.ends->n_ends, ==, 0);

  ptp_consumer_emit_settled (consumer, PTP_SETTLEMENT_ABORTED);
  ptp_test_ends_wait (s.t.ends);
  g_assert_null (stream);
  g_assert_null (consumer);
  ptp_test_assert_finalize (g_steal_pointer (&s.t.producer));
  g_clear_object (&s.t.cooperator);
  ptp_test_ends_unref (s.t.ends);
  ptp_test_log_unref (s.t.log);
  g_assert_finalize_object (g_steal_pointer (&s.cancellable));
}

/* A main loop inside the call does not end the stream under it, whoever settles in it (rule R6). */

static void
settle_in_loop_cb (gpointer consumer, gpointer user_data)
{
  PtpTestStream *t = user_data;
  guint n_unregisters = t->consumer->n_unregisters;

  ptp_test_drain ();
  ptp_test_in_thread (settle_finished_cb, consumer, NULL);
  ptp_pull_to_push_stop_streaming (t->stream);
  ptp_test_drain ();
  ptp_test_stream_assert_state (t, ENDING);
  g_assert_cmpuint (t->ends->n_ends, ==, 0);
  g_assert_cmpuint (t->consumer->n_unregisters, ==, n_unregisters);
  g_assert_cmpuint (t->consumer->n_finishes + t->consumer->n_aborts, ==, 1);
}

static void
test_nested_loop (gconstpointer aborting)
{
  const PtpEndResult answers[]
    = { PTP_END_RESULT_DONE, PTP_END_RESULT_PENDING, PTP_END_RESULT_FAILED };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      gboolean fails = !aborting && answers[i] == PTP_END_RESULT_FAILED;
      PtpTestStream t;

      ptp_test_stream_init (&t, ptp_test_producer_new ());
      t.producer->rest = aborting ? PTP_STEP_RESULT_MORE : PTP_STEP_RESULT_FINISHED;
      t.consumer->on_finish = settle_in_loop_cb;
      t.consumer->on_abort = settle_in_loop_cb;
      t.consumer->finish_result = answers[i];
      t.consumer->abort_result = answers[i];
      ptp_test_stream_start (&t);
      if (aborting)
        ptp_test_stream_stop (&t);
      ptp_test_ends_wait (t.ends);
      if (aborting)
        ptp_test_stream_assert_state (&t, STOPPED);
      else if (fails)
        g_assert_error (t.ends->error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
      else
        ptp_test_stream_assert_state (&t, FINISHED);
      g_assert_cmpuint (t.consumer->n_finishes + t.consumer->n_aborts, ==, 1);
      ptp_test_stream_clear (&t);
    }
}

/* Asked for in the loop inside finish, the abort follows when that has returned. */
static void
cut_in_loop_cb (gpointer consumer, gpointer user_data)
{
  PtpTestStream *t = user_data;

  ptp_test_stream_stop (t);
  ptp_test_drain ();
  g_assert_cmpuint (t->consumer->n_aborts, ==, 0);
}

static void
test_nested_loop_cut (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  t.consumer->on_finish = cut_in_loop_cb;
  t.consumer->finish_result = PTP_END_RESULT_PENDING;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register produce finish abort unregister stopped");
  ptp_test_stream_clear (&t);

  /* Answered at once, it is too late. */
  ptp_test_stream_init (&t, ptp_test_producer_new ());
  t.consumer->on_finish = cut_in_loop_cb;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register produce finish unregister finished");
  ptp_test_stream_clear (&t);
}

/* The whole end may be run from inside a main loop of a handler. */
static void
drain_cb (PtpPullToPush *stream, GParamSpec *pspec, gpointer unused)
{
  ptp_test_drain ();
}

static void
test_nested_loop_in_notify (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  t.consumer->finish_result = PTP_END_RESULT_PENDING;
  g_signal_connect (t.stream, "notify::state", G_CALLBACK (drain_cb), NULL);
  ptp_test_stream_start (&t);
  ptp_test_until_set (&t.consumer->n_finishes);
  ptp_consumer_emit_settled (PTP_CONSUMER (t.consumer), PTP_SETTLEMENT_FINISHED);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register produce finish unregister finished");
  ptp_test_stream_clear (&t);
}

static void
note_state_cb (PtpPullToPush *stream, GParamSpec *pspec, gpointer log)
{
  g_autoptr (GEnumClass) states = g_type_class_ref (PTP_TYPE_STREAM_STATE);
  int state = (int) ptp_pull_to_push_get_state (stream);

  ptp_test_log_add (log, "%s", g_enum_get_value (states, state)->value_nick);
}

/* ENDING is notified where it lasts. */
static void
test_notify (void)
{
  g_autoptr (PtpTestLog) log = ptp_test_log_new ();
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  t.consumer->finish_result = PTP_END_RESULT_PENDING;
  g_signal_connect (t.stream, "notify::state", G_CALLBACK (note_state_cb), log);
  ptp_test_stream_start (&t);
  ptp_test_drain ();
  ptp_test_log_assert (log, "streaming ending");
  ptp_consumer_emit_settled (PTP_CONSUMER (t.consumer), PTP_SETTLEMENT_FINISHED);
  ptp_test_log_assert (log, "");
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (log, "finished");
  ptp_test_stream_clear (&t);
}

/* No chunk comes when the end has been told (rule L19). */
static void
write_late_cb (gpointer stream, gpointer user_data)
{
  PtpTestStream *t = user_data;

  g_assert_cmpuint (t->consumer->n_writes, ==, 1);
  g_assert_null (t->consumer->producer);
}

static void
test_nobody_writes_after (void)
{
  Scene s;

  scene_init (&s, FALSE);
  s.t.ends->hook = write_late_cb;
  settle (&s, PTP_SETTLEMENT_FINISHED);
  scene_clear (&s);
}

static void
add_both (const char *path, GTestDataFunc func)
{
  g_autofree char *finishing = g_strconcat (path, "/finishing", NULL);
  g_autofree char *aborting = g_strconcat (path, "/aborting", NULL);

  g_test_add_data_func (finishing, NULL, func);
  g_test_add_data_func (aborting, GINT_TO_POINTER (TRUE), func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_both ("/rules/L19/no-ops", test_no_ops);
  g_test_add_func ("/rules/L19/exhausted-while-held", test_exhausted_while_held);
  g_test_add_func ("/rules/E6/cut-at-once", test_cut_at_once);
  g_test_add_func ("/rules/E6/cut-later", test_cut_later);
  g_test_add_func ("/rules/E6/cut-settle-failed", test_cut_settle_failed);
  g_test_add_func ("/rules/E6/cut-too-late", test_cut_too_late);
  g_test_add_func ("/rules/E6/cut-after-settlement", test_cut_after_settlement);
  g_test_add_func ("/rules/L17/cut-while-aborting", test_cut_while_aborting);
  g_test_add_func ("/rules/L17/cut-by-disposing", test_cut_by_disposing);
  g_test_add_func ("/rules/E7/broken-too-late", test_broken_too_late);
  add_both ("/rules/L19/unregistered-meanwhile", test_unregistered_meanwhile);
  g_test_add_func ("/rules/L19/unregistered-and-cut", test_unregistered_and_cut);
  add_both ("/rules/L19/unregistered-inside", test_unregistered_inside);
  add_both ("/rules/L10/registering-inside", test_registering_inside);
  add_both ("/rules/L10/registering-meanwhile", test_registering_meanwhile);
  g_test_add_func ("/rules/L16/registering-when-settled", test_registering_when_settled);
  add_both ("/rules/L19/wait-cancelled", test_wait_cancelled);
  add_both ("/rules/L19/never-settles", test_never_settles);
  add_both ("/rules/R6/inside-the-end", test_nested_loop);
  g_test_add_func ("/rules/R6/cut-inside-finish", test_nested_loop_cut);
  g_test_add_func ("/rules/R6/inside-notify", test_nested_loop_in_notify);
  g_test_add_func ("/rules/L19/notify", test_notify);
  g_test_add_func ("/rules/L19/nobody-writes-after", test_nobody_writes_after);

  return g_test_run ();
}
