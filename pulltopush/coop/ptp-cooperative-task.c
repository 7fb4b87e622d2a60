/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cooperative-task.h"

#include "../contract/ptp-error.h"
#include "../contract/ptp-guard-private.h"
#include "ptp-runnable-private.h"

/**
 * PtpCooperativeTask:
 *
 * A piece of chunked work that a [class@PullToPush.Cooperator] runs step by
 * step.
 *
 * [method@PullToPush.Cooperator.cooperate] makes one and starts it. It ends when
 * its function says so, fails, or it is stopped; then exactly one of
 * [signal@PullToPush.CooperativeTask::finished],
 * [signal@PullToPush.CooperativeTask::stopped] and
 * [signal@PullToPush.CooperativeTask::failed] is emitted, once (rule L8). Until
 * then it keeps itself alive. Twisted has it as `CooperativeTask`, where pauses
 * are counted; here pausing twice is pausing once (rule L5).
 *
 * ## Threads
 *
 * The function and the signals run on the context of the cooperator only (rule
 * T1). Everything else may be called from any thread, and from inside the
 * function (rule T2).
 *
 * Since: 1.0
 */
struct _PtpCooperativeTask
{
  PtpRunnable run;

  PtpStepFunc step_func;
  gpointer user_data;
  GDestroyNotify destroy;
};

typedef enum
{
  PROP_STATE = 1,
  PROP_ERROR,
} PtpCooperativeTaskProperty;

static GParamSpec *properties[PROP_ERROR + 1];
static guint signals[PTP_RUNNABLE_N_SIGNALS];
static guint8 kind;

G_DEFINE_TYPE (PtpCooperativeTask, ptp_cooperative_task, G_TYPE_OBJECT)

/* What cooperate() makes. One of any other type, also of one that a language binding derives, was
 * made without a function, by its bare constructor.
 */
typedef PtpCooperativeTask PtpFunctionTask;
typedef PtpCooperativeTaskClass PtpFunctionTaskClass;

static GType ptp_function_task_get_type (void);
G_DEFINE_FINAL_TYPE (PtpFunctionTask, ptp_function_task, PTP_TYPE_COOPERATIVE_TASK)

static void
ptp_function_task_class_init (PtpFunctionTaskClass *klass)
{
}

static void
ptp_function_task_init (PtpFunctionTask *self)
{
}

static PtpStepResult
run (PtpRunnable *runnable, guint n_steps, GError **error)
{
  PtpCooperativeTask *self = (PtpCooperativeTask *) runnable;
  PtpStepResult result;
  GError *local = NULL;

  do
    {
      result = self->step_func (self->user_data, &local);
      runnable->n_steps++;
    }
  while (result == PTP_STEP_RESULT_MORE && local == NULL && --n_steps > 0
         && !ptp_runnable_must_leave (runnable));

  return ptp_guard_step (self, "step_func", result, local, error);
}

static void
drop_step_func (PtpCooperativeTask *self)
{
  GDestroyNotify destroy = g_steal_pointer (&self->destroy);

  if (destroy != NULL)
    destroy (self->user_data);
}

static PtpStreamState
end (PtpRunnable *run, PtpCause cause, GError **error)
{
  drop_step_func (PTP_COOPERATIVE_TASK (run));

  switch (cause)
    {
    case PTP_CAUSE_EXHAUSTED:
      return PTP_STREAM_STATE_FINISHED;
    case PTP_CAUSE_BROKEN:
    case PTP_CAUSE_FAILED:
      return PTP_STREAM_STATE_FAILED;
    case PTP_CAUSE_NONE:
    case PTP_CAUSE_LET_GO:
    case PTP_CAUSE_STOP:
    case PTP_CAUSE_REASON:
    default:
      return PTP_STREAM_STATE_STOPPED;
    }
}

static void
tear_down (PtpRunnable *run)
{
}

static char *
describe (PtpRunnable *run)
{
  PtpCooperativeTask *self = PTP_COOPERATIVE_TASK (run);

  return g_strdup_printf ("task of function %p", (void *) (gsize) self->step_func);
}

static const PtpRunnableVtable vtable = {
  .run = run,
  .describe = describe,
  .end = end,
  .tear_down = tear_down,
  .signals = signals,
  .state_pspec = &properties[PROP_STATE],
  .error_pspec = &properties[PROP_ERROR],
};

static void
ptp_cooperative_task_constructed (GObject *object)
{
  PtpCooperativeTask *self = PTP_COOPERATIVE_TASK (object);

  G_OBJECT_CLASS (ptp_cooperative_task_parent_class)->constructed (object);

  if (G_OBJECT_TYPE (self) == ptp_function_task_get_type ())
    return;

  self->run.cooperator = ptp_cooperator_ref_default ();
  ptp_runnable_constructed (&self->run);
  ptp_runnable_end (&self->run, PTP_CAUSE_FAILED,
                    g_error_new_literal (PTP_ERROR, PTP_ERROR_INVALID,
                                         "The task was made without a function to run: "
                                         "use the function cooperate of a cooperator"));
}

static void
ptp_cooperative_task_finalize (GObject *object)
{
  PtpCooperativeTask *self = PTP_COOPERATIVE_TASK (object);

  ptp_runnable_finalize (&self->run);

  G_OBJECT_CLASS (ptp_cooperative_task_parent_class)->finalize (object);
}

static void
ptp_cooperative_task_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  PtpCooperativeTask *self = PTP_COOPERATIVE_TASK (object);

  switch ((PtpCooperativeTaskProperty) prop_id)
    {
    case PROP_STATE:
      g_value_set_enum (value, (int) ptp_cooperative_task_get_state (self));
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, ptp_cooperative_task_get_error (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_cooperative_task_class_init (PtpCooperativeTaskClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = ptp_cooperative_task_constructed;
  object_class->finalize = ptp_cooperative_task_finalize;
  object_class->get_property = ptp_cooperative_task_get_property;

  /**
   * PtpCooperativeTask:state: (getter get_state)
   *
   * Where the task stands. Notified on the context.
   *
   * Since: 1.0
   */
  properties[PROP_STATE]
    = g_param_spec_enum ("state", NULL, NULL, PTP_TYPE_STREAM_STATE, PTP_STREAM_STATE_IDLE,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * PtpCooperativeTask:error: (getter get_error)
   *
   * Why the task failed; %NULL unless it did.
   *
   * Since: 1.0
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  /**
   * PtpCooperativeTask::finished:
   * @self: the task
   *
   * The function said that it is finished. Emitted on the context, last of all.
   *
   * Since: 1.0
   */
  /**
   * PtpCooperativeTask::stopped:
   * @self: the task
   *
   * The task was stopped. Emitted on the context, last of all.
   *
   * Since: 1.0
   */
  /**
   * PtpCooperativeTask::failed:
   * @self: the task
   * @error: why
   *
   * The function failed. Emitted on the context, last of all.
   *
   * Since: 1.0
   */
  ptp_runnable_install_signals (PTP_TYPE_COOPERATIVE_TASK, signals);
  kind = ptp_runnable_add_kind (&vtable);
}

static void
ptp_cooperative_task_init (PtpCooperativeTask *self)
{
  ptp_runnable_init (&self->run, kind);
}

/**
 * ptp_cooperator_cooperate:
 * @self: a cooperator
 * @step_func: (scope notified) (closure user_data) (destroy destroy): does one
 *   small piece of work each time it is called
 * @user_data: data for @step_func
 * @destroy: (nullable): frees @user_data; called once, on the context, at the
 *   end and before the signals
 *
 * Runs chunked work step by step until it is finished, fails or is stopped.
 *
 * The first step comes in a later turn of the context. The function may do
 * anything, also stop its own task. In Twisted this is `cooperate`.
 *
 * Call it on the context.
 *
 * Returns: (transfer full): the task, already started
 *
 * Since: 1.0
 */
PtpCooperativeTask *
ptp_cooperator_cooperate (PtpCooperator *self,
                          PtpStepFunc step_func,
                          gpointer user_data,
                          GDestroyNotify destroy)
{
  PtpCooperativeTask *task;

  g_return_val_if_fail (PTP_IS_COOPERATOR (self), NULL);
  g_return_val_if_fail (step_func != NULL, NULL);

  task = g_object_new (ptp_function_task_get_type (), NULL);
  task->run.cooperator = g_object_ref (self);
  task->step_func = step_func;
  task->user_data = user_data;
  task->destroy = destroy;
  ptp_runnable_constructed (&task->run);
  ptp_runnable_start (&task->run);

  return task;
}

/**
 * ptp_cooperative_task_get_state: (get-property state)
 * @self: a task
 *
 * Gets where the task stands.
 *
 * May be called from any thread.
 *
 * Returns: the state
 *
 * Since: 1.0
 */
PtpStreamState
ptp_cooperative_task_get_state (PtpCooperativeTask *self)
{
  g_return_val_if_fail (PTP_IS_COOPERATIVE_TASK (self), PTP_STREAM_STATE_IDLE);

  return ptp_runnable_get_state (&self->run);
}

/**
 * ptp_cooperative_task_get_error: (get-property error)
 * @self: a task
 *
 * Gets why the task failed.
 *
 * May be called from any thread.
 *
 * Returns: (nullable) (transfer none): the error, %NULL unless the task failed
 *
 * Since: 1.0
 */
const GError *
ptp_cooperative_task_get_error (PtpCooperativeTask *self)
{
  g_return_val_if_fail (PTP_IS_COOPERATIVE_TASK (self), NULL);

  return ptp_runnable_get_error (&self->run);
}

/**
 * ptp_cooperative_task_pause:
 * @self: a task
 *
 * Pauses the task: no further step until it is resumed.
 *
 * May be called from any thread; at most the running step completes (rule T3).
 *
 * Since: 1.0
 */
void
ptp_cooperative_task_pause (PtpCooperativeTask *self)
{
  g_return_if_fail (PTP_IS_COOPERATIVE_TASK (self));

  ptp_runnable_pause (&self->run);
}

/**
 * ptp_cooperative_task_resume:
 * @self: a task
 *
 * Goes on after a pause; without one it does nothing (rule L4).
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
ptp_cooperative_task_resume (PtpCooperativeTask *self)
{
  g_return_if_fail (PTP_IS_COOPERATIVE_TASK (self));

  ptp_runnable_resume (&self->run);
}

/**
 * ptp_cooperative_task_ready:
 * @self: a task
 *
 * Goes on after the function answered %PTP_STEP_RESULT_PENDING.
 *
 * May be called from any thread and at any time, also from inside the function
 * before it answers (rule R7).
 *
 * Since: 1.0
 */
void
ptp_cooperative_task_ready (PtpCooperativeTask *self)
{
  g_return_if_fail (PTP_IS_COOPERATIVE_TASK (self));

  ptp_runnable_ready (&self->run);
}

/**
 * ptp_cooperative_task_stop:
 * @self: a task
 *
 * Ends the task as stopped; after its end it does nothing (rule L6).
 *
 * May be called from any thread; at most the running step completes (rule T3).
 *
 * Since: 1.0
 */
void
ptp_cooperative_task_stop (PtpCooperativeTask *self)
{
  g_return_if_fail (PTP_IS_COOPERATIVE_TASK (self));

  ptp_runnable_end (&self->run, PTP_CAUSE_STOP, NULL);
}

/**
 * ptp_cooperative_task_wait_async:
 * @self: a task
 * @cancellable: (nullable): ends the wait, not the task
 * @callback: (nullable) (scope async) (closure user_data): called at the end
 * @user_data: data for @callback
 *
 * Waits for the end of the task; also after it.
 *
 * May be called from any thread; the callback comes on the thread-default
 * context of the caller.
 *
 * Since: 1.0
 */
void
ptp_cooperative_task_wait_async (PtpCooperativeTask *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_return_if_fail (PTP_IS_COOPERATIVE_TASK (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  ptp_runnable_wait_async (&self->run, cancellable, callback, user_data,
                           ptp_cooperative_task_wait_async);
}

/**
 * ptp_cooperative_task_wait_finish:
 * @self: a task
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Tells how the task ended.
 *
 * Fails with the error of the task if it failed, %PTP_ERROR_STOPPED if it was
 * stopped, %G_IO_ERROR_CANCELLED if the wait was cancelled.
 *
 * Call it in the callback, on the context of whoever waits.
 *
 * Returns: true if the task finished
 *
 * Since: 1.0
 */
gboolean
ptp_cooperative_task_wait_finish (PtpCooperativeTask *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (PTP_IS_COOPERATIVE_TASK (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, ptp_cooperative_task_wait_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
