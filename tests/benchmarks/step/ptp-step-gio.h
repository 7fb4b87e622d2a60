/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What one step costs through GIO's own streams: a chunk that is ready, read from an input stream
 * and written to an output stream that counts. Each runs for @nanoseconds at least, on the default
 * context, and returns nanoseconds per step, or NaN when not all that was read was written.
 */

/* g_output_stream_splice_async(), on the main loop or, as GIO prefers for streams that cannot be
 * polled, blocking a thread.
 */
double ptp_step_measure_splice (gint64 nanoseconds);
double ptp_step_measure_splice_in_thread (gint64 nanoseconds);

/* g_input_stream_read_async(), then g_output_stream_write_async(), then again. */
double ptp_step_measure_ping_pong (gint64 nanoseconds);

/* The source of g_pollable_input_stream_create_source(), then a read and a write that do not block.
 */
double ptp_step_measure_pollable (gint64 nanoseconds);

G_END_DECLS
