/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-model-world.h"

G_BEGIN_DECLS

/* Which slot and what else a call is about is in its argument: the two lowest bits are the slot,
 * the next two a name, or a cancellable.
 */

static inline int
ptp_model_op_get_slot (guint8 arg)
{
  return arg & 3;
}

static inline guint
ptp_model_op_get_name (guint8 arg)
{
  return (arg >> 2) & 3;
}

/* 1 or 2; 0 for none. */
static inline guint
ptp_model_op_get_cancellable (guint8 arg)
{
  return ((arg >> 2) & 3) % 3;
}

/* Whether another thread makes the call. */
static inline gboolean
ptp_model_op_is_elsewhere (guint8 arg)
{
  return (arg & 64) != 0;
}

/* The reason that nobody needs more, or an error. (transfer full) */
static inline GError *
ptp_model_op_make_reason (PtpModelWorld *self, guint8 arg)
{
  if ((arg & 4) != 0)
    return ptp_model_world_make_error (self);

  return g_error_new_literal (PTP_ERROR, PTP_ERROR_STOPPED, "Scripted stop");
}

static inline gpointer
ptp_model_op_get_object (PtpModelWorld *self, guint8 arg)
{
  return self->slots[ptp_model_op_get_slot (arg)].object;
}

static inline gboolean
ptp_model_op_is_task (PtpModelWorld *self, guint8 arg)
{
  return self->model.streams[ptp_model_op_get_slot (arg)].kind == PTP_MODEL_TASK;
}

/* Nothing is to happen inside of the call. */
static inline gpointer
ptp_model_op_begin (PtpModelWorld *self, gpointer object)
{
  ptp_model_enter (&self->model, PTP_MODEL_FRAME_CALL, -1);
  return g_object_ref (object);
}

static inline void
ptp_model_op_leave (PtpModelWorld *self, gpointer object)
{
  g_object_unref (object);
  ptp_model_leave (&self->model);
}

/* The calls that are about the life of one stream, or task. */

void ptp_model_op_start (PtpModelWorld *self, guint8 arg);
void ptp_model_op_stop_streaming (PtpModelWorld *self, guint8 arg);
void ptp_model_op_unregistered (PtpModelWorld *self, guint8 arg);
void ptp_model_op_stop (PtpModelWorld *self, guint8 arg);
void ptp_model_op_pause (PtpModelWorld *self, guint8 arg);
void ptp_model_op_resume (PtpModelWorld *self, guint8 arg);
void ptp_model_op_hold (PtpModelWorld *self, guint8 arg);
void ptp_model_op_release (PtpModelWorld *self, guint8 arg);
void ptp_model_op_ready (PtpModelWorld *self, guint8 arg);
void ptp_model_op_break (PtpModelWorld *self, guint8 arg);
void ptp_model_op_wait (PtpModelWorld *self, guint8 arg);
void ptp_model_op_dispose (PtpModelWorld *self, guint8 arg);
void ptp_model_op_cancel (PtpModelWorld *self, guint8 arg);
void ptp_model_op_set_cancellable (PtpModelWorld *self, guint8 arg);
void ptp_model_op_new_cancellable (PtpModelWorld *self, guint8 arg);

/* The calls that are about the end of the consumer. */

void ptp_model_op_finish (PtpModelWorld *self, guint8 arg);
void ptp_model_op_abort (PtpModelWorld *self, guint8 arg);
void ptp_model_op_settle (PtpModelWorld *self, guint8 arg);
void ptp_model_op_wait_settled (PtpModelWorld *self, guint8 arg);
void ptp_model_op_desired_size (PtpModelWorld *self, guint8 arg);

G_END_DECLS
