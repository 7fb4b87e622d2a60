/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <pulltopush/pulltopush.h>

G_BEGIN_DECLS

/* What a double calls from inside one of its virtual functions: the double, and its hook_data. */
typedef void (*PtpTestHook) (gpointer self, gpointer user_data);

/* The main loop. All of these run the thread-default context of the caller. */

typedef gboolean (*PtpTestCond) (gpointer user_data);

/* Runs the context, blocking between turns, until the condition holds. Aborts the test after
 * a hundred seconds: a safety net, nothing that a good run ever waits for.
 */
void ptp_test_until (PtpTestCond cond, gpointer user_data);

/* The same, until the boolean or the guint at @flag is no longer zero. */
void ptp_test_until_set (const void *flag);

/* Runs all that is ready to run, never blocks; a stream that never rests makes it abort. */
void ptp_test_drain (void);

/* That many iterations, none of which blocks. */
void ptp_test_turns (guint n);

/* Drains the context, then takes the caller's reference, which must be the last. */
void ptp_test_assert_finalize (gpointer object);

/* Runs @func in a thread of its own and waits for it without running the context. */
void ptp_test_in_thread (PtpTestHook func, gpointer object, gpointer user_data);

/* A clock for ptp_cooperator_set_clock(), which only goes when it is told to. */

typedef struct
{
  gint64 now;    /* microseconds */
  guint n_reads; /* how often anybody looked */
} PtpTestClock;

gint64 ptp_test_clock_read (gpointer clock);

/* A log that several doubles write to, one word an event: the order of things. */

typedef struct _PtpTestLog PtpTestLog;

PtpTestLog *ptp_test_log_new (void);
PtpTestLog *ptp_test_log_ref (PtpTestLog *log);
void ptp_test_log_unref (PtpTestLog *log);
void ptp_test_log_add (PtpTestLog *log, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Compares the words so far, with one space between them, and empties the log. */
void ptp_test_log_assert (PtpTestLog *log, const char *expected);
void ptp_test_log_clear (PtpTestLog *log);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpTestLog, ptp_test_log_unref)

/* What became of a PtpPullToPush or a PtpCooperativeTask. Holds no reference to it. */

typedef struct
{
  guint n_finished;
  guint n_stopped;
  guint n_failed;
  guint n_ends; /* the sum of the three */

  /* As they were inside the handler. */
  GError *error;        /* (nullable): the argument of the signal */
  PtpStreamState state; /* the stream's */
  gboolean let_go;      /* an adapter's producer and consumer were null */
  GThread *thread;
  GMainContext *context; /* (unowned): the thread-default one */

  PtpTestLog *log;  /* (nullable): "finished", "stopped", "failed" are added */
  PtpTestHook hook; /* (nullable): called last in the handler, with the stream */
  gpointer hook_data;
} PtpTestEnds;

PtpTestEnds *ptp_test_ends_new (gpointer stream);
void ptp_test_ends_unref (PtpTestEnds *ends);
/* Runs the context until the stream has ended and then until nothing is left to run, so that a
 * second signal would be seen; asserts that there was exactly one.
 */
void ptp_test_ends_wait (PtpTestEnds *ends);

/* With the reason that nobody needs more. */
void ptp_test_stop_producing (PtpPushProducer *producer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpTestEnds, ptp_test_ends_unref)

/* Two ends of a TCP connection, the client's first. */
void ptp_test_connect_tcp (int fds[2]);

G_END_DECLS
