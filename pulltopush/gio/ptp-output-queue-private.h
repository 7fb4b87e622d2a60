/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How many pieces one vectored write takes at most. */
#define PTP_OUTPUT_BATCH_VECTORS (64)

/* Chunks up to this size, in bytes, are copied together; larger ones are never copied. */
#define PTP_OUTPUT_QUEUE_SMALL (16 * 1024)
/* What small chunks are copied into, in bytes: what a pipe holds, and a few TLS records. */
#define PTP_OUTPUT_QUEUE_GATHER (64 * 1024)

/* One vectored write: the head of a queue. It holds its chunks by itself, so that the queue may
 * be dropped while the write is under way.
 */
typedef struct
{
  GOutputVector vectors[PTP_OUTPUT_BATCH_VECTORS];
  GBytes *chunks[PTP_OUTPUT_BATCH_VECTORS]; /* (owned) */
  guint n_vectors;
  gsize size; /* bytes */
} PtpOutputBatch;

void ptp_output_batch_clear (PtpOutputBatch *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PtpOutputBatch, ptp_output_batch_clear)

/* The bytes that were accepted and not written yet, first in, first out. */
typedef struct
{
  GQueue chunks;       /* (element-type GBytes) (owned) */
  gsize offset;        /* bytes of the first chunk that are written */
  gsize size;          /* bytes left, over all chunks */
  gsize peak;          /* the largest size ever */
  guint8 *gather;      /* (nullable) memory of the last chunk, while that takes small ones */
  gsize gather_filled; /* bytes of it in use */
} PtpOutputQueue;

void ptp_output_queue_init (PtpOutputQueue *self);
void ptp_output_queue_clear (PtpOutputQueue *self);
void ptp_output_queue_push (PtpOutputQueue *self, GBytes *bytes);
void ptp_output_queue_peek (PtpOutputQueue *self,
                            gsize max_size,
                            guint max_vectors,
                            PtpOutputBatch *batch);
void ptp_output_queue_consume (PtpOutputQueue *self, gsize size);

G_END_DECLS
