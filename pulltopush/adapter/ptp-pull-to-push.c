/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-pull-to-push-private.h"

#include "../contract/ptp-error.h"
#include "../contract/ptp-push-producer-private.h"

/**
 * PtpPullToPush:
 *
 * Drives a pull producer so that to its consumer it is a push producer.
 *
 * Once started it asks the producer for one chunk after another, in slices on
 * the main context, until somebody holds it: the consumer with
 * [method@PullToPush.PushProducer.pause_producing], anybody else by name with
 * [method@PullToPush.PullToPush.hold]. It runs when nobody does. Twisted keeps
 * this class to itself, as `_PullToPush`.
 *
 * ## The end
 *
 * A stream ends once, always in a later turn of its context, never from inside
 * the call that caused it. What ends it decides what its consumer is told:
 *
 * - The source is exhausted: the consumer is told to
 *   [finish][method@PullToPush.Consumer.finish]. The stream is *finished* when
 *   that is over, *failed* if it fails.
 * - The consumer unregisters the stream, since it has enough: the source is
 *   cancelled, and the stream is *finished*.
 * - [method@PullToPush.PullToPush.stop_streaming] is called: the source is
 *   cancelled, the consumer is told to
 *   [abort][method@PullToPush.Consumer.abort], and the stream is *stopped*.
 * - [method@PullToPush.PushProducer.stop_producing] is called, by a consumer that
 *   broke: the same, with its reason. The stream is *failed* with that reason,
 *   *stopped* if the reason is %PTP_ERROR_STOPPED.
 * - The source fails or is [broken][signal@PullToPush.PullProducer::broken], a
 *   write fails, or the stream is cancelled: the consumer is told to abort, and
 *   the stream is *failed*.
 *
 * Finishing and aborting may take a while. Until the consumer has settled the
 * state is %PTP_STREAM_STATE_ENDING; stopping or cancelling the stream in that
 * time asks a consumer that finishes to abort, and what the consumer then says is
 * how the stream ends (rules L17 to L19).
 *
 * After that the stream is unregistered and the references to producer and
 * consumer are dropped. Last of all exactly one of
 * [signal@PullToPush.PullToPush::finished],
 * [signal@PullToPush.PullToPush::stopped] and
 * [signal@PullToPush.PullToPush::failed] is emitted, once (rules L8 and L15).
 * From its start to its end a stream keeps itself alive.
 *
 * ## Threads
 *
 * Producer and consumer are called, and signals emitted, on the context of the
 * cooperator only (rule T1), which is the thread-default one of whoever made the
 * adapter (rule S6). Pausing, resuming, holding, releasing, stopping and
 * cancelling are legal from any thread and from inside any callback (rule T2);
 * when such a call returns, at most the running step completes (rule T3). Every
 * call is legal in every state.
 *
 * Since: 1.0
 */

typedef enum
{
  PROP_PRODUCER = 1,
  PROP_CONSUMER,
  PROP_COOPERATOR,
  PROP_CANCELLABLE,
  PROP_FLAGS,
  PROP_STATE,
  PROP_HOLDERS,
  PROP_N_STEPS,
  PROP_EXHAUSTED,
  PROP_ERROR,
} PtpPullToPushProperty;

static GParamSpec *properties[PROP_ERROR + 1];
static guint signals[PTP_RUNNABLE_N_SIGNALS];
static guint8 kind;

static void ptp_pull_to_push_push_producer_iface_init (PtpPushProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpPullToPush,
                               ptp_pull_to_push,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PUSH_PRODUCER,
                                                      ptp_pull_to_push_push_producer_iface_init))

static const PtpRunnableVtable vtable = {
  .describe = ptp_pull_to_push_describe,
  .run = ptp_pull_to_push_run,
  .listen = ptp_pull_to_push_listen,
  .end = ptp_pull_to_push_end,
  .tear_down = ptp_pull_to_push_tear_down,
  .signals = signals,
  .state_pspec = &properties[PROP_STATE],
  .error_pspec = &properties[PROP_ERROR],
  .holders_pspec = &properties[PROP_HOLDERS],
};

/* Who calls these has checked the type; a checked cast would cost more than what they do. */

static void
ptp_pull_to_push_pause_producing (PtpPushProducer *producer)
{
  ptp_runnable_pause ((PtpRunnable *) producer);
}

static void
ptp_pull_to_push_resume_producing (PtpPushProducer *producer)
{
  ptp_runnable_resume ((PtpRunnable *) producer);
}

static void
ptp_pull_to_push_stop_producing (PtpPushProducer *producer, const GError *reason)
{
  ptp_runnable_end ((PtpRunnable *) producer, PTP_CAUSE_REASON, g_error_copy (reason));
}

static void
ptp_pull_to_push_registered (PtpPushProducer *producer, PtpConsumer *consumer)
{
  ((PtpRunnable *) producer)->was_registered = TRUE;
}

static void
ptp_pull_to_push_unregistered (PtpPushProducer *producer)
{
  ptp_runnable_end ((PtpRunnable *) producer, PTP_CAUSE_LET_GO, NULL);
}

static gboolean
is_paused (PtpPushProducer *producer)
{
  return ptp_runnable_is_paused ((PtpRunnable *) producer);
}

/* Unless the stream has an end: then the write that failed is what that led to. */
static void
write_failed (PtpPushProducer *producer, const GError *error)
{
  PtpRunnable *run = (PtpRunnable *) producer;

  if ((ptp_runnable_get_wanted (run) & PTP_WANTED_CAUSE) == 0)
    ptp_runnable_end (run, PTP_CAUSE_FAILED, g_error_copy (error));
}

/* If it was somebody else, the consumer need not resume the stream any more: it goes on, and its
 * next write is refused.
 */
static void
consumer_told (PtpPushProducer *producer)
{
  if ((ptp_runnable_get_wanted ((PtpRunnable *) producer) & PTP_WANTED_CAUSE) == 0)
    ptp_pull_to_push_resume_producing (producer);
}

static const PtpPushProducerHooks hooks = {
  .pause_producing = ptp_pull_to_push_pause_producing,
  .is_paused = is_paused,
  .write_failed = write_failed,
  .consumer_told = consumer_told,
};

static void
driver_ready (PtpDriver *driver)
{
  ptp_runnable_ready (&ptp_pull_to_push_of_driver (driver)->run);
}

static void
driver_broken (PtpDriver *driver, const GError *error)
{
  ptp_runnable_break (&ptp_pull_to_push_of_driver (driver)->run, error);
}

static const PtpDriverFuncs driver_funcs = {
  .ready = driver_ready,
  .broken = driver_broken,
};

static void
ptp_pull_to_push_push_producer_iface_init (PtpPushProducerInterface *iface)
{
  iface->pause_producing = ptp_pull_to_push_pause_producing;
  iface->resume_producing = ptp_pull_to_push_resume_producing;
  iface->stop_producing = ptp_pull_to_push_stop_producing;
  iface->registered = ptp_pull_to_push_registered;
  iface->unregistered = ptp_pull_to_push_unregistered;
}

static void
ptp_pull_to_push_constructed (GObject *object)
{
  PtpPullToPush *self = PTP_PULL_TO_PUSH (object);

  G_OBJECT_CLASS (ptp_pull_to_push_parent_class)->constructed (object);

  if (self->run.cooperator == NULL)
    self->run.cooperator = ptp_cooperator_ref_default ();

  ptp_runnable_constructed (&self->run);

  /* A binding can leave either out; that is an error, but no crash. */
  if (self->driver.producer == NULL || self->consumer == NULL)
    ptp_runnable_end (&self->run, PTP_CAUSE_FAILED,
                      g_error_new_literal (PTP_ERROR, PTP_ERROR_INVALID,
                                           "The stream was made without a producer or a consumer"));
}

/* Ends one that never started, and calls nobody. Returns whether it had not started or ended. */
gboolean
ptp_pull_to_push_abandon (PtpPullToPush *self)
{
  if (!ptp_runnable_end_unstarted (&self->run))
    return FALSE;

  g_clear_object (&self->driver.producer);
  g_clear_object (&self->consumer);
  ptp_pull_to_push_replace_cancellable (self, NULL);
  return TRUE;
}

/* A live stream keeps itself alive, so it gets here only if somebody runs its dispose by hand. */
static void
ptp_pull_to_push_dispose (GObject *object)
{
  PtpPullToPush *self = PTP_PULL_TO_PUSH (object);

  if (!ptp_pull_to_push_abandon (self))
    ptp_runnable_end (&self->run, PTP_CAUSE_STOP, NULL);

  G_OBJECT_CLASS (ptp_pull_to_push_parent_class)->dispose (object);
}

static void
ptp_pull_to_push_finalize (GObject *object)
{
  PtpPullToPush *self = PTP_PULL_TO_PUSH (object);

  ptp_runnable_finalize (&self->run);

  G_OBJECT_CLASS (ptp_pull_to_push_parent_class)->finalize (object);
}

static void
ptp_pull_to_push_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  PtpPullToPush *self = PTP_PULL_TO_PUSH (object);

  switch ((PtpPullToPushProperty) prop_id)
    {
    case PROP_PRODUCER:
      g_value_set_object (value, ptp_pull_to_push_get_producer (self));
      break;
    case PROP_CONSUMER:
      g_value_set_object (value, ptp_pull_to_push_get_consumer (self));
      break;
    case PROP_COOPERATOR:
      g_value_set_object (value, ptp_pull_to_push_get_cooperator (self));
      break;
    case PROP_CANCELLABLE:
      g_value_set_object (value, ptp_pull_to_push_get_cancellable (self));
      break;
    case PROP_FLAGS:
      g_value_set_flags (value, ptp_pull_to_push_get_flags (self));
      break;
    case PROP_STATE:
      g_value_set_enum (value, (int) ptp_pull_to_push_get_state (self));
      break;
    case PROP_HOLDERS:
      g_value_take_boxed (value, ptp_pull_to_push_dup_holders (self));
      break;
    case PROP_N_STEPS:
      g_value_set_uint64 (value, ptp_pull_to_push_get_n_steps (self));
      break;
    case PROP_EXHAUSTED:
      g_value_set_boolean (value, ptp_pull_to_push_get_exhausted (self));
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, ptp_pull_to_push_get_error (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_pull_to_push_set_property (GObject *object,
                               guint prop_id,
                               const GValue *value,
                               GParamSpec *pspec)
{
  PtpPullToPush *self = PTP_PULL_TO_PUSH (object);

  switch ((PtpPullToPushProperty) prop_id)
    {
    case PROP_PRODUCER:
      self->driver.producer = g_value_dup_object (value);
      break;
    case PROP_CONSUMER:
      self->consumer = g_value_dup_object (value);
      break;
    case PROP_COOPERATOR:
      self->run.cooperator = g_value_dup_object (value);
      break;
    case PROP_CANCELLABLE:
      ptp_pull_to_push_set_cancellable (self, g_value_get_object (value));
      break;
    case PROP_FLAGS:
      self->run.flags = g_value_get_flags (value) & 3;
      break;
    case PROP_STATE:
    case PROP_HOLDERS:
    case PROP_N_STEPS:
    case PROP_EXHAUSTED:
    case PROP_ERROR:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_pull_to_push_class_init (PtpPullToPushClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags fixed = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->constructed = ptp_pull_to_push_constructed;
  object_class->dispose = ptp_pull_to_push_dispose;
  object_class->finalize = ptp_pull_to_push_finalize;
  object_class->get_property = ptp_pull_to_push_get_property;
  object_class->set_property = ptp_pull_to_push_set_property;

  /**
   * PtpPullToPush:producer: (getter get_producer)
   *
   * Where the chunks come from; %NULL after the end (rule L15).
   *
   * Since: 1.0
   */
  properties[PROP_PRODUCER]
    = g_param_spec_object ("producer", NULL, NULL, PTP_TYPE_PULL_PRODUCER, fixed);

  /**
   * PtpPullToPush:consumer: (getter get_consumer)
   *
   * Where the chunks go; %NULL after the end (rule L15).
   *
   * Since: 1.0
   */
  properties[PROP_CONSUMER]
    = g_param_spec_object ("consumer", NULL, NULL, PTP_TYPE_CONSUMER, fixed);

  /**
   * PtpPullToPush:cooperator: (getter get_cooperator)
   *
   * What shares the context among streams; by default the shared one of the
   * context that was thread-default at construction (rule S6).
   *
   * Since: 1.0
   */
  properties[PROP_COOPERATOR]
    = g_param_spec_object ("cooperator", NULL, NULL, PTP_TYPE_COOPERATOR, fixed);

  /**
   * PtpPullToPush:cancellable: (getter get_cancellable) (setter set_cancellable)
   *
   * Cancelling it, from any thread, ends the stream as failed with
   * %G_IO_ERROR_CANCELLED (rule E6); %NULL for none, and after the end.
   *
   * Since: 1.0
   */
  properties[PROP_CANCELLABLE]
    = g_param_spec_object ("cancellable", NULL, NULL, G_TYPE_CANCELLABLE,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * PtpPullToPush:flags: (getter get_flags)
   *
   * What the stream leaves to others at its end.
   *
   * Since: 1.0
   */
  properties[PROP_FLAGS] = g_param_spec_flags ("flags", NULL, NULL, PTP_TYPE_PULL_TO_PUSH_FLAGS,
                                               PTP_PULL_TO_PUSH_NONE, fixed);

  /**
   * PtpPullToPush:state: (getter get_state)
   *
   * Where the stream stands. Notified on the context, in the turn after the
   * change.
   *
   * Since: 1.0
   */
  properties[PROP_STATE]
    = g_param_spec_enum ("state", NULL, NULL, PTP_TYPE_STREAM_STATE, PTP_STREAM_STATE_IDLE, read);

  /**
   * PtpPullToPush:holders: (getter dup_holders)
   *
   * The names of those who keep the stream paused, `consumer` for the
   * consumer. Notified on the context, in the turn after the change.
   *
   * Since: 1.0
   */
  properties[PROP_HOLDERS] = g_param_spec_boxed ("holders", NULL, NULL, G_TYPE_STRV, read);

  /**
   * PtpPullToPush:n-steps: (getter get_n_steps)
   *
   * How often the producer was asked. It is not notified.
   *
   * Since: 1.0
   */
  properties[PROP_N_STEPS] = g_param_spec_uint64 ("n-steps", NULL, NULL, 0, G_MAXUINT64, 0, read);

  /**
   * PtpPullToPush:exhausted: (getter get_exhausted)
   *
   * Whether the source said that there is nothing left. It is not notified.
   *
   * Since: 1.0
   */
  properties[PROP_EXHAUSTED] = g_param_spec_boolean ("exhausted", NULL, NULL, FALSE, read);

  /**
   * PtpPullToPush:error: (getter get_error)
   *
   * Why the stream failed; %NULL unless it did.
   *
   * Since: 1.0
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, read);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  /**
   * PtpPullToPush::finished:
   * @self: the stream
   *
   * The stream finished: everything that the source had is whole and in its
   * place, or the consumer had enough (rule L18). Emitted on the context, last of
   * all, when producer and consumer are no longer referenced; a handler may do
   * anything (rule R9).
   *
   * Since: 1.0
   */
  /**
   * PtpPullToPush::stopped:
   * @self: the stream
   *
   * The stream was stopped before it was finished, and the consumer has undone
   * what it could. Emitted on the context, last of all; a handler may do anything
   * (rule R9).
   *
   * Since: 1.0
   */
  /**
   * PtpPullToPush::failed:
   * @self: the stream
   * @error: why
   *
   * The stream failed, or was cancelled, and the consumer has undone what it
   * could. Emitted on the context, last of all; a handler may do anything (rule
   * R9).
   *
   * Since: 1.0
   */
  ptp_runnable_install_signals (PTP_TYPE_PULL_TO_PUSH, signals);
  kind = ptp_runnable_add_kind (&vtable);
  ptp_push_producer_set_hooks (&hooks);
  ptp_driver_set_funcs (&driver_funcs);
}

static void
ptp_pull_to_push_init (PtpPullToPush *self)
{
  ptp_runnable_init (&self->run, kind);
}

/**
 * ptp_pull_to_push_new:
 * @producer: where the chunks come from
 * @consumer: where the chunks go
 *
 * Makes an adapter that is neither registered nor started.
 *
 * This is for consumers that wrap pull producers by hand, and for those who want
 * to set something before the start; everybody else uses
 * [func@PullToPush.PullToPush.stream].
 *
 * The stream belongs to the thread-default context of the caller (rule S6).
 *
 * Returns: (transfer full): a new adapter
 *
 * Since: 1.0
 */
PtpPullToPush *
ptp_pull_to_push_new (PtpPullProducer *producer, PtpConsumer *consumer)
{
  g_return_val_if_fail (PTP_IS_PULL_PRODUCER (producer), NULL);
  g_return_val_if_fail (PTP_IS_CONSUMER (consumer), NULL);

  return g_object_new (PTP_TYPE_PULL_TO_PUSH, "producer", producer, "consumer", consumer, NULL);
}

/**
 * ptp_pull_to_push_get_producer: (get-property producer)
 * @self: a stream
 *
 * Gets where the chunks come from. Call it on the context.
 *
 * Returns: (transfer none) (nullable): the producer, %NULL after the end
 *
 * Since: 1.0
 */
PtpPullProducer *
ptp_pull_to_push_get_producer (PtpPullToPush *self)
{
  g_return_val_if_fail (PTP_IS_PULL_TO_PUSH (self), NULL);

  return self->driver.producer;
}

/**
 * ptp_pull_to_push_get_consumer: (get-property consumer)
 * @self: a stream
 *
 * Gets where the chunks go. Call it on the context.
 *
 * Returns: (transfer none) (nullable): the consumer, %NULL after the end
 *
 * Since: 1.0
 */
PtpConsumer *
ptp_pull_to_push_get_consumer (PtpPullToPush *self)
{
  g_return_val_if_fail (PTP_IS_PULL_TO_PUSH (self), NULL);

  return self->consumer;
}

/**
 * ptp_pull_to_push_get_cooperator: (get-property cooperator)
 * @self: a stream
 *
 * Gets what shares the context among streams. May be called from any thread.
 *
 * Returns: (transfer none): the cooperator
 *
 * Since: 1.0
 */
PtpCooperator *
ptp_pull_to_push_get_cooperator (PtpPullToPush *self)
{
  g_return_val_if_fail (PTP_IS_PULL_TO_PUSH (self), NULL);

  return self->run.cooperator;
}

/**
 * ptp_pull_to_push_get_cancellable: (get-property cancellable)
 * @self: a stream
 *
 * Gets what cancels the stream. Call it on the context.
 *
 * Returns: (transfer none) (nullable): the cancellable, %NULL after the end
 *
 * Since: 1.0
 */
GCancellable *
ptp_pull_to_push_get_cancellable (PtpPullToPush *self)
{
  g_return_val_if_fail (PTP_IS_PULL_TO_PUSH (self), NULL);

  return ptp_pull_to_push_peek_cancellable (self);
}

/**
 * ptp_pull_to_push_set_cancellable: (set-property cancellable)
 * @self: a stream
 * @cancellable: (nullable): a cancellable, or %NULL for none
 *
 * Sets what cancels the stream, before the start or while it streams; after
 * the end it does nothing. One that is cancelled already ends the stream when
 * it starts, without a step (rule E6). Call it on the context; cancelling is
 * legal from any thread.
 *
 * Since: 1.0
 */
void
ptp_pull_to_push_set_cancellable (PtpPullToPush *self, GCancellable *cancellable)
{
  g_return_if_fail (PTP_IS_PULL_TO_PUSH (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (ptp_pull_to_push_peek_cancellable (self) == cancellable
      || ptp_runnable_has_ended (ptp_runnable_get_state (&self->run)))
    return;

  ptp_pull_to_push_replace_cancellable (self, cancellable);
  if (ptp_runnable_get_state (&self->run) != PTP_STREAM_STATE_IDLE)
    ptp_pull_to_push_watch_cancellable (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CANCELLABLE]);
}

/**
 * ptp_pull_to_push_get_flags: (get-property flags)
 * @self: a stream
 *
 * Gets what the stream leaves to others at its end. May be called from any
 * thread.
 *
 * Returns: the flags
 *
 * Since: 1.0
 */
PtpPullToPushFlags
ptp_pull_to_push_get_flags (PtpPullToPush *self)
{
  g_return_val_if_fail (PTP_IS_PULL_TO_PUSH (self), PTP_PULL_TO_PUSH_NONE);

  return (PtpPullToPushFlags) self->run.flags;
}

/**
 * ptp_pull_to_push_get_state: (get-property state)
 * @self: a stream
 *
 * Gets where the stream stands. It is right at once, also after a call from
 * another thread. May be called from any thread.
 *
 * Returns: the state
 *
 * Since: 1.0
 */
PtpStreamState
ptp_pull_to_push_get_state (PtpPullToPush *self)
{
  g_return_val_if_fail (PTP_IS_PULL_TO_PUSH (self), PTP_STREAM_STATE_IDLE);

  return ptp_runnable_get_state (&self->run);
}

/**
 * ptp_pull_to_push_dup_holders: (get-property holders)
 * @self: a stream
 *
 * Gets the names of those who keep the stream paused: `consumer` while the
 * consumer does, and each name given to [method@PullToPush.PullToPush.hold].
 * Nobody holds a stream that has ended. May be called from any thread.
 *
 * Returns: (transfer full): the names; `consumer` comes first, the others in the
 *   order in which they came
 *
 * Since: 1.0
 */
GStrv
ptp_pull_to_push_dup_holders (PtpPullToPush *self)
{
  g_return_val_if_fail (PTP_IS_PULL_TO_PUSH (self), NULL);

  return ptp_runnable_dup_holders (&self->run);
}

/**
 * ptp_pull_to_push_get_n_steps: (get-property n-steps)
 * @self: a stream
 *
 * Gets how often the producer was asked. Call it on the context.
 *
 * Returns: the number of steps
 *
 * Since: 1.0
 */
guint64
ptp_pull_to_push_get_n_steps (PtpPullToPush *self)
{
  g_return_val_if_fail (PTP_IS_PULL_TO_PUSH (self), 0);

  return self->run.n_steps;
}

/**
 * ptp_pull_to_push_get_exhausted: (get-property exhausted)
 * @self: a stream
 *
 * Gets whether the source said that there is nothing left. Call it on the
 * context.
 *
 * Returns: true if the source is exhausted
 *
 * Since: 1.0
 */
gboolean
ptp_pull_to_push_get_exhausted (PtpPullToPush *self)
{
  g_return_val_if_fail (PTP_IS_PULL_TO_PUSH (self), FALSE);

  return self->run.exhausted;
}

/**
 * ptp_pull_to_push_get_error: (get-property error)
 * @self: a stream
 *
 * Gets why the stream failed. May be called from any thread.
 *
 * Returns: (transfer none) (nullable): the error, %NULL unless the stream failed
 *
 * Since: 1.0
 */
const GError *
ptp_pull_to_push_get_error (PtpPullToPush *self)
{
  g_return_val_if_fail (PTP_IS_PULL_TO_PUSH (self), NULL);

  return ptp_runnable_get_error (&self->run);
}
