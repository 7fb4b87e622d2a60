/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-push-private.h"

/* So many bytes of one that is endless are enough to see how it goes on. */
#define MAX_ENDLESS_WRITES 50

/* Returns: (nullable): without an object there is a fault. */
PtpTestingPush *
ptp_testing_push_new (PtpTestingRun *run)
{
  PtpTestingPush *self = g_new0 (PtpTestingPush, 1);

  self->run = run;
  self->consumer = ptp_testing_consumer_new ();
  self->producer = ptp_testing_run_make (run, self->consumer);
  if (self->producer == NULL)
    g_clear_pointer (&self, ptp_testing_push_free);

  return self;
}

/* What still runs is stopped, so that no check disturbs the next. */
void
ptp_testing_push_free (PtpTestingPush *self)
{
  if (self->consumer != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->consumer, self);
      ptp_testing_consumer_stop (self->consumer);
    }
  ptp_testing_run_drain (self->run);
  g_clear_object (&self->producer);
  g_clear_object (&self->consumer);
  g_free (self);
}

/* Registers it and lets it begin. */
gboolean
ptp_testing_push_start (PtpTestingPush *self)
{
  g_autoptr (GError) error = NULL;

  if (!ptp_consumer_register_push_producer (PTP_CONSUMER (self->consumer), self->producer, &error))
    {
      ptp_testing_run_fault (self->run, "it could not be registered: %s", error->message);
      return FALSE;
    }

  ptp_testing_run_call_hook (self->run, PTP_TESTING_HOOK_START, self->producer);
  return TRUE;
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
  if (self->run->suite->endless && self->consumer->n_writes >= MAX_ENDLESS_WRITES)
    ptp_testing_consumer_stop (self->consumer);

  return ptp_testing_consumer_get_producer (self->consumer) == NULL;
}

/* Lets it run until it unregisters itself, resuming it when it is paused. */
gboolean
ptp_testing_push_finish (PtpTestingPush *self)
{
  if (ptp_testing_run_until (self->run, has_let_go, self))
    return TRUE;

  ptp_testing_run_fault (self->run,
                         "after %u writes and %" G_GUINT64_FORMAT
                         " bytes it went on no more, and had not unregistered itself",
                         self->consumer->n_writes, self->consumer->total);
  return FALSE;
}

void
ptp_testing_push_on (PtpTestingPush *self, const char *event, gpointer func)
{
  g_signal_connect (self->consumer, event, G_CALLBACK (func), self);
}

/* One whole life in peace. Returns: (nullable): %NULL with a fault */
PtpTestingPush *
ptp_testing_push_reference (PtpTestingRun *run, GBytes **content)
{
  g_autoptr (PtpTestingPush) push = ptp_testing_push_new (run);

  if (push == NULL || !ptp_testing_push_start (push) || !ptp_testing_push_finish (push))
    return NULL;

  if (content != NULL)
    *content = ptp_testing_consumer_dup_bytes (push->consumer);
  return g_steal_pointer (&push);
}

guint
ptp_testing_push_count_writes (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = ptp_testing_push_reference (run, NULL);
  guint n_writes = push != NULL ? push->consumer->n_writes : 0;

  if (push != NULL && n_writes == 0)
    ptp_testing_run_skip (run, "the producer never writes");

  return n_writes;
}

static void
check_implemented (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = ptp_testing_push_new (run);
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
  g_autoptr (PtpTestingPush) push = ptp_testing_push_reference (run, &content);
  const GError *failure = push != NULL ? push->consumer->failure : NULL;

  if (push == NULL)
    return;

  if (run->suite->expected != NULL)
    ptp_testing_run_compare (run, run->suite->expected, content, "all in all");
  if (failure != NULL && run->suite->expected_error == NULL)
    ptp_testing_run_fault (run, "it failed: %s", failure->message);
}

static void
check_on_the_context (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = ptp_testing_push_reference (run, NULL);

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
  g_autoptr (PtpTestingPush) reference = ptp_testing_push_reference (run, &wanted);
  g_autoptr (PtpTestingPush) push = reference != NULL ? ptp_testing_push_new (run) : NULL;

  if (push == NULL)
    return NULL;

  prepare (push);
  if (!ptp_testing_push_start (push) || !ptp_testing_push_finish (push))
    return NULL;

  seen = ptp_testing_consumer_dup_bytes (push->consumer);
  ptp_testing_run_compare (run, wanted, seen, when);
  return g_steal_pointer (&push);
}

static void
expect_alike (PtpTestingRun *run, const char *when, void (*prepare) (PtpTestingPush *push))
{
  PtpTestingPush *push = finish_alike (run, when, prepare);

  g_clear_pointer (&push, ptp_testing_push_free);
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
  g_autoptr (PtpTestingPush) reference = ptp_testing_push_reference (run, &wanted);
  g_autoptr (PtpTestingPush) push = reference != NULL ? ptp_testing_push_new (run) : NULL;

  if (push == NULL)
    return;

  ptp_testing_push_on (push, "event::register", pause_cb);
  if (!ptp_testing_push_start (push))
    return;

  ptp_testing_run_linger (run);
  if (push->consumer->n_writes > 0)
    ptp_testing_run_fault (run, "it wrote %u times, although it was paused",
                           push->consumer->n_writes);
  else if (ptp_testing_push_finish (push))
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
  ptp_testing_push_on (push, "event::register", resume_cb);
  ptp_testing_push_on (push, "event::write", resume_cb);
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
  ptp_testing_push_on (push, "event::write", pause_twice_cb);
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
  ptp_testing_push_on (push, "event::write", pause_and_resume_cb);
}

static void
check_paused_inside_write (PtpTestingRun *run)
{
  expect_alike (run, "with a pause and a resume inside each write", pause_and_resume);
}

const PtpTestingCheck ptp_testing_push_checks[] = {
  { "E3/implemented", "implements what it must",
    "implement pause_producing(), resume_producing() and stop_producing()", check_implemented },
  { "L13/everything-arrives", "writes everything, then unregisters itself",
    "call unregister_producer() on the consumer after the last write", check_everything_arrives },
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
    "remember the stop", ptp_testing_push_stopped_before_start },
  { "R3/stopped-inside-write", "writes nothing once it was stopped from inside write",
    "ask after each write whether you were stopped", ptp_testing_push_stopped_inside_write },
  { "R4/unregistered-inside-write", "writes nothing once it was unregistered from inside write",
    "implement unregistered(), and stop there", ptp_testing_push_unregistered_inside_write },
  { "L6/after-the-end", "every call after the end does nothing",
    "let all three calls return at once when you have ended", ptp_testing_push_after_the_end },
  { "L8/quiet-after-end", "writes nothing after it has unregistered itself",
    "destroy sources before you unregister", ptp_testing_push_quiet_after_end },
  { "L15/released", "is released, and releases its consumer, after its end",
    "drop the reference to the consumer, and sources that hold you, at the end",
    ptp_testing_push_released },
  { "L15/released-after-stop", "is released, and releases its consumer, after a stop",
    "drop the reference to the consumer, and sources that hold you, in stop_producing()",
    ptp_testing_push_released_after_stop },
  { "T4/dropped-before-start", "may be dropped before it was used",
    "write nothing and call nobody from dispose or finalize",
    ptp_testing_push_dropped_before_start },
  { "T1/on-the-context", "writes on the thread of its consumer only",
    "hand data from other threads over to the context", check_on_the_context },
  { "E5/write-fails", "stops and unregisters when a write fails",
    "look at what write returns; when it fails, call producer_failed() and unregister_producer()",
    ptp_testing_push_write_fails },
  { "E1/fails", "tells its consumer once why it failed, then unregisters",
    "call producer_failed(), then unregister_producer(), and nothing else",
    ptp_testing_push_fails },
  { NULL },
};
