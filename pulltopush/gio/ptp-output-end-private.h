/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How an output stream ends, well or not. */

/* Whether what was written can be taken back when the stream is abandoned. */
gboolean ptp_output_can_undo (GOutputStream *stream);

/* Closes a stream that was flushed, and tells the peer of a socket that this was all. It is never
 * cancelled: a close that was has been seen to say so after it had renamed a file.
 */
void
ptp_output_close_async (GOutputStream *stream, GAsyncReadyCallback callback, gpointer user_data);
gboolean ptp_output_close_finish (GOutputStream *stream, GAsyncResult *result, GError **error);

/* Closes a stream, and what it filters into, so that nothing is committed that GIO can take back: a
 * file that would have been replaced stays, and there is no trailer. Fails in silence.
 */
void
ptp_output_abandon_async (GOutputStream *stream, GAsyncReadyCallback callback, gpointer user_data);
void ptp_output_abandon_finish (GOutputStream *stream, GAsyncResult *result);
/* The same at once, for a place where nobody can wait; any thread. */
void ptp_output_abandon (GOutputStream *stream);

G_END_DECLS
