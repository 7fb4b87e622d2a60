/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rule B8: what the peer of a socket sees of the end of a stream. */

#include "ptp-test-stream.h"
#include "ptp-test-wait.h"

typedef struct
{
  GSocketConnection *near; /* (owned) */
  GSocketConnection *far;  /* (owned) */
} Pair;

/* Two ends of one TCP connection, of which only one can be reset. */
static void
pair_init (Pair *self)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);

  g_assert_no_error (error);
  self->near = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, &error);
  g_assert_no_error (error);
  self->far = g_socket_listener_accept (listener, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
pair_clear (Pair *self)
{
  g_clear_object (&self->near);
  g_clear_object (&self->far);
}

static PtpPullToPush *
stream_to (Pair *pair, PtpTestProducer *producer)
{
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (pair->near));
  g_autoptr (PtpOutputStreamConsumer) consumer = ptp_output_stream_consumer_new (output);
  g_autoptr (GError) error = NULL;
  PtpPullToPush *stream;

  stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), &error);
  g_assert_no_error (error);
  return stream;
}

static gssize
read_far (Pair *pair, char *buffer, gsize size, GError **error)
{
  return g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (pair->far)), buffer, size,
                              NULL, error);
}

/* It gets all of the data and the end of them, and can still answer. */
static void
test_finish (void)
{
  PtpTestProducer *producer = ptp_test_producer_new_words ("whole");
  g_auto (PtpTestWait) wait = { 0 };
  g_autoptr (GError) error = NULL;
  char buffer[16] = "";
  PtpPullToPush *stream;
  Pair pair;

  pair_init (&pair);
  stream = stream_to (&pair, producer);
  ptp_test_wait_start (&wait, stream, NULL);
  ptp_test_wait_until_over (&wait);
  g_assert_no_error (wait.error);
  g_assert_cmpint (read_far (&pair, buffer, sizeof buffer, &error), ==, 5);
  g_assert_cmpstr (buffer, ==, "whole");
  g_assert_cmpint (read_far (&pair, buffer, sizeof buffer, &error), ==, 0);
  g_assert_no_error (error);

  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (pair.far)),
                                            "thanks", 6, NULL, NULL, &error));
  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (pair.near)),
                                        buffer, sizeof buffer, NULL, &error),
                   ==, 6);
  g_assert_no_error (error);
  pair_clear (&pair);
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (producer);
}

/* It is told that this was not all: its connection is reset. */
static void
test_abort (void)
{
  PtpTestProducer *producer = ptp_test_producer_new ();
  g_auto (PtpTestWait) wait = { 0 };
  g_autoptr (GError) error = NULL;
  char buffer[16];
  PtpPullToPush *stream;
  gssize n_read;
  Pair pair;

  pair_init (&pair);
  ptp_test_producer_answer (producer, "half", PTP_STEP_RESULT_MORE);
  ptp_test_producer_answer_error (producer, NULL, PTP_STEP_RESULT_FAILED,
                                  g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "Scripted"));
  stream = stream_to (&pair, producer);
  ptp_test_wait_start (&wait, stream, NULL);
  ptp_test_wait_until_over (&wait);
  g_assert_error (wait.error, G_IO_ERROR, G_IO_ERROR_BUSY);
  pair_clear (&(Pair){ pair.near, NULL });
  do
    n_read = read_far (&pair, buffer, sizeof buffer, &error);
  while (n_read > 0);
  g_assert_cmpint (n_read, ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_clear_object (&pair.far);
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (producer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/half-close/B8/finish", test_finish);
  g_test_add_func ("/half-close/B8/abort", test_abort);

  return g_test_run ();
}
