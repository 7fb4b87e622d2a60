/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-test-wait.h"

static void
waited_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  PtpTestWait *self = user_data;

  self->n_calls++;
  self->thread = g_thread_self ();
  if (PTP_IS_CONSUMER (object))
    {
      self->settlement
        = ptp_consumer_wait_settled_finish (PTP_CONSUMER (object), result, &self->error);
      self->result = self->settlement != 0;
    }
  else if (PTP_IS_PULL_TO_PUSH (object))
    self->result = ptp_pull_to_push_wait_finish (PTP_PULL_TO_PUSH (object), result, &self->error);
  else
    self->result
      = ptp_cooperative_task_wait_finish (PTP_COOPERATIVE_TASK (object), result, &self->error);
  ptp_test_log_add (self->log, "waited");
}

void
ptp_test_wait_start (PtpTestWait *self, gpointer object, GCancellable *cancellable)
{
  if (PTP_IS_CONSUMER (object))
    ptp_consumer_wait_settled_async (object, cancellable, waited_cb, self);
  else if (PTP_IS_PULL_TO_PUSH (object))
    ptp_pull_to_push_wait_async (object, cancellable, waited_cb, self);
  else
    ptp_cooperative_task_wait_async (object, cancellable, waited_cb, self);
}

void
ptp_test_wait_until_over (PtpTestWait *self)
{
  ptp_test_until_set (&self->n_calls);
  g_assert_cmpuint (self->n_calls, ==, 1);
  g_assert_true (self->result == (self->error == NULL));
}

void
ptp_test_wait_clear (PtpTestWait *self)
{
  g_clear_error (&self->error);
}
