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
/* Whether the stream is in the middle of a write that cannot be taken back. When that is over there
 * is progress.
 */
gboolean ptp_stream_writer_is_busy (PtpStreamWriter *self);

/* Takes a chunk of any size. */
void ptp_stream_writer_push (PtpStreamWriter *self, GBytes *bytes);
/* Drops the queue and watches nothing any more. A running write still counts. */
void ptp_stream_writer_stop (PtpStreamWriter *self);

/* The owner goes, on any thread; the writer stops. Returns whether a write is under way. If so,
 * @func, which may be null, is called with the stream once that is over, on the context; otherwise
 * nobody uses the stream any more. To be called once, after the last call of anything else here
 * but unref.
 */
typedef void (*PtpStreamWriterOrphanFunc) (GOutputStream *stream);

gboolean ptp_stream_writer_abandon (PtpStreamWriter *self, PtpStreamWriterOrphanFunc func);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpStreamWriter, ptp_stream_writer_unref)

G_END_DECLS
