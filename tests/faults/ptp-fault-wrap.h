/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What GIO may put between a program and the stream that has the faults. */
typedef enum
{
  PTP_FAULT_WRAP_NONE,
  PTP_FAULT_WRAP_BUFFERED,
  PTP_FAULT_WRAP_CONVERTER, /* with one that changes nothing, as TLS does to the data */
  PTP_FAULT_WRAP_TRAILER,   /* with one that adds a trailer at the end, as a compressor does */
} PtpFaultWrap;

/* What the trailer is. */
#define PTP_FAULT_TRAILER      "trailer!"
#define PTP_FAULT_TRAILER_SIZE (sizeof (PTP_FAULT_TRAILER) - 1)

/* Both take @stream. */
GInputStream *ptp_fault_wrap_input (GInputStream *stream, PtpFaultWrap wrap);
GOutputStream *ptp_fault_wrap_output (GOutputStream *stream, PtpFaultWrap wrap);

G_END_DECLS
