/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-test-output-stream.h"
#include "ptp-test-push-producer.h"
#include "ptp-test-util.h"

G_BEGIN_DECLS

/* A PtpOutputStreamConsumer with a push producer in whose name the test writes. The log has what
 * the producer was told, "failed" for the signal, and "settled" when the end has been waited for.
 */
typedef struct
{
  GOutputStream *stream;       /* (owned) */
  PtpTestOutputStream *output; /* (unowned) (nullable): the stream, when it is the double */
  PtpOutputStreamConsumer *consumer;
  PtpTestPushProducer *producer;
  PtpTestLog *log;
  GByteArray *in; /* all that was accepted */
  guint8 next;

  guint n_failed;
  GError *error; /* (owned) (nullable): of the signal */
  PtpTestHook on_failed;
  gpointer hook_data;
  gboolean waiting; /* for the settlement */
  guint n_settled;
  PtpSettlement settlement; /* 0 if it failed */
  GError *settle_error;     /* (owned) (nullable) */
} PtpTestWriting;

/* Takes @stream. The producer is registered. */
void ptp_test_writing_init (PtpTestWriting *self, GOutputStream *stream);
void ptp_test_writing_init_double (PtpTestWriting *self, PtpTestOutputWay way);
/* Checks that nobody leaked. */
void ptp_test_writing_clear (PtpTestWriting *self);

void ptp_test_writing_unregister (PtpTestWriting *self);
gboolean ptp_test_writing_try (PtpTestWriting *self, gsize size, GError **error);
/* Writes a chunk, which must be taken. */
void ptp_test_writing_write (PtpTestWriting *self, gsize size);
void ptp_test_writing_set_marks (PtpTestWriting *self, gsize low, gsize high, gsize limit);

void ptp_test_writing_until_failed (PtpTestWriting *self);
void ptp_test_writing_until_written (PtpTestWriting *self, guint64 size);

/* The end, by hand; these begin to wait for the settlement. */
void ptp_test_writing_finish (PtpTestWriting *self);
void ptp_test_writing_abort (PtpTestWriting *self);
/* An abort because the stream was cancelled. */
void ptp_test_writing_cancel (PtpTestWriting *self);
void ptp_test_writing_until_settled (PtpTestWriting *self);
void ptp_test_writing_finish_wait (PtpTestWriting *self);

void ptp_test_writing_assert_whole (PtpTestWriting *self);
void ptp_test_writing_assert_undone (PtpTestWriting *self);

/* All that was accepted reached the double, once and in order, as far as the consumer says. */
void ptp_test_writing_assert_exact (PtpTestWriting *self);

#define ptp_test_writing_assert_numbers(self, written, queued)                                     \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_cmpuint (ptp_output_stream_consumer_get_bytes_written ((self)->consumer), ==,         \
                      (written));                                                                  \
    g_assert_cmpuint (ptp_output_stream_consumer_get_bytes_queued ((self)->consumer), ==,          \
                      (queued));                                                                   \
  }                                                                                                \
  G_STMT_END

G_END_DECLS
