/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Rules E8, E11 and E12, and L7 for them: ends that come while nobody asks the producer, and
 * reasons that travel.
 */

#include "ptp-test-push-producer.h"
#include "ptp-test-stream.h"
#include "ptp-test-worker.h"

static void
break_cb (gpointer producer, gpointer unused)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "Line is busy");

  ptp_pull_producer_emit_broken (producer, error);
}

static void
break_again_cb (gpointer producer, gpointer unused)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PENDING, "Still busy");

  ptp_pull_producer_emit_broken (producer, error);
}

/* Its own error, of which it was told nothing, and its consumer everything. */
static void
assert_broken (PtpTestStream *t)
{
  ptp_test_ends_wait (t->ends);
  g_assert_error (t->ends->error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_error (ptp_pull_to_push_get_error (t->stream), G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_error (t->consumer->reason, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_cmpuint (t->consumer->n_aborts, ==, 1);
  g_assert_cmpuint (t->consumer->n_finishes, ==, 0);
  g_assert_cmpint (t->producer->n_cancels, ==, 0);
}

typedef struct
{
  const char *name;
  PtpStreamState state;
  gboolean held;
} Rest;

static const Rest rests[] = {
  { "paused", PTP_STREAM_STATE_PAUSED, FALSE },
  { "waiting", PTP_STREAM_STATE_WAITING, FALSE },
  { "held", PTP_STREAM_STATE_STREAMING, TRUE },
  { "held-while-paused", PTP_STREAM_STATE_PAUSED, TRUE },
  { "held-while-waiting", PTP_STREAM_STATE_WAITING, TRUE },
};

static void
rest_init (PtpTestStream *t, const Rest *rest)
{
  ptp_test_stream_init_in (t, rest->state);
  if (rest->held)
    ptp_pull_to_push_hold (t->stream, "user");
  ptp_test_drain ();
}

static void
test_e12_at_rest (gconstpointer rest)
{
  for (int in_thread = 0; in_thread < 2; in_thread++)
    {
      PtpTestStream t;
      int n_produces;

      rest_init (&t, rest);
      n_produces = t.producer->n_produces;
      ptp_test_log_clear (t.log);
      if (in_thread)
        ptp_test_in_thread (break_cb, t.producer, NULL);
      else
        break_cb (t.producer, NULL);
      ptp_test_stream_assert_state (&t, ENDING);
      ptp_test_log_assert (t.log, "");
      /* The first one counts. */
      break_again_cb (t.producer, NULL);
      assert_broken (&t);
      ptp_test_log_assert (t.log, "abort unregister failed");
      g_assert_cmpint (t.producer->n_produces, ==, n_produces);
      break_again_cb (t.producer, NULL);
      ptp_test_drain ();
      ptp_test_stream_clear (&t);
    }
}

/* One that is asked says so itself; it has to be at rest to be heard. */
static void
test_e12_before_start (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_words ("a"));
  break_cb (t.producer, NULL);
  break_again_cb (t.producer, NULL);
  ptp_pull_to_push_hold (t.stream, "user");
  ptp_test_stream_assert_state (&t, IDLE);
  ptp_test_stream_start (&t);
  assert_broken (&t);
  g_assert_cmpint (t.producer->n_produces, ==, 0);
  ptp_test_stream_clear (&t);
}

/* Before anybody listened to it. */
static void
test_e12_before_first_wait (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  t.producer->rest = PTP_STEP_RESULT_PENDING;
  t.producer->on_produce = break_cb;
  ptp_test_stream_start (&t);
  assert_broken (&t);
  g_assert_cmpint (t.producer->n_produces, ==, 1);
  ptp_test_stream_clear (&t);
}

static void
test_e12_before_first_pause (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new_endless ("x"));
  t.producer->on_produce = break_cb;
  t.consumer->on_write = ptp_test_consumer_pause;
  ptp_test_stream_start (&t);
  assert_broken (&t);
  g_assert_cmpint (t.producer->n_produces, ==, 1);
  ptp_test_stream_clear (&t);
}

/* While it is asked again, after a pause: the step completes, and no other begins. */
static void
test_e12_inside_produce (void)
{
  PtpTestStream t;
  int n_produces;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_PAUSED);
  ptp_test_drain ();
  n_produces = t.producer->n_produces;
  t.producer->on_produce = break_cb;
  ptp_test_stream_resume (&t);
  assert_broken (&t);
  g_assert_cmpint (t.producer->n_produces, ==, n_produces + 1);
  ptp_test_stream_clear (&t);
}

/* As a language binding may do that leaves the argument out (rule E2). */
static void
test_e12_without_error (void)
{
  PtpTestStream t;

  ptp_test_stream_init_in (&t, PTP_STREAM_STATE_WAITING);
  ptp_test_drain ();
  g_signal_emit_by_name (t.producer, "broken", NULL);
  ptp_test_ends_wait (t.ends);
  g_assert_error (t.ends->error, PTP_ERROR, PTP_ERROR_FAILED);
  g_assert_nonnull (strstr (t.ends->error->message, "PtpTestProducer"));
  ptp_test_stream_clear (&t);
}

/* Without a stream the first error is kept beside the producer, and freed with it. */
static void
test_e12_nobodys (void)
{
  PtpTestProducer *producer = ptp_test_producer_new ();

  break_cb (producer, NULL);
  break_again_cb (producer, NULL);
  ptp_test_in_thread (break_again_cb, producer, NULL);
  g_assert_finalize_object (producer);
}

/* A source that is kept and has broken is broken for the next stream as well. */
static void
test_e12_kept (void)
{
  PtpTestStream t;
  PtpPullToPush *second;
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  g_autoptr (PtpTestEnds) ends = NULL;

  ptp_test_stream_init_keeping (&t, ptp_test_producer_new_endless ("x"),
                                PTP_PULL_TO_PUSH_KEEP_SOURCE);
  ptp_test_stream_start (&t);
  ptp_test_stream_until_produced (&t, 1);
  ptp_test_stream_unregister (&t);
  ptp_test_ends_wait (t.ends);
  g_assert_cmpint (t.producer->n_cancels, ==, 0);

  break_cb (t.producer, NULL);
  consumer->on_register = ptp_test_consumer_pause;
  second = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (t.producer), PTP_CONSUMER (consumer), NULL);
  ends = ptp_test_ends_new (second);
  ptp_test_ends_wait (ends);
  g_assert_error (ends->error, G_IO_ERROR, G_IO_ERROR_BUSY);
  ptp_test_assert_finalize (second);
  ptp_test_assert_finalize (consumer);
  ptp_test_stream_clear (&t);
}

/* Rule L7: cancel and broken cross in two threads. Only the first of them counts. */

typedef struct
{
  PtpTestStream t;
  GCancellable *cancellable; /* (owned) */
} Crossing;

static void
crossing_init_cb (gpointer self, gpointer state)
{
  Crossing *c = self;

  ptp_test_stream_init_in (&c->t, (PtpStreamState) GPOINTER_TO_INT (state));
  ptp_pull_to_push_set_cancellable (c->t.stream, c->cancellable);
  ptp_test_drain ();
}

static void
crossing_wait_cb (gpointer self, gpointer unused)
{
  ptp_test_ends_wait (((Crossing *) self)->t.ends);
}

static void
crossing_clear_cb (gpointer self, gpointer unused)
{
  ptp_test_stream_clear (&((Crossing *) self)->t);
}

static gpointer
break_in_thread (gpointer producer)
{
  break_cb (producer, NULL);
  return NULL;
}

static void
assert_one_of_two (Crossing *c)
{
  if (g_error_matches (c->t.ends->error, G_IO_ERROR, G_IO_ERROR_BUSY))
    {
      g_assert_cmpint (c->t.producer->n_cancels, ==, 0);
      g_assert_error (c->t.consumer->reason, G_IO_ERROR, G_IO_ERROR_BUSY);
    }
  else
    {
      g_assert_error (c->t.ends->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (c->t.producer->n_cancels, ==, 1);
      g_assert_error (c->t.consumer->reason, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

static void
test_l7_crossing (void)
{
  PtpTestWorker worker;

  ptp_test_worker_init (&worker);
  for (guint round = 0; round < 300; round++)
    {
      int state = round % 2 ? PTP_STREAM_STATE_PAUSED : PTP_STREAM_STATE_WAITING;
      Crossing c = { .cancellable = g_cancellable_new () };
      GThread *thread;

      ptp_test_worker_call (&worker, crossing_init_cb, &c, GINT_TO_POINTER (state));
      thread = g_thread_new ("break", break_in_thread, c.t.producer);
      g_cancellable_cancel (c.cancellable);
      g_thread_join (thread);
      ptp_test_worker_call (&worker, crossing_wait_cb, &c, NULL);
      assert_one_of_two (&c);
      ptp_test_worker_call (&worker, crossing_clear_cb, &c, NULL);
      g_assert_finalize_object (c.cancellable);
    }
  ptp_test_worker_clear (&worker);
}

/* Rule E8 */

static void
stop_with_error (PtpTestStream *t)
{
  g_autoptr (GError) reason = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "Line is busy");

  ptp_push_producer_stop_producing (PTP_PUSH_PRODUCER (t->stream), reason);
}

static void
test_e8_stopped_with_error (gconstpointer rest)
{
  PtpTestStream t;
  int n_produces;

  rest_init (&t, rest);
  n_produces = t.producer->n_produces;
  stop_with_error (&t);
  ptp_test_ends_wait (t.ends);
  g_assert_error (t.ends->error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_error (t.producer->reason, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_cmpint (t.producer->n_produces, ==, n_produces);
  ptp_test_stream_clear (&t);
}

/* Rule E11 through stages: producers around a producer, which pass on what they are told. */

#define TEST_TYPE_STAGE (test_stage_get_type ())
G_DECLARE_FINAL_TYPE (TestStage, test_stage, TEST, STAGE, GObject)

struct _TestStage
{
  GObject parent_instance;

  PtpPullProducer *inner; /* (owned) */
};

static void test_stage_iface_init (PtpPullProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestStage,
                               test_stage,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER,
                                                      test_stage_iface_init))

static PtpStepResult
test_stage_produce (PtpPullProducer *producer, PtpConsumer *consumer, GError **error)
{
  return ptp_pull_producer_produce (TEST_STAGE (producer)->inner, consumer, error);
}

static void
test_stage_cancel (PtpPullProducer *producer, const GError *reason)
{
  ptp_pull_producer_cancel (TEST_STAGE (producer)->inner, reason);
}

static void
test_stage_iface_init (PtpPullProducerInterface *iface)
{
  iface->produce = test_stage_produce;
  iface->cancel = test_stage_cancel;
}

static void
test_stage_finalize (GObject *object)
{
  g_clear_object (&TEST_STAGE (object)->inner);

  G_OBJECT_CLASS (test_stage_parent_class)->finalize (object);
}

static void
test_stage_class_init (TestStageClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_stage_finalize;
}

static void
test_stage_init (TestStage *self)
{
}

/* Takes @inner. */
static PtpPullProducer *
stage_new (gpointer inner)
{
  TestStage *self = g_object_new (TEST_TYPE_STAGE, NULL);

  self->inner = inner;
  return PTP_PULL_PRODUCER (self);
}

static void
stop_with_error_cb (gpointer consumer, gpointer unused)
{
  g_autoptr (GError) reason = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "Line is busy");

  ptp_push_producer_stop_producing (PTP_TEST_CONSUMER (consumer)->producer, reason);
}

static void
stages_run (PtpTestProducer *source, PtpTestConsumer *consumer, int code)
{
  g_autoptr (PtpPullProducer) stages = stage_new (stage_new (stage_new (g_object_ref (source))));
  g_autoptr (PtpTestEnds) ends = NULL;
  PtpPullToPush *stream = ptp_pull_to_push_stream (stages, PTP_CONSUMER (consumer), NULL);

  ends = ptp_test_ends_new (stream);
  ptp_test_ends_wait (ends);
  g_assert_error (ends->error, G_IO_ERROR, code);
  ptp_test_assert_finalize (stream);
}

static void
test_e11_stages (void)
{
  PtpTestProducer *source = ptp_test_producer_new_endless ("x");
  PtpTestConsumer *consumer = ptp_test_consumer_new ();

  consumer->on_write = stop_with_error_cb;
  stages_run (source, consumer, G_IO_ERROR_BUSY);
  g_assert_cmpint (source->n_cancels, ==, 1);
  g_assert_error (source->reason, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_cmpstr (source->reason->message, ==, "Line is busy");
  g_assert_error (consumer->reason, G_IO_ERROR, G_IO_ERROR_BUSY);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (source);
}

static void
test_e11_write_through_stages (void)
{
  PtpTestProducer *source = ptp_test_producer_new_endless ("x");
  PtpTestConsumer *consumer = ptp_test_consumer_new ();

  consumer->fail_write_at = 2;
  stages_run (source, consumer, G_IO_ERROR_NO_SPACE);
  /* It has passed that on itself, which was its end. */
  g_assert_cmpint (source->n_cancels, ==, 0);
  g_assert_error (consumer->reason, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  ptp_test_assert_finalize (consumer);
  ptp_test_assert_finalize (source);
}

/* Rule B11: what is between a source and a stream keeps bytes, order, pause and end. */
static void
test_b11_passes_on (void)
{
  PtpTestProducer *source = ptp_test_producer_new_words ("a b c");
  PtpTestConsumer *consumer = ptp_test_consumer_new ();
  g_autoptr (PtpPullProducer) stages = stage_new (stage_new (g_object_ref (source)));
  g_autoptr (PtpTestEnds) ends = NULL;
  PtpPullToPush *stream;

  consumer->on_write = ptp_test_consumer_pause;
  stream = ptp_pull_to_push_stream (stages, PTP_CONSUMER (consumer), NULL);
  ends = ptp_test_ends_new (stream);
  for (int i = 1; i <= 3; i++)
    {
      ptp_test_drain ();
      g_assert_cmpint (source->n_produces, ==, i);
      ptp_test_consumer_resume (consumer, NULL);
    }
  ptp_test_ends_wait (ends);
  g_assert_cmpstr (consumer->bytes->str, ==, "abc");
  g_assert_cmpuint (consumer->n_finishes, ==, 1);
  g_assert_cmpuint (ends->n_finished, ==, 1);
  g_assert_cmpint (source->n_cancels, ==, 0);
  ptp_test_assert_finalize (stream);
  ptp_test_assert_finalize (consumer);
  g_clear_object (&stages);
  ptp_test_assert_finalize (source);
}

/* From inside every function of the consumer, and between them. */
static void
test_e11_everywhere (void)
{
  for (guint i = 0; i < 3; i++)
    {
      PtpTestStream t;

      ptp_test_stream_init (&t, ptp_test_producer_new_endless ("x"));
      if (i == 0)
        t.consumer->on_register = stop_with_error_cb;
      if (i == 1)
        t.consumer->on_write = stop_with_error_cb;
      ptp_test_stream_start (&t);
      if (i == 2)
        stop_with_error (&t);
      ptp_test_ends_wait (t.ends);
      g_assert_error (t.ends->error, G_IO_ERROR, G_IO_ERROR_BUSY);
      g_assert_error (t.producer->reason, G_IO_ERROR, G_IO_ERROR_BUSY);
      g_assert_error (t.consumer->reason, G_IO_ERROR, G_IO_ERROR_BUSY);
      g_assert_cmpint (t.producer->n_produces, ==, i == 1);
      ptp_test_stream_clear (&t);
    }
}

/* It broke inside its finish, and says so in both ways: it is told to abort, and why. */
static void
stop_inside_finish_cb (gpointer consumer, gpointer unused)
{
  stop_with_error_cb (consumer, NULL);
}

static void
test_e11_inside_finish (void)
{
  PtpTestStream t;

  ptp_test_stream_init (&t, ptp_test_producer_new ());
  t.consumer->finish_result = PTP_END_RESULT_PENDING;
  t.consumer->on_finish = stop_inside_finish_cb;
  ptp_test_stream_start (&t);
  ptp_test_ends_wait (t.ends);
  ptp_test_log_assert (t.log, "register produce finish abort unregister failed");
  g_assert_error (t.ends->error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_error (t.consumer->reason, G_IO_ERROR, G_IO_ERROR_BUSY);
  ptp_test_stream_clear (&t);
}

static void
add_rests (const char *path, GTestDataFunc func)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rests); i++)
    {
      g_autofree char *whole = g_strconcat (path, "/", rests[i].name, NULL);

      g_test_add_data_func (whole, &rests[i], func);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_rests ("/rules/E12/at-rest", test_e12_at_rest);
  g_test_add_func ("/rules/E12/before-start", test_e12_before_start);
  g_test_add_func ("/rules/E12/before-first-wait", test_e12_before_first_wait);
  g_test_add_func ("/rules/E12/before-first-pause", test_e12_before_first_pause);
  g_test_add_func ("/rules/E12/inside-produce", test_e12_inside_produce);
  g_test_add_func ("/rules/E12/without-error", test_e12_without_error);
  g_test_add_func ("/rules/E12/nobodys", test_e12_nobodys);
  g_test_add_func ("/rules/E12/kept", test_e12_kept);
  g_test_add_func ("/rules/L7/crossing", test_l7_crossing);
  add_rests ("/rules/E8/stopped-with-error", test_e8_stopped_with_error);
  g_test_add_func ("/rules/E11/stages", test_e11_stages);
  g_test_add_func ("/rules/E11/write-through-stages", test_e11_write_through_stages);
  g_test_add_func ("/rules/B11/passes-on", test_b11_passes_on);
  g_test_add_func ("/rules/E11/everywhere", test_e11_everywhere);
  g_test_add_func ("/rules/E11/inside-finish", test_e11_inside_finish);

  return g_test_run ();
}
