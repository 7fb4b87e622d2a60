/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-test-consumer.h"
#include "ptp-test-util.h"

G_BEGIN_DECLS

/* A GInputStream that is read through a PtpPullToPush by a recording consumer. */
typedef struct
{
  GInputStream *input; /* (owned) (nullable) */
  gboolean shared;     /* set by the test: somebody else holds a reference too */
  PtpInputStreamProducer *producer;
  PtpTestConsumer *consumer;
  PtpPullToPush *stream;
  PtpTestEnds *ends;
} PtpTestReading;

/* Takes @input, which may be null. The stream is not started. */
void ptp_test_reading_init (PtpTestReading *self, GInputStream *input);
/* The same with flags of the stream. */
void
ptp_test_reading_init_flags (PtpTestReading *self, GInputStream *input, PtpPullToPushFlags flags);
void ptp_test_reading_start (PtpTestReading *self);
/* Starts it if need be, and waits until it has nothing to read. */
void ptp_test_reading_until_waiting (PtpTestReading *self);
/* Waits for the consumer to have so many bytes. */
void ptp_test_reading_until_bytes (PtpTestReading *self, gsize n_bytes);
/* Runs it to its end, which must be @state. */
void ptp_test_reading_run (PtpTestReading *self, PtpStreamState state);
/* Checks that nobody leaked, and that the stream is closed if it has to be. */
void ptp_test_reading_clear (PtpTestReading *self);

void ptp_test_reading_assert_data (PtpTestReading *self, GBytes *expected);
#define ptp_test_reading_assert_text(self, expected)                                               \
  g_assert_cmpstr ((self)->consumer->bytes->str, ==, (expected))

/* The same bytes each time, that do not repeat themselves. */
GBytes *ptp_test_random_bytes (gsize size);
/* A new file in @directory, or with null in one for temporary files; already unlinked, open for
 * reading from its beginning. Null if that cannot be.
 */
GInputStream *ptp_test_file_stream_new (const char *directory, GBytes *contents);

G_END_DECLS
