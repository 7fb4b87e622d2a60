/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-output-stream-consumer.h"

#include "../contract/ptp-consumer.h"
#include "../contract/ptp-push-producer.h"
#include "ptp-stream-writer-private.h"

G_BEGIN_DECLS

/* Other endpoints of this folder derive from it: they set the stream before their constructed()
 * chains up.
 */
struct _PtpOutputStreamConsumer
{
  GObject parent_instance;

  GOutputStream *stream;     /* (owned) */
  GMainContext *context;     /* (owned) */
  PtpStreamWriter *writer;   /* (owned) */
  PtpPushProducer *producer; /* (owned) (nullable) */
  GError *error;             /* (owned) (nullable) */

  PtpOutputStreamConsumer *alive;  /* (owned) (nullable): itself, from closing to the end */
  GCancellable *flush_cancellable; /* (owned) */

  gsize low_mark;  /* bytes */
  gsize high_mark; /* bytes */
  gsize limit;     /* bytes */
  gsize told_peak; /* bytes: what the last notification of the peak was about */

  guint keep_open : 1;
  guint full : 1;    /* the high mark was reached, and the low one was not since */
  guint closed : 1;  /* takes nothing any more */
  guint aborted : 1; /* and is to be undone */
  guint dropped : 1; /* and what is queued is not to be written */
  guint ending : 1;  /* the stream is being flushed and closed */
  guint closing : 1; /* closed, and there is no way back */
  guint ended : 1;   /* that is done */
  guint whole : 1;   /* and went well */
  guint disposed : 1;
  guint owned : 1; /* the stream is the consumer's own, which keeps it open for nobody */

  /* Of a derived type, on the context, just before the end is told. */
  void (*ended_func) (PtpOutputStreamConsumer *self, gboolean whole);
};

/* For a derived type, on the context: the stream below is of no use any more. */
void ptp_output_stream_consumer_break (PtpOutputStreamConsumer *self, const GError *error);

G_END_DECLS
