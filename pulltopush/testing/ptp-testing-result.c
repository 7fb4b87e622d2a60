/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-result-private.h"

/**
 * PtpTestingResult:
 *
 * What came of one check of a [class@PullToPushTesting.Suite].
 *
 * ## Threads
 *
 * It never changes, and may be asked from any thread.
 *
 * Since: 1.0
 */
struct _PtpTestingResult
{
  GObject parent_instance;

  char *name;         /* (owned) */
  char *rule;         /* (owned) */
  const char *title;  /* (unowned): static */
  const char *advice; /* (unowned): static */
  PtpTestingStatus status;
  char *seen; /* (owned) (nullable): what was seen, or why it was skipped */
};

typedef enum
{
  PROP_NAME = 1,
  PROP_RULE,
  PROP_TITLE,
  PROP_STATUS,
  PROP_SEEN,
  PROP_ADVICE,
} PtpTestingResultProperty;

static GParamSpec *properties[PROP_ADVICE + 1];

G_DEFINE_FINAL_TYPE (PtpTestingResult, ptp_testing_result, G_TYPE_OBJECT)

static void
ptp_testing_result_finalize (GObject *object)
{
  PtpTestingResult *self = PTP_TESTING_RESULT (object);

  g_free (self->name);
  g_free (self->rule);
  g_free (self->seen);

  G_OBJECT_CLASS (ptp_testing_result_parent_class)->finalize (object);
}

static void
ptp_testing_result_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  PtpTestingResult *self = PTP_TESTING_RESULT (object);

  switch ((PtpTestingResultProperty) prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, ptp_testing_result_get_name (self));
      break;
    case PROP_RULE:
      g_value_set_string (value, ptp_testing_result_get_rule (self));
      break;
    case PROP_TITLE:
      g_value_set_string (value, ptp_testing_result_get_title (self));
      break;
    case PROP_STATUS:
      g_value_set_enum (value, (int) ptp_testing_result_get_status (self));
      break;
    case PROP_SEEN:
      g_value_set_string (value, ptp_testing_result_get_seen (self));
      break;
    case PROP_ADVICE:
      g_value_set_string (value, ptp_testing_result_get_advice (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_testing_result_class_init (PtpTestingResultClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = ptp_testing_result_finalize;
  object_class->get_property = ptp_testing_result_get_property;

  /**
   * PtpTestingResult:name: (getter get_name)
   *
   * Which check it was, such as `L7/cancelled-anytime`: the rule and what about it.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);

  /**
   * PtpTestingResult:rule: (getter get_rule)
   *
   * The number of the rule, such as `L7`.
   *
   * Since: 1.0
   */
  properties[PROP_RULE] = g_param_spec_string ("rule", NULL, NULL, NULL, flags);

  /**
   * PtpTestingResult:title: (getter get_title)
   *
   * What should be so.
   *
   * Since: 1.0
   */
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);

  /**
   * PtpTestingResult:status: (getter get_status)
   *
   * How it went.
   *
   * Since: 1.0
   */
  properties[PROP_STATUS] = g_param_spec_enum ("status", NULL, NULL, PTP_TESTING_TYPE_STATUS,
                                               PTP_TESTING_STATUS_PASSED, flags);

  /**
   * PtpTestingResult:seen: (getter get_seen)
   *
   * What was seen instead, or why the check was skipped.
   *
   * Since: 1.0
   */
  properties[PROP_SEEN] = g_param_spec_string ("seen", NULL, NULL, NULL, flags);

  /**
   * PtpTestingResult:advice: (getter get_advice)
   *
   * What to do about it.
   *
   * Since: 1.0
   */
  properties[PROP_ADVICE] = g_param_spec_string ("advice", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
ptp_testing_result_init (PtpTestingResult *self)
{
}

/* Takes @seen, which is (nullable). */
PtpTestingResult *
ptp_testing_result_new (const PtpTestingCheck *check, PtpTestingStatus status, char *seen)
{
  PtpTestingResult *self = g_object_new (PTP_TESTING_TYPE_RESULT, NULL);

  self->name = g_strdup (check->name);
  self->rule = g_strndup (check->name, strcspn (check->name, "/"));
  self->title = check->title;
  self->advice = check->advice;
  self->status = status;
  self->seen = seen;

  return self;
}

/**
 * ptp_testing_result_get_name: (get-property name)
 * @self: a result
 *
 * Gets which check it was.
 *
 * Returns: the name: the rule, a slash, and what about it
 *
 * Since: 1.0
 */
const char *
ptp_testing_result_get_name (PtpTestingResult *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_RESULT (self), NULL);

  return self->name;
}

/**
 * ptp_testing_result_get_rule: (get-property rule)
 * @self: a result
 *
 * Gets the number of the rule.
 *
 * Returns: the rule, such as `L7`
 *
 * Since: 1.0
 */
const char *
ptp_testing_result_get_rule (PtpTestingResult *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_RESULT (self), NULL);

  return self->rule;
}

/**
 * ptp_testing_result_get_title: (get-property title)
 * @self: a result
 *
 * Gets what should be so.
 *
 * Returns: half a sentence
 *
 * Since: 1.0
 */
const char *
ptp_testing_result_get_title (PtpTestingResult *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_RESULT (self), NULL);

  return self->title;
}

/**
 * ptp_testing_result_get_status: (get-property status)
 * @self: a result
 *
 * Gets how it went.
 *
 * Returns: passed, failed or skipped
 *
 * Since: 1.0
 */
PtpTestingStatus
ptp_testing_result_get_status (PtpTestingResult *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_RESULT (self), PTP_TESTING_STATUS_FAILED);

  return self->status;
}

/**
 * ptp_testing_result_get_seen: (get-property seen)
 * @self: a result
 *
 * Gets what was seen instead, or why the check was skipped.
 *
 * Returns: (nullable): a text; %NULL for a check that passed
 *
 * Since: 1.0
 */
const char *
ptp_testing_result_get_seen (PtpTestingResult *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_RESULT (self), NULL);

  return self->seen;
}

/**
 * ptp_testing_result_get_advice: (get-property advice)
 * @self: a result
 *
 * Gets what to do when the check fails.
 *
 * Returns: a sentence
 *
 * Since: 1.0
 */
const char *
ptp_testing_result_get_advice (PtpTestingResult *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_RESULT (self), NULL);

  return self->advice;
}

/**
 * ptp_testing_result_to_string:
 * @self: a result
 *
 * Says all of it in one line, for the message of an assertion.
 *
 * Returns: (transfer full): a text
 *
 * Since: 1.0
 */
char *
ptp_testing_result_to_string (PtpTestingResult *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_RESULT (self), NULL);

  switch (self->status)
    {
    case PTP_TESTING_STATUS_PASSED:
      return g_strdup_printf ("%s passed: %s", self->name, self->title);

    case PTP_TESTING_STATUS_SKIPPED:
      return g_strdup_printf ("%s skipped: %s", self->name, self->seen);

    case PTP_TESTING_STATUS_FAILED:
    default:
      return g_strdup_printf ("%s failed: expected: %s; seen: %s; what to do: %s", self->name,
                              self->title, self->seen, self->advice);
    }
}

G_DEFINE_ENUM_TYPE (PtpTestingStatus,
                    ptp_testing_status,
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_STATUS_PASSED, "passed"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_STATUS_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_STATUS_SKIPPED, "skipped"))
