/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model.h"

/* Something happened to @slot, which only a turn of the main loop may do. */
static PtpModelStream *
touch_in_turn (PtpModel *self, int slot, const char *what)
{
  PtpModelStream *stream = &self->streams[slot];

  ptp_model_leave_others (self, slot);
  stream->touched = TRUE;
  if (!ptp_model_is_inside (self, PTP_MODEL_FRAME_TURN))
    ptp_model_complain (self, "stream %d: %s outside of a turn, from inside a call", slot, what);
  return stream;
}

/* What it comes to: an error that is set counts whatever the result, no result has no error. */

PtpModelError
ptp_model_heed_boolean (int result, PtpModelError error)
{
  if (error.domain == 0 && result == 0)
    return (PtpModelError){ PTP_ERROR, PTP_ERROR_FAILED };
  return error;
}

PtpModelError
ptp_model_heed_step (int result, PtpModelError error)
{
  if (error.domain == 0 && result != PTP_STEP_RESULT_MORE && result != PTP_STEP_RESULT_FINISHED
      && result != PTP_STEP_RESULT_PENDING)
    return (PtpModelError){ PTP_ERROR, PTP_ERROR_FAILED };
  return error;
}

/* An error that is set counts whatever the result; 0 is DONE no more than -1 is. */
PtpModelError
ptp_model_heed_end (int result, PtpModelError error)
{
  if (error.domain == 0 && result != PTP_END_RESULT_DONE && result != PTP_END_RESULT_PENDING)
    return (PtpModelError){ PTP_ERROR, PTP_ERROR_FAILED };
  return error;
}

/* Steps */

void
ptp_model_on_produce (PtpModel *self, int slot)
{
  PtpModelStream *stream = touch_in_turn (self, slot, "a step");

  if (stream->in_step)
    ptp_model_complain (self, "stream %d: a step inside a step (R6)", slot);
  else if (stream->cause != PTP_MODEL_CAUSE_NONE || stream->end != PTP_STREAM_STATE_IDLE)
    ptp_model_complain (self, "stream %d: a step after it was ended (R3, R4, T3)", slot);
  else if (!stream->started)
    ptp_model_complain (self, "stream %d: a step before the start", slot);
  else if (stream->paused || stream->n_holders > 0)
    ptp_model_complain (self, "stream %d: a step while it is paused (L3, L5, R1)", slot);
  else if (stream->waiting == PTP_MODEL_YES)
    ptp_model_complain (self, "stream %d: a step while it waits", slot);

  stream->waiting = PTP_MODEL_NO;
  stream->in_step = TRUE;
  stream->ready_in_step = FALSE;
}

/* A stream that did not listen is asked once more, and hears of what broke before. */
static void
take_pending (PtpModel *self, int slot)
{
  PtpModelStream *stream = &self->streams[slot];
  PtpModelMaybe listened = stream->kind == PTP_MODEL_TASK ? PTP_MODEL_YES : stream->listens;

  stream->listens = PTP_MODEL_YES;
  if (listened != PTP_MODEL_YES && stream->broken.domain != 0)
    ptp_model_end (self, slot, PTP_MODEL_CAUSE_BROKEN, stream->broken);
  if (self->belief == PTP_MODEL_PENDING_IS_MORE || listened == PTP_MODEL_NO)
    return;

  if (stream->ready_in_step)
    stream->waiting = PTP_MODEL_NO;
  else
    stream->waiting
      = stream->ready_before || listened == PTP_MODEL_EITHER ? PTP_MODEL_EITHER : PTP_MODEL_YES;
}

void
ptp_model_on_produced (PtpModel *self, int slot, int result, PtpModelError error)
{
  PtpModelStream *stream = &self->streams[slot];

  stream->in_step = FALSE;
  stream->n_steps++;
  error = ptp_model_heed_step (result, error);

  if (error.domain != 0)
    {
      stream->answered = TRUE;
      ptp_model_end (self, slot, PTP_MODEL_CAUSE_BROKEN, error);
    }
  else if (result == PTP_STEP_RESULT_FINISHED)
    {
      stream->answered = self->belief != PTP_MODEL_FINISH_CANCELS;
      stream->exhausted = TRUE;
      ptp_model_end (self, slot, PTP_MODEL_CAUSE_EXHAUSTED, error);
    }
  else if (result == PTP_STEP_RESULT_PENDING)
    {
      take_pending (self, slot);
    }
  stream->ready_before = FALSE;
}

void
ptp_model_on_write (PtpModel *self)
{
  if (!ptp_model_is_inside (self, PTP_MODEL_FRAME_WRITE))
    ptp_model_complain (self, "a write that nobody made");
  else if (ptp_model_top (self)->happened)
    ptp_model_complain (self, "a chunk was written twice");
  else
    ptp_model_top (self)->happened = TRUE;
}

/* In the frame of the call again. */
void
ptp_model_on_written (PtpModel *self, int result, PtpModelError error)
{
  PtpModelFrame *top = ptp_model_top (self);

  if (top != NULL)
    top->error = ptp_model_heed_boolean (result, error);
}

/* A consumer that was told its end takes nothing any more, also from somebody else (L22). */
void
ptp_model_write (PtpModel *self)
{
  PtpModelFrame *frame = ptp_model_enter (self, PTP_MODEL_FRAME_WRITE, -1);

  frame->refused = self->sink.phase != PTP_MODEL_PHASE_OPEN;
  if (frame->refused)
    frame->error = (PtpModelError){ PTP_ERROR, PTP_ERROR_CLOSED };
}

/* One that failed ends whoever is registered, whatever the step answers (L22). */
void
ptp_model_has_written (PtpModel *self, gboolean result, const GError *error)
{
  PtpModelFrame frame = *ptp_model_top (self);
  PtpModelError seen = ptp_model_error (error);

  if (frame.refused && frame.happened)
    ptp_model_complain (self, "a chunk came to the consumer after it was told its end (L22)");
  else if (!frame.refused && !frame.happened)
    ptp_model_complain (self, "a chunk was lost on its way to the consumer");
  else if (result != (error == NULL))
    ptp_model_complain (self, "write: result and error disagree (E2)");
  else if (!ptp_model_same_error (&seen, &frame.error))
    ptp_model_complain (self, "write said %s %d, not %s %d (E5)", g_quark_to_string (seen.domain),
                        seen.code, g_quark_to_string (frame.error.domain), frame.error.code);
  ptp_model_leave (self);

  if (frame.error.domain == 0)
    return;
  ptp_model_note_write_error (self, frame.error);
  if (self->registered >= 0 && self->streams[self->registered].cause == PTP_MODEL_CAUSE_NONE)
    ptp_model_end (self, self->registered, PTP_MODEL_CAUSE_FAILED, frame.error);
}

/* Registration */

void
ptp_model_register (PtpModel *self, PtpModelFrameKind kind, int slot)
{
  PtpModelFrame *frame = ptp_model_enter (self, kind, slot);
  gboolean unable = kind == PTP_MODEL_FRAME_PULL && self->streams[slot].unable;

  frame->refused = self->registered >= 0 || ptp_model_is_pending (self) || unable;
  if (!frame->refused)
    return;

  frame->error.domain = PTP_ERROR;
  /* What it lacks is said first. */
  frame->error.code = unable ? PTP_ERROR_NOT_IMPLEMENTED : PTP_ERROR_ALREADY_REGISTERED;
}

/* A new life of the consumer begins, in which it was told nothing yet. */
void
ptp_model_on_register (PtpModel *self, int slot)
{
  PtpModelFrame *top = ptp_model_top (self);

  if (top == NULL || (top->kind != PTP_MODEL_FRAME_REGISTER && top->kind != PTP_MODEL_FRAME_PULL))
    ptp_model_complain (self, "the consumer was given a producer that nobody registered");
  else if (top->refused)
    ptp_model_complain (self, "the consumer was given a producer though it has one (L10)");
  else if (top->happened)
    ptp_model_complain (self, "the consumer was given a producer twice");
  else if (top->slot != slot)
    ptp_model_complain (self, "the consumer was given another producer, %d for %d", slot,
                        top->slot);
  else
    top->happened = TRUE;

  self->registered = slot;
  self->registered_serial++;
  if (top != NULL)
    {
      top->serial_after = self->registered_serial;
      top->before = self->sink;
    }
  self->sink = (PtpModelSink){ 0 };
}

/* Nobody drives a stream that could not be registered: it has ended without a word, unless it was
 * started from inside the registration, or what happened there decided otherwise.
 */
void
ptp_model_give_up (PtpModel *self, int slot, PtpModelError error)
{
  PtpModelStream *stream = &self->streams[slot];

  if (stream->over)
    return;
  if (stream->started || stream->cause != PTP_MODEL_CAUSE_NONE)
    {
      ptp_model_end (self, slot, PTP_MODEL_CAUSE_REASON, error);
      return;
    }

  stream->over = TRUE;
  stream->let_go = TRUE;
  stream->end = PTP_STREAM_STATE_STOPPED;
}

/* In the frame of the call again. A failure withdraws what was registered, unless the consumer has
 * something else by now.
 */
void
ptp_model_on_registered (PtpModel *self, int result, PtpModelError error)
{
  PtpModelFrame *top = ptp_model_top (self);

  if (top == NULL)
    return;
  top->error = ptp_model_heed_boolean (result, error);
  if (top->error.domain == 0)
    return;
  if (self->registered == top->slot)
    {
      self->registered = -1;
      if (self->sink.phase == PTP_MODEL_PHASE_OPEN)
        ptp_model_sink_restore (self, &top->before);
    }
}

/* After the call. A newcomer that a closed consumer refused was stopped or cancelled (L11); one
 * that was streamed and taken is started.
 */
void
ptp_model_has_registered (PtpModel *self, gboolean result, const GError *error)
{
  PtpModelFrame *top = ptp_model_top (self);
  PtpModelStream *stream = &self->streams[top->slot];
  PtpModelError seen = ptp_model_error (error);
  gboolean closed = top->error.domain == PTP_ERROR && top->error.code == PTP_ERROR_CLOSED;

  if (!top->refused && !top->happened)
    ptp_model_complain (self, "stream %d: registered, and the consumer not told", top->slot);
  else if (!ptp_model_same_error (&seen, &top->error))
    ptp_model_complain (self, "stream %d: registering said %s %d, not %s %d", top->slot,
                        g_quark_to_string (seen.domain), seen.code,
                        g_quark_to_string (top->error.domain), top->error.code);
  else if (result != (top->error.domain == 0))
    ptp_model_complain (self, "stream %d: registering returned %d", top->slot, result);

  if (top->kind == PTP_MODEL_FRAME_PULL && top->happened && top->error.domain != 0)
    ptp_model_give_up (self, top->slot, top->error);
  if (closed && top->kind == PTP_MODEL_FRAME_REGISTER)
    ptp_model_end (self, top->slot, PTP_MODEL_CAUSE_REASON, top->error);
  else if (closed && !stream->mute && stream->n_cancels == 0 && !stream->answered && stream->over)
    ptp_model_complain (self, "stream %d: refused by a closed consumer, and not cancelled (L11)",
                        top->slot);
  else if (top->kind == PTP_MODEL_FRAME_PULL && top->error.domain == 0)
    ptp_model_start (self, top->slot);
  stream->was_registered |= top->error.domain == 0 && self->registered == top->slot;

  ptp_model_leave (self);
}

/* Only whoever is registered can be: anybody else is left alone (L20). */
void
ptp_model_unregister (PtpModel *self, int slot)
{
  PtpModelFrame *frame = ptp_model_enter (self, PTP_MODEL_FRAME_UNREGISTER, slot);

  frame->refused = self->registered != slot || slot < 0;
}

void
ptp_model_has_unregistered (PtpModel *self)
{
  PtpModelFrame frame = *ptp_model_top (self);

  if (!frame.refused && !frame.happened)
    ptp_model_complain (self, "unregistered, and the consumer not told");
  if (!frame.refused)
    ptp_model_unregistered (self, frame.slot);
  ptp_model_leave (self);
}
