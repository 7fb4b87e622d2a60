/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-test-producer.h"

#include <string.h>

typedef struct
{
  char *chunk; /* (owned) (nullable) */
  PtpStepResult result;
  GError *error; /* (owned) (nullable) */
} Answer;

static void ptp_test_producer_iface_init (PtpPullProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpTestProducer,
                               ptp_test_producer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER,
                                                      ptp_test_producer_iface_init))

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_free (answer->chunk);
  g_clear_error (&answer->error);
  g_free (answer);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)

static void
record_call (PtpTestProducer *self, const char *word)
{
  if (self->thread == NULL)
    self->thread = g_thread_self ();
  if (self->thread != g_thread_self ())
    self->strayed = TRUE;
  if (self->producing)
    self->reentered = TRUE;
  self->context = g_main_context_get_thread_default ();
  ptp_test_log_add (self->log, "%s", word);
}

static PtpStepResult
give_answer (PtpTestProducer *self, Answer *answer, PtpConsumer *consumer, GError **error)
{
  const char *chunk = answer != NULL ? answer->chunk : self->rest_chunk;
  PtpStepResult result = answer != NULL ? answer->result : self->rest;

  if (chunk != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (chunk, strlen (chunk));

      if (!ptp_consumer_write (consumer, bytes, error))
        return PTP_STEP_RESULT_FAILED;
    }

  if (self->on_produced != NULL)
    self->on_produced (self, self->hook_data);

  if (answer != NULL && answer->error != NULL)
    g_propagate_error (error, g_steal_pointer (&answer->error));
  return result;
}

static PtpStepResult
ptp_test_producer_produce (PtpPullProducer *producer, PtpConsumer *consumer, GError **error)
{
  PtpTestProducer *self = PTP_TEST_PRODUCER (producer);
  g_autoptr (Answer) answer = NULL;
  PtpStepResult result;

  record_call (self, "produce");
  g_atomic_int_inc (&self->n_produces);
  self->last_target = consumer;
  self->producing = TRUE;

  if (self->on_produce != NULL)
    self->on_produce (self, self->hook_data);
  answer = g_queue_pop_head (&self->answers);
  result = give_answer (self, answer, consumer, error);

  self->producing = FALSE;
  return result;
}

static void
ptp_test_producer_cancel (PtpPullProducer *producer, const GError *reason)
{
  PtpTestProducer *self = PTP_TEST_PRODUCER (producer);

  record_call (self, "cancel");
  g_atomic_int_inc (&self->n_cancels);
  g_clear_error (&self->reason);
  self->reason = g_error_copy (reason);
  if (self->on_cancel != NULL)
    self->on_cancel (self, self->hook_data);
}

static void
ptp_test_producer_iface_init (PtpPullProducerInterface *iface)
{
  iface->produce = ptp_test_producer_produce;
  iface->cancel = ptp_test_producer_cancel;
}

static void
ptp_test_producer_finalize (GObject *object)
{
  PtpTestProducer *self = PTP_TEST_PRODUCER (object);

  g_queue_clear_full (&self->answers, answer_free);
  g_clear_error (&self->reason);
  g_clear_pointer (&self->log, ptp_test_log_unref);

  G_OBJECT_CLASS (ptp_test_producer_parent_class)->finalize (object);
}

static void
ptp_test_producer_class_init (PtpTestProducerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ptp_test_producer_finalize;
}

static void
ptp_test_producer_init (PtpTestProducer *self)
{
  self->rest = PTP_STEP_RESULT_FINISHED;
  g_queue_init (&self->answers);
}

PtpTestProducer *
ptp_test_producer_new (void)
{
  return g_object_new (PTP_TEST_TYPE_PRODUCER, NULL);
}

PtpTestProducer *
ptp_test_producer_new_endless (const char *chunk)
{
  PtpTestProducer *self = ptp_test_producer_new ();

  self->rest = PTP_STEP_RESULT_MORE;
  self->rest_chunk = chunk;
  return self;
}

PtpTestProducer *
ptp_test_producer_new_words (const char *words)
{
  PtpTestProducer *self = ptp_test_producer_new ();
  g_auto (GStrv) chunks = g_strsplit (words, " ", -1);

  for (gsize i = 0; chunks[i] != NULL; i++)
    ptp_test_producer_answer (self, chunks[i], PTP_STEP_RESULT_MORE);
  return self;
}

void
ptp_test_producer_answer (PtpTestProducer *self, const char *chunk, PtpStepResult result)
{
  ptp_test_producer_answer_error (self, chunk, result, NULL);
}

void
ptp_test_producer_answer_error (PtpTestProducer *self,
                                const char *chunk,
                                PtpStepResult result,
                                GError *error)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->chunk = g_strdup (chunk);
  answer->result = result;
  answer->error = error;
  g_queue_push_tail (&self->answers, answer);
}

void
ptp_test_producer_set_log (PtpTestProducer *self, PtpTestLog *log)
{
  g_clear_pointer (&self->log, ptp_test_log_unref);
  self->log = ptp_test_log_ref (log);
}
