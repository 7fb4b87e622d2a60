/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-pull-to-push-private.h"

#include "../contract/ptp-consumer-private.h"
#include "../contract/ptp-error.h"
#include "../contract/ptp-guard-private.h"
#include "../contract/ptp-iface-table-private.h"

/* What the vfunc guard checks before a call is checked once for all these steps; without an
 * implementation the checked call says so in its error.
 */
PtpStepResult
ptp_pull_to_push_run (PtpRunnable *run, guint n_steps, GError **error)
{
  PtpPullToPush *self = (PtpPullToPush *) run;
  PtpPullProducer *producer = self->driver.producer;
  PtpConsumer *consumer = self->consumer;
  PtpPullProducerInterface *iface = ptp_pull_producer_peek_iface (producer);
  PtpStepResult (*produce) (PtpPullProducer *, PtpConsumer *, GError **)
    = iface != NULL && iface->produce != NULL ? iface->produce : ptp_pull_producer_produce;
  PtpStepResult result;
  GError *local = NULL;

  do
    {
      result = produce (producer, consumer, &local);
      run->n_steps++;
    }
  while (result == PTP_STEP_RESULT_MORE && local == NULL && --n_steps > 0
         && !ptp_runnable_must_leave (run));

  return ptp_guard_step (producer, "produce", result, local, error);
}

void
ptp_pull_to_push_listen (PtpRunnable *run)
{
  ptp_driver_attach (&((PtpPullToPush *) run)->driver);
}

/* How far the end has come. */
enum
{
  STAGE_NEW = 0,
  STAGE_FINISHING, /* the consumer was told to finish */
  STAGE_ABORTING,  /* or to abort, also after that */
  STAGE_LEFT,      /* or nothing, which is not for this stream to do */
};

static gboolean
keeps (PtpPullToPush *self, PtpPullToPushFlags flag)
{
  return (self->run.flags & flag) != 0;
}

/* (transfer full) */
static GError *
dup_reason (PtpPullToPush *self)
{
  const GError *reason = ptp_runnable_peek_reason (&self->run);

  if (reason != NULL)
    return g_error_copy (reason);

  return g_error_new_literal (PTP_ERROR, PTP_ERROR_STOPPED, "Nobody needs more of the stream");
}

/* Unless it has said its end by itself, or somebody goes on with it. A stream that a binding made
 * without a source, or without a consumer, tells the one that it has.
 */
static void
cancel_source (PtpPullToPush *self, PtpCause cause, const GError *reason)
{
  gboolean no_harm = cause == PTP_CAUSE_LET_GO || cause == PTP_CAUSE_STOP;

  if (self->driver.producer == NULL || self->run.answered || cause == PTP_CAUSE_BROKEN
      || (no_harm && keeps (self, PTP_PULL_TO_PUSH_KEEP_SOURCE)))
    return;

  ptp_pull_producer_cancel (self->driver.producer, reason);
}

/* Any thread, under the lock of the records */
static void
settled_cb (gpointer listener, PtpOutcome outcome, const GError *error)
{
  ptp_runnable_settled (listener, (int) outcome, error);
}

/* The same, while whoever asked looks for the outcome. */
static void
settled_at_once_cb (gpointer listener, PtpOutcome outcome, const GError *error)
{
  ptp_runnable_note_outcome (listener, (int) outcome, error);
}

static void
await_settlement (PtpPullToPush *self, PtpSettledFunc func)
{
  PtpConsumerRecord *record = ptp_consumer_record_ensure (self->consumer);
  g_autoptr (GError) error = NULL;
  PtpOutcome outcome = ptp_consumer_record_listen (record, func, self, &error);

  if (outcome != PTP_OUTCOME_NONE)
    ptp_runnable_note_outcome (&self->run, (int) outcome, error);
}

/* Whatever the call answers, and also if somebody else had told the consumer its end before: what
 * counts is what the consumer settles. Before it returns, others who wait for that may have given
 * the consumer a new life already.
 */
static void
tell (PtpPullToPush *self, const GError *abort_reason)
{
  g_autoptr (GError) error = NULL;
  PtpEndResult result;

  await_settlement (self, settled_at_once_cb);
  if (abort_reason != NULL)
    result = ptp_consumer_abort (self->consumer, abort_reason, &error);
  else
    result = ptp_consumer_finish (self->consumer, &error);
  if (result == PTP_END_RESULT_FAILED)
    g_debug ("A consumer failed to %s: %s", abort_reason != NULL ? "abort" : "finish",
             error->message);
  if (ptp_runnable_get_outcome (&self->run) == PTP_OUTCOME_NONE)
    await_settlement (self, settled_cb);
}

static void
tell_finish (PtpPullToPush *self)
{
  self->run.stage = STAGE_FINISHING;
  tell (self, NULL);
}

static void
tell_abort (PtpPullToPush *self, const GError *reason)
{
  self->run.stage = STAGE_ABORTING;
  tell (self, reason);
}

static void
begin_end (PtpPullToPush *self, PtpCause cause)
{
  g_autoptr (GError) reason = dup_reason (self);

  cancel_source (self, cause, reason);

  self->run.registered = self->consumer != NULL
                         && ptp_consumer_peek_producer (self->consumer) == PTP_PUSH_PRODUCER (self);
  if (!self->run.registered || keeps (self, PTP_PULL_TO_PUSH_KEEP_SINK))
    self->run.stage = STAGE_LEFT;
  else if (cause == PTP_CAUSE_EXHAUSTED)
    tell_finish (self);
  else
    tell_abort (self, reason);
}

static PtpStreamState
state_of_reason (const GError *reason)
{
  return g_error_matches (reason, PTP_ERROR, PTP_ERROR_STOPPED) ? PTP_STREAM_STATE_STOPPED
                                                                : PTP_STREAM_STATE_FAILED;
}

/* The consumer was told to finish, and maybe to abort after that. */
static PtpStreamState
get_end_of_finish (PtpPullToPush *self, PtpOutcome outcome, GError **error)
{
  PtpRunnableExtra *extra = ptp_runnable_get_extra (&self->run);

  if (outcome == PTP_OUTCOME_FINISHED)
    return PTP_STREAM_STATE_FINISHED;

  if (self->run.stage == STAGE_ABORTING)
    {
      *error = g_error_copy (extra->abort);
      return state_of_reason (extra->abort);
    }

  if (outcome == PTP_OUTCOME_FAILED)
    *error = g_error_copy (extra->outcome_error);
  else
    *error = g_error_new (PTP_ERROR, PTP_ERROR_FAILED, "%s undid what it took, and did not say why",
                          G_OBJECT_TYPE_NAME (self->consumer));
  return PTP_STREAM_STATE_FAILED;
}

static PtpStreamState
get_end (PtpPullToPush *self, PtpCause cause, PtpOutcome outcome, GError **error)
{
  switch (cause)
    {
    case PTP_CAUSE_EXHAUSTED:
      return self->run.stage == STAGE_LEFT ? PTP_STREAM_STATE_FINISHED
                                           : get_end_of_finish (self, outcome, error);

    case PTP_CAUSE_STOP:
      return self->run.was_registered && !self->run.registered ? PTP_STREAM_STATE_FINISHED
                                                               : PTP_STREAM_STATE_STOPPED;

    case PTP_CAUSE_REASON:
      return state_of_reason (ptp_runnable_peek_reason (&self->run));

    case PTP_CAUSE_BROKEN:
    case PTP_CAUSE_FAILED:
      return PTP_STREAM_STATE_FAILED;

    case PTP_CAUSE_NONE:
    case PTP_CAUSE_LET_GO:
    default:
      return PTP_STREAM_STATE_FINISHED;
    }
}

/* In every case the order is: the source is cancelled, the consumer finishes or aborts and settles,
 * the stream is unregistered.
 */
PtpStreamState
ptp_pull_to_push_end (PtpRunnable *run, PtpCause cause, GError **error)
{
  PtpPullToPush *self = (PtpPullToPush *) run;
  PtpOutcome outcome;

  if (run->stage == STAGE_NEW)
    begin_end (self, cause);
  if (run->stage == STAGE_FINISHING && (ptp_runnable_get_wanted (run) & PTP_WANTED_ABORT) != 0
      && ptp_runnable_get_outcome (run) == PTP_OUTCOME_NONE)
    tell_abort (self, ptp_runnable_get_extra (run)->abort);

  outcome = (PtpOutcome) ptp_runnable_get_outcome (run);
  if (outcome == PTP_OUTCOME_NONE && run->stage != STAGE_LEFT)
    return PTP_STREAM_STATE_ENDING;

  if (self->consumer != NULL)
    ptp_consumer_unregister_producer (self->consumer, PTP_PUSH_PRODUCER (self));
  return get_end (self, cause, outcome, error);
}

void
ptp_pull_to_push_tear_down (PtpRunnable *run)
{
  PtpPullToPush *self = (PtpPullToPush *) run;
  g_autoptr (PtpPullProducer) producer = NULL;
  g_autoptr (PtpConsumer) consumer = NULL;

  if (run->listening)
    ptp_driver_detach (&self->driver);
  if (self->consumer != NULL)
    ptp_consumer_record_unlisten (self->consumer, self);
  ptp_pull_to_push_replace_cancellable (self, NULL);
  producer = g_steal_pointer (&self->driver.producer);
  consumer = g_steal_pointer (&self->consumer);
}

static const char *
name_of (gpointer object)
{
  return object != NULL ? G_OBJECT_TYPE_NAME (object) : "nothing";
}

char *
ptp_pull_to_push_describe (PtpRunnable *run)
{
  PtpPullToPush *self = PTP_PULL_TO_PUSH (run);

  return g_strdup_printf ("stream from %s to %s", name_of (self->driver.producer),
                          name_of (self->consumer));
}
