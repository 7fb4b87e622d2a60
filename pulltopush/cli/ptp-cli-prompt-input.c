/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-prompt-input-private.h"

#define PTP_TYPE_CLI_PROMPT_INPUT (ptp_cli_prompt_input_get_type ())

G_DECLARE_FINAL_TYPE (PtpCliPromptInput,
                      ptp_cli_prompt_input,
                      PTP,
                      CLI_PROMPT_INPUT,
                      GFilterInputStream)

/*
 * PtpCliPromptInput:
 *
 * Reads from something in memory, that gives what it has at once.
 *
 * GIO leaves all that can seek to a thread, since the reading of files may block. This says that it
 * will not.
 */
struct _PtpCliPromptInput
{
  GFilterInputStream parent_instance;
};

static gboolean
ptp_cli_prompt_input_is_readable (GPollableInputStream *stream)
{
  return TRUE;
}

static GSource *
ptp_cli_prompt_input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  g_autoptr (GSource) at_once = g_timeout_source_new (0);

  return g_pollable_source_new_full (stream, at_once, cancellable);
}

static gssize
ptp_cli_prompt_input_read_nonblocking (GPollableInputStream *stream,
                                       void *buffer,
                                       gsize count,
                                       GError **error)
{
  GInputStream *base = g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (stream));

  return g_input_stream_read (base, buffer, count, NULL, error);
}

static void
pollable_iface_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = ptp_cli_prompt_input_is_readable;
  iface->create_source = ptp_cli_prompt_input_create_source;
  iface->read_nonblocking = ptp_cli_prompt_input_read_nonblocking;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpCliPromptInput,
                               ptp_cli_prompt_input,
                               G_TYPE_FILTER_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      pollable_iface_init))

static void
ptp_cli_prompt_input_class_init (PtpCliPromptInputClass *klass)
{
}

static void
ptp_cli_prompt_input_init (PtpCliPromptInput *self)
{
}

GInputStream *
ptp_cli_prompt_input_new (GInputStream *base)
{
  return g_object_new (PTP_TYPE_CLI_PROMPT_INPUT, "base-stream", base, NULL);
}
