/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-pull-to-push-private.h"

#include "../contract/ptp-consumer-private.h"
#include "../contract/ptp-guard-private.h"
#include "../contract/ptp-iface-table-private.h"

/* What the vfunc guard checks before a call is checked once for all these steps; without an
 * implementation the checked call says so in its error.
 */
PtpStepResult
ptp_pull_to_push_run (PtpRunnable *run, guint n_steps, GError **error)
{
  PtpPullToPush *self = (PtpPullToPush *) run;
  PtpPullProducer *producer = self->producer;
  PtpConsumer *consumer = self->consumer;
  PtpPullProducerInterface *iface = ptp_pull_producer_peek_iface (producer);
  PtpStepResult (*produce) (PtpPullProducer *, PtpConsumer *, GError **)
    = iface != NULL && iface->produce != NULL ? iface->produce : ptp_pull_producer_produce;
  PtpStepResult result;
  GError *local = NULL;

  do
    {
      result = produce (producer, consumer, &local);
      run->n_steps++;
    }
  while (result == PTP_STEP_RESULT_MORE && local == NULL && --n_steps > 0
         && !ptp_runnable_must_leave (run));

  return ptp_guard_step (producer, "produce", result, local, error);
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

  g_signal_connect_data (self->producer, "ready", G_CALLBACK (ready_cb), g_object_ref (self),
                         unref_closure_data, G_CONNECT_DEFAULT);
}

static void
stop_listening (PtpPullToPush *self, PtpPullProducer *producer)
{
  if (self->run.listening)
    g_signal_handlers_disconnect_by_func (producer, ready_cb, self);
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

  stop_listening (self, producer);
  ptp_pull_to_push_replace_cancellable (self, NULL);

  if (end != PTP_STREAM_STATE_FINISHED && !answered)
    ptp_pull_producer_cancel (producer);

  if (end == PTP_STREAM_STATE_FAILED && !ptp_pull_to_push_is_let_go (self))
    ptp_consumer_producer_failed (consumer, error);

  /* A consumer that stopped its producer is dead: it is not called again, and lets go by itself. */
  if (end != PTP_STREAM_STATE_STOPPED)
    unregister (self, producer, consumer);
}

char *
ptp_pull_to_push_describe (PtpRunnable *run)
{
  PtpPullToPush *self = PTP_PULL_TO_PUSH (run);

  return g_strdup_printf ("stream from %s to %s", G_OBJECT_TYPE_NAME (self->producer),
                          G_OBJECT_TYPE_NAME (self->consumer));
}
