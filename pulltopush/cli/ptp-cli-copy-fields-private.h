/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <pulltopush/pulltopush.h>

#include "ptp-cli-copy-private.h"
#include "ptp-cli-opened-private.h"
#include "ptp-cli-pauses-private.h"
#include "ptp-cli-place-private.h"
#include "ptp-cli-progress-private.h"

G_BEGIN_DECLS

/*
 * PtpCliCopy:
 *
 * One run of the program: opens the source, then the destination, streams from one to the other,
 * waits until all is written, puts a file into place, and says what went wrong.
 *
 * Whatever fails, or is interrupted, is noted once, and the rest is wound up in the same order.
 */
struct _PtpCliCopy
{
  GObject parent_instance;

  const PtpCliOptions *options; /* (unowned) */
  PtpCliPlace *source;          /* (owned) (nullable) */
  PtpCliPlace *destination;     /* (owned) (nullable) */
  PtpCliOpened *input;          /* (owned) (nullable) */
  PtpCliOpened *output;         /* (owned) (nullable) */

  PtpInputStreamProducer *producer;  /* (owned) (nullable) */
  PtpOutputStreamConsumer *consumer; /* (owned) (nullable) */
  PtpPullToPush *stream;             /* (owned) (nullable) */
  PtpCliProgress *progress;          /* (owned) (nullable) */
  PtpCliPauses *pauses;              /* (owned) (nullable) */

  GMainLoop *loop;           /* (owned) */
  GCancellable *cancellable; /* (owned): of what is opened */
  gint64 started;            /* monotonic, microseconds */
  gint64 ended;              /* monotonic, microseconds */
  gboolean committing;       /* all is written: too late to interrupt */

  guint n_signals;
  int signal_number; /* that interrupted it; 0: none */
  PtpCliSide side;   /* that failed */
  GError *error;     /* (owned) (nullable): why */
  char *kept;        /* (owned) (nullable): where what came is kept */
};

/* What went wrong is said, and told by the exit status, in ptp-cli-copy-end.c. */
gboolean ptp_cli_copy_is_well (PtpCliCopy *self);
void ptp_cli_copy_report (PtpCliCopy *self);
int ptp_cli_copy_get_status (PtpCliCopy *self);

G_END_DECLS
