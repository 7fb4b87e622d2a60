/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Our own endpoints are the first users of the kit. */

#include <pulltopush/testing/pulltopush-testing.h>

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>

#include <sys/socket.h>
#include <unistd.h>

#define CHUNK_SIZE 1000

static GBytes *content;
static char *content_path;

static PtpTestingSuite *
add_suite (PtpTestingKind kind, const char *name, PtpTestingFactory factory)
{
  PtpTestingSuite *suite = ptp_testing_suite_new (kind, name, factory, NULL, NULL);

  ptp_testing_suite_set_any_thread (suite, TRUE);
  /* No more than a safety net, since a machine may be busy. */
  ptp_testing_suite_set_longest_step (suite, 30 * G_USEC_PER_SEC);
  ptp_testing_suite_set_linger (suite, 0);

  return suite;
}

static void
take_suite (PtpTestingSuite *suite)
{
  ptp_testing_suite_add_to_gtest (suite);
  g_object_unref (suite);
}

/* Pull producers */

static GObject *
make_bytes_producer (PtpConsumer *consumer, gpointer user_data)
{
  PtpBytesProducer *producer = ptp_bytes_producer_new (content);

  ptp_bytes_producer_set_chunk_size (producer, CHUNK_SIZE);
  return G_OBJECT (producer);
}

static GObject *
make_empty_producer (PtpConsumer *consumer, gpointer user_data)
{
  return g_object_new (PTP_TYPE_BYTES_PRODUCER, NULL);
}

static GObject *
make_reader (GInputStream *stream)
{
  PtpInputStreamProducer *producer = ptp_input_stream_producer_new (stream);

  ptp_input_stream_producer_set_chunk_size (producer, CHUNK_SIZE);
  g_object_unref (stream);
  return G_OBJECT (producer);
}

static GObject *
make_memory_reader (PtpConsumer *consumer, gpointer user_data)
{
  return make_reader (g_memory_input_stream_new_from_bytes (content));
}

static GObject *
make_file_reader (PtpConsumer *consumer, gpointer user_data)
{
  g_autoptr (GFile) file = g_file_new_for_path (content_path);

  return make_reader (G_INPUT_STREAM (g_file_read (file, NULL, NULL)));
}

/* A buffer takes away what the stream below can poll, so that it is read asynchronously. */
static GObject *
make_asynchronous_reader (PtpConsumer *consumer, gpointer user_data)
{
  g_autoptr (GInputStream) below = g_memory_input_stream_new_from_bytes (content);

  return make_reader (g_buffered_input_stream_new (below));
}

/* The peer writes the second half only when it is asked to, so that the reader has to wait. */
typedef struct
{
  int fd;
  gsize sent;
} Peer;

static void
free_peer (gpointer user_data)
{
  Peer *peer = user_data;

  if (peer->fd >= 0)
    close (peer->fd);
  g_free (peer);
}

static void
send_half (Peer *peer)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (content, &size);
  gsize half = MIN (size - peer->sent, size / 2);

  if (peer->fd < 0)
    return;

  g_assert_cmpint (write (peer->fd, data + peer->sent, half), ==, (gssize) half);
  peer->sent += half;
  if (peer->sent == size)
    {
      close (peer->fd);
      peer->fd = -1;
    }
}

static GObject *
make_waiting_reader (GInputStream *stream, int fd)
{
  GObject *producer = make_reader (stream);
  Peer *peer = g_new0 (Peer, 1);

  peer->fd = fd;
  g_object_set_data_full (producer, "peer", peer, free_peer);
  return producer;
}

static void
send_more_cb (GObject *producer, gpointer user_data)
{
  send_half (g_object_get_data (producer, "peer"));
}

static GObject *
make_pipe_reader (PtpConsumer *consumer, gpointer user_data)
{
  int fds[2];

  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  return make_waiting_reader (g_unix_input_stream_new (fds[0], TRUE), fds[1]);
}

static GObject *
make_socket_reader (PtpConsumer *consumer, gpointer user_data)
{
  g_autoptr (GSocket) socket = NULL;
  GSocketConnection *connection;
  GObject *producer;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  socket = g_socket_new_from_fd (fds[0], NULL);
  connection = g_socket_connection_factory_create_connection (socket);
  producer
    = make_waiting_reader (g_object_ref (g_io_stream_get_input_stream (G_IO_STREAM (connection))),
                           fds[1]);
  g_object_set_data_full (producer, "connection", connection, g_object_unref);
  return producer;
}

static GObject *
make_failing_reader (PtpConsumer *consumer, gpointer user_data)
{
  GInputStream *stream = g_memory_input_stream_new_from_bytes (content);

  g_input_stream_close (stream, NULL, NULL);
  return make_reader (stream);
}

static GObject *
make_scripted_producer (PtpConsumer *consumer, gpointer user_data)
{
  PtpTestingProducer *producer = ptp_testing_producer_new ();

  ptp_testing_producer_add_text (producer, "one ");
  ptp_testing_producer_add_pending_then_ready (producer);
  ptp_testing_producer_add_more (producer);
  ptp_testing_producer_add_ready_then_pending (producer);
  ptp_testing_producer_add_text (producer, "");
  ptp_testing_producer_add_text (producer, "two");
  return G_OBJECT (producer);
}

static void
add_pull_suites (void)
{
  const struct
  {
    const char *name;
    PtpTestingFactory factory;
    gboolean waits;
  } own[] = {
    { "bytes-producer", make_bytes_producer, FALSE },
    { "memory-reader", make_memory_reader, FALSE },
    { "file-reader", make_file_reader, FALSE },
    { "asynchronous-reader", make_asynchronous_reader, FALSE },
    { "pipe-reader", make_pipe_reader, TRUE },
    { "socket-reader", make_socket_reader, TRUE },
  };
  g_autoptr (GBytes) nothing = g_bytes_new_static (NULL, 0);
  g_autoptr (GBytes) text = g_bytes_new_static ("one two", 7);
  g_autoptr (GError) closed = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "closed");
  PtpTestingSuite *suite;

  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    {
      suite = add_suite (PTP_TESTING_KIND_PULL_PRODUCER, own[i].name, own[i].factory);
      ptp_testing_suite_set_expected (suite, content);
      if (own[i].waits)
        ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_READY, send_more_cb, NULL, NULL);
      take_suite (suite);
    }

  suite = add_suite (PTP_TESTING_KIND_PULL_PRODUCER, "empty-producer", make_empty_producer);
  ptp_testing_suite_set_expected (suite, nothing);
  take_suite (suite);

  suite = add_suite (PTP_TESTING_KIND_PULL_PRODUCER, "failing-reader", make_failing_reader);
  ptp_testing_suite_set_expected_error (suite, closed);
  take_suite (suite);

  suite = add_suite (PTP_TESTING_KIND_PULL_PRODUCER, "scripted-producer", make_scripted_producer);
  ptp_testing_suite_set_expected (suite, text);
  take_suite (suite);
}

/* Push producers */

static GObject *
make_adapter (PtpConsumer *consumer, gpointer user_data)
{
  PtpTestingFactory factory = (PtpTestingFactory) user_data;
  g_autoptr (GObject) producer = factory (NULL, NULL);

  return G_OBJECT (ptp_pull_to_push_new (PTP_PULL_PRODUCER (producer), consumer));
}

static void
start_cb (GObject *producer, gpointer user_data)
{
  ptp_pull_to_push_start_streaming (PTP_PULL_TO_PUSH (producer));
}

static void
fail_adapter_cb (GObject *producer, gpointer user_data)
{
  GCancellable *cancellable = ptp_pull_to_push_get_cancellable (PTP_PULL_TO_PUSH (producer));

  g_cancellable_cancel (cancellable);
}

static GObject *
make_cancellable_adapter (PtpConsumer *consumer, gpointer user_data)
{
  GObject *adapter = make_adapter (consumer, user_data);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  ptp_pull_to_push_set_cancellable (PTP_PULL_TO_PUSH (adapter), cancellable);
  return adapter;
}

static void
add_push_suites (void)
{
  const struct
  {
    const char *name;
    PtpTestingFactory factory;
  } own[] = {
    { "adapter-of-bytes", make_bytes_producer },
    { "adapter-of-file", make_file_reader },
    { "adapter-of-asynchronous", make_asynchronous_reader },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    {
      PtpTestingSuite *suite
        = ptp_testing_suite_new (PTP_TESTING_KIND_PUSH_PRODUCER, own[i].name,
                                 make_cancellable_adapter, (gpointer) own[i].factory, NULL);

      ptp_testing_suite_set_expected (suite, content);
      ptp_testing_suite_set_linger (suite, 0);
      ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_START, start_cb, NULL, NULL);
      ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_FAIL, fail_adapter_cb, NULL, NULL);
      take_suite (suite);
    }
}

/* Consumers */

static GObject *
make_writer (GOutputStream *stream)
{
  PtpOutputStreamConsumer *consumer = ptp_output_stream_consumer_new (stream);

  g_assert_true (
    ptp_output_stream_consumer_set_marks (consumer, 16 * 1024, 64 * 1024, 1024 * 1024, NULL));
  g_object_set_data_full (G_OBJECT (consumer), "stream", stream, g_object_unref);
  return G_OBJECT (consumer);
}

static GObject *
make_memory_writer (PtpConsumer *unused, gpointer user_data)
{
  return make_writer (g_memory_output_stream_new_resizable ());
}

static GBytes *
read_memory_cb (GObject *consumer, gpointer user_data)
{
  GMemoryOutputStream *stream = g_object_get_data (consumer, "stream");

  return g_bytes_new (g_memory_output_stream_get_data (stream),
                      g_memory_output_stream_get_data_size (stream));
}

static void
delete_cb (gpointer user_data)
{
  g_file_delete (user_data, NULL, NULL);
  g_object_unref (user_data);
}

static GObject *
make_file_writer (PtpConsumer *unused, gpointer user_data)
{
  g_autoptr (GFileIOStream) stream = NULL;
  GFile *file = g_file_new_tmp ("ptp-conformance-XXXXXX", &stream, NULL);
  GObject *consumer = make_writer (G_OUTPUT_STREAM (g_file_append_to (file, 0, NULL, NULL)));

  g_object_set_data_full (consumer, "file", file, delete_cb);
  return consumer;
}

static GBytes *
read_file_cb (GObject *consumer, gpointer user_data)
{
  return g_file_load_bytes (g_object_get_data (consumer, "file"), NULL, NULL, NULL);
}

/* What comes out at the other end of a socket; it is read each time somebody asks. */
typedef struct
{
  int fd;
  GByteArray *seen;
} Reader;

static void
free_reader (gpointer user_data)
{
  Reader *reader = user_data;

  if (reader->fd >= 0)
    close (reader->fd);
  g_byte_array_unref (reader->seen);
  g_free (reader);
}

static gboolean
readable_cb (int fd, GIOCondition condition, gpointer user_data)
{
  Reader *reader = user_data;
  guint8 buffer[4096];
  gssize n = read (fd, buffer, sizeof buffer);

  if (n <= 0)
    return G_SOURCE_REMOVE;

  g_byte_array_append (reader->seen, buffer, (guint) n);
  return G_SOURCE_CONTINUE;
}

static void
detach_source (gpointer user_data)
{
  g_source_destroy (user_data);
  g_source_unref (user_data);
}

static GObject *
make_socket_writer (PtpConsumer *unused, gpointer user_data)
{
  g_autoptr (GSocket) socket = NULL;
  GSocketConnection *connection;
  Reader *reader = g_new0 (Reader, 1);
  GObject *consumer;
  GSource *source;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  socket = g_socket_new_from_fd (fds[0], NULL);
  connection = g_socket_connection_factory_create_connection (socket);
  consumer = make_writer (g_object_ref (g_io_stream_get_output_stream (G_IO_STREAM (connection))));
  g_object_set_data_full (consumer, "connection", connection, g_object_unref);

  reader->fd = fds[1];
  reader->seen = g_byte_array_new ();
  source = g_unix_fd_source_new (fds[1], G_IO_IN);
  g_source_set_callback (source, G_SOURCE_FUNC (readable_cb), reader, free_reader);
  g_source_attach (source, NULL);
  g_object_set_data (consumer, "reader", reader);
  g_object_set_data_full (consumer, "source", source, detach_source);
  return consumer;
}

static GBytes *
read_socket_cb (GObject *consumer, gpointer user_data)
{
  Reader *reader = g_object_get_data (consumer, "reader");

  return g_bytes_new (reader->seen->data, reader->seen->len);
}

static void
hang_up_cb (GObject *consumer, gpointer user_data)
{
  GSource *source = g_object_get_data (consumer, "source");

  g_source_destroy (source);
}

static void
abort_cb (GObject *consumer, gpointer user_data)
{
  ptp_output_stream_consumer_abort (PTP_OUTPUT_STREAM_CONSUMER (consumer));
}

static GObject *
make_recording_consumer (PtpConsumer *unused, gpointer user_data)
{
  return G_OBJECT (ptp_testing_consumer_new ());
}

static GBytes *
read_recording_cb (GObject *consumer, gpointer user_data)
{
  return ptp_testing_consumer_dup_bytes (PTP_TESTING_CONSUMER (consumer));
}

static void
close_recording_cb (GObject *consumer, gpointer user_data)
{
  ptp_testing_consumer_close (PTP_TESTING_CONSUMER (consumer));
}

static void
add_consumer_suites (void)
{
  const struct
  {
    const char *name;
    PtpTestingFactory factory;
    PtpTestingReadFunc reader;
    PtpTestingHookFunc fail;
  } own[] = {
    { "memory-writer", make_memory_writer, read_memory_cb, NULL },
    { "file-writer", make_file_writer, read_file_cb, NULL },
    { "socket-writer", make_socket_writer, read_socket_cb, hang_up_cb },
  };
  PtpTestingSuite *suite;

  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    {
      suite = add_suite (PTP_TESTING_KIND_CONSUMER, own[i].name, own[i].factory);
      ptp_testing_suite_set_limit (suite, 1024 * 1024);
      ptp_testing_suite_set_reader (suite, own[i].reader, NULL, NULL);
      ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_CLOSE, abort_cb, NULL, NULL);
      ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_FAIL,
                                  own[i].fail != NULL ? own[i].fail : abort_cb, NULL, NULL);
      take_suite (suite);
    }

  suite = add_suite (PTP_TESTING_KIND_CONSUMER, "recording-consumer", make_recording_consumer);
  ptp_testing_suite_set_reader (suite, read_recording_cb, NULL, NULL);
  ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_CLOSE, close_recording_cb, NULL, NULL);
  ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_FAIL, close_recording_cb, NULL, NULL);
  take_suite (suite);
}

static void
make_content (void)
{
  guint8 *data = g_malloc (8 * CHUNK_SIZE + 123);
  gsize size = 8 * CHUNK_SIZE + 123;
  g_autoptr (GError) error = NULL;
  int fd;

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) g_random_int ();
  content = g_bytes_new_take (data, size);

  fd = g_file_open_tmp ("ptp-conformance-XXXXXX", &content_path, &error);
  g_assert_no_error (error);
  close (fd);
  g_assert_true (g_file_set_contents (content_path, (const char *) data, (gssize) size, NULL));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  make_content ();
  add_pull_suites ();
  add_push_suites ();
  add_consumer_suites ();
  status = g_test_run ();

  unlink (content_path);
  g_free (content_path);
  g_bytes_unref (content);
  return status;
}
