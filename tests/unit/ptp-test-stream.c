/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-test-stream.h"

typedef struct
{
  PtpTestStream *stream;
  PtpStreamState state;
  int n_produces;
} Wanted;

static void
init_with (PtpTestStream *self,
           PtpTestProducer *producer,
           PtpCooperator *cooperator,
           PtpPullToPushFlags flags)
{
  self->log = ptp_test_log_new ();
  self->cooperator = g_object_ref (cooperator);
  self->producer = producer;
  self->producer->hook_data = self;
  ptp_test_producer_set_log (self->producer, self->log);
  self->consumer = ptp_test_consumer_new ();
  self->consumer->hook_data = self;
  ptp_test_consumer_set_log (self->consumer, self->log);
  self->stream = g_object_new (PTP_TYPE_PULL_TO_PUSH, "producer", self->producer, "consumer",
                               self->consumer, "cooperator", cooperator, "flags", flags, NULL);
  self->ends = ptp_test_ends_new (self->stream);
  self->ends->log = ptp_test_log_ref (self->log);
  self->ends->hook_data = self;
}

void
ptp_test_stream_init_on (PtpTestStream *self, PtpTestProducer *producer, PtpCooperator *cooperator)
{
  init_with (self, producer, cooperator, PTP_PULL_TO_PUSH_NONE);
}

void
ptp_test_stream_init_keeping (PtpTestStream *self,
                              PtpTestProducer *producer,
                              PtpPullToPushFlags flags)
{
  g_autoptr (PtpCooperator) cooperator
    = ptp_cooperator_new (g_main_context_get_thread_default (), G_PRIORITY_DEFAULT_IDLE);

  init_with (self, producer, cooperator, flags);
}

void
ptp_test_stream_init (PtpTestStream *self, PtpTestProducer *producer)
{
  ptp_test_stream_init_keeping (self, producer, PTP_PULL_TO_PUSH_NONE);
}

void
ptp_test_stream_start (PtpTestStream *self)
{
  g_autoptr (GError) error = NULL;

  ptp_consumer_register_push_producer (PTP_CONSUMER (self->consumer),
                                       PTP_PUSH_PRODUCER (self->stream), &error);
  g_assert_no_error (error);
  ptp_pull_to_push_start_streaming (self->stream);
}

static gboolean
has_produced (gpointer user_data)
{
  Wanted *wanted = user_data;

  return g_atomic_int_get (&wanted->stream->producer->n_produces) >= wanted->n_produces;
}

void
ptp_test_stream_until_produced (PtpTestStream *self, int n_produces)
{
  Wanted wanted = { .stream = self, .n_produces = n_produces };

  ptp_test_until (has_produced, &wanted);
}

static gboolean
is_in_state (gpointer user_data)
{
  Wanted *wanted = user_data;

  return ptp_pull_to_push_get_state (wanted->stream->stream) == wanted->state;
}

/* A producer that by itself brings a stream to that state, if one can. */
static PtpTestProducer *
producer_for (PtpStreamState state)
{
  PtpTestProducer *producer = ptp_test_producer_new_endless ("x");

  if (state == PTP_STREAM_STATE_WAITING)
    {
      producer->rest = PTP_STEP_RESULT_PENDING;
      producer->rest_chunk = NULL;
    }
  else if (state == PTP_STREAM_STATE_ENDING || state == PTP_STREAM_STATE_FINISHED)
    ptp_test_producer_answer (producer, "x", PTP_STEP_RESULT_FINISHED);
  else if (state == PTP_STREAM_STATE_FAILED)
    ptp_test_producer_answer_error (producer, NULL, PTP_STEP_RESULT_FAILED,
                                    g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "Scripted"));
  return producer;
}

void
ptp_test_stream_init_in (PtpTestStream *self, PtpStreamState state)
{
  Wanted wanted = { .stream = self, .state = state };

  ptp_test_stream_init (self, producer_for (state));
  if (state == PTP_STREAM_STATE_IDLE)
    return;
  if (state == PTP_STREAM_STATE_ENDING)
    self->consumer->finish_result = PTP_END_RESULT_PENDING;

  ptp_test_stream_start (self);
  ptp_test_stream_until_produced (self, 1);
  if (state == PTP_STREAM_STATE_PAUSED)
    ptp_push_producer_pause_producing (PTP_PUSH_PRODUCER (self->stream));
  if (state == PTP_STREAM_STATE_STOPPED)
    ptp_test_stream_stop (self);
  ptp_test_until (is_in_state, &wanted);
  if (state == PTP_STREAM_STATE_ENDING)
    ptp_test_until_set (&self->consumer->n_finishes);
  if (state >= PTP_STREAM_STATE_FINISHED)
    ptp_test_ends_wait (self->ends);
}

/* A stream that was neither started nor ended may simply be dropped. One whose consumer has not
 * settled is made to abort.
 */
static void
bring_to_end (PtpTestStream *self)
{
  ptp_test_stream_unregister (self);
  if (ptp_pull_to_push_get_state (self->stream) == PTP_STREAM_STATE_IDLE)
    return;

  ptp_pull_to_push_stop_streaming (self->stream);
  ptp_test_ends_wait (self->ends);
}

void
ptp_test_stream_clear (PtpTestStream *self)
{
  bring_to_end (self);
  ptp_test_drain ();

  g_assert_false (self->producer->reentered);
  g_assert_false (self->producer->strayed);
  g_assert_false (self->consumer->strayed);
  g_assert_cmpuint (self->ends->n_ends, <=, 1);
  g_assert_cmpint (self->producer->n_cancels, <=, 1);

  ptp_test_assert_finalize (g_steal_pointer (&self->stream));
  ptp_test_assert_finalize (g_steal_pointer (&self->consumer));
  ptp_test_assert_finalize (g_steal_pointer (&self->producer));
  g_clear_pointer (&self->ends, ptp_test_ends_unref);
  g_clear_pointer (&self->log, ptp_test_log_unref);
  g_clear_object (&self->cooperator);
}
