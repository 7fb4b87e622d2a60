/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-pull-to-push-private.h"

#include "../contract/ptp-consumer-private.h"
#include "../contract/ptp-guard-private.h"

PtpStepResult
ptp_pull_to_push_step (PtpRunnable *run, GError **error)
{
  PtpPullToPush *self = (PtpPullToPush *) run;
  GError *local = NULL;
  PtpStepResult result = self->produce (self->producer, self->consumer, &local);

  return ptp_guard_step (self->producer, "produce", result, local, error);
}

static void
ready_cb (PtpPullProducer *producer, gpointer user_data)
{
  PtpPullToPush *self = PTP_PULL_TO_PUSH (user_data);

  ptp_runnable_ready (&self->run);
}

static void
unref_closure_data (gpointer data, GClosure *closure)
{
  g_object_unref (data);
}

/* The closure has a reference, since another thread may be about to call when the stream ends. */
void
ptp_pull_to_push_listen (PtpRunnable *run)
{
  PtpPullToPush *self = PTP_PULL_TO_PUSH (run);

  self->ready_id
    = g_signal_connect_data (self->producer, "ready", G_CALLBACK (ready_cb), g_object_ref (self),
                             unref_closure_data, G_CONNECT_DEFAULT);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  PtpPullToPush *self = PTP_PULL_TO_PUSH (user_data);

  ptp_runnable_end (&self->run, PTP_STREAM_STATE_FAILED,
                    g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                         "The stream was cancelled"));
}

void
ptp_pull_to_push_watch_cancellable (PtpPullToPush *self)
{
  if (self->cancellable != NULL && self->cancelled_id == 0)
    self->cancelled_id = g_cancellable_connect (self->cancellable, G_CALLBACK (cancelled_cb),
                                                g_object_ref (self), g_object_unref);
}

/* Not g_cancellable_disconnect(), which waits for a cancellation that may be what runs this. */
void
ptp_pull_to_push_unwatch_cancellable (PtpPullToPush *self)
{
  if (self->cancelled_id != 0)
    g_clear_signal_handler (&self->cancelled_id, self->cancellable);
}

/* The registration is this stream, or its producer with a consumer that wraps by hand. */
static void
unregister (PtpPullToPush *self, PtpPullProducer *producer, PtpConsumer *consumer)
{
  if (!ptp_consumer_unregister_this (consumer, self))
    ptp_consumer_unregister_this (consumer, producer);
}

void
ptp_pull_to_push_tear_down (PtpRunnable *run,
                            PtpStreamState end,
                            const GError *error,
                            gboolean answered)
{
  PtpPullToPush *self = PTP_PULL_TO_PUSH (run);
  g_autoptr (PtpPullProducer) producer = g_steal_pointer (&self->producer);
  g_autoptr (PtpConsumer) consumer = g_steal_pointer (&self->consumer);

  if (self->ready_id != 0)
    g_clear_signal_handler (&self->ready_id, producer);
  ptp_pull_to_push_unwatch_cancellable (self);
  g_clear_object (&self->cancellable);

  if (end != PTP_STREAM_STATE_FINISHED && !answered)
    ptp_pull_producer_cancel (producer);

  if (end == PTP_STREAM_STATE_FAILED)
    ptp_consumer_producer_failed (consumer, error);

  /* A consumer that stopped its producer is dead: it is not called again, and lets go by itself. */
  if (end != PTP_STREAM_STATE_STOPPED)
    unregister (self, producer, consumer);
}
