/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-model-ops.h"

/* The end of the consumer, by hand */

void
ptp_model_op_finish (PtpModelWorld *self, guint8 arg)
{
  g_autoptr (GError) error = NULL;
  gpointer consumer = self->consumer;
  PtpEndResult result;

  if (consumer == NULL)
    return;
  g_object_ref (consumer);
  ptp_model_finish (&self->model);
  result = ptp_consumer_finish (consumer, &error);
  ptp_model_has_finished (&self->model, (int) result, error);
  g_object_unref (consumer);
}

void
ptp_model_op_abort (PtpModelWorld *self, guint8 arg)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GError) error = NULL;
  gpointer consumer = self->consumer;
  PtpEndResult result;

  if (consumer == NULL)
    return;
  reason = ptp_model_op_make_reason (self, arg);
  g_object_ref (consumer);
  ptp_model_abort (&self->model, ptp_model_error (reason));
  result = ptp_consumer_abort (consumer, reason, &error);
  ptp_model_has_aborted (&self->model, (int) result, error);
  g_object_unref (consumer);
}

/* Settling */

typedef enum
{
  SETTLE_FINISHED,
  SETTLE_ABORTED,
  SETTLE_FAILED,
  SETTLE_WRONGLY, /* with what is no settlement */
} Settle;

typedef struct
{
  Settle how;
  GError *error; /* (owned) (nullable) */
} Settling;

static void
emit (gpointer consumer, gpointer data)
{
  const Settling *settling = data;

  if (settling->how == SETTLE_FINISHED)
    ptp_consumer_emit_settled (consumer, PTP_SETTLEMENT_FINISHED);
  else if (settling->how == SETTLE_ABORTED)
    ptp_consumer_emit_settled (consumer, PTP_SETTLEMENT_ABORTED);
  else if (settling->how == SETTLE_FAILED)
    ptp_consumer_emit_settle_failed (consumer, settling->error);
  else
    ptp_consumer_emit_settled (consumer, (PtpSettlement) 17);
}

static void
tell_model (PtpModelWorld *self, const Settling *settling)
{
  PtpModelError error = ptp_model_error (settling->error);
  PtpModelSinkOutcome outcome = PTP_MODEL_OUTCOME_FAILED;

  if (settling->how == SETTLE_FINISHED)
    outcome = PTP_MODEL_OUTCOME_FINISHED;
  else if (settling->how == SETTLE_ABORTED)
    outcome = PTP_MODEL_OUTCOME_ABORTED;
  else if (settling->how == SETTLE_WRONGLY)
    error = (PtpModelError){ PTP_ERROR, PTP_ERROR_FAILED };
  ptp_model_settle (&self->model, outcome, error);
}

void
ptp_model_op_settle (PtpModelWorld *self, guint8 arg)
{
  Settling settling = { .how = (Settle) ((arg >> 2) & 3) };
  gpointer consumer = self->consumer;

  if (consumer == NULL)
    return;
  if (settling.how == SETTLE_FAILED)
    settling.error = ptp_model_world_make_error (self);
  g_object_ref (consumer);
  if (self->lie == PTP_MODEL_LIE_SETTLED)
    ptp_model_enter (&self->model, PTP_MODEL_FRAME_SETTLE, -1);
  else
    tell_model (self, &settling);
  if (ptp_model_op_is_elsewhere (arg))
    ptp_model_world_run_elsewhere (emit, consumer, &settling);
  else
    emit (consumer, &settling);
  ptp_model_has_settled (&self->model);
  g_object_unref (consumer);
  g_clear_error (&settling.error);
}

void
ptp_model_op_wait_settled (PtpModelWorld *self, guint8 arg)
{
  gpointer consumer = self->consumer;

  if (consumer == NULL)
    return;
  ptp_model_op_begin (self, consumer);
  ptp_model_world_wait_settled (self, ptp_model_op_get_cancellable (arg));
  ptp_model_op_leave (self, consumer);
}

void
ptp_model_op_desired_size (PtpModelWorld *self, guint8 arg)
{
  gpointer consumer = self->consumer;
  gsize hint
    = self->config.sink == PTP_MODEL_SINK_TELLS ? ptp_model_world_get_hint (self) : G_MAXSIZE;

  if (consumer != NULL)
    ptp_model_check_desired_size (&self->model, ptp_consumer_get_desired_size (consumer), hint);
}
