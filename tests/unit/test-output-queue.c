/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The queue of an output stream consumer: what goes in comes out, in order and once. */

#include "pulltopush/gio/ptp-output-queue-private.h"

#include <string.h>

#define NO_LIMIT (G_MAXSIZE)

typedef struct
{
  PtpOutputQueue queue;
  GByteArray *in;
  GByteArray *out;
  guint8 next;
} Fixture;

/* g_assert_cmpmem() of GLib 2.74 does not live with -Wsign-conversion. */
static void
assert_same (gconstpointer data, gsize size, gconstpointer expected, gsize expected_size)
{
  g_assert_cmpuint (size, ==, expected_size);
  g_assert_true (memcmp (data, expected, size) == 0);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  ptp_output_queue_init (&f->queue);
  f->in = g_byte_array_new ();
  f->out = g_byte_array_new ();
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  ptp_output_queue_clear (&f->queue);
  g_byte_array_unref (f->in);
  g_byte_array_unref (f->out);
}

static void
push (Fixture *f, gsize size)
{
  g_autofree guint8 *data = g_malloc (size + 1);
  g_autoptr (GBytes) bytes = NULL;

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (f->next++ * 7);
  g_byte_array_append (f->in, data, (guint) size);
  bytes = g_bytes_new (data, size);
  ptp_output_queue_push (&f->queue, bytes);
}

/* Writes the head, @take bytes of it at most. */
static void
write_out (Fixture *f, gsize max_size, gsize take)
{
  g_auto (PtpOutputBatch) batch = { .n_vectors = 0 };
  gsize sum = 0;

  ptp_output_queue_peek (&f->queue, max_size, PTP_OUTPUT_BATCH_VECTORS, &batch);
  g_assert_cmpuint (batch.size, <=, max_size);
  for (guint i = 0; i < batch.n_vectors; i++)
    {
      gsize n = MIN (batch.vectors[i].size, take);

      g_assert_cmpuint (batch.vectors[i].size, >, 0);
      g_byte_array_append (f->out, batch.vectors[i].buffer, (guint) n);
      sum += batch.vectors[i].size;
      take -= n;
    }
  g_assert_cmpuint (sum, ==, batch.size);
  ptp_output_queue_consume (&f->queue, f->out->len - (f->in->len - f->queue.size));
}

static void
assert_all_out (Fixture *f)
{
  g_assert_cmpuint (f->queue.size, ==, 0);
  g_assert_true (g_queue_is_empty (&f->queue.chunks));
  if (f->in->len > 0)
    assert_same (f->out->data, f->out->len, f->in->data, f->in->len);
}

static void
test_empty (Fixture *f, gconstpointer unused)
{
  g_auto (PtpOutputBatch) batch = { .n_vectors = 0 };

  ptp_output_queue_peek (&f->queue, 100, PTP_OUTPUT_BATCH_VECTORS, &batch);
  g_assert_cmpuint (batch.n_vectors, ==, 0);
  push (f, 0);
  ptp_output_queue_peek (&f->queue, 100, PTP_OUTPUT_BATCH_VECTORS, &batch);
  g_assert_cmpuint (batch.n_vectors, ==, 0);
  g_assert_cmpuint (f->queue.size, ==, 0);
  ptp_output_queue_consume (&f->queue, 0);
  assert_all_out (f);
}

static void
test_partial (Fixture *f, gconstpointer unused)
{
  push (f, 10);
  push (f, 10000);
  push (f, 5);
  while (f->queue.size > 0)
    write_out (f, 64, 3);
  assert_all_out (f);
}

/* More than there is, is all there is. */
static void
test_consume_too_much (Fixture *f, gconstpointer unused)
{
  push (f, 100);
  push (f, 20);
  ptp_output_queue_consume (&f->queue, 121);
  g_assert_cmpuint (f->queue.size, ==, 0);
  ptp_output_queue_consume (&f->queue, 1);
  g_assert_cmpuint (f->queue.size, ==, 0);
}

static void
test_peak (Fixture *f, gconstpointer unused)
{
  push (f, 100);
  write_out (f, 100, 40);
  push (f, 20);
  g_assert_cmpuint (f->queue.size, ==, 80);
  g_assert_cmpuint (f->queue.peak, ==, 100);
  ptp_output_queue_clear (&f->queue);
  g_assert_cmpuint (f->queue.size, ==, 0);
  g_assert_cmpuint (f->queue.peak, ==, 100);
}

static void
test_small_together (Fixture *f, gconstpointer unused)
{
  g_auto (PtpOutputBatch) batch = { .n_vectors = 0 };

  for (int i = 0; i < 10000; i++)
    push (f, 3);
  g_assert_cmpuint (g_queue_get_length (&f->queue.chunks), <=, 4);
  ptp_output_queue_peek (&f->queue, NO_LIMIT, PTP_OUTPUT_BATCH_VECTORS, &batch);
  g_assert_cmpuint (batch.size, ==, 30000);
  while (f->queue.size > 0)
    write_out (f, 1000, 999);
  assert_all_out (f);
}

static void
test_large_uncopied (Fixture *f, gconstpointer unused)
{
  g_autoptr (GBytes) large = g_bytes_new_take (g_malloc0 (100000), 100000);
  g_autoptr (GBytes) small = g_bytes_new_static ("small", 5);
  g_auto (PtpOutputBatch) batch = { .n_vectors = 0 };

  ptp_output_queue_push (&f->queue, small);
  ptp_output_queue_push (&f->queue, small);
  ptp_output_queue_push (&f->queue, small);
  ptp_output_queue_push (&f->queue, large);
  ptp_output_queue_peek (&f->queue, NO_LIMIT, PTP_OUTPUT_BATCH_VECTORS, &batch);
  g_assert_cmpuint (batch.n_vectors, ==, 3);
  g_assert_true (batch.vectors[0].buffer == g_bytes_get_data (small, NULL));
  assert_same (batch.vectors[1].buffer, batch.vectors[1].size, "smallsmall", 10);
  g_assert_true (batch.vectors[2].buffer == g_bytes_get_data (large, NULL));
}

/* A write that is under way reads what it was given, whatever happens to the queue. */
static void
test_batch_outlives_queue (Fixture *f, gconstpointer unused)
{
  g_auto (PtpOutputBatch) batch = { .n_vectors = 0 };

  push (f, 5000);
  for (int i = 0; i < 10; i++)
    push (f, 10);
  ptp_output_queue_peek (&f->queue, NO_LIMIT, PTP_OUTPUT_BATCH_VECTORS, &batch);
  g_assert_cmpuint (batch.size, ==, 5100);
  for (int i = 0; i < 3000; i++)
    push (f, 10);
  ptp_output_queue_clear (&f->queue);

  for (guint i = 0; i < batch.n_vectors; i++)
    g_byte_array_append (f->out, batch.vectors[i].buffer, (guint) batch.vectors[i].size);
  assert_same (f->out->data, f->out->len, f->in->data, batch.size);
}

static void
test_max_vectors (Fixture *f, gconstpointer unused)
{
  g_auto (PtpOutputBatch) batch = { .n_vectors = 0 };

  for (int i = 0; i < 3 * PTP_OUTPUT_BATCH_VECTORS; i++)
    push (f, PTP_OUTPUT_QUEUE_SMALL + 1);
  ptp_output_queue_peek (&f->queue, NO_LIMIT, PTP_OUTPUT_BATCH_VECTORS, &batch);
  g_assert_cmpuint (batch.n_vectors, ==, PTP_OUTPUT_BATCH_VECTORS);
  ptp_output_batch_clear (&batch);
  ptp_output_queue_peek (&f->queue, NO_LIMIT, 1, &batch);
  g_assert_cmpuint (batch.n_vectors, ==, 1);
  while (f->queue.size > 0)
    write_out (f, NO_LIMIT, NO_LIMIT);
  assert_all_out (f);
}

/* A few hundred thousand pushes and short writes of all sizes, against a plain array. */
static void
test_random (Fixture *f, gconstpointer unused)
{
  const guint sizes[] = { 0, 1, 2, 100, 4095, 4096, 4097, 9000, 16384, 16385, 40000 };

  for (int i = 0; i < 20000; i++)
    {
      gsize size = sizes[g_test_rand_int_range (0, G_N_ELEMENTS (sizes))];

      if (g_test_rand_bit () && f->queue.size < 1000000 && f->in->len < 50000000)
        push (f, size);
      else
        write_out (f, size + 1, (gsize) g_test_rand_int_range (0, 20000));
    }
  while (f->queue.size > 0)
    write_out (f, 65536, 50000);
  assert_all_out (f);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) g_test_add ("/output-queue/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("L14/empty", test_empty);
  ADD ("consume-too-much", test_consume_too_much);
  ADD ("B3/partial", test_partial);
  ADD ("B3/random", test_random);
  ADD ("B3/batch-outlives-queue", test_batch_outlives_queue);
  ADD ("B7/small-together", test_small_together);
  ADD ("B7/large-uncopied", test_large_uncopied);
  ADD ("B7/max-vectors", test_max_vectors);
  ADD ("peak", test_peak);
#undef ADD

  return g_test_run ();
}
