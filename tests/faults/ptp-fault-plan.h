/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "../unit/ptp-test-util.h"

G_BEGIN_DECLS

/* What a stream can be asked to do. */
typedef enum
{
  PTP_FAULT_CALL_READ, /* blocking, which GIO does in a thread */
  PTP_FAULT_CALL_READ_ASYNC,
  PTP_FAULT_CALL_READ_NONBLOCKING,
  PTP_FAULT_CALL_SKIP,
  PTP_FAULT_CALL_WRITE,  /* blocking, which GIO does in a thread */
  PTP_FAULT_CALL_WRITEV, /* the same */
  PTP_FAULT_CALL_WRITE_ASYNC,
  PTP_FAULT_CALL_WRITEV_ASYNC,
  PTP_FAULT_CALL_WRITE_NONBLOCKING,
  PTP_FAULT_CALL_WRITEV_NONBLOCKING,
  PTP_FAULT_CALL_FLUSH,
  PTP_FAULT_CALL_CLOSE,
  PTP_FAULT_N_CALLS
} PtpFaultCall;

/* What can become of a call. */
typedef enum
{
  PTP_FAULT_NONE,
  PTP_FAULT_ACT,            /* the hook runs inside it; nothing else happens */
  PTP_FAULT_ACT_AND_FAIL,   /* the hook runs inside it, and then it fails */
  PTP_FAULT_FAIL,           /* this call fails, and all that come after it */
  PTP_FAULT_STALL,          /* nothing, until released; or cancelled, which it heeds at once */
  PTP_FAULT_DEAF,           /* the same, but it does not heed being cancelled */
  PTP_FAULT_LATE_SUCCESS,   /* the same; when cancelled it succeeds in a later turn */
  PTP_FAULT_LATE_CANCELLED, /* the same; when cancelled it says so in a later turn */
  PTP_FAULT_SHORT_ONE,      /* one byte */
  PTP_FAULT_SHORT_HALF,     /* half of what it could be */
  PTP_FAULT_AT_ONCE,        /* an asynchronous call is over before it returns */
  PTP_FAULT_IDLE,           /* an asynchronous call is over when nothing else is left to do */
  PTP_FAULT_END,            /* a read finds the end */
  PTP_FAULT_BLOCK,          /* it would block, and the source fires all the same */
  PTP_FAULT_ZERO,           /* a write takes nothing */
  PTP_FAULT_ZEROS,          /* no write takes anything any more */
  PTP_FAULT_HUP,            /* the peer hangs up after this call */
} PtpFault;

/* Called inside the call, on its thread. */
typedef void (*PtpFaultHook) (gpointer user_data);

/* Ends an asynchronous call: does it and returns through the task. */
typedef void (*PtpFaultFinish) (GTask *task, PtpFault fault, gboolean cancelled);

/* What is to go wrong with one stream, and what has been asked of it so far: the N-th call of one
 * kind, counted from 1, suffers one fault. The rest of the stream is at the mercy of nobody.
 */
typedef struct
{
  /* Set by the test before the start. */
  PtpFaultCall call;
  guint n;
  PtpFault fault;
  PtpFaultHook hook;
  gpointer hook_data;
  GError *error; /* (owned) (nullable): what a failing call fails with */

  GMutex mutex; /* guards what follows, and what the stream counts */
  GCond cond;
  guint n_calls[PTP_FAULT_N_CALLS];
  gboolean reached;  /* the fault has happened */
  gboolean stalled;  /* a call is being kept, or nothing would be read or written */
  gboolean failed;   /* a call has failed as planned */
  gboolean released; /* what is stalled may go on */

  GTask *held; /* (owned) (nullable): the call that is kept */
  PtpFaultFinish finish;
  gulong cancelled_id;
  GSource *source; /* (owned) (nullable): the last one that polls the stream */
} PtpFaultPlan;

void ptp_fault_plan_init (PtpFaultPlan *self);
void ptp_fault_plan_clear (PtpFaultPlan *self);

/* Counts a call. Returns: what becomes of it */
PtpFault ptp_fault_plan_next (PtpFaultPlan *self, PtpFaultCall call);
/* Fails as planned. Returns: FALSE */
gboolean ptp_fault_plan_fail (PtpFaultPlan *self, GError **error);

/* In a thread: waits as long as the fault wants it. Returns: FALSE with an error if it is over */
gboolean
ptp_fault_plan_wait (PtpFaultPlan *self, PtpFault fault, GCancellable *cancellable, GError **error);

/* Does an asynchronous call, whose task has @data, by calling @finish when its time has come. */
void ptp_fault_plan_start (PtpFaultPlan *self,
                           PtpFault fault,
                           gpointer stream,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data,
                           gpointer data,
                           PtpFaultFinish finish);

/* Without blocking. A stream that is stalled would block until it is released.
 * Returns: whether the fault lets this call block
 */
gboolean ptp_fault_plan_block (PtpFaultPlan *self, PtpFault fault);
GSource *ptp_fault_plan_create_source (PtpFaultPlan *self, gpointer stream);

gboolean ptp_fault_plan_is_stalled (PtpFaultPlan *self);
gboolean ptp_fault_plan_was_reached (PtpFaultPlan *self);
gboolean ptp_fault_plan_has_failed (PtpFaultPlan *self);
guint ptp_fault_plan_get_n_calls (PtpFaultPlan *self, PtpFaultCall call);
/* Calls that write, of every kind. */
guint ptp_fault_plan_get_n_writes (PtpFaultPlan *self);
/* Lets what is stalled go on. */
void ptp_fault_plan_release (PtpFaultPlan *self);
/* The same, and lets go of the stream, which its source keeps. */
void ptp_fault_plan_end (PtpFaultPlan *self);

G_END_DECLS
