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
  gboolean told; /* its consumer, the end */
  gboolean left; /* its consumer */
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
write_text (gpointer self, const char *text, GError **error)
{
  g_autoptr (PtpConsumer) consumer = g_weak_ref_get (&get (self)->watched);
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));

  return consumer == NULL || ptp_consumer_write (consumer, bytes, error);
}

static void
write_junk (gpointer self)
{
  write_text (self, "junk", NULL);
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
leave (gpointer self, PtpConsumer *consumer)
{
  if (!sins (self, "E1/fails:stays"))
    ptp_consumer_unregister_producer (consumer, self);
}

static void
settled_cb (GObject *consumer, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PtpPushProducer) self = user_data;
  g_autoptr (GError) error = NULL;

  ptp_consumer_wait_settled_finish (PTP_CONSUMER (consumer), result, &error);
  if (error != NULL && sins (self, "L17/end-fails"))
    return;

  leave (self, PTP_CONSUMER (consumer));
}

static void
wait_and_leave (gpointer self, PtpConsumer *consumer, gboolean was_told, PtpEndResult result)
{
  if (result == PTP_END_RESULT_FAILED && sins (self, "L17/end-fails:at-once"))
    return;
  if (result == PTP_END_RESULT_PENDING && sins (self, "L19/waits:never"))
    return;

  if (sins (self, "L19/waits"))
    leave (self, consumer);
  else if (!was_told)
    ptp_consumer_wait_settled_async (consumer, NULL, settled_cb, g_object_ref (self));
}

/* Without a reason all is well. */
static void
tell_end (gpointer self, const GError *reason)
{
  PtpBrokenPushPrivate *p = get (self);
  g_autoptr (PtpConsumer) consumer = g_weak_ref_get (&p->watched);
  gboolean was_told = p->told;
  PtpEndResult result;

  end (self);
  if (consumer == NULL || (was_told && sins (self, "L17/stopped-while-finishing")))
    return;

  p->told = TRUE;
  if (reason != NULL && !sins (self, "E1/fails:untold") && !sins (self, "L17/aborts"))
    result = ptp_consumer_abort (consumer, reason, NULL);
  else if (reason == NULL && !sins (self, "L17/finishes"))
    result = ptp_consumer_finish (consumer, NULL);
  else
    result = PTP_END_RESULT_DONE;

  if (result == PTP_END_RESULT_DONE)
    leave (self, consumer);
  else
    wait_and_leave (self, consumer, was_told, result);
}

static void
report_failure (gpointer self)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "Too late");

  tell_end (self, sins (self, "E1/fails") ? NULL : error);
}

static void
finish (gpointer self)
{
  if (sins (self, "L13/everything-arrives"))
    return;
  if (sins (self, "L13/everything-arrives:fails") || sins (self, "L17/finishes:aborts"))
    {
      report_failure (self);
      return;
    }

  tell_end (self, NULL);
  if (sins (self, "L8/quiet-after-end"))
    ptp_broken_later (self, write_junk);
}

static void
write_next (gpointer self)
{
  PtpBrokenPushPrivate *p = get (self);
  const char *text = chunks[p->position++ % G_N_ELEMENTS (chunks)];
  g_autoptr (GError) error = NULL;

  if (sins (self, "T1/on-the-context"))
    ptp_broken_in_thread (self, write_junk);
  else if (write_text (self, text, &error) || sins (self, "E5/write-fails"))
    return;
  else if (sins (self, "E5/write-fails:own-error"))
    report_failure (self);
  else
    tell_end (self, error);
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
ptp_broken_push_stop_producing (PtpPushProducer *self, const GError *reason)
{
  PtpBrokenPushPrivate *p = get (self);

  if (sins (self, "R3/stopped-inside-write")
      || (sins (self, "L2/stopped-before-start") && !p->started))
    return;

  if (p->left)
    return;
  if (sins (self, "L17/aborts:finishes"))
    tell_end (self, NULL);
  else if (sins (self, "E11/passes-on"))
    report_failure (self);
  else
    tell_end (self, reason);
}

static void
ptp_broken_push_registered (PtpPushProducer *self, PtpConsumer *consumer)
{
  g_weak_ref_set (&get (self)->watched, consumer);
}

static void
ptp_broken_push_unregistered (PtpPushProducer *self)
{
  PtpBrokenPushPrivate *p = get (self);

  p->left = TRUE;
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
  iface->registered = ptp_broken_push_registered;
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
