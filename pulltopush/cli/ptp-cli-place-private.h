/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

#include "ptp-cli-status-private.h"

G_BEGIN_DECLS

typedef struct _PtpCliPlace PtpCliPlace;

typedef enum
{
  PTP_CLI_PLACE_STANDARD, /* standard input or output */
  PTP_CLI_PLACE_FILE,
  PTP_CLI_PLACE_TCP,
  PTP_CLI_PLACE_TLS,
  PTP_CLI_PLACE_UNIX,
  PTP_CLI_PLACE_TCP_LISTEN,
} PtpCliPlaceKind;

/* What a SOURCE or DESTINATION means. */
struct _PtpCliPlace
{
  PtpCliSide side;
  PtpCliPlaceKind kind;
  char *name;                     /* (owned): as given, in UTF-8, for messages */
  GFile *file;                    /* (owned) (nullable): for FILE */
  GSocketConnectable *connection; /* (owned) (nullable): for TCP, TLS, UNIX */
  GSocketAddress *address;        /* (owned) (nullable): for TCP_LISTEN with an address */
  guint16 port;                   /* for TCP_LISTEN without */
};

PtpCliPlace *ptp_cli_place_new (const char *text, PtpCliSide side, GError **error);
void ptp_cli_place_free (PtpCliPlace *place);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpCliPlace, ptp_cli_place_free)

G_END_DECLS
