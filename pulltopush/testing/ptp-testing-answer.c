/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-answer.h"

G_DEFINE_ENUM_TYPE (PtpTestingAnswer,
                    ptp_testing_answer,
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_ANSWER_DONE, "done"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_ANSWER_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_ANSWER_PENDING, "pending"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_ANSWER_SETTLED_INSIDE, "settled-inside"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_ANSWER_SETTLED_LATER, "settled-later"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_ANSWER_SETTLED_IN_THREAD, "settled-in-thread"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_ANSWER_FAILED_INSIDE, "failed-inside"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_ANSWER_FAILED_LATER, "failed-later"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_ANSWER_FAILED_IN_THREAD, "failed-in-thread"))
