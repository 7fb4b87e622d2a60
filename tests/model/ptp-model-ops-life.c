/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model-ops.h"

#include <signal.h>
#include <unistd.h>

/* The life of a stream */

void
ptp_model_op_start (PtpModelWorld *self, guint8 arg)
{
  gpointer object = ptp_model_op_get_object (self, arg);

  if (object == NULL || ptp_model_op_is_task (self, arg))
    return;
  ptp_model_op_begin (self, object);
  ptp_model_start (&self->model, ptp_model_op_get_slot (arg));
  ptp_pull_to_push_start_streaming (object);
  ptp_model_op_leave (self, object);
}

void
ptp_model_op_stop_streaming (PtpModelWorld *self, guint8 arg)
{
  gpointer object = ptp_model_op_get_object (self, arg);

  if (object == NULL || ptp_model_op_is_task (self, arg))
    return;
  ptp_model_op_begin (self, object);
  ptp_model_end (&self->model, ptp_model_op_get_slot (arg), PTP_MODEL_CAUSE_STOP,
                 (PtpModelError){ 0, 0 });
  ptp_pull_to_push_stop_streaming (object);
  ptp_model_op_leave (self, object);
}

void
ptp_model_op_unregistered (PtpModelWorld *self, guint8 arg)
{
  gpointer object = ptp_model_op_get_object (self, arg);

  if (object == NULL || ptp_model_op_is_task (self, arg))
    return;
  ptp_model_op_begin (self, object);
  ptp_model_unregistered (&self->model, ptp_model_op_get_slot (arg));
  ptp_push_producer_unregistered (object);
  ptp_model_op_leave (self, object);
}

static void
misbehave (PtpModelWorld *self)
{
  if (++self->n_stops != 2)
    return;
  if (self->lie == PTP_MODEL_LIE_CRASH)
    {
      /* A sanitizer makes something of its own of it. */
      signal (SIGSEGV, SIG_DFL);
      raise (SIGSEGV);
    }
  while (self->lie == PTP_MODEL_LIE_HANG)
    pause ();
}

static void
stop_producing (gpointer stream, gpointer reason)
{
  ptp_push_producer_stop_producing (stream, reason);
}

void
ptp_model_op_stop (PtpModelWorld *self, guint8 arg)
{
  gpointer object = ptp_model_op_get_object (self, arg);
  g_autoptr (GError) reason = NULL;

  if (object == NULL)
    return;
  misbehave (self);
  ptp_model_op_begin (self, object);
  if (ptp_model_op_is_task (self, arg))
    {
      ptp_model_end (&self->model, ptp_model_op_get_slot (arg), PTP_MODEL_CAUSE_STOP,
                     (PtpModelError){ 0, 0 });
      ptp_cooperative_task_stop (object);
    }
  else
    {
      reason = ptp_model_op_make_reason (self, arg);
      ptp_model_end (&self->model, ptp_model_op_get_slot (arg), PTP_MODEL_CAUSE_REASON,
                     ptp_model_error (reason));
      if (ptp_model_op_is_elsewhere (arg))
        ptp_model_world_run_elsewhere (stop_producing, object, reason);
      else
        stop_producing (object, reason);
    }
  ptp_model_op_leave (self, object);
}

void
ptp_model_op_pause (PtpModelWorld *self, guint8 arg)
{
  gpointer object = ptp_model_op_get_object (self, arg);

  if (object == NULL)
    return;
  ptp_model_op_begin (self, object);
  ptp_model_pause (&self->model, ptp_model_op_get_slot (arg), TRUE);
  if (ptp_model_op_is_task (self, arg))
    ptp_cooperative_task_pause (object);
  else
    ptp_push_producer_pause_producing (object);
  ptp_model_op_leave (self, object);
}

void
ptp_model_op_resume (PtpModelWorld *self, guint8 arg)
{
  gpointer object = ptp_model_op_get_object (self, arg);

  if (object == NULL)
    return;
  ptp_model_op_begin (self, object);
  ptp_model_pause (&self->model, ptp_model_op_get_slot (arg), FALSE);
  if (ptp_model_op_is_task (self, arg))
    ptp_cooperative_task_resume (object);
  else
    ptp_push_producer_resume_producing (object);
  ptp_model_op_leave (self, object);
}

void
ptp_model_op_hold (PtpModelWorld *self, guint8 arg)
{
  gpointer object = ptp_model_op_get_object (self, arg);

  if (object == NULL || ptp_model_op_is_task (self, arg))
    return;
  ptp_model_op_begin (self, object);
  ptp_model_hold (&self->model, ptp_model_op_get_slot (arg), ptp_model_op_get_name (arg));
  ptp_pull_to_push_hold (object, ptp_model_names[ptp_model_op_get_name (arg)]);
  ptp_model_op_leave (self, object);
}

void
ptp_model_op_release (PtpModelWorld *self, guint8 arg)
{
  gpointer object = ptp_model_op_get_object (self, arg);

  if (object == NULL || ptp_model_op_is_task (self, arg))
    return;
  ptp_model_op_begin (self, object);
  ptp_model_release (&self->model, ptp_model_op_get_slot (arg), ptp_model_op_get_name (arg));
  ptp_pull_to_push_release (object, ptp_model_names[ptp_model_op_get_name (arg)]);
  ptp_model_op_leave (self, object);
}

static void
emit_ready (gpointer producer, gpointer unused)
{
  ptp_pull_producer_emit_ready (producer);
}

void
ptp_model_op_ready (PtpModelWorld *self, guint8 arg)
{
  gpointer object = ptp_model_op_get_object (self, arg);
  gpointer producer = self->slots[ptp_model_op_get_slot (arg)].producer;

  if (ptp_model_op_is_task (self, arg) ? object == NULL : producer == NULL)
    return;
  ptp_model_ready (&self->model, ptp_model_op_get_slot (arg));
  if (ptp_model_op_is_task (self, arg))
    {
      ptp_model_op_begin (self, object);
      ptp_cooperative_task_ready (object);
      ptp_model_op_leave (self, object);
    }
  else
    {
      ptp_model_op_begin (self, producer);
      if (ptp_model_op_is_elsewhere (arg))
        ptp_model_world_run_elsewhere (emit_ready, producer, NULL);
      else
        emit_ready (producer, NULL);
      ptp_model_op_leave (self, producer);
    }
}

static void
emit_broken (gpointer producer, gpointer error)
{
  ptp_pull_producer_emit_broken (producer, error);
}

/* Of one that cannot produce it would not be seen which of the two was heard of. */
void
ptp_model_op_break (PtpModelWorld *self, guint8 arg)
{
  gpointer producer = self->slots[ptp_model_op_get_slot (arg)].producer;
  g_autoptr (GError) error = NULL;

  if (ptp_model_op_is_task (self, arg) || producer == NULL || self->config.unable)
    return;
  error = ptp_model_op_make_reason (self, arg);
  ptp_model_break (&self->model, ptp_model_op_get_slot (arg), ptp_model_error (error));
  ptp_model_op_begin (self, producer);
  if (ptp_model_op_is_elsewhere (arg))
    ptp_model_world_run_elsewhere (emit_broken, producer, error);
  else
    emit_broken (producer, error);
  ptp_model_op_leave (self, producer);
}

void
ptp_model_op_wait (PtpModelWorld *self, guint8 arg)
{
  gpointer object = ptp_model_op_get_object (self, arg);

  if (object == NULL)
    return;
  ptp_model_op_begin (self, object);
  ptp_model_world_wait (self, ptp_model_op_get_slot (arg), ptp_model_op_get_cancellable (arg));
  ptp_model_op_leave (self, object);
}

void
ptp_model_op_dispose (PtpModelWorld *self, guint8 arg)
{
  gpointer object = ptp_model_op_get_object (self, arg);

  if (object == NULL)
    return;
  ptp_model_op_begin (self, object);
  ptp_model_dispose (&self->model, ptp_model_op_get_slot (arg));
  g_object_run_dispose (object);
  ptp_model_op_leave (self, object);
}

/* Cancelling */

void
ptp_model_op_cancel (PtpModelWorld *self, guint8 arg)
{
  guint i = (arg >> 2) & 1;
  gpointer object = self->cancellables[i];

  ptp_model_op_begin (self, object);
  ptp_model_cancel (&self->model, self->cancellable_ids[i]);
  g_cancellable_cancel (object);
  ptp_model_op_leave (self, object);
}

void
ptp_model_op_set_cancellable (PtpModelWorld *self, guint8 arg)
{
  gpointer object = ptp_model_op_get_object (self, arg);
  guint i = ptp_model_op_get_cancellable (arg);

  if (object == NULL || ptp_model_op_is_task (self, arg))
    return;
  g_object_ref (object);
  ptp_model_set_cancellable (&self->model, ptp_model_op_get_slot (arg),
                             i > 0 ? self->cancellable_ids[i - 1] : 0);
  if ((arg & 16) != 0)
    g_object_set (object, "cancellable", i > 0 ? self->cancellables[i - 1] : NULL, NULL);
  else
    ptp_pull_to_push_set_cancellable (object, i > 0 ? self->cancellables[i - 1] : NULL);
  if (!ptp_model_top (&self->model)->happened
      && !self->model.streams[ptp_model_op_get_slot (arg)].deaf)
    ptp_model_complain (&self->model, "stream %d: no notify::cancellable",
                        ptp_model_op_get_slot (arg));
  ptp_model_leave (&self->model);
  g_object_unref (object);
}

void
ptp_model_op_new_cancellable (PtpModelWorld *self, guint8 arg)
{
  ptp_model_world_renew_cancellable (self, (arg >> 2) & 1);
}
