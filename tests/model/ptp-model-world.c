/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model-world.h"

/* What a world may do before its tape counts as played: nothing is endless here. */
#define MAX_RESTS 48
#define MAX_OPS   400

PtpModelConfig
ptp_model_config_decode (const guint8 bytes[PTP_MODEL_CONFIG_BYTES])
{
  static const PtpModelSinkKind sinks[16]
    = { [3] = PTP_MODEL_SINK_UNABLE, [4] = PTP_MODEL_SINK_DEFAULT, [5] = PTP_MODEL_SINK_DEFAULT };
  static const PtpPullToPushFlags flags[8]
    = { [5] = PTP_PULL_TO_PUSH_KEEP_SOURCE,
        [6] = PTP_PULL_TO_PUSH_KEEP_SINK,
        [7] = PTP_PULL_TO_PUSH_KEEP_SOURCE | PTP_PULL_TO_PUSH_KEEP_SINK };
  guint rare = bytes[1] >> 3;

  return (PtpModelConfig){
    .task = (bytes[0] & 7) == 7,
    .cooperator = (PtpModelAlike) ((bytes[0] >> 3) & 3),
    .long_slice = (bytes[0] & 32) != 0,
    .still = (bytes[0] & 64) != 0,
    .drops_early = (bytes[0] & 128) != 0,
    .rest = bytes[1] & 7,
    .mute = rare == 1,
    .unable = rare == 2,
    .sink = sinks[rare & 15],
    .flags = flags[bytes[2] & 7],
    .finish_pending = (bytes[2] & 8) != 0,
    .abort_pending = (bytes[2] & 16) != 0,
    .small = (bytes[2] & 32) != 0,
  };
}

/* The clock */

gint64
ptp_model_world_read_clock (gpointer world)
{
  PtpModelWorld *self = world;

  if (!self->config.still)
    self->now++;
  return self->now;
}

static void
clock_gone_cb (gpointer world)
{
  ((PtpModelWorld *) world)->n_clocks--;
}

void
ptp_model_world_set_clock (PtpModelWorld *self, PtpCooperator *cooperator)
{
  self->n_clocks++;
  ptp_cooperator_set_clock (cooperator, ptp_model_world_read_clock, self, clock_gone_cb);
}

/* Objects */

static void
gone_cb (gpointer world)
{
  ((PtpModelWorld *) world)->n_alive--;
}

/* Not by a weak reference, which ends with dispose. */
void
ptp_model_world_watch (PtpModelWorld *self, gpointer object)
{
  self->n_alive++;
  g_object_set_data_full (object, "ptp-model-alive", self, gone_cb);
}

static void
slot_gone_cb (gpointer data)
{
  *(gpointer *) data = NULL;
}

/* @location is null when @object is gone. */
static void
track (gpointer object, gpointer location)
{
  g_object_set_data_full (object, "ptp-model-slot", location, slot_gone_cb);
}

int
ptp_model_world_find (PtpModelWorld *self, gpointer object)
{
  for (int i = 0; i < PTP_MODEL_SLOTS; i++)
    if (self->slots[i].object == object)
      return i;
  return -1;
}

void
ptp_model_world_add_producer (PtpModelWorld *self, int slot)
{
  PtpModelSlot *place = &self->slots[slot];
  GType type = PTP_TYPE_MODEL_PRODUCER;

  if (self->config.mute)
    type = ptp_model_mute_producer_get_type ();
  else if (self->config.unable)
    type = ptp_model_unable_producer_get_type ();

  ptp_model_add (&self->model, slot, PTP_MODEL_STREAM);
  self->model.streams[slot].mute = self->config.mute;
  self->model.streams[slot].unable = self->config.unable;

  place->producer = ptp_model_producer_new (type, self, slot);
  place->owns_producer = TRUE;
  ptp_model_world_watch (self, place->producer);
  track (place->producer, &place->producer);
}

void
ptp_model_world_adopt (PtpModelWorld *self, int slot, gpointer object)
{
  self->slots[slot].object = object;
  ptp_model_world_watch (self, object);
  track (object, &self->slots[slot].object);
  ptp_model_world_connect (self, slot);
}

void
ptp_model_world_add_stream (PtpModelWorld *self,
                            int slot,
                            PtpCooperator *cooperator,
                            PtpPullToPushFlags flags)
{
  PtpModelSlot *place = &self->slots[slot];
  gpointer object;

  if (place->producer == NULL)
    ptp_model_world_add_producer (self, slot);
  self->model.streams[slot].flags = flags;
  if (cooperator != NULL || flags != PTP_PULL_TO_PUSH_NONE)
    object = g_object_new (PTP_TYPE_PULL_TO_PUSH, "producer", place->producer, "consumer",
                           self->consumer, "cooperator", cooperator, "flags", flags, NULL);
  else
    object
      = ptp_pull_to_push_new (PTP_PULL_PRODUCER (place->producer), PTP_CONSUMER (self->consumer));
  place->owned = TRUE;
  ptp_model_world_adopt (self, slot, object);
}

void
ptp_model_world_add_task (PtpModelWorld *self, int slot)
{
  PtpModelTask *data = g_new0 (PtpModelTask, 1);

  data->world = self;
  data->slot = slot;
  ptp_model_add (&self->model, slot, PTP_MODEL_TASK);
  self->slots[slot].owned = TRUE;
  ptp_model_world_adopt (self, slot,
                         ptp_cooperator_cooperate (self->cooperator, ptp_model_world_step, data,
                                                   ptp_model_world_task_gone));
}

static void
add_consumer (PtpModelWorld *self)
{
  GType type = PTP_TYPE_MODEL_CONSUMER;

  if (self->config.sink == PTP_MODEL_SINK_DEFAULT)
    type = ptp_model_plain_consumer_get_type ();
  else if (self->config.sink == PTP_MODEL_SINK_UNABLE)
    type = ptp_model_unable_consumer_get_type ();

  self->model.sink_kind = self->config.sink;
  self->consumer = ptp_model_consumer_new (type, self);
  self->owns_consumer = TRUE;
  ptp_model_world_watch (self, self->consumer);
  track (self->consumer, &self->consumer);
}

/* A stream that never came to be. */
void
ptp_model_world_forget (PtpModelWorld *self, int slot)
{
  if (self->slots[slot].object != NULL)
    return;
  self->model.streams[slot].kind = PTP_MODEL_ABSENT;
  ptp_model_world_drop_producer (self, slot);
}

void
ptp_model_world_drop (PtpModelWorld *self, int slot)
{
  PtpModelSlot *place = &self->slots[slot];

  if (!place->owned)
    return;
  place->owned = FALSE;
  g_object_unref (place->object);
}

void
ptp_model_world_drop_producer (PtpModelWorld *self, int slot)
{
  if (!self->slots[slot].owns_producer)
    return;
  self->slots[slot].owns_producer = FALSE;
  g_object_unref (self->slots[slot].producer);
}

void
ptp_model_world_drop_consumer (PtpModelWorld *self)
{
  if (!self->owns_consumer)
    return;
  self->owns_consumer = FALSE;
  g_object_unref (self->consumer);
}

void
ptp_model_world_renew_cancellable (PtpModelWorld *self, guint i)
{
  if (self->n_cancellables + 1 >= PTP_MODEL_CANCELLABLES)
    return;
  g_clear_object (&self->cancellables[i]);
  self->cancellables[i] = g_cancellable_new ();
  self->cancellable_ids[i] = ++self->n_cancellables;
}

/* Hooks */

void
ptp_model_world_do (PtpModelWorld *self, const PtpModelRecord *record)
{
  PtpModelRecord *copy;

  if (self->model.finding != NULL || self->n_ops_left == 0)
    return;

  if (record->where == PTP_MODEL_NOW)
    {
      self->n_ops_left--;
      if (record->func != NULL)
        record->func (self);
      else
        ptp_model_op_run (self, record->op, record->arg);
      ptp_model_world_check (self);
      return;
    }

  copy = g_new (PtpModelRecord, 1);
  *copy = *record;
  g_queue_push_tail (&self->hooks[record->where], copy);
}

void
ptp_model_world_on (PtpModelWorld *self,
                    PtpModelWhere where,
                    gboolean joined,
                    void (*func) (PtpModelWorld *world))
{
  const PtpModelRecord record = { .where = where, .joined = joined, .func = func };

  ptp_model_world_do (self, &record);
}

void
ptp_model_world_run_hooks (PtpModelWorld *self, PtpModelWhere where)
{
  GQueue *hooks = &self->hooks[where];

  if (self->n_turning > PTP_MODEL_MAX_NESTED || self->model.n_frames > PTP_MODEL_FRAMES / 2)
    return;

  do
    {
      g_autofree PtpModelRecord *record = g_queue_pop_head (hooks);
      const PtpModelRecord *next;

      if (record == NULL)
        return;
      record->where = PTP_MODEL_NOW;
      ptp_model_world_do (self, record);
      next = g_queue_peek_head (hooks);
      if (next == NULL || !next->joined)
        return;
    }
  while (TRUE);
}

/* Answers are numbers until they are given. */

void
ptp_model_world_answer (PtpModelWorld *self, guint8 arg)
{
  g_queue_push_tail (&self->answers, GUINT_TO_POINTER (arg));
}

void
ptp_model_world_answer_write (PtpModelWorld *self, guint8 arg)
{
  g_queue_push_tail (&self->write_answers, GUINT_TO_POINTER (arg));
}

void
ptp_model_world_answer_register (PtpModelWorld *self, guint8 arg)
{
  g_queue_push_tail (&self->register_answers, GUINT_TO_POINTER (arg));
}

void
ptp_model_world_answer_end (PtpModelWorld *self, guint8 arg)
{
  g_queue_push_tail (&self->end_answers, GUINT_TO_POINTER (arg));
}

/* Other threads */

typedef struct
{
  GFunc func;
  gpointer object;
  gpointer data;
} Elsewhere;

static gpointer
run_elsewhere (gpointer user_data)
{
  Elsewhere *self = user_data;

  self->func (self->object, self->data);
  return NULL;
}

void
ptp_model_world_run_elsewhere (GFunc func, gpointer object, gpointer data)
{
  Elsewhere self = { func, object, data };

  g_thread_join (g_thread_new ("elsewhere", run_elsewhere, &self));
}

/* The world */

static PtpCooperator *
make_cooperator (PtpModelWorld *self)
{
  switch (self->config.cooperator)
    {
    case PTP_MODEL_ALIKE_OWN:
      return ptp_cooperator_new (self->context, G_PRIORITY_DEFAULT_IDLE);
    case PTP_MODEL_ALIKE_URGENT:
      return ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
    case PTP_MODEL_ALIKE_LATE:
      return ptp_cooperator_ref_for_context (self->context, G_PRIORITY_LOW);
    case PTP_MODEL_ALIKE_SHARED:
    default:
      return g_object_ref (self->shared);
    }
}

PtpModelWorld *
ptp_model_world_new (const PtpModelConfig *config, PtpModelBelief belief, PtpModelLie lie)
{
  PtpModelWorld *self = g_new0 (PtpModelWorld, 1);

  ptp_model_init (&self->model, belief);
  self->config = *config;
  self->lie = lie;
  self->arriving = -1;
  self->n_rests_left = MAX_RESTS;
  self->n_ops_left = MAX_OPS;
  self->waits = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < PTP_MODEL_N_WHERES; i++)
    g_queue_init (&self->hooks[i]);
  g_queue_init (&self->answers);
  g_queue_init (&self->write_answers);
  g_queue_init (&self->register_answers);
  g_queue_init (&self->end_answers);

  self->context = g_main_context_new ();
  g_main_context_push_thread_default (self->context);
  self->shared = ptp_cooperator_ref_default ();
  self->cooperator = make_cooperator (self);
  ptp_model_world_set_clock (self, self->shared);
  if (self->cooperator != self->shared)
    ptp_model_world_set_clock (self, self->cooperator);
  ptp_cooperator_set_slice (self->cooperator, config->long_slice ? PTP_SLICE_DEFAULT : 0);
  self->reasons[0] = g_error_new_literal (PTP_ERROR, PTP_ERROR_STOPPED, "Scripted stop");
  self->reasons[1] = ptp_model_world_make_error (self);
  for (guint i = 0; i < G_N_ELEMENTS (self->cancellables); i++)
    ptp_model_world_renew_cancellable (self, i);

  add_consumer (self);
  if (config->task)
    ptp_model_world_add_task (self, 0);
  else
    ptp_model_world_add_stream (self, 0, self->cooperator, config->flags);

  return self;
}

PtpModelWorld *
ptp_model_world_new_bare (const PtpModelConfig *config)
{
  PtpModelWorld *self = ptp_model_world_new (config, PTP_MODEL_RIGHT, PTP_MODEL_TRUTH);

  self->model.silent = TRUE;
  return self;
}
