/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A PtpOutputStreamConsumer on a stream that is derived from one on a descriptor: what it does with
 * what it is given must not be passed by, and GLib 2.74 cannot write to it in vectors.
 */

#include "ptp-test-writing.h"

#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <unistd.h>

#define KEY (0x5a)

/* Scrambles what is written. */
#define PTP_TYPE_TEST_SCRAMBLER (ptp_test_scrambler_get_type ())
G_DECLARE_FINAL_TYPE (PtpTestScrambler, ptp_test_scrambler, PTP, TEST_SCRAMBLER, GUnixOutputStream)

struct _PtpTestScrambler
{
  GUnixOutputStream parent_instance;

  guint n_writes;
};

static void ptp_test_scrambler_iface_init (GPollableOutputStreamInterface *iface);

static GPollableOutputStreamInterface *parent_iface;

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpTestScrambler,
                               ptp_test_scrambler,
                               G_TYPE_UNIX_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      ptp_test_scrambler_iface_init))

static gssize
ptp_test_scrambler_write_nonblocking (GPollableOutputStream *stream,
                                      const void *buffer,
                                      gsize count,
                                      GError **error)
{
  g_autofree guint8 *scrambled = g_memdup2 (buffer, count);

  for (gsize i = 0; i < count; i++)
    scrambled[i] ^= KEY;
  PTP_TEST_SCRAMBLER (stream)->n_writes++;

  return parent_iface->write_nonblocking (stream, scrambled, count, error);
}

static void
ptp_test_scrambler_iface_init (GPollableOutputStreamInterface *iface)
{
  parent_iface = g_type_interface_peek_parent (iface);
  iface->write_nonblocking = ptp_test_scrambler_write_nonblocking;
}

static void
ptp_test_scrambler_class_init (PtpTestScramblerClass *klass)
{
}

static void
ptp_test_scrambler_init (PtpTestScrambler *self)
{
}

static GOutputStream *
create_scrambler (int *reader)
{
  int fds[2];

  g_assert_no_errno (pipe2 (fds, O_CLOEXEC | O_NONBLOCK));
  *reader = fds[0];
  return g_object_new (PTP_TYPE_TEST_SCRAMBLER, "fd", fds[1], "close-fd", TRUE, NULL);
}

/* Reads all there is, and checks that it goes on where the last call ended. */
static void
read_on (PtpTestWriting *t, int fd, gsize *position)
{
  guint8 buffer[4096];
  gssize n;

  while ((n = read (fd, buffer, sizeof buffer)) > 0)
    for (gssize i = 0; i < n; i++, (*position)++)
      {
        g_assert_cmpuint (*position, <, t->in->len);
        g_assert_cmphex (buffer[i] ^ KEY, ==, t->in->data[*position]);
      }
}

/* Chunk by chunk, in order, and exactly as far as the pipe has room. */
static void
test_b3_derived (void)
{
  PtpTestWriting t;
  gsize position = 0;
  int reader;

  ptp_test_writing_init (&t, create_scrambler (&reader));
  for (int i = 0; i < 64; i++)
    ptp_test_writing_write (&t, 5000);
  while (position < t.in->len)
    {
      ptp_test_drain ();
      read_on (&t, reader, &position);
    }
  ptp_test_writing_until_written (&t, t.in->len);
  g_assert_cmpuint (PTP_TEST_SCRAMBLER (t.stream)->n_writes, >, 1);
  ptp_test_writing_finish_wait (&t);
  ptp_test_writing_assert_whole (&t);
  read_on (&t, reader, &position);
  g_assert_cmpuint (position, ==, t.in->len);
  g_assert_no_errno (close (reader));
  ptp_test_writing_clear (&t);
}

/* Nobody reads any more: the error is the stream's, the count is exact. */
static void
test_e9_derived (void)
{
  PtpTestWriting t;
  gsize position = 0;
  int reader;

  ptp_test_writing_init (&t, create_scrambler (&reader));
  ptp_test_writing_write (&t, 1000);
  ptp_test_writing_until_written (&t, 1000);
  read_on (&t, reader, &position);
  g_assert_cmpuint (position, ==, 1000);
  g_assert_no_errno (close (reader));
  ptp_test_writing_write (&t, 1000);
  ptp_test_writing_until_failed (&t);
  g_assert_error (t.error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  ptp_test_writing_assert_numbers (&t, 1000, 0);
  ptp_test_writing_clear (&t);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/output-stream-consumer/B3/derived", test_b3_derived);
  g_test_add_func ("/output-stream-consumer/E9/derived", test_e9_derived);

  return g_test_run ();
}
