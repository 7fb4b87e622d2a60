/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-stream-state.h"

G_DEFINE_ENUM_TYPE (PtpStreamState,
                    ptp_stream_state,
                    G_DEFINE_ENUM_VALUE (PTP_STREAM_STATE_IDLE, "idle"),
                    G_DEFINE_ENUM_VALUE (PTP_STREAM_STATE_STREAMING, "streaming"),
                    G_DEFINE_ENUM_VALUE (PTP_STREAM_STATE_PAUSED, "paused"),
                    G_DEFINE_ENUM_VALUE (PTP_STREAM_STATE_WAITING, "waiting"),
                    G_DEFINE_ENUM_VALUE (PTP_STREAM_STATE_ENDING, "ending"),
                    G_DEFINE_ENUM_VALUE (PTP_STREAM_STATE_FINISHED, "finished"),
                    G_DEFINE_ENUM_VALUE (PTP_STREAM_STATE_STOPPED, "stopped"),
                    G_DEFINE_ENUM_VALUE (PTP_STREAM_STATE_FAILED, "failed"))
