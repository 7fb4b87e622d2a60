/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-test-util.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* Nothing good takes as long, not even under valgrind on a busy machine. */
#define SAFETY_SECONDS  (100)
#define MAX_DRAIN_TURNS (1000000)
/* A cooperator leaves the loop alone for an iteration after each slice, so that one in which
 * nothing happened proves nothing.
 */
#define QUIET_TURNS (3)

struct _PtpTestLog
{
  GMutex mutex;
  GString *words; /* (owned) */
};

typedef struct
{
  GThread *thread;
  PtpTestHook func;
  gpointer object;
  gpointer user_data;
} ThreadCall;

static gboolean
safety_cb (gpointer user_data)
{
  g_error ("Waited %d seconds for something that does not happen", SAFETY_SECONDS);
  return G_SOURCE_REMOVE;
}

void
ptp_test_until (PtpTestCond cond, gpointer user_data)
{
  GMainContext *context = g_main_context_get_thread_default ();
  g_autoptr (GSource) safety = g_timeout_source_new_seconds (SAFETY_SECONDS);

  g_source_set_priority (safety, G_PRIORITY_HIGH);
  g_source_set_callback (safety, safety_cb, NULL, NULL);
  g_source_attach (safety, context);

  while (!cond (user_data))
    g_main_context_iteration (context, TRUE);

  g_source_destroy (safety);
}

static gboolean
is_set (gpointer user_data)
{
  return g_atomic_int_get ((const gint *) user_data) != 0;
}

void
ptp_test_until_set (const void *flag)
{
  ptp_test_until (is_set, (gpointer) flag);
}

void
ptp_test_drain (void)
{
  GMainContext *context = g_main_context_get_thread_default ();
  guint n_turns = 0;

  for (guint n_quiet = 0; n_quiet < QUIET_TURNS; n_quiet++)
    {
      if (g_main_context_iteration (context, FALSE))
        n_quiet = 0;
      if (++n_turns == MAX_DRAIN_TURNS)
        g_error ("The context is still busy after %u turns", n_turns);
    }
}

void
ptp_test_turns (guint n)
{
  for (guint i = 0; i < n; i++)
    g_main_context_iteration (g_main_context_get_thread_default (), FALSE);
}

void
ptp_test_assert_finalize (gpointer object)
{
  ptp_test_drain ();
  g_assert_finalize_object (object);
}

static gpointer
thread_call_cb (gpointer user_data)
{
  ThreadCall *call = user_data;

  call->func (call->object, call->user_data);
  return NULL;
}

void
ptp_test_in_thread (PtpTestHook func, gpointer object, gpointer user_data)
{
  ThreadCall call = { NULL, func, object, user_data };

  call.thread = g_thread_new ("ptp-test", thread_call_cb, &call);
  g_thread_join (call.thread);
}

gint64
ptp_test_clock_read (gpointer clock)
{
  PtpTestClock *self = clock;

  self->n_reads++;
  return self->now;
}

PtpTestLog *
ptp_test_log_new (void)
{
  PtpTestLog *log = g_atomic_rc_box_new0 (PtpTestLog);

  g_mutex_init (&log->mutex);
  log->words = g_string_new (NULL);
  return log;
}

PtpTestLog *
ptp_test_log_ref (PtpTestLog *log)
{
  return g_atomic_rc_box_acquire (log);
}

static void
log_clear (gpointer user_data)
{
  PtpTestLog *log = user_data;

  g_mutex_clear (&log->mutex);
  g_string_free (log->words, TRUE);
}

void
ptp_test_log_unref (PtpTestLog *log)
{
  g_atomic_rc_box_release_full (log, log_clear);
}

void
ptp_test_log_add (PtpTestLog *log, const char *format, ...)
{
  va_list args;

  if (log == NULL)
    return;

  g_mutex_lock (&log->mutex);
  if (log->words->len > 0)
    g_string_append_c (log->words, ' ');
  va_start (args, format);
  g_string_append_vprintf (log->words, format, args);
  va_end (args);
  g_mutex_unlock (&log->mutex);
}

void
ptp_test_log_assert (PtpTestLog *log, const char *expected)
{
  g_mutex_lock (&log->mutex);
  g_assert_cmpstr (log->words->str, ==, expected);
  g_string_truncate (log->words, 0);
  g_mutex_unlock (&log->mutex);
}

void
ptp_test_log_clear (PtpTestLog *log)
{
  g_mutex_lock (&log->mutex);
  g_string_truncate (log->words, 0);
  g_mutex_unlock (&log->mutex);
}

static void
record_end (PtpTestEnds *ends, gpointer stream, const char *word)
{
  ends->n_ends++;
  ends->thread = g_thread_self ();
  ends->context = g_main_context_get_thread_default ();
  g_object_get (stream, "state", &ends->state, NULL);
  if (PTP_IS_PULL_TO_PUSH (stream))
    ends->let_go = ptp_pull_to_push_get_producer (stream) == NULL
                   && ptp_pull_to_push_get_consumer (stream) == NULL;
  ptp_test_log_add (ends->log, "%s", word);

  if (ends->hook != NULL)
    ends->hook (stream, ends->hook_data);
}

static void
finished_cb (gpointer stream, gpointer user_data)
{
  PtpTestEnds *ends = user_data;

  ends->n_finished++;
  record_end (ends, stream, "finished");
}

static void
stopped_cb (gpointer stream, gpointer user_data)
{
  PtpTestEnds *ends = user_data;

  ends->n_stopped++;
  record_end (ends, stream, "stopped");
}

static void
failed_cb (gpointer stream, const GError *error, gpointer user_data)
{
  PtpTestEnds *ends = user_data;

  ends->n_failed++;
  g_assert_nonnull (error);
  g_clear_error (&ends->error);
  ends->error = g_error_copy (error);
  record_end (ends, stream, "failed");
}

static void
ends_clear (gpointer user_data)
{
  PtpTestEnds *ends = user_data;

  g_clear_error (&ends->error);
  g_clear_pointer (&ends->log, ptp_test_log_unref);
}

void
ptp_test_ends_unref (PtpTestEnds *ends)
{
  g_rc_box_release_full (ends, ends_clear);
}

static void
ends_closure_gone (gpointer user_data, GClosure *closure)
{
  ptp_test_ends_unref (user_data);
}

PtpTestEnds *
ptp_test_ends_new (gpointer stream)
{
  PtpTestEnds *ends = g_rc_box_new0 (PtpTestEnds);
  const struct
  {
    const char *name;
    GCallback func;
  } handlers[] = {
    { "finished", G_CALLBACK (finished_cb) },
    { "stopped", G_CALLBACK (stopped_cb) },
    { "failed", G_CALLBACK (failed_cb) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect_data (stream, handlers[i].name, handlers[i].func, g_rc_box_acquire (ends),
                           ends_closure_gone, 0);
  return ends;
}

void
ptp_test_ends_wait (PtpTestEnds *ends)
{
  ptp_test_until_set (&ends->n_ends);
  ptp_test_drain ();
  g_assert_cmpuint (ends->n_ends, ==, 1);
}

void
ptp_test_stop_producing (PtpPushProducer *producer)
{
  g_autoptr (GError) reason
    = g_error_new_literal (PTP_ERROR, PTP_ERROR_STOPPED, "The test needs no more");

  ptp_push_producer_stop_producing (producer, reason);
}

void
ptp_test_connect_tcp (int fds[2])
{
  struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t size = sizeof name;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_no_errno (bind (listener, (struct sockaddr *) &name, size));
  g_assert_no_errno (listen (listener, 1));
  g_assert_no_errno (getsockname (listener, (struct sockaddr *) &name, &size));
  fds[0] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_no_errno (connect (fds[0], (struct sockaddr *) &name, size));
  fds[1] = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
  g_assert_no_errno (fds[1]);
  g_assert_no_errno (close (listener));
}
