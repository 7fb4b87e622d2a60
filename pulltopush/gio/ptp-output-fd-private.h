/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What the file descriptor under an output stream tells that the stream does not. */

/* The descriptor to watch for a hang-up, or -1. */
int ptp_output_fd_find (GOutputStream *stream);
/* How many bytes one call may be given so that it cannot block, at most @max_size. */
gsize ptp_output_fd_limit_call (GOutputStream *stream, gsize max_size);
/* Null when the descriptor only looked hung up. */
GError *ptp_output_fd_explain_hangup (int fd, GIOCondition condition);

G_END_DECLS
