/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "../contract/ptp-pull-producer.h"
#include "ptp-buffer-pool-private.h"

G_BEGIN_DECLS

/* One asynchronous read. It owns all it needs, so that the producer it reads for may be gone
 * before it is over; the producer is only told `ready`, and only if it has asked in vain.
 */
typedef struct _PtpReadOperation PtpReadOperation;

/* Reads up to @size bytes, on the thread-default context. May be over when it returns. */
PtpReadOperation *
ptp_read_operation_start (GInputStream *stream, gsize size, PtpPullProducer *producer);
void ptp_read_operation_unref (PtpReadOperation *self);

/* Whether it is over. Once this was false, the producer is told when it is. */
gboolean ptp_read_operation_ask (PtpReadOperation *self);
/* Once, when it is over. Returns the number of bytes, 0 at the end of the stream, -1 with an error;
 * @buffer is set when there are bytes.
 */
gssize ptp_read_operation_steal (PtpReadOperation *self, PtpBuffer **buffer, GError **error);

/* Nobody wants the result: cancels it. If @close, closes the stream as soon as it is free. */
void ptp_read_operation_abandon (PtpReadOperation *self, gboolean close);
/* The same for use where no code of others may run: cancels in a later turn of its context. Returns
 * false if the operation was over: then closing is up to the caller.
 */
gboolean ptp_read_operation_abandon_later (PtpReadOperation *self, gboolean close);

/* Closes without waiting; a failure is of no use to anybody. */
void ptp_stream_close_quietly (GInputStream *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpReadOperation, ptp_read_operation_unref)

G_END_DECLS
