/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "../contract/ptp-types.h"

G_BEGIN_DECLS

#define PTP_TYPE_PULL_TO_PUSH_FLAGS (ptp_pull_to_push_flags_get_type ())

/**
 * PtpPullToPushFlags:
 * @PTP_PULL_TO_PUSH_NONE: The stream ends its source and its sink.
 * @PTP_PULL_TO_PUSH_KEEP_SOURCE: The source is not cancelled when the consumer
 *   has enough or [method@PullToPush.PullToPush.stop_streaming] is called:
 *   somebody else goes on with it.
 * @PTP_PULL_TO_PUSH_KEEP_SINK: The consumer is told neither to finish nor to
 *   abort, only unregistered: whoever keeps it ends it.
 *
 * What a stream leaves to others at its end.
 *
 * Twisted's `_PullToPush` does both.
 *
 * Since: 1.0
 */
typedef enum
{
  PTP_PULL_TO_PUSH_NONE = 0,
  PTP_PULL_TO_PUSH_KEEP_SOURCE = 1 << 0,
  PTP_PULL_TO_PUSH_KEEP_SINK = 1 << 1,
} PtpPullToPushFlags;

PTP_AVAILABLE_IN_1_0
GType ptp_pull_to_push_flags_get_type (void) G_GNUC_CONST;

G_END_DECLS
