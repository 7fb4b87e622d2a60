/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-unheard-private.h"

/* It is never freed while a report may be running: a report keeps it alive. */
typedef struct
{
  PtpUnheardFunc func;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
} Reporter;

static GMutex reporter_lock;
static Reporter *reporter; /* (owned) (nullable): an atomic box */

static void
reporter_clear (gpointer data)
{
  Reporter *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
}

static void
reporter_unref (Reporter *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, reporter_clear);
}

static Reporter *
ref_reporter (void)
{
  Reporter *self;

  g_mutex_lock (&reporter_lock);
  self = reporter != NULL ? g_atomic_rc_box_acquire (reporter) : NULL;
  g_mutex_unlock (&reporter_lock);

  return self;
}

void
ptp_unheard_report (GObject *object, const GError *error)
{
  Reporter *self = ref_reporter ();

  if (self != NULL)
    self->func (object, error, self->user_data);
  else
    g_debug ("A %s failed, and nobody waits for it or listens: %s", G_OBJECT_TYPE_NAME (object),
             error->message);
  reporter_unref (self);
}

/**
 * ptp_set_unheard_func:
 * @func: (nullable) (scope notified) (closure user_data) (destroy destroy): reports
 *   such a failure; %NULL for a debug message
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Sets what is done, in the whole process, about a failed stream or task that
 * nobody waits for (rule E13).
 *
 * That is one where, a turn after the end, nobody has begun to wait, was
 * connected to `failed`, `notify::state` or `notify::error`, or has read the
 * error. A cancellation that was asked for does not count. The overrides of
 * Python and JavaScript set a function that prints a traceback; the default is a
 * debug message.
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
ptp_set_unheard_func (PtpUnheardFunc func, gpointer user_data, GDestroyNotify destroy)
{
  Reporter *new_one = NULL, *old;

  if (func != NULL)
    {
      new_one = g_atomic_rc_box_new0 (Reporter);
      new_one->func = func;
      new_one->user_data = user_data;
      new_one->destroy = destroy;
    }

  g_mutex_lock (&reporter_lock);
  old = reporter;
  reporter = new_one;
  g_mutex_unlock (&reporter_lock);

  reporter_unref (old);
}
