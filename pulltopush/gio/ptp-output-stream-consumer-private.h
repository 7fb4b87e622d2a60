/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-output-stream-consumer.h"

#include "ptp-stream-writer-private.h"

G_BEGIN_DECLS

/* Bytes. */
#define PTP_OUTPUT_LOW_MARK  (256 * 1024)
#define PTP_OUTPUT_HIGH_MARK (1024 * 1024)
#define PTP_OUTPUT_LIMIT     (64 * 1024 * 1024)

/* The consumer lies in three files:
 *
 *   ptp-output-stream-consumer.c             what it takes, from whom, and at what pace
 *   ptp-output-stream-consumer-close.c       how it ends
 *   ptp-output-stream-consumer-properties.c  how it is looked at
 */
struct _PtpOutputStreamConsumer
{
  GObject parent_instance;

  GOutputStream *stream;     /* (owned) */
  GMainContext *context;     /* (owned) */
  PtpStreamWriter *writer;   /* (owned) */
  PtpPushProducer *producer; /* (owned) (nullable) */
  GError *error;             /* (owned) (nullable) */

  GPtrArray *waiters;             /* (owned) (element-type GTask): who waits for the end */
  PtpOutputStreamConsumer *alive; /* (owned) (nullable): itself, from closing to the end */
  GCancellable *worthless;        /* (owned): cancelled when bytes were lost */
  int end_priority;

  gsize low_mark;  /* bytes */
  gsize high_mark; /* bytes */
  gsize limit;     /* bytes */
  gsize told_peak; /* bytes: what the last notification of the peak was about */

  guint keep_open : 1;
  guint paused : 1; /* the producer, by us */
  guint closed : 1; /* takes nothing any more */
  guint aborted : 1;
  guint ending : 1; /* the stream is being flushed and closed */
  guint ended : 1;  /* that is done */
};

/* What notifies and what tells the producer may run anybody's code, so that either comes last, or
 * state is looked at again after it.
 */
void ptp_output_stream_consumer_install_properties (GObjectClass *object_class);
void ptp_output_stream_consumer_notify_numbers (PtpOutputStreamConsumer *self);
void ptp_output_stream_consumer_notify_error (PtpOutputStreamConsumer *self);
void ptp_output_stream_consumer_notify_closed (PtpOutputStreamConsumer *self);

gboolean
ptp_output_stream_consumer_check_marks (gsize low, gsize high, gsize limit, GError **error);
void ptp_output_stream_consumer_update_pace (PtpOutputStreamConsumer *self);
void ptp_output_stream_consumer_stop_producer (PtpOutputStreamConsumer *self);
void ptp_output_stream_consumer_take_failure (PtpOutputStreamConsumer *self, GError *error);
void ptp_output_stream_consumer_advance_end (PtpOutputStreamConsumer *self);

G_END_DECLS
