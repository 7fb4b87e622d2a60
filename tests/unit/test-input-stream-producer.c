/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* PtpInputStreamProducer: every kind of stream arrives whole, and none is waited for. */

#include "ptp-test-input-stream.h"
#include "ptp-test-reading.h"

#include <fcntl.h>
#include <gio/gfiledescriptorbased.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define KIB ((gsize) 1024)
#define MIB ((gsize) 1024 * 1024)
/* Divided by nothing that is used as a chunk. */
#define LARGE (8 * MIB + 12345)

static GInputStream *
fd_stream_new (int fd)
{
  return g_unix_input_stream_new (fd, TRUE);
}

/* Takes @input, of which somebody else may hold a reference too. */
static void
check_whole_of (GInputStream *input, GBytes *expected, gboolean shared)
{
  PtpTestReading r;

  ptp_test_reading_init (&r, input);
  r.shared = shared;
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_assert_data (&r, expected);
  g_assert_cmpuint (r.consumer->n_aborts, ==, 0);
  ptp_test_reading_clear (&r);
}

/* Takes @input. */
static void
check_whole (GInputStream *input, GBytes *expected)
{
  check_whole_of (input, expected, FALSE);
}

/* Files */

static void
test_file (void)
{
  g_autoptr (GBytes) data = ptp_test_random_bytes (LARGE);

  check_whole (ptp_test_file_stream_new (NULL, data), data);
}

static int
stream_fd (GInputStream *input)
{
  return g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (input));
}

/* Reads what no kernel reads without waiting in the way its other files are. */
static void
test_file_in_memory (void)
{
  g_autoptr (GBytes) data = ptp_test_random_bytes (LARGE);
  GInputStream *input = ptp_test_file_stream_new ("/dev/shm", data);

  if (input == NULL)
    {
      g_test_skip ("/dev/shm cannot be written to");
      return;
    }
  check_whole (input, data);
}

static void
test_file_cold (void)
{
  g_autoptr (GBytes) data = ptp_test_random_bytes (LARGE);
  g_autofree char *directory = g_get_current_dir ();
  GInputStream *input = ptp_test_file_stream_new (directory, data);

  g_assert_nonnull (input);
  fsync (stream_fd (input));
  g_assert_cmpint (posix_fadvise (stream_fd (input), 0, 0, POSIX_FADV_DONTNEED), ==, 0);
  check_whole (input, data);
}

static void
test_file_by_descriptor (void)
{
  g_autoptr (GBytes) data = ptp_test_random_bytes (LARGE);
  g_autoptr (GInputStream) input = ptp_test_file_stream_new (NULL, data);

  check_whole (fd_stream_new (dup (stream_fd (input))), data);
}

static void
test_l12_empty_file (void)
{
  g_autoptr (GBytes) data = g_bytes_new_static ("", 0);
  PtpTestReading r;

  ptp_test_reading_init (&r, ptp_test_file_stream_new (NULL, data));
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  g_assert_cmpuint (r.consumer->n_writes, ==, 0);
  ptp_test_reading_clear (&r);
}

/* What the kernel makes up says it holds nothing, and cannot be read without waiting. */
static void
test_file_made_up (void)
{
  g_autofree char *expected = NULL;
  PtpTestReading r;
  gsize length;

  g_assert_true (g_file_get_contents ("/proc/version", &expected, &length, NULL));
  ptp_test_reading_init (&r, fd_stream_new (open ("/proc/version", O_RDONLY | O_CLOEXEC)));
  g_assert_cmpint (ptp_input_stream_producer_get_total_size (r.producer), ==, -1);
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  g_assert_cmpuint (r.consumer->bytes->len, ==, length);
  g_assert_true (memcmp (r.consumer->bytes->str, expected, length) == 0);
  ptp_test_reading_clear (&r);
}

static void
truncate_cb (gpointer consumer, gpointer user_data)
{
  if (PTP_TEST_CONSUMER (consumer)->n_writes == 2)
    g_assert_cmpint (ftruncate (*(int *) user_data, 10000), ==, 0);
}

static void
test_file_truncated (void)
{
  g_autoptr (GBytes) data = ptp_test_random_bytes (64 * KIB);
  g_autoptr (GBytes) rest = g_bytes_new_from_bytes (data, 0, 10000);
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("ptp-test-XXXXXX", &path, NULL);
  PtpTestReading r;

  g_assert_cmpint (write (fd, g_bytes_get_data (data, NULL), 64 * KIB), ==, 64 * KIB);
  ptp_test_reading_init (&r, fd_stream_new (open (path, O_RDONLY | O_CLOEXEC)));
  ptp_input_stream_producer_set_chunk_size (r.producer, 4096);
  r.consumer->on_write = truncate_cb;
  r.consumer->hook_data = &fd;
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_assert_data (&r, rest);
  g_assert_cmpint (ptp_input_stream_producer_get_total_size (r.producer), ==, 64 * KIB);
  ptp_test_reading_clear (&r);
  g_close (fd, NULL);
  g_unlink (path);
}

static void
test_directory (void)
{
  PtpTestReading r;

  ptp_test_reading_init (&r, fd_stream_new (open ("/", O_RDONLY | O_CLOEXEC)));
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FAILED);
  g_assert_error (r.ends->error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
  g_assert_true (g_str_has_prefix (r.ends->error->message, "Reading from /: "));
  g_assert_cmpuint (r.consumer->n_writes, ==, 0);
  ptp_test_reading_clear (&r);
}

/* Streams that poll */

/* Nothing at all may run while a stream waits. */
static void
assert_idle (PtpTestReading *r)
{
  guint64 n_steps = ptp_pull_to_push_get_n_steps (r->stream);

  ptp_test_drain ();
  g_assert_false (g_main_context_pending (NULL));
  ptp_test_turns (10);
  g_assert_cmpuint (ptp_pull_to_push_get_n_steps (r->stream), ==, n_steps);
}

static void
write_text (int fd, const char *text)
{
  g_assert_cmpint (write (fd, text, strlen (text)), ==, (gssize) strlen (text));
}

static void
check_slow_writer (GInputStream *input, int writer, gboolean shared)
{
  PtpTestReading r;

  ptp_test_reading_init (&r, input);
  r.shared = shared;
  g_assert_cmpint (ptp_input_stream_producer_get_total_size (r.producer), ==, -1);
  ptp_test_reading_until_waiting (&r);
  assert_idle (&r);
  write_text (writer, "one ");
  ptp_test_reading_until_bytes (&r, 4);
  ptp_test_reading_until_waiting (&r);
  assert_idle (&r);
  write_text (writer, "two");
  ptp_test_reading_until_bytes (&r, 7);
  g_close (writer, NULL);
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_assert_text (&r, "one two");
  ptp_test_reading_clear (&r);
}

static void
test_pipe (void)
{
  int fds[2];

  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  check_slow_writer (fd_stream_new (fds[0]), fds[1], FALSE);
}

/* GFileInputStream cannot poll; the pipe behind it can. */
static void
test_pipe_by_path (void)
{
  g_autofree char *directory = g_dir_make_tmp ("ptp-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "pipe", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  GInputStream *input;
  int both, writer;

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  both = open (path, O_RDWR | O_CLOEXEC);
  input = G_INPUT_STREAM (g_file_read (file, NULL, &error));
  g_assert_no_error (error);
  writer = open (path, O_WRONLY | O_CLOEXEC);
  g_close (both, NULL);
  check_slow_writer (input, writer, FALSE);
  g_unlink (path);
  g_rmdir (directory);
}

static void
test_l12_empty_pipe (void)
{
  PtpTestReading r;
  int fds[2];

  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  g_close (fds[1], NULL);
  ptp_test_reading_init (&r, fd_stream_new (fds[0]));
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  g_assert_cmpuint (r.consumer->n_writes, ==, 0);
  ptp_test_reading_clear (&r);
}

typedef struct
{
  int fd;
  GBytes *data;
} Writer;

static gpointer
write_all_cb (gpointer user_data)
{
  Writer *writer = user_data;
  gsize size, done = 0;
  const char *data = g_bytes_get_data (writer->data, &size);

  while (done < size)
    {
      gssize n = write (writer->fd, data + done, size - done);

      g_assert_cmpint (n, >, 0);
      done += (gsize) n;
    }
  g_close (writer->fd, NULL);
  return NULL;
}

static void
check_fast_writer (GInputStream *input, int fd, gboolean shared)
{
  g_autoptr (GBytes) data = ptp_test_random_bytes (LARGE);
  Writer writer = { fd, data };
  GThread *thread = g_thread_new ("writer", write_all_cb, &writer);

  check_whole_of (input, data, shared);
  g_thread_join (thread);
}

static void
test_pipe_large (void)
{
  int fds[2];

  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  check_fast_writer (fd_stream_new (fds[0]), fds[1], FALSE);
}

static GSocketConnection *
connection_new (int *writer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  *writer = fds[1];
  socket = g_socket_new_from_fd (fds[0], &error);
  g_assert_no_error (error);
  return g_socket_connection_factory_create_connection (socket);
}

static GInputStream *
ref_input (GSocketConnection *connection)
{
  return g_object_ref (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
}

static void
test_socket (void)
{
  int writer;
  g_autoptr (GSocketConnection) connection = connection_new (&writer);

  check_slow_writer (ref_input (connection), writer, TRUE);
}

static void
test_socket_large (void)
{
  int writer;
  g_autoptr (GSocketConnection) connection = connection_new (&writer);

  check_fast_writer (ref_input (connection), writer, TRUE);
}

static void
test_memory (void)
{
  g_autoptr (GBytes) data = ptp_test_random_bytes (LARGE);

  check_whole (g_memory_input_stream_new_from_bytes (data), data);
}

static void
test_l12_empty_memory (void)
{
  PtpTestReading r;

  ptp_test_reading_init (&r, g_memory_input_stream_new ());
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  g_assert_cmpuint (r.consumer->n_writes, ==, 0);
  ptp_test_reading_clear (&r);
}

/* Streams on top of others */

static GBytes *
compress (GBytes *data)
{
  g_autoptr (GInputStream) plain = g_memory_input_stream_new_from_bytes (data);
  g_autoptr (GConverter) compressor
    = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1));
  g_autoptr (GInputStream) input = g_converter_input_stream_new (plain, compressor);
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr (GError) error = NULL;

  g_output_stream_splice (output, input, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, &error);
  g_assert_no_error (error);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (output));
}

/* Takes @base. */
static void
check_decompressed (GInputStream *base, GBytes *expected)
{
  g_autoptr (GInputStream) taken = base;
  g_autoptr (GConverter) decompressor
    = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));

  check_whole (g_converter_input_stream_new (base, decompressor), expected);
  g_assert_true (g_input_stream_is_closed (base));
}

static void
test_converter (void)
{
  g_autoptr (GBytes) data = ptp_test_random_bytes (LARGE);
  g_autoptr (GBytes) compressed = compress (data);

  check_decompressed (g_memory_input_stream_new_from_bytes (compressed), data);
  check_decompressed (ptp_test_file_stream_new (NULL, compressed), data);
}

/* What is in the buffer must not be passed by. */
static void
test_buffered (void)
{
  g_autoptr (GBytes) data = ptp_test_random_bytes (LARGE);
  g_autoptr (GBytes) rest = g_bytes_new_from_bytes (data, 3, LARGE - 3);
  g_autoptr (GInputStream) base = ptp_test_file_stream_new (NULL, data);
  GInputStream *input = g_buffered_input_stream_new_sized (base, 10000);
  char skipped[3];

  g_assert_cmpint (g_input_stream_read (input, skipped, 3, NULL, NULL), ==, 3);
  check_whole (input, rest);
}

/* Streams that only read asynchronously */

static void
test_asynchronous (void)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  PtpTestReading r;

  ptp_test_reading_init (&r, G_INPUT_STREAM (input));
  ptp_test_reading_until_waiting (&r);
  assert_idle (&r);
  g_assert_cmpuint (input->n_reads, ==, 1);
  ptp_test_input_stream_answer (input, "one ");
  ptp_test_reading_until_bytes (&r, 4);
  ptp_test_reading_until_waiting (&r);
  assert_idle (&r);
  g_assert_cmpuint (input->n_reads, ==, 2);
  ptp_test_input_stream_answer (input, "two");
  ptp_test_reading_until_bytes (&r, 7);
  ptp_test_reading_until_waiting (&r);
  ptp_test_input_stream_answer (input, "");
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_assert_text (&r, "one two");
  g_assert_cmpuint (input->n_reads, ==, 3);
  ptp_test_reading_clear (&r);
}

/* A read that is over before read_async returns costs no turn of the loop. */
static void
test_at_once (void)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  PtpTestReading r;

  input->answer_at_once = "abc";
  input->n_answers = 3;
  ptp_test_reading_init (&r, G_INPUT_STREAM (input));
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_assert_text (&r, "abcabcabc");
  g_assert_cmpuint (ptp_pull_to_push_get_n_steps (r.stream), ==, 4);
  ptp_test_reading_clear (&r);
}

/* Paused while a read is in flight: its chunk comes after the pause. */
static void
test_l5_paused_in_flight (void)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  PtpTestReading r;

  ptp_test_reading_init (&r, G_INPUT_STREAM (input));
  ptp_test_reading_until_waiting (&r);
  ptp_push_producer_pause_producing (PTP_PUSH_PRODUCER (r.stream));
  ptp_test_input_stream_answer (input, "abc");
  ptp_test_drain ();
  g_assert_cmpuint (r.consumer->n_writes, ==, 0);
  g_assert_cmpuint (input->n_reads, ==, 1);
  ptp_push_producer_resume_producing (PTP_PUSH_PRODUCER (r.stream));
  ptp_test_reading_until_bytes (&r, 3);
  ptp_test_reading_until_waiting (&r);
  ptp_test_input_stream_answer (input, "");
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_assert_text (&r, "abc");
  ptp_test_reading_clear (&r);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/input-stream-producer/file", test_file);
  g_test_add_func ("/input-stream-producer/file/in-memory", test_file_in_memory);
  g_test_add_func ("/input-stream-producer/file/cold", test_file_cold);
  g_test_add_func ("/input-stream-producer/file/by-descriptor", test_file_by_descriptor);
  g_test_add_func ("/input-stream-producer/file/made-up", test_file_made_up);
  g_test_add_func ("/input-stream-producer/file/truncated", test_file_truncated);
  g_test_add_func ("/input-stream-producer/L12/empty-file", test_l12_empty_file);
  g_test_add_func ("/input-stream-producer/L12/empty-pipe", test_l12_empty_pipe);
  g_test_add_func ("/input-stream-producer/L12/empty-memory", test_l12_empty_memory);
  g_test_add_func ("/input-stream-producer/L5/paused-in-flight", test_l5_paused_in_flight);
  g_test_add_func ("/input-stream-producer/directory", test_directory);
  g_test_add_func ("/input-stream-producer/pipe", test_pipe);
  g_test_add_func ("/input-stream-producer/pipe/by-path", test_pipe_by_path);
  g_test_add_func ("/input-stream-producer/pipe/large", test_pipe_large);
  g_test_add_func ("/input-stream-producer/socket", test_socket);
  g_test_add_func ("/input-stream-producer/socket/large", test_socket_large);
  g_test_add_func ("/input-stream-producer/memory", test_memory);
  g_test_add_func ("/input-stream-producer/converter", test_converter);
  g_test_add_func ("/input-stream-producer/buffered", test_buffered);
  g_test_add_func ("/input-stream-producer/asynchronous", test_asynchronous);
  g_test_add_func ("/input-stream-producer/asynchronous/at-once", test_at_once);

  return g_test_run ();
}
