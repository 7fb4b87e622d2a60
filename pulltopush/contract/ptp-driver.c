/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-driver-private.h"

#include "ptp-quark-private.h"

static GMutex drivers_lock;
static GHashTable *drivers; /* (element-type PtpDriver): a set, by producer */
static const PtpDriverFuncs *driver_funcs;

static GQuark
broken_quark (void)
{
  static guint quark;

  return ptp_quark_get (&quark, "ptp-pull-producer-broken");
}

static guint
driver_hash (gconstpointer key)
{
  const PtpDriver *driver = key;

  return g_direct_hash (driver->producer);
}

static gboolean
driver_equal (gconstpointer a, gconstpointer b)
{
  const PtpDriver *one = a, *other = b;

  return one->producer == other->producer;
}

static PtpDriver *
find_locked (PtpPullProducer *producer)
{
  PtpDriver key = { .producer = producer };

  return drivers != NULL ? g_hash_table_lookup (drivers, &key) : NULL;
}

void
ptp_driver_set_funcs (const PtpDriverFuncs *funcs)
{
  driver_funcs = funcs;
}

void
ptp_driver_attach (PtpDriver *self)
{
  const GError *error;

  g_mutex_lock (&drivers_lock);
  if (drivers == NULL)
    drivers = g_hash_table_new (driver_hash, driver_equal);
  g_hash_table_add (drivers, self);
  error = g_object_get_qdata (G_OBJECT (self->producer), broken_quark ());
  if (error != NULL)
    driver_funcs->broken (self, error);
  g_mutex_unlock (&drivers_lock);
}

/* The table goes with its last entry, so that nothing of the library is left then. Another driver
 * may have the same producer by now.
 */
void
ptp_driver_detach (PtpDriver *self)
{
  g_mutex_lock (&drivers_lock);
  if (self->producer != NULL && find_locked (self->producer) == self)
    g_hash_table_remove (drivers, self);
  if (drivers != NULL && g_hash_table_size (drivers) == 0)
    g_clear_pointer (&drivers, g_hash_table_unref);
  g_mutex_unlock (&drivers_lock);
}

gboolean
ptp_driver_is_attached (PtpPullProducer *producer)
{
  gboolean attached;

  g_mutex_lock (&drivers_lock);
  attached = find_locked (producer) != NULL;
  g_mutex_unlock (&drivers_lock);

  return attached;
}

void
ptp_driver_tell_ready (PtpPullProducer *producer)
{
  PtpDriver *driver;

  g_mutex_lock (&drivers_lock);
  driver = find_locked (producer);
  if (driver != NULL)
    driver_funcs->ready (driver);
  g_mutex_unlock (&drivers_lock);
}

void
ptp_driver_tell_broken (PtpPullProducer *producer, const GError *error)
{
  PtpDriver *driver;

  g_mutex_lock (&drivers_lock);
  driver = find_locked (producer);
  if (driver != NULL)
    driver_funcs->broken (driver, error);
  else if (g_object_get_qdata (G_OBJECT (producer), broken_quark ()) == NULL)
    g_object_set_qdata_full (G_OBJECT (producer), broken_quark (), g_error_copy (error),
                             (GDestroyNotify) g_error_free);
  g_mutex_unlock (&drivers_lock);
}
