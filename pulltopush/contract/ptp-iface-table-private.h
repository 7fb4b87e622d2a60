/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-consumer.h"
#include "ptp-pull-producer.h"
#include "ptp-push-producer.h"

G_BEGIN_DECLS

/* Where each class has its implementation of one interface.
 *
 * A public call checks the type of what it is given and looks the interface up, each time, and the
 * two of them cost more than the step around them. The class of an instance says as much as its
 * type, and a pointer is compared in no time. A slot is written once and never changed, so that it
 * is read without a lock; a class that finds no room is looked up the long way.
 */
#define PTP_IFACE_TABLE_SIZE 64

typedef struct
{
  gpointer klass; /* atomic, (unowned): NULL while the slot is free */
  gpointer iface; /* (unowned): as good as constant once there is a class */
} PtpIfaceSlot;

typedef struct
{
  PtpIfaceSlot slots[PTP_IFACE_TABLE_SIZE];
} PtpIfaceTable;

gpointer ptp_iface_table_find_slowly (PtpIfaceTable *self, gpointer instance, GType iface_type);

static inline gsize
ptp_iface_table_home (gconstpointer klass)
{
  /* Allocated classes are at least this far apart. */
  return (GPOINTER_TO_SIZE (klass) >> 4) % PTP_IFACE_TABLE_SIZE;
}

/* The implementation that @instance has; NULL if it has none, or is no instance at all. */
static inline gpointer
ptp_iface_table_find (PtpIfaceTable *self, gpointer instance, GType (*get_iface_type) (void))
{
  if (G_LIKELY (instance != NULL))
    {
      gpointer klass = ((GTypeInstance *) instance)->g_class;
      PtpIfaceSlot *slot = &self->slots[ptp_iface_table_home (klass)];

      if (G_LIKELY (g_atomic_pointer_get (&slot->klass) == klass && klass != NULL))
        return slot->iface;
    }

  return ptp_iface_table_find_slowly (self, instance, get_iface_type ());
}

/* As g_return_if_fail() and g_return_val_if_fail() do, where what was found stands for the type
 * check
 * @expr; what is to be returned comes last.
 */
#define ptp_return_if_not_found(iface, expr, ...)                                                  \
  G_STMT_START                                                                                     \
  {                                                                                                \
    if (G_UNLIKELY ((iface) == NULL))                                                              \
      {                                                                                            \
        g_return_if_fail_warning (G_LOG_DOMAIN, G_STRFUNC, #expr);                                 \
        return __VA_ARGS__;                                                                        \
      }                                                                                            \
  }                                                                                                \
  G_STMT_END

/* One for each interface of the contract, for the calls that are made with every chunk. */

extern G_GNUC_INTERNAL PtpIfaceTable ptp_pull_producer_classes;
extern G_GNUC_INTERNAL PtpIfaceTable ptp_push_producer_classes;
extern G_GNUC_INTERNAL PtpIfaceTable ptp_consumer_classes;

static inline PtpPullProducerInterface *
ptp_pull_producer_peek_iface (PtpPullProducer *instance)
{
  return ptp_iface_table_find (&ptp_pull_producer_classes, instance, ptp_pull_producer_get_type);
}

static inline PtpPushProducerInterface *
ptp_push_producer_peek_iface (PtpPushProducer *instance)
{
  return ptp_iface_table_find (&ptp_push_producer_classes, instance, ptp_push_producer_get_type);
}

static inline PtpConsumerInterface *
ptp_consumer_peek_iface (PtpConsumer *instance)
{
  return ptp_iface_table_find (&ptp_consumer_classes, instance, ptp_consumer_get_type);
}

G_END_DECLS
