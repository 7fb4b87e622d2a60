/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-pull-to-push-flags.h"

G_DEFINE_FLAGS_TYPE (PtpPullToPushFlags,
                     ptp_pull_to_push_flags,
                     G_DEFINE_ENUM_VALUE (PTP_PULL_TO_PUSH_NONE, "none"),
                     G_DEFINE_ENUM_VALUE (PTP_PULL_TO_PUSH_KEEP_SOURCE, "keep-source"),
                     G_DEFINE_ENUM_VALUE (PTP_PULL_TO_PUSH_KEEP_SINK, "keep-sink"))
