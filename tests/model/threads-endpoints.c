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
      g_atomic_int_or (&life->causes, 1 << PTP_STREAM_STATE_FINISHED);
      life->complete = TRUE;
      return PTP_STEP_RESULT_FINISHED;
    }

  g_atomic_int_or (&life->causes, 1 << PTP_STREAM_STATE_FAILED);
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
      g_atomic_int_or (&life->causes, 1 << PTP_STREAM_STATE_FAILED);
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
threads_producer_cancel (PtpPullProducer *producer)
{
  ThreadsLife *life = THREADS_PRODUCER (producer)->life;

  threads_life_check_home (life, "cancel");
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
threads_consumer_unregister (PtpConsumer *consumer)
{
  ThreadsLife *life = THREADS_CONSUMER (consumer)->life;

  threads_life_check_home (life, "unregister_producer");
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
  if (crowd_random_one_in (&life->random, 200))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The consumer is full");
      return FALSE;
    }

  return TRUE;
}

static void
threads_consumer_producer_failed (PtpConsumer *consumer, const GError *error)
{
  ThreadsLife *life = THREADS_CONSUMER (consumer)->life;

  threads_life_check_home (life, "producer_failed");
  if (life->n_failures++ > 0 || life->n_unregistered > 0 || error == NULL)
    threads_life_find (life, "E1: told of a failure twice, too late, or without an error");
}

static void
threads_consumer_iface_init (PtpConsumerInterface *iface)
{
  iface->register_push_producer = threads_consumer_register_push;
  iface->unregister_producer = threads_consumer_unregister;
  iface->write = threads_consumer_write;
  iface->producer_failed = threads_consumer_producer_failed;
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
