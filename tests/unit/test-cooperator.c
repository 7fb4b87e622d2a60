/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Cooperative tasks, which know nothing of producers and consumers. */

#include "ptp-test-util.h"
#include "ptp-test-wait.h"

/* A task that takes its answers from a list, then finishes. */
typedef struct
{
  PtpCooperator *cooperator; /* (owned) */
  PtpCooperativeTask *task;  /* (owned) */
  PtpTestEnds *ends;         /* (owned) */
  const PtpStepResult *answers;
  guint n_answers;
  GError *error; /* (owned) (nullable): set with the last answer */
  guint n_steps;
  guint n_destroys;
  GThread *destroyed_in;
  guint n_ends_at_destroy;
} Job;

static PtpStepResult
job_step (gpointer user_data, GError **error)
{
  Job *job = user_data;
  guint i = job->n_steps++;

  if (i + 1 == job->n_answers && job->error != NULL)
    g_propagate_error (error, g_steal_pointer (&job->error));
  return i < job->n_answers ? job->answers[i] : PTP_STEP_RESULT_FINISHED;
}

static PtpStepResult
endless_step (gpointer user_data, GError **error)
{
  ((Job *) user_data)->n_steps++;
  return PTP_STEP_RESULT_MORE;
}

static void
job_destroyed (gpointer user_data)
{
  Job *job = user_data;

  job->n_destroys++;
  job->destroyed_in = g_thread_self ();
  job->n_ends_at_destroy = job->ends != NULL ? job->ends->n_ends : 0;
}

static void
job_start_with (Job *job, PtpStepFunc step, const PtpStepResult *answers, guint n_answers)
{
  GError *error = job->error;

  *job = (Job){ .answers = answers, .n_answers = n_answers, .error = error };
  job->cooperator
    = ptp_cooperator_new (g_main_context_get_thread_default (), G_PRIORITY_DEFAULT_IDLE);
  job->task = ptp_cooperator_cooperate (job->cooperator, step, job, job_destroyed);
  job->ends = ptp_test_ends_new (job->task);
}

static void
job_start (Job *job, const PtpStepResult *answers, guint n_answers)
{
  job->error = NULL;
  job_start_with (job, job_step, answers, n_answers);
}

static void
job_start_endless (Job *job)
{
  job->error = NULL;
  job_start_with (job, endless_step, NULL, 0);
}

static void
job_clear (Job *job)
{
  ptp_cooperative_task_stop (job->task);
  ptp_test_ends_wait (job->ends);
  g_assert_cmpuint (job->n_destroys, ==, 1);
  g_assert_true (job->destroyed_in == g_thread_self ());
  /* The signal comes last of all. */
  g_assert_cmpuint (job->n_ends_at_destroy, ==, 0);
  ptp_test_assert_finalize (g_steal_pointer (&job->task));
  ptp_test_assert_finalize (g_steal_pointer (&job->cooperator));
  g_clear_pointer (&job->ends, ptp_test_ends_unref);
}

#define assert_state(job, expected)                                                                \
  g_assert_cmpint (ptp_cooperative_task_get_state ((job)->task), ==, PTP_STREAM_STATE_##expected)

static void
test_finished (void)
{
  const PtpStepResult answers[] = { PTP_STEP_RESULT_MORE, PTP_STEP_RESULT_MORE };
  Job job;

  job_start (&job, answers, G_N_ELEMENTS (answers));
  assert_state (&job, STREAMING);
  g_assert_cmpuint (job.n_steps, ==, 0);
  ptp_test_ends_wait (job.ends);
  g_assert_cmpuint (job.ends->n_finished, ==, 1);
  g_assert_cmpint (job.ends->state, ==, PTP_STREAM_STATE_FINISHED);
  g_assert_cmpuint (job.n_steps, ==, 3);
  job_clear (&job);
}

static void
test_failed (void)
{
  const PtpStepResult answers[] = { PTP_STEP_RESULT_MORE, PTP_STEP_RESULT_FAILED };
  Job job;

  job.error = g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "Scripted");
  job_start_with (&job, job_step, answers, G_N_ELEMENTS (answers));
  ptp_test_ends_wait (job.ends);
  g_assert_cmpuint (job.ends->n_failed, ==, 1);
  g_assert_error (job.ends->error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_error (ptp_cooperative_task_get_error (job.task), G_IO_ERROR, G_IO_ERROR_BUSY);
  assert_state (&job, FAILED);
  job_clear (&job);
}

static void
test_disagreeing_answers (void)
{
  const PtpStepResult bad[] = { PTP_STEP_RESULT_FAILED, (PtpStepResult) 17, (PtpStepResult) -1 };
  Job job;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      job_start (&job, &bad[i], 1);
      ptp_test_ends_wait (job.ends);
      g_assert_error (job.ends->error, PTP_ERROR, PTP_ERROR_FAILED);
      g_assert_nonnull (strstr (job.ends->error->message, "PtpFunctionTask"));
      g_assert_cmpuint (job.n_steps, ==, 1);
      job_clear (&job);
    }

  for (int i = PTP_STEP_RESULT_MORE; i <= PTP_STEP_RESULT_PENDING; i++)
    {
      PtpStepResult answer = (PtpStepResult) i;

      job.error = g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "Scripted");
      job_start_with (&job, job_step, &answer, 1);
      ptp_test_ends_wait (job.ends);
      g_assert_error (job.ends->error, G_IO_ERROR, G_IO_ERROR_BUSY);
      job_clear (&job);
    }
}

static void
test_pause (void)
{
  Job job;
  guint n_steps;

  job_start_endless (&job);
  ptp_test_until_set (&job.n_steps);
  ptp_cooperative_task_pause (job.task);
  ptp_cooperative_task_pause (job.task);
  assert_state (&job, PAUSED);
  n_steps = job.n_steps;
  ptp_test_drain ();
  g_assert_cmpuint (job.n_steps, ==, n_steps);
  g_assert_false (ptp_cooperator_get_active (job.cooperator));

  ptp_cooperative_task_ready (job.task);
  ptp_test_drain ();
  assert_state (&job, PAUSED);
  ptp_cooperative_task_resume (job.task);
  assert_state (&job, STREAMING);
  job.n_steps = 0;
  ptp_test_until_set (&job.n_steps);
  job_clear (&job);
}

static void
test_pause_at_once (void)
{
  Job job;

  job_start_endless (&job);
  ptp_cooperative_task_pause (job.task);
  ptp_test_drain ();
  g_assert_cmpuint (job.n_steps, ==, 0);
  job_clear (&job);
  g_assert_cmpuint (job.n_steps, ==, 0);
}

static void
test_pending (void)
{
  const PtpStepResult answers[]
    = { PTP_STEP_RESULT_PENDING, PTP_STEP_RESULT_MORE, PTP_STEP_RESULT_PENDING };
  Job job;

  job_start (&job, answers, G_N_ELEMENTS (answers));
  ptp_test_drain ();
  assert_state (&job, WAITING);
  g_assert_cmpuint (job.n_steps, ==, 1);
  ptp_cooperative_task_resume (job.task);
  ptp_test_drain ();
  assert_state (&job, WAITING);

  ptp_cooperative_task_ready (job.task);
  assert_state (&job, STREAMING);
  ptp_test_drain ();
  assert_state (&job, WAITING);
  g_assert_cmpuint (job.n_steps, ==, 3);
  ptp_cooperative_task_ready (job.task);
  ptp_test_ends_wait (job.ends);
  g_assert_cmpuint (job.ends->n_finished, ==, 1);
  job_clear (&job);
}

static void
ready_in_thread_cb (gpointer task, gpointer unused)
{
  ptp_cooperative_task_ready (task);
}

static PtpStepResult
ready_inside_step (gpointer user_data, GError **error)
{
  Job *job = user_data;

  if (++job->n_steps == 10)
    return PTP_STEP_RESULT_FINISHED;

  if (job->n_steps % 2)
    ptp_cooperative_task_ready (job->task);
  else
    ptp_test_in_thread (ready_in_thread_cb, job->task, NULL);
  return PTP_STEP_RESULT_PENDING;
}

static void
test_ready_inside_step (void)
{
  Job job;

  job.error = NULL;
  job_start_with (&job, ready_inside_step, NULL, 0);
  ptp_test_ends_wait (job.ends);
  g_assert_cmpuint (job.n_steps, ==, 10);
  g_assert_cmpuint (job.ends->n_finished, ==, 1);
  job_clear (&job);
}

/* A ready for an older wait does not answer a newer one. */
static void
test_ready_is_not_saved (void)
{
  const PtpStepResult answers[] = { PTP_STEP_RESULT_MORE, PTP_STEP_RESULT_PENDING };
  Job job;

  job_start (&job, answers, G_N_ELEMENTS (answers));
  ptp_cooperative_task_ready (job.task);
  ptp_test_drain ();
  assert_state (&job, WAITING);
  job_clear (&job);
}

static void
test_stop (void)
{
  Job job;
  guint n_steps;

  job_start_endless (&job);
  ptp_test_until_set (&job.n_steps);
  n_steps = job.n_steps;
  ptp_cooperative_task_stop (job.task);
  ptp_cooperative_task_stop (job.task);
  assert_state (&job, ENDING);
  g_assert_cmpuint (job.ends->n_ends, ==, 0);
  ptp_test_ends_wait (job.ends);
  g_assert_cmpuint (job.ends->n_stopped, ==, 1);
  g_assert_cmpuint (job.n_steps, ==, n_steps);

  ptp_cooperative_task_pause (job.task);
  ptp_cooperative_task_resume (job.task);
  ptp_cooperative_task_ready (job.task);
  ptp_cooperative_task_stop (job.task);
  ptp_test_drain ();
  assert_state (&job, STOPPED);
  g_assert_null (ptp_cooperative_task_get_error (job.task));
  job_clear (&job);
}

static void
test_stop_at_once (void)
{
  Job job;

  job_start_endless (&job);
  ptp_cooperative_task_stop (job.task);
  g_assert_cmpuint (job.n_destroys, ==, 0);
  job_clear (&job);
  g_assert_cmpuint (job.n_steps, ==, 0);
}

static void
test_dropped_task (void)
{
  const PtpStepResult answers[] = { PTP_STEP_RESULT_MORE, PTP_STEP_RESULT_MORE };
  Job job;
  gpointer task;

  job_start (&job, answers, G_N_ELEMENTS (answers));
  task = job.task;
  g_object_add_weak_pointer (task, &task);
  g_object_unref (job.task);
  g_assert_nonnull (task);
  ptp_test_until_set (&job.ends->n_ends);
  ptp_test_drain ();
  g_assert_null (task);
  g_assert_cmpuint (job.n_steps, ==, 3);
  g_assert_cmpuint (job.n_destroys, ==, 1);
  ptp_test_assert_finalize (job.cooperator);
  ptp_test_ends_unref (job.ends);
}

static void
drop_all (gpointer user_data)
{
  Job *job = user_data;

  job->n_destroys++;
  g_clear_object (&job->task);
  g_clear_object (&job->cooperator);
}

/* What destroys the data may own all the rest. */
static void
test_dropped_inside_destroy (void)
{
  Job job = { 0 };
  gpointer task, cooperator;

  cooperator = job.cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT);
  task = job.task = ptp_cooperator_cooperate (job.cooperator, job_step, &job, drop_all);
  g_object_add_weak_pointer (task, &task);
  g_object_add_weak_pointer (cooperator, &cooperator);
  ptp_test_drain ();
  g_assert_cmpuint (job.n_destroys, ==, 1);
  g_assert_cmpuint (job.n_steps, ==, 1);
  g_assert_null (task);
  g_assert_null (cooperator);
}

static void
test_wait (void)
{
  const PtpStepResult finish[] = { PTP_STEP_RESULT_MORE };
  const PtpStepResult fail[] = { PTP_STEP_RESULT_FAILED };
  Job job;

  for (int i = PTP_STREAM_STATE_FINISHED; i <= PTP_STREAM_STATE_FAILED; i++)
    {
      g_auto (PtpTestWait) first = { 0 };
      g_auto (PtpTestWait) second = { 0 };
      g_auto (PtpTestWait) late = { 0 };
      PtpTestWait *const waits[] = { &first, &second, &late };

      if (i == PTP_STREAM_STATE_STOPPED)
        job_start_endless (&job);
      else
        job_start (&job, i == PTP_STREAM_STATE_FAILED ? fail : finish, 1);
      ptp_test_wait_start (&first, job.task, NULL);
      ptp_test_wait_start (&second, job.task, NULL);
      if (i == PTP_STREAM_STATE_STOPPED)
        ptp_cooperative_task_stop (job.task);
      g_assert_cmpuint (first.n_calls, ==, 0);
      ptp_test_ends_wait (job.ends);
      ptp_test_wait_start (&late, job.task, NULL);
      g_assert_cmpuint (late.n_calls, ==, 0);

      for (gsize j = 0; j < G_N_ELEMENTS (waits); j++)
        {
          ptp_test_wait_until_over (waits[j]);
          g_assert_true (waits[j]->result == (i == PTP_STREAM_STATE_FINISHED));
          if (i == PTP_STREAM_STATE_STOPPED)
            g_assert_error (waits[j]->error, PTP_ERROR, PTP_ERROR_STOPPED);
          else if (i == PTP_STREAM_STATE_FAILED)
            g_assert_error (waits[j]->error, PTP_ERROR, PTP_ERROR_FAILED);
        }
      job_clear (&job);
    }
}

static void
cancel_cb (gpointer cancellable, gpointer unused)
{
  g_cancellable_cancel (cancellable);
}

static void
test_wait_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) elsewhere = g_cancellable_new ();
  g_auto (PtpTestWait) cancelled = { 0 };
  g_auto (PtpTestWait) from_thread = { 0 };
  g_auto (PtpTestWait) too_late = { 0 };
  g_auto (PtpTestWait) patient = { 0 };
  Job job;
  guint n_steps;

  job_start_endless (&job);
  ptp_test_wait_start (&cancelled, job.task, cancellable);
  ptp_test_wait_start (&from_thread, job.task, elsewhere);
  ptp_test_wait_start (&patient, job.task, NULL);
  ptp_test_until_set (&job.n_steps);
  g_cancellable_cancel (cancellable);
  ptp_test_wait_until_over (&cancelled);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  ptp_test_in_thread (cancel_cb, elsewhere, NULL);
  ptp_test_wait_until_over (&from_thread);
  g_assert_error (from_thread.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  ptp_test_wait_start (&too_late, job.task, cancellable);
  ptp_test_wait_until_over (&too_late);
  g_assert_error (too_late.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  /* It ended the wait, not the task. */
  assert_state (&job, STREAMING);
  n_steps = job.n_steps;
  job.n_steps = 0;
  ptp_test_until_set (&job.n_steps);
  g_assert_cmpuint (n_steps, >, 0);
  g_assert_cmpuint (patient.n_calls, ==, 0);
  ptp_cooperative_task_stop (job.task);
  ptp_test_wait_until_over (&patient);
  g_assert_error (patient.error, PTP_ERROR, PTP_ERROR_STOPPED);
  g_assert_cmpuint (cancelled.n_calls + from_thread.n_calls + too_late.n_calls, ==, 3);
  job_clear (&job);
}

/* A wait that is over watches its cancellable no more, and one without a callback harms nobody. */
static void
test_wait_lets_go (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (PtpTestWait) wait = { 0 };
  Job job;

  job_start (&job, NULL, 0);
  ptp_cooperative_task_wait_async (job.task, NULL, NULL, NULL);
  ptp_test_wait_start (&wait, job.task, cancellable);
  ptp_test_wait_until_over (&wait);
  g_assert_true (wait.result);
  g_cancellable_cancel (cancellable);
  job_clear (&job);
  g_assert_cmpuint (wait.n_calls, ==, 1);
  g_assert_finalize_object (g_steal_pointer (&cancellable));
}

static void
count_notify_cb (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_notify_state (void)
{
  const PtpStepResult answers[] = { PTP_STEP_RESULT_PENDING };
  Job job;
  guint n_notifies = 0;

  job_start (&job, answers, 1);
  g_signal_connect (job.task, "notify::state", G_CALLBACK (count_notify_cb), &n_notifies);
  ptp_test_drain ();
  n_notifies = 0;
  ptp_cooperative_task_pause (job.task);
  g_assert_cmpuint (n_notifies, ==, 0);
  ptp_test_drain ();
  g_assert_cmpuint (n_notifies, ==, 1);
  ptp_cooperative_task_resume (job.task);
  ptp_cooperative_task_ready (job.task);
  ptp_test_ends_wait (job.ends);
  g_assert_cmpuint (n_notifies, >, 1);
  job_clear (&job);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cooperator/finished", test_finished);
  g_test_add_func ("/cooperator/failed", test_failed);
  g_test_add_func ("/cooperator/disagreeing-answers", test_disagreeing_answers);
  g_test_add_func ("/cooperator/pause", test_pause);
  g_test_add_func ("/cooperator/pause-at-once", test_pause_at_once);
  g_test_add_func ("/cooperator/pending", test_pending);
  g_test_add_func ("/cooperator/ready-inside-step", test_ready_inside_step);
  g_test_add_func ("/cooperator/ready-is-not-saved", test_ready_is_not_saved);
  g_test_add_func ("/cooperator/stop", test_stop);
  g_test_add_func ("/cooperator/stop-at-once", test_stop_at_once);
  g_test_add_func ("/cooperator/dropped-task", test_dropped_task);
  g_test_add_func ("/cooperator/dropped-inside-destroy", test_dropped_inside_destroy);
  g_test_add_func ("/cooperator/wait", test_wait);
  g_test_add_func ("/cooperator/wait-cancelled", test_wait_cancelled);
  g_test_add_func ("/cooperator/wait-lets-go", test_wait_lets_go);
  g_test_add_func ("/cooperator/notify-state", test_notify_state);

  return g_test_run ();
}
