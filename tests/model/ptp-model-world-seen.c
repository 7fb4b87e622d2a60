/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model-world.h"

static GQuark
model_quark (void)
{
  return g_quark_from_static_string ("ptp-model");
}

GError *
ptp_model_world_make_error (PtpModelWorld *self)
{
  self->n_errors++;
  return g_error_new (model_quark (), self->n_errors, "Scripted error %d", self->n_errors);
}

static void
enter (PtpModelWorld *self, int slot)
{
  ptp_model_enter (&self->model, PTP_MODEL_FRAME_CALLBACK, slot);
  ptp_model_world_check (self);
}

static void
leave (PtpModelWorld *self)
{
  ptp_model_world_check (self);
  ptp_model_leave (&self->model);
}

/* A callback in which nothing but hooks happens. */
static void
run (PtpModelWorld *self, int slot, PtpModelWhere where)
{
  enter (self, slot);
  ptp_model_world_run_hooks (self, where);
  leave (self);
}

/* Answers of write and of register */

typedef enum
{
  ANSWER_TRUE,
  ANSWER_FAILED,
  ANSWER_MUTE,
  ANSWER_TRUE_WITH_ERROR,
  ANSWER_CLOSED,
  ANSWER_TWO,
} Answer;

/* The first that was asked for, or true; with what the model makes of it. */
gboolean
ptp_model_world_take_boolean (PtpModelWorld *self, GQueue *answers, int *result, GError **error)
{
  guint arg = GPOINTER_TO_UINT (g_queue_pop_head (answers));
  Answer answer = self->closed ? ANSWER_CLOSED : (Answer) (arg % 6);

  *result = answer == ANSWER_TRUE || answer == ANSWER_TRUE_WITH_ERROR;
  if (answer == ANSWER_TWO)
    *result = 2;
  if (answer == ANSWER_FAILED || answer == ANSWER_TRUE_WITH_ERROR)
    *error = ptp_model_world_make_error (self);
  if (answer == ANSWER_CLOSED)
    g_set_error (error, PTP_ERROR, PTP_ERROR_CLOSED, "Scripted end");

  return answer == ANSWER_TRUE || answer == ANSWER_TWO;
}

/* Answers of produce */

static const int step_results[16] = {
  PTP_STEP_RESULT_MORE,
  PTP_STEP_RESULT_MORE,
  PTP_STEP_RESULT_MORE,
  PTP_STEP_RESULT_MORE,
  PTP_STEP_RESULT_MORE,
  PTP_STEP_RESULT_PENDING,
  PTP_STEP_RESULT_PENDING,
  PTP_STEP_RESULT_PENDING,
  PTP_STEP_RESULT_FINISHED,
  PTP_STEP_RESULT_FAILED,
  PTP_STEP_RESULT_FAILED,
  PTP_STEP_RESULT_MORE,
  PTP_STEP_RESULT_PENDING,
  PTP_STEP_RESULT_FINISHED,
  -1,
  17,
};

static gboolean
has_error (guint arg)
{
  guint kind = arg & 15;

  return kind == 9 || (kind >= 11 && kind <= 13);
}

/* Without an answer: pending, more, more with a chunk, or finished. */
static guint
take_answer (PtpModelWorld *self)
{
  static const guint8 rests[8] = { 5, 5, 5, 0, 0, 16, 16, 8 };

  if (!g_queue_is_empty (&self->answers))
    return GPOINTER_TO_UINT (g_queue_pop_head (&self->answers));
  if (self->n_rests_left == 0 || self->model.finding != NULL)
    return 8;

  self->n_rests_left--;
  return rests[self->config.rest];
}

/* Writes, and says whether an error is to be passed on. */
static gboolean
write_chunks (PtpModelWorld *self, PtpConsumer *consumer, guint arg, GError **error)
{
  static const char text[] = "seventeen bytes..";
  guint n = (arg >> 4) & 3;
  gboolean passes_on = (arg & 64) == 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (text, (arg & 128) != 0 ? sizeof text - 1 : i);
      g_autoptr (GError) local = NULL;
      GBytes *outer = self->chunk;
      gboolean written;

      ptp_model_write (&self->model);
      self->chunk = bytes;
      written = ptp_consumer_write (consumer, bytes, &local);
      self->chunk = outer;
      ptp_model_has_written (&self->model, written, local);
      if (!written && passes_on)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }

  return TRUE;
}

static PtpStepResult
step (PtpModelWorld *self, int slot, PtpConsumer *consumer, GError **error)
{
  PtpModel *model = &self->model;
  guint arg = take_answer (self);
  int result = step_results[arg & 15];
  GError *local = NULL;

  ptp_model_world_check (self);
  ptp_model_on_produce (model, slot);
  self->n_steps++;
  enter (self, slot);
  ptp_model_world_run_hooks (self, PTP_MODEL_IN_PRODUCE);
  if (consumer != NULL && !write_chunks (self, consumer, arg, &local))
    result = PTP_STEP_RESULT_FAILED;
  else if (has_error (arg))
    local = ptp_model_world_make_error (self);
  ptp_model_world_run_hooks (self, PTP_MODEL_IN_PRODUCED);
  leave (self);
  ptp_model_on_produced (model, slot, result, ptp_model_error (local));

  if (local != NULL)
    g_propagate_error (error, local);
  return (PtpStepResult) result;
}

PtpStepResult
ptp_model_world_produce (PtpModelWorld *self, int slot, PtpConsumer *consumer, GError **error)
{
  if (PTP_MODEL_CONSUMER (consumer) != self->consumer)
    ptp_model_complain (&self->model, "stream %d: was given another consumer", slot);

  return step (self, slot, consumer, error);
}

PtpStepResult
ptp_model_world_step (gpointer data, GError **error)
{
  PtpModelTask *task = data;

  return step (task->world, task->slot, NULL, error);
}

void
ptp_model_world_task_gone (gpointer data)
{
  g_autofree PtpModelTask *task = data;
  PtpModelWorld *self = task->world;

  ptp_model_world_check (self);
  ptp_model_on_destroy (&self->model, task->slot);
  run (self, task->slot, PTP_MODEL_IN_DESTROY);
}

void
ptp_model_world_cancel (PtpModelWorld *self, int slot, const GError *reason)
{
  ptp_model_world_check (self);
  ptp_model_on_cancel (&self->model, slot, ptp_model_error (reason));
  if (self->lie == PTP_MODEL_LIE_REFERENCE)
    g_object_ref (self->slots[slot].producer);
  run (self, slot, PTP_MODEL_IN_CANCEL);
}

gboolean
ptp_model_world_register (PtpModelWorld *self, PtpPushProducer *producer, GError **error)
{
  int slot = ptp_model_world_find (self, producer);
  int result;

  if (slot < 0)
    {
      slot = self->arriving;
      if (slot < 0)
        g_error ("A stream from nowhere");
      self->arriving = -1;
      ptp_model_world_adopt (self, slot, producer);
    }

  ptp_model_on_register (&self->model, slot);
  run (self, slot, PTP_MODEL_IN_REGISTER);
  ptp_model_world_take_boolean (self, &self->register_answers, &result, error);
  ptp_model_on_registered (&self->model, result, ptp_model_error (*error));

  return result;
}

void
ptp_model_world_unregister (PtpModelWorld *self, PtpPushProducer *producer)
{
  int slot = ptp_model_world_find (self, producer);

  ptp_model_world_check (self);
  ptp_model_on_unregister (&self->model, slot);
  run (self, slot, PTP_MODEL_IN_UNREGISTER);
}

gboolean
ptp_model_world_write (PtpModelWorld *self, GBytes *bytes, GError **error)
{
  gboolean lost = self->lie == PTP_MODEL_LIE_WRITE && self->model.streams[0].n_holders > 0;
  int result;

  if (!lost)
    ptp_model_on_write (&self->model);
  if (bytes != self->chunk)
    ptp_model_complain (&self->model, "another chunk was written");
  run (self, -1, PTP_MODEL_IN_WRITE);
  ptp_model_world_take_boolean (self, &self->write_answers, &result, error);
  ptp_model_on_written (&self->model, result, ptp_model_error (*error));

  return result;
}

/* Answers of finish and abort */

static int
take_end_answer (PtpModelWorld *self, gboolean pending, GError **error)
{
  static const int results[8] = {
    PTP_END_RESULT_DONE,   PTP_END_RESULT_DONE,   PTP_END_RESULT_PENDING, PTP_END_RESULT_PENDING,
    PTP_END_RESULT_FAILED, PTP_END_RESULT_FAILED, PTP_END_RESULT_PENDING, 17,
  };
  guint arg;

  if (g_queue_is_empty (&self->end_answers))
    return pending ? PTP_END_RESULT_PENDING : PTP_END_RESULT_DONE;

  arg = GPOINTER_TO_UINT (g_queue_pop_head (&self->end_answers)) & 7;
  if (arg == 1 || arg == 4 || arg == 6)
    *error = ptp_model_world_make_error (self);
  return results[arg];
}

PtpEndResult
ptp_model_world_finish (PtpModelWorld *self, GError **error)
{
  int result;

  ptp_model_world_check (self);
  ptp_model_on_finish (&self->model);
  run (self, -1, PTP_MODEL_IN_FINISH);
  result = take_end_answer (self, self->config.finish_pending, error);
  ptp_model_on_finished (&self->model, result, ptp_model_error (*error));

  return (PtpEndResult) result;
}

PtpEndResult
ptp_model_world_abort (PtpModelWorld *self, const GError *reason, GError **error)
{
  PtpModelError seen = ptp_model_error (reason);
  int result;

  if (self->lie == PTP_MODEL_LIE_REASON)
    seen.code += 1000;
  ptp_model_world_check (self);
  ptp_model_on_abort (&self->model, seen);
  run (self, -1, PTP_MODEL_IN_ABORT);
  result = take_end_answer (self, self->config.abort_pending, error);
  ptp_model_on_aborted (&self->model, result, ptp_model_error (*error));

  return (PtpEndResult) result;
}

gsize
ptp_model_world_get_hint (PtpModelWorld *self)
{
  return self->config.small ? 1000 : G_MAXSIZE;
}

/* Signals */

typedef struct
{
  PtpModelWorld *world;
  int slot;
} Handler;

static void
notify_cb (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  Handler *handler = user_data;
  PtpModelWorld *self = handler->world;
  PtpStreamState state;

  g_object_get (object, "state", &state, NULL);
  ptp_model_world_check (self);
  ptp_model_on_notify (&self->model, handler->slot, pspec->name, state);
  run (self, handler->slot, PTP_MODEL_IN_NOTIFY);
  ptp_model_on_notified (&self->model, handler->slot);
}

static void
end (Handler *handler, PtpStreamState state, const GError *error)
{
  PtpModelWorld *self = handler->world;

  ptp_model_world_check (self);
  ptp_model_on_signal (&self->model, handler->slot, state, ptp_model_error (error));
  if (self->lie == PTP_MODEL_LIE_SIGNAL)
    ptp_model_on_signal (&self->model, handler->slot, state, ptp_model_error (error));
  run (self, handler->slot, PTP_MODEL_IN_END);
}

static void
finished_cb (gpointer object, gpointer user_data)
{
  end (user_data, PTP_STREAM_STATE_FINISHED, NULL);
}

static void
stopped_cb (gpointer object, gpointer user_data)
{
  end (user_data, PTP_STREAM_STATE_STOPPED, NULL);
}

static void
failed_cb (gpointer object, const GError *error, gpointer user_data)
{
  end (user_data, PTP_STREAM_STATE_FAILED, error);
}

static void
free_handler (gpointer data, GClosure *closure)
{
  g_free (data);
}

void
ptp_model_world_connect (PtpModelWorld *self, int slot)
{
  const struct
  {
    const char *signal;
    GCallback callback;
  } handlers[] = {
    { "notify", G_CALLBACK (notify_cb) },
    { "finished", G_CALLBACK (finished_cb) },
    { "stopped", G_CALLBACK (stopped_cb) },
    { "failed", G_CALLBACK (failed_cb) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    {
      Handler *handler = g_new (Handler, 1);

      handler->world = self;
      handler->slot = slot;
      g_signal_connect_data (self->slots[slot].object, handlers[i].signal, handlers[i].callback,
                             handler, free_handler, G_CONNECT_DEFAULT);
    }
}

/* Waits */

typedef struct
{
  PtpModelWorld *world;
  int slot;
  guint cancellable;
  gboolean done;
  gboolean settled; /* for the consumer */
  guint settlement; /* its number */
} Wait;

static void
waited_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Wait *wait = user_data;
  PtpModelWorld *self = wait->world;
  g_autoptr (GError) error = NULL;
  gboolean finished;

  if (PTP_IS_PULL_TO_PUSH (object))
    finished = ptp_pull_to_push_wait_finish (PTP_PULL_TO_PUSH (object), result, &error);
  else
    finished = ptp_cooperative_task_wait_finish (PTP_COOPERATIVE_TASK (object), result, &error);

  if (wait->done)
    ptp_model_complain (&self->model, "stream %d: a wait returned twice", wait->slot);
  wait->done = TRUE;
  ptp_model_world_check (self);
  ptp_model_on_waited (&self->model, wait->slot, self->model.cancelled[wait->cancellable], finished,
                       error);
  run (self, wait->slot, PTP_MODEL_IN_WAITED);
}

static void
waited_settled_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Wait *wait = user_data;
  PtpModelWorld *self = wait->world;
  g_autoptr (GError) error = NULL;
  PtpSettlement settlement
    = ptp_consumer_wait_settled_finish (PTP_CONSUMER (object), result, &error);

  if (wait->done)
    ptp_model_complain (&self->model, "a wait for the consumer returned twice");
  wait->done = TRUE;
  ptp_model_world_check (self);
  ptp_model_on_waited_settled (&self->model, wait->settlement,
                               self->model.cancelled[wait->cancellable], settlement, error);
  run (self, -1, PTP_MODEL_IN_WAITED);
}

/* @cancellable: 1 or 2, 0 for none. */
static Wait *
add_wait (PtpModelWorld *self, guint cancellable)
{
  Wait *wait = g_new0 (Wait, 1);

  wait->world = self;
  wait->cancellable = cancellable > 0 ? self->cancellable_ids[cancellable - 1] : 0;
  g_ptr_array_add (self->waits, wait);
  return wait;
}

void
ptp_model_world_wait_settled (PtpModelWorld *self, guint cancellable)
{
  GCancellable *cancels = cancellable > 0 ? self->cancellables[cancellable - 1] : NULL;
  Wait *wait = add_wait (self, cancellable);

  wait->settled = TRUE;
  wait->settlement = ptp_model_get_settlement (&self->model);
  ptp_consumer_wait_settled_async (PTP_CONSUMER (self->consumer), cancels, waited_settled_cb, wait);
}

void
ptp_model_world_wait (PtpModelWorld *self, int slot, guint cancellable)
{
  gpointer object = self->slots[slot].object;
  GCancellable *cancels = cancellable > 0 ? self->cancellables[cancellable - 1] : NULL;
  Wait *wait = add_wait (self, cancellable);

  wait->slot = slot;
  if (PTP_IS_PULL_TO_PUSH (object))
    ptp_pull_to_push_wait_async (object, cancels, waited_cb, wait);
  else
    ptp_cooperative_task_wait_async (object, cancels, waited_cb, wait);
}

gboolean
ptp_model_world_is_waited_settled (PtpModelWorld *self)
{
  for (guint i = 0; i < self->waits->len; i++)
    {
      const Wait *wait = g_ptr_array_index (self->waits, i);

      if (wait->settled && !wait->done)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_over (PtpModelWorld *self, const Wait *wait)
{
  if (self->model.cancelled[wait->cancellable])
    return TRUE;

  return wait->settled ? wait->settlement < self->model.settlements->len
                       : self->model.streams[wait->slot].over;
}

/* When the loop is at rest: nobody waits for what has happened. */
void
ptp_model_world_check_waits (PtpModelWorld *self)
{
  for (guint i = 0; i < self->waits->len; i++)
    {
      const Wait *wait = g_ptr_array_index (self->waits, i);

      if (wait->done || !is_over (self, wait))
        continue;
      if (wait->settled)
        ptp_model_complain (&self->model, "the consumer has settled, and a wait does not return");
      else
        ptp_model_complain (&self->model, "stream %d: is %s, and a wait does not return",
                            wait->slot, ptp_model_state_name (self->model.streams[wait->slot].end));
    }
}

/* Everything that can be asked */

static void
check_slot (PtpModelWorld *self, int slot)
{
  PtpModel *model = &self->model;
  gpointer object = self->slots[slot].object;
  PtpStreamState state;

  if (model->streams[slot].kind == PTP_MODEL_TASK)
    {
      ptp_model_check_state (model, slot, ptp_cooperative_task_get_state (object));
      ptp_model_check_error (model, slot, ptp_cooperative_task_get_error (object));
      return;
    }

  state = ptp_pull_to_push_get_state (object);
  if (self->lie == PTP_MODEL_LIE_PAUSE && state == PTP_STREAM_STATE_PAUSED)
    state = PTP_STREAM_STATE_STREAMING;
  ptp_model_check_state (model, slot, state);
  ptp_model_check_error (model, slot, ptp_pull_to_push_get_error (object));
  ptp_model_check_n_steps (model, slot, ptp_pull_to_push_get_n_steps (object));
  ptp_model_check_exhausted (model, slot, ptp_pull_to_push_get_exhausted (object));
  ptp_model_check_ends (model, slot, ptp_pull_to_push_get_producer (object) != NULL,
                        ptp_pull_to_push_get_consumer (object) != NULL);
  if (state != PTP_STREAM_STATE_STREAMING)
    {
      g_auto (GStrv) holders = ptp_pull_to_push_dup_holders (object);

      ptp_model_check_holders (model, slot, (const char *const *) holders);
    }
}

/* What never started, and nobody has, is gone without a word. */
static void
check_gone (PtpModelWorld *self, int slot)
{
  PtpModelStream *stream = &self->model.streams[slot];

  if (self->arriving == slot || stream->over || stream->deaf)
    return;
  if (stream->started || stream->cause != PTP_MODEL_CAUSE_NONE)
    ptp_model_complain (&self->model, "stream %d: gone before its end", slot);
  stream->kind = PTP_MODEL_ABSENT;
}

void
ptp_model_world_check (PtpModelWorld *self)
{
  for (int i = 0; i < PTP_MODEL_SLOTS; i++)
    if (self->slots[i].object != NULL)
      check_slot (self, i);
    else if (self->model.streams[i].kind != PTP_MODEL_ABSENT)
      check_gone (self, i);
}
