/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A connection that breaks, breaks for both of its directions. */

#include "ptp-test-consumer.h"
#include "ptp-test-producer.h"

#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  GIOStream *stream;         /* (owned) */
  PtpConnection *connection; /* (owned) */
  int peer;
  PtpTestConsumer *sink;   /* (owned): of what the peer sends */
  PtpTestProducer *source; /* (owned): of what goes to the peer */
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GSocket) socket = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  socket = g_socket_new_from_fd (fds[0], NULL);
  f->stream = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  f->connection = ptp_connection_new (f->stream);
  f->peer = fds[1];
  f->sink = ptp_test_consumer_new ();
  f->source = ptp_test_producer_new ();
  f->source->rest = PTP_STEP_RESULT_PENDING;
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  ptp_test_assert_finalize (f->connection);
  g_object_unref (f->stream);
  g_object_unref (f->sink);
  g_object_unref (f->source);
  if (f->peer >= 0)
    close (f->peer);
}

static PtpPullToPush *
stream_in (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  PtpPullToPush *stream
    = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (f->connection), PTP_CONSUMER (f->sink), &error);

  g_assert_no_error (error);
  return stream;
}

static PtpPullToPush *
stream_out (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  PtpPullToPush *stream
    = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (f->source), PTP_CONSUMER (f->connection), &error);

  g_assert_no_error (error);
  return stream;
}

/* A socket that is closed with something unread resets the connection. */
static void
reset (Fixture *f)
{
  GSocket *socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (f->stream));

  g_assert_cmpint (g_socket_send (socket, "!", 1, NULL, NULL), ==, 1);
  close (f->peer);
  f->peer = -1;
}

/* Nothing goes to the peer, but what watches for that sees the error first. */
static void
test_reset_while_paused (Fixture *f, gconstpointer unused)
{
  g_autoptr (PtpPullToPush) in = NULL;
  PtpTestEnds *ends;

  f->sink->on_write = ptp_test_consumer_pause;
  g_assert_cmpint (write (f->peer, "some", 4), ==, 4);
  in = stream_in (f);
  ends = ptp_test_ends_new (in);
  ptp_test_until_set (&f->sink->n_writes);
  ptp_test_drain ();
  g_assert_cmpint (ptp_pull_to_push_get_state (in), ==, PTP_STREAM_STATE_PAUSED);

  reset (f);
  ptp_test_ends_wait (ends);
  g_assert_error (ends->error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_assert_error (f->sink->reason, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  ptp_test_ends_unref (ends);
}

/* The end of what the peer sends is not an orderly one, whichever direction hears of it first. */
static void
test_reset_both (Fixture *f, gconstpointer unused)
{
  g_autoptr (PtpPullToPush) in = stream_in (f);
  g_autoptr (PtpPullToPush) out = stream_out (f);
  PtpTestEnds *in_ends = ptp_test_ends_new (in);
  PtpTestEnds *out_ends = ptp_test_ends_new (out);

  ptp_test_drain ();
  reset (f);
  ptp_test_ends_wait (in_ends);
  ptp_test_ends_wait (out_ends);
  g_assert_error (in_ends->error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_assert_error (out_ends->error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_assert_error (f->source->reason, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  ptp_test_ends_unref (in_ends);
  ptp_test_ends_unref (out_ends);
}

/* A reader that was stopped has only ended its direction. */
static void
test_stopped_input (Fixture *f, gconstpointer unused)
{
  g_autoptr (PtpPullToPush) in = stream_in (f);
  g_autoptr (PtpPullToPush) out = stream_out (f);
  PtpTestEnds *in_ends = ptp_test_ends_new (in);
  PtpTestEnds *out_ends = ptp_test_ends_new (out);

  ptp_test_drain ();
  ptp_pull_to_push_stop_streaming (in);
  ptp_test_ends_wait (in_ends);
  ptp_test_drain ();
  g_assert_cmpuint (in_ends->n_stopped, ==, 1);
  g_assert_cmpuint (out_ends->n_ends, ==, 0);

  f->source->rest = PTP_STEP_RESULT_FINISHED;
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (f->source));
  ptp_test_ends_wait (out_ends);
  g_assert_cmpuint (out_ends->n_finished, ==, 1);
  ptp_test_ends_unref (in_ends);
  ptp_test_ends_unref (out_ends);
}

static void
test_stopped_output (Fixture *f, gconstpointer unused)
{
  g_autoptr (PtpPullToPush) in = NULL;
  g_autoptr (PtpPullToPush) out = stream_out (f);
  PtpTestEnds *ends;

  f->sink->on_write = ptp_test_consumer_pause;
  g_assert_cmpint (write (f->peer, "some", 4), ==, 4);
  in = stream_in (f);
  ends = ptp_test_ends_new (in);
  ptp_test_until_set (&f->sink->n_writes);
  ptp_pull_to_push_stop_streaming (out);
  ptp_test_ends_wait (ends);
  g_assert_error (ends->error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  ptp_test_ends_unref (ends);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/connection/rules/E12/reset-while-paused", test_reset_while_paused);
  ADD ("/connection/rules/E12/reset-both", test_reset_both);
  ADD ("/connection/rules/B8/stopped-input", test_stopped_input);
  ADD ("/connection/rules/B8/stopped-output", test_stopped_output);

  return g_test_run ();
}
