/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-broken.h"

#include <string.h>

typedef struct
{
  const char *sin; /* (unowned): static */
  guint position;
  GWeakRef consumer; /* PtpConsumer, for those who sin with it */
  PtpConsumer *kept; /* (owned) (nullable) */
  GThread *thread;   /* where it was made */
  guint idle_id;
  gboolean waited;
  gboolean arrived;
  gboolean told_ready;
  gboolean cancelled;
  gboolean closed; /* its source */
  gboolean late;
} PtpBrokenPullPrivate;

static void ptp_broken_pull_iface_init (PtpPullProducerInterface *iface);

G_DEFINE_TYPE_WITH_CODE (PtpBrokenPull,
                         ptp_broken_pull,
                         G_TYPE_OBJECT,
                         G_ADD_PRIVATE (PtpBrokenPull)
                           G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER,
                                                  ptp_broken_pull_iface_init))

static const char *const chunks[] = { "alpha ", "beta ", "gamma ", "delta " };

/* Of all of them at once. */
static guint shared_position;

static PtpBrokenPullPrivate *
get (gpointer self)
{
  return ptp_broken_pull_get_instance_private (self);
}

static gboolean
sins (gpointer self, const char *sin)
{
  return g_str_equal (get (self)->sin, sin);
}

static void
write_text (gpointer self, const char *text)
{
  g_autoptr (PtpConsumer) consumer = g_weak_ref_get (&get (self)->consumer);
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));

  if (consumer != NULL)
    ptp_consumer_write (consumer, bytes, NULL);
}

static void
write_junk (gpointer self)
{
  write_text (self, "junk");
}

static void
break_now (gpointer self)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "Broken");

  ptp_pull_producer_emit_broken (self, error);
}

static void
arrive (gpointer self)
{
  get (self)->idle_id = 0;
  get (self)->arrived = !sins (self, "S4/no-spinning");
  ptp_pull_producer_emit_ready (self);
}

static void
ready_cb (gpointer self, gpointer user_data)
{
  get (self)->told_ready = TRUE;
}

static gboolean
has_nothing (gpointer self)
{
  PtpBrokenPullPrivate *p = get (self);

  return p->position == 2 && !p->arrived && !sins (self, "R1/paused-each-time")
         && !sins (self, "R2/paused-inside-write");
}

static PtpStepResult
wait (gpointer self, GError **error)
{
  PtpBrokenPullPrivate *p = get (self);

  if (sins (self, "R7/asked-again") && p->waited)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING, "I have told you to wait");
      return PTP_STEP_RESULT_FAILED;
    }
  if (sins (self, "T2/ready-from-elsewhere") && p->told_ready)
    write_junk (self);

  p->waited = TRUE;
  if (p->idle_id == 0 && !sins (self, "R7/pending-then-ready"))
    p->idle_id = ptp_broken_later (self, arrive);
  return PTP_STEP_RESULT_PENDING;
}

static void
be_late (gpointer self)
{
  get (self)->late = TRUE;
}

/* While its write has not returned. */
static void
skip_chunk (gpointer self)
{
  if (get (self)->late)
    get (self)->position++;
}

static void
sin_before_write (gpointer self)
{
  PtpBrokenPullPrivate *p = get (self);

  if ((sins (self, "R1/paused-each-time") || sins (self, "R2/paused-inside-write")) && p->late)
    p->position++;
  p->late = FALSE;
  if (sins (self, "R1/paused-each-time") || sins (self, "R2/paused-inside-write"))
    ptp_broken_later (self, be_late);
  if (sins (self, "R6/nested-loop"))
    {
      p->late = TRUE;
      ptp_broken_later (self, skip_chunk);
    }
  if (sins (self, "R6/nested-loop:writes"))
    ptp_broken_later (self, write_junk);
  if (sins (self, "S1/short-steps"))
    g_usleep (2000);
}

/* In pieces, which one that keeps the rules looks up between. */
static gboolean
write_pieces (gpointer self, const char *text, PtpConsumer *consumer, GError **error)
{
  for (gsize i = 0; text[i] != '\0'; i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (text + i, 1);

      if (!ptp_consumer_write (consumer, bytes, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
write_chunk (gpointer self, PtpConsumer *consumer, GError **error)
{
  PtpBrokenPullPrivate *p = get (self);
  guint *position = sins (self, "R6/two-at-once") ? &shared_position : &p->position;
  const char *text = chunks[*position % G_N_ELEMENTS (chunks)];
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  gboolean written;

  if (sins (self, "R1/writes-in-produce"))
    {
      ptp_broken_later (self, write_junk);
      written = TRUE;
    }
  else if (sins (self, "T1/on-the-context"))
    {
      ptp_broken_in_thread (self, write_junk);
      written = TRUE;
    }
  else if (sins (self, "B2/desired-size"))
    {
      written = write_pieces (self, text, consumer, error);
    }
  else
    {
      written = ptp_consumer_write (consumer, bytes, error);
    }

  p->late = FALSE;
  (*position)++;
  return written;
}

static PtpStepResult
answer_failed_write (gpointer self, GError **error)
{
  if (sins (self, "E5/write-fails"))
    {
      g_clear_error (error);
      return PTP_STEP_RESULT_MORE;
    }
  if (sins (self, "E5/write-fails:own-error"))
    {
      g_clear_error (error);
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Something went wrong");
    }
  if (sins (self, "E5/write-fails:again"))
    write_junk (self);
  if (sins (self, "E2/result-and-error:write"))
    g_clear_error (error);

  return PTP_STEP_RESULT_FAILED;
}

static PtpStepResult
answer (gpointer self, GError **error)
{
  PtpBrokenPullPrivate *p = get (self);

  if (sins (self, "E2/result-and-error") && p->position == 2)
    return PTP_STEP_RESULT_FAILED;
  if (sins (self, "E2/result-and-error:number") && p->position == 2)
    return (PtpStepResult) 42;
  if (sins (self, "E2/result-and-error:both") && p->position == 2)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "And yet it went well");

  return PTP_STEP_RESULT_MORE;
}

static PtpStepResult
finish (gpointer self, GError **error)
{
  PtpBrokenPullPrivate *p = get (self);

  if (sins (self, "L13/everything-arrives"))
    return PTP_STEP_RESULT_MORE;
  if (sins (self, "E1/fails:otherwise"))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "Too late");
      return PTP_STEP_RESULT_FAILED;
    }
  if (sins (self, "E1/fails:as-told"))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "As I was told");
      return PTP_STEP_RESULT_FAILED;
    }
  get (self)->closed = !sins (self, "L7/closes");
  if (sins (self, "L8/quiet-after-end"))
    ptp_broken_later (self, write_junk);
  if (sins (self, "L7/ends-once"))
    ptp_broken_later (self, break_now);
  if (sins (self, "L15/released"))
    ptp_broken_leak (self);
  if (sins (self, "L13/everything-arrives:junk"))
    write_junk (self);
  if (sins (self, "R6/two-at-once"))
    shared_position = 0;
  p->position = 0;
  return PTP_STEP_RESULT_FINISHED;
}

static PtpStepResult
ptp_broken_pull_produce (PtpPullProducer *self, PtpConsumer *consumer, GError **error)
{
  PtpBrokenPullPrivate *p = get (self);
  guint position = sins (self, "R6/two-at-once") ? shared_position : p->position;

  g_weak_ref_set (&p->consumer, consumer);
  if (sins (self, "L15/no-reference-to-consumer"))
    g_set_object (&p->kept, consumer);
  if (sins (self, "T4/dropped-elsewhere:held"))
    ptp_broken_leak (self);
  if (sins (self, "L12/empty"))
    write_text (self, "");
  if (g_str_has_prefix (p->sin, "L12/"))
    return PTP_STEP_RESULT_FINISHED;
  if (position >= G_N_ELEMENTS (chunks) && !sins (self, PTP_BROKEN_ENDLESS))
    return finish (self, error);
  if (has_nothing (self))
    return wait (self, error);

  sin_before_write (self);
  if (!write_chunk (self, consumer, error))
    return answer_failed_write (self, error);
  return answer (self, error);
}

static void
ptp_broken_pull_cancel (PtpPullProducer *self, const GError *reason)
{
  PtpBrokenPullPrivate *p = get (self);

  p->cancelled = TRUE;
  p->closed = !sins (self, "L7/closes:cancel");
  if (sins (self, "L7/ends-once:cancel"))
    ptp_broken_later (self, break_now);
  if (sins (self, "L2/cancelled-before-start") && p->position == 0)
    ptp_broken_leak (self);
  if (sins (self, "L15/released:cancel"))
    ptp_broken_leak (self);
  if (sins (self, "L7/cancelled-anytime"))
    ptp_broken_later (self, write_junk);
}

static void
ptp_broken_pull_iface_init (PtpPullProducerInterface *iface)
{
  iface->produce = ptp_broken_pull_produce;
  iface->cancel = ptp_broken_pull_cancel;
}

static void
ptp_broken_pull_dispose (GObject *self)
{
  PtpBrokenPullPrivate *p = get (self);

  if (sins (self, "T4/dropped-anytime")
      || (sins (self, "T4/dropped-elsewhere") && p->thread != g_thread_self ()))
    write_junk (self);
  g_clear_object (&p->kept);

  G_OBJECT_CLASS (ptp_broken_pull_parent_class)->dispose (self);
}

static void
ptp_broken_pull_finalize (GObject *self)
{
  g_weak_ref_clear (&get (self)->consumer);

  G_OBJECT_CLASS (ptp_broken_pull_parent_class)->finalize (self);
}

static void
ptp_broken_pull_class_init (PtpBrokenPullClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ptp_broken_pull_dispose;
  G_OBJECT_CLASS (klass)->finalize = ptp_broken_pull_finalize;
}

static void
ptp_broken_pull_init (PtpBrokenPull *self)
{
  get (self)->thread = g_thread_self ();
  g_weak_ref_init (&get (self)->consumer, NULL);
  g_signal_connect (self, "ready", G_CALLBACK (ready_cb), NULL);
}

/* One that implements nothing. */

#define PTP_BROKEN_TYPE_EMPTY_PULL (ptp_broken_empty_pull_get_type ())
G_DECLARE_FINAL_TYPE (PtpBrokenEmptyPull, ptp_broken_empty_pull, PTP_BROKEN, EMPTY_PULL, GObject)

struct _PtpBrokenEmptyPull
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE_WITH_CODE (PtpBrokenEmptyPull,
                               ptp_broken_empty_pull,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER, NULL))

static void
ptp_broken_empty_pull_class_init (PtpBrokenEmptyPullClass *klass)
{
}

static void
ptp_broken_empty_pull_init (PtpBrokenEmptyPull *self)
{
}

GObject *
ptp_broken_pull_new (const char *sin)
{
  GObject *self;

  if (g_str_equal (sin, "E3/implemented"))
    return g_object_new (PTP_BROKEN_TYPE_EMPTY_PULL, NULL);

  self = g_object_new (PTP_BROKEN_TYPE_PULL, NULL);
  get (self)->sin = sin;
  return self;
}

void
ptp_broken_pull_break (GObject *self, gpointer unused)
{
  if (!PTP_BROKEN_IS_PULL (self) || sins (self, "E12/breaks"))
    return;

  if (sins (self, "E12/breaks:mutely"))
    {
      g_signal_emit_by_name (self, "broken", NULL);
      return;
    }

  break_now (self);
  if (sins (self, "E12/breaks:twice"))
    break_now (self);
}

gboolean
ptp_broken_pull_probe (GObject *self, gpointer unused)
{
  return PTP_BROKEN_IS_PULL (self) && get (self)->closed;
}
