/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "threads.h"

/* A producer of numbered chunks, and a consumer that expects just these. Both look at who calls. */

#define THREADS_TYPE_PRODUCER (threads_producer_get_type ())
G_DECLARE_FINAL_TYPE (ThreadsProducer, threads_producer, THREADS, PRODUCER, GObject)

struct _ThreadsProducer
{
  GObject parent_instance;

  ThreadsLife *life; /* (unowned): outlives it */
};

static void threads_producer_iface_init (PtpPullProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ThreadsProducer,
                               threads_producer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER,
                                                      threads_producer_iface_init))

#define THREADS_TYPE_CONSUMER (threads_consumer_get_type ())
G_DECLARE_FINAL_TYPE (ThreadsConsumer, threads_consumer, THREADS, CONSUMER, GObject)

struct _ThreadsConsumer
{
  GObject parent_instance;

  ThreadsLife *life; /* (unowned): outlives it */
};

static void threads_consumer_iface_init (PtpConsumerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ThreadsConsumer,
                               threads_consumer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER,
                                                      threads_consumer_iface_init))

static gboolean
write_next (ThreadsLife *life, PtpConsumer *consumer, GError **error)
{
  const guint content[] = { life->id, life->n_written };
  g_autoptr (GBytes) bytes = g_bytes_new (content, sizeof content);

  life->n_written++;
  return ptp_consumer_write (consumer, bytes, error);
}

static PtpStepResult
answer_last (ThreadsLife *life, GError **error)
{
  life->answered = TRUE;
  if (!life->failing)
    {
      g_atomic_int_or (&life->causes, THREADS_CAUSE_FINISHED);
      life->complete = TRUE;
      return PTP_STEP_RESULT_FINISHED;
    }

  g_atomic_int_or (&life->causes, THREADS_CAUSE_FAILED);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "The producer failed");
  return PTP_STEP_RESULT_FAILED;
}

static PtpStepResult
answer (ThreadsLife *life, PtpConsumer *consumer, GError **error)
{
  if (life->n_written >= life->n_chunks)
    return answer_last (life, error);

  if (crowd_random_one_in (&life->random, 6))
    {
      /* From here on a ready may come, also before the answer is there. */
      g_atomic_int_set (&life->pending, TRUE);
      for (guint n = crowd_random_below (&life->random, 8); n > 0; n--)
        g_thread_yield ();
      if (!g_atomic_int_get (&life->hurried))
        return PTP_STEP_RESULT_PENDING;
    }

  if (!crowd_random_one_in (&life->random, 8) && !write_next (life, consumer, error))
    {
      g_atomic_int_or (&life->causes, THREADS_CAUSE_FAILED);
      /* One that ignores it is stopped all the same (rule L22). */
      if (crowd_random_one_in (&life->random, 2))
        {
          g_clear_error (error);
          threads_life_limit_steps (life);
          return PTP_STEP_RESULT_MORE;
        }
      life->answered = TRUE;
      return PTP_STEP_RESULT_FAILED;
    }

  return PTP_STEP_RESULT_MORE;
}

static PtpStepResult
threads_producer_produce (PtpPullProducer *producer, PtpConsumer *consumer, GError **error)
{
  ThreadsLife *life = THREADS_PRODUCER (producer)->life;
  const int n_begun = g_atomic_int_add (&life->n_begun, 1) + 1;
  PtpStepResult result;

  threads_life_check_home (life, "produce");
  if (n_begun > g_atomic_int_get (&life->limit))
    threads_life_find (life, "T3: a step began after a call that ends the stream had returned");
  if (life->producing)
    threads_life_find (life, "R6: produce was entered again");
  if (life->answered || life->n_cancels > 0 || life->n_ends > 0)
    threads_life_find (life, "L6: a step after the end");
  g_atomic_int_set (&life->pending, FALSE);

  life->producing = TRUE;
  result = answer (life, consumer, error);
  life->producing = FALSE;

  return result;
}

static void
threads_producer_cancel (PtpPullProducer *producer, const GError *reason)
{
  ThreadsLife *life = THREADS_PRODUCER (producer)->life;

  threads_life_check_home (life, "cancel");
  threads_life_check_reason (life, reason);
  if (life->n_finishes + life->n_aborts > 0)
    threads_life_find (life, "cancelled after the consumer was told its end");
  if (life->n_cancels++ > 0 || life->answered || life->producing)
    threads_life_find (life, "L7: cancelled twice, after its last answer, or inside a step");
}

static void
threads_producer_iface_init (PtpPullProducerInterface *iface)
{
  iface->produce = threads_producer_produce;
  iface->cancel = threads_producer_cancel;
}

static void
threads_producer_class_init (ThreadsProducerClass *klass)
{
}

static void
threads_producer_init (ThreadsProducer *self)
{
}

GObject *
threads_producer_new (ThreadsLife *life)
{
  ThreadsProducer *self = g_object_new (THREADS_TYPE_PRODUCER, NULL);

  self->life = life;
  return G_OBJECT (self);
}

/* The consumer */

static gboolean
threads_consumer_register_push (PtpConsumer *consumer, PtpPushProducer *producer, GError **error)
{
  ThreadsLife *life = THREADS_CONSUMER (consumer)->life;

  threads_life_check_home (life, "register_push_producer");
  life->registered = producer;
  life->n_registered++;
  return TRUE;
}

static void
threads_consumer_unregister (PtpConsumer *consumer, PtpPushProducer *producer)
{
  ThreadsLife *life = THREADS_CONSUMER (consumer)->life;
  const int sink = g_atomic_int_get (&life->sink);

  threads_life_check_home (life, "unregister_producer");
  if (producer != life->registered)
    threads_life_find (life, "L20: another producer was unregistered");
  if (!life->in_unregister && sink != THREADS_SINK_OPEN && sink != THREADS_SINK_SETTLED)
    threads_life_find (life, "L19: unregistered before the consumer has settled");
  life->unregistered_own |= !life->in_unregister;
  life->registered = NULL;
  life->n_unregistered++;
}

static void
pause_from_inside (ThreadsLife *life)
{
  if (!g_atomic_int_compare_and_exchange (&life->pauser, THREADS_PAUSER_NOBODY,
                                          THREADS_PAUSER_CONSUMER))
    return;

  ptp_push_producer_pause_producing (life->registered);
  /* Half of them resume at once, the others are resumed by another thread while there is one. */
  if (crowd_random_one_in (&life->random, 2) || g_atomic_int_get (&life->hurried))
    threads_life_resume_consumer (life);
}

static gboolean
threads_consumer_write (PtpConsumer *consumer, GBytes *bytes, GError **error)
{
  ThreadsLife *life = THREADS_CONSUMER (consumer)->life;
  const guint *content = g_bytes_get_data (bytes, NULL);

  threads_life_check_home (life, "write");
  if (g_bytes_get_size (bytes) != 2 * sizeof *content || content[0] != life->id
      || content[1] != life->n_received)
    threads_life_find (life, "a chunk is not the next one");
  life->n_received++;

  if (crowd_random_one_in (&life->random, 8) && life->registered != NULL)
    pause_from_inside (life);
  if (crowd_random_one_in (&life->random, 32))
    g_main_context_iteration (life->home->context, FALSE);
  if (crowd_random_one_in (&life->random, 128) && life->registered != NULL)
    threads_life_unregister (life);
  if (crowd_random_one_in (&life->random, 200))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The consumer is full");
      return FALSE;
    }

  return TRUE;
}

/* What is pending somebody settles, maybe before it has answered, maybe in another thread. */
static PtpEndResult
end (ThreadsLife *life, int sink, GError **error)
{
  CrowdRandom *random = &life->random;

  g_atomic_int_set (&life->sink, sink);
  if (crowd_random_one_in (random, 8) && life->registered != NULL)
    threads_life_unregister (life);
  if (crowd_random_one_in (random, 8))
    g_main_context_iteration (life->home->context, FALSE);
  if (crowd_random_one_in (random, 2)
      || (sink == THREADS_SINK_FINISHING && g_atomic_int_get (&life->stubborn)))
    {
      if (g_atomic_int_get (&life->hurried))
        threads_life_settle (life, random);
      return PTP_END_RESULT_PENDING;
    }
  /* Another thread was faster. */
  if (!g_atomic_int_compare_and_exchange (&life->sink, sink, THREADS_SINK_SETTLED))
    return PTP_END_RESULT_PENDING;
  if (!crowd_random_one_in (random, 8))
    {
      g_atomic_int_set (&life->finished, sink == THREADS_SINK_FINISHING);
      return PTP_END_RESULT_DONE;
    }

  g_atomic_int_or (&life->causes, THREADS_CAUSE_SINK);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The consumer is full");
  return PTP_END_RESULT_FAILED;
}

static PtpEndResult
threads_consumer_finish (PtpConsumer *consumer, GError **error)
{
  ThreadsLife *life = THREADS_CONSUMER (consumer)->life;

  threads_life_check_home (life, "finish");
  if (life->n_finishes++ > 0 || life->n_aborts > 0 || !life->complete || life->producing)
    threads_life_find (life, "L17: finish twice, or before the producer has finished");

  return end (life, THREADS_SINK_FINISHING, error);
}

static PtpEndResult
threads_consumer_abort (PtpConsumer *consumer, const GError *reason, GError **error)
{
  ThreadsLife *life = THREADS_CONSUMER (consumer)->life;

  threads_life_check_home (life, "abort");
  threads_life_check_reason (life, reason);
  if (life->n_aborts++ > 0 || life->producing)
    threads_life_find (life, "L17: abort twice, or inside a step");

  /* While another thread is about to say how the finish went. */
  if (life->n_finishes > 0
      && !g_atomic_int_compare_and_exchange (&life->sink, THREADS_SINK_FINISHING,
                                             THREADS_SINK_ABORTING))
    return PTP_END_RESULT_PENDING;

  return end (life, THREADS_SINK_ABORTING, error);
}

static void
threads_consumer_iface_init (PtpConsumerInterface *iface)
{
  iface->register_push_producer = threads_consumer_register_push;
  iface->unregister_producer = threads_consumer_unregister;
  iface->write = threads_consumer_write;
  iface->finish = threads_consumer_finish;
  iface->abort = threads_consumer_abort;
}

static void
threads_consumer_class_init (ThreadsConsumerClass *klass)
{
}

static void
threads_consumer_init (ThreadsConsumer *self)
{
}

GObject *
threads_consumer_new (ThreadsLife *life)
{
  ThreadsConsumer *self = g_object_new (THREADS_TYPE_CONSUMER, NULL);

  self->life = life;
  return G_OBJECT (self);
}
