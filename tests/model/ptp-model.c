/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model.h"

/* One of them is what the consumer's own pause is called. */
const char *const ptp_model_names[PTP_MODEL_NAMES] = { "user", "battery", "consumer", "" };

void
ptp_model_init (PtpModel *self, PtpModelBelief belief)
{
  *self = (PtpModel){ .belief = belief, .registered = -1 };
  self->settlements = g_array_new (FALSE, FALSE, sizeof (PtpModelSettlement));
}

void
ptp_model_clear (PtpModel *self)
{
  g_clear_pointer (&self->settlements, g_array_unref);
  g_clear_pointer (&self->finding, g_free);
}

/* The first counts: what comes after it may be a consequence. */
void
ptp_model_complain (PtpModel *self, const char *format, ...)
{
  va_list args;

  if (self->finding != NULL || self->silent)
    return;

  va_start (args, format);
  self->finding = g_strdup_vprintf (format, args);
  va_end (args);
}

PtpModelError
ptp_model_error (const GError *error)
{
  PtpModelError result = { 0, 0 };

  if (error != NULL)
    {
      result.domain = error->domain;
      result.code = error->code;
    }
  return result;
}

gboolean
ptp_model_same_error (const PtpModelError *a, const PtpModelError *b)
{
  return a->domain == b->domain && a->code == b->code;
}

const char *
ptp_model_state_name (PtpStreamState state)
{
  static const char *const names[]
    = { "IDLE", "STREAMING", "PAUSED", "WAITING", "ENDING", "FINISHED", "STOPPED", "FAILED" };

  return (gsize) state < G_N_ELEMENTS (names) ? names[state] : "?";
}

/* Where we are */

static gboolean
is_paused (const PtpModelStream *stream)
{
  return stream->started && stream->cause == PTP_MODEL_CAUSE_NONE
         && (stream->paused || stream->n_holders > 0);
}

/* A stream that is paused listens from the turn on in which its context has seen that. */
static void
may_listen_from_now (PtpModelStream *stream)
{
  if (stream->listens == PTP_MODEL_NO && is_paused (stream))
    stream->listens = PTP_MODEL_EITHER;
}

static gboolean
is_in_turn (PtpModel *self)
{
  for (guint i = 0; i < self->n_frames; i++)
    if (self->frames[i].kind == PTP_MODEL_FRAME_TURN)
      return TRUE;
  return FALSE;
}

PtpModelFrame *
ptp_model_enter (PtpModel *self, PtpModelFrameKind kind, int slot)
{
  PtpModelFrame *frame = &self->frames[self->n_frames++];

  g_assert (self->n_frames < PTP_MODEL_FRAMES);
  *frame = (PtpModelFrame){ .kind = kind, .slot = slot, .serial = ++self->n_serials };
  for (int i = 0; kind == PTP_MODEL_FRAME_TURN && i < PTP_MODEL_SLOTS; i++)
    {
      self->streams[i].may_repeat |= self->streams[i].notifying > 0;
      may_listen_from_now (&self->streams[i]);
    }
  return frame;
}

void
ptp_model_leave (PtpModel *self)
{
  g_assert (self->n_frames > 0);
  self->n_frames--;
}

PtpModelFrame *
ptp_model_top (PtpModel *self)
{
  return self->n_frames > 0 ? &self->frames[self->n_frames - 1] : NULL;
}

gboolean
ptp_model_is_inside (PtpModel *self, PtpModelFrameKind kind)
{
  PtpModelFrame *top = ptp_model_top (self);

  return top != NULL && top->kind == kind;
}

/* What is wanted */

void
ptp_model_add (PtpModel *self, int slot, PtpModelKind kind)
{
  self->streams[slot] = (PtpModelStream){ .kind = kind, .started = kind == PTP_MODEL_TASK };
}

/* Also what changes inside of a notification's handlers. */
void
ptp_model_note_change (PtpModelStream *stream)
{
  stream->may_notify |= stream->notifying > 0;
}

static PtpModelError
stopped_if_none (PtpModelError reason)
{
  return reason.domain != 0 ? reason : (PtpModelError){ PTP_ERROR, PTP_ERROR_STOPPED };
}

/* The reason that others hear. */
PtpModelError
ptp_model_get_reason (const PtpModelStream *stream)
{
  return stopped_if_none (stream->reason);
}

/* The first counts; what comes later cuts the end short, if it is somebody who wants no more. */
void
ptp_model_end (PtpModel *self, int slot, PtpModelCause cause, PtpModelError reason)
{
  PtpModelStream *stream = &self->streams[slot];

  if (stream->end != PTP_STREAM_STATE_IDLE)
    return;

  ptp_model_note_change (stream);
  if (stream->cause == PTP_MODEL_CAUSE_NONE)
    {
      stream->cause = cause;
      stream->reason = reason;
    }
  else if (cause >= PTP_MODEL_CAUSE_STOP && !stream->abort_wanted)
    {
      stream->abort_wanted = TRUE;
      stream->abort_reason = stopped_if_none (reason);
    }
}

/* What comes before anybody listens is stored with the producer, and told when somebody does. */
void
ptp_model_break (PtpModel *self, int slot, PtpModelError error)
{
  PtpModelStream *stream = &self->streams[slot];

  if (stream->kind != PTP_MODEL_STREAM || stream->end != PTP_STREAM_STATE_IDLE)
    return;
  if (stream->listens == PTP_MODEL_YES)
    ptp_model_end (self, slot, PTP_MODEL_CAUSE_BROKEN, error);
  else if (stream->broken.domain == 0)
    stream->broken = error;
}

static void
end_cancelled (PtpModel *self, int slot)
{
  ptp_model_end (self, slot, PTP_MODEL_CAUSE_FAILED,
                 (PtpModelError){ G_IO_ERROR, G_IO_ERROR_CANCELLED });
}

void
ptp_model_start (PtpModel *self, int slot)
{
  PtpModelStream *stream = &self->streams[slot];

  if (stream->started || stream->cause != PTP_MODEL_CAUSE_NONE
      || stream->end != PTP_STREAM_STATE_IDLE)
    return;

  stream->watches = TRUE;
  if (self->cancelled[stream->cancellable])
    end_cancelled (self, slot);
  else
    stream->started = TRUE;
  if (is_in_turn (self))
    may_listen_from_now (stream);
}

void
ptp_model_unregistered (PtpModel *self, int slot)
{
  ptp_model_end (self, slot, PTP_MODEL_CAUSE_ENOUGH, (PtpModelError){ 0, 0 });
}

static gboolean
is_decided (const PtpModelStream *stream)
{
  return stream->cause != PTP_MODEL_CAUSE_NONE || stream->end != PTP_STREAM_STATE_IDLE;
}

void
ptp_model_pause (PtpModel *self, int slot, gboolean paused)
{
  PtpModelStream *stream = &self->streams[slot];

  if (is_decided (stream))
    return;

  ptp_model_note_change (stream);
  stream->owes_holders |= stream->started && stream->paused != paused;
  stream->paused = paused;
  if (!paused && self->belief == PTP_MODEL_RESUME_RELEASES)
    stream->n_holders = 0;
  if (is_in_turn (self))
    may_listen_from_now (stream);
}

static guint
find_holder (const PtpModelStream *stream, guint name)
{
  guint i = 0;

  while (i < stream->n_holders && stream->holders[i] != name)
    i++;
  return i;
}

void
ptp_model_hold (PtpModel *self, int slot, guint name)
{
  PtpModelStream *stream = &self->streams[slot];

  if (is_decided (stream) || find_holder (stream, name) < stream->n_holders)
    return;

  ptp_model_note_change (stream);
  stream->holders[stream->n_holders++] = name;
  stream->owes_holders |= stream->started;
  if (is_in_turn (self))
    may_listen_from_now (stream);
}

void
ptp_model_release (PtpModel *self, int slot, guint name)
{
  PtpModelStream *stream = &self->streams[slot];
  guint i = find_holder (stream, name);

  if (is_decided (stream) || i == stream->n_holders)
    return;

  ptp_model_note_change (stream);
  stream->n_holders--;
  stream->owes_holders |= stream->started;
  for (; i < stream->n_holders; i++)
    stream->holders[i] = stream->holders[i + 1];
}

/* One that nobody listens for is lost, and made up for by asking once more. One that comes while
 * nobody waits may make the stream ask once more, or not, unless it comes in the step that says
 * PENDING: then it must (rule R7).
 */
void
ptp_model_ready (PtpModel *self, int slot)
{
  PtpModelStream *stream = &self->streams[slot];

  if (stream->kind == PTP_MODEL_STREAM && stream->listens == PTP_MODEL_NO)
    return;

  ptp_model_note_change (stream);
  if (stream->waiting == PTP_MODEL_YES)
    {
      stream->waiting = PTP_MODEL_NO;
      return;
    }

  stream->waiting = PTP_MODEL_NO;
  if (stream->in_step)
    stream->ready_in_step = TRUE;
  else
    stream->ready_before = TRUE;
}

void
ptp_model_set_cancellable (PtpModel *self, int slot, guint cancellable)
{
  PtpModelStream *stream = &self->streams[slot];
  PtpModelFrame *frame = ptp_model_enter (self, PTP_MODEL_FRAME_SET_CANCELLABLE, slot);

  gboolean same = stream->cancellable == cancellable || stream->end != PTP_STREAM_STATE_IDLE;

  stream->may_repeat |= stream->notifying > 0;
  frame->happened = same || stream->may_repeat;
  if (same)
    return;

  stream->cancellable = cancellable;
  stream->watches = stream->started || stream->cause != PTP_MODEL_CAUSE_NONE;
  if (stream->watches && self->cancelled[cancellable])
    end_cancelled (self, slot);
}

void
ptp_model_cancel (PtpModel *self, guint cancellable)
{
  self->cancelled[cancellable] = TRUE;
  for (int i = 0; i < PTP_MODEL_SLOTS; i++)
    if (self->streams[i].watches && self->streams[i].cancellable == cancellable)
      end_cancelled (self, i);
}

/* By hand. One that never started has ended for good, without a word. */
void
ptp_model_dispose (PtpModel *self, int slot)
{
  PtpModelStream *stream = &self->streams[slot];

  stream->deaf = TRUE;
  if (stream->kind == PTP_MODEL_TASK)
    return;

  if (!stream->started && !is_decided (stream))
    {
      stream->end = PTP_STREAM_STATE_STOPPED;
      stream->over = TRUE;
      stream->let_go = TRUE;
    }
  else
    {
      ptp_model_end (self, slot, PTP_MODEL_CAUSE_STOP, (PtpModelError){ 0, 0 });
    }
}
