/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model.h"

/* What the consumer is told of its end, by a stream or by hand, and what it settles (L17, R10). */

static PtpModelError
get_closed_error (void)
{
  return (PtpModelError){ PTP_ERROR, PTP_ERROR_CLOSED };
}

gboolean
ptp_model_is_pending (const PtpModel *self)
{
  return self->sink.phase != PTP_MODEL_PHASE_OPEN && self->sink.phase != PTP_MODEL_PHASE_SETTLED;
}

void
ptp_model_note_write_error (PtpModel *self, PtpModelError error)
{
  if (self->sink.phase == PTP_MODEL_PHASE_OPEN && self->sink.write_error.domain == 0)
    self->sink.write_error = error;
}

/* Whoever has told it, or waits for what others told it, has the outcome. */
static void
settle (PtpModel *self)
{
  PtpModelSink *sink = &self->sink;

  sink->phase = PTP_MODEL_PHASE_SETTLED;
  sink->abort_later = FALSE;
  for (int i = 0; i < PTP_MODEL_SLOTS; i++)
    {
      PtpModelStream *stream = &self->streams[i];

      if (stream->settlement.outcome != PTP_MODEL_OUTCOME_NONE
          || (stream->stage != PTP_MODEL_STAGE_FINISHING
              && stream->stage != PTP_MODEL_STAGE_ABORTING))
        continue;
      ptp_model_note_change (stream);
      stream->settlement = sink->said;
    }
  g_array_append_val (self->settlements, sink->said);
}

/* The new life was refused. Whoever began to wait in it waits for what was settled before. */
void
ptp_model_sink_restore (PtpModel *self, const PtpModelSink *before)
{
  self->sink = *before;
  if (before->phase == PTP_MODEL_PHASE_SETTLED)
    g_array_append_val (self->settlements, before->said);
}

/* A stream that has no end yet goes on: its consumer will not resume it. */
static void
tell_registered (PtpModel *self)
{
  if (self->registered >= 0)
    ptp_model_pause (self, self->registered, FALSE);
}

/* What a consumer that was past its point of no return said of its finish counts more than what its
 * abort answers.
 */
static void
take_answer (PtpModel *self, int result, PtpModelError error)
{
  PtpModelSink *sink = &self->sink;
  gboolean aborting = sink->phase == PTP_MODEL_PHASE_ABORTING;
  gboolean said_enough
    = sink->said.outcome != PTP_MODEL_OUTCOME_NONE && aborting && sink->finish_told;

  if ((result != PTP_END_RESULT_PENDING || error.domain != 0) && !said_enough)
    {
      sink->said.error = error;
      if (error.domain != 0)
        sink->said.outcome = PTP_MODEL_OUTCOME_FAILED;
      else
        sink->said.outcome = aborting ? PTP_MODEL_OUTCOME_ABORTED : PTP_MODEL_OUTCOME_FINISHED;
    }

  if (sink->said.outcome != PTP_MODEL_OUTCOME_NONE)
    {
      settle (self);
      return;
    }

  sink->follows = sink->abort_later && !sink->instead;
  if (sink->follows)
    tell_registered (self);
  sink->phase
    = aborting || sink->instead ? PTP_MODEL_PHASE_ABORT_PENDING : PTP_MODEL_PHASE_FINISH_PENDING;
  sink->abort_later = FALSE;
}

/* Only the first answer is what the call by hand returns. */
static void
note_answer (PtpModel *self, int result, PtpModelError error)
{
  PtpModelFrame *top = ptp_model_top (self);

  if (top == NULL || top->answered
      || (top->kind != PTP_MODEL_FRAME_FINISH && top->kind != PTP_MODEL_FRAME_ABORT))
    return;

  top->answered = TRUE;
  top->result = error.domain != 0 ? PTP_END_RESULT_FAILED : result;
  top->error = error;
}

static void
take_finish_answer (PtpModel *self, int result, PtpModelError error)
{
  error = ptp_model_heed_end (result, error);
  note_answer (self, result, error);
  take_answer (self, result, error);
}

/* A write had failed, so that the abort stood for a finish that fails with its error. */
static void
take_abort_answer (PtpModel *self, int result, PtpModelError error)
{
  PtpModelSink *sink = &self->sink;

  error = ptp_model_heed_end (result, error);
  if (sink->instead && sink->phase == PTP_MODEL_PHASE_FINISHING)
    {
      gboolean pending = result == PTP_END_RESULT_PENDING && error.domain == 0;

      if (sink->said.outcome != PTP_MODEL_OUTCOME_NONE)
        sink->said = (PtpModelSettlement){ PTP_MODEL_OUTCOME_FAILED, sink->write_error };
      error = pending ? (PtpModelError){ 0, 0 } : sink->write_error;
    }
  note_answer (self, result, error);
  take_answer (self, result, error);
}

/* Without anybody who could be seen to be called */

static int
answer_unseen (PtpModel *self, PtpModelError *error)
{
  *error = (PtpModelError){ 0, 0 };
  if (self->sink_kind == PTP_MODEL_SINK_DEFAULT)
    return PTP_END_RESULT_DONE;

  *error = (PtpModelError){ PTP_ERROR, PTP_ERROR_NOT_IMPLEMENTED };
  return PTP_END_RESULT_FAILED;
}

static void
begin_finish (PtpModel *self)
{
  self->sink.phase = PTP_MODEL_PHASE_FINISHING;
  self->sink.finish_told = TRUE;
  self->sink.instead = self->sink.write_error.domain != 0;
}

void
ptp_model_sink_tell_finish (PtpModel *self)
{
  PtpModelError error;
  int result = answer_unseen (self, &error);

  begin_finish (self);
  if (self->sink.instead)
    take_abort_answer (self, result, error);
  else
    take_finish_answer (self, result, error);
}

void
ptp_model_sink_tell_abort (PtpModel *self, PtpModelError reason)
{
  PtpModelError error;
  int result = answer_unseen (self, &error);

  self->sink.phase = PTP_MODEL_PHASE_ABORTING;
  take_abort_answer (self, result, error);
}

/* By hand */

void
ptp_model_finish (PtpModel *self)
{
  PtpModelFrame *frame = ptp_model_enter (self, PTP_MODEL_FRAME_FINISH, -1);

  frame->refused = self->sink.phase != PTP_MODEL_PHASE_OPEN;
  if (!frame->refused)
    tell_registered (self);
  if (frame->refused)
    {
      frame->result = PTP_END_RESULT_FAILED;
      frame->error = get_closed_error ();
    }
  else if (self->sink_kind != PTP_MODEL_SINK_TELLS)
    {
      frame->happened = TRUE;
      ptp_model_sink_tell_finish (self);
    }
}

static void
check_follows (PtpModel *self)
{
  if (self->sink.follows)
    ptp_model_complain (self, "abort was asked for inside finish, and did not follow it (L17)");
}

static void
check_returned (PtpModel *self, const char *call, int result, const GError *error)
{
  PtpModelFrame *top = ptp_model_top (self);
  PtpModelError seen = ptp_model_error (error);

  check_follows (self);
  if (!top->refused && !top->happened)
    ptp_model_complain (self, "%s, and the consumer was not told (L17)", call);
  else if (result != top->result || (result == PTP_END_RESULT_FAILED) != (error != NULL))
    ptp_model_complain (self, "%s returned %d, must be %d", call, result, top->result);
  else if (!ptp_model_same_error (&seen, &top->error))
    ptp_model_complain (self, "%s said %s %d, not %s %d", call, g_quark_to_string (seen.domain),
                        seen.code, g_quark_to_string (top->error.domain), top->error.code);
  ptp_model_leave (self);
}

void
ptp_model_has_finished (PtpModel *self, int result, const GError *error)
{
  check_returned (self, "finish", result, error);
}

static int
find_beginning (PtpModel *self, PtpModelCause cause_of_finish)
{
  PtpModelStream *stream = self->registered >= 0 ? &self->streams[self->registered] : NULL;

  if (stream != NULL && stream->stage == PTP_MODEL_STAGE_NEW
      && stream->cause != PTP_MODEL_CAUSE_NONE && stream->end == PTP_STREAM_STATE_IDLE
      && (stream->flags & PTP_PULL_TO_PUSH_KEEP_SINK) == 0
      && (stream->cause == PTP_MODEL_CAUSE_EXHAUSTED)
           == (cause_of_finish == PTP_MODEL_CAUSE_EXHAUSTED))
    return self->registered;
  return -1;
}

/* One that begins without a word that is heard may have asked for an abort inside finish first. */
static void
take_turn_of_unheard (PtpModel *self, PtpModelFrame *frame)
{
  int slot = find_beginning (self, PTP_MODEL_CAUSE_NONE);

  if (frame->result != PTP_END_RESULT_PENDING || !frame->refused || slot < 0
      || (!self->streams[slot].deaf && !self->streams[slot].may_repeat))
    return;

  self->sink.abort_later = FALSE;
  ptp_model_begin_end (self, slot);
  frame->result = PTP_END_RESULT_FAILED;
  frame->error = get_closed_error ();
}

void
ptp_model_has_aborted (PtpModel *self, int result, const GError *error)
{
  if (result == PTP_END_RESULT_FAILED)
    take_turn_of_unheard (self, ptp_model_top (self));
  check_returned (self, "abort", result, error);
}

/* One that is asked for inside finish follows that; after an answer there is none. */
void
ptp_model_abort (PtpModel *self, PtpModelError reason)
{
  PtpModelFrame *frame = ptp_model_enter (self, PTP_MODEL_FRAME_ABORT, -1);
  PtpModelSink *sink = &self->sink;

  frame->reason = reason;
  frame->refused
    = sink->phase != PTP_MODEL_PHASE_OPEN && sink->phase != PTP_MODEL_PHASE_FINISH_PENDING;
  if (!frame->refused)
    tell_registered (self);
  if (sink->phase == PTP_MODEL_PHASE_FINISHING && !sink->abort_later)
    {
      sink->abort_later = TRUE;
      sink->abort_reason = reason;
      frame->result = PTP_END_RESULT_PENDING;
    }
  else if (frame->refused)
    {
      frame->result = PTP_END_RESULT_FAILED;
      frame->error = get_closed_error ();
    }
  else if (self->sink_kind != PTP_MODEL_SINK_TELLS)
    {
      frame->happened = TRUE;
      ptp_model_sink_tell_abort (self, reason);
    }
}

/* Only what was asked for counts, and only once (R10); only a finish can end as finished. */
void
ptp_model_settle (PtpModel *self, PtpModelSinkOutcome outcome, PtpModelError error)
{
  PtpModelSink *sink = &self->sink;

  ptp_model_enter (self, PTP_MODEL_FRAME_SETTLE, -1);
  if (!ptp_model_is_pending (self) || sink->said.outcome != PTP_MODEL_OUTCOME_NONE)
    return;

  sink->said = (PtpModelSettlement){ outcome, error };
  if (sink->instead && sink->phase == PTP_MODEL_PHASE_ABORT_PENDING)
    sink->said = (PtpModelSettlement){ PTP_MODEL_OUTCOME_FAILED, sink->write_error };
  else if (outcome == PTP_MODEL_OUTCOME_FINISHED && !sink->finish_told)
    sink->said.outcome = PTP_MODEL_OUTCOME_ABORTED;
  if (sink->phase == PTP_MODEL_PHASE_FINISH_PENDING || sink->phase == PTP_MODEL_PHASE_ABORT_PENDING)
    settle (self);
}

void
ptp_model_has_settled (PtpModel *self)
{
  ptp_model_leave (self);
}

/* What happens */

/* That is finishing, and is to be cut short. */
static int
find_cut_short (PtpModel *self)
{
  for (int i = 0; i < PTP_MODEL_SLOTS; i++)
    {
      const PtpModelStream *stream = &self->streams[i];

      if (stream->stage == PTP_MODEL_STAGE_FINISHING && stream->abort_wanted
          && stream->settlement.outcome == PTP_MODEL_OUTCOME_NONE
          && stream->end == PTP_STREAM_STATE_IDLE)
        return i;
    }
  return -1;
}

/* That may have begun without a word before the consumer let go of it. */
static int
find_vague (PtpModel *self)
{
  for (int i = 0; i < PTP_MODEL_SLOTS; i++)
    {
      const PtpModelStream *stream = &self->streams[i];

      if (stream->vague && stream->end == PTP_STREAM_STATE_IDLE
          && (stream->cause != PTP_MODEL_CAUSE_EXHAUSTED || stream->abort_wanted))
        return i;
    }
  return -1;
}

static gboolean
is_by_hand (PtpModel *self, PtpModelFrameKind kind)
{
  PtpModelFrame *top = ptp_model_top (self);

  if (top == NULL || top->kind != kind || top->happened || top->refused)
    return FALSE;
  top->happened = TRUE;
  return TRUE;
}

/* What a stream asks for while others have the consumer finish is called when that has returned. */
static gboolean
is_after_finish (PtpModel *self)
{
  PtpModelFrame *top = ptp_model_top (self);

  return top != NULL && top->kind == PTP_MODEL_FRAME_FINISH && top->happened && top->answered;
}

static void
begin_by_stream (PtpModel *self, int slot, PtpModelStage stage, const char *what)
{
  PtpModelStream *stream = &self->streams[slot];

  /* Without a word that was told, it may have begun. */
  if (!is_after_finish (self) || (!stream->deaf && !stream->may_repeat))
    ptp_model_touch_at_end (self, slot, what);

  stream->stage = stage;
  stream->registered = TRUE;
  if (self->belief == PTP_MODEL_STOP_LEAVES && stream->cause == PTP_MODEL_CAUSE_STOP)
    ptp_model_complain (self, "stream %d: %s, and it was stopped", slot, what);
}

void
ptp_model_on_finish (PtpModel *self)
{
  PtpModelSink *sink = &self->sink;

  check_follows (self);
  if (!is_by_hand (self, PTP_MODEL_FRAME_FINISH))
    {
      int slot = find_beginning (self, PTP_MODEL_CAUSE_EXHAUSTED);

      if (slot < 0)
        ptp_model_complain (self, "finish, and nobody has finished (L17)");
      else
        begin_by_stream (self, slot, PTP_MODEL_STAGE_FINISHING, "finish");
    }

  if (sink->phase != PTP_MODEL_PHASE_OPEN)
    ptp_model_complain (self, "finish after the consumer was told its end (L17)");
  if (sink->write_error.domain != 0)
    ptp_model_complain (self, "finish after a write that failed (L22)");
  begin_finish (self);
}

void
ptp_model_on_finished (PtpModel *self, int result, PtpModelError error)
{
  take_finish_answer (self, result, error);
}

/* Who has the consumer aborted; what must be the reason. */
static PtpModelError
find_aborter (PtpModel *self, gboolean *instead)
{
  PtpModelSink *sink = &self->sink;
  int beginning = find_beginning (self, PTP_MODEL_CAUSE_NONE);
  int finishing = find_beginning (self, PTP_MODEL_CAUSE_EXHAUSTED);
  int cut_short;

  /* One that finds the consumer finishing by hand has begun without a word. */
  if (finishing >= 0 && sink->phase == PTP_MODEL_PHASE_FINISH_PENDING)
    ptp_model_begin_end (self, finishing);
  cut_short = find_cut_short (self);

  if (sink->follows)
    {
      sink->follows = FALSE;
      return sink->abort_reason;
    }
  if (is_by_hand (self, PTP_MODEL_FRAME_ABORT))
    return ptp_model_top (self)->reason;
  if (sink->write_error.domain != 0 && is_by_hand (self, PTP_MODEL_FRAME_FINISH))
    {
      *instead = TRUE;
      return sink->write_error;
    }
  if (sink->write_error.domain != 0 && finishing >= 0)
    {
      begin_by_stream (self, finishing, PTP_MODEL_STAGE_FINISHING, "abort instead of finish");
      *instead = TRUE;
      return sink->write_error;
    }
  if (beginning >= 0)
    {
      begin_by_stream (self, beginning, PTP_MODEL_STAGE_ABORTING, "abort");
      return ptp_model_get_reason (&self->streams[beginning]);
    }
  if (cut_short >= 0)
    {
      if (!is_after_finish (self))
        ptp_model_touch_at_end (self, cut_short, "abort after finish");
      self->streams[cut_short].stage = PTP_MODEL_STAGE_ABORTING;
      return self->streams[cut_short].abort_reason;
    }

  if (find_vague (self) >= 0)
    {
      const PtpModelStream *stream = &self->streams[find_vague (self)];

      return stream->cause == PTP_MODEL_CAUSE_EXHAUSTED ? stream->abort_reason
                                                        : ptp_model_get_reason (stream);
    }

  ptp_model_complain (self, "abort, and nobody has asked for it (L17)");
  return (PtpModelError){ 0, 0 };
}

void
ptp_model_on_abort (PtpModel *self, PtpModelError reason)
{
  PtpModelSink *sink = &self->sink;
  gboolean instead = FALSE;
  PtpModelError expected = find_aborter (self, &instead);

  if (sink->phase != PTP_MODEL_PHASE_OPEN && sink->phase != PTP_MODEL_PHASE_FINISH_PENDING)
    ptp_model_complain (self, "abort twice, inside finish, or after the consumer settled (L17)");
  else if (!ptp_model_same_error (&reason, &expected))
    ptp_model_complain (self, "abort said %s %d, not %s %d (E11)",
                        g_quark_to_string (reason.domain), reason.code,
                        g_quark_to_string (expected.domain), expected.code);
  if (instead)
    begin_finish (self);
  else
    sink->phase = PTP_MODEL_PHASE_ABORTING;
}

void
ptp_model_on_aborted (PtpModel *self, int result, PtpModelError error)
{
  take_abort_answer (self, result, error);
}

/* Waits for the consumer */

guint
ptp_model_get_settlement (PtpModel *self)
{
  guint n = self->settlements->len;

  return self->sink.phase == PTP_MODEL_PHASE_SETTLED ? n - 1 : n;
}

void
ptp_model_on_waited_settled (PtpModel *self,
                             guint number,
                             gboolean cancelled,
                             PtpSettlement settlement,
                             const GError *error)
{
  PtpModelError seen = ptp_model_error (error);
  PtpModelError expected = { G_IO_ERROR, G_IO_ERROR_CANCELLED };
  PtpSettlement expected_settlement = 0;
  int slot = self->registered;

  ptp_model_leave_others (self, -1);
  /* A consumer that is not seen to be told is seen by those who wait for it. */
  if (!cancelled && number >= self->settlements->len && self->sink_kind != PTP_MODEL_SINK_TELLS
      && slot >= 0 && self->streams[slot].cause != PTP_MODEL_CAUSE_NONE)
    {
      ptp_model_touch_at_end (self, slot, "a wait for the consumer");
      ptp_model_begin_end (self, slot);
    }

  if (!cancelled && number >= self->settlements->len)
    {
      ptp_model_complain (self, "a wait for the consumer returned before it has settled (L19)");
      return;
    }
  if (!cancelled)
    {
      PtpModelSettlement said = g_array_index (self->settlements, PtpModelSettlement, number);

      expected = said.error;
      if (said.outcome == PTP_MODEL_OUTCOME_FINISHED)
        expected_settlement = PTP_SETTLEMENT_FINISHED;
      else if (said.outcome == PTP_MODEL_OUTCOME_ABORTED)
        expected_settlement = PTP_SETTLEMENT_ABORTED;
    }

  if (!ptp_model_same_error (&seen, &expected) || settlement != expected_settlement)
    ptp_model_complain (self, "a wait for the consumer returned %d with %s %d, must be %d, %s %d",
                        (int) settlement, g_quark_to_string (seen.domain), seen.code,
                        (int) expected_settlement, g_quark_to_string (expected.domain),
                        expected.code);
}
