/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-pull-to-push-private.h"

#include "../contract/ptp-quark-private.h"

/* What cancels a stream is kept beside it, since most streams have no such thing. */
typedef struct
{
  GCancellable *cancellable; /* (owned) */
  gulong cancelled_id;       /* 0 before the start */
} Watch;

static GQuark
watch_quark (void)
{
  static guint quark;

  return ptp_quark_get (&quark, "ptp-pull-to-push-cancel");
}

static Watch *
get_watch (PtpPullToPush *self)
{
  return g_object_get_qdata (G_OBJECT (self), watch_quark ());
}

/* Not g_cancellable_disconnect(), which waits for a cancellation that may be what runs this. */
static void
free_watch (gpointer data)
{
  Watch *watch = data;

  if (watch->cancelled_id != 0)
    g_clear_signal_handler (&watch->cancelled_id, watch->cancellable);
  g_clear_object (&watch->cancellable);
  g_free (watch);
}

GCancellable *
ptp_pull_to_push_peek_cancellable (PtpPullToPush *self)
{
  Watch *watch = get_watch (self);

  return watch != NULL ? watch->cancellable : NULL;
}

/* @cancellable is (nullable). */
void
ptp_pull_to_push_replace_cancellable (PtpPullToPush *self, GCancellable *cancellable)
{
  Watch *watch = NULL;

  if (cancellable == NULL && get_watch (self) == NULL)
    return;

  if (cancellable != NULL)
    {
      watch = g_new0 (Watch, 1);
      watch->cancellable = g_object_ref (cancellable);
    }
  g_object_set_qdata_full (G_OBJECT (self), watch_quark (), watch,
                           watch != NULL ? free_watch : NULL);
}

/* It may be called twice, and under a lock of GLib's: nobody's code may run in it. */
static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  PtpPullToPush *self = PTP_PULL_TO_PUSH (user_data);

  if (!ptp_runnable_has_ended (ptp_runnable_get_state (&self->run)))
    ptp_runnable_end (&self->run, PTP_CAUSE_FAILED,
                      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                           "The stream was cancelled"));
}

static void
unref_closure_data (gpointer data, GClosure *closure)
{
  g_object_unref (data);
}

/* Not g_cancellable_connect(), which from GLib 2.84 on takes the lock of a cancellable whose
 * handlers may be what runs this.
 */
void
ptp_pull_to_push_watch_cancellable (PtpPullToPush *self)
{
  Watch *watch = get_watch (self);
  g_autoptr (GCancellable) cancellable = NULL;

  if (watch == NULL || watch->cancelled_id != 0)
    return;

  cancellable = g_object_ref (watch->cancellable);
  watch->cancelled_id
    = g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (cancelled_cb),
                             g_object_ref (self), unref_closure_data, G_CONNECT_DEFAULT);
  if (g_cancellable_is_cancelled (cancellable))
    cancelled_cb (cancellable, self);
}
