/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-test-consumer.h"
#include "ptp-test-producer.h"
#include "ptp-test-util.h"

G_BEGIN_DECLS

/* A stream and all that stands around it, with one log. The hooks of producer, consumer and end
 * get the PtpTestStream itself as user_data.
 */
typedef struct
{
  PtpCooperator *cooperator; /* one of its own, on the thread-default context */
  PtpTestProducer *producer;
  PtpTestConsumer *consumer;
  PtpPullToPush *stream;
  PtpTestEnds *ends;
  PtpTestLog *log;
} PtpTestStream;

/* Takes @producer. The stream is not started. */
void ptp_test_stream_init (PtpTestStream *self, PtpTestProducer *producer);
/* The same, with flags. */
void ptp_test_stream_init_keeping (PtpTestStream *self,
                                   PtpTestProducer *producer,
                                   PtpPullToPushFlags flags);
/* The same, sharing a cooperator. */
void
ptp_test_stream_init_on (PtpTestStream *self, PtpTestProducer *producer, PtpCooperator *cooperator);
/* The same, and runs it until it is in that state. In ENDING the consumer has answered PENDING to
 * finish.
 */
void ptp_test_stream_init_in (PtpTestStream *self, PtpStreamState state);

/* Registers by hand, and starts. */
void ptp_test_stream_start (PtpTestStream *self);

/* Brings the stream to its end if it has none, and checks that nobody leaked, that there was no
 * end too many, and no call where none may be.
 */
void ptp_test_stream_clear (PtpTestStream *self);

/* Runs the context until produce was called so often. */
void ptp_test_stream_until_produced (PtpTestStream *self, int n_produces);

static inline void
ptp_test_stream_pause (PtpTestStream *self)
{
  ptp_push_producer_pause_producing (PTP_PUSH_PRODUCER (self->stream));
}

static inline void
ptp_test_stream_resume (PtpTestStream *self)
{
  ptp_push_producer_resume_producing (PTP_PUSH_PRODUCER (self->stream));
}

/* Whatever is registered. */
static inline void
ptp_test_stream_unregister (PtpTestStream *self)
{
  ptp_consumer_unregister_producer (PTP_CONSUMER (self->consumer),
                                    PTP_PUSH_PRODUCER (self->stream));
}

/* With the reason that nobody needs more. */
static inline void
ptp_test_stream_stop (PtpTestStream *self)
{
  ptp_test_stop_producing (PTP_PUSH_PRODUCER (self->stream));
}

#define ptp_test_stream_assert_bytes(self, expected)                                               \
  g_assert_cmpstr ((self)->consumer->bytes->str, ==, (expected))

#define ptp_test_stream_assert_state(self, expected)                                               \
  g_assert_cmpint (ptp_pull_to_push_get_state ((self)->stream), ==, PTP_STREAM_STATE_##expected)

/* With one space between the names. */
#define ptp_test_stream_assert_holders(self, expected)                                             \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_auto (GStrv) holders_ = ptp_pull_to_push_dup_holders ((self)->stream);                       \
    g_autofree char *joined_ = g_strjoinv (" ", holders_);                                         \
    g_assert_cmpstr (joined_, ==, (expected));                                                     \
  }                                                                                                \
  G_STMT_END

G_END_DECLS
