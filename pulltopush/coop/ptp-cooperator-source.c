/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cooperator-private.h"

/* The one GSource of a cooperator.
 *
 * It is attached while there is anything to do, so it is ready whenever it is looked at, but for
 * one iteration after each slice: the main context runs sources of one priority only, the highest
 * that is ready, and one that is always ready would starve all below it (rule S2). So would a new
 * one in each iteration, which is why now and then a new one rests first.
 */
typedef struct
{
  GSource source;
  PtpCooperator *cooperator; /* (owned) */
  gboolean resting;
} CooperatorSource;

static gboolean
prepare (GSource *source, int *timeout)
{
  CooperatorSource *self = (CooperatorSource *) source;

  *timeout = 0;
  return !self->resting;
}

/* Called in every iteration in which nothing of a higher priority is ready. */
static gboolean
check (GSource *source)
{
  CooperatorSource *self = (CooperatorSource *) source;
  gboolean rested = self->resting;

  self->resting = FALSE;
  return !rested;
}

static gboolean
is_thread_default (GMainContext *context)
{
  GMainContext *current = g_main_context_get_thread_default ();

  return current == context || (current == NULL && context == g_main_context_default ());
}

/* A nested main loop may have dispatched, and even removed, this source in the meantime; a post
 * after that made another one, which has nothing left to do if this slice did it.
 */
static gboolean
keep_or_let_go (CooperatorSource *self)
{
  PtpCooperator *cooperator = self->cooperator;
  g_autoptr (GSource) made = NULL;
  GSource *idle = NULL;
  gboolean more;

  g_mutex_lock (&cooperator->lock);
  more = ptp_cooperator_has_work (cooperator);
  if (more)
    {
      cooperator->n_restless = 0;
      made = ptp_cooperator_make_source (cooperator);
      ptp_cooperator_attach (cooperator, made);
    }
  else
    {
      cooperator->n_restless++;
      idle = g_steal_pointer (&cooperator->source);
    }
  g_mutex_unlock (&cooperator->lock);

  if (idle != NULL && idle != &self->source)
    g_source_destroy (idle);

  return more;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  CooperatorSource *self = (CooperatorSource *) source;
  PtpCooperator *cooperator = self->cooperator;
  gboolean push = !is_thread_default (cooperator->context);

  if (push)
    g_main_context_push_thread_default (cooperator->context);
  ptp_cooperator_run_slice (cooperator);
  if (push)
    g_main_context_pop_thread_default (cooperator->context);

  self->resting = TRUE;
  return keep_or_let_go (self) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
finalize (GSource *source)
{
  CooperatorSource *self = (CooperatorSource *) source;

  g_clear_object (&self->cooperator);
}

static GSourceFuncs cooperator_source_funcs = {
  .prepare = prepare,
  .check = check,
  .dispatch = dispatch,
  .finalize = finalize,
};

static GSource *
source_new (PtpCooperator *cooperator)
{
  GSource *source = g_source_new (&cooperator_source_funcs, sizeof (CooperatorSource));

  ((CooperatorSource *) source)->cooperator = g_object_ref (cooperator);
  g_source_set_static_name (source, "[pulltopush] cooperator");
  g_source_set_priority (source, cooperator->priority);
  /* Other streams go on in a main loop that a step runs (rule R6). */
  g_source_set_can_recurse (source, TRUE);

  return source;
}

/* With the lock held, which it releases for a moment if there is no source: making one takes a
 * reference to the cooperator, and that may run somebody's code.
 *
 * Returns: (transfer full) (nullable): to be dropped when the lock is released
 */
GSource *
ptp_cooperator_make_source (PtpCooperator *self)
{
  GSource *source;

  if (self->source != NULL)
    return NULL;

  g_mutex_unlock (&self->lock);
  source = source_new (self);
  g_mutex_lock (&self->lock);

  return source;
}

/* With the lock held ever since. Another thread may have been faster; of what is attached the
 * context keeps a reference.
 */
void
ptp_cooperator_attach (PtpCooperator *self, GSource *source)
{
  if (self->source != NULL)
    return;

  self->source = source;
  /* One that waits after each step, and is ready again at once, gets a new source for each. */
  if (self->n_restless >= PTP_MAX_RESTLESS)
    {
      ((CooperatorSource *) source)->resting = TRUE;
      self->n_restless = 0;
    }
  g_source_attach (source, self->context);
}
