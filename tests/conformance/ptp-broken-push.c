/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-broken.h"

#include <string.h>

typedef struct
{
  const char *sin;       /* (unowned): static */
  PtpConsumer *consumer; /* (owned) (nullable): until the end */
  GWeakRef watched;      /* PtpConsumer, for those who sin with it */
  guint position;
  guint source_id;
  guint n_pauses;
  gboolean paused;
  gboolean started;
  gboolean ended;
} PtpBrokenPushPrivate;

static void ptp_broken_push_iface_init (PtpPushProducerInterface *iface);
static void ptp_broken_push_go_on (gpointer self);

G_DEFINE_TYPE_WITH_CODE (PtpBrokenPush,
                         ptp_broken_push,
                         G_TYPE_OBJECT,
                         G_ADD_PRIVATE (PtpBrokenPush)
                           G_IMPLEMENT_INTERFACE (PTP_TYPE_PUSH_PRODUCER,
                                                  ptp_broken_push_iface_init))

static const char *const chunks[] = { "alpha ", "beta ", "gamma ", "delta " };

static PtpBrokenPushPrivate *
get (gpointer self)
{
  return ptp_broken_push_get_instance_private (self);
}

static gboolean
sins (gpointer self, const char *sin)
{
  return g_str_equal (get (self)->sin, sin);
}

static gboolean
write_text (gpointer self, const char *text)
{
  g_autoptr (PtpConsumer) consumer = g_weak_ref_get (&get (self)->watched);
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));

  return consumer == NULL || ptp_consumer_write (consumer, bytes, NULL);
}

static void
write_junk (gpointer self)
{
  write_text (self, "junk");
}

static void
end (gpointer self)
{
  PtpBrokenPushPrivate *p = get (self);

  p->ended = TRUE;
  g_clear_handle_id (&p->source_id, g_source_remove);
  if (!g_str_has_prefix (p->sin, "L15/released"))
    g_clear_object (&p->consumer);
}

static void
report_failure (gpointer self)
{
  g_autoptr (PtpConsumer) consumer = g_weak_ref_get (&get (self)->watched);
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "Too late");

  end (self);
  if (consumer == NULL)
    return;

  if (!sins (self, "E1/fails:untold"))
    ptp_consumer_producer_failed (consumer, error);
  if (sins (self, "E1/fails"))
    ptp_consumer_producer_failed (consumer, error);
  if (!sins (self, "E1/fails:stays"))
    ptp_consumer_unregister_producer (consumer);
}

static void
finish (gpointer self)
{
  g_autoptr (PtpConsumer) consumer = g_weak_ref_get (&get (self)->watched);

  if (sins (self, "L13/everything-arrives"))
    return;
  if (sins (self, "L13/everything-arrives:fails"))
    {
      report_failure (self);
      return;
    }

  end (self);
  if (sins (self, "L8/quiet-after-end"))
    ptp_broken_later (self, write_junk);
  if (consumer != NULL)
    ptp_consumer_unregister_producer (consumer);
}

static void
write_next (gpointer self)
{
  PtpBrokenPushPrivate *p = get (self);
  const char *text = chunks[p->position++ % G_N_ELEMENTS (chunks)];

  if (sins (self, "T1/on-the-context"))
    ptp_broken_in_thread (self, write_junk);
  else if (!write_text (self, text) && !sins (self, "E5/write-fails"))
    report_failure (self);
}

static gboolean
is_stuck (gpointer self)
{
  PtpBrokenPushPrivate *p = get (self);

  return p->paused && !sins (self, "R1/paused-each-time")
         && !(sins (self, "L3/paused-before-start") && p->position == 0);
}

static void
turn (gpointer self)
{
  PtpBrokenPushPrivate *p = get (self);

  p->source_id = 0;
  if (p->ended || is_stuck (self))
    return;

  if ((p->position >= G_N_ELEMENTS (chunks) && !sins (self, PTP_BROKEN_ENDLESS))
      || sins (self, PTP_BROKEN_SILENT))
    {
      finish (self);
      return;
    }

  write_next (self);
  ptp_broken_push_go_on (self);
}

static void
ptp_broken_push_go_on (gpointer self)
{
  PtpBrokenPushPrivate *p = get (self);

  if (p->started && !p->ended && !is_stuck (self) && p->source_id == 0)
    p->source_id = ptp_broken_later (self, turn);
}

static void
ptp_broken_push_pause_producing (PtpPushProducer *self)
{
  PtpBrokenPushPrivate *p = get (self);

  p->n_pauses++;
  p->paused = TRUE;
}

static void
ptp_broken_push_resume_producing (PtpPushProducer *self)
{
  PtpBrokenPushPrivate *p = get (self);

  if (sins (self, "L6/after-the-end") && p->ended)
    ptp_broken_later (self, write_junk);
  if (sins (self, "L4/resume-without-pause") && !p->paused && p->position > 0 && !p->ended)
    p->position--;
  if (p->n_pauses > 0)
    p->n_pauses--;
  if (sins (self, "L5/pause-is-one") && p->n_pauses > 0)
    return;

  p->paused = FALSE;
  if (sins (self, "R2/paused-inside-write") && p->started && !p->ended
      && p->position < G_N_ELEMENTS (chunks))
    write_next (self);
  ptp_broken_push_go_on (self);
}

static void
ptp_broken_push_stop_producing (PtpPushProducer *self)
{
  if (sins (self, "R3/stopped-inside-write")
      || (sins (self, "L2/stopped-before-start") && !get (self)->started))
    return;

  end (self);
}

static void
ptp_broken_push_unregistered (PtpPushProducer *self)
{
  PtpBrokenPushPrivate *p = get (self);

  if (sins (self, "R3/stopped-inside-write") || sins (self, "R4/unregistered-inside-write")
      || (sins (self, "L2/stopped-before-start") && !p->started))
    return;

  end (self);
}

static void
ptp_broken_push_iface_init (PtpPushProducerInterface *iface)
{
  iface->pause_producing = ptp_broken_push_pause_producing;
  iface->resume_producing = ptp_broken_push_resume_producing;
  iface->stop_producing = ptp_broken_push_stop_producing;
  iface->unregistered = ptp_broken_push_unregistered;
}

static void
ptp_broken_push_dispose (GObject *self)
{
  PtpBrokenPushPrivate *p = get (self);

  if (sins (self, "T4/dropped-before-start"))
    write_junk (self);
  g_clear_handle_id (&p->source_id, g_source_remove);
  g_clear_object (&p->consumer);

  G_OBJECT_CLASS (ptp_broken_push_parent_class)->dispose (self);
}

static void
ptp_broken_push_finalize (GObject *self)
{
  g_weak_ref_clear (&get (self)->watched);

  G_OBJECT_CLASS (ptp_broken_push_parent_class)->finalize (self);
}

static void
ptp_broken_push_class_init (PtpBrokenPushClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ptp_broken_push_dispose;
  G_OBJECT_CLASS (klass)->finalize = ptp_broken_push_finalize;
}

static void
ptp_broken_push_init (PtpBrokenPush *self)
{
  g_weak_ref_init (&get (self)->watched, NULL);
}

/* One that implements nothing. */

#define PTP_BROKEN_TYPE_EMPTY_PUSH (ptp_broken_empty_push_get_type ())
G_DECLARE_FINAL_TYPE (PtpBrokenEmptyPush, ptp_broken_empty_push, PTP_BROKEN, EMPTY_PUSH, GObject)

struct _PtpBrokenEmptyPush
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpBrokenEmptyPush,
                               ptp_broken_empty_push,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PUSH_PRODUCER, NULL))

static void
ptp_broken_empty_push_class_init (PtpBrokenEmptyPushClass *klass)
{
}

static void
ptp_broken_empty_push_init (PtpBrokenEmptyPush *self)
{
}

GObject *
ptp_broken_push_new (const char *sin, PtpConsumer *consumer)
{
  GObject *self;

  if (g_str_equal (sin, "E3/implemented"))
    return g_object_new (PTP_BROKEN_TYPE_EMPTY_PUSH, NULL);

  self = g_object_new (PTP_BROKEN_TYPE_PUSH, NULL);
  get (self)->sin = sin;
  get (self)->consumer = g_object_ref (consumer);
  g_weak_ref_set (&get (self)->watched, consumer);
  if (g_str_has_suffix (sin, ":registers"))
    ptp_consumer_register_push_producer (consumer, PTP_PUSH_PRODUCER (self), NULL);
  return self;
}

void
ptp_broken_push_start (GObject *self, gpointer unused)
{
  if (!PTP_BROKEN_IS_PUSH (self))
    return;

  get (self)->started = TRUE;
  ptp_broken_push_go_on (self);
}

void
ptp_broken_push_fail (GObject *self, gpointer unused)
{
  if (PTP_BROKEN_IS_PUSH (self))
    report_failure (self);
}
