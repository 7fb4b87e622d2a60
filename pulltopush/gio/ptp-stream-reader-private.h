/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "../contract/ptp-pull-producer.h"
#include "ptp-file-reader-private.h"
#include "ptp-read-operation-private.h"

G_BEGIN_DECLS

/* Reads from any stream, never waiting for it, in the way that suits it best. */
typedef struct
{
  GInputStream *stream;      /* (owned) (nullable) */
  PtpPullProducer *producer; /* (unowned): who is told `ready`; it owns this struct */
  int strategy;
  int fd;                         /* of a regular file, otherwise -1 */
  GPollableInputStream *pollable; /* (owned) (nullable) */
  PtpReadOperation *operation;    /* (owned) (nullable): in flight, or not yet taken */
  GSource *watch;                 /* (owned) (nullable): attached, or fired */
  GSource *error_watch;           /* (owned) (nullable): attached, or fired */
  GError *error;                  /* (owned) (nullable): what the error watch has read */
  gboolean asked;                 /* since the error watch looked last */
  int begun;                      /* atomic: whether it was read from, or broke before that */
  gboolean watched;               /* for errors, or known to have no need of it */
} PtpStreamReader;

/* A chunk that was read. */
typedef struct
{
  GBytes *bytes;      /* (owned) */
  gsize asked;        /* bytes that would have been taken */
  gboolean cut_short; /* by what the kernel has in memory: more may follow at once */
} PtpStreamChunk;

void
ptp_stream_reader_init (PtpStreamReader *self, GInputStream *stream, PtpPullProducer *producer);
/* Calls no code of ours or of bindings, and may be called on any thread; if @close, closes the
 * stream, cancelled, or leaves that to the read in flight.
 */
void ptp_stream_reader_clear (PtpStreamReader *self, gboolean close);

/* Whether the next read is the first; it decides how all are done. */
gboolean ptp_stream_reader_is_new (PtpStreamReader *self);
/* How many bytes the stream holds from here, if that can be had without waiting; else -1. */
gint64 ptp_stream_reader_get_remaining (PtpStreamReader *self);

/* Sets @chunk with PTP_READ_DATA, @error with PTP_READ_FAILED. After PTP_READ_LATER the producer
 * is told `ready`.
 */
PtpReadResult
ptp_stream_reader_read (PtpStreamReader *self, gsize size, PtpStreamChunk *chunk, GError **error);

/* Begins the next read, if streams like this one are worth it, and it is not begun. */
void ptp_stream_reader_read_ahead (PtpStreamReader *self, gsize size);

/* Cancels what is in flight; if @close, closes the stream, without waiting, when it is free. */
void ptp_stream_reader_let_go (PtpStreamReader *self, gboolean close);

G_END_DECLS
