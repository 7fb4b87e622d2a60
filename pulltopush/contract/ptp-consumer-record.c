/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-consumer-record-private.h"

#include "ptp-error.h"
#include "ptp-quark-private.h"
#include "ptp-waiter-private.h"

typedef enum
{
  PHASE_OPEN,
  PHASE_FINISHING, /* finish is being called */
  PHASE_FINISH_PENDING,
  PHASE_ABORTING, /* abort is being called */
  PHASE_ABORT_PENDING,
  PHASE_SETTLED,
} Phase;

/* Under the lock. It lives as long as its consumer. */
struct _PtpConsumerRecord
{
  guint number; /* of the consumer, in ptp_consumer_told */
  Phase phase;
  gboolean finish_told;

  PtpOutcome outcome;   /* said from inside a call before the call has returned, or settled */
  GError *error;        /* (owned) (nullable): of the outcome */
  GError *write_error;  /* (owned) (nullable): of the first write that failed */
  GError *abort_reason; /* (owned) (nullable): asked for while finish is being called */
  GError *failure;      /* (owned) (nullable): said instead of what is settled */

  PtpSettledFunc settled_func; /* (nullable) */
  gpointer listener;           /* (unowned) */
  GPtrArray *waiters;          /* (owned) (nullable) (element-type PtpWaiter) */
};

guint ptp_consumer_n_told;
guint ptp_consumer_told[PTP_CONSUMER_TOLD_SIZE];

static GMutex records_lock;

static GQuark
record_quark (void)
{
  static guint quark;

  return ptp_quark_get (&quark, "ptp-consumer-record");
}

static void
set_phase (PtpConsumerRecord *self, Phase phase)
{
  if (self->phase == PHASE_OPEN && phase != PHASE_OPEN)
    {
      g_atomic_int_inc (&ptp_consumer_n_told);
      g_atomic_int_inc (&ptp_consumer_told[self->number]);
    }
  else if (self->phase != PHASE_OPEN && phase == PHASE_OPEN)
    {
      (void) g_atomic_int_dec_and_test (&ptp_consumer_told[self->number]);
      (void) g_atomic_int_dec_and_test (&ptp_consumer_n_told);
    }
  self->phase = phase;
}

static void
forget_end (PtpConsumerRecord *self)
{
  set_phase (self, PHASE_OPEN);
  self->finish_told = FALSE;
  self->outcome = PTP_OUTCOME_NONE;
  g_clear_error (&self->error);
  g_clear_error (&self->write_error);
  g_clear_error (&self->abort_reason);
  g_clear_error (&self->failure);
}

static void
record_free (gpointer data)
{
  PtpConsumerRecord *self = data;

  /* A task that waits keeps the consumer alive: whoever was in the array has been answered. */
  g_clear_pointer (&self->waiters, g_ptr_array_unref);
  forget_end (self);
  g_free (self);
}

/* All but those who listen and wait, and the number. */
static void
move_end (PtpConsumerRecord *self, PtpConsumerRecord *from)
{
  set_phase (self, from->phase);
  set_phase (from, PHASE_OPEN);
  self->finish_told = from->finish_told;
  self->outcome = from->outcome;
  self->error = g_steal_pointer (&from->error);
  self->write_error = g_steal_pointer (&from->write_error);
  self->abort_reason = g_steal_pointer (&from->abort_reason);
  self->failure = g_steal_pointer (&from->failure);
  forget_end (from);
}

PtpConsumerRecord *
ptp_consumer_record_get (PtpConsumer *consumer)
{
  return g_object_get_qdata (G_OBJECT (consumer), record_quark ());
}

PtpConsumerRecord *
ptp_consumer_record_ensure (PtpConsumer *consumer)
{
  PtpConsumerRecord *self;

  g_mutex_lock (&records_lock);
  self = ptp_consumer_record_get (consumer);
  if (self == NULL)
    {
      self = g_new0 (PtpConsumerRecord, 1);
      self->number = ptp_consumer_get_number (consumer);
      g_object_set_qdata_full (G_OBJECT (consumer), record_quark (), self, record_free);
    }
  g_mutex_unlock (&records_lock);

  return self;
}

static gboolean
is_pending (PtpConsumerRecord *self)
{
  return self->phase != PHASE_OPEN && self->phase != PHASE_SETTLED;
}

gboolean
ptp_consumer_record_check_pending (PtpConsumer *consumer, GObject *newcomer, GError **error)
{
  PtpConsumerRecord *self = ptp_consumer_record_get (consumer);
  gboolean pending;

  if (self == NULL)
    return TRUE;

  g_mutex_lock (&records_lock);
  pending = is_pending (self);
  g_mutex_unlock (&records_lock);

  if (pending)
    g_set_error (error, PTP_ERROR, PTP_ERROR_ALREADY_REGISTERED,
                 "%s cannot be registered: %s is still finishing what the producer before wrote; "
                 "wait until it has settled",
                 G_OBJECT_TYPE_NAME (newcomer), G_OBJECT_TYPE_NAME (consumer));

  return !pending;
}

static void
set_told_already (PtpConsumerRecord *self, const char *call, GError **error)
{
  g_set_error (error, PTP_ERROR, PTP_ERROR_CLOSED, "%s() comes too late: the consumer %s", call,
               self->phase == PHASE_SETTLED ? "has settled" : "was told its end before");
}

gboolean
ptp_consumer_record_begin_finish (PtpConsumerRecord *self, GError **error)
{
  gboolean begun;

  g_mutex_lock (&records_lock);
  begun = self->phase == PHASE_OPEN;
  if (begun)
    {
      set_phase (self, PHASE_FINISHING);
      self->finish_told = TRUE;
    }
  else
    {
      set_told_already (self, "finish", error);
    }
  g_mutex_unlock (&records_lock);

  return begun;
}

PtpAbortTime
ptp_consumer_record_begin_abort (PtpConsumerRecord *self, const GError *reason, GError **error)
{
  PtpAbortTime time = PTP_ABORT_REFUSED;

  g_mutex_lock (&records_lock);
  if (self->phase == PHASE_OPEN || self->phase == PHASE_FINISH_PENDING)
    {
      set_phase (self, PHASE_ABORTING);
      time = PTP_ABORT_NOW;
    }
  else if (self->phase == PHASE_FINISHING && self->abort_reason == NULL)
    {
      self->abort_reason = g_error_copy (reason);
      time = PTP_ABORT_LATER;
    }
  else
    {
      set_told_already (self, "abort", error);
    }
  g_mutex_unlock (&records_lock);

  return time;
}

void
ptp_consumer_record_fail_later (PtpConsumerRecord *self, const GError *error)
{
  g_mutex_lock (&records_lock);
  self->failure = g_error_copy (error);
  if (self->outcome != PTP_OUTCOME_NONE)
    {
      g_clear_error (&self->error);
      self->outcome = PTP_OUTCOME_FAILED;
      self->error = g_error_copy (error);
    }
  g_mutex_unlock (&records_lock);
}

static void
set_outcome (PtpConsumerRecord *self, PtpOutcome outcome, const GError *error)
{
  self->outcome = outcome;
  if (outcome == PTP_OUTCOME_FAILED)
    self->error = g_error_copy (error);
}

/* What waiters are told: the first of them may give the consumer a new life. */
typedef struct
{
  PtpOutcome outcome;
  GError *error;      /* (owned) (nullable) */
  GPtrArray *waiters; /* (owned) (nullable) */
} Answer;

static void
take_answer_locked (PtpConsumerRecord *self, Answer *answer, GPtrArray *waiters)
{
  answer->outcome = self->outcome;
  answer->error = self->error != NULL ? g_error_copy (self->error) : NULL;
  answer->waiters = waiters;
}

static void
answer_cb (GTask *task, gpointer user_data)
{
  const Answer *answer = user_data;

  if (answer->outcome == PTP_OUTCOME_FAILED)
    g_task_return_error (task, g_error_copy (answer->error));
  else if (answer->outcome == PTP_OUTCOME_FINISHED)
    g_task_return_int (task, PTP_SETTLEMENT_FINISHED);
  else
    g_task_return_int (task, PTP_SETTLEMENT_ABORTED);
}

static void
give_answer (Answer *answer)
{
  ptp_waiters_answer (g_steal_pointer (&answer->waiters), answer_cb, answer);
  g_clear_error (&answer->error);
}

PtpConsumerRecord *
ptp_consumer_record_renew (PtpConsumer *consumer)
{
  PtpConsumerRecord *self = ptp_consumer_record_get (consumer);
  PtpConsumerRecord *before;

  if (self == NULL)
    return NULL;

  before = g_new0 (PtpConsumerRecord, 1);
  before->number = self->number;
  g_mutex_lock (&records_lock);
  move_end (before, self);
  g_mutex_unlock (&records_lock);

  return before;
}

void
ptp_consumer_record_forget (PtpConsumerRecord *before)
{
  g_clear_pointer (&before, record_free);
}

/* Whoever has begun to wait in the meantime hears of what was settled before. */
void
ptp_consumer_record_restore (PtpConsumer *consumer, PtpConsumerRecord *before)
{
  PtpConsumerRecord *self = ptp_consumer_record_get (consumer);
  Answer answer = { 0 };

  if (self == NULL)
    return;

  g_mutex_lock (&records_lock);
  if (self->phase == PHASE_OPEN)
    forget_end (self);
  if (self->phase == PHASE_OPEN && before != NULL)
    move_end (self, before);
  if (self->phase == PHASE_SETTLED)
    take_answer_locked (self, &answer, ptp_waiters_steal_locked (&self->waiters));
  g_mutex_unlock (&records_lock);

  give_answer (&answer);
  ptp_consumer_record_forget (before);
}

/* Tells the listener; the waiters are told without the lock. */
static void
settle_locked (PtpConsumerRecord *self, Answer *answer)
{
  PtpSettledFunc func = g_steal_pointer (&self->settled_func);

  set_phase (self, PHASE_SETTLED);
  if (func != NULL)
    func (self->listener, self->outcome, self->error);
  take_answer_locked (self, answer, ptp_waiters_steal_locked (&self->waiters));
}

static PtpOutcome
outcome_of (PtpConsumerRecord *self, PtpEndResult result)
{
  if (result == PTP_END_RESULT_FAILED)
    return PTP_OUTCOME_FAILED;

  return self->phase == PHASE_ABORTING ? PTP_OUTCOME_ABORTED : PTP_OUTCOME_FINISHED;
}

/* What a consumer that was past its point of no return says about its finish, from inside or beside
 * the call of abort, counts more than what abort answers.
 */
static gboolean
has_said_enough (PtpConsumerRecord *self)
{
  return self->outcome != PTP_OUTCOME_NONE && self->phase == PHASE_ABORTING && self->finish_told;
}

GError *
ptp_consumer_record_end_call (PtpConsumerRecord *self, PtpEndResult result, const GError *error)
{
  GError *abort_reason = NULL;
  Answer answer = { 0 };
  gboolean ignored = FALSE;

  g_mutex_lock (&records_lock);
  if (result != PTP_END_RESULT_PENDING && !has_said_enough (self))
    {
      ignored = self->outcome != PTP_OUTCOME_NONE;
      g_clear_error (&self->error);
      set_outcome (self, outcome_of (self, result), error);
    }

  if (self->outcome != PTP_OUTCOME_NONE)
    {
      settle_locked (self, &answer);
      g_clear_error (&self->abort_reason);
    }
  else
    {
      set_phase (self, self->phase == PHASE_ABORTING || self->failure != NULL
                         ? PHASE_ABORT_PENDING
                         : PHASE_FINISH_PENDING);
      abort_reason = g_steal_pointer (&self->abort_reason);
    }
  g_mutex_unlock (&records_lock);

  if (ignored)
    g_debug ("A settlement that was said before the call answered otherwise is ignored");
  give_answer (&answer);

  return abort_reason;
}

/* Only a finish can end as finished. */
static gboolean
take_settlement_locked (PtpConsumerRecord *self,
                        PtpOutcome outcome,
                        const GError *error,
                        Answer *answer)
{
  if (!is_pending (self) || self->outcome != PTP_OUTCOME_NONE)
    return FALSE;

  if (self->failure != NULL)
    set_outcome (self, PTP_OUTCOME_FAILED, self->failure);
  else if (outcome == PTP_OUTCOME_FINISHED && !self->finish_told)
    set_outcome (self, PTP_OUTCOME_ABORTED, NULL);
  else
    set_outcome (self, outcome, error);
  if (self->phase == PHASE_FINISH_PENDING || self->phase == PHASE_ABORT_PENDING)
    settle_locked (self, answer);

  return TRUE;
}

void
ptp_consumer_record_settle (PtpConsumer *consumer, PtpOutcome outcome, const GError *error)
{
  PtpConsumerRecord *self = ptp_consumer_record_get (consumer);
  Answer answer = { 0 };
  gboolean taken = FALSE;

  if (self != NULL)
    {
      g_mutex_lock (&records_lock);
      taken = take_settlement_locked (self, outcome, error, &answer);
      g_mutex_unlock (&records_lock);
    }

  if (!taken)
    g_debug ("%s settles, and nobody has asked or it has settled before: ignored",
             G_OBJECT_TYPE_NAME (consumer));
  give_answer (&answer);
}

PtpOutcome
ptp_consumer_record_listen (PtpConsumerRecord *self,
                            PtpSettledFunc func,
                            gpointer listener,
                            GError **error)
{
  PtpOutcome outcome = PTP_OUTCOME_NONE;

  g_mutex_lock (&records_lock);
  if (self->phase == PHASE_SETTLED)
    {
      outcome = self->outcome;
      if (self->error != NULL && error != NULL)
        *error = g_error_copy (self->error);
    }
  else
    {
      self->settled_func = func;
      self->listener = listener;
    }
  g_mutex_unlock (&records_lock);

  return outcome;
}

void
ptp_consumer_record_unlisten (PtpConsumer *consumer, gpointer listener)
{
  PtpConsumerRecord *self = ptp_consumer_record_get (consumer);

  if (self == NULL)
    return;

  g_mutex_lock (&records_lock);
  if (self->listener == listener)
    {
      self->settled_func = NULL;
      self->listener = NULL;
    }
  g_mutex_unlock (&records_lock);
}

void
ptp_consumer_record_wait (PtpConsumerRecord *self, GTask *task)
{
  PtpWaiter *waiter = ptp_waiter_new (task, &records_lock);
  gboolean added = FALSE;
  Answer answer = { 0 };

  g_mutex_lock (&records_lock);
  if (self->phase == PHASE_SETTLED)
    take_answer_locked (self, &answer, NULL);
  else
    added = ptp_waiter_add_locked (waiter, &self->waiters);
  g_mutex_unlock (&records_lock);

  if (answer.outcome != PTP_OUTCOME_NONE)
    ptp_waiter_answer (waiter, answer_cb, &answer);
  else if (!added)
    ptp_waiter_answer_cancelled (waiter);
  g_clear_error (&answer.error);
}

void
ptp_consumer_record_note_write_error (PtpConsumer *consumer, const GError *error)
{
  PtpConsumerRecord *self = ptp_consumer_record_ensure (consumer);

  g_mutex_lock (&records_lock);
  if (self->write_error == NULL && self->phase == PHASE_OPEN)
    self->write_error = g_error_copy (error);
  g_mutex_unlock (&records_lock);
}

GError *
ptp_consumer_record_dup_write_error (PtpConsumer *consumer)
{
  PtpConsumerRecord *self = ptp_consumer_record_get (consumer);
  GError *error = NULL;

  if (self == NULL)
    return NULL;

  g_mutex_lock (&records_lock);
  if (self->write_error != NULL)
    error = g_error_copy (self->write_error);
  g_mutex_unlock (&records_lock);

  return error;
}

gboolean
ptp_consumer_record_check_open (PtpConsumer *consumer, GError **error)
{
  PtpConsumerRecord *self = ptp_consumer_record_get (consumer);
  gboolean open = TRUE;

  if (self != NULL)
    {
      g_mutex_lock (&records_lock);
      open = self->phase == PHASE_OPEN;
      g_mutex_unlock (&records_lock);
    }

  if (!open)
    g_set_error (error, PTP_ERROR, PTP_ERROR_CLOSED,
                 "%s takes nothing any more: it was told its end", G_OBJECT_TYPE_NAME (consumer));

  return open;
}
