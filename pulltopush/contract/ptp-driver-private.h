/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-pull-producer.h"

G_BEGIN_DECLS

/* Who asks a pull producer, and so has to hear of its signals.
 *
 * A signal connection costs more memory than the stream around it, and there may be a million
 * streams that wait. So the default handlers of the signals look the driver up in one table, and
 * tell it there. They may run on any thread; a driver is told under the lock of the table, which
 * keeps it alive without a reference, so its functions must not run anybody's code.
 */
typedef struct _PtpDriver PtpDriver;

struct _PtpDriver
{
  PtpPullProducer *producer; /* (owned by whoever embeds this) (nullable) */
};

/* Any thread, under the lock */
typedef struct
{
  void (*ready) (PtpDriver *self);
  void (*broken) (PtpDriver *self, const GError *error);
} PtpDriverFuncs;

/* Once, before the first driver: there is one kind of them. */
void ptp_driver_set_funcs (const PtpDriverFuncs *funcs);

/* From here until ptp_driver_detach() the driver is told. A producer that broke before that was
 * stored: then the driver is told from inside.
 */
void ptp_driver_attach (PtpDriver *self);
void ptp_driver_detach (PtpDriver *self);

/* Whether somebody is told, which is so from the first pause or wait of a stream on. Any thread */
gboolean ptp_driver_is_attached (PtpPullProducer *producer);

/* For the default handlers; any thread */
void ptp_driver_tell_ready (PtpPullProducer *producer);
void ptp_driver_tell_broken (PtpPullProducer *producer, const GError *error);

G_END_DECLS
