/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-consumer-private.h"

/**
 * PtpTestingConsumer:
 *
 * A consumer that keeps all it is given, and watches over who gives it.
 *
 * Each call that must not come is a violation, which begins with the number of the rule that was
 * broken: a write on another thread (T1), without a producer (R4), in a later step than the one
 * which paused (R1) or in which it failed (R3), after a write that failed (E5), after its end
 * (L22); an end that comes twice, or not before the producer is unregistered (L17), a producer that
 * is unregistered before the consumer has settled (L19), or that is not the one that is registered
 * (L20). It takes such a chunk all the same. To act from inside a call, connect to
 * [signal@PullToPushTesting.Consumer::event].
 *
 * ## Threads
 *
 * Make it on the context on which it is to be used, and call its functions there.
 *
 * Since: 1.0
 */

typedef enum
{
  PROP_PAUSE_AFTER = 1,
  PROP_FAIL_WRITE,
  PROP_UNATTENDED,
  PROP_KEPT,
  PROP_FINISH_ANSWER,
  PROP_ABORT_ANSWER,
  PROP_DESIRED_SIZE,
} PtpTestingConsumerProperty;

static GParamSpec *properties[PROP_DESIRED_SIZE + 1];

enum
{
  EVENT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void ptp_testing_consumer_iface_init (PtpConsumerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpTestingConsumer,
                               ptp_testing_consumer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER,
                                                      ptp_testing_consumer_iface_init))

static void
tell (PtpTestingConsumer *self, const char *word)
{
  g_signal_emit (self, signals[EVENT], g_quark_from_string (word), word);
}

static gboolean
refuse (PtpTestingConsumer *self, GError **error)
{
  g_set_error_literal (error, PTP_ERROR, PTP_ERROR_CLOSED, "The testing consumer is closed");
  return FALSE;
}

static gboolean
ptp_testing_consumer_register_push_producer (PtpConsumer *consumer,
                                             PtpPushProducer *producer,
                                             GError **error)
{
  PtpTestingConsumer *self = PTP_TESTING_CONSUMER (consumer);

  ptp_testing_log_check_context (&self->log, "register_push_producer");
  ptp_testing_log_event (&self->log, "register %s", G_OBJECT_TYPE_NAME (producer));
  if (self->producer != NULL)
    ptp_testing_log_violation (&self->log, "L10", "a second producer was registered");
  if (self->closed)
    return refuse (self, error);

  g_set_object (&self->producer, producer);
  g_clear_error (&self->reason);
  g_clear_error (&self->failure);
  self->paused = self->stopped = self->write_failed = self->told = self->pending = FALSE;
  g_atomic_int_set (&self->settled, FALSE);
  self->since_resumed = 0;
  tell (self, "register");
  return TRUE;
}

static void
check_unregister (PtpTestingConsumer *self, PtpPushProducer *producer)
{
  ptp_testing_log_check_context (&self->log, "unregister_producer");
  if (self->producer == NULL)
    ptp_testing_log_violation (&self->log, "L9", "a producer was unregistered that was not there");
  else if (self->producer != producer)
    ptp_testing_log_violation (&self->log, "L20", "another producer was unregistered");
  else if (!self->told && !self->releasing && !self->kept)
    ptp_testing_log_violation (&self->log, "L17",
                               "its producer was unregistered without finish or abort");
  else if (self->pending && !g_atomic_int_get (&self->settled) && !self->releasing)
    ptp_testing_log_violation (&self->log, "L19",
                               "its producer was unregistered before it had settled");
}

static void
ptp_testing_consumer_unregister_producer (PtpConsumer *consumer, PtpPushProducer *producer)
{
  PtpTestingConsumer *self = PTP_TESTING_CONSUMER (consumer);

  ptp_testing_log_event (&self->log, "unregister");
  check_unregister (self, producer);

  self->let_go_at = ptp_testing_moment_now (NULL);
  self->paused = FALSE;
  g_clear_object (&self->producer);
  tell (self, "unregister");
}

static void
check_write (PtpTestingConsumer *self)
{
  ptp_testing_log_check_context (&self->log, "write");
  if (self->barred_rule != NULL)
    ptp_testing_log_violation (&self->log, self->barred_rule, "%s", self->barred_why);
  if (self->write_failed)
    ptp_testing_log_violation (&self->log, "E5", "it was written to after a write had failed");
  if (self->told)
    ptp_testing_log_violation (&self->log, "L22", "it was written to after its end");
  if (self->stopped && !ptp_testing_moment_is_now (&self->stopped_at, NULL))
    ptp_testing_log_violation (&self->log, "R3", "it was written to after it had failed");
  else if (self->producer == NULL && !self->unattended && !self->stopped
           && !ptp_testing_moment_is_now (&self->let_go_at, NULL))
    ptp_testing_log_violation (&self->log, "R4", "it was written to with no producer registered");
  if (self->paused && !ptp_testing_moment_is_now (&self->paused_at, self->producer))
    ptp_testing_log_violation (&self->log, "R1", "it was written to while it was paused");
  if (self->paused)
    self->n_while_paused++;
}

static void
keep (PtpTestingConsumer *self, GBytes *bytes)
{
  gsize size = g_bytes_get_size (bytes);

  g_mutex_lock (&self->log.lock);
  g_ptr_array_add (self->chunks, g_bytes_ref (bytes));
  self->total += size;
  self->since_resumed += size;
  g_mutex_unlock (&self->log.lock);
}

static gboolean
ptp_testing_consumer_write (PtpConsumer *consumer, GBytes *bytes, GError **error)
{
  g_autoptr (PtpTestingConsumer) self = g_object_ref (PTP_TESTING_CONSUMER (consumer));

  check_write (self);
  ptp_testing_log_event (&self->log, "write %" G_GSIZE_FORMAT, g_bytes_get_size (bytes));
  self->n_writes++;
  if (self->closed)
    return refuse (self, error);
  if (self->n_writes == self->fail_write)
    {
      self->write_failed = TRUE;
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "Write %u was told to fail",
                   self->n_writes);
      return FALSE;
    }

  keep (self, bytes);
  tell (self, "write");
  if (self->pause_after > 0 && self->since_resumed >= self->pause_after)
    ptp_testing_consumer_pause (self);
  return TRUE;
}

/* The end. An answer that is not at hand yet comes from a turn or from a thread of its own. */

typedef struct
{
  PtpTestingConsumer *consumer; /* (owned) */
  PtpSettlement settlement;
  gboolean fails;
  GThread *thread; /* (owned) (nullable) */
} Settling;

static void
settling_free (gpointer user_data)
{
  Settling *settling = user_data;

  if (settling->thread != NULL)
    g_thread_join (settling->thread);
  g_object_unref (settling->consumer);
  g_free (settling);
}

static GError *
create_failure (void)
{
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The end was told to fail");
}

static void
settle (Settling *settling)
{
  PtpConsumer *consumer = PTP_CONSUMER (settling->consumer);
  g_autoptr (GError) error = settling->fails ? create_failure () : NULL;

  if (error != NULL)
    ptp_consumer_emit_settle_failed (consumer, error);
  else
    ptp_consumer_emit_settled (consumer, settling->settlement);
}

static gboolean
settle_cb (gpointer user_data)
{
  settle (user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
return_cb (gpointer user_data)
{
  return G_SOURCE_REMOVE;
}

static void
in_later_turn (PtpTestingConsumer *self, GSourceFunc func, Settling *settling)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, settling, settling_free);
  g_source_attach (source, self->log.context);
}

/* The last reference is not dropped here. */
static gpointer
settle_thread (gpointer user_data)
{
  Settling *settling = user_data;

  settle (settling);
  in_later_turn (settling->consumer, return_cb, settling);
  return NULL;
}

static PtpEndResult
settle_then (PtpTestingConsumer *self, PtpSettlement settlement, PtpTestingAnswer answer)
{
  Settling *settling = g_new0 (Settling, 1);

  settling->consumer = g_object_ref (self);
  settling->settlement = settlement;
  settling->fails = answer >= PTP_TESTING_ANSWER_FAILED_INSIDE;
  if (answer == PTP_TESTING_ANSWER_SETTLED_INSIDE || answer == PTP_TESTING_ANSWER_FAILED_INSIDE)
    {
      settle (settling);
      settling_free (settling);
    }
  else if (answer == PTP_TESTING_ANSWER_SETTLED_LATER || answer == PTP_TESTING_ANSWER_FAILED_LATER)
    {
      in_later_turn (self, settle_cb, settling);
    }
  else
    {
      settling->thread = g_thread_new ("ptp-testing-settle", settle_thread, settling);
    }

  return PTP_END_RESULT_PENDING;
}

static PtpEndResult
give_answer (PtpTestingConsumer *self,
             PtpSettlement settlement,
             PtpTestingAnswer answer,
             GError **error)
{
  self->pending = answer >= PTP_TESTING_ANSWER_PENDING;
  switch (answer)
    {
    case PTP_TESTING_ANSWER_DONE:
      return PTP_END_RESULT_DONE;

    case PTP_TESTING_ANSWER_FAILED:
      g_propagate_error (error, create_failure ());
      return PTP_END_RESULT_FAILED;

    case PTP_TESTING_ANSWER_PENDING:
      return PTP_END_RESULT_PENDING;

    case PTP_TESTING_ANSWER_SETTLED_INSIDE:
    case PTP_TESTING_ANSWER_SETTLED_LATER:
    case PTP_TESTING_ANSWER_SETTLED_IN_THREAD:
    case PTP_TESTING_ANSWER_FAILED_INSIDE:
    case PTP_TESTING_ANSWER_FAILED_LATER:
    case PTP_TESTING_ANSWER_FAILED_IN_THREAD:
    default:
      return settle_then (self, settlement, answer);
    }
}

static void
check_end (PtpTestingConsumer *self, const char *word, gboolean again)
{
  ptp_testing_log_check_context (&self->log, word);
  if (again)
    ptp_testing_log_violation (&self->log, "L17", "%s came after its end", word);
  if (self->producer == NULL && !self->unattended)
    ptp_testing_log_violation (&self->log, "L17", "%s came when no producer was registered", word);
}

static PtpEndResult
ptp_testing_consumer_finish (PtpConsumer *consumer, GError **error)
{
  g_autoptr (PtpTestingConsumer) self = g_object_ref (PTP_TESTING_CONSUMER (consumer));

  ptp_testing_log_event (&self->log, "finish");
  check_end (self, "finish", self->told);
  self->n_finished++;
  self->told = self->pending = TRUE;
  tell (self, "finish");
  if (self->failure != NULL)
    {
      self->pending = FALSE;
      g_propagate_error (error, g_error_copy (self->failure));
      return PTP_END_RESULT_FAILED;
    }

  return give_answer (self, PTP_SETTLEMENT_FINISHED, self->finish_answer, error);
}

static PtpEndResult
ptp_testing_consumer_abort (PtpConsumer *consumer, const GError *reason, GError **error)
{
  g_autoptr (PtpTestingConsumer) self = g_object_ref (PTP_TESTING_CONSUMER (consumer));
  gboolean pending = self->pending && !g_atomic_int_get (&self->settled);

  ptp_testing_log_event (&self->log, "abort %s", reason->message);
  check_end (self, "abort", self->told && (self->reason != NULL || !pending));
  self->n_aborted++;
  self->told = self->pending = TRUE;
  g_clear_error (&self->reason);
  self->reason = g_error_copy (reason);
  tell (self, "abort");
  return give_answer (self, PTP_SETTLEMENT_ABORTED, self->abort_answer, error);
}

static gsize
ptp_testing_consumer_do_get_desired_size (PtpConsumer *consumer)
{
  return PTP_TESTING_CONSUMER (consumer)->desired_size;
}

/* Any thread */
static void
settled_cb (PtpTestingConsumer *self, PtpSettlement settlement)
{
  ptp_testing_log_event (&self->log, "settled %s",
                         settlement == PTP_SETTLEMENT_FINISHED ? "finished" : "aborted");
  g_atomic_int_set (&self->settled, TRUE);
}

/* Any thread */
static void
settle_failed_cb (PtpTestingConsumer *self, const GError *error)
{
  ptp_testing_log_event (&self->log, "settle-failed %s", error->message);
  g_atomic_int_set (&self->settled, TRUE);
}

static void
ptp_testing_consumer_iface_init (PtpConsumerInterface *iface)
{
  iface->register_push_producer = ptp_testing_consumer_register_push_producer;
  iface->unregister_producer = ptp_testing_consumer_unregister_producer;
  iface->write = ptp_testing_consumer_write;
  iface->finish = ptp_testing_consumer_finish;
  iface->abort = ptp_testing_consumer_abort;
  iface->get_desired_size = ptp_testing_consumer_do_get_desired_size;
}

static void
ptp_testing_consumer_dispose (GObject *object)
{
  PtpTestingConsumer *self = PTP_TESTING_CONSUMER (object);

  g_clear_object (&self->producer);

  G_OBJECT_CLASS (ptp_testing_consumer_parent_class)->dispose (object);
}

static void
ptp_testing_consumer_finalize (GObject *object)
{
  PtpTestingConsumer *self = PTP_TESTING_CONSUMER (object);

  g_clear_pointer (&self->chunks, g_ptr_array_unref);
  g_clear_error (&self->reason);
  g_clear_error (&self->failure);
  ptp_testing_log_clear (&self->log);

  G_OBJECT_CLASS (ptp_testing_consumer_parent_class)->finalize (object);
}

static void
ptp_testing_consumer_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  PtpTestingConsumer *self = PTP_TESTING_CONSUMER (object);

  switch ((PtpTestingConsumerProperty) prop_id)
    {
    case PROP_PAUSE_AFTER:
      g_value_set_uint64 (value, ptp_testing_consumer_get_pause_after (self));
      break;
    case PROP_FAIL_WRITE:
      g_value_set_uint (value, ptp_testing_consumer_get_fail_write (self));
      break;
    case PROP_UNATTENDED:
      g_value_set_boolean (value, ptp_testing_consumer_get_unattended (self));
      break;
    case PROP_KEPT:
      g_value_set_boolean (value, ptp_testing_consumer_get_kept (self));
      break;
    case PROP_FINISH_ANSWER:
      g_value_set_enum (value, (int) ptp_testing_consumer_get_finish_answer (self));
      break;
    case PROP_ABORT_ANSWER:
      g_value_set_enum (value, (int) ptp_testing_consumer_get_abort_answer (self));
      break;
    case PROP_DESIRED_SIZE:
      g_value_set_uint64 (value, ptp_testing_consumer_get_desired_size (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_testing_consumer_set_property (GObject *object,
                                   guint prop_id,
                                   const GValue *value,
                                   GParamSpec *pspec)
{
  PtpTestingConsumer *self = PTP_TESTING_CONSUMER (object);

  switch ((PtpTestingConsumerProperty) prop_id)
    {
    case PROP_PAUSE_AFTER:
      ptp_testing_consumer_set_pause_after (self, g_value_get_uint64 (value));
      break;
    case PROP_FAIL_WRITE:
      ptp_testing_consumer_set_fail_write (self, g_value_get_uint (value));
      break;
    case PROP_UNATTENDED:
      ptp_testing_consumer_set_unattended (self, g_value_get_boolean (value));
      break;
    case PROP_KEPT:
      ptp_testing_consumer_set_kept (self, g_value_get_boolean (value));
      break;
    case PROP_FINISH_ANSWER:
      ptp_testing_consumer_set_finish_answer (self, (PtpTestingAnswer) g_value_get_enum (value));
      break;
    case PROP_ABORT_ANSWER:
      ptp_testing_consumer_set_abort_answer (self, (PtpTestingAnswer) g_value_get_enum (value));
      break;
    case PROP_DESIRED_SIZE:
      ptp_testing_consumer_set_desired_size (self, g_value_get_uint64 (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_testing_consumer_class_init (PtpTestingConsumerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = ptp_testing_consumer_dispose;
  object_class->finalize = ptp_testing_consumer_finalize;
  object_class->get_property = ptp_testing_consumer_get_property;
  object_class->set_property = ptp_testing_consumer_set_property;

  /**
   * PtpTestingConsumer:pause-after: (getter get_pause_after) (setter set_pause_after)
   *
   * After how many bytes it pauses its producer, counted anew from each resume; 0 for never.
   *
   * Since: 1.0
   */
  properties[PROP_PAUSE_AFTER]
    = g_param_spec_uint64 ("pause-after", NULL, NULL, 0, G_MAXSIZE, 0, flags);

  /**
   * PtpTestingConsumer:fail-write: (getter get_fail_write) (setter set_fail_write)
   *
   * Which write fails, with %G_IO_ERROR_NO_SPACE, counted from 1; 0 for none.
   *
   * Since: 1.0
   */
  properties[PROP_FAIL_WRITE]
    = g_param_spec_uint ("fail-write", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * PtpTestingConsumer:unattended: (getter get_unattended) (setter set_unattended)
   *
   * Whether it may be written to with no producer registered, as when a test calls
   * [method@PullToPush.PullProducer.produce] by itself.
   *
   * Since: 1.0
   */
  properties[PROP_UNATTENDED] = g_param_spec_boolean ("unattended", NULL, NULL, FALSE, flags);

  /**
   * PtpTestingConsumer:kept: (getter get_kept) (setter set_kept)
   *
   * Whether its producer leaves it open, and unregisters itself without telling it an end, as a
   * stream with %PTP_PULL_TO_PUSH_KEEP_SINK does.
   *
   * Since: 1.0
   */
  properties[PROP_KEPT] = g_param_spec_boolean ("kept", NULL, NULL, FALSE, flags);

  /**
   * PtpTestingConsumer:finish-answer: (getter get_finish_answer) (setter set_finish_answer)
   *
   * What it does when it is told to finish.
   *
   * Since: 1.0
   */
  properties[PROP_FINISH_ANSWER]
    = g_param_spec_enum ("finish-answer", NULL, NULL, PTP_TESTING_TYPE_ANSWER,
                         PTP_TESTING_ANSWER_DONE, flags);

  /**
   * PtpTestingConsumer:abort-answer: (getter get_abort_answer) (setter set_abort_answer)
   *
   * What it does when it is told to abort.
   *
   * Since: 1.0
   */
  properties[PROP_ABORT_ANSWER]
    = g_param_spec_enum ("abort-answer", NULL, NULL, PTP_TESTING_TYPE_ANSWER,
                         PTP_TESTING_ANSWER_DONE, flags);

  /**
   * PtpTestingConsumer:desired-size: (getter get_desired_size) (setter set_desired_size)
   *
   * How many bytes it says it would like to have now.
   *
   * Since: 1.0
   */
  properties[PROP_DESIRED_SIZE]
    = g_param_spec_uint64 ("desired-size", NULL, NULL, 0, G_MAXSIZE, G_MAXSIZE, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  /**
   * PtpTestingConsumer::event:
   * @self: the consumer
   * @name: `register`, `write`, `finish`, `abort` or `unregister`, which is the detail of the
   *   signal too
   *
   * It was called, and has done its part. A handler runs inside the call, and may do anything. In
   * `finish` and `abort` it runs before the answer, and may change that.
   *
   * Since: 1.0
   */
  signals[EVENT]
    = g_signal_new ("event", PTP_TESTING_TYPE_CONSUMER, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
ptp_testing_consumer_init (PtpTestingConsumer *self)
{
  ptp_testing_log_init (&self->log);
  self->chunks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->desired_size = G_MAXSIZE;
  g_signal_connect (self, "settled", G_CALLBACK (settled_cb), NULL);
  g_signal_connect (self, "settle-failed", G_CALLBACK (settle_failed_cb), NULL);
}

/* From now on any write breaks @rule. */
void
ptp_testing_consumer_bar (PtpTestingConsumer *self, const char *rule, const char *why)
{
  self->barred_rule = rule;
  self->barred_why = why;
}

void
ptp_testing_consumer_admit (PtpTestingConsumer *self)
{
  self->barred_rule = self->barred_why = NULL;
}

/**
 * ptp_testing_consumer_new:
 *
 * Makes a consumer that takes everything.
 *
 * Returns: (transfer full): a new consumer
 *
 * Since: 1.0
 */
PtpTestingConsumer *
ptp_testing_consumer_new (void)
{
  return g_object_new (PTP_TESTING_TYPE_CONSUMER, NULL);
}

/**
 * ptp_testing_consumer_get_pause_after: (get-property pause-after)
 * @self: a consumer
 *
 * Gets after how many bytes it pauses its producer.
 *
 * Returns: the number of bytes; 0 for never
 *
 * Since: 1.0
 */
gsize
ptp_testing_consumer_get_pause_after (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), 0);

  return self->pause_after;
}

/**
 * ptp_testing_consumer_set_pause_after: (set-property pause-after)
 * @self: a consumer
 * @pause_after: the number of bytes; 0 for never
 *
 * Sets after how many bytes it pauses its producer. It is for the test to resume it.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_set_pause_after (PtpTestingConsumer *self, gsize pause_after)
{
  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  if (self->pause_after == pause_after)
    return;

  self->pause_after = pause_after;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSE_AFTER]);
}

/**
 * ptp_testing_consumer_get_fail_write: (get-property fail-write)
 * @self: a consumer
 *
 * Gets which write fails.
 *
 * Returns: the number of the write, from 1; 0 for none
 *
 * Since: 1.0
 */
guint
ptp_testing_consumer_get_fail_write (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), 0);

  return self->fail_write;
}

/**
 * ptp_testing_consumer_set_fail_write: (set-property fail-write)
 * @self: a consumer
 * @fail_write: the number of the write, from 1; 0 for none
 *
 * Sets which write fails, with %G_IO_ERROR_NO_SPACE.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_set_fail_write (PtpTestingConsumer *self, guint fail_write)
{
  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  if (self->fail_write == fail_write)
    return;

  self->fail_write = fail_write;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FAIL_WRITE]);
}

/**
 * ptp_testing_consumer_get_unattended: (get-property unattended)
 * @self: a consumer
 *
 * Tells whether it may be written to with no producer registered.
 *
 * Returns: true if it may
 *
 * Since: 1.0
 */
gboolean
ptp_testing_consumer_get_unattended (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), FALSE);

  return self->unattended;
}

/**
 * ptp_testing_consumer_set_unattended: (set-property unattended)
 * @self: a consumer
 * @unattended: whether it may
 *
 * Sets whether it may be written to with no producer registered.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_set_unattended (PtpTestingConsumer *self, gboolean unattended)
{
  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  unattended = unattended != FALSE;
  if (self->unattended == unattended)
    return;

  self->unattended = unattended;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_UNATTENDED]);
}

/**
 * ptp_testing_consumer_get_kept: (get-property kept)
 * @self: a consumer
 *
 * Gets whether its producer leaves it open.
 *
 * Returns: true if it is kept
 *
 * Since: 1.0
 */
gboolean
ptp_testing_consumer_get_kept (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), FALSE);

  return self->kept;
}

/**
 * ptp_testing_consumer_set_kept: (set-property kept)
 * @self: a consumer
 * @kept: whether it is
 *
 * Sets whether its producer leaves it open.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_set_kept (PtpTestingConsumer *self, gboolean kept)
{
  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  kept = kept != FALSE;
  if (self->kept == kept)
    return;

  self->kept = kept;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_KEPT]);
}

/**
 * ptp_testing_consumer_get_finish_answer: (get-property finish-answer)
 * @self: a consumer
 *
 * Gets what it does when it is told to finish.
 *
 * Returns: the answer
 *
 * Since: 1.0
 */
PtpTestingAnswer
ptp_testing_consumer_get_finish_answer (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), PTP_TESTING_ANSWER_DONE);

  return self->finish_answer;
}

/**
 * ptp_testing_consumer_set_finish_answer: (set-property finish-answer)
 * @self: a consumer
 * @finish_answer: the answer
 *
 * Sets what it does when it is told to finish.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_set_finish_answer (PtpTestingConsumer *self, PtpTestingAnswer finish_answer)
{
  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  if (self->finish_answer == finish_answer)
    return;

  self->finish_answer = finish_answer;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FINISH_ANSWER]);
}

/**
 * ptp_testing_consumer_get_abort_answer: (get-property abort-answer)
 * @self: a consumer
 *
 * Gets what it does when it is told to abort.
 *
 * Returns: the answer
 *
 * Since: 1.0
 */
PtpTestingAnswer
ptp_testing_consumer_get_abort_answer (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), PTP_TESTING_ANSWER_DONE);

  return self->abort_answer;
}

/**
 * ptp_testing_consumer_set_abort_answer: (set-property abort-answer)
 * @self: a consumer
 * @abort_answer: the answer
 *
 * Sets what it does when it is told to abort.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_set_abort_answer (PtpTestingConsumer *self, PtpTestingAnswer abort_answer)
{
  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  if (self->abort_answer == abort_answer)
    return;

  self->abort_answer = abort_answer;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ABORT_ANSWER]);
}

/**
 * ptp_testing_consumer_get_desired_size: (get-property desired-size)
 * @self: a consumer
 *
 * Gets how many bytes it says it would like to have.
 *
 * Returns: the number of bytes
 *
 * Since: 1.0
 */
gsize
ptp_testing_consumer_get_desired_size (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), 0);

  return self->desired_size;
}

/**
 * ptp_testing_consumer_set_desired_size: (set-property desired-size)
 * @self: a consumer
 * @desired_size: the number of bytes
 *
 * Sets how many bytes it says it would like to have. It takes every chunk all the same.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_set_desired_size (PtpTestingConsumer *self, gsize desired_size)
{
  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  if (self->desired_size == desired_size)
    return;

  self->desired_size = desired_size;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESIRED_SIZE]);
}

/**
 * ptp_testing_consumer_get_producer:
 * @self: a consumer
 *
 * Gets the producer that is registered.
 *
 * Returns: (nullable) (transfer none): the producer
 *
 * Since: 1.0
 */
PtpPushProducer *
ptp_testing_consumer_get_producer (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), NULL);

  return self->producer;
}

/**
 * ptp_testing_consumer_get_paused:
 * @self: a consumer
 *
 * Tells whether it has paused its producer.
 *
 * Returns: true while it has
 *
 * Since: 1.0
 */
gboolean
ptp_testing_consumer_get_paused (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), FALSE);

  return self->paused;
}

/**
 * ptp_testing_consumer_get_closed:
 * @self: a consumer
 *
 * Tells whether it was closed.
 *
 * Returns: true if it was
 *
 * Since: 1.0
 */
gboolean
ptp_testing_consumer_get_closed (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), FALSE);

  return self->closed;
}

/**
 * ptp_testing_consumer_get_n_writes:
 * @self: a consumer
 *
 * Gets how often it was written to.
 *
 * Returns: the number of times, also those that failed
 *
 * Since: 1.0
 */
guint
ptp_testing_consumer_get_n_writes (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), 0);

  return self->n_writes;
}

/**
 * ptp_testing_consumer_get_total:
 * @self: a consumer
 *
 * Gets how many bytes it has taken.
 *
 * Returns: the number of bytes
 *
 * Since: 1.0
 */
guint64
ptp_testing_consumer_get_total (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), 0);

  return self->total;
}

/**
 * ptp_testing_consumer_get_n_finished:
 * @self: a consumer
 *
 * Gets how often it was told to finish.
 *
 * Returns: the number of times
 *
 * Since: 1.0
 */
guint
ptp_testing_consumer_get_n_finished (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), 0);

  return self->n_finished;
}

/**
 * ptp_testing_consumer_get_n_aborted:
 * @self: a consumer
 *
 * Gets how often it was told to abort.
 *
 * Returns: the number of times
 *
 * Since: 1.0
 */
guint
ptp_testing_consumer_get_n_aborted (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), 0);

  return self->n_aborted;
}

/**
 * ptp_testing_consumer_get_reason:
 * @self: a consumer
 *
 * Gets why it was told to abort what its last producer wrote.
 *
 * Returns: (nullable) (transfer none): the reason; %NULL if it was not
 *
 * Since: 1.0
 */
const GError *
ptp_testing_consumer_get_reason (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), NULL);

  return self->reason;
}

/**
 * ptp_testing_consumer_get_chunks:
 * @self: a consumer
 *
 * Gets what it has taken, chunk by chunk.
 *
 * Returns: (transfer none) (element-type GBytes): the chunks, in order; the array grows with the
 *   next one
 *
 * Since: 1.0
 */
GPtrArray *
ptp_testing_consumer_get_chunks (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), NULL);

  return self->chunks;
}

/**
 * ptp_testing_consumer_dup_bytes:
 * @self: a consumer
 *
 * Gets what it has taken, one chunk after the other.
 *
 * Returns: (transfer full): the bytes
 *
 * Since: 1.0
 */
GBytes *
ptp_testing_consumer_dup_bytes (PtpTestingConsumer *self)
{
  GByteArray *bytes;

  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), NULL);

  bytes = g_byte_array_new ();
  g_mutex_lock (&self->log.lock);
  for (guint i = 0; i < self->chunks->len; i++)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (g_ptr_array_index (self->chunks, i), &size);

      if (size > 0)
        g_byte_array_append (bytes, data, (guint) size);
    }
  g_mutex_unlock (&self->log.lock);

  return g_byte_array_free_to_bytes (bytes);
}

/**
 * ptp_testing_consumer_dup_events:
 * @self: a consumer
 *
 * Gets what was called and what it did, in order: `register TYPE`, `write SIZE`, `pause`,
 * `resume`, `release`, `fail MESSAGE`, `close`, `finish`, `abort MESSAGE`, `settled finished`,
 * `settled aborted`, `settle-failed MESSAGE`, `unregister`.
 *
 * Returns: (transfer full): the events
 *
 * Since: 1.0
 */
GStrv
ptp_testing_consumer_dup_events (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), NULL);

  return ptp_testing_log_dup_events (&self->log);
}

/**
 * ptp_testing_consumer_dup_violations:
 * @self: a consumer
 *
 * Gets which rules were broken by whoever writes to it.
 *
 * Returns: (transfer full): a text each, which begins with the rule; none if all is well
 *
 * Since: 1.0
 */
GStrv
ptp_testing_consumer_dup_violations (PtpTestingConsumer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CONSUMER (self), NULL);

  return ptp_testing_log_dup_violations (&self->log);
}

/**
 * ptp_testing_consumer_pause:
 * @self: a consumer
 *
 * Pauses the producer; without one it does nothing.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_pause (PtpTestingConsumer *self)
{
  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  if (self->producer == NULL || self->paused)
    return;

  ptp_testing_log_event (&self->log, "pause");
  self->paused = TRUE;
  self->paused_at = ptp_testing_moment_now (self->producer);
  ptp_push_producer_pause_producing (self->producer);
}

/**
 * ptp_testing_consumer_resume:
 * @self: a consumer
 *
 * Resumes the producer, if it was paused.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_resume (PtpTestingConsumer *self)
{
  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  if (self->producer == NULL || !self->paused)
    return;

  ptp_testing_log_event (&self->log, "resume");
  self->paused = FALSE;
  self->since_resumed = 0;
  ptp_push_producer_resume_producing (self->producer);
}

/**
 * ptp_testing_consumer_release:
 * @self: a consumer
 *
 * Has enough: unregisters its producer by itself, without an end. Without a producer it does
 * nothing.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_release (PtpTestingConsumer *self)
{
  g_autoptr (PtpPushProducer) producer = NULL;

  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  if (!g_set_object (&producer, self->producer))
    return;

  ptp_testing_log_event (&self->log, "release");
  self->releasing = TRUE;
  ptp_consumer_unregister_producer (PTP_CONSUMER (self), producer);
  self->releasing = FALSE;
}

/**
 * ptp_testing_consumer_fail:
 * @self: a consumer
 * @error: why; %PTP_ERROR_STOPPED says that nobody needs more
 *
 * Breaks, as a consumer does that cannot go on: stops its producer with @error as the reason, and
 * waits for what the producer does then: abort and unregister. If it is told to finish instead, it
 * fails with @error. Without a producer it does nothing.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_fail (PtpTestingConsumer *self, const GError *error)
{
  g_autoptr (PtpPushProducer) producer = NULL;

  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));
  g_return_if_fail (error != NULL);

  if (!g_set_object (&producer, self->producer))
    return;

  ptp_testing_log_event (&self->log, "fail %s", error->message);
  g_clear_error (&self->failure);
  self->failure = g_error_copy (error);
  self->stopped = TRUE;
  self->stopped_at = ptp_testing_moment_now (NULL);
  ptp_push_producer_stop_producing (producer, error);
}

/**
 * ptp_testing_consumer_close:
 * @self: a consumer
 *
 * Takes nothing any more: registering and writing fail with %PTP_ERROR_CLOSED. A producer that is
 * registered is stopped, with that error as the reason.
 *
 * Since: 1.0
 */
void
ptp_testing_consumer_close (PtpTestingConsumer *self)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (PTP_TESTING_IS_CONSUMER (self));

  if (self->closed)
    return;

  ptp_testing_log_event (&self->log, "close");
  self->closed = TRUE;
  refuse (self, &error);
  ptp_testing_consumer_fail (self, error);
}
