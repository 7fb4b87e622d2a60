/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* PtpConnection: both directions of a GIOStream, and how each of them ends. */

#include "ptp-test-gone.h"
#include "ptp-test-stream.h"

#include <errno.h>
#include <gio/gunixconnection.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Takes @fd. */
static GIOStream *
io_stream_new (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);

  g_assert_no_error (error);
  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

/* A connection with a stream in each direction, and a peer that is a plain descriptor. */
typedef struct
{
  GIOStream *io_stream;
  PtpConnection *connection;
  int peer;

  PtpTestProducer *producer; /* of what the peer gets */
  PtpPullToPush *output;
  PtpTestEnds *output_ends;
  PtpTestConsumer *consumer; /* of what the peer sends */
  PtpPullToPush *input;
  PtpTestEnds *input_ends;
} Both;

static void
both_init (Both *self, int fds[2])
{
  g_autoptr (GError) error = NULL;

  *self = (Both){ .peer = fds[0], .io_stream = io_stream_new (fds[1]) };
  self->connection = ptp_connection_new (self->io_stream);
  self->producer = ptp_test_producer_new ();
  self->producer->rest = PTP_STEP_RESULT_PENDING;
  self->consumer = ptp_test_consumer_new ();
  self->output = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (self->producer),
                                          PTP_CONSUMER (self->connection), &error);
  g_assert_no_error (error);
  self->output_ends = ptp_test_ends_new (self->output);
  self->input = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (self->connection),
                                         PTP_CONSUMER (self->consumer), &error);
  g_assert_no_error (error);
  self->input_ends = ptp_test_ends_new (self->input);
}

static void
say (Both *self, const char *text, PtpStepResult result)
{
  ptp_test_producer_answer (self->producer, text, result);
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (self->producer));
}

/* Both have ended, and everything goes. */
static void
both_clear (Both *self)
{
  ptp_test_ends_wait (self->output_ends);
  ptp_test_ends_wait (self->input_ends);
  ptp_test_assert_finalize (self->output);
  ptp_test_assert_finalize (self->input);
  ptp_test_assert_finalize (self->producer);
  ptp_test_assert_finalize (self->consumer);
  ptp_test_assert_finalize (self->connection);
  ptp_test_wait_for_last (self->io_stream);
  ptp_test_ends_unref (self->output_ends);
  ptp_test_ends_unref (self->input_ends);
  if (self->peer >= 0)
    g_assert_no_errno (close (self->peer));
}

/* Blocks: it was written before, or is written by a thread of the kernel's. */
static void
assert_peer_reads (Both *self, const char *expected)
{
  char buffer[100] = { 0 };
  gssize n;

  while ((n = recv (self->peer, buffer, sizeof buffer - 1, MSG_DONTWAIT)) < 0 && errno == EAGAIN)
    ptp_test_drain ();
  g_assert_cmpint (n, ==, (gssize) strlen (expected));
  g_assert_cmpstr (buffer, ==, expected);
}

static void
assert_peer_is_reset (Both *self)
{
  char buffer[100];
  gssize n;

  while ((n = recv (self->peer, buffer, sizeof buffer, MSG_DONTWAIT)) > 0
         || (n < 0 && errno == EAGAIN))
    ptp_test_drain ();
  g_assert_cmpint (n, ==, -1);
  g_assert_cmpint (errno, ==, ECONNRESET);
}

static void
until_closed (Both *self)
{
  while (!g_io_stream_is_closed (self->io_stream))
    g_main_context_iteration (NULL, TRUE);
}

static void
make_pair (int fds[2], gboolean tcp)
{
  if (tcp)
    ptp_test_connect_tcp (fds);
  else
    g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
}

/* Our side says its end first; the other one goes on, and then it is closed. */
static void
test_b8_half_close (gconstpointer tcp)
{
  const guint n_before = ptp_test_count_descriptors ();
  Both t;
  int fds[2];

  make_pair (fds, GPOINTER_TO_INT (tcp));
  both_init (&t, fds);
  say (&t, "question", PTP_STEP_RESULT_FINISHED);
  assert_peer_reads (&t, "question");
  assert_peer_reads (&t, "");
  ptp_test_ends_wait (t.output_ends);
  g_assert_cmpuint (t.output_ends->n_finished, ==, 1);
  g_assert_cmpuint (t.input_ends->n_ends, ==, 0);
  g_assert_false (g_io_stream_is_closed (t.io_stream));

  g_assert_cmpint (write (t.peer, "answer", 6), ==, 6);
  g_assert_no_errno (shutdown (t.peer, SHUT_WR));
  ptp_test_ends_wait (t.input_ends);
  g_assert_cmpuint (t.input_ends->n_finished, ==, 1);
  g_assert_cmpstr (t.consumer->bytes->str, ==, "answer");
  g_assert_cmpuint (ptp_connection_get_bytes_read (t.connection), ==, 6);
  until_closed (&t);
  both_clear (&t);
  ptp_test_until_descriptors (n_before);
}

/* The peer says its end first. */
static void
test_b8_half_closed (gconstpointer tcp)
{
  const guint n_before = ptp_test_count_descriptors ();
  Both t;
  int fds[2];

  make_pair (fds, GPOINTER_TO_INT (tcp));
  both_init (&t, fds);
  g_assert_no_errno (shutdown (t.peer, SHUT_WR));
  ptp_test_ends_wait (t.input_ends);
  g_assert_cmpuint (t.input_ends->n_finished, ==, 1);
  g_assert_false (g_io_stream_is_closed (t.io_stream));
  say (&t, "still here", PTP_STEP_RESULT_MORE);
  assert_peer_reads (&t, "still here");
  say (&t, "bye", PTP_STEP_RESULT_FINISHED);
  assert_peer_reads (&t, "bye");
  assert_peer_reads (&t, "");
  ptp_test_ends_wait (t.output_ends);
  g_assert_cmpuint (t.output_ends->n_finished, ==, 1);
  until_closed (&t);
  both_clear (&t);
  ptp_test_until_descriptors (n_before);
}

/* What goes to the peer is not whole: it hears that, and the other direction breaks. */
static void
test_b8_abort (gconstpointer tcp)
{
  const guint n_before = ptp_test_count_descriptors ();
  Both t;
  int fds[2];

  make_pair (fds, GPOINTER_TO_INT (tcp));
  both_init (&t, fds);
  say (&t, "half", PTP_STEP_RESULT_MORE);
  assert_peer_reads (&t, "half");
  ptp_test_producer_answer_error (t.producer, NULL, PTP_STEP_RESULT_FAILED,
                                  g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                                                       "the source is gone"));
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (t.producer));
  ptp_test_ends_wait (t.output_ends);
  g_assert_error (t.output_ends->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_true (g_io_stream_is_closed (t.io_stream));
  if (GPOINTER_TO_INT (tcp))
    assert_peer_is_reset (&t);
  else
    assert_peer_reads (&t, "");
  ptp_test_ends_wait (t.input_ends);
  g_assert_cmpuint (t.input_ends->n_failed, ==, 1);
  both_clear (&t);
  ptp_test_until_descriptors (n_before);
}

/* Whoever reads from the peer breaks, so that nobody will hear what it says. */
static void
test_b8_reader_breaks (void)
{
  const guint n_before = ptp_test_count_descriptors ();
  Both t;
  int fds[2];

  make_pair (fds, TRUE);
  both_init (&t, fds);
  t.consumer->fail_write_at = 1;
  g_assert_cmpint (write (t.peer, "answer", 6), ==, 6);
  ptp_test_ends_wait (t.input_ends);
  g_assert_error (t.input_ends->error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_true (g_io_stream_is_closed (t.io_stream));
  assert_peer_is_reset (&t);
  say (&t, "in vain", PTP_STEP_RESULT_MORE);
  ptp_test_ends_wait (t.output_ends);
  g_assert_cmpuint (t.output_ends->n_failed, ==, 1);
  both_clear (&t);
  ptp_test_until_descriptors (n_before);
}

/* Whoever reads has enough: that is an end of this direction only. */
static void
test_b8_reader_has_enough (void)
{
  const guint n_before = ptp_test_count_descriptors ();
  Both t;
  int fds[2];

  make_pair (fds, TRUE);
  both_init (&t, fds);
  t.consumer->on_write = ptp_test_consumer_unregister;
  g_assert_cmpint (write (t.peer, "enough", 6), ==, 6);
  ptp_test_ends_wait (t.input_ends);
  g_assert_cmpuint (t.input_ends->n_finished, ==, 1);
  g_assert_false (g_io_stream_is_closed (t.io_stream));
  say (&t, "thanks", PTP_STEP_RESULT_FINISHED);
  assert_peer_reads (&t, "thanks");
  assert_peer_reads (&t, "");
  ptp_test_ends_wait (t.output_ends);
  g_assert_cmpuint (t.output_ends->n_finished, ==, 1);
  until_closed (&t);
  both_clear (&t);
  ptp_test_until_descriptors (n_before);
}

/* It is reset while both directions are held. Whichever of them the kernel tells, the other one
 * does not take it for an end of the data.
 */
static void
test_e12_reset_while_paused (void)
{
  const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
  Both t;
  int fds[2];

  make_pair (fds, TRUE);
  both_init (&t, fds);
  ptp_pull_to_push_hold (t.input, "test");
  ptp_pull_to_push_hold (t.output, "test");
  ptp_test_drain ();
  g_assert_no_errno (setsockopt (t.peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
  g_assert_no_errno (close (t.peer));
  t.peer = -1;
  ptp_pull_to_push_release (t.input, "test");
  ptp_test_ends_wait (t.input_ends);
  g_assert_cmpuint (t.input_ends->n_failed, ==, 1);
  ptp_pull_to_push_release (t.output, "test");
  say (&t, "in vain", PTP_STEP_RESULT_MORE);
  ptp_test_ends_wait (t.output_ends);
  g_assert_cmpuint (t.output_ends->n_failed, ==, 1);
  both_clear (&t);
}

static void
unref_cb (gpointer connection, gpointer unused)
{
  g_object_unref (connection);
}

/* Nobody told it anything: it is closed where it is dropped (rule T4). */
static void
check_dropped (gboolean in_thread, gboolean used, gboolean writes)
{
  const guint n_before = ptp_test_count_descriptors ();
  g_autoptr (PtpTestConsumer) consumer = ptp_test_consumer_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (50000000), 50000000);
  g_autoptr (GError) error = NULL;
  GIOStream *io_stream;
  PtpConnection *connection;
  Both t = { 0 };
  int fds[2];

  make_pair (fds, TRUE);
  t.peer = fds[0];
  io_stream = io_stream_new (fds[1]);
  connection = ptp_connection_new (io_stream);
  if (used)
    g_assert_cmpint (ptp_pull_producer_produce (PTP_PULL_PRODUCER (connection),
                                                PTP_CONSUMER (consumer), &error),
                     ==, PTP_STEP_RESULT_PENDING);
  if (writes)
    g_assert_true (ptp_consumer_write (PTP_CONSUMER (connection), bytes, &error));
  if (in_thread)
    ptp_test_in_thread (unref_cb, connection, NULL);
  else
    g_object_unref (connection);
  g_assert_true (g_io_stream_is_closed (io_stream));
  assert_peer_is_reset (&t);
  ptp_test_wait_for_last (io_stream);
  g_assert_no_errno (close (t.peer));
  ptp_test_until_descriptors (n_before);
}

static void
test_t4_dropped (void)
{
  for (guint i = 0; i < 8; i++)
    check_dropped ((i & 1) != 0, (i & 2) != 0, (i & 4) != 0);
}

/* Somebody else goes on with all of it: both streams below stay as they are. */
static void
test_keep_open (void)
{
  Both t;
  char buffer[10];
  int fds[2];

  make_pair (fds, TRUE);
  both_init (&t, fds);
  ptp_output_stream_consumer_set_keep_open (PTP_OUTPUT_STREAM_CONSUMER (t.connection), TRUE);
  t.consumer->on_write = ptp_test_consumer_unregister;
  g_assert_cmpint (write (t.peer, "enough", 6), ==, 6);
  ptp_test_ends_wait (t.input_ends);
  say (&t, "all", PTP_STEP_RESULT_FINISHED);
  ptp_test_ends_wait (t.output_ends);
  g_assert_cmpuint (t.output_ends->n_finished, ==, 1);
  ptp_test_drain ();
  g_assert_false (g_io_stream_is_closed (t.io_stream));
  g_assert_false (g_input_stream_is_closed (g_io_stream_get_input_stream (t.io_stream)));
  g_assert_cmpint (write (t.peer, "more", 4), ==, 4);
  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (t.io_stream), buffer, 10,
                                        NULL, NULL),
                   ==, 4);
  assert_peer_reads (&t, "all");
  g_assert_cmpint (g_output_stream_write (g_io_stream_get_output_stream (t.io_stream), "too", 3,
                                          NULL, NULL),
                   ==, 3);
  assert_peer_reads (&t, "too");
  both_clear (&t);
}

/* TLS */

static GTlsCertificate *
make_certificate (void)
{
  g_autofree char *folder = g_dir_make_tmp ("ptp-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "both.pem", NULL);
  g_autofree char *command
    = g_strdup_printf ("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
                       "-keyout %s -out %s.crt",
                       path, path);
  g_autofree char *certificate_path = g_strconcat (path, ".crt", NULL);
  g_autofree char *output = NULL, *errors = NULL;
  GTlsCertificate *certificate = NULL;
  int status = 0;

  if (g_spawn_command_line_sync (command, &output, &errors, &status, NULL) && status == 0)
    certificate = g_tls_certificate_new_from_files (certificate_path, path, NULL);
  g_unlink (path);
  g_unlink (certificate_path);
  g_rmdir (folder);
  return certificate;
}

static gboolean
accept_cb (GTlsConnection *connection, GTlsCertificate *certificate, GTlsCertificateFlags errors)
{
  return TRUE;
}

/* One side of a TLS connection, with a stream in each direction. */
typedef struct
{
  GIOStream *base;
  GIOStream *tls;
  PtpConnection *connection;
  PtpTestProducer *producer;
  PtpPullToPush *output;
  PtpTestEnds *output_ends;
  PtpTestConsumer *consumer;
  PtpPullToPush *input;
  PtpTestEnds *input_ends;
} Side;

static void
side_init (Side *self, int fd, GTlsCertificate *certificate)
{
  g_autoptr (GError) error = NULL;

  self->base = io_stream_new (fd);
  self->tls = certificate != NULL ? g_tls_server_connection_new (self->base, certificate, &error)
                                  : g_tls_client_connection_new (self->base, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (self->tls, "accept-certificate", G_CALLBACK (accept_cb), NULL);
  self->connection = ptp_connection_new (self->tls);
  self->producer = ptp_test_producer_new ();
  self->producer->rest = PTP_STEP_RESULT_PENDING;
  self->consumer = ptp_test_consumer_new ();
  self->output = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (self->producer),
                                          PTP_CONSUMER (self->connection), &error);
  g_assert_no_error (error);
  self->output_ends = ptp_test_ends_new (self->output);
  self->input = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (self->connection),
                                         PTP_CONSUMER (self->consumer), &error);
  g_assert_no_error (error);
  self->input_ends = ptp_test_ends_new (self->input);
}

static void
side_clear (Side *self)
{
  ptp_test_ends_wait (self->output_ends);
  ptp_test_ends_wait (self->input_ends);
  ptp_test_assert_finalize (self->output);
  ptp_test_assert_finalize (self->input);
  ptp_test_assert_finalize (self->producer);
  ptp_test_assert_finalize (self->consumer);
  ptp_test_assert_finalize (self->connection);
  ptp_test_wait_for_last (self->tls);
  ptp_test_wait_for_last (self->base);
  ptp_test_ends_unref (self->output_ends);
  ptp_test_ends_unref (self->input_ends);
}

static void
side_say (Side *self, const char *text, PtpStepResult result)
{
  ptp_test_producer_answer (self->producer, text, result);
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (self->producer));
}

static gboolean
sides_init (Side *server, Side *client)
{
  g_autoptr (GTlsCertificate) certificate = make_certificate ();
  int fds[2];

  if (certificate == NULL)
    {
      g_test_skip ("There is no openssl or no TLS backend");
      return FALSE;
    }

  make_pair (fds, TRUE);
  side_init (server, fds[0], certificate);
  side_init (client, fds[1], NULL);
  return TRUE;
}

/* A close_notify ends one direction, and the other one goes on. */
static void
test_b8_tls_half_close (void)
{
  const guint n_before = ptp_test_count_descriptors ();
  Side server, client;

  if (!sides_init (&server, &client))
    return;

  side_say (&client, "question", PTP_STEP_RESULT_FINISHED);
  ptp_test_ends_wait (client.output_ends);
  g_assert_no_error (client.output_ends->error);
  ptp_test_ends_wait (server.input_ends);
  g_assert_no_error (server.input_ends->error);
  g_assert_cmpstr (server.consumer->bytes->str, ==, "question");
  g_assert_false (g_io_stream_is_closed (server.tls));
  side_say (&server, "answer", PTP_STEP_RESULT_FINISHED);
  ptp_test_ends_wait (server.output_ends);
  g_assert_no_error (server.output_ends->error);
  ptp_test_ends_wait (client.input_ends);
  g_assert_no_error (client.input_ends->error);
  g_assert_cmpstr (client.consumer->bytes->str, ==, "answer");
  side_clear (&server);
  side_clear (&client);
  ptp_test_until_descriptors (n_before);
}

/* No close_notify says that half of it is all: the other side is told of an error. */
static void
test_e10_tls_abort (gconstpointer cancels)
{
  const guint n_before = ptp_test_count_descriptors ();
  Side server, client;

  if (!sides_init (&server, &client))
    return;

  side_say (&client, "half", PTP_STEP_RESULT_MORE);
  ptp_test_until_set (&server.consumer->n_writes);
  if (GPOINTER_TO_INT (cancels))
    {
      g_autoptr (GError) reason
        = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "the test says so");

      ptp_push_producer_stop_producing (PTP_PUSH_PRODUCER (client.output), reason);
    }
  else
    {
      ptp_pull_to_push_stop_streaming (client.output);
    }
  ptp_test_ends_wait (client.output_ends);
  ptp_test_ends_wait (server.input_ends);
  g_assert_cmpuint (server.input_ends->n_failed, ==, 1);
  side_say (&server, "in vain", PTP_STEP_RESULT_MORE);
  side_clear (&server);
  side_clear (&client);
  ptp_test_until_descriptors (n_before);
}

/* Anything */

static void
test_bare_constructor (void)
{
  PtpConnection *connection = g_object_new (PTP_TYPE_CONNECTION, NULL);
  g_autoptr (PtpTestConsumer) consumer = ptp_test_consumer_new ();
  g_autoptr (GError) reason = g_error_new_literal (PTP_ERROR, PTP_ERROR_STOPPED, "enough");
  g_autoptr (GError) error = NULL;

  g_assert_null (ptp_connection_get_io_stream (connection));
  g_assert_cmpuint (ptp_connection_get_bytes_read (connection), ==, 0);
  g_assert_cmpint (ptp_pull_producer_produce (PTP_PULL_PRODUCER (connection),
                                              PTP_CONSUMER (consumer), &error),
                   ==, PTP_STEP_RESULT_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  ptp_pull_producer_cancel (PTP_PULL_PRODUCER (connection), reason);
  ptp_consumer_abort (PTP_CONSUMER (connection), reason, NULL);
  ptp_test_drain ();
  ptp_test_assert_finalize (connection);
}

static void
test_properties (void)
{
  g_autoptr (GIOStream) got = NULL;
  guint64 bytes_read = 1;
  Both t;
  int fds[2];

  make_pair (fds, FALSE);
  both_init (&t, fds);
  g_object_get (t.connection, "io-stream", &got, "bytes-read", &bytes_read, NULL);
  g_assert_true (got == t.io_stream);
  g_assert_cmpuint (bytes_read, ==, 0);
  g_clear_object (&got);
  ptp_pull_to_push_stop_streaming (t.output);
  ptp_pull_to_push_stop_streaming (t.input);
  ptp_test_ends_wait (t.output_ends);
  g_assert_true (g_io_stream_is_closed (t.io_stream));
  both_clear (&t);
}

/* GLib opens some descriptors of its own, once. */
static void
warm_up (void)
{
  Side server, client;
  Both t;
  int fds[2];

  make_pair (fds, FALSE);
  both_init (&t, fds);
  ptp_pull_to_push_stop_streaming (t.output);
  ptp_pull_to_push_stop_streaming (t.input);
  both_clear (&t);
  if (!sides_init (&server, &client))
    return;

  side_say (&client, NULL, PTP_STEP_RESULT_FINISHED);
  side_say (&server, NULL, PTP_STEP_RESULT_FINISHED);
  side_clear (&server);
  side_clear (&client);
}

#define ADD(name, func) g_test_add_func ("/connection/" name, func)
#define ADD_BOTH(name, func, first, second)                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_test_add_data_func ("/connection/" name "/" first, GINT_TO_POINTER (FALSE), func);           \
    g_test_add_data_func ("/connection/" name "/" second, GINT_TO_POINTER (TRUE), func);           \
  }                                                                                                \
  G_STMT_END

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  warm_up ();

  ADD_BOTH ("B8/half-close", test_b8_half_close, "unix", "tcp");
  ADD_BOTH ("B8/half-closed", test_b8_half_closed, "unix", "tcp");
  ADD_BOTH ("B8/abort", test_b8_abort, "unix", "tcp");
  ADD ("B8/reader-breaks", test_b8_reader_breaks);
  ADD ("B8/reader-has-enough", test_b8_reader_has_enough);
  ADD ("E12/reset", test_e12_reset_while_paused);
  ADD ("T4/dropped", test_t4_dropped);
  ADD ("keep-open", test_keep_open);
  ADD ("B8/tls/half-close", test_b8_tls_half_close);
  ADD_BOTH ("E10/tls/abort", test_e10_tls_abort, "stopped", "cancelled");
  ADD ("bare-constructor", test_bare_constructor);
  ADD ("properties", test_properties);

  return g_test_run ();
}
