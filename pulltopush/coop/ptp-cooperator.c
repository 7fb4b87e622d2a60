/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cooperator-private.h"
#include "ptp-debug-private.h"

/**
 * PtpCooperator:
 *
 * Shares a [struct@GLib.MainContext] among many pieces of chunked work.
 *
 * All streams and tasks of a context and priority are run by one cooperator
 * with one [struct@GLib.Source], which is attached only while there is
 * something to run (rule S4). In each slice it runs steps until the slice is
 * over, then leaves the loop to everybody else, sources of lower priority too
 * (rule S2). Runnables share time, not turns (rule S3): one with dear steps gets
 * no more of the loop than one with cheap steps.
 *
 * The clock is read after every step that takes two microseconds or more; steps
 * cheaper than that are run in blocks of at most sixteen that together take
 * about as long. So a slice is over no later than one step, or one such block,
 * after its length (rule S1).
 *
 * Most programs never meet this class: [class@PullToPush.PullToPush] uses the
 * cooperator of the thread-default context by itself. Use it to choose another
 * priority or slice, or to run work of your own with
 * [method@PullToPush.Cooperator.cooperate]. Twisted has it as `Cooperator`.
 *
 * ## Threads
 *
 * A cooperator is used on its context, but it may be made, and the last
 * reference dropped, on any thread.
 *
 * ## The end of a context
 *
 * A cooperator keeps its context alive, a stream or task keeps its cooperator,
 * and one that was started keeps itself until it has ended. So a program that
 * drops a context does not end what was started there: nothing of it runs any
 * more, and the context, its file descriptor, the streams and both their ends
 * stay in memory. The same is true of a [class@Gio.Task] that has not returned.
 *
 * Before a program drops a context, for example at the end of a thread, it must
 * stop every stream and task that it started there and run the context until
 * they have ended. [method@PullToPush.PullToPush.wait_async] and
 * [method@PullToPush.CooperativeTask.wait_async] tell when. A stream that was
 * never started does not need this.
 *
 * Until then every call remains safe, from any thread, and a reference to the
 * stream or task is enough to do it later: [method@PullToPush.Cooperator.get_context]
 * is the context to run.
 *
 * Since: 1.0
 */

typedef enum
{
  PROP_CONTEXT = 1,
  PROP_PRIORITY,
  PROP_SLICE,
  PROP_ACTIVE,
} PtpCooperatorProperty;

static GParamSpec *properties[PROP_ACTIVE + 1];

G_DEFINE_FINAL_TYPE (PtpCooperator, ptp_cooperator, G_TYPE_OBJECT)

static gint64
monotonic_clock (gpointer user_data)
{
  return g_get_monotonic_time ();
}

/* The old one goes last, since what frees it may do anything. */
static void
replace_clock (PtpCooperator *self,
               PtpClockFunc clock_func,
               gpointer user_data,
               GDestroyNotify destroy)
{
  GDestroyNotify old_destroy = self->clock_destroy;
  gpointer old_data = self->clock_data;

  self->clock_func = clock_func;
  self->clock_data = user_data;
  self->clock_destroy = destroy;

  if (old_destroy != NULL)
    old_destroy (old_data);
}

static void
ptp_cooperator_constructed (GObject *object)
{
  PtpCooperator *self = PTP_COOPERATOR (object);

  G_OBJECT_CLASS (ptp_cooperator_parent_class)->constructed (object);

  /* Nothing runs without a cooperator, and nothing is locked here. */
  ptp_debug_init ();
  ptp_debug_tell_complaints ();

  if (self->context == NULL)
    self->context = g_main_context_ref_thread_default ();
}

static void
ptp_cooperator_dispose (GObject *object)
{
  /* Nothing is disposed of for a thread that takes it at this moment. */
  if (ptp_cooperator_leave_shared (PTP_COOPERATOR (object)))
    G_OBJECT_CLASS (ptp_cooperator_parent_class)->dispose (object);
}

static void
ptp_cooperator_finalize (GObject *object)
{
  PtpCooperator *self = PTP_COOPERATOR (object);

  replace_clock (self, monotonic_clock, NULL, NULL);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (ptp_cooperator_parent_class)->finalize (object);
}

static void
ptp_cooperator_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  PtpCooperator *self = PTP_COOPERATOR (object);

  switch ((PtpCooperatorProperty) prop_id)
    {
    case PROP_CONTEXT:
      g_value_set_boxed (value, ptp_cooperator_get_context (self));
      break;
    case PROP_PRIORITY:
      g_value_set_int (value, ptp_cooperator_get_priority (self));
      break;
    case PROP_SLICE:
      g_value_set_int64 (value, ptp_cooperator_get_slice (self));
      break;
    case PROP_ACTIVE:
      g_value_set_boolean (value, ptp_cooperator_get_active (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_cooperator_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  PtpCooperator *self = PTP_COOPERATOR (object);

  switch ((PtpCooperatorProperty) prop_id)
    {
    case PROP_CONTEXT:
      self->context = g_value_dup_boxed (value);
      break;
    case PROP_PRIORITY:
      self->priority = g_value_get_int (value);
      break;
    case PROP_SLICE:
      ptp_cooperator_set_slice (self, g_value_get_int64 (value));
      break;
    case PROP_ACTIVE:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_cooperator_class_init (PtpCooperatorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = ptp_cooperator_constructed;
  object_class->dispose = ptp_cooperator_dispose;
  object_class->finalize = ptp_cooperator_finalize;
  object_class->get_property = ptp_cooperator_get_property;
  object_class->set_property = ptp_cooperator_set_property;

  /**
   * PtpCooperator:context: (getter get_context)
   *
   * The context that is shared; the thread-default one of whoever made the
   * cooperator unless given.
   *
   * Since: 1.0
   */
  properties[PROP_CONTEXT]
    = g_param_spec_boxed ("context", NULL, NULL, G_TYPE_MAIN_CONTEXT,
                          G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * PtpCooperator:priority: (getter get_priority)
   *
   * The priority of the source, as in [method@GLib.Source.set_priority].
   *
   * Since: 1.0
   */
  properties[PROP_PRIORITY]
    = g_param_spec_int ("priority", NULL, NULL, G_MININT, G_MAXINT, G_PRIORITY_DEFAULT_IDLE,
                        G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * PtpCooperator:slice: (getter get_slice) (setter set_slice)
   *
   * The longest time the loop is kept in one go, in microseconds.
   *
   * Since: 1.0
   */
  properties[PROP_SLICE]
    = g_param_spec_int64 ("slice", NULL, NULL, 0, G_USEC_PER_SEC, PTP_SLICE_DEFAULT,
                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * PtpCooperator:active: (getter get_active)
   *
   * Whether a source is attached, for tests and for debugging. It is not
   * notified.
   *
   * Since: 1.0
   */
  properties[PROP_ACTIVE]
    = g_param_spec_boolean ("active", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
ptp_cooperator_init (PtpCooperator *self)
{
  g_mutex_init (&self->lock);
  ptp_run_queue_init (&self->queue);
  self->slice = PTP_SLICE_DEFAULT;
  self->clock_func = monotonic_clock;
}

/**
 * ptp_cooperator_new:
 * @context: (nullable): the context to share; the thread-default one if %NULL
 * @priority: the priority of its source; %G_PRIORITY_DEFAULT_IDLE is right for
 *   streams that should be in nobody's way
 *
 * Makes a cooperator of its own, apart from the shared one.
 *
 * Two cooperators of one context and priority share the loop by slices, not by
 * time; [func@PullToPush.Cooperator.ref_for_context] is what a program wants. This one
 * is for tests and for work that must have a slice of its own.
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): a new cooperator
 *
 * Since: 1.0
 */
PtpCooperator *
ptp_cooperator_new (GMainContext *context, int priority)
{
  return g_object_new (PTP_TYPE_COOPERATOR, "context", context, "priority", priority, NULL);
}

/**
 * ptp_cooperator_ref_default:
 *
 * Gets the shared cooperator of the thread-default context, with the default
 * priority, %G_PRIORITY_DEFAULT_IDLE.
 *
 * It lives as long as somebody, such as a stream, has a reference. Keep one to
 * make a changed [property@PullToPush.Cooperator:slice] last.
 *
 * Returns: (transfer full): the cooperator
 *
 * Since: 1.0
 */
PtpCooperator *
ptp_cooperator_ref_default (void)
{
  return ptp_cooperator_ref_for_context (NULL, G_PRIORITY_DEFAULT_IDLE);
}

/**
 * ptp_cooperator_ref_for_context:
 * @context: (nullable): a context; the thread-default one if %NULL
 * @priority: a priority
 *
 * Gets the shared cooperator of a context and priority.
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the cooperator
 *
 * Since: 1.0
 */
PtpCooperator *
ptp_cooperator_ref_for_context (GMainContext *context, int priority)
{
  g_autoptr (GMainContext) shared
    = context != NULL ? g_main_context_ref (context) : g_main_context_ref_thread_default ();

  return ptp_cooperator_ref_shared (shared, priority);
}

/**
 * ptp_cooperator_get_context: (get-property context)
 * @self: a cooperator
 *
 * Gets the context that is shared.
 *
 * May be called from any thread.
 *
 * Returns: (transfer none): the context
 *
 * Since: 1.0
 */
GMainContext *
ptp_cooperator_get_context (PtpCooperator *self)
{
  g_return_val_if_fail (PTP_IS_COOPERATOR (self), NULL);

  return self->context;
}

/**
 * ptp_cooperator_get_priority: (get-property priority)
 * @self: a cooperator
 *
 * Gets the priority of its source.
 *
 * May be called from any thread.
 *
 * Returns: the priority
 *
 * Since: 1.0
 */
int
ptp_cooperator_get_priority (PtpCooperator *self)
{
  g_return_val_if_fail (PTP_IS_COOPERATOR (self), 0);

  return self->priority;
}

/**
 * ptp_cooperator_get_slice: (get-property slice)
 * @self: a cooperator
 *
 * Gets the longest time the loop is kept in one go.
 *
 * Call it on the context.
 *
 * Returns: the slice, in microseconds
 *
 * Since: 1.0
 */
gint64
ptp_cooperator_get_slice (PtpCooperator *self)
{
  g_return_val_if_fail (PTP_IS_COOPERATOR (self), 0);

  return self->slice;
}

/**
 * ptp_cooperator_set_slice: (set-property slice)
 * @self: a cooperator
 * @slice: the slice, in microseconds, at most a second; with 0 each slice is
 *   one turn
 *
 * Sets the longest time the loop is kept in one go.
 *
 * Longer slices gain little throughput and make everything else on the context
 * late. Takes effect with the next slice. Call it on the context.
 *
 * Since: 1.0
 */
void
ptp_cooperator_set_slice (PtpCooperator *self, gint64 slice)
{
  g_return_if_fail (PTP_IS_COOPERATOR (self));
  g_return_if_fail (slice >= 0 && slice <= G_USEC_PER_SEC);

  if (self->slice == slice)
    return;

  self->slice = slice;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SLICE]);
}

/**
 * ptp_cooperator_get_active: (get-property active)
 * @self: a cooperator
 *
 * Tells whether a source is attached to the context, which is while something
 * is to be run (rule S4).
 *
 * May be called from any thread.
 *
 * Returns: true while active
 *
 * Since: 1.0
 */
gboolean
ptp_cooperator_get_active (PtpCooperator *self)
{
  gboolean active;

  g_return_val_if_fail (PTP_IS_COOPERATOR (self), FALSE);

  g_mutex_lock (&self->lock);
  active = self->source != NULL;
  g_mutex_unlock (&self->lock);

  return active;
}

/**
 * ptp_cooperator_set_clock:
 * @self: a cooperator
 * @clock_func: (scope notified) (closure user_data) (destroy destroy)
 *   (nullable): tells the time; the monotonic clock if %NULL
 * @user_data: data for @clock_func
 * @destroy: (nullable): frees @user_data
 *
 * Replaces the clock, for tests (rule S5).
 *
 * Call it on the context and not from inside a step.
 *
 * Since: 1.0
 */
void
ptp_cooperator_set_clock (PtpCooperator *self,
                          PtpClockFunc clock_func,
                          gpointer user_data,
                          GDestroyNotify destroy)
{
  g_return_if_fail (PTP_IS_COOPERATOR (self));

  replace_clock (self, clock_func != NULL ? clock_func : monotonic_clock, user_data, destroy);
}
