/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model.h"

/* The end is told in one go, in one turn, after the step that was under way. */
static PtpModelStream *
touch_at_end (PtpModel *self, int slot, const char *what)
{
  PtpModelStream *stream = &self->streams[slot];
  PtpModelFrame *top = ptp_model_top (self);

  stream->touched = TRUE;
  if (top == NULL || top->kind != PTP_MODEL_FRAME_TURN)
    ptp_model_complain (self, "stream %d: %s outside of a turn, from inside a call", slot, what);
  else if (stream->end == PTP_STREAM_STATE_IDLE)
    ptp_model_complain (self, "stream %d: %s, and it has not ended", slot, what);
  else if (stream->in_step)
    ptp_model_complain (self, "stream %d: %s inside a step (R3)", slot, what);
  else if (stream->over)
    ptp_model_complain (self, "stream %d: %s after its signal (L8)", slot, what);
  else if (stream->end_frame == 0)
    stream->end_frame = top->serial;
  else if (stream->end_frame != top->serial)
    ptp_model_complain (self, "stream %d: %s from inside the telling of its end", slot, what);

  return stream;
}

/* Also from inside a call: by a closed consumer that a producer was to be streamed to (L11). */
void
ptp_model_on_cancel (PtpModel *self, int slot)
{
  PtpModelStream *stream = &self->streams[slot];
  PtpModelFrame *top = ptp_model_top (self);
  gboolean in_pull = top != NULL && top->kind == PTP_MODEL_FRAME_PULL && top->slot == slot
                     && top->error.domain == PTP_ERROR && top->error.code == PTP_ERROR_CLOSED;

  if (in_pull)
    stream->touched = TRUE;
  else if (touch_at_end (self, slot, "cancel")->end == PTP_STREAM_STATE_FINISHED
           && self->belief != PTP_MODEL_FINISH_CANCELS)
    ptp_model_complain (self, "stream %d: cancelled, and it has finished", slot);

  if (++stream->n_cancels > 1)
    ptp_model_complain (self, "stream %d: cancelled twice (L7)", slot);
  else if (stream->answered)
    ptp_model_complain (self, "stream %d: cancelled after its last answer (L7)", slot);
}

void
ptp_model_on_failed (PtpModel *self, int slot, PtpModelError error)
{
  PtpModelStream *stream;

  if (slot < 0)
    {
      ptp_model_complain (self, "producer_failed with the error of no stream (E1)");
      return;
    }

  stream = touch_at_end (self, slot, "producer_failed");
  if (stream->end != PTP_STREAM_STATE_FAILED)
    ptp_model_complain (self, "stream %d: producer_failed, and it has not failed", slot);
  else if (stream->unregistered)
    ptp_model_complain (self, "stream %d: producer_failed after it was unregistered (E1)", slot);
  else if (stream->told_failed)
    ptp_model_complain (self, "stream %d: producer_failed twice (E1)", slot);
  else if (stream->told_state)
    ptp_model_complain (self, "stream %d: producer_failed after the notification", slot);
  else if (!ptp_model_same_error (&error, &stream->error))
    ptp_model_complain (self, "stream %d: producer_failed with another error (E4)", slot);

  stream->told_failed = TRUE;
}

/* A consumer that has let go of a stream is not told what becomes of it. */
static gboolean
must_tell_failure (const PtpModel *self, const PtpModelStream *stream)
{
  return !stream->told_failed && !stream->unregistered && !self->deaf_consumer;
}

/* By a call, or at the end of the stream that is registered, which tells of a failure first. */
void
ptp_model_on_unregister (PtpModel *self)
{
  int slot = self->registered;

  self->registered = -1;
  if (slot < 0)
    {
      ptp_model_complain (self, "unregister with nothing registered (L9)");
    }
  else if (ptp_model_is_inside (self, PTP_MODEL_FRAME_UNREGISTER))
    {
      ptp_model_top (self)->happened = TRUE;
    }
  else
    {
      PtpModelStream *stream = touch_at_end (self, slot, "unregister");

      if (stream->end == PTP_STREAM_STATE_STOPPED)
        ptp_model_complain (self, "stream %d: unregistered, and it was stopped", slot);
      else if (stream->end == PTP_STREAM_STATE_FAILED && must_tell_failure (self, stream))
        ptp_model_complain (self, "stream %d: unregistered before producer_failed (E1)", slot);
      else if (stream->told_state)
        ptp_model_complain (self, "stream %d: unregistered after the notification (L8)", slot);
    }
}

void
ptp_model_on_destroy (PtpModel *self, int slot)
{
  PtpModelStream *stream = touch_at_end (self, slot, "destroy");

  if (stream->destroyed)
    ptp_model_complain (self, "task %d: its data was destroyed twice", slot);
  stream->destroyed = TRUE;
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

/* GObject does not nest notifications of one property: what is notified in a turn inside of a
 * handler comes when that handler has returned, also if that is after the end.
 */
void
ptp_model_on_notify (PtpModel *self, int slot, const char *property, PtpStreamState state)
{
  PtpModelStream *stream = &self->streams[slot];

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
      return;
    }
  if (stream->end != PTP_STREAM_STATE_IDLE && !g_str_equal (property, "holders"))
    touch_at_end (self, slot, property);
  else if (!ptp_model_is_inside (self, PTP_MODEL_FRAME_TURN))
    ptp_model_complain (self, "stream %d: notify::%s from inside a call", slot, property);
  stream->touched = TRUE;

  if (g_str_equal (property, "state"))
    {
      if (stream->told == state && !stream->may_notify)
        ptp_model_complain (self, "stream %d: notify::state without a change, %s", slot,
                            ptp_model_state_name (state));
      stream->told = state;
      stream->may_notify = FALSE;
      stream->told_state = stream->end != PTP_STREAM_STATE_IDLE;
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
find_omission (PtpModel *self, int slot)
{
  const PtpModelStream *stream = &self->streams[slot];
  gboolean cancels = stream->kind == PTP_MODEL_STREAM && !stream->answered && !stream->mute;

  if (!stream->told_state && !stream->may_repeat)
    return "notify::state";
  if (stream->end == PTP_STREAM_STATE_FAILED && !stream->told_error && !stream->may_repeat)
    return "notify::error";
  if (stream->kind == PTP_MODEL_TASK)
    return stream->destroyed ? NULL : "destroy";

  if (self->belief != PTP_MODEL_FINISH_CANCELS && stream->end == PTP_STREAM_STATE_FINISHED)
    cancels = FALSE;
  if (cancels && stream->n_cancels == 0)
    return "cancel";
  if (stream->end == PTP_STREAM_STATE_FAILED && must_tell_failure (self, stream))
    return "producer_failed (E1)";
  if (self->registered == slot && self->registered_serial == stream->end_serial
      && (stream->end != PTP_STREAM_STATE_STOPPED || self->belief == PTP_MODEL_STOP_UNREGISTERS))
    return "unregister";

  return NULL;
}

void
ptp_model_on_signal (PtpModel *self, int slot, PtpStreamState end, PtpModelError error)
{
  PtpModelStream *stream = touch_at_end (self, slot, "a signal of the end");
  const char *omission = find_omission (self, slot);

  if (stream->end != end)
    ptp_model_complain (self, "stream %d: its signal says %s, it is %s", slot,
                        ptp_model_state_name (end), ptp_model_state_name (stream->end));
  else if (!ptp_model_same_error (&error, &stream->error))
    ptp_model_complain (self, "stream %d: its signal has another error (E1)", slot);
  else if (omission != NULL)
    ptp_model_complain (self, "stream %d: %s without %s before it (L8)", slot,
                        ptp_model_state_name (end), omission);

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

  if (!ptp_model_is_inside (self, PTP_MODEL_FRAME_TURN))
    ptp_model_complain (self, "stream %d: a wait returned from inside a call", slot);
  else if (!cancelled && stream->end_frame == 0 && !stream->over && !stream->deaf
           && !stream->may_repeat)
    ptp_model_complain (self, "stream %d: a wait returned before the end", slot);
  else if (!ptp_model_same_error (&seen, &expected) || result != (expected.domain == 0))
    ptp_model_complain (self, "stream %d: a wait returned %d with %s %d, must be %s %d", slot,
                        result, g_quark_to_string (seen.domain), seen.code,
                        g_quark_to_string (expected.domain), expected.code);
}
