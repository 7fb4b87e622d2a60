/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#if !defined(PTP_INSIDE) && !defined(PTP_COMPILATION)
  #error "Only <pulltopush/pulltopush.h> can be included directly."
#endif

#include <gio/gio.h>

#include <pulltopush/contract/ptp-version.h>

G_BEGIN_DECLS

typedef struct _PtpConsumer PtpConsumer;
typedef struct _PtpPullProducer PtpPullProducer;
typedef struct _PtpPushProducer PtpPushProducer;

G_END_DECLS
