/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-clock.h"

/**
 * PtpTestingClock:
 *
 * A clock that only goes when it is told to.
 *
 * Attached to a [class@PullToPush.Cooperator], it decides how long each step took: a producer that
 * advances it in its [vfunc@PullToPush.PullProducer.produce] has dear steps, on every machine
 * alike.
 *
 * ## Threads
 *
 * It is used by one thread at a time, that of its cooperator.
 *
 * Since: 1.0
 */
struct _PtpTestingClock
{
  GObject parent_instance;

  gint64 now; /* microseconds */
  guint64 n_reads;
};

typedef enum
{
  PROP_NOW = 1,
  PROP_N_READS,
} PtpTestingClockProperty;

static GParamSpec *properties[PROP_N_READS + 1];

G_DEFINE_FINAL_TYPE (PtpTestingClock, ptp_testing_clock, G_TYPE_OBJECT)

static void
ptp_testing_clock_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  PtpTestingClock *self = PTP_TESTING_CLOCK (object);

  switch ((PtpTestingClockProperty) prop_id)
    {
    case PROP_NOW:
      g_value_set_int64 (value, ptp_testing_clock_get_now (self));
      break;
    case PROP_N_READS:
      g_value_set_uint64 (value, ptp_testing_clock_get_n_reads (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ptp_testing_clock_class_init (PtpTestingClockClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = ptp_testing_clock_get_property;

  /**
   * PtpTestingClock:now: (getter get_now)
   *
   * What the clock shows, in microseconds. It begins with 0.
   *
   * Since: 1.0
   */
  properties[PROP_NOW]
    = g_param_spec_int64 ("now", NULL, NULL, 0, G_MAXINT64, 0,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * PtpTestingClock:n-reads: (getter get_n_reads)
   *
   * How often anybody looked. It is not notified.
   *
   * Since: 1.0
   */
  properties[PROP_N_READS]
    = g_param_spec_uint64 ("n-reads", NULL, NULL, 0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
ptp_testing_clock_init (PtpTestingClock *self)
{
}

/**
 * ptp_testing_clock_new:
 *
 * Makes a clock that shows 0.
 *
 * Returns: (transfer full): a new clock
 *
 * Since: 1.0
 */
PtpTestingClock *
ptp_testing_clock_new (void)
{
  return g_object_new (PTP_TESTING_TYPE_CLOCK, NULL);
}

/**
 * ptp_testing_clock_get_now: (get-property now)
 * @self: a clock
 *
 * Gets what it shows.
 *
 * Returns: the time, in microseconds
 *
 * Since: 1.0
 */
gint64
ptp_testing_clock_get_now (PtpTestingClock *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CLOCK (self), 0);

  return self->now;
}

/**
 * ptp_testing_clock_get_n_reads: (get-property n-reads)
 * @self: a clock
 *
 * Gets how often a cooperator looked at it.
 *
 * Returns: the number of times
 *
 * Since: 1.0
 */
guint64
ptp_testing_clock_get_n_reads (PtpTestingClock *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_CLOCK (self), 0);

  return self->n_reads;
}

static gint64
read_cb (gpointer user_data)
{
  PtpTestingClock *self = user_data;

  self->n_reads++;
  return self->now;
}

/**
 * ptp_testing_clock_attach:
 * @self: a clock
 * @cooperator: whose clock it is to be
 *
 * Makes this the clock of a cooperator, which keeps it.
 *
 * Call it on the context of the cooperator and not from inside a step. To give the cooperator its
 * own clock back, call [method@PullToPush.Cooperator.set_clock] without a function.
 *
 * Since: 1.0
 */
void
ptp_testing_clock_attach (PtpTestingClock *self, PtpCooperator *cooperator)
{
  g_return_if_fail (PTP_TESTING_IS_CLOCK (self));
  g_return_if_fail (PTP_IS_COOPERATOR (cooperator));

  ptp_cooperator_set_clock (cooperator, read_cb, g_object_ref (self), g_object_unref);
}

/**
 * ptp_testing_clock_advance:
 * @self: a clock
 * @microseconds: how far; a clock never goes back
 *
 * Makes time pass. May be called from inside a step.
 *
 * Since: 1.0
 */
void
ptp_testing_clock_advance (PtpTestingClock *self, gint64 microseconds)
{
  g_return_if_fail (PTP_TESTING_IS_CLOCK (self));
  g_return_if_fail (microseconds >= 0);

  if (microseconds == 0)
    return;

  self->now += microseconds;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NOW]);
}
