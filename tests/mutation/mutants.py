# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The deliberate bugs: where each goes, and the test that must catch it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One bug: in FILE, OLD becomes NEW; the case CASE of the test program TEST notices."""

    name: str
    what: str
    file: str
    old: str
    new: str
    test: str
    case: str


MUTANTS = (
    Mutant(
        name="lost-wake-up",
        what="a ready that comes before PENDING is answered is forgotten",
        file="pulltopush/coop/ptp-runnable-wanted.c",
        old="""      if ((before & PTP_WANTED_READY_SEEN) == 0)
        after |= PTP_WANTED_WAITING;""",
        new="""      after |= PTP_WANTED_WAITING;""",
        test="rules-r",
        case="/rules/R7/ready-inside-produce",
    ),
    Mutant(
        name="lost-post",
        what="a call that finds the runnable posted is lost if the context has just looked",
        file="pulltopush/coop/ptp-cooperator-slice.c",
        old="""    ptp_runnable_settle (runnable);

  return ptp_cooperator_look (self, start);""",
        new="""    {
      g_object_ref (runnable);
      g_atomic_int_or (&runnable->wanted, PTP_WANTED_POSTED);
      ptp_runnable_settle (runnable);
      g_atomic_int_and (&runnable->wanted, ~(guint) PTP_WANTED_POSTED);
      g_object_unref (runnable);
    }

  return ptp_cooperator_look (self, start);""",
        test="rules-t",
        case="/rules/T2/racing",
    ),
    Mutant(
        name="double-cancel",
        what="the producer is cancelled twice when the consumer dies",
        file="pulltopush/adapter/ptp-pull-to-push-stream.c",
        old="""  ptp_pull_producer_cancel (self->driver.producer, reason);
""",
        new="""  ptp_pull_producer_cancel (self->driver.producer, reason);
  ptp_pull_producer_cancel (self->driver.producer, reason);
""",
        test="rules-l-end",
        case="/rules/L7/once",
    ),
    Mutant(
        name="cancel-after-answer",
        what="a producer that failed is cancelled as well",
        file="pulltopush/adapter/ptp-pull-to-push-stream.c",
        old="self->run.answered || cause == PTP_CAUSE_BROKEN",
        new="cause == PTP_CAUSE_EXHAUSTED",
        test="rules-e",
        case="/rules/E1/produce-fails",
    ),
    Mutant(
        name="signal-twice",
        what="the terminal signal is emitted twice",
        file="pulltopush/coop/ptp-runnable-end.c",
        old="""  emit_end (self, end, error);
""",
        new="""  emit_end (self, end, error);
  emit_end (self, end, error);
""",
        test="rules-l-end",
        case="/rules/L8/finished",
    ),
    Mutant(
        name="missing-unref",
        what="the reference with which a stream keeps itself alive is never dropped",
        file="pulltopush/coop/ptp-runnable-end.c",
        old="""        {
          g_object_unref (self);
          return;
        }""",
        new="""        return;""",
        test="rules-l-end",
        case="/rules/L8/finished",
    ),
    Mutant(
        name="one-step-more",
        what="a stop from inside a step is heeded only after one more step",
        file="pulltopush/adapter/ptp-pull-to-push-stream.c",
        old="""         && !ptp_runnable_must_leave (run));
""",
        new="""         && !ptp_runnable_must_leave (run));

  if (result == PTP_STEP_RESULT_MORE && local == NULL
      && (ptp_runnable_get_wanted (run) & PTP_WANTED_CAUSE) != 0)
    {
      result = produce (producer, consumer, &local);
      run->n_steps++;
    }
""",
        test="rules-r",
        case="/rules/R3/stop-inside-write",
    ),
    Mutant(
        name="lost-order",
        what="a chunk overtakes the one that was queued before it",
        file="pulltopush/gio/ptp-output-queue.c",
        old="g_queue_push_tail (&self->chunks, g_bytes_ref (bytes));",
        new="g_queue_push_nth (&self->chunks, g_bytes_ref (bytes), (int) self->chunks.length - 1);",
        test="output-queue",
        case="/output-queue/B3/random",
    ),
    Mutant(
        name="limit-off-by-one-chunk",
        what="the hard limit takes one chunk more than fits",
        file="pulltopush/gio/ptp-output-stream-consumer.c",
        old="return self->full && (size > self->limit || queued > self->limit - size);",
        new="return self->full && (size > self->limit || queued > self->limit);",
        test="output-stream-consumer",
        case="/output-stream-consumer/B2/overflow",
    ),
    Mutant(
        name="forgotten-pause",
        what="a stream that two hold goes on",
        file="pulltopush/coop/ptp-runnable-wanted.c",
        old="const guint flag = extra->holders->len > 0 ? PTP_WANTED_HELD : 0;",
        new="const guint flag = extra->holders->len == 1 ? PTP_WANTED_HELD : 0;",
        test="rules-l-end",
        case="/rules/L5/holds",
    ),
    Mutant(
        name="replaced-error",
        what="what goes wrong after a failure replaces its error",
        file="pulltopush/coop/ptp-runnable-wanted.c",
        old="""      after = before | PTP_WANTED_POSTED;
    }
  g_mutex_unlock (lock);""",
        new="""      after = before | PTP_WANTED_POSTED;
    }
  else if (*error != NULL)
    {
      g_clear_error (&ptp_runnable_ensure_extra (self)->error);
      ptp_runnable_ensure_extra (self)->error = g_steal_pointer (error);
    }
  g_mutex_unlock (lock);""",
        test="rules-e",
        case="/rules/E4/first-of-two",
    ),
    Mutant(
        name="skipped-task",
        what="the task behind one that was removed loses its turn",
        file="pulltopush/coop/ptp-cooperator-private.h",
        old="""  ptp_run_link_remove (&runnable->link);
  self->n_queued--;""",
        new="""  PtpRunLink *next = runnable->link.next;

  ptp_run_link_remove (&runnable->link);
  self->n_queued--;
  if (next != &self->queue.ring)
    {
      ptp_run_link_remove (next);
      self->n_queued--;
    }""",
        test="rules-r-nested",
        case="/rules/R8/every-pair",
    ),
    Mutant(
        name="reentered",
        what="a main loop inside a step asks the same producer again",
        file="pulltopush/coop/ptp-runnable-turn.c",
        old="if (self->running || self->over)",
        new="if (self->over)",
        test="rules-r-nested",
        case="/rules/R6/wakened-inside",
    ),
    Mutant(
        name="source-left",
        what="a source that a nested loop brought is left attached with nothing to do",
        file="pulltopush/coop/ptp-cooperator-source.c",
        old="""      idle = g_steal_pointer (&cooperator->source);
""",
        new="""      if (cooperator->source == &self->source)
        cooperator->source = NULL;
""",
        test="rules-s",
        case="/rules/S4/after-nested-loop",
    ),
    Mutant(
        name="finish-lost",
        what="a stream that is exhausted does not tell its consumer to finish",
        file="pulltopush/adapter/ptp-pull-to-push-stream.c",
        old="""  else if (cause == PTP_CAUSE_EXHAUSTED)
    tell_finish (self);""",
        new="""  else if (cause == PTP_CAUSE_EXHAUSTED)
    self->run.stage = STAGE_LEFT;""",
        test="rules-l-ending",
        case="/rules/L17/done",
    ),
    Mutant(
        name="abort-lost",
        what="a stream that ends early does not tell its consumer to abort",
        file="pulltopush/adapter/ptp-pull-to-push-stream.c",
        old="""  else
    tell_abort (self, reason);""",
        new="""  else
    self->run.stage = STAGE_LEFT;""",
        test="rules-l-ending",
        case="/rules/L17/done",
    ),
    Mutant(
        name="cancel-after-finished",
        what="a producer that finished is cancelled as well",
        file="pulltopush/adapter/ptp-pull-to-push-stream.c",
        old="self->run.answered || cause == PTP_CAUSE_BROKEN",
        new="(self->run.answered && !self->run.exhausted) || cause == PTP_CAUSE_BROKEN",
        test="rules-l-ending",
        case="/rules/L17/done",
    ),
    Mutant(
        name="unregister-early",
        what="a stream is unregistered before its consumer has settled",
        file="pulltopush/adapter/ptp-pull-to-push-stream.c",
        old="""  if (outcome == PTP_OUTCOME_NONE && run->stage != STAGE_LEFT)
    return PTP_STREAM_STATE_ENDING;

  if (self->consumer != NULL)
    ptp_consumer_unregister_producer (self->consumer, PTP_PUSH_PRODUCER (self));
""",
        new="""  if (self->consumer != NULL)
    ptp_consumer_unregister_producer (self->consumer, PTP_PUSH_PRODUCER (self));
  if (outcome == PTP_OUTCOME_NONE && run->stage != STAGE_LEFT)
    return PTP_STREAM_STATE_ENDING;

""",
        test="rules-l-ending",
        case="/rules/L18/pending",
    ),
    Mutant(
        name="cut-short-lost",
        what="a stop while the consumer finishes does not ask it to abort",
        file="pulltopush/coop/ptp-runnable-wanted.c",
        old="PTP_WANTED_ABORT | PTP_WANTED_ATTENTION | PTP_WANTED_POSTED);",
        new="PTP_WANTED_ATTENTION | PTP_WANTED_POSTED);",
        test="rules-l-settling",
        case="/rules/E6/cut-at-once",
    ),
    Mutant(
        name="settlement-lost-inside",
        what="what a consumer settles from inside finish or abort is lost",
        file="pulltopush/contract/ptp-consumer-record.c",
        old="if (!is_pending (self) || self->outcome != PTP_OUTCOME_NONE)",
        new="""if (!is_pending (self) || self->outcome != PTP_OUTCOME_NONE || self->phase == PHASE_FINISHING
      || self->phase == PHASE_ABORTING)""",
        test="contract-end",
        case="/contract/R10/inside",
    ),
    Mutant(
        name="write-after-finish",
        what="a write after finish or abort is not refused",
        file="pulltopush/contract/ptp-consumer-record.c",
        old="      open = self->phase == PHASE_OPEN;\n",
        new="",
        test="contract-end",
        case="/contract/L22/write-after-end",
    ),
    Mutant(
        name="broken-lost",
        what="a source that broke before anybody listened is not heard",
        file="pulltopush/contract/ptp-driver.c",
        old="""  if (error != NULL)
    driver_funcs->broken (self, error);
""",
        new="""  (void) error;
""",
        test="rules-e-broken",
        case="/rules/E12/before-first-pause",
    ),
)
