/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Ends what was written to @stream: flushes it and, if @close, closes it.
 *
 * With @cancellable cancelled nothing is flushed and the stream is closed as one whose content is
 * worth nothing: GIO then throws away the half of a file that would have replaced another. A
 * flush that fails cancels it, for that reason; it is for this operation alone. The result is
 * the first error.
 */
void ptp_stream_end_async (GOutputStream *stream,
                           gboolean close,
                           int io_priority,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean ptp_stream_end_finish (GOutputStream *stream, GAsyncResult *result, GError **error);

G_END_DECLS
