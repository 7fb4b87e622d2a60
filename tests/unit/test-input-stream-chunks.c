/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* PtpInputStreamProducer: how long its chunks are. */

#include "ptp-test-input-stream.h"
#include "ptp-test-reading.h"

#define KIB ((gsize) 1024)
#define MIB ((gsize) 1024 * 1024)

static void
record_size_cb (gpointer consumer, gpointer user_data)
{
  GArray *ends = user_data;
  gsize end = PTP_TEST_CONSUMER (consumer)->bytes->len;

  g_array_append_val (ends, end);
}

static gsize
nth_size (GArray *ends, guint n)
{
  return g_array_index (ends, gsize, n) - (n > 0 ? g_array_index (ends, gsize, n - 1) : 0);
}

static void
test_chunks_grow (void)
{
  const gsize expected[] = { 64 * KIB, 128 * KIB, 256 * KIB, 512 * KIB, MIB, MIB, MIB };
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  gsize total = 0;
  PtpTestReading r;

  ptp_test_reading_init (&r, G_INPUT_STREAM (input));
  g_assert_cmpuint (ptp_input_stream_producer_get_chunk_size (r.producer), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      ptp_test_reading_until_waiting (&r);
      g_assert_cmpuint (input->asked, ==, expected[i]);
      ptp_test_input_stream_answer_bytes (input, expected[i]);
      total += expected[i];
      ptp_test_reading_until_bytes (&r, total);
    }
  ptp_test_reading_until_waiting (&r);
  ptp_test_input_stream_answer (input, "");
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_clear (&r);
}

static void
check_chunks_of (GInputStream *input, GBytes *data, const gsize *expected, guint n_expected)
{
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (gsize));
  PtpTestReading r;

  ptp_test_reading_init (&r, input);
  r.consumer->on_write = record_size_cb;
  r.consumer->hook_data = ends;
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_assert_data (&r, data);
  g_assert_cmpuint (ends->len, ==, n_expected);
  for (guint i = 0; i < ends->len; i++)
    g_assert_cmpuint (nth_size (ends, i), ==, expected[i]);
  ptp_test_reading_clear (&r);
}

/* What is known to be long is read in long chunks from the beginning. */
static void
test_chunks_known (void)
{
  const gsize few[] = { 300 * KIB };
  const gsize many[] = { MIB, MIB, 100 };
  g_autoptr (GBytes) short_data = ptp_test_random_bytes (300 * KIB);
  g_autoptr (GBytes) long_data = ptp_test_random_bytes (2 * MIB + 100);

  check_chunks_of (g_memory_input_stream_new_from_bytes (short_data), short_data, few, 1);
  check_chunks_of (g_memory_input_stream_new_from_bytes (long_data), long_data, many, 3);
  check_chunks_of (ptp_test_file_stream_new (NULL, short_data), short_data, few, 1);
}

/* A wrong idea of the size makes other chunks, and loses nothing. */
static void
check_wrong_size (gint64 total_size, const gsize *asked, guint n_asked)
{
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  gsize total = 0;
  PtpTestReading r;

  ptp_test_reading_init (&r, G_INPUT_STREAM (input));
  ptp_input_stream_producer_set_total_size (r.producer, total_size);
  for (guint i = 0; i < n_asked; i++)
    {
      ptp_test_reading_until_waiting (&r);
      g_assert_cmpuint (input->asked, ==, asked[i]);
      ptp_test_input_stream_answer_bytes (input, asked[i]);
      total += asked[i];
      ptp_test_reading_until_bytes (&r, total);
    }
  ptp_test_reading_until_waiting (&r);
  ptp_test_input_stream_answer (input, "");
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  g_assert_cmpuint (ptp_input_stream_producer_get_bytes_read (r.producer), ==, total);
  ptp_test_reading_clear (&r);
}

static void
test_chunks_wrong_size (void)
{
  const gsize too_small[] = { 10 * KIB, 4 * KIB, 64 * KIB, 128 * KIB };
  const gsize none[] = { 4 * KIB, 64 * KIB, 128 * KIB };
  const gsize too_large[] = { MIB, MIB };

  check_wrong_size ((gint64) (10 * KIB), too_small, G_N_ELEMENTS (too_small));
  check_wrong_size (0, none, G_N_ELEMENTS (none));
  check_wrong_size (G_MAXINT64, too_large, G_N_ELEMENTS (too_large));
}

/* Shorter than a quarter halves, down to 4 KiB; a quarter does not; a full one doubles. */
static void
test_chunks_shrink (void)
{
  const struct
  {
    gsize asked, answer;
  } reads[] = {
    { 64 * KIB, 16 * KIB },   { 64 * KIB, 16 * KIB - 1 },
    { 32 * KIB, 1 },          { 16 * KIB, 1 },
    { 8 * KIB, 1 },           { 4 * KIB, 1 },
    { 4 * KIB, 1 },           { 4 * KIB, 4 * KIB },
    { 8 * KIB, 8 * KIB - 1 }, { 8 * KIB, 0 },
  };
  PtpTestInputStream *input = ptp_test_input_stream_new ();
  gsize total = 0;
  PtpTestReading r;

  ptp_test_reading_init (&r, G_INPUT_STREAM (input));
  for (gsize i = 0; i < G_N_ELEMENTS (reads); i++)
    {
      ptp_test_reading_until_waiting (&r);
      g_assert_cmpuint (input->asked, ==, reads[i].asked);
      ptp_test_input_stream_answer_bytes (input, reads[i].answer);
      total += reads[i].answer;
      ptp_test_reading_until_bytes (&r, total);
    }
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_clear (&r);
}

static void
want_cb (gpointer consumer, gpointer sizes)
{
  PtpTestConsumer *self = consumer;

  record_size_cb (consumer, sizes);
  self->desired_size = self->n_writes == 1 ? 100 * KIB : self->n_writes == 2 ? 1 : G_MAXSIZE;
}

/* No more than the consumer desires, but for what is worth a read; then as before. */
static void
test_b2_desired_size (void)
{
  const gsize expected[] = { 50 * KIB, 100 * KIB, 4 * KIB, MIB };
  g_autoptr (GBytes) data = ptp_test_random_bytes (4 * MIB);
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (gsize));
  PtpTestReading r;

  ptp_test_reading_init (&r, g_memory_input_stream_new_from_bytes (data));
  r.consumer->desired_size = 50 * KIB;
  r.consumer->on_write = want_cb;
  r.consumer->hook_data = ends;
  ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
  ptp_test_reading_assert_data (&r, data);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpuint (nth_size (ends, i), ==, expected[i]);
  ptp_test_reading_clear (&r);
}

static void
test_chunks_fixed (void)
{
  const guint sizes[] = { 1, 1000, 4096, 100000, 3 * MIB, (guint) (64 * MIB) };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      gsize length = sizes[i] < 4096 ? 3000 : 200000;
      g_autoptr (GBytes) data = ptp_test_random_bytes (length);
      g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (gsize));
      PtpTestReading r;

      ptp_test_reading_init (&r, ptp_test_file_stream_new (NULL, data));
      ptp_input_stream_producer_set_chunk_size (r.producer, sizes[i]);
      r.consumer->on_write = record_size_cb;
      r.consumer->hook_data = ends;
      ptp_test_reading_run (&r, PTP_STREAM_STATE_FINISHED);
      ptp_test_reading_assert_data (&r, data);
      for (guint j = 0; j < ends->len; j++)
        g_assert_cmpuint (nth_size (ends, j), <=, sizes[i]);
      ptp_test_reading_clear (&r);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/input-stream-producer/chunks/grow", test_chunks_grow);
  g_test_add_func ("/input-stream-producer/chunks/known", test_chunks_known);
  g_test_add_func ("/input-stream-producer/chunks/wrong-size", test_chunks_wrong_size);
  g_test_add_func ("/input-stream-producer/chunks/shrink", test_chunks_shrink);
  g_test_add_func ("/input-stream-producer/B2/desired-size", test_b2_desired_size);
  g_test_add_func ("/input-stream-producer/chunks/fixed", test_chunks_fixed);

  return g_test_run ();
}
