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

static void
crowd_producer_cancel (PtpPullProducer *producer)
{
  CrowdMember *member = CROWD_PRODUCER (producer)->member;

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
crowd_consumer_unregister (PtpConsumer *consumer)
{
  CROWD_CONSUMER (consumer)->member->n_unregistered++;
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

static void
crowd_consumer_producer_failed (PtpConsumer *consumer, const GError *error)
{
  CrowdMember *member = CROWD_CONSUMER (consumer)->member;

  crowd_member_check_idle (member, "E1: told of a failure inside a step, or after the end");
  if (member->n_failures++ > 0 || error == NULL)
    crowd_find (member->world, member, "E1: told of a failure twice, or without an error");
}

static void
crowd_consumer_iface_init (PtpConsumerInterface *iface)
{
  iface->register_push_producer = crowd_consumer_register_push;
  iface->unregister_producer = crowd_consumer_unregister;
  iface->write = crowd_consumer_write;
  iface->producer_failed = crowd_consumer_producer_failed;
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
