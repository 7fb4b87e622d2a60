/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-consumer.h"

G_BEGIN_DECLS

/* What the contract knows of the end of a consumer, beside its registration, so that the rules hold
 * whoever calls. Most consumers have none before they are told their end.
 *
 * The functions take the record's lock by themselves and call nobody's code under it. Those that
 * begin and end a call are for the context of the consumer, the others for any thread.
 */
typedef struct _PtpConsumerRecord PtpConsumerRecord;

typedef enum
{
  PTP_OUTCOME_NONE = 0, /* not settled */
  PTP_OUTCOME_FINISHED,
  PTP_OUTCOME_ABORTED,
  PTP_OUTCOME_FAILED, /* with an error */
} PtpOutcome;

typedef enum
{
  PTP_ABORT_REFUSED, /* with an error */
  PTP_ABORT_LATER,   /* finish is still being called: the abort follows it */
  PTP_ABORT_NOW,
} PtpAbortTime;

/* A stream that waits for the settlement. Called once, under the lock of the records, which keeps
 * the listener alive without a reference: it must not run anybody's code.
 */
typedef void (*PtpSettledFunc) (gpointer listener, PtpOutcome outcome, const GError *error);

PtpConsumerRecord *ptp_consumer_record_get (PtpConsumer *consumer); /* (nullable) */
PtpConsumerRecord *ptp_consumer_record_ensure (PtpConsumer *consumer);

/* A new registration begins a new life, before the consumer is asked: from inside it may be told
 * its end already. While a settlement is awaited there can be none. One that is refused restores
 * what was, which is (transfer full) (nullable), unless the consumer was told its end from inside.
 */
gboolean
ptp_consumer_record_check_pending (PtpConsumer *consumer, GObject *newcomer, GError **error);
PtpConsumerRecord *ptp_consumer_record_renew (PtpConsumer *consumer);
void ptp_consumer_record_restore (PtpConsumer *consumer, PtpConsumerRecord *before);
void ptp_consumer_record_forget (PtpConsumerRecord *before);

/* Around a call of finish or abort. What is settled when it ends, waiters hear of. */
gboolean ptp_consumer_record_begin_finish (PtpConsumerRecord *self, GError **error);
PtpAbortTime
ptp_consumer_record_begin_abort (PtpConsumerRecord *self, const GError *reason, GError **error);
/* Returns the reason of an abort that is to follow now. (transfer full) (nullable) */
GError *
ptp_consumer_record_end_call (PtpConsumerRecord *self, PtpEndResult result, const GError *error);

/* For a finish that became an abort: whatever is settled, this is what is said. */
void ptp_consumer_record_fail_later (PtpConsumerRecord *self, const GError *error);

/* The signals */
void ptp_consumer_record_settle (PtpConsumer *consumer, PtpOutcome outcome, const GError *error);

/* Returns what is settled already; if nothing is, the listener is told. @error is set if that
 * failed. */
PtpOutcome ptp_consumer_record_listen (PtpConsumerRecord *self,
                                       PtpSettledFunc func,
                                       gpointer listener,
                                       GError **error);
void ptp_consumer_record_unlisten (PtpConsumer *consumer, gpointer listener);

/* Takes @task. */
void ptp_consumer_record_wait (PtpConsumerRecord *self, GTask *task);

/* The first write that failed. */
void ptp_consumer_record_note_write_error (PtpConsumer *consumer, const GError *error);
GError *ptp_consumer_record_dup_write_error (PtpConsumer *consumer); /* (nullable) */

/* Fails with CLOSED once the consumer was told its end. */
gboolean ptp_consumer_record_check_open (PtpConsumer *consumer, GError **error);

/* A look that costs nothing, before every write: how many consumers were told their end, and how
 * many of those share a number with this one.
 */
#define PTP_CONSUMER_TOLD_SIZE 4096
extern G_GNUC_INTERNAL guint ptp_consumer_n_told;                       /* atomic */
extern G_GNUC_INTERNAL guint ptp_consumer_told[PTP_CONSUMER_TOLD_SIZE]; /* atomic */

static inline guint
ptp_consumer_get_number (gconstpointer consumer)
{
  return (guint) (GPOINTER_TO_SIZE (consumer) >> 4) % PTP_CONSUMER_TOLD_SIZE;
}

static inline gboolean
ptp_consumer_may_be_told (gconstpointer consumer)
{
  return G_UNLIKELY (g_atomic_int_get (&ptp_consumer_n_told) != 0)
         && g_atomic_int_get (&ptp_consumer_told[ptp_consumer_get_number (consumer)]) != 0;
}

G_END_DECLS
