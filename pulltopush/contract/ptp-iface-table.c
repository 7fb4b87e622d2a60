/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-iface-table-private.h"

/* How far from its home a class may be. */
#define MAX_PROBES 8

PtpIfaceTable ptp_pull_producer_classes;
PtpIfaceTable ptp_push_producer_classes;
PtpIfaceTable ptp_consumer_classes;

static GMutex writers_lock;

static PtpIfaceSlot *
probe (PtpIfaceTable *self, gconstpointer klass, gsize distance)
{
  return &self->slots[(ptp_iface_table_home (klass) + distance) % PTP_IFACE_TABLE_SIZE];
}

static gpointer
find_away_from_home (PtpIfaceTable *self, gconstpointer klass)
{
  for (gsize i = 1; i < MAX_PROBES; i++)
    {
      PtpIfaceSlot *slot = probe (self, klass, i);

      if (g_atomic_pointer_get (&slot->klass) == klass)
        return slot->iface;
    }

  return NULL;
}

/* What a module may unload could leave a class of another type at the same address. */
static gboolean
is_for_good (GType type, GType iface_type)
{
  for (; type != 0 && g_type_is_a (type, iface_type); type = g_type_parent (type))
    if (g_type_get_plugin (type) != NULL || g_type_interface_get_plugin (type, iface_type) != NULL)
      return FALSE;

  return TRUE;
}

static void
remember (PtpIfaceTable *self, gpointer klass, gpointer iface)
{
  g_mutex_lock (&writers_lock);
  for (gsize i = 0; i < MAX_PROBES; i++)
    {
      PtpIfaceSlot *slot = probe (self, klass, i);

      if (slot->klass == klass)
        break;
      if (slot->klass == NULL)
        {
          slot->iface = iface;
          g_atomic_pointer_set (&slot->klass, klass);
          break;
        }
    }
  g_mutex_unlock (&writers_lock);
}

gpointer
ptp_iface_table_find_slowly (PtpIfaceTable *self, gpointer instance, GType iface_type)
{
  gpointer klass, iface;

  if (!G_TYPE_CHECK_INSTANCE_TYPE (instance, iface_type))
    return NULL;

  klass = ((GTypeInstance *) instance)->g_class;
  iface = find_away_from_home (self, klass);
  if (iface != NULL)
    return iface;

  iface = g_type_interface_peek (klass, iface_type);
  if (is_for_good (G_TYPE_FROM_CLASS (klass), iface_type))
    remember (self, klass, iface);

  return iface;
}
