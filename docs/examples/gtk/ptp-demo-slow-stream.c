/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-demo-slow-stream.h"

/* A target that takes 10 MiB in a second, as a memory stick or a share on a busy network does. Like
 * there, write() sleeps until the device has taken the data: that is what blocks who calls it. */

#define BYTES_PER_SECOND (10 * 1024 * 1024)
#define MOST_AT_ONCE     (64 * 1024)

struct _PtpDemoSlowStream
{
  GFilterOutputStream parent_instance;
};

G_DEFINE_FINAL_TYPE (PtpDemoSlowStream, ptp_demo_slow_stream, G_TYPE_FILTER_OUTPUT_STREAM)

static gssize
ptp_demo_slow_stream_write (GOutputStream *stream,
                            const void *buffer,
                            gsize count,
                            GCancellable *cancellable,
                            GError **error)
{
  GOutputStream *base = g_filter_output_stream_get_base_stream (G_FILTER_OUTPUT_STREAM (stream));
  gssize written
    = g_output_stream_write (base, buffer, MIN (count, MOST_AT_ONCE), cancellable, error);

  if (written > 0)
    g_usleep ((gulong) written * G_USEC_PER_SEC / BYTES_PER_SECOND);
  return written;
}

static void
ptp_demo_slow_stream_class_init (PtpDemoSlowStreamClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = ptp_demo_slow_stream_write;
}

static void
ptp_demo_slow_stream_init (PtpDemoSlowStream *self)
{
}

GOutputStream *
ptp_demo_slow_stream_new (GOutputStream *base)
{
  return g_object_new (PTP_DEMO_TYPE_SLOW_STREAM, "base-stream", base, NULL);
}
