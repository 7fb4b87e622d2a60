/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Buffers to read into, used again and again.
 *
 * A queue that fills and drains frees many large buffers at once; malloc gives those back to the
 * kernel, and the next round pays a page fault for every page: measured on a cached file, up to
 * fifty times the time of the reading itself. The pool keeps at most PTP_BUFFER_POOL_MAX bytes, for
 * all streams together, and none once the last user has left.
 *
 * All functions may be called from any thread.
 */
#define PTP_BUFFER_POOL_MAX (8 * 1024 * 1024)

typedef struct _PtpBuffer PtpBuffer;

/* What is kept is kept for those between enter and leave. */
void ptp_buffer_pool_enter (void);
void ptp_buffer_pool_leave (void);
/* For tests: how many bytes the pool keeps. */
gsize ptp_buffer_pool_get_kept (void);

PtpBuffer *ptp_buffer_new (gsize size);
void ptp_buffer_free (PtpBuffer *buffer);
gpointer ptp_buffer_get_data (PtpBuffer *buffer);
gsize ptp_buffer_get_size (PtpBuffer *buffer);
/* Frees the buffer; its first @length bytes live on, in memory that is not much larger. */
GBytes *ptp_buffer_free_to_bytes (PtpBuffer *buffer, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpBuffer, ptp_buffer_free)

G_END_DECLS
