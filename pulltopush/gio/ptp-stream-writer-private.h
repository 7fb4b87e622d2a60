/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Writes a queue of chunks to a stream, on one context, without ever blocking it.
 *
 * It belongs to one object, its owner, which it does not keep alive: what it does later finds out
 * first whether there still is an owner. A large chunk may be written from inside the push, but
 * nobody hears of a failure there.
 */
typedef struct _PtpStreamWriter PtpStreamWriter;

typedef struct
{
  /* The numbers changed, or the running write ended. The next write is on its way by then. */
  void (*progress) (gpointer owner);
  /* The writer has stopped by itself. It is the last call but for one progress. */
  void (*failed) (gpointer owner, GError *error /* (transfer full) */);
} PtpStreamWriterFuncs;

PtpStreamWriter *ptp_stream_writer_new (GOutputStream *stream,
                                        GMainContext *context,
                                        GObject *owner,
                                        const PtpStreamWriterFuncs *funcs);
void ptp_stream_writer_unref (PtpStreamWriter *self);

/* Bytes. What is accepted and neither written nor queued was dropped. */
guint64 ptp_stream_writer_get_accepted (PtpStreamWriter *self);
guint64 ptp_stream_writer_get_written (PtpStreamWriter *self);
gsize ptp_stream_writer_get_queued (PtpStreamWriter *self);
gsize ptp_stream_writer_get_peak (PtpStreamWriter *self);
/* Whether the stream is in the middle of a write that cannot be taken back. */
gboolean ptp_stream_writer_is_busy (PtpStreamWriter *self);

/* False when the queue would be longer than @limit bytes. */
gboolean ptp_stream_writer_push (PtpStreamWriter *self, GBytes *bytes, gsize limit);
/* Drops the queue and watches nothing any more. A running write still counts. */
void ptp_stream_writer_stop (PtpStreamWriter *self);

G_END_DECLS
