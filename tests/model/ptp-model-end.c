/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model.h"

gboolean
ptp_model_is_under_way (const PtpModel *self, guint serial)
{
  for (guint i = 0; i < self->n_frames; i++)
    if (self->frames[i].serial == serial)
      return TRUE;
  return FALSE;
}

/* Something happens to @slot, -1 for a wait for the consumer, which may return while a stream is
 * told that it has settled: what was told of others in this turn was told in full.
 */
void
ptp_model_leave_others (PtpModel *self, int slot)
{
  PtpModelFrame *top = ptp_model_top (self);

  for (int i = 0; top != NULL && i < PTP_MODEL_SLOTS; i++)
    if (i != slot && self->streams[i].end_frame == top->serial
        && (slot >= 0 || self->streams[i].settlement.outcome == PTP_MODEL_OUTCOME_NONE))
      self->streams[i].end_frame = 0;
}

/* What of the end is told in one turn is told in one go, after the step that was under way; a main
 * loop inside of it tells nothing more of this stream.
 */
PtpModelStream *
ptp_model_touch_at_end (PtpModel *self, int slot, const char *what)
{
  PtpModelStream *stream = &self->streams[slot];
  PtpModelFrame *top = ptp_model_top (self);

  ptp_model_leave_others (self, slot);
  stream->touched = TRUE;
  if (top == NULL || top->kind != PTP_MODEL_FRAME_TURN)
    ptp_model_complain (self, "stream %d: %s outside of a turn, from inside a call", slot, what);
  else if (stream->cause == PTP_MODEL_CAUSE_NONE)
    ptp_model_complain (self, "stream %d: %s, and it has not ended", slot, what);
  else if (stream->in_step)
    ptp_model_complain (self, "stream %d: %s inside a step (R3)", slot, what);
  else if (stream->over)
    ptp_model_complain (self, "stream %d: %s after its signal (L8)", slot, what);
  else if (stream->end_frame != top->serial && ptp_model_is_under_way (self, stream->end_frame))
    ptp_model_complain (self, "stream %d: %s from inside the telling of its end", slot, what);
  else
    stream->end_frame = top->serial;

  return stream;
}

/* It has said its end by itself, or somebody else goes on with it. */
static gboolean
keeps_source (const PtpModel *self, const PtpModelStream *stream)
{
  gboolean no_harm
    = stream->cause == PTP_MODEL_CAUSE_ENOUGH || stream->cause == PTP_MODEL_CAUSE_STOP;

  if (stream->kind == PTP_MODEL_TASK || stream->answered)
    return TRUE;
  if (stream->cause == PTP_MODEL_CAUSE_BROKEN)
    return TRUE;
  if (no_harm && (stream->flags & PTP_PULL_TO_PUSH_KEEP_SOURCE) != 0)
    return TRUE;

  return stream->cause == PTP_MODEL_CAUSE_EXHAUSTED && self->belief != PTP_MODEL_FINISH_CANCELS;
}

/* Also from inside a call: by a closed consumer that a producer was to be streamed to (L11). */
void
ptp_model_on_cancel (PtpModel *self, int slot, PtpModelError reason)
{
  PtpModelStream *stream = &self->streams[slot];
  PtpModelFrame *top = ptp_model_top (self);
  gboolean in_pull = top != NULL && top->kind == PTP_MODEL_FRAME_PULL && top->slot == slot
                     && top->error.domain == PTP_ERROR && top->error.code == PTP_ERROR_CLOSED;
  PtpModelError expected;

  if (in_pull)
    {
      stream->touched = TRUE;
      expected = top->error;
    }
  else
    {
      ptp_model_touch_at_end (self, slot, "cancel");
      expected = ptp_model_get_reason (stream);
      if (stream->stage != PTP_MODEL_STAGE_NEW)
        ptp_model_complain (self, "stream %d: cancelled after its consumer was told", slot);
      else if (keeps_source (self, stream) && !stream->answered)
        ptp_model_complain (self, "stream %d: cancelled, and its source is kept, or has ended",
                            slot);
    }

  if (++stream->n_cancels > 1)
    ptp_model_complain (self, "stream %d: cancelled twice (L7)", slot);
  else if (stream->answered)
    ptp_model_complain (self, "stream %d: cancelled after its last answer (L7)", slot);
  else if (!ptp_model_same_error (&reason, &expected))
    ptp_model_complain (self, "stream %d: cancelled for %s %d, not %s %d (E11)", slot,
                        g_quark_to_string (reason.domain), reason.code,
                        g_quark_to_string (expected.domain), expected.code);
}

/* What was asked of the consumer that cannot be seen: it was told before, or implements nothing. */
static void
tell_unseen (PtpModel *self, int slot)
{
  PtpModelStream *stream = &self->streams[slot];
  PtpModelSink *sink = &self->sink;
  gboolean finishing = stream->stage == PTP_MODEL_STAGE_FINISHING;
  gboolean taken = sink->phase == PTP_MODEL_PHASE_OPEN
                   || (!finishing && sink->phase == PTP_MODEL_PHASE_FINISH_PENDING);

  if (taken && self->sink_kind == PTP_MODEL_SINK_TELLS)
    ptp_model_complain (self, "stream %d: ends, and its consumer is not told to %s (L17)", slot,
                        finishing ? "finish" : "abort");
  else if (taken && finishing)
    ptp_model_sink_tell_finish (self);
  else if (taken)
    ptp_model_sink_tell_abort (self, ptp_model_get_reason (stream));
  else if (!finishing && sink->phase == PTP_MODEL_PHASE_FINISHING && !sink->abort_later)
    {
      sink->abort_later = TRUE;
      sink->abort_reason = ptp_model_get_reason (stream);
    }
  else if (sink->phase == PTP_MODEL_PHASE_SETTLED)
    stream->settlement = sink->said;
}

/* Somebody sees that it has begun. */
void
ptp_model_begin_end (PtpModel *self, int slot)
{
  PtpModelStream *stream = &self->streams[slot];

  if (stream->kind == PTP_MODEL_TASK || stream->stage != PTP_MODEL_STAGE_NEW)
    return;

  stream->registered = self->registered == slot;
  /* Whether this one or its life before told a consumer that says nothing is not known. */
  if (stream->vague && stream->registered && self->sink_kind != PTP_MODEL_SINK_TELLS)
    self->silent = TRUE;
  if (!stream->registered || stream->vague || (stream->flags & PTP_PULL_TO_PUSH_KEEP_SINK) != 0
      || (self->belief == PTP_MODEL_STOP_LEAVES && stream->cause == PTP_MODEL_CAUSE_STOP))
    stream->stage = PTP_MODEL_STAGE_LEFT;
  else if (stream->cause == PTP_MODEL_CAUSE_EXHAUSTED)
    stream->stage = PTP_MODEL_STAGE_FINISHING;
  else
    stream->stage = PTP_MODEL_STAGE_ABORTING;

  if (stream->stage != PTP_MODEL_STAGE_LEFT)
    tell_unseen (self, slot);
}

static gboolean
has_settled (const PtpModelStream *stream)
{
  return stream->stage == PTP_MODEL_STAGE_LEFT || stream->vague
         || stream->settlement.outcome != PTP_MODEL_OUTCOME_NONE;
}

/* Without a word it may have begun before the consumer let go, or not. */
static void
let_go_by_hand (PtpModel *self, PtpModelStream *stream)
{
  if (stream->cause != PTP_MODEL_CAUSE_NONE && stream->stage == PTP_MODEL_STAGE_NEW
      && self->sink.phase != PTP_MODEL_PHASE_OPEN && (stream->deaf || stream->may_repeat))
    stream->vague = TRUE;
}

/* By a call, or at the end of the stream that is registered, when the consumer has settled. */
void
ptp_model_on_unregister (PtpModel *self, int slot)
{
  PtpModelStream *stream;

  if (slot < 0 || self->registered != slot)
    {
      ptp_model_complain (self, "unregister of one that is not registered (L9, L20)");
      return;
    }

  stream = &self->streams[slot];
  if (ptp_model_is_inside (self, PTP_MODEL_FRAME_UNREGISTER))
    {
      if (ptp_model_top (self)->refused || ptp_model_top (self)->slot != slot)
        ptp_model_complain (self, "stream %d: another was unregistered (L20)", slot);
      ptp_model_top (self)->happened = TRUE;
      let_go_by_hand (self, stream);
    }
  else
    {
      ptp_model_touch_at_end (self, slot, "unregister");
      ptp_model_begin_end (self, slot);
      if (!has_settled (stream))
        ptp_model_complain (self, "stream %d: unregistered before its consumer has settled (L19)",
                            slot);
      else if (stream->told_state)
        ptp_model_complain (self, "stream %d: unregistered after the notification (L8)", slot);
      stream->released_serial = self->registered_serial;
    }

  self->registered = -1;
}

void
ptp_model_on_destroy (PtpModel *self, int slot)
{
  PtpModelStream *stream = ptp_model_touch_at_end (self, slot, "destroy");

  if (stream->destroyed)
    ptp_model_complain (self, "task %d: its data was destroyed twice", slot);
  stream->destroyed = TRUE;
}

/* How it ends */

static PtpStreamState
end_for_reason (PtpModelStream *stream, PtpModelError reason)
{
  if (reason.domain == PTP_ERROR && reason.code == PTP_ERROR_STOPPED)
    return PTP_STREAM_STATE_STOPPED;

  stream->error = reason;
  return PTP_STREAM_STATE_FAILED;
}

/* An abort that others had called is not seen to be asked for by the stream. */
static PtpStreamState
end_of_finish (PtpModel *self, PtpModelStream *stream)
{
  if (stream->stage == PTP_MODEL_STAGE_LEFT
      || stream->settlement.outcome == PTP_MODEL_OUTCOME_FINISHED)
    return PTP_STREAM_STATE_FINISHED;

  if (stream->stage == PTP_MODEL_STAGE_ABORTING)
    return end_for_reason (stream, stream->abort_reason);

  stream->vague |= stream->abort_wanted;
  stream->error = stream->settlement.error;
  if (stream->settlement.outcome == PTP_MODEL_OUTCOME_ABORTED)
    stream->error = (PtpModelError){ PTP_ERROR, PTP_ERROR_FAILED };
  return PTP_STREAM_STATE_FAILED;
}

static PtpStreamState
find_end (PtpModel *self, PtpModelStream *stream)
{
  gboolean task = stream->kind == PTP_MODEL_TASK;

  switch (stream->cause)
    {
    case PTP_MODEL_CAUSE_EXHAUSTED:
      return task ? PTP_STREAM_STATE_FINISHED : end_of_finish (self, stream);

    case PTP_MODEL_CAUSE_STOP:
      return stream->was_registered && !stream->registered ? PTP_STREAM_STATE_FINISHED
                                                           : PTP_STREAM_STATE_STOPPED;

    case PTP_MODEL_CAUSE_REASON:
      return end_for_reason (stream, ptp_model_get_reason (stream));

    case PTP_MODEL_CAUSE_BROKEN:
    case PTP_MODEL_CAUSE_FAILED:
      stream->error = stream->reason;
      return PTP_STREAM_STATE_FAILED;

    case PTP_MODEL_CAUSE_NONE:
    case PTP_MODEL_CAUSE_ENOUGH:
    default:
      return PTP_STREAM_STATE_FINISHED;
    }
}

/* What must have happened before the state is that of the end. */
static const char *
find_omission (PtpModel *self, int slot)
{
  const PtpModelStream *stream = &self->streams[slot];

  if (stream->kind == PTP_MODEL_TASK)
    return stream->destroyed ? NULL : "destroy";
  if (!keeps_source (self, stream) && !stream->mute && stream->n_cancels == 0)
    return "cancel";
  if (!has_settled (stream))
    return "a settlement";
  /* Unless it was registered anew from inside. */
  if (self->registered == slot && !stream->deaf
      && (stream->released_serial == 0 || stream->released_serial == self->registered_serial))
    return "unregister";

  return NULL;
}

/* The first to see how it ended. */
void
ptp_model_notice_end (PtpModel *self, int slot, PtpStreamState state)
{
  PtpModelStream *stream = &self->streams[slot];
  const char *omission;

  if (stream->stage == PTP_MODEL_STAGE_NEW && stream->deaf)
    stream->vague |= ptp_model_is_pending (self) || self->sink.phase == PTP_MODEL_PHASE_SETTLED;
  ptp_model_begin_end (self, slot);
  omission = find_omission (self, slot);
  stream->end = find_end (self, stream);
  stream->touched = TRUE;
  if (omission != NULL)
    ptp_model_complain (self, "stream %d: %s without %s before it (L8)", slot,
                        ptp_model_state_name (state), omission);
  else if (stream->vague)
    stream->end = state;
  /* Nobody hears of it any more. */
  stream->over |= stream->deaf;
}

static void
take_notify_cancellable (PtpModel *self, int slot)
{
  PtpModelFrame *top = ptp_model_top (self);
  gboolean setting = top != NULL && top->kind == PTP_MODEL_FRAME_SET_CANCELLABLE;

  if (self->streams[slot].may_repeat)
    return;
  if (!setting || top->happened)
    ptp_model_complain (self, "stream %d: notify::cancellable without a change", slot);
  else
    top->happened = TRUE;
}

/* A stream that broke before anybody listened is told of as paused, and seen to be ending, of which
 * it is told again.
 */
static void
take_notify_of_end (PtpModel *self, int slot, const char *property, PtpStreamState state)
{
  PtpModelStream *stream = &self->streams[slot];

  if (stream->just_broken)
    return;
  ptp_model_touch_at_end (self, slot, property);
  if (state != PTP_STREAM_STATE_ENDING)
    return;

  ptp_model_begin_end (self, slot);
  /* A main loop inside of the handlers may go on with it. */
  stream->end_frame = 0;
}

/* GObject does not nest notifications of one property: what is notified in a turn inside of a
 * handler comes when that handler has returned, also if that is after the end.
 */
void
ptp_model_on_notify (PtpModel *self, int slot, const char *property, PtpStreamState state)
{
  PtpModelStream *stream = &self->streams[slot];

  ptp_model_leave_others (self, slot);
  stream->notifying++;
  stream->owes_holders &= !g_str_equal (property, "holders");
  if (g_str_equal (property, "cancellable"))
    {
      take_notify_cancellable (self, slot);
      return;
    }
  if (stream->may_repeat)
    {
      stream->touched = TRUE;
      stream->told = state;
      if (state == PTP_STREAM_STATE_ENDING)
        stream->end_frame = 0;
      return;
    }
  if (stream->cause != PTP_MODEL_CAUSE_NONE && !g_str_equal (property, "holders"))
    take_notify_of_end (self, slot, property, state);
  else if (!ptp_model_is_inside (self, PTP_MODEL_FRAME_TURN))
    ptp_model_complain (self, "stream %d: notify::%s from inside a call", slot, property);
  stream->touched = TRUE;

  if (g_str_equal (property, "state"))
    {
      if (stream->told == state && !stream->may_notify)
        ptp_model_complain (self, "stream %d: notify::state without a change, %s", slot,
                            ptp_model_state_name (state));
      stream->told = state;
      stream->may_notify = stream->just_broken;
      stream->just_broken = FALSE;
      stream->told_state = stream->end != PTP_STREAM_STATE_IDLE;
      if (state == PTP_STREAM_STATE_PAUSED && stream->listens == PTP_MODEL_EITHER)
        stream->listens = PTP_MODEL_YES;
    }
  else if (g_str_equal (property, "error"))
    {
      if (stream->end != PTP_STREAM_STATE_FAILED || stream->told_error)
        ptp_model_complain (self, "stream %d: notify::error without a change", slot);
      stream->told_error = TRUE;
    }
}

void
ptp_model_on_notified (PtpModel *self, int slot)
{
  self->streams[slot].notifying--;
}

/* What must have happened before the signal. */
static const char *
find_unsaid (const PtpModelStream *stream)
{
  if (!stream->told_state && !stream->may_repeat)
    return "notify::state";
  if (stream->end == PTP_STREAM_STATE_FAILED && !stream->told_error && !stream->may_repeat)
    return "notify::error";

  return NULL;
}

void
ptp_model_on_signal (PtpModel *self, int slot, PtpStreamState end, PtpModelError error)
{
  PtpModelStream *stream = ptp_model_touch_at_end (self, slot, "a signal of the end");
  const char *unsaid = find_unsaid (stream);

  if (stream->end != end)
    ptp_model_complain (self, "stream %d: its signal says %s, it is %s", slot,
                        ptp_model_state_name (end), ptp_model_state_name (stream->end));
  else if (!ptp_model_same_error (&error, &stream->error))
    ptp_model_complain (self, "stream %d: its signal has another error (E1)", slot);
  else if (unsaid != NULL)
    ptp_model_complain (self, "stream %d: %s without %s before it (L8)", slot,
                        ptp_model_state_name (end), unsaid);

  stream->over = TRUE;
  stream->let_go = TRUE;
}

/* Also of one that was disposed of by hand, which counts as stopped. */
void
ptp_model_on_waited (PtpModel *self,
                     int slot,
                     gboolean cancelled,
                     gboolean result,
                     const GError *error)
{
  PtpModelStream *stream = &self->streams[slot];
  PtpModelError seen = ptp_model_error (error);
  PtpModelError expected = stream->error;

  if (cancelled)
    expected = (PtpModelError){ G_IO_ERROR, G_IO_ERROR_CANCELLED };
  else if (stream->end == PTP_STREAM_STATE_STOPPED)
    expected = (PtpModelError){ PTP_ERROR, PTP_ERROR_STOPPED };

  ptp_model_leave_others (self, slot);
  if (!ptp_model_is_inside (self, PTP_MODEL_FRAME_TURN))
    ptp_model_complain (self, "stream %d: a wait returned from inside a call", slot);
  else if (!cancelled && stream->end == PTP_STREAM_STATE_IDLE)
    ptp_model_complain (self, "stream %d: a wait returned before the end", slot);
  else if (!ptp_model_same_error (&seen, &expected) || result != (expected.domain == 0))
    ptp_model_complain (self, "stream %d: a wait returned %d with %s %d, must be %s %d", slot,
                        result, g_quark_to_string (seen.domain), seen.code,
                        g_quark_to_string (expected.domain), expected.code);
}
