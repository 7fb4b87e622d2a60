/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model-world.h"

/* More than everything that a tape can ask for takes. */
#define MAX_TURNS 4000
/* A cooperator leaves out one turn after each slice, so one without anything to do is no rest. */
#define REST 3

static gboolean
turn_once (PtpModelWorld *self)
{
  gboolean dispatched;

  ptp_model_enter (&self->model, PTP_MODEL_FRAME_TURN, -1);
  self->n_turning++;
  dispatched = g_main_context_iteration (self->context, FALSE);
  self->n_turning--;
  ptp_model_leave (&self->model);
  ptp_model_world_check (self);
  ptp_model_has_turned (&self->model);

  return dispatched;
}

void
ptp_model_world_turn (PtpModelWorld *self, guint n)
{
  if (self->n_turning < PTP_MODEL_MAX_NESTED)
    for (guint i = 0; i < n; i++)
      turn_once (self);
}

static gboolean
anybody_runs (PtpModelWorld *self)
{
  for (int i = 0; i < PTP_MODEL_SLOTS; i++)
    {
      PtpStreamState state = PTP_STREAM_STATE_IDLE;

      if (self->slots[i].object != NULL)
        g_object_get (self->slots[i].object, "state", &state, NULL);
      if (state == PTP_STREAM_STATE_STREAMING)
        return TRUE;
    }
  return FALSE;
}

/* Also of what only the outermost loop can tell. */
static void
check_rest (PtpModelWorld *self)
{
  ptp_model_has_rested (&self->model);
  if (self->n_turning > 0)
    return;

  ptp_model_world_check_waits (self);
  if (!anybody_runs (self)
      && (ptp_cooperator_get_active (self->cooperator) || ptp_cooperator_get_active (self->shared)))
    ptp_model_complain (&self->model, "a source is attached, and nobody can run (S4)");
}

void
ptp_model_world_drain (PtpModelWorld *self)
{
  guint n_idle = 0;

  if (self->n_turning >= PTP_MODEL_MAX_NESTED)
    return;

  for (guint i = 0; i < MAX_TURNS; i++)
    {
      n_idle = turn_once (self) ? 0 : n_idle + 1;
      if (n_idle == REST)
        {
          check_rest (self);
          return;
        }
    }
  ptp_model_complain (&self->model, "the loop never comes to rest");
}

/* How it all ends */

static void
end_slot (PtpModelWorld *self, int slot)
{
  gpointer object = self->slots[slot].object;
  PtpModelStream *stream = &self->model.streams[slot];

  if (object == NULL || (self->config.drops_early && !stream->started))
    return;

  ptp_model_end (&self->model, slot, PTP_MODEL_CAUSE_STOP, (PtpModelError){ 0, 0 });
  if (stream->kind == PTP_MODEL_TASK)
    ptp_cooperative_task_stop (object);
  else
    ptp_pull_to_push_stop_streaming (object);
}

/* A consumer settles in the end. */
static void
settle (PtpModelWorld *self)
{
  if (self->consumer == NULL || !ptp_model_is_pending (&self->model))
    return;

  ptp_model_settle (&self->model, PTP_MODEL_OUTCOME_ABORTED, (PtpModelError){ 0, 0 });
  ptp_consumer_emit_settled (PTP_CONSUMER (self->consumer), PTP_SETTLEMENT_ABORTED);
  ptp_model_has_settled (&self->model);
  ptp_model_world_drain (self);
}

static void
unregister (PtpModelWorld *self)
{
  int slot = self->model.registered;
  gpointer object = slot >= 0 ? self->slots[slot].object : NULL;

  if (object == NULL || self->consumer == NULL)
    return;

  ptp_model_unregister (&self->model, slot);
  ptp_consumer_unregister_producer (PTP_CONSUMER (self->consumer), object);
  ptp_model_has_unregistered (&self->model);
}

/* For those that still wait for the consumer. */
static void
abort_by_hand (PtpModelWorld *self)
{
  g_autoptr (GError) reason = ptp_model_world_make_error (self);
  g_autoptr (GError) error = NULL;
  PtpEndResult result;

  if (self->consumer == NULL || !ptp_model_world_is_waited_settled (self))
    return;

  ptp_model_abort (&self->model, ptp_model_error (reason));
  result = ptp_consumer_abort (PTP_CONSUMER (self->consumer), reason, &error);
  ptp_model_has_aborted (&self->model, (int) result, error);
  ptp_model_world_drain (self);
}

static void
end_all (PtpModelWorld *self)
{
  /* Whoever waits for what never started would wait for ever, and keep it. */
  if (self->waits->len > 0)
    self->config.drops_early = FALSE;

  settle (self);
  unregister (self);
  for (int i = 0; i < PTP_MODEL_SLOTS; i++)
    end_slot (self, i);
  ptp_model_world_drain (self);
  abort_by_hand (self);
}

/* A stream that has ended holds nobody (L15), and nobody holds it. */
static void
drop_all (PtpModelWorld *self)
{
  for (int i = 0; i < PTP_MODEL_SLOTS; i++)
    {
      gboolean over = self->model.streams[i].over;

      ptp_model_world_drop_producer (self, i);
      if (over && self->slots[i].producer != NULL)
        ptp_model_complain (&self->model, "stream %d: has ended, and its producer is kept (L15)",
                            i);
    }
  ptp_model_world_drop_consumer (self);
  for (int i = 0; i < PTP_MODEL_SLOTS; i++)
    ptp_model_world_drop (self, i);
  if (self->n_alive > 0)
    ptp_model_complain (&self->model, "%u objects are left when nobody has them", self->n_alive);
}

static void
drop_cooperators (PtpModelWorld *self)
{
  g_clear_object (&self->cooperator);
  g_clear_object (&self->shared);
  if (self->n_clocks > 0)
    ptp_model_complain (&self->model, "%u clocks are left of cooperators that nobody has",
                        self->n_clocks);
}

static void
clear_script (PtpModelWorld *self)
{
  for (guint i = 0; i < PTP_MODEL_N_WHERES; i++)
    g_queue_clear_full (&self->hooks[i], g_free);
  g_queue_clear (&self->answers);
  g_queue_clear (&self->write_answers);
  g_queue_clear (&self->register_answers);
  g_queue_clear (&self->end_answers);
}

char *
ptp_model_world_free (PtpModelWorld *self)
{
  char *finding;

  ptp_model_world_drain (self);
  clear_script (self);
  self->n_rests_left = 0;
  self->config.still = FALSE;
  self->config.finish_pending = FALSE;
  self->config.abort_pending = FALSE;
  end_all (self);
  drop_all (self);
  drop_cooperators (self);
  for (guint i = 0; i < G_N_ELEMENTS (self->cancellables); i++)
    g_clear_object (&self->cancellables[i]);
  for (guint i = 0; i < G_N_ELEMENTS (self->reasons); i++)
    g_clear_error (&self->reasons[i]);

  g_main_context_pop_thread_default (self->context);
  g_main_context_unref (self->context);
  g_ptr_array_unref (self->waits);
  finding = g_steal_pointer (&self->model.finding);
  ptp_model_clear (&self->model);
  /* What is left behind still points here. */
  if (self->n_alive == 0 && self->n_clocks == 0)
    g_free (self);

  return finding;
}
