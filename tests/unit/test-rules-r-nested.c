/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rules R6, R8 and R9: main loops in main loops, tasks that act on each other, and handlers that
 * do as they please.
 */

#include "ptp-test-stream.h"

/* Rule R6: @outer runs a main loop inside a step, in which @other makes ten steps. */

typedef struct
{
  PtpTestStream outer;
  PtpTestStream other;
  PtpTestHook inside; /* (nullable): called inside the nested loop's turn */
  guint n_nested;
} Nest;

static void
nested_loop_cb (gpointer self, gpointer user_data)
{
  Nest *nest = user_data;

  nest->n_nested++;
  ptp_test_stream_until_produced (&nest->other, nest->other.producer->n_produces + 5);
  if (nest->inside != NULL)
    nest->inside (self, nest);
  ptp_test_stream_until_produced (&nest->other, nest->other.producer->n_produces + 5);
}

static void
nest_init (Nest *nest)
{
  *nest = (Nest){ 0 };
  ptp_test_stream_init (&nest->outer, ptp_test_producer_new_words ("a b c"));
  ptp_test_stream_init_on (&nest->other, ptp_test_producer_new_endless ("x"),
                           nest->outer.cooperator);
  nest->outer.producer->hook_data = nest;
  nest->outer.consumer->hook_data = nest;
  nest->outer.ends->hook_data = nest;
}

static void
nest_run (Nest *nest)
{
  ptp_test_stream_start (&nest->outer);
  ptp_test_stream_start (&nest->other);
  ptp_test_until_set (&nest->outer.ends->n_ends);
  g_assert_cmpint (nest->other.producer->n_produces, >=, 10 * (int) nest->n_nested);
  ptp_test_stream_assert_state (&nest->other, STREAMING);
  ptp_pull_to_push_stop_streaming (nest->other.stream);
  ptp_test_ends_wait (nest->other.ends);
  g_assert_false (nest->outer.producer->reentered);
}

static void
nest_clear (Nest *nest)
{
  ptp_test_stream_clear (&nest->other);
  ptp_test_stream_clear (&nest->outer);
}

static void
test_r6_inside_produce (void)
{
  Nest nest;

  nest_init (&nest);
  nest.outer.producer->on_produce = nested_loop_cb;
  nest_run (&nest);
  g_assert_cmpuint (nest.n_nested, ==, 4);
  g_assert_cmpuint (nest.outer.ends->n_finished, ==, 1);
  ptp_test_stream_assert_bytes (&nest.outer, "abc");
  nest_clear (&nest);
}

static void
test_r6_inside_write (void)
{
  Nest nest;

  nest_init (&nest);
  nest.outer.consumer->on_write = nested_loop_cb;
  nest_run (&nest);
  g_assert_cmpuint (nest.n_nested, ==, 3);
  ptp_test_stream_assert_bytes (&nest.outer, "abc");
  nest_clear (&nest);
}

static void
test_r6_inside_unregister (void)
{
  Nest nest;

  nest_init (&nest);
  nest.outer.consumer->on_unregister = nested_loop_cb;
  nest_run (&nest);
  g_assert_cmpuint (nest.n_nested, ==, 1);
  nest_clear (&nest);
}

static void
test_r6_inside_end (void)
{
  Nest nest;

  nest_init (&nest);
  nest.outer.ends->hook = nested_loop_cb;
  nest_run (&nest);
  g_assert_cmpuint (nest.n_nested, ==, 1);
  nest_clear (&nest);
}

static void
pause_and_resume_outer (gpointer self, gpointer user_data)
{
  Nest *nest = user_data;

  ptp_test_stream_pause (&nest->outer);
  ptp_test_stream_until_produced (&nest->other, nest->other.producer->n_produces + 5);
  ptp_test_stream_resume (&nest->outer);
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (nest->outer.producer));
  ptp_pull_to_push_start_streaming (nest->outer.stream);
}

/* None of which may be a reason to ask it again before its step has returned. */
static void
test_r6_wakened_inside (void)
{
  Nest nest;

  nest_init (&nest);
  nest.outer.producer->on_produce = nested_loop_cb;
  nest.inside = pause_and_resume_outer;
  nest_run (&nest);
  g_assert_cmpuint (nest.n_nested, ==, 4);
  ptp_test_stream_assert_bytes (&nest.outer, "abc");
  nest_clear (&nest);
}

static void
stop_outer (gpointer self, gpointer user_data)
{
  Nest *nest = user_data;

  ptp_test_stream_stop (&nest->outer);
  ptp_test_stream_until_produced (&nest->other, nest->other.producer->n_produces + 5);
  g_assert_cmpint (nest->outer.producer->n_cancels, ==, 0);
  g_assert_cmpuint (nest->outer.ends->n_ends, ==, 0);
}

static void
test_r6_stopped_inside (void)
{
  Nest nest;

  nest_init (&nest);
  nest.outer.producer->on_produce = nested_loop_cb;
  nest.inside = stop_outer;
  nest_run (&nest);
  g_assert_cmpuint (nest.n_nested, ==, 1);
  ptp_test_log_assert (nest.outer.log, "register produce write cancel abort unregister stopped");
  nest_clear (&nest);
}

/* Both run main loops inside their steps, one in the other. */
static void
nest_once_cb (gpointer self, gpointer user_data)
{
  PtpTestStream *other = user_data;

  if (!other->producer->producing && other->ends->n_ends == 0)
    ptp_test_stream_until_produced (other, other->producer->n_produces + 1);
}

static void
test_r6_both (void)
{
  PtpTestStream a, b;

  ptp_test_stream_init (&a, ptp_test_producer_new_words ("a b c d"));
  ptp_test_stream_init_on (&b, ptp_test_producer_new_words ("e f g h"), a.cooperator);
  a.producer->on_produce = nest_once_cb;
  a.producer->hook_data = &b;
  b.producer->on_produce = nest_once_cb;
  b.producer->hook_data = &a;
  /* Neither waits for a step that the other will never make. */
  a.producer->rest = b.producer->rest = PTP_STEP_RESULT_MORE;
  ptp_test_stream_start (&a);
  ptp_test_stream_start (&b);
  ptp_test_stream_until_produced (&a, 20);
  ptp_test_stream_until_produced (&b, 20);
  g_assert_false (a.producer->reentered);
  g_assert_false (b.producer->reentered);
  a.producer->on_produce = b.producer->on_produce = NULL;
  ptp_pull_to_push_stop_streaming (a.stream);
  ptp_pull_to_push_stop_streaming (b.stream);
  ptp_test_stream_clear (&a);
  ptp_test_stream_clear (&b);
}

/* With nothing else to run, a nested main loop sleeps: it is the poll function that sees it. */

static GPollFunc real_poll;
static gboolean nested;  /* inside the nested main loop */
static guint n_polls;    /* in there, before it slept */
static GMainLoop *inner; /* (unowned) */

static int
watch_poll (GPollFD *fds, guint n_fds, int timeout)
{
  if (!nested)
    return real_poll (fds, n_fds, timeout);

  n_polls++;
  if (timeout != 0)
    {
      /* It sleeps, as it should; there is nothing to wake it but this. */
      g_main_loop_quit (inner);
      return real_poll (fds, n_fds, 0);
    }

  g_assert_cmpuint (n_polls, <, 100);
  return real_poll (fds, n_fds, timeout);
}

static void
sleep_cb (gpointer self, gpointer user_data)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (g_main_context_get_thread_default (), FALSE);

  inner = loop;
  n_polls = 0;
  nested = TRUE;
  g_main_loop_run (loop);
  nested = FALSE;
}

static void
test_r6_nested_loop_sleeps (void)
{
  GMainContext *context = g_main_context_new ();
  PtpTestStream t;

  g_main_context_push_thread_default (context);
  real_poll = g_main_context_get_poll_func (context);
  g_main_context_set_poll_func (context, watch_poll);
  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a b"));
  t.producer->on_produce = sleep_cb;
  t.consumer->on_write = sleep_cb;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_stream_assert_bytes (&t, "ab");
  ptp_test_stream_clear (&t);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
}

/* Rule R8: tasks that act on each other, round by round. */

#define N_TASKS (4)

typedef struct Round Round;

typedef struct
{
  Round *round;
  PtpCooperativeTask *task; /* (owned) */
  guint n_steps;
  guint stop_at; /* the step in which it stops the victim; 0: none */
  gint victim;
  gboolean victim_stopped;
} Player;

struct Round
{
  PtpCooperator *cooperator; /* (owned) */
  PtpTestClock clock;
  Player players[N_TASKS];
};

static PtpStepResult
player_step (gpointer user_data, GError **error)
{
  Player *self = user_data;
  Round *round = self->round;

  g_assert_cmpint (ptp_cooperative_task_get_state (self->task), ==, PTP_STREAM_STATE_STREAMING);
  self->n_steps++;
  /* Dear enough that nobody makes two steps in one turn. */
  round->clock.now += 10;
  if (self->n_steps == self->stop_at)
    {
      ptp_cooperative_task_stop (round->players[self->victim].task);
      g_assert_cmpint (ptp_cooperative_task_get_state (round->players[self->victim].task), ==,
                       PTP_STREAM_STATE_ENDING);
    }
  return self->n_steps < 5 ? PTP_STEP_RESULT_MORE : PTP_STEP_RESULT_FINISHED;
}

static void
play (guint stopper, guint victim)
{
  Round round = { 0 };
  guint before = 0;

  round.cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
  ptp_cooperator_set_clock (round.cooperator, ptp_test_clock_read, &round.clock, NULL);
  for (guint i = 0; i < N_TASKS; i++)
    {
      Player *player = &round.players[i];

      player->round = &round;
      if (i == stopper)
        {
          player->stop_at = 3;
          player->victim = (int) victim;
        }
      player->task = ptp_cooperator_cooperate (round.cooperator, player_step, player, NULL);
    }
  ptp_test_drain ();

  for (guint i = 0; i < N_TASKS; i++)
    {
      guint n_steps = round.players[i].n_steps;

      if (i == victim)
        before = n_steps;
      else
        g_assert_cmpuint (n_steps, ==, 5);
      ptp_test_assert_finalize (round.players[i].task);
    }
  /* In turns, the victim has made the stopper's third step before it, or not yet. */
  g_assert_cmpuint (before, >=, 2);
  g_assert_cmpuint (before, <=, 3);
  if (victim == stopper)
    g_assert_cmpuint (before, ==, 3);
  ptp_test_assert_finalize (round.cooperator);
}

static void
test_r8_every_pair (void)
{
  for (guint stopper = 0; stopper < N_TASKS; stopper++)
    for (guint victim = 0; victim < N_TASKS; victim++)
      play (stopper, victim);
}

static PtpStepResult
stop_all_step (gpointer user_data, GError **error)
{
  Round *round = user_data;

  round->players[0].n_steps++;
  for (guint i = 0; i < N_TASKS; i++)
    ptp_cooperative_task_stop (round->players[i].task);
  return PTP_STEP_RESULT_MORE;
}

/* Whoever runs first ends them all, itself too. */
static void
test_r8_all_at_once (void)
{
  Round round = { 0 };
  g_autoptr (PtpCooperator) cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);

  for (guint i = 0; i < N_TASKS; i++)
    round.players[i].task = ptp_cooperator_cooperate (cooperator, stop_all_step, &round, NULL);
  ptp_test_drain ();

  g_assert_cmpuint (round.players[0].n_steps, ==, 1);
  g_assert_false (ptp_cooperator_get_active (cooperator));
  for (guint i = 0; i < N_TASKS; i++)
    ptp_test_assert_finalize (round.players[i].task);
}

/* Rule R9 */

typedef struct
{
  PtpTestStream ended;
  PtpTestStream paused;
  PtpTestStream busy;
  PtpTestStream fresh;
} Company;

static void
do_as_you_please_cb (gpointer self, gpointer user_data)
{
  Company *c = user_data;

  ptp_test_stream_start (&c->fresh);
  ptp_test_stream_stop (&c->busy);
  ptp_test_stream_resume (&c->paused);
  ptp_pull_to_push_hold (c->paused.stream, "handler");
  ptp_pull_to_push_release (c->paused.stream, "handler");
  ptp_pull_to_push_start_streaming (c->ended.stream);
  ptp_pull_to_push_hold (c->ended.stream, "handler");
  ptp_test_stream_stop (&c->ended);
  ptp_pull_to_push_stop_streaming (c->ended.stream);
  g_object_unref (g_object_ref (c->ended.stream));
  ptp_test_stream_until_produced (&c->fresh, 2);
}

static void
test_r9_anything (void)
{
  const PtpStreamState states[]
    = { PTP_STREAM_STATE_FINISHED, PTP_STREAM_STATE_STOPPED, PTP_STREAM_STATE_FAILED };

  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    {
      Company c;

      ptp_test_stream_init (&c.ended, ptp_test_producer_new ());
      if (states[i] == PTP_STREAM_STATE_FAILED)
        ptp_test_producer_answer_error (c.ended.producer, NULL, PTP_STEP_RESULT_FAILED,
                                        g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "Scripted"));
      ptp_test_stream_init_on (&c.paused, ptp_test_producer_new_words ("p"), c.ended.cooperator);
      ptp_test_stream_init_on (&c.busy, ptp_test_producer_new_endless ("b"), c.ended.cooperator);
      ptp_test_stream_init_on (&c.fresh, ptp_test_producer_new_words ("f r"), c.ended.cooperator);
      c.ended.ends->hook = do_as_you_please_cb;
      c.ended.ends->hook_data = &c;
      ptp_test_stream_start (&c.busy);
      ptp_test_stream_pause (&c.paused);
      ptp_test_stream_start (&c.paused);
      ptp_test_stream_until_produced (&c.busy, 3);
      ptp_test_stream_start (&c.ended);
      if (states[i] == PTP_STREAM_STATE_STOPPED)
        ptp_test_stream_stop (&c.ended);

      ptp_test_ends_wait (c.ended.ends);
      ptp_test_ends_wait (c.busy.ends);
      ptp_test_ends_wait (c.paused.ends);
      ptp_test_ends_wait (c.fresh.ends);
      g_assert_cmpint (ptp_pull_to_push_get_state (c.ended.stream), ==, states[i]);
      g_assert_cmpuint (c.busy.ends->n_stopped, ==, 1);
      ptp_test_stream_assert_bytes (&c.paused, "p");
      ptp_test_stream_assert_bytes (&c.fresh, "fr");
      ptp_test_stream_clear (&c.busy);
      ptp_test_stream_clear (&c.paused);
      ptp_test_stream_clear (&c.fresh);
      ptp_test_stream_clear (&c.ended);
    }
}

static void
end_next_cb (gpointer self, gpointer user_data)
{
  ptp_pull_to_push_stop_streaming (((PtpTestStream *) user_data)->stream);
}

/* Each end brings the next: a chain of them is no recursion and loses nobody. */
static void
test_r9_chain (void)
{
  PtpTestStream streams[20];

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      if (i == 0)
        ptp_test_stream_init (&streams[i], ptp_test_producer_new_words ("a"));
      else
        ptp_test_stream_init_on (&streams[i], ptp_test_producer_new_endless ("x"),
                                 streams[0].cooperator);
      if (i > 0)
        {
          streams[i - 1].ends->hook = end_next_cb;
          streams[i - 1].ends->hook_data = &streams[i];
        }
      ptp_test_stream_start (&streams[i]);
    }

  ptp_test_until_set (&streams[G_N_ELEMENTS (streams) - 1].ends->n_ends);
  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      g_assert_cmpuint (i == 0 ? streams[i].ends->n_finished : streams[i].ends->n_stopped, ==, 1);
      streams[i].ends->hook = NULL;
      ptp_test_stream_clear (&streams[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/R6/inside-produce", test_r6_inside_produce);
  g_test_add_func ("/rules/R6/inside-write", test_r6_inside_write);
  g_test_add_func ("/rules/R6/inside-unregister", test_r6_inside_unregister);
  g_test_add_func ("/rules/R6/inside-end", test_r6_inside_end);
  g_test_add_func ("/rules/R6/wakened-inside", test_r6_wakened_inside);
  g_test_add_func ("/rules/R6/stopped-inside", test_r6_stopped_inside);
  g_test_add_func ("/rules/R6/both", test_r6_both);
  g_test_add_func ("/rules/R6/nested-loop-sleeps", test_r6_nested_loop_sleeps);
  g_test_add_func ("/rules/R8/every-pair", test_r8_every_pair);
  g_test_add_func ("/rules/R8/all-at-once", test_r8_all_at_once);
  g_test_add_func ("/rules/R9/anything", test_r9_anything);
  g_test_add_func ("/rules/R9/chain", test_r9_chain);

  return g_test_run ();
}
