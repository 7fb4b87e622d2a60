/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "ptp-test-consumer.h"

#include <string.h>

typedef struct
{
  PtpBytesProducer *producer;
  PtpTestConsumer *consumer;
  PtpPullToPush *stream;
  PtpTestEnds *ends;
} Fixture;

static void
fixture_init (Fixture *f, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  f->producer = ptp_bytes_producer_new (bytes);
  f->consumer = ptp_test_consumer_new ();
  f->stream = ptp_pull_to_push_new (PTP_PULL_PRODUCER (f->producer), PTP_CONSUMER (f->consumer));
  f->ends = ptp_test_ends_new (f->stream);
}

static void
fixture_run (Fixture *f, PtpStreamState state)
{
  g_autoptr (GError) error = NULL;

  ptp_consumer_register_push_producer (PTP_CONSUMER (f->consumer), PTP_PUSH_PRODUCER (f->stream),
                                       &error);
  g_assert_no_error (error);
  ptp_pull_to_push_start_streaming (f->stream);
  ptp_test_ends_wait (f->ends);
  g_assert_cmpint (ptp_pull_to_push_get_state (f->stream), ==, state);
}

static void
fixture_clear (Fixture *f)
{
  ptp_test_assert_finalize (f->stream);
  ptp_test_assert_finalize (f->consumer);
  ptp_test_assert_finalize (f->producer);
  ptp_test_ends_unref (f->ends);
}

static void
test_l12_empty (void)
{
  Fixture f;

  fixture_init (&f, "");
  fixture_run (&f, PTP_STREAM_STATE_FINISHED);
  g_assert_cmpuint (f.consumer->n_writes, ==, 0);
  g_assert_cmpuint (ptp_bytes_producer_get_bytes_produced (f.producer), ==, 0);
  fixture_clear (&f);
}

static void
test_l12_null (void)
{
  g_autoptr (PtpTestConsumer) consumer = ptp_test_consumer_new ();
  PtpBytesProducer *producer = g_object_new (PTP_TYPE_BYTES_PRODUCER, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (ptp_bytes_producer_get_bytes (producer));
  g_assert_cmpint (ptp_pull_producer_produce (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer),
                                              &error),
                   ==, PTP_STEP_RESULT_FINISHED);
  g_assert_no_error (error);
  g_assert_cmpuint (consumer->n_writes, ==, 0);
  g_assert_finalize_object (producer);
}

/* Chunks that divide the whole, that do not, that are the whole, and that are more than it. */
static void
test_l13_last_chunk (void)
{
  const gsize sizes[] = { 1, 2, 3, 4, 5, 6, 7, 1000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      guint n_chunks = (guint) ((6 + sizes[i] - 1) / sizes[i]);
      Fixture f;

      fixture_init (&f, "abcdef");
      ptp_bytes_producer_set_chunk_size (f.producer, sizes[i]);
      fixture_run (&f, PTP_STREAM_STATE_FINISHED);
      g_assert_cmpstr (f.consumer->bytes->str, ==, "abcdef");
      g_assert_cmpuint (f.consumer->n_writes, ==, n_chunks);
      g_assert_cmpuint (ptp_pull_to_push_get_n_steps (f.stream), ==, n_chunks);
      g_assert_cmpuint (ptp_bytes_producer_get_bytes_produced (f.producer), ==, 6);
      fixture_clear (&f);
    }
}

static void
test_default_chunk_size (void)
{
  g_autofree char *text = g_strnfill (64 * 1024 + 1, 'x');
  Fixture f;

  fixture_init (&f, text);
  g_assert_cmpuint (ptp_bytes_producer_get_chunk_size (f.producer), ==, 64 * 1024);
  fixture_run (&f, PTP_STREAM_STATE_FINISHED);
  g_assert_cmpuint (f.consumer->n_writes, ==, 2);
  g_assert_cmpstr (f.consumer->bytes->str, ==, text);
  fixture_clear (&f);
}

/* A consumer that keeps its last chunk and nothing else. */
#define TEST_TYPE_KEEPER (keeper_get_type ())
G_DECLARE_FINAL_TYPE (Keeper, keeper, TEST, KEEPER, GObject)

struct _Keeper
{
  GObject parent_instance;
  GBytes *chunk;
};

static gboolean
keeper_write (PtpConsumer *consumer, GBytes *bytes, GError **error)
{
  Keeper *self = TEST_KEEPER (consumer);

  g_clear_pointer (&self->chunk, g_bytes_unref);
  self->chunk = g_bytes_ref (bytes);
  return TRUE;
}

static void
keeper_iface_init (PtpConsumerInterface *iface)
{
  iface->write = keeper_write;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (Keeper,
                               keeper,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER, keeper_iface_init))

static void
keeper_finalize (GObject *object)
{
  g_clear_pointer (&TEST_KEEPER (object)->chunk, g_bytes_unref);
  G_OBJECT_CLASS (keeper_parent_class)->finalize (object);
}

static void
keeper_class_init (KeeperClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = keeper_finalize;
}

static void
keeper_init (Keeper *self)
{
}

/* The chunk shares the memory of the whole, and keeps it alive. */
static void
test_no_copy (void)
{
  g_autoptr (Keeper) keeper = g_object_new (TEST_TYPE_KEEPER, NULL);
  PtpBytesProducer *producer;
  GBytes *bytes = g_bytes_new ("abcdef", 6);
  const char *memory = g_bytes_get_data (bytes, NULL);
  gsize size;

  producer = ptp_bytes_producer_new (bytes);
  g_bytes_unref (bytes);
  g_object_set (producer, "chunk-size", (guint64) 4, NULL);
  g_assert_cmpint (ptp_pull_producer_produce (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (keeper),
                                              NULL),
                   ==, PTP_STEP_RESULT_MORE);
  g_assert_true (g_bytes_get_data (keeper->chunk, &size) == memory);
  g_assert_cmpuint (size, ==, 4);
  g_assert_cmpint (ptp_pull_producer_produce (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (keeper),
                                              NULL),
                   ==, PTP_STEP_RESULT_FINISHED);
  g_assert_true (g_bytes_get_data (keeper->chunk, &size) == memory + 4);
  g_assert_finalize_object (producer);
  g_assert_cmpuint (size, ==, 2);
  g_assert_true (memcmp (g_bytes_get_data (keeper->chunk, NULL), "ef", size) == 0);
}

static void
test_e5_write_fails (void)
{
  Fixture f;

  fixture_init (&f, "abcdef");
  ptp_bytes_producer_set_chunk_size (f.producer, 2);
  f.consumer->fail_write_at = 2;
  fixture_run (&f, PTP_STREAM_STATE_FAILED);
  g_assert_error (f.ends->error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpstr (f.ends->error->message, ==, "The test's disk is full");
  g_assert_cmpuint (ptp_bytes_producer_get_bytes_produced (f.producer), ==, 2);
  fixture_clear (&f);
}

static void
set_flag_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
test_cancel (void)
{
  gboolean dropped = FALSE;
  g_autoptr (PtpTestConsumer) consumer = ptp_test_consumer_new ();
  GBytes *bytes = g_bytes_new_with_free_func ("abc", 3, set_flag_cb, &dropped);
  PtpBytesProducer *producer = ptp_bytes_producer_new (bytes);
  g_autoptr (GError) reason = g_error_new_literal (PTP_ERROR, PTP_ERROR_STOPPED, "enough");
  g_autoptr (GError) error = NULL;

  g_bytes_unref (bytes);
  g_assert_true (ptp_bytes_producer_get_bytes (producer) == bytes);
  ptp_bytes_producer_set_chunk_size (producer, 1);
  ptp_pull_producer_produce (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), &error);
  g_assert_no_error (error);
  g_assert_false (dropped);
  ptp_pull_producer_cancel (PTP_PULL_PRODUCER (producer), reason);
  g_assert_true (dropped);
  g_assert_null (ptp_bytes_producer_get_bytes (producer));

  g_assert_cmpint (ptp_pull_producer_produce (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer),
                                              &error),
                   ==, PTP_STEP_RESULT_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_assert_cmpuint (consumer->n_writes, ==, 1);
  g_assert_finalize_object (producer);
}

/* The consumer dies at the second chunk. */
static void
test_stopped (void)
{
  Fixture f;

  fixture_init (&f, "abcdef");
  ptp_bytes_producer_set_chunk_size (f.producer, 1);
  f.consumer->on_write = ptp_test_consumer_stop;
  fixture_run (&f, PTP_STREAM_STATE_STOPPED);
  g_assert_cmpuint (f.consumer->n_writes, ==, 1);
  g_assert_null (ptp_bytes_producer_get_bytes (f.producer));
  fixture_clear (&f);
}

static void
count_cb (gpointer object, GParamSpec *pspec, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_properties (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("abcdef", 6);
  g_autoptr (GBytes) got = NULL;
  g_autoptr (PtpTestConsumer) consumer = ptp_test_consumer_new ();
  PtpBytesProducer *producer
    = g_object_new (PTP_TYPE_BYTES_PRODUCER, "bytes", bytes, "chunk-size", (guint64) 3, NULL);
  guint n_size = 0, n_produced = 0;
  guint64 chunk_size, bytes_produced;

  g_signal_connect (producer, "notify::chunk-size", G_CALLBACK (count_cb), &n_size);
  g_signal_connect (producer, "notify::bytes-produced", G_CALLBACK (count_cb), &n_produced);
  ptp_bytes_producer_set_chunk_size (producer, 3);
  g_assert_cmpuint (n_size, ==, 0);
  ptp_bytes_producer_set_chunk_size (producer, 5);
  g_assert_cmpuint (n_size, ==, 1);
  ptp_pull_producer_produce (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer), NULL);
  g_assert_cmpuint (n_produced, ==, 1);

  g_object_get (producer, "bytes", &got, "chunk-size", &chunk_size, "bytes-produced",
                &bytes_produced, NULL);
  g_assert_true (got == bytes);
  g_assert_cmpuint (chunk_size, ==, 5);
  g_assert_cmpuint (bytes_produced, ==, 5);
  g_assert_finalize_object (producer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/bytes-producer/L12/empty", test_l12_empty);
  g_test_add_func ("/bytes-producer/L12/null", test_l12_null);
  g_test_add_func ("/bytes-producer/L13/last-chunk", test_l13_last_chunk);
  g_test_add_func ("/bytes-producer/E5/write-fails", test_e5_write_fails);
  g_test_add_func ("/bytes-producer/default-chunk-size", test_default_chunk_size);
  g_test_add_func ("/bytes-producer/no-copy", test_no_copy);
  g_test_add_func ("/bytes-producer/cancel", test_cancel);
  g_test_add_func ("/bytes-producer/stopped", test_stopped);
  g_test_add_func ("/bytes-producer/properties", test_properties);

  return g_test_run ();
}
