/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

#include "ptp-cli-target-private.h"

G_BEGIN_DECLS

typedef struct _PtpCliOpened PtpCliOpened;

/* One side, ready for data. */
struct _PtpCliOpened
{
  GInputStream *input;     /* (owned) (nullable): of a source */
  GOutputStream *output;   /* (owned) (nullable): of a destination */
  GIOStream *connection;   /* (owned) (nullable): what the stream belongs to and closes with */
  GSocketConnection *bare; /* (owned) (nullable): what has the socket below that */
  PtpCliTarget *target;    /* (owned) (nullable): what appears when all is written */
  char *id;                /* (owned) (nullable): tells one regular file from another */
  gint64 size;             /* bytes of a source; -1: the stream itself knows, or nobody */
  int restore_fd;          /* to be made blocking again; -1: none */
};

PtpCliOpened *ptp_cli_opened_new (void);
PtpCliOpened *ptp_cli_opened_new_for_connection (GSocketConnection *connection, gboolean output);
void ptp_cli_opened_hasten (PtpCliOpened *opened);
void ptp_cli_opened_hang_up (PtpCliOpened *opened);
void ptp_cli_opened_free (PtpCliOpened *opened);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpCliOpened, ptp_cli_opened_free)

G_END_DECLS
