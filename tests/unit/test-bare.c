/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Objects that were made by their bare constructor, as language bindings allow: every call is
 * harmless, and what lacks something says so.
 */

#include "ptp-test-consumer.h"
#include "ptp-test-producer.h"
#include "ptp-test-wait.h"

/* Another object that a bare one is called with. */
static PtpTestConsumer *
sink_new (void)
{
  return ptp_test_consumer_new ();
}

static void
read_properties (gpointer object)
{
  guint n = 0;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n);

  for (guint i = 0; i < n; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      if ((pspecs[i]->flags & G_PARAM_READABLE) == 0)
        continue;

      g_object_get_property (object, pspecs[i]->name, &value);
      if ((pspecs[i]->flags & (G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY)) == G_PARAM_WRITABLE)
        g_object_set_property (object, pspecs[i]->name, &value);
    }
}

/* Tasks */

static void
call_task (PtpCooperativeTask *task)
{
  ptp_cooperative_task_pause (task);
  ptp_cooperative_task_resume (task);
  ptp_cooperative_task_ready (task);
  ptp_cooperative_task_stop (task);
  ptp_cooperative_task_get_state (task);
  ptp_cooperative_task_get_error (task);
  read_properties (task);
}

static void
test_task (void)
{
  PtpCooperativeTask *task = g_object_new (PTP_TYPE_COOPERATIVE_TASK, NULL);
  g_autoptr (PtpTestEnds) ends = ptp_test_ends_new (task);
  g_auto (PtpTestWait) wait = { 0 };
  g_auto (PtpTestWait) late = { 0 };

  g_assert_cmpint (ptp_cooperative_task_get_state (task), ==, PTP_STREAM_STATE_ENDING);
  ptp_test_wait_start (&wait, task, NULL);
  call_task (task);
  ptp_test_ends_wait (ends);
  ptp_test_wait_until_over (&wait);
  g_assert_error (wait.error, PTP_ERROR, PTP_ERROR_INVALID);
  g_assert_nonnull (strstr (wait.error->message, "function"));
  g_assert_error (ends->error, PTP_ERROR, PTP_ERROR_INVALID);
  g_assert_error (ptp_cooperative_task_get_error (task), PTP_ERROR, PTP_ERROR_INVALID);
  call_task (task);
  ptp_test_wait_start (&late, task, NULL);
  ptp_test_wait_until_over (&late);
  g_assert_error (late.error, PTP_ERROR, PTP_ERROR_INVALID);
  ptp_test_assert_finalize (task);
}

/* A class of one's own, which a binding can derive from it. */
static void
test_derived_task (void)
{
  const GTypeInfo info = { .class_size = sizeof (PtpCooperativeTaskClass) };
  GTypeQuery query;
  GTypeInfo sized = info;
  PtpCooperativeTask *task;
  GType type;

  g_type_query (PTP_TYPE_COOPERATIVE_TASK, &query);
  sized.class_size = (guint16) query.class_size;
  sized.instance_size = (guint16) query.instance_size;
  type = g_type_register_static (PTP_TYPE_COOPERATIVE_TASK, "TestDerivedTask", &sized, 0);
  task = g_object_new (type, NULL);
  call_task (task);
  ptp_test_drain ();
  g_assert_error (ptp_cooperative_task_get_error (task), PTP_ERROR, PTP_ERROR_INVALID);
  ptp_test_assert_finalize (task);
}

static void
test_disposed_task (void)
{
  PtpCooperativeTask *task = g_object_new (PTP_TYPE_COOPERATIVE_TASK, NULL);

  g_object_run_dispose (G_OBJECT (task));
  call_task (task);
  ptp_test_drain ();
  call_task (task);
  ptp_test_assert_finalize (task);
}

/* Streams */

static void
call_stream (PtpPullToPush *stream)
{
  PtpPushProducer *producer = PTP_PUSH_PRODUCER (stream);
  g_autoptr (PtpTestConsumer) consumer = sink_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) reason = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "Line is busy");
  g_auto (GStrv) holders = ptp_pull_to_push_dup_holders (stream);

  g_assert_nonnull (holders);
  ptp_pull_to_push_start_streaming (stream);
  ptp_pull_to_push_hold (stream, "user");
  ptp_pull_to_push_release (stream, "user");
  ptp_push_producer_pause_producing (producer);
  ptp_push_producer_resume_producing (producer);
  ptp_push_producer_registered (producer, PTP_CONSUMER (consumer));
  ptp_push_producer_unregistered (producer);
  ptp_push_producer_stop_producing (producer, reason);
  ptp_pull_to_push_stop_streaming (stream);
  ptp_pull_to_push_set_cancellable (stream, cancellable);
  g_cancellable_cancel (cancellable);
  ptp_pull_to_push_get_producer (stream);
  ptp_pull_to_push_get_consumer (stream);
  ptp_pull_to_push_get_flags (stream);
  ptp_pull_to_push_get_n_steps (stream);
  ptp_pull_to_push_get_exhausted (stream);
  ptp_pull_to_push_get_error (stream);
  g_assert_true (PTP_IS_COOPERATOR (ptp_pull_to_push_get_cooperator (stream)));
  read_properties (stream);
}

/* Without either of them, or both. */
static PtpPullToPush *
stream_new (guint i, PtpTestProducer *producer, PtpTestConsumer *consumer)
{
  return g_object_new (PTP_TYPE_PULL_TO_PUSH, "producer", i == 1 ? producer : NULL, "consumer",
                       i == 2 ? consumer : NULL, NULL);
}

static void
test_stream (void)
{
  for (guint i = 0; i < 3; i++)
    {
      PtpTestProducer *producer = ptp_test_producer_new_words ("a");
      PtpTestConsumer *consumer = sink_new ();
      PtpPullToPush *stream = stream_new (i, producer, consumer);
      g_autoptr (PtpTestEnds) ends = ptp_test_ends_new (stream);
      g_auto (PtpTestWait) wait = { 0 };

      ptp_test_wait_start (&wait, stream, NULL);
      call_stream (stream);
      ptp_test_ends_wait (ends);
      ptp_test_wait_until_over (&wait);
      g_assert_error (wait.error, PTP_ERROR, PTP_ERROR_INVALID);
      g_assert_error (ends->error, PTP_ERROR, PTP_ERROR_INVALID);
      g_assert_error (ptp_pull_to_push_get_error (stream), PTP_ERROR, PTP_ERROR_INVALID);
      call_stream (stream);
      ptp_test_drain ();
      g_assert_cmpint (producer->n_produces, ==, 0);
      ptp_test_assert_finalize (stream);
      ptp_test_assert_finalize (consumer);
      ptp_test_assert_finalize (producer);
    }
}

/* A source that it has is not forgotten (rule L7). */
static void
test_stream_without_consumer (void)
{
  PtpTestProducer *producer = ptp_test_producer_new_words ("a");
  PtpPullToPush *stream = stream_new (1, producer, NULL);

  ptp_test_drain ();
  g_assert_cmpint (producer->n_cancels, ==, 1);
  g_assert_error (producer->reason, PTP_ERROR, PTP_ERROR_INVALID);
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (producer);
}

/* One that has a consumer tells it that nothing will come. */
static void
test_stream_registered (void)
{
  for (guint i = 0; i < 3; i++)
    {
      PtpTestProducer *producer = ptp_test_producer_new_words ("a");
      PtpTestConsumer *consumer = sink_new ();
      PtpPullToPush *stream = stream_new (i, producer, consumer);

      ptp_consumer_register_push_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (stream),
                                           NULL);
      ptp_pull_to_push_start_streaming (stream);
      ptp_test_drain ();
      g_assert_cmpint (ptp_pull_to_push_get_state (stream), ==, PTP_STREAM_STATE_FAILED);
      ptp_consumer_unregister_producer (PTP_CONSUMER (consumer), PTP_PUSH_PRODUCER (stream));
      g_assert_cmpuint (consumer->n_writes + consumer->n_finishes, ==, 0);
      g_assert_cmpuint (consumer->n_aborts, ==, i == 2);
      ptp_test_assert_finalize (stream);
      ptp_test_assert_finalize (consumer);
      ptp_test_assert_finalize (producer);
    }
}

static PtpStepResult
finish_step (gpointer user_data, GError **error)
{
  return PTP_STEP_RESULT_FINISHED;
}

static void
test_cooperator (void)
{
  PtpCooperator *cooperator = g_object_new (PTP_TYPE_COOPERATOR, NULL);
  PtpCooperativeTask *task = ptp_cooperator_cooperate (cooperator, finish_step, NULL, NULL);

  read_properties (cooperator);
  ptp_test_drain ();
  g_assert_cmpint (ptp_cooperative_task_get_state (task), ==, PTP_STREAM_STATE_FINISHED);
  ptp_test_assert_finalize (task);
  ptp_test_assert_finalize (cooperator);
}

/* Ends of a stream */

/* The types, none of which may be optimised away. */
static GType
get_type_of (guint i)
{
  GType (*const funcs[]) (void) = {
    ptp_bytes_producer_get_type,
    ptp_input_stream_producer_get_type,
    ptp_output_stream_consumer_get_type,
    ptp_file_consumer_get_type,
    ptp_connection_get_type,
  };

  return i < G_N_ELEMENTS (funcs) ? funcs[i]() : G_TYPE_INVALID;
}

static void
call_as_producer (gpointer object)
{
  g_autoptr (GError) reason = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "Line is busy");
  PtpTestConsumer *consumer = sink_new ();
  g_autoptr (GError) error = NULL;
  PtpStepResult result;

  result = ptp_pull_producer_produce (object, PTP_CONSUMER (consumer), &error);
  g_assert_true ((result == PTP_STEP_RESULT_FAILED) == (error != NULL));
  ptp_pull_producer_emit_ready (object);
  ptp_pull_producer_cancel (object, reason);
  ptp_pull_producer_emit_broken (object, reason);
  ptp_test_drain ();
  ptp_test_assert_finalize (consumer);
}

static void
call_as_consumer (gpointer object)
{
  g_autoptr (GError) reason = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "Line is busy");
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  PtpTestProducer *producer = ptp_test_producer_new_words ("a");
  g_autoptr (GError) error = NULL;

  ptp_consumer_get_desired_size (object);
  g_assert_true (ptp_consumer_write (object, bytes, &error) == (error == NULL));
  ptp_consumer_register_pull_producer (object, PTP_PULL_PRODUCER (producer), NULL);
  ptp_test_drain ();
  ptp_consumer_finish (object, NULL);
  ptp_consumer_abort (object, reason, NULL);
  ptp_consumer_emit_settled (object, PTP_SETTLEMENT_ABORTED);
  ptp_test_drain ();
  ptp_test_assert_finalize (producer);
}

static void
test_endpoints (void)
{
  GType type;

  for (guint i = 0; (type = get_type_of (i)) != G_TYPE_INVALID; i++)
    {
      GObject *object = g_object_new (type, NULL);

      read_properties (object);
      if (PTP_IS_PULL_PRODUCER (object))
        call_as_producer (object);
      if (PTP_IS_CONSUMER (object))
        call_as_consumer (object);
      read_properties (object);
      ptp_test_drain ();
      g_assert_finalize_object (object);
    }
}

/* A consumer without a stream cannot finish, even if there was nothing to write. */
static void
test_nothing_finished (void)
{
  GType type;

  for (guint i = 0; (type = get_type_of (i)) != G_TYPE_INVALID; i++)
    {
      GObject *object = g_object_new (type, NULL);
      g_auto (PtpTestWait) wait = { 0 };

      if (PTP_IS_CONSUMER (object))
        {
          ptp_test_wait_start (&wait, object, NULL);
          ptp_consumer_finish (PTP_CONSUMER (object), NULL);
          ptp_test_wait_until_over (&wait);
          g_assert_error (wait.error, PTP_ERROR, PTP_ERROR_INVALID);
        }
      ptp_test_assert_finalize (object);
    }
}

/* As a program does that gives one of them to the other: it ends, and says why if it fails. */
static void
test_endpoints_in_streams (void)
{
  GType type;

  for (guint i = 0; (type = get_type_of (i)) != G_TYPE_INVALID; i++)
    {
      GObject *object = g_object_new (type, NULL);
      PtpTestProducer *producer = ptp_test_producer_new_words ("a");
      PtpTestConsumer *consumer = sink_new ();
      g_autoptr (GError) error = NULL;
      PtpPullToPush *stream = ptp_pull_to_push_stream (
        PTP_IS_PULL_PRODUCER (object) ? (gpointer) object : (gpointer) producer,
        PTP_IS_CONSUMER (object) ? (gpointer) object : (gpointer) consumer, &error);

      g_assert_true ((stream == NULL) == (error != NULL));
      if (stream != NULL)
        {
          g_auto (PtpTestWait) wait = { 0 };

          ptp_test_wait_start (&wait, stream, NULL);
          ptp_test_wait_until_over (&wait);
          /* No bytes are bytes as well. */
          g_assert_true (wait.result == PTP_IS_BYTES_PRODUCER (object));
          ptp_test_assert_finalize (stream);
        }
      ptp_test_drain ();
      g_assert_finalize_object (object);
      ptp_test_assert_finalize (producer);
      ptp_test_assert_finalize (consumer);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/bare/task", test_task);
  g_test_add_func ("/bare/task/derived", test_derived_task);
  g_test_add_func ("/bare/task/disposed", test_disposed_task);
  g_test_add_func ("/bare/stream", test_stream);
  g_test_add_func ("/bare/stream/without-consumer", test_stream_without_consumer);
  g_test_add_func ("/bare/stream/registered", test_stream_registered);
  g_test_add_func ("/bare/cooperator", test_cooperator);
  g_test_add_func ("/bare/endpoints", test_endpoints);
  g_test_add_func ("/bare/endpoints-in-streams", test_endpoints_in_streams);
  g_test_add_func ("/bare/nothing-finished", test_nothing_finished);

  return g_test_run ();
}
