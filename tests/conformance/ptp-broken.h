/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <pulltopush/testing/pulltopush-testing.h>

G_BEGIN_DECLS

/* Objects that are good but for one thing: their sin, which is named after the check that must see
 * it. "" is no sin.
 */

#define PTP_BROKEN_TYPE_PULL (ptp_broken_pull_get_type ())
G_DECLARE_DERIVABLE_TYPE (PtpBrokenPull, ptp_broken_pull, PTP_BROKEN, PULL, GObject)

struct _PtpBrokenPullClass
{
  GObjectClass parent_class;
};

#define PTP_BROKEN_TYPE_PUSH (ptp_broken_push_get_type ())
G_DECLARE_DERIVABLE_TYPE (PtpBrokenPush, ptp_broken_push, PTP_BROKEN, PUSH, GObject)

struct _PtpBrokenPushClass
{
  GObjectClass parent_class;
};

#define PTP_BROKEN_TYPE_CONSUMER (ptp_broken_consumer_get_type ())
G_DECLARE_DERIVABLE_TYPE (PtpBrokenConsumer, ptp_broken_consumer, PTP_BROKEN, CONSUMER, GObject)

struct _PtpBrokenConsumerClass
{
  GObjectClass parent_class;
};

/* What a pull and a push producer write. */
#define PTP_BROKEN_CONTENT "alpha beta gamma delta "

/* No sins either: a pull or a push producer that goes on for ever with its content, and a push
 * producer that ends without a write.
 */
#define PTP_BROKEN_ENDLESS "endless"
#define PTP_BROKEN_SILENT  "silent"

/* Nor is this: a consumer that its end closes. */
#define PTP_BROKEN_CLOSING "closing"

/* The hard limit of a consumer, and at how many bytes it pauses. */
#define PTP_BROKEN_LIMIT (8 * 1024 * 1024)
#define PTP_BROKEN_HIGH  (64 * 1024)

GObject *ptp_broken_pull_new (const char *sin);
void ptp_broken_pull_break (GObject *self, gpointer unused);
gboolean ptp_broken_pull_probe (GObject *self, gpointer unused);
GObject *ptp_broken_push_new (const char *sin, PtpConsumer *consumer);
void ptp_broken_push_start (GObject *self, gpointer unused);
void ptp_broken_push_fail (GObject *self, gpointer unused);
GObject *ptp_broken_consumer_new (const char *sin);
void ptp_broken_consumer_close (GObject *self, gpointer unused);
void ptp_broken_consumer_fail (GObject *self, gpointer unused);
void ptp_broken_consumer_have_enough (GObject *self, gpointer unused);
GBytes *ptp_broken_consumer_read (GObject *self, gpointer unused);

/* What is leaked on purpose is kept here, and freed when the test is over. */
void ptp_broken_leak (gpointer object);
void ptp_broken_free_leaked (void);

/* Runs a function in a turn of its own, with a weak reference. */
typedef void (*PtpBrokenFunc) (gpointer object);

guint ptp_broken_later (gpointer object, PtpBrokenFunc func);
void ptp_broken_in_thread (gpointer object, PtpBrokenFunc func);

G_END_DECLS
