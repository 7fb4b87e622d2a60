/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-push-producer.h"
#include "ptp-testing-run-private.h"

#define NEVER_ENDS "the producer never finishes"

/* So many bytes of one that is endless are enough to see how it goes on. */
#define MAX_ENDLESS_WRITES 50
/* At so many moments of a life something is tried. */
#define MAX_POINTS 8

/* A push producer under test, and the consumer it writes to. */
typedef struct
{
  PtpTestingRun *run;           /* (unowned) */
  PtpPushProducer *producer;    /* (owned) (nullable): none once it was dropped */
  PtpTestingConsumer *consumer; /* (owned) (nullable): none once it was dropped */
  guint n_turns;                /* how often it was looked at, for one that is endless */
  guint at_write;               /* for what a check does inside one write */
  guint depth;                  /* of writes inside writes */
  GError *stop;                 /* (owned) (nullable): what a check stopped it with */
} PtpTestingPush;

/* What still runs is stopped, so that no check disturbs the next. */
static void
push_free (PtpTestingPush *self)
{
  if (self->consumer != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->consumer, self);
      ptp_testing_consumer_release (self->consumer);
    }
  ptp_testing_run_drain (self->run);
  g_clear_error (&self->stop);
  g_clear_object (&self->producer);
  g_clear_object (&self->consumer);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpTestingPush, push_free)

/* Returns: (nullable): without an object there is a fault. */
static PtpTestingPush *
push_new (PtpTestingRun *run)
{
  PtpTestingPush *self = g_new0 (PtpTestingPush, 1);

  self->run = run;
  self->consumer = ptp_testing_consumer_new ();
  self->producer = ptp_testing_run_make (run, self->consumer);
  if (self->producer == NULL)
    g_clear_pointer (&self, push_free);

  return self;
}

static gboolean
enlist (PtpTestingPush *self)
{
  g_autoptr (GError) error = NULL;

  if (ptp_consumer_register_push_producer (PTP_CONSUMER (self->consumer), self->producer, &error))
    return TRUE;

  ptp_testing_run_fault (self->run, "it could not be registered: %s", error->message);
  return FALSE;
}

/* Registers it and lets it begin. */
static gboolean
start (PtpTestingPush *self)
{
  if (!enlist (self))
    return FALSE;

  ptp_testing_run_call_hook (self->run, PTP_TESTING_HOOK_START, self->producer);
  return TRUE;
}

/* The consumer breaks. */
static void
stop (PtpTestingPush *self)
{
  if (self->stop == NULL)
    self->stop = ptp_testing_create_stop ();
  ptp_testing_consumer_fail (self->consumer, self->stop);
}

/* Whatever writes after the end writes into the data of the next producer, for which the consumer
 * is open again.
 */
static void
bar (PtpTestingPush *self, const char *rule, const char *why)
{
  g_autoptr (PtpTestingPushProducer) newcomer = ptp_testing_push_producer_new ();

  ptp_testing_run_bar (self->run, self->consumer, rule, why);
  ptp_consumer_register_push_producer (PTP_CONSUMER (self->consumer), PTP_PUSH_PRODUCER (newcomer),
                                       NULL);
}

static gboolean
has_let_go (gpointer user_data)
{
  PtpTestingPush *self = user_data;

  if (ptp_testing_consumer_get_paused (self->consumer))
    {
      ptp_testing_run_drain (self->run);
      ptp_testing_consumer_resume (self->consumer);
    }
  if (self->run->suite->endless && self->consumer->n_writes >= MAX_ENDLESS_WRITES
      && !self->consumer->stopped)
    stop (self);

  return ptp_testing_consumer_get_producer (self->consumer) == NULL;
}

/* Lets it run until it unregisters itself, resuming it when it is paused. */
static gboolean
finish (PtpTestingPush *self)
{
  if (ptp_testing_run_until (self->run, has_let_go, self))
    return TRUE;

  ptp_testing_run_fault (self->run,
                         "after %u writes and %" G_GUINT64_FORMAT
                         " bytes it went on no more, and had not unregistered itself",
                         self->consumer->n_writes, self->consumer->total);
  return FALSE;
}

static void
connect (PtpTestingPush *self, const char *event, gpointer func)
{
  g_signal_connect (self->consumer, event, G_CALLBACK (func), self);
}

/* One whole life in peace. Returns: (nullable): %NULL with a fault */
static PtpTestingPush *
live_in_peace (PtpTestingRun *run, GBytes **content)
{
  g_autoptr (PtpTestingPush) push = push_new (run);

  if (push == NULL || !start (push) || !finish (push))
    return NULL;

  if (content != NULL)
    *content = ptp_testing_consumer_dup_bytes (push->consumer);
  return g_steal_pointer (&push);
}

static guint
count_writes (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = live_in_peace (run, NULL);
  guint n_writes = push != NULL ? push->consumer->n_writes : 0;

  if (push != NULL && n_writes == 0)
    ptp_testing_run_skip (run, "the producer never writes");

  return n_writes;
}

static void
check_implemented (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = push_new (run);
  PtpPushProducerInterface *iface;

  if (push == NULL)
    return;

  iface = PTP_PUSH_PRODUCER_GET_IFACE (push->producer);
  if (iface->pause_producing == NULL || iface->resume_producing == NULL
      || iface->stop_producing == NULL)
    ptp_testing_run_fault (run,
                           "%s lacks pause_producing(), resume_producing() or "
                           "stop_producing()",
                           G_OBJECT_TYPE_NAME (push->producer));
}

static void
check_everything_arrives (PtpTestingRun *run)
{
  g_autoptr (GBytes) content = NULL;
  g_autoptr (PtpTestingPush) push = live_in_peace (run, &content);
  const GError *failure;

  if (push == NULL)
    return;

  failure = run->suite->endless ? NULL : push->consumer->reason;

  if (run->suite->expected != NULL)
    ptp_testing_run_compare (run, run->suite->expected, content, "all in all");
  if (failure != NULL && run->suite->expected_error == NULL)
    ptp_testing_run_fault (run, "it failed: %s", failure->message);
}

static void
check_on_the_context (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = live_in_peace (run, NULL);

  if (push != NULL)
    ptp_testing_run_take_violations (run, ptp_testing_consumer_dup_violations (push->consumer),
                                     "T1");
}

/* A life with something done to it must bring the same bytes. */
static PtpTestingPush *
finish_alike (PtpTestingRun *run, const char *when, void (*prepare) (PtpTestingPush *push))
{
  g_autoptr (GBytes) wanted = NULL;
  g_autoptr (GBytes) seen = NULL;
  g_autoptr (PtpTestingPush) reference = live_in_peace (run, &wanted);
  g_autoptr (PtpTestingPush) push = reference != NULL ? push_new (run) : NULL;

  if (push == NULL)
    return NULL;

  prepare (push);
  if (!start (push) || !finish (push))
    return NULL;

  seen = ptp_testing_consumer_dup_bytes (push->consumer);
  ptp_testing_run_compare (run, wanted, seen, when);
  return g_steal_pointer (&push);
}

static void
expect_alike (PtpTestingRun *run, const char *when, void (*prepare) (PtpTestingPush *push))
{
  PtpTestingPush *push = finish_alike (run, when, prepare);

  g_clear_pointer (&push, push_free);
}

static void
pause_cb (PtpTestingConsumer *consumer, const char *name, gpointer user_data)
{
  ptp_testing_consumer_pause (consumer);
}

static void
check_paused_before_start (PtpTestingRun *run)
{
  g_autoptr (GBytes) wanted = NULL;
  g_autoptr (GBytes) seen = NULL;
  g_autoptr (PtpTestingPush) reference = live_in_peace (run, &wanted);
  g_autoptr (PtpTestingPush) push = reference != NULL ? push_new (run) : NULL;

  if (push == NULL)
    return;

  connect (push, "event::register", pause_cb);
  if (!start (push))
    return;

  ptp_testing_run_linger (run);
  if (push->consumer->n_writes > 0)
    ptp_testing_run_fault (run, "it wrote %u times, although it was paused",
                           push->consumer->n_writes);
  else if (finish (push))
    {
      seen = ptp_testing_consumer_dup_bytes (push->consumer);
      ptp_testing_run_compare (run, wanted, seen, "with a pause before the start");
    }
}

static void
resume_cb (PtpTestingConsumer *consumer, const char *name, gpointer user_data)
{
  /* One that sins may write when it has let go. */
  if (consumer->producer != NULL)
    ptp_push_producer_resume_producing (consumer->producer);
}

static void
resume_often (PtpTestingPush *push)
{
  connect (push, "event::register", resume_cb);
  connect (push, "event::write", resume_cb);
}

static void
check_resume_without_pause (PtpTestingRun *run)
{
  expect_alike (run, "with a resume after each write", resume_often);
}

static void
pause_twice_cb (PtpTestingConsumer *consumer, const char *name, gpointer user_data)
{
  ptp_testing_consumer_pause (consumer);
  if (consumer->producer != NULL)
    ptp_push_producer_pause_producing (consumer->producer);
}

static void
pause_twice (PtpTestingPush *push)
{
  connect (push, "event::write", pause_twice_cb);
}

static void
check_pause_is_one (PtpTestingRun *run)
{
  expect_alike (run, "with two pauses and one resume after each write", pause_twice);
}

static void
pause_each_time (PtpTestingPush *push)
{
  ptp_testing_consumer_set_pause_after (push->consumer, 1);
}

static void
check_paused_each_time (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push
    = finish_alike (run, "with a pause after each write", pause_each_time);

  if (push != NULL)
    ptp_testing_run_take_violations (run, ptp_testing_consumer_dup_violations (push->consumer),
                                     "R1");
}

static void
pause_and_resume_cb (PtpTestingConsumer *consumer, const char *name, gpointer user_data)
{
  PtpTestingPush *push = user_data;

  if (push->depth > 0)
    ptp_testing_run_fault (push->run, "resume_producing() wrote, inside the write that called it");

  push->depth++;
  ptp_testing_consumer_pause (consumer);
  ptp_testing_consumer_resume (consumer);
  push->depth--;
}

static void
pause_and_resume (PtpTestingPush *push)
{
  connect (push, "event::write", pause_and_resume_cb);
}

static void
check_paused_inside_write (PtpTestingRun *run)
{
  expect_alike (run, "with a pause and a resume inside each write", pause_and_resume);
}

/* How a push producer ends */

static gboolean
is_let_go (gpointer user_data)
{
  PtpTestingPush *push = user_data;

  return ptp_testing_consumer_get_producer (push->consumer) == NULL;
}

static void
check_stopped_before_start (PtpTestingRun *run)
{
  const char *why = "it was written to, although it had stopped the producer before its start";
  g_autoptr (PtpTestingPush) push = push_new (run);

  if (push == NULL || !enlist (push))
    return;

  stop (push);
  ptp_testing_run_bar (run, push->consumer, "L2", why);
  if (!ptp_testing_run_until (run, is_let_go, push))
    {
      ptp_testing_run_fault (run, "it was stopped before its start, and did not unregister itself");
      return;
    }

  bar (push, "L2", why);
  ptp_testing_run_call_hook (run, PTP_TESTING_HOOK_START, push->producer);
  ptp_testing_run_linger (run);
}

static void
act_at_write (PtpTestingRun *run, const char *rule, gpointer func)
{
  guint n_writes = count_writes (run);

  for (guint i = 1; i <= MIN (n_writes, MAX_POINTS); i++)
    {
      g_autoptr (PtpTestingPush) push = push_new (run);

      if (push == NULL || ptp_testing_run_is_over (run))
        return;

      push->at_write = i;
      connect (push, "event::write", func);
      if (!start (push) || !finish (push))
        return;

      ptp_testing_run_linger (run);
      ptp_testing_run_take_violations (run, ptp_testing_consumer_dup_violations (push->consumer),
                                       rule);
    }
}

static void
stop_cb (PtpTestingConsumer *consumer, const char *name, gpointer user_data)
{
  PtpTestingPush *push = user_data;

  if (consumer->n_writes == push->at_write)
    stop (push);
}

static void
check_stopped_inside_write (PtpTestingRun *run)
{
  act_at_write (run, "R3", stop_cb);
}

static void
unregister_cb (PtpTestingConsumer *consumer, const char *name, gpointer user_data)
{
  PtpTestingPush *push = user_data;

  if (consumer->n_writes == push->at_write)
    ptp_testing_consumer_release (consumer);
}

static void
check_unregistered_inside_write (PtpTestingRun *run)
{
  act_at_write (run, "R4", unregister_cb);
}

static void
check_after_the_end (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = live_in_peace (run, NULL);
  g_autoptr (GError) reason = ptp_testing_create_stop ();

  if (push == NULL)
    return;

  ptp_testing_run_drain (run);
  bar (push, "L6", "it was written to because of a call after the end");
  for (guint i = 0; i < 2; i++)
    {
      ptp_push_producer_pause_producing (push->producer);
      ptp_push_producer_resume_producing (push->producer);
      ptp_push_producer_stop_producing (push->producer, reason);
      ptp_push_producer_unregistered (push->producer);
    }
  ptp_testing_run_call_hook (run, PTP_TESTING_HOOK_START, push->producer);
  ptp_testing_run_linger (run);
}

static void
check_quiet_after_end (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = live_in_peace (run, NULL);

  if (push == NULL)
    return;

  bar (push, "L8", "it was written to after the producer had unregistered itself");
  ptp_testing_run_linger (run);
}

static void
drop_both (PtpTestingPush *push, const char *when)
{
  g_signal_handlers_disconnect_by_data (push->consumer, push);
  ptp_testing_run_drain (push->run);
  ptp_testing_run_drop (push->run, g_steal_pointer (&push->consumer), when);
  ptp_testing_run_drop (push->run, g_steal_pointer (&push->producer), when);
}

static void
check_released (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = live_in_peace (run, NULL);

  if (push != NULL)
    drop_both (push, "after the end");
}

/* Before its first write, and inside each of the first ones. */
static void
check_released_after_stop (PtpTestingRun *run)
{
  for (guint i = 0; i <= MAX_POINTS; i++)
    {
      g_autoptr (PtpTestingPush) push = push_new (run);

      if (push == NULL || ptp_testing_run_is_over (run))
        return;

      push->at_write = i;
      connect (push, "event::write", stop_cb);
      if (!start (push))
        return;
      if (i == 0)
        stop (push);
      if (!finish (push))
        return;
      drop_both (push, "after a stop");
    }
}

static void
check_dropped_before_start (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = push_new (run);

  if (push == NULL)
    return;

  ptp_testing_run_bar (run, push->consumer, "T4",
                       "it was written to after the producer had been dropped");
  ptp_testing_run_drop (run, g_steal_pointer (&push->producer), "before it was used");
}

/* What was told of the end that @error ought to have led to; without one, any will do. */
static void
judge_failure (PtpTestingPush *push, const char *cause, const GError *error)
{
  PtpTestingConsumer *consumer = push->consumer;

  ptp_testing_run_take_violations (push->run, ptp_testing_consumer_dup_violations (consumer),
                                   "L17");
  if (consumer->n_aborted != 1 || consumer->n_finished > 0)
    ptp_testing_run_fault (push->run, "%s, and it called abort %u times and finish %u times", cause,
                           consumer->n_aborted, consumer->n_finished);
  else if (error != NULL && !g_error_matches (consumer->reason, error->domain, error->code))
    ptp_testing_run_fault (push->run, "%s, and it aborted with another reason: %s", cause,
                           consumer->reason->message);
}

static void
check_fails (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = NULL;

  if (!ptp_testing_run_has_hook (run, PTP_TESTING_HOOK_FAIL))
    {
      ptp_testing_run_skip (run, "needs the hook FAIL, which makes it fail");
      return;
    }

  push = push_new (run);
  if (push == NULL || !start (push))
    return;

  ptp_testing_run_call_hook (run, PTP_TESTING_HOOK_FAIL, push->producer);
  if (!ptp_testing_run_until (run, is_let_go, push))
    ptp_testing_run_fault (run, "it failed, and did not unregister itself");
  ptp_testing_run_linger (run);
  judge_failure (push, "it failed", NULL);
}

static void
check_write_fails (PtpTestingRun *run)
{
  g_autoptr (GError) full = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The write's");
  guint n_writes = count_writes (run);

  for (guint i = 1; i <= MIN (n_writes, MAX_POINTS); i++)
    {
      g_autoptr (PtpTestingPush) push = push_new (run);

      if (push == NULL || ptp_testing_run_is_over (run))
        return;

      ptp_testing_consumer_set_fail_write (push->consumer, i);
      if (!start (push) || !finish (push))
        return;

      ptp_testing_run_linger (run);
      ptp_testing_run_take_violations (run, ptp_testing_consumer_dup_violations (push->consumer),
                                       "E5");
      judge_failure (push, "a write failed", full);
    }
}

/* It has said by itself how its data ends. */
static void
check_finishes (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = live_in_peace (run, NULL);

  if (push == NULL)
    return;

  ptp_testing_run_take_violations (run, ptp_testing_consumer_dup_violations (push->consumer),
                                   "L17");
  if (run->suite->endless)
    ptp_testing_run_skip (run, NEVER_ENDS);
  else if (run->suite->expected_error != NULL)
    judge_failure (push, "it failed", run->suite->expected_error);
  else if (push->consumer->n_finished != 1 || push->consumer->n_aborted > 0)
    ptp_testing_run_fault (run, "it called finish %u times and abort %u times",
                           push->consumer->n_finished, push->consumer->n_aborted);
}

static gboolean
is_told (gpointer user_data)
{
  PtpTestingPush *push = user_data;

  has_let_go (push);
  return push->consumer->told;
}

/* Returns: (nullable): one that has told its consumer an end that this answers with @answer. */
static PtpTestingPush *
come_to_the_end (PtpTestingRun *run, PtpTestingAnswer answer)
{
  g_autoptr (PtpTestingPush) push = push_new (run);

  if (push == NULL)
    return NULL;

  ptp_testing_consumer_set_finish_answer (push->consumer, answer);
  ptp_testing_consumer_set_abort_answer (push->consumer, answer);
  if (!start (push))
    return NULL;

  if (ptp_testing_run_until (run, is_told, push))
    return g_steal_pointer (&push);

  ptp_testing_run_fault (run, "it came to no end, and told its consumer none");
  return NULL;
}

static void
check_waits (PtpTestingRun *run)
{
  for (PtpTestingAnswer answer = PTP_TESTING_ANSWER_PENDING;
       answer <= PTP_TESTING_ANSWER_SETTLED_IN_THREAD; answer++)
    {
      g_autoptr (PtpTestingPush) push = come_to_the_end (run, answer);

      if (push == NULL || ptp_testing_run_is_over (run))
        return;

      if (answer == PTP_TESTING_ANSWER_PENDING)
        {
          ptp_testing_run_linger (run);
          ptp_consumer_emit_settled (PTP_CONSUMER (push->consumer), push->consumer->n_aborted > 0
                                                                      ? PTP_SETTLEMENT_ABORTED
                                                                      : PTP_SETTLEMENT_FINISHED);
        }
      if (!ptp_testing_run_until (run, is_let_go, push))
        ptp_testing_run_fault (run, "its consumer had settled, and it did not unregister itself");
      ptp_testing_run_take_violations (run, ptp_testing_consumer_dup_violations (push->consumer),
                                       "L19");
    }
}

static void
check_end_fails (PtpTestingRun *run)
{
  const PtpTestingAnswer answers[] = {
    PTP_TESTING_ANSWER_FAILED,
    PTP_TESTING_ANSWER_FAILED_INSIDE,
    PTP_TESTING_ANSWER_FAILED_LATER,
    PTP_TESTING_ANSWER_FAILED_IN_THREAD,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (PtpTestingPush) push = come_to_the_end (run, answers[i]);

      if (push == NULL || ptp_testing_run_is_over (run))
        return;

      if (!ptp_testing_run_until (run, is_let_go, push))
        ptp_testing_run_fault (run,
                               "its consumer failed to settle, and it did not unregister itself");
    }
}

static gboolean
is_aborted (gpointer user_data)
{
  PtpTestingPush *push = user_data;

  return push->consumer->n_aborted > 0;
}

static void
check_stopped_while_finishing (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = NULL;

  if (run->suite->endless || run->suite->expected_error != NULL)
    {
      ptp_testing_run_skip (run, NEVER_ENDS);
      return;
    }

  push = come_to_the_end (run, PTP_TESTING_ANSWER_PENDING);
  if (push == NULL)
    return;

  ptp_testing_consumer_set_abort_answer (push->consumer, PTP_TESTING_ANSWER_SETTLED_LATER);
  stop (push);
  if (!ptp_testing_run_until (run, is_aborted, push))
    ptp_testing_run_fault (run, "it was stopped while its consumer finished, and did not abort");
  else if (!ptp_testing_run_until (run, is_let_go, push))
    ptp_testing_run_fault (run, "its consumer had settled, and it did not unregister itself");
}

/* Before its first write, and inside each of the first ones. */
static void
stop_anywhere (PtpTestingRun *run, const GError *reason, const GError *wanted)
{
  g_autoptr (PtpTestingPush) reference = live_in_peace (run, NULL);
  guint n_writes = reference != NULL ? reference->consumer->n_writes : 0;

  for (guint i = 0; reference != NULL && i <= MIN (n_writes, MAX_POINTS); i++)
    {
      g_autoptr (PtpTestingPush) push = push_new (run);

      if (push == NULL || ptp_testing_run_is_over (run))
        return;

      push->stop = g_error_copy (reason);
      push->at_write = i;
      connect (push, "event::write", stop_cb);
      if (!start (push))
        return;
      if (i == 0)
        stop (push);
      if (!finish (push))
        return;
      judge_failure (push, "it was stopped", wanted);
    }
}

static void
check_aborts (PtpTestingRun *run)
{
  g_autoptr (GError) reason = ptp_testing_create_stop ();

  stop_anywhere (run, reason, NULL);
}

static void
check_passes_on (PtpTestingRun *run)
{
  g_autoptr (GError) reason
    = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The suite has no space left");

  stop_anywhere (run, reason, reason);
}

const PtpTestingCheck ptp_testing_push_checks[] = {
  { "E3/implemented", "implements what it must",
    "implement pause_producing(), resume_producing() and stop_producing()", check_implemented },
  { "L13/everything-arrives", "writes everything, then unregisters itself",
    "call finish() on the consumer after the last write, then unregister_producer()",
    check_everything_arrives },
  { "L17/finishes", "tells its consumer to finish, once, before it unregisters itself",
    "call finish() after the last write; unregister_producer() says nothing of the data",
    check_finishes },
  { "L17/end-fails", "unregisters itself also when its consumer fails to finish",
    "unregister when the wait for the consumer is over, however it went", check_end_fails },
  { "L17/aborts", "tells its consumer to abort when it is stopped, then unregisters itself",
    "call abort() with the reason that stop_producing() gives you, and never finish() after it",
    check_aborts },
  { "L17/stopped-while-finishing", "aborts when it is stopped while its consumer finishes",
    "call abort() also after a finish() that is pending", check_stopped_while_finishing },
  { "L19/waits", "unregisters itself when its consumer has settled, and not before",
    "when finish() or abort() is pending, wait with ptp_consumer_wait_settled_async()",
    check_waits },
  { "L3/paused-before-start", "a pause before the start is remembered",
    "ask whether you are paused before each write, the first one too", check_paused_before_start },
  { "L4/resume-without-pause", "a resume without a pause does nothing",
    "do not start a second source in resume_producing()", check_resume_without_pause },
  { "L5/pause-is-one", "pausing twice is pausing once", "keep a flag, not a count",
    check_pause_is_one },
  { "R1/paused-each-time", "writes nothing while it is paused",
    "write from one place, which asks whether you are paused", check_paused_each_time },
  { "R2/paused-inside-write", "a pause and a resume from inside write change nothing",
    "do not write from inside resume_producing(): go on in a later turn",
    check_paused_inside_write },
  { "L2/stopped-before-start", "writes nothing if it was stopped before its start",
    "remember the stop", check_stopped_before_start },
  { "R3/stopped-inside-write", "writes nothing once it was stopped from inside write",
    "ask after each write whether you were stopped", check_stopped_inside_write },
  { "R4/unregistered-inside-write", "writes nothing once it was unregistered from inside write",
    "implement unregistered(), and stop there", check_unregistered_inside_write },
  { "L6/after-the-end", "every call after the end does nothing",
    "let all three calls return at once when you have ended", check_after_the_end },
  { "L8/quiet-after-end", "writes nothing after it has unregistered itself",
    "destroy sources before you unregister", check_quiet_after_end },
  { "L15/released", "is released, and releases its consumer, after its end",
    "drop the reference to the consumer, and sources that hold you, at the end", check_released },
  { "L15/released-after-stop", "is released, and releases its consumer, after a stop",
    "drop the reference to the consumer, and sources that hold you, in stop_producing()",
    check_released_after_stop },
  { "T4/dropped-before-start", "may be dropped before it was used",
    "write nothing and call nobody from dispose or finalize", check_dropped_before_start },
  { "T1/on-the-context", "writes on the thread of its consumer only",
    "hand data from other threads over to the context", check_on_the_context },
  { "E5/write-fails", "aborts and unregisters when a write fails",
    "look at what write returns; when it fails, call abort() with its error, then unregister",
    check_write_fails },
  { "E1/fails", "tells its consumer to abort when it fails, then unregisters",
    "call abort() with the error, then unregister_producer(), and nothing else", check_fails },
  { "E11/passes-on", "aborts with the reason that it was stopped with",
    "keep the error that stop_producing() gives you, and pass it to abort()", check_passes_on },
  { NULL },
};
