/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-input-stream-producer.h"

#include "ptp-stream-reader-private.h"

G_BEGIN_DECLS

/* The producer lies in two files:
 *
 *   ptp-input-stream-producer.c             how it reads
 *   ptp-input-stream-producer-properties.c  how it is looked at
 */
struct _PtpInputStreamProducer
{
  GObject parent_instance;

  PtpStreamReader reader;
  guint chunk_size; /* 0: adapts */
  gsize adapted;    /* bytes */
  gboolean keep_open;
  gboolean read_ahead;
  guint64 bytes_read;
  gint64 total_size; /* -1: unknown */
  gboolean total_size_set;
  gboolean finished; /* let go, with success */
  gboolean failed;   /* let go, with an error, or cancelled */
};

/* Says that the stream broke while nobody asked, and closes it as at any other end. */
void ptp_input_stream_producer_break (PtpInputStreamProducer *self, const GError *error);

void ptp_input_stream_producer_install_properties (GObjectClass *object_class);
void ptp_input_stream_producer_notify_bytes_read (PtpInputStreamProducer *self);
void ptp_input_stream_producer_update_total_size (PtpInputStreamProducer *self, gint64 total_size);

G_END_DECLS
