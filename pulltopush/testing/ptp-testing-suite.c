/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-run-private.h"

/**
 * PtpTestingSuite:
 *
 * Checks whether an object of your own keeps the rules of a stream.
 *
 * It is given a factory, makes as many fresh objects as it needs, treats each of them as a stream
 * might (pauses it, cancels it, drops it, lets its writes fail, at every step) and says which rules
 * it breaks, by their numbers. What it cannot know is told with hints: what should be written, how
 * to close a consumer, whether the last reference may be dropped on another thread. A check that
 * lacks a hint is skipped, and says which.
 *
 * There are three ways to run it, on the thread-default context:
 *
 * - [method@PullToPushTesting.Suite.run] returns a [class@PullToPushTesting.Result] for each check,
 *   for any framework;
 * - [method@PullToPushTesting.Suite.run_tap] prints them, for a program of its own;
 * - [method@PullToPushTesting.Suite.add_to_gtest] makes each check a test case of GLib's.
 *
 * ## Threads
 *
 * It is used by one thread, and calls the factory, the hooks and all that the factory makes there;
 * only with [property@PullToPushTesting.Suite:any-thread] does another one emit `ready` and drop a
 * last reference.
 *
 * Since: 1.0
 */

G_DEFINE_ENUM_TYPE (PtpTestingKind,
                    ptp_testing_kind,
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_KIND_PULL_PRODUCER, "pull-producer"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_KIND_PUSH_PRODUCER, "push-producer"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_KIND_CONSUMER, "consumer"))

G_DEFINE_ENUM_TYPE (PtpTestingHook,
                    ptp_testing_hook,
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_HOOK_START, "start"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_HOOK_READY, "ready"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_HOOK_FAIL, "fail"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_HOOK_CLOSE, "close"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_HOOK_BREAK, "break"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_HOOK_ENOUGH, "enough"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_HOOK_COLLECT, "collect"))

typedef enum
{
  PROP_EXPECTED = 1,
  PROP_EXPECTED_ERROR,
  PROP_ENDLESS,
  PROP_ANY_THREAD,
  PROP_UNDOES,
  PROP_LIMIT,
  PROP_LONGEST_STEP,
  PROP_MAX_STEPS,
  PROP_PATIENCE,
  PROP_LINGER,
} PtpTestingSuiteProperty;

static GParamSpec *properties[PROP_LINGER + 1];

G_DEFINE_FINAL_TYPE (PtpTestingSuite, ptp_testing_suite, G_TYPE_OBJECT)

static void
callback_clear (PtpTestingCallback *callback)
{
  PtpTestingCallback old = *callback;

  *callback = (PtpTestingCallback){ 0 };
  if (old.destroy != NULL)
    old.destroy (old.user_data);
}

static void
ptp_testing_suite_finalize (GObject *object)
{
  PtpTestingSuite *self = PTP_TESTING_SUITE (object);

  callback_clear (&self->factory);
  callback_clear (&self->reader);
  callback_clear (&self->probe);
  for (gsize i = 0; i < G_N_ELEMENTS (self->hooks); i++)
    callback_clear (&self->hooks[i]);
  g_clear_pointer (&self->expected, g_bytes_unref);
  g_clear_error (&self->expected_error);
  g_clear_pointer (&self->results, g_ptr_array_unref);
  g_free (self->name);

  G_OBJECT_CLASS (ptp_testing_suite_parent_class)->finalize (object);
}

static void
ptp_testing_suite_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  PtpTestingSuite *self = PTP_TESTING_SUITE (object);

  switch ((PtpTestingSuiteProperty) prop_id)
    {
    case PROP_EXPECTED:
      g_value_set_boxed (value, ptp_testing_suite_get_expected (self));
      break;
    case PROP_EXPECTED_ERROR:
      g_value_set_boxed (value, ptp_testing_suite_get_expected_error (self));
      break;
    case PROP_ENDLESS:
      g_value_set_boolean (value, ptp_testing_suite_get_endless (self));
      break;
    case PROP_ANY_THREAD:
      g_value_set_boolean (value, ptp_testing_suite_get_any_thread (self));
      break;
    case PROP_UNDOES:
      g_value_set_boolean (value, ptp_testing_suite_get_undoes (self));
      break;
    case PROP_LIMIT:
      g_value_set_uint64 (value, ptp_testing_suite_get_limit (self));
      break;
    case PROP_LONGEST_STEP:
      g_value_set_uint (value, ptp_testing_suite_get_longest_step (self));
      break;
    case PROP_MAX_STEPS:
      g_value_set_uint (value, ptp_testing_suite_get_max_steps (self));
      break;
    case PROP_PATIENCE:
      g_value_set_uint (value, ptp_testing_suite_get_patience (self));
      break;
    case PROP_LINGER:
      g_value_set_uint (value, ptp_testing_suite_get_linger (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_testing_suite_set_property (GObject *object,
                                guint prop_id,
                                const GValue *value,
                                GParamSpec *pspec)
{
  PtpTestingSuite *self = PTP_TESTING_SUITE (object);

  switch ((PtpTestingSuiteProperty) prop_id)
    {
    case PROP_EXPECTED:
      ptp_testing_suite_set_expected (self, g_value_get_boxed (value));
      break;
    case PROP_EXPECTED_ERROR:
      ptp_testing_suite_set_expected_error (self, g_value_get_boxed (value));
      break;
    case PROP_ENDLESS:
      ptp_testing_suite_set_endless (self, g_value_get_boolean (value));
      break;
    case PROP_ANY_THREAD:
      ptp_testing_suite_set_any_thread (self, g_value_get_boolean (value));
      break;
    case PROP_UNDOES:
      ptp_testing_suite_set_undoes (self, g_value_get_boolean (value));
      break;
    case PROP_LIMIT:
      ptp_testing_suite_set_limit (self, g_value_get_uint64 (value));
      break;
    case PROP_LONGEST_STEP:
      ptp_testing_suite_set_longest_step (self, g_value_get_uint (value));
      break;
    case PROP_MAX_STEPS:
      ptp_testing_suite_set_max_steps (self, g_value_get_uint (value));
      break;
    case PROP_PATIENCE:
      ptp_testing_suite_set_patience (self, g_value_get_uint (value));
      break;
    case PROP_LINGER:
      ptp_testing_suite_set_linger (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_properties (GObjectClass *object_class)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * PtpTestingSuite:expected: (getter get_expected) (setter set_expected)
   *
   * What each object writes, all in all: of a consumer, nothing. An endless one begins with it.
   * %NULL if nobody knows; then all objects are only compared with each other.
   *
   * Since: 1.0
   */
  properties[PROP_EXPECTED] = g_param_spec_boxed ("expected", NULL, NULL, G_TYPE_BYTES, flags);

  /**
   * PtpTestingSuite:expected-error: (getter get_expected_error) (setter set_expected_error)
   *
   * Why each object fails, if that is what it is meant to do: domain and code.
   *
   * Since: 1.0
   */
  properties[PROP_EXPECTED_ERROR]
    = g_param_spec_boxed ("expected-error", NULL, NULL, G_TYPE_ERROR, flags);

  /**
   * PtpTestingSuite:endless: (getter get_endless) (setter set_endless)
   *
   * Whether the objects never end by themselves. Then a check stops after
   * [property@PullToPushTesting.Suite:max-steps].
   *
   * Since: 1.0
   */
  properties[PROP_ENDLESS] = g_param_spec_boolean ("endless", NULL, NULL, FALSE, flags);

  /**
   * PtpTestingSuite:any-thread: (getter get_any_thread) (setter set_any_thread)
   *
   * Whether the last reference may be dropped, and `ready` be emitted, on another thread, which is
   * not so in a language that has but one.
   *
   * Since: 1.0
   */
  properties[PROP_ANY_THREAD] = g_param_spec_boolean ("any-thread", NULL, NULL, FALSE, flags);

  /**
   * PtpTestingSuite:undoes: (getter get_undoes) (setter set_undoes)
   *
   * Whether a consumer takes back all that it has written when it is told to abort, as a file can,
   * and a pipe cannot. Then its reader tells afterwards what it told before the first write, and
   * need not tell of anything before it has finished.
   *
   * Since: 1.0
   */
  properties[PROP_UNDOES] = g_param_spec_boolean ("undoes", NULL, NULL, FALSE, flags);

  /**
   * PtpTestingSuite:limit: (getter get_limit) (setter set_limit)
   *
   * The hard limit of a consumer, in bytes; 0 if it has none.
   *
   * Since: 1.0
   */
  properties[PROP_LIMIT] = g_param_spec_uint64 ("limit", NULL, NULL, 0, G_MAXSIZE, 0, flags);

  /**
   * PtpTestingSuite:longest-step: (getter get_longest_step) (setter set_longest_step)
   *
   * The longest time that one step of a producer, or one write of a consumer, may take, in
   * microseconds; 0 for any time.
   *
   * Since: 1.0
   */
  properties[PROP_LONGEST_STEP]
    = g_param_spec_uint ("longest-step", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * PtpTestingSuite:max-steps: (getter get_max_steps) (setter set_max_steps)
   *
   * After how many steps an object that has not ended is given up.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_STEPS]
    = g_param_spec_uint ("max-steps", NULL, NULL, 1, G_MAXUINT, 10000, flags);

  /**
   * PtpTestingSuite:patience: (getter get_patience) (setter set_patience)
   *
   * For how long a check waits for what has to come, in milliseconds. Only an object that breaks a
   * rule makes it wait as long.
   *
   * Since: 1.0
   */
  properties[PROP_PATIENCE]
    = g_param_spec_uint ("patience", NULL, NULL, 0, G_MAXUINT, 30000, flags);

  /**
   * PtpTestingSuite:linger: (getter get_linger) (setter set_linger)
   *
   * For how long a check looks whether something comes that must not, in milliseconds. The longer,
   * the more sins of objects with timers are seen.
   *
   * Since: 1.0
   */
  properties[PROP_LINGER] = g_param_spec_uint ("linger", NULL, NULL, 0, G_MAXUINT, 5, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
ptp_testing_suite_class_init (PtpTestingSuiteClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = ptp_testing_suite_finalize;
  object_class->get_property = ptp_testing_suite_get_property;
  object_class->set_property = ptp_testing_suite_set_property;
  install_properties (object_class);
}

static void
ptp_testing_suite_init (PtpTestingSuite *self)
{
  self->max_steps = 10000;
  self->patience = 30000;
  self->linger = 5;
  self->results = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * ptp_testing_suite_new:
 * @kind: which interface the objects implement
 * @name: what to call them, such as `line-producer`
 * @factory: (scope notified) (closure user_data) (destroy destroy): makes one
 * @user_data: data for @factory
 * @destroy: (nullable): frees @user_data
 *
 * Makes a suite for objects of your own.
 *
 * Returns: (transfer full): a new suite
 *
 * Since: 1.0
 */
PtpTestingSuite *
ptp_testing_suite_new (PtpTestingKind kind,
                       const char *name,
                       PtpTestingFactory factory,
                       gpointer user_data,
                       GDestroyNotify destroy)
{
  PtpTestingSuite *self;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (factory != NULL, NULL);

  self = g_object_new (PTP_TESTING_TYPE_SUITE, NULL);
  self->kind = kind;
  self->name = g_strdup (name);
  self->factory = (PtpTestingCallback){ (gpointer) factory, user_data, destroy };

  return self;
}

/**
 * ptp_testing_suite_get_kind:
 * @self: a suite
 *
 * Gets which interface its objects implement.
 *
 * Returns: the kind
 *
 * Since: 1.0
 */
PtpTestingKind
ptp_testing_suite_get_kind (PtpTestingSuite *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), PTP_TESTING_KIND_PULL_PRODUCER);

  return self->kind;
}

/**
 * ptp_testing_suite_get_name:
 * @self: a suite
 *
 * Gets what its objects are called.
 *
 * Returns: the name
 *
 * Since: 1.0
 */
const char *
ptp_testing_suite_get_name (PtpTestingSuite *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), NULL);

  return self->name;
}

/**
 * ptp_testing_suite_set_hook:
 * @self: a suite
 * @hook: which
 * @func: (nullable) (scope notified) (closure user_data) (destroy destroy): does it; %NULL takes
 *   the hook away
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Tells how to do something to an object.
 *
 * Since: 1.0
 */
void
ptp_testing_suite_set_hook (PtpTestingSuite *self,
                            PtpTestingHook hook,
                            PtpTestingHookFunc func,
                            gpointer user_data,
                            GDestroyNotify destroy)
{
  g_return_if_fail (PTP_TESTING_IS_SUITE (self));
  g_return_if_fail ((guint) hook < PTP_TESTING_N_HOOKS);

  callback_clear (&self->hooks[hook]);
  self->hooks[hook] = (PtpTestingCallback){ (gpointer) func, user_data, destroy };
}

/**
 * ptp_testing_suite_set_reader:
 * @self: a suite
 * @func: (nullable) (scope notified) (closure user_data) (destroy destroy): tells what has arrived
 *   behind a consumer; %NULL if nobody knows
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Tells how to see what a consumer has done with what it was given.
 *
 * Since: 1.0
 */
void
ptp_testing_suite_set_reader (PtpTestingSuite *self,
                              PtpTestingReadFunc func,
                              gpointer user_data,
                              GDestroyNotify destroy)
{
  g_return_if_fail (PTP_TESTING_IS_SUITE (self));

  callback_clear (&self->reader);
  self->reader = (PtpTestingCallback){ (gpointer) func, user_data, destroy };
}

/**
 * ptp_testing_suite_set_probe:
 * @self: a suite
 * @func: (nullable) (scope notified) (closure user_data) (destroy destroy): tells whether a pull
 *   producer has closed what it reads from; %NULL if nobody knows
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Tells how to see whether a pull producer has released its source.
 *
 * Since: 1.0
 */
void
ptp_testing_suite_set_probe (PtpTestingSuite *self,
                             PtpTestingProbeFunc func,
                             gpointer user_data,
                             GDestroyNotify destroy)
{
  g_return_if_fail (PTP_TESTING_IS_SUITE (self));

  callback_clear (&self->probe);
  self->probe = (PtpTestingCallback){ (gpointer) func, user_data, destroy };
}

/**
 * ptp_testing_suite_get_expected: (get-property expected)
 * @self: a suite
 *
 * Gets what each object writes.
 *
 * Returns: (nullable) (transfer none): the bytes
 *
 * Since: 1.0
 */
GBytes *
ptp_testing_suite_get_expected (PtpTestingSuite *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), NULL);

  return self->expected;
}

/**
 * ptp_testing_suite_set_expected: (set-property expected)
 * @self: a suite
 * @expected: (nullable): the bytes
 *
 * Sets what each object writes.
 *
 * Since: 1.0
 */
void
ptp_testing_suite_set_expected (PtpTestingSuite *self, GBytes *expected)
{
  g_return_if_fail (PTP_TESTING_IS_SUITE (self));

  if (self->expected == expected)
    return;

  g_clear_pointer (&self->expected, g_bytes_unref);
  if (expected != NULL)
    self->expected = g_bytes_ref (expected);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EXPECTED]);
}

/**
 * ptp_testing_suite_get_expected_error: (get-property expected-error)
 * @self: a suite
 *
 * Gets what each object is expected to fail with.
 *
 * Returns: (nullable) (transfer none): the error
 *
 * Since: 1.0
 */
const GError *
ptp_testing_suite_get_expected_error (PtpTestingSuite *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), NULL);

  return self->expected_error;
}

/**
 * ptp_testing_suite_set_expected_error: (set-property expected-error)
 * @self: a suite
 * @expected_error: (nullable): the error
 *
 * Sets what each object is expected to fail with.
 *
 * Since: 1.0
 */
void
ptp_testing_suite_set_expected_error (PtpTestingSuite *self, const GError *expected_error)
{
  g_return_if_fail (PTP_TESTING_IS_SUITE (self));

  if (self->expected_error == expected_error)
    return;

  g_clear_error (&self->expected_error);
  if (expected_error != NULL)
    self->expected_error = g_error_copy (expected_error);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EXPECTED_ERROR]);
}

/**
 * ptp_testing_suite_get_endless: (get-property endless)
 * @self: a suite
 *
 * Gets whether the objects never end by themselves.
 *
 * Returns: whether they are endless
 *
 * Since: 1.0
 */
gboolean
ptp_testing_suite_get_endless (PtpTestingSuite *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), FALSE);

  return self->endless;
}

/**
 * ptp_testing_suite_set_endless: (set-property endless)
 * @self: a suite
 * @endless: whether they are endless
 *
 * Sets whether the objects never end by themselves.
 *
 * Since: 1.0
 */
void
ptp_testing_suite_set_endless (PtpTestingSuite *self, gboolean endless)
{
  g_return_if_fail (PTP_TESTING_IS_SUITE (self));

  endless = endless != FALSE;
  if (self->endless == endless)
    return;

  self->endless = endless;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENDLESS]);
}

/**
 * ptp_testing_suite_get_any_thread: (get-property any-thread)
 * @self: a suite
 *
 * Gets whether the objects may be dropped on another thread.
 *
 * Returns: whether they may
 *
 * Since: 1.0
 */
gboolean
ptp_testing_suite_get_any_thread (PtpTestingSuite *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), FALSE);

  return self->any_thread;
}

/**
 * ptp_testing_suite_set_any_thread: (set-property any-thread)
 * @self: a suite
 * @any_thread: whether they may
 *
 * Sets whether the objects may be dropped on another thread.
 *
 * Since: 1.0
 */
void
ptp_testing_suite_set_any_thread (PtpTestingSuite *self, gboolean any_thread)
{
  g_return_if_fail (PTP_TESTING_IS_SUITE (self));

  any_thread = any_thread != FALSE;
  if (self->any_thread == any_thread)
    return;

  self->any_thread = any_thread;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ANY_THREAD]);
}

/**
 * ptp_testing_suite_get_undoes: (get-property undoes)
 * @self: a suite
 *
 * Gets whether a consumer takes back all that it has written.
 *
 * Returns: whether it does
 *
 * Since: 1.0
 */
gboolean
ptp_testing_suite_get_undoes (PtpTestingSuite *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), FALSE);

  return self->undoes;
}

/**
 * ptp_testing_suite_set_undoes: (set-property undoes)
 * @self: a suite
 * @undoes: whether it does
 *
 * Sets whether a consumer takes back all that it has written.
 *
 * Since: 1.0
 */
void
ptp_testing_suite_set_undoes (PtpTestingSuite *self, gboolean undoes)
{
  g_return_if_fail (PTP_TESTING_IS_SUITE (self));

  undoes = undoes != FALSE;
  if (self->undoes == undoes)
    return;

  self->undoes = undoes;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_UNDOES]);
}

/**
 * ptp_testing_suite_get_limit: (get-property limit)
 * @self: a suite
 *
 * Gets the hard limit of a consumer.
 *
 * Returns: the limit, in bytes; 0 for none
 *
 * Since: 1.0
 */
gsize
ptp_testing_suite_get_limit (PtpTestingSuite *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), 0);

  return self->limit;
}

/**
 * ptp_testing_suite_set_limit: (set-property limit)
 * @self: a suite
 * @limit: the limit, in bytes; 0 for none
 *
 * Sets the hard limit of a consumer.
 *
 * Since: 1.0
 */
void
ptp_testing_suite_set_limit (PtpTestingSuite *self, gsize limit)
{
  g_return_if_fail (PTP_TESTING_IS_SUITE (self));

  if (self->limit == limit)
    return;

  self->limit = limit;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIMIT]);
}

/**
 * ptp_testing_suite_get_longest_step: (get-property longest-step)
 * @self: a suite
 *
 * Gets the longest time that a step or a write may take.
 *
 * Returns: the time, in microseconds; 0 for any
 *
 * Since: 1.0
 */
guint
ptp_testing_suite_get_longest_step (PtpTestingSuite *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), 0);

  return self->longest_step;
}

/**
 * ptp_testing_suite_set_longest_step: (set-property longest-step)
 * @self: a suite
 * @longest_step: the time, in microseconds; 0 for any
 *
 * Sets the longest time that a step or a write may take.
 *
 * Since: 1.0
 */
void
ptp_testing_suite_set_longest_step (PtpTestingSuite *self, guint longest_step)
{
  g_return_if_fail (PTP_TESTING_IS_SUITE (self));

  if (self->longest_step == longest_step)
    return;

  self->longest_step = longest_step;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LONGEST_STEP]);
}

/**
 * ptp_testing_suite_get_max_steps: (get-property max-steps)
 * @self: a suite
 *
 * Gets after how many steps an object is given up.
 *
 * Returns: the number of steps, at least 1
 *
 * Since: 1.0
 */
guint
ptp_testing_suite_get_max_steps (PtpTestingSuite *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), 0);

  return self->max_steps;
}

/**
 * ptp_testing_suite_set_max_steps: (set-property max-steps)
 * @self: a suite
 * @max_steps: the number of steps, at least 1
 *
 * Sets after how many steps an object is given up.
 *
 * Since: 1.0
 */
void
ptp_testing_suite_set_max_steps (PtpTestingSuite *self, guint max_steps)
{
  g_return_if_fail (PTP_TESTING_IS_SUITE (self));
  g_return_if_fail (max_steps > 0);

  if (self->max_steps == max_steps)
    return;

  self->max_steps = max_steps;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_STEPS]);
}

/**
 * ptp_testing_suite_get_patience: (get-property patience)
 * @self: a suite
 *
 * Gets for how long a check waits for what has to come.
 *
 * Returns: the time, in milliseconds
 *
 * Since: 1.0
 */
guint
ptp_testing_suite_get_patience (PtpTestingSuite *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), 0);

  return self->patience;
}

/**
 * ptp_testing_suite_set_patience: (set-property patience)
 * @self: a suite
 * @patience: the time, in milliseconds
 *
 * Sets for how long a check waits for what has to come.
 *
 * Since: 1.0
 */
void
ptp_testing_suite_set_patience (PtpTestingSuite *self, guint patience)
{
  g_return_if_fail (PTP_TESTING_IS_SUITE (self));

  if (self->patience == patience)
    return;

  self->patience = patience;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PATIENCE]);
}

/**
 * ptp_testing_suite_get_linger: (get-property linger)
 * @self: a suite
 *
 * Gets for how long a check looks for what must not come.
 *
 * Returns: the time, in milliseconds
 *
 * Since: 1.0
 */
guint
ptp_testing_suite_get_linger (PtpTestingSuite *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), 0);

  return self->linger;
}

/**
 * ptp_testing_suite_set_linger: (set-property linger)
 * @self: a suite
 * @linger: the time, in milliseconds
 *
 * Sets for how long a check looks for what must not come.
 *
 * Since: 1.0
 */
void
ptp_testing_suite_set_linger (PtpTestingSuite *self, guint linger)
{
  g_return_if_fail (PTP_TESTING_IS_SUITE (self));

  if (self->linger == linger)
    return;

  self->linger = linger;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LINGER]);
}

static const PtpTestingCheck *
get_checks (PtpTestingKind kind)
{
  switch (kind)
    {
    case PTP_TESTING_KIND_PUSH_PRODUCER:
      return ptp_testing_push_checks;
    case PTP_TESTING_KIND_CONSUMER:
      return ptp_testing_consumer_checks;
    case PTP_TESTING_KIND_PULL_PRODUCER:
    default:
      return ptp_testing_pull_checks;
    }
}

/**
 * ptp_testing_suite_list_checks:
 * @kind: which interface
 *
 * Lists what is checked of an object of that kind.
 *
 * Returns: (transfer full): the names: the rule, a slash, and what about it
 *
 * Since: 1.0
 */
GStrv
ptp_testing_suite_list_checks (PtpTestingKind kind)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (const PtpTestingCheck *check = get_checks (kind); check->name != NULL; check++)
    g_strv_builder_add (names, check->name);

  return g_strv_builder_end (names);
}

static void
look_at_watched (PtpTestingRun *run)
{
  if (run->watched->len == 0)
    return;

  ptp_testing_run_linger (run);
  for (guint i = 0; i < run->watched->len; i++)
    {
      PtpTestingConsumer *consumer = g_ptr_array_index (run->watched, i);

      if (consumer->barred_rule != NULL)
        ptp_testing_run_take_violations (run, ptp_testing_consumer_dup_violations (consumer),
                                         consumer->barred_rule);
    }
}

/* It is the thread that owns the context by which a double knows who may call it. */
static PtpTestingResult *
run_check (PtpTestingSuite *self, const PtpTestingCheck *check)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  PtpTestingRun run = { .suite = self };
  gboolean acquired = g_main_context_acquire (context);
  PtpTestingStatus status = PTP_TESTING_STATUS_PASSED;
  g_autofree char *skipped = NULL;

  run.watched = g_ptr_array_new_with_free_func (g_object_unref);
  check->func (&run);
  if (!ptp_testing_run_is_over (&run))
    look_at_watched (&run);
  g_ptr_array_unref (run.watched);
  ptp_testing_run_drain (&run);
  if (acquired)
    g_main_context_release (context);

  skipped = run.skipped;
  if (run.fault != NULL)
    status = PTP_TESTING_STATUS_FAILED;
  else if (skipped != NULL)
    status = PTP_TESTING_STATUS_SKIPPED;

  return ptp_testing_result_new (check, status,
                                 run.fault != NULL ? run.fault : g_steal_pointer (&skipped));
}

/**
 * ptp_testing_suite_run:
 * @self: a suite
 *
 * Runs all checks.
 *
 * Returns: (transfer none) (element-type PtpTestingResult): what came of each; it is the suite's,
 * and renewed by the next run
 *
 * Since: 1.0
 */
GPtrArray *
ptp_testing_suite_run (PtpTestingSuite *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), NULL);

  g_ptr_array_set_size (self->results, 0);
  for (const PtpTestingCheck *check = get_checks (self->kind); check->name != NULL; check++)
    g_ptr_array_add (self->results, run_check (self, check));

  return self->results;
}

/**
 * ptp_testing_suite_run_check:
 * @self: a suite
 * @name: which check, as in [func@PullToPushTesting.Suite.list_checks]
 *
 * Runs one check.
 *
 * Returns: (transfer full) (nullable): what came of it; %NULL if there is no such check
 *
 * Since: 1.0
 */
PtpTestingResult *
ptp_testing_suite_run_check (PtpTestingSuite *self, const char *name)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  for (const PtpTestingCheck *check = get_checks (self->kind); check->name != NULL; check++)
    if (g_str_equal (check->name, name))
      return run_check (self, check);

  return NULL;
}

/* What was seen may be anything; what YAML would make something of stands in quotes. */
static void
print_diagnostic (const char *key, const char *text)
{
  g_autofree char *escaped = g_strescape (text, NULL);

  g_print ("  %s: \"%s\"\n", key, escaped);
}

static void
print_result (PtpTestingResult *result, guint number)
{
  g_autofree char *line
    = g_strdup_printf ("%u - %s %s", number, ptp_testing_result_get_name (result),
                       ptp_testing_result_get_title (result));

  switch (ptp_testing_result_get_status (result))
    {
    case PTP_TESTING_STATUS_PASSED:
      g_print ("ok %s\n", line);
      break;

    case PTP_TESTING_STATUS_SKIPPED:
      g_print ("ok %s # SKIP %s\n", line, ptp_testing_result_get_seen (result));
      break;

    case PTP_TESTING_STATUS_FAILED:
    default:
      g_print ("not ok %s\n  ---\n", line);
      print_diagnostic ("rule", ptp_testing_result_get_rule (result));
      print_diagnostic ("expected", ptp_testing_result_get_title (result));
      print_diagnostic ("seen", ptp_testing_result_get_seen (result));
      print_diagnostic ("advice", ptp_testing_result_get_advice (result));
      g_print ("  ...\n");
    }
}

/**
 * ptp_testing_suite_run_tap:
 * @self: a suite
 *
 * Runs all checks and prints what came of them, as the Test Anything Protocol, version 13.
 *
 * Returns: how many failed, which makes a good exit status
 *
 * Since: 1.0
 */
guint
ptp_testing_suite_run_tap (PtpTestingSuite *self)
{
  const PtpTestingCheck *checks;
  guint n_checks = 0, n_failed = 0;

  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), 1);

  checks = get_checks (self->kind);
  while (checks[n_checks].name != NULL)
    n_checks++;

  g_print ("TAP version 13\n# %s\n1..%u\n", self->name, n_checks);
  for (guint i = 0; i < n_checks; i++)
    {
      g_autoptr (PtpTestingResult) result = run_check (self, &checks[i]);

      print_result (result, i + 1);
      if (ptp_testing_result_get_status (result) == PTP_TESTING_STATUS_FAILED)
        n_failed++;
    }

  return n_failed;
}

typedef struct
{
  PtpTestingSuite *suite; /* (owned) */
  const PtpTestingCheck *check;
} Case;

static void
run_case_cb (gconstpointer user_data)
{
  const Case *a_case = user_data;
  g_autoptr (PtpTestingResult) result = run_check (a_case->suite, a_case->check);
  g_autofree char *text = ptp_testing_result_to_string (result);

  switch (ptp_testing_result_get_status (result))
    {
    case PTP_TESTING_STATUS_PASSED:
      break;
    case PTP_TESTING_STATUS_SKIPPED:
      g_test_skip (ptp_testing_result_get_seen (result));
      break;
    case PTP_TESTING_STATUS_FAILED:
    default:
      g_test_fail_printf ("%s", text);
    }
}

static void
free_case_cb (gpointer user_data)
{
  Case *a_case = user_data;

  g_object_unref (a_case->suite);
  g_free (a_case);
}

/**
 * ptp_testing_suite_add_to_gtest:
 * @self: a suite; each test case keeps a reference
 *
 * Makes each check a test case of GLib's own framework, named `/NAME/RULE/what`.
 *
 * Call it between g_test_init() and g_test_run().
 *
 * Since: 1.0
 */
void
ptp_testing_suite_add_to_gtest (PtpTestingSuite *self)
{
  g_return_if_fail (PTP_TESTING_IS_SUITE (self));

  for (const PtpTestingCheck *check = get_checks (self->kind); check->name != NULL; check++)
    {
      g_autofree char *path = g_strdup_printf ("/%s/%s", self->name, check->name);
      Case *a_case = g_new0 (Case, 1);

      a_case->suite = g_object_ref (self);
      a_case->check = check;
      g_test_add_data_func_full (path, a_case, run_case_cb, free_case_cb);
    }
}
