/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-suite-private.h"

typedef enum
{
  PROP_EXPECTED = 1,
  PROP_EXPECTED_ERROR,
  PROP_ENDLESS,
  PROP_ANY_THREAD,
  PROP_LIMIT,
  PROP_LONGEST_STEP,
  PROP_MAX_STEPS,
  PROP_PATIENCE,
  PROP_LINGER,
} PtpTestingSuiteProperty;

static GParamSpec *properties[PROP_LINGER + 1];

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

void
ptp_testing_suite_install_properties (GObjectClass *object_class)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = ptp_testing_suite_get_property;
  object_class->set_property = ptp_testing_suite_set_property;

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
