/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The socket of a stream of a GSocketConnection. Returns: (transfer full) (nullable) */
GSocket *ptp_socket_ref_of (gpointer stream);

/* The kernel tells that a connection was lost to the first who asks, be it by a write, and an end
 * of the data to all others: what a writer was told is kept for whoever reads from the same socket.
 * An end that came before the loss stays one.
 */
void ptp_socket_keep_error (gpointer output_stream, const GError *error);
GError *ptp_socket_dup_error (gpointer input_stream); /* (nullable) */

/* Makes the kernel reset a TCP connection when it is closed. */
void ptp_socket_set_reset (GSocket *socket);
void ptp_socket_set_reset_fd (int fd);

G_END_DECLS
