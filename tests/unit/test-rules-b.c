/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Endpoints of GIO at both ends of a stream: what is buffered (rules B1 and B2), and how one end
 * hears that the other one breaks (rules E11 and E12).
 */

#include "ptp-test-gone.h"
#include "ptp-test-output-stream.h"
#include "ptp-test-reading.h"
#include "ptp-test-stream.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#define KIB ((gsize) 1024)
#define MIB ((gsize) 1024 * 1024)

/* A pull producer around another one, as an application writes it: everything is passed on. */

#define WRAPPER_TYPE (wrapper_get_type ())
G_DECLARE_FINAL_TYPE (Wrapper, wrapper, PTP_TEST, WRAPPER, GObject)

struct _Wrapper
{
  GObject parent_instance;

  PtpPullProducer *inner; /* (owned) */
  GError *reason;         /* (owned) (nullable): what cancel was told */
  guint n_cancels;
};

static void pull_producer_iface_init (PtpPullProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (Wrapper,
                               wrapper,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER,
                                                      pull_producer_iface_init))

static PtpStepResult
wrapper_produce (PtpPullProducer *producer, PtpConsumer *consumer, GError **error)
{
  return ptp_pull_producer_produce (PTP_TEST_WRAPPER (producer)->inner, consumer, error);
}

static void
wrapper_cancel (PtpPullProducer *producer, const GError *reason)
{
  Wrapper *self = PTP_TEST_WRAPPER (producer);

  self->n_cancels++;
  g_clear_error (&self->reason);
  self->reason = g_error_copy (reason);
  ptp_pull_producer_cancel (self->inner, reason);
}

static void
pull_producer_iface_init (PtpPullProducerInterface *iface)
{
  iface->produce = wrapper_produce;
  iface->cancel = wrapper_cancel;
}

static void
wrapper_finalize (GObject *object)
{
  Wrapper *self = PTP_TEST_WRAPPER (object);

  g_clear_object (&self->inner);
  g_clear_error (&self->reason);

  G_OBJECT_CLASS (wrapper_parent_class)->finalize (object);
}

static void
wrapper_class_init (WrapperClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = wrapper_finalize;
}

static void
wrapper_init (Wrapper *self)
{
}

/* Takes @inner. */
static Wrapper *
wrapper_new (gpointer inner)
{
  Wrapper *self = g_object_new (WRAPPER_TYPE, NULL);

  self->inner = inner;
  g_signal_connect_object (inner, "ready", G_CALLBACK (ptp_pull_producer_emit_ready), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/* What is queued */

static void
check_marks (gsize low, gsize high, gsize limit, gsize peak)
{
  g_autoptr (GBytes) data = ptp_test_random_bytes (10 * MIB);
  g_autoptr (GInputStream) input = ptp_test_file_stream_new (NULL, data);
  PtpTestOutputStream *output = ptp_test_output_stream_new (PTP_TEST_OUTPUT_ASYNC);
  PtpInputStreamProducer *producer = ptp_input_stream_producer_new (input);
  PtpOutputStreamConsumer *consumer = ptp_output_stream_consumer_new (G_OUTPUT_STREAM (output));
  g_autoptr (PtpTestEnds) ends = NULL;
  g_autoptr (GError) error = NULL;
  PtpPullToPush *stream;

  output->take = 30 * KIB;
  g_assert_true (ptp_output_stream_consumer_set_marks (consumer, low, high, limit, &error));
  stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), &error);
  g_assert_no_error (error);
  ends = ptp_test_ends_new (stream);
  ptp_test_ends_wait (ends);
  g_assert_no_error (ends->error);
  g_assert_cmpuint (ends->n_finished, ==, 1);
  g_assert_cmpuint (output->bytes->len, ==, 10 * MIB);
  g_assert_true (memcmp (output->bytes->data, g_bytes_get_data (data, NULL), 10 * MIB) == 0);
  g_assert_cmpuint (ptp_output_stream_consumer_get_peak_queued (consumer), <=, peak);
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (producer);
  ptp_test_assert_finalize (consumer);
  ptp_test_wait_for_last (output);
}

/* With any marks a file goes through, also where a chunk would be more than the limit, and the
 * queue stays near the high mark.
 */
static void
test_b1_marks (void)
{
  check_marks (64 * KIB, 256 * KIB, MIB, 260 * KIB);
  check_marks (256 * KIB, MIB, 64 * MIB, MIB + 4 * KIB);
  check_marks (0, 100 * KIB, 100 * KIB, 104 * KIB);
  check_marks (0, 1, 1, 4 * KIB + 1);
}

/* A chunk that is larger than everything finds nobody paused. */
static void
test_b1_large_chunk (void)
{
  PtpTestOutputStream *output = ptp_test_output_stream_new (PTP_TEST_OUTPUT_ASYNC);
  PtpConsumer *consumer = PTP_CONSUMER (ptp_output_stream_consumer_new (G_OUTPUT_STREAM (output)));
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (100 * MIB), 100 * MIB);
  PtpBytesProducer *producer = ptp_bytes_producer_new (bytes);
  g_autoptr (PtpTestEnds) ends = NULL;
  PtpPullToPush *stream;

  ptp_bytes_producer_set_chunk_size (producer, G_MAXSIZE);
  stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), consumer, NULL);
  ends = ptp_test_ends_new (stream);
  ptp_test_ends_wait (ends);
  g_assert_cmpuint (ends->n_finished, ==, 1);
  g_assert_cmpuint (output->bytes->len, ==, 100 * MIB);
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (producer);
  ptp_test_assert_finalize (consumer);
  ptp_test_wait_for_last (output);
}

static void
write_much_cb (gpointer producer, gpointer consumer)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (10 * KIB), 10 * KIB);

  /* Of a producer that looks at nothing. */
  for (int i = 0; i < 300; i++)
    ptp_consumer_write (consumer, bytes, NULL);
}

/* What was taken before the overflow is not lost: a sink that cannot undo has all of it. */
static void
test_b2_overflow (void)
{
  PtpTestOutputStream *output = ptp_test_output_stream_new (PTP_TEST_OUTPUT_POLLABLE);
  PtpOutputStreamConsumer *consumer = ptp_output_stream_consumer_new (G_OUTPUT_STREAM (output));
  PtpTestProducer *producer = ptp_test_producer_new ();
  g_autoptr (PtpTestEnds) ends = NULL;
  PtpPullToPush *stream;

  g_assert_true (ptp_output_stream_consumer_set_marks (consumer, 0, 100 * KIB, MIB, NULL));
  producer->on_produce = write_much_cb;
  producer->hook_data = consumer;
  producer->rest = PTP_STEP_RESULT_MORE;
  stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), NULL);
  ends = ptp_test_ends_new (stream);
  ptp_test_ends_wait (ends);
  g_assert_error (ends->error, PTP_ERROR, PTP_ERROR_OVERFLOW);
  g_assert_cmpint (producer->n_produces, ==, 1);
  g_assert_cmpuint (output->bytes->len, ==, MIB / (10 * KIB) * 10 * KIB);
  g_assert_cmpuint (ptp_output_stream_consumer_get_peak_queued (consumer), <=, MIB);
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (producer);
  ptp_test_assert_finalize (consumer);
  g_clear_pointer (&output->source, g_source_unref);
  ptp_test_wait_for_last (output);
}

/* The disk is full */

/* Takes @consumer. What the stream says, and what its source has heard, is what the kernel said. */
static void
check_no_space (PtpConsumer *consumer)
{
  g_autoptr (GBytes) data = ptp_test_random_bytes (4 * MIB);
  GInputStream *input = ptp_test_file_stream_new (NULL, data);
  Wrapper *wrapper = wrapper_new (ptp_input_stream_producer_new (input));
  g_autoptr (GError) error = NULL;
  PtpPullToPush *stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (wrapper), consumer, &error);
  g_autoptr (PtpTestEnds) ends = NULL;

  g_assert_no_error (error);
  ends = ptp_test_ends_new (stream);
  ptp_test_ends_wait (ends);
  g_assert_cmpuint (ends->n_failed, ==, 1);
  g_assert_error (ends->error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_nonnull (strstr (ends->error->message, "No space left on device"));
  g_assert_cmpuint (wrapper->n_cancels, ==, 1);
  g_assert_cmpstr (wrapper->reason->message, ==, ends->error->message);
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (wrapper);
  ptp_test_assert_finalize (consumer);
  ptp_test_wait_for_last (input);
}

static void
test_e11_full_device (void)
{
  const guint n_before = ptp_test_count_descriptors ();
  int fd = g_open ("/dev/full", O_WRONLY | O_CLOEXEC, 0);
  g_autoptr (GOutputStream) output = NULL;

  if (fd < 0)
    {
      g_test_skip ("There is no /dev/full");
      return;
    }

  output = g_unix_output_stream_new (fd, TRUE);
  check_no_space (PTP_CONSUMER (ptp_output_stream_consumer_new (output)));
  g_clear_object (&output);
  ptp_test_until_descriptors (n_before);
}

/* Half of it fits; afterwards all of the room is there again. */
static void
test_e11_full_disk (void)
{
  const guint n_before = ptp_test_count_descriptors ();
  g_autofree char *folder = g_dir_make_tmp ("ptp-XXXXXX", NULL);
  g_autoptr (GFile) file = g_file_new_build_filename (folder, "target", NULL);
  g_autofree char *contents = NULL;

  if (mount ("ptp-test", folder, "tmpfs", 0, "size=1m") != 0)
    {
      g_test_skip ("A small disk cannot be made here");
      g_assert_no_errno (g_rmdir (folder));
      return;
    }

  check_no_space (PTP_CONSUMER (ptp_file_consumer_new (file)));
  g_assert_false (g_file_query_exists (file, NULL));
  g_assert_true (g_file_replace_contents (file, "old", 3, NULL, FALSE, 0, NULL, NULL, NULL));
  check_no_space (PTP_CONSUMER (ptp_file_consumer_new (file)));
  g_assert_true (g_file_load_contents (file, NULL, &contents, NULL, NULL, NULL));
  g_assert_cmpstr (contents, ==, "old");
  g_assert_true (g_file_delete (file, NULL, NULL));
  g_assert_no_errno (umount (folder));
  g_assert_no_errno (g_rmdir (folder));
  ptp_test_until_descriptors (n_before);
}

/* A source that breaks */

static void
connect_nonblocking (int fds[2])
{
  g_autoptr (GError) error = NULL;

  ptp_test_connect_tcp (fds);
  g_unix_set_fd_nonblocking (fds[1], TRUE, &error);
  g_assert_no_error (error);
}

static void
close_with_reset (int fd)
{
  const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

  g_assert_no_errno (setsockopt (fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
  g_assert_no_errno (close (fd));
}

/* Takes @fd. A connection closes its streams when it goes: the producer keeps it. */
static void
init_tcp (PtpTestReading *r, int fd, gboolean with_gsocket)
{
  GSocketConnection *connection;
  g_autoptr (GSocket) socket = NULL;

  if (!with_gsocket)
    {
      ptp_test_reading_init (r, g_unix_input_stream_new (fd, TRUE));
      return;
    }

  socket = g_socket_new_from_fd (fd, NULL);
  connection = g_socket_connection_factory_create_connection (socket);
  ptp_test_reading_init (r, g_object_ref (g_io_stream_get_input_stream (G_IO_STREAM (connection))));
  r->shared = TRUE;
  g_object_set_data_full (G_OBJECT (r->producer), "connection", connection, g_object_unref);
}

static void
check_reset (PtpTestReading *r, int peer)
{
  close_with_reset (peer);
  ptp_test_ends_wait (r->ends);
  g_assert_cmpuint (r->ends->n_failed, ==, 1);
  g_assert_error (r->ends->error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_assert_cmpuint (r->consumer->n_aborts, ==, 1);
  ptp_test_reading_clear (r);
}

static void
test_e12_reset_while_paused (gconstpointer with_gsocket)
{
  const guint n_before = ptp_test_count_descriptors ();
  PtpTestReading r;
  int fds[2];

  connect_nonblocking (fds);
  init_tcp (&r, fds[1], GPOINTER_TO_INT (with_gsocket));
  ptp_test_reading_until_waiting (&r);
  ptp_pull_to_push_hold (r.stream, "test");
  ptp_test_drain ();
  g_assert_cmpint (ptp_pull_to_push_get_state (r.stream), ==, PTP_STREAM_STATE_PAUSED);
  check_reset (&r, fds[0]);
  ptp_test_until_descriptors (n_before);
}

/* A stream that is held before its first step has a source that nobody has read from. */
static void
test_e12_reset_before_first_step (void)
{
  PtpTestReading r;
  int fds[2];

  connect_nonblocking (fds);
  init_tcp (&r, fds[1], TRUE);
  ptp_pull_to_push_hold (r.stream, "test");
  ptp_test_reading_start (&r);
  ptp_test_drain ();
  g_assert_cmpint (ptp_pull_to_push_get_state (r.stream), ==, PTP_STREAM_STATE_PAUSED);
  g_assert_cmpuint (ptp_pull_to_push_get_n_steps (r.stream), ==, 0);
  check_reset (&r, fds[0]);
}

static void
test_e12_reset_while_waiting (gconstpointer with_gsocket)
{
  PtpTestReading r;
  int fds[2];

  connect_nonblocking (fds);
  init_tcp (&r, fds[1], GPOINTER_TO_INT (with_gsocket));
  ptp_test_reading_until_waiting (&r);
  check_reset (&r, fds[0]);
}

/* Paused by the consumer, with data unread. */
static void
test_e12_reset_while_full (gconstpointer with_gsocket)
{
  PtpTestReading r;
  int fds[2];

  connect_nonblocking (fds);
  init_tcp (&r, fds[1], GPOINTER_TO_INT (with_gsocket));
  ptp_input_stream_producer_set_chunk_size (r.producer, 4);
  r.consumer->on_write = ptp_test_consumer_pause;
  ptp_test_reading_until_waiting (&r);
  g_assert_cmpint (write (fds[0], "one two ", 8), ==, 8);
  ptp_test_reading_until_bytes (&r, 4);
  ptp_test_drain ();
  g_assert_cmpint (ptp_pull_to_push_get_state (r.stream), ==, PTP_STREAM_STATE_PAUSED);
  check_reset (&r, fds[0]);
}

/* While somebody reads, what came before the reset arrives first. */
static void
test_e12_data_before_reset (gconstpointer with_gsocket)
{
  PtpTestReading r;
  int fds[2];

  connect_nonblocking (fds);
  init_tcp (&r, fds[1], GPOINTER_TO_INT (with_gsocket));
  ptp_input_stream_producer_set_chunk_size (r.producer, 4);
  g_assert_cmpint (write (fds[0], "one two three four five ", 24), ==, 24);
  close_with_reset (fds[0]);
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FAILED);
  ptp_test_reading_assert_text (&r, "one two three four five ");
  g_assert_error (r.ends->error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  ptp_test_reading_clear (&r);
}

/* The kernel tells of a loss once: when a writer has heard of it, a reader of the same socket gets
 * what looks like an end of the data. One that had come before the loss is one.
 */
static void
test_e12_writer_hears_first (gconstpointer ends_before)
{
  g_autoptr (PtpOutputStreamConsumer) consumer = NULL;
  GSocketConnection *connection;
  PtpTestReading r;
  int fds[2];

  connect_nonblocking (fds);
  init_tcp (&r, fds[1], TRUE);
  connection = g_object_get_data (G_OBJECT (r.producer), "connection");
  consumer
    = ptp_output_stream_consumer_new (g_io_stream_get_output_stream (G_IO_STREAM (connection)));
  ptp_pull_to_push_hold (r.stream, "test");
  ptp_test_reading_start (&r);
  g_assert_cmpint (write (fds[0], "it said", 7), ==, 7);
  if (GPOINTER_TO_INT (ends_before))
    g_assert_no_errno (shutdown (fds[0], SHUT_WR));
  close_with_reset (fds[0]);
  while (ptp_output_stream_consumer_get_error (consumer) == NULL)
    g_main_context_iteration (NULL, TRUE);

  ptp_pull_to_push_release (r.stream, "test");
  ptp_test_reading_run (&r, GPOINTER_TO_INT (ends_before) ? PTP_STREAM_STATE_FINISHED
                                                          : PTP_STREAM_STATE_FAILED);
  ptp_test_reading_assert_text (&r, "it said");
  if (!GPOINTER_TO_INT (ends_before))
    g_assert_error (r.ends->error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  ptp_test_reading_clear (&r);
}

/* A hang-up is an end, and waits for the reads: there may be data before it. */
static void
test_e12_hangup_is_an_end (gconstpointer is_pipe)
{
  PtpTestReading r;
  int fds[2];

  if (GPOINTER_TO_INT (is_pipe))
    g_assert_no_errno (pipe2 (fds, O_CLOEXEC));
  else
    g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  ptp_test_reading_init (&r, g_unix_input_stream_new (fds[0], TRUE));
  ptp_test_reading_until_waiting (&r);
  ptp_pull_to_push_hold (r.stream, "test");
  g_assert_cmpint (write (fds[1], "the last", 8), ==, 8);
  g_assert_no_errno (close (fds[1]));
  ptp_test_drain ();
  g_assert_cmpint (ptp_pull_to_push_get_state (r.stream), ==, PTP_STREAM_STATE_PAUSED);
  ptp_pull_to_push_release (r.stream, "test");
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_assert_text (&r, "the last");
  ptp_test_reading_clear (&r);
}

/* GLib opens some descriptors of its own, once. */
static void
warm_up (void)
{
  g_autoptr (GBytes) data = ptp_test_random_bytes (10);
  PtpTestReading r;

  ptp_test_reading_init (&r, ptp_test_file_stream_new (NULL, data));
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_clear (&r);
}

#define ADD(name, func) g_test_add_func ("/rules/" name, func)
#define ADD_BOTH(name, func, first, second)                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_test_add_data_func ("/rules/" name "/" first, GINT_TO_POINTER (FALSE), func);                \
    g_test_add_data_func ("/rules/" name "/" second, GINT_TO_POINTER (TRUE), func);                \
  }                                                                                                \
  G_STMT_END

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  warm_up ();

  ADD ("B1/gio/marks", test_b1_marks);
  ADD ("B1/gio/large-chunk", test_b1_large_chunk);
  ADD ("B2/gio/overflow", test_b2_overflow);
  ADD ("E11/gio/full-device", test_e11_full_device);
  ADD ("E11/gio/full-disk", test_e11_full_disk);
  ADD_BOTH ("E12/gio/reset-while-paused", test_e12_reset_while_paused, "fd", "gsocket");
  ADD ("E12/gio/reset-before-first-step", test_e12_reset_before_first_step);
  ADD_BOTH ("E12/gio/reset-while-waiting", test_e12_reset_while_waiting, "fd", "gsocket");
  ADD_BOTH ("E12/gio/reset-while-full", test_e12_reset_while_full, "fd", "gsocket");
  ADD_BOTH ("E12/gio/data-before-reset", test_e12_data_before_reset, "fd", "gsocket");
  ADD_BOTH ("E12/gio/writer-hears-first", test_e12_writer_hears_first, "reset", "end-and-reset");
  ADD_BOTH ("E12/gio/hangup-is-an-end", test_e12_hangup_is_an_end, "socket", "pipe");

  return g_test_run ();
}
