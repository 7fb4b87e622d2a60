/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-test-util.h"

G_BEGIN_DECLS

#define PTP_TEST_TYPE_PRODUCER (ptp_test_producer_get_type ())
G_DECLARE_FINAL_TYPE (PtpTestProducer, ptp_test_producer, PTP_TEST, PRODUCER, GObject)

/* A pull producer with a script: one answer a call, then @rest for ever.
 *
 * An answer writes its chunk, if it has one; when the write fails, the answer is that error,
 * otherwise it is the scripted one.
 */
struct _PtpTestProducer
{
  GObject parent_instance;

  /* Set by the test, any time on the stream's thread. */
  PtpStepResult rest;      /* after the script; FINISHED by default */
  const char *rest_chunk;  /* (nullable): what @rest writes */
  PtpTestHook on_produce;  /* before the write */
  PtpTestHook on_produced; /* after the write, before the answer */
  PtpTestHook on_cancel;
  gpointer hook_data;
  PtpTestLog *log; /* (owned) (nullable): "produce", "cancel" are added; set_log() sets it */

  /* Read by the test; the counts also from other threads, with g_atomic_int_get(). */
  gint n_produces;
  gint n_cancels;
  GError *reason;           /* (owned) (nullable): what cancel was told */
  gboolean producing;       /* inside produce right now */
  gboolean reentered;       /* produce or cancel was called inside produce: never right */
  GThread *thread;          /* (nullable): of the first call */
  gboolean strayed;         /* a later call was in another thread: never right */
  GMainContext *context;    /* (unowned) (nullable): thread-default inside the last call */
  PtpConsumer *last_target; /* (unowned) (nullable): who the last produce was for */

  GQueue answers;
};

PtpTestProducer *ptp_test_producer_new (void);
/* Writes @chunk, a static string, and says MORE for ever. */
PtpTestProducer *ptp_test_producer_new_endless (const char *chunk);
/* Writes each of @words, separated by spaces, in a step of its own, then FINISHED in one more. */
PtpTestProducer *ptp_test_producer_new_words (const char *words);

/* @chunk is null for an answer without a write; "" writes zero bytes. */
void ptp_test_producer_answer (PtpTestProducer *self, const char *chunk, PtpStepResult result);
/* As scripted, whether result and error agree or not; takes @error, which may be null. */
void ptp_test_producer_answer_error (PtpTestProducer *self,
                                     const char *chunk,
                                     PtpStepResult result,
                                     GError *error);
void ptp_test_producer_set_log (PtpTestProducer *self, PtpTestLog *log);

G_END_DECLS
