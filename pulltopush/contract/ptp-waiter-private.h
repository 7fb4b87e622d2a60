/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A task that waits for an event, or for its own cancellable.
 *
 * Many of them are in an array that belongs to whatever they wait for, under the lock of that.
 * The cancellable takes its task out of the array and answers it; the event takes them all.
 */
typedef struct _PtpWaiter PtpWaiter;

/* Watches the cancellable of @task, which it takes. @lock must outlive the task, as a lock of its
 * source object does.
 */
PtpWaiter *ptp_waiter_new (GTask *task, GMutex *lock);

/* With the lock held. Takes @waiter, or returns false if its cancellable was faster: then call
 * ptp_waiter_answer_cancelled() without the lock.
 */
gboolean ptp_waiter_add_locked (PtpWaiter *waiter, GPtrArray **waiters);
void ptp_waiter_answer_cancelled (PtpWaiter *waiter);

/* With the lock held: what was in the array now waits for its answer. (transfer full) (nullable) */
GPtrArray *ptp_waiters_steal_locked (GPtrArray **waiters);

/* Without the lock, for one, or for all that were in an array, which it takes and which may be
 * NULL. The watch ends, and @answer returns the task.
 */
typedef void (*PtpWaiterAnswer) (GTask *task, gpointer user_data);
void ptp_waiter_answer (PtpWaiter *waiter, PtpWaiterAnswer answer, gpointer user_data);
void ptp_waiters_answer (GPtrArray *waiters, PtpWaiterAnswer answer, gpointer user_data);

/* The same from a place where no callback may run: each task is answered in a later turn of its
 * context, with its source object as the data.
 */
void ptp_waiters_answer_later (GPtrArray *waiters, PtpWaiterAnswer answer);

G_END_DECLS
