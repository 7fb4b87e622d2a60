/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#define PTP_INSIDE

#include <pulltopush/contract/ptp-version.h>
#include "contract/ptp-types.h"
#include "contract/ptp-error.h"
#include "contract/ptp-step-result.h"
#include "contract/ptp-end-result.h"
#include "contract/ptp-settlement.h"
#include "contract/ptp-pull-producer.h"
#include "contract/ptp-push-producer.h"
#include "contract/ptp-consumer.h"
#include "coop/ptp-stream-state.h"
#include "coop/ptp-cooperative-task.h"
#include "coop/ptp-cooperator.h"
#include "coop/ptp-unheard.h"
#include "adapter/ptp-pull-to-push-flags.h"
#include "adapter/ptp-pull-to-push.h"
#include "gio/ptp-bytes-producer.h"
#include "gio/ptp-input-stream-producer.h"
#include "gio/ptp-output-stream-consumer.h"
#include "gio/ptp-file-consumer.h"
#include "gio/ptp-connection.h"

#undef PTP_INSIDE
