/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-test-util.h"

G_BEGIN_DECLS

#define PTP_TEST_TYPE_CONSUMER (ptp_test_consumer_get_type ())
G_DECLARE_FINAL_TYPE (PtpTestConsumer, ptp_test_consumer, PTP_TEST, CONSUMER, GObject)

/* A consumer that keeps all it gets and notes all that is done to it.
 *
 * The log gets "register", "write", "finish", "abort" and "unregister"; inside write, a write of
 * zero bytes too is one.
 */
struct _PtpTestConsumer
{
  GObject parent_instance;

  /* Set by the test. */
  PtpTestHook on_register;   /* last in register_push_producer */
  PtpTestHook on_refuse;     /* in register_push_producer when closed, before it fails */
  PtpTestHook on_write;      /* after the chunk was kept */
  PtpTestHook on_finish;     /* in finish, before it answers */
  PtpTestHook on_abort;      /* in abort, before it answers */
  PtpTestHook on_unregister; /* after the producer was dropped */
  gpointer hook_data;
  guint fail_write_at;        /* the n-th write fails, counted from 1; 0: none does */
  gboolean fail_mutely;       /* what fails sets no error */
  gboolean fail_but_true;     /* what fails sets its error and returns true, or the result */
  PtpEndResult finish_result; /* DONE by default; FAILED says that the disk is full */
  PtpEndResult abort_result;  /* DONE by default */
  gsize desired_size;         /* G_MAXSIZE by default */
  gboolean closed;            /* registering and writing fail with PTP_ERROR_CLOSED */
  gboolean misbehaves;        /* in its teardown calls all there is to call, on itself too */
  PtpTestLog *log;            /* (owned) (nullable): set_log() sets it */

  /* Read by the test. */
  GString *bytes;            /* (owned): all chunks, one after the other */
  PtpPushProducer *producer; /* (owned) (nullable): who is registered */
  guint n_registers;
  guint n_writes; /* also those that failed */
  guint n_finishes;
  guint n_aborts;
  guint n_unregisters;
  GError *reason;        /* (owned) (nullable): what abort was last told */
  GThread *thread;       /* (nullable): of the first call */
  gboolean strayed;      /* a later call was in another thread: never right */
  GMainContext *context; /* (unowned) (nullable): thread-default inside the last call */
};

PtpTestConsumer *ptp_test_consumer_new (void);
void ptp_test_consumer_set_log (PtpTestConsumer *self, PtpTestLog *log);

/* Hooks for on_write and the others: they act on the producer that is registered. */
void ptp_test_consumer_pause (gpointer consumer, gpointer unused);
void ptp_test_consumer_resume (gpointer consumer, gpointer unused);
void ptp_test_consumer_stop (gpointer consumer, gpointer unused);
void ptp_test_consumer_unregister (gpointer consumer, gpointer unused);

G_END_DECLS
