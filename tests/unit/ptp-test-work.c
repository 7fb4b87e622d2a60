/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-test-work.h"

static PtpStepResult
work_step (gpointer user_data, GError **error)
{
  PtpTestWork *self = user_data;

  self->n_steps++;
  if (self->n_steps > self->n_cheap)
    {
      self->clock->now += self->cost;
      self->used += self->cost;
    }
  if (self->on_step != NULL)
    self->on_step (self, self->hook_data);
  return PTP_STEP_RESULT_MORE;
}

void
ptp_test_work_start (PtpTestWork *self, PtpCooperator *cooperator)
{
  self->task = ptp_cooperator_cooperate (cooperator, work_step, self, NULL);
}

void
ptp_test_works_stop (PtpTestWork *works, gsize n_works)
{
  for (gsize i = 0; i < n_works; i++)
    ptp_cooperative_task_stop (works[i].task);
  for (gsize i = 0; i < n_works; i++)
    ptp_test_assert_finalize (g_steal_pointer (&works[i].task));
}
