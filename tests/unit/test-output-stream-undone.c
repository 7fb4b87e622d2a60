/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a PtpOutputStreamConsumer leaves below it: half is never whole (rule E10), and a peer is
 * told the end of the data, or of the connection (rule B8).
 */

#include "ptp-test-gone.h"
#include "ptp-test-writing.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef enum
{
  END_FINISH,
  END_ABORT,
  END_CANCEL,
  END_DROP,
  END_DROP_IN_THREAD,
  N_ENDS
} End;

static void
unref_cb (gpointer consumer, gpointer unused)
{
  g_object_unref (consumer);
}

/* A consumer that is gone is followed by one of a stream that is closed. */
static void
end (PtpTestWriting *t, End how)
{
  g_autoptr (GOutputStream) other = g_memory_output_stream_new_resizable ();

  if (how == END_FINISH)
    ptp_test_writing_finish (t);
  else if (how == END_ABORT)
    ptp_test_writing_abort (t);
  else if (how == END_CANCEL)
    ptp_test_writing_cancel (t);

  if (how < END_DROP)
    {
      ptp_test_writing_until_settled (t);
      if (how == END_FINISH)
        ptp_test_writing_assert_whole (t);
      else
        ptp_test_writing_assert_undone (t);
      return;
    }

  ptp_test_writing_unregister (t);
  if (how == END_DROP)
    g_object_unref (t->consumer);
  else
    ptp_test_in_thread (unref_cb, t->consumer, NULL);
  t->consumer = ptp_output_stream_consumer_new (other);
}

/* Compressed data */

/* Whether these are all of the data, with a trailer. */
static gboolean
is_whole (const guint8 *data, gsize size, GByteArray *expected)
{
  g_autoptr (GConverter) converter
    = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  g_autoptr (GByteArray) got = g_byte_array_new ();
  GConverterResult result = G_CONVERTER_CONVERTED;
  guint8 buffer[10000];

  while (result == G_CONVERTER_CONVERTED)
    {
      gsize n_in = 0, n_out = 0;

      result = g_converter_convert (converter, data, size, buffer, sizeof buffer,
                                    G_CONVERTER_INPUT_AT_END, &n_in, &n_out, NULL);
      if (result == G_CONVERTER_ERROR)
        break;
      data += n_in;
      size -= n_in;
      g_byte_array_append (got, buffer, (guint) n_out);
    }

  return result == G_CONVERTER_FINISHED && got->len == expected->len
         && memcmp (got->data, expected->data, got->len) == 0;
}

typedef GOutputStream *(*Wrap) (GOutputStream *base);

static GOutputStream *
wrap_gzip (GOutputStream *base)
{
  g_autoptr (GConverter) converter
    = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1));

  return g_converter_output_stream_new (base, converter);
}

static GOutputStream *
wrap_buffer_gzip (GOutputStream *base)
{
  g_autoptr (GOutputStream) gzip = wrap_gzip (base);

  return g_buffered_output_stream_new_sized (gzip, 100000);
}

static GOutputStream *
wrap_data_gzip_buffer (GOutputStream *base)
{
  g_autoptr (GOutputStream) buffer = g_buffered_output_stream_new (base);
  g_autoptr (GOutputStream) gzip = wrap_gzip (buffer);

  return G_OUTPUT_STREAM (g_data_output_stream_new (gzip));
}

static const Wrap wraps[] = { wrap_gzip, wrap_buffer_gzip, wrap_data_gzip_buffer };

/* Some of it is written by then, or all of it, or nothing. */
static void
write_some (PtpTestWriting *t, guint turns)
{
  for (int i = 0; i < 5; i++)
    ptp_test_writing_write (t, 20000);
  if (turns == 2)
    ptp_test_writing_until_written (t, 100000);
  else
    ptp_test_turns (turns);
}

static void
check_gzip_memory (Wrap wrap, End how, guint turns)
{
  g_autoptr (GOutputStream) base = g_memory_output_stream_new_resizable ();
  GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM (base);
  PtpTestWriting t;

  ptp_test_writing_init (&t, wrap (base));
  write_some (&t, turns);
  end (&t, how);
  g_assert_cmpint (is_whole (g_memory_output_stream_get_data (memory),
                             g_memory_output_stream_get_data_size (memory), t.in),
                   ==, how == END_FINISH);
  /* Not when it goes, either. */
  ptp_test_writing_clear (&t);
  g_assert_true (g_output_stream_is_closed (base));
}

static void
check_gzip_file (Wrap wrap, End how, guint turns)
{
  g_autofree char *folder = g_dir_make_tmp ("ptp-XXXXXX", NULL);
  g_autoptr (GFile) file = g_file_new_build_filename (folder, "target", NULL);
  g_autofree char *contents = NULL;
  GFileOutputStream *base;
  PtpTestWriting t;
  gsize size;

  g_assert_true (g_file_replace_contents (file, "old", 3, NULL, FALSE, 0, NULL, NULL, NULL));
  base = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, NULL, NULL);
  g_assert_nonnull (base);
  ptp_test_writing_init (&t, wrap (G_OUTPUT_STREAM (base)));
  write_some (&t, turns);
  end (&t, how);
  ptp_test_writing_clear (&t);
  ptp_test_wait_for_last (base);
  g_assert_true (g_file_load_contents (file, NULL, &contents, &size, NULL, NULL));
  if (how == END_FINISH)
    g_assert_true (size > 3);
  else
    g_assert_cmpstr (contents, ==, "old");
  g_assert_true (g_file_delete (file, NULL, NULL));
  /* And nothing beside it. */
  g_assert_no_errno (g_rmdir (folder));
}

/* Takes @fd: reads all there is to its end. */
static gpointer
read_cb (gpointer user_data)
{
  const int fd = GPOINTER_TO_INT (user_data);
  GByteArray *got = g_byte_array_new ();
  guint8 buffer[10000];
  gssize n;

  while ((n = read (fd, buffer, sizeof buffer)) > 0)
    g_byte_array_append (got, buffer, (guint) n);
  g_assert_no_errno (close (fd));
  return got;
}

static void
check_gzip_socket (Wrap wrap, End how, guint turns)
{
  g_autoptr (GByteArray) got = NULL;
  GOutputStream *base;
  GThread *reader;
  PtpTestWriting t;
  int fds[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  reader = g_thread_new ("reader", read_cb, GINT_TO_POINTER (fds[0]));
  base = g_unix_output_stream_new (fds[1], TRUE);
  ptp_test_writing_init (&t, wrap (base));
  write_some (&t, turns);
  end (&t, how);
  /* One that was dropped is closed when its write is over. */
  while (!g_output_stream_is_closed (base))
    ptp_test_drain ();
  got = g_thread_join (reader);
  g_assert_cmpint (is_whole (got->data, got->len, t.in), ==, how == END_FINISH);
  ptp_test_writing_clear (&t);
  ptp_test_wait_for_last (base);
}

static void
check_gzip (void (*check) (Wrap wrap, End how, guint turns))
{
  const guint n_before = ptp_test_count_descriptors ();

  for (gsize i = 0; i < G_N_ELEMENTS (wraps); i++)
    for (End how = 0; how < N_ENDS; how++)
      for (guint turns = 0; turns < 3; turns++)
        check (wraps[i], how, turns);
  ptp_test_until_descriptors (n_before);
}

static void
test_e10_gzip_memory (void)
{
  check_gzip (check_gzip_memory);
}

static void
test_e10_gzip_file (void)
{
  check_gzip (check_gzip_file);
}

static void
test_e10_gzip_socket (void)
{
  check_gzip (check_gzip_socket);
}

/* Sockets */

/* Somebody else has the descriptor, too: only a shutdown tells the peer, which may still answer. */
static void
check_duplicate (int fds[2])
{
  const guint n_before = ptp_test_count_descriptors () - 2;
  int duplicate = fcntl (fds[1], F_DUPFD_CLOEXEC, 3);
  PtpTestWriting t;
  char buffer[16];

  ptp_test_writing_init (&t, g_unix_output_stream_new (fds[1], TRUE));
  ptp_test_writing_write (&t, 10);
  end (&t, END_FINISH);
  g_assert_cmpint (read (fds[0], buffer, sizeof buffer), ==, 10);
  g_assert_cmpint (read (fds[0], buffer, sizeof buffer), ==, 0);
  g_assert_cmpint (write (fds[0], "answer", 6), ==, 6);
  g_assert_cmpint (read (duplicate, buffer, sizeof buffer), ==, 6);
  g_assert_no_errno (close (duplicate));
  g_assert_no_errno (close (fds[0]));
  ptp_test_writing_clear (&t);
  ptp_test_until_descriptors (n_before);
}

static void
test_b8_duplicate (void)
{
  int fds[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  check_duplicate (fds);
  ptp_test_connect_tcp (fds);
  check_duplicate (fds);
}

/* A descriptor that the stream does not close is somebody else's, as standard output is: it is not
 * shut down either, nor made to reset.
 */
static void
test_b8_not_ours (void)
{
  for (End how = 0; how < N_ENDS; how++)
    {
      PtpTestWriting t;
      char buffer[16];
      int fds[2];

      ptp_test_connect_tcp (fds);
      ptp_test_writing_init (&t, g_unix_output_stream_new (fds[1], FALSE));
      ptp_test_writing_write (&t, 4);
      ptp_test_writing_until_written (&t, 4);
      end (&t, how);
      ptp_test_writing_clear (&t);
      g_assert_cmpint (write (fds[1], "more", 4), ==, 4);
      g_assert_no_errno (close (fds[1]));
      g_assert_cmpint (recv (fds[0], buffer, 8, MSG_WAITALL), ==, 8);
      g_assert_cmpint (read (fds[0], buffer, sizeof buffer), ==, 0);
      g_assert_no_errno (close (fds[0]));
    }
}

/* What is read in the end: 0 for an end of the data, -1 for a reset. */
static void
assert_end_is (int fd, int expected)
{
  char buffer[1000];
  gssize n;

  while ((n = read (fd, buffer, sizeof buffer)) > 0)
    ;
  g_assert_cmpint (n, ==, expected);
  if (expected < 0)
    g_assert_cmpint (errno, ==, ECONNRESET);
  g_assert_no_errno (close (fd));
}

static void
test_b8_tcp_fd (void)
{
  const guint n_before = ptp_test_count_descriptors ();

  for (End how = 0; how < N_ENDS; how++)
    {
      PtpTestWriting t;
      int fds[2];

      ptp_test_connect_tcp (fds);
      ptp_test_writing_init (&t, g_unix_output_stream_new (fds[1], TRUE));
      ptp_test_writing_write (&t, 100);
      ptp_test_writing_until_written (&t, 100);
      end (&t, how);
      assert_end_is (fds[0], how == END_FINISH ? 0 : -1);
      ptp_test_writing_clear (&t);
    }
  ptp_test_until_descriptors (n_before);
}

/* The connection of GIO's is somebody else's, who closes it. */
static void
test_b8_tcp_connection (void)
{
  const guint n_before = ptp_test_count_descriptors ();

  for (End how = 0; how < N_ENDS; how++)
    {
      g_autoptr (GSocket) socket = NULL;
      g_autoptr (GSocketConnection) connection = NULL;
      PtpTestWriting t;
      int fds[2];

      ptp_test_connect_tcp (fds);
      socket = g_socket_new_from_fd (fds[1], NULL);
      connection = g_socket_connection_factory_create_connection (socket);
      ptp_test_writing_init (&t, g_object_ref (
                                   g_io_stream_get_output_stream (G_IO_STREAM (connection))));
      ptp_test_writing_write (&t, 100);
      ptp_test_writing_until_written (&t, 100);
      end (&t, how);
      if (how == END_FINISH)
        assert_end_is (fds[0], 0);
      g_assert_true (g_io_stream_close (G_IO_STREAM (connection), NULL, NULL));
      if (how != END_FINISH)
        assert_end_is (fds[0], -1);
      g_clear_object (&connection);
      ptp_test_writing_clear (&t);
    }
  ptp_test_until_descriptors (n_before);
}

/* Kept open: the peer hears nothing, and the descriptor goes on. */
static void
test_b8_keep_open (void)
{
  for (End how = 0; how < N_ENDS; how++)
    {
      g_autoptr (GOutputStream) output = NULL;
      PtpTestWriting t;
      char buffer[16];
      int fds[2];

      ptp_test_connect_tcp (fds);
      output = g_unix_output_stream_new (fds[1], TRUE);
      ptp_test_writing_init (&t, g_object_ref (output));
      ptp_output_stream_consumer_set_keep_open (t.consumer, TRUE);
      ptp_test_writing_write (&t, 4);
      ptp_test_writing_until_written (&t, 4);
      end (&t, how);
      g_object_ref (t.stream);
      ptp_test_assert_finalize (g_steal_pointer (&t.consumer));
      g_object_unref (t.stream);
      g_assert_false (g_output_stream_is_closed (output));
      g_assert_cmpint (write (fds[1], "more", 4), ==, 4);
      g_assert_cmpint (recv (fds[0], buffer, 8, MSG_WAITALL), ==, 8);
      t.consumer = ptp_output_stream_consumer_new (output);
      g_assert_true (g_output_stream_close (output, NULL, NULL));
      g_clear_object (&output);
      assert_end_is (fds[0], 0);
      ptp_test_writing_clear (&t);
    }
}

/* A pipe gets what was taken before it ends, unless the stream was cancelled (rule B5). */
static void
test_b5_pipe (void)
{
  for (End how = 0; how < N_ENDS; how++)
    {
      const gboolean drains = how == END_FINISH || how == END_ABORT;
      g_autoptr (GByteArray) got = NULL;
      GThread *reader;
      PtpTestWriting t;
      int fds[2];

      g_assert_no_errno (pipe2 (fds, O_CLOEXEC));
      ptp_test_writing_init (&t, g_unix_output_stream_new (fds[1], TRUE));
      ptp_test_writing_write (&t, 1000000);
      reader = g_thread_new ("reader", read_cb, GINT_TO_POINTER (fds[0]));
      end (&t, how);
      got = g_thread_join (reader);
      if (drains)
        g_assert_cmpuint (got->len, ==, 1000000);
      else
        g_assert_cmpuint (got->len, <, 1000000);
      if (how < END_DROP)
        g_assert_cmpuint (ptp_output_stream_consumer_get_bytes_written (t.consumer), ==, got->len);
      ptp_test_writing_clear (&t);
    }
}

/* GLib opens some descriptors of its own, once. */
static void
warm_up (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_ASYNC);
  end (&t, END_FINISH);
  ptp_test_writing_clear (&t);
}

#define ADD(name, func) g_test_add_func ("/output-stream-consumer/" name, func)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  warm_up ();

  ADD ("E10/gzip/memory", test_e10_gzip_memory);
  ADD ("E10/gzip/file", test_e10_gzip_file);
  ADD ("E10/gzip/socket", test_e10_gzip_socket);
  ADD ("B8/duplicate", test_b8_duplicate);
  ADD ("B8/not-ours", test_b8_not_ours);
  ADD ("B8/tcp/fd", test_b8_tcp_fd);
  ADD ("B8/tcp/connection", test_b8_tcp_connection);
  ADD ("B8/keep-open", test_b8_keep_open);
  ADD ("B5/pipe", test_b5_pipe);

  return g_test_run ();
}
