/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-stream-writer-private.h"

#include "ptp-output-queue-private.h"

G_BEGIN_DECLS

/* A stream that can poll is written without blocking from the context: counts are exact at any
 * moment, and stopping is instant. Any other stream is written with one asynchronous operation
 * at a time, which is never cancelled, since what a cancelled write has done cannot be known.
 *
 *   ptp-stream-writer.c           what comes in, and what to wait for
 *   ptp-stream-writer-polling.c   writing without blocking
 *   ptp-stream-writer-async.c     writing with asynchronous operations
 *   ptp-stream-writer-outcome.c   what a write has done, and what it means when it has not
 */

/* A stream that takes nothing, and says neither that it would block nor why, is asked again after
 * 1, 2, 4, … ms, and given up after this many times in a row.
 */
#define PTP_STREAM_WRITER_MAX_ZEROS (8)

typedef enum
{
  PTP_WAIT_NOTHING,
  PTP_WAIT_TURN,
  PTP_WAIT_WRITABLE,
  PTP_WAIT_RETRY,
  PTP_WAIT_HANGUP,
} PtpWait;

struct _PtpStreamWriter
{
  GOutputStream *stream;             /* (owned) */
  GMainContext *context;             /* (owned) */
  GWeakRef owner;                    /* (element-type GObject) */
  const PtpStreamWriterFuncs *funcs; /* (not owned) */

  PtpOutputQueue queue;
  guint64 bytes_accepted;
  guint64 bytes_written;

  GError *early_error; /* (owned) (nullable): from inside a push, for the next turn */
  GSource *source;     /* (owned) (nullable): what wait is about */
  PtpWait wait;
  int fd;             /* -1 without one to watch */
  guint zeros;        /* writes of nothing, in a row */
  guint waited_zeros; /* zeros when the source was made */

  guint pollable : 1;
  guint plain : 1;     /* pollable, and no more than its descriptor */
  guint piecewise : 1; /* no vectored writes */
  guint blocked : 1;   /* the pollable stream has said so */
  guint busy : 1;      /* an asynchronous write runs */
  guint starting : 1;  /* inside the call that starts one */
  guint stopped : 1;
};

PtpStreamWriter *ptp_stream_writer_ref (PtpStreamWriter *self);
/* Makes what is waited for fit the state; to be called when that has changed. */
void ptp_stream_writer_arm (PtpStreamWriter *self);

/* Writing without blocking */

/* From inside a push. Tells nobody. */
void ptp_stream_writer_write_at_once (PtpStreamWriter *self);
/* In a turn of the context. */
void ptp_stream_writer_write_polling (PtpStreamWriter *self, GObject *owner);

/* Writing with asynchronous operations */

/* Does nothing while one runs. It may be over when this returns, and then its callback has run.
 */
void ptp_stream_writer_start_write (PtpStreamWriter *self);

/* Outcomes */

guint ptp_stream_writer_get_max_vectors (PtpStreamWriter *self);
/* A number that cannot be is that of a failure, as GIO's own streams give it. */
gsize ptp_stream_writer_sanitize (PtpOutputBatch *batch, gsize written);
void ptp_stream_writer_account (PtpStreamWriter *self, gsize size);
/* Takes @error, which may be null: what a stream of somebody's own left unsaid is filled in. */
GError *ptp_stream_writer_explain (PtpStreamWriter *self, GError *error);
/* Takes @error. */
void ptp_stream_writer_fail (PtpStreamWriter *self, GObject *owner, GError *error);
/* Fails, and returns false, when nothing was taken too many times. */
gboolean ptp_stream_writer_check_zeros (PtpStreamWriter *self, GObject *owner);

G_END_DECLS
