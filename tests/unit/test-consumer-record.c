/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The record that the contract keeps beside a consumer, and its lifetime. */

#include "../../pulltopush/contract/ptp-consumer-record-private.h"
#include "ptp-test-consumer.h"
#include "ptp-test-push-producer.h"

static guint
count_told (void)
{
  guint n = 0;

  for (gsize i = 0; i < PTP_CONSUMER_TOLD_SIZE; i++)
    n += (guint) g_atomic_int_get (&ptp_consumer_told[i]);

  return n;
}

/* One that was never told its end has none, so that a write looks nothing up. */
static void
test_none (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestPushProducer *producer = ptp_test_push_producer_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);

  ptp_consumer_register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer), NULL);
  g_assert_true (ptp_consumer_write (PTP_CONSUMER (consumer), bytes, NULL));
  g_assert_null (ptp_consumer_record_get (PTP_CONSUMER (consumer)));
  g_assert_false (ptp_consumer_may_be_told (consumer));
  ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer));
  g_assert_null (ptp_consumer_record_get (PTP_CONSUMER (consumer)));
  g_assert_finalize_object (consumer);
  g_assert_finalize_object (producer);
}

/* It counts while its consumer is told its end, and not any more when that has a new life. */
static void
test_new_life (void)
{
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  PtpTestPushProducer *producer = ptp_test_push_producer_new ();
  PtpConsumerRecord *record;

  for (guint i = 0; i < 3; i++)
    {
      ptp_consumer_register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer),
                                           NULL);
      g_assert_cmpuint (count_told (), ==, 0);
      ptp_consumer_finish (PTP_CONSUMER (consumer), NULL);
      g_assert_cmpuint (count_told (), ==, 1);
      g_assert_true (ptp_consumer_may_be_told (consumer));
      record = ptp_consumer_record_get (PTP_CONSUMER (consumer));
      g_assert_nonnull (record);
      g_assert_true (ptp_consumer_record_ensure (PTP_CONSUMER (consumer)) == record);
      ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (producer));
      g_assert_cmpuint (count_told (), ==, 1);
    }

  g_assert_finalize_object (consumer);
  g_assert_cmpuint (count_told (), ==, 0);
  g_assert_finalize_object (producer);
}

/* It goes with its consumer in every phase. */
static void
test_goes (void)
{
  g_autoptr (GError) reason = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "Line is busy");
  g_autoptr (GPtrArray) consumers = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < 1000; i++)
    {
      PtpTestConsumer *consumer = ptp_test_consumer_new ();

      consumer->finish_result = (PtpEndResult) (i % 3);
      consumer->abort_result = (PtpEndResult) (i / 3 % 3);
      if (i % 2 == 0)
        ptp_consumer_finish (PTP_CONSUMER (consumer), NULL);
      if (i % 5 != 0)
        ptp_consumer_abort (PTP_CONSUMER (consumer), reason, NULL);
      g_ptr_array_add (consumers, consumer);
    }

  /* All but those that were told nothing. */
  g_assert_cmpuint (count_told (), ==, 900);
  g_ptr_array_set_size (consumers, 0);
  g_assert_cmpuint (count_told (), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/consumer-record/none", test_none);
  g_test_add_func ("/consumer-record/new-life", test_new_life);
  g_test_add_func ("/consumer-record/goes", test_goes);

  return g_test_run ();
}
