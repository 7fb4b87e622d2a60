/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-broken.h"

typedef struct
{
  const char *sin;           /* (unowned): static */
  PtpPushProducer *producer; /* (owned) (nullable) */
  PtpPushProducer *former;   /* (owned) (nullable): for those who sin with it */
  GByteArray *queued;        /* (owned) */
  GByteArray *arrived;       /* (owned) */
  GThread *thread;           /* where it was made */
  guint source_id;
  guint n_producers;
  gboolean paused;
  gboolean closed;
  gboolean failed;
  gboolean mute;            /* it never settles */
  PtpSettlement settlement; /* what to say, or what was said; 0: nothing */
  gboolean unregistering;
} PtpBrokenConsumerPrivate;

static void ptp_broken_consumer_iface_init (PtpConsumerInterface *iface);

G_DEFINE_TYPE_WITH_CODE (PtpBrokenConsumer,
                         ptp_broken_consumer,
                         G_TYPE_OBJECT,
                         G_ADD_PRIVATE (PtpBrokenConsumer)
                           G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER,
                                                  ptp_broken_consumer_iface_init))

static PtpBrokenConsumerPrivate *
get (gpointer self)
{
  return ptp_broken_consumer_get_instance_private (self);
}

static gboolean
sins (gpointer self, const char *sin)
{
  return g_str_equal (get (self)->sin, sin);
}

static void
resume (gpointer self)
{
  g_autoptr (PtpPushProducer) producer = NULL;

  if (g_set_object (&producer, get (self)->producer))
    ptp_push_producer_resume_producing (producer);
}

static void
resume_former (gpointer self)
{
  if (get (self)->former != NULL)
    ptp_push_producer_resume_producing (get (self)->former);
}

static GError *
create_failure (void)
{
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "I am broken");
}

static void
stop_with_failure (PtpPushProducer *producer)
{
  g_autoptr (GError) error = create_failure ();

  ptp_push_producer_stop_producing (producer, error);
}

static void
let_go (gpointer self)
{
  g_autoptr (PtpPushProducer) producer = NULL;

  if (g_set_object (&producer, get (self)->producer))
    ptp_consumer_unregister_producer (self, producer);
}

static void
stop (gpointer self)
{
  if (get (self)->producer != NULL)
    stop_with_failure (get (self)->producer);
}

static void
settle (gpointer self)
{
  PtpSettlement settlement = get (self)->settlement;

  if (get (self)->mute)
    return;

  ptp_consumer_emit_settled (self, settlement);
  if (sins (self, "R10/settles-once"))
    ptp_consumer_emit_settled (self, PTP_SETTLEMENT_ABORTED);
}

static void
drain (gpointer self)
{
  PtpBrokenConsumerPrivate *p = get (self);
  gboolean resumes = p->paused;

  p->source_id = 0;
  g_byte_array_append (p->arrived, p->queued->data, p->queued->len);
  g_byte_array_set_size (p->queued, 0);
  p->paused = FALSE;
  if (sins (self, "L15/leaves-alone"))
    resume_former (self);
  if (!resumes || sins (self, "R2/leads-on"))
    return;

  if (sins (self, "T1/on-the-context"))
    ptp_broken_in_thread (self, resume);
  else
    resume (self);
}

static void
keep_pace (gpointer self)
{
  PtpBrokenConsumerPrivate *p = get (self);
  guint high = sins (self, "T1/on-the-context") ? 1 : PTP_BROKEN_HIGH;

  if (p->source_id == 0)
    p->source_id = ptp_broken_later (self, drain);
  if (p->queued->len < high || p->paused || p->producer == NULL)
    return;

  p->paused = TRUE;
  ptp_push_producer_pause_producing (p->producer);
}

static gboolean
refuse (int code, GError **error)
{
  g_set_error_literal (error, PTP_ERROR, code, "I take no more");
  return FALSE;
}

static void
be_ready (gpointer self)
{
  get (self)->unregistering = FALSE;
}

static gboolean
takes (gpointer self, PtpPushProducer *producer, GError **error)
{
  PtpBrokenConsumerPrivate *p = get (self);

  if ((sins (self, "L16/new-producer") && p->n_producers > 0)
      || (sins (self, "L10/second-registration:error") && p->n_producers > 0)
      || (sins (self, "L16/new-producer-inside") && p->unregistering)
      || (sins (self, "L16/after-the-end") && p->settlement != 0))
    return refuse (PTP_ERROR_FAILED, error);
  if (!p->closed || sins (self, "L11/closed")
      || (sins (self, "L11/closed:pull") && PTP_IS_PULL_TO_PUSH (producer)))
    return TRUE;

  if (sins (self, "L11/closed:stops"))
    stop_with_failure (producer);
  return refuse (sins (self, "L11/closed:error") ? PTP_ERROR_FAILED : PTP_ERROR_CLOSED, error);
}

static gboolean
ptp_broken_consumer_register_push_producer (PtpConsumer *self,
                                            PtpPushProducer *producer,
                                            GError **error)
{
  PtpBrokenConsumerPrivate *p = get (self);

  if (!takes (self, producer, error))
    return FALSE;

  p->n_producers++;
  g_set_object (&p->producer, producer);
  p->paused = FALSE;
  p->settlement = 0;
  if (p->queued->len >= PTP_BROKEN_HIGH && !sins (self, "L21/full"))
    {
      p->paused = TRUE;
      ptp_push_producer_pause_producing (producer);
    }
  if (g_str_has_prefix (p->sin, "L10/second-registration") || sins (self, "R2/leads-on:lets-go"))
    ptp_broken_later (self, sins (self, "L10/second-registration:stops") ? stop : let_go);
  if (sins (self, "R2/leads-on:stops"))
    ptp_broken_later (self, stop);
  if (sins (self, "T4/dropped-anytime:held") || sins (self, "T4/dropped-elsewhere:held"))
    ptp_broken_leak (self);
  if (sins (self, "E2/result-and-error:register"))
    return FALSE;
  return TRUE;
}

static void
ptp_broken_consumer_unregister_producer (PtpConsumer *self, PtpPushProducer *producer)
{
  PtpBrokenConsumerPrivate *p = get (self);

  if (sins (self, "L9/unregister-twice") && p->producer != NULL)
    stop_with_failure (p->producer);
  if (sins (self, "L9/unregister-twice:told") && p->producer != NULL)
    ptp_push_producer_unregistered (p->producer);
  if (sins (self, "L15/leaves-alone") || sins (self, "L15/lets-go"))
    g_set_object (&p->former, p->producer);
  if (sins (self, "L16/new-producer-inside"))
    {
      p->unregistering = TRUE;
      ptp_broken_later (self, be_ready);
    }
  p->paused = FALSE;
  g_clear_object (&p->producer);
}

static gboolean
check_size (gpointer self, gsize size, GError **error)
{
  gboolean paused = get (self)->paused;
  gboolean too_much = size + get (self)->queued->len > PTP_BROKEN_LIMIT;

  if (paused && too_much && sins (self, "B2/limit:error"))
    return refuse (PTP_ERROR_FAILED, error);
  if (paused && too_much && !sins (self, "B2/limit"))
    return refuse (PTP_ERROR_OVERFLOW, error);
  if (size > PTP_BROKEN_LIMIT && sins (self, "B1/large-chunk"))
    return refuse (PTP_ERROR_OVERFLOW, error);

  return TRUE;
}

static gboolean
ptp_broken_consumer_write (PtpConsumer *self, GBytes *bytes, GError **error)
{
  PtpBrokenConsumerPrivate *p = get (self);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (p->closed && !sins (self, "L11/closed:write"))
    return refuse (PTP_ERROR_CLOSED, error);
  if (sins (self, "R2/leads-on:fails") && p->queued->len + p->arrived->len > 0)
    return refuse (PTP_ERROR_FAILED, error);
  if (sins (self, "E2/result-and-error"))
    return FALSE;
  if (sins (self, "E2/result-and-error:both"))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "And yet it went well");
  if (!check_size (self, size, error))
    return FALSE;
  if (sins (self, "L14/empty-write") && size == 0)
    let_go (self);
  if (sins (self, "L14/empty-write:error") && size == 0)
    return refuse (PTP_ERROR_INVALID, error);
  if (sins (self, "S1/short-writes"))
    g_usleep (2000);

  if (sins (self, "B3/every-byte") && size > 100)
    size--;
  if (sins (self, "B3/every-byte:order"))
    g_byte_array_prepend (p->queued, data, (guint) size);
  else if (size > 0)
    g_byte_array_append (p->queued, data, (guint) size);
  keep_pace (self);
  return TRUE;
}

/* The end */

static PtpEndResult
settle_later (gpointer self, PtpSettlement settlement)
{
  get (self)->settlement = settlement;
  get (self)->closed |= sins (self, PTP_BROKEN_CLOSING);
  ptp_broken_later (self, settle);
  return PTP_END_RESULT_PENDING;
}

static PtpEndResult
ptp_broken_consumer_finish (PtpConsumer *self, GError **error)
{
  PtpBrokenConsumerPrivate *p = get (self);

  if (sins (self, "E2/result-and-error:finish"))
    return PTP_END_RESULT_FAILED;
  if (sins (self, "E2/result-and-error:number"))
    return (PtpEndResult) 42;
  if ((p->failed && !sins (self, "L18/never-finished")) || sins (self, "L17/finishes:fails"))
    {
      g_propagate_error (error, create_failure ());
      return PTP_END_RESULT_FAILED;
    }
  if (sins (self, "L17/finishes"))
    return PTP_END_RESULT_PENDING;
  if (sins (self, "L17/finishes:undoes"))
    return settle_later (self, PTP_SETTLEMENT_ABORTED);
  if (sins (self, "B5/drains"))
    g_byte_array_set_size (p->queued, 0);

  return settle_later (self, PTP_SETTLEMENT_FINISHED);
}

static PtpEndResult
ptp_broken_consumer_abort (PtpConsumer *self, const GError *reason, GError **error)
{
  PtpBrokenConsumerPrivate *p = get (self);
  gboolean finishes = p->settlement == PTP_SETTLEMENT_FINISHED;

  if (sins (self, "E2/result-and-error:abort"))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "And yet it went well");
  if (sins (self, "L17/aborts") || (sins (self, "L17/aborts:full") && p->paused))
    return PTP_END_RESULT_PENDING;
  if (sins (self, "E1/producer-fails"))
    stop_with_failure (p->producer);
  if (sins (self, "E1/producer-fails:lets-go"))
    let_go (self);

  if (!sins (self, "E10/undoes"))
    {
      g_byte_array_set_size (p->queued, 0);
      g_byte_array_set_size (p->arrived, 0);
    }
  if (!finishes)
    return settle_later (self, PTP_SETTLEMENT_ABORTED);

  /* What is under way says it. */
  p->settlement = PTP_SETTLEMENT_ABORTED;
  if (sins (self, "L17/aborts-while-finishing"))
    p->mute = TRUE;
  if (sins (self, "L17/aborts-while-finishing:lies"))
    p->settlement = PTP_SETTLEMENT_FINISHED;
  return PTP_END_RESULT_PENDING;
}

static gsize
ptp_broken_consumer_get_desired_size (PtpConsumer *self)
{
  PtpBrokenConsumerPrivate *p = get (self);

  if (sins (self, "B2/desired-size"))
    return 0;

  return p->queued->len < PTP_BROKEN_HIGH ? PTP_BROKEN_HIGH - p->queued->len : 0;
}

static void
ptp_broken_consumer_iface_init (PtpConsumerInterface *iface)
{
  iface->register_push_producer = ptp_broken_consumer_register_push_producer;
  iface->unregister_producer = ptp_broken_consumer_unregister_producer;
  iface->write = ptp_broken_consumer_write;
  iface->finish = ptp_broken_consumer_finish;
  iface->abort = ptp_broken_consumer_abort;
  iface->get_desired_size = ptp_broken_consumer_get_desired_size;
}

static void
ptp_broken_consumer_dispose (GObject *self)
{
  PtpBrokenConsumerPrivate *p = get (self);
  gboolean elsewhere = p->thread != g_thread_self ();

  if (p->producer != NULL
      && (sins (self, "T4/dropped-anytime") || (sins (self, "T4/dropped-elsewhere") && elsewhere)))
    stop_with_failure (p->producer);
  if (sins (self, "T4/dropped-anytime:settles"))
    ptp_consumer_emit_settled (PTP_CONSUMER (self), PTP_SETTLEMENT_ABORTED);
  g_clear_handle_id (&p->source_id, g_source_remove);
  g_clear_object (&p->producer);
  g_clear_object (&p->former);

  G_OBJECT_CLASS (ptp_broken_consumer_parent_class)->dispose (self);
}

static void
ptp_broken_consumer_finalize (GObject *self)
{
  g_byte_array_unref (get (self)->queued);
  g_byte_array_unref (get (self)->arrived);

  G_OBJECT_CLASS (ptp_broken_consumer_parent_class)->finalize (self);
}

static void
ptp_broken_consumer_class_init (PtpBrokenConsumerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ptp_broken_consumer_dispose;
  G_OBJECT_CLASS (klass)->finalize = ptp_broken_consumer_finalize;
}

static void
ptp_broken_consumer_init (PtpBrokenConsumer *self)
{
  get (self)->thread = g_thread_self ();
  get (self)->queued = g_byte_array_new ();
  get (self)->arrived = g_byte_array_new ();
}

/* One that implements nothing. */

#define PTP_BROKEN_TYPE_EMPTY_CONSUMER (ptp_broken_empty_consumer_get_type ())
G_DECLARE_FINAL_TYPE (PtpBrokenEmptyConsumer,
                      ptp_broken_empty_consumer,
                      PTP_BROKEN,
                      EMPTY_CONSUMER,
                      GObject)

struct _PtpBrokenEmptyConsumer
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpBrokenEmptyConsumer,
                               ptp_broken_empty_consumer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_CONSUMER, NULL))

static void
ptp_broken_empty_consumer_class_init (PtpBrokenEmptyConsumerClass *klass)
{
}

static void
ptp_broken_empty_consumer_init (PtpBrokenEmptyConsumer *self)
{
}

GObject *
ptp_broken_consumer_new (const char *sin)
{
  GObject *self;

  if (g_str_equal (sin, "E3/implemented"))
    return g_object_new (PTP_BROKEN_TYPE_EMPTY_CONSUMER, NULL);

  self = g_object_new (PTP_BROKEN_TYPE_CONSUMER, NULL);
  get (self)->sin = sin;
  return self;
}

void
ptp_broken_consumer_close (GObject *self, gpointer unused)
{
  if (PTP_BROKEN_IS_CONSUMER (self))
    get (self)->closed = TRUE;
}

void
ptp_broken_consumer_fail (GObject *self, gpointer unused)
{
  g_autoptr (PtpPushProducer) producer = NULL;

  if (!PTP_BROKEN_IS_CONSUMER (self))
    return;

  get (self)->closed = get (self)->failed = TRUE;
  if (!g_set_object (&producer, get (self)->producer) || sins (self, "E11/breaks:mutely"))
    return;

  if (!sins (self, "E11/breaks:lets-go"))
    stop_with_failure (producer);
  if (sins (self, "E11/breaks:twice"))
    stop_with_failure (producer);
  if (sins (self, "E11/breaks") || sins (self, "E11/breaks:lets-go"))
    ptp_consumer_unregister_producer (PTP_CONSUMER (self), producer);
}

void
ptp_broken_consumer_have_enough (GObject *self, gpointer unused)
{
  if (!PTP_BROKEN_IS_CONSUMER (self) || sins (self, "L20/enough"))
    return;

  if (sins (self, "L20/enough:stops"))
    stop (self);
  else
    let_go (self);
}

GBytes *
ptp_broken_consumer_read (GObject *self, gpointer unused)
{
  PtpBrokenConsumerPrivate *p = get (self);

  if (!PTP_BROKEN_IS_CONSUMER (self))
    return NULL;

  return g_bytes_new (p->arrived->data, p->arrived->len);
}
