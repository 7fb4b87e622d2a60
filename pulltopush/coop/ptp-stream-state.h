/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include "../contract/ptp-types.h"

G_BEGIN_DECLS

#define PTP_TYPE_STREAM_STATE (ptp_stream_state_get_type ())

/**
 * PtpStreamState:
 * @PTP_STREAM_STATE_IDLE: Not started.
 * @PTP_STREAM_STATE_STREAMING: Runs.
 * @PTP_STREAM_STATE_PAUSED: Somebody holds it.
 * @PTP_STREAM_STATE_WAITING: Nobody holds it, but there is nothing to do until
 *   it is told to be ready.
 * @PTP_STREAM_STATE_ENDING: No further step will come; the consumer is told, and
 *   flushes, closes or undoes.
 * @PTP_STREAM_STATE_FINISHED: Ended: all is done and in its place, or the consumer
 *   had enough.
 * @PTP_STREAM_STATE_STOPPED: Ended: it was stopped before it was finished.
 * @PTP_STREAM_STATE_FAILED: Ended: an error, or cancelled.
 *
 * Where a stream, or a cooperative task, stands.
 *
 * The last three are terminal: a stream reaches exactly one of them, once.
 *
 * Since: 1.0
 */
typedef enum
{
  PTP_STREAM_STATE_IDLE = 0,
  PTP_STREAM_STATE_STREAMING,
  PTP_STREAM_STATE_PAUSED,
  PTP_STREAM_STATE_WAITING,
  PTP_STREAM_STATE_ENDING,
  PTP_STREAM_STATE_FINISHED,
  PTP_STREAM_STATE_STOPPED,
  PTP_STREAM_STATE_FAILED,
} PtpStreamState;

PTP_AVAILABLE_IN_1_0
GType ptp_stream_state_get_type (void) G_GNUC_CONST;

G_END_DECLS
