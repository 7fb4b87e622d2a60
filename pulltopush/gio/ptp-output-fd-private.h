/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What the file descriptor under an output stream tells that the stream does not. */

/* The descriptor to watch for a hang-up, or -1. */
int ptp_output_fd_find (GOutputStream *stream);
/* The descriptor that a stream writes to and nothing but passes on, or -1. */
int ptp_output_fd_find_plain (GOutputStream *stream);
/* Cuts @size down to the bytes that one call may be given so that it cannot block. Returns whether
 * that holds as it is; otherwise the descriptor must be found writable first.
 */
gboolean ptp_output_fd_limit_call (GOutputStream *stream, gsize *size);
gboolean ptp_output_fd_is_writable (int fd);
/* Writes what the descriptor takes now, with one call. */
GPollableReturn ptp_output_fd_writev (int fd,
                                      const GOutputVector *vectors,
                                      guint n_vectors,
                                      gsize *written,
                                      GError **error);
/* Null when the descriptor only looked hung up. */
GError *ptp_output_fd_explain_hangup (int fd, GIOCondition condition);

G_END_DECLS
