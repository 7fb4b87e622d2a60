/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-prompt-output-private.h"

#include <errno.h>
#include <gio/gunixoutputstream.h>
#include <unistd.h>

#define PTP_TYPE_CLI_PROMPT_OUTPUT (ptp_cli_prompt_output_get_type ())

G_DECLARE_FINAL_TYPE (PtpCliPromptOutput,
                      ptp_cli_prompt_output,
                      PTP,
                      CLI_PROMPT_OUTPUT,
                      GFilterOutputStream)

/*
 * PtpCliPromptOutput:
 *
 * Writes to something in memory, that takes or refuses whatever it is given at once.
 *
 * GIO leaves all that can seek to a thread, since the writing of files may block. This says that it
 * will not.
 */
struct _PtpCliPromptOutput
{
  GFilterOutputStream parent_instance;
};

static GOutputStream *
get_base (gpointer stream)
{
  return g_filter_output_stream_get_base_stream (G_FILTER_OUTPUT_STREAM (stream));
}

static gboolean
ptp_cli_prompt_output_is_writable (GPollableOutputStream *stream)
{
  return TRUE;
}

static GSource *
ptp_cli_prompt_output_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  g_autoptr (GSource) at_once = g_timeout_source_new (0);

  return g_pollable_source_new_full (stream, at_once, cancellable);
}

/* GIO polls before each write to a device; one that is in memory is always writable. */
static gssize
write_device (int fd, const void *buffer, gsize count, GError **error)
{
  gssize written;
  int errsv;

  do
    written = write (fd, buffer, count);
  while (written < 0 && errno == EINTR);

  errsv = errno;
  if (written < 0)
    g_set_error_literal (error, G_IO_ERROR, (int) g_io_error_from_errno (errsv),
                         g_strerror (errsv));
  return written;
}

static gssize
ptp_cli_prompt_output_write_nonblocking (GPollableOutputStream *stream,
                                         const void *buffer,
                                         gsize count,
                                         GError **error)
{
  GOutputStream *base = get_base (stream);

  if (G_OBJECT_TYPE (base) == G_TYPE_UNIX_OUTPUT_STREAM)
    return write_device (g_unix_output_stream_get_fd (G_UNIX_OUTPUT_STREAM (base)), buffer, count,
                         error);

  return g_output_stream_write (base, buffer, count, NULL, error);
}

static void
pollable_iface_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = ptp_cli_prompt_output_is_writable;
  iface->create_source = ptp_cli_prompt_output_create_source;
  iface->write_nonblocking = ptp_cli_prompt_output_write_nonblocking;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpCliPromptOutput,
                               ptp_cli_prompt_output,
                               G_TYPE_FILTER_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      pollable_iface_init))

static void
ptp_cli_prompt_output_class_init (PtpCliPromptOutputClass *klass)
{
}

static void
ptp_cli_prompt_output_init (PtpCliPromptOutput *self)
{
}

GOutputStream *
ptp_cli_prompt_output_new (GOutputStream *base)
{
  return g_object_new (PTP_TYPE_CLI_PROMPT_OUTPUT, "base-stream", base, NULL);
}
