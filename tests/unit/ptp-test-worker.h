/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-test-util.h"

G_BEGIN_DECLS

/* A thread with a context and a main loop of its own. */
typedef struct
{
  GThread *thread;
  GMainContext *context; /* (owned); thread-default in the thread */
  GMainLoop *loop;       /* (owned) */
} PtpTestWorker;

void ptp_test_worker_init (PtpTestWorker *self);
/* Waits for the thread to end. */
void ptp_test_worker_clear (PtpTestWorker *self);

/* Calls @func in the thread, between two dispatches, and waits for it to return. */
void ptp_test_worker_call (PtpTestWorker *self, PtpTestHook func, gpointer object, gpointer data);
/* Waits until a dispatch that is under way is over. */
void ptp_test_worker_sync (PtpTestWorker *self);

G_END_DECLS
