/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-consumer-private.h"

#include "ptp-error.h"
#include "ptp-guard-private.h"
#include "ptp-iface-table-private.h"
#include "ptp-push-producer-private.h"
#include "ptp-quark-private.h"

/**
 * PtpConsumer:
 *
 * Takes chunks, one at a time, and tells its producer to pause and resume.
 *
 * This is Twisted's `IConsumer`. A consumer has at most one producer (rule
 * L10). The consumer sets the pace: it calls
 * [method@PullToPush.PushProducer.pause_producing] when it holds enough and
 * [method@PullToPush.PushProducer.resume_producing] when it has room again.
 *
 * A consumer only ever sees push producers: a pull producer that is registered
 * with [method@PullToPush.Consumer.register_pull_producer] is wrapped in a
 * [class@PullToPush.PullToPush]. In Twisted every consumer had to do that by
 * hand.
 *
 * ## The end
 *
 * A consumer is told how its data ends. [vfunc@PullToPush.Consumer.finish] says
 * that all of it came: flush, close, commit. [vfunc@PullToPush.Consumer.abort]
 * says that it is not whole: undo what can be undone, so that half a file never
 * replaces a whole one (rule E10). Exactly one of the two is the last word, and
 * it comes before the producer is unregistered, unless the consumer unregisters
 * the producer by itself, since it has enough (rule L17).
 *
 * Either may take a while: it answers %PTP_END_RESULT_PENDING, and the consumer
 * says later how it went, with [signal@PullToPush.Consumer::settled] or
 * [signal@PullToPush.Consumer::settle-failed], from any thread. Then the
 * consumer has settled. An abort may follow a finish that is pending. A consumer
 * that is past its point of no return by then lets the finish run and says
 * %PTP_SETTLEMENT_FINISHED; otherwise it undoes and says
 * %PTP_SETTLEMENT_ABORTED. What the consumer says is what the end of the stream
 * is.
 *
 * The library keeps a record of all this for every consumer, so the rules hold
 * whoever calls: finish and abort are called at most once each, a write after
 * either is refused with %PTP_ERROR_CLOSED, and a write that failed makes
 * [method@PullToPush.Consumer.finish] an abort (rule L22). A new registration
 * starts afresh.
 *
 * ## Threads
 *
 * All functions of a consumer are called on the context of its stream only
 * (rule T1). The signals may be emitted from any thread.
 *
 * Since: 1.0
 */

enum
{
  SETTLED,
  SETTLE_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_INTERFACE (PtpConsumer, ptp_consumer, G_TYPE_OBJECT)

/* Not G_DEFINE_QUARK(), after which the formatter loses its way. */
static GQuark
registration_quark (void)
{
  static guint quark;

  return ptp_quark_get (&quark, "ptp-consumer-registration");
}

static PtpEndResult
ptp_consumer_real_finish (PtpConsumer *self, GError **error)
{
  return PTP_END_RESULT_DONE;
}

static PtpEndResult
ptp_consumer_real_abort (PtpConsumer *self, const GError *reason, GError **error)
{
  return PTP_END_RESULT_DONE;
}

static gsize
ptp_consumer_real_get_desired_size (PtpConsumer *self)
{
  return G_MAXSIZE;
}

static void
settle_failed_cb (PtpConsumer *self, const GError *error)
{
  g_autoptr (GError) unsaid = NULL;

  if (error == NULL)
    {
      unsaid = g_error_new (PTP_ERROR, PTP_ERROR_FAILED, "%s failed to settle and did not say why",
                            G_OBJECT_TYPE_NAME (self));
      error = unsaid;
    }

  ptp_consumer_record_settle (self, PTP_OUTCOME_FAILED, error);
}

static void
settled_cb (PtpConsumer *self, PtpSettlement settlement)
{
  g_autoptr (GError) error = NULL;

  switch (settlement)
    {
    case PTP_SETTLEMENT_FINISHED:
      ptp_consumer_record_settle (self, PTP_OUTCOME_FINISHED, NULL);
      break;

    case PTP_SETTLEMENT_ABORTED:
      ptp_consumer_record_settle (self, PTP_OUTCOME_ABORTED, NULL);
      break;

    default:
      error
        = g_error_new (PTP_ERROR, PTP_ERROR_FAILED, "%s settled with %d, which is not a settlement",
                       G_OBJECT_TYPE_NAME (self), (int) settlement);
      ptp_consumer_record_settle (self, PTP_OUTCOME_FAILED, error);
    }
}

static void
ptp_consumer_default_init (PtpConsumerInterface *iface)
{
  iface->finish = ptp_consumer_real_finish;
  iface->abort = ptp_consumer_real_abort;
  iface->get_desired_size = ptp_consumer_real_get_desired_size;

  /**
   * PtpConsumer::settled:
   * @self: the consumer
   * @settlement: what became of the data
   *
   * What was %PTP_END_RESULT_PENDING is over, and went well.
   *
   * The consumer emits it once after [vfunc@PullToPush.Consumer.finish] or
   * [vfunc@PullToPush.Consumer.abort] answered that, from any thread, and also
   * from inside the call before it returns: it is not lost (rule R10). One that
   * is emitted twice, or that nobody waits for, is ignored with a debug message.
   *
   * Since: 1.0
   */
  signals[SETTLED] = g_signal_new_class_handler ("settled", PTP_TYPE_CONSUMER, G_SIGNAL_RUN_LAST,
                                                 G_CALLBACK (settled_cb), NULL, NULL, NULL,
                                                 G_TYPE_NONE, 1, PTP_TYPE_SETTLEMENT);

  /**
   * PtpConsumer::settle-failed:
   * @self: the consumer
   * @error: why
   *
   * What was %PTP_END_RESULT_PENDING is over, and failed.
   *
   * It takes the place of [signal@PullToPush.Consumer::settled], with the same
   * rules. A finish that fails has undone what abort would undo.
   *
   * Since: 1.0
   */
  signals[SETTLE_FAILED]
    = g_signal_new_class_handler ("settle-failed", PTP_TYPE_CONSUMER, G_SIGNAL_RUN_LAST,
                                  G_CALLBACK (settle_failed_cb), NULL, NULL, NULL, G_TYPE_NONE, 1,
                                  G_TYPE_ERROR);
}

PtpPushProducer *
ptp_consumer_peek_producer (PtpConsumer *self)
{
  return g_object_get_qdata (G_OBJECT (self), registration_quark ());
}

/* What would go wrong later goes wrong now, while there is somebody to tell. */
static gboolean
check_consumer (PtpConsumer *self, GError **error)
{
  PtpConsumerInterface *iface = PTP_CONSUMER_GET_IFACE (self);

  return ptp_guard_slot (self, iface, register_push_producer, error)
         && ptp_guard_slot (self, iface, write, error)
         && ptp_guard_slot (self, iface, unregister_producer, error);
}

static gboolean
check_push_producer (PtpPushProducer *producer, GError **error)
{
  PtpPushProducerInterface *iface = PTP_PUSH_PRODUCER_GET_IFACE (producer);

  return ptp_guard_slot (producer, iface, pause_producing, error)
         && ptp_guard_slot (producer, iface, resume_producing, error)
         && ptp_guard_slot (producer, iface, stop_producing, error);
}

gboolean
ptp_consumer_check_pull_producer (PtpPullProducer *producer, GError **error)
{
  PtpPullProducerInterface *iface = PTP_PULL_PRODUCER_GET_IFACE (producer);

  return ptp_guard_slot (producer, iface, produce, error);
}

/* The registration is there before the consumer is asked, so that it may pause, resume and even
 * unregister from inside.
 */
static gboolean
admit (PtpConsumer *self, PtpPushProducer *producer, GError **error)
{
  PtpPushProducer *registered = ptp_consumer_peek_producer (self);

  if (registered != NULL)
    {
      g_set_error (error, PTP_ERROR, PTP_ERROR_ALREADY_REGISTERED,
                   "%s cannot be registered: %s has a producer, %s; unregister that first",
                   G_OBJECT_TYPE_NAME (producer), G_OBJECT_TYPE_NAME (self),
                   G_OBJECT_TYPE_NAME (registered));
      return FALSE;
    }
  if (!ptp_consumer_record_check_pending (self, G_OBJECT (producer), error))
    return FALSE;

  ptp_push_producer_forget_pause (producer);
  g_object_set_qdata_full (G_OBJECT (self), registration_quark (), g_object_ref (producer),
                           g_object_unref);
  return TRUE;
}

/* The consumer may have unregistered it from inside. @before is (transfer full) (nullable). */
static void
withdraw (PtpConsumer *self, PtpPushProducer *producer, PtpConsumerRecord *before)
{
  if (ptp_consumer_peek_producer (self) == producer)
    {
      g_object_set_qdata (G_OBJECT (self), registration_quark (), NULL);
      ptp_consumer_record_restore (self, before);
    }
  else
    {
      ptp_consumer_record_forget (before);
    }
}

gboolean
ptp_consumer_try_register (PtpConsumer *self, PtpPushProducer *producer, GError **error)
{
  PtpConsumerInterface *iface = PTP_CONSUMER_GET_IFACE (self);
  PtpConsumerRecord *before;
  GError *local = NULL;
  gboolean result;

  if (!check_consumer (self, error) || !check_push_producer (producer, error)
      || !admit (self, producer, error))
    return FALSE;

  before = ptp_consumer_record_renew (self);
  result = iface->register_push_producer (self, producer, &local);
  if (!ptp_guard_boolean (self, "register_push_producer", result, local, error))
    {
      withdraw (self, producer, before);
      return FALSE;
    }

  ptp_consumer_record_forget (before);
  if (ptp_consumer_peek_producer (self) == producer)
    ptp_push_producer_registered (producer, self);
  return TRUE;
}

/**
 * ptp_consumer_register_push_producer:
 * @self: a consumer
 * @producer: a producer that streams until paused
 * @error: return location for an error
 *
 * Makes @producer the one that writes to this consumer.
 *
 * The consumer keeps a reference until
 * [method@PullToPush.Consumer.unregister_producer]. The producer is told with
 * [method@PullToPush.PushProducer.registered]. In Twisted this is
 * `registerProducer (producer, True)`.
 *
 * Fails with %PTP_ERROR_ALREADY_REGISTERED if there is a producer, or if the
 * consumer has not settled what the one before wrote; everything is left as it
 * is (rule L10). Fails with %PTP_ERROR_CLOSED if the consumer takes nothing any
 * more; the newcomer is stopped, once, with that error as the reason (rule L11).
 * Fails with %PTP_ERROR_NOT_IMPLEMENTED if either lacks a virtual function that
 * it must implement (rule E3). The consumer may pause the producer from inside.
 *
 * Call it on the context on which @producer is to write (rule T1).
 *
 * Returns: true when registered
 *
 * Since: 1.0
 */
gboolean
ptp_consumer_register_push_producer (PtpConsumer *self, PtpPushProducer *producer, GError **error)
{
  g_autoptr (PtpPushProducer) kept = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (PTP_IS_CONSUMER (self), FALSE);
  g_return_val_if_fail (PTP_IS_PUSH_PRODUCER (producer), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  /* The consumer may drop the caller's reference. */
  kept = g_object_ref (producer);
  if (ptp_consumer_try_register (self, producer, &local))
    return TRUE;

  if (g_error_matches (local, PTP_ERROR, PTP_ERROR_CLOSED))
    ptp_push_producer_stop_producing (producer, local);

  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/**
 * ptp_consumer_unregister_producer:
 * @self: a consumer
 * @producer: the push producer that is registered
 *
 * Releases the registered producer.
 *
 * Called by the consumer it means "I have enough": the source is cancelled and
 * the stream ends as finished. It says nothing about the data; whoever ends
 * those calls [method@PullToPush.Consumer.finish] or
 * [method@PullToPush.Consumer.abort] before.
 *
 * The consumer is told, then the producer with
 * [method@PullToPush.PushProducer.unregistered]. If @producer is not the one that
 * is registered, nothing happens, silently (rules L9 and L20): so a producer that
 * is gone cannot cut off its successor. A pull producer is registered through a
 * [class@PullToPush.PullToPush], which is the one to name. The consumer can be
 * given a new producer at once, also from inside its virtual function (rule L16).
 * In Twisted this is `unregisterProducer`, which takes no argument.
 *
 * It is called on the context of the stream only (rule T1).
 *
 * Since: 1.0
 */
void
ptp_consumer_unregister_producer (PtpConsumer *self, PtpPushProducer *producer)
{
  g_autoptr (PtpPushProducer) registered = NULL;
  PtpConsumerInterface *iface;

  g_return_if_fail (PTP_IS_CONSUMER (self));
  g_return_if_fail (PTP_IS_PUSH_PRODUCER (producer));

  if (ptp_consumer_peek_producer (self) != producer)
    return;

  registered = g_object_steal_qdata (G_OBJECT (self), registration_quark ());
  ptp_push_producer_forget_pause (registered);

  iface = PTP_CONSUMER_GET_IFACE (self);
  if (ptp_guard_slot (self, iface, unregister_producer, NULL))
    iface->unregister_producer (self, registered);

  ptp_push_producer_unregistered (registered);
}

/**
 * ptp_consumer_get_desired_size:
 * @self: a consumer
 *
 * Gets how many bytes the consumer would like to have now.
 *
 * It is 0 while the consumer has paused its producer, so that a step which
 * writes many chunks can stop, and otherwise the consumer's own hint, %G_MAXSIZE
 * if it gives none. A chunk may be larger: a consumer that has not paused its
 * producer takes every chunk, whatever its size (rule B1). The field calls this
 * the desired size (WHATWG streams); Twisted has no such call.
 *
 * Call it on the context of the stream.
 *
 * Returns: a number of bytes
 *
 * Since: 1.0
 */
gsize
ptp_consumer_get_desired_size (PtpConsumer *self)
{
  PtpConsumerInterface *iface = ptp_consumer_peek_iface (self);
  PtpPushProducer *producer;

  ptp_return_if_not_found (iface, PTP_IS_CONSUMER (self), 0);

  producer = ptp_consumer_peek_producer (self);
  if (producer != NULL && ptp_push_producer_is_paused (producer))
    return 0;

  return ptp_guard_slot (self, iface, get_desired_size, NULL) ? iface->get_desired_size (self)
                                                              : G_MAXSIZE;
}

/* A write that failed ends the stream after the step, also when the producer ignores it. */
static gboolean
take_write_failure (PtpConsumer *self, GError *local, GError **error)
{
  PtpPushProducer *producer = ptp_consumer_peek_producer (self);

  ptp_consumer_record_note_write_error (self, local);
  if (producer != NULL)
    ptp_push_producer_write_failed (producer, local);

  g_propagate_error (error, local);
  return FALSE;
}

/* A consumer that was told its end, or that has nothing to be called. These are functions of their
 * own so that what is never called costs the others nothing.
 */
static G_NO_INLINE gboolean
refuses_write (PtpConsumer *self, GError **error)
{
  GError *local = NULL;

  return !ptp_consumer_record_check_open (self, &local) && !take_write_failure (self, local, error);
}

static G_NO_INLINE gboolean
write_without_slot (PtpConsumer *self, GError **error)
{
  GError *local = NULL;

  ptp_guard_missing (self, "write", &local);
  return take_write_failure (self, local, error);
}

static G_NO_INLINE gboolean
write_not_quite_well (PtpConsumer *self, gboolean result, GError *local, GError **error)
{
  GError *failure = NULL;

  if (ptp_guard_boolean (self, "write", result, local, &failure))
    return TRUE;

  return take_write_failure (self, failure, error);
}

/**
 * ptp_consumer_write:
 * @self: a consumer
 * @bytes: a chunk, of any size; the consumer takes its own reference
 * @error: return location for an error
 *
 * Gives the consumer one chunk.
 *
 * It never blocks. A producer calls it from inside its
 * [vfunc@PullToPush.PullProducer.produce] and passes an error on (rule E5); one
 * that ignores it ends failed all the same (rule L22). An empty chunk is a chunk,
 * not an end (rule L14). The consumer may pause or stop its producer from inside.
 * In Twisted this is `write`.
 *
 * Fails with %PTP_ERROR_CLOSED once the consumer was told its end or is closed,
 * %PTP_ERROR_OVERFLOW if a producer that was paused writes more than the consumer
 * can hold (rule B2), %PTP_ERROR_NOT_IMPLEMENTED (rule E3), %PTP_ERROR_FAILED if
 * the implementation did not say why (rule E2), or an error of the consumer's
 * own.
 *
 * It is called on the context of the stream only (rule T1).
 *
 * Returns: true when the chunk was taken, all of it
 *
 * Since: 1.0
 */
gboolean
ptp_consumer_write (PtpConsumer *self, GBytes *bytes, GError **error)
{
  PtpConsumerInterface *iface = ptp_consumer_peek_iface (self);
  GError *local = NULL;
  gboolean result;

  ptp_return_if_not_found (iface, PTP_IS_CONSUMER (self), FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (G_UNLIKELY (ptp_consumer_may_be_told (self)) && refuses_write (self, error))
    return FALSE;
  if (G_UNLIKELY (iface->write == NULL))
    return write_without_slot (self, error);

  result = iface->write (self, bytes, &local);
  if (G_LIKELY (result == TRUE && local == NULL))
    return TRUE;

  return write_not_quite_well (self, result, local, error);
}

static PtpEndResult
end_call (PtpConsumer *self, const char *vfunc, PtpEndResult result, GError *local, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GError) abort_reason = NULL;

  result = ptp_guard_end (self, vfunc, result, local, &failure);
  abort_reason = ptp_consumer_record_end_call (ptp_consumer_record_ensure (self), result, failure);
  if (abort_reason != NULL)
    ptp_consumer_abort (self, abort_reason, NULL);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));

  return result;
}

/* A stream that somebody else has told nothing of it would stay paused for ever. */
static void
tell_producer (PtpConsumer *self)
{
  PtpPushProducer *producer = ptp_consumer_peek_producer (self);

  if (producer != NULL)
    ptp_push_producer_consumer_told (producer);
}

/* What a write has lost cannot become whole. Takes @write_error. */
static PtpEndResult
abort_instead (PtpConsumer *self, GError *write_error, GError **error)
{
  g_autoptr (GError) owned = write_error;
  PtpConsumerInterface *iface = PTP_CONSUMER_GET_IFACE (self);
  PtpEndResult result = PTP_END_RESULT_FAILED;
  g_autoptr (GError) local = NULL;

  if (ptp_guard_slot (self, iface, abort, &local))
    result = iface->abort (self, write_error, &local);
  if (result != PTP_END_RESULT_PENDING || local != NULL)
    return end_call (self, "finish", PTP_END_RESULT_FAILED, g_steal_pointer (&owned), error);

  ptp_consumer_record_fail_later (ptp_consumer_record_ensure (self), write_error);
  return end_call (self, "finish", PTP_END_RESULT_PENDING, NULL, error);
}

/**
 * ptp_consumer_finish:
 * @self: a consumer
 * @error: return location for an error
 *
 * Tells the consumer that all of the data came and is well: it flushes, closes,
 * commits.
 *
 * [class@PullToPush.PullToPush] calls this when its source is exhausted. Call it
 * yourself from a push producer of your own, or when you write by hand; then wait
 * with [method@PullToPush.Consumer.wait_settled_async]. If a write has failed the
 * consumer is told to abort instead, and this fails with the error of the write.
 *
 * Fails with %PTP_ERROR_CLOSED if the consumer was told its end before, or with
 * the consumer's error: then it has undone what
 * [method@PullToPush.Consumer.abort] would undo. Twisted has no such call.
 *
 * It is called on the context of the stream only (rule T1). The consumer may call
 * anything from inside, also settle.
 *
 * Returns: how it went; %PTP_END_RESULT_PENDING if it takes a while
 *
 * Since: 1.0
 */
PtpEndResult
ptp_consumer_finish (PtpConsumer *self, GError **error)
{
  PtpConsumerInterface *iface;
  PtpEndResult result = PTP_END_RESULT_FAILED;
  GError *local = NULL;

  g_return_val_if_fail (PTP_IS_CONSUMER (self), PTP_END_RESULT_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, PTP_END_RESULT_FAILED);

  if (!ptp_consumer_record_begin_finish (ptp_consumer_record_ensure (self), error))
    return PTP_END_RESULT_FAILED;

  tell_producer (self);
  local = ptp_consumer_record_dup_write_error (self);
  if (local != NULL)
    return abort_instead (self, local, error);

  iface = PTP_CONSUMER_GET_IFACE (self);
  if (ptp_guard_slot (self, iface, finish, &local))
    result = iface->finish (self, &local);

  return end_call (self, "finish", result, local, error);
}

/**
 * ptp_consumer_abort:
 * @self: a consumer
 * @reason: why; never %NULL
 * @error: return location for an error
 *
 * Tells the consumer that no more will come and that what came is not whole: it
 * undoes what can be undone.
 *
 * [class@PullToPush.PullToPush] calls this when it was stopped, failed or was
 * cancelled. Call it yourself from a push producer of your own, or when you write
 * by hand. It may follow a [method@PullToPush.Consumer.finish] that is pending;
 * asked for from inside that, it is called right after it.
 *
 * Fails with %PTP_ERROR_CLOSED if the consumer was told to abort before or has
 * settled, or with the consumer's error. Twisted has no such call.
 *
 * It is called on the context of the stream only (rule T1).
 *
 * Returns: how it went; %PTP_END_RESULT_PENDING if it takes a while
 *
 * Since: 1.0
 */
PtpEndResult
ptp_consumer_abort (PtpConsumer *self, const GError *reason, GError **error)
{
  PtpConsumerInterface *iface;
  PtpEndResult result = PTP_END_RESULT_FAILED;
  GError *local = NULL;

  g_return_val_if_fail (PTP_IS_CONSUMER (self), PTP_END_RESULT_FAILED);
  g_return_val_if_fail (reason != NULL, PTP_END_RESULT_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, PTP_END_RESULT_FAILED);

  switch (ptp_consumer_record_begin_abort (ptp_consumer_record_ensure (self), reason, error))
    {
    case PTP_ABORT_LATER:
      return PTP_END_RESULT_PENDING;

    case PTP_ABORT_NOW:
      break;

    case PTP_ABORT_REFUSED:
    default:
      return PTP_END_RESULT_FAILED;
    }

  tell_producer (self);
  iface = PTP_CONSUMER_GET_IFACE (self);
  if (ptp_guard_slot (self, iface, abort, &local))
    result = iface->abort (self, reason, &local);

  return end_call (self, "abort", result, local, error);
}

/**
 * ptp_consumer_wait_settled_async:
 * @self: a consumer
 * @cancellable: (nullable): ends the wait, and nothing else
 * @callback: (nullable) (scope async) (closure user_data): called when the
 *   consumer has settled
 * @user_data: data for @callback
 *
 * Waits until the consumer has settled: until what
 * [method@PullToPush.Consumer.finish] or [method@PullToPush.Consumer.abort] began
 * is over.
 *
 * It may be called before either and after, and answers at once if the consumer
 * has settled. The consumer is kept alive for that long. To wait for a stream use
 * [method@PullToPush.PullToPush.wait_async], which answers after that.
 *
 * Call it on the context of the stream.
 *
 * Since: 1.0
 */
void
ptp_consumer_wait_settled_async (PtpConsumer *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task;

  g_return_if_fail (PTP_IS_CONSUMER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ptp_consumer_wait_settled_async);
  ptp_consumer_record_wait (ptp_consumer_record_ensure (self), task);
}

/**
 * ptp_consumer_wait_settled_finish:
 * @self: a consumer
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Tells how the consumer settled.
 *
 * Fails with the consumer's error if the last of finish and abort failed, with
 * %G_IO_ERROR_CANCELLED if the wait was cancelled.
 *
 * Call it in the callback, on the context of the caller that waits.
 *
 * Returns: what became of the data; 0 with an error
 *
 * Since: 1.0
 */
PtpSettlement
ptp_consumer_wait_settled_finish (PtpConsumer *self, GAsyncResult *result, GError **error)
{
  gssize settlement;

  g_return_val_if_fail (PTP_IS_CONSUMER (self), 0);
  g_return_val_if_fail (g_task_is_valid (result, self), 0);
  g_return_val_if_fail (g_async_result_is_tagged (result, ptp_consumer_wait_settled_async), 0);
  g_return_val_if_fail (error == NULL || *error == NULL, 0);

  settlement = g_task_propagate_int (G_TASK (result), error);
  return settlement > 0 ? (PtpSettlement) settlement : 0;
}

/**
 * ptp_consumer_emit_settled:
 * @self: a consumer
 * @settlement: what became of the data
 *
 * Emits [signal@PullToPush.Consumer::settled].
 *
 * For implementers; may be called from any thread.
 *
 * Since: 1.0
 */
void
ptp_consumer_emit_settled (PtpConsumer *self, PtpSettlement settlement)
{
  g_return_if_fail (PTP_IS_CONSUMER (self));

  g_signal_emit (self, signals[SETTLED], 0, settlement);
}

/**
 * ptp_consumer_emit_settle_failed:
 * @self: a consumer
 * @error: why it failed
 *
 * Emits [signal@PullToPush.Consumer::settle-failed].
 *
 * For implementers; may be called from any thread.
 *
 * Since: 1.0
 */
void
ptp_consumer_emit_settle_failed (PtpConsumer *self, const GError *error)
{
  g_return_if_fail (PTP_IS_CONSUMER (self));
  g_return_if_fail (error != NULL);

  g_signal_emit (self, signals[SETTLE_FAILED], 0, error);
}
