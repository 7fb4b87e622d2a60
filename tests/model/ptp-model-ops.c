/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model-ops.h"

/* Turns */

static void
op_turn (PtpModelWorld *self, guint8 arg)
{
  ptp_model_world_turn (self, (arg & 3) + 1u);
}

static void
op_drain (PtpModelWorld *self, guint8 arg)
{
  ptp_model_world_drain (self);
}

static gboolean
is_free (PtpModelWorld *self, guint8 arg)
{
  PtpModelSlot *place = &self->slots[ptp_model_op_get_slot (arg)];

  return place->object == NULL && place->producer == NULL && self->arriving < 0
         && (self->model.streams[ptp_model_op_get_slot (arg)].kind == PTP_MODEL_ABSENT
             || self->model.streams[ptp_model_op_get_slot (arg)].over);
}

/* New ones */

static void
op_add (PtpModelWorld *self, guint8 arg)
{
  guint how = (arg >> 2) & 3;

  if (!is_free (self, arg))
    return;
  if (how == 3)
    ptp_model_world_add_task (self, ptp_model_op_get_slot (arg));
  else if (self->consumer != NULL)
    ptp_model_world_add_stream (self, ptp_model_op_get_slot (arg),
                                how == 2 ? NULL : self->cooperator,
                                (PtpPullToPushFlags) ((arg >> 4) & 3));
}

static void
op_register (PtpModelWorld *self, guint8 arg)
{
  g_autoptr (GError) error = NULL;
  gpointer object = ptp_model_op_get_object (self, arg);
  gpointer consumer = self->consumer;
  gboolean result;

  if (object == NULL || consumer == NULL || ptp_model_op_is_task (self, arg))
    return;
  if (self->lie == PTP_MODEL_LIE_WARNING && self->model.registered >= 0)
    g_warning ("A second registration");
  g_object_ref (object);
  g_object_ref (consumer);
  ptp_model_register (&self->model, PTP_MODEL_FRAME_REGISTER, ptp_model_op_get_slot (arg));
  result = ptp_consumer_register_push_producer (consumer, object, &error);
  ptp_model_has_registered (&self->model, result, error);
  g_object_unref (consumer);
  g_object_unref (object);
}

/* Registers what there is not yet. */
static void
pull (PtpModelWorld *self, guint8 arg, gboolean streams)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) stream = NULL;
  gpointer consumer = self->consumer;
  int slot = ptp_model_op_get_slot (arg);
  gpointer producer;
  gboolean result;

  if (!is_free (self, arg) || consumer == NULL)
    return;

  ptp_model_world_add_producer (self, slot);
  producer = self->slots[slot].producer;
  self->arriving = slot;
  g_object_ref (consumer);
  ptp_model_register (&self->model, PTP_MODEL_FRAME_PULL, slot);
  if (streams)
    {
      stream = (GObject *) ptp_pull_to_push_stream (producer, consumer, &error);
      result = stream != NULL;
      self->slots[slot].owned = result;
    }
  else
    {
      result = ptp_consumer_register_pull_producer (consumer, producer, &error);
    }
  self->arriving = -1;
  ptp_model_has_registered (&self->model, result, error);
  if (stream != NULL && stream != self->slots[slot].object)
    ptp_model_complain (&self->model, "stream %d: another one was returned", slot);
  g_steal_pointer (&stream);
  ptp_model_world_forget (self, slot);
  g_object_unref (consumer);
}

static void
op_stream (PtpModelWorld *self, guint8 arg)
{
  pull (self, arg, TRUE);
}

static void
op_pull (PtpModelWorld *self, guint8 arg)
{
  pull (self, arg, FALSE);
}

/* The consumer */

/* Also somebody else than is registered. */
static void
op_unregister (PtpModelWorld *self, guint8 arg)
{
  gpointer consumer = self->consumer;
  int slot = (arg & 4) != 0 || self->model.registered < 0 ? ptp_model_op_get_slot (arg)
                                                          : self->model.registered;
  gpointer object = self->slots[slot].object;

  if (consumer == NULL || object == NULL || self->model.streams[slot].kind != PTP_MODEL_STREAM)
    return;
  g_object_ref (object);
  g_object_ref (consumer);
  ptp_model_unregister (&self->model, slot);
  ptp_consumer_unregister_producer (consumer, object);
  ptp_model_has_unregistered (&self->model);
  g_object_unref (consumer);
  g_object_unref (object);
}

static void
op_write (PtpModelWorld *self, guint8 arg)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("!", 1);
  g_autoptr (GError) error = NULL;
  gpointer consumer = self->consumer;
  GBytes *outer = self->chunk;
  gboolean result;

  if (consumer == NULL)
    return;
  g_object_ref (consumer);
  ptp_model_write (&self->model);
  self->chunk = bytes;
  result = ptp_consumer_write (consumer, bytes, &error);
  self->chunk = outer;
  ptp_model_has_written (&self->model, result, error);
  g_object_unref (consumer);
}

static void
op_close (PtpModelWorld *self, guint8 arg)
{
  self->closed = (arg & 4) == 0;
}

/* References */

static void
op_drop (PtpModelWorld *self, guint8 arg)
{
  ptp_model_world_drop (self, ptp_model_op_get_slot (arg));
}

static void
op_drop_producer (PtpModelWorld *self, guint8 arg)
{
  ptp_model_world_drop_producer (self, ptp_model_op_get_slot (arg));
}

static void
op_drop_consumer (PtpModelWorld *self, guint8 arg)
{
  ptp_model_world_drop_consumer (self);
}

/* Time */

static void
op_slice (PtpModelWorld *self, guint8 arg)
{
  static const gint64 slices[] = { 0, 1, PTP_SLICE_DEFAULT, G_USEC_PER_SEC };
  gint64 slice = slices[(arg >> 2) & 3];

  if ((arg & 16) != 0)
    g_object_set (self->cooperator, "slice", slice, NULL);
  else
    ptp_cooperator_set_slice (self->cooperator, slice);
  if (ptp_cooperator_get_slice (self->cooperator) != slice)
    ptp_model_complain (&self->model, "a slice was not set");
}

static void
op_advance (PtpModelWorld *self, guint8 arg)
{
  static const gint64 times[] = { 1, 2, 3, 10, 100, 1000, G_USEC_PER_SEC, 5 * G_USEC_PER_SEC };

  self->now += times[(arg >> 2) & 7];
  self->model.costly |= self->model.n_frames > 0;
}

/* Not from inside a step. */
static void
op_clock (PtpModelWorld *self, guint8 arg)
{
  if (self->n_turning == 0)
    ptp_model_world_set_clock (self, self->cooperator);
}

/* Answers */

static void
op_answer (PtpModelWorld *self, guint8 arg)
{
  ptp_model_world_answer (self, arg);
}

static void
op_answer_write (PtpModelWorld *self, guint8 arg)
{
  ptp_model_world_answer_write (self, arg);
}

static void
op_answer_register (PtpModelWorld *self, guint8 arg)
{
  ptp_model_world_answer_register (self, arg);
}

static void
op_answer_end (PtpModelWorld *self, guint8 arg)
{
  ptp_model_world_answer_end (self, arg);
}

static void
op_rest (PtpModelWorld *self, guint8 arg)
{
  self->config.rest = arg & 7;
}

/* Asking */

static void
ask_all (PtpModelWorld *self, gpointer object)
{
  g_autofree GParamSpec **pspecs = NULL;
  guint n_pspecs;

  pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n_pspecs);
  for (guint i = 0; i < n_pspecs; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_object_get_property (object, pspecs[i]->name, &value);
      if (g_str_equal (pspecs[i]->name, "producer") && g_value_get_object (&value) != NULL
          && ptp_model_world_find (self, object) >= 0
          && g_value_get_object (&value)
               != self->slots[ptp_model_world_find (self, object)].producer)
        ptp_model_complain (&self->model, "a stream has another producer");
    }
}

static void
op_ask (PtpModelWorld *self, guint8 arg)
{
  if (ptp_model_op_get_object (self, arg) != NULL)
    ask_all (self, ptp_model_op_get_object (self, arg));
  ask_all (self, self->cooperator);
}

/* All of them */

static const struct
{
  const char *name;
  guint weight; /* how many bytes, of all that there are, mean this */
  void (*run) (PtpModelWorld *self, guint8 arg);
} ops[] = {
  { "turn", 38, op_turn },
  { "drain", 6, op_drain },
  { "start", 20, ptp_model_op_start },
  { "stop-streaming", 5, ptp_model_op_stop_streaming },
  { "unregistered", 1, ptp_model_op_unregistered },
  { "stop", 6, ptp_model_op_stop },
  { "pause", 9, ptp_model_op_pause },
  { "resume", 10, ptp_model_op_resume },
  { "hold", 6, ptp_model_op_hold },
  { "release", 7, ptp_model_op_release },
  { "ready", 10, ptp_model_op_ready },
  { "break", 3, ptp_model_op_break },
  { "wait", 3, ptp_model_op_wait },
  { "dispose", 1, ptp_model_op_dispose },
  { "cancel", 3, ptp_model_op_cancel },
  { "set-cancellable", 4, ptp_model_op_set_cancellable },
  { "new-cancellable", 2, ptp_model_op_new_cancellable },
  { "add", 5, op_add },
  { "register", 10, op_register },
  { "stream", 8, op_stream },
  { "pull", 3, op_pull },
  { "unregister", 6, op_unregister },
  { "write", 2, op_write },
  { "close", 2, op_close },
  { "finish", 2, ptp_model_op_finish },
  { "abort", 2, ptp_model_op_abort },
  { "settle", 10, ptp_model_op_settle },
  { "wait-settled", 3, ptp_model_op_wait_settled },
  { "desired-size", 1, ptp_model_op_desired_size },
  { "drop", 3, op_drop },
  { "drop-producer", 2, op_drop_producer },
  { "drop-consumer", 2, op_drop_consumer },
  { "slice", 2, op_slice },
  { "advance", 4, op_advance },
  { "clock", 1, op_clock },
  { "answer", 31, op_answer },
  { "answer-write", 5, op_answer_write },
  { "answer-register", 3, op_answer_register },
  { "answer-end", 8, op_answer_end },
  { "rest", 4, op_rest },
  { "ask", 3, op_ask },
};

void
ptp_model_op_run (PtpModelWorld *self, guint op, guint8 arg)
{
  ops[op].run (self, arg);
}

guint
ptp_model_op_decode (guint8 byte)
{
  guint total = 0, op = 0;
  guint left;

  for (guint i = 0; i < G_N_ELEMENTS (ops); i++)
    total += ops[i].weight;
  for (left = byte * total / 256; left >= ops[op].weight; op++)
    left -= ops[op].weight;

  return op;
}

/* The lowest byte that means this. */
guint8
ptp_model_op_encode (guint op)
{
  guint byte = 0;

  while (ptp_model_op_decode ((guint8) byte) != op)
    byte++;
  return (guint8) byte;
}

const char *
ptp_model_op_name (guint op)
{
  return ops[op].name;
}

guint
ptp_model_op_find (const char *name)
{
  guint op = 0;

  while (!g_str_equal (ops[op].name, name))
    op++;
  return op;
}
