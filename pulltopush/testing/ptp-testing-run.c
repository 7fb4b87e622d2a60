/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-run-private.h"

/* A context that never rests is left alone after as many turns. */
#define MAX_DRAIN_TURNS 10000
/* A cooperator leaves the loop alone for an iteration after each slice. */
#define QUIET_TURNS 3
/* How often a condition is looked at that no source tells of, in milliseconds. */
#define TICK 5

void
ptp_testing_run_fault (PtpTestingRun *self, const char *format, ...)
{
  va_list args;

  if (self->fault != NULL)
    return;

  va_start (args, format);
  self->fault = g_strdup_vprintf (format, args);
  va_end (args);
}

void
ptp_testing_run_skip (PtpTestingRun *self, const char *reason)
{
  if (self->skipped == NULL)
    self->skipped = g_strdup (reason);
}

gboolean
ptp_testing_run_is_over (PtpTestingRun *self)
{
  return self->fault != NULL || self->skipped != NULL;
}

static gboolean
set_flag_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static GSource *
attach_timer (guint milliseconds, GSourceFunc func, gpointer user_data)
{
  GSource *source = g_timeout_source_new (milliseconds);

  g_source_set_callback (source, func, user_data, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());

  return source;
}

static void
detach (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

/* Runs the context until the condition holds, or patience is at its end. Returns whether it holds.
 */
gboolean
ptp_testing_run_until (PtpTestingRun *self, PtpTestingCondition condition, gpointer user_data)
{
  GSource *deadline, *ticker;
  gboolean expired = FALSE, holds;

  deadline = attach_timer (self->suite->patience, set_flag_cb, &expired);
  ticker = attach_timer (TICK, tick_cb, NULL);
  while (!(holds = condition (user_data)) && !expired)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  detach (ticker);
  detach (deadline);

  return holds;
}

/* Runs what is ready to run. */
void
ptp_testing_run_drain (PtpTestingRun *self)
{
  guint n_turns = 0;

  for (guint n_quiet = 0; n_quiet < QUIET_TURNS && n_turns < MAX_DRAIN_TURNS; n_quiet++, n_turns++)
    if (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
      n_quiet = 0;
}

/* Gives an object time to do what it should not. */
void
ptp_testing_run_linger (PtpTestingRun *self)
{
  gboolean over = FALSE;
  GSource *timer;

  ptp_testing_run_drain (self);
  if (self->suite->linger == 0)
    return;

  timer = attach_timer (self->suite->linger, set_flag_cb, &over);
  while (!over)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  detach (timer);
}

void
ptp_testing_in_thread (GThreadFunc func, gpointer data)
{
  g_thread_join (g_thread_new ("ptp-testing", func, data));
}

static GType
get_wanted_type (PtpTestingKind kind)
{
  switch (kind)
    {
    case PTP_TESTING_KIND_PUSH_PRODUCER:
      return PTP_TYPE_PUSH_PRODUCER;
    case PTP_TESTING_KIND_CONSUMER:
      return PTP_TYPE_CONSUMER;
    case PTP_TESTING_KIND_PULL_PRODUCER:
    default:
      return PTP_TYPE_PULL_PRODUCER;
    }
}

/* Returns: (transfer full) (nullable): a fresh object; without one there is a fault. */
gpointer
ptp_testing_run_make (PtpTestingRun *self, PtpTestingConsumer *consumer)
{
  PtpTestingSuite *suite = self->suite;
  PtpTestingFactory factory = (PtpTestingFactory) suite->factory.func;
  GType wanted = get_wanted_type (suite->kind);
  g_autoptr (GObject) object = NULL;

  object = factory (consumer != NULL ? PTP_CONSUMER (consumer) : NULL, suite->factory.user_data);
  if (object == NULL)
    ptp_testing_run_fault (self, "the factory gave nothing");
  else if (!G_TYPE_CHECK_INSTANCE_TYPE (object, wanted))
    ptp_testing_run_fault (self, "the factory gave a %s, which is no %s",
                           G_OBJECT_TYPE_NAME (object), g_type_name (wanted));
  else
    return g_steal_pointer (&object);

  return NULL;
}

gboolean
ptp_testing_run_has_hook (PtpTestingRun *self, PtpTestingHook hook)
{
  return self->suite->hooks[hook].func != NULL;
}

void
ptp_testing_run_call_hook (PtpTestingRun *self, PtpTestingHook hook, gpointer object)
{
  PtpTestingCallback *callback = &self->suite->hooks[hook];
  PtpTestingHookFunc func = (PtpTestingHookFunc) callback->func;

  if (func != NULL)
    func (object, callback->user_data);
}

/* Returns: (transfer full) (nullable): what has arrived; %NULL if nobody knows. */
GBytes *
ptp_testing_run_read (PtpTestingRun *self, gpointer object)
{
  PtpTestingCallback *callback = &self->suite->reader;
  PtpTestingReadFunc func = (PtpTestingReadFunc) callback->func;
  GBytes *bytes;

  if (func == NULL)
    return NULL;

  bytes = func (object, callback->user_data);
  return bytes != NULL ? bytes : g_bytes_new_static (NULL, 0);
}

gboolean
ptp_testing_run_probe (PtpTestingRun *self, gpointer object)
{
  PtpTestingCallback *callback = &self->suite->probe;
  PtpTestingProbeFunc func = (PtpTestingProbeFunc) callback->func;

  return func != NULL && func (object, callback->user_data);
}

GError *
ptp_testing_create_stop (void)
{
  return g_error_new_literal (PTP_ERROR, PTP_ERROR_STOPPED, "The suite needs no more");
}

static void
gone_cb (gpointer user_data, GObject *object)
{
  PtpTestingWatch *self = user_data;

  g_atomic_int_set (&self->gone, TRUE);
  g_atomic_rc_box_release (self);
}

PtpTestingWatch *
ptp_testing_watch_new (gpointer object)
{
  PtpTestingWatch *self = g_atomic_rc_box_new0 (PtpTestingWatch);

  g_object_weak_ref (object, gone_cb, g_atomic_rc_box_acquire (self));
  return self;
}

void
ptp_testing_watch_unref (PtpTestingWatch *self)
{
  g_atomic_rc_box_release (self);
}

typedef struct
{
  PtpTestingRun *run;
  PtpTestingWatch *watch;
} Vanishing;

static gboolean
has_vanished (gpointer user_data)
{
  Vanishing *vanishing = user_data;

  /* What is under way comes first: to collect in the midst of it makes PyGObject lose count. */
  if (!g_atomic_int_get (&vanishing->watch->gone))
    ptp_testing_run_drain (vanishing->run);
  if (!g_atomic_int_get (&vanishing->watch->gone))
    ptp_testing_run_call_hook (vanishing->run, PTP_TESTING_HOOK_COLLECT, NULL);

  return g_atomic_int_get (&vanishing->watch->gone);
}

/* Waits for it: what is in flight may keep an object for a while. */
gboolean
ptp_testing_run_is_gone (PtpTestingRun *self, PtpTestingWatch *watch)
{
  Vanishing vanishing = { self, watch };

  return ptp_testing_run_until (self, has_vanished, &vanishing);
}

/* Takes @object, which must be the last reference. */
void
ptp_testing_run_drop (PtpTestingRun *self, gpointer object, const char *when)
{
  g_autoptr (PtpTestingWatch) watch = ptp_testing_watch_new (object);
  const char *type = G_OBJECT_TYPE_NAME (object);

  g_object_unref (object);
  if (!ptp_testing_run_is_gone (self, watch))
    ptp_testing_run_fault (self, "the %s was dropped %s, and is still there", type, when);
}

/* Takes @violations. */
void
ptp_testing_run_take_violations (PtpTestingRun *self, GStrv violations, const char *rule)
{
  g_autofree char *prefix = g_strconcat (rule, " ", NULL);

  for (gsize i = 0; violations[i] != NULL; i++)
    if (g_str_has_prefix (violations[i], prefix))
      ptp_testing_run_fault (self, "%s", violations[i] + strlen (prefix));
  g_strfreev (violations);
}

/* From here to the end of the check, a write to @consumer is a fault. */
void
ptp_testing_run_bar (PtpTestingRun *self,
                     PtpTestingConsumer *consumer,
                     const char *rule,
                     const char *why)
{
  ptp_testing_consumer_bar (consumer, rule, why);
  g_ptr_array_add (self->watched, g_object_ref (consumer));
}

/* What is endless is compared as far as both go. */
void
ptp_testing_run_compare (PtpTestingRun *self, GBytes *wanted, GBytes *seen, const char *when)
{
  gsize n_wanted, n_seen, n_common, at = 0;
  const guint8 *a = g_bytes_get_data (wanted, &n_wanted);
  const guint8 *b = g_bytes_get_data (seen, &n_seen);

  n_common = MIN (n_wanted, n_seen);
  while (at < n_common && a[at] == b[at])
    at++;

  if (at < n_common)
    ptp_testing_run_fault (self,
                           "%s byte %" G_GSIZE_FORMAT " was 0x%02x, where 0x%02x was expected",
                           when, at, b[at], a[at]);
  else if (n_wanted != n_seen && !self->suite->endless)
    ptp_testing_run_fault (self,
                           "%s %" G_GSIZE_FORMAT " bytes arrived, where %" G_GSIZE_FORMAT
                           " were expected",
                           when, n_seen, n_wanted);
}
