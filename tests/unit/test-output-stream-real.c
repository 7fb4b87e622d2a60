/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A PtpOutputStreamConsumer on the streams there are: pipes, sockets, files, memory. */

#include "ptp-test-writing.h"

#include <fcntl.h>
#include <gio/gfiledescriptorbased.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BIG (9 * 1024 * 1024 + 12345)

/* The other end of a stream, read in a thread, to the end. */
typedef struct
{
  int fd; /* (owned) */
  GThread *thread;
  GChecksum *checksum; /* (owned) */
  guint64 size;
} Reader;

static gpointer
reader_cb (gpointer user_data)
{
  Reader *self = user_data;
  g_autofree guint8 *buffer = g_malloc (7777);
  gssize n;

  while ((n = read (self->fd, buffer, 7777)) > 0)
    {
      g_checksum_update (self->checksum, buffer, n);
      self->size += (guint64) n;
    }
  g_assert_cmpint (n, ==, 0);
  g_assert_no_errno (close (self->fd));
  return NULL;
}

static void
reader_start (Reader *self, int fd)
{
  *self = (Reader){ .fd = fd, .checksum = g_checksum_new (G_CHECKSUM_SHA256) };
  self->thread = g_thread_new ("reader", reader_cb, self);
}

/* Waits for the end of what there is to read. */
static void
reader_assert (Reader *self, GBytes *expected)
{
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, expected);

  g_thread_join (self->thread);
  g_assert_cmpuint (self->size, ==, g_bytes_get_size (expected));
  g_assert_cmpstr (g_checksum_get_string (self->checksum), ==, sum);
  g_checksum_free (self->checksum);
}

static GBytes *
create_bytes (gsize size)
{
  guint32 *data = g_malloc (size + 4);
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (gsize i = 0; i <= size / 4; i++)
    data[i] = g_rand_int (rand);
  return g_bytes_new_take (data, size);
}

/* The ends of a pipe or of a pair of sockets; the first is to write to. */
static GOutputStream *
create_pipe (gboolean blocking, int *read_fd)
{
  int fds[2];

  g_assert_no_errno (pipe2 (fds, O_CLOEXEC));
  g_assert_true (g_unix_set_fd_nonblocking (fds[1], !blocking, NULL));
  *read_fd = fds[0];
  return g_unix_output_stream_new (fds[1], TRUE);
}

static GIOStream *
create_socket (int *peer_fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = NULL;
  int fds[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  socket = g_socket_new_from_fd (fds[0], &error);
  g_assert_no_error (error);
  *peer_fd = fds[1];
  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

/* Takes @connection, which closes the socket when it goes. */
static void
init_with_connection (PtpTestWriting *t, GIOStream *connection)
{
  ptp_test_writing_init (t, g_object_ref (g_io_stream_get_output_stream (connection)));
  g_object_set_data_full (G_OBJECT (t->consumer), "connection", connection, g_object_unref);
}

typedef struct
{
  GFile *file; /* (owned) */
  char *directory;
} TempFile;

static void
temp_file_init (TempFile *self)
{
  g_autofree char *path = NULL;

  self->directory = g_dir_make_tmp ("ptp-XXXXXX", NULL);
  g_assert_nonnull (self->directory);
  path = g_build_filename (self->directory, "target", NULL);
  self->file = g_file_new_for_path (path);
}

static void
temp_file_clear (TempFile *self)
{
  g_unlink (g_file_peek_path (self->file));
  g_assert_no_errno (g_rmdir (self->directory));
  g_object_unref (self->file);
  g_free (self->directory);
}

static void
temp_file_assert (TempFile *self, GBytes *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_file_load_bytes (self->file, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (bytes, expected));
}

static GOutputStream *
open_device (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  GFileOutputStream *stream = g_file_append_to (file, G_FILE_CREATE_NONE, NULL, &error);

  g_assert_no_error (error);
  return G_OUTPUT_STREAM (stream);
}

static GOutputStream *
open_device_fd (const char *path)
{
  int fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);

  g_assert_no_errno (fd);
  return g_unix_output_stream_new (fd, TRUE);
}

/* Streams @bytes through a PtpPullToPush in place of the push producer, to its end. */
static void
stream_whole (PtpTestWriting *t, GBytes *bytes, gsize chunk_size)
{
  PtpBytesProducer *producer = ptp_bytes_producer_new (bytes);
  PtpPullToPush *stream;
  g_autoptr (PtpTestEnds) ends = NULL;
  g_autoptr (GError) error = NULL;

  ptp_test_writing_unregister (t);
  ptp_bytes_producer_set_chunk_size (producer, chunk_size);
  stream
    = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (t->consumer), &error);
  g_assert_no_error (error);
  ends = ptp_test_ends_new (stream);
  ptp_test_ends_wait (ends);
  g_assert_cmpuint (ends->n_finished, ==, 1);
  g_assert_cmpuint (ptp_output_stream_consumer_get_bytes_written (t->consumer), ==,
                    g_bytes_get_size (bytes));
  g_assert_cmpuint (ptp_output_stream_consumer_get_peak_queued (t->consumer), <=,
                    ptp_output_stream_consumer_get_high_mark (t->consumer) + chunk_size);
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (producer);
}

static const gsize chunk_sizes[] = { 100, 4096, 65536, 3000000 };

static void
test_pipe (gconstpointer blocking)
{
  for (gsize i = 0; i < G_N_ELEMENTS (chunk_sizes); i++)
    {
      g_autoptr (GBytes) bytes = create_bytes (i == 0 ? BIG / 10 : BIG);
      PtpTestWriting t;
      Reader reader;
      int fd;

      ptp_test_writing_init (&t, create_pipe (GPOINTER_TO_INT (blocking), &fd));
      reader_start (&reader, fd);
      stream_whole (&t, bytes, chunk_sizes[i]);
      reader_assert (&reader, bytes);
      ptp_test_writing_clear (&t);
    }
}

static void
test_socket (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (chunk_sizes); i++)
    {
      g_autoptr (GBytes) bytes = create_bytes (BIG);
      PtpTestWriting t;
      Reader reader;
      int fd;

      init_with_connection (&t, create_socket (&fd));
      reader_start (&reader, fd);
      stream_whole (&t, bytes, chunk_sizes[i]);
      reader_assert (&reader, bytes);
      ptp_test_writing_clear (&t);
    }
}

static void
test_file (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (chunk_sizes); i++)
    {
      g_autoptr (GBytes) bytes = create_bytes (BIG);
      g_autoptr (GError) error = NULL;
      GFileOutputStream *stream;
      PtpTestWriting t;
      TempFile temp;

      temp_file_init (&temp);
      stream = g_file_replace (temp.file, NULL, FALSE, G_FILE_CREATE_NONE, NULL, &error);
      g_assert_no_error (error);
      ptp_test_writing_init (&t, G_OUTPUT_STREAM (stream));
      stream_whole (&t, bytes, chunk_sizes[i]);
      temp_file_assert (&temp, bytes);
      ptp_test_writing_clear (&t);
      temp_file_clear (&temp);
    }
}

static void
test_memory (void)
{
  g_autoptr (GBytes) bytes = create_bytes (BIG);
  g_autoptr (GBytes) got = NULL;
  PtpTestWriting t;

  ptp_test_writing_init (&t, g_memory_output_stream_new_resizable ());
  stream_whole (&t, bytes, 50000);
  got = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (t.stream));
  g_assert_true (g_bytes_equal (got, bytes));
  ptp_test_writing_clear (&t);
}

static void
test_null (void)
{
  g_autoptr (GBytes) bytes = create_bytes (BIG);
  PtpTestWriting t;

  ptp_test_writing_init (&t, open_device ("/dev/null"));
  stream_whole (&t, bytes, 65536);
  ptp_test_writing_clear (&t);
  ptp_test_writing_init (&t, open_device_fd ("/dev/null"));
  stream_whole (&t, bytes, 65536);
  ptp_test_writing_clear (&t);
}

/* Half of a file does not replace a whole one. */
static void
test_b5_abort_leaves_file (void)
{
  g_autoptr (GBytes) old = g_bytes_new_static ("what was there", 14);
  g_autoptr (GError) error = NULL;
  GFileOutputStream *stream;
  PtpTestWriting t;
  TempFile temp;

  temp_file_init (&temp);
  g_assert_true (
    g_file_replace_contents (temp.file, "what was there", 14, NULL, FALSE, 0, NULL, NULL, NULL));
  stream = g_file_replace (temp.file, NULL, FALSE, G_FILE_CREATE_NONE, NULL, &error);
  g_assert_no_error (error);
  ptp_test_writing_init (&t, G_OUTPUT_STREAM (stream));
  ptp_test_writing_write (&t, 100000);
  ptp_test_writing_until_written (&t, 100000);
  ptp_test_writing_abort (&t);
  ptp_test_writing_until_settled (&t);
  ptp_test_writing_assert_undone (&t);
  temp_file_assert (&temp, old);
  ptp_test_writing_clear (&t);
  temp_file_clear (&temp);
}

static void
test_e9_full_device (gconstpointer with_fd)
{
  PtpTestWriting t;

  ptp_test_writing_init (&t, GPOINTER_TO_INT (with_fd) ? open_device_fd ("/dev/full")
                                                       : open_device ("/dev/full"));
  ptp_test_drain ();
  g_assert_cmpuint (t.n_failed, ==, 0);
  ptp_test_writing_write (&t, 100000);
  ptp_test_writing_until_failed (&t);
  g_assert_error (t.error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  ptp_test_writing_assert_numbers (&t, 0, 0);
  ptp_test_log_assert (t.log, "stop failed");
  ptp_test_writing_finish_wait (&t);
  g_assert_error (t.settle_error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  ptp_test_writing_clear (&t);
}

static void
read_exactly (int fd, gsize size)
{
  g_autofree guint8 *buffer = g_malloc (size);

  while (size > 0)
    {
      gssize n = read (fd, buffer, size);

      g_assert_cmpint (n, >, 0);
      size -= (gsize) n;
    }
}

/* A pipe that nobody reads fills, and costs nothing from then on; what is not read in the end is
 * not written, to the byte.
 */
static void
test_b5_full_pipe (gconstpointer blocking)
{
  PtpTestWriting t;
  guint64 written;
  int fd, in_pipe = 0;

  ptp_test_writing_init (&t, create_pipe (GPOINTER_TO_INT (blocking), &fd));
  ptp_test_writing_write (&t, 2000000);
  ptp_test_log_assert (t.log, "pause");
  ptp_test_drain ();
  written = ptp_output_stream_consumer_get_bytes_written (t.consumer);
  g_assert_no_errno (ioctl (fd, FIONREAD, &in_pipe));
  g_assert_cmpuint (written, ==, (guint64) in_pipe);
  g_assert_cmpuint (written, >, 0);
  g_assert_false (g_main_context_iteration (NULL, FALSE));

  read_exactly (fd, 50000);
  ptp_test_writing_until_written (&t, written + 40000);
  ptp_test_drain ();
  ptp_test_writing_cancel (&t);
  ptp_test_writing_until_settled (&t);
  ptp_test_writing_assert_undone (&t);
  g_assert_no_errno (ioctl (fd, FIONREAD, &in_pipe));
  g_assert_cmpuint (ptp_output_stream_consumer_get_bytes_written (t.consumer), ==,
                    (guint64) in_pipe + 50000);
  g_assert_no_errno (close (fd));
  ptp_test_writing_clear (&t);
}

/* With nothing to write and the stream held, the reader goes. */
static void
check_hangup (PtpTestWriting *t, int fd, gsize first, int code)
{
  g_autoptr (GBytes) bytes = create_bytes (BIG);
  PtpBytesProducer *producer = ptp_bytes_producer_new (bytes);
  PtpPullToPush *adapter;
  g_autoptr (PtpTestEnds) ends = NULL;
  g_autofree char *said = NULL;

  ptp_test_writing_unregister (t);
  ptp_test_writing_write (t, first);
  ptp_test_writing_until_written (t, first);
  adapter = ptp_pull_to_push_new (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (t->consumer));
  ptp_pull_to_push_hold (adapter, "test");
  ends = ptp_test_ends_new (adapter);
  g_assert_true (ptp_consumer_register_push_producer (PTP_CONSUMER (t->consumer),
                                                      PTP_PUSH_PRODUCER (adapter), NULL));
  ptp_pull_to_push_start_streaming (adapter);
  ptp_test_drain ();
  g_assert_cmpint (ptp_pull_to_push_get_state (adapter), ==, PTP_STREAM_STATE_PAUSED);
  g_assert_cmpuint (t->n_failed, ==, 0);

  g_assert_no_errno (close (fd));
  ptp_test_writing_until_failed (t);
  ptp_test_ends_wait (ends);
  g_assert_cmpuint (ends->n_failed, ==, 1);
  g_assert_error (t->error, G_IO_ERROR, code);
  g_assert_cmpstr (ends->error->message, ==, t->error->message);
  said = g_strdup_printf ("Writing to the output stream after %" G_GSIZE_FORMAT " bytes: ", first);
  g_assert_true (g_str_has_prefix (t->error->message, said));
  ptp_test_writing_assert_numbers (t, first, 0);

  ptp_test_assert_finalize (adapter);
  ptp_test_assert_finalize (producer);
  ptp_test_writing_clear (t);
}

static void
test_b6_pipe (gconstpointer blocking)
{
  PtpTestWriting t;
  int fd;

  ptp_test_writing_init (&t, create_pipe (GPOINTER_TO_INT (blocking), &fd));
  check_hangup (&t, fd, 100, G_IO_ERROR_BROKEN_PIPE);
}

static void
test_b6_socket (void)
{
  PtpTestWriting t;
  int fd;

  init_with_connection (&t, create_socket (&fd));
  check_hangup (&t, fd, 0, G_IO_ERROR_BROKEN_PIPE);
}

/* A peer that goes with something unread resets the connection, and the socket says so. */
static void
test_b6_socket_reset (void)
{
  PtpTestWriting t;
  int fd;

  init_with_connection (&t, create_socket (&fd));
  check_hangup (&t, fd, 100, G_IO_ERROR_CONNECTION_CLOSED);
}

/* The same, while a full pipe is waited for. */
static void
test_b6_while_blocked (void)
{
  PtpTestWriting t;
  guint64 written;
  int fd;

  ptp_test_writing_init (&t, create_pipe (FALSE, &fd));
  ptp_test_writing_write (&t, 2000000);
  ptp_test_drain ();
  written = ptp_output_stream_consumer_get_bytes_written (t.consumer);
  g_assert_no_errno (close (fd));
  ptp_test_writing_until_failed (&t);
  g_assert_error (t.error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  ptp_test_writing_assert_numbers (&t, written, 0);
  ptp_test_log_assert (t.log, "pause stop failed");
  ptp_test_writing_clear (&t);
}

/* A peer that only says it will send nothing may be reading. */
static void
test_b6_half_closed (void)
{
  PtpTestWriting t;
  int fd;

  init_with_connection (&t, create_socket (&fd));
  g_assert_no_errno (shutdown (fd, SHUT_WR));
  ptp_test_drain ();
  ptp_test_writing_write (&t, 1000);
  ptp_test_writing_until_written (&t, 1000);
  read_exactly (fd, 1000);
  g_assert_cmpuint (t.n_failed, ==, 0);
  g_assert_no_errno (close (fd));
  ptp_test_writing_until_failed (&t);
  ptp_test_writing_clear (&t);
}

/* Files and terminals do not hang up. */
static void
test_b6_not_files (void)
{
  g_autoptr (GError) error = NULL;
  PtpTestWriting t;
  int fd, terminal;

  fd = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_assert_no_errno (fd);
  g_assert_no_errno (grantpt (fd));
  g_assert_no_errno (unlockpt (fd));
  terminal = g_open (ptsname (fd), O_WRONLY | O_NOCTTY | O_CLOEXEC, 0);
  g_assert_no_errno (terminal);
  ptp_test_writing_init (&t, g_unix_output_stream_new (terminal, TRUE));
  ptp_test_writing_write (&t, 10);
  ptp_test_writing_until_written (&t, 10);
  ptp_test_drain ();
  g_assert_cmpuint (t.n_failed, ==, 0);
  g_assert_no_errno (close (fd));
  ptp_test_writing_until_failed (&t);
  ptp_test_writing_clear (&t);
}

/* Somebody else closes the stream: no false alarm, also when the number is another file's. */
static void
test_closed_below (void)
{
  PtpTestWriting t;
  g_autoptr (GError) error = NULL;
  int fd;

  ptp_test_writing_init (&t, create_pipe (FALSE, &fd));
  ptp_test_drain ();
  g_assert_true (g_output_stream_close (t.stream, NULL, &error));
  g_assert_no_error (error);
  ptp_test_drain ();
  g_assert_cmpuint (t.n_failed, ==, 0);
  ptp_test_writing_write (&t, 1);
  ptp_test_writing_until_failed (&t);
  g_assert_error (t.error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_assert_no_errno (close (fd));
  ptp_test_writing_clear (&t);
}

#define ADD(name, func) g_test_add_func ("/output-stream-consumer/" name, func)
#define ADD_BOTH(name, func, first, second)                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_test_add_data_func ("/output-stream-consumer/" name "/" first, GINT_TO_POINTER (FALSE),      \
                          func);                                                                   \
    g_test_add_data_func ("/output-stream-consumer/" name "/" second, GINT_TO_POINTER (TRUE),      \
                          func);                                                                   \
  }                                                                                                \
  G_STMT_END

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD_BOTH ("sha256/pipe", test_pipe, "non-blocking", "blocking");
  ADD ("sha256/socket", test_socket);
  ADD ("sha256/file", test_file);
  ADD ("sha256/memory", test_memory);
  ADD ("null", test_null);
  ADD_BOTH ("E9/full-device", test_e9_full_device, "file", "fd");
  ADD ("B5/abort-leaves-file", test_b5_abort_leaves_file);
  ADD_BOTH ("B5/full-pipe", test_b5_full_pipe, "non-blocking", "blocking");
  ADD_BOTH ("B6/pipe", test_b6_pipe, "non-blocking", "blocking");
  ADD ("B6/socket", test_b6_socket);
  ADD ("B6/socket-reset", test_b6_socket_reset);
  ADD ("B6/while-blocked", test_b6_while_blocked);
  ADD ("B6/half-closed", test_b6_half_closed);
  ADD ("B6/not-files", test_b6_not_files);
  ADD ("closed-below", test_closed_below);

  return g_test_run ();
}
