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
        old="""    ptp_pull_producer_cancel (producer);

  if""",
        new="""    {
      ptp_pull_producer_cancel (producer);
      ptp_pull_producer_cancel (producer);
    }

  if""",
        test="rules-l-end",
        case="/rules/L7/once",
    ),
    Mutant(
        name="cancel-after-answer",
        what="a producer that failed is cancelled as well",
        file="pulltopush/adapter/ptp-pull-to-push-stream.c",
        old="if (end != PTP_STREAM_STATE_FINISHED && !answered)",
        new="if (end != PTP_STREAM_STATE_FINISHED)",
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
      && (ptp_runnable_get_wanted (run) & PTP_WANTED_END) != 0)
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
        old="ptp_stream_writer_get_queued (self->writer) > self->limit - size)",
        new="ptp_stream_writer_get_queued (self->writer) > self->limit)",
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
        old="""  else
    {
      call = before;
    }""",
        new="""  else
    {
      call = before;
      if (error != NULL && ptp_wanted_get_end (before) == PTP_STREAM_STATE_FAILED)
        {
          g_clear_error (&ptp_runnable_ensure_extra (self)->error);
          ptp_runnable_ensure_extra (self)->error = g_steal_pointer (&error);
        }
    }""",
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
        old="""  else
    {
      idle = g_steal_pointer (&cooperator->source);""",
        new="""  else if (cooperator->source == &self->source)
    {
      cooperator->source = NULL;""",
        test="rules-s",
        case="/rules/S4/after-nested-loop",
    ),
)
