/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#define PTP_TESTING_INSIDE

#include "ptp-testing-answer.h"
#include "ptp-testing-clock.h"
#include "ptp-testing-consumer.h"
#include "ptp-testing-producer.h"
#include "ptp-testing-push-producer.h"
#include "ptp-testing-result.h"
#include "ptp-testing-suite.h"

#undef PTP_TESTING_INSIDE
