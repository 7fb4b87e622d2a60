/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-push-private.h"

void
ptp_testing_push_stopped_before_start (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = ptp_testing_push_new (run);
  g_autoptr (GError) error = NULL;

  if (push == NULL)
    return;

  if (!ptp_consumer_register_push_producer (PTP_CONSUMER (push->consumer), push->producer, &error))
    {
      ptp_testing_run_fault (run, "it could not be registered: %s", error->message);
      return;
    }
  ptp_testing_consumer_stop (push->consumer);
  ptp_testing_run_bar (run, push->consumer, "L2",
                       "it was written to, although it had stopped the "
                       "producer before its start");
  ptp_testing_run_call_hook (run, PTP_TESTING_HOOK_START, push->producer);
  ptp_testing_run_linger (run);
}

static void
act_at_write (PtpTestingRun *run, const char *rule, gpointer func)
{
  guint n_writes = ptp_testing_push_count_writes (run);

  for (guint i = 1; i <= MIN (n_writes, PTP_TESTING_PUSH_POINTS); i++)
    {
      g_autoptr (PtpTestingPush) push = ptp_testing_push_new (run);

      if (push == NULL || ptp_testing_run_is_over (run))
        return;

      push->at_write = i;
      ptp_testing_push_on (push, "event::write", func);
      if (!ptp_testing_push_start (push) || !ptp_testing_push_finish (push))
        return;

      ptp_testing_run_linger (run);
      ptp_testing_run_take_violations (run, ptp_testing_consumer_dup_violations (push->consumer),
                                       rule);
    }
}

static void
stop_cb (PtpTestingConsumer *consumer, const char *name, gpointer user_data)
{
  PtpTestingPush *push = user_data;

  if (consumer->n_writes == push->at_write)
    ptp_testing_consumer_stop (consumer);
}

void
ptp_testing_push_stopped_inside_write (PtpTestingRun *run)
{
  act_at_write (run, "R3", stop_cb);
}

static void
unregister_cb (PtpTestingConsumer *consumer, const char *name, gpointer user_data)
{
  PtpTestingPush *push = user_data;

  if (consumer->n_writes == push->at_write)
    ptp_consumer_unregister_producer (PTP_CONSUMER (consumer));
}

void
ptp_testing_push_unregistered_inside_write (PtpTestingRun *run)
{
  act_at_write (run, "R4", unregister_cb);
}

void
ptp_testing_push_after_the_end (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = ptp_testing_push_reference (run, NULL);

  if (push == NULL)
    return;

  ptp_testing_run_drain (run);
  ptp_testing_run_bar (run, push->consumer, "L6",
                       "it was written to because of a call after the "
                       "end");
  for (guint i = 0; i < 2; i++)
    {
      ptp_push_producer_pause_producing (push->producer);
      ptp_push_producer_resume_producing (push->producer);
      ptp_push_producer_stop_producing (push->producer);
      ptp_push_producer_unregistered (push->producer);
    }
  ptp_testing_run_call_hook (run, PTP_TESTING_HOOK_START, push->producer);
  ptp_testing_run_linger (run);
}

void
ptp_testing_push_quiet_after_end (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = ptp_testing_push_reference (run, NULL);

  if (push == NULL)
    return;

  ptp_testing_run_bar (run, push->consumer, "L8",
                       "it was written to after the producer had "
                       "unregistered itself");
  ptp_testing_run_linger (run);
}

static void
drop_both (PtpTestingPush *push, const char *when)
{
  g_signal_handlers_disconnect_by_data (push->consumer, push);
  ptp_testing_run_drain (push->run);
  ptp_testing_run_drop (push->run, g_steal_pointer (&push->consumer), when);
  ptp_testing_run_drop (push->run, g_steal_pointer (&push->producer), when);
}

void
ptp_testing_push_released (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = ptp_testing_push_reference (run, NULL);

  if (push != NULL)
    drop_both (push, "after the end");
}

/* Before its first write, and inside each of the first ones. */
void
ptp_testing_push_released_after_stop (PtpTestingRun *run)
{
  for (guint i = 0; i <= PTP_TESTING_PUSH_POINTS; i++)
    {
      g_autoptr (PtpTestingPush) push = ptp_testing_push_new (run);

      if (push == NULL || ptp_testing_run_is_over (run))
        return;

      push->at_write = i;
      ptp_testing_push_on (push, "event::write", stop_cb);
      if (!ptp_testing_push_start (push))
        return;
      if (i == 0)
        ptp_testing_consumer_stop (push->consumer);
      if (!ptp_testing_push_finish (push))
        return;
      drop_both (push, "after a stop");
    }
}

void
ptp_testing_push_dropped_before_start (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = ptp_testing_push_new (run);

  if (push == NULL)
    return;

  ptp_testing_run_bar (run, push->consumer, "T4",
                       "it was written to after the producer had been dropped");
  ptp_testing_run_drop (run, g_steal_pointer (&push->producer), "before it was used");
}

/* What a consumer saw of the end, each event by its first word. */
static void
judge_failure (PtpTestingPush *push)
{
  g_auto (GStrv) events = ptp_testing_consumer_dup_events (push->consumer);
  guint n_failed = 0, n_let_go = 0;

  for (gsize i = 0; events[i] != NULL; i++)
    {
      if (g_str_has_prefix (events[i], "producer-failed "))
        n_failed++;
      else if (g_str_equal (events[i], "unregister") && n_failed > 0)
        n_let_go++;
    }

  if (n_failed != 1 || n_let_go != 1)
    ptp_testing_run_fault (push->run,
                           "it called producer_failed() %u times, and unregistered %u times after "
                           "that",
                           n_failed, n_let_go);
}

static gboolean
is_let_go (gpointer user_data)
{
  PtpTestingPush *push = user_data;

  return ptp_testing_consumer_get_producer (push->consumer) == NULL;
}

void
ptp_testing_push_fails (PtpTestingRun *run)
{
  g_autoptr (PtpTestingPush) push = NULL;

  if (!ptp_testing_run_has_hook (run, PTP_TESTING_HOOK_FAIL))
    {
      ptp_testing_run_skip (run, "needs the hook FAIL, which makes it fail");
      return;
    }

  push = ptp_testing_push_new (run);
  if (push == NULL || !ptp_testing_push_start (push))
    return;

  ptp_testing_run_call_hook (run, PTP_TESTING_HOOK_FAIL, push->producer);
  if (!ptp_testing_run_until (run, is_let_go, push))
    ptp_testing_run_fault (run, "it failed, and did not unregister itself");
  ptp_testing_run_linger (run);
  judge_failure (push);
}

void
ptp_testing_push_write_fails (PtpTestingRun *run)
{
  guint n_writes = ptp_testing_push_count_writes (run);

  for (guint i = 1; i <= MIN (n_writes, PTP_TESTING_PUSH_POINTS); i++)
    {
      g_autoptr (PtpTestingPush) push = ptp_testing_push_new (run);

      if (push == NULL || ptp_testing_run_is_over (run))
        return;

      ptp_testing_consumer_set_fail_write (push->consumer, i);
      if (!ptp_testing_push_start (push) || !ptp_testing_push_finish (push))
        return;

      ptp_testing_run_linger (run);
      ptp_testing_run_take_violations (run, ptp_testing_consumer_dup_violations (push->consumer),
                                       "E5");
      judge_failure (push);
    }
}
