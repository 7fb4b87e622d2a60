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
/* The descriptor below streams that filter what goes to it, or -1. */
int ptp_output_fd_find_below (GOutputStream *stream);

gboolean ptp_output_fd_is_socket (int fd);
/* What poll() says now, beside the conditions that it always says. */
GIOCondition ptp_output_fd_poll (int fd, GIOCondition condition);
gboolean ptp_output_fd_is_writable (int fd);
/* Whether poll() returns at once although there is neither room nor a hang-up. */
gboolean ptp_output_fd_is_noisy (int fd);

/* Whether it is in blocking mode. That may change at any time. */
gboolean ptp_output_fd_may_block (int fd);
/* Opens the pipe or terminal of @fd once more, without blocking. Returns -1 if that is not
 * possible.
 */
int ptp_output_fd_reopen (int fd);
/* For streams that write to their descriptor in their own way. Cuts @size down to what one call may
 * be given so that it hardly blocks. Returns whether that holds as it is; otherwise the descriptor
 * must be found writable first.
 */
gboolean ptp_output_fd_limit_call (GOutputStream *stream, gsize *size);

/* Writes what the descriptor takes now, with one call, which never blocks if the descriptor is
 * a socket or does not block by itself.
 */
GPollableReturn ptp_output_fd_writev (int fd,
                                      gboolean is_socket,
                                      const GOutputVector *vectors,
                                      guint n_vectors,
                                      gsize *written,
                                      GError **error);
/* So that writing without a reader is an error, as GSocket does it; once, and only if the program
 * has not decided about it.
 */
void ptp_output_fd_ignore_sigpipe (void);
/* Null when the descriptor only looked hung up. */
GError *ptp_output_fd_explain_hangup (int fd, GIOCondition condition);

G_END_DECLS
