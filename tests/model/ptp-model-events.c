/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model.h"

/* Something happened to @slot, which only a turn of the main loop may do. */
static PtpModelStream *
touch_in_turn (PtpModel *self, int slot, const char *what)
{
  PtpModelStream *stream = &self->streams[slot];

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

/* Steps */

void
ptp_model_on_produce (PtpModel *self, int slot)
{
  PtpModelStream *stream = touch_in_turn (self, slot, "a step");

  if (stream->in_step)
    ptp_model_complain (self, "stream %d: a step inside a step (R6)", slot);
  else if (stream->end != PTP_STREAM_STATE_IDLE)
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

static void
take_pending (PtpModel *self, PtpModelStream *stream)
{
  if (self->belief == PTP_MODEL_PENDING_IS_MORE)
    return;

  if (stream->kind == PTP_MODEL_STREAM && !stream->listens)
    stream->listens = TRUE;
  else if (stream->ready_in_step)
    stream->waiting = PTP_MODEL_NO;
  else
    stream->waiting = stream->ready_before ? PTP_MODEL_EITHER : PTP_MODEL_YES;
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
      ptp_model_end (self, slot, PTP_STREAM_STATE_FAILED, error);
    }
  else if (result == PTP_STEP_RESULT_FINISHED)
    {
      stream->answered = self->belief != PTP_MODEL_FINISH_CANCELS;
      ptp_model_end (self, slot, PTP_STREAM_STATE_FINISHED, error);
    }
  else if (result == PTP_STEP_RESULT_PENDING)
    {
      take_pending (self, stream);
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

void
ptp_model_write (PtpModel *self)
{
  ptp_model_enter (self, PTP_MODEL_FRAME_WRITE, -1);
}

void
ptp_model_has_written (PtpModel *self, gboolean result, const GError *error)
{
  PtpModelFrame *top = ptp_model_top (self);
  PtpModelError seen = ptp_model_error (error);

  if (!top->happened)
    ptp_model_complain (self, "a chunk was lost on its way to the consumer");
  else if (result != (error == NULL))
    ptp_model_complain (self, "write: result and error disagree (E2)");
  else if (!ptp_model_same_error (&seen, &top->error))
    ptp_model_complain (self, "write said %s %d, not %s %d (E5)", g_quark_to_string (seen.domain),
                        seen.code, g_quark_to_string (top->error.domain), top->error.code);
  ptp_model_leave (self);
}

/* Registration */

void
ptp_model_register (PtpModel *self, PtpModelFrameKind kind, int slot)
{
  PtpModelFrame *frame = ptp_model_enter (self, kind, slot);

  frame->refused
    = self->registered >= 0 || (kind == PTP_MODEL_FRAME_PULL && self->streams[slot].unable);
  if (!frame->refused)
    return;

  frame->error.domain = PTP_ERROR;
  /* What it lacks is said first. */
  frame->error.code = self->streams[slot].unable && kind == PTP_MODEL_FRAME_PULL
                        ? PTP_ERROR_NOT_IMPLEMENTED
                        : PTP_ERROR_ALREADY_REGISTERED;
}

void
ptp_model_on_register (PtpModel *self, int slot, gboolean by_pull)
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
  self->by_pull = by_pull;
  if (top != NULL)
    top->by_pull = by_pull;
  self->registered_serial++;
}

/* Nobody drives a stream that could not be registered: it has ended without a word, unless what
 * happened from inside the registration decided otherwise.
 */
static void
give_up (PtpModel *self, int slot)
{
  PtpModelStream *stream = &self->streams[slot];

  if (!stream->started && stream->end == PTP_STREAM_STATE_IDLE)
    {
      stream->over = TRUE;
      stream->let_go = TRUE;
    }
  ptp_model_end (self, slot, PTP_STREAM_STATE_STOPPED, (PtpModelError){ 0, 0 });
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
    self->registered = -1;
  if (top->kind == PTP_MODEL_FRAME_PULL && !top->by_pull)
    give_up (self, top->slot);
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

  if (closed && top->kind == PTP_MODEL_FRAME_REGISTER)
    ptp_model_end (self, top->slot, PTP_STREAM_STATE_STOPPED, (PtpModelError){ 0, 0 });
  else if (closed && !stream->mute && stream->n_cancels == 0 && !stream->answered
           && (stream->over || stream->end == PTP_STREAM_STATE_FINISHED || top->by_pull))
    ptp_model_complain (self, "stream %d: refused by a closed consumer, and not cancelled (L11)",
                        top->slot);
  else if (top->kind == PTP_MODEL_FRAME_PULL && !top->by_pull && top->error.domain == 0)
    ptp_model_start (self, top->slot);

  ptp_model_leave (self);
}

void
ptp_model_unregister (PtpModel *self)
{
  PtpModelFrame *frame = ptp_model_enter (self, PTP_MODEL_FRAME_UNREGISTER, self->registered);

  /* One that registered a producer of its own way has to stop it itself. */
  frame->refused = self->by_pull;
}

void
ptp_model_has_unregistered (PtpModel *self)
{
  PtpModelFrame frame = *ptp_model_top (self);

  if (frame.slot >= 0 && !frame.happened)
    ptp_model_complain (self, "unregistered, and the consumer not told");
  if (frame.slot >= 0 && !frame.refused)
    ptp_model_unregistered (self, frame.slot);
  ptp_model_leave (self);
}
