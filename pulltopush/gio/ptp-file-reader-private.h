/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How an attempt to read now, without waiting, went. */
typedef enum
{
  PTP_READ_FAILED = 0,  /* the error is set */
  PTP_READ_DATA,        /* at least one byte */
  PTP_READ_END,         /* the stream is over */
  PTP_READ_LATER,       /* not without waiting */
  PTP_READ_UNSUPPORTED, /* never without waiting */
} PtpReadResult;

/* The descriptor that a stream reads from and nothing but passes on, or -1. */
int ptp_stream_get_fd (GInputStream *stream);
gboolean ptp_fd_is_regular (int fd);
gboolean ptp_fd_is_socket (int fd);
/* How many bytes a regular file holds from its current position; -1 if it does not say. */
gint64 ptp_fd_get_remaining (int fd);
/* The path that the descriptor was opened with, or null. */
char *ptp_fd_dup_name (int fd);

/* Reads from a regular file what is in memory already, and advances its position. */
PtpReadResult ptp_fd_read_cached (int fd, gpointer data, gsize size, gsize *n_read, GError **error);

G_END_DECLS
