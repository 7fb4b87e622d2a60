/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_TESTING_INSIDE) && !defined(PTP_TESTING_COMPILATION)
  #error "Only <pulltopush/testing/pulltopush-testing.h> can be included directly."
#endif

#include <pulltopush/pulltopush.h>
#include "ptp-testing-result.h"

G_BEGIN_DECLS

#define PTP_TESTING_TYPE_KIND (ptp_testing_kind_get_type ())

/**
 * PtpTestingKind:
 * @PTP_TESTING_KIND_PULL_PRODUCER: a [iface@PullToPush.PullProducer]
 * @PTP_TESTING_KIND_PUSH_PRODUCER: a [iface@PullToPush.PushProducer]
 * @PTP_TESTING_KIND_CONSUMER: a [iface@PullToPush.Consumer]
 *
 * Which of the three interfaces is under test.
 *
 * Since: 1.0
 */
typedef enum
{
  PTP_TESTING_KIND_PULL_PRODUCER = 0,
  PTP_TESTING_KIND_PUSH_PRODUCER,
  PTP_TESTING_KIND_CONSUMER,
} PtpTestingKind;

PTP_AVAILABLE_IN_1_0
GType ptp_testing_kind_get_type (void) G_GNUC_CONST;

#define PTP_TESTING_TYPE_HOOK (ptp_testing_hook_get_type ())

/**
 * PtpTestingHook:
 * @PTP_TESTING_HOOK_START: Makes a push producer begin, once it is registered. Without it the
 *   producer begins by itself.
 * @PTP_TESTING_HOOK_READY: Gives a pull producer that has answered
 *   %PTP_STEP_RESULT_PENDING something to produce. Without it that comes by itself.
 * @PTP_TESTING_HOOK_FAIL: Makes a push producer, or a consumer, fail: a push producer as if its
 *   source had, a consumer as if what it writes to had.
 * @PTP_TESTING_HOOK_CLOSE: Closes a consumer, so that it takes nothing any more.
 * @PTP_TESTING_HOOK_BREAK: Breaks what a pull producer reads from, as when the peer of a connection
 *   resets it, while nobody asks the producer.
 * @PTP_TESTING_HOOK_ENOUGH: Makes a consumer have enough, so that it unregisters its producer.
 * @PTP_TESTING_HOOK_COLLECT: Collects garbage, in a language that does not drop what it has seen at
 *   once. It is called without an object.
 *
 * What a suite cannot do to an object without being told how.
 *
 * Since: 1.0
 */
typedef enum
{
  PTP_TESTING_HOOK_START = 0,
  PTP_TESTING_HOOK_READY,
  PTP_TESTING_HOOK_FAIL,
  PTP_TESTING_HOOK_CLOSE,
  PTP_TESTING_HOOK_BREAK,
  PTP_TESTING_HOOK_ENOUGH,
  PTP_TESTING_HOOK_COLLECT,
} PtpTestingHook;

PTP_AVAILABLE_IN_1_0
GType ptp_testing_hook_get_type (void) G_GNUC_CONST;

/**
 * PtpTestingFactory:
 * @consumer: (nullable): whom a push producer is to write to; %NULL for the other kinds
 * @user_data: what was passed to [ctor@PullToPushTesting.Suite.new]
 *
 * Makes one fresh object to be tested. It is called many times.
 *
 * It is called on the thread-default context of whoever runs the suite.
 *
 * Returns: (transfer full): a new object, used by nobody else
 *
 * Since: 1.0
 */
typedef GObject *(*PtpTestingFactory) (PtpConsumer *consumer, gpointer user_data);

/**
 * PtpTestingHookFunc:
 * @object: (nullable): an object that the factory made
 * @user_data: what was passed to [method@PullToPushTesting.Suite.set_hook]
 *
 * Does to an object what its hook says.
 *
 * It is called on the thread-default context of whoever runs the suite.
 *
 * Since: 1.0
 */
typedef void (*PtpTestingHookFunc) (GObject *object, gpointer user_data);

/**
 * PtpTestingReadFunc:
 * @object: a consumer that the factory made
 * @user_data: what was passed to [method@PullToPushTesting.Suite.set_reader]
 *
 * Tells what has arrived behind a consumer so far, from its first byte on.
 *
 * It is called on the thread-default context of whoever runs the suite.
 *
 * Returns: (transfer full): the bytes
 *
 * Since: 1.0
 */
typedef GBytes *(*PtpTestingReadFunc) (GObject *object, gpointer user_data);

/**
 * PtpTestingProbeFunc:
 * @object: a pull producer that the factory made
 * @user_data: what was passed to [method@PullToPushTesting.Suite.set_probe]
 *
 * Tells whether a pull producer has closed what it reads from.
 *
 * It is called on the thread-default context of whoever runs the suite.
 *
 * Returns: true if it has
 *
 * Since: 1.0
 */
typedef gboolean (*PtpTestingProbeFunc) (GObject *object, gpointer user_data);

#define PTP_TESTING_TYPE_SUITE (ptp_testing_suite_get_type ())

PTP_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PtpTestingSuite, ptp_testing_suite, PTP_TESTING, SUITE, GObject)

PTP_AVAILABLE_IN_1_0
PtpTestingSuite *ptp_testing_suite_new (PtpTestingKind kind,
                                        const char *name,
                                        PtpTestingFactory factory,
                                        gpointer user_data,
                                        GDestroyNotify destroy);
PTP_AVAILABLE_IN_1_0
GStrv ptp_testing_suite_list_checks (PtpTestingKind kind);

/* Hints */

PTP_AVAILABLE_IN_1_0
GBytes *ptp_testing_suite_get_expected (PtpTestingSuite *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_suite_set_expected (PtpTestingSuite *self, GBytes *expected);
PTP_AVAILABLE_IN_1_0
const GError *ptp_testing_suite_get_expected_error (PtpTestingSuite *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_suite_set_expected_error (PtpTestingSuite *self, const GError *expected_error);
PTP_AVAILABLE_IN_1_0
gboolean ptp_testing_suite_get_endless (PtpTestingSuite *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_suite_set_endless (PtpTestingSuite *self, gboolean endless);
PTP_AVAILABLE_IN_1_0
gboolean ptp_testing_suite_get_any_thread (PtpTestingSuite *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_suite_set_any_thread (PtpTestingSuite *self, gboolean any_thread);
PTP_AVAILABLE_IN_1_0
gboolean ptp_testing_suite_get_undoes (PtpTestingSuite *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_suite_set_undoes (PtpTestingSuite *self, gboolean undoes);
PTP_AVAILABLE_IN_1_0
gsize ptp_testing_suite_get_limit (PtpTestingSuite *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_suite_set_limit (PtpTestingSuite *self, gsize limit);
PTP_AVAILABLE_IN_1_0
guint ptp_testing_suite_get_longest_step (PtpTestingSuite *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_suite_set_longest_step (PtpTestingSuite *self, guint longest_step);
PTP_AVAILABLE_IN_1_0
guint ptp_testing_suite_get_max_steps (PtpTestingSuite *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_suite_set_max_steps (PtpTestingSuite *self, guint max_steps);
PTP_AVAILABLE_IN_1_0
guint ptp_testing_suite_get_patience (PtpTestingSuite *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_suite_set_patience (PtpTestingSuite *self, guint patience);
PTP_AVAILABLE_IN_1_0
guint ptp_testing_suite_get_linger (PtpTestingSuite *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_suite_set_linger (PtpTestingSuite *self, guint linger);
PTP_AVAILABLE_IN_1_0
void ptp_testing_suite_set_hook (PtpTestingSuite *self,
                                 PtpTestingHook hook,
                                 PtpTestingHookFunc func,
                                 gpointer user_data,
                                 GDestroyNotify destroy);
PTP_AVAILABLE_IN_1_0
void ptp_testing_suite_set_reader (PtpTestingSuite *self,
                                   PtpTestingReadFunc func,
                                   gpointer user_data,
                                   GDestroyNotify destroy);
PTP_AVAILABLE_IN_1_0
void ptp_testing_suite_set_probe (PtpTestingSuite *self,
                                  PtpTestingProbeFunc func,
                                  gpointer user_data,
                                  GDestroyNotify destroy);

/* Properties */

PTP_AVAILABLE_IN_1_0
PtpTestingKind ptp_testing_suite_get_kind (PtpTestingSuite *self);
PTP_AVAILABLE_IN_1_0
const char *ptp_testing_suite_get_name (PtpTestingSuite *self);

/* Running */

PTP_AVAILABLE_IN_1_0
GPtrArray *ptp_testing_suite_run (PtpTestingSuite *self);
PTP_AVAILABLE_IN_1_0
PtpTestingResult *ptp_testing_suite_run_check (PtpTestingSuite *self, const char *name);
PTP_AVAILABLE_IN_1_0
guint ptp_testing_suite_run_tap (PtpTestingSuite *self);
PTP_AVAILABLE_IN_1_0
void ptp_testing_suite_add_to_gtest (PtpTestingSuite *self);

G_END_DECLS
