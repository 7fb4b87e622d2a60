/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model.h"

/* A slice of one turn, the turn in which the loop is left to others, and a turn to sit out, each
 * twice, and some for waits that are told or cancelled; more when others take turns as well.
 */
#define MAX_IDLE           10
#define MAX_IDLE_OF_MANY   24
#define MAX_IDLE_EVERYBODY 16

static PtpStreamState
get_state (const PtpModelStream *stream)
{
  if (stream->end != PTP_STREAM_STATE_IDLE)
    return stream->end;
  if (stream->cause != PTP_MODEL_CAUSE_NONE)
    return PTP_STREAM_STATE_ENDING;
  if (!stream->started)
    return PTP_STREAM_STATE_IDLE;
  if (stream->paused || stream->n_holders > 0)
    return PTP_STREAM_STATE_PAUSED;

  return stream->waiting == PTP_MODEL_YES ? PTP_STREAM_STATE_WAITING : PTP_STREAM_STATE_STREAMING;
}

/* A step of a producer that cannot produce is not seen, but for its failure (E3). */
static void
notice_inability (PtpModel *self, int slot, PtpStreamState seen)
{
  PtpModelStream *stream = &self->streams[slot];

  if (!stream->unable || seen < PTP_STREAM_STATE_ENDING
      || get_state (stream) != PTP_STREAM_STATE_STREAMING)
    return;

  stream->n_steps++;
  stream->answered = TRUE;
  stream->touched = TRUE;
  ptp_model_end (self, slot, PTP_MODEL_CAUSE_BROKEN,
                 (PtpModelError){ PTP_ERROR, PTP_ERROR_NOT_IMPLEMENTED });
}

/* That a stream began to listen when it was paused is not seen, but for what had broken before. */
static void
notice_breakage (PtpModel *self, int slot, PtpStreamState seen)
{
  PtpModelStream *stream = &self->streams[slot];

  if (stream->broken.domain == 0 || stream->listens != PTP_MODEL_EITHER
      || seen < PTP_STREAM_STATE_ENDING || stream->cause != PTP_MODEL_CAUSE_NONE)
    return;

  stream->listens = PTP_MODEL_YES;
  stream->just_broken = TRUE;
  stream->touched = TRUE;
  ptp_model_end (self, slot, PTP_MODEL_CAUSE_BROKEN, stream->broken);
}

/* Others who wait for the consumer hear of a refusal first. */
static void
notice_refusal (PtpModel *self, int slot, PtpStreamState seen)
{
  PtpModelStream *stream = &self->streams[slot];
  PtpModelFrame *top = ptp_model_top (self);

  if (seen == PTP_STREAM_STATE_STOPPED && !stream->started && stream->cause == PTP_MODEL_CAUSE_NONE
      && top != NULL && top->kind == PTP_MODEL_FRAME_PULL && top->slot == slot
      && top->error.domain != 0)
    ptp_model_give_up (self, slot, top->error);
}

void
ptp_model_check_state (PtpModel *self, int slot, PtpStreamState state)
{
  PtpModelStream *stream = &self->streams[slot];
  PtpStreamState expected;

  notice_inability (self, slot, state);
  notice_breakage (self, slot, state);
  notice_refusal (self, slot, state);
  if (ptp_model_is_terminal (state) && stream->cause != PTP_MODEL_CAUSE_NONE
      && stream->end == PTP_STREAM_STATE_IDLE)
    ptp_model_notice_end (self, slot, state);
  expected = get_state (stream);
  if (stream->waiting == PTP_MODEL_EITHER && expected == PTP_STREAM_STATE_STREAMING)
    {
      stream->waiting = state == PTP_STREAM_STATE_WAITING ? PTP_MODEL_YES : PTP_MODEL_NO;
      expected = get_state (stream);
    }

  if (state != expected)
    ptp_model_complain (self, "stream %d: is %s, must be %s", slot, ptp_model_state_name (state),
                        ptp_model_state_name (expected));
}

static guint
expect_holders (const PtpModelStream *stream, const char *expected[PTP_MODEL_NAMES + 2])
{
  guint n = 0;

  if (stream->cause == PTP_MODEL_CAUSE_NONE && stream->end == PTP_STREAM_STATE_IDLE)
    {
      if (stream->paused)
        expected[n++] = "consumer";
      for (guint i = 0; i < stream->n_holders; i++)
        expected[n++] = ptp_model_names[stream->holders[i]];
    }
  expected[n] = NULL;
  return n;
}

void
ptp_model_check_holders (PtpModel *self, int slot, const char *const *holders)
{
  const char *expected[PTP_MODEL_NAMES + 2];

  expect_holders (&self->streams[slot], expected);
  if (!g_strv_equal (holders, expected))
    {
      g_autofree char *seen = g_strjoinv (", ", (char **) holders);
      g_autofree char *wanted = g_strjoinv (", ", (char **) expected);

      ptp_model_complain (self, "stream %d: held by '%s', must be '%s' (L5)", slot, seen, wanted);
    }
}

/* Whether the step that is under way counts is left open. */
void
ptp_model_check_n_steps (PtpModel *self, int slot, guint64 n_steps)
{
  const PtpModelStream *stream = &self->streams[slot];

  if (n_steps != stream->n_steps && !(stream->in_step && n_steps == stream->n_steps + 1))
    ptp_model_complain (self, "stream %d: %" G_GUINT64_FORMAT " steps, must be %u", slot, n_steps,
                        stream->n_steps);
}

void
ptp_model_check_error (PtpModel *self, int slot, const GError *error)
{
  PtpModelStream *stream = &self->streams[slot];
  PtpModelError seen = ptp_model_error (error);

  if (stream->vague)
    stream->error = seen;
  if (!ptp_model_same_error (&seen, &stream->error))
    ptp_model_complain (self, "stream %d: has the error %s %d, must be %s %d", slot,
                        g_quark_to_string (seen.domain), seen.code,
                        g_quark_to_string (stream->error.domain), stream->error.code);
}

void
ptp_model_check_exhausted (PtpModel *self, int slot, gboolean exhausted)
{
  if (exhausted != self->streams[slot].exhausted)
    ptp_model_complain (self, "stream %d: exhausted is %d", slot, exhausted);
}

/* Nothing is wanted of a producer that is paused. */
void
ptp_model_check_desired_size (PtpModel *self, gsize size, gsize hint)
{
  gsize expected = self->registered >= 0 && self->streams[self->registered].paused ? 0 : hint;

  if (size != expected)
    ptp_model_complain (self, "the desired size is %" G_GSIZE_FORMAT ", must be %" G_GSIZE_FORMAT,
                        size, expected);
}

/* They go both at once, while the end is told. */
void
ptp_model_check_ends (PtpModel *self, int slot, gboolean producer, gboolean consumer)
{
  PtpModelStream *stream = &self->streams[slot];

  if (producer != consumer)
    ptp_model_complain (self, "stream %d: let go of one of producer and consumer", slot);
  else if (stream->let_go && producer)
    ptp_model_complain (self, "stream %d: has a producer after its end (L15)", slot);
  else if (!producer && stream->end == PTP_STREAM_STATE_IDLE)
    ptp_model_complain (self, "stream %d: has lost its producer before its end", slot);

  stream->let_go = !producer;
}

/* What is due */

static gboolean
wants_step (const PtpModelStream *stream)
{
  return get_state (stream) == PTP_STREAM_STATE_STREAMING && stream->waiting == PTP_MODEL_NO;
}

/* Of an end that was decided: nothing, while the consumer has not settled. */
static gboolean
is_end_due (const PtpModel *self, const PtpModelStream *stream)
{
  gboolean waits
    = stream->kind == PTP_MODEL_STREAM
      && (stream->stage == PTP_MODEL_STAGE_FINISHING || stream->stage == PTP_MODEL_STAGE_ABORTING)
      && stream->settlement.outcome == PTP_MODEL_OUTCOME_NONE
      && self->belief != PTP_MODEL_ENDS_AT_ONCE;

  if (stream->may_repeat || stream->notifying > 0 || stream->deaf)
    return FALSE;
  if (stream->end != PTP_STREAM_STATE_IDLE || ptp_model_is_under_way (self, stream->end_frame))
    return FALSE;
  if (!waits)
    return TRUE;

  return stream->told != PTP_STREAM_STATE_ENDING
         || (stream->stage == PTP_MODEL_STAGE_FINISHING && stream->abort_wanted
             && self->sink.phase == PTP_MODEL_PHASE_FINISH_PENDING);
}

/* A stream that IDLE says nothing of until it starts. */
gboolean
ptp_model_is_due (PtpModel *self, int slot)
{
  const PtpModelStream *stream = &self->streams[slot];

  if (stream->kind == PTP_MODEL_ABSENT || stream->in_step || stream->over)
    return FALSE;
  if (stream->cause != PTP_MODEL_CAUSE_NONE || stream->end != PTP_STREAM_STATE_IDLE)
    return is_end_due (self, stream);

  if (stream->owes_holders && stream->kind == PTP_MODEL_STREAM && !stream->may_repeat
      && stream->notifying == 0 && !stream->deaf)
    return TRUE;

  return wants_step (stream)
         || (stream->told != get_state (stream) && stream->waiting != PTP_MODEL_EITHER
             && !stream->deaf && stream->notifying == 0);
}

/* Also those that have ended: what was posted for them is still in the way of others. */
static guint
count_streams (const PtpModel *self)
{
  guint n = 0;

  for (int i = 0; i < PTP_MODEL_SLOTS; i++)
    if (self->streams[i].kind != PTP_MODEL_ABSENT)
      n++;
  return n;
}

/* After a turn: who is due must not be left waiting for long. Who pays off a debt waits for others
 * to run, but then somebody does (S3).
 */
void
ptp_model_has_turned (PtpModel *self)
{
  gboolean many = count_streams (self) > 1;
  guint max = many ? MAX_IDLE_OF_MANY : MAX_IDLE;
  gboolean due = FALSE, touched = FALSE;

  if (self->belief == PTP_MODEL_NEVER_LATE)
    max = 1;
  for (int i = 0; i < PTP_MODEL_SLOTS; i++)
    {
      PtpModelStream *stream = &self->streams[i];
      gboolean idle = ptp_model_is_due (self, i) && !stream->touched;

      due |= ptp_model_is_due (self, i);
      touched |= stream->touched;
      stream->touched = FALSE;
      stream->idle = idle ? stream->idle + 1 : 0;
      if (stream->idle > max && (!self->costly || !many))
        ptp_model_complain (self, "stream %d: is %s, told %s, and nothing happens", i,
                            ptp_model_state_name (get_state (stream)),
                            ptp_model_state_name (stream->told));
    }

  self->idle = due && !touched ? self->idle + 1 : 0;
  if (self->idle > MAX_IDLE_EVERYBODY)
    ptp_model_complain (self, "somebody is due, and nothing happens at all");
}

/* After the main loop had nothing to do any more. */
void
ptp_model_has_rested (PtpModel *self)
{
  for (int i = 0; i < PTP_MODEL_SLOTS; i++)
    if (ptp_model_is_due (self, i))
      ptp_model_complain (self, "stream %d: is %s, told %s, and the loop is at rest", i,
                          ptp_model_state_name (get_state (&self->streams[i])),
                          ptp_model_state_name (self->streams[i].told));
}
