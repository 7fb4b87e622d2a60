/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-pull-to-push-private.h"

#include "../contract/ptp-consumer-private.h"
#include "../contract/ptp-error.h"

/* A stream that could not be registered is over, also if the consumer kept it or has started it;
 * the caller has the error, so nobody else needs to hear of it. Returns whether the producer is
 * still to be told: not after an end that came from inside the registration, which tells it.
 */
static gboolean
give_up (PtpPullToPush *self, const GError *error)
{
  if (ptp_pull_to_push_abandon (self))
    return TRUE;

  g_atomic_int_or (&self->run.wanted, PTP_WANTED_HEARD);
  ptp_runnable_end (&self->run, PTP_CAUSE_REASON, g_error_copy (error));

  /* Disposed of by hand. */
  return self->driver.producer == NULL && !self->run.over;
}

/**
 * ptp_pull_to_push_stream:
 * @producer: where the chunks come from
 * @consumer: where the chunks go
 * @error: return location for an error
 *
 * Makes an adapter, registers it with the consumer and starts it, on the
 * thread-default context.
 *
 * The first step comes in a later turn, so there is time to connect to the
 * signals. Fails as [method@PullToPush.Consumer.register_pull_producer] does.
 *
 * Returns: (transfer full): the stream; it may be dropped, since a started
 *   stream keeps itself alive to its end
 *
 * Since: 1.0
 */
PtpPullToPush *
ptp_pull_to_push_stream (PtpPullProducer *producer, PtpConsumer *consumer, GError **error)
{
  g_autoptr (PtpPullToPush) self = NULL;
  g_autoptr (PtpPullProducer) kept = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (PTP_IS_PULL_PRODUCER (producer), NULL);
  g_return_val_if_fail (PTP_IS_CONSUMER (consumer), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!ptp_consumer_check_pull_producer (producer, error))
    return NULL;

  /* The consumer may drop what the caller has. */
  kept = g_object_ref (producer);
  self = ptp_pull_to_push_new (producer, consumer);
  if (ptp_consumer_try_register (consumer, PTP_PUSH_PRODUCER (self), &local))
    {
      ptp_pull_to_push_start_streaming (self);
      return g_steal_pointer (&self);
    }

  if (give_up (self, local) && g_error_matches (local, PTP_ERROR, PTP_ERROR_CLOSED))
    ptp_pull_producer_cancel (producer, local);

  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

/**
 * ptp_pull_to_push_start_streaming:
 * @self: a stream
 *
 * Starts to ask the producer, in a later turn.
 *
 * It only starts; a consumer that wraps by hand calls it after registering.
 * Twice is once (rule L1); after an end it does nothing (rule L2); a stream
 * that is held starts paused (rule L3). From here to its end the stream keeps
 * itself alive. Call it on the context, or before anybody runs that. In
 * Twisted this is `startStreaming`.
 *
 * Since: 1.0
 */
void
ptp_pull_to_push_start_streaming (PtpPullToPush *self)
{
  g_return_if_fail (PTP_IS_PULL_TO_PUSH (self));

  if (ptp_runnable_get_state (&self->run) != PTP_STREAM_STATE_IDLE)
    return;

  ptp_pull_to_push_watch_cancellable (self);
  ptp_runnable_start (&self->run);
}

/**
 * ptp_pull_to_push_stop_streaming:
 * @self: a stream
 *
 * Stops the stream before it is finished.
 *
 * The source is cancelled, the consumer is told to abort, so that half of the
 * data does not look whole, and the stream ends as stopped. If its consumer has
 * unregistered it by then, as Twisted's consumers do before they call
 * `stopStreaming`, it ends as finished. While it is finishing this asks the
 * consumer to abort; what that says is how the stream ends.
 *
 * May be called from any thread; at most the running step completes (rule T3).
 * After the end it does nothing (rule L6). In Twisted this is `stopStreaming`,
 * and a consumer has to call it; here unregistering does.
 *
 * Since: 1.0
 */
void
ptp_pull_to_push_stop_streaming (PtpPullToPush *self)
{
  g_return_if_fail (PTP_IS_PULL_TO_PUSH (self));

  ptp_runnable_end (&self->run, PTP_CAUSE_STOP, NULL);
}

/**
 * ptp_pull_to_push_hold:
 * @self: a stream
 * @name: who holds it, such as `user` or `battery`
 *
 * Keeps the stream paused, beside its consumer and other holders, until
 * [method@PullToPush.PullToPush.release] with the same name.
 *
 * Holding twice by one name is holding once (rule L5). May be called from any
 * thread and before the start (rule L3); at most the running step completes
 * (rule T3).
 *
 * Since: 1.0
 */
void
ptp_pull_to_push_hold (PtpPullToPush *self, const char *name)
{
  g_return_if_fail (PTP_IS_PULL_TO_PUSH (self));
  g_return_if_fail (name != NULL);

  ptp_runnable_hold (&self->run, name);
}

/**
 * ptp_pull_to_push_release:
 * @self: a stream
 * @name: who held it
 *
 * Ends a hold; the stream goes on when nobody holds it.
 *
 * Without such a hold it does nothing (rule L4). May be called from any thread.
 *
 * Since: 1.0
 */
void
ptp_pull_to_push_release (PtpPullToPush *self, const char *name)
{
  g_return_if_fail (PTP_IS_PULL_TO_PUSH (self));
  g_return_if_fail (name != NULL);

  ptp_runnable_release (&self->run, name);
}

/**
 * ptp_pull_to_push_wait_async:
 * @self: a stream
 * @cancellable: (nullable): ends the wait, not the stream
 * @callback: (nullable) (scope async) (closure user_data): called at the end
 * @user_data: data for @callback
 *
 * Waits for the end of the stream; also after it.
 *
 * May be called from any thread; the callback comes on the thread-default
 * context of the caller.
 *
 * Since: 1.0
 */
void
ptp_pull_to_push_wait_async (PtpPullToPush *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (PTP_IS_PULL_TO_PUSH (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  ptp_runnable_wait_async (&self->run, cancellable, callback, user_data,
                           ptp_pull_to_push_wait_async);
}

/**
 * ptp_pull_to_push_wait_finish:
 * @self: a stream
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Tells how the stream ended.
 *
 * Fails with the error of the stream if it failed, %PTP_ERROR_STOPPED if it was
 * stopped, %G_IO_ERROR_CANCELLED if the stream or the wait was cancelled.
 *
 * Call it in the callback, on the context of whoever waits.
 *
 * Returns: true if the stream finished
 *
 * Since: 1.0
 */
gboolean
ptp_pull_to_push_wait_finish (PtpPullToPush *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (PTP_IS_PULL_TO_PUSH (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, ptp_pull_to_push_wait_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
