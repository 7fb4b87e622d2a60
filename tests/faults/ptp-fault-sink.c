/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-fault-sink.h"

#include <glib/gstdio.h>

static guint n_alive; /* atomic */

static gsize
shorten (PtpFaultSink *self, PtpFault fault, gsize size)
{
  if (fault == PTP_FAULT_FAIL || fault == PTP_FAULT_ZERO || fault == PTP_FAULT_ZEROS)
    return 0;
  if (size > 1 && self->ragged != NULL)
    size = (gsize) g_rand_int_range (self->ragged, 1, (gint32) size + 1);
  if (fault == PTP_FAULT_SHORT_ONE)
    return MIN (size, 1);
  if (fault == PTP_FAULT_SHORT_HALF)
    return MAX (size / 2, MIN (size, 1));

  return size;
}

static void
keep (PtpFaultSink *self, const GOutputVector *vectors, gsize n_vectors, gsize size)
{
  for (gsize i = 0; i < n_vectors && size > 0; i++)
    {
      gsize n = MIN (size, vectors[i].size);

      g_byte_array_append (self->taken, vectors[i].buffer, (guint) n);
      size -= n;
    }
}

static void
hang_up (PtpFaultSink *self)
{
  self->hung_up = TRUE;
  if (self->peer_fd >= 0)
    g_close (g_steal_fd (&self->peer_fd), NULL);
}

gboolean
ptp_fault_sink_take (PtpFaultSink *self,
                     PtpFault fault,
                     const GOutputVector *vectors,
                     gsize n_vectors,
                     gsize *written,
                     GError **error)
{
  gsize size = 0;

  for (gsize i = 0; i < n_vectors; i++)
    size += vectors[i].size;

  g_mutex_lock (&self->plan.mutex);
  size = shorten (self, fault, size);
  keep (self, vectors, n_vectors, size);
  if (fault == PTP_FAULT_HUP)
    hang_up (self);
  g_mutex_unlock (&self->plan.mutex);

  *written = size;
  if (fault == PTP_FAULT_FAIL)
    return ptp_fault_plan_fail (&self->plan, error);

  return TRUE;
}

static void
sink_clear (gpointer user_data)
{
  PtpFaultSink *self = user_data;

  ptp_fault_plan_clear (&self->plan);
  g_byte_array_unref (self->taken);
  g_clear_pointer (&self->ragged, g_rand_free);
  if (self->fd >= 0)
    g_close (self->fd, NULL);
  if (self->peer_fd >= 0)
    g_close (self->peer_fd, NULL);
  (void) g_atomic_int_dec_and_test (&n_alive);
  g_main_context_wakeup (NULL);
}

PtpFaultSink *
ptp_fault_sink_new (void)
{
  PtpFaultSink *self = g_atomic_rc_box_new0 (PtpFaultSink);

  g_atomic_int_inc (&n_alive);
  ptp_fault_plan_init (&self->plan);
  self->taken = g_byte_array_new ();
  self->fd = -1;
  self->peer_fd = -1;
  return self;
}

PtpFaultSink *
ptp_fault_sink_ref (PtpFaultSink *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
ptp_fault_sink_unref (PtpFaultSink *self)
{
  g_atomic_rc_box_release_full (self, sink_clear);
}

guint
ptp_fault_sink_get_n_alive (void)
{
  return (guint) g_atomic_int_get (&n_alive);
}

gsize
ptp_fault_sink_get_taken (PtpFaultSink *self)
{
  gsize size;

  g_mutex_lock (&self->plan.mutex);
  size = self->taken->len;
  g_mutex_unlock (&self->plan.mutex);
  return size;
}
