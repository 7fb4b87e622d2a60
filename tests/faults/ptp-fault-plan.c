/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-fault-plan.h"

void
ptp_fault_plan_init (PtpFaultPlan *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
}

void
ptp_fault_plan_clear (PtpFaultPlan *self)
{
  g_assert_null (self->held);
  g_clear_pointer (&self->source, g_source_unref);
  g_clear_error (&self->error);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
}

/* What broke stays broken: GIO itself relies on it where it writes several pieces. */
static PtpFault
get_lasting (PtpFault fault)
{
  if (fault == PTP_FAULT_FAIL || fault == PTP_FAULT_ACT_AND_FAIL || fault == PTP_FAULT_HUP)
    return PTP_FAULT_FAIL;

  return fault == PTP_FAULT_END || fault == PTP_FAULT_ZEROS ? fault : PTP_FAULT_NONE;
}

/* However it is done. */
static gboolean
is_transfer (PtpFaultCall call)
{
  return call < PTP_FAULT_CALL_FLUSH;
}

static gboolean
is_stalling (PtpFault fault)
{
  return fault == PTP_FAULT_STALL || fault == PTP_FAULT_DEAF || fault == PTP_FAULT_LATE_SUCCESS
         || fault == PTP_FAULT_LATE_CANCELLED;
}

static PtpFault
choose (PtpFaultPlan *self, PtpFaultCall call)
{
  guint n = ++self->n_calls[call];

  if (self->reached && (call == self->call || (is_transfer (call) && is_transfer (self->call))))
    return get_lasting (self->fault);
  if (call != self->call || n != self->n)
    return PTP_FAULT_NONE;

  self->reached = TRUE;
  return self->fault;
}

PtpFault
ptp_fault_plan_next (PtpFaultPlan *self, PtpFaultCall call)
{
  PtpFault fault;

  g_mutex_lock (&self->mutex);
  fault = choose (self, call);
  g_mutex_unlock (&self->mutex);

  if (fault == PTP_FAULT_ACT || fault == PTP_FAULT_ACT_AND_FAIL)
    self->hook (self->hook_data);

  return fault == PTP_FAULT_ACT_AND_FAIL ? PTP_FAULT_FAIL : fault;
}

gboolean
ptp_fault_plan_fail (PtpFaultPlan *self, GError **error)
{
  g_mutex_lock (&self->mutex);
  self->failed = TRUE;
  g_mutex_unlock (&self->mutex);

  if (error != NULL)
    *error = g_error_copy (self->error);
  return FALSE;
}

static void
set_stalled (PtpFaultPlan *self, gboolean stalled)
{
  g_mutex_lock (&self->mutex);
  self->stalled = stalled;
  g_mutex_unlock (&self->mutex);
}

/* In a thread */

static void
wake_cb (GCancellable *cancellable, gpointer user_data)
{
  PtpFaultPlan *self = user_data;

  g_mutex_lock (&self->mutex);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

gboolean
ptp_fault_plan_wait (PtpFaultPlan *self, PtpFault fault, GCancellable *cancellable, GError **error)
{
  gboolean deaf = fault == PTP_FAULT_DEAF;
  gulong id = 0;

  if (!is_stalling (fault))
    return TRUE;

  if (cancellable != NULL)
    id = g_cancellable_connect (cancellable, G_CALLBACK (wake_cb), self, NULL);
  g_mutex_lock (&self->mutex);
  self->stalled = TRUE;
  g_main_context_wakeup (NULL);
  while (!self->released && (deaf || !g_cancellable_is_cancelled (cancellable)))
    g_cond_wait (&self->cond, &self->mutex);
  self->stalled = FALSE;
  g_mutex_unlock (&self->mutex);
  g_cancellable_disconnect (cancellable, id);

  return deaf || fault == PTP_FAULT_LATE_SUCCESS
         || !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* Asynchronously */

typedef struct
{
  GTask *task; /* (owned) */
  PtpFault fault;
  gboolean cancelled;
  PtpFaultFinish finish;
} Later;

static gboolean
later_cb (gpointer user_data)
{
  Later *later = user_data;

  later->finish (later->task, later->fault, later->cancelled);
  return G_SOURCE_REMOVE;
}

static void
later_free (gpointer user_data)
{
  Later *later = user_data;

  g_object_unref (later->task);
  g_free (later);
}

static void
finish_later (GTask *task, PtpFault fault, gboolean cancelled, PtpFaultFinish finish)
{
  Later *later = g_new (Later, 1);

  *later = (Later){ task, fault, cancelled, finish };
  g_idle_add_full (G_PRIORITY_LOW, later_cb, later, later_free);
}

static GTask *
take_held (PtpFaultPlan *self)
{
  GTask *task = g_steal_pointer (&self->held);

  if (task != NULL && self->cancelled_id != 0)
    g_signal_handler_disconnect (g_task_get_cancellable (task), self->cancelled_id);
  self->cancelled_id = 0;
  set_stalled (self, FALSE);
  return task;
}

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  PtpFaultPlan *self = user_data;
  GTask *task;

  if (self->fault == PTP_FAULT_DEAF)
    return;

  task = take_held (self);
  if (self->fault == PTP_FAULT_STALL)
    {
      self->finish (task, self->fault, TRUE);
      g_object_unref (task);
    }
  else
    {
      finish_later (task, self->fault, self->fault == PTP_FAULT_LATE_CANCELLED, self->finish);
    }
}

static void
hold (PtpFaultPlan *self, GTask *task, PtpFaultFinish finish)
{
  GCancellable *cancellable = g_task_get_cancellable (task);

  g_assert_null (self->held);
  self->held = g_object_ref (task);
  self->finish = finish;
  set_stalled (self, TRUE);
  if (cancellable != NULL)
    self->cancelled_id
      = g_signal_connect (cancellable, "cancelled", G_CALLBACK (cancelled_cb), self);
}

void
ptp_fault_plan_start (PtpFaultPlan *self,
                      PtpFault fault,
                      gpointer stream,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data,
                      gpointer data,
                      PtpFaultFinish finish)
{
  gboolean at_once = fault == PTP_FAULT_AT_ONCE;
  g_autoptr (GTask) task = g_task_new (stream, cancellable, at_once ? NULL : callback, user_data);

  /* What it did is what it says, whoever cancels it. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, data, g_free);

  if (fault == PTP_FAULT_IDLE)
    finish_later (g_object_ref (task), fault, FALSE, finish);
  else if (is_stalling (fault) && !g_cancellable_is_cancelled (cancellable))
    hold (self, task, finish);
  else
    finish (task, fault, FALSE);

  if (at_once)
    callback (stream, G_ASYNC_RESULT (task), user_data);
}

/* Without blocking */

static void
update_source (PtpFaultPlan *self)
{
  if (self->source != NULL)
    g_source_set_ready_time (self->source, ptp_fault_plan_is_stalled (self) ? -1 : 0);
}

gboolean
ptp_fault_plan_block (PtpFaultPlan *self, PtpFault fault)
{
  if (!is_stalling (fault) && fault != PTP_FAULT_BLOCK)
    return FALSE;

  set_stalled (self, fault != PTP_FAULT_BLOCK);
  update_source (self);
  return TRUE;
}

GSource *
ptp_fault_plan_create_source (PtpFaultPlan *self, gpointer stream)
{
  g_clear_pointer (&self->source, g_source_unref);
  self->source = g_pollable_source_new (G_OBJECT (stream));
  update_source (self);
  return g_source_ref (self->source);
}

/* From the test */

static gboolean
read_flag (PtpFaultPlan *self, const gboolean *flag)
{
  gboolean value;

  g_mutex_lock (&self->mutex);
  value = *flag;
  g_mutex_unlock (&self->mutex);
  return value;
}

gboolean
ptp_fault_plan_is_stalled (PtpFaultPlan *self)
{
  return read_flag (self, &self->stalled);
}

gboolean
ptp_fault_plan_was_reached (PtpFaultPlan *self)
{
  return read_flag (self, &self->reached);
}

gboolean
ptp_fault_plan_has_failed (PtpFaultPlan *self)
{
  return read_flag (self, &self->failed);
}

guint
ptp_fault_plan_get_n_calls (PtpFaultPlan *self, PtpFaultCall call)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->n_calls[call];
  g_mutex_unlock (&self->mutex);
  return n;
}

guint
ptp_fault_plan_get_n_writes (PtpFaultPlan *self)
{
  guint n = 0;

  g_mutex_lock (&self->mutex);
  for (PtpFaultCall call = PTP_FAULT_CALL_WRITE; call < PTP_FAULT_CALL_FLUSH; call++)
    n += self->n_calls[call];
  g_mutex_unlock (&self->mutex);
  return n;
}

void
ptp_fault_plan_release (PtpFaultPlan *self)
{
  g_autoptr (GTask) task = NULL;

  g_mutex_lock (&self->mutex);
  self->released = TRUE;
  self->stalled = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);

  update_source (self);
  task = take_held (self);
  if (task != NULL)
    self->finish (task, self->fault, FALSE);
}

void
ptp_fault_plan_end (PtpFaultPlan *self)
{
  ptp_fault_plan_release (self);
  g_clear_pointer (&self->source, g_source_unref);
}
