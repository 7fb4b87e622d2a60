/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What becomes of a main context that a program drops, and of the streams in it. */

#include "ptp-test-stream.h"
#include "ptp-test-wait.h"

#define N_CONTEXTS (100)

static guint
count_descriptors (void)
{
  GDir *dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  g_clear_pointer (&dir, g_dir_close);

  return n;
}

/* A stream in a context of its own, of which nothing but the stream is kept. */
static PtpPullToPush *
stream_in_dropped_context (PtpStreamState state, PtpTestProducer **producer)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (PtpTestConsumer) consumer = ptp_test_consumer_new ();
  PtpPullToPush *stream;

  *producer = ptp_test_producer_new ();
  (*producer)->rest
    = state == PTP_STREAM_STATE_WAITING ? PTP_STEP_RESULT_PENDING : PTP_STEP_RESULT_MORE;
  g_main_context_push_thread_default (context);
  stream = ptp_pull_to_push_new (PTP_PULL_PRODUCER (*producer), PTP_CONSUMER (consumer));
  if (state != PTP_STREAM_STATE_IDLE)
    {
      g_assert_true (ptp_consumer_register_push_producer (PTP_CONSUMER (consumer),
                                                          PTP_PUSH_PRODUCER (stream), NULL));
      ptp_pull_to_push_start_streaming (stream);
    }
  if (state == PTP_STREAM_STATE_PAUSED)
    ptp_pull_to_push_hold (stream, "test");
  if (state == PTP_STREAM_STATE_PAUSED || state == PTP_STREAM_STATE_WAITING)
    ptp_test_drain ();
  g_main_context_pop_thread_default (context);
  g_assert_cmpint (ptp_pull_to_push_get_state (stream), ==, state);

  return stream;
}

/* Stops it, and runs its context, which the stream has kept, until nothing is left to do. */
static void
end_and_drop (PtpPullToPush *stream)
{
  g_autoptr (GMainContext) context
    = g_main_context_ref (ptp_cooperator_get_context (ptp_pull_to_push_get_cooperator (stream)));

  ptp_test_stop_producing (PTP_PUSH_PRODUCER (stream));
  g_main_context_push_thread_default (context);
  ptp_test_drain ();
  g_assert_cmpint (ptp_pull_to_push_get_state (stream), ==, PTP_STREAM_STATE_STOPPED);
  g_main_context_pop_thread_default (context);
  g_assert_finalize_object (stream);
}

/* A program that stops its streams and runs the context until they have ended leaves nothing. */
static void
test_ended (void)
{
  const PtpStreamState states[]
    = { PTP_STREAM_STATE_STREAMING, PTP_STREAM_STATE_PAUSED, PTP_STREAM_STATE_WAITING };
  guint n_before;

  g_main_context_default ();
  n_before = count_descriptors ();
  for (guint i = 0; i < N_CONTEXTS; i++)
    {
      PtpTestProducer *producer;

      end_and_drop (stream_in_dropped_context (states[i % G_N_ELEMENTS (states)], &producer));
      g_assert_finalize_object (producer);
    }
  g_assert_cmpuint (count_descriptors (), ==, n_before);
}

/* One that was never started keeps nothing. */
static void
test_unstarted (void)
{
  guint n_before;

  g_main_context_default ();
  n_before = count_descriptors ();
  for (guint i = 0; i < N_CONTEXTS; i++)
    {
      PtpTestProducer *producer;

      g_assert_finalize_object (stream_in_dropped_context (PTP_STREAM_STATE_IDLE, &producer));
      g_assert_finalize_object (producer);
    }
  g_assert_cmpuint (count_descriptors (), ==, n_before);
}

static void
call_all (gpointer stream, gpointer unused)
{
  PtpPushProducer *producer = PTP_PUSH_PRODUCER (stream);
  g_auto (GStrv) holders = NULL;

  ptp_push_producer_pause_producing (producer);
  ptp_pull_to_push_hold (stream, "thread");
  holders = ptp_pull_to_push_dup_holders (stream);
  g_assert_cmpuint (g_strv_length (holders), >=, 2);
  g_assert_cmpint (ptp_pull_to_push_get_state (stream), ==, PTP_STREAM_STATE_PAUSED);
  g_assert_null (ptp_pull_to_push_get_error (stream));
  ptp_pull_to_push_release (stream, "thread");
  ptp_push_producer_resume_producing (producer);
  ptp_cooperator_get_active (ptp_pull_to_push_get_cooperator (stream));
}

static void
stop (gpointer stream, gpointer unused)
{
  ptp_test_stop_producing (PTP_PUSH_PRODUCER (stream));
}

/* Until then each call is as good as ever, from any thread; a wait can be cancelled. */
static void
test_calls (void)
{
  const PtpStreamState states[]
    = { PTP_STREAM_STATE_STREAMING, PTP_STREAM_STATE_PAUSED, PTP_STREAM_STATE_WAITING };

  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      PtpTestProducer *producer;
      PtpPullToPush *stream = stream_in_dropped_context (states[i], &producer);
      g_auto (PtpTestWait) cancelled = { 0 };
      g_auto (PtpTestWait) waited = { 0 };

      ptp_test_wait_start (&cancelled, stream, cancellable);
      ptp_test_wait_start (&waited, stream, NULL);
      ptp_test_in_thread (call_all, stream, NULL);
      g_cancellable_cancel (cancellable);
      ptp_test_wait_until_over (&cancelled);
      g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (producer));
      g_assert_cmpuint (waited.n_calls, ==, 0);

      ptp_test_in_thread (stop, stream, NULL);
      g_assert_cmpint (ptp_pull_to_push_get_state (stream), ==, PTP_STREAM_STATE_ENDING);
      g_main_context_iteration (ptp_cooperator_get_context (
                                  ptp_pull_to_push_get_cooperator (stream)),
                                FALSE);
      ptp_test_wait_until_over (&waited);
      g_assert_error (waited.error, PTP_ERROR, PTP_ERROR_STOPPED);
      end_and_drop (stream);
      g_assert_finalize_object (producer);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cooperator/context/ended", test_ended);
  g_test_add_func ("/cooperator/context/unstarted", test_unstarted);
  g_test_add_func ("/rules/T2/context/calls", test_calls);

  return g_test_run ();
}
