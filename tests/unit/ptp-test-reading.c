/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-test-reading.h"

#include "ptp-test-gone.h"

#include <fcntl.h>
#include <gio/gfiledescriptorbased.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

void
ptp_test_reading_init (PtpTestReading *self, GInputStream *input)
{
  ptp_test_reading_init_flags (self, input, PTP_PULL_TO_PUSH_NONE);
}

void
ptp_test_reading_init_flags (PtpTestReading *self, GInputStream *input, PtpPullToPushFlags flags)
{
  *self = (PtpTestReading){ .input = input };
  self->producer = g_object_new (PTP_TYPE_INPUT_STREAM_PRODUCER, "stream", input, NULL);
  self->consumer = ptp_test_consumer_new ();
  self->stream = g_object_new (PTP_TYPE_PULL_TO_PUSH, "producer", self->producer, "consumer",
                               self->consumer, "flags", flags, NULL);
  self->ends = ptp_test_ends_new (self->stream);
}

void
ptp_test_reading_start (PtpTestReading *self)
{
  g_autoptr (GError) error = NULL;

  ptp_consumer_register_push_producer (PTP_CONSUMER (self->consumer),
                                       PTP_PUSH_PRODUCER (self->stream), &error);
  g_assert_no_error (error);
  ptp_pull_to_push_start_streaming (self->stream);
}

static gboolean
is_waiting (gpointer user_data)
{
  PtpTestReading *self = user_data;

  return ptp_pull_to_push_get_state (self->stream) == PTP_STREAM_STATE_WAITING;
}

void
ptp_test_reading_until_waiting (PtpTestReading *self)
{
  if (ptp_pull_to_push_get_state (self->stream) == PTP_STREAM_STATE_IDLE)
    ptp_test_reading_start (self);
  ptp_test_until (is_waiting, self);
  ptp_test_drain ();
  g_assert_true (is_waiting (self));
}

typedef struct
{
  PtpTestReading *reading;
  gsize n_bytes;
} Wanted;

static gboolean
has_bytes (gpointer user_data)
{
  Wanted *wanted = user_data;

  return wanted->reading->consumer->bytes->len >= wanted->n_bytes;
}

void
ptp_test_reading_until_bytes (PtpTestReading *self, gsize n_bytes)
{
  Wanted wanted = { self, n_bytes };

  ptp_test_until (has_bytes, &wanted);
}

void
ptp_test_reading_run (PtpTestReading *self, PtpStreamState state)
{
  if (ptp_pull_to_push_get_state (self->stream) == PTP_STREAM_STATE_IDLE)
    ptp_test_reading_start (self);
  ptp_test_ends_wait (self->ends);
  if (state != PTP_STREAM_STATE_FAILED)
    g_assert_no_error (self->ends->error);
  g_assert_cmpint (ptp_pull_to_push_get_state (self->stream), ==, state);
  g_assert_cmpuint (ptp_input_stream_producer_get_bytes_read (self->producer), ==,
                    self->consumer->bytes->len);
}

static gboolean
is_closed (gpointer user_data)
{
  return g_input_stream_is_closed (user_data);
}

void
ptp_test_reading_clear (PtpTestReading *self)
{
  gboolean keep_open = ptp_input_stream_producer_get_keep_open (self->producer);

  ptp_test_assert_finalize (g_steal_pointer (&self->stream));
  ptp_test_assert_finalize (g_steal_pointer (&self->consumer));
  ptp_test_assert_finalize (g_steal_pointer (&self->producer));
  g_clear_pointer (&self->ends, ptp_test_ends_unref);
  if (self->input == NULL)
    return;

  if (!keep_open)
    ptp_test_until (is_closed, self->input);
  else
    g_assert_false (g_input_stream_is_closed (self->input));
  if (self->shared)
    g_clear_object (&self->input);
  else
    ptp_test_wait_for_last (g_steal_pointer (&self->input));
}

void
ptp_test_reading_assert_data (PtpTestReading *self, GBytes *expected)
{
  g_autofree char *want = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, expected);
  g_autofree char *got
    = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) self->consumer->bytes->str,
                                   self->consumer->bytes->len);

  g_assert_cmpuint (self->consumer->bytes->len, ==, g_bytes_get_size (expected));
  g_assert_cmpstr (got, ==, want);
}

GBytes *
ptp_test_random_bytes (gsize size)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2026);
  guint32 *words = g_malloc (size + sizeof (guint32));

  for (gsize i = 0; i <= size / sizeof (guint32); i++)
    words[i] = g_rand_int (rand);

  return g_bytes_new_take (words, size);
}

GInputStream *
ptp_test_file_stream_new (const char *directory, GBytes *contents)
{
  g_autofree char *path
    = g_build_filename (directory != NULL ? directory : g_get_tmp_dir (), "ptp-test-XXXXXX", NULL);
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;
  GInputStream *input;
  int fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);

  if (fd < 0)
    return NULL;

  g_close (fd, NULL);
  file = g_file_new_for_path (path);
  g_file_replace_contents (file, g_bytes_get_data (contents, NULL), g_bytes_get_size (contents),
                           NULL, FALSE, G_FILE_CREATE_NONE, NULL, NULL, &error);
  g_assert_no_error (error);
  input = G_INPUT_STREAM (g_file_read (file, NULL, &error));
  g_assert_no_error (error);
  g_unlink (path);

  return input;
}
