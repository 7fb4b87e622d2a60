/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-test-util.h"

G_BEGIN_DECLS

#define PTP_TEST_TYPE_INPUT_STREAM (ptp_test_input_stream_get_type ())
G_DECLARE_FINAL_TYPE (PtpTestInputStream,
                      ptp_test_input_stream,
                      PTP_TEST,
                      INPUT_STREAM,
                      GInputStream)

/* An input stream that can only read asynchronously, and answers when the test says so. A blocking
 * read aborts the test.
 */
struct _PtpTestInputStream
{
  GInputStream parent_instance;

  /* Set by the test. */
  const char *answer_at_once; /* (nullable): every read is over before read_async returns */
  guint n_answers;            /* so many times, then the end */
  guint fail_at;              /* the n-th read fails, counted from 1, at once; 0: none does */
  gboolean obeys_cancel;      /* a cancelled read is over at once; otherwise it needs an answer */

  /* Read by the test. */
  guint n_reads;
  gsize asked; /* bytes, by the last read */
  guint n_cancelled;
  int n_closes;             /* atomic: closing happens in a thread */
  gboolean closed_too_soon; /* while a read was in flight: never right */

  GTask *task; /* (owned) (nullable): the read in flight */
  gpointer buffer;
  gulong cancelled_id;
};

PtpTestInputStream *ptp_test_input_stream_new (void);
/* Ends the read in flight with @text; "" is the end of the stream. */
void ptp_test_input_stream_answer (PtpTestInputStream *self, const char *text);
/* The same with so many bytes of anything. */
void ptp_test_input_stream_answer_bytes (PtpTestInputStream *self, gsize n_bytes);

G_END_DECLS
