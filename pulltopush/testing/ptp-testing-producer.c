/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-producer.h"

#include "ptp-testing-log-private.h"

#include <string.h>

/**
 * PtpTestingProducer:
 *
 * A pull producer that does what a script says, step by step, and finishes after it.
 *
 * It watches over whoever drives it: each call that must not come is a violation, which begins with
 * the number of the rule that was broken. To act from inside a call, connect to
 * [signal@PullToPushTesting.Producer::event].
 *
 * ## Threads
 *
 * Make it on the context on which it is to be used, and call its functions there.
 *
 * Since: 1.0
 */
struct _PtpTestingProducer
{
  GObject parent_instance;

  PtpTestingLog log;
  GQueue steps;        /* (element-type Step) */
  GByteArray *written; /* (owned): what consumers have taken */
  guint64 n_filled;    /* how much of the pattern of the bursts was used */
  guint n_produced;
  guint n_cancelled;
  GError *reason; /* (owned) (nullable): what cancel was told */
  gint broken;    /* atomic */
  gboolean producing;
  gboolean ended;
};

typedef enum
{
  NOTHING_THEN = 0,
  READY_INSIDE,
  READY_LATER,
  BROKEN_INSIDE,
  BROKEN_LATER,
} Then;

typedef struct
{
  GBytes *bytes; /* (owned) (nullable): none, or what is written @n_writes times */
  guint n_writes;
  Then then;
  int result;    /* a PtpStepResult, or what is none */
  GError *error; /* (owned) (nullable) */
} Step;

enum
{
  EVENT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void ptp_testing_producer_iface_init (PtpPullProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpTestingProducer,
                               ptp_testing_producer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER,
                                                      ptp_testing_producer_iface_init))

static void
step_free (gpointer data)
{
  Step *step = data;

  g_clear_pointer (&step->bytes, g_bytes_unref);
  g_clear_error (&step->error);
  g_free (step);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Step, step_free)

static void
tell (PtpTestingProducer *self, const char *word)
{
  g_signal_emit (self, signals[EVENT], g_quark_from_string (word), word);
}

/* What a step leads to in a later turn. */
typedef struct
{
  GWeakRef producer;
  GError *error; /* (owned) (nullable): it breaks, instead of being ready */
} Sequel;

static gboolean
sequel_cb (gpointer user_data)
{
  Sequel *sequel = user_data;
  g_autoptr (PtpPullProducer) self = g_weak_ref_get (&sequel->producer);

  if (self != NULL && sequel->error != NULL)
    ptp_pull_producer_emit_broken (self, sequel->error);
  else if (self != NULL)
    ptp_pull_producer_emit_ready (self);

  return G_SOURCE_REMOVE;
}

static void
sequel_free (gpointer user_data)
{
  Sequel *sequel = user_data;

  g_weak_ref_clear (&sequel->producer);
  g_clear_error (&sequel->error);
  g_free (sequel);
}

/* Takes @error. */
static void
go_on_later (PtpTestingProducer *self, GError *error)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Sequel *sequel = g_new0 (Sequel, 1);

  g_weak_ref_init (&sequel->producer, self);
  sequel->error = error;
  g_source_set_callback (source, sequel_cb, sequel, sequel_free);
  g_source_attach (source, self->log.context);
}

static gboolean
write_all (PtpTestingProducer *self, Step *step, PtpConsumer *consumer, GError **error)
{
  for (guint i = 0; step->bytes != NULL && i < step->n_writes; i++)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (step->bytes, &size);

      if (!ptp_consumer_write (consumer, step->bytes, error))
        return FALSE;
      if (size > 0)
        g_byte_array_append (self->written, data, (guint) size);
    }

  return TRUE;
}

static PtpStepResult
take_step (PtpTestingProducer *self, PtpConsumer *consumer, GError **error)
{
  g_autoptr (Step) step = g_queue_pop_head (&self->steps);

  if (step == NULL)
    return PTP_STEP_RESULT_FINISHED;
  if (!write_all (self, step, consumer, error))
    return PTP_STEP_RESULT_FAILED;

  if (step->then == READY_INSIDE)
    ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (self));
  else if (step->then == BROKEN_INSIDE)
    ptp_pull_producer_emit_broken (PTP_PULL_PRODUCER (self), step->error);
  else if (step->then == READY_LATER || step->then == BROKEN_LATER)
    go_on_later (self, g_steal_pointer (&step->error));
  else if (step->error != NULL)
    g_propagate_error (error, g_steal_pointer (&step->error));

  return (PtpStepResult) step->result;
}

static PtpStepResult
ptp_testing_producer_produce (PtpPullProducer *producer, PtpConsumer *consumer, GError **error)
{
  g_autoptr (PtpTestingProducer) self = g_object_ref (PTP_TESTING_PRODUCER (producer));
  gboolean was_broken = g_atomic_int_get (&self->broken);
  GError *local = NULL;
  PtpStepResult result;

  ptp_testing_log_check_context (&self->log, "produce");
  if (self->producing)
    ptp_testing_log_violation (&self->log, "R6", "produce was entered again from inside itself");
  if (self->n_cancelled > 0)
    ptp_testing_log_violation (&self->log, "L7", "produce was called after cancel");
  if (was_broken)
    ptp_testing_log_violation (&self->log, "L7", "produce was called after it had broken");
  if (self->ended)
    ptp_testing_log_violation (&self->log, "L7", "produce was called after its last answer");

  self->n_produced++;
  self->producing = TRUE;
  ptp_testing_log_event (&self->log, "produce");
  tell (self, "produce");
  result = take_step (self, consumer, &local);
  self->producing = FALSE;
  self->ended |= result != PTP_STEP_RESULT_MORE && result != PTP_STEP_RESULT_PENDING;
  self->ended |= local != NULL;
  if (local != NULL)
    g_propagate_error (error, local);

  return result;
}

static void
ptp_testing_producer_cancel (PtpPullProducer *producer, const GError *reason)
{
  PtpTestingProducer *self = PTP_TESTING_PRODUCER (producer);

  ptp_testing_log_check_context (&self->log, "cancel");
  if (self->n_cancelled > 0)
    ptp_testing_log_violation (&self->log, "L7", "cancel was called twice");
  if (self->ended)
    ptp_testing_log_violation (&self->log, "L7", "cancel was called after the last answer");
  if (self->producing)
    ptp_testing_log_violation (&self->log, "R3", "cancel was called from inside produce");

  self->n_cancelled++;
  g_clear_error (&self->reason);
  self->reason = g_error_copy (reason);
  ptp_testing_log_event (&self->log, "cancel %s", reason->message);
  tell (self, "cancel");
}

/* Any thread. The test may break it, too. */
static void
broken_cb (PtpTestingProducer *self, const GError *error)
{
  ptp_testing_log_event (&self->log, "broken %s", error->message);
  g_atomic_int_set (&self->broken, TRUE);
}

static void
ptp_testing_producer_iface_init (PtpPullProducerInterface *iface)
{
  iface->produce = ptp_testing_producer_produce;
  iface->cancel = ptp_testing_producer_cancel;
}

static void
ptp_testing_producer_finalize (GObject *object)
{
  PtpTestingProducer *self = PTP_TESTING_PRODUCER (object);

  g_queue_clear_full (&self->steps, step_free);
  g_clear_pointer (&self->written, g_byte_array_unref);
  g_clear_error (&self->reason);
  ptp_testing_log_clear (&self->log);

  G_OBJECT_CLASS (ptp_testing_producer_parent_class)->finalize (object);
}

static void
ptp_testing_producer_class_init (PtpTestingProducerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ptp_testing_producer_finalize;

  /**
   * PtpTestingProducer::event:
   * @self: the producer
   * @name: `produce` or `cancel`, which is the detail of the signal too
   *
   * It was called. A handler runs inside the call, before the step does anything.
   *
   * Since: 1.0
   */
  signals[EVENT]
    = g_signal_new ("event", PTP_TESTING_TYPE_PRODUCER, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
ptp_testing_producer_init (PtpTestingProducer *self)
{
  ptp_testing_log_init (&self->log);
  g_queue_init (&self->steps);
  self->written = g_byte_array_new ();
  g_signal_connect (self, "broken", G_CALLBACK (broken_cb), NULL);
}

/**
 * ptp_testing_producer_new:
 *
 * Makes a producer with an empty script, which finishes at once.
 *
 * Returns: (transfer full): a new producer
 *
 * Since: 1.0
 */
PtpTestingProducer *
ptp_testing_producer_new (void)
{
  return g_object_new (PTP_TESTING_TYPE_PRODUCER, NULL);
}

static Step *
append (PtpTestingProducer *self, int result)
{
  Step *step = g_new0 (Step, 1);

  step->result = result;
  g_queue_push_tail (&self->steps, step);

  return step;
}

/**
 * ptp_testing_producer_add:
 * @self: a producer
 * @bytes: (nullable): what to write; %NULL writes nothing, which is not the same as no bytes
 * @result: what to answer; for %PTP_STEP_RESULT_FAILED there are other functions
 *
 * Adds a step that writes and answers.
 *
 * Since: 1.0
 */
void
ptp_testing_producer_add (PtpTestingProducer *self, GBytes *bytes, PtpStepResult result)
{
  Step *step;

  g_return_if_fail (PTP_TESTING_IS_PRODUCER (self));
  g_return_if_fail (result != PTP_STEP_RESULT_FAILED);

  step = append (self, (int) result);
  step->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  step->n_writes = 1;
}

/**
 * ptp_testing_producer_add_text:
 * @self: a producer
 * @text: what to write; may be empty
 *
 * Adds a step that writes a text and answers %PTP_STEP_RESULT_MORE.
 *
 * Since: 1.0
 */
void
ptp_testing_producer_add_text (PtpTestingProducer *self, const char *text)
{
  g_autoptr (GBytes) bytes = NULL;

  g_return_if_fail (PTP_TESTING_IS_PRODUCER (self));
  g_return_if_fail (text != NULL);

  bytes = g_bytes_new (text, strlen (text));
  ptp_testing_producer_add (self, bytes, PTP_STEP_RESULT_MORE);
}

/* No period that is a divisor of a usual chunk size, so that what is lost or moved is seen. */
static GBytes *
fill (PtpTestingProducer *self, gsize size)
{
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (self->n_filled++ % 251);

  return g_bytes_new_take (data, size);
}

/**
 * ptp_testing_producer_add_burst:
 * @self: a producer
 * @n_writes: how many times
 * @size: how many bytes each time
 *
 * Adds a step that writes generated bytes, several times in one step, and answers
 * %PTP_STEP_RESULT_MORE.
 *
 * Since: 1.0
 */
void
ptp_testing_producer_add_burst (PtpTestingProducer *self, guint n_writes, gsize size)
{
  Step *step;

  g_return_if_fail (PTP_TESTING_IS_PRODUCER (self));

  step = append (self, PTP_STEP_RESULT_MORE);
  step->bytes = fill (self, size);
  step->n_writes = n_writes;
}

/**
 * ptp_testing_producer_add_more:
 * @self: a producer
 *
 * Adds a step that writes nothing and answers %PTP_STEP_RESULT_MORE.
 *
 * Since: 1.0
 */
void
ptp_testing_producer_add_more (PtpTestingProducer *self)
{
  g_return_if_fail (PTP_TESTING_IS_PRODUCER (self));

  append (self, PTP_STEP_RESULT_MORE);
}

/**
 * ptp_testing_producer_add_finish:
 * @self: a producer
 *
 * Adds a step that answers %PTP_STEP_RESULT_FINISHED, as every step after the script does.
 *
 * Since: 1.0
 */
void
ptp_testing_producer_add_finish (PtpTestingProducer *self)
{
  g_return_if_fail (PTP_TESTING_IS_PRODUCER (self));

  append (self, PTP_STEP_RESULT_FINISHED);
}

/**
 * ptp_testing_producer_add_fail:
 * @self: a producer
 * @error: why
 *
 * Adds a step that fails.
 *
 * Since: 1.0
 */
void
ptp_testing_producer_add_fail (PtpTestingProducer *self, const GError *error)
{
  g_return_if_fail (PTP_TESTING_IS_PRODUCER (self));
  g_return_if_fail (error != NULL);

  append (self, PTP_STEP_RESULT_FAILED)->error = g_error_copy (error);
}

/**
 * ptp_testing_producer_add_pending:
 * @self: a producer
 *
 * Adds a step that answers %PTP_STEP_RESULT_PENDING; it is for the test to call
 * [method@PullToPush.PullProducer.emit_ready].
 *
 * A stream asks once more after the first one, since nobody listened before that.
 *
 * Since: 1.0
 */
void
ptp_testing_producer_add_pending (PtpTestingProducer *self)
{
  g_return_if_fail (PTP_TESTING_IS_PRODUCER (self));

  append (self, PTP_STEP_RESULT_PENDING);
}

/**
 * ptp_testing_producer_add_pending_then_ready:
 * @self: a producer
 *
 * Adds a step that answers %PTP_STEP_RESULT_PENDING and is ready in a later turn.
 *
 * Since: 1.0
 */
void
ptp_testing_producer_add_pending_then_ready (PtpTestingProducer *self)
{
  g_return_if_fail (PTP_TESTING_IS_PRODUCER (self));

  append (self, PTP_STEP_RESULT_PENDING)->then = READY_LATER;
}

/**
 * ptp_testing_producer_add_ready_then_pending:
 * @self: a producer
 *
 * Adds a step that emits [signal@PullToPush.PullProducer::ready] from inside and only then answers
 * %PTP_STEP_RESULT_PENDING (rule R7).
 *
 * Since: 1.0
 */
void
ptp_testing_producer_add_ready_then_pending (PtpTestingProducer *self)
{
  g_return_if_fail (PTP_TESTING_IS_PRODUCER (self));

  append (self, PTP_STEP_RESULT_PENDING)->then = READY_INSIDE;
}

/**
 * ptp_testing_producer_add_pending_then_broken:
 * @self: a producer
 * @error: why
 *
 * Adds a step that answers %PTP_STEP_RESULT_PENDING and breaks in a later turn (rule E12).
 *
 * Since: 1.0
 */
void
ptp_testing_producer_add_pending_then_broken (PtpTestingProducer *self, const GError *error)
{
  Step *step;

  g_return_if_fail (PTP_TESTING_IS_PRODUCER (self));
  g_return_if_fail (error != NULL);

  step = append (self, PTP_STEP_RESULT_PENDING);
  step->then = BROKEN_LATER;
  step->error = g_error_copy (error);
}

/**
 * ptp_testing_producer_add_broken_then_pending:
 * @self: a producer
 * @error: why
 *
 * Adds a step that emits [signal@PullToPush.PullProducer::broken] from inside and only then answers
 * %PTP_STEP_RESULT_PENDING (rule E12).
 *
 * Since: 1.0
 */
void
ptp_testing_producer_add_broken_then_pending (PtpTestingProducer *self, const GError *error)
{
  Step *step;

  g_return_if_fail (PTP_TESTING_IS_PRODUCER (self));
  g_return_if_fail (error != NULL);

  step = append (self, PTP_STEP_RESULT_PENDING);
  step->then = BROKEN_INSIDE;
  step->error = g_error_copy (error);
}

/**
 * ptp_testing_producer_add_raw:
 * @self: a producer
 * @result: any number
 * @error: (nullable): any error, or none
 *
 * Adds a step whose answer and error need not agree (rule E2), as in a language binding that could
 * not run it.
 *
 * Since: 1.0
 */
void
ptp_testing_producer_add_raw (PtpTestingProducer *self, int result, const GError *error)
{
  g_return_if_fail (PTP_TESTING_IS_PRODUCER (self));

  append (self, result)->error = error != NULL ? g_error_copy (error) : NULL;
}

/**
 * ptp_testing_producer_get_n_produced:
 * @self: a producer
 *
 * Gets how often it was asked.
 *
 * Returns: the number of steps
 *
 * Since: 1.0
 */
guint
ptp_testing_producer_get_n_produced (PtpTestingProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PRODUCER (self), 0);

  return self->n_produced;
}

/**
 * ptp_testing_producer_get_n_cancelled:
 * @self: a producer
 *
 * Gets how often it was cancelled; more than once is a violation.
 *
 * Returns: the number of times
 *
 * Since: 1.0
 */
guint
ptp_testing_producer_get_n_cancelled (PtpTestingProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PRODUCER (self), 0);

  return self->n_cancelled;
}

/**
 * ptp_testing_producer_get_reason:
 * @self: a producer
 *
 * Gets why it was cancelled.
 *
 * Returns: (nullable) (transfer none): the reason; %NULL if it was not
 *
 * Since: 1.0
 */
const GError *
ptp_testing_producer_get_reason (PtpTestingProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PRODUCER (self), NULL);

  return self->reason;
}

/**
 * ptp_testing_producer_get_n_left:
 * @self: a producer
 *
 * Gets how much of the script is left.
 *
 * Returns: the number of steps
 *
 * Since: 1.0
 */
guint
ptp_testing_producer_get_n_left (PtpTestingProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PRODUCER (self), 0);

  return self->steps.length;
}

/**
 * ptp_testing_producer_dup_bytes:
 * @self: a producer
 *
 * Gets what consumers have taken from it, one chunk after the other.
 *
 * Returns: (transfer full): the bytes
 *
 * Since: 1.0
 */
GBytes *
ptp_testing_producer_dup_bytes (PtpTestingProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PRODUCER (self), NULL);

  return g_bytes_new (self->written->data, self->written->len);
}

/**
 * ptp_testing_producer_dup_events:
 * @self: a producer
 *
 * Gets what was called and what it did, in order: `produce`, `broken MESSAGE`, `cancel MESSAGE`.
 *
 * Returns: (transfer full): the events
 *
 * Since: 1.0
 */
GStrv
ptp_testing_producer_dup_events (PtpTestingProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PRODUCER (self), NULL);

  return ptp_testing_log_dup_events (&self->log);
}

/**
 * ptp_testing_producer_dup_violations:
 * @self: a producer
 *
 * Gets which rules were broken by whoever drives it.
 *
 * Returns: (transfer full): a text each, which begins with the rule; none if all is well
 *
 * Since: 1.0
 */
GStrv
ptp_testing_producer_dup_violations (PtpTestingProducer *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_PRODUCER (self), NULL);

  return ptp_testing_log_dup_violations (&self->log);
}
