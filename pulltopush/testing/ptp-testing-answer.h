/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_TESTING_INSIDE) && !defined(PTP_TESTING_COMPILATION)
  #error "Only <pulltopush/testing/pulltopush-testing.h> can be included directly."
#endif

#include <pulltopush/pulltopush.h>

G_BEGIN_DECLS

#define PTP_TESTING_TYPE_ANSWER (ptp_testing_answer_get_type ())

/**
 * PtpTestingAnswer:
 * @PTP_TESTING_ANSWER_DONE: It is done.
 * @PTP_TESTING_ANSWER_FAILED: It fails with %G_IO_ERROR_NO_SPACE.
 * @PTP_TESTING_ANSWER_PENDING: It is pending, and the test settles it with
 *   [method@PullToPush.Consumer.emit_settled] or
 *   [method@PullToPush.Consumer.emit_settle_failed].
 * @PTP_TESTING_ANSWER_SETTLED_INSIDE: It is pending, and has settled before it says so.
 * @PTP_TESTING_ANSWER_SETTLED_LATER: It is pending, and settles in a later turn.
 * @PTP_TESTING_ANSWER_SETTLED_IN_THREAD: It is pending, and settles on another thread.
 * @PTP_TESTING_ANSWER_FAILED_INSIDE: It is pending, and has failed with %G_IO_ERROR_NO_SPACE before
 *   it says so.
 * @PTP_TESTING_ANSWER_FAILED_LATER: It is pending, and fails in a later turn.
 * @PTP_TESTING_ANSWER_FAILED_IN_THREAD: It is pending, and fails on another thread.
 *
 * What a [class@PullToPushTesting.Consumer] does when it is told to finish or to abort.
 *
 * Since: 1.0
 */
typedef enum
{
  PTP_TESTING_ANSWER_DONE = 0,
  PTP_TESTING_ANSWER_FAILED,
  PTP_TESTING_ANSWER_PENDING,
  PTP_TESTING_ANSWER_SETTLED_INSIDE,
  PTP_TESTING_ANSWER_SETTLED_LATER,
  PTP_TESTING_ANSWER_SETTLED_IN_THREAD,
  PTP_TESTING_ANSWER_FAILED_INSIDE,
  PTP_TESTING_ANSWER_FAILED_LATER,
  PTP_TESTING_ANSWER_FAILED_IN_THREAD,
} PtpTestingAnswer;

PTP_AVAILABLE_IN_1_0
GType ptp_testing_answer_get_type (void) G_GNUC_CONST;

G_END_DECLS
