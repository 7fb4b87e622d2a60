/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Our own endpoints are the first users of the kit. */

#include <pulltopush/testing/pulltopush-testing.h>

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>

#include <string.h>
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

static gboolean
probe_reader_cb (GObject *producer, gpointer user_data)
{
  return g_input_stream_is_closed (
    ptp_input_stream_producer_get_stream (PTP_INPUT_STREAM_PRODUCER (producer)));
}

/* The peer writes each half, and closes, only when it is asked to, so that the reader has to wait.
 */
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
  gsize half = MIN (size - peer->sent, size / 2 + 1);

  if (half == 0)
    {
      close (peer->fd);
      peer->fd = -1;
      return;
    }

  g_assert_cmpint (write (peer->fd, data + peer->sent, half), ==, (gssize) half);
  peer->sent += half;
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

/* The other end is a descriptor. */
static GIOStream *
create_connection (int *peer)
{
  g_autoptr (GSocket) socket = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  *peer = fds[1];
  socket = g_socket_new_from_fd (fds[0], NULL);
  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

static GObject *
make_socket_reader (PtpConsumer *consumer, gpointer user_data)
{
  int peer;
  GIOStream *connection = create_connection (&peer);
  GObject *producer
    = make_waiting_reader (g_object_ref (g_io_stream_get_input_stream (connection)), peer);

  g_object_set_data_full (producer, "connection", connection, g_object_unref);
  return producer;
}

/* A socket that is closed with something unread resets the connection. */
static void
reset_cb (GObject *producer, gpointer user_data)
{
  GIOStream *connection = g_object_get_data (producer, "connection");
  GSocket *socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection));
  Peer *peer = g_object_get_data (producer, "peer");

  g_assert_cmpint (g_socket_send (socket, "!", 1, NULL, NULL), ==, 1);
  close (peer->fd);
  peer->fd = -1;
}

static GObject *
make_connection_reader (PtpConsumer *consumer, gpointer user_data)
{
  Peer *peer = g_new0 (Peer, 1);
  GIOStream *connection = create_connection (&peer->fd);
  GObject *producer = G_OBJECT (ptp_connection_new (connection));

  g_object_set_data_full (producer, "peer", peer, free_peer);
  g_object_set_data_full (producer, "connection", connection, g_object_unref);
  return producer;
}

static gboolean
probe_connection_cb (GObject *connection, gpointer user_data)
{
  GIOStream *stream = ptp_connection_get_io_stream (PTP_CONNECTION (connection));

  return g_input_stream_is_closed (g_io_stream_get_input_stream (stream));
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
    PtpTestingProbeFunc probe;
    gboolean waits;
    PtpTestingHookFunc breaks;
  } own[] = {
    { "bytes-producer", make_bytes_producer, NULL, FALSE, NULL },
    { "memory-reader", make_memory_reader, probe_reader_cb, FALSE, NULL },
    { "file-reader", make_file_reader, probe_reader_cb, FALSE, NULL },
    { "asynchronous-reader", make_asynchronous_reader, probe_reader_cb, FALSE, NULL },
    { "pipe-reader", make_pipe_reader, probe_reader_cb, TRUE, NULL },
    { "socket-reader", make_socket_reader, probe_reader_cb, TRUE, reset_cb },
    { "connection-reader", make_connection_reader, probe_connection_cb, TRUE, reset_cb },
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
      ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_BREAK, own[i].breaks, NULL, NULL);
      ptp_testing_suite_set_probe (suite, own[i].probe, NULL, NULL);
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
make_scripted_content (PtpConsumer *consumer, gpointer user_data)
{
  PtpTestingProducer *producer = ptp_testing_producer_new ();

  ptp_testing_producer_add (producer, content, PTP_STEP_RESULT_MORE);
  ptp_testing_producer_add_ready_then_pending (producer);
  return G_OBJECT (producer);
}

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
    { "adapter-of-script", make_scripted_content },
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

static void
set_marks (GObject *consumer)
{
  g_assert_true (ptp_output_stream_consumer_set_marks (PTP_OUTPUT_STREAM_CONSUMER (consumer),
                                                       16 * 1024, 64 * 1024, 1024 * 1024, NULL));
}

static GObject *
make_writer (GOutputStream *stream)
{
  PtpOutputStreamConsumer *consumer = ptp_output_stream_consumer_new (stream);

  set_marks (G_OBJECT (consumer));
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

/* Who writes below it finds the stream closed. */
static void
close_below_cb (GObject *consumer, gpointer user_data)
{
  g_output_stream_close (g_object_get_data (consumer, "stream"), NULL, NULL);
}

/* Passes on what it is given, and holds nothing back. */
#define TEST_TYPE_CONVERTER (test_converter_get_type ())
G_DECLARE_FINAL_TYPE (TestConverter, test_converter, TEST, CONVERTER, GObject)

struct _TestConverter
{
  GObject parent_instance;
};

static GConverterResult
test_converter_convert (GConverter *converter,
                        const void *inbuf,
                        gsize inbuf_size,
                        void *outbuf,
                        gsize outbuf_size,
                        GConverterFlags flags,
                        gsize *bytes_read,
                        gsize *bytes_written,
                        GError **error)
{
  gsize size = MIN (inbuf_size, outbuf_size);

  if (size > 0)
    memcpy (outbuf, inbuf, size);
  *bytes_read = *bytes_written = size;
  if (size < inbuf_size)
    return G_CONVERTER_CONVERTED;
  if ((flags & G_CONVERTER_INPUT_AT_END) != 0)
    return G_CONVERTER_FINISHED;

  return (flags & G_CONVERTER_FLUSH) != 0 ? G_CONVERTER_FLUSHED : G_CONVERTER_CONVERTED;
}

static void
test_converter_reset (GConverter *converter)
{
}

static void
test_converter_iface_init (GConverterIface *iface)
{
  iface->convert = test_converter_convert;
  iface->reset = test_converter_reset;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestConverter,
                               test_converter,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_CONVERTER, test_converter_iface_init))

static void
test_converter_class_init (TestConverterClass *klass)
{
}

static void
test_converter_init (TestConverter *self)
{
}

static GObject *
make_converting_writer (PtpConsumer *unused, gpointer user_data)
{
  g_autoptr (GConverter) converter = g_object_new (TEST_TYPE_CONVERTER, NULL);
  GOutputStream *below = g_memory_output_stream_new_resizable ();
  GOutputStream *stream = g_converter_output_stream_new (below, converter);
  GObject *consumer = G_OBJECT (ptp_output_stream_consumer_new (stream));

  set_marks (consumer);
  g_object_unref (stream);
  g_object_set_data_full (consumer, "stream", below, g_object_unref);
  return consumer;
}

/* One that keeps what it has until it is closed, so that nobody can look meanwhile. */
static GObject *
make_compressing_writer (PtpConsumer *unused, gpointer user_data)
{
  g_autoptr (GZlibCompressor) compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1);
  GOutputStream *below = g_memory_output_stream_new_resizable ();
  GOutputStream *stream = g_converter_output_stream_new (below, G_CONVERTER (compressor));
  GObject *consumer = G_OBJECT (ptp_output_stream_consumer_new (stream));

  set_marks (consumer);
  g_object_unref (stream);
  g_object_set_data_full (consumer, "stream", below, g_object_unref);
  return consumer;
}

static void
delete_cb (gpointer user_data)
{
  g_file_delete (user_data, NULL, NULL);
  g_object_unref (user_data);
}

static GFile *
create_file (const char *text)
{
  g_autoptr (GFileIOStream) stream = NULL;
  GFile *file = g_file_new_tmp ("ptp-conformance-XXXXXX", &stream, NULL);

  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (stream)),
                                            text, strlen (text), NULL, NULL, NULL));
  return file;
}

static GObject *
make_file_writer (PtpConsumer *unused, gpointer user_data)
{
  GFile *file = create_file ("");
  GObject *consumer = make_writer (G_OUTPUT_STREAM (g_file_append_to (file, 0, NULL, NULL)));

  g_object_set_data_full (consumer, "file", file, delete_cb);
  return consumer;
}

/* What GIO replaces by renaming. */
static GObject *
make_replacing_writer (PtpConsumer *unused, gpointer user_data)
{
  GFile *file = create_file ("old");
  GObject *consumer
    = make_writer (G_OUTPUT_STREAM (g_file_replace (file, NULL, FALSE, 0, NULL, NULL)));

  g_object_set_data_full (consumer, "file", file, delete_cb);
  return consumer;
}

static GObject *
make_file_consumer (PtpConsumer *unused, gpointer user_data)
{
  GFile *file = create_file ("old");
  GObject *consumer = G_OBJECT (ptp_file_consumer_new (file));

  set_marks (consumer);
  g_object_set_data_full (consumer, "file", file, delete_cb);
  return consumer;
}

static void
delete_both_cb (gpointer user_data)
{
  g_autoptr (GFile) folder = g_file_get_parent (user_data);

  delete_cb (user_data);
  g_file_delete (folder, NULL, NULL);
}

/* One that is not there yet, in a folder of its own. */
static GObject *
make_new_file_consumer (PtpConsumer *unused, gpointer user_data)
{
  g_autofree char *folder = g_dir_make_tmp ("ptp-conformance-XXXXXX", NULL);
  GFile *file = g_file_new_build_filename (folder, "new", NULL);
  GObject *consumer = G_OBJECT (ptp_file_consumer_new (file));

  set_marks (consumer);
  g_object_set_data_full (consumer, "file", file, delete_both_cb);
  return consumer;
}

static void
delete_folder_cb (GObject *consumer, gpointer user_data)
{
  g_autoptr (GFile) folder = g_file_get_parent (g_object_get_data (consumer, "file"));

  g_assert_true (g_file_delete (folder, NULL, NULL));
}

static GBytes *
read_file_cb (GObject *consumer, gpointer user_data)
{
  return g_file_load_bytes (g_object_get_data (consumer, "file"), NULL, NULL, NULL);
}

/* What comes out at the other end of a pipe or a socket. */
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

/* Its closure keeps the reader until all is over. */
static void
detach_source (gpointer user_data)
{
  g_source_destroy (user_data);
  g_source_unref (user_data);
}

static GObject *
read_behind (GObject *consumer, int fd)
{
  Reader *reader = g_new0 (Reader, 1);
  GSource *source = g_unix_fd_source_new (fd, G_IO_IN);

  reader->fd = fd;
  reader->seen = g_byte_array_new ();
  g_source_set_callback (source, G_SOURCE_FUNC (readable_cb), reader, NULL);
  g_source_attach (source, NULL);
  g_object_set_data_full (consumer, "reader", reader, free_reader);
  g_object_set_data_full (consumer, "source", source, detach_source);
  return consumer;
}

static GObject *
make_pipe_writer (PtpConsumer *unused, gpointer user_data)
{
  int fds[2];

  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  return read_behind (make_writer (g_unix_output_stream_new (fds[1], TRUE)), fds[0]);
}

static GObject *
make_socket_writer (PtpConsumer *unused, gpointer user_data)
{
  int peer;
  GIOStream *connection = create_connection (&peer);
  GObject *consumer = make_writer (g_object_ref (g_io_stream_get_output_stream (connection)));

  g_object_set_data_full (consumer, "connection", connection, g_object_unref);
  return read_behind (consumer, peer);
}

static GObject *
make_connection_writer (PtpConsumer *unused, gpointer user_data)
{
  int peer;
  g_autoptr (GIOStream) connection = create_connection (&peer);
  GObject *consumer = G_OBJECT (ptp_connection_new (connection));

  set_marks (consumer);
  return read_behind (consumer, peer);
}

static GBytes *
read_behind_cb (GObject *consumer, gpointer user_data)
{
  Reader *reader = g_object_get_data (consumer, "reader");

  return g_bytes_new (reader->seen->data, reader->seen->len);
}

static void
hang_up_cb (GObject *consumer, gpointer user_data)
{
  Reader *reader = g_object_get_data (consumer, "reader");

  g_object_set_data (consumer, "source", NULL);
  close (reader->fd);
  reader->fd = -1;
}

static void
settled_cb (GObject *consumer, GAsyncResult *result, gpointer user_data)
{
  ptp_consumer_wait_settled_finish (PTP_CONSUMER (consumer), result, NULL);
  *(gboolean *) user_data = TRUE;
}

static void
abort_cb (GObject *consumer, gpointer user_data)
{
  g_autoptr (GError) reason = g_error_new_literal (PTP_ERROR, PTP_ERROR_STOPPED, "Enough");
  gboolean settled = FALSE;

  ptp_consumer_abort (PTP_CONSUMER (consumer), reason, NULL);
  ptp_consumer_wait_settled_async (PTP_CONSUMER (consumer), NULL, settled_cb, &settled);
  while (!settled)
    g_main_context_iteration (NULL, TRUE);
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
fail_recording_cb (GObject *consumer, gpointer user_data)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "Full");

  ptp_testing_consumer_fail (PTP_TESTING_CONSUMER (consumer), error);
}

static void
release_recording_cb (GObject *consumer, gpointer user_data)
{
  ptp_testing_consumer_release (PTP_TESTING_CONSUMER (consumer));
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
    gboolean undoes;
  } own[] = {
    { "memory-writer", make_memory_writer, read_memory_cb, close_below_cb, FALSE },
    { "file-writer", make_file_writer, read_file_cb, close_below_cb, FALSE },
    { "replacing-writer", make_replacing_writer, read_file_cb, NULL, TRUE },
    { "pipe-writer", make_pipe_writer, read_behind_cb, hang_up_cb, FALSE },
    { "socket-writer", make_socket_writer, read_behind_cb, hang_up_cb, FALSE },
    { "connection-writer", make_connection_writer, read_behind_cb, hang_up_cb, FALSE },
    { "converting-writer", make_converting_writer, read_memory_cb, NULL, FALSE },
    { "compressing-writer", make_compressing_writer, NULL, NULL, FALSE },
    { "file-consumer", make_file_consumer, read_file_cb, NULL, TRUE },
    { "new-file-consumer", make_new_file_consumer, read_file_cb, delete_folder_cb, TRUE },
  };
  PtpTestingSuite *suite;

  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    {
      suite = add_suite (PTP_TESTING_KIND_CONSUMER, own[i].name, own[i].factory);
      ptp_testing_suite_set_limit (suite, 1024 * 1024);
      ptp_testing_suite_set_undoes (suite, own[i].undoes);
      ptp_testing_suite_set_reader (suite, own[i].reader, NULL, NULL);
      ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_CLOSE, abort_cb, NULL, NULL);
      ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_FAIL, own[i].fail, NULL, NULL);
      take_suite (suite);
    }

  suite = add_suite (PTP_TESTING_KIND_CONSUMER, "recording-consumer", make_recording_consumer);
  ptp_testing_suite_set_reader (suite, read_recording_cb, NULL, NULL);
  ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_CLOSE, close_recording_cb, NULL, NULL);
  ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_FAIL, fail_recording_cb, NULL, NULL);
  ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_ENOUGH, release_recording_cb, NULL, NULL);
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
