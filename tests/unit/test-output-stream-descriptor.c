/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A PtpOutputStreamConsumer on streams that are no more than their descriptor. */

#include "ptp-test-writing.h"

#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KIB (1024)

/* Each write to the first end is one message at the other. */
static GOutputStream *
create_messages (int *peer_fd)
{
  int fds[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds));
  *peer_fd = fds[1];
  return g_unix_output_stream_new (fds[0], TRUE);
}

/* Chunks too large to be copied together go out with one call all the same. */
static void
test_b7_together (void)
{
  g_autofree guint8 *got = g_malloc (128 * KIB);
  const gsize sizes[] = { 20000, 100, 30000, 100, 100, 17000 };
  PtpTestWriting t;
  int fd;

  ptp_test_writing_init (&t, create_messages (&fd));
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    ptp_test_writing_write (&t, sizes[i]);
  ptp_test_writing_until_written (&t, t.in->len);
  g_assert_cmpint (recv (fd, got, 128 * KIB, 0), ==, (gssize) t.in->len);
  g_assert_true (memcmp (got, t.in->data, t.in->len) == 0);
  g_assert_cmpint (recv (fd, got, 128 * KIB, MSG_DONTWAIT), ==, -1);
  g_assert_no_errno (close (fd));
  ptp_test_writing_clear (&t);
}

/* However many there are: so many at a time as one call takes. */
static void
test_b7_many (void)
{
  g_autofree guint8 *got = g_malloc (2048 * KIB);
  gsize size = 0;
  gssize n;
  guint n_messages = 0;
  PtpTestWriting t;
  int fd;

  ptp_test_writing_init (&t, create_messages (&fd));
  for (int i = 0; i < 100; i++)
    ptp_test_writing_write (&t, i % 2 == 0 ? 1 : 1000);
  ptp_test_writing_until_written (&t, t.in->len);
  while ((n = recv (fd, got + size, 2048 * KIB - size, MSG_DONTWAIT)) > 0)
    {
      size += (gsize) n;
      n_messages++;
    }
  g_assert_cmpuint (n_messages, ==, 1);
  g_assert_cmpuint (size, ==, t.in->len);
  g_assert_true (memcmp (got, t.in->data, size) == 0);
  g_assert_no_errno (close (fd));
  ptp_test_writing_clear (&t);
}

typedef struct
{
  int fd;
  GByteArray *got; /* (owned) */
  guint n_nested;  /* loops in which something was written */
} Nested;

static void
drain (Nested *self)
{
  guint8 buffer[8 * KIB];
  gssize n;

  while ((n = read (self->fd, buffer, sizeof buffer)) > 0)
    g_byte_array_append (self->got, buffer, (guint) n);
}

static void
nested_cb (GObject *consumer, GParamSpec *pspec, gpointer user_data)
{
  PtpOutputStreamConsumer *self = PTP_OUTPUT_STREAM_CONSUMER (consumer);
  guint64 written = ptp_output_stream_consumer_get_bytes_written (self);
  Nested *nested = user_data;

  drain (nested);
  ptp_test_turns (3);
  if (ptp_output_stream_consumer_get_bytes_written (self) > written)
    nested->n_nested++;
}

/* A handler runs a main loop in which the pipe is written to: all arrives, once and in order. */
static void
test_r6_nested (void)
{
  Nested nested = { .got = g_byte_array_new () };
  PtpTestWriting t;
  int fds[2];

  g_assert_no_errno (pipe2 (fds, O_CLOEXEC | O_NONBLOCK));
  nested.fd = fds[0];
  ptp_test_writing_init (&t, g_unix_output_stream_new (fds[1], TRUE));
  g_signal_connect (t.consumer, "notify::bytes-written", G_CALLBACK (nested_cb), &nested);
  for (int i = 0; i < 20; i++)
    ptp_test_writing_write (&t, 50000);
  ptp_test_writing_until_written (&t, t.in->len);
  drain (&nested);
  g_assert_cmpuint (nested.n_nested, >, 0);
  g_assert_cmpuint (nested.got->len, ==, t.in->len);
  g_assert_true (memcmp (nested.got->data, t.in->data, t.in->len) == 0);

  g_signal_handlers_disconnect_by_data (t.consumer, &nested);
  g_byte_array_unref (nested.got);
  g_assert_no_errno (close (fds[0]));
  ptp_test_writing_clear (&t);
}

/* The numbers follow each part that is taken, and the producer goes on at the low mark, not only
 * when nothing is left.
 */
static void
test_b1_pace (void)
{
  Nested nested = { .got = g_byte_array_new () };
  PtpTestWriting t;
  int fds[2];

  g_assert_no_errno (pipe2 (fds, O_CLOEXEC | O_NONBLOCK));
  nested.fd = fds[0];
  ptp_test_writing_init (&t, g_unix_output_stream_new (fds[1], TRUE));
  ptp_test_writing_set_marks (&t, 800 * KIB, 1000 * KIB, 2000 * KIB);
  ptp_test_writing_write (&t, 1200 * KIB);
  ptp_test_drain ();
  ptp_test_log_assert (t.log, "pause");
  while (ptp_output_stream_consumer_get_bytes_queued (t.consumer) > 800 * KIB)
    {
      gsize queued = ptp_output_stream_consumer_get_bytes_queued (t.consumer);

      drain (&nested);
      ptp_test_drain ();
      g_assert_cmpuint (ptp_output_stream_consumer_get_bytes_queued (t.consumer), <, queued);
    }
  g_assert_cmpuint (ptp_output_stream_consumer_get_bytes_queued (t.consumer), >, 0);
  ptp_test_log_assert (t.log, "resume");

  g_byte_array_unref (nested.got);
  g_assert_no_errno (close (fds[0]));
  ptp_test_writing_until_failed (&t);
  ptp_test_writing_clear (&t);
}

/* A connection whose sender gets a time stamp for all it sends, on the queue of errors. */
static int
create_stamped (int *peer_fd)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl (INADDR_LOOPBACK) } };
  const int stamps = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_TX_SOFTWARE;
  socklen_t size = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_no_errno (bind (listener, (struct sockaddr *) &address, size));
  g_assert_no_errno (getsockname (listener, (struct sockaddr *) &address, &size));
  g_assert_no_errno (listen (listener, 1));
  g_assert_no_errno (connect (fd, (struct sockaddr *) &address, size));
  *peer_fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  g_assert_no_errno (*peer_fd);
  g_assert_no_errno (close (listener));
  g_assert_no_errno (setsockopt (fd, SOL_SOCKET, SO_TIMESTAMPING, &stamps, sizeof stamps));
  return fd;
}

static GIOStream *
create_connection (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);

  g_assert_no_error (error);
  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

static gboolean
has_error_queue (int fd)
{
  struct pollfd poll_fd = { .fd = fd };

  g_assert_no_errno (poll (&poll_fd, 1, 0));
  return (poll_fd.revents & (POLLERR | POLLHUP)) == POLLERR;
}

static guint
count_turns (guint milliseconds)
{
  const gint64 end = g_get_monotonic_time () + milliseconds * 1000;
  guint n = 0;

  while (g_get_monotonic_time () < end)
    if (g_main_context_iteration (NULL, FALSE))
      n++;
    else
      g_usleep (500);
  return n;
}

/* What stands in the queue of errors is no error: the stream goes on, waits without spinning, and
 * still notices a real hang-up.
 */
static void
test_b6_error_queue (gconstpointer with_gsocket)
{
  Nested nested = { .got = g_byte_array_new () };
  const struct linger reset = { .l_onoff = 1 };
  g_autoptr (GIOStream) connection = NULL;
  PtpTestWriting t;
  int fd = create_stamped (&nested.fd);

  if (GPOINTER_TO_INT (with_gsocket))
    connection = create_connection (fd);
  ptp_test_writing_init (&t, connection != NULL
                               ? g_object_ref (g_io_stream_get_output_stream (connection))
                               : g_unix_output_stream_new (fd, TRUE));
  ptp_test_writing_write (&t, 100);
  ptp_test_writing_until_written (&t, 100);
  while (!has_error_queue (fd))
    ptp_test_turns (1);
  g_assert_cmpuint (count_turns (100), <, 50);
  ptp_test_writing_write (&t, 100);
  ptp_test_writing_until_written (&t, 200);

  ptp_test_writing_set_marks (&t, 0, 1, G_MAXSIZE);
  ptp_test_writing_write (&t, 30000 * KIB);
  while (count_turns (200) > 50)
    g_assert_cmpuint (nested.got->len, ==, 0);
  g_assert_cmpuint (ptp_output_stream_consumer_get_bytes_queued (t.consumer), >, 0);
  while (nested.got->len < t.in->len)
    {
      drain (&nested);
      ptp_test_turns (1);
    }
  g_assert_true (memcmp (nested.got->data, t.in->data, t.in->len) == 0);
  ptp_test_writing_assert_numbers (&t, t.in->len, 0);

  g_assert_cmpuint (t.n_failed, ==, 0);
  g_assert_no_errno (setsockopt (nested.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset));
  g_assert_no_errno (close (nested.fd));
  ptp_test_writing_until_failed (&t);
  g_assert_error (t.error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_byte_array_unref (nested.got);
  g_clear_object (&connection);
  ptp_test_writing_clear (&t);
}

#define ADD(name, func) g_test_add_func ("/output-stream-consumer/" name, func)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("B7/descriptor/together", test_b7_together);
  ADD ("B7/descriptor/many", test_b7_many);
  ADD ("B1/descriptor/pace", test_b1_pace);
  g_test_add_data_func ("/output-stream-consumer/B6/error-queue/descriptor",
                        GINT_TO_POINTER (FALSE), test_b6_error_queue);
  g_test_add_data_func ("/output-stream-consumer/B6/error-queue/gsocket", GINT_TO_POINTER (TRUE),
                        test_b6_error_queue);
  ADD ("R6/descriptor/nested", test_r6_nested);

  return g_test_run ();
}
