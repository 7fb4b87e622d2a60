/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "crowd.h"

#define CROWD_TYPE_PRODUCER (crowd_producer_get_type ())
G_DECLARE_FINAL_TYPE (CrowdProducer, crowd_producer, CROWD, PRODUCER, GObject)

struct _CrowdProducer
{
  GObject parent_instance;

  CrowdMember *member; /* (unowned): outlives it */
};

static void crowd_producer_iface_init (PtpPullProducerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CrowdProducer,
                               crowd_producer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER,
                                                      crowd_producer_iface_init))

#define CROWD_TYPE_CONSUMER (crowd_consumer_get_type ())
G_DECLARE_FINAL_TYPE (CrowdConsumer, crowd_consumer, CROWD, CONSUMER, GObject)

struct _CrowdConsumer
{
  GObject parent_instance;

  CrowdMember *member; /* (unowned): outlives it */
};

static void crowd_consumer_iface_init (PtpConsumerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CrowdConsumer,
                               crowd_consumer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER, crowd_consumer_iface_init))

static PtpStepResult
crowd_producer_produce (PtpPullProducer *producer, PtpConsumer *consumer, GError **error)
{
  return crowd_member_step (CROWD_PRODUCER (producer)->member, consumer, error);
}

GError *
crowd_make_reason (CrowdCause cause)
{
  if (cause == CROWD_CAUSE_BUSY)
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "Something broke");
  if (cause == CROWD_CAUSE_CANCELLED)
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
  if (cause == CROWD_CAUSE_BROKEN)
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "The producer broke");

  return g_error_new_literal (PTP_ERROR, PTP_ERROR_STOPPED, "Nobody needs more");
}

static void
check_reason (CrowdMember *self, CrowdCause cause, const GError *reason, const char *what)
{
  g_autoptr (GError) expected = crowd_make_reason (cause);

  if (reason == NULL || !g_error_matches (reason, expected->domain, expected->code))
    crowd_find (self->world, self, "E11: %s for another reason", what);
}

static void
crowd_producer_cancel (PtpPullProducer *producer, const GError *reason)
{
  CrowdMember *member = CROWD_PRODUCER (producer)->member;

  check_reason (member, member->cause, reason, "cancelled");
  if (member->n_finishes + member->n_aborts > 0)
    crowd_find (member->world, member, "cancelled after the consumer was told");

  crowd_member_check_idle (member, "L7: cancelled inside a step, or after the end");
  if (member->n_cancels++ > 0 || member->answered)
    crowd_find (member->world, member, "L7: cancelled twice, or after its last answer");
}

static void
crowd_producer_iface_init (PtpPullProducerInterface *iface)
{
  iface->produce = crowd_producer_produce;
  iface->cancel = crowd_producer_cancel;
}

static void
crowd_producer_class_init (CrowdProducerClass *klass)
{
}

static void
crowd_producer_init (CrowdProducer *self)
{
}

GObject *
crowd_producer_new (CrowdMember *member)
{
  CrowdProducer *self = g_object_new (CROWD_TYPE_PRODUCER, NULL);

  self->member = member;
  return G_OBJECT (self);
}

static gboolean
crowd_consumer_register_push (PtpConsumer *consumer, PtpPushProducer *producer, GError **error)
{
  CROWD_CONSUMER (consumer)->member->n_registered++;
  return TRUE;
}

static void
crowd_consumer_unregister (PtpConsumer *consumer, PtpPushProducer *producer)
{
  CrowdMember *member = CROWD_CONSUMER (consumer)->member;

  if (producer != member->object)
    crowd_find (member->world, member, "L20: another producer was unregistered");
  if (!member->in_unregister && member->pending)
    crowd_find (member->world, member, "L19: unregistered before it has settled");
  if (!member->in_unregister)
    member->unregistered_own = TRUE;
  member->n_unregistered++;
}

static gboolean
crowd_consumer_write (PtpConsumer *consumer, GBytes *bytes, GError **error)
{
  CrowdMember *member = CROWD_CONSUMER (consumer)->member;
  CrowdWorld *world = member->world;
  const guint *content = g_bytes_get_data (bytes, NULL);

  if (g_bytes_get_size (bytes) != 2 * sizeof *content || content[0] != member->id
      || content[1] != member->n_received)
    crowd_find (world, member, "a chunk is not the next one");
  member->n_received++;
  if (!world->is_calm && crowd_random_one_in (&world->random, 16))
    crowd_act (world);

  return TRUE;
}

/* Anything may happen inside, also a main loop, but nothing more of this stream. Some consumers
 * take a while, and some of those have settled before they have said so (rule R10).
 */
static PtpEndResult
end (CrowdMember *self, CrowdOutcome outcome, GError **error)
{
  CrowdWorld *world = self->world;
  gboolean pending = !world->is_calm && crowd_random_one_in (&world->random, 2);

  if (self->in_end_call)
    crowd_find (world, self, "R6: finish or abort was entered again");
  crowd_member_check_idle (self, "L17: told its end inside a step, or after the end");
  self->in_end_call = TRUE;
  self->pending = pending;
  if (world->disturb != NULL)
    world->disturb (self);
  if (world->nests && world->depth < 3 && crowd_random_one_in (&world->random, 8))
    crowd_turn (world);
  self->in_end_call = FALSE;
  if (pending)
    return PTP_END_RESULT_PENDING;

  self->outcome = crowd_random_one_in (&world->random, 8) ? CROWD_OUTCOME_FAILED : outcome;
  if (self->outcome != CROWD_OUTCOME_FAILED)
    return PTP_END_RESULT_DONE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The consumer is full");
  return PTP_END_RESULT_FAILED;
}

static PtpEndResult
crowd_consumer_finish (PtpConsumer *consumer, GError **error)
{
  CrowdMember *member = CROWD_CONSUMER (consumer)->member;

  if (member->n_finishes++ > 0 || member->n_aborts > 0 || member->cause != CROWD_CAUSE_EXHAUSTED)
    crowd_find (member->world, member, "L17: finish twice, or without a finished producer");

  return end (member, CROWD_OUTCOME_FINISHED, error);
}

static PtpEndResult
crowd_consumer_abort (PtpConsumer *consumer, const GError *reason, GError **error)
{
  CrowdMember *member = CROWD_CONSUMER (consumer)->member;
  gboolean cut_short = member->n_finishes > 0;

  if (member->n_aborts++ > 0 || (cut_short && !member->pending))
    crowd_find (member->world, member, "L17: abort twice, or after the consumer has settled");
  if (cut_short)
    check_reason (member, member->abort_cause, reason, "aborted after finish");
  else
    check_reason (member, member->cause, reason, "aborted");

  return end (member, CROWD_OUTCOME_ABORTED, error);
}

static void
crowd_consumer_iface_init (PtpConsumerInterface *iface)
{
  iface->register_push_producer = crowd_consumer_register_push;
  iface->unregister_producer = crowd_consumer_unregister;
  iface->write = crowd_consumer_write;
  iface->finish = crowd_consumer_finish;
  iface->abort = crowd_consumer_abort;
}

static void
crowd_consumer_class_init (CrowdConsumerClass *klass)
{
}

static void
crowd_consumer_init (CrowdConsumer *self)
{
}

GObject *
crowd_consumer_new (CrowdMember *member)
{
  CrowdConsumer *self = g_object_new (CROWD_TYPE_CONSUMER, NULL);

  self->member = member;
  return G_OBJECT (self);
}
